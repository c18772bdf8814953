/*
 * Copyright (c) 2026 The edd authors
 *
 * Permission to use, copy, modify, and distribute this software for any
 * purpose with or without fee is hereby granted, provided that the above
 * copyright notice and this permission notice appear in all copies.
 *
 * THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
 * WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
 * MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
 * ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
 * WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
 * ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
 * OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
 */

/*
 * One screen: times as lengths, octets as mebibytes, and no counters, which
 * "show counters" has.  Pure.
 */
#include "status.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "row.h"

/* Seconds as "3d 04:05:06". */
static void
uptime(char *text, size_t size, int64_t seconds)
{
	if (seconds < 0)
		seconds = 0;
	(void)snprintf(text, size, "%lldd %02d:%02d:%02d",
	    (long long)(seconds / 86400), (int)(seconds / 3600 % 24),
	    (int)(seconds / 60 % 60), (int)(seconds % 60));
}

static void
field(const struct row_field *f, struct row *to)
{
	char text[64];
	int64_t n;

	n = strtoll(f->value, NULL, 10);
	if (strcmp(f->name, "since") == 0) {
		uptime(text, sizeof(text), (int64_t)time(NULL) - n);
		row_str(to, "uptime", text);
	} else if (strcmp(f->name, "cpuMs") == 0) {
		(void)snprintf(text, sizeof(text), "%lld.%02d s",
		    (long long)(n / 1000), (int)(n % 1000 / 10));
		row_str(to, "cpu", text);
	} else if (strcmp(f->name, "memoryKiB") == 0) {
		(void)snprintf(text, sizeof(text), "%lld.%d MiB",
		    (long long)(n / 1024), (int)(n % 1024 * 10 / 1024));
		row_str(to, "memory", text);
	} else if (f->kind == ROW_NUMBER)
		row_num(to, f->name, n);
	else if (f->kind == ROW_TIME)
		row_time(to, f->name, n);
	else
		row_str(to, f->name, f->value);
}

/* Make the row to be shown.  false if it is none. */
bool
status_row(const struct row *from, struct row *to)
{
	size_t i;

	row_clear(to);
	if (row_value(from, "process") != NULL &&
	    row_value(from, "name") != NULL)
		return false;
	for (i = 0; i < row_count(from); i++)
		field(row_at(from, i), to);
	return true;
}

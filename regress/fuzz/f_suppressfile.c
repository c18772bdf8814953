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
 * sources: ctl/suppressfile.c ctl/csv.c ctl/moment.c lib/compat.c lib/date.c
 * sources: lib/id.c lib/msg.c lib/proto_import.c
 * libs: -ljson-c
 */

/*
 * Files of suppressions, of both formats: every row is counted, has an address
 * or what is wrong with it, and can be sent.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msg.h"
#include "proto_import.h"
#include "suppressfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* What is sent is what arrives. */
static void
send_row(const struct import_row *row)
{
	static struct import_row again;
	struct msgout out;
	struct msgin in;

	memset(&out, 0, sizeof(out));
	import_row_put(&out, row);
	if (out.bad || out.len > IMPORT_ROW_MAX)
		abort();
	msgin_init(&in, 0, out.data, out.len);
	if (import_row_get(&in, &again) == -1 || in.pos != in.end ||
	    strcmp(again.address, row->address) != 0 ||
	    strcmp(again.text, row->text) != 0 || again.created != row->created)
		abort();
	msgout_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct import_row row;
	enum suppressfile_result r;
	struct suppressfile *f;
	uint64_t last;
	FILE *file;

	if (len == 0)
		return 0;
	file = fmemopen((void *)(uintptr_t)bytes, len, "r");
	f = file == NULL ? NULL : suppressfile_new(file, SUPPRESSFILE_ANY);
	if (f == NULL)
		abort();
	last = 0;
	while ((r = suppressfile_read(f, &row)) != SUPPRESSFILE_END &&
	    r != SUPPRESSFILE_FAILED) {
		if (row.number <= last)
			abort();
		last = row.number;
		if (r == SUPPRESSFILE_BAD && suppressfile_why(f)[0] == '\0')
			abort();
		if (r == SUPPRESSFILE_ROW && row.address[0] == '\0')
			abort();
		if (r == SUPPRESSFILE_ROW)
			send_row(&row);
	}
	suppressfile_free(f);
	(void)fclose(file);
	return 0;
}

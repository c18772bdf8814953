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
 * A configuration of any text: what is edited in is read back, and a second
 * edit changes nothing.  And text of any octets on a terminal: clean, and never
 * wider than it is cut to.
 *
 * sources: ctl/conftext.c ctl/text.c ctl/width.c lib/compat.c
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "conftext.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
check_edit(const char *text)
{
	struct conftext got, want;
	char *once, *twice;

	conftext_read(text, &got);
	memset(&want, 0, sizeof(want));
	(void)strlcpy(want.hostname, "mx.example.org", sizeof(want.hostname));
	(void)strlcpy(want.cert, "/etc/c.pem", sizeof(want.cert));
	(void)strlcpy(want.key, "/etc/k.pem", sizeof(want.key));
	once = conftext_edit(text, &want);
	must(once != NULL);
	conftext_read(once, &got);
	must(strcmp(got.hostname, want.hostname) == 0);
	must(strcmp(got.cert, want.cert) == 0);
	must(strcmp(got.key, want.key) == 0);
	twice = conftext_edit(once, &want);
	must(twice != NULL && strcmp(once, twice) == 0);
	free(once);
	free(twice);
}

static void
check_text(const char *text, size_t width)
{
	const char *p;
	char *clean;

	clean = text_clean(text);
	must(clean != NULL);
	for (p = clean; *p != '\0'; p++)
		must((uint8_t)*p >= 0x20 && *p != 0x7f);
	text_cut(clean, width);
	must(width < 2 || text_width(clean) <= width);
	free(clean);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	text = malloc(size + 1);
	must(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	check_edit(text);
	check_text(text, size == 0 ? 0 : data[0] % 40u);
	free(text);
	return 0;
}

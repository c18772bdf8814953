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

/* sources: control/condition.c control/sentence.c lib/compat.c lib/idn.c lib/address.c */
/* libs: -lidn2 */

/*
 * Policy sentences: what is taken is printed, and reads back to the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sentence.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char why[ERROR_SIZE], text[SENTENCE_SIZE], again[SENTENCE_SIZE];
	struct sentence s;
	char *copy;

	copy = malloc(len + 1);
	if (copy == NULL)
		abort();
	if (len > 0)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	if (sentence_parse(copy, &s, why, sizeof(why)) == 0) {
		sentence_print(&s, text);
		if (sentence_parse(text, &s, why, sizeof(why)) == -1)
			abort();
		sentence_print(&s, again);
		if (strcmp(text, again) != 0)
			abort();
	} else if (why[0] == '\0' || strnlen(why, sizeof(why)) == sizeof(why))
		abort();
	free(copy);
	return 0;
}

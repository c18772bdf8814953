/* sources: lib/idn.c lib/address.c lib/compat.c */
/* libs: -lidn2 */
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

/* sources: queue/filter.c queue/clock.c queue/message.c queue/destination.c */
/* sources: queue/owner.c queue/pool.c queue/heap.c queue/envelope.c */
/* sources: queue/blob.c queue/record.c lib/crc32c.c lib/log.c lib/logsock.c */
/* sources: lib/id.c lib/compat.c */

/*
 * The words of a filter as edctl may send them: a condition, or a reason why
 * not.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"

#define WORDS 16u

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct filter f;
	char text[1024], why[256] = "", *word[WORDS];
	uint32_t n = 0;
	size_t i;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (i = 0; i < size && n < WORDS; i += strlen(text + i) + 1)
		word[n++] = text + i;
	if (filter_parse(&f, word, n, why, sizeof(why)) == -1) {
		if (why[0] == '\0')
			abort();
		return 0;
	}
	if (strnlen(f.domain, sizeof(f.domain)) == sizeof(f.domain) ||
	    strnlen(f.sender, sizeof(f.sender)) == sizeof(f.sender) ||
	    strnlen(f.user, sizeof(f.user)) == sizeof(f.user) ||
	    f.state > FILTER_STATE_LAST || (f.empty && n > 0))
		abort();
	(void)filter_needs_envelope(&f);
	return 0;
}

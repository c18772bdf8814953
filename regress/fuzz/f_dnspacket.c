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
 * sources: deliver/dnspacket.c deliver/netaddr.c lib/compat.c
 */

/*
 * Answers of name servers: records are within their bounds, names end, and all
 * is freed.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dnspacket.h"
#include "limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
check(const struct dnsset *set)
{
	size_t i;

	must(set->count <= DNSPACKET_RECORDS_MAX);
	for (i = 0; i < set->count; i++) {
		if (set->rr[i].text == NULL)
			continue;
		must(set->rr[i].len <= DNSPACKET_TEXT_MAX);
		must(set->rr[i].text[set->rr[i].len] == '\0');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const uint16_t types[] = { DNSTYPE_A, DNSTYPE_AAAA, DNSTYPE_MX,
		DNSTYPE_TXT, DNSTYPE_CNAME, DNSTYPE_PTR };
	struct dnsset set;

	if (len < 1)
		return 0;
	if (dnspacket_parse(bytes + 1, len - 1, types[bytes[0] % 6], &set) ==
	    -1)
		return 0;
	check(&set);
	dnsset_clear(&set);
	return 0;
}

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
 * Lines "TYPE NAME RECORD"; the record FAIL is no answer.
 */
#include "zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"

static const char *const types[] = { "", "TXT", "CNAME", "MX", "A", "AAAA",
	"PTR", "NS" };

static void
collect(struct dns_answer *a, const struct dns_query *q, const char *zone)
{
	char start[DOMAIN_SIZE + 16];
	size_t len, n;

	n = (size_t)snprintf(start, sizeof(start), "%s %s ", types[q->rrtype],
	    q->name);
	for (; *zone != '\0'; zone += len + (zone[len] == '\n')) {
		len = strcspn(zone, "\n");
		if (len < n || strncmp(zone, start, n) != 0)
			continue;
		if (len - n == 4 && strncmp(zone + n, "FAIL", 4) == 0)
			a->status = DNS_FAIL;
		else if (a->records < DNS_RECORDS_MAX)
			(void)snprintf(a->record[a->records++], DNS_TEXT_MAX,
			    "%.*s", (int)(len - n), zone + n);
	}
	if (a->status != DNS_FAIL)
		a->status = a->records > 0 ? DNS_OK : DNS_NXDOMAIN;
}

/* Answer all that is wanted.  Whether something was. */
bool
zone_answer(struct facts *f, const char *zone)
{
	struct dns_answer *a;
	struct dns_query q;
	size_t place;
	bool any;

	any = false;
	a = malloc(sizeof(*a));
	if (a == NULL)
		abort();
	while (facts_next(f, &q, &place)) {
		any = true;
		memset(a, 0, sizeof(*a));
		collect(a, &q, zone);
		facts_put(f, place, a);
	}
	free(a);
	return any;
}

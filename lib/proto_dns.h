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
 * control -> deliver: look up names for domain and DKIM checks.
 *
 *   QUERY -> ANSWER
 */
#ifndef PROTO_DNS_H
#define PROTO_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

struct chan;
struct msgin;

enum dns_type {
	M_DNS_QUERY = 1,
	M_DNS_ANSWER
};

enum dns_rrtype {
	DNS_TXT = 1,
	DNS_CNAME,
	DNS_MX,
	DNS_A,
	DNS_AAAA,
	DNS_PTR,
	DNS_NS,
	DNS_RRTYPE_LAST = DNS_NS
};

enum dns_status {
	DNS_OK = 1,
	DNS_NXDOMAIN,
	DNS_NODATA,
	DNS_FAIL, /* SERVFAIL, time-out, bogus */
	DNS_STATUS_LAST = DNS_FAIL
};

#define DNS_RECORDS_MAX 32u
#define DNS_TEXT_MAX	4096u

struct dns_query {
	enum dns_rrtype rrtype;
	char name[DOMAIN_SIZE];
};

/* Records as text: TXT strings joined, "PREF HOST" for MX. */
struct dns_answer {
	enum dns_status status;
	bool secure; /* DNSSEC validated */
	uint32_t records;
	char record[DNS_RECORDS_MAX][DNS_TEXT_MAX];
};

int dns_query_send(struct chan *, uint64_t, const struct dns_query *);
int dns_query_recv(struct msgin *, struct dns_query *);
int dns_answer_send(struct chan *, uint64_t, const struct dns_answer *);
int dns_answer_recv(struct msgin *, struct dns_answer *);

#endif

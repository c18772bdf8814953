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
 * MX records by the resolver of the C library, which edctl has as any
 * program; edd has its own.
 */
#include <sys/types.h>

#include <netinet/in.h>

#include <arpa/nameser.h>
#include <resolv.h>
#include <stdbool.h>
#include <string.h>

#include "compat.h"
#include "mxhost.h"

/* An answer over TCP. */
#define ANSWER_SIZE 65535

/*
 * The host of the best preference in an answer.  0, or -1 if there is none,
 * or the answer is ill-formed.
 */
int
mxhost_parse(const uint8_t *data, size_t len, char host[DOMAIN_SIZE])
{
	char name[NS_MAXDNAME];
	unsigned best, preference;
	ns_msg msg;
	ns_rr rr;
	bool found;
	int i;

	found = false;
	best = 0;
	if (len > ANSWER_SIZE || ns_initparse(data, (int)len, &msg) == -1)
		return -1;
	for (i = 0; i < ns_msg_count(msg, ns_s_an); i++) {
		if (ns_parserr(&msg, ns_s_an, i, &rr) == -1)
			return -1;
		if (ns_rr_type(rr) != ns_t_mx || ns_rr_rdlen(rr) < 3)
			continue;
		preference = ns_get16(ns_rr_rdata(rr));
		if (dn_expand(ns_msg_base(msg), ns_msg_end(msg),
			ns_rr_rdata(rr) + 2, name, sizeof(name)) == -1)
			return -1;
		if ((found && preference >= best) || name[0] == '\0' ||
		    strlcpy(host, name, DOMAIN_SIZE) >= DOMAIN_SIZE)
			continue;
		found = true;
		best = preference;
	}
	return found ? 0 : -1;
}

/* The best MX of a domain.  0, or -1 if it has none or nobody answers. */
int
mxhost_best(const char *domain, char host[DOMAIN_SIZE])
{
	static uint8_t answer[ANSWER_SIZE];
	int n;

	n = res_query(domain, ns_c_in, ns_t_mx, answer, sizeof(answer));
	if (n <= 0 || (size_t)n > sizeof(answer))
		return -1;
	return mxhost_parse(answer, (size_t)n, host);
}

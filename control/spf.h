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
 * Whether a host may send for a domain, says SPF (RFC 7208).  A pure
 * evaluator over facts: what it does not know it wants, and says so.
 */
#ifndef SPF_H
#define SPF_H

#include <stdbool.h>

#include "bounds.h"
#include "ipaddr.h"

struct facts;

/* RFC 7208 section 4.6.4. */
#define SPF_LOOKUPS_MAX 10u
#define SPF_VOIDS_MAX	2u

/* A survey goes on beyond ten, to say how many there are; but ends. */
#define SPF_SURVEY_MAX 40u

enum spf_result {
	SPF_WAIT = 1, /* facts are missing */
	SPF_NONE,
	SPF_NEUTRAL,
	SPF_PASS,
	SPF_SOFTFAIL,
	SPF_HARDFAIL,
	SPF_TEMPERROR,
	SPF_PERMERROR
};

/* Why there is an error. */
enum spf_problem {
	SPF_FINE = 0,
	SPF_TWO_RECORDS,
	SPF_SYNTAX,
	SPF_LOOKUPS,
	SPF_VOIDS,
	SPF_NO_TARGET, /* include or redirect to a domain without SPF */
	SPF_MANY_HOSTS,
	SPF_NO_ANSWER
};

struct spf_query {
	const char *domain; /* of the reverse-path, in lower case */
	const char *helo;
	struct ipaddr ip;
	bool survey; /* nothing matches: walk all there is */
};

struct spf_report {
	enum spf_problem problem;
	char where[DOMAIN_SIZE]; /* the domain whose record it is */
	char term[128];		 /* and its term */
	unsigned lookups;
	unsigned voids;
	unsigned depth; /* of includes */
	bool ptr;	/* a ptr mechanism was met */
};

const char *spf_result_name(enum spf_result);
enum spf_result spf_check(struct facts *, const struct spf_query *,
    struct spf_report *);

#endif

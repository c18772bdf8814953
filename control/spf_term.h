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
 * The text of SPF records (RFC 7208 sections 4.5, 4.6, 5, 6 and 12).  Pure:
 * a record goes in, its terms come out.
 */
#ifndef SPF_TERM_H
#define SPF_TERM_H

#include <stdbool.h>

#include "ipaddr.h"

/* A domain-spec with macros; what is longer no name can come from. */
#define SPF_SPEC_SIZE 512u

enum spf_kind {
	SPF_ALL = 1,
	SPF_INCLUDE,
	SPF_A,
	SPF_MX,
	SPF_PTR,
	SPF_IP4,
	SPF_IP6,
	SPF_EXISTS,
	SPF_REDIRECT,
	SPF_EXP,
	SPF_UNKNOWN /* a modifier that has no meaning here */
};

struct spf_term {
	enum spf_kind kind;
	char qualifier;		  /* + - ~ ? */
	char spec[SPF_SPEC_SIZE]; /* "": none was given */
	struct ipaddr net;	  /* ip4, ip6 */
	unsigned prefix4;
	unsigned prefix6;
	const char *text; /* in the record, not ended by a NUL */
	int len;
};

enum spf_next {
	SPF_NEXT_TERM = 1,
	SPF_NEXT_END,
	SPF_NEXT_BAD /* text and len are set */
};

bool spf_is_record(const char *);
enum spf_next spf_term_next(const char **, struct spf_term *);

#endif

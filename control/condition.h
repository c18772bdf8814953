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
 * The condition behind "where" of a policy: about which sender or domain it
 * is.  Reading, writing and whether it holds; it knows no store.
 */
#ifndef CONDITION_H
#define CONDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

enum condition_variable {
	CONDITION_NONE,
	CONDITION_SENDER,	 /* target.approved-sender.emailaddress */
	CONDITION_SENDER_DOMAIN, /* target.approved-sender.email-domain */
	CONDITION_DOMAIN,	 /* target.email-domain.name */
	CONDITION_DKIM_DOMAIN,	 /* target.dkim.email-domain */
	CONDITION_LAST = CONDITION_DKIM_DOMAIN
};

/* Room for the longest condition in text. */
#define CONDITION_SIZE (ADDRESS_SIZE + 64)

/* Lower case, in ASCII; "*" at either end stands for anything. */
struct condition {
	enum condition_variable variable;
	bool differs; /* "!=" */
	char value[ADDRESS_SIZE];
};

/* What is asked about; NULL: it is not of that kind. */
struct condition_target {
	const char *sender;
	const char *domain;
	bool dkim; /* the domain is that of a DKIM key */
};

int condition_parse(const char *, struct condition *, char *why, size_t);
void condition_print(const struct condition *, char[CONDITION_SIZE]);
bool condition_holds(const struct condition *, const struct condition_target *);

#endif

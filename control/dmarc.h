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
 * The text of DMARC records (RFC 7489 section 6.3 and 6.4).  Pure.
 */
#ifndef DMARC_H
#define DMARC_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

enum dmarc_policy {
	DMARC_NONE = 1,
	DMARC_QUARANTINE,
	DMARC_REJECT
};

struct dmarc {
	enum dmarc_policy policy;
	enum dmarc_policy subdomains; /* that of policy unless given */
	bool strict_dkim;
	bool strict_spf;
	unsigned percent;
	const char *rua; /* in the record; rua_len 0: none */
	size_t rua_len;
	char wrong[64]; /* the tag that is ill-formed */
};

bool dmarc_is_record(const char *);
int dmarc_parse(const char *, struct dmarc *);
const char *dmarc_policy_name(enum dmarc_policy);
bool dmarc_rua_next(const char **, size_t *, char domain[DOMAIN_SIZE]);

#endif

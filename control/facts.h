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
 * What the DNS said, for evaluators that are pure: they look here, and what
 * is not known yet is noted as wanted.  Who fills it in is doctor.c, or a
 * test.
 */
#ifndef FACTS_H
#define FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"
#include "proto_dns.h"

struct facts;

/* Names that one check may ask for: SPF's are bounded on their own. */
#define FACTS_MAX 400u

struct fact {
	enum dns_status status;
	size_t records;
	char **record;
};

struct facts *facts_new(void);
void facts_free(struct facts *);
const struct fact *facts_get(struct facts *, enum dns_rrtype, const char *name);
bool facts_next(struct facts *, struct dns_query *, size_t *place);
void facts_put(struct facts *, size_t place, const struct dns_answer *);
void facts_close(struct facts *);

#endif

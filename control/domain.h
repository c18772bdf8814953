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
 * Email domains of the operator: what DKIM keys and domain-wide senders
 * belong to.
 */
#ifndef DOMAIN_H
#define DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "record.h"
#include "store.h"

struct msgin;

/* As the service has them; all but DELETING follow from other things. */
enum domain_state {
	DOMAIN_ACTIVE = 1,
	DOMAIN_CREATING,	/* must be verified, and is not */
	DOMAIN_NEEDS_ATTENTION, /* a DKIM key does */
	DOMAIN_DELETING		/* until its last key is retired */
};

/* 128 random bits as text. */
#define DOMAIN_TOKEN_SIZE 48u

struct domain {
	char name[DOMAIN_SIZE]; /* lower case */
	char id[OBJECT_ID_SIZE];
	char compartment[OBJECT_ID_SIZE];
	int64_t created;
	bool deleting;
	int64_t verified; /* when; 0: not */
	char token[DOMAIN_TOKEN_SIZE];
};

const char *domain_parse(const char *text, char name[DOMAIN_SIZE]);
int domain_decode(struct msgin *, struct domain *);
enum store_status domain_get(struct store *, const char *name, struct domain *);
enum store_status domain_link(struct store *, const struct domain *);
enum store_status domain_put(struct store *, const struct domain *);
const char *domain_state_name(enum domain_state);
enum store_status domain_state(struct store *, const struct domain *,
    bool must_verify, enum domain_state *);
enum store_status domain_finish(struct store *, const char *name);
int domain_token(char[DOMAIN_TOKEN_SIZE]);
enum store_status domain_del(struct store *, const struct domain *);

#endif

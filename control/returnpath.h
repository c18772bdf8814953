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
 * Return paths: the subdomain of an email domain that bounces of its mail go
 * to.  One that the DNS shows is used for what leaves.
 */
#ifndef RETURNPATH_H
#define RETURNPATH_H

#include <stdint.h>

#include "bounds.h"
#include "store.h"

struct msgin;

/* Seconds that the DNS has to show it, as the service has it. */
#define RETURNPATH_PATIENCE 259200

/* What one that was not given a name has before its domain. */
#define RETURNPATH_LABEL "bounce."

/* Octets of what there is to say about one. */
#define RETURNPATH_DETAILS_SIZE (DOMAIN_SIZE + 160u)

enum returnpath_state {
	RETURNPATH_CREATING = 1,    /* not looked for yet */
	RETURNPATH_ACTIVE,	    /* mail leaves with it */
	RETURNPATH_NEEDS_ATTENTION, /* the DNS has it not */
	RETURNPATH_FAILED,	    /* it never had, and waits no more */
	RETURNPATH_STATE_LAST = RETURNPATH_FAILED
};

struct returnpath {
	char name[DOMAIN_SIZE]; /* lower case */
	char domain[DOMAIN_SIZE];
	char id[OBJECT_ID_SIZE];
	int64_t created;
	enum returnpath_state state;
	int64_t seen; /* in the DNS, first; 0: never */
};

const char *returnpath_state_name(enum returnpath_state);
const char *returnpath_details(const struct returnpath *,
    char[RETURNPATH_DETAILS_SIZE]);
int returnpath_decode(struct msgin *, struct returnpath *);
enum store_status returnpath_get(struct store *, const char *domain,
    const char *name, struct returnpath *);
enum store_status returnpath_of(struct store *, const char *domain,
    struct returnpath *);
enum store_status returnpath_put(struct store *, const struct returnpath *,
    const char *compartment, const char *domain_id);
enum store_status returnpath_del(struct store *, const struct returnpath *);
enum store_status returnpath_sender(struct store *, const char *sender,
    char path[ADDRESS_SIZE]);

#endif

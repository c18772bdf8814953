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
 * Changes of policy: who changed what, when, from what to what.  Kept in the
 * policy store, in the transaction of the change itself, so that neither is
 * there without the other.  Never a secret.
 */
#ifndef AUDIT_H
#define AUDIT_H

#include <stddef.h>
#include <stdint.h>

#include "store.h"

struct audit;
struct control;
struct msgin;

/* "uid=0", or a principal of the API with the key that it used. */
#define AUDIT_ACTOR_SIZE 512u

/* The longest object is a filter of the queue; longer values are cut. */
#define AUDIT_OBJECT_SIZE 1024u
#define AUDIT_VALUE_SIZE  2048u

/* "limits set"; commands of the API have their own names. */
#define AUDIT_VERB_SIZE 64u

/* What is kept where the configuration says nothing: 400 days. */
#define AUDIT_MAX_DEFAULT  100000u
#define AUDIT_KEEP_DEFAULT (400u * 86400)

/* Who does what nobody asked for: a state that follows the DNS, a timer. */
#define AUDIT_SELF "edd"

/* One change; old is NULL for what was made, new for what was removed. */
struct audit_change {
	const char *actor;
	const char *verb;
	const char *object;
	const char *old;
	const char *new;
};

/* One as it was kept; an empty old or new is none. */
struct audit_record {
	uint64_t number;
	int64_t time; /* unix seconds */
	char actor[AUDIT_ACTOR_SIZE];
	char verb[AUDIT_VERB_SIZE];
	char object[AUDIT_OBJECT_SIZE];
	char old[AUDIT_VALUE_SIZE];
	char new[AUDIT_VALUE_SIZE];
};

/* There are new records. */
typedef void (*audit_added_cb)(void *);

struct audit *audit_new(struct control *);
void audit_free(struct audit *);
void audit_limits(struct audit *, uint32_t max, uint32_t seconds);
int audit_change(struct audit *, const struct audit_change *);
int audit_commit(struct audit *);
void audit_settle(struct audit *);
int audit_put(struct store *, const struct audit_change *, uint64_t *number);
void audit_tell(struct audit *, const struct audit_change *, uint64_t number);
int audit_follow(struct audit *, audit_added_cb, void *arg);
void audit_unfollow(struct audit *, const void *arg);
int audit_prune(struct audit *);
void audit_flush(struct audit *);
int audit_decode(const struct store_key *, struct msgin *,
    struct audit_record *);

#endif

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
 * One request of the management API while it is done.  It ends once: after
 * ask_ok(), ask_fail() and all that fail with it the request is gone.
 */
#ifndef MANAGE_ASK_H
#define MANAGE_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "condition.h"
#include "object.h"
#include "permission.h"
#include "proto_manage.h"
#include "user.h"

struct compartment;
struct control;
struct fault;
struct manage_sink;
struct ops;
struct row;

/* Octets of a word of the API, of an address or name, of a description. */
#define ASK_WORD_MAX	    63u
#define ASK_ADDRESS_MAX	    254u
#define ASK_DESCRIPTION_MAX 1024u

struct ask {
	struct control *control;
	struct manage_request rq;
	const struct ops *ops;
	struct user user;
	struct row *row;		/* the next of the answer */
	struct manage_end end;		/* filled in as it goes */
	struct condition_target target; /* what policies may restrict */
	const void *list; /* what a list looks for, while it is made */

	/* Set by an operation that waits. */
	void (*cancel)(struct ask *);
	void *work;

	/* manage_ask.c's own */
	const struct manage_sink *sink;
	void *sink_arg;
	size_t octets; /* of rows that were sent */
	bool bad;      /* a row could not be made */
	bool ended;
	unsigned depth;
};

struct ask *ask_start(struct control *, const struct ops *,
    struct manage_request *, const struct manage_sink *, void *);
void ask_cancel(struct ask *);

void ask_send(struct ask *);
void ask_ok(struct ask *);
void ask_fail(struct ask *, enum manage_status, const char *, ...)
    __attribute__((format(printf, 3, 4)));
void ask_fail_store(struct ask *);
void ask_fail_fault(struct ask *, const struct fault *);
void ask_not_found(struct ask *);

const char *ask_value(const struct ask *, const char *name);
bool ask_equals(const struct ask *, const char *name, const char *value);
bool ask_state(const struct ask *, const char *name, const char *value);
int ask_may(struct ask *, const char *compartment);
int ask_may_else(struct ask *, enum permission, const char *compartment);
enum store_status ask_allows(const struct ask *, enum permission,
    const char *compartment);
int ask_place(struct ask *, struct compartment *);
int ask_object(struct ask *, const char *id, enum object_kind, struct object *);
enum store_status ask_follow(const struct ask *, struct object *);
enum store_status ask_sees(const struct ask *, const struct object *);
int ask_live(struct ask *, struct object *);
int ask_begin(struct ask *);
int ask_commit(struct ask *);
int ask_sort(struct ask *, const char *const *names, size_t *which);
int ask_order(struct ask *, bool back, bool *);

#endif

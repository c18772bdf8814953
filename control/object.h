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
 * What the management API has of an object beside the object's own record:
 * where an id leads, a description and tags, and that it was deleted, which
 * shows for a while.
 */
#ifndef OBJECT_H
#define OBJECT_H

#include <stdint.h>

#include "bounds.h"
#include "store.h"

struct msgin;
struct row;

/* Seconds that a deleted object is shown; the SDK waits 20 minutes. */
#define OBJECT_SHOWN 86400

enum object_kind {
	OBJECT_SENDER = 1, /* key */
	OBJECT_DOMAIN,	   /* name */
	OBJECT_DKIM,	   /* domain, selector */
	OBJECT_RETURNPATH, /* domain, name */
	OBJECT_POOL,	   /* name; its record has the id */
	OBJECT_KIND_LAST = OBJECT_POOL
};

struct object {
	char id[OBJECT_ID_SIZE];
	enum object_kind kind;
	char compartment[OBJECT_ID_SIZE];
	char parent[OBJECT_ID_SIZE]; /* the domain's id, or empty */
	char first[ADDRESS_SIZE];    /* key of its record */
	char second[ADDRESS_SIZE];
	int64_t created;
	int64_t updated;	   /* its description or tags */
	int64_t deleted;	   /* 0: it is there */
	char work[OBJECT_ID_SIZE]; /* request that its end finishes */
	struct row *more;	   /* description, tags, by their names */
};

/* Kind of the entries of return paths in the order of their names. */
#define OBJECT_NAMES "returnpath-name"

const char *object_kind_name(enum object_kind);
const char *object_place(const struct object *);
const char *object_name(const struct object *);
void object_init(struct object *, enum object_kind, const char *id,
    int64_t created);
enum store_status object_get(struct store *, const char *id, struct object *);
void object_clear(struct object *);
const char *object_description(const struct object *);
int object_describe(struct object *, const char *);
enum store_status object_put(struct store *, const struct object *);
enum store_status object_link(struct store *, const struct object *);
enum store_status object_relist(struct store *, const char *id);
enum store_status object_drop(struct store *, const char *id);

#endif

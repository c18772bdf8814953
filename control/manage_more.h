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
 * What objects of the API have in common: description and tags, entity tags,
 * and what comes with a change: work request, retry token, audit.
 */
#ifndef MANAGE_MORE_H
#define MANAGE_MORE_H

#include <stdbool.h>

#include "object.h"
#include "work.h"

struct ask;
struct row;

/* A kind of object, and what fills the ask's row with one that is there. */
struct more_kind {
	enum object_kind kind;
	const char *name;   /* field of its name */
	const char *parent; /* field of its domain's id, or NULL */
	bool description;   /* else only tags hang on it */
	enum store_status (*row)(struct ask *, const struct object *);
};

void more_show(const struct object *, struct row *, bool description);
enum store_status more_row(struct ask *, const struct object *,
    const struct more_kind *);
void more_etag(struct ask *);
int more_fill(struct ask *, struct object *, const struct more_kind *);
void more_answer(struct ask *, struct object *, const struct more_kind *);
void more_get(struct ask *, const struct more_kind *);
int more_match(struct ask *, struct object *, const struct more_kind *);
int more_again(struct ask *, const struct more_kind *);
int more_made(struct ask *, const char *id, enum work_type);
int more_changed(struct ask *, struct object *, enum work_type);
void more_update(struct ask *, const struct more_kind *, enum work_type);
int more_work(struct ask *, enum work_type, const char *compartment,
    const char *id, bool finished);
void more_audit(struct ask *, const char *object, const char *old,
    const char *new);

#endif

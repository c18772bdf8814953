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
 * What can have limits: the tenancy, a compartment, a user, a credential; by
 * its kind and name, or by its id.
 */
#ifndef SUBJECT_H
#define SUBJECT_H

#include "bounds.h"
#include "store.h"

struct control;
struct job;

/* What one has to do with at most: itself and what it is in. */
#define SUBJECT_PATH_MAX 10u

struct subject {
	char kind[16];
	char id[OBJECT_ID_SIZE];
	char name[NAME_SIZE];
};

struct subject_path {
	size_t n;
	struct subject subject[SUBJECT_PATH_MAX];
};

int need_subject(struct job *, const char *kind, const char *name,
    struct subject *);
enum store_status subject_find(struct control *, const char *id,
    struct subject *);
enum store_status subject_path(struct control *, const struct subject *,
    struct subject_path *);

#endif

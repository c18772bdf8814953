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
 * What users may do: all policies, the members of the groups that they name
 * and the compartments, in memory, so that a question reads nothing.  They are
 * read again once one of these has changed in the store.
 */
#ifndef PERMIT_H
#define PERMIT_H

#include <stddef.h>

#include "condition.h"
#include "permission.h"
#include "store.h"

struct compartment_path;
struct control;
struct permits;
struct rule;

struct permit_question {
	const char *user;	 /* id */
	const char *compartment; /* id */
	enum permission permission;
	struct condition_target target; /* what it is about, if it is known */
};

struct permits *permits_new(void);
void permits_free(struct permits *);
void permits_forget(struct permits *);

enum store_status permit_allows(struct control *,
    const struct permit_question *);
enum store_status permit_decide(struct control *,
    const struct permit_question *);
enum store_status permit_path(struct control *, const char *compartment,
    struct compartment_path *);
enum store_status permit_rule(struct control *, size_t i,
    const struct permit_question *, const struct rule **, const char **why);

#endif

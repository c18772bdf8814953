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
 * Objects that a command names: found, or the job ends with what is wrong and
 * what to do.  All return 0, or -1 and the job is gone.
 */
#ifndef VERB_NEED_H
#define VERB_NEED_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

struct compartment;
struct credential;
struct domain;
struct fault;
struct group;
struct job;
struct pool;
struct sender;
struct user;

int need_compartment(struct job *, const char *, struct compartment *);
int need_group(struct job *, const char *, struct group *);
int need_user(struct job *, const char *, struct user *);
int need_credential(struct job *, const char *id, struct credential *);
int need_sender(struct job *, const char *, struct sender *);
int need_pool(struct job *, const char *, struct pool *);
int need_domain(struct job *, const char *, struct domain *);
int need_name(struct job *, const char *);
int need_admitted(struct job *, int, const struct fault *);
int need_id(struct job *, const char *kind, char *id);
int need_begin(struct job *);
int need_owner(struct job *, const char *why);
int need_choice(struct job *, size_t argument);
bool name_begins(const char *prefix, const char *name);
int need_some(struct job *);
int need_line(struct job *, const char *what, const char *, char *to,
    size_t size);
int need_description(struct job *, const char *, char to[NAME_SIZE]);

#endif

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
 * The command "setup": from nothing to the first message, step by step.
 */
#ifndef SETUP_H
#define SETUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

struct client;
struct options;
struct parse;
struct print;
struct row;

/* Words with a value. */
#define SETUP_GIVEN_MAX 10u

/* What was given, or is found out on the way; empty: not yet. */
struct setup {
	const struct options *o;
	struct print *print;
	struct row *row;
	bool asks; /* somebody is there to be asked */
	bool no_dns;
	unsigned fails;
	size_t givens;
	const char *given[SETUP_GIVEN_MAX]; /* what is not asked, once */
	char conf[PATH_MAX];
	char hostname[DOMAIN_SIZE];
	char tls[PATH_MAX]; /* a file, or "self-signed" */
	char key[PATH_MAX];
	char domain[DOMAIN_SIZE];
	char compartment[NAME_SIZE];
	char sender[ADDRESS_SIZE];
	char user[NAME_SIZE];
	char test_to[ADDRESS_SIZE];
};

int setup_run(const struct options *, const struct parse *);

/* For the steps. */
void setup_say(struct setup *, const char *step, const char *state,
    const char *mend, const char *, ...) __attribute__((format(printf, 5, 6)));
void setup_title(const struct setup *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
void setup_ask(struct setup *, const char *question, char *answer, size_t);
bool setup_agrees(struct setup *, const char *question);

#endif

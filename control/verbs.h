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
 * The commands of operators: one table for dispatch, arguments, rights and
 * help.  edctl has spelled abbreviations out before.
 */
#ifndef VERBS_H
#define VERBS_H

#include <stdbool.h>
#include <stddef.h>

struct admin_command;
struct job;

/* Who may: everyone that may connect has all three today. */
#define VERB_READ   0x01u /* look */
#define VERB_WRITE  0x02u /* change policy */
#define VERB_DAEMON 0x04u /* reload, stop, verbosity */
#define VERB_ALL    (VERB_READ | VERB_WRITE | VERB_DAEMON)

/* The longest is "queue reroute". */
#define VERB_ARGS_MAX 9u

/* A line that shows a verb and its arguments. */
#define VERB_USAGE_SIZE 320u

/* An argument: by its place, or after its keyword. */
struct verb_arg {
	const char *keyword; /* NULL: by place, before those with keywords */
	const char *label;
	bool optional;
};

struct verb {
	const char *word[2]; /* the second may be NULL */
	unsigned rights;
	void (*run)(struct job *);
	struct verb_arg arg[VERB_ARGS_MAX];
	const char *what;
};

const struct verb *verb_at(size_t);
const struct verb *verb_find(const struct admin_command *);
int verb_arguments(const struct verb *, const struct admin_command *,
    const char *arg[VERB_ARGS_MAX], char *why, size_t);
const char *verb_usage(const struct verb *, char *, size_t);

#endif

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
 * A whole control without its main.c, for tests: a store in a folder of its
 * own, commands given as one line, the answer kept as text.
 */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control.h"
#include "job.h"
#include "tmpdir.h"

/* Octets of an answer that a test looks at. */
#define WORLD_TEXT_SIZE 65536u

/* Failures after which an address is turned away. */
#define WORLD_FAILURES 20u

struct world {
	uint64_t sessions; /* that have asked AUTH */
	char dir[TMPDIR_SIZE];
	struct control control;
	struct job *job; /* the command that waits, if any */
	bool ended;
	bool ok;
	uint32_t blocks; /* of a file that it asked for */
	bool full;	 /* the reader does not read */
	unsigned told;	 /* how often smtpd was told of an address */
	uint32_t told_seconds;
	unsigned rows;
	uint32_t uid; /* who does commands */
	char why[ERROR_SIZE];
	char hint[ERROR_SIZE];
	char text[WORLD_TEXT_SIZE]; /* "name=value|...\n" of each row */
};

void world_make(struct world *);
void world_make_in(struct world *, const char *dir);
void world_reopen(struct world *);
void world_free(struct world *);
void world_start(struct world *, const char *line);
bool world_do(struct world *, const char *line);
bool world_words(struct world *, const char *const *word);
bool world_value(const struct world *, const char *name, char *value, size_t);

#endif

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
 * An operator's words to canonical ones: abbreviations spelled out, arguments
 * in order, files read.  Pure but for the files.
 */
#ifndef PARSE_H
#define PARSE_H

#include "bounds.h"
#include "proto_admin.h"

struct command;

/* What was understood, or what is wrong and what to do. */
struct parse {
	const struct command *command;
	struct admin_command words;
	char why[ERROR_SIZE];
	char hint[ERROR_SIZE];
};

int parse_command(int argc, char *const *argv, struct parse *);
void parse_clear(struct parse *);

#endif

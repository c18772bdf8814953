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
 * The management API as httpd uses it, for tests: one request at a time, its
 * answer kept as text.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "proto_manage.h"
#include "world.h"

#define CLIENT_TEXT_SIZE 1048576u

struct client {
	struct world *world;
	char user[OBJECT_ID_SIZE];
	char prod[OBJECT_ID_SIZE]; /* a compartment */
	struct ask *ask;	   /* that waits, if any */

	/* Of the next request; cleared by it. */
	char etag[MANAGE_ETAG_SIZE];
	char retry[MANAGE_RETRY_SIZE];
	char page[MANAGE_PAGE_SIZE];
	unsigned limit;

	const char *request; /* opc-request-id of all; NULL: none */

	/* Of the last answer. */
	bool ended;
	unsigned rows;
	struct manage_end end;
	char text[CLIENT_TEXT_SIZE]; /* "name=value|...\n" of each row */
};

void client_begin(struct client *, struct world *, const char *sentence);
void client_end(struct client *);
void client_start(struct client *, enum manage_op, const char *id,
    const char *fields);
enum manage_status client_ask(struct client *, enum manage_op, const char *id,
    const char *fields);
enum manage_status client_in(struct client *, enum manage_op, const char *more);
const char *client_make(struct client *, enum manage_op, const char *more);
unsigned client_walk(struct client *, enum manage_op, const char *fields,
    unsigned limit, const char *name, char *all, size_t);
const char *client_value(const struct client *, const char *name);
void client_allow(struct world *, const char *sentence);

#endif

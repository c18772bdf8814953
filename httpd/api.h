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
 * The management API's end in httpd: requests to control, one for each
 * exchange, and the answers as they are to be sent.
 */
#ifndef API_H
#define API_H

#include <stdbool.h>

#include "manage_op.h"

struct api;
struct exchange;

/* What the body of an answer is. */
enum api_shape {
	API_NONE,   /* nothing */
	API_OBJECT, /* the object */
	API_ARRAY,  /* an array of objects */
	API_ITEMS   /* {"items": [...]} */
};

/* How one operation is asked for and answered. */
struct api_form {
	enum manage_op op;
	enum api_shape shape;
	int status;	   /* when it went well */
	bool tags;	   /* the objects have tags */
	bool path;	   /* the third segment is an id */
	const char *place; /* where one that was made is, or NULL */
};

struct api *api_new(void);
void api_peer(struct api *, int fd);
void api_ask(struct api *, struct exchange *, const struct api_form *);
void api_answer(struct exchange *, const void *reply);
void api_end(struct exchange *);

#endif

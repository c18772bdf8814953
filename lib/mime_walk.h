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
 * The structure of a MIME message (RFC 2046), walked as its bytes come: the
 * header of each part, the text of its body by lines, the delimiters between.
 * It changes nothing, and holds a header and the start of a line at most.
 */
#ifndef MIME_WALK_H
#define MIME_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "mime_field.h"

enum mime_kind {
	MIME_LEAF,
	MIME_MULTIPART, /* parts between delimiters */
	MIME_MESSAGE,	/* message/rfc822: a message */
	MIME_UNREADABLE /* composite, but it cannot be walked */
};

enum mime_place {
	MIME_HEADER,
	MIME_BODY,    /* of a leaf, or of what is not entered */
	MIME_OUTSIDE, /* before the first delimiter, after the last */
};

/* A part whose header is complete; it holds until the next one's is. */
struct mime_part {
	enum mime_kind kind;
	struct mime_type type;
	bool typed; /* there is a Content-Type, readable or not */
	enum mime_cte cte;
	bool message;	    /* the header is that of a message */
	bool versioned;	    /* and has MIME-Version */
	bool is_signed;	    /* multipart/signed or encrypted, or within */
	const char *fields; /* as they came, each with its CRLF */
	size_t fields_len;
	bool separated; /* the empty line after them was there */
	bool run_on;	/* it was not, and a body comes */
};

enum mime_answer {
	MIME_ENTER, /* walk what is in it */
	MIME_PASS,  /* its body is text, whatever it is */
	MIME_FAIL
};

/* The others return 0 or -1, which ends it all. */
struct mime_handler {
	enum mime_answer (*header)(void *, const struct mime_part *);
	/* Within a line: never CRLF, but CR or LF alone may be in it. */
	int (*text)(void *, enum mime_place, const char *, size_t);
	/* CRLF that belongs to the text: not the one before a delimiter. */
	int (*eol)(void *, enum mime_place);
	/*
	 * A delimiter line as it came.  broken: a CRLF is to stand before
	 * it; whole: it has one after it.
	 */
	int (*delimiter)(void *, const char *, size_t, bool broken, bool whole);
	void *arg;
};

struct mime_walk;

struct mime_walk *mime_walk_new(const struct mime_handler *);
void mime_walk_free(struct mime_walk *);
int mime_walk_feed(struct mime_walk *, const char *, size_t);
int mime_walk_finish(struct mime_walk *);
size_t mime_field_length(const char *, size_t);
bool mime_field_is(const char *, size_t, const char *name, size_t *body);

#endif /* MIME_WALK_H */

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
 * Content of a part on its way into a transfer encoding (RFC 2045 section 6),
 * or past the limits of a transport without one. Text comes as the walker of
 * mime_walk.h gives it: pieces of lines, and their ends apart.
 */
#ifndef MIME_CODE_H
#define MIME_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

enum mime_code_kind {
	MIME_CODE_QP,	  /* into quoted-printable */
	MIME_CODE_BASE64, /* into base64 */
	/* Unchanged but for what may not pass: */
	MIME_CODE_TEXT,	       /* where nobody reads it */
	MIME_CODE_CLEAN_QP,    /* what is quoted-printable already */
	MIME_CODE_CLEAN_BASE64 /* what is base64 already */
};

/* What may not pass; the encoders let none of them through. */
#define MIME_FIX_8BIT 0x01u
#define MIME_FIX_LONG 0x02u /* lines over MESSAGE_LINE_MAX */
#define MIME_FIX_CTL  0x04u /* NUL; CR or LF alone */

/* 0 or -1. */
typedef int (*mime_write)(void *, const void *, size_t);

struct mime_code {
	enum mime_code_kind kind;
	unsigned fix;
	unsigned seen; /* of MIME_FIX_*: what came */
	bool changed;  /* something was fixed */
	size_t column; /* octets of the line so far */
	unsigned left; /* characters of "=XX" that are to come */
	bool made;     /* the line was begun here, not by the text */
	bool dash;     /* it begins with "-" */
	char space;    /* white space that may end a line; 0: none */
	uint8_t group[MIME_BASE64_GROUP];
	size_t group_len;
	mime_write write_cb;
	void *arg;
};

void mime_code_init(struct mime_code *, enum mime_code_kind, unsigned fix,
    mime_write, void *);
int mime_code_text(struct mime_code *, const char *, size_t);
int mime_code_eol(struct mime_code *);
int mime_code_end(struct mime_code *, bool last);

/* What an encoding would meet; start with zeros. */
struct mime_census {
	size_t octets;
	size_t escapes; /* of them to be escaped in quoted-printable */
	size_t column;
	unsigned seen; /* of MIME_FIX_* */
	bool control;  /* octets that are neither text nor end a line */
};

void mime_census_text(struct mime_census *, const char *, size_t);
void mime_census_eol(struct mime_census *);
enum mime_code_kind mime_census_kind(const struct mime_census *);

#endif /* MIME_CODE_H */

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
 * The message data of DATA: transparency dots removed, end found; and of
 * BDAT, which has neither. Bytes in, runs of bytes out, of which the last
 * octet is not the CR of a CRLF; it does not look at what the message says.
 */
#ifndef DATA_H
#define DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum data_state {
	DATA_LINE_START, /* after DATA, or after a CRLF */
	DATA_TEXT,
	DATA_CR,     /* a CR in or at the end of text, held back */
	DATA_DOT,    /* a dot at the start of a line, dropped */
	DATA_DOT_CR, /* and a CR after it */
	DATA_END     /* CRLF . CRLF */
};

struct data {
	enum data_state state;
	bool strict;   /* a bare CR or LF makes it bad, else it becomes CRLF */
	bool chunks;   /* of BDAT: no dots, no end */
	bool bad;      /* NUL, or bare CR or LF, somewhere */
	bool eight;    /* octets above 127 */
	bool whole;    /* what was given out ends in CRLF */
	uint64_t size; /* octets given out */
};

/* A run of the message; never empty. */
typedef void (*data_cb)(void *, const char *, size_t);

void data_init(struct data *, bool strict, bool chunks);
size_t data_feed(struct data *, const char *, size_t, data_cb, void *);
bool data_ended(const struct data *);
void data_finish(struct data *, data_cb, void *);

#endif /* DATA_H */

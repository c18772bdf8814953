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
 * Reports to the sender about recipients that failed for good, that wait, or
 * that were given to a server which makes no reports (RFC 3464 in a
 * multipart/report, RFC 6522; RFC 6533 where addresses are in UTF-8).
 */
#ifndef BOUNCE_H
#define BOUNCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

struct message;
struct queue;

enum bounce_kind {
	BOUNCE_FAILED = 1,
	BOUNCE_DELAYED,
	BOUNCE_RELAYED
};

/* One recipient; strings are the caller's. */
struct bounce_rcpt {
	const char *address;
	const char *orcpt;
	const char *enhanced; /* "5.1.1" */
	const char *text;     /* reply or reason */
	const char *host;     /* remote MTA, may be empty */
	uint16_t code;	      /* reply code; 0: none */
	bool stated;	      /* enhanced is in the reply */
};

void bounce_send(struct queue *, struct message *, enum bounce_kind,
    const struct bounce_rcpt *, size_t);
void bounce_unxtext(char *);

/* "550 5.1.1 text". */
#define REPLY_SIZE (4u + 16u + REPLY_TEXT_SIZE)

void bounce_reply(unsigned code, const char *enhanced, const char *text,
    char out[REPLY_SIZE]);

#endif

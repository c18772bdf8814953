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
 * A session without a socket: a test says lines to it and reads its replies.
 */
#ifndef TALK_H
#define TALK_H

#include <stdbool.h>
#include <stddef.h>

#include "frontconf.h"
#include "session.h"

struct fake;

#define TALK_SECRET "AHVzZXIAc2VjcmV0" /* NUL user NUL secret */

/* How far a dialogue is before a row of a table. */
enum prelude {
	GREETED,
	SECURE,
	AUTHENTICATED,
	MAIL,
	RCPT,
	DATA
};

struct talk {
	struct session_env env;
	struct frontconf conf;
	struct fake *fake;
	struct session *session; /* NULL once it has closed */
	struct evbuffer *in;
	char said[65536]; /* its replies since talk_clear() */
	size_t said_len;
	enum want want;
	bool hold; /* peers do not answer */
};

void talk_init(struct talk *);
void talk_end(struct talk *);
void talk_to(struct talk *, enum prelude);
void talk_bytes(struct talk *, const char *, size_t);
void talk_say(struct talk *, const char *);
void talk_event(struct talk *, enum session_event);
void talk_settle(struct talk *);
const char *talk_heard(struct talk *);

#endif /* TALK_H */

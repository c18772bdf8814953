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
 * BDAT (RFC 3030): a message in chunks of known length. The octets of a chunk
 * are read whatever becomes of it, since what follows them is a command; what
 * they say is content.c's business.
 */
#include <inttypes.h>
#include <stdio.h>

#include "command.h"
#include "commands.h"
#include "content.h"
#include "frontconf.h"
#include "path.h"
#include "session.h"
#include "tx.h"

/* Digits of a chunk size: as many as SIZE has (RFC 1870). */
#define CHUNK_DIGITS 20

/*
 * bdat-cmd   = "BDAT" SP chunk-size [ SP end-marker ] CR LF
 * chunk-size = 1*DIGIT
 * end-marker = "LAST"
 *
 * (RFC 3030 section 2.)
 */
enum reply
cmd_bdat_parse(const char *s, size_t len, struct command *c)
{
	uint64_t digit;
	size_t i;

	for (i = 0; i < len && s[i] >= '0' && s[i] <= '9'; i++) {
		digit = (uint64_t)(s[i] - '0');
		if (c->u.bdat.size > (UINT64_MAX - digit) / 10)
			return REPLY_SYNTAX;
		c->u.bdat.size = c->u.bdat.size * 10 + digit;
	}
	if (i == 0 || i > CHUNK_DIGITS)
		return REPLY_SYNTAX;
	if (i == len)
		return REPLY_NONE;
	if (s[i] != ' ' || !path_is(s + i + 1, len - i - 1, "LAST"))
		return REPLY_SYNTAX;
	c->u.bdat.last = true;
	return REPLY_NONE;
}

/* The queue is ready, or not needed: read the first chunk. */
static void
bdat_begin(struct session *s)
{
	if (content_begin(&s->tx->sub, true) == -1)
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
	else
		session_enter(s, SESSION_CHUNK);
}

/* The first chunk: the queue is asked for room. */
static void
bdat_open(struct session *s)
{
	struct tx *tx;

	tx = s->tx;
	tx->chunked = true;
	if (!tx_has_content(tx) || submission_is_open(&tx->sub)) {
		bdat_begin(s);
		return;
	}
	if (submission_open(&tx->sub,
		tx->mail.size > s->chunk.left ? tx->mail.size :
						s->chunk.left) == -1)
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
	else if (tx->sub.open)
		bdat_begin(s);
	else
		session_enter(s, SESSION_ASK);
}

/*
 * BDAT. What is refused is refused after its octets, but for a chunk that
 * nobody would wait for.
 */
void
cmd_bdat_run(struct session *s, const struct command *c)
{
	s->chunk.left = s->chunk.size = c->u.bdat.size;
	s->chunk.last = c->u.bdat.last;
	s->chunk.refusal = REPLY_NONE;
	if (s->chunk.size / 2 > s->conf->smtp.message_size) {
		session_refuse(s, REPLY_SIZE, NULL, NULL, "");
		session_enter(s, SESSION_CLOSING);
		return;
	}
	if (s->tx == NULL)
		s->chunk.refusal = REPLY_NEED_MAIL;
	else if (tx_accepted(s->tx) == 0)
		s->chunk.refusal = REPLY_NEED_RCPT;
	if (s->chunk.refusal == REPLY_NONE && !s->tx->chunked)
		bdat_open(s);
	else
		session_enter(s, SESSION_CHUNK);
}

/* The queue has said whether there is room: REPLY_NONE, or how to refuse. */
void
cmd_bdat_opened(struct session *s, enum reply r)
{
	if (r == REPLY_NONE) {
		bdat_begin(s);
		return;
	}
	s->chunk.refusal = r;
	session_enter(s, SESSION_CHUNK);
}

/* Octets of the chunk, at most as many as are left of it. */
void
cmd_bdat_octets(struct session *s, const char *p, size_t len)
{
	s->chunk.left -= len;
	if (s->chunk.refusal == REPLY_NONE)
		(void)content_feed(&s->tx->sub, p, len);
}

/* The chunk is complete and the message is not. */
static void
bdat_next(struct session *s)
{
	char octets[32];

	session_enter(s, SESSION_COMMAND);
	if (s->tx->sub.refusal != SUBMISSION_FINE) {
		tx_refuse(s);
		return;
	}
	(void)snprintf(octets, sizeof(octets), "%" PRIu64, s->chunk.size);
	session_reply(s, REPLY_CHUNK, octets, NULL);
}

/* All octets of the chunk were read: the reply, or the end of the message. */
void
cmd_bdat_end(struct session *s)
{
	if (s->chunk.refusal != REPLY_NONE) {
		session_enter(s, SESSION_COMMAND);
		if (reply_code(s->chunk.refusal) == 503)
			session_reply(s, s->chunk.refusal, NULL, NULL);
		else
			session_refuse(s, s->chunk.refusal, NULL, NULL, "");
		if (s->tx != NULL && s->tx->chunked)
			session_reset(s);
	} else if (s->chunk.last)
		tx_data_end(s);
	else
		bdat_next(s);
}

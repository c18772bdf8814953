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
 * Message content: the header is collected, checked and completed, then
 * everything streams to the queue. At most a header and one stage of bytes
 * are held. What refuses the message is noted in the transaction; the reply
 * comes at the end of data.
 */
#include "content.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bounds.h"
#include "commit.h"
#include "conf.h"
#include "date.h"
#include "dkimsign.h"
#include "header.h"
#include "message.h"
#include "peers.h"
#include "session.h"
#include "tx.h"

/* Hand what is staged to the queue. */
static void
content_flush(struct session *s)
{
	struct session_env *env;
	struct tx *tx;

	env = s->env;
	tx = s->tx;
	if (env->staged > 0 && tx->open) {
		if (peers_data(env->peers, tx->epoch, tx->message, env->stage,
			env->staged) == -1) {
			tx->open = false;
			tx_refuse(env, tx, REPLY_PROCESSING, "");
		}
		tx->sent += env->staged;
	}
	env->staged = 0;
}

/* Bytes for the queue. A message for nobody (all suppressed) goes nowhere. */
static void
content_out(struct session *s, const char *p, size_t len)
{
	struct session_env *env;
	size_t n;

	env = s->env;
	while (len > 0 && s->tx->open) {
		n = sizeof(env->stage) - env->staged;
		if (n > len)
			n = len;
		memcpy(env->stage + env->staged, p, n);
		env->staged += n;
		p += n;
		len -= n;
		if (env->staged == sizeof(env->stage))
			content_flush(s);
	}
}

static int
content_complete(struct session *s)
{
	struct message_trace t;
	struct tx *tx;

	tx = s->tx;
	memset(&t, 0, sizeof(t));
	t.hostname = s->conf->hostname;
	if (s->conf->smtp.received_client) {
		t.helo = s->helo;
		t.source = s->source;
	}
	t.tls = s->tls[0] == '\0' ? NULL : s->tls;
	t.utf8 = tx->mail.utf8;
	t.id = tx->message;
	t.now = time(NULL);
	t.offset_minutes = date_local_offset(t.now);
	if (tx->rcpts_len == 1)
		t.rcpt = tx->rcpts[0].address;
	return message_complete(tx->header, &t);
}

/* Write the completed header and the empty line. */
static int
content_write_header(struct session *s)
{
	struct header *h;
	size_t size;
	char *text;
	int r;

	h = s->tx->header;
	size = header_size(h);
	text = malloc(size + 2);
	if (text == NULL)
		return -1;
	r = header_write(h, text, size);
	if (r == 0) {
		memcpy(text + size, "\r\n", 2);
		content_out(s, text, size + 2);
	}
	free(text);
	return r;
}

/* The header is complete: check it, complete it, send it on. */
static void
content_header_done(struct session *s)
{
	char bad[ADDRESS_SIZE];
	struct tx *tx;
	enum reply r;

	tx = s->tx;
	tx->header_done = true;
	free(tx->partial);
	tx->partial = NULL;
	r = message_from(tx->header, tx->mail.utf8, &tx->from, &tx->from_len,
	    bad);
	if (r != REPLY_NONE) {
		tx_refuse(s->env, tx, r, bad);
		return;
	}
	if (content_complete(s) == -1 || content_write_header(s) == -1) {
		tx_refuse(s->env, tx, REPLY_PROCESSING, "");
		return;
	}
	commit_ask_sender(s);
}

/* One line of the header, without CRLF. */
static void
content_header_line(struct session *s, const char *p, size_t len)
{
	switch (header_feed(s->tx->header, p, len)) {
	case HEADER_MORE:
		break;
	case HEADER_END:
		content_header_done(s);
		break;
	case HEADER_NOMEM:
		tx_refuse(s->env, s->tx, REPLY_PROCESSING, "");
		break;
	case HEADER_NOT:
	case HEADER_BAD:
	case HEADER_TOOBIG:
	default:
		tx_refuse(s->env, s->tx, REPLY_PARSE, "");
		break;
	}
}

/* A piece of a header line whose end is not there yet. */
static int
content_partial(struct tx *tx, const char *p, size_t len)
{
	size_t cap;
	char *new;

	if (len > HEADER_SIZE_MAX - tx->partial_len)
		return -1;
	if (tx->partial_len + len > tx->partial_cap) {
		cap = (tx->partial_len + len) * 2;
		new = realloc(tx->partial, cap);
		if (new == NULL)
			return -1;
		tx->partial = new;
		tx->partial_cap = cap;
	}
	memcpy(tx->partial + tx->partial_len, p, len);
	tx->partial_len += len;
	return 0;
}

/*
 * Bytes of the header, up to its end. Every CR is followed by LF in the same
 * run: data_feed() sees to it. Returns how many were taken.
 */
static size_t
content_header(struct session *s, const char *p, size_t len)
{
	struct tx *tx;
	const char *cr;
	size_t n, used;

	tx = s->tx;
	for (used = 0; used < len && !tx->header_done; used += n) {
		if (tx->refusal != REPLY_NONE)
			return len;
		cr = memchr(p + used, '\r', len - used);
		n = cr == NULL ? len - used : (size_t)(cr - p) - used;
		if (cr != NULL && tx->partial_len == 0) {
			content_header_line(s, p + used, n);
			n += 2;
			continue;
		}
		if (content_partial(tx, p + used, n) == -1) {
			tx_refuse(s->env, tx, REPLY_PARSE, "");
			return len;
		}
		if (cr == NULL)
			continue;
		n += 2;
		content_header_line(s, tx->partial, tx->partial_len);
		tx->partial_len = 0;
	}
	return used;
}

/* A run of the message, dots removed. */
static void
content_run_cb(void *arg, const char *p, size_t len)
{
	struct session *s;
	struct tx *tx;
	size_t n;

	s = arg;
	tx = s->tx;
	if (tx->refusal != REPLY_NONE)
		return;
	if (tx->data.size > s->conf->smtp.message_size) {
		tx_refuse(s->env, tx, REPLY_SIZE, "");
		return;
	}
	if (!tx->header_done) {
		n = content_header(s, p, len);
		p += n;
		len -= n;
	}
	if (len == 0 || tx->refusal != REPLY_NONE)
		return;
	dkimsign_update(tx->sign, p, len);
	content_out(s, p, len);
}

/* Get ready for the bytes of a message, of DATA or BDAT. -1 without memory. */
int
content_begin(struct session *s, bool chunks)
{
	struct tx *tx;

	tx = s->tx;
	data_init(&tx->data, s->conf->smtp.strict, chunks);
	tx->header = header_new(HEADER_SIZE_MAX);
	tx->sign = dkimsign_new();
	return tx->header == NULL || tx->sign == NULL ? -1 : 0;
}

/*
 * Bytes of a message as they came, cut anywhere. Returns how many belong to
 * it; fewer than len when its end is among them.
 */
size_t
content_feed(struct session *s, const char *p, size_t len)
{
	size_t used;

	used = data_feed(&s->tx->data, p, len, content_run_cb, s);
	if (s->tx->data.bad)
		tx_refuse(s->env, s->tx, REPLY_PARSE, "");
	content_flush(s);
	return used;
}

/* The end of data, or of the last chunk, was read. */
void
content_end(struct session *s)
{
	struct tx *tx;

	tx = s->tx;
	if (tx->data.chunks) {
		data_finish(&tx->data, content_run_cb, s);
		if (tx->data.bad)
			tx_refuse(s->env, tx, REPLY_PARSE, "");
		content_flush(s);
	}
	s->env->stats.octets += tx->data.size;
	if (!tx->header_done && tx->refusal == REPLY_NONE) {
		if (header_finish(tx->header) == HEADER_END)
			content_header_done(s);
		else
			tx_refuse(s->env, tx, REPLY_PARSE, "");
		content_flush(s);
	}
}

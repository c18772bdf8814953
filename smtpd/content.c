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
#include "fields.h"
#include "header.h"
#include "peers.h"
#include "proto_submit.h"
#include "recode.h"
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

/* RFC 3848, and RFC 6531 section 4.3. */
static const char *
content_protocol(const struct session *s)
{
	if (s->tx->mail.utf8)
		return s->tls[0] == '\0' ? "UTF8SMTPA" : "UTF8SMTPSA";
	return s->tls[0] == '\0' ? "ESMTPA" : "ESMTPSA";
}

static int
content_complete(struct session *s)
{
	struct fields_trace t;
	struct tx *tx;

	tx = s->tx;
	memset(&t, 0, sizeof(t));
	t.hostname = s->conf->hostname;
	t.protocol = content_protocol(s);
	if (s->conf->smtp.received_client) {
		t.helo = s->helo;
		t.source = s->source;
	}
	t.tls = s->tls[0] == '\0' ? NULL : s->tls;
	t.id = tx->message;
	t.now = time(NULL);
	t.offset_minutes = date_local_offset(t.now);
	if (tx->from_len > 1)
		t.sender = tx->mail.path.mailbox;
	if (tx->rcpts_len == 1)
		t.rcpt = tx->rcpts[0].address;
	return fields_complete(tx->header, &t);
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

/* This is the header that is sent, but for what we do to it. */
static void
content_settle(struct session *s, struct header *h)
{
	s->tx->header = h;
	if (content_complete(s) == -1 || content_write_header(s) == -1)
		tx_refuse(s->env, s->tx, REPLY_PROCESSING, "");
}

/* Whether it is known by now that nothing signs the message. */
static bool
content_is_unsigned(const struct tx *tx)
{
	return tx->from_next > 0 && tx->first.keys == 0;
}

/* Octets of the body as they are sent and signed. */
static void
content_body(struct session *s, const char *p, size_t len)
{
	if (len == 0 || s->tx->refusal != REPLY_NONE)
		return;
	if (!content_is_unsigned(s->tx))
		dkimsign_update(s->tx->sign, p, len);
	content_out(s, p, len);
}

/* What an answer about a header means for the message. */
static void
content_header_status(struct session *s, enum header_status r)
{
	if (r == HEADER_NOMEM)
		tx_refuse(s->env, s->tx, REPLY_PROCESSING, "");
	else if (r != HEADER_MORE && r != HEADER_END)
		tx_refuse(s->env, s->tx, REPLY_PARSE, "");
}

/* Whether there are octets above 127. */
static bool
content_is_eight(const char *p, size_t len)
{
	unsigned char all;
	size_t i;

	all = 0;
	for (i = 0; i < len; i++)
		all |= (unsigned char)p[i];
	return (all & 0x80) != 0;
}

/* What recode gives out: a whole message, cut anywhere. */
static int
content_recoded_cb(void *arg, const void *data, size_t len)
{
	const char *p;
	struct session *s;
	struct tx *tx;
	size_t used;

	s = arg;
	tx = s->tx;
	p = data;
	if (tx->refusal != REPLY_NONE)
		return 0;
	if (content_is_eight(p, len))
		tx->found |= ENVELOPE_8BIT;
	tx->ahead.line = p[len - 1] == '\n' ? 0 : 1;
	used = 0;
	if (!tx->recoded.done) {
		content_header_status(s,
		    collect_feed(&tx->recoded, p, len, &used));
		if (tx->recoded.done)
			content_settle(s, tx->recoded.header);
	}
	content_body(s, p + used, len - used);
	return 0;
}

static void
content_recode(struct session *s, const char *p, size_t len)
{
	if (len > 0 && s->tx->refusal == REPLY_NONE &&
	    recode_feed(s->tx->recode, p, len) == -1)
		tx_refuse(s->env, s->tx, REPLY_PROCESSING, "");
}

/*
 * The message cannot be sent as it is: from its first octet on it goes through
 * recode, before anything of it is hashed or stored.
 */
static void
content_recode_begin(struct session *s)
{
	struct ahead *ahead;
	struct tx *tx;
	size_t size;
	char *text;

	tx = s->tx;
	ahead = &tx->ahead;
	ahead->over = true;
	size = header_size(tx->raw.header);
	text = malloc(size + 2);
	tx->recode = recode_new(
	    tx->mail.body == COMMAND_BODY_BINARY ? RECODE_BINARY : RECODE_LONG,
	    RECODE_WINDOW, content_recoded_cb, s);
	if (text == NULL || tx->recode == NULL ||
	    collect_init(&tx->recoded) == -1 ||
	    header_write(tx->raw.header, text, size) == -1) {
		tx_refuse(s->env, tx, REPLY_PROCESSING, "");
	} else {
		memcpy(text + size, "\r\n", 2);
		content_recode(s, text, size + 2);
		content_recode(s, ahead->hold, ahead->len);
	}
	free(text);
	ahead_clear(ahead);
}

/* The message is sent as it is: what was held back goes. */
static void
content_pass(struct session *s)
{
	struct ahead *ahead;

	ahead = &s->tx->ahead;
	ahead->over = true;
	content_settle(s, s->tx->raw.header);
	content_body(s, ahead->hold, ahead->len);
	ahead_clear(ahead);
}

/* Octets of the body as they came. */
static void
content_look(struct session *s, const char *p, size_t len)
{
	bool long_line;
	struct tx *tx;
	int kept;

	tx = s->tx;
	if (tx->recode != NULL) {
		content_recode(s, p, len);
		return;
	}
	long_line = ahead_is_long(&tx->ahead, p, len);
	if (long_line && !tx->ahead.over) {
		content_recode_begin(s);
		content_recode(s, p, len);
		return;
	}
	if (long_line) /* too late to sign anything else */
		tx->found |= ENVELOPE_LONGLINE;
	kept = tx->ahead.over ? 0 : ahead_keep(&tx->ahead, p, len);
	if (kept == 1)
		return;
	if (kept == -1)
		tx_refuse(s->env, tx, REPLY_PROCESSING, "");
	else if (!tx->ahead.over)
		content_pass(s);
	content_body(s, p, len);
}

/* The header as the client wrote it is complete. */
static void
content_header_done(struct session *s)
{
	char bad[ADDRESS_SIZE];
	struct tx *tx;
	enum fields_status r;

	tx = s->tx;
	r = fields_from(tx->raw.header, tx->mail.utf8, &tx->from, &tx->from_len,
	    bad);
	if (r != FIELDS_OK) {
		tx_refuse(s->env, tx,
		    r == FIELDS_FROM ? REPLY_FROM_BAD : REPLY_PARSE, bad);
		return;
	}
	commit_ask_sender(s);
	if (tx->refusal == REPLY_NONE &&
	    (tx->mail.body == COMMAND_BODY_BINARY || tx->raw.longline))
		content_recode_begin(s);
}

/* A run of the message, dots removed. */
static void
content_run_cb(void *arg, const char *p, size_t len)
{
	struct session *s;
	struct tx *tx;
	size_t used;

	s = arg;
	tx = s->tx;
	if (tx->refusal != REPLY_NONE)
		return;
	if (tx->data.size > s->conf->smtp.message_size) {
		tx_refuse(s->env, tx, REPLY_SIZE, "");
		return;
	}
	used = 0;
	if (!tx->raw.done) {
		content_header_status(s, collect_feed(&tx->raw, p, len, &used));
		if (tx->raw.done)
			content_header_done(s);
	}
	if (used < len && tx->refusal == REPLY_NONE)
		content_look(s, p + used, len - used);
}

/* Get ready for the bytes of a message, of DATA or BDAT. -1 without memory. */
int
content_begin(struct session *s, bool chunks)
{
	struct tx *tx;

	tx = s->tx;
	data_init(&tx->data, s->conf->smtp.strict, chunks);
	tx->sign = dkimsign_new();
	return tx->sign == NULL ? -1 : collect_init(&tx->raw);
}

/* Octets of BINARYMIME: none of them means anything but to MIME. */
static void
content_binary(struct session *s, const char *p, size_t len)
{
	s->tx->data.size += len;
	content_run_cb(s, p, len);
}

/*
 * Bytes of a message as they came, cut anywhere. Returns how many belong to
 * it; fewer than len when its end is among them.
 */
size_t
content_feed(struct session *s, const char *p, size_t len)
{
	size_t used;

	used = len;
	if (s->tx->mail.body == COMMAND_BODY_BINARY)
		content_binary(s, p, len);
	else
		used = data_feed(&s->tx->data, p, len, content_run_cb, s);
	if (s->tx->data.bad)
		tx_refuse(s->env, s->tx, REPLY_PARSE, "");
	content_flush(s);
	return used;
}

/* The last octet has gone to recode: what it still has, and what it found. */
static void
content_recode_end(struct session *s)
{
	unsigned report;
	struct tx *tx;

	tx = s->tx;
	if (recode_finish(tx->recode) == -1) {
		tx_refuse(s->env, tx, REPLY_PROCESSING, "");
		return;
	}
	if (tx->refusal == REPLY_NONE && !tx->recoded.done) {
		content_header_status(s, collect_finish(&tx->recoded));
		if (tx->recoded.done)
			content_settle(s, tx->recoded.header);
	}
	if (tx->ahead.line != 0)
		content_body(s, "\r\n", 2);
	report = recode_report(tx->recode);
	if ((report & (RECODE_LEFT_LONG | RECODE_HEADER_LONG)) != 0)
		tx->found |= ENVELOPE_LONGLINE;
	if ((report & RECODE_REPAIRED) != 0 && s->conf->smtp.strict)
		tx_refuse(s->env, tx, REPLY_PARSE, "");
}

/* The end of data, or of the last chunk, was read. */
void
content_end(struct session *s)
{
	struct tx *tx;

	tx = s->tx;
	if (tx->data.chunks && tx->mail.body != COMMAND_BODY_BINARY)
		data_finish(&tx->data, content_run_cb, s);
	if (tx->data.bad)
		tx_refuse(s->env, tx, REPLY_PARSE, "");
	s->env->stats.octets += tx->data.size;
	if (tx->refusal == REPLY_NONE && !tx->raw.done) {
		content_header_status(s, collect_finish(&tx->raw));
		if (tx->raw.done)
			content_header_done(s);
	}
	if (tx->refusal == REPLY_NONE && tx->recode != NULL)
		content_recode_end(s);
	else if (tx->refusal == REPLY_NONE && !tx->ahead.over)
		content_pass(s);
	content_flush(s);
}

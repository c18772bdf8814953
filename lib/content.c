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
 * are held. What refuses the message is noted in the submission, for the end.
 */
#include "content.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bounds.h"
#include "commit.h"
#include "date.h"
#include "dkimsign.h"
#include "fields.h"
#include "header.h"
#include "peers.h"
#include "proto_submit.h"
#include "recode.h"
#include "submission.h"
#include "submitter.h"

/* Digits of 64 bits, and NUL. */
#define CONTENT_LIMIT_SIZE 21

/* Octets for the queue, at most SUBMIT_DATA_MAX. */
static void
content_send(struct submission *sub, const char *p, size_t len)
{
	if (peers_data(sub->client->env->peers, sub->epoch, sub->message, p,
		len) == -1) {
		sub->open = false;
		submission_refuse(sub, SUBMISSION_TEMPFAIL, "");
	}
	sub->sent += len;
}

/* Hand what is staged to the queue. */
static void
content_flush(struct submission *sub)
{
	struct submission_env *env;

	env = sub->client->env;
	if (env->staged > 0 && sub->open)
		content_send(sub, env->stage, env->staged);
	env->staged = 0;
}

/*
 * Bytes for the queue: small pieces are gathered, large ones go as they are.
 * A message for nobody (all suppressed) goes nowhere.
 */
static void
content_out(struct submission *sub, const char *p, size_t len)
{
	struct submission_env *env;
	size_t n;

	env = sub->client->env;
	if (env->staged + len > sizeof(env->stage) || len >= SUBMISSION_PIECE)
		content_flush(sub);
	for (; len >= SUBMISSION_PIECE && sub->open; p += n, len -= n) {
		n = len < SUBMIT_DATA_MAX ? len : SUBMIT_DATA_MAX;
		content_send(sub, p, n);
	}
	if (len == 0 || !sub->open)
		return;
	memcpy(env->stage + env->staged, p, len);
	env->staged += len;
}

static int
content_complete(struct submission *sub)
{
	const struct submission_client *client;
	struct fields_trace t;

	client = sub->client;
	memset(&t, 0, sizeof(t));
	t.hostname = client->hostname;
	t.protocol = sub->protocol;
	if (client->named) {
		t.helo = client->helo;
		t.source = client->source;
	}
	t.tls = client->tls[0] == '\0' ? NULL : client->tls;
	t.id = sub->message;
	t.now = time(NULL);
	t.offset_minutes = date_local_offset(t.now);
	if (sub->from_len > 1)
		t.sender = sub->sender;
	if (sub->rcpts_len == 1)
		t.rcpt = sub->rcpts[0].address;
	return fields_complete(sub->header, &t);
}

/* Write the completed header and the empty line. */
static int
content_write_header(struct submission *sub)
{
	struct header *h;
	size_t size;
	char *text;
	int r;

	h = sub->header;
	size = header_size(h);
	text = malloc(size + 2);
	if (text == NULL)
		return -1;
	r = header_write(h, text, size);
	if (r == 0) {
		memcpy(text + size, "\r\n", 2);
		content_out(sub, text, size + 2);
	}
	free(text);
	return r;
}

/* This is the header that is sent, but for what we do to it. */
static void
content_settle(struct submission *sub, struct header *h)
{
	sub->header = h;
	if (content_complete(sub) == -1 || content_write_header(sub) == -1)
		submission_refuse(sub, SUBMISSION_TEMPFAIL, "");
}

/* Whether it is known by now that nothing signs the message. */
static bool
content_is_unsigned(const struct submission *sub)
{
	return sub->from_next > 0 && sub->first.keys == 0;
}

/* Octets of the body as they are sent and signed. */
static void
content_body(struct submission *sub, const char *p, size_t len)
{
	if (len == 0 || sub->refusal != SUBMISSION_FINE)
		return;
	if (!content_is_unsigned(sub))
		dkimsign_update(sub->sign, p, len);
	content_out(sub, p, len);
}

/* What an answer about a header means for the message. */
static void
content_header_status(struct submission *sub, enum header_status r)
{
	if (r == HEADER_NOMEM)
		submission_refuse(sub, SUBMISSION_TEMPFAIL, "");
	else if (r != HEADER_MORE && r != HEADER_END)
		submission_refuse(sub, SUBMISSION_PARSE, "");
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
	struct submission *sub;
	const char *p;
	size_t used;

	sub = arg;
	p = data;
	if (sub->refusal != SUBMISSION_FINE)
		return 0;
	if (content_is_eight(p, len))
		sub->found |= ENVELOPE_8BIT;
	sub->ahead.line = p[len - 1] == '\n' ? 0 : 1;
	used = 0;
	if (!sub->recoded.done) {
		content_header_status(sub,
		    collect_feed(&sub->recoded, p, len, &used));
		if (sub->recoded.done)
			content_settle(sub, sub->recoded.header);
	}
	content_body(sub, p + used, len - used);
	return 0;
}

static void
content_recode(struct submission *sub, const char *p, size_t len)
{
	if (len > 0 && sub->refusal == SUBMISSION_FINE &&
	    recode_feed(sub->recode, p, len) == -1)
		submission_refuse(sub, SUBMISSION_TEMPFAIL, "");
}

/*
 * The message cannot be sent as it is: from its first octet on it goes through
 * recode, before anything of it is hashed or stored.
 */
static void
content_recode_begin(struct submission *sub)
{
	struct ahead *ahead;
	size_t size;
	char *text;

	ahead = &sub->ahead;
	ahead->over = true;
	size = header_size(sub->raw.header);
	text = malloc(size + 2);
	sub->recode = recode_new(sub->binary ? RECODE_BINARY : RECODE_LONG,
	    RECODE_WINDOW, content_recoded_cb, sub);
	if (text == NULL || sub->recode == NULL ||
	    collect_init(&sub->recoded) == -1 ||
	    header_write(sub->raw.header, text, size) == -1) {
		submission_refuse(sub, SUBMISSION_TEMPFAIL, "");
	} else {
		memcpy(text + size, "\r\n", 2);
		content_recode(sub, text, size + 2);
		content_recode(sub, ahead->hold, ahead->len);
	}
	free(text);
	ahead_clear(ahead);
}

/* The message is sent as it is: what was held back goes. */
static void
content_pass(struct submission *sub)
{
	struct ahead *ahead;

	ahead = &sub->ahead;
	ahead->over = true;
	content_settle(sub, sub->raw.header);
	content_body(sub, ahead->hold, ahead->len);
	ahead_clear(ahead);
}

/* Octets of the body as they came. */
static void
content_look(struct submission *sub, const char *p, size_t len)
{
	bool long_line;
	int kept;

	if (sub->recode != NULL) {
		content_recode(sub, p, len);
		return;
	}
	long_line = ahead_is_long(&sub->ahead, p, len);
	if (long_line && !sub->ahead.over) {
		content_recode_begin(sub);
		content_recode(sub, p, len);
		return;
	}
	if (long_line) /* too late to sign anything else */
		sub->found |= ENVELOPE_LONGLINE;
	kept = sub->ahead.over ? 0 : ahead_keep(&sub->ahead, p, len);
	if (kept == 1)
		return;
	if (kept == -1)
		submission_refuse(sub, SUBMISSION_TEMPFAIL, "");
	else if (!sub->ahead.over)
		content_pass(sub);
	content_body(sub, p, len);
}

/* The header as the client wrote it is complete. */
static void
content_header_done(struct submission *sub)
{
	char bad[ADDRESS_SIZE];
	enum fields_status r;

	r = fields_from(sub->raw.header, sub->may_utf8, &sub->from,
	    &sub->from_len, bad);
	if (r != FIELDS_OK) {
		submission_refuse(sub,
		    r == FIELDS_FROM ? SUBMISSION_FROM : SUBMISSION_PARSE, bad);
		return;
	}
	commit_ask_sender(sub);
	if (sub->refusal == SUBMISSION_FINE &&
	    (sub->binary || sub->raw.longline))
		content_recode_begin(sub);
}

static void
content_too_large(struct submission *sub)
{
	char limit[CONTENT_LIMIT_SIZE];

	(void)snprintf(limit, sizeof(limit), "%" PRIu64,
	    submission_size_max(sub));
	submission_refuse(sub, SUBMISSION_SIZE, limit);
}

/* A run of the message, dots removed. */
static void
content_run_cb(void *arg, const char *p, size_t len)
{
	struct submission *sub;
	size_t used;

	sub = arg;
	if (sub->refusal != SUBMISSION_FINE)
		return;
	if (sub->data.size > submission_size_max(sub)) {
		content_too_large(sub);
		return;
	}
	used = 0;
	if (!sub->raw.done) {
		content_header_status(sub,
		    collect_feed(&sub->raw, p, len, &used));
		if (sub->raw.done)
			content_header_done(sub);
	}
	if (used < len && sub->refusal == SUBMISSION_FINE)
		content_look(sub, p + used, len - used);
}

/* Get ready for the bytes of a message, of DATA or BDAT. -1 without memory. */
int
content_begin(struct submission *sub, bool chunks)
{
	data_init(&sub->data, sub->client->strict, chunks);
	sub->sign = dkimsign_new();
	return sub->sign == NULL ? -1 : collect_init(&sub->raw);
}

/* Octets of BINARYMIME: none of them means anything but to MIME. */
static void
content_binary(struct submission *sub, const char *p, size_t len)
{
	sub->data.size += len;
	content_run_cb(sub, p, len);
}

/*
 * Bytes of a message as they came, cut anywhere. Returns how many belong to
 * it; fewer than len when its end is among them.
 */
size_t
content_feed(struct submission *sub, const char *p, size_t len)
{
	size_t used;

	used = len;
	if (sub->binary)
		content_binary(sub, p, len);
	else
		used = data_feed(&sub->data, p, len, content_run_cb, sub);
	if (sub->data.bad)
		submission_refuse(sub, SUBMISSION_PARSE, "");
	content_flush(sub);
	return used;
}

/* The last octet has gone to recode: what it still has, and what it found. */
static void
content_recode_end(struct submission *sub)
{
	unsigned report;

	if (recode_finish(sub->recode) == -1) {
		submission_refuse(sub, SUBMISSION_TEMPFAIL, "");
		return;
	}
	if (sub->refusal == SUBMISSION_FINE && !sub->recoded.done) {
		content_header_status(sub, collect_finish(&sub->recoded));
		if (sub->recoded.done)
			content_settle(sub, sub->recoded.header);
	}
	if (sub->ahead.line != 0)
		content_body(sub, "\r\n", 2);
	report = recode_report(sub->recode);
	if ((report & (RECODE_LEFT_LONG | RECODE_HEADER_LONG)) != 0)
		sub->found |= ENVELOPE_LONGLINE;
	if ((report & RECODE_REPAIRED) != 0 && sub->client->strict)
		submission_refuse(sub, SUBMISSION_PARSE, "");
}

/* The end of data, or of the last chunk, was read. */
void
content_end(struct submission *sub)
{
	if (sub->data.chunks && !sub->binary)
		data_finish(&sub->data, content_run_cb, sub);
	if (sub->data.bad)
		submission_refuse(sub, SUBMISSION_PARSE, "");
	if (sub->refusal == SUBMISSION_FINE && !sub->raw.done) {
		content_header_status(sub, collect_finish(&sub->raw));
		if (sub->raw.done)
			content_header_done(sub);
	}
	if (sub->refusal == SUBMISSION_FINE && sub->recode != NULL)
		content_recode_end(sub);
	else if (sub->refusal == SUBMISSION_FINE && !sub->ahead.over)
		content_pass(sub);
	content_flush(sub);
}

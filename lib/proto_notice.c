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
 * What queue tells control about recipients.  Encodes, decodes and checks
 * form only.
 */
#include "proto_notice.h"

#include <stdio.h>

#include "chan.h"
#include "msg.h"
#include "siphash.h"

/* What is known of a recipient; TAKEN has the same id.  0 or -1. */
int
notice_bounce_send(struct chan *c, uint64_t id, const struct notice_bounce *s)
{
	struct msgout *o;

	o = chan_begin(c, M_NOTICE_BOUNCE, id);
	msg_put_u32(o, s->kind);
	msg_put_u64(o, s->message);
	msg_put_str(o, s->compartment);
	msg_put_str(o, s->rcpt);
	msg_put_str(o, s->message_id);
	msg_put_str(o, s->host);
	msg_put_str(o, s->text);
	return chan_end(c, -1);
}

/* Decode BOUNCE.  -1 if ill-formed or of nobody. */
int
notice_bounce_recv(struct msgin *m, struct notice_bounce *s)
{
	s->kind = (enum notice_kind)msg_get_enum(m, NOTICE_HARD,
	    NOTICE_KIND_LAST);
	s->message = msg_get_u64(m);
	msg_get_str(m, s->compartment, sizeof(s->compartment));
	msg_get_str(m, s->rcpt, sizeof(s->rcpt));
	msg_get_str(m, s->message_id, sizeof(s->message_id));
	msg_get_str(m, s->host, sizeof(s->host));
	msg_get_str(m, s->text, sizeof(s->text));
	if (s->rcpt[0] == '\0')
		m->bad = true;
	return msg_end(m);
}

/* Answer BOUNCE.  0 or -1. */
int
notice_taken_send(struct chan *c, uint64_t id, const struct notice_taken *s)
{
	struct msgout *o;

	o = chan_begin(c, M_NOTICE_TAKEN, id);
	msg_put_bool(o, s->ok);
	return chan_end(c, -1);
}

/* Decode TAKEN.  -1 if ill-formed. */
int
notice_taken_recv(struct msgin *m, struct notice_taken *s)
{
	s->ok = msg_get_bool(m);
	return msg_end(m);
}

/* Name recipients to watch.  0 or -1. */
int
notice_watch_send(struct chan *c, const struct notice_watch *s)
{
	struct msgout *o;
	uint32_t i;

	o = chan_begin(c, M_NOTICE_WATCH, 0);
	msg_put_data(o, s->key, sizeof(s->key));
	msg_put_u32(o, s->n);
	for (i = 0; i < s->n; i++)
		msg_put_u64(o, s->hash[i]);
	return chan_end(c, -1);
}

/* Decode WATCH.  -1 if ill-formed. */
int
notice_watch_recv(struct msgin *m, struct notice_watch *s)
{
	uint32_t i;

	if (msg_get_data(m, s->key, sizeof(s->key)) != sizeof(s->key))
		m->bad = true;
	s->n = msg_get_u32(m);
	if (s->n > NOTICE_WATCH_MAX)
		m->bad = true;
	for (i = 0; i < s->n && !m->bad; i++)
		s->hash[i] = msg_get_u64(m);
	return msg_end(m);
}

/*
 * The hash of a recipient of mail from a compartment.  The case of ASCII does
 * not matter; the two forms of a domain that is internationalized differ.
 */
uint64_t
notice_watch_hash(const uint8_t key[SIPHASH_KEY_SIZE], const char *compartment,
    const char *rcpt)
{
	char text[OBJECT_ID_SIZE + ADDRESS_SIZE + 1];
	char *p;

	(void)snprintf(text, sizeof(text), "%s %s", compartment, rcpt);
	for (p = text; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 'a' - 'A');
	}
	return siphash(key, text, (size_t)(p - text));
}

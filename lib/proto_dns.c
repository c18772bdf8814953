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
 * Look-ups of control, done by deliver.  Encodes, decodes and checks form; it
 * knows no DNS.
 */
#include "proto_dns.h"

#include "chan.h"
#include "msg.h"

/* Ask for the records of a name; ANSWER has the same id.  0 or -1. */
int
dns_query_send(struct chan *c, uint64_t id, const struct dns_query *s)
{
	struct msgout *o;

	o = chan_begin(c, M_DNS_QUERY, id);
	msg_put_u32(o, s->rrtype);
	msg_put_str(o, s->name);
	return chan_end(c, -1);
}

/* Decode QUERY.  -1 if ill-formed or without a name. */
int
dns_query_recv(struct msgin *m, struct dns_query *s)
{
	s->rrtype = msg_get_enum(m, DNS_TXT, DNS_RRTYPE_LAST);
	msg_get_str(m, s->name, sizeof(s->name));
	if (s->name[0] == '\0')
		m->bad = true;
	return msg_end(m);
}

/*
 * Answer QUERY; used records only.  0, or -1 if they do not fit in a message
 * or it could not be queued.
 */
int
dns_answer_send(struct chan *c, uint64_t id, const struct dns_answer *s)
{
	struct msgout *o;
	uint32_t i;

	o = chan_begin(c, M_DNS_ANSWER, id);
	msg_put_u32(o, s->status);
	msg_put_bool(o, s->secure);
	msg_put_u32(o, s->records);
	for (i = 0; i < s->records && i < DNS_RECORDS_MAX; i++)
		msg_put_str(o, s->record[i]);
	return chan_end(c, -1);
}

/* Decode ANSWER.  -1 if ill-formed, or records without success. */
int
dns_answer_recv(struct msgin *m, struct dns_answer *s)
{
	uint32_t i;

	s->status = msg_get_enum(m, DNS_OK, DNS_STATUS_LAST);
	s->secure = msg_get_bool(m);
	s->records = msg_get_u32(m);
	if (s->records > DNS_RECORDS_MAX ||
	    (s->status != DNS_OK && s->records != 0)) {
		m->bad = true;
		s->records = 0;
	}
	for (i = 0; i < s->records; i++)
		msg_get_str(m, s->record[i], sizeof(s->record[i]));
	return msg_end(m);
}

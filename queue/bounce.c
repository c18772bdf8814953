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
 * Making a bounce and giving it to the spool, in the same commit as the
 * marks that end its recipients.  There is none for a message whose
 * reverse-path is null, and none to a sender that asked for none.
 */
#include "bounce.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blob.h"
#include "clock.h"
#include "crc32c.h"
#include "date.h"
#include "envelope.h"
#include "id.h"
#include "journal.h"
#include "log.h"
#include "message.h"
#include "proto_submit.h"
#include "qbounds.h"
#include "queue.h"
#include "schedule.h"
#include "spool.h"
#include "wrap.h"

struct report {
	struct queue *queue;
	struct message *message;
	enum bounce_kind kind;
	struct envelope env;
	const char *to;
	const struct bounce_rcpt *rcpt;
	size_t rcpts;
	uint64_t id; /* of the bounce */
	char boundary[64];
};

/* What the kinds of reports say. */
static const struct {
	const char *subject;
	const char *text;
	const char *action;
	const char *status; /* unless a better one is known */
	const char *said;
} words[] = {
	[BOUNCE_FAILED] = { "Undelivered mail returned to sender",
	    "Your message could not be delivered to the following recipients.\r\n"
	    "No further attempt will be made.\r\n",
	    "failed", "5.0.0", " said: " },
	[BOUNCE_DELAYED] = { "Delayed mail (still being retried)",
	    "Your message could not be delivered yet to the following "
	    "recipients.\r\n"
	    "You need not send it again: attempts go on.\r\n",
	    "delayed", "4.0.0", " said: " },
	[BOUNCE_RELAYED] = { "Mail relayed",
	    "Your message was given to the servers of the following "
	    "recipients.\r\n"
	    "These servers do not report whether it was delivered.\r\n",
	    "relayed", "2.0.0", " said: " },
};

/* xtext (RFC 3461 section 4) in place to what it stands for. */
void
bounce_unxtext(char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *high, *low, *in;
	char *out = text;

	for (in = text; *in != '\0'; in++) {
		high = in[0] != '+' || in[1] == '\0' ? NULL :
						       strchr(digits, in[1]);
		low = high == NULL || in[2] == '\0' ? NULL :
						      strchr(digits, in[2]);
		if (low == NULL || (high == digits && low == digits)) {
			*out++ = *in;
			continue;
		}
		*out++ = (char)((high - digits) * 16 + (low - digits));
		in += 2;
	}
	*out = '\0';
}

/*
 * What a remote server or a client said: it has no line ends of its own here,
 * and no octets over 127 unless the report is in UTF-8.
 */
static void
put_said(struct blob *b, const struct report *r, const char *text,
    const char *indent)
{
	wrap_put(b, text, indent, (r->env.flags & ENVELOPE_UTF8) != 0);
}

/* The same as the value of a field, which is folded. */
static void
put_value(struct blob *b, const struct report *r, const char *text)
{
	put_said(b, r, text, "\t");
}

/*
 * A reply as it was received, but in one line: "550 5.1.1 No such user".
 * Without a code it is the text alone; enhanced is empty if it had none.
 */
void
bounce_reply(unsigned code, const char *enhanced, const char *text,
    char out[REPLY_SIZE])
{
	if (code == 0)
		(void)snprintf(out, REPLY_SIZE, "%s", text);
	else
		(void)snprintf(out, REPLY_SIZE, "%u %s%s%s", code, enhanced,
		    enhanced[0] == '\0' ? "" : " ", text);
}

static void
reply_of(const struct bounce_rcpt *rcpt, char out[REPLY_SIZE])
{
	bounce_reply(rcpt->code, rcpt->stated ? rcpt->enhanced : "", rcpt->text,
	    out);
}

/* The type of an address (RFC 6533 section 3). */
static const char *
address_type(const char *address)
{
	for (; *address != '\0'; address++)
		if ((unsigned char)*address >= 0x80)
			return "utf-8; ";
	return "rfc822; ";
}

static void
put_date(struct blob *b, const char *name, int64_t ms)
{
	char date[DATE_RFC5322_SIZE];

	if (date_rfc5322(ms / 1000, 0, date, sizeof(date)) == 0)
		blob_printf(b, "%s: %s\r\n", name, date);
}

static void
put_header(struct blob *b, const struct report *r)
{
	const char *host = r->queue->global.hostname;
	char id[ID_TEXT_SIZE];

	put_date(b, "Date", clock_wall());
	blob_put_text(b, "From: Mail Delivery System <MAILER-DAEMON@");
	blob_put_text(b, host);
	blob_put_text(b, ">\r\nTo: <");
	blob_put_text(b, r->to);
	blob_put_text(b, ">\r\nSubject: ");
	blob_put_text(b, words[r->kind].subject);
	blob_put_text(b, "\r\nMessage-ID: <");
	blob_put_text(b, id_format(r->id, id));
	blob_put_text(b, "@");
	blob_put_text(b, host);
	blob_put_text(b,
	    ">\r\nAuto-Submitted: auto-replied\r\n"
	    "MIME-Version: 1.0\r\nContent-Type: multipart/report;"
	    " report-type=delivery-status;\r\n\tboundary=\"");
	blob_put_text(b, r->boundary);
	blob_put_text(b,
	    "\"\r\n\r\nThis is a delivery report in MIME form.\r\n");
}

static void
put_boundary(struct blob *b, const struct report *r, const char *type)
{
	blob_printf(b, "\r\n--%s\r\n", r->boundary);
	blob_printf(b, "Content-Type: %s\r\n\r\n", type);
}

/* One recipient, and why. */
static void
put_text_rcpt(struct blob *b, const struct report *r,
    const struct bounce_rcpt *rcpt)
{
	char reply[REPLY_SIZE];

	blob_put_text(b, "  <");
	put_said(b, r, rcpt->address, "  ");
	blob_put_text(b, ">\r\n    ");
	if (rcpt->host[0] != '\0') {
		put_said(b, r, rcpt->host, "    ");
		blob_put_text(b, words[r->kind].said);
	}
	reply_of(rcpt, reply);
	put_said(b, r, reply, "    ");
	blob_put_text(b, "\r\n\r\n");
}

/* For a person. */
static void
put_text(struct blob *b, const struct report *r)
{
	char id[ID_TEXT_SIZE];
	size_t i;

	put_boundary(b, r,
	    (r->env.flags & ENVELOPE_UTF8) != 0 ?
		"text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: 8bit" :
		"text/plain; charset=us-ascii");
	blob_put_text(b, words[r->kind].text);
	blob_put_text(b, "\r\n");
	for (i = 0; i < r->rcpts; i++)
		put_text_rcpt(b, r, &r->rcpt[i]);
	blob_printf(b, "The message had the id %s at ",
	    id_format(r->message->id, id));
	blob_put_text(b, r->queue->global.hostname);
	blob_put_text(b, ".\r\n");
}

/* "rfc822;ADDRESS" as the client gave it, decoded unless it is unitext. */
static void
put_orcpt(struct blob *b, const struct report *r, const char *orcpt)
{
	char text[ORCPT_SIZE];

	(void)snprintf(text, sizeof(text), "%s", orcpt);
	if (strncasecmp(text, "utf-8;", 6) != 0)
		bounce_unxtext(text);
	blob_put_text(b, "Original-Recipient: ");
	put_value(b, r, text);
	blob_put_text(b, "\r\n");
}

static void
put_status_rcpt(struct blob *b, const struct report *r,
    const struct bounce_rcpt *rcpt)
{
	const char *status = words[r->kind].status;
	char reply[REPLY_SIZE];
	int64_t end = r->env.accepted + r->queue->conf.expire * INT64_C(1000);

	blob_put_text(b, "\r\n");
	if (rcpt->orcpt[0] != '\0')
		put_orcpt(b, r, rcpt->orcpt);
	blob_put_text(b, "Final-Recipient: ");
	blob_put_text(b, address_type(rcpt->address));
	put_value(b, r, rcpt->address);
	blob_put_text(b, "\r\nAction: ");
	blob_put_text(b, words[r->kind].action);
	blob_put_text(b, "\r\nStatus: ");
	/* Of another class it would contradict the action. */
	if (rcpt->enhanced[0] == status[0] ||
	    (r->kind == BOUNCE_FAILED && rcpt->enhanced[0] == '4'))
		status = rcpt->enhanced;
	blob_put_text(b, status);
	blob_put_text(b, "\r\n");
	if (rcpt->host[0] != '\0') {
		blob_put_text(b, "Remote-MTA: dns; ");
		put_value(b, r, rcpt->host);
		blob_put_text(b, "\r\n");
	}
	/* RFC 3461 section 9.2: the code and the text as received. */
	blob_put_text(b,
	    rcpt->code != 0 ? "Diagnostic-Code: smtp; " :
			      "Diagnostic-Code: x-edd; ");
	reply_of(rcpt, reply);
	put_value(b, r, reply);
	blob_put_text(b, "\r\n");
	if (r->kind == BOUNCE_DELAYED)
		put_date(b, "Will-Retry-Until", clock_date(end));
}

/* For programs: RFC 3464, or RFC 6533. */
static void
put_status(struct blob *b, const struct report *r)
{
	char envid[ENVID_SIZE];
	size_t i;

	put_boundary(b, r,
	    (r->env.flags & ENVELOPE_UTF8) != 0 ?
		"message/global-delivery-status\r\n"
		"Content-Transfer-Encoding: 8bit" :
		"message/delivery-status");
	if (r->env.envid[0] != '\0') {
		(void)snprintf(envid, sizeof(envid), "%s", r->env.envid);
		bounce_unxtext(envid);
		blob_put_text(b, "Original-Envelope-Id: ");
		put_value(b, r, envid);
		blob_put_text(b, "\r\n");
	}
	blob_put_text(b, "Reporting-MTA: dns; ");
	blob_put_text(b, r->queue->global.hostname);
	blob_put_text(b, "\r\n");
	put_date(b, "Arrival-Date", clock_date(r->env.accepted));
	for (i = 0; i < r->rcpts; i++)
		put_status_rcpt(b, r, &r->rcpt[i]);
}

/* Where the header ends, with its empty line; len if it does not. */
static size_t
header_end(const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i + 4 <= len; i++)
		if (memcmp(p + i, "\r\n\r\n", 4) == 0)
			return i + 4;
	return len;
}

/* The types of the original, whole or its header, with their encoding. */
static const char *
original_type(const struct report *r, bool full)
{
	if ((r->env.flags & ENVELOPE_UTF8) != 0)
		return full ? "message/global\r\n"
			      "Content-Transfer-Encoding: 8bit" :
			      "message/global-headers\r\n"
			      "Content-Transfer-Encoding: 8bit";
	return full ? "message/rfc822\r\nContent-Transfer-Encoding: 8bit" :
		      "text/rfc822-headers";
}

/*
 * Where what may be sent of a damaged header ends: before the first line that
 * is none of a header.
 */
static size_t
sound_end(const uint8_t *p, size_t len)
{
	size_t at = 0, end, i;

	for (;; at = end) {
		for (end = at; end < len && p[end] != '\n'; end++)
			;
		if (end++ >= len || end - at > WRAP_LINE_MAX || end < at + 3 ||
		    p[end - 2] != '\r')
			return at;
		for (i = at; i < end - 2; i++)
			if ((p[i] < ' ' && p[i] != '\t') || p[i] >= 0x7f)
				return at;
		if (p[at] != ' ' && p[at] != '\t' &&
		    memchr(p + at, ':', end - at) == NULL)
			return at;
	}
}

/* Whether the whole of a body that was read is as it was accepted. */
static bool
is_intact(const struct report *r, const uint8_t *body)
{
	struct message *m = r->message;
	uint8_t *prefix;
	bool intact;

	if ((m->flags & MESSAGE_DAMAGED) != 0)
		return false;
	prefix = malloc(m->prefix_len + 1);
	if (prefix == NULL)
		return false;
	intact = spool_prefix(r->queue->spool, m, prefix) == 0 &&
	    crc32c(crc32c(0, body, m->body_len), prefix, m->prefix_len) ==
		m->body_crc;
	free(prefix);
	return intact;
}

/*
 * The original: whole if it failed, is small, wanted and not damaged, otherwise
 * its header (RFC 3461 section 4.3: RET is about failures).
 */
static void
put_original(struct blob *b, const struct report *r)
{
	struct message *m = r->message;
	size_t len = m->body_len;
	bool full, whole = len <= BOUNCE_FULL_MAX, damaged;
	uint8_t *data;

	full = r->kind == BOUNCE_FAILED &&
	    (r->env.flags & ENVELOPE_RET_HDRS) == 0 && whole;
	if (len > BOUNCE_HEADER_MAX)
		len = BOUNCE_HEADER_MAX;
	data = malloc(len + 1);
	if (data != NULL &&
	    spool_body(r->queue->spool, m, data, len, 0) == -1) {
		log_warn("bounce: reading the original");
		len = 0;
	}
	if (data == NULL)
		len = 0;
	damaged = (m->flags & MESSAGE_DAMAGED) != 0 ||
	    (whole && len > 0 && !is_intact(r, data));
	full = full && !damaged;
	put_boundary(b, r, original_type(r, full));
	if (!full)
		len = header_end(data, len);
	if (damaged)
		len = sound_end(data, len);
	blob_put_data(b, data, len);
	free(data);
	blob_printf(b, "\r\n--%s--\r\n", r->boundary);
}

static void
bounce_accepted_cb(struct message *m, enum spool_status status, void *arg)
{
	struct queue *q = arg;

	if (m != NULL)
		schedule_add(q->schedule, m);
}

static void
make_envelope(struct blob *meta, const struct report *r, const char *id)
{
	struct envelope env;
	struct envelope_rcpt rcpt;
	struct blob rcpts = { 0 };

	memset(&env, 0, sizeof(env));
	rcpt.notify = NOTIFY_NEVER;
	rcpt.address = r->to;
	rcpt.orcpt = "";
	envelope_put_rcpt(&rcpts, &rcpt);
	env.kind = ENVELOPE_BOUNCE;
	env.accepted = clock_now();
	env.flags = r->env.flags & (ENVELOPE_8BIT | ENVELOPE_UTF8);
	env.sender = env.return_path = env.from = "";
	env.message_id = id;
	env.envid = env.selector = env.source = env.sources = "";
	env.user = r->env.user;
	env.compartment = r->env.compartment;
	env.rcpts = 1;
	env.rcpt = rcpts.data;
	env.rcpt_len = rcpts.len;
	envelope_encode(meta, &env);
	if (rcpts.bad)
		meta->bad = true;
	blob_free(&rcpts);
}

static int
submit(const struct report *r)
{
	struct spool_entry *e;
	struct blob body = { 0 };
	char id[ID_TEXT_SIZE], message_id[512];
	size_t len;

	e = spool_entry_new(r->id);
	if (e == NULL)
		return -1;
	put_header(&body, r);
	put_text(&body, r);
	put_status(&body, r);
	put_original(&body, r);
	(void)snprintf(message_id, sizeof(message_id), "<%s@%s>",
	    id_format(r->id, id), r->queue->global.hostname);
	make_envelope(&e->meta, r, message_id);
	e->body = blob_take(&body, &len);
	if (e->body == NULL) {
		spool_entry_free(e);
		return -1;
	}
	e->body_len = len;
	e->keep = true;
	e->owed = r->message->id;
	e->done = bounce_accepted_cb;
	e->arg = r->queue;
	return spool_put(r->queue->spool, e);
}

/* Whom a report is about, as "<a> <b>", as many as are not too many. */
static void
tell_about(const struct report *r)
{
	struct blob b = { 0 };
	size_t i;

	for (i = 0; i < r->rcpts && b.len < REPORT_ABOUT_MAX; i++)
		blob_printf(&b, "%s<%s>", i == 0 ? "" : " ",
		    r->rcpt[i].address);
	blob_put_u8(&b, '\0');
	if (!b.bad)
		journal_str(r->queue->journal, "about", (const char *)b.data);
	blob_free(&b);
}

/* The story of the message goes on with its report's. */
static void
tell(const struct report *r)
{
	struct journal *j = r->queue->journal;
	char id[ID_TEXT_SIZE];

	journal_begin(j, "notified", r->message->id);
	journal_str(j, "to", r->to);
	journal_str(j, "action", words[r->kind].action);
	journal_str(j, "report", id_format(r->id, id));
	journal_num(j, "recipients", (int64_t)r->rcpts);
	tell_about(r);
	journal_end(j);
}

/*
 * Report n recipients of a message to its sender, unless it is a report itself
 * or has nobody to report to.  The report waits for the next commit.
 */
void
bounce_send(struct queue *q, struct message *m, enum bounce_kind kind,
    const struct bounce_rcpt *rcpt, size_t n)
{
	struct report r;
	char id[ID_TEXT_SIZE];

	memset(&r, 0, sizeof(r));
	if (n == 0 || (m->flags & MESSAGE_BOUNCE) != 0)
		return;
	if (spool_envelope(q->spool, m) == -1 ||
	    envelope_decode(&r.env, m->envelope, m->meta_len) == -1) {
		log_warnx("%s: no envelope to bounce to", id_format(m->id, id));
		return;
	}
	r.to = r.env.sender;
	if (r.to[0] == '\0')
		return;
	r.queue = q;
	r.message = m;
	r.kind = kind;
	r.rcpt = rcpt;
	r.rcpts = n;
	r.id = spool_new_id(q->spool);
	(void)snprintf(r.boundary, sizeof(r.boundary), "edd.%s.%s", "report",
	    id_format(r.id, id));
	if (submit(&r) == 0)
		tell(&r);
	else
		log_warnx("%s: bounce could not be made", id_format(m->id, id));
}

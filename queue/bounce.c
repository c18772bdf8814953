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
#include "date.h"
#include "envelope.h"
#include "id.h"
#include "journal.h"
#include "log.h"
#include "proto_submit.h"
#include "qbounds.h"
#include "queue.h"
#include "schedule.h"
#include "spool.h"

struct report {
	struct queue *queue;
	struct message *message;
	struct envelope env;
	const char *to;
	const struct bounce_rcpt *rcpt;
	size_t rcpts;
	uint64_t id; /* of the bounce */
	char boundary[64];
};

/* One line of text: what a remote server said has no line ends here. */
static void
put_flat(struct blob *b, const char *text)
{
	unsigned char c;

	for (; *text != '\0'; text++) {
		c = (unsigned char)*text;
		blob_put_u8(b, c < 0x20 || c >= 0x7f ? ' ' : c);
	}
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
	blob_put_text(b,
	    ">\r\nSubject: Undelivered mail returned to "
	    "sender\r\nMessage-ID: <");
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

/* For a person. */
static void
put_text(struct blob *b, const struct report *r)
{
	char id[ID_TEXT_SIZE];
	size_t i;

	put_boundary(b, r, "text/plain; charset=us-ascii");
	blob_put_text(b,
	    "Your message could not be delivered to the following"
	    " recipients.\r\nNo further attempt will be made."
	    "\r\n\r\n");
	for (i = 0; i < r->rcpts; i++) {
		blob_put_text(b, "  <");
		put_flat(b, r->rcpt[i].address);
		blob_put_text(b, ">\r\n    ");
		if (r->rcpt[i].host[0] != '\0') {
			put_flat(b, r->rcpt[i].host);
			blob_put_text(b, " said: ");
		}
		put_flat(b, r->rcpt[i].text);
		blob_put_text(b, "\r\n\r\n");
	}
	blob_printf(b, "The message had the id %s at ",
	    id_format(r->message->id, id));
	blob_put_text(b, r->queue->global.hostname);
	blob_put_text(b, ".\r\n");
}

static void
put_status_rcpt(struct blob *b, const struct bounce_rcpt *rcpt)
{
	blob_put_text(b, "\r\n");
	if (rcpt->orcpt[0] != '\0') {
		blob_put_text(b, "Original-Recipient: ");
		put_flat(b, rcpt->orcpt);
		blob_put_text(b, "\r\n");
	}
	blob_put_text(b, "Final-Recipient: rfc822; ");
	put_flat(b, rcpt->address);
	blob_put_text(b, "\r\nAction: failed\r\nStatus: ");
	blob_put_text(b, rcpt->enhanced[0] != '\0' ? rcpt->enhanced : "5.0.0");
	blob_put_text(b, "\r\n");
	if (rcpt->host[0] != '\0') {
		blob_put_text(b, "Remote-MTA: dns; ");
		put_flat(b, rcpt->host);
		blob_put_text(b, "\r\n");
	}
	blob_put_text(b,
	    rcpt->code != 0 ? "Diagnostic-Code: smtp; " :
			      "Diagnostic-Code: x-edd; ");
	put_flat(b, rcpt->text);
	blob_put_text(b, "\r\n");
}

/* For programs: RFC 3464. */
static void
put_status(struct blob *b, const struct report *r)
{
	size_t i;

	put_boundary(b, r, "message/delivery-status");
	if (r->env.envid[0] != '\0') {
		blob_put_text(b, "Original-Envelope-Id: ");
		put_flat(b, r->env.envid);
		blob_put_text(b, "\r\n");
	}
	blob_put_text(b, "Reporting-MTA: dns; ");
	blob_put_text(b, r->queue->global.hostname);
	blob_put_text(b, "\r\n");
	put_date(b, "Arrival-Date", r->env.accepted);
	for (i = 0; i < r->rcpts; i++)
		put_status_rcpt(b, &r->rcpt[i]);
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

/* The original: whole if it is small and wanted, otherwise its header. */
static void
put_original(struct blob *b, const struct report *r)
{
	struct message *m = r->message;
	size_t len = m->body_len, start;
	bool full;

	full = (r->env.flags & ENVELOPE_RET_HDRS) == 0 &&
	    len <= BOUNCE_FULL_MAX;
	if (len > BOUNCE_HEADER_MAX)
		len = BOUNCE_HEADER_MAX;
	put_boundary(b, r,
	    full ? "message/rfc822\r\nContent-Transfer-Encoding: 8bit" :
		   "text/rfc822-headers");
	start = b->len;
	if (blob_reserve(b, len) == NULL)
		return;
	if (spool_body(r->queue->spool, m, b->data + start, len, 0) == -1) {
		log_warn("bounce: reading the original");
		b->len = start;
	} else if (!full)
		b->len = start + header_end(b->data + start, len);
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
	env.envid = env.selector = env.source = "";
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
	e->done = bounce_accepted_cb;
	e->arg = r->queue;
	return spool_put(r->queue->spool, e);
}

/*
 * Report n failed recipients of a message to its sender, unless it is a
 * bounce itself or has nobody to report to.  The bounce waits for the next
 * commit.
 */
void
bounce_send(struct queue *q, struct message *m, const struct bounce_rcpt *rcpt,
    size_t n)
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
	r.rcpt = rcpt;
	r.rcpts = n;
	r.id = spool_new_id(q->spool);
	(void)snprintf(r.boundary, sizeof(r.boundary), "edd.%s.%s", "report",
	    id_format(r.id, id));
	if (submit(&r) == -1)
		log_warnx("%s: bounce could not be made", id_format(m->id, id));
}

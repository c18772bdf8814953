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
 * Bounces become suppressions.  The answer is sent after the commit, and the
 * same notice may come again: it then changes nothing.
 */
#include "notice.h"

#include <string.h>
#include <time.h>

#include "chan.h"
#include "compartment.h"
#include "control.h"
#include "id.h"
#include "log.h"
#include "msg.h"
#include "proto_notice.h"
#include "store.h"
#include "suppression.h"

/* The record for a notice; false if it cannot be one. */
static bool
bounce_fill(struct control *c, const struct notice_bounce *b,
    struct suppression *s)
{
	struct compartment place;

	memset(s, 0, sizeof(*s));
	if (suppression_parse(b->rcpt, s->address) != NULL ||
	    compartment_get(c->store, b->compartment, &place) != STORE_OK)
		return false;
	memcpy(s->compartment, place.id, sizeof(s->compartment));
	s->reason = SUPPRESSION_HARDBOUNCE;
	s->created = (int64_t)time(NULL);
	s->message = b->message;
	memcpy(s->message_id, b->message_id, sizeof(s->message_id));
	memcpy(s->host, b->host, sizeof(s->host));
	memcpy(s->text, b->text, sizeof(s->text));
	return true;
}

static int
bounce_commit(struct control *c, struct suppression *s)
{
	if (store_begin(c->store) == -1)
		return -1;
	if (suppression_put(c->suppress, s) != STORE_OK) {
		store_abort(c->store);
		return -1;
	}
	return store_commit(c->store);
}

/*
 * Suppress the recipient in the compartment of the sender.  0 if that is on
 * disk, was there before, or can never be (no such compartment any more); -1
 * if queue is to send it again later.
 */
int
notice_bounce(struct control *c, const struct notice_bounce *b)
{
	struct suppression s, old;
	char id[ID_TEXT_SIZE];
	enum store_status r;

	if (c->store == NULL)
		return -1;
	if (!bounce_fill(c, b, &s)) {
		log_warnx("%s: bounce of %s dropped: no such compartment or "
			  "address",
		    id_format(b->message, id), b->rcpt);
		return 0;
	}
	r = suppression_get(c->suppress, s.compartment, s.address, &old);
	if (r != STORE_NOTFOUND)
		return r == STORE_OK ? 0 : -1;
	if (bounce_commit(c, &s) == -1)
		return -1;
	c->bounces++;
	log_info("%s: suppressed rcpt=%s reason=HARDBOUNCE host=%s",
	    id_format(b->message, id), s.address, s.host);
	return 0;
}

static int
notice_bounce_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct notice_bounce b;
	struct notice_taken taken;

	if (notice_bounce_recv(m, &b) == -1)
		return -1;
	taken.ok = notice_bounce(arg, &b) == 0;
	(void)notice_taken_send(chan, m->id, &taken);
	return 0;
}

/* What queue may send; the channel's arg is struct control. */
const struct chan_rule *
notice_rules(void)
{
	static const struct chan_rule rules[] = {
		{ M_NOTICE_BOUNCE, 0, "bounce", notice_bounce_cb },
		{ 0, 0, NULL, NULL },
	};

	return rules;
}

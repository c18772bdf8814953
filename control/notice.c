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
 * Bounces become suppressions: hard ones at once, soft ones when there have
 * been enough.  The answer is sent after the commit, and the same notice may
 * come again: it then changes nothing.
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
#include "suppress.h"
#include "suppress_soft.h"
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

static void
bounce_log(struct control *c, const struct notice_bounce *b,
    const struct suppression *s)
{
	char id[ID_TEXT_SIZE];

	c->bounces++;
	log_info("%s: suppressed rcpt=%s reason=%s host=%s",
	    id_format(b->message, id), s->address,
	    suppression_reason_name(s->reason), s->host);
}

/* A recipient that does not exist is suppressed, and that is on disk. */
static int
bounce_hard(struct control *c, const struct notice_bounce *b,
    struct suppression *s)
{
	if (store_begin(c->store) == -1)
		return -1;
	if (suppression_put(c->suppress, s) != STORE_OK ||
	    suppress_soft_forget(c->suppress, s->compartment, s->address) !=
		STORE_OK) {
		store_abort(c->store);
		return -1;
	}
	if (store_commit(c->store) == -1)
		return -1;
	bounce_log(c, b, s);
	return 0;
}

/* Have queue tell when the recipient is reached. */
static void
soft_watch(struct control *c, uint64_t hash, struct chan *chan)
{
	static struct notice_watch watch;

	if (chan == NULL)
		return;
	memcpy(watch.key, c->suppress->watch_key, sizeof(watch.key));
	watch.n = 1;
	watch.hash[0] = hash;
	(void)notice_watch_send(chan, &watch);
}

static int
bounce_soft(struct control *c, const struct notice_bounce *b,
    struct suppression *s, struct chan *chan)
{
	bool suppressed;
	uint64_t hash;
	int r;

	if (c->suppress->soft_limit == 0)
		return 0;
	hash = notice_watch_hash(c->suppress->watch_key, b->compartment,
	    b->rcpt);
	if (store_begin(c->store) == -1)
		return -1;
	if (suppress_soft_count(c->suppress, s, hash, &suppressed) !=
	    STORE_OK) {
		store_abort(c->store);
		return -1;
	}
	r = suppressed ? store_commit(c->store) : store_commit_lazy(c->store);
	if (r == -1)
		return -1;
	if (suppressed)
		bounce_log(c, b, s);
	else
		soft_watch(c, hash, chan);
	return 0;
}

static int
delivered(struct control *c, const struct suppression *s)
{
	if (store_begin(c->store) == -1)
		return -1;
	if (suppress_soft_forget(c->suppress, s->compartment, s->address) !=
	    STORE_OK) {
		store_abort(c->store);
		return -1;
	}
	return store_commit_lazy(c->store);
}

/*
 * Take what queue says of a recipient of mail from a compartment, in which it
 * is suppressed or its soft bounces are counted; chan (NULL: none) is told whom
 * to watch.  0 if that is done, was before, or can never be (no such
 * compartment any more); -1 if queue is to send it again later.
 */
int
notice_bounce(struct control *c, const struct notice_bounce *b,
    struct chan *chan)
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
	if (b->kind == NOTICE_DELIVERED)
		return delivered(c, &s);
	r = suppression_get(c->suppress, s.compartment, s.address, &old);
	if (r != STORE_NOTFOUND)
		return r == STORE_OK ? 0 : -1;
	return b->kind == NOTICE_HARD ? bounce_hard(c, b, &s) :
					bounce_soft(c, b, &s, chan);
}

static int
notice_bounce_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct notice_bounce b;
	struct notice_taken taken;

	if (notice_bounce_recv(m, &b) == -1)
		return -1;
	taken.ok = notice_bounce(arg, &b, chan) == 0;
	(void)notice_taken_send(chan, m->id, &taken);
	return 0;
}

struct tell {
	struct chan *chan;
	struct notice_watch *watch;
};

static void
tell_cb(uint64_t hash, void *arg)
{
	struct notice_watch *w;
	struct tell *t;

	t = arg;
	w = t->watch;
	w->hash[w->n++] = hash;
	if (w->n < NOTICE_WATCH_MAX)
		return;
	(void)notice_watch_send(t->chan, w);
	w->n = 0;
}

/* A new queue is told of all recipients that have soft bounces. */
void
notice_peer(struct control *c, struct chan *chan)
{
	static struct notice_watch watch;
	struct tell t = { chan, &watch };

	if (c->store == NULL)
		return;
	memcpy(watch.key, c->suppress->watch_key, sizeof(watch.key));
	watch.n = 0;
	if (suppress_soft_each(c->suppress, tell_cb, &t) != STORE_OK)
		log_warnx("queue does not hear of soft bounces");
	if (watch.n > 0)
		(void)notice_watch_send(chan, &watch);
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

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
 * One hook is read for or sent to at a time each: read from queue, send by
 * deliver, store the new place, and again until there is nothing.  Then, and
 * after a failure, it waits for the tick.
 */
#include "webhook_run.h"

#include <sys/queue.h>

#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chan.h"
#include "compat.h"
#include "control.h"
#include "log.h"
#include "msg.h"
#include "peers.h"
#include "proc.h"
#include "proto_admin.h"
#include "proto_hook.h"
#include "relay.h"
#include "steady.h"
#include "webhook.h"
#include "webhook_batch.h"

/* Seconds between looks at the journal when there was nothing. */
#define WEBHOOK_TICK 2

/* Events of a request; as many as fit in HOOK_BODY_MAX. */
#define WEBHOOK_BATCH "100"

/* Seconds after the first, second ... failure; then the last again. */
static const unsigned webhook_waits[] = { 5, 15, 60, 300, 900, 1800, 3600 };

/* A request with one event "test". */
#define TEST_BODY_SIZE 256u

#define WAITS (sizeof(webhook_waits) / sizeof(webhook_waits[0]))

enum hook_state {
	HOOK_IDLE,    /* until the tick */
	HOOK_READING, /* from queue */
	HOOK_SENDING
};

struct hook {
	LIST_ENTRY(hook) entry;
	struct webhooks *all;
	char id[OBJECT_ID_SIZE];
	enum hook_state state;
	bool changed; /* meanwhile: what is under way does not count */
	bool begins;  /* it had no place yet */
	int64_t next; /* not before, of steady_now() */

	struct webhook_batch batch;
};

struct test {
	LIST_ENTRY(test) entry;
	struct webhooks *all;
	webhook_test_cb cb;
	void *arg;
};

struct webhooks {
	struct control *control;
	struct chan *chan; /* to deliver, or NULL */
	struct event *tick;
	LIST_HEAD(, hook) hooks;
	LIST_HEAD(, test) tests;
};

static void hook_read(struct hook *);

/* None yet; NULL without memory. */
struct webhooks *
webhooks_new(struct control *c)
{
	struct webhooks *all;

	all = calloc(1, sizeof(*all));
	if (all != NULL)
		all->control = c;
	return all;
}

static void
hook_idle(struct hook *h)
{
	webhook_batch_clear(&h->batch);
	h->state = HOOK_IDLE;
}

static void
hook_free(struct hook *h)
{
	relay_cancel(h->all->control->relay, h);
	if (h->all->chan != NULL)
		chan_cancel(h->all->chan, h);
	hook_idle(h);
	LIST_REMOVE(h, entry);
	free(h);
}

static void
test_free(struct test *t)
{
	if (t->all->chan != NULL)
		chan_cancel(t->all->chan, t);
	LIST_REMOVE(t, entry);
	free(t);
}

/* Free; callbacks do not run.  NULL is allowed. */
void
webhooks_free(struct webhooks *all)
{
	struct hook *h;
	struct test *t;

	if (all == NULL)
		return;
	while ((h = LIST_FIRST(&all->hooks)) != NULL)
		hook_free(h);
	while ((t = LIST_FIRST(&all->tests)) != NULL)
		test_free(t);
	if (all->tick != NULL)
		event_free(all->tick);
	free(all);
}

/*
 * Store what was learnt of a webhook.  Where it begins must not be lost; of
 * the rest a crash costs at most that events are sent again.  If it cannot be
 * stored, the webhook rests for a while.  0 or -1.
 */
static int
hook_store(struct hook *h, const struct webhook *w)
{
	struct store *s = h->all->control->store;
	int rc;

	rc = store_begin(s);
	if (rc == 0 && webhook_put(s, w) != STORE_OK) {
		store_abort(s);
		rc = -1;
	} else if (rc == 0)
		rc = h->begins ? store_commit(s) : store_commit_lazy(s);
	if (rc == 0) {
		h->begins = false;
		return 0;
	}
	log_warnx("webhook %s: its place is not stored", w->id);
	h->next = steady_now() + webhook_waits[1];
	return -1;
}

/* It worked: what was sent counts.  0, or -1 if that cannot be stored. */
static int
hook_done(struct hook *h, struct webhook *w)
{
	int64_t now = (int64_t)time(NULL);

	if (w->failures > 0)
		log_info("webhook %s: works again", w->id);
	if (h->batch.events > 0)
		w->delivered = now;
	w->events_sent += h->batch.events;
	w->failures = 0;
	w->failing = w->next = h->next = 0;
	w->error[0] = '\0';
	(void)strlcpy(w->place, h->batch.place, sizeof(w->place));
	w->tried[0] = '\0';
	return hook_store(h, w);
}

/* Seconds that are waited after so many failures. */
static unsigned
wait_after(uint64_t failures)
{
	if (failures == 0)
		return 0;
	return webhook_waits[failures < WAITS ? failures - 1 : WAITS - 1];
}

static void
hook_failed(struct hook *h, struct webhook *w, const char *why)
{
	int64_t now = (int64_t)time(NULL);
	int64_t wait;

	if (w->failures++ == 0) {
		w->failing = now;
		log_warnx("webhook %s: %s; it is tried again", w->id, why);
	}
	wait = wait_after(w->failures);
	(void)strlcpy(w->error, why, sizeof(w->error));
	w->next = now + wait;
	h->next = steady_now() + wait;
	(void)strlcpy(w->tried, h->batch.last, sizeof(w->tried));
	(void)hook_store(h, w);
}

/* The webhook of a hook as it is now.  0, or -1: not to be told now. */
static int
hook_get(struct hook *h, struct webhook *w)
{
	if (webhook_get(h->all->control->store, h->id, w) != STORE_OK)
		return -1;
	if (w->state == RECORD_ACTIVE)
		return 0;
	webhook_clear(w);
	return -1;
}

/* What the answer of the receiver means: NULL, or why it failed. */
static const char *
judge(const struct hook_posted *p, char *text, size_t size)
{
	if (p->status >= 200 && p->status < 300)
		return NULL;
	if (p->status == 0)
		(void)strlcpy(text,
		    p->error[0] == '\0' ? "deliver is out of memory" : p->error,
		    size);
	else
		(void)snprintf(text, size, "it answered %u%s", p->status,
		    p->status < 400 ? ", and redirections are not followed" :
				      "");
	return text;
}

static int
posted_cb(struct msgin *m, void *arg)
{
	struct hook *h = arg;
	char text[WEBHOOK_ERROR_SIZE];
	struct hook_posted posted;
	struct webhook w;
	const char *why = "deliver ended";
	int r = 0;

	if (m != NULL) {
		r = hook_posted_recv(m, &posted);
		why = r == -1 ? "deliver answered nonsense" :
				judge(&posted, text, sizeof(text));
	}
	if (h->state != HOOK_SENDING)
		return r;
	if (h->changed || hook_get(h, &w) == -1) {
		hook_idle(h);
		return r;
	}
	if (why != NULL) {
		hook_failed(h, &w, why);
		hook_idle(h);
	} else if (hook_done(h, &w) == -1)
		hook_idle(h);
	else
		hook_read(h);
	webhook_clear(&w);
	return r;
}

/* Sign a body and send it; cb has arg.  0, or -1: there is no deliver. */
static int
send_body(struct webhooks *all, const struct webhook *w, const char *place,
    const void *body, size_t len, int (*cb)(struct msgin *, void *), void *arg)
{
	struct hook_post post;
	struct url u;
	uint64_t id;

	if (all->chan == NULL || url_parse(w->url, &u) != NULL)
		return -1;
	memset(&post, 0, sizeof(post));
	post.tls = u.tls;
	post.port = u.port;
	(void)strlcpy(post.host, u.host, sizeof(post.host));
	(void)strlcpy(post.path, u.path, sizeof(post.path));
	(void)strlcpy(post.batch, place, sizeof(post.batch));
	post.ca = (const uint8_t *)w->ca;
	post.ca_len = strlen(w->ca);
	post.body = body;
	post.body_len = len;
	webhook_sign(w, (int64_t)time(NULL), body, len, post.signature);
	id = post.signature[0] == '\0' ? 0 : chan_request(all->chan, cb, arg);
	if (id == 0)
		return -1;
	if (hook_post_send(all->chan, id, &post) == 0)
		return 0;
	chan_cancel(all->chan, arg);
	return -1;
}

static void
hook_send(struct hook *h, struct webhook *w)
{
	webhook_batch_end(&h->batch);
	h->state = HOOK_SENDING;
	if (send_body(h->all, w, h->batch.last, h->batch.body, h->batch.len,
		posted_cb, h) == -1)
		hook_idle(h);
}

/*
 * There was nothing to send: the place moves on, and what is behind it is
 * looked at, until there is no more.
 */
static void
hook_skip(struct hook *h, struct webhook *w)
{
	if (strcmp(w->place, h->batch.place) == 0) {
		hook_idle(h);
		return;
	}
	(void)strlcpy(w->place, h->batch.place, sizeof(w->place));
	w->tried[0] = '\0';
	if (hook_store(h, w) == -1)
		hook_idle(h);
	else
		hook_read(h);
}

/* All rows have come. */
static void
read_end(const struct admin_end *end, void *arg)
{
	struct hook *h = arg;
	struct webhook w;

	if (!end->ok || h->changed || h->batch.failed ||
	    hook_get(h, &w) == -1) {
		hook_idle(h);
		return;
	}
	if (h->batch.events > 0)
		hook_send(h, &w);
	else
		hook_skip(h, &w);
	webhook_clear(&w);
}

static void
read_row(const struct row *row, void *arg)
{
	struct hook *h = arg;

	webhook_batch_add(&h->batch, h->all->control, row);
}

/* Begin a batch: ask queue for what is behind the hook's place. */
static void
hook_read(struct hook *h)
{
	struct control *c = h->all->control;
	const struct relay_to to = { true, read_row, NULL, read_end, h };
	const char *words[4] = { "journal", "end", WEBHOOK_BATCH, NULL };
	struct webhook w;
	struct chan *queue;

	h->state = HOOK_IDLE;
	h->changed = false;
	queue = peers_find(c->peers, CONV_ADMIN, PROC_QUEUE, 0);
	if (queue == NULL || h->all->chan == NULL || hook_get(h, &w) == -1) {
		hook_idle(h);
		return;
	}
	h->begins = w.place[0] == '\0';
	if (!h->begins)
		words[1] = w.place;
	words[3] = w.events;
	h->state = HOOK_READING;
	if (webhook_batch_begin(&h->batch, &w) == -1 ||
	    relay_start(c->relay, queue, words, 4, &to) == -1)
		hook_idle(h);
	webhook_clear(&w);
}

static void
tick_cb(evutil_socket_t fd, short what, void *arg)
{
	struct webhooks *all = arg;
	int64_t now = steady_now();
	struct hook *h, *next;

	for (h = LIST_FIRST(&all->hooks); h != NULL; h = next) {
		next = LIST_NEXT(h, entry);
		if (h->state == HOOK_IDLE && h->next <= now)
			hook_read(h);
	}
}

/* When it is tried next, whatever was done to the clock since that was set. */
static int64_t
next_of(const struct webhook *w)
{
	int64_t wait = w->next - (int64_t)time(NULL), most;

	if (w->next == 0 || wait <= 0)
		return 0;
	most = wait_after(w->failures);
	return steady_now() + (wait < most ? wait : most);
}

static struct hook *
hook_find(const struct webhooks *all, const char *id)
{
	struct hook *h;

	LIST_FOREACH(h, &all->hooks, entry)
		if (strcmp(h->id, id) == 0)
			return h;
	return NULL;
}

/* Look at the journal while there are webhooks. */
static void
set_tick(struct webhooks *all)
{
	static const struct timeval interval = { WEBHOOK_TICK, 0 };

	if (LIST_EMPTY(&all->hooks))
		(void)event_del(all->tick);
	else if (!evtimer_pending(all->tick, NULL))
		(void)event_add(all->tick, &interval);
}

/*
 * A webhook was made, changed or removed: what is under way for it does not
 * count, and it is tried at once.
 */
void
webhooks_changed(struct webhooks *all, const char *id)
{
	enum store_status r;
	struct webhook w;
	struct hook *h;

	h = hook_find(all, id);
	r = webhook_get(all->control->store, id, &w);
	if (r != STORE_OK) {
		if (h != NULL && r == STORE_NOTFOUND)
			hook_free(h);
		set_tick(all);
		return;
	}
	if (h == NULL) {
		h = calloc(1, sizeof(*h));
		if (h != NULL) {
			h->all = all;
			(void)strlcpy(h->id, id, sizeof(h->id));
			LIST_INSERT_HEAD(&all->hooks, h, entry);
		}
	}
	if (h != NULL) {
		h->next = next_of(&w);
		h->changed = true;
		if (h->state == HOOK_IDLE && h->next <= steady_now())
			hook_read(h);
	}
	webhook_clear(&w);
	set_tick(all);
}

static bool
load_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct webhooks *all = arg;
	struct webhook w;
	struct hook *h;

	if (webhook_decode(m, &w) == -1)
		return true;
	h = calloc(1, sizeof(*h));
	if (h != NULL) {
		h->all = all;
		h->next = next_of(&w);
		(void)strlcpy(h->id, w.id, sizeof(h->id));
		LIST_INSERT_HEAD(&all->hooks, h, entry);
	}
	webhook_clear(&w);
	return h != NULL;
}

/* Go on where they are; the store is open.  0 or -1. */
int
webhooks_start(struct webhooks *all)
{
	all->tick = event_new(proc_base(), -1, EV_PERSIST, tick_cb, all);
	if (all->tick == NULL ||
	    store_scan(all->control->store, STORE_WEBHOOK, NULL, NULL, load_cb,
		all) != STORE_OK)
		return -1;
	set_tick(all);
	return 0;
}

static int
tested_cb(struct msgin *m, void *arg)
{
	struct test *t = arg;
	struct hook_posted posted;
	webhook_test_cb cb = t->cb;
	void *to = t->arg;
	int r = 0;

	memset(&posted, 0, sizeof(posted));
	if (m == NULL)
		(void)strlcpy(posted.error, "deliver ended",
		    sizeof(posted.error));
	else
		r = hook_posted_recv(m, &posted);
	LIST_REMOVE(t, entry);
	free(t);
	cb(&posted, to);
	return r;
}

/*
 * Send an event "test" to a webhook, now.  cb runs once, later, unless
 * cancelled.  0, or -1: there is no deliver, or no memory.
 */
int
webhooks_test(struct webhooks *all, const struct webhook *w, webhook_test_cb cb,
    void *arg)
{
	char body[TEST_BODY_SIZE];
	struct test *t;
	int len;

	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return -1;
	t->all = all;
	t->cb = cb;
	t->arg = arg;
	LIST_INSERT_HEAD(&all->tests, t, entry);
	len = snprintf(body, sizeof(body),
	    "{\"webhook\":\"%s\",\"events\":[{\"event\":\"test\"}]}", w->id);
	if (send_body(all, w, "test", body, (size_t)len, tested_cb, t) == 0)
		return 0;
	test_free(t);
	return -1;
}

/* No callback with this arg runs any more. */
void
webhooks_test_cancel(struct webhooks *all, const void *arg)
{
	struct test *t, *next;

	for (t = LIST_FIRST(&all->tests); t != NULL; t = next) {
		next = LIST_NEXT(t, entry);
		if (t->arg == arg)
			test_free(t);
	}
}

/* deliver is there. */
void
webhooks_peer_up(struct webhooks *all, struct chan *chan)
{
	all->chan = chan;
}

/*
 * deliver is gone, or about to be replaced; its channel still exists, and
 * ends what waits for it with its own end.
 */
void
webhooks_peer_down(struct webhooks *all, const struct chan *chan)
{
	struct hook *h;
	struct test *t;

	if (all->chan != chan)
		return;
	LIST_FOREACH(h, &all->hooks, entry) {
		chan_cancel(all->chan, h);
		if (h->state == HOOK_SENDING)
			hook_idle(h);
	}
	while ((t = LIST_FIRST(&all->tests)) != NULL) {
		chan_cancel(all->chan, t);
		(void)tested_cb(NULL, t);
	}
	all->chan = NULL;
}

/* What deliver may send here. */
const struct chan_rule *
webhooks_rules(void)
{
	static const struct chan_rule rules[] = {
		{ M_HOOK_POSTED, CHAN_REPLY, "posted", NULL },
		{ 0, 0, NULL, NULL },
	};

	return rules;
}

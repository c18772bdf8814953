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
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chan.h"
#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "log.h"
#include "msg.h"
#include "peers.h"
#include "proc.h"
#include "proto_admin.h"
#include "proto_hook.h"
#include "relay.h"
#include "row.h"
#include "webhook.h"
#include "webhook_event.h"

/* Seconds between looks at the journal when there was nothing. */
#define WEBHOOK_TICK 2

/* Events of a request; as many as fit in HOOK_BODY_MAX. */
#define WEBHOOK_BATCH "100"

/* What frames the events, and the longest hook id in it. */
#define WEBHOOK_FRAME 256u

/* Seconds after the first, second ... failure; then the last again. */
static const unsigned webhook_waits[] = { 5, 15, 60, 300, 900, 1800, 3600 };

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
	int64_t next; /* not before, unix seconds */

	/* A batch. */
	char *body; /* HOOK_BODY_MAX octets, while not idle */
	size_t len;
	unsigned events;
	bool full;
	bool failed;			/* it must not count */
	char place[WEBHOOK_PLACE_SIZE]; /* behind its last event */
	char batch[WEBHOOK_PLACE_SIZE]; /* the same, of an event */
	char tried[WEBHOOK_PLACE_SIZE]; /* where it ended before; or empty */
	char compartment[OBJECT_ID_SIZE];
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
	free(h->body);
	h->body = NULL;
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
	h->next = (int64_t)time(NULL) + webhook_waits[1];
	return -1;
}

/* It worked: what was sent counts.  0, or -1 if that cannot be stored. */
static int
hook_done(struct hook *h, struct webhook *w)
{
	int64_t now = (int64_t)time(NULL);

	if (w->failures > 0)
		log_info("webhook %s: works again", w->id);
	if (h->events > 0)
		w->delivered = now;
	w->events_sent += h->events;
	w->failures = 0;
	w->failing = w->next = h->next = 0;
	w->error[0] = '\0';
	(void)strlcpy(w->place, h->place, sizeof(w->place));
	w->tried[0] = '\0';
	return hook_store(h, w);
}

static void
hook_failed(struct hook *h, struct webhook *w, const char *why)
{
	int64_t now = (int64_t)time(NULL);
	unsigned wait;

	wait = webhook_waits[w->failures < WAITS ? w->failures : WAITS - 1];
	if (w->failures++ == 0) {
		w->failing = now;
		log_warnx("webhook %s: %s; it is tried again", w->id, why);
	}
	(void)strlcpy(w->error, why, sizeof(w->error));
	w->next = h->next = now + wait;
	(void)strlcpy(w->tried, h->batch, sizeof(w->tried));
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
				webhook_judge(&posted, text, sizeof(text));
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
	(void)strlcpy(h->body + h->len, "]}", HOOK_BODY_MAX - h->len);
	h->len += 2;
	h->state = HOOK_SENDING;
	if (send_body(h->all, w, h->batch, h->body, h->len, posted_cb, h) == -1)
		hook_idle(h);
}

/*
 * There was nothing to send: the place moves on, and what is behind it is
 * looked at, until there is no more.
 */
static void
hook_skip(struct hook *h, struct webhook *w)
{
	if (strcmp(w->place, h->place) == 0) {
		hook_idle(h);
		return;
	}
	(void)strlcpy(w->place, h->place, sizeof(w->place));
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

	if (!end->ok || h->changed || h->failed || hook_get(h, &w) == -1) {
		hook_idle(h);
		return;
	}
	if (h->events > 0)
		hook_send(h, &w);
	else
		hook_skip(h, &w);
	webhook_clear(&w);
}

/* Whether an event is of the hook's compartment, or of one in it. */
static bool
is_ours(struct hook *h, const struct row *row)
{
	const struct control *c = h->all->control;
	struct compartment_path path;
	const char *place;
	size_t i;

	if (strcmp(h->compartment, c->tenancy) == 0)
		return true;
	place = row_value(row, "compartment");
	if (place == NULL)
		return false;
	switch (compartment_path(c->store, c->tenancy, place, &path)) {
	case STORE_OK:
		break;
	case STORE_NOTFOUND:
		return false;
	case STORE_FAIL:
		h->failed = true;
		return false;
	}
	for (i = 0; i < path.n; i++)
		if (strcmp(path.place[i], h->compartment) == 0)
			return true;
	return false;
}

/* Append to the batch.  -1: there is no room. */
static int
add_event(struct hook *h, const struct row *row)
{
	struct json_object *o;
	const char *text;
	size_t len;

	o = webhook_event_json(h->all->control, row);
	text = o == NULL ?
	    NULL :
	    json_object_to_json_string_ext(o,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	h->failed |= text == NULL;
	len = text == NULL ? HOOK_BODY_MAX : strlen(text);
	/* With a comma before it. */
	if (h->len + 1 + len > HOOK_BODY_MAX - WEBHOOK_FRAME) {
		json_object_put(o);
		return -1;
	}
	if (h->events > 0)
		h->body[h->len++] = ',';
	memcpy(h->body + h->len, text, len);
	h->len += len;
	h->events++;
	json_object_put(o);
	return 0;
}

/*
 * A row is an event, or the last one the place alone.  A batch that was tried
 * before ends where it ended then.
 */
static void
read_row(const struct row *row, void *arg)
{
	struct hook *h = arg;
	const char *place;

	place = row_value(row, "place");
	if (h->full || h->failed || place == NULL)
		return;
	if (row_value(row, "event") != NULL && is_ours(h, row) &&
	    add_event(h, row) == -1) {
		/* One that alone is too large is left out. */
		if (h->events > 0 || h->failed) {
			h->full = true;
			return;
		}
		log_warnx("webhook %s: an event at %s is too large", h->id,
		    place);
	}
	(void)strlcpy(h->place, place, sizeof(h->place));
	if (row_value(row, "event") == NULL)
		return;
	(void)strlcpy(h->batch, place, sizeof(h->batch));
	if (strcmp(place, h->tried) == 0)
		h->full = true;
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
	h->changed = h->full = h->failed = false;
	h->events = 0;
	queue = peers_find(c->peers, CONV_ADMIN, PROC_QUEUE, 0);
	if (queue == NULL || h->all->chan == NULL || hook_get(h, &w) == -1) {
		hook_idle(h);
		return;
	}
	if (h->body == NULL)
		h->body = malloc(HOOK_BODY_MAX);
	h->begins = w.place[0] == '\0';
	if (!h->begins)
		words[1] = w.place;
	words[3] = w.events;
	(void)strlcpy(h->place, w.place, sizeof(h->place));
	(void)strlcpy(h->tried, w.tried, sizeof(h->tried));
	(void)strlcpy(h->compartment, w.compartment, sizeof(h->compartment));
	if (h->body != NULL) {
		h->len = (size_t)snprintf(h->body, HOOK_BODY_MAX,
		    "{\"webhook\":\"%s\",\"events\":[", w.id);
		h->state = HOOK_READING;
		if (relay_start(c->relay, queue, words, 4, &to) == -1)
			hook_idle(h);
	}
	webhook_clear(&w);
}

static void
tick_cb(evutil_socket_t fd, short what, void *arg)
{
	struct webhooks *all = arg;
	int64_t now = (int64_t)time(NULL);
	struct hook *h, *next;

	for (h = LIST_FIRST(&all->hooks); h != NULL; h = next) {
		next = LIST_NEXT(h, entry);
		if (h->state == HOOK_IDLE && h->next <= now)
			hook_read(h);
	}
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
		h->next = w.next;
		h->changed = true;
		if (h->state == HOOK_IDLE && h->next <= (int64_t)time(NULL))
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
		h->next = w.next;
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
	char body[WEBHOOK_FRAME + OBJECT_ID_SIZE];
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

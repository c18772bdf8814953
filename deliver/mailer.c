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
 * The matching of batches and connections.
 *
 * A destination with waiting batches gets a connection that is idle and leads
 * to one of its hosts, else a new one.  When all connections are taken, it is
 * "starved" and waits in order for one to end; idle connections are ended for
 * it.  Beyond SESSIONS_GROWTH_PERCENT of all, no destination gets a second
 * one, so slow destinations cannot take everything.  If they do, they are cut:
 * see mailer_cut_cb().  One in SESSIONS_RESERVE is neither for bulk nor for
 * destinations that were slow.
 */

#include <sys/queue.h>

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "destination.h"
#include "job.h"
#include "limits.h"
#include "link.h"
#include "log.h"
#include "mailer_int.h"
#include "outcome.h"
#include "rank.h"
#include "resolver.h"
#include "route.h"
#include "settings.h"
#include "sources.h"
#include "stats.h"

static void kick(struct mailer *, struct destination *);
static void feed_starved(struct mailer *);
static void sweep_cb(evutil_socket_t, short, void *);

/*
 * A mailer without a configuration; tls may be NULL.  NULL without memory.
 */
struct mailer *
mailer_new(struct event_base *base, struct tls_config *tls, struct stats *stats,
    const struct mailer_hooks *hooks)
{
	static const struct timeval minute = { 60, 0 };
	struct mailer *m;

	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return NULL;
	rank_init(&m->rank);
	TAILQ_INIT(&m->used);
	TAILQ_INIT(&m->idle);
	m->base = base;
	m->tls = tls;
	m->stats = stats;
	m->hooks = *hooks;
	m->sweep = event_new(base, -1, EV_PERSIST, sweep_cb, m);
	m->stop_timer = evtimer_new(base, mailer_stop_cb, m);
	m->cut = evtimer_new(base, mailer_cut_cb, m);
	if (m->sweep != NULL && m->stop_timer != NULL && m->cut != NULL &&
	    event_add(m->sweep, &minute) == 0)
		return m;
	if (m->sweep != NULL)
		event_free(m->sweep);
	if (m->stop_timer != NULL)
		event_free(m->stop_timer);
	if (m->cut != NULL)
		event_free(m->cut);
	free(m);
	return NULL;
}

/* Tell whoever may wait that there are many, or few again. */
static void
count_jobs(struct mailer *m, int change)
{
	m->jobs = change > 0 ? m->jobs + 1 : m->jobs - 1;
	m->stats->jobs = m->jobs;
	if (m->full ? m->jobs >= JOBS_LOW : m->jobs <= JOBS_HIGH)
		return;
	m->full = !m->full;
	m->hooks.full(m->full, m->hooks.arg);
}

/* Every outcome of every recipient comes through here. */
static void
sink(const struct job *job, const struct work_outcome *out, void *arg)
{
	struct mailer *m = arg;

	job_log_outcome(job, out);
	stats_outcome(m->stats, out->outcome);
	m->hooks.outcome(out, m->hooks.arg);
	if (job->open == 0)
		count_jobs(m, -1);
}

/* Connections that are not idle. */
size_t
mailer_used(const struct mailer *m)
{
	return m->slots - m->idles;
}

/* Connections that are for all, and no reserve. */
size_t
mailer_common(const struct mailer *m)
{
	size_t max = m->settings->deliver.sessions_max;

	if (max < SESSIONS_RESERVE_FROM)
		return max;
	return max - (max + SESSIONS_RESERVE - 1) / SESSIONS_RESERVE;
}

/* After a while slow connections are cut for others. */
static void
cut_later(struct mailer *m)
{
	static const struct timeval second = { 1, 0 };

	if (!evtimer_pending(m->cut, NULL))
		(void)evtimer_add(m->cut, &second); /* or at the next */
}

/* It waits for a connection. */
static void
starve(struct mailer *m, struct destination *d)
{
	rank_starve(&m->rank, d);
	cut_later(m);
}

/* Whether a destination may use one more connection. */
static bool
may_use(const struct mailer *m, const struct destination *d)
{
	size_t limit = m->settings->deliver.sessions_max;

	if (d->slow || d->urgent == 0)
		limit = mailer_common(m);
	return mailer_used(m) < limit;
}

/* Keep what is known of it for a while, if it is unused. */
void
mailer_rest(struct mailer *m, struct destination *d)
{
	if (destination_is_unused(d))
		rank_keep(&m->rank, d, clock_seconds());
}

static void
sweep_cb(evutil_socket_t fd, short what, void *arg)
{
	struct mailer *m = arg;
	struct destination *d;

	while ((d = rank_expired(&m->rank, clock_seconds())) != NULL) {
		LIST_REMOVE(d, chain);
		destination_free(d);
		m->stats->destinations--;
	}
	feed_starved(m); /* in case one was refused memory */
}

static struct destination *
find_or_make(struct mailer *m, const struct work_batch *b)
{
	char key[DESTINATION_KEY_SIZE];
	struct destination_chain *chain;
	struct destination *d;

	destination_key(m->settings, b, key);
	chain = &m->chain[destination_hash(key) % DESTINATION_CHAINS];
	LIST_FOREACH(d, chain, chain)
		if (strcmp(d->key, key) == 0) {
			destination_force(d, b);
			return d;
		}
	d = destination_new(m, key, b->destination);
	if (d == NULL)
		return NULL;
	destination_force(d, b);
	LIST_INSERT_HEAD(chain, d, chain);
	m->stats->destinations++;
	return d;
}

/* All that waits has the same outcome. */
static void
answer_waiting(struct mailer *m, struct destination *d,
    const struct work_outcome *out)
{
	struct job_list jobs;
	struct job *job;

	/* First out of the list: an outcome may bring new batches. */
	TAILQ_INIT(&jobs);
	while ((job = destination_pop(d)) != NULL)
		TAILQ_INSERT_TAIL(&jobs, job, entry);
	while ((job = TAILQ_FIRST(&jobs)) != NULL) {
		TAILQ_REMOVE(&jobs, job, entry);
		job_outcome_all(job, out);
		job_free(job);
	}
	mailer_rest(m, d);
}

/* The next one that waits for a connection may try again. */
static void
feed_starved(struct mailer *m)
{
	struct destination *d;

	if (m->stopping || m->rank.starved == 0)
		return;
	d = rank_next(&m->rank, mailer_used(m) >= mailer_common(m));
	if (d != NULL)
		kick(m, d);
}

static void
route_done_cb(const struct route_result *r, void *arg)
{
	struct destination *d = arg;
	struct mailer *m = d->mailer;
	struct work_outcome out;

	d->route = NULL;
	if (r->outcome == OUTCOME_DELIVERED) {
		destination_set_targets(d, &r->targets, clock_seconds());
		kick(m, d);
		return;
	}
	memset(&out, 0, sizeof(out));
	outcome_local(&out, r->outcome, r->enhanced, r->text);
	answer_waiting(m, d, &out);
}

/* Look up the hosts. */
static void
resolve(struct mailer *m, struct destination *d)
{
	struct work_outcome out;

	d->route = route_start(m->base, m->resolver, m->settings, d->domain,
	    d->forced.port == 0 ? NULL : &d->forced, route_done_cb, d);
	if (d->route != NULL)
		return;
	memset(&out, 0, sizeof(out));
	outcome_local(&out, OUTCOME_TEMPFAIL, "4.3.0", "out of memory");
	answer_waiting(m, d, &out);
}

/* End a connection, in use or idle; the caller has counted it off. */
void
mailer_slot_free(struct slot *s)
{
	struct mailer *m = s->mailer;

	if (s->destination == NULL) {
		TAILQ_REMOVE(&m->idle, s, entry);
		m->idles--;
	} else
		TAILQ_REMOVE(&m->used, s, entry);
	m->slots--;
	m->stats->sessions = m->slots;
	link_free(s->link);
	free(s);
}

/* A batch that came back untried: again, but not for ever. */
static void
push_back(struct destination *d, struct job *job,
    const struct work_outcome *why)
{
	struct work_outcome out = *why;

	if (++job->returns <= JOB_RETURNS_MAX) {
		destination_push(d, job, true);
		return;
	}
	out.outcome = OUTCOME_TEMPFAIL;
	job_outcome_all(job, &out);
	job_free(job);
}

/* What the end of a connection says of the host. */
static void
judge_host(struct mailer *m, struct destination *d, const struct slot *s)
{
	const struct target *t = link_target(s->link);
	const struct work_outcome *why = link_failure(s->link);

	switch (link_end(s->link)) {
	case SESSION_END_TLS:
		m->stats->tls_failed++;
		log_info("tls failed host=%s address=%s text=\"%s\"", why->host,
		    why->address, why->text);
		destination_tls_failed(d, t);
		break;
	case SESSION_END_HOST:
		m->stats->connections_failed++;
		log_info("host failed host=%s address=%s text=\"%s\"",
		    why->host, why->address, why->text);
		destination_host_failed(d, t, why, clock_seconds());
		break;
	default:
		break;
	}
}

static void
on_closed(struct slot *s)
{
	struct destination *d = s->destination;
	struct mailer *m = s->mailer;
	struct job *job;

	if (d == NULL) {
		mailer_slot_free(s);
		feed_starved(m);
		return;
	}
	if (s->connecting)
		d->connecting--;
	else
		d->busy--;
	job = link_take_back(s->link);
	if (link_end(s->link) == SESSION_END_YIELD) {
		d->slow = true;
		m->stats->connections_cut++;
	}
	if (job != NULL && link_end(s->link) == SESSION_END_YIELD)
		destination_push(d, job, true);
	else if (job != NULL)
		push_back(d, job, link_failure(s->link));
	judge_host(m, d, s);
	mailer_slot_free(s);
	if (!m->stopping) {
		feed_starved(m);
		kick(m, d);
	} else if (TAILQ_EMPTY(&m->used)) {
		mailer_stop_cb(-1, 0, m);
	}
}

/* A connection without work waits for some. */
static void
make_idle(struct mailer *m, struct slot *s)
{
	struct destination *d = s->destination;

	d->busy--;
	TAILQ_REMOVE(&m->used, s, entry);
	s->destination = NULL;
	TAILQ_INSERT_TAIL(&m->idle, s, entry);
	m->idles++;
	mailer_rest(m, d);
	feed_starved(m);
}

/*
 * Whether what waits at a destination may have the connection that is ready,
 * and not only bulk would be in the reserve.
 */
static bool
may_go_on(const struct mailer *m, const struct destination *d)
{
	return d->urgent > 0 || mailer_used(m) <= mailer_common(m);
}

static void
on_ready(struct slot *s)
{
	struct destination *d = s->destination;
	struct mailer *m = s->mailer;

	d->slow = link_is_late(s->link, clock_seconds());
	if (s->connecting) {
		s->connecting = false;
		d->connecting--;
		d->busy++;
		m->stats->tls_sessions += link_is_tls(s->link);
		destination_connected(d, link_target(s->link), m->settings);
	}
	if (m->stopping || (d->busy > 1 && m->rank.starved > 0)) {
		link_quit(s->link); /* others have none at all */
	} else if (d->jobs > 0 && may_go_on(m, d)) {
		link_give(s->link, destination_pop(d));
		kick(m, d);
	} else {
		if (d->jobs > 0 && d->connecting + d->busy == 1)
			starve(m, d);
		make_idle(m, s);
	}
}

static void
link_event_cb(struct link *l, enum link_event event, void *arg)
{
	if (event == LINK_READY)
		on_ready(arg);
	else
		on_closed(arg);
}

/* An idle connection to one of the hosts: use it.  false if there is none. */
static bool
reuse(struct mailer *m, struct destination *d)
{
	int64_t now = clock_seconds();
	struct slot *s;

	if (!may_use(m, d))
		return false;
	TAILQ_FOREACH_REVERSE(s, &m->idle, slot_list, entry)
		if (link_waits(s->link) &&
		    sources_have(d->sources, link_source(s->link)) &&
		    destination_leads_to(d, link_target(s->link), now))
			break;
	if (s == NULL)
		return false;
	TAILQ_REMOVE(&m->idle, s, entry);
	m->idles--;
	TAILQ_INSERT_TAIL(&m->used, s, entry);
	s->destination = d;
	d->busy++;
	m->stats->connections_reused++;
	link_give(s->link, destination_pop(d));
	return true;
}

/* Whether there is room for one more; for a first one, makes some. */
static bool
has_room(struct mailer *m, const struct destination *d)
{
	size_t max = m->settings->deliver.sessions_max;
	struct slot *s = TAILQ_FIRST(&m->idle);

	if (d->connecting + d->busy > 0)
		return m->slots < max * SESSIONS_GROWTH_PERCENT / 100;
	if (!may_use(m, d))
		return false;
	if (m->slots >= max && s != NULL)
		mailer_slot_free(s);
	return m->slots < max;
}

static bool
open_link(struct mailer *m, struct destination *d, const struct target *t)
{
	const struct conf_deliver *conf = &m->settings->deliver;
	struct link_conf lc;
	struct slot *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return false;
	lc.base = m->base;
	lc.hostname = m->settings->hostname;
	lc.tls = conf->tls == DELIVER_TLS_NONE ? NULL : m->tls;
	lc.connect_timeout = conf->connect_timeout;
	lc.sources = d->sources;
	lc.turn = d->turn++;
	s->mailer = m;
	s->destination = d;
	s->connecting = true;
	s->link = link_new(&lc, t, link_event_cb, s);
	if (s->link == NULL) {
		free(s);
		return false;
	}
	TAILQ_INSERT_TAIL(&m->used, s, entry);
	d->connecting++;
	m->stats->connections++;
	m->stats->sessions = ++m->slots;
	if (mailer_used(m) > mailer_common(m))
		cut_later(m);
	return true;
}

/* Every host has failed. */
static void
hosts_failed(struct mailer *m, struct destination *d)
{
	struct work_outcome out = d->failure;

	destination_forget_failures(d);
	answer_waiting(m, d, &out);
}

/* Find connections for what waits at a destination. */
static void
kick(struct mailer *m, struct destination *d)
{
	const struct target *t;

	if (m->stopping || d->route != NULL)
		return;
	while (destination_wants_more(d, m->settings)) {
		if (!destination_is_fresh(d, clock_seconds())) {
			resolve(m, d);
			return;
		}
		if (reuse(m, d))
			continue;
		t = destination_next(d, clock_seconds());
		if (t == NULL && d->connecting + d->busy > 0)
			return; /* those that are left decide */
		if (t == NULL) {
			hosts_failed(m, d);
			return;
		}
		if (!has_room(m, d) || !open_link(m, d, t)) {
			if (d->connecting + d->busy == 0)
				starve(m, d);
			return;
		}
	}
	mailer_rest(m, d);
}

static void
enqueue(struct mailer *m, struct destination *d, struct job *job)
{
	if (d->place == RANK_KEPT)
		rank_remove(&m->rank, d);
	destination_push(d, job, false);
}

/*
 * Take new settings and a resolver; both stay the caller's and must live until
 * the next call.  What waits is sorted to destinations again, since routes may
 * have changed.
 */
void
mailer_configure(struct mailer *m, struct settings *settings,
    struct resolver *resolver)
{
	struct destination *d;
	struct job_list jobs;
	struct job *job;
	size_t i;

	TAILQ_INIT(&jobs);
	m->settings = settings;
	m->resolver = resolver;
	for (i = 0; i < DESTINATION_CHAINS; i++) {
		LIST_FOREACH(d, &m->chain[i], chain) {
			route_cancel(d->route);
			d->route = NULL;
			d->resolved_at = 0;
			while ((job = destination_pop(d)) != NULL)
				TAILQ_INSERT_TAIL(&jobs, job, entry);
			mailer_rest(m, d);
		}
	}
	while ((job = TAILQ_FIRST(&jobs)) != NULL) {
		TAILQ_REMOVE(&jobs, job, entry);
		d = find_or_make(m, &job->batch);
		if (d == NULL)
			fatalx("out of memory while taking a configuration");
		enqueue(m, d, job);
		kick(m, d);
	}
}

/*
 * Take a batch and a reference to its segment; both are taken over if 0 is
 * returned.  -1 without memory.
 */
int
mailer_submit(struct mailer *m, struct work_batch *batch,
    struct segment *segment)
{
	struct destination *d;
	struct job *job;

	d = find_or_make(m, batch);
	if (d == NULL)
		return -1;
	job = job_new(batch, segment, sink, m);
	if (job == NULL) {
		mailer_rest(m, d);
		return -1;
	}
	count_jobs(m, 1);
	enqueue(m, d, job);
	kick(m, d);
	return 0;
}

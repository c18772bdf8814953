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
 * How edd is.  Every process is asked for its counters in turn, which go out
 * as they come; what was gathered on the way follows: the processes with
 * what they use, traffic, the queue, certificates, troubles.  Each kind of
 * row has columns of its own.
 */
#include "verb_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "certs.h"
#include "children.h"
#include "compat.h"
#include "control.h"
#include "dkimkey.h"
#include "job.h"
#include "msg.h"
#include "near.h"
#include "peers.h"
#include "proto_admin.h"
#include "relay.h"
#include "row.h"
#include "steady.h"
#include "troubles.h"

/* Processes of which is noted what they use, kinds of traffic and queue. */
#define STATUS_USES_MAX	 64u
#define STATUS_ROWS_MAX	 16u
#define STATUS_QUEUE_MAX 8u

/* Listeners that are shown. */
#define STATUS_LISTENERS_MAX 32u

/* Troubles that are shown one by one. */
#define STATUS_TROUBLES_MAX 10u

/* Days before its end that a certificate is a trouble. */
#define STATUS_CERT_DAYS 14

struct use {
	enum proc_kind kind;
	unsigned instance;
	int64_t cpu;	/* milliseconds */
	int64_t memory; /* KiB, the most it had */
};

struct traffic {
	char name[32];
	int64_t minute, hour, day;
};

struct queued {
	char name[32];
	int64_t value;
};

struct listener {
	char address[HOST_SIZE];
	int64_t port;
	char tls[16];
	char auth[32];
	char proxy[8];
};

struct status {
	struct job *job;
	bool counters; /* those only */
	size_t next;   /* peer to be asked */
	enum proc_kind kind;
	unsigned instance;
	size_t uses;
	struct use use[STATUS_USES_MAX];
	size_t rows;
	struct traffic traffic[STATUS_ROWS_MAX];
	size_t queue;
	struct queued queued[STATUS_QUEUE_MAX];
	size_t listeners;
	struct listener listener[STATUS_LISTENERS_MAX];
};

static void status_next(struct status *);

static void
status_cancel(struct job *j)
{
	relay_cancel(j->control->relay, j->work);
	children_cancel(j->control->children, j->work);
	free(j->work);
}

static const char *
state_name(enum setup_child_state state)
{
	switch (state) {
	case CHILD_STARTING:
		return "starting";
	case CHILD_READY:
		return "ready";
	case CHILD_BACKOFF:
		return "waiting";
	}
	return "";
}

static struct use *
use_of(struct status *s, enum proc_kind kind, unsigned instance)
{
	struct use *u;
	size_t i;

	for (i = 0; i < s->uses; i++) {
		u = &s->use[i];
		if (u->kind == kind && u->instance == instance)
			return u;
	}
	if (s->uses == STATUS_USES_MAX)
		return NULL;
	u = &s->use[s->uses++];
	u->kind = kind;
	u->instance = instance;
	return u;
}

static void
processes(struct status *s)
{
	const struct setup_child *c;
	const struct use *u;
	struct row *row;
	size_t i;

	row = s->job->row;
	for (i = 0; (c = children_at(s->job->control->children, i)) != NULL;
	     i++) {
		u = use_of(s, c->kind, c->instance);
		row_str(row, "process", proc_kind_name(c->kind));
		row_num(row, "instance", c->instance);
		row_num(row, "pid", c->pid);
		row_str(row, "state", state_name(c->state));
		row_time(row, "since", c->since);
		row_num(row, "restarts", c->restarts);
		/* edd itself is not asked as the others are. */
		row_num(row, "cpuMs",
		    c->kind == PROC_EDD ? c->cpu :
			u == NULL	? 0 :
					  u->cpu);
		row_num(row, "memoryKiB",
		    c->kind == PROC_EDD ? c->memory :
			u == NULL	? 0 :
					  u->memory);
		job_send(s->job);
	}
}

static void
traffic(struct status *s)
{
	const struct traffic *t;
	struct row *row;
	size_t i;

	row = s->job->row;
	for (i = 0; i < s->rows; i++) {
		t = &s->traffic[i];
		row_str(row, "recipients", t->name);
		row_num(row, "minute", t->minute);
		row_num(row, "hour", t->hour);
		row_num(row, "day", t->day);
		job_send(s->job);
	}
	for (i = 0; i < s->queue; i++) {
		row_str(row, "queue", s->queued[i].name);
		row_num(row, "now", s->queued[i].value);
		job_send(s->job);
	}
}

static void
trouble(struct job *j, const char *what, const char *detail, const char *todo)
{
	row_str(j->row, "trouble", what);
	row_str(j->row, "what", detail);
	row_str(j->row, "see", todo);
	job_send(j);
}

static void
certificates(struct job *j)
{
	const struct cert *c;
	int64_t now;
	size_t i;

	now = (int64_t)time(NULL);
	for (i = 0; i < j->control->certs.n; i++) {
		c = &j->control->certs.cert[i];
		row_str(j->row, "certificate", c->name);
		row_time(j->row, "expires", c->expires);
		row_num(j->row, "days", (c->expires - now) / 86400);
		job_send(j);
	}
	for (i = 0; i < j->control->certs.n; i++) {
		c = &j->control->certs.cert[i];
		if (c->expires - now < STATUS_CERT_DAYS * 86400)
			trouble(j, "certificate",
			    c->expires < now ? "it has expired" :
					       "it expires soon",
			    c->name);
	}
}

static void
dkim_trouble(struct job *j, const struct trouble *t)
{
	char what[ERROR_SIZE], see[ERROR_SIZE];

	(void)snprintf(what, sizeof(what), "record of %.63s in %.255s: %s",
	    t->selector, t->domain, dkimkey_dns_name(t->dns));
	(void)snprintf(see, sizeof(see), "edctl domain check %.255s",
	    t->domain);
	trouble(j, "DKIM", what, see);
}

static void
domains(struct job *j)
{
	struct trouble first[STATUS_TROUBLES_MAX];
	char what[64];
	size_t all, i, n;

	all = troubles_count(j->control->troubles);
	n = troubles_first(j->control->troubles, first, STATUS_TROUBLES_MAX);
	for (i = 0; i < n; i++)
		dkim_trouble(j, &first[i]);
	if (all == n)
		return;
	(void)snprintf(what, sizeof(what), "and %zu more keys", all - n);
	trouble(j, "DKIM", what, "edctl dkim list");
}

static void
counter(struct status *s, const char *name, uint64_t value)
{
	row_str(s->job->row, "process", "control");
	row_num(s->job->row, "instance", 0);
	row_str(s->job->row, "name", name);
	row_num(s->job->row, "value", (int64_t)value);
	job_send(s->job);
}

static void
own(struct status *s)
{
	const struct control *c;
	struct use *u;

	c = s->job->control;
	counter(s, "logins", c->auth_ok);
	counter(s, "logins refused", c->auth_no);
	counter(s, "senders approved", c->sender_ok);
	counter(s, "senders refused", c->sender_no);
	counter(s, "recipients asked",
	    c->rcpt_ok + c->rcpt_suppressed + c->rcpt_limited);
	counter(s, "recipients suppressed", c->rcpt_suppressed);
	counter(s, "recipients over a limit", c->rcpt_limited);
	counter(s, "bounces taken", c->bounces);
	counter(s, "failures", c->failures);
	u = use_of(s, PROC_CONTROL, 0);
	if (u != NULL)
		admin_self(&u->cpu, &u->memory);
}

static int64_t
number(const struct row *row, const char *name)
{
	const char *v;

	v = row_value(row, name);
	return v == NULL ? 0 : strtoll(v, NULL, 10);
}

static void
text_of(const struct row *row, const char *name, char *to, size_t size)
{
	const char *v;

	v = row_value(row, name);
	(void)strlcpy(to, v == NULL ? "" : v, size);
}

/* What a process said of itself. */
static void
note_use(struct status *s, const struct row *row)
{
	struct use *u;

	u = use_of(s, s->kind, s->instance);
	if (u == NULL)
		return;
	u->cpu = number(row, "cpuMs");
	u->memory = number(row, "memoryKiB");
}

static void
note_traffic(struct status *s, const struct row *row)
{
	struct traffic *t;

	if (s->rows == STATUS_ROWS_MAX)
		return;
	t = &s->traffic[s->rows++];
	(void)strlcpy(t->name, row_value(row, "traffic"), sizeof(t->name));
	t->minute = number(row, "minute");
	t->hour = number(row, "hour");
	t->day = number(row, "day");
}

/* Counters of queue that say how full it is. */
static void
note_queue(struct status *s, const char *name, int64_t value)
{
	static const char *const names[] = { "queued messages",
		"queued recipients", "ready", "in flight", "waiting for retry",
		"destinations down" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) != 0 || s->queue == STATUS_QUEUE_MAX)
			continue;
		(void)strlcpy(s->queued[s->queue].name, name,
		    sizeof(s->queued[0].name));
		s->queued[s->queue++].value = value;
	}
}

/* The workers of a kind all have the same. */
static void
note_listener(struct status *s, const struct row *row)
{
	struct listener *l;

	if (s->instance != 0 || s->listeners == STATUS_LISTENERS_MAX)
		return;
	l = &s->listener[s->listeners++];
	text_of(row, "listener", l->address, sizeof(l->address));
	text_of(row, "tls", l->tls, sizeof(l->tls));
	text_of(row, "auth", l->auth, sizeof(l->auth));
	text_of(row, "proxy", l->proxy, sizeof(l->proxy));
	l->port = number(row, "port");
}

static void
listeners(struct status *s)
{
	const struct listener *l;
	struct row *row;
	size_t i;

	row = s->job->row;
	for (i = 0; i < s->listeners; i++) {
		l = &s->listener[i];
		row_str(row, "listener", l->address);
		row_num(row, "port", l->port);
		row_str(row, "tls", l->tls);
		row_str(row, "login", l->auth);
		row_str(row, "proxy", l->proxy);
		job_send(s->job);
	}
}

/* A counter, with which process it is of in front. */
static void
send_counter(struct status *s, const struct row *row)
{
	const struct row_field *f;
	struct job *j;
	size_t i;

	j = s->job;
	row_str(j->row, "process", proc_kind_name(s->kind));
	row_num(j->row, "instance", s->instance);
	for (i = 0; i < row_count(row); i++) {
		f = row_at(row, i);
		if (f->kind == ROW_NUMBER)
			row_num(j->row, f->name, strtoll(f->value, NULL, 10));
		else
			row_str(j->row, f->name, f->value);
	}
	job_send(j);
}

static void
status_row(const struct row *row, void *arg)
{
	const char *name;
	struct status *s;

	s = arg;
	name = row_value(row, "name");
	if (row_value(row, "cpuMs") != NULL) {
		note_use(s, row);
	} else if (row_value(row, "traffic") != NULL) {
		note_traffic(s, row);
	} else if (row_value(row, "listener") != NULL) {
		note_listener(s, row);
	} else {
		if (name != NULL && s->kind == PROC_QUEUE)
			note_queue(s, name, number(row, "value"));
		send_counter(s, row);
	}
}

/* A process that does not answer has no counters; the others have. */
static void
status_end(const struct admin_end *end, void *arg)
{
	status_next(arg);
}

/* One limit of which much is used. */
static void
limit(struct job *j, const struct near *n)
{
	char what[ERROR_SIZE], see[ERROR_SIZE];
	const struct subject *s;

	s = &n->subject;
	(void)snprintf(what, sizeof(what), "%.15s %.255s: %s %llu of %llu",
	    s->kind, s->name, n->limit, (unsigned long long)n->used,
	    (unsigned long long)n->max);
	(void)snprintf(see, sizeof(see), "edctl limits show %.15s %.255s",
	    s->kind, strcmp(s->kind, "tenancy") == 0 ? "" : s->name);
	trouble(j, "limit", what, see);
}

static void
limits(struct job *j)
{
	struct near near[NEAR_MAX];
	size_t i, n;

	n = near_find(j->control, steady_now(), near);
	for (i = 0; i < n; i++)
		limit(j, &near[i]);
}

static bool
any_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	*(bool *)arg = true;
	return false;
}

static void
finish(struct status *s)
{
	struct job *j;
	bool users;

	j = s->job;
	j->cancel = NULL;
	if (!s->counters) {
		processes(s);
		traffic(s);
		listeners(s);
		certificates(j);
		limits(j);
		domains(j);
	}
	free(s);
	users = false;
	if (store_scan(j->control->store, STORE_USER, NULL, NULL, any_cb,
		&users) == STORE_OK &&
	    !users)
		job_ok_hint(j,
		    "Nobody can send yet: \"edctl setup\" walks through it, "
		    "\"edctl help first-steps\" says it in short.");
	else
		job_ok(j);
}

/* edd said how it is itself, which children.c has now; or it did not. */
static void
self_cb(const struct setup_answer *answer, void *arg)
{
	finish(arg);
}

static void
status_next(struct status *s)
{
	static const char *const words[] = { "statistics" };
	const struct peer *p;
	struct relay_to to;
	struct job *j;

	j = s->job;
	memset(&to, 0, sizeof(to));
	to.row = status_row;
	to.end = status_end;
	to.arg = s;
	while ((p = peers_at(j->control->peers, s->next)) != NULL) {
		s->next++;
		if (p->conv != CONV_ADMIN)
			continue;
		s->kind = p->kind;
		s->instance = p->instance;
		if (relay_start(j->control->relay, p->chan, words, 1, &to) == 0)
			return;
	}
	if (s->counters ||
	    children_request(j->control->children, SETUP_SELF, self_cb, s) ==
		-1)
		finish(s);
}

static void
start(struct job *j, bool counters)
{
	struct status *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL) {
		job_fail(j, NULL, "out of memory");
		return;
	}
	s->job = j;
	s->counters = counters;
	j->work = s;
	j->cancel = status_cancel;
	own(s);
	status_next(s);
}

/* status, show status */
void
verb_status(struct job *j)
{
	start(j, false);
}

/* show counters */
void
verb_show_counters(struct job *j)
{
	start(j, true);
}

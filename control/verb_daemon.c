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
 * show commands, status, reload, stop, log: what concerns the daemon as a
 * whole.
 */
#include "verb_daemon.h"

#include <stdlib.h>
#include <string.h>

#include "children.h"
#include "control.h"
#include "job.h"
#include "peers.h"
#include "relay.h"
#include "row.h"

/* show commands: the table of verbs. */
void
verb_show_commands(struct job *j)
{
	char usage[VERB_USAGE_SIZE];
	const struct verb *v;
	size_t i;

	for (i = 0; (v = verb_at(i)) != NULL; i++) {
		row_str(j->row, "command", verb_usage(v, usage, sizeof(usage)));
		row_str(j->row, "what", v->what);
		job_send(j);
	}
	job_ok(j);
}

/* Requests to edd. */

static void
request_cancel(struct job *j)
{
	children_cancel(j->control->children, j);
}

static void
request_cb(const struct setup_answer *answer, void *arg)
{
	struct job *j;

	j = arg;
	if (answer->ok)
		job_ok(j);
	else
		job_fail(j, NULL, "%s", answer->why);
}

static void
request(struct job *j, enum setup_request_kind kind)
{
	j->cancel = request_cancel;
	if (children_request(j->control->children, kind, request_cb, j) == -1) {
		j->cancel = NULL;
		job_fail(j, NULL, "edd cannot be asked");
	} else if (kind != SETUP_VERBOSE && kind != SETUP_BRIEF)
		job_audit(j, "edd", NULL, NULL);
}

/* reload: ends when the new configuration is in place, or refused. */
void
verb_reload(struct job *j)
{
	request(j, SETUP_RELOAD);
}

/* stop: ends when edd has begun to stop. */
void
verb_stop(struct job *j)
{
	request(j, SETUP_SHUTDOWN);
}

/* log verbose */
void
verb_log_verbose(struct job *j)
{
	request(j, SETUP_VERBOSE);
}

/* log brief */
void
verb_log_brief(struct job *j)
{
	request(j, SETUP_BRIEF);
}

/* show status: rows of processes, then each process's counters in turn. */
struct status {
	struct job *job;
	size_t next; /* peer to be asked */
	enum proc_kind kind;
	unsigned instance;
};

static void status_next(struct status *);

static void
status_cancel(struct job *j)
{
	relay_cancel(j->control->relay, j->work);
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

static void
status_processes(struct job *j)
{
	const struct setup_child *c;
	size_t i;

	for (i = 0; (c = children_at(j->control->children, i)) != NULL; i++) {
		row_str(j->row, "process", proc_kind_name(c->kind));
		row_num(j->row, "instance", c->instance);
		row_num(j->row, "pid", c->pid);
		row_str(j->row, "state", state_name(c->state));
		row_time(j->row, "since", c->since);
		row_num(j->row, "restarts", c->restarts);
		job_send(j);
	}
}

static void
status_counter(struct job *j, const char *name, uint64_t value)
{
	row_str(j->row, "process", "control");
	row_num(j->row, "instance", 0);
	row_str(j->row, "name", name);
	row_num(j->row, "value", (int64_t)value);
	job_send(j);
}

static void
status_own(struct job *j)
{
	const struct control *c;

	c = j->control;
	status_counter(j, "logins", c->auth_ok);
	status_counter(j, "logins refused", c->auth_no);
	status_counter(j, "senders approved", c->sender_ok);
	status_counter(j, "senders refused", c->sender_no);
	status_counter(j, "recipients asked",
	    c->rcpt_ok + c->rcpt_suppressed + c->rcpt_limited);
	status_counter(j, "recipients suppressed", c->rcpt_suppressed);
	status_counter(j, "recipients over a limit", c->rcpt_limited);
	status_counter(j, "bounces taken", c->bounces);
	status_counter(j, "failures", c->failures);
}

/* A process's row, with which process it was in front. */
static void
status_row(const struct row *row, void *arg)
{
	const struct row_field *f;
	struct status *s;
	struct job *j;
	size_t i;

	s = arg;
	j = s->job;
	row_str(j->row, "process", proc_kind_name(s->kind));
	row_num(j->row, "instance", s->instance);
	for (i = 0; i < row_count(row); i++) {
		f = row_at(row, i);
		if (f->kind == ROW_NUMBER)
			row_num(j->row, f->name, strtoll(f->value, NULL, 10));
		else if (f->kind == ROW_TIME)
			row_time(j->row, f->name, strtoll(f->value, NULL, 10));
		else if (f->kind == ROW_BOOL)
			row_bool(j->row, f->name,
			    strcmp(f->value, "true") == 0);
		else
			row_str(j->row, f->name, f->value);
	}
	job_send(j);
}

/* A process that does not answer has no counters; the others have. */
static void
status_end(const struct admin_end *end, void *arg)
{
	status_next(arg);
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
	j->cancel = NULL;
	free(s);
	job_ok(j);
}

/* show status */
void
verb_show_status(struct job *j)
{
	struct status *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL) {
		job_fail(j, NULL, "out of memory");
		return;
	}
	s->job = j;
	j->work = s;
	j->cancel = status_cancel;
	status_processes(j);
	status_own(j);
	status_next(s);
}

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
 * Other commands: statistics, trace, drain, pause and resume, export.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "base64.h"
#include "clock.h"
#include "crc32c.h"
#include "envelope.h"
#include "histogram.h"
#include "histogram_row.h"
#include "id.h"
#include "intake.h"
#include "journal.h"
#include "message.h"
#include "notice.h"
#include "proc.h"
#include "proto_admin.h"
#include "qbounds.h"
#include "queue.h"
#include "row.h"
#include "schedule.h"
#include "segment.h"
#include "spool.h"
#include "steer.h"
#include "trace.h"
#include "traffic.h"
#include "walk.h"

static void
number(struct answer *a, struct row *row, const char *name, uint64_t v)
{
	row_str(row, "name", name);
	row_num(row, "value", (int64_t)v);
	answer_row(a, row);
}

static void
statistics(struct answer *a, const struct admin_command *cmd)
{
	struct queue *q = a->queue;
	struct schedule_stats sched;
	struct spool_stats spool;
	int64_t cpu, memory;
	struct row *row;
	size_t i;

	row = row_new();
	if (row == NULL) {
		answer_fail(a, NULL, "queue is out of memory");
		return;
	}
	spool_get_stats(q->spool, &spool);
	schedule_get_stats(q->schedule, &sched);
	number(a, row, "messages", q->stats.messages);
	number(a, row, "accepted", q->stats.accepted);
	number(a, row, "relayed", q->stats.relayed);
	number(a, row, "deferred", q->stats.deferred);
	number(a, row, "bounced", q->stats.bounced);
	number(a, row, "expired", q->stats.expired);
	number(a, row, "suppressed", q->stats.suppressed);
	number(a, row, "rejected", q->stats.rejected);
	number(a, row, "queued messages", spool_messages(q->spool)->count);
	number(a, row, "queued recipients", spool_messages(q->spool)->rcpts);
	number(a, row, "in flight", sched.inflight);
	number(a, row, "ready", sched.ready);
	number(a, row, "waiting for retry", sched.waiting);
	number(a, row, "destinations down", sched.down);
	number(a, row, "destinations stalled", sched.stalled);
	number(a, row, "draining", steer_is_draining(q->steer));
	number(a, row, "being received", intake_open(q->intake));
	number(a, row, "notices waiting", notices_waiting(q->notices));
	number(a, row, "segments", spool.segments);
	number(a, row, "octets on disk", spool.bytes);
	number(a, row, "octets live", spool.live);
	number(a, row, "commits", spool.commits);
	number(a, row, "syncs", spool.syncs);
	for (i = 0; traffic_row(journal_traffic(q->journal), i,
		 clock_wall() / 1000, row);
	     i++)
		answer_row(a, row);
	admin_self(&cpu, &memory);
	row_num(row, "cpuMs", cpu);
	row_num(row, "memoryKiB", memory);
	answer_row(a, row);
	row_free(row);
	answer_ok(a);
}

/* How long mail took, by kind of destination. */
static void
times(struct answer *a, const struct admin_command *cmd)
{
	const struct histogram *h;
	struct row *row;
	unsigned p;
	size_t i;

	row = row_new();
	if (row == NULL) {
		answer_fail(a, NULL, "queue is out of memory");
		return;
	}
	for (p = 0; p < PROVIDERS; p++) {
		h = &a->queue->relayed[p];
		for (i = 0; i <= HISTOGRAM_BOUNDS; i++) {
			histogram_row(h, "delivery", provider_name(p), i, row);
			answer_row(a, row);
		}
	}
	row_free(row);
	answer_ok(a);
}

/* trace: the journal's reader works by itself and is held while it must. */
struct telling {
	struct trace *trace;
	char *word;
};

static void
telling_free(void *arg)
{
	struct telling *t = arg;

	trace_free(t->trace);
	free(t->word);
	free(t);
}

static void
trace_resume(struct answer *a)
{
	struct telling *t = a->work;

	trace_hold(t->trace, false);
}

static void
tell_row(const struct row *row, void *arg)
{
	struct answer *a = arg;
	struct telling *t = a->work;

	answer_copy(a, row);
	if (answer_has_room(a))
		return;
	trace_hold(t->trace, true);
	a->waits = true;
}

static void
trace_over(unsigned long events, void *arg)
{
	struct answer *a = arg;
	const struct telling *t = a->work;

	if (events == 0) {
		answer_wrong(a, ADMIN_NOTHING);
		answer_fail(a,
		    "give a message id, a Message-ID or a recipient; events "
		    "are kept for \"journal keep\"",
		    "no events of \"%.200s\"", t->word);
	} else
		answer_ok(a);
}

static void
trace(struct answer *a, const struct admin_command *cmd)
{
	struct journal *j = a->queue->journal;
	struct telling *t;

	journal_flush(j);
	t = calloc(1, sizeof(*t));
	if (t != NULL && cmd->words == 2) {
		t->word = strdup(cmd->word[1]);
		if (t->word != NULL)
			t->trace = trace_start(proc_base(), journal_folder(j),
			    t->word, tell_row, trace_over, a);
		if (t->trace != NULL) {
			a->work = t;
			a->clear = telling_free;
			a->step = trace_resume;
			return;
		}
		free(t->word);
	}
	free(t);
	answer_fail(a, NULL, "the journal cannot be read");
}

/* What is left of the queue, for one who drains it. */
static void
drain_row(struct answer *a)
{
	struct queue *q = a->queue;
	struct schedule_stats sched;
	struct row *row;

	schedule_get_stats(q->schedule, &sched);
	row = row_new();
	if (row == NULL)
		return;
	row_bool(row, "draining", steer_is_draining(q->steer));
	row_num(row, "received", (int64_t)intake_open(q->intake));
	row_num(row, "messages", (int64_t)spool_messages(q->spool)->count);
	row_num(row, "recipients", (int64_t)spool_messages(q->spool)->rcpts);
	row_num(row, "inflight", (int64_t)sched.inflight);
	row_num(row, "ready", (int64_t)sched.ready);
	row_num(row, "deferred", (int64_t)sched.waiting);
	answer_row(a, row);
	row_free(row);
}

static bool
drain_visit(struct walk *w, struct message *m, const struct envelope *env)
{
	unsigned i;

	for (i = 0; i < m->tasks; i++)
		schedule_flush(w->answer->queue->schedule, &m->task[i]);
	return true;
}

static void
drain_over(struct walk *w)
{
	drain_row(w->answer);
	answer_ok(w->answer);
}

static void
drain_fail(struct answer *a)
{
	answer_fail(a, "it is as it was before",
	    "the decision cannot be written to the spool: %s", strerror(errno));
}

/* What waits for a retry is tried at once. */
static void
drain_begin(struct answer *a)
{
	static const struct admin_command everything = { 0, { NULL } };
	struct walk *w;

	if (steer_set(a->queue->steer, STEER_DRAIN, "", true) == -1) {
		drain_fail(a);
		return;
	}
	intake_tell(a->queue->intake);
	w = walk_new(a, &everything, 0);
	if (w == NULL)
		return;
	w->visit = drain_visit;
	w->over = drain_over;
	walk_start(w);
}

static void
drain(struct answer *a, const struct admin_command *cmd)
{
	const char *word = cmd->words > 1 ? cmd->word[1] : "";

	if (word[0] == '\0') {
		drain_begin(a);
		return;
	}
	if (strcmp(word, "off") == 0) {
		if (steer_set(a->queue->steer, STEER_DRAIN, "", false) == -1) {
			drain_fail(a);
			return;
		}
		intake_tell(a->queue->intake);
	} else if (strcmp(word, "status") != 0) {
		answer_fail(a, "usage: edctl drain [off|status]",
		    "unexpected \"%.100s\"", word);
		return;
	}
	drain_row(a);
	answer_ok(a);
}

/* What is paused now, a row each, and what ends that. */
static void
pause_rows(struct answer *a)
{
	static const char *const names[] = { [STEER_ALL] = "all",
		[STEER_DESTINATION] = "destination",
		[STEER_USER] = "user" };
	char command[NAME_SIZE + 64];
	enum steer_kind kind;
	int64_t since;
	const char *name;
	struct row *row;
	size_t i;

	row = row_new();
	for (i = 0; row != NULL &&
	     (name = steer_at(a->queue->steer, i, &kind, &since)) != NULL;
	     i++) {
		if (kind == STEER_DRAIN)
			continue;
		row_str(row, "paused", names[kind]);
		row_str(row, "destination",
		    kind == STEER_DESTINATION ? name : "");
		row_str(row, "user", kind == STEER_USER ? name : "");
		row_time(row, "since", since);
		(void)snprintf(command, sizeof(command),
		    "edctl queue resume %s%s%s", names[kind],
		    name[0] == '\0' ? "" : " ", name);
		row_str(row, "end", command);
		answer_row(a, row);
	}
	row_free(row);
}

/* Words as what is to be paused.  0, or -1: the answer has ended. */
static int
pause_what(struct answer *a, const struct admin_command *cmd,
    enum steer_kind *kind, const char **name)
{
	*name = "";
	if (cmd->words == 3 && strcmp(cmd->word[2], "all") == 0) {
		*kind = STEER_ALL;
		return 0;
	}
	if (cmd->words == 4) {
		*name = cmd->word[3];
		*kind = strcmp(cmd->word[2], "user") == 0 ? STEER_USER :
							    STEER_DESTINATION;
		if (strpbrk(*name, " \n") == NULL && **name != '\0' &&
		    strlen(*name) < NAME_SIZE)
			return 0;
	}
	answer_fail(a,
	    "usage: edctl queue pause|resume all | destination DOMAIN | user "
	    "NAME",
	    "one of all, destination and user is needed");
	return -1;
}

static void
pause_resume(struct answer *a, const struct admin_command *cmd)
{
	bool pause = strcmp(cmd->word[1], "pause") == 0;
	struct queue *q = a->queue;
	enum steer_kind kind;
	const char *name;
	int rc;

	if (pause && cmd->words == 2) {
		pause_rows(a);
		answer_ok(a);
		return;
	}
	if (pause_what(a, cmd, &kind, &name) == -1)
		return;
	rc = steer_set(q->steer, kind, name, pause);
	if (rc == -1) {
		drain_fail(a);
		return;
	}
	if (rc == 1) {
		answer_fail(a, "see \"edctl queue pause\"", "%s%s%s is %s",
		    cmd->word[2], name[0] == '\0' ? "" : " ", name,
		    pause ? "paused already" : "not paused");
		return;
	}
	schedule_steered(q->schedule);
	pause_rows(a);
	answer_ok(a);
}

/* export: the message as it is sent, a piece a row. */
struct exporting {
	uint64_t id;
	uint64_t at;
	uint32_t crc; /* of the body so far */
	char text[BASE64_LEN(EXPORT_ROW_OCTETS) + 1];
	uint8_t octets[EXPORT_ROW_OCTETS];
};

/* The next octets: first the prefix, then the body.  How many, or -1. */
static ssize_t
export_read(struct queue *q, struct exporting *e, const struct message *m)
{
	uint64_t off = spool_body_offset(m), at = e->at, size;

	size = m->prefix_len;
	if (at < size)
		off += m->body_len + m->meta_len;
	else {
		at -= size;
		size = m->body_len;
	}
	size -= at;
	if (size > sizeof(e->octets))
		size = sizeof(e->octets);
	if (size > 0 &&
	    segment_read(m->segment, e->octets, size, off + at) == -1)
		return -1;
	e->at += size;
	return (ssize_t)size;
}

/* The checksum goes over the body, then over its prefix.  0 or -1. */
static int
export_check(struct queue *q, struct exporting *e, struct message *m)
{
	uint32_t want, crc = e->crc;
	ssize_t n;

	if (spool_body_crc(q->spool, m, &want) == -1)
		return -1;
	for (e->at = 0; e->at < m->prefix_len;) {
		n = export_read(q, e, m);
		if (n == -1)
			return -1;
		crc = crc32c(crc, e->octets, (size_t)n);
	}
	if (crc == want && (m->flags & MESSAGE_DAMAGED) == 0)
		return 0;
	errno = EBADMSG;
	return -1;
}

/* All was written: was it what came in? */
static void
export_end(struct answer *a, struct exporting *e, struct message *m)
{
	if (export_check(a->queue, e, m) == 0) {
		answer_ok(a);
		return;
	}
	answer_wrong(a, errno == EBADMSG ? ADMIN_DAMAGED : ADMIN_NO);
	answer_fail(a,
	    "it is not as it came in, and will not be sent; \"edctl queue "
	    "verify\" tells of all that is damaged",
	    "what was written is a damaged message: %s",
	    errno == EBADMSG ? "its checksum differs" : strerror(errno));
}

static void
export_step(struct answer *a)
{
	struct exporting *e = a->work;
	struct message *m;
	struct row *row;
	uint64_t at = e->at;
	ssize_t n;

	m = spool_find(a->queue->spool, e->id);
	n = m == NULL ? -1 : export_read(a->queue, e, m);
	if (n == -1) {
		answer_wrong(a,
		    m == NULL		 ? ADMIN_NOTHING :
			errno == EBADMSG ? ADMIN_DAMAGED :
					   ADMIN_NO);
		answer_fail(a, "what was written so far is not all of it",
		    m == NULL ? "the message left the queue meanwhile" :
				"the message cannot be read");
		return;
	}
	if (n == 0) {
		export_end(a, e, m);
		return;
	}
	if (at >= m->prefix_len)
		e->crc = crc32c(e->crc, e->octets, (size_t)n);
	row = row_new();
	if (row == NULL ||
	    base64_encode(e->octets, (size_t)n, e->text, sizeof(e->text)) ==
		-1) {
		row_free(row);
		answer_fail(a, NULL, "queue is out of memory");
		return;
	}
	row_str(row, "data", e->text);
	answer_row(a, row);
	row_free(row);
	answer_go(a);
}

static void
export_start(struct answer *a, const struct admin_command *cmd)
{
	struct exporting *e;
	uint64_t id;

	if (!a->queue->conf.can_export) {
		answer_fail(a,
		    "\"queue export on\" in edd.conf allows it; mind whose "
		    "mail it is",
		    "the content of messages is not shown");
		return;
	}
	if (cmd->words != 3 || id_parse(cmd->word[2], &id) == -1 ||
	    spool_find(a->queue->spool, id) == NULL) {
		answer_wrong(a, ADMIN_NOTHING);
		answer_fail(a, "see \"edctl queue list\"",
		    "no message %.100s in the queue",
		    cmd->words < 3 ? "" : cmd->word[2]);
		return;
	}
	e = calloc(1, sizeof(*e));
	if (e == NULL) {
		answer_fail(a, NULL, "queue is out of memory");
		return;
	}
	e->id = id;
	answer_start(a, export_step, e, free);
}

/* What this file answers. */
const struct admin_verb *
admin_misc_verbs(void)
{
	static const struct admin_verb verbs[] = {
		{ { "statistics", NULL }, statistics },
		{ { "times", NULL }, times },
		{ { "trace", NULL }, trace },
		{ { "drain", NULL }, drain },
		{ { "queue", "export" }, export_start },
		{ { "queue", "pause" }, pause_resume },
		{ { "queue", "resume" }, pause_resume },
		{ { NULL, NULL }, NULL },
	};

	return verbs;
}

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
 * Administrative changes on their way to the journal.  While there is no
 * queue they wait here; the log has them at once in any case.
 */
#include "audit.h"

#include <sys/queue.h>

#include <stdlib.h>
#include <time.h>

#include "control.h"
#include "log.h"
#include "peers.h"
#include "proto_admin.h"
#include "row.h"

/* Changes that wait for queue: a restart takes a second. */
#define AUDIT_WAIT_MAX 1000u

struct audit_wait {
	STAILQ_ENTRY(audit_wait) entry;
	struct row *row;
};

struct audit {
	struct control *control;
	unsigned waiting;
	STAILQ_HEAD(, audit_wait) wait;
};

/* Nothing waits; NULL without memory. */
struct audit *
audit_new(struct control *control)
{
	struct audit *a;

	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return NULL;
	a->control = control;
	STAILQ_INIT(&a->wait);
	return a;
}

static void
audit_pop(struct audit *a)
{
	struct audit_wait *w;

	w = STAILQ_FIRST(&a->wait);
	STAILQ_REMOVE_HEAD(&a->wait, entry);
	a->waiting--;
	row_free(w->row);
	free(w);
}

/* Free, and forget what waits; NULL is allowed. */
void
audit_free(struct audit *a)
{
	if (a == NULL)
		return;
	while (!STAILQ_EMPTY(&a->wait))
		audit_pop(a);
	free(a);
}

/* Send what waits, if queue is there. */
void
audit_flush(struct audit *a)
{
	struct chan *queue;

	queue = peers_find(a->control->peers, CONV_ADMIN, PROC_QUEUE, 0);
	if (queue == NULL)
		return;
	while (!STAILQ_EMPTY(&a->wait)) {
		(void)admin_event_send(queue, STAILQ_FIRST(&a->wait)->row);
		audit_pop(a);
	}
}

static struct row *
audit_row(const struct audit_event *e)
{
	struct row *row;

	row = row_new();
	if (row == NULL)
		return NULL;
	row_time(row, "changed", (int64_t)time(NULL));
	row_num(row, "uid", e->uid);
	row_num(row, "pid", e->pid);
	row_str(row, "action", e->action);
	row_str(row, "object", e->object);
	if (e->old != NULL)
		row_str(row, "old", e->old);
	if (e->new != NULL)
		row_str(row, "new", e->new);
	return row;
}

/* Log a change and have it written to the journal. */
void
audit_event(struct audit *a, const struct audit_event *e)
{
	struct audit_wait *w;
	struct row *row;

	log_info("admin action=\"%s\" object=%s uid=%u pid=%u", e->action,
	    e->object, e->uid, e->pid);
	row = audit_row(e);
	w = calloc(1, sizeof(*w));
	if (row == NULL || w == NULL || a->waiting == AUDIT_WAIT_MAX) {
		log_warnx("admin change not in the journal: action=\"%s\"",
		    e->action);
		row_free(row);
		free(w);
		return;
	}
	w->row = row;
	STAILQ_INSERT_TAIL(&a->wait, w, entry);
	a->waiting++;
	audit_flush(a);
}

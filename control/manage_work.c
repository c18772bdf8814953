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
 * Work requests in the management API.
 */
#include <stdio.h>
#include <string.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "created.h"
#include "manage_ask.h"
#include "manage_ops.h"
#include "manage_page.h"
#include "msg.h"
#include "row.h"
#include "store.h"
#include "work.h"

/* Seconds after which a client looks again at one that is in progress. */
#define WORK_WAIT 30u

static void
work_row(struct ask *a, const struct work *w)
{
	row_str(a->row, "operationType", work_type_name(w->type));
	row_str(a->row, "status", work_status_name(w));
	row_str(a->row, "id", w->id);
	row_str(a->row, "compartmentId", w->compartment);
	row_str(a->row, "resources.entityType", work_entity_name(w->type));
	row_str(a->row, "resources.actionType",
	    w->finished == 0 ? "IN_PROGRESS" : work_action_name(w->type));
	row_str(a->row, "resources.identifier", w->object);
	row_num(a->row, "percentComplete", w->finished == 0 ? 50 : 100);
	row_time(a->row, "timeAccepted", w->accepted);
	row_time(a->row, "timeStarted", w->accepted);
	if (w->finished != 0)
		row_time(a->row, "timeFinished", w->finished);
}

/* The one that the path names, in whose compartment he may look. */
static int
need_work(struct ask *a, struct work *w)
{
	switch (work_get(a->control->store, a->rq.id, w)) {
	case STORE_OK:
		return ask_may(a, w->compartment);
	case STORE_NOTFOUND:
		ask_not_found(a);
		return -1;
	case STORE_FAIL:
		break;
	}
	ask_fail_store(a);
	return -1;
}

/* GetWorkRequest */
void
manage_work_get(struct ask *a)
{
	struct work w;

	if (need_work(a, &w) == -1)
		return;
	work_row(a, &w);
	a->end.wait = w.finished == 0 ? WORK_WAIT : 0;
	ask_send(a);
	ask_ok(a);
}

static enum page_take
take(struct ask *a, const struct store_key *k, struct msgin *m)
{
	struct work w;

	if (work_get(a->control->store, created_name(k), &w) != STORE_OK)
		return PAGE_PASS;
	if (!ask_equals(a, "workRequestId", w.id) ||
	    !ask_state(a, "status", work_status_name(&w)) ||
	    !ask_state(a, "operationType", work_type_name(w.type)))
		return PAGE_PASS;
	work_row(a, &w);
	return PAGE_TAKE;
}

/* ListWorkRequests */
void
manage_work_list(struct ask *a)
{
	static const char *const sorts[] = { "timeAccepted", NULL };
	struct compartment c;
	struct page p;
	size_t by;

	memset(&p, 0, sizeof(p));
	if (ask_place(a, &c) == -1 || ask_sort(a, sorts, &by) == -1 ||
	    ask_order(a, true, &p.back) == -1)
		return;
	p.table = STORE_CREATED;
	created_prefix(&p.prefix, WORK_KIND, c.id);
	p.take = take;
	page_answer(a, &p);
}

/* ListWorkRequestErrors: none, as what fails fails before it is accepted. */
void
manage_work_errors(struct ask *a)
{
	struct work w;

	if (need_work(a, &w) == 0)
		ask_ok(a);
}

/* What there is to say of one, in order; at most. */
#define LOGS_MAX 2u

struct log_row {
	const char *message;
	int64_t when;
};

static unsigned
logs_fill(const struct work *w, struct log_row log[LOGS_MAX])
{
	log[0].message = "The request was accepted.";
	log[0].when = w->accepted;
	log[1].message = "The request was carried out.";
	log[1].when = w->finished;
	return w->finished == 0 ? 1 : 2;
}

/* Rows of the log, from a page's first on, as many as there may be. */
static void
logs_send(struct ask *a, const struct work *w, bool back)
{
	struct log_row log[LOGS_MAX];
	const struct log_row *l;
	const char *error;
	unsigned i, k, n;

	error = NULL;
	i = a->rq.page[0] == '\0' ?
	    0 :
	    (unsigned)strtonum(a->rq.page, 0, LOGS_MAX, &error);
	if (error != NULL) {
		ask_fail(a, MANAGE_INVALID, "page is none of this list");
		return;
	}
	n = logs_fill(w, log);
	for (k = 0; i < n && (a->rq.limit == 0 || k < a->rq.limit); i++, k++) {
		l = &log[back ? n - 1 - i : i];
		row_str(a->row, "message", l->message);
		row_time(a->row, "timestamp", l->when);
		ask_send(a);
	}
	if (i < n)
		(void)snprintf(a->end.next, sizeof(a->end.next), "%u", i);
	ask_ok(a);
}

/* ListWorkRequestLogs: what there is to say, the newest first. */
void
manage_work_logs(struct ask *a)
{
	static const char *const sorts[] = { "timestamp", NULL };
	struct work w;
	size_t by;
	bool back;

	if (need_work(a, &w) == 0 && ask_sort(a, sorts, &by) == 0 &&
	    ask_order(a, true, &back) == 0)
		logs_send(a, &w, back);
}

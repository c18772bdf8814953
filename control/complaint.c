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
 * A complaint is an event, as a bounce is, so that a webhook tells of it and
 * "edctl trace" shows it.  What control learns of one is the suppression that
 * has this reason.
 */
#include "complaint.h"

#include <sys/queue.h>

#include <stdlib.h>

#include "control.h"
#include "log.h"
#include "peers.h"
#include "proto_admin.h"
#include "row.h"
#include "suppression.h"

/* Those that wait for queue: a restart takes a second. */
#define COMPLAINTS_MAX 1000u

struct complaint {
	STAILQ_ENTRY(complaint) entry;
	struct row *row;
};

struct complaints {
	STAILQ_HEAD(, complaint) wait;
	unsigned n;
};

/* None waits; NULL without memory. */
struct complaints *
complaints_new(void)
{
	struct complaints *all;

	all = calloc(1, sizeof(*all));
	if (all != NULL)
		STAILQ_INIT(&all->wait);
	return all;
}

static void
drop_first(struct complaints *all)
{
	struct complaint *e;

	e = STAILQ_FIRST(&all->wait);
	STAILQ_REMOVE_HEAD(&all->wait, entry);
	all->n--;
	row_free(e->row);
	free(e);
}

/* Free, and forget what waits; NULL is allowed. */
void
complaints_free(struct complaints *all)
{
	if (all == NULL)
		return;
	while (!STAILQ_EMPTY(&all->wait))
		drop_first(all);
	free(all);
}

/* Send what waits, if queue is there. */
void
complaints_flush(struct control *c)
{
	struct complaints *all;
	struct chan *queue;

	all = c->complaints;
	queue = peers_find(c->peers, CONV_ADMIN, PROC_QUEUE, 0);
	while (queue != NULL && !STAILQ_EMPTY(&all->wait)) {
		(void)admin_event_send(queue, STAILQ_FIRST(&all->wait)->row);
		drop_first(all);
	}
}

static struct row *
complaint_row(const struct suppression *s)
{
	struct row *row;

	row = row_new();
	if (row == NULL)
		return NULL;
	row_str(row, "event", ADMIN_EVENT_COMPLAINT);
	row_str(row, "recipient", s->address);
	row_str(row, "compartment", s->compartment);
	row_str(row, "text", s->text);
	if (!row_bad(row))
		return row;
	row_free(row);
	return NULL;
}

/* A suppression is there that was not, or had another reason. */
void
complaint_add(struct control *c, const struct suppression *s)
{
	struct complaints *all;
	struct complaint *e;

	all = c->complaints;
	e = all->n == COMPLAINTS_MAX ? NULL : calloc(1, sizeof(*e));
	if (e == NULL || (e->row = complaint_row(s)) == NULL) {
		free(e);
		log_warnx("a complaint is not in the journal");
		return;
	}
	STAILQ_INSERT_TAIL(&all->wait, e, entry);
	all->n++;
	complaints_flush(c);
}

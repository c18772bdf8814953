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
 * An orderly end: who brings work in goes first, who stores it later.  Each
 * kind of process has STOP_SECONDS, then it is killed.
 */
#include "stop.h"

#include <event2/event.h>

#include "chan.h"
#include "child.h"
#include "edd.h"
#include "log.h"
#include "notify.h"

static const enum proc_kind order[] = { PROC_SMTPD, PROC_HTTPD, PROC_DELIVER,
	PROC_QUEUE, PROC_SIGNER, PROC_CONTROL };

#define STEPS (sizeof(order) / sizeof(order[0]))

/* Processes of the kind that is being stopped which still run. */
static size_t
running(const struct edd *e)
{
	size_t i, n;

	n = 0;
	for (i = 0; i < e->children; i++) {
		if (e->child[i].kind == order[e->stop.step] &&
		    e->child[i].pid != 0)
			n++;
	}
	return n;
}

static void
ask(struct edd *e)
{
	const struct timeval tv = { STOP_SECONDS, 0 };
	size_t i;

	for (i = 0; i < e->children; i++) {
		if (e->child[i].kind != order[e->stop.step] ||
		    e->child[i].pid == 0)
			continue;
		if (e->child[i].chan != NULL)
			(void)setup_empty_send(e->child[i].chan, M_SETUP_STOP);
		else
			child_kill(&e->child[i]);
	}
	(void)evtimer_add(e->stop.timer, &tv);
}

/* Go on to the next kind that runs; at the end leave the event loop. */
static void
advance(struct edd *e)
{
	while (e->stop.step < STEPS && running(e) == 0)
		e->stop.step++;
	if (e->stop.step < STEPS)
		ask(e);
	else
		(void)event_base_loopbreak(e->base);
}

static void
stop_timer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct edd *e = arg;
	size_t i;

	for (i = 0; i < e->children; i++) {
		if (e->child[i].kind != order[e->stop.step] ||
		    e->child[i].pid == 0)
			continue;
		log_warnx("%s does not stop: killing it", e->child[i].name);
		child_kill(&e->child[i]);
	}
}

/*
 * Stop all processes, then leave the event loop; status is the exit status of
 * the daemon.  A second call changes nothing.
 */
void
stop_begin(struct edd *e, int status)
{
	if (e->stop.active)
		return;
	log_info("stopping");
	notify_send("STOPPING=1");
	e->stop.active = true;
	e->stop.status = status;
	e->stop.timer = evtimer_new(e->base, stop_timer_cb, e);
	if (e->stop.timer == NULL)
		fatalx("out of memory");
	advance(e);
}

/* A process has ended while stopping. */
void
stop_child_gone(struct edd *e)
{
	if (running(e) == 0)
		advance(e);
}

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
 * Reload: read and check the whole new configuration, swap it in, send every
 * process its part, wait for all.  If one refuses, the old configuration is
 * sent again to all.  Until then a bad file changes nothing.
 */
#include "reload.h"

#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "chan.h"
#include "compat.h"
#include "conf.h"
#include "edd.h"
#include "load.h"
#include "log.h"
#include "setup.h"

static void reload_timer_cb(evutil_socket_t, short, void *);

/* The end of a reload, or of an attempt: tell the log and who asked. */
static void
reload_answer(struct edd *e, struct chan *asker, uint64_t id, const char *why)
{
	struct setup_answer a;
	size_t i;

	if (why == NULL)
		log_info("configuration reloaded");
	else
		log_warnx("configuration not reloaded: %s", why);
	memset(&a, 0, sizeof(a));
	a.ok = why == NULL;
	if (why != NULL)
		(void)strlcpy(a.why, why, sizeof(a.why));
	for (i = 0; i < e->children; i++) {
		if (asker != NULL && e->child[i].chan == asker)
			(void)setup_answer_send(asker, id, &a);
	}
}

/* Send the configuration in force to all that run. */
static void
reload_send(struct edd *e)
{
	size_t i;

	e->generation++;
	for (i = 0; i < e->children; i++) {
		if (e->child[i].chan != NULL)
			setup_send_conf(&e->child[i]);
	}
}

/* Forget the old configuration; no way back. */
static void
reload_end(struct edd *e)
{
	e->reload.active = false;
	(void)evtimer_del(e->reload.timer);
	conf_free(e->reload.old);
	e->reload.old = NULL;
	listener_close(&e->reload.old_listeners);
}

static void
reload_swap(struct edd *e)
{
	struct listeners l;
	struct conf *c;

	c = e->conf;
	e->conf = e->reload.old;
	e->reload.old = c;
	TAILQ_INIT(&l);
	TAILQ_CONCAT(&l, &e->listeners, entry);
	TAILQ_CONCAT(&e->listeners, &e->reload.old_listeners, entry);
	TAILQ_CONCAT(&e->reload.old_listeners, &l, entry);
}

static void
reload_back(struct edd *e, const char *why)
{
	struct chan *asker;
	uint64_t id;

	asker = e->reload.asker;
	id = e->reload.asker_id;
	reload_swap(e);
	reload_end(e);
	reload_send(e);
	reload_answer(e, asker, id, why);
}

/*
 * Whether a process still owes an answer.  One that has broken off, and is not
 * yet seen to be dead, does.
 */
static bool
reload_waits_for(const struct edd *e, const struct child *c)
{
	return c->pid != 0 && c->generation != e->generation;
}

static void
reload_check_done(struct edd *e)
{
	size_t i;

	for (i = 0; i < e->children; i++) {
		if (reload_waits_for(e, &e->child[i]))
			return;
	}
	reload_end(e);
	edd_set_verbose(e, e->conf->verbose ? 1 : e->opt->verbose);
	reload_answer(e, e->reload.asker, e->reload.asker_id, NULL);
}

static void
reload_timer_cb(evutil_socket_t fd, short what, void *arg)
{
	char why[ERROR_SIZE];
	struct edd *e = arg;
	size_t i;

	if (!e->reload.active)
		return;
	for (i = 0; i < e->children; i++) {
		if (reload_waits_for(e, &e->child[i]))
			break;
	}
	(void)snprintf(why, sizeof(why), "%s does not answer",
	    i == e->children ? "nobody" : e->child[i].name);
	reload_back(e, why);
}

/* Keep the first error for who asked; log all. */
static void
reload_report_cb(const char *text, void *arg)
{
	char *first = arg;

	log_warnx("%s", text);
	if (first[0] == '\0')
		(void)strlcpy(first, text, ERROR_SIZE);
}

/* A new configuration and its sockets, or NULL and why says why not. */
static struct conf *
reload_load(struct edd *e, struct listeners *l, char *why)
{
	const char *fixed;
	struct conf *c;

	c = load_conf(e->opt, reload_report_cb, why);
	if (c == NULL)
		return NULL;
	fixed = conf_fixed_difference(e->conf, c);
	if (fixed != NULL)
		(void)snprintf(why, ERROR_SIZE,
		    "\"%s\" cannot change while edd runs: restart edd", fixed);
	else if (listener_open(l, c, &e->listeners) == -1)
		(void)strlcpy(why, "cannot listen as it says, see the log",
		    ERROR_SIZE);
	else
		return c;
	conf_free(c);
	return NULL;
}

/*
 * Start a reload; asker, if not NULL, gets the answer under id.  Its channel
 * may be gone by then.
 */
void
reload_begin(struct edd *e, struct chan *asker, uint64_t id)
{
	const struct timeval tv = { RELOAD_SECONDS, 0 };
	char why[ERROR_SIZE];
	struct listeners l;
	struct conf *c;

	why[0] = '\0';
	if (e->stop.active || !e->ready || e->reload.active) {
		reload_answer(e, asker, id,
		    e->stop.active ? "edd is stopping" :
			!e->ready  ? "edd is still starting" :
				     "another reload is going on");
		return;
	}
	c = reload_load(e, &l, why);
	if (c == NULL) {
		reload_answer(e, asker, id, why);
		return;
	}
	if (e->reload.timer == NULL)
		e->reload.timer = evtimer_new(e->base, reload_timer_cb, e);
	if (e->reload.timer == NULL)
		fatalx("out of memory");
	e->reload.active = true;
	e->reload.asker = asker;
	e->reload.asker_id = id;
	e->reload.old = c;
	TAILQ_INIT(&e->reload.old_listeners);
	TAILQ_CONCAT(&e->reload.old_listeners, &l, entry);
	reload_swap(e);
	(void)evtimer_add(e->reload.timer, &tv);
	reload_send(e);
}

/* A process took a configuration or refused it. */
void
reload_answered(struct child *c, const struct setup_conf_done *done)
{
	char why[ERROR_SIZE];
	struct edd *e;

	e = c->edd;
	if (done->generation != e->generation)
		return;
	c->generation = done->generation;
	if (done->ok && e->reload.active)
		reload_check_done(e);
	else if (!done->ok && e->reload.active) {
		(void)snprintf(why, sizeof(why), "%s: %.400s", c->name,
		    done->why);
		reload_back(e, why);
	} else if (!done->ok)
		log_warnx("%s refuses the old configuration: %s", c->name,
		    done->why);
}

/*
 * A process has died.  If it had not taken the new configuration it may have
 * died of it, and would again: it is to start with the old one.
 */
void
reload_child_gone(struct child *c)
{
	char why[ERROR_SIZE];
	struct edd *e;

	e = c->edd;
	if (!e->reload.active)
		return;
	if (c->generation == e->generation) {
		reload_check_done(e);
		return;
	}
	(void)snprintf(why, sizeof(why), "%s died", c->name);
	reload_back(e, why);
}

/* Free what a reload holds, at the end of the daemon. */
void
reload_cancel(struct edd *e)
{
	if (e->reload.active)
		reload_end(e);
	if (e->reload.timer != NULL)
		event_free(e->reload.timer);
	e->reload.timer = NULL;
}

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
 * The running daemon: prepares what processes need, starts them, hears what
 * they say, and reacts to signals.  It reads no byte that came from the
 * network or from a message.
 */
#include "edd.h"

#include <sys/resource.h>

#include <event2/event.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "chan.h"
#include "child.h"
#include "compat.h"
#include "conf.h"
#include "ctlsock.h"
#include "dirs.h"
#include "load.h"
#include "log.h"
#include "logsock.h"
#include "msg.h"
#include "notify.h"
#include "reload.h"
#include "setup.h"
#include "stop.h"

static int edd_ready_cb(struct chan *, struct msgin *, void *);
static int edd_conf_done_cb(struct chan *, struct msgin *, void *);
static int edd_request_cb(struct chan *, struct msgin *, void *);
static int edd_log_lost_cb(struct chan *, struct msgin *, void *);

static const struct chan_rule child_rules[] = {
	{ M_SETUP_READY, 0, "ready", edd_ready_cb },
	{ M_SETUP_CONF_DONE, 0, "conf-done", edd_conf_done_cb },
	{ M_SETUP_LOG_LOST, 0, "log-lost", edd_log_lost_cb },
	{ 0, 0, NULL, NULL },
};

static const struct chan_rule control_rules[] = {
	{ M_SETUP_READY, 0, "ready", edd_ready_cb },
	{ M_SETUP_CONF_DONE, 0, "conf-done", edd_conf_done_cb },
	{ M_SETUP_LOG_LOST, 0, "log-lost", edd_log_lost_cb },
	{ M_SETUP_REQUEST, 0, "request", edd_request_cb },
	{ 0, 0, NULL, NULL },
};

/* Start a process, for the first time or again. */
void
edd_child_restart(struct child *c)
{
	child_start(c, c->kind == PROC_CONTROL ? control_rules : child_rules);
}

static bool
is_front(const struct child *c)
{
	return c->kind == PROC_SMTPD || c->kind == PROC_HTTPD;
}

/*
 * First what stores, signs and delivers; when that is ready, what clients talk
 * to.  They wait in the backlog and are not turned away.
 */
static void
edd_start_wave(struct edd *e, bool front)
{
	size_t i;

	for (i = 0; i < e->children; i++) {
		if (is_front(&e->child[i]) == front && !e->child[i].started)
			edd_child_restart(&e->child[i]);
	}
}

static bool
edd_wave_ready(const struct edd *e, bool front)
{
	size_t i;

	for (i = 0; i < e->children; i++) {
		if (is_front(&e->child[i]) == front &&
		    e->child[i].state != CHILD_READY)
			return false;
	}
	return true;
}

static int
edd_ready_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct child *c = arg;
	struct edd *e;

	if (c->state != CHILD_STARTING || setup_empty_recv(m) == -1)
		return -1;
	e = c->edd;
	child_is_ready(c);
	if (e->ready || e->stop.active) {
		log_info("%s is ready (pid %d)", c->name, (int)c->pid);
		return 0;
	}
	if (!edd_wave_ready(e, false))
		return 0;
	edd_start_wave(e, true);
	if (edd_wave_ready(e, true)) {
		e->ready = true;
		log_info("edd ready");
		notify_send("READY=1");
	}
	return 0;
}

static int
edd_conf_done_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct setup_conf_done done;

	if (setup_conf_done_recv(m, &done) == -1)
		return -1;
	reload_answered(arg, &done);
	return 0;
}

/* The keys of the store and of the seal are to change, or have. */
static void
edd_rekey(struct edd *e, struct chan *chan, uint64_t id, bool done)
{
	struct setup_answer a;
	size_t i;

	memset(&a, 0, sizeof(a));
	a.ok = (done ? keyfile_use_next(&e->keys, e->conf->keys) :
		       keyfile_next(&e->keys, e->conf->keys)) == 0;
	if (a.ok && !done) {
		reload_begin(e, chan, id);
		return;
	}
	if (!a.ok)
		(void)strlcpy(a.why,
		    "the key files cannot be written; the log says more",
		    sizeof(a.why));
	else
		log_info("the store and its seal have new keys");
	for (i = 0; a.ok && i < e->children; i++) {
		if (e->child[i].kind == PROC_SIGNER && e->child[i].chan != NULL)
			(void)conf_secret_send(e->child[i].chan, &e->keys.seal);
	}
	(void)setup_answer_send(chan, id, &a);
}

static int
edd_request_cb(struct chan *chan, struct msgin *m, void *arg)
{
	enum setup_request_kind kind;
	struct setup_answer a;
	struct child *c = arg;
	uint64_t id;

	if (setup_request_recv(m, &kind) == -1)
		return -1;
	id = m->id;
	memset(&a, 0, sizeof(a));
	a.ok = true;
	switch (kind) {
	case SETUP_RELOAD:
		reload_begin(c->edd, chan, id);
		return 0;
	case SETUP_REKEY:
	case SETUP_REKEYED:
		edd_rekey(c->edd, chan, id, kind == SETUP_REKEYED);
		return 0;
	case SETUP_SECRET:
		(void)conf_secret_send(chan, &c->edd->keys.store);
		return setup_answer_send(chan, id, &a);
	case SETUP_SELF:
		setup_tell_self(chan, c->edd->since);
		return setup_answer_send(chan, id, &a);
	case SETUP_SHUTDOWN:
		(void)setup_answer_send(chan, id, &a);
		stop_begin(c->edd, 0);
		return 0;
	case SETUP_VERBOSE:
	case SETUP_BRIEF:
		(void)setup_answer_send(chan, id, &a);
		edd_set_verbose(c->edd, kind == SETUP_VERBOSE ? 1 : 0);
		return 0;
	}
	return -1;
}

/* The log daemon was started again: a child cannot connect by itself. */
static int
edd_log_lost_cb(struct chan *chan, struct msgin *m, void *arg)
{
	int fd;

	if (setup_empty_recv(m) == -1)
		return -1;
	fd = logsock_connect();
	if (fd != -1)
		(void)setup_logger_send(chan, fd);
	return 0;
}

/* Set how much all processes log. */
void
edd_set_verbose(struct edd *e, int verbose)
{
	size_t i;

	e->verbose = verbose;
	log_verbose(verbose);
	for (i = 0; i < e->children; i++) {
		if (e->child[i].chan != NULL)
			(void)setup_log_send(e->child[i].chan,
			    (uint32_t)verbose);
	}
}

/* A process has ended; one that died too often ends the daemon. */
void
edd_child_gone(struct child *c)
{
	struct edd *e;

	e = c->edd;
	if (e->stop.active) {
		stop_child_gone(e);
		return;
	}
	if (!evtimer_pending(c->timer, NULL)) { /* not to start again */
		stop_begin(e, 1);
		return;
	}
	reload_child_gone(c);
}

static void
edd_signal_cb(evutil_socket_t sig, short what, void *arg)
{
	struct edd *e = arg;

	switch (sig) {
	case SIGCHLD:
		child_reap(e);
		break;
	case SIGHUP:
		log_info("reloading the configuration (SIGHUP)");
		reload_begin(e, NULL, 0);
		break;
	default:
		stop_begin(e, 0);
		break;
	}
}

/* Folders with their owners, as the processes need them. */
static int
edd_prepare_dirs(struct edd *e)
{
	const struct identity *id;

	id = &e->identity;
	conf_empty_dir(e->conf, e->empty);
	if (dirs_own("spool", e->conf->spool, id->uid[PROC_QUEUE],
		id->gid[PROC_QUEUE]) == -1)
		return -1;
	if (dirs_own("store", e->conf->store, id->uid[PROC_CONTROL],
		id->gid[PROC_CONTROL]) == -1)
		return -1;
	return dirs_empty(e->empty);
}

static int
edd_prepare_group(struct edd *e)
{
	const struct group *g;

	if (e->conf->group[0] == '\0')
		return 0;
	g = getgrnam(e->conf->group);
	if (g == NULL) {
		log_warnx("group %s does not exist", e->conf->group);
		return -1;
	}
	e->has_group = true;
	e->group = g->gr_gid;
	return 0;
}

/*
 * No other edd may use the same files.  That one runs with this control socket
 * is said at once, without waiting for its processes to end.
 */
static int
edd_hold(struct edd *e)
{
	if (ctlsock_is_free(e->conf->socket) == -1)
		return -1;
	e->hold[PROC_QUEUE] = dirs_hold("spool", e->conf->spool);
	if (e->hold[PROC_QUEUE] == -1)
		return -1;
	e->hold[PROC_CONTROL] = dirs_hold("store", e->conf->store);
	return e->hold[PROC_CONTROL] == -1 ? -1 : 0;
}

/* All that can fail before the first process starts. */
static int
edd_prepare(struct edd *e)
{
	if (identity_find(&e->identity, e->opt->own_user) == -1 ||
	    edd_prepare_group(e) == -1 || edd_prepare_dirs(e) == -1 ||
	    edd_hold(e) == -1 ||
	    keyfile_load(&e->keys, e->conf->keys, e->conf->store) == -1)
		return -1;
	e->ctl_fd = ctlsock_open(e->conf->socket,
	    e->has_group ? &e->group : NULL);
	if (e->ctl_fd == -1)
		return -1;
	return listener_open(&e->listeners, e->conf, NULL);
}

/* Into the background, if that is wanted; stderr goes to syslog then. */
static void
edd_detach(struct edd *e)
{
	if (e->opt->foreground)
		return;
	if (getenv("NOTIFY_SOCKET") == NULL && daemon(0, 0) == -1)
		fatal("daemon");
	log_init("edd", false, e->verbose);
}

/*
 * What edd knows does not end up in a core file.  Linking a process needs two
 * descriptors for each of its peers at once.
 */
static void
edd_set_limits(void)
{
	const struct rlimit none = { 0, 0 };
	struct rlimit rl;

	if (setrlimit(RLIMIT_CORE, &none) == -1)
		log_warn("setrlimit core");
	if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &rl);
	}
}

static const int signals[] = { SIGCHLD, SIGHUP, SIGINT, SIGTERM };

#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

/* Run until told to stop. */
static int
edd_loop(struct edd *e)
{
	struct event *event[SIGNALS];
	sigset_t all;
	size_t i;

	edd_set_limits();
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGUSR1, SIG_IGN);
	for (i = 0; i < SIGNALS; i++) {
		event[i] = evsignal_new(e->base, signals[i], edd_signal_cb, e);
		if (event[i] == NULL || event_add(event[i], NULL) == -1)
			fatalx("signal %d", signals[i]);
	}
	edd_start_wave(e, false);
	if (event_base_dispatch(e->base) == -1)
		fatalx("event loop");
	/* One that comes now must not end us before all is put away. */
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	for (i = 0; i < SIGNALS; i++)
		event_free(event[i]);
	return e->stop.status;
}

static void
edd_clean(struct edd *e)
{
	size_t i;

	reload_cancel(e);
	child_free_all(e);
	listener_close(&e->listeners);
	keyfile_clear(&e->keys);
	if (e->ctl_fd != -1) {
		(void)unlink(e->conf->socket);
		(void)close(e->ctl_fd);
	}
	for (i = 0; i <= PROC_LAST; i++) {
		if (e->hold[i] != -1)
			(void)close(e->hold[i]);
	}
	if (e->stop.timer != NULL)
		event_free(e->stop.timer);
	if (e->base != NULL)
		event_base_free(e->base);
	conf_free(e->conf);
}

/*
 * Run the daemon with the configuration in e until it is told to stop.
 * Returns its exit status; e is used up.
 */
int
edd_run(struct edd *e)
{
	size_t i;
	int status;

	e->since = (int64_t)time(NULL);
	e->ctl_fd = -1;
	for (i = 0; i <= PROC_LAST; i++)
		e->hold[i] = -1;
	e->generation = 1;
	e->verbose = e->conf->verbose ? 1 : e->opt->verbose;
	TAILQ_INIT(&e->listeners);
	TAILQ_INIT(&e->reload.old_listeners);
	status = 1;
	log_verbose(e->verbose);
	if (child_check(e) == 0 && edd_prepare(e) == 0) {
		edd_detach(e);
		notify_init();
		e->base = event_base_new();
		if (e->base == NULL || child_new_all(e) == -1)
			fatalx("out of memory");
		status = edd_loop(e);
		log_info("stopped");
	}
	edd_clean(e);
	return status;
}

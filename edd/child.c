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
 * Starts programs by fork and exec with the setup channel on descriptor
 * PROC_SETUP_FD, reaps them, and starts again what died.  What a process is
 * told is in setup.c and link.c.
 */
#include "child.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "chan.h"
#include "conf.h"
#include "edd.h"
#include "link.h"
#include "load.h"
#include "log.h"
#include "setup.h"

/* In the order of starting. */
static const enum proc_kind kinds[] = { PROC_CONTROL, PROC_SIGNER, PROC_QUEUE,
	PROC_DELIVER, PROC_SMTPD, PROC_HTTPD };

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void child_timer_cb(evutil_socket_t, short, void *);

static int64_t
monotonic(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec;
}

/* The path of a child's program. */
static void
child_path(const struct edd *e, enum proc_kind kind, char *out, size_t size)
{
	(void)snprintf(out, size, "%s/%s", e->opt->libexec,
	    proc_kind_name(kind));
}

/*
 * All programs must be there before the first one starts.  0, or -1 and it was
 * logged which one is missing.
 */
int
child_check(const struct edd *e)
{
	char path[CONF_PATH_SIZE];
	size_t i;
	int r;

	r = 0;
	for (i = 0; i < KINDS; i++) {
		if (e->conf->workers[kinds[i]] == 0)
			continue;
		child_path(e, kinds[i], path, sizeof(path));
		if (access(path, X_OK) == -1) {
			log_warn("cannot run %s: build and install it, or "
				 "name its folder with -L",
			    path);
			r = -1;
		}
	}
	return r;
}

static int
child_init(struct child *c, struct edd *e, enum proc_kind kind, unsigned i)
{
	c->edd = e;
	c->kind = kind;
	c->instance = i;
	c->state = CHILD_STARTING;
	(void)snprintf(c->name, sizeof(c->name),
	    e->conf->workers[kind] > 1 ? "%s %u" : "%s", proc_kind_name(kind),
	    i);
	for (i = 0; i < DEATHS_MAX; i++)
		c->died[i] = INT64_MIN / 2;
	c->timer = evtimer_new(e->base, child_timer_cb, c);
	return c->timer == NULL ? -1 : 0;
}

/*
 * Make the list of processes that the configuration asks for; none is started.
 * 0, or -1 without memory.
 */
int
child_new_all(struct edd *e)
{
	size_t i, n;
	unsigned j;

	n = 0;
	for (i = 0; i < KINDS; i++)
		n += e->conf->workers[kinds[i]];
	e->child = calloc(n, sizeof(*e->child));
	if (e->child == NULL)
		return -1;
	for (i = 0; i < KINDS; i++) {
		for (j = 0; j < e->conf->workers[kinds[i]]; j++) {
			if (child_init(&e->child[e->children], e, kinds[i],
				j) == -1)
				return -1;
			e->children++;
		}
	}
	return 0;
}

/* Free the list; no process may be running. */
void
child_free_all(struct edd *e)
{
	size_t i;

	for (i = 0; i < e->children; i++) {
		event_free(e->child[i].timer);
		chan_free(e->child[i].chan);
	}
	free(e->child);
	e->child = NULL;
	e->children = 0;
}

static void
child_after(struct child *c, int seconds)
{
	struct timeval tv;

	tv.tv_sec = seconds;
	tv.tv_usec = 0;
	(void)evtimer_add(c->timer, &tv);
}

static void
child_enter(struct child *c, enum setup_child_state state)
{
	c->state = state;
	setup_tell_state(c);
}

/*
 * In the new process: become the program, with its setup channel and, unless
 * -1, its locked folder.  Does not return.
 */
static void __attribute__((noreturn))
child_exec(const char *path, int fd, int hold)
{
	char *argv[2];

	argv[0] = strdup(path);
	argv[1] = NULL;
	if (hold != -1 && fcntl(hold, F_DUPFD, PROC_SETUP_FD + 1) == -1)
		_exit(127);
	(void)signal(SIGPIPE, SIG_DFL);
	if (fd == PROC_SETUP_FD)
		(void)fcntl(fd, F_SETFD, 0);
	else if (dup2(fd, PROC_SETUP_FD) == -1)
		_exit(127);
	if (argv[0] != NULL)
		(void)execv(path, argv);
	log_warn("cannot run %s", path);
	_exit(127);
}

/* Close the setup channel; nobody is left to answer on it. */
static void
child_drop_chan(struct child *c)
{
	if (c->edd->reload.asker == c->chan)
		c->edd->reload.asker = NULL;
	chan_free(c->chan);
	c->chan = NULL;
}

/* The process is gone, or has broken off. */
static void
child_down_cb(struct chan *chan, void *arg)
{
	struct child *c = arg;

	child_drop_chan(c);
	if (c->pid != 0 && !c->edd->stop.active)
		(void)kill(c->pid, SIGKILL);
}

/* Deaths within DEATHS_SECONDS, this one included. */
static unsigned
child_count_death(struct child *c)
{
	unsigned i, n;
	int64_t now;

	now = monotonic();
	memmove(c->died + 1, c->died, sizeof(c->died) - sizeof(c->died[0]));
	c->died[0] = now;
	n = 0;
	for (i = 0; i < DEATHS_MAX; i++) {
		if (c->died[i] > now - DEATHS_SECONDS)
			n++;
	}
	return n;
}

/*
 * At once after the first death, then after 1, 2 and 4 seconds.  One that
 * ended in order, to start anew, did not die.
 */
static void
child_died(struct child *c, bool in_order)
{
	unsigned n;

	child_drop_chan(c);
	c->pid = 0;
	(void)evtimer_del(c->timer);
	if (c->edd->stop.active) {
		edd_child_gone(c);
		return;
	}
	n = in_order ? 1 : child_count_death(c);
	child_enter(c, CHILD_BACKOFF);
	if (n >= DEATHS_MAX)
		log_warnx("%s died %u times within %d seconds: giving up",
		    c->name, n, DEATHS_SECONDS);
	else
		child_after(c, n == 1 ? 0 : 1 << (n - 2));
	edd_child_gone(c);
}

/*
 * Start the process of a child: it is told who it is, linked with its peers,
 * and given the configuration.  If that fails it counts as a death.
 */
void
child_start(struct child *c, const struct chan_rule *rules)
{
	char path[CONF_PATH_SIZE];
	int pair[2];

	if (c->started)
		c->restarts++;
	c->started = true;
	c->since = (int64_t)time(NULL);
	c->generation = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1) {
		log_warn("socketpair");
		child_died(c, false);
		return;
	}
	child_path(c->edd, c->kind, path, sizeof(path));
	c->pid = fork();
	if (c->pid == 0)
		child_exec(path, pair[1], c->edd->hold[c->kind]);
	(void)close(pair[1]);
	if (c->pid == -1) {
		log_warn("fork");
		(void)close(pair[0]);
		child_died(c, false);
		return;
	}
	c->chan = chan_new(c->edd->base, pair[0], c->name, rules, c);
	if (c->chan == NULL)
		fatalx("out of memory");
	chan_is_secret(c->chan);
	chan_on_down(c->chan, child_down_cb);
	log_debug("%s has pid %d", c->name, (int)c->pid);
	setup_send_start(c);
	link_child(c);
	setup_send_conf(c);
	c->state = CHILD_STARTING;
	if (c->kind == PROC_CONTROL)
		setup_tell_all(c);
	else
		setup_tell_state(c);
	child_after(c,
	    c->kind == PROC_QUEUE ? READY_QUEUE_SECONDS : READY_SECONDS);
}

/* A process says that it is in its sandbox and at work. */
void
child_is_ready(struct child *c)
{
	(void)evtimer_del(c->timer);
	child_enter(c, CHILD_READY);
}

/* End a process without asking. */
void
child_kill(struct child *c)
{
	if (c->pid != 0)
		(void)kill(c->pid, SIGKILL);
}

/* Time to start again, or time that it took too long to start is over. */
static void
child_timer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct child *c = arg;

	if (c->edd->stop.active)
		return;
	if (c->state == CHILD_BACKOFF) {
		edd_child_restart(c);
		return;
	}
	log_warnx("%s did not become ready in time", c->name);
	child_kill(c);
}

static void
child_log_end(const struct child *c, int status)
{
	int sig;

	if (WIFEXITED(status)) {
		if (WEXITSTATUS(status) == 0)
			log_debug("%s has %s", c->name,
			    c->edd->stop.active ? "stopped" :
						  "ended, to start anew");
		else
			log_warnx("%s (pid %d) exited with status %d", c->name,
			    (int)c->pid, WEXITSTATUS(status));
		return;
	}
	sig = WTERMSIG(status);
	log_warnx("%s (pid %d) was killed by signal %d (%s)%s", c->name,
	    (int)c->pid, sig, strsignal(sig),
	    sig == SIGSYS ? ": its sandbox does not allow a call" : "");
}

/* Take note of every process that has ended. */
void
child_reap(struct edd *e)
{
	int status;
	pid_t pid;
	size_t i;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < e->children; i++) {
			if (e->child[i].pid != pid)
				continue;
			child_log_end(&e->child[i], status);
			child_died(&e->child[i],
			    e->child[i].state == CHILD_READY &&
				WIFEXITED(status) && WEXITSTATUS(status) == 0);
			break;
		}
	}
}

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
 * One thread for one table.  It has the check from checker_start() on, and a
 * pipe that it closes wakes the loop.  It cannot be stopped, but by the end of
 * the process.
 */
#include "checker.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/util.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "log.h"
#include "proc.h"
#include "store.h"

/* Berkeley DB goes down a tree by calling itself. */
#define CHECKER_STACK (1u << 20)

struct checker {
	struct store_check *check; /* the thread's until the pipe is closed */
	void (*done)(struct store_check *, void *);
	void *arg;
	struct event *event;
	int wake[2]; /* the thread closes one, the loop reads the other */
	pthread_t thread;
};

static void *
checker_main(void *arg)
{
	struct checker *c;

	c = arg;
	store_check_run(c->check);
	(void)close(c->wake[1]);
	return NULL;
}

/* The thread is at its end. */
static void
checker_cb(evutil_socket_t fd, short what, void *arg)
{
	void (*done)(struct store_check *, void *);
	struct store_check *check;
	struct checker *c;
	void *done_arg;

	c = arg;
	(void)pthread_join(c->thread, NULL);
	done = c->done;
	done_arg = c->arg;
	check = c->check;
	event_free(c->event);
	(void)close(c->wake[0]);
	free(c);
	done(check, done_arg);
}

/* Signals are for the loop.  0 or an error number. */
static int
make_thread(struct checker *c)
{
	pthread_attr_t attr;
	sigset_t all, old;
	int error;

	error = pthread_attr_init(&attr);
	if (error != 0)
		return error;
	(void)pthread_attr_setstacksize(&attr, CHECKER_STACK);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&c->thread, &attr, checker_main, c);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	(void)pthread_attr_destroy(&attr);
	return error;
}

/*
 * Begin.  done is called by the loop with the check that was run, which is its
 * caller's again.  0; or -1 with errno, and the check stays the caller's.
 */
int
checker_start(struct store_check *check,
    void (*done)(struct store_check *, void *), void *arg)
{
	struct checker *c;
	int error;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return -1;
	c->check = check;
	c->done = done;
	c->arg = arg;
	if (pipe2(c->wake, O_CLOEXEC | O_NONBLOCK) == -1) {
		error = errno;
		free(c);
		errno = error;
		return -1;
	}
	c->event = event_new(proc_base(), c->wake[0], EV_READ, checker_cb, c);
	error = c->event == NULL || event_add(c->event, NULL) == -1 ?
	    ENOMEM :
	    make_thread(c);
	if (error == 0)
		return 0;
	if (c->event != NULL)
		event_free(c->event);
	(void)close(c->wake[0]);
	(void)close(c->wake[1]);
	free(c);
	errno = error;
	return -1;
}

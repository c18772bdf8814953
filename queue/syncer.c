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
 * The thread is made with the first job, when the sandbox is entered: its
 * rules are those of the thread that makes it.  A job is the thread's from
 * syncer_start() until it is over; what it is told and tells goes through one
 * lock, and a pipe wakes the loop.
 */
#include "syncer.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/util.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "log.h"
#include "qbounds.h"

struct syncer {
	void (*done)(void *);
	void *arg;
	struct event *ev;
	int wake[2]; /* the thread writes, the loop reads */
	bool started;
	bool running; /* the loop has not heard of its end */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t given;
	pthread_cond_t over;
	/* Under the lock: */
	struct sync_item *item; /* NULL: nothing to do */
	size_t items;
	bool quit;
};

/* Sync one after the other; each has its own result. */
void
sync_items(struct sync_item *item, size_t count)
{
	size_t i;
	int rc;

	for (i = 0; i < count; i++) {
		rc = item[i].folder ? fsync(item[i].fd) : fdatasync(item[i].fd);
		item[i].error = rc == -1 ? errno : 0;
	}
}

/* The life of the thread. */
static void *
syncer_main(void *arg)
{
	struct syncer *s = arg;
	ssize_t n;

	(void)pthread_mutex_lock(&s->lock);
	while (!s->quit) {
		if (s->item == NULL) {
			(void)pthread_cond_wait(&s->given, &s->lock);
			continue;
		}
		(void)pthread_mutex_unlock(&s->lock);
		sync_items(s->item, s->items);
		(void)pthread_mutex_lock(&s->lock);
		s->item = NULL;
		(void)pthread_cond_signal(&s->over);
		(void)pthread_mutex_unlock(&s->lock);
		/* A pipe that is full wakes the loop as well. */
		n = write(s->wake[1], "", 1);
		(void)n;
		(void)pthread_mutex_lock(&s->lock);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}

static bool
is_over(struct syncer *s)
{
	bool over;

	(void)pthread_mutex_lock(&s->lock);
	over = s->item == NULL;
	(void)pthread_mutex_unlock(&s->lock);
	return over;
}

/* The thread says that a job is over; of one that was waited for, too late. */
static void
syncer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct syncer *s = arg;
	char buf[16];
	ssize_t n;

	n = read(fd, buf, sizeof(buf));
	(void)n;
	if (!s->running || !is_over(s))
		return;
	s->running = false;
	s->done(s->arg);
}

/*
 * Nothing runs yet.  done is called by the loop after the end of each job
 * that nobody waited for.  NULL with errno.
 */
struct syncer *
syncer_new(struct event_base *base, void (*done)(void *), void *arg)
{
	struct syncer *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->done = done;
	s->arg = arg;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->given, NULL);
	(void)pthread_cond_init(&s->over, NULL);
	if (pipe2(s->wake, O_CLOEXEC | O_NONBLOCK) == -1) {
		s->wake[0] = s->wake[1] = -1;
		syncer_free(s);
		return NULL;
	}
	s->ev = event_new(base, s->wake[0], EV_READ | EV_PERSIST, syncer_cb, s);
	if (s->ev == NULL || event_add(s->ev, NULL) == -1) {
		syncer_free(s);
		return NULL;
	}
	return s;
}

/* Wait for the job, if there is one, end the thread and free. */
void
syncer_free(struct syncer *s)
{
	if (s == NULL)
		return;
	if (s->started) {
		syncer_wait(s);
		(void)pthread_mutex_lock(&s->lock);
		s->quit = true;
		(void)pthread_cond_signal(&s->given);
		(void)pthread_mutex_unlock(&s->lock);
		(void)pthread_join(s->thread, NULL);
	}
	if (s->ev != NULL)
		event_free(s->ev);
	if (s->wake[0] != -1) {
		(void)close(s->wake[0]);
		(void)close(s->wake[1]);
	}
	(void)pthread_cond_destroy(&s->over);
	(void)pthread_cond_destroy(&s->given);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Signals are for the loop.  0 or an error number. */
static int
make_thread(struct syncer *s)
{
	pthread_attr_t attr;
	sigset_t all, old;
	int error;

	error = pthread_attr_init(&attr);
	if (error != 0)
		return error;
	(void)pthread_attr_setstacksize(&attr, SYNCER_STACK);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&s->thread, &attr, syncer_main, s);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	(void)pthread_attr_destroy(&attr);
	return error;
}

/*
 * Begin a job; there must be none.  item stays the thread's until done is
 * called or syncer_wait() returns.  Without a thread, which is no error, the
 * job is over on return; done is called all the same.
 */
void
syncer_start(struct syncer *s, struct sync_item *item, size_t count)
{
	s->running = true;
	if (!s->started) {
		errno = make_thread(s);
		s->started = errno == 0;
		if (!s->started)
			log_warn("spool: no thread for the disk");
	}
	if (!s->started) {
		sync_items(item, count);
		event_active(s->ev, EV_READ, 0);
		return;
	}
	(void)pthread_mutex_lock(&s->lock);
	s->item = item;
	s->items = count;
	(void)pthread_cond_signal(&s->given);
	(void)pthread_mutex_unlock(&s->lock);
}

/* Wait until the job is over, if there is one; done is not called then. */
void
syncer_wait(struct syncer *s)
{
	if (!s->running)
		return;
	s->running = false;
	if (!s->started)
		return;
	(void)pthread_mutex_lock(&s->lock);
	while (s->item != NULL)
		(void)pthread_cond_wait(&s->over, &s->lock);
	(void)pthread_mutex_unlock(&s->lock);
}

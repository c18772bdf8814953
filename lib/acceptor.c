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
 * The accept loop. Several processes share the sockets; whoever is first gets
 * a connection. It speaks with no client.
 */
#include "acceptor.h"

#include <sys/queue.h>
#include <sys/socket.h>

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"
#include "frontconf.h"
#include "log.h"
#include "proc.h"

struct listener {
	SLIST_ENTRY(listener) next;
	struct acceptor *all;
	struct conf_listen_entry *entry;
	struct event *event;
};

struct acceptor {
	acceptor_cb take;
	void *arg;
	struct frontconf *conf;
	struct event *pause; /* ends the pause after EMFILE */
	SLIST_HEAD(, listener) list;
};

static void acceptor_resume_cb(evutil_socket_t, short, void *);

/* No socket yet. NULL without memory. */
struct acceptor *
acceptor_new(acceptor_cb take, void *arg)
{
	struct acceptor *all;

	all = calloc(1, sizeof(*all));
	if (all == NULL)
		return NULL;
	all->take = take;
	all->arg = arg;
	SLIST_INIT(&all->list);
	all->pause = evtimer_new(proc_base(), acceptor_resume_cb, all);
	if (all->pause == NULL) {
		free(all);
		return NULL;
	}
	return all;
}

static void
acceptor_resume_cb(evutil_socket_t fd, short what, void *arg)
{
	struct acceptor *all;
	struct listener *l;

	all = arg;
	SLIST_FOREACH(l, &all->list, next)
		(void)event_add(l->event, NULL);
}

/* Descriptors or memory have run out: connections wait in the backlog. */
static void
acceptor_pause(struct acceptor *all)
{
	struct timeval tv = { ACCEPT_PAUSE_SECONDS, 0 };
	struct listener *l;

	SLIST_FOREACH(l, &all->list, next)
		(void)event_del(l->event);
	(void)event_add(all->pause, &tv);
}

static void
listener_accept_cb(evutil_socket_t fd, short what, void *arg)
{
	struct sockaddr_storage ss;
	struct listener *l;
	socklen_t len;
	unsigned i;
	int client;

	l = arg;
	for (i = 0; i < ACCEPT_TURN; i++) {
		len = sizeof(ss);
		memset(&ss, 0, sizeof(ss));
		client = accept4(fd, (struct sockaddr *)(void *)&ss, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (client != -1) {
			l->all->take(l->all->arg, l->all->conf, l->entry,
			    client, (struct sockaddr *)(void *)&ss);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
		    errno == ENOBUFS) {
			log_warn("accept on %s port %u, pausing",
			    l->entry->listen.address, l->entry->listen.port);
			acceptor_pause(l->all);
		}
		/* Anything else is that connection's trouble. */
		return;
	}
}

/* Close all sockets; connections go on. */
void
acceptor_close(struct acceptor *all)
{
	struct listener *l;

	(void)event_del(all->pause);
	while ((l = SLIST_FIRST(&all->list)) != NULL) {
		SLIST_REMOVE_HEAD(&all->list, next);
		event_free(l->event);
		(void)close(l->entry->fd);
		l->entry->fd = -1;
		free(l);
	}
	frontconf_unref(all->conf);
	all->conf = NULL;
}

static int
listener_add(struct acceptor *all, struct conf_listen_entry *entry)
{
	struct listener *l;

	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return -1;
	l->all = all;
	l->entry = entry;
	l->event = event_new(proc_base(), entry->fd, EV_READ | EV_PERSIST,
	    listener_accept_cb, l);
	if (l->event == NULL) {
		free(l);
		return -1;
	}
	SLIST_INSERT_HEAD(&all->list, l, next);
	return event_add(l->event, NULL);
}

/*
 * Listen on the sockets of this configuration and no others. -1 without
 * memory: some may be missing then.
 */
int
acceptor_set(struct acceptor *all, struct frontconf *conf)
{
	struct conf_listen_entry *entry;
	int r;

	acceptor_close(all);
	all->conf = frontconf_ref(conf);
	r = 0;
	SLIST_FOREACH(entry, &conf->listens, next) {
		if (listener_add(all, entry) == -1)
			r = -1;
	}
	return r;
}

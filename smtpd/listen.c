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
 * a connection. It does not speak SMTP.
 */
#include "listen.h"

#include <sys/queue.h>
#include <sys/socket.h>

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"
#include "client.h"
#include "conf.h"
#include "log.h"
#include "proc.h"
#include "proxied.h"

struct listener {
	SLIST_ENTRY(listener) next;
	struct listeners *all;
	struct conf_listen_entry *entry;
	struct event *event;
};

struct listeners {
	struct clients *clients;
	struct proxied *proxied;
	struct conf *conf;
	struct event *pause; /* ends the pause after EMFILE */
	SLIST_HEAD(, listener) list;
};

static void listeners_resume_cb(evutil_socket_t, short, void *);

/* No socket yet. NULL without memory. */
struct listeners *
listeners_new(struct clients *clients)
{
	struct listeners *all;

	all = calloc(1, sizeof(*all));
	if (all == NULL)
		return NULL;
	all->clients = clients;
	SLIST_INIT(&all->list);
	all->pause = evtimer_new(proc_base(), listeners_resume_cb, all);
	all->proxied = proxied_new(clients);
	if (all->pause == NULL || all->proxied == NULL) {
		if (all->pause != NULL)
			event_free(all->pause);
		free(all->proxied);
		free(all);
		return NULL;
	}
	return all;
}

static void
listeners_resume_cb(evutil_socket_t fd, short what, void *arg)
{
	struct listeners *all;
	struct listener *l;

	all = arg;
	SLIST_FOREACH(l, &all->list, next)
		(void)event_add(l->event, NULL);
}

/* Descriptors or memory have run out: connections wait in the backlog. */
static void
listeners_pause(struct listeners *all)
{
	struct timeval tv = { SMTPD_ACCEPT_PAUSE_SECONDS, 0 };
	struct listener *l;

	SLIST_FOREACH(l, &all->list, next)
		(void)event_del(l->event);
	(void)event_add(all->pause, &tv);
}

/* A connection: of a client, or of a proxy that will name one. */
static void
listener_take(struct listener *l, int fd, const struct sockaddr_storage *ss)
{
	const struct sockaddr *sa;

	sa = (const struct sockaddr *)(const void *)ss;
	if (l->entry->listen.proxy)
		proxied_accept(l->all->proxied, l->all->conf, l->entry, fd, sa);
	else
		client_accept(l->all->clients, l->all->conf, l->entry, fd, sa);
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
	for (i = 0; i < SMTPD_ACCEPT_TURN; i++) {
		len = sizeof(ss);
		memset(&ss, 0, sizeof(ss));
		client = accept4(fd, (struct sockaddr *)(void *)&ss, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (client != -1) {
			listener_take(l, client, &ss);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
		    errno == ENOBUFS) {
			log_warn("accept on %s port %u, pausing",
			    l->entry->listen.address, l->entry->listen.port);
			listeners_pause(l->all);
		}
		/* Anything else is that connection's trouble. */
		return;
	}
}

/* Close all sockets; sessions go on. */
void
listeners_close(struct listeners *all)
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
	conf_unref(all->conf);
	all->conf = NULL;
}

static int
listener_add(struct listeners *all, struct conf_listen_entry *entry)
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
listeners_set(struct listeners *all, struct conf *conf)
{
	struct conf_listen_entry *entry;
	int r;

	listeners_close(all);
	all->conf = conf_ref(conf);
	r = 0;
	SLIST_FOREACH(entry, &conf->listens, next) {
		if (listener_add(all, entry) == -1)
			r = -1;
	}
	return r;
}

/* The process is to stop: no socket, and no connection that is no client. */
void
listeners_stop(struct listeners *all)
{
	listeners_close(all);
	proxied_close(all->proxied);
}

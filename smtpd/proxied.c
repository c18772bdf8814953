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
 * Reads exactly the header of the PROXY protocol from the socket, so that TLS
 * or SMTP find the octet after it; then the connection is a client's. Nothing
 * is said to who is no proxy.
 */
#include "proxied.h"

#include <sys/queue.h>
#include <sys/socket.h>

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"
#include "client.h"
#include "frontconf.h"
#include "log.h"
#include "network.h"
#include "proc.h"
#include "proxy.h"
#include "source.h"

struct proxied_entry {
	LIST_ENTRY(proxied_entry) next;
	struct proxied *all;
	struct frontconf *conf;
	const struct conf_listen_entry *listen; /* conf's */
	struct event *event;
	int fd;
	struct sockaddr_storage peer;
	size_t have;
	size_t want;
	uint8_t header[PROXY_HEAD + SMTPD_PROXY_MAX];
};

struct proxied {
	struct clients *clients;
	size_t count;
	LIST_HEAD(, proxied_entry) list;
};

/* None yet. NULL without memory. */
struct proxied *
proxied_new(struct clients *clients)
{
	struct proxied *all;

	all = calloc(1, sizeof(*all));
	if (all == NULL)
		return NULL;
	all->clients = clients;
	LIST_INIT(&all->list);
	return all;
}

/* Out of the list; the socket is closed unless it went on. */
static void
proxied_free(struct proxied_entry *e)
{
	LIST_REMOVE(e, next);
	e->all->count--;
	event_free(e->event);
	if (e->fd != -1)
		(void)close(e->fd);
	frontconf_unref(e->conf);
	free(e);
}

static void
proxied_refuse(struct proxied_entry *e, const char *why)
{
	char text[HOST_SIZE];

	if (source_text((struct sockaddr *)(void *)&e->peer, text,
		sizeof(text)) == -1)
		(void)snprintf(text, sizeof(text), "-");
	log_info("refused proxy=%s: %s", text, why);
	proxied_free(e);
}

/* The header is complete: a client, if it says so. */
static void
proxied_done(struct proxied_entry *e)
{
	struct sockaddr_storage client;
	int fd;

	switch (proxy_parse(e->header, e->have, &client)) {
	case PROXY_OK:
		break;
	case PROXY_LOCAL:
		client = e->peer;
		break;
	case PROXY_BAD:
	default:
		proxied_refuse(e, "ill-formed PROXY header");
		return;
	}
	fd = e->fd;
	e->fd = -1;
	client_accept(e->all->clients, e->conf, e->listen, fd,
	    (struct sockaddr *)(void *)&client);
	proxied_free(e);
}

/* Read what is wanted and no octet more. */
static void
proxied_read_cb(evutil_socket_t fd, short what, void *arg)
{
	struct proxied_entry *e;
	size_t rest;
	ssize_t n;

	e = arg;
	if ((what & EV_TIMEOUT) != 0) {
		proxied_refuse(e, "no PROXY header");
		return;
	}
	n = recv(fd, e->header + e->have, e->want - e->have, MSG_DONTWAIT);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		proxied_refuse(e, "closed before the PROXY header");
		return;
	}
	e->have += (size_t)n;
	if (e->have == PROXY_HEAD && e->want == PROXY_HEAD) {
		if (proxy_rest(e->header, &rest) == -1) {
			proxied_refuse(e, "ill-formed PROXY header");
			return;
		}
		e->want += rest;
	}
	if (e->have == e->want)
		proxied_done(e);
}

/* Whether the configuration names it as a proxy. */
static bool
proxied_is_known(const struct frontconf *conf, const struct sockaddr *sa)
{
	const struct conf_network_entry *n;
	char text[HOST_SIZE];

	if (source_text(sa, text, sizeof(text)) == -1)
		return false;
	SLIST_FOREACH(n, &conf->proxies, next) {
		if (network_holds(&n->network, text))
			return true;
	}
	return false;
}

static struct proxied_entry *
proxied_entry_new(struct proxied *all, struct frontconf *conf, int fd)
{
	struct timeval tv = { SMTPD_PROXY_SECONDS, 0 };
	struct proxied_entry *e;

	if (all->count >= conf->smtp.sessions_max)
		return NULL;
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	e->event = event_new(proc_base(), fd, EV_READ | EV_PERSIST,
	    proxied_read_cb, e);
	if (e->event == NULL || event_add(e->event, &tv) == -1) {
		if (e->event != NULL)
			event_free(e->event);
		free(e);
		return NULL;
	}
	return e;
}

/*
 * A connection was accepted where proxies connect: wait for its header, if it
 * is from one. fd is taken over.
 */
void
proxied_accept(struct proxied *all, struct frontconf *conf,
    const struct conf_listen_entry *listen, int fd, const struct sockaddr *sa)
{
	struct proxied_entry *e;

	e = proxied_entry_new(all, conf, fd);
	if (e == NULL) {
		log_info("refused proxy: too many connections");
		(void)close(fd);
		return;
	}
	e->all = all;
	e->conf = frontconf_ref(conf);
	e->listen = listen;
	e->fd = fd;
	e->want = PROXY_HEAD;
	memcpy(&e->peer, sa,
	    sa->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) :
					sizeof(struct sockaddr_in));
	LIST_INSERT_HEAD(&all->list, e, next);
	all->count++;
	if (!proxied_is_known(conf, sa))
		proxied_refuse(e, "not a proxy");
}

/* None is waited for any more. */
void
proxied_close(struct proxied *all)
{
	while (!LIST_EMPTY(&all->list))
		proxied_free(LIST_FIRST(&all->list));
}

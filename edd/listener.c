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
 * Binds the sockets of listen statements.  Never accepts: that is for smtpd.
 * Never looks a name up: what name servers answer is not for root to read.
 */
#include "listener.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"
#include "conf.h"
#include "log.h"

/* A socket for a new listener from one that is open already, or -1. */
static int
reuse(const struct listeners *old, const struct conf_listen *l)
{
	const struct listener *o;

	if (old == NULL)
		return -1;
	TAILQ_FOREACH(o, old, entry) {
		if (o->l.port == l->port &&
		    strcmp(o->l.address, l->address) == 0)
			return fcntl(o->fd, F_DUPFD_CLOEXEC, 0);
	}
	return -1;
}

static int
open_socket(const struct addrinfo *ai)
{
	int fd, saved;
	const int on = 1;

	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (fd == -1)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    (ai->ai_family != AF_INET6 ||
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) ==
		    0) &&
	    bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 &&
	    listen(fd, LISTEN_BACKLOG) == 0)
		return fd;
	saved = errno;
	(void)close(fd);
	errno = saved;
	return -1;
}

/* Open one address of a listen statement.  0, or -1 and logged. */
static int
open_one(struct listeners *all, const struct listen *from,
    const struct addrinfo *ai, const struct listeners *old)
{
	struct listener *l;

	l = calloc(1, sizeof(*l));
	if (l == NULL) {
		log_warn("%s", from->where);
		return -1;
	}
	l->l = from->l;
	if (getnameinfo(ai->ai_addr, ai->ai_addrlen, l->l.address,
		sizeof(l->l.address), NULL, 0, NI_NUMERICHOST) != 0) {
		log_warnx("%s: address without a name", from->where);
		free(l);
		return -1;
	}
	l->fd = reuse(old, &l->l);
	if (l->fd == -1)
		l->fd = open_socket(ai);
	if (l->fd == -1) {
		log_warn("%s: cannot listen on %s port %u", from->where,
		    l->l.address, l->l.port);
		free(l);
		return -1;
	}
	TAILQ_INSERT_TAIL(all, l, entry);
	return 0;
}

static bool
is_everywhere(const struct listen *l)
{
	return strcmp(l->l.address, "*") == 0;
}

static bool
is_loopback(const struct listen *l)
{
	return strcmp(l->l.address, "localhost") == 0;
}

/* Both are IPv4 alone on a machine without IPv6, or without its loopback. */
static bool
may_lack(const struct listen *from, const struct addrinfo *ai)
{
	struct sockaddr_in6 any_port;
	bool lacks;
	int fd;

	if ((!is_everywhere(from) && !is_loopback(from)) ||
	    ai->ai_family != AF_INET6 || ai->ai_addrlen != sizeof(any_port))
		return false;
	memcpy(&any_port, ai->ai_addr, sizeof(any_port));
	any_port.sin6_port = 0;
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return true;
	lacks = bind(fd, (const struct sockaddr *)&any_port,
		    sizeof(any_port)) == -1 &&
	    errno == EADDRNOTAVAIL;
	(void)close(fd);
	return lacks;
}

/* All addresses of a listen statement.  0, or -1 and logged. */
static int
open_all(struct listeners *all, const struct listen *from,
    const struct listeners *old)
{
	struct addrinfo hints, *list, *ai;
	const char *name;
	char port[16];
	int n, r;

	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
	if (is_everywhere(from))
		hints.ai_flags |= AI_PASSIVE;
	(void)snprintf(port, sizeof(port), "%u", from->l.port);
	name = is_everywhere(from) || is_loopback(from) ? NULL :
							  from->l.address;
	r = getaddrinfo(name, port, &hints, &list);
	if (r != 0) {
		log_warnx("%s: %s: %s", from->where, from->l.address,
		    gai_strerror(r));
		return -1;
	}
	n = 0;
	r = 0;
	for (ai = list; ai != NULL && r == 0; ai = ai->ai_next) {
		if (may_lack(from, ai))
			continue;
		if (n++ == LISTEN_ADDRESSES_MAX) {
			log_warnx("%s: more than %d addresses", from->where,
			    LISTEN_ADDRESSES_MAX);
			r = -1;
		} else
			r = open_one(all, from, ai, old);
	}
	freeaddrinfo(list);
	return r;
}

/*
 * Open the sockets of a configuration; those that are among old are taken
 * from there, so that a reload loses no client.  0, or -1, it was logged why,
 * and nothing is open.
 */
int
listener_open(struct listeners *all, const struct conf *c,
    const struct listeners *old)
{
	const struct listen *from;

	TAILQ_INIT(all);
	TAILQ_FOREACH(from, &c->listens, entry) {
		if (open_all(all, from, old) == -1) {
			listener_close(all);
			return -1;
		}
	}
	return 0;
}

/* Close all sockets and forget them. */
void
listener_close(struct listeners *all)
{
	struct listener *l;

	while ((l = TAILQ_FIRST(all)) != NULL) {
		TAILQ_REMOVE(all, l, entry);
		(void)close(l->fd);
		free(l);
	}
}

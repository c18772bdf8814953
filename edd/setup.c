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
 * Gives each process its part of the configuration and no other: private keys
 * go to signer only, each secret to its one user.
 */
#include "setup.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chan.h"
#include "compat.h"
#include "conf.h"
#include "edd.h"
#include "load.h"
#include "log.h"
#include "pki.h"
#include "proto_admin.h"

/* Tell a new process who it is and where it lives. */
void
setup_send_start(struct child *c)
{
	const struct edd *e;
	struct setup_start s;
	const char *dir;

	e = c->edd;
	memset(&s, 0, sizeof(s));
	s.kind = c->kind;
	s.instance = c->instance;
	s.verbose = (uint32_t)e->verbose;
	s.foreground = e->opt->foreground;
	s.privileged = e->identity.privileged;
	s.uid = (uint32_t)e->identity.uid[c->kind];
	s.gid = (uint32_t)e->identity.gid[c->kind];
	dir = e->empty;
	if (c->kind == PROC_CONTROL)
		dir = e->conf->store;
	else if (c->kind == PROC_QUEUE)
		dir = e->conf->spool;
	(void)strlcpy(s.dir, dir, sizeof(s.dir));
	(void)setup_start_send(c->chan, &s);
}

/* A total that all processes of a kind keep together. */
static uint32_t
share(uint32_t total, unsigned processes)
{
	return (total + processes - 1) / processes;
}

static void
send_listeners(struct child *c)
{
	const struct listener *l;
	int fd;

	TAILQ_FOREACH(l, &c->edd->listeners, entry) {
		if ((l->l.tls >= LISTEN_HTTPS) != (c->kind == PROC_HTTPD))
			continue;
		fd = fcntl(l->fd, F_DUPFD_CLOEXEC, 0);
		if (fd == -1) {
			log_warn("%s gets no listener on %s port %u", c->name,
			    l->l.address, l->l.port);
			continue;
		}
		(void)conf_listen_send(c->chan, &l->l, fd);
	}
}

/*
 * Certificates, and the keys too if the receiver may have them.  Those are
 * read here, and again after a restart, so that edd keeps none.
 */
static void
send_pkis(struct child *c, bool keys)
{
	const struct pki *p;
	struct conf_pki *m;
	const char *why;

	m = calloc(1, sizeof(*m));
	if (m == NULL)
		fatalx("out of memory");
	TAILQ_FOREACH(p, &c->edd->conf->pkis, entry) {
		(void)strlcpy(m->name, p->name, sizeof(m->name));
		(void)strlcpy(m->cert, p->cert, sizeof(m->cert));
		m->key[0] = '\0';
		if (keys && pki_read_key(p, m->key, &why) == -1)
			log_warnx("%s: %s", p->key_file, why);
		(void)conf_pki_send(c->chan, m);
	}
	explicit_bzero(m, sizeof(*m));
	free(m);
}

/* What those that talk to clients share: limits, certificates, sockets. */
static void
send_front(struct child *c)
{
	const struct network *network;
	const struct conf *conf;
	struct conf_smtp s;

	conf = c->edd->conf;
	s = conf->smtp;
	s.sessions_max = share(s.sessions_max, conf->workers[c->kind]);
	(void)conf_smtp_send(c->chan, &s);
	TAILQ_FOREACH(network, &conf->proxies, entry)
		(void)conf_network_send(c->chan, &network->n);
	send_pkis(c, false);
	send_listeners(c);
}

static void
send_site(struct child *c)
{
	struct conf_site site;

	site = c->edd->conf->site;
	site.expire = c->edd->conf->queue.expire;
	(void)conf_site_send(c->chan, &site);
}

static void
send_deliver(struct child *c)
{
	const struct resolver *resolver;
	const struct network *network;
	const struct route *route;
	const struct conf *conf;
	struct conf_deliver d;

	conf = c->edd->conf;
	d = conf->deliver;
	d.sessions_max = share(d.sessions_max, conf->workers[PROC_DELIVER]);
	(void)conf_deliver_send(c->chan, &d);
	TAILQ_FOREACH(route, &conf->routes, entry)
		(void)conf_route_send(c->chan, &route->r);
	TAILQ_FOREACH(resolver, &conf->resolvers, entry)
		(void)conf_resolver_send(c->chan, &resolver->r);
	TAILQ_FOREACH(network, &conf->networks, entry)
		(void)conf_network_send(c->chan, &network->n);
	send_site(c);
}

static void
send_control(struct child *c)
{
	const struct edd *e;
	struct conf_socket s;
	int fd;

	e = c->edd;
	(void)conf_secret_send(c->chan, &e->keys.store);
	(void)conf_policy_send(c->chan, &e->conf->policy);
	send_site(c);
	(void)conf_suppress_send(c->chan, &e->conf->suppress);
	send_pkis(c, false);
	s.has_gid = e->has_group;
	s.gid = (uint32_t)e->group;
	fd = fcntl(e->ctl_fd, F_DUPFD_CLOEXEC, 0);
	if (fd == -1)
		log_warn("%s gets no control socket", c->name);
	else
		(void)conf_socket_send(c->chan, &s, fd);
}

/* Send a process its part of the configuration that is in force. */
void
setup_send_conf(struct child *c)
{
	const struct edd *e;

	e = c->edd;
	(void)setup_conf_begin_send(c->chan, e->generation);
	(void)conf_global_send(c->chan, &e->conf->global);
	switch (c->kind) {
	case PROC_SMTPD:
	case PROC_HTTPD:
		send_front(c);
		break;
	case PROC_SIGNER:
		send_pkis(c, true);
		(void)conf_secret_send(c->chan, &e->keys.seal);
		break;
	case PROC_QUEUE:
		(void)conf_queue_send(c->chan, &e->conf->queue);
		break;
	case PROC_DELIVER:
		send_deliver(c);
		break;
	case PROC_CONTROL:
		send_control(c);
		break;
	case PROC_EDD:
		break;
	}
	(void)setup_conf_end_send(c->chan, e->generation);
}

static void
tell(struct chan *control, const struct child *c)
{
	struct setup_child s;

	memset(&s, 0, sizeof(s));
	s.kind = c->kind;
	s.instance = c->instance;
	s.state = c->state;
	s.pid = (uint32_t)c->pid;
	s.restarts = c->restarts;
	s.since = c->since;
	(void)setup_child_send(control, &s);
}

/* Tell control how edd itself is. */
void
setup_tell_self(struct chan *control, int64_t since)
{
	struct setup_child s;

	memset(&s, 0, sizeof(s));
	s.kind = PROC_EDD;
	s.state = CHILD_READY;
	s.pid = (uint32_t)getpid();
	s.since = since;
	admin_self(&s.cpu, &s.memory);
	(void)setup_child_send(control, &s);
}

/* Tell control, if it runs, how a process is. */
void
setup_tell_state(const struct child *c)
{
	size_t i;

	for (i = 0; i < c->edd->children; i++) {
		if (c->edd->child[i].kind == PROC_CONTROL &&
		    c->edd->child[i].chan != NULL)
			tell(c->edd->child[i].chan, c);
	}
}

/* Tell a new control how all processes are. */
void
setup_tell_all(struct child *control)
{
	size_t i;

	for (i = 0; i < control->edd->children; i++) {
		if (control->edd->child[i].started)
			tell(control->chan, &control->edd->child[i]);
	}
}

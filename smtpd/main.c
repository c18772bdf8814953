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
 * smtpd: the SMTP submission front end. It faces the network, and has no
 * file, no private key and no way out but its channels.
 */
#include <event2/event.h>
#include <stdlib.h>
#include <time.h>
#include <tls.h>

#include "acceptor.h"
#include "allocator.h"
#include "bounds.h"
#include "client.h"
#include "frontconf.h"
#include "frontstats.h"
#include "log.h"
#include "monotime.h"
#include "peers.h"
#include "proc.h"
#include "proxied.h"
#include "senders.h"
#include "session.h"
#include "throttled.h"
#include "tlskey.h"

struct smtpd {
	struct session_env env;
	struct clients *clients;
	struct acceptor *acceptor;
	struct proxied *proxied;
	struct frontconf *conf;
	struct frontconf *next; /* being received */
	struct event *stop_timer;
	bool started;
	bool stopping;
};

/* Hand an answer of a peer to the session that asked. */
static void
smtpd_answer(void *who, enum session_event ev, uint64_t id, const void *reply)
{
	struct session_answer answer;

	answer.id = id;
	answer.reply = reply;
	session_event(who, ev, &answer);
}

static void
smtpd_auth(void *who, uint64_t id, const struct policy_auth_reply *r)
{
	smtpd_answer(who, SESSION_EV_AUTH, id, r);
}

static void
smtpd_keys(void *who, uint64_t id, const struct policy_keys *r)
{
	smtpd_answer(who, SESSION_EV_KEYS, id, r);
}

static void
smtpd_sender(void *who, uint64_t id, const struct policy_sender_reply *r)
{
	smtpd_answer(who, SESSION_EV_SENDER, id, r);
}

static void
smtpd_rcpt(void *who, uint64_t id, const struct policy_rcpt_reply *r)
{
	smtpd_answer(who, SESSION_EV_RCPT, id, r);
}

static void
smtpd_opened(void *who, uint64_t id, const struct submit_opened *r)
{
	smtpd_answer(who, SESSION_EV_OPENED, id, r);
}

static void
smtpd_done(void *who, uint64_t id, const struct submit_done *r)
{
	smtpd_answer(who, SESSION_EV_DONE, id, r);
}

static void
smtpd_signature(void *who, uint64_t id, const struct sign_signature *r)
{
	smtpd_answer(who, SESSION_EV_SIGNATURE, id, r);
}

static void
smtpd_throttle(void *arg, const struct policy_throttle *t)
{
	struct smtpd *d;

	d = arg;
	throttled_set(d->env.throttled, t, monotime());
}

static void
smtpd_forget(void *arg)
{
	senders_forget();
}

static void
smtpd_room(void *arg)
{
	struct smtpd *d;

	d = arg;
	clients_room(d->clients);
}

static void
smtpd_admin(void *arg, struct chan *c, uint64_t id,
    const struct admin_command *cmd)
{
	struct smtpd *d;

	d = arg;
	frontstats_admin(&d->env.stats, d->conf, c, id, cmd);
}

static const struct peers_ops peers_ops = {
	.auth = smtpd_auth,
	.keys = smtpd_keys,
	.sender = smtpd_sender,
	.rcpt = smtpd_rcpt,
	.opened = smtpd_opened,
	.done = smtpd_done,
	.signature = smtpd_signature,
	.throttle = smtpd_throttle,
	.forget = smtpd_forget,
	.room = smtpd_room,
	.admin = smtpd_admin,
};

/* A connection: of a client, or of a proxy that will name one. */
static void
smtpd_take(void *arg, struct frontconf *conf,
    const struct conf_listen_entry *entry, int fd, const struct sockaddr *sa)
{
	struct smtpd *d;

	d = arg;
	if (entry->listen.proxy)
		proxied_accept(d->proxied, conf, entry, fd, sa);
	else
		client_accept(d->clients, conf, entry, fd, sa);
}

/* The last connection has ended. */
static void
smtpd_empty(void *arg)
{
	struct smtpd *d;

	d = arg;
	if (d->stopping)
		proc_exit();
}

static void
smtpd_stop_cb(evutil_socket_t fd, short what, void *arg)
{
	struct smtpd *d;

	d = arg;
	log_info("stopping with %zu connections", clients_count(d->clients));
	proc_exit();
}

/* The time zone and what libcrypto reads are files. */
static int
smtpd_open(void *arg)
{
	struct smtpd *d;

	d = arg;
	tzset();
	if (tls_init() == -1 || tlskey_init() == -1)
		return -1;
	TAILQ_INIT(&d->env.blocked);
	d->env.throttled = throttled_new();
	d->env.sub.peers = peers_new(&peers_ops, d);
	d->clients = clients_new(&d->env, smtpd_empty, d);
	if (d->env.throttled == NULL || d->clients == NULL)
		return -1;
	d->proxied = proxied_new(d->clients);
	d->acceptor = acceptor_new(smtpd_take, d);
	d->stop_timer = evtimer_new(proc_base(), smtpd_stop_cb, d);
	return d->proxied == NULL || d->acceptor == NULL ||
		d->stop_timer == NULL ?
	    -1 :
	    0;
}

static void
smtpd_conf_begin(void *arg)
{
	struct smtpd *d;

	d = arg;
	frontconf_unref(d->next);
	d->next = frontconf_new();
	if (d->next == NULL)
		fatal("configuration");
}

static int
smtpd_conf_item(struct msgin *m, void *arg)
{
	struct smtpd *d;

	d = arg;
	return d->next == NULL ? -1 : frontconf_item(d->next, m);
}

static int
smtpd_conf_end(char *why, size_t size, void *arg)
{
	struct smtpd *d;
	int r;

	d = arg;
	if (d->next == NULL)
		return -1;
	r = frontconf_check(d->next, why, size);
	if (r == 0) {
		frontconf_unref(d->conf);
		d->conf = frontconf_ref(d->next);
		if (d->started && !d->stopping &&
		    acceptor_set(d->acceptor, d->conf) == -1)
			log_warnx("out of memory: not all sockets are open");
	}
	frontconf_unref(d->next);
	d->next = NULL;
	return r;
}

static int
smtpd_start(void *arg)
{
	struct smtpd *d;

	d = arg;
	d->started = true;
	return acceptor_set(d->acceptor, d->conf);
}

static void
smtpd_peer(enum proc_conv conv, enum proc_kind kind, unsigned instance, int fd,
    void *arg)
{
	struct smtpd *d;

	d = arg;
	peers_set(d->env.sub.peers, conv, kind, instance, fd);
}

/* No new connections; messages on their way may finish, within bounds. */
static void
smtpd_stop(void *arg)
{
	struct timeval tv = { SMTPD_STOP_SECONDS, 0 };
	struct smtpd *d;

	d = arg;
	d->stopping = true;
	acceptor_close(d->acceptor);
	proxied_close(d->proxied);
	if (clients_count(d->clients) == 0)
		proc_exit();
	(void)event_add(d->stop_timer, &tv);
	clients_stop(d->clients);
}

static const struct proc_hooks hooks = {
	.name = "smtpd",
	.kind = PROC_SMTPD,
	.profile = "smtpd",
	.open = smtpd_open,
	.conf_begin = smtpd_conf_begin,
	.conf_item = smtpd_conf_item,
	.conf_end = smtpd_conf_end,
	.start = smtpd_start,
	.peer = smtpd_peer,
	.stop = smtpd_stop,
};

int
main(int argc, char **argv)
{
	static struct smtpd smtpd;

	allocator_keep();
	return proc_main(argc, argv, &hooks, &smtpd);
}

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
 * httpd: the HTTPS front end. It faces the network, and has no file, no
 * private key and no way out but its channels.
 */
#include <event2/event.h>
#include <stdlib.h>
#include <time.h>
#include <tls.h>

#include "acceptor.h"
#include "allocator.h"
#include "api.h"
#include "auth.h"
#include "bounds.h"
#include "conn.h"
#include "connlimits.h"
#include "exchange.h"
#include "frontconf.h"
#include "held.h"
#include "httpd.h"
#include "log.h"
#include "monotime.h"
#include "peers.h"
#include "proc.h"
#include "senders.h"
#include "throttled.h"
#include "tlskey.h"
#include "watch.h"

struct program {
	struct httpd httpd;
	struct acceptor *acceptor;
	struct watch *watch;
	struct frontconf *conf;
	struct frontconf *next; /* being received */
	struct event *stop_timer;
	bool started;
	bool stopping;
};

static void
program_auth(void *who, uint64_t id, const struct policy_auth_reply *r)
{
	exchange_event(who, EXCHANGE_EV_AUTH, id, r);
}

static void
program_key(void *who, uint64_t id, const struct policy_key_reply *r)
{
	exchange_event(who, EXCHANGE_EV_KEY, id, r);
}

static void
program_seen(void *who, uint64_t id, const struct policy_seen_reply *r)
{
	exchange_event(who, EXCHANGE_EV_SEEN, id, r);
}

static void
program_sender(void *who, uint64_t id, const struct policy_sender_reply *r)
{
	exchange_event(who, EXCHANGE_EV_SENDER, id, r);
}

static void
program_rcpt(void *who, uint64_t id, const struct policy_rcpt_reply *r)
{
	exchange_event(who, EXCHANGE_EV_RCPT, id, r);
}

static void
program_opened(void *who, uint64_t id, const struct submit_opened *r)
{
	exchange_event(who, EXCHANGE_EV_OPENED, id, r);
}

static void
program_claimed(void *who, uint64_t id, const struct submit_claimed *r)
{
	exchange_event(who, EXCHANGE_EV_CLAIMED, id, r);
}

static void
program_done(void *who, uint64_t id, const struct submit_done *r)
{
	exchange_event(who, EXCHANGE_EV_DONE, id, r);
}

static void
program_signature(void *who, uint64_t id, const struct sign_signature *r)
{
	exchange_event(who, EXCHANGE_EV_SIGNATURE, id, r);
}

static void
program_throttle(void *arg, const struct policy_throttle *t)
{
	struct program *d;

	d = arg;
	throttled_set(d->httpd.throttled, t, monotime());
}

static void
program_key_drop(void *arg, const struct policy_key_drop *drop)
{
	struct program *d;

	d = arg;
	auth_drop(&d->httpd, drop);
}

static void
program_forget(void *arg)
{
	senders_forget();
}

static void
program_room(void *arg)
{
	struct program *d;

	d = arg;
	conns_room(d->httpd.conns);
}

static void
program_admin(void *arg, struct chan *c, uint64_t id,
    const struct admin_command *cmd)
{
	struct program *d;

	d = arg;
	frontstats_admin(&d->httpd.stats, d->conf, c, id, cmd);
}

static const struct peers_ops peers_ops = {
	.auth = program_auth,
	.key = program_key,
	.seen = program_seen,
	.sender = program_sender,
	.rcpt = program_rcpt,
	.opened = program_opened,
	.claimed = program_claimed,
	.done = program_done,
	.signature = program_signature,
	.throttle = program_throttle,
	.key_drop = program_key_drop,
	.forget = program_forget,
	.room = program_room,
	.admin = program_admin,
};

/* The last connection has ended. */
static void
program_empty(void *arg)
{
	struct program *d;

	d = arg;
	if (d->stopping)
		proc_exit();
}

static void
program_stop_cb(evutil_socket_t fd, short what, void *arg)
{
	struct program *d;

	d = arg;
	log_info("stopping with %zu connections", conns_count(d->httpd.conns));
	proc_exit();
}

static void
program_accept(void *arg, struct frontconf *conf,
    const struct conf_listen_entry *listen, int fd, const struct sockaddr *sa)
{
	struct program *d;

	d = arg;
	if (listen->listen.tls == LISTEN_METRICS)
		watch_accept(d->watch, fd);
	else
		conns_accept(d->httpd.conns, conf, listen, fd, sa);
}

/* The time zone and what libcrypto reads are files. */
static int
program_open(void *arg)
{
	struct program *d;
	struct httpd *h;

	d = arg;
	h = &d->httpd;
	tzset();
	if (tls_init() == -1 || tlskey_init() == -1 || auth_open(h) == -1)
		return -1;
	h->throttled = throttled_new();
	h->sub.peers = peers_new(&peers_ops, d);
	h->conns = conns_new(h, program_empty, d);
	d->watch = watch_new();
	h->held = held_new(HTTPD_HELD_MAX, HTTPD_HELD_USER_MAX);
	h->api = api_new();
	if (h->throttled == NULL || h->conns == NULL || d->watch == NULL ||
	    h->held == NULL || h->api == NULL)
		return -1;
	d->acceptor = acceptor_new(program_accept, d);
	d->stop_timer = evtimer_new(proc_base(), program_stop_cb, d);
	return d->acceptor == NULL || d->stop_timer == NULL ? -1 : 0;
}

static void
program_conf_begin(void *arg)
{
	struct program *d;

	d = arg;
	frontconf_unref(d->next);
	d->next = frontconf_new();
	if (d->next == NULL)
		fatal("configuration");
}

static int
program_conf_item(struct msgin *m, void *arg)
{
	struct program *d;

	d = arg;
	return d->next == NULL ? -1 : frontconf_item(d->next, m);
}

static int
program_conf_end(char *why, size_t size, void *arg)
{
	struct program *d;
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
program_start(void *arg)
{
	struct program *d;

	d = arg;
	d->started = true;
	return acceptor_set(d->acceptor, d->conf);
}

static void
program_peer(enum proc_conv conv, enum proc_kind kind, unsigned instance,
    int fd, void *arg)
{
	struct program *d;

	d = arg;
	if (conv == CONV_WATCH)
		watch_peer(d->watch, fd);
	else if (conv == CONV_MANAGE)
		api_peer(d->httpd.api, fd);
	else
		peers_set(d->httpd.sub.peers, conv, kind, instance, fd);
}

/* No new connections; requests on their way may finish, within bounds. */
static void
program_stop(void *arg)
{
	struct timeval tv = { HTTPD_STOP_SECONDS, 0 };
	struct program *d;

	d = arg;
	d->stopping = true;
	acceptor_close(d->acceptor);
	if (conns_count(d->httpd.conns) == 0)
		proc_exit();
	(void)event_add(d->stop_timer, &tv);
	conns_stop(d->httpd.conns);
}

static const struct proc_hooks hooks = {
	.name = "httpd",
	.kind = PROC_HTTPD,
	.profile = "httpd",
	.open = program_open,
	.conf_begin = program_conf_begin,
	.conf_item = program_conf_item,
	.conf_end = program_conf_end,
	.start = program_start,
	.peer = program_peer,
	.stop = program_stop,
};

int
main(int argc, char **argv)
{
	static struct program program;

	allocator_keep();
	return proc_main(argc, argv, &hooks, &program);
}

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
 * control: the policy store and the control socket.  This file has the state
 * of the process and connects its parts; it decides nothing.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit.h"
#include "chan.h"
#include "children.h"
#include "complaint.h"
#include "control.h"
#include "ctlsock.h"
#include "dkimwatch.h"
#include "expiry.h"
#include "keys.h"
#include "log.h"
#include "lookup.h"
#include "manage.h"
#include "msg.h"
#include "notice.h"
#include "object_upgrade.h"
#include "pathwatch.h"
#include "peers.h"
#include "permit.h"
#include "policy.h"
#include "poolset.h"
#include "proc.h"
#include "proto_auth.h"
#include "proto_conf.h"
#include "proto_policy.h"
#include "proto_secret.h"
#include "proto_setup.h"
#include "proto_suppress.h"
#include "rate.h"
#include "relay.h"
#include "seat.h"
#include "seen.h"
#include "steady.h"
#include "store.h"
#include "suppress.h"
#include "suppress_tend.h"
#include "tenancy.h"
#include "throttle.h"
#include "troubles.h"
#include "usage.h"
#include "watch.h"
#include "webhook_run.h"

/* Seconds between writing last uses and looking whether to checkpoint. */
#define MAIN_TICK 60

/* A configuration that is coming in. */
struct conf {
	bool has_secret;
	struct conf_secret secret;
	struct conf_policy policy;
	struct conf_socket socket;
	struct conf_global global;
	struct conf_site site;
	struct conf_suppress suppress;
	struct certs certs;
	int fd; /* the listening control socket, or -1 */
};

struct process {
	struct control control;
	bool rekeyed; /* the store has the next key, which edd is to know */
	struct conf conf;
	struct event *tick;
};

static void
main_conf_begin(void *arg)
{
	struct process *p;

	p = arg;
	if (p->conf.fd != -1)
		(void)close(p->conf.fd);
	explicit_bzero(&p->conf, sizeof(p->conf));
	p->conf.fd = -1;
}

/* A certificate, of which only the end of its time is kept. */
static int
main_conf_pki(struct msgin *m, struct certs *certs)
{
	struct conf_pki *pki;
	int r;

	pki = calloc(1, sizeof(*pki));
	if (pki == NULL)
		return -1;
	r = conf_pki_recv(m, pki);
	if (r == 0)
		certs_add(certs, pki->name, pki->cert);
	explicit_bzero(pki, sizeof(*pki));
	free(pki);
	return r;
}

static int
main_conf_item(struct msgin *m, void *arg)
{
	struct conf *conf;

	conf = &((struct process *)arg)->conf;
	switch (m->type) {
	case M_CONF_GLOBAL:
		return conf_global_recv(m, &conf->global);
	case M_CONF_SECRET:
		conf->has_secret = true;
		return conf_secret_recv(m, &conf->secret);
	case M_CONF_POLICY:
		return conf_policy_recv(m, &conf->policy);
	case M_CONF_PKI:
		return main_conf_pki(m, &conf->certs);
	case M_CONF_SITE:
		return conf_site_recv(m, &conf->site);
	case M_CONF_SUPPRESS:
		return conf_suppress_recv(m, &conf->suppress);
	case M_CONF_SOCKET:
		if (conf_socket_recv(m, &conf->socket) == -1)
			return -1;
		if (conf->fd != -1)
			(void)close(conf->fd);
		conf->fd = msg_take_fd(m);
		return 0;
	}
	return -1;
}

/* Something was changed: no front end goes on with what it was told. */
static void
main_changed_cb(void *arg)
{
	const struct peer *peer;
	struct control *c;
	size_t i;

	c = arg;
	for (i = 0; (peer = peers_at(c->peers, i)) != NULL; i++) {
		if (peer->conv == CONV_POLICY)
			(void)policy_forget_send(peer->chan);
	}
}

static int
main_conf_end(char *why, size_t size, void *arg)
{
	struct process *p;
	struct control *c;

	p = arg;
	c = &p->control;
	if (c->store == NULL && !p->conf.has_secret) {
		(void)snprintf(why, size, "no key for the policy store");
		return -1;
	}
	if (c->store != NULL && p->conf.has_secret &&
	    !store_fits(c->store, p->conf.secret.key)) {
		conf_secret_wipe(&p->conf.secret);
		(void)snprintf(why, size,
		    "the store key is another one; it "
		    "cannot change while edd runs");
		return -1;
	}
	throttle_set(c->throttle, &p->conf.policy);
	suppress_set(c->suppress, &p->conf.suppress);
	c->sessions_user = p->conf.policy.sessions_user;
	c->credentials_user = p->conf.policy.credentials_user;
	c->apikeys_user = p->conf.policy.apikeys_user;
	c->delimiter = (char)p->conf.policy.delimiter;
	c->global = p->conf.global;
	main_changed_cb(c);
	c->site = p->conf.site;
	if (c->store != NULL)
		poolset_warn(c);
	audit_limits(c->audit, c->site.audit_records, c->site.audit_keep);
	c->certs = p->conf.certs;
	if (c->store != NULL && dkimwatch_start(c->dkimwatch) == -1)
		log_warnx("DKIM records are not looked at any more");
	if (p->conf.fd != -1) {
		if (ctlsock_listen(c->sock, p->conf.fd) == -1)
			log_warnx("control socket cannot be used");
		ctlsock_allow_group(c->sock, p->conf.socket.has_gid,
		    p->conf.socket.gid);
		p->conf.fd = -1;
	}
	if (c->store != NULL)
		conf_secret_wipe(&p->conf.secret);
	return 0;
}

static void
main_tick_cb(evutil_socket_t fd, short what, void *arg)
{
	struct control *c;

	c = arg;
	(void)usage_flush(c->usage, c->store);
	(void)rate_flush(c->rate, false);
	suppress_tend_tick(c->suppress->tend);
	audit_settle(c->audit);
	(void)audit_prune(c->audit);
	(void)expiry_run(c->store, (int64_t)time(NULL));
	pathwatch_tick(c->pathwatch);
	(void)store_checkpoint(c->store);
}

/* The new key is in its place, or will be at the next start. */
static void
rekeyed_cb(const struct setup_answer *answer, void *arg)
{
	if (!answer->ok)
		log_warnx("%s", answer->why);
}

/* The working directory is the store's folder. */
static int
main_start(void *arg)
{
	static const struct timeval interval = { MAIN_TICK, 0 };
	char why[ERROR_SIZE];
	struct process *p;
	struct control *c;
	int r;

	p = arg;
	c = &p->control;
	p->rekeyed = p->conf.secret.has_next &&
	    !store_is_for(".", p->conf.secret.key) &&
	    store_is_for(".", p->conf.secret.next);
	c->store = store_open(".",
	    p->rekeyed ? p->conf.secret.next : p->conf.secret.key, why,
	    sizeof(why));
	if (p->conf.secret.has_next && !p->rekeyed)
		log_warnx("a change of the store's key was not finished; the "
			  "old one is in use: repeat \"edctl store rekey\"");
	if (c->store == NULL) {
		log_warnx("%s", why);
		return -1;
	}
	poolset_warn(c);
	r = tenancy_load(c, p->conf.secret.key);
	conf_secret_wipe(&p->conf.secret);
	if (r == -1) {
		log_warnx("the policy store has no tenancy");
		return -1;
	}
	if (object_upgrade(c->store) == -1 ||
	    suppress_load(c->suppress, c->store) == -1 ||
	    throttle_load(c->throttle, c->store) == -1 ||
	    rate_load(c->rate, c->store, steady_now()) == -1)
		return -1;
	if (dkimwatch_start(c->dkimwatch) == -1 ||
	    troubles_load(c->troubles, c->store) == -1)
		return -1;
	if (webhooks_start(c->webhooks) == -1)
		return -1;
	if (p->rekeyed &&
	    children_request(c->children, SETUP_REKEYED, rekeyed_cb, p) == -1)
		return -1;
	p->tick = event_new(proc_base(), -1, EV_PERSIST, main_tick_cb, c);
	if (p->tick == NULL || event_add(p->tick, &interval) == -1)
		return -1;
	return 0;
}

static const struct chan_rule *
peer_rules(enum proc_conv conv)
{
	switch (conv) {
	case CONV_POLICY:
		return policy_rules();
	case CONV_SIGN:
		return keys_rules();
	case CONV_NOTICE:
		return notice_rules();
	case CONV_DNS:
		return lookup_rules();
	case CONV_ADMIN:
		return relay_rules();
	case CONV_HOOK:
		return webhooks_rules();
	case CONV_WATCH:
		return watch_rules();
	case CONV_MANAGE:
		return manage_rules();
	default:
		return NULL;
	}
}

/* The parts that wait for answers on this channel get none. */
static void
peer_gone(struct control *c, struct chan *chan)
{
	const struct peer *peer;

	peer = peers_of(c->peers, chan);
	if (peer == NULL)
		return;
	switch (peer->conv) {
	case CONV_POLICY:
		rate_gone(c->rate, chan);
		seats_gone(c->seats, chan);
		break;
	case CONV_SIGN:
		keys_signer_down(c->keys, chan);
		break;
	case CONV_DNS:
		lookup_peer_down(c->lookup, chan);
		break;
	case CONV_ADMIN:
		relay_peer_down(c->relay, chan);
		break;
	case CONV_HOOK:
		webhooks_peer_down(c->webhooks, chan);
		break;
	case CONV_WATCH:
		watch_gone(c, chan);
		break;
	case CONV_MANAGE:
		manage_peer_down(c->manage, chan);
		break;
	default:
		break;
	}
	peers_remove(c->peers, chan);
}

static void
main_down_cb(struct chan *chan, void *arg)
{
	peer_gone(arg, chan);
}

/* Tell one process of an address to be turned away. */
static void
throttle_tell_cb(const uint8_t key[NETKEY_SIZE], uint32_t seconds, void *chan)
{
	struct policy_throttle t;

	memcpy(t.key, key, sizeof(t.key));
	t.seconds = seconds;
	(void)policy_throttle_send(chan, &t);
}

/* Tell all that accept connections. */
static void
throttle_tell_all_cb(const uint8_t key[NETKEY_SIZE], uint32_t seconds,
    void *arg)
{
	const struct peer *peer;
	struct control *c;
	size_t i;

	c = arg;
	for (i = 0; (peer = peers_at(c->peers, i)) != NULL; i++) {
		if (peer->conv == CONV_POLICY)
			throttle_tell_cb(key, seconds, peer->chan);
	}
}

static void
peer_there(struct control *c, const struct peer *peer)
{
	switch (peer->conv) {
	case CONV_POLICY:
		throttle_each(c->throttle, steady_now(), throttle_tell_cb,
		    peer->chan);
		break;
	case CONV_SIGN:
		keys_signer_up(c->keys, peer->chan);
		break;
	case CONV_DNS:
		lookup_peer_up(c->lookup, peer->chan);
		break;
	case CONV_HOOK:
		webhooks_peer_up(c->webhooks, peer->chan);
		break;
	case CONV_ADMIN:
		audit_flush(c->audit);
		complaints_flush(c);
		break;
	case CONV_NOTICE:
		notice_peer(c, peer->chan);
		break;
	case CONV_MANAGE:
		manage_peer_up(c->manage, peer->chan);
		break;
	default:
		break;
	}
}

/* Who does not read what he asked for asks no more. */
static void
main_full_cb(struct chan *chan, bool full, void *arg)
{
	chan_hold(chan, full);
}

static void
main_peer(enum proc_conv conv, enum proc_kind kind, unsigned instance, int fd,
    void *arg)
{
	const struct chan_rule *rules;
	struct control *c;
	struct peer peer;
	struct chan *old;
	char name[64];

	c = &((struct process *)arg)->control;
	rules = peer_rules(conv);
	if (rules == NULL) {
		log_warnx("no %s with %s here", proc_conv_name(conv),
		    proc_kind_name(kind));
		(void)close(fd);
		return;
	}
	old = peers_find(c->peers, conv, kind, instance);
	if (old != NULL)
		peer_gone(c, old);
	(void)snprintf(name, sizeof(name), "%s %u", proc_kind_name(kind),
	    instance);
	peer.conv = conv;
	peer.kind = kind;
	peer.instance = instance;
	peer.chan = chan_new(proc_base(), fd, name, rules, c);
	if (peer.chan == NULL || peers_add(c->peers, &peer) == -1) {
		log_warnx("%s: out of memory", name);
		chan_free(peer.chan);
		return;
	}
	if (conv == CONV_SIGN || conv == CONV_POLICY || conv == CONV_MANAGE)
		chan_is_secret(peer.chan);
	if (conv == CONV_WATCH)
		chan_on_full(peer.chan, CHAN_HIGH, CHAN_LOW, main_full_cb);
	chan_on_down(peer.chan, main_down_cb);
	peer_there(c, &peer);
}

/* What is kept in memory goes to the store. */
static void
main_flush(struct control *c)
{
	audit_settle(c->audit);
	if (usage_flush(c->usage, c->store) == -1)
		log_warnx("last uses of credentials are lost");
	if (throttle_flush(c->throttle) == -1)
		log_warnx("failures of addresses are lost");
	if (suppress_tend_stop(c->suppress->tend) == -1)
		log_warnx("times of suppressions are lost");
	if (rate_flush(c->rate, true) == -1)
		log_warnx("rates are counted too high after this");
}

static void
main_stop(void *arg)
{
	struct control *c;

	c = &((struct process *)arg)->control;
	ctlsock_free(c->sock);
	manage_free(c->manage);
	pathwatch_free(c->pathwatch);
	dkimwatch_free(c->dkimwatch);
	webhooks_free(c->webhooks);
	if (!store_is_retired(c->store))
		main_flush(c);
	(void)store_close(c->store);
	proc_exit();
}

/* A signer that is ready can open sealed keys. */
static void
main_ready_cb(const struct setup_child *child, void *arg)
{
	struct control *c;

	c = arg;
	if (child->kind == PROC_SIGNER)
		keys_signer_ready(c->keys,
		    peers_find(c->peers, CONV_SIGN, PROC_SIGNER,
			child->instance));
}

static void
main_restart_cb(evutil_socket_t fd, short what, void *arg)
{
	main_stop(arg);
}

/*
 * Another store is in the place of the one that is open: that must not be
 * changed any more.  End once what is being done is done; edd starts control
 * again.
 */
static void
main_restart(struct control *c)
{
	static const struct timeval now = { 0, 0 };

	store_retire(c->store);
	if (event_base_once(proc_base(), -1, EV_TIMEOUT, main_restart_cb,
		c->process, &now) == -1)
		fatalx("event loop");
}

static int
main_extra(struct msgin *m, void *arg)
{
	return children_message(((struct process *)arg)->control.children, m);
}

static const struct proc_hooks hooks = {
	.name = "control",
	.kind = PROC_CONTROL,
	.profile = "control",
	.conf_begin = main_conf_begin,
	.conf_item = main_conf_item,
	.conf_end = main_conf_end,
	.start = main_start,
	.peer = main_peer,
	.stop = main_stop,
	.extra = main_extra,
};

int
main(int argc, char **argv)
{
	static struct process process;
	struct control *c;

	c = &process.control;
	process.conf.fd = -1;
	c->process = &process;
	c->secret = &process.conf.secret;
	c->flush = main_flush;
	c->restart = main_restart;
	c->peers = peers_new();
	c->keys = keys_new(c);
	c->lookup = lookup_new();
	c->relay = relay_new();
	c->children = children_new(main_ready_cb, c);
	c->audit = audit_new(c);
	c->complaints = complaints_new();
	c->dkimwatch = dkimwatch_new(c);
	c->troubles = troubles_new();
	c->usage = usage_new();
	c->seen = seen_new();
	c->throttle = throttle_new(throttle_tell_all_cb, c);
	c->permits = permits_new();
	c->rate = rate_new();
	c->seats = seats_new();
	c->suppress = suppress_new();
	c->webhooks = webhooks_new(c);
	c->sock = ctlsock_new(c);
	if (c->peers == NULL || c->keys == NULL || c->lookup == NULL ||
	    c->relay == NULL || c->children == NULL || c->audit == NULL ||
	    c->complaints == NULL || c->dkimwatch == NULL ||
	    c->troubles == NULL || c->usage == NULL || c->throttle == NULL ||
	    c->seen == NULL || c->permits == NULL || c->rate == NULL ||
	    c->seats == NULL || c->suppress == NULL || c->webhooks == NULL ||
	    c->sock == NULL)
		fatalx("out of memory");
	c->pathwatch = pathwatch_new(c);
	c->manage = manage_new(c);
	if (c->pathwatch == NULL || c->manage == NULL ||
	    audit_follow(c->audit, main_changed_cb, c) == -1)
		fatalx("out of memory");
	return proc_main(argc, argv, &hooks, &process);
}

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
 * A child process from its first instruction to its last: setup channel,
 * chroot, user, configuration, sandbox, event loop.  What differs between
 * programs comes in a table of hooks.
 */
#include "proc.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "breach.h"
#include "chan.h"
#include "log.h"
#include "logsock.h"
#include "msg.h"
#include "proto_setup.h"
#include "sandbox.h"

/* What a last message to the parent may wait for. */
#define PROC_EXIT_FLUSH_MS 1000

/* A channel that came before the process could serve it. */
struct proc_early {
	struct setup_peer peer;
	int fd;
};

struct proc {
	const struct proc_hooks *hooks;
	void *arg;
	struct event_base *base;
	struct chan *parent;
	pid_t parent_pid;
	struct event *signals[3];
	struct event *log_lost;
	unsigned instance;
	bool started; /* START was taken */
	bool ready;   /* in the sandbox */
	bool stopping;
	struct proc_early *early;
	size_t earlies;
};

static struct proc self;

static const char *const kind_names[] = { NULL, "edd", "control", "signer",
	"queue", "deliver", "smtpd", "httpd" };
static const char *const conv_names[] = { NULL, "policy", "sign", "sign-sync",
	"submit", "work", "notice", "dns", "admin", "manage", "hook", "watch" };

/* The program's name, which is also its folder's. */
const char *
proc_kind_name(enum proc_kind kind)
{
	return kind_names[kind];
}

/* The conversation's name, for log lines. */
const char *
proc_conv_name(enum proc_conv conv)
{
	return conv_names[conv];
}

/* The event loop of this process. */
struct event_base *
proc_base(void)
{
	return self.base;
}

/* Which of several workers this is, from 0. */
unsigned
proc_instance(void)
{
	return self.instance;
}

/* The setup channel to edd. */
struct chan *
proc_parent(void)
{
	return self.parent;
}

/* The end: what waits for edd is sent, then exit status 0. */
void
proc_exit(void)
{
	if (self.parent != NULL)
		(void)chan_flush_blocking(self.parent, PROC_EXIT_FLUSH_MS);
	log_debug("exiting");
	exit(0);
}

/* Where a privileged process lives from now on, and as whom. */
static void
proc_confine(const struct setup_start *start)
{
	gid_t gid;
	uid_t uid;

	uid = (uid_t)start->uid;
	gid = (gid_t)start->gid;
	if (chroot(start->dir) == -1)
		fatal("chroot %s", start->dir);
	if (chdir("/") == -1)
		fatal("chdir /");
	if (setgroups(1, &gid) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		fatal("cannot become uid %u gid %u", start->uid, start->gid);
	if (uid != 0 && (setuid(0) != -1 || seteuid(0) != -1))
		fatalx("root could be regained");
}

/* No new privileges, no core, no ptrace; as many descriptors as allowed. */
static void
proc_harden(void)
{
	struct rlimit rl;

#ifdef __linux__
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		fatal("no_new_privs");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		fatal("non-dumpable");
#endif
	rl.rlim_cur = rl.rlim_max = 0;
	if (setrlimit(RLIMIT_CORE, &rl) == -1)
		fatal("setrlimit core");
	if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &rl);
	}
}

/* Later, since a line may be logged while a message is being made. */
static void
proc_log_lost(void)
{
	event_active(self.log_lost, EV_TIMEOUT, 0);
}

static void
proc_log_lost_cb(evutil_socket_t fd, short what, void *arg)
{
	if (self.parent != NULL)
		(void)setup_empty_send(self.parent, M_SETUP_LOG_LOST);
}

static int
proc_logger_cb(struct chan *c, struct msgin *m, void *arg)
{
	if (setup_empty_recv(m) == -1)
		return -1;
	logsock_use(msg_take_fd(m));
	return 0;
}

static int
proc_start_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct setup_start start;

	if (self.started || setup_start_recv(m, &start) == -1)
		return -1;
	if (start.kind != self.hooks->kind)
		fatalx("started as %s", proc_kind_name(start.kind));
	self.started = true;
	self.instance = start.instance;
	log_init(self.hooks->name, start.foreground, (int)start.verbose);
	if (start.privileged)
		proc_confine(&start);
	else if (chdir(start.dir) == -1)
		fatal("chdir %s", start.dir);
	proc_harden();
	if (start.kind == PROC_SMTPD || start.kind == PROC_HTTPD ||
	    start.kind == PROC_DELIVER)
		breach_is_fatal(); /* all peers are to be trusted more */
	return 0;
}

/*
 * Keep a channel until the configuration is there: no request is to meet a
 * process that is half made.  What the peer says meanwhile waits in the
 * socket.
 */
static void
proc_peer_keep(const struct setup_peer *peer, int fd)
{
	struct proc_early *p;

	p = reallocarray(self.early, self.earlies + 1, sizeof(*p));
	if (p == NULL)
		fatal("peers");
	self.early = p;
	p[self.earlies].peer = *peer;
	p[self.earlies].fd = fd;
	self.earlies++;
}

static void
proc_peers_release(void)
{
	const struct setup_peer *peer;
	size_t i;

	for (i = 0; i < self.earlies; i++) {
		peer = &self.early[i].peer;
		self.hooks->peer(peer->conv, peer->kind, peer->instance,
		    self.early[i].fd, self.arg);
	}
	free(self.early);
	self.early = NULL;
	self.earlies = 0;
}

static int
proc_peer_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct setup_peer peer;

	if (!self.started || setup_peer_recv(m, &peer) == -1)
		return -1;
	if (!self.ready)
		proc_peer_keep(&peer, msg_take_fd(m));
	else
		self.hooks->peer(peer.conv, peer.kind, peer.instance,
		    msg_take_fd(m), self.arg);
	return 0;
}

static int
proc_conf_begin_cb(struct chan *c, struct msgin *m, void *arg)
{
	uint32_t generation;

	if (!self.started || setup_generation_recv(m, &generation) == -1)
		return -1;
	self.hooks->conf_begin(self.arg);
	return 0;
}

static int
proc_conf_item_cb(struct chan *c, struct msgin *m, void *arg)
{
	if (!self.started)
		return -1;
	return self.hooks->conf_item(m, self.arg);
}

/* The first configuration is in place: last chance to open, then confine. */
static void
proc_enter(void)
{
	if (self.hooks->start != NULL && self.hooks->start(self.arg) == -1)
		fatalx("cannot start");
	if (sandbox_enter(self.hooks->profile) == -1)
		fatal("sandbox %s", self.hooks->profile);
	self.ready = true;
	proc_peers_release();
	(void)setup_empty_send(self.parent, M_SETUP_READY);
	log_debug("ready");
}

static int
proc_conf_end_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct setup_conf_done done;

	memset(&done, 0, sizeof(done));
	if (!self.started || setup_generation_recv(m, &done.generation) == -1)
		return -1;
	done.ok = self.hooks->conf_end(done.why, sizeof(done.why), self.arg) ==
	    0;
	if (!done.ok)
		log_warnx("configuration refused: %s", done.why);
	if (!self.ready) {
		if (!done.ok)
			fatalx("cannot start without a configuration");
		proc_enter();
	}
	(void)setup_conf_done_send(self.parent, &done);
	return 0;
}

static int
proc_log_cb(struct chan *c, struct msgin *m, void *arg)
{
	uint32_t verbose;

	if (setup_log_recv(m, &verbose) == -1)
		return -1;
	log_verbose((int)verbose);
	return 0;
}

static int
proc_stop_cb(struct chan *c, struct msgin *m, void *arg)
{
	if (setup_empty_recv(m) == -1)
		return -1;
	if (self.stopping)
		return 0;
	self.stopping = true;
	if (!self.ready || self.hooks->stop == NULL)
		proc_exit();
	self.hooks->stop(self.arg);
	return 0;
}

static int
proc_extra_cb(struct chan *c, struct msgin *m, void *arg)
{
	if (self.hooks->extra == NULL)
		return -1;
	return self.hooks->extra(m, self.arg);
}

/* Without edd nobody supervises: stop as if told to. */
static void
proc_down_cb(struct chan *c, void *arg)
{
	log_debug("edd is gone, stopping");
	self.parent = NULL;
	chan_free(c);
	if (!self.ready || self.hooks->stop == NULL)
		exit(0);
	if (!self.stopping) {
		self.stopping = true;
		self.hooks->stop(self.arg);
	}
}

static const struct chan_rule proc_rules[] = {
	{ M_SETUP_START, 0, "start", proc_start_cb },
	{ M_SETUP_PEER, CHAN_FD, "peer", proc_peer_cb },
	{ M_SETUP_CONF_BEGIN, 0, "conf-begin", proc_conf_begin_cb },
	{ M_SETUP_CONF_END, 0, "conf-end", proc_conf_end_cb },
	{ M_SETUP_LOG, 0, "log", proc_log_cb },
	{ M_SETUP_LOGGER, CHAN_FD, "logger", proc_logger_cb },
	{ M_SETUP_STOP, 0, "stop", proc_stop_cb },
	{ M_SETUP_CHILD, 0, "child", proc_extra_cb },
	{ M_SETUP_ANSWER, 0, "answer", proc_extra_cb },
	{ M_CONF_GLOBAL, 0, "conf-global", proc_conf_item_cb },
	{ M_CONF_SMTP, 0, "conf-smtp", proc_conf_item_cb },
	{ M_CONF_LISTEN, CHAN_FD, "conf-listen", proc_conf_item_cb },
	{ M_CONF_PKI, 0, "conf-pki", proc_conf_item_cb },
	{ M_CONF_QUEUE, 0, "conf-queue", proc_conf_item_cb },
	{ M_CONF_DELIVER, 0, "conf-deliver", proc_conf_item_cb },
	{ M_CONF_ROUTE, 0, "conf-route", proc_conf_item_cb },
	{ M_CONF_RESOLVER, 0, "conf-resolver", proc_conf_item_cb },
	{ M_CONF_NETWORK, 0, "conf-network", proc_conf_item_cb },
	{ M_CONF_SECRET, 0, "conf-secret", proc_conf_item_cb },
	{ M_CONF_SITE, 0, "conf-site", proc_conf_item_cb },
	{ M_CONF_SUPPRESS, 0, "conf-suppress", proc_conf_item_cb },
	{ M_CONF_SOCKET, CHAN_FD, "conf-socket", proc_conf_item_cb },
	{ M_CONF_POLICY, 0, "conf-policy", proc_conf_item_cb },
	{ 0, 0, NULL, NULL },
};

/*
 * edd stops its children itself: a terminal's ^C is not for them.  One that
 * edd left behind, with a channel that somebody else keeps open, ends by hand.
 */
static void
proc_signal_cb(evutil_socket_t sig, short what, void *arg)
{
	if (sig == SIGTERM && self.parent != NULL &&
	    getppid() != self.parent_pid)
		proc_down_cb(self.parent, NULL);
	else
		log_debug("signal %d ignored", (int)sig);
}

static void
proc_signals(void)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP };
	size_t i;

	(void)signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
		self.signals[i] = evsignal_new(self.base, ignored[i],
		    proc_signal_cb, NULL);
		if (self.signals[i] == NULL ||
		    event_add(self.signals[i], NULL) == -1)
			fatalx("signal %d", ignored[i]);
	}
}

/*
 * The whole of a child's main().  Does not return before the process is to
 * end; returns its exit status.
 */
int
proc_main(int argc, char **argv, const struct proc_hooks *hooks, void *arg)
{
	if (argc != 1 || fcntl(PROC_SETUP_FD, F_GETFD) == -1) {
		(void)fprintf(stderr,
		    "%s is a part of edd and is started by edd(8).\n",
		    hooks->name);
		return 1;
	}
	self.hooks = hooks;
	self.arg = arg;
	self.parent_pid = getppid();
	log_init(hooks->name, true, 0);
	self.base = event_base_new();
	if (self.base == NULL ||
	    event_base_priority_init(self.base, PROC_PRIORITIES) == -1)
		fatalx("event_base_new");
	proc_signals();
	self.log_lost = event_new(self.base, -1, 0, proc_log_lost_cb, NULL);
	if (self.log_lost == NULL)
		fatalx("event_new");
	logsock_on_lost(proc_log_lost);
	if (hooks->open != NULL && hooks->open(arg) == -1)
		fatalx("cannot open what is needed");
	self.parent = chan_new(self.base, PROC_SETUP_FD, "edd", proc_rules,
	    arg);
	if (self.parent == NULL)
		fatalx("setup channel");
	chan_is_secret(self.parent);
	chan_on_down(self.parent, proc_down_cb);
	if (event_base_dispatch(self.base) == -1)
		fatalx("event loop");
	return 0;
}

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
 * Connections of operators: who they are says the kernel, what they may is
 * decided here, what they want job.c does.
 */
#include "ctlsock.h"

#include <sys/queue.h>
#include <sys/socket.h>

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chan.h"
#include "control.h"
#include "job.h"
#include "log.h"
#include "msg.h"
#include "proc.h"
#include "proto_admin.h"
#include "proto_ctl.h"
#include "verbs.h"

/* Connections at a time: operators and their scripts. */
#define CTL_CONNECTIONS_MAX 64u

/* Of them only for root and the daemon's user. */
#define CTL_OWN 16u

/* Of each other user. */
#define CTL_USER_MAX 16u

/* Those that are too many and hear this, and looks that they have for it. */
#define CTL_REFUSED_MAX	  16u
#define CTL_REFUSED_BEATS 2u

/* Looks without a step after which one that reads nothing may make room. */
#define CTL_UNREAD_BEATS (5u / CTL_BEAT)

/*
 * Seconds between looks at a connection, in which a command that takes long
 * says that it lives, and of how many without a step - a command, an octet of
 * the answer taken - it is closed after.
 */
#define CTL_BEAT  1
#define CTL_BEATS 30u

/* The same while an answer is read, a page at a time perhaps: six hours. */
#define CTL_READ_BEATS (6u * 3600 / CTL_BEAT)

/* Looks until a file that does not go on is given up; it may be a pipe. */
#define CTL_FILE_BEATS (600u / CTL_BEAT)

/* Unsent octets of an answer above which a list waits. */
#define CTL_HIGH (128u * 1024)
#define CTL_LOW	 (32u * 1024)

/* Seconds without accepting when descriptors have run out. */
#define CTL_PAUSE 1

/* Milliseconds that the last words to an operator may take. */
#define CTL_LAST_MS 100

struct ctl {
	LIST_ENTRY(ctl) entry;
	struct ctlsock *sock;
	struct chan *chan;
	struct event *beat;
	unsigned beats;	 /* without a step */
	struct job *job; /* NULL: none, or it is just being started */
	struct job_who who;
	bool refused; /* there are too many */
	bool greeted;
	bool busy;
	bool done;	 /* the answer has ended */
	uint32_t blocks; /* of a file that were asked for */
	unsigned waits;	 /* looks since the last of them */
};

struct ctlsock {
	struct control *control;
	struct event *accept;
	struct event *pause; /* until accepting is tried again */
	struct timeval beat; /* between looks at a connection */
	int fd;
	bool has_gid;
	uint32_t gid;
	unsigned n;	  /* without those that are refused */
	unsigned refused; /* of these */
	LIST_HEAD(, ctl) connections;
};

/* No socket yet; NULL without memory. */
struct ctlsock *
ctlsock_new(struct control *control)
{
	struct ctlsock *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->control = control;
	s->fd = -1;
	s->beat.tv_sec = CTL_BEAT;
	LIST_INIT(&s->connections);
	return s;
}

/* Something happened: the time begins anew. */
static void
ctl_step(struct ctl *c)
{
	c->beats = 0;
	(void)evtimer_add(c->beat, &c->sock->beat);
}

static void
ctl_free(struct ctl *c)
{
	if (c->job != NULL)
		job_cancel(c->job);
	if (c->beat != NULL)
		event_free(c->beat);
	chan_free(c->chan);
	LIST_REMOVE(c, entry);
	if (c->refused)
		c->sock->refused--;
	else
		c->sock->n--;
	free(c);
}

static void
ctlsock_close(struct ctlsock *s)
{
	if (s->accept != NULL)
		event_free(s->accept);
	if (s->pause != NULL)
		event_free(s->pause);
	if (s->fd != -1)
		(void)close(s->fd);
	s->accept = s->pause = NULL;
	s->fd = -1;
}

/*
 * Close all, after answers that have ended were sent as far as they are read;
 * NULL is allowed.
 */
void
ctlsock_free(struct ctlsock *s)
{
	struct ctl *c;

	if (s == NULL)
		return;
	while ((c = LIST_FIRST(&s->connections)) != NULL) {
		if (c->done)
			(void)chan_flush_blocking(c->chan, CTL_LAST_MS);
		ctl_free(c);
	}
	ctlsock_close(s);
	free(s);
}

/* Members of this group may connect beside root and the daemon's user. */
void
ctlsock_allow_group(struct ctlsock *s, bool has_gid, uint32_t gid)
{
	s->has_gid = has_gid;
	s->gid = gid;
}

/* How many operators are connected, and not just being refused. */
unsigned
ctlsock_connections(const struct ctlsock *s)
{
	return s->n;
}

static void
ctl_row(const struct row *row, void *arg)
{
	struct ctl *c;

	c = arg;
	ctl_step(c);
	(void)ctl_row_send(c->chan, row);
}

static bool
ctl_full(void *arg)
{
	const struct ctl *c;

	c = arg;
	return chan_is_full(c->chan);
}

static void
ctl_progress(const struct admin_progress *progress, void *arg)
{
	struct ctl *c;

	c = arg;
	ctl_step(c);
	if (!chan_is_full(c->chan))
		(void)ctl_progress_send(c->chan, progress);
}

static void
ctl_end(const struct admin_end *end, void *arg)
{
	struct ctl *c;

	c = arg;
	c->job = NULL;
	c->done = true;
	ctl_step(c);
	(void)ctl_end_send(c->chan, end);
}

static void
ctl_more(uint32_t blocks, void *arg)
{
	struct ctl *c;

	c = arg;
	c->blocks += blocks;
	(void)ctl_more_send(c->chan, blocks);
}

static const struct job_sink ctl_sink = { ctl_row, ctl_full, ctl_progress,
	ctl_end, ctl_more };

/* A version that is not ours gets ours, and then the end of the line. */
static int
hello_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct ctl *c;
	uint32_t version;

	c = arg;
	if (c->greeted || ctl_hello_recv(m, &version) == -1)
		return -1;
	c->greeted = version == CTL_VERSION;
	if (!c->greeted)
		log_info("edctl of version %u refused uid=%u", version,
		    c->who.uid);
	return ctl_hello_send(chan, CTL_VERSION);
}

/* Say to one that it is one too many. */
static void
ctl_refuse(struct ctl *c)
{
	struct admin_end end;

	memset(&end, 0, sizeof(end));
	(void)snprintf(end.why, sizeof(end.why), "too many edctl at once");
	(void)snprintf(end.hint, sizeof(end.hint),
	    "try again in a moment; end those that wait or that nobody reads");
	c->done = true;
	(void)ctl_end_send(c->chan, &end);
}

/* One command a connection at a time. */
static int
command_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct admin_command command;
	struct ctl *c;

	c = arg;
	if (!c->greeted || (c->refused ? c->done : c->busy && !c->done) ||
	    ctl_command_recv(m, &command) == -1)
		return -1;
	if (c->refused) {
		admin_command_clear(&command);
		ctl_refuse(c);
		return 0;
	}
	c->busy = true;
	c->done = false;
	c->blocks = 0;
	c->waits = 0;
	ctl_step(c);
	c->job = job_start(c->sock->control, &c->who, &ctl_sink, c, &command);
	return 0;
}

/*
 * A block that was asked for; what is on its way when a command ends early is
 * passed over.
 */
static int
data_cb(struct chan *chan, struct msgin *m, void *arg)
{
	const uint8_t *data;
	struct ctl *c;
	size_t len;

	c = arg;
	if (c->blocks == 0 || ctl_data_recv(m, &data, &len) == -1)
		return -1;
	c->blocks--;
	c->waits = 0;
	ctl_step(c);
	if (c->job != NULL && !job_data(c->job, data, len))
		return -1;
	return 0;
}

static const struct chan_rule ctl_rules[] = {
	{ M_CTL_HELLO, 0, "hello", hello_cb },
	{ M_CTL_COMMAND, 0, "command", command_cb },
	{ M_CTL_DATA, 0, "data", data_cb },
	{ 0, 0, NULL, NULL },
};

static void
down_cb(struct chan *chan, void *arg)
{
	ctl_free(arg);
}

static void
full_cb(struct chan *chan, bool full, void *arg)
{
	struct ctl *c;

	c = arg;
	if (full || c->job == NULL)
		return;
	ctl_step(c);
	job_resume(c->job);
}

/*
 * Nothing happened for a while.  A command that waits for other processes has
 * their time limits, and edctl is told that it is still being done; an operator
 * that does not read has these.
 */
static void
ctl_look(struct ctl *c)
{
	static const struct admin_progress alive;
	unsigned most;
	bool unread;

	unread = chan_queued(c->chan) > 0;
	if (c->blocks > 0)
		c->waits++;
	if (c->job != NULL && !unread && c->waits < CTL_FILE_BEATS) {
		(void)ctl_progress_send(c->chan, &alive);
		ctl_step(c);
		return;
	}
	most = unread ? CTL_READ_BEATS : CTL_BEATS;
	if (c->refused)
		most = CTL_REFUSED_BEATS;
	if (++c->beats < most) {
		(void)evtimer_add(c->beat, &c->sock->beat);
		return;
	}
	if (unread)
		log_info("edctl closed: it does not read uid=%u", c->who.uid);
	else
		log_debug("idle edctl closed uid=%u", c->who.uid);
	ctl_free(c);
}

static void
beat_cb(evutil_socket_t fd, short what, void *arg)
{
	ctl_look(arg);
}

/* Seconds between looks at connections to come, for tests of looks. */
void
ctlsock_set_beat(struct ctlsock *s, unsigned seconds)
{
	s->beat.tv_sec = seconds;
}

/* Look at all connections now, as each does when its time has come. */
void
ctlsock_look(struct ctlsock *s)
{
	struct ctl *c, *next;

	for (c = LIST_FIRST(&s->connections); c != NULL; c = next) {
		next = LIST_NEXT(c, entry);
		ctl_look(c);
	}
}

/*
 * Whether the peer is in a group: as its own, or, as most members are, among
 * the others that it had when it connected.
 */
static bool
peer_in_group(int fd, const struct ucred *cred, gid_t gid)
{
	gid_t *groups;
	socklen_t len;
	bool found;
	size_t i;

	if (cred->gid == gid)
		return true;
	len = 0;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &len) == 0 ||
	    errno != ERANGE)
		return false;
	groups = malloc(len);
	if (groups == NULL)
		return false;
	found = false;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) == 0) {
		for (i = 0; i < len / sizeof(*groups) && !found; i++)
			found = groups[i] == gid;
	}
	free(groups);
	return found;
}

/* Who is it, and may he?  0 or -1. */
static int
peer_check(const struct ctlsock *s, int fd, struct job_who *who)
{
	struct ucred cred;
	socklen_t len;

	len = sizeof(cred);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1) {
		log_warn("control socket: peer");
		return -1;
	}
	who->uid = cred.uid;
	who->pid = (uint32_t)cred.pid;
	who->rights = VERB_ALL;
	(void)snprintf(who->actor, sizeof(who->actor), "uid=%u", cred.uid);
	if (cred.uid == 0 || cred.uid == geteuid() ||
	    (s->has_gid && peer_in_group(fd, &cred, (gid_t)s->gid)))
		return 0;
	log_warnx("control socket: refused uid=%u gid=%u pid=%u", cred.uid,
	    cred.gid, (unsigned)cred.pid);
	return -1;
}

static bool
is_own(const struct job_who *who)
{
	return who->uid == 0 || who->uid == geteuid();
}

/* Who has connections. */
struct crowd {
	unsigned users; /* neither root nor the daemon's user */
	unsigned same;	/* of this very one */
};

static void
crowd_count(const struct ctlsock *s, const struct job_who *who, struct crowd *n)
{
	const struct ctl *c;

	memset(n, 0, sizeof(*n));
	LIST_FOREACH(c, &s->connections, entry) {
		if (c->refused || is_own(&c->who))
			continue;
		n->users++;
		if (c->who.uid == who->uid)
			n->same++;
	}
}

/* Whether there is room for one more of this user. */
static bool
has_room(const struct ctlsock *s, const struct job_who *who,
    const struct crowd *n)
{
	if (s->n >= CTL_CONNECTIONS_MAX)
		return false;
	return is_own(who) ||
	    (n->users < CTL_CONNECTIONS_MAX - CTL_OWN &&
		n->same < CTL_USER_MAX);
}

/*
 * Make room for one more of this user, if need be: what is longest unread goes,
 * of himself if he has too many, never of root for somebody else.  Whether
 * there is room.
 */
static bool
make_room(struct ctlsock *s, const struct job_who *who)
{
	struct ctl *c, *longest;
	struct crowd n;

	crowd_count(s, who, &n);
	if (has_room(s, who, &n))
		return true;
	longest = NULL;
	LIST_FOREACH(c, &s->connections, entry) {
		if (c->refused || chan_queued(c->chan) == 0 ||
		    c->beats < CTL_UNREAD_BEATS ||
		    (!is_own(who) && is_own(&c->who)) ||
		    (!is_own(who) && n.same >= CTL_USER_MAX &&
			c->who.uid != who->uid))
			continue;
		if (longest == NULL || c->beats > longest->beats)
			longest = c;
	}
	if (longest == NULL)
		return false;
	log_info("edctl closed: it does not read, and others wait uid=%u",
	    longest->who.uid);
	ctl_free(longest);
	crowd_count(s, who, &n);
	return has_room(s, who, &n);
}

/* A connection's struct, with all it needs but the channel. */
static struct ctl *
ctl_new(struct ctlsock *s, const struct job_who *who, bool refused)
{
	struct ctl *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->sock = s;
	c->who = *who;
	c->beat = evtimer_new(proc_base(), beat_cb, c);
	if (c->beat == NULL || evtimer_add(c->beat, &c->sock->beat) == -1) {
		if (c->beat != NULL)
			event_free(c->beat);
		free(c);
		return NULL;
	}
	LIST_INSERT_HEAD(&s->connections, c, entry);
	c->refused = refused;
	if (refused)
		s->refused++;
	else
		s->n++;
	return c;
}

/*
 * Take over a connected descriptor.  One too many is told so when it asks.  0,
 * or -1 and it is closed: far too many, or somebody who may not.
 */
int
ctlsock_connection(struct ctlsock *s, int fd)
{
	struct job_who who;
	struct ctl *c;
	bool room;

	if (peer_check(s, fd, &who) == -1) {
		(void)close(fd);
		return -1;
	}
	room = make_room(s, &who);
	if (!room && s->refused == 0)
		log_warnx("control socket: too many edctl at once uid=%u",
		    who.uid);
	if ((!room && s->refused >= CTL_REFUSED_MAX) ||
	    (c = ctl_new(s, &who, !room)) == NULL) {
		(void)close(fd);
		return -1;
	}
	c->chan = chan_new(proc_base(), fd, "edctl", ctl_rules, c);
	if (c->chan == NULL) {
		ctl_free(c);
		return -1;
	}
	chan_is_secret(c->chan);
	chan_on_down(c->chan, down_cb);
	chan_on_full(c->chan, CTL_HIGH, CTL_LOW, full_cb);
	return 0;
}

/* The connection that could not be accepted still waits: not to spin on it. */
static void
accept_pause(struct ctlsock *s)
{
	static const struct timeval pause = { CTL_PAUSE, 0 };

	log_warn("control socket: accept");
	if (evtimer_add(s->pause, &pause) == 0)
		(void)event_del(s->accept);
}

static void
pause_cb(evutil_socket_t fd, short what, void *arg)
{
	struct ctlsock *s;

	s = arg;
	(void)event_add(s->accept, NULL);
}

static void
accept_cb(evutil_socket_t listener, short what, void *arg)
{
	struct ctlsock *s;
	int fd;

	s = arg;
	fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd == -1) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			accept_pause(s);
		return;
	}
	(void)ctlsock_connection(s, fd);
}

/*
 * Accept on fd, which is listening and taken over, instead of on the one
 * before.  Connections go on.  0 or -1.
 */
int
ctlsock_listen(struct ctlsock *s, int fd)
{
	ctlsock_close(s);
	s->fd = fd;
	s->accept = event_new(proc_base(), fd, EV_READ | EV_PERSIST, accept_cb,
	    s);
	s->pause = evtimer_new(proc_base(), pause_cb, s);
	if (s->accept == NULL || s->pause == NULL ||
	    event_add(s->accept, NULL) == -1) {
		ctlsock_close(s);
		return -1;
	}
	return 0;
}

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
 * A test message.  control says who may send it and lends a login for it; a
 * process apart, without rights, submits it to edd's own listener as any
 * client does; then the journal is followed until it is known what became of
 * it.  The login is in no store, is good for one session, and ends by itself.
 */
#include "testsend.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "advice.h"
#include "chan.h"
#include "client.h"
#include "compat.h"
#include "fail.h"
#include "options.h"
#include "parse.h"
#include "print.h"
#include "proto_admin.h"
#include "proto_ctl.h"
#include "row.h"
#include "shellword.h"
#include "smtpcmd.h"
#include "smtptest.h"
#include "submit.h"

/* Seconds that a step of the session may be silent: a little over its own. */
#define SESSION_SILENCE 60u

/* Milliseconds that a step has to get from one process to the other. */
#define SEND_MS 5000

/* The longest wait for the delivery: a day. */
#define WAIT_MAX 86400u

enum outcome {
	OUTCOME_NONE, /* it is not known yet */
	OUTCOME_GOOD,
	OUTCOME_BAD
};

struct sending {
	const struct options *o;
	const struct testsend *what;
	struct print *print;
	struct row *row;

	/* where edd listens */
	char address[HOST_SIZE];
	unsigned port;
	bool tls; /* at once */

	/* what control says */
	char from[ADDRESS_SIZE];
	char user[NAME_SIZE];
	char hostname[HOST_SIZE];
	char username[LOGIN_SIZE];
	char password[SECRET_SIZE];
	int64_t keys;

	char id[SUBMIT_ID_SIZE]; /* empty: it was not accepted */
	enum outcome outcome;
	bool late;
};

static int
print_step(struct sending *s, const struct row *row)
{
	int r;

	r = print_row(s->print, row);
	(void)fflush(stdout);
	return r;
}

/* A step of one's own. */
static void __attribute__((format(printf, 5, 6)))
step(struct sending *s, const char *check, const char *state, const char *mend,
    const char *fmt, ...)
{
	char is[ERROR_SIZE];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(is, sizeof(is), fmt, ap);
	va_end(ap);
	row_clear(s->row);
	row_str(s->row, "check", check);
	row_str(s->row, "state", state);
	row_str(s->row, "is", is);
	row_str(s->row, "mend", mend == NULL ? "" : mend);
	(void)print_step(s, s->row);
}

static void
take(const struct row *row, const char *name, char *to, size_t size)
{
	const char *v;

	v = row_value(row, name);
	(void)strlcpy(to, v == NULL ? "" : v, size);
}

/* How good a listener is for this; 0: of no use. */
static unsigned
worth(const struct row *row)
{
	const char *login, *port, *proxy, *tls;

	login = row_value(row, "login");
	proxy = row_value(row, "proxy");
	port = row_value(row, "port");
	if (login == NULL || port == NULL || strcmp(login, "none") == 0 ||
	    (proxy != NULL && strcmp(proxy, "no") != 0))
		return 0;
	tls = row_value(row, "tls");
	if (tls == NULL || strcmp(tls, "https") == 0)
		return 0;
	if (strcmp(port, "587") == 0)
		return 5;
	if (strcmp(port, "465") == 0)
		return 4;
	if (strcmp(port, "25") == 0)
		return 1;
	return strcmp(tls, "starttls") == 0 ? 3 : 2;
}

struct best {
	struct sending *s;
	unsigned worth;
};

static int
status_cb(const struct row *row, void *arg)
{
	const char *address, *tls;
	struct best *b;

	b = arg;
	address = row_value(row, "listener");
	if (address == NULL || worth(row) <= b->worth)
		return 0;
	b->worth = worth(row);
	if (strcmp(address, "*") == 0 || strcmp(address, "0.0.0.0") == 0)
		address = "127.0.0.1";
	else if (strcmp(address, "::") == 0)
		address = "::1";
	(void)strlcpy(b->s->address, address, sizeof(b->s->address));
	b->s->port = (unsigned)strtoul(row_value(row, "port"), NULL, 10);
	tls = row_value(row, "tls");
	b->s->tls = tls != NULL && strcmp(tls, "tls") == 0;
	return 0;
}

static int
login_cb(const struct row *row, void *arg)
{
	struct sending *s;
	const char *keys;

	s = arg;
	take(row, "from", s->from, sizeof(s->from));
	take(row, "user", s->user, sizeof(s->user));
	take(row, "hostname", s->hostname, sizeof(s->hostname));
	take(row, "username", s->username, sizeof(s->username));
	take(row, "password", s->password, sizeof(s->password));
	keys = row_value(row, "dkimKeys");
	s->keys = keys == NULL ? 0 : strtoll(keys, NULL, 10);
	return 0;
}

/* "test-send to X from Y user Z", with what is given. */
static enum client_result
ask_login(struct sending *s, struct client *c, struct admin_end *end)
{
	const struct testsend *w;

	w = s->what;
	if (w->from != NULL && w->user != NULL)
		return client_words(c, login_cb, s, end, "test-send", "to",
		    w->to, "from", w->from, "user", w->user, NULL);
	if (w->from != NULL)
		return client_words(c, login_cb, s, end, "test-send", "to",
		    w->to, "from", w->from, NULL);
	if (w->user != NULL)
		return client_words(c, login_cb, s, end, "test-send", "to",
		    w->to, "user", w->user, NULL);
	return client_words(c, login_cb, s, end, "test-send", "to", w->to,
	    NULL);
}

/* A failure of a command.  0 if it is none. */
static int
complain(enum client_result r, const struct admin_end *end)
{
	if (r == CLIENT_ENDED && end->ok)
		return 0;
	fail_say(r == CLIENT_LOST ? FAIL_ABSENT : FAIL_NO, end->why, end->hint);
	return r == CLIENT_LOST ? FAIL_ABSENT : FAIL_NO;
}

/* Where to, as whom, with what.  0, or an exit status. */
static int
prepare(struct sending *s)
{
	struct admin_end end;
	struct client *c;
	struct best best = { s, 0 };
	int r;

	c = client_open(s->o->socket, s->o->silence, &end);
	if (c == NULL) {
		fail_say(FAIL_ABSENT, end.why, end.hint);
		return FAIL_ABSENT;
	}
	r = complain(client_words(c, status_cb, &best, &end, "status", NULL),
	    &end);
	if (r == 0)
		r = complain(ask_login(s, c, &end), &end);
	client_free(c);
	if (r != 0 || best.worth > 0)
		return r;
	fail_say(FAIL_NO, "edd has no listener that lets clients log in",
	    "\"listen on\" in edd.conf; \"edctl status\" shows those there "
	    "are");
	return FAIL_NO;
}

/* In the process apart: a step goes to the other one. */
static int
pass_cb(const struct row *row, void *arg)
{
	return ctl_row_send(arg, row) == 0 &&
		chan_flush_blocking(arg, SEND_MS) == 0 ?
	    0 :
	    -1;
}

/* Nothing comes this way that is of any use. */
static const struct chan_rule no_rules[] = { { 0, 0, NULL, NULL } };

/* The process apart: submit, say each step and the end, and exit. */
static void __attribute__((noreturn)) session(const struct sending *s, int fd)
{
	struct submit_order submit = { s->from, s->what->to, s->what->subject,
		s->user, s->username, s->password };
	struct smtptest_order order;
	struct admin_end end;
	struct chan *chan;
	int r;

	memset(&order, 0, sizeof(order));
	order.host = s->address;
	order.port = s->port;
	order.tls = s->tls ? "tls" : "starttls";
	order.name = s->hostname;
	order.more = submit_steps;
	order.arg = &submit;
	chan = chan_new(event_base_new(), fd, "edctl", no_rules, NULL);
	if (chan == NULL || signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
	    ctl_hello_send(chan, CTL_VERSION) == -1)
		_exit(1);
	memset(&end, 0, sizeof(end));
	if (smtpcmd_drop_rights() == -1) {
		(void)strlcpy(end.why, "the rights of root cannot be given up",
		    sizeof(end.why));
	} else {
		r = smtptest_run(&order, pass_cb, chan);
		end.ok = r == 0;
		if (r != 0)
			(void)snprintf(end.why, sizeof(end.why),
			    "the message was not accepted");
	}
	(void)ctl_end_send(chan, &end);
	(void)chan_flush_blocking(chan, SEND_MS);
	_exit(0);
}

static int
session_cb(const struct row *row, void *arg)
{
	const char *is, *step_name;
	struct sending *s;

	s = arg;
	step_name = row_value(row, "check");
	is = row_value(row, "is");
	if (step_name != NULL && is != NULL &&
	    strcmp(step_name, "message") == 0)
		(void)submit_id(is, s->id);
	return print_step(s, row);
}

/* Have it submitted, and print the steps.  0, or an exit status. */
static int
submit(struct sending *s)
{
	static char word[] = "submit";
	struct admin_command command;
	enum client_result r;
	struct admin_end end;
	struct client *c;
	int fd[2], status;
	pid_t pid;

	(void)fflush(stdout);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) == -1 ||
	    (pid = fork()) == -1) {
		fail_say(FAIL_NO, strerror(errno), NULL);
		return FAIL_NO;
	}
	if (pid == 0) {
		(void)close(fd[0]);
		session(s, fd[1]);
	}
	(void)close(fd[1]);
	explicit_bzero(s->password, sizeof(s->password));
	c = client_adopt(fd[0], SESSION_SILENCE);
	memset(&command, 0, sizeof(command));
	command.word[command.words++] = word;
	memset(&end, 0, sizeof(end));
	r = c == NULL ? CLIENT_LOST :
			client_run(c, &command, session_cb, s, &end);
	client_free(c);
	if (r != CLIENT_ENDED)
		(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	if (r == CLIENT_ENDED && end.ok)
		return 0;
	fail_say(FAIL_NO, r == CLIENT_ENDED ? end.why : "the session broke off",
	    "the step that failed says what to do");
	return FAIL_NO;
}

static const char *
value(const struct row *row, const char *name)
{
	const char *v;

	v = row_value(row, name);
	return v == NULL ? "" : v;
}

/* What the last event means. */
static void
conclude(struct sending *s, const struct row *row, const char *event)
{
	char mend[ERROR_SIZE], is[ERROR_SIZE], word[SHELL_WORD_SIZE];
	const char *code, *enhanced, *host;

	host = value(row, "host");
	code = value(row, "code");
	enhanced = value(row, "enhanced");
	(void)snprintf(is, sizeof(is), "%s%s%s: %s%s%s%s%s", event,
	    host[0] == '\0' ? "" : " by ", host, code,
	    code[0] == '\0' ? "" : " ", enhanced,
	    enhanced[0] == '\0' ? "" : " ", value(row, "text"));
	if (strcmp(event, "relayed") == 0) {
		s->outcome = OUTCOME_GOOD;
		step(s, "delivery", "ok", NULL, "%s", is);
		return;
	}
	s->outcome = OUTCOME_BAD;
	if (strcmp(event, "suppressed") == 0)
		(void)snprintf(mend, sizeof(mend), "edctl suppression check %s",
		    shell_word(s->what->to, word));
	else
		advice(s->from, s->what->to, is, mend, sizeof(mend));
	step(s, "delivery", strcmp(event, "deferred") == 0 ? "warn" : "fail",
	    mend, "%s", is);
}

static int
event_cb(const struct row *row, void *arg)
{
	static const char *const last[] = { "relayed", "deferred", "bounced",
		"expired", "suppressed", "removed" };
	const char *event;
	struct sending *s;
	size_t i;

	s = arg;
	event = value(row, "event");
	if (strcasecmp(value(row, "recipient"), s->what->to) != 0)
		return 0;
	for (i = 0; i < sizeof(last) / sizeof(last[0]); i++) {
		if (strcmp(event, last[i]) == 0) {
			conclude(s, row, event);
			return 1;
		}
	}
	step(s, "journal", "ok", NULL, "%s as %s", event, s->id);
	return 0;
}

struct late {
	struct sending *s;
	struct client *client;
};

static void
late_cb(evutil_socket_t fd, short what, void *arg)
{
	struct late *l;

	l = arg;
	l->s->late = true;
	client_stop(l->client);
}

/* Follow the message until it is known what became of it, or it is late. */
static int
follow(struct sending *s)
{
	struct timeval wait = { (time_t)s->what->wait, 0 };
	enum client_result r;
	struct admin_end end;
	struct event *timer;
	struct late late = { s, NULL };

	late.client = client_open(s->o->socket, s->o->silence, &end);
	if (late.client == NULL) {
		fail_say(FAIL_ABSENT, end.why, end.hint);
		return FAIL_ABSENT;
	}
	timer = evtimer_new(client_base(late.client), late_cb, &late);
	if (timer == NULL || evtimer_add(timer, &wait) == -1)
		fail(FAIL_NO, "out of memory", NULL);
	r = client_words(late.client, event_cb, s, &end, "events", "follow",
	    "id", s->id, "since", "10m", NULL);
	event_free(timer);
	client_free(late.client);
	return r == CLIENT_STOPPED ? 0 : complain(r, &end);
}

/* Say that it is late, or not signed.  The exit status. */
static int
finish(struct sending *s)
{
	char mend[ERROR_SIZE], word[SHELL_WORD_SIZE];
	const char *at;

	if (s->late) {
		(void)snprintf(mend, sizeof(mend),
		    "edctl queue show %s; \"edctl trace %s\" says what becomes "
		    "of it",
		    s->id, s->id);
		step(s, "delivery", "unknown", mend,
		    "nothing within %u seconds", s->what->wait);
	}
	if (s->keys == 0) {
		at = strrchr(s->from, '@');
		(void)snprintf(mend, sizeof(mend), "edctl dkim add %s",
		    at == NULL ? "DOMAIN" : shell_word(at + 1, word));
		step(s, "DKIM", "warn", mend,
		    "no key signs for %s: receivers trust it less", s->from);
	}
	return s->outcome == OUTCOME_GOOD ? 0 : FAIL_NO;
}

/* Send a test message and print what happens.  The exit status. */
int
testsend(const struct options *o, const struct testsend *what)
{
	static struct sending s;
	struct submit_order order;
	const char *why;
	int r;

	memset(&s, 0, sizeof(s));
	s.o = o;
	s.what = what;
	s.row = row_new();
	s.print = print_new(LAYOUT_CHECK, o->json, 0);
	if (s.row == NULL || s.print == NULL)
		fail(FAIL_NO, "out of memory", NULL);
	memset(&order, 0, sizeof(order));
	order.from = what->from == NULL ? "" : what->from;
	order.to = what->to;
	order.subject = what->subject;
	why = submit_check(&order);
	if (why != NULL) {
		fail_say(FAIL_NO, why, NULL);
		r = FAIL_NO;
	} else
		r = prepare(&s);
	if (r == 0)
		r = submit(&s);
	if (r == 0 && s.id[0] == '\0') {
		fail_say(FAIL_NO, "edd did not say under which id it took it",
		    "edctl events");
		r = FAIL_NO;
	}
	if (r == 0)
		r = follow(&s);
	if (r == 0)
		r = finish(&s);
	explicit_bzero(s.password, sizeof(s.password));
	row_free(s.row);
	if (print_end(s.print) == -1 && r == 0)
		r = FAIL_NO;
	return r;
}

/* "30s", "5m", "2h", or seconds.  0: it is none. */
static unsigned
seconds(const char *text)
{
	static const char units[] = "smh";
	static const unsigned each[] = { 1, 60, 3600 };
	unsigned long n;
	const char *unit;
	char *end;

	if (*text < '0' || *text > '9')
		return 0;
	n = strtoul(text, &end, 10);
	if (n > WAIT_MAX)
		return 0;
	unit = *end == '\0' ? units : strchr(units, *end);
	if (unit == NULL || (*end != '\0' && end[1] != '\0'))
		return 0;
	n *= each[unit - units];
	return n > WAIT_MAX ? 0 : (unsigned)n;
}

/* test-send to RECIPIENT [from SENDER] [user NAME] [wait TIME] [subject TEXT] */
int
testsend_run(const struct options *o, const struct parse *p)
{
	struct testsend what;
	const char *value_of;
	uint32_t i;

	memset(&what, 0, sizeof(what));
	what.subject = "Test message";
	what.wait = TESTSEND_WAIT;
	for (i = 1; i + 1 < p->words.words; i += 2) {
		value_of = p->words.word[i + 1];
		switch (p->words.word[i][0]) {
		case 't':
			what.to = value_of;
			break;
		case 'f':
			what.from = value_of;
			break;
		case 'u':
			what.user = value_of;
			break;
		case 's':
			what.subject = value_of;
			break;
		default:
			what.wait = seconds(value_of);
			break;
		}
	}
	if (what.wait == 0)
		fail(FAIL_NO, "wait is a time such as 30s, 5m or 1h",
		    "at most a day");
	return testsend(o, &what);
}

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
 * Each object is added unless it is there.  Then the DNS: what to publish, and
 * a look at it, again as often as the operator likes.
 */
#include "setuppolicy.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "client.h"
#include "compat.h"
#include "fail.h"
#include "options.h"
#include "print.h"
#include "proto_admin.h"
#include "row.h"
#include "setup.h"
#include "shellword.h"

/* What edd says of an object that is there. */
#define EXISTS "exists already"

struct counting {
	struct print *print; /* NULL: not shown */
	unsigned rows;
	unsigned fails; /* rows that say so, or that nobody knows */
	char last[32];	/* "result" of the last */
	bool active;	/* a key that signs, or will */
};

static int
row_cb(const struct row *row, void *arg)
{
	struct counting *c;
	const char *v;

	c = arg;
	c->rows++;
	v = row_value(row, "state");
	if (v != NULL && (strcmp(v, "fail") == 0 || strcmp(v, "unknown") == 0))
		c->fails++;
	if (v != NULL && strcmp(v, "INACTIVE") != 0)
		c->active = true;
	v = row_value(row, "result");
	if (v != NULL)
		(void)strlcpy(c->last, v, sizeof(c->last));
	if (c->print == NULL)
		return 0;
	if (print_row(c->print, row) == -1)
		return -1;
	(void)fflush(stdout);
	return 0;
}

/*
 * Do a command of up to six words, rest NULL.  0, or -1 and end says why; who
 * is not there any more ends setup.
 */
static int
command(struct setup *s, struct counting *count, struct admin_end *end,
    const char *const word[6])
{
	enum client_result r;
	struct client *c;

	c = client_open(s->o->socket, s->o->silence, end);
	if (c == NULL)
		fail(FAIL_ABSENT, end->why, end->hint);
	r = client_words(c, count == NULL ? NULL : row_cb, count, end, word[0],
	    word[1], word[2], word[3], word[4], word[5], NULL);
	client_free(c);
	if (r == CLIENT_LOST)
		fail(FAIL_ABSENT, end->why, end->hint);
	return end->ok ? 0 : -1;
}

/* Add an object, unless it is there.  0 or -1, and that is said. */
static int
add(struct setup *s, const char *object, const char *name, const char *keyword,
    const char *value)
{
	const char *const word[6] = { object, "add", name, keyword, value,
		NULL };
	struct admin_end end;

	if (command(s, NULL, &end, word) == 0)
		setup_say(s, object, "ok", NULL, "added %s", name);
	else if (strstr(end.why, EXISTS) != NULL)
		setup_say(s, object, "ok", NULL, "%s is there", name);
	else {
		setup_say(s, object, "fail", end.hint, "%s", end.why);
		return -1;
	}
	return 0;
}

/* Ask until it is given.  0, or -1: nobody is there to give it. */
static int
need(struct setup *s, const char *step, const char *question,
    const char *option, char *answer, size_t size)
{
	for (;;) {
		setup_ask(s, question, answer, size);
		if (answer[0] != '\0')
			return 0;
		if (!s->asks)
			break;
	}
	setup_say(s, step, "fail", option, "is not given");
	return -1;
}

/* Rows of a command as they are laid out for it. */
static int
show(struct setup *s, enum layout layout, struct counting *count,
    const char *const word[6], struct admin_end *end)
{
	int r;

	memset(count, 0, sizeof(*count));
	count->print = print_new(layout, s->o->json, 0);
	if (count->print == NULL)
		fail(FAIL_NO, "out of memory", NULL);
	r = command(s, count, end, word);
	if (print_end(count->print) == -1)
		fail(FAIL_NO, "standard output cannot be written", NULL);
	count->print = NULL;
	return r;
}

/* A key that signs, unless there is one; then its record.  0 or -1. */
static int
dkim(struct setup *s)
{
	const char *const list[6] = { "dkim", "list", s->domain };
	const char *const make[6] = { "dkim", "add", s->domain };
	const char *const records[6] = { "dkim", "show", s->domain };
	struct counting count;
	struct admin_end end;
	int r;

	memset(&count, 0, sizeof(count));
	r = command(s, &count, &end, list);
	if (r == 0 && !count.active) {
		r = command(s, NULL, &end, make);
		if (r == 0)
			setup_say(s, "DKIM", "ok", NULL, "made a key");
	} else if (r == 0)
		setup_say(s, "DKIM", "ok", NULL, "%u key%s there", count.rows,
		    count.rows == 1 ? " is" : "s are");
	if (r == 0) {
		setup_title(s, "Publish this in the DNS of %s", s->domain);
		r = show(s, LAYOUT_DKIM, &count, records, &end);
	}
	if (r == -1)
		setup_say(s, "DKIM", "fail", end.hint, "%s", end.why);
	return r;
}

/* One look at the DNS.  How much fails. */
static unsigned
look(struct setup *s)
{
	const char *const verify[6] = { "domain", "verify", s->domain };
	const char *const check[6] = { "domain", "check", s->domain };
	struct counting count;
	struct admin_end end;
	unsigned fails;

	(void)show(s, LAYOUT_CHECK, &count, check, &end);
	fails = count.fails;
	if (count.rows == 0)
		setup_say(s, "domain", "fail", end.hint, "%s", end.why);
	(void)show(s, LAYOUT_CHECK, &count, verify, &end);
	return fails + count.fails;
}

/* Until all is right, or the operator goes on without. */
static void
dns(struct setup *s)
{
	char answer[16], later[ERROR_SIZE], word[SHELL_WORD_SIZE];
	unsigned fails;

	(void)snprintf(later, sizeof(later), "edctl domain check %s",
	    shell_word(s->domain, word));
	if (s->no_dns) {
		setup_say(s, "DNS", "note", later, "was not looked at");
		return;
	}
	setup_title(s, "What receivers see of %s in the DNS", s->domain);
	for (;;) {
		(void)strlcpy(answer, "look", sizeof(answer));
		setup_ask(s,
		    "\"look\" when the records are published, or \"skip\"",
		    answer, sizeof(answer));
		if (strncmp(answer, "s", 1) == 0) {
			setup_say(s, "DNS", "note", later, "was not looked at");
			return;
		}
		fails = look(s);
		if (fails == 0 || !s->asks)
			break;
		(void)printf("\nWhat fails says how it is mended; the DNS may "
			     "take a while.\n");
	}
	(void)snprintf(later, sizeof(later),
	    "receivers may refuse or hide the mail: edctl domain check %s",
	    shell_word(s->domain, word));
	setup_say(s, "DNS", fails == 0 ? "ok" : "warn",
	    fails == 0 ? NULL : later,
	    "%u record%s wrong, missing or not to be seen", fails,
	    fails == 1 ? " is" : "s are");
}

static int
domain(struct setup *s)
{
	const char *dot;

	setup_title(s, "The first domain that sends");
	dot = strchr(s->hostname, '.');
	if (s->domain[0] == '\0' && dot != NULL && strchr(dot + 1, '.') != NULL)
		(void)strlcpy(s->domain, dot + 1, sizeof(s->domain));
	if (need(s, "domain", "Domain of your senders", "domain DOMAIN",
		s->domain, sizeof(s->domain)) == -1)
		return -1;
	if (s->compartment[0] == '\0')
		(void)strlcpy(s->compartment, "prod", sizeof(s->compartment));
	if (add(s, "compartment", s->compartment, NULL, NULL) == -1 ||
	    add(s, "domain", s->domain, "compartment", s->compartment) == -1 ||
	    dkim(s) == -1)
		return -1;
	dns(s);
	return 0;
}

/* A login, unless the user has one. */
static int
credential(struct setup *s)
{
	const char *const list[6] = { "credential", "list", s->user };
	const char *const make[6] = { "credential", "add", s->user };
	char another[ERROR_SIZE], word[SHELL_WORD_SIZE];
	struct counting count;
	struct admin_end end;
	int r;

	memset(&count, 0, sizeof(count));
	r = command(s, &count, &end, list);
	if (r == 0 && count.rows > 0) {
		(void)snprintf(another, sizeof(another),
		    "its password is shown once only; for another: edctl "
		    "credential add %s",
		    shell_word(s->user, word));
		setup_say(s, "credential", "ok", another, "user %s has %u",
		    s->user, count.rows);
		return 0;
	}
	if (r == 0)
		r = show(s, LAYOUT_CREDENTIAL, &count, make, &end);
	if (r == -1)
		setup_say(s, "credential", "fail", end.hint, "%s", end.why);
	return r;
}

/* Whether policies let the user use the sender. */
static void
why(struct setup *s)
{
	const char *const ask[6] = { "why", s->user, s->sender };
	struct counting count;
	struct admin_end end;
	char mend[ERROR_SIZE];
	char user[SHELL_WORD_SIZE], from[SHELL_WORD_SIZE];

	memset(&count, 0, sizeof(count));
	if (command(s, &count, &end, ask) == 0 &&
	    strcmp(count.last, "ALLOW") == 0)
		return;
	(void)snprintf(mend, sizeof(mend), "edctl why %s %s",
	    shell_word(s->user, user), shell_word(s->sender, from));
	setup_say(s, "policy", "fail", mend, "does not let %s send as %s",
	    s->user, s->sender);
}

/* A sender elsewhere may be meant; that its mail is not signed is said. */
static void
look_at_sender(struct setup *s)
{
	char mend[ERROR_SIZE], word[SHELL_WORD_SIZE], place[SHELL_WORD_SIZE];
	const char *at;
	size_t i;

	at = strrchr(s->sender, '@');
	if (at == NULL || strcasecmp(at + 1, s->domain) == 0)
		return;
	/* A name has two forms when it is not ASCII. */
	for (i = 0; s->domain[i] != '\0'; i++) {
		if ((s->domain[i] & 0x80) != 0)
			return;
	}
	for (i = 0; at[i] != '\0'; i++) {
		if ((at[i] & 0x80) != 0)
			return;
	}
	(void)snprintf(mend, sizeof(mend), "edctl setup domain %s sender %s",
	    shell_word(at + 1, word), shell_word(s->sender, place));
	setup_say(s, "sender", "warn", mend,
	    "%s is not of domain %s, whose DKIM key does not sign for it",
	    s->sender, s->domain);
}

static int
sender(struct setup *s)
{
	setup_title(s, "The first sender and the user of an application");
	if (s->sender[0] == '\0')
		(void)snprintf(s->sender, sizeof(s->sender), "news@%.240s",
		    s->domain);
	setup_ask(s, "Address that mail comes from", s->sender,
	    sizeof(s->sender));
	if (s->user[0] == '\0')
		(void)strlcpy(s->user, "app", sizeof(s->user));
	setup_ask(s, "Name of the user", s->user, sizeof(s->user));
	if (add(s, "sender", s->sender, "compartment", s->compartment) == -1)
		return -1;
	look_at_sender(s);
	if (add(s, "user", s->user, NULL, NULL) == -1 || credential(s) == -1)
		return -1;
	why(s);
	return 0;
}

/* Domain with its keys and records, sender, user and login.  0 or -1. */
int
setuppolicy(struct setup *s)
{
	return domain(s) == -1 ? -1 : sender(s);
}

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
 * The walk.  Each step finds what is there already and leaves it alone, so that
 * setup can be run again at any time.  What was given on the command line is
 * not asked; where nobody can be asked, what is missing is said.
 */
#include "setup.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "client.h"
#include "compat.h"
#include "fail.h"
#include "options.h"
#include "parse.h"
#include "print.h"
#include "proto_admin.h"
#include "row.h"
#include "setupconf.h"
#include "setuppolicy.h"
#include "testsend.h"

/* A step: what is, and what to do about it (NULL: nothing). */
void
setup_say(struct setup *s, const char *step, const char *state,
    const char *mend, const char *fmt, ...)
{
	char is[ROW_VALUE_MAX / 8];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(is, sizeof(is), fmt, ap);
	va_end(ap);
	row_clear(s->row);
	row_str(s->row, "check", step);
	row_str(s->row, "state", state);
	row_str(s->row, "is", is);
	row_str(s->row, "mend", mend == NULL ? "" : mend);
	if (strcmp(state, "fail") == 0)
		s->fails++;
	if (print_row(s->print, s->row) == -1 || fflush(stdout) != 0)
		fail(FAIL_NO, "standard output cannot be written", NULL);
}

/* What the next steps are about, for people. */
void
setup_title(const struct setup *s, const char *fmt, ...)
{
	va_list ap;

	if (s->o->json)
		return;
	(void)printf("\n== ");
	va_start(ap, fmt);
	(void)vprintf(fmt, ap);
	va_end(ap);
	(void)printf("\n");
}

/* A line of the answer; nothing more will come at its end.  0 or -1. */
static int
read_line(char *line, size_t size)
{
	int c;

	(void)fflush(stdout);
	if (fgets(line, (int)size, stdin) == NULL) {
		(void)printf("\n");
		fail(FAIL_NO, "setup was left",
		    "run it again at any time: it goes on where it was");
	}
	if (strchr(line, '\n') == NULL) {
		while ((c = getchar()) != EOF && c != '\n')
			;
		return -1;
	}
	line[strcspn(line, "\n")] = '\0';
	return 0;
}

/* Whether it was given; not the second time, when it was no good. */
static bool
was_given(struct setup *s, const char *answer)
{
	size_t i;

	for (i = 0; i < s->givens; i++) {
		if (s->given[i] == answer) {
			s->given[i] = NULL;
			return true;
		}
	}
	return false;
}

/*
 * Ask, if somebody is there.  What is in answer is proposed, and stays if the
 * line is empty; "-" empties it.
 */
void
setup_ask(struct setup *s, const char *question, char *answer, size_t size)
{
	char line[PATH_MAX + 2];
	const char *begin;
	size_t len;

	if (!s->asks || was_given(s, answer))
		return;
	for (;;) {
		(void)printf("%s%s%s%s: ", question,
		    answer[0] == '\0' ? "" : " [", answer,
		    answer[0] == '\0' ? "" : "]");
		if (read_line(line, sizeof(line)) == -1) {
			(void)printf("That is too long.\n");
			continue;
		}
		begin = line + strspn(line, " \t");
		len = strlen(begin);
		while (len > 0 && strchr(" \t\r", begin[len - 1]) != NULL)
			len--;
		if (len == 0)
			return;
		if (len < size)
			break;
		(void)printf("That is too long.\n");
	}
	memcpy(answer, begin, len);
	answer[len] = '\0';
	if (strcmp(answer, "-") == 0)
		answer[0] = '\0';
}

/* Yes or no; yes where nobody is there, who gave options for that. */
bool
setup_agrees(struct setup *s, const char *question)
{
	char line[64];

	if (!s->asks)
		return true;
	for (;;) {
		(void)printf("%s [yes] ", question);
		if (read_line(line, sizeof(line)) == -1)
			continue;
		if (line[0] == '\0' || strncasecmp(line, "y", 1) == 0)
			return true;
		if (strncasecmp(line, "n", 1) == 0)
			return false;
		(void)printf("yes or no?\n");
	}
}

/* Take a word of the command line. */
static void
take(const char *value, char *to, size_t size)
{
	if (strlcpy(to, value, size) >= size)
		fail(FAIL_NO, "an argument is too long", NULL);
}

static void
take_words(struct setup *s, const struct admin_command *c)
{
	const struct {
		const char *keyword;
		char *to;
		size_t size;
	} table[] = {
		{ "hostname", s->hostname, sizeof(s->hostname) },
		{ "tls", s->tls, sizeof(s->tls) },
		{ "key", s->key, sizeof(s->key) },
		{ "domain", s->domain, sizeof(s->domain) },
		{ "compartment", s->compartment, sizeof(s->compartment) },
		{ "sender", s->sender, sizeof(s->sender) },
		{ "user", s->user, sizeof(s->user) },
		{ "test-to", s->test_to, sizeof(s->test_to) },
		{ "conf", s->conf, sizeof(s->conf) },
	};
	uint32_t i;
	size_t k;

	for (i = 1; i + 1 < c->words; i += 2) {
		for (k = 0; k < sizeof(table) / sizeof(table[0]); k++) {
			if (strcmp(c->word[i], table[k].keyword) != 0)
				continue;
			take(c->word[i + 1], table[k].to, table[k].size);
			if (s->givens < SETUP_GIVEN_MAX)
				s->given[s->givens++] = table[k].to;
		}
		if (strcmp(c->word[i], "dns") == 0)
			s->no_dns = strcmp(c->word[i + 1], "skip") == 0;
	}
}

static void
test_message(struct setup *s)
{
	struct testsend what;
	int r;

	setup_title(s, "A test message");
	setup_ask(s, "Send one to (an address of yours elsewhere, empty: no)",
	    s->test_to, sizeof(s->test_to));
	if (s->test_to[0] == '\0') {
		setup_say(s, "test", "note", "edctl test-send to ADDRESS",
		    "no test message was sent");
		return;
	}
	memset(&what, 0, sizeof(what));
	what.to = s->test_to;
	what.from = s->sender;
	what.user = s->user;
	what.subject = "Test message of edctl setup";
	what.wait = TESTSEND_WAIT;
	(void)fflush(stdout);
	r = testsend(s->o, &what);
	if (r != 0)
		s->fails++;
}

/* Where clients can log in, as far as there is room. */
struct ports {
	char text[NAME_SIZE];
};

static int
port_cb(const struct row *row, void *arg)
{
	const char *login, *port, *tls;
	struct ports *p;
	size_t len;

	p = arg;
	login = row_value(row, "login");
	port = row_value(row, "port");
	tls = row_value(row, "tls");
	if (row_value(row, "listener") == NULL || login == NULL ||
	    port == NULL || tls == NULL || strcmp(login, "none") == 0 ||
	    strcmp(tls, "https") == 0)
		return 0;
	len = strlen(p->text);
	(void)snprintf(p->text + len, sizeof(p->text) - len, "%sport %s %s",
	    len == 0 ? "" : " or ", port,
	    strcmp(tls, "starttls") == 0 ? "with STARTTLS" :
		strcmp(tls, "tls") == 0	 ? "with TLS" :
					   "without TLS");
	return 0;
}

/* The ports of what runs, or "" if that cannot be asked. */
static void
find_ports(const struct setup *s, struct ports *p)
{
	struct admin_end end;
	struct client *c;

	p->text[0] = '\0';
	c = client_open(s->o->socket, s->o->silence, &end);
	if (c == NULL)
		return;
	(void)client_words(c, port_cb, p, &end, "show", "status", NULL);
	client_free(c);
}

/* What to tell the application. */
static void
conclude(struct setup *s)
{
	struct ports ports;

	find_ports(s, &ports);
	setup_title(s, "%s",
	    s->fails == 0 ? "Done" : "Not all of it worked yet");
	setup_say(s, "clients", "ok", NULL,
	    "%s %s; the login is of user %s, the sender %s",
	    s->hostname[0] == '\0' ? "this host" : s->hostname,
	    ports.text[0] == '\0' ? "at a port that \"edctl status\" lists" :
				    ports.text,
	    s->user, s->sender);
	if (s->fails != 0 && !s->o->json)
		(void)printf("\nMend what failed, and run \"edctl setup\" "
			     "again: it goes on from there.\n");
}

/*
 * setup [hostname NAME] [tls FILE|self-signed] [key FILE] [domain DOMAIN]
 * [compartment NAME] [sender ADDRESS] [user NAME] [test-to RECIPIENT]
 * [dns check|skip] [conf FILE]
 */
int
setup_run(const struct options *o, const struct parse *p)
{
	static struct setup s;

	s.o = o;
	s.asks = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 &&
	    !o->json;
	(void)strlcpy(s.conf, EDD_CONFDIR "/edd.conf", sizeof(s.conf));
	take_words(&s, &p->words);
	s.row = row_new();
	s.print = print_new(LAYOUT_CHECK, o->json, 0);
	if (s.row == NULL || s.print == NULL)
		fail(FAIL_NO, "out of memory", NULL);
	if (s.asks)
		(void)printf("From nothing to the first message.  An empty "
			     "line takes what is in [brackets];\nwhat is there "
			     "already stays as it is; ^D leaves.\n");
	if (setupconf(&s) == 0 && setuppolicy(&s) == 0) {
		test_message(&s);
		conclude(&s);
	} else
		s.fails++;
	row_free(s.row);
	if (print_end(s.print) == -1)
		return FAIL_NO;
	return s.fails == 0 ? 0 : FAIL_NO;
}

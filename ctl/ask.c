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
 * Ask and print.  On a terminal a person sees how far a long command is, and
 * each row as it comes.
 */
#include "ask.h"

#include <sys/ioctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "fail.h"
#include "grammar.h"
#include "options.h"
#include "parse.h"
#include "print.h"
#include "proto_admin.h"
#include "sandbox.h"

/* Columns that "N of M " takes at most, to wipe it. */
#define PROGRESS_WIDTH 44

struct asking {
	struct client *client;
	struct print *print;
	bool terminal; /* standard error is one */
	bool screen;   /* so is standard output */
	bool any;      /* a row came */
	bool progress; /* something of it stands there */
	int error;     /* of standard output; 0: none */
};

/* Columns of the terminal on standard output; 0 if it is none. */
size_t
ask_width(void)
{
	struct winsize ws;

	if (isatty(STDOUT_FILENO) != 1 ||
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == -1)
		return 0;
	return ws.ws_col;
}

/* For a person who waits, on a line that the next one takes the place of. */
static void
progress_cb(const struct admin_progress *progress, void *arg)
{
	struct asking *a;

	a = arg;
	if (!a->terminal || progress->total == 0)
		return;
	a->progress = true;
	(void)fprintf(stderr, "\r%llu of %llu ",
	    (unsigned long long)progress->done,
	    (unsigned long long)progress->total);
}

static void
progress_wipe(struct asking *a)
{
	if (a->progress)
		(void)fprintf(stderr, "\r%*s\r", PROGRESS_WIDTH, "");
	a->progress = false;
}

static int
row_cb(const struct row *row, void *arg)
{
	struct asking *a;
	int r;

	a = arg;
	progress_wipe(a);
	a->any = true;
	errno = 0;
	r = print_row(a->print, row);
	if (ferror(stdout) == 0)
		return r;
	a->error = errno == 0 ? EIO : errno;
	return 1;
}

/*
 * What could not be written is an error, unless who read it has gone: that is
 * how a pipe ends.
 */
static void
check_written(int error)
{
	char why[ERROR_SIZE];

	if (error == 0 || error == EPIPE)
		return;
	(void)snprintf(why, sizeof(why),
	    "standard output cannot be written: %s", strerror(error));
	fail(FAIL_NO, why, NULL);
}

/* Nobody reads any more: for one who follows this is the end. */
static void
unread_cb(evutil_socket_t fd, short what, void *arg)
{
	client_stop(arg);
}

/*
 * An event when the reader of a pipe on standard output has gone, which a
 * write would find out only with the next row.  NULL: it is no pipe.
 */
static struct event *
watch_reader(struct client *c)
{
	struct event *ev;
	struct stat st;

	if (fstat(STDOUT_FILENO, &st) == -1 || !S_ISFIFO(st.st_mode))
		return NULL;
	ev = event_new(client_base(c), STDOUT_FILENO, EV_READ, unread_cb, c);
	if (ev != NULL && event_add(ev, NULL) == -1) {
		event_free(ev);
		ev = NULL;
	}
	return ev;
}

/* The end of the answer, apart from its rows.  The exit status. */
static int
conclude(enum client_result result, const struct admin_end *end,
    const struct options *o, bool any)
{
	if (result == CLIENT_STOPPED)
		return 0;
	if (result == CLIENT_LOST)
		fail(FAIL_ABSENT, end->why, end->hint);
	if (!end->ok)
		fail((int)end->wrong, end->why, end->hint);
	if (end->hint[0] != '\0' && !o->json)
		(void)printf("%s%s\n", any ? "\n" : "", end->hint);
	check_written(fflush(stdout) != 0 ? errno : 0);
	return 0;
}

/*
 * A person who asked what there is hears that there is nothing; a list without
 * rows looks like no answer.
 */
static void
say_none(const struct command *c, const struct options *o,
    const struct asking *a)
{
	static const char *const asks[] = { "list", "show", "check" };
	size_t i;

	if (a->any || o->json || !a->screen || c->word[1] == NULL)
		return;
	for (i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		if (strcmp(c->word[1], asks[i]) == 0)
			(void)fprintf(stderr, "there is none\n");
	}
}

/* On a terminal, what the object's commands are given is shown in full. */
static void
need_columns(struct print *print, const struct command *c)
{
	char name[NAME_SIZE];
	size_t at;

	for (at = 0; grammar_need(c->word[0], &at, name, sizeof(name));)
		print_need(print, name);
}

/* Ask control, print what it says, and return the exit status. */
int
ask(const struct options *o, struct parse *p)
{
	enum client_result result;
	struct admin_end end;
	struct asking a;
	struct event *ev;

	memset(&a, 0, sizeof(a));
	a.terminal = isatty(STDERR_FILENO) == 1;
	a.screen = isatty(STDOUT_FILENO) == 1;
	a.client = client_open(o->socket, o->silence, &end);
	if (a.client == NULL)
		fail(FAIL_ABSENT, end.why, end.hint);
	a.print = print_new(p->command->layout, o->json, ask_width());
	if (a.print == NULL)
		fail(FAIL_NO, "out of memory", NULL);
	need_columns(a.print, p->command);
	/* Who follows wants to see each row, also through a pipe. */
	if (p->command->layout == LAYOUT_TRACE ||
	    strcmp(p->command->word[0], "audit") == 0)
		(void)setvbuf(stdout, NULL, _IOLBF, 0);
	tzset();
	if (sandbox_enter("edctl") == -1)
		fail(FAIL_NO, strerror(errno),
		    "the sandbox could not be entered");
	client_on_progress(a.client, progress_cb, &a);
	ev = watch_reader(a.client);
	result = client_run(a.client, &p->words, row_cb, &a, &end);
	parse_clear(p);
	progress_wipe(&a);
	errno = 0;
	if (print_end(a.print) == -1 && a.error == 0)
		a.error = errno == 0 ? EIO : errno;
	if (ev != NULL)
		event_free(ev);
	client_free(a.client);
	check_written(a.error);
	if (result == CLIENT_ENDED && end.ok)
		say_none(p->command, o, &a);
	return conclude(result, &end, o, a.any);
}

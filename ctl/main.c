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
 * edctl: the operator's command.  It parses a command line, asks control
 * over its socket, and prints the answer.  It decides nothing.
 */
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <event2/event.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bounds.h"
#include "chan.h"
#include "grammar.h"
#include "log.h"
#include "msg.h"
#include "parse.h"
#include "print.h"
#include "proto_admin.h"
#include "proto_ctl.h"
#include "row.h"
#include "sandbox.h"
#include "smtpcmd.h"
#include "top.h"

/* Seconds between frames of "top". */
#define TOP_SECONDS 2

#define DEFAULT_SOCKET EDD_RUNDIR "/edd.sock"

struct edctl {
	struct event_base *base;
	struct chan *chan;
	struct print *print;
	struct row *row; /* the one that came last */
	struct parse command;
	struct top *top;     /* of "top", which asks again and again */
	struct event *again; /* when */
	bool terminal;	     /* standard error is one */
	bool progress;	     /* something of it stands there */
	int status;
};

static void __attribute__((noreturn)) fail(const char *why, const char *hint)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "edctl: %s\n", why);
	if (hint != NULL && hint[0] != '\0')
		(void)fprintf(stderr, "%s\n", hint);
	exit(1);
}

static void __attribute__((noreturn)) usage(void)
{
	(void)fprintf(stderr,
	    "usage: edctl [-j] [-s socket] command [argument ...]\n"
	    "see: edctl help\n");
	exit(1);
}

/* Which group may use the socket, for the error. */
static void __attribute__((noreturn)) fail_permission(const char *path)
{
	char hint[ERROR_SIZE];
	struct group *gr;
	struct stat st;

	(void)snprintf(hint, sizeof(hint), "run it as root");
	if (stat(path, &st) == 0 && st.st_gid != 0) {
		gr = getgrgid(st.st_gid);
		if (gr != NULL)
			(void)snprintf(hint, sizeof(hint),
			    "run it as root, or as a member of group %s",
			    gr->gr_name);
	}
	fail("permission denied to administer edd", hint);
}

static int
connect_control(const char *path)
{
	struct sockaddr_un sun;
	char why[ERROR_SIZE];
	int error, fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(sun.sun_path))
		fail("path of the socket is too long", NULL);
	memcpy(sun.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		fail(strerror(errno), NULL);
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	error = errno;
	if (error == EACCES || error == EPERM)
		fail_permission(path);
	(void)snprintf(why, sizeof(why), "%s: %s", path, strerror(error));
	fail(why,
	    error == ENOENT || error == ECONNREFUSED ?
		"edd is not running; start it, or give its socket with -s" :
		NULL);
}

static int
hello_cb(struct chan *c, struct msgin *m, void *arg)
{
	uint32_t version;

	if (ctl_hello_recv(m, &version) == -1)
		return -1;
	if (version != CTL_VERSION)
		fail("edd speaks another version of the protocol",
		    "use the edctl that was installed with it");
	return 0;
}

/* For a person who waits, on a line that the next one takes the place of. */
static int
progress_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct edctl *e = arg;
	struct admin_progress progress;

	if (ctl_progress_recv(m, &progress) == -1)
		return -1;
	if (!e->terminal || progress.total == 0)
		return 0;
	e->progress = true;
	(void)fprintf(stderr, "\r%llu of %llu ",
	    (unsigned long long)progress.done,
	    (unsigned long long)progress.total);
	return 0;
}

static void
progress_wipe(struct edctl *e)
{
	if (e->progress)
		(void)fprintf(stderr, "\r%*s\r", 44, "");
	e->progress = false;
}

static int
row_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct edctl *e = arg;

	if (ctl_row_recv(m, e->row) == -1)
		return -1;
	progress_wipe(e);
	if ((e->top != NULL ? top_row(e->top, e->row) :
			      print_row(e->print, e->row)) == -1)
		fail("out of memory", NULL);
	return 0;
}

/* Ask for the status, as "top" does. */
static void
ask_status(struct edctl *e)
{
	static char word[] = "status";
	struct admin_command command;

	memset(&command, 0, sizeof(command));
	command.word[command.words++] = word;
	if (ctl_command_send(e->chan, &command) == -1)
		fail("cannot speak to edd", NULL);
}

static void
again_cb(evutil_socket_t fd, short what, void *arg)
{
	ask_status(arg);
}

/* Draw, and ask again in a moment; once only where nobody watches. */
static int
next_frame(struct edctl *e)
{
	static const struct timeval pause = { TOP_SECONDS, 0 };

	if (top_frame(e->top) == -1)
		fail("standard output cannot be written", NULL);
	if (e->again != NULL && evtimer_add(e->again, &pause) == 0)
		return 0;
	e->status = 0;
	(void)event_base_loopbreak(e->base);
	return 0;
}

static int
end_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct edctl *e = arg;
	struct admin_end end;

	if (ctl_end_recv(m, &end) == -1)
		return -1;
	progress_wipe(e);
	if (e->top != NULL && end.ok)
		return next_frame(e);
	if (print_end(e->print) == -1)
		fail("standard output cannot be written", NULL);
	if (!end.ok)
		fail(end.why, end.hint);
	if (end.hint[0] != '\0')
		(void)printf("%s\n", end.hint);
	e->status = 0;
	(void)event_base_loopbreak(e->base);
	return 0;
}

static const struct chan_rule rules[] = {
	{ M_CTL_HELLO, 0, "hello", hello_cb },
	{ M_CTL_ROW, 0, "row", row_cb },
	{ M_CTL_END, 0, "end", end_cb },
	{ M_CTL_PROGRESS, 0, "progress", progress_cb },
	{ 0, 0, NULL, NULL },
};

static void
down_cb(struct chan *c, void *arg)
{
	fail("edd closed the connection before the answer was complete",
	    "only root, edd's own user and its administrators' group may "
	    "ask; edd's log says more");
}

static int
ask(struct edctl *e, const char *path)
{
	int fd;

	fd = connect_control(path);
	e->base = event_base_new();
	if (e->base == NULL)
		fail("event loop", NULL);
	e->chan = chan_new(e->base, fd, "control", rules, e);
	if (e->top != NULL && isatty(STDOUT_FILENO) == 1)
		e->again = evtimer_new(e->base, again_cb, e);
	if (e->chan == NULL)
		fail("out of memory", NULL);
	chan_on_down(e->chan, down_cb);
	tzset();
	if (sandbox_enter("edctl") == -1)
		fail(strerror(errno), "the sandbox could not be entered");
	e->status = 1;
	if (ctl_hello_send(e->chan, CTL_VERSION) == -1)
		fail("cannot speak to edd", NULL);
	if (e->top != NULL)
		ask_status(e);
	else if (ctl_command_send(e->chan, &e->command.words) == -1)
		fail("the command is too long", NULL);
	parse_clear(&e->command);
	(void)event_base_dispatch(e->base);
	return e->status;
}

/* Columns of the terminal on standard output; 0 if it is none. */
static size_t
terminal_width(void)
{
	struct winsize ws;

	if (!isatty(STDOUT_FILENO) ||
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == -1)
		return 0;
	return ws.ws_col;
}

/* Print the commands that begin with topic, or all if that is NULL. */
static void
help(const char *topic)
{
	char text[COMMAND_USAGE_SIZE];
	const struct command *c;
	bool any;
	size_t i;

	any = false;
	for (i = 0; (c = grammar_at(i)) != NULL; i++) {
		if (topic != NULL &&
		    strncmp(c->word[0], topic, strlen(topic)) != 0)
			continue;
		(void)printf("edctl %s\n        %s\n",
		    grammar_usage(c, text, sizeof(text)), c->what);
		any = true;
	}
	if (!any)
		fail("no such command", "see \"edctl help\"");
}

/* "top" asks for the status; as JSON it is that, once. */
static void
start_top(struct edctl *e, bool json)
{
	free(e->command.words.word[0]);
	e->command.words.word[0] = strdup("status");
	if (!json)
		e->top = top_new(terminal_width(), isatty(STDOUT_FILENO) == 1);
	if (e->command.words.word[0] == NULL || (!json && e->top == NULL))
		fail("out of memory", NULL);
}

int
main(int argc, char **argv)
{
	static char follow[] = "follow";
	static struct edctl e;
	const char *path, *why;
	bool json;
	int ch, i;

	log_init("edctl", true, 0);
	path = getenv("EDD_SOCKET");
	json = false;
	while ((ch = getopt(argc, argv, "+js:")) != -1) {
		if (ch == 'j')
			json = true;
		else if (ch == 's')
			path = optarg;
		else
			usage();
	}
	if (optind == argc)
		usage();
	/* "events -f" and "audit -f" as tail(1) has it. */
	for (i = optind + 1; i < argc; i++)
		if (strchr("ae", argv[optind][0]) != NULL &&
		    strcmp(argv[i], "-f") == 0)
			argv[i] = follow;
	if (parse_command(argc - optind, argv + optind, &e.command) == -1)
		fail(e.command.why, e.command.hint);
	if (strcmp(e.command.command->word[0], "help") == 0) {
		help(
		    e.command.words.words > 1 ? e.command.words.word[1] : NULL);
		return 0;
	}
	if (strcmp(e.command.command->word[0], "smtp-test") == 0) {
		e.status = smtpcmd_run(&e.command.words, json, &why);
		if (why != NULL)
			fail(why, NULL);
		return e.status;
	}
	if (strcmp(e.command.command->word[0], "top") == 0)
		start_top(&e, json);
	e.print = print_new(e.command.command->layout, json, terminal_width());
	e.row = row_new();
	e.terminal = isatty(STDERR_FILENO) == 1;
	/* Who follows wants to see each, also through a pipe. */
	if (strcmp(e.command.command->word[0], "events") == 0 ||
	    strcmp(e.command.command->word[0], "audit") == 0)
		(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (e.print == NULL || e.row == NULL)
		fail("out of memory", NULL);
	return ask(&e, path == NULL ? DEFAULT_SOCKET : path);
}

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
 * Rounds of asking and drawing.  A frame is made in memory and goes out in one
 * piece, each line over the one before, on the terminal's second screen, so
 * that nothing flickers and nothing is left behind.  Where nobody watches, one
 * frame is printed.
 */
#include "topcmd.h"

#include <sys/ioctl.h>

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"
#include "client.h"
#include "fail.h"
#include "options.h"
#include "parse.h"
#include "proto_admin.h"
#include "sandbox.h"
#include "text.h"
#include "top.h"

/* Seconds between frames. */
#define TOP_SECONDS 2

/* Second screen and no cursor; and back. */
#define SCREEN_ENTER "\033[?1049h\033[?25l"
#define SCREEN_LEAVE "\033[?25h\033[?1049l"
#define SCREEN_HOME  "\033[H"
#define LINE_END     "\033[K"
#define SCREEN_END   "\033[J"

enum {
	EVENT_KEY,
	EVENT_RESIZE,
	EVENT_INT,
	EVENT_TERM,
	EVENT_HUP,
	EVENT_NEXT,
	EVENTS
};

struct topcmd {
	struct client *client;
	struct top *top;
	struct event *event[EVENTS];
	struct termios before;
	bool keys; /* standard input is the terminal, and is set */
	bool quit;
	bool due; /* ask again */
};

/* Lines of the terminal; 0: not known. */
static size_t
height(void)
{
	struct winsize ws;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == -1)
		return 0;
	return ws.ws_row;
}

/* The lines of a frame that fit, over those before. */
static void
put_lines(char *text, size_t width, size_t lines)
{
	char *line;
	size_t n;

	(void)fputs(SCREEN_HOME, stdout);
	for (n = 1; text != NULL && *text != '\0' && (lines == 0 || n < lines);
	     n++) {
		line = strsep(&text, "\n");
		if (width != 0)
			text_cut(line, width);
		(void)printf("%s" LINE_END "\n", line);
	}
	(void)fputs(text == NULL || *text == '\0' ?
		"q quits" :
		"q quits; there is more below",
	    stdout);
	(void)fputs(LINE_END SCREEN_END, stdout);
	(void)fflush(stdout);
}

static void
draw(const struct topcmd *t)
{
	size_t len;
	char *text;
	FILE *out;

	text = NULL;
	out = open_memstream(&text, &len);
	if (out != NULL && top_draw(t->top, out, ask_width()) == 0 &&
	    fclose(out) == 0)
		put_lines(text, ask_width(), height());
	free(text);
}

static void
leave(struct topcmd *t)
{
	t->quit = true;
	client_stop(t->client);
	(void)event_base_loopbreak(client_base(t->client));
}

static void
key_cb(evutil_socket_t fd, short what, void *arg)
{
	char key;
	ssize_t n;

	n = read(STDIN_FILENO, &key, 1);
	if (n == 0 || (n == 1 && (key == 'q' || key == 'Q' || key == 4)))
		leave(arg);
	else if (n == 1 && key == ' ')
		((struct topcmd *)arg)->due = true;
}

static void
resize_cb(evutil_socket_t fd, short what, void *arg)
{
	draw(arg);
}

static void
signal_cb(evutil_socket_t fd, short what, void *arg)
{
	leave(arg);
}

static void
next_cb(evutil_socket_t fd, short what, void *arg)
{
	((struct topcmd *)arg)->due = true;
}

/* Keys are read one by one and not shown; ^C is a signal still. */
static void
terminal_set(struct topcmd *t)
{
	struct termios raw;

	t->keys = isatty(STDIN_FILENO) == 1 &&
	    tcgetattr(STDIN_FILENO, &t->before) == 0;
	if (t->keys) {
		raw = t->before;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		raw.c_cc[VMIN] = 0;
		raw.c_cc[VTIME] = 0;
		t->keys = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
	}
	(void)setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
	(void)fputs(SCREEN_ENTER, stdout);
}

static void
terminal_restore(struct topcmd *t)
{
	size_t i;

	for (i = 0; i < EVENTS; i++) {
		if (t->event[i] != NULL)
			event_free(t->event[i]);
	}
	(void)fputs(SCREEN_LEAVE, stdout);
	(void)fflush(stdout);
	if (t->keys)
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &t->before);
}

/* Everything that a round waits for.  0 or -1. */
static int
events_set(struct topcmd *t)
{
	static const struct timeval pause = { TOP_SECONDS, 0 };
	struct event_base *base;
	size_t i;

	base = client_base(t->client);
	t->event[EVENT_RESIZE] = evsignal_new(base, SIGWINCH, resize_cb, t);
	t->event[EVENT_INT] = evsignal_new(base, SIGINT, signal_cb, t);
	t->event[EVENT_TERM] = evsignal_new(base, SIGTERM, signal_cb, t);
	t->event[EVENT_HUP] = evsignal_new(base, SIGHUP, signal_cb, t);
	t->event[EVENT_NEXT] = event_new(base, -1, EV_PERSIST, next_cb, t);
	if (t->keys)
		t->event[EVENT_KEY] = event_new(base, STDIN_FILENO,
		    EV_READ | EV_PERSIST, key_cb, t);
	for (i = 0; i < EVENTS; i++) {
		if (i == EVENT_KEY && !t->keys)
			continue;
		if (t->event[i] == NULL ||
		    event_add(t->event[i], i == EVENT_NEXT ? &pause : NULL) ==
			-1)
			return -1;
	}
	return 0;
}

static int
row_cb(const struct row *row, void *arg)
{
	return top_row(((struct topcmd *)arg)->top, row);
}

/* Ask for the status once.  0, or -1 and end says why. */
static int
ask_status(struct topcmd *t, struct admin_end *end)
{
	enum client_result r;

	t->due = false;
	r = client_words(t->client, row_cb, t, end, "status", NULL);
	if (r == CLIENT_STOPPED)
		return 0;
	if (r == CLIENT_LOST || !end->ok)
		return -1;
	top_frame(t->top);
	return 0;
}

/* Until it is told to quit.  0, or -1 and end says why. */
static int
rounds(struct topcmd *t, struct admin_end *end)
{
	for (;;) {
		if (ask_status(t, end) == -1)
			return -1;
		if (t->quit)
			return 0;
		draw(t);
		while (!t->due && !t->quit)
			(void)event_base_loop(client_base(t->client),
			    EVLOOP_ONCE);
		if (t->quit)
			return 0;
	}
}

static int
once(struct topcmd *t)
{
	struct admin_end end;

	if (ask_status(t, &end) == -1)
		fail(FAIL_ABSENT, end.why, end.hint);
	if (top_draw(t->top, stdout, 0) == -1 || fflush(stdout) != 0)
		fail(FAIL_NO, "standard output cannot be written", NULL);
	return 0;
}

/* top; as JSON it is the status, once. */
int
topcmd_run(const struct options *o, const struct parse *p)
{
	static char status[] = "status";
	static struct topcmd t;
	struct admin_end end;
	struct parse as_status;
	char *word = status;
	int r;

	if (o->json) {
		if (parse_command(1, &word, &as_status) == -1)
			fail(FAIL_NO, as_status.why, NULL);
		return ask(o, &as_status);
	}
	t.client = client_open(o->socket, o->silence, &end);
	if (t.client == NULL)
		fail(FAIL_ABSENT, end.why, end.hint);
	t.top = top_new();
	if (t.top == NULL)
		fail(FAIL_NO, "out of memory", NULL);
	tzset();
	if (isatty(STDOUT_FILENO) != 1) {
		if (sandbox_enter("edctl") == -1)
			fail(FAIL_NO, strerror(errno), NULL);
		return once(&t);
	}
	terminal_set(&t);
	r = events_set(&t);
	if (r == 0)
		r = sandbox_enter("edctl top");
	(void)snprintf(end.why, sizeof(end.why), "the terminal cannot be used");
	end.hint[0] = '\0';
	if (r == 0)
		r = rounds(&t, &end);
	terminal_restore(&t);
	top_free(t.top);
	if (r == -1)
		fail(FAIL_ABSENT, end.why, end.hint);
	return 0;
}

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
 * The conversation with control, as seen from here: HELLO, then a command and
 * its answer, in an event loop that ends with the answer.  control says
 * something at least every second while it works, so that silence means
 * that it hangs.
 */
#include "client.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <event2/event.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chan.h"
#include "compat.h"
#include "msg.h"
#include "proto_admin.h"
#include "proto_ctl.h"
#include "row.h"

struct client {
	struct event_base *base;
	struct chan *chan;
	struct event *silent;
	struct timeval silence;
	struct row *row; /* the one that came last */
	bool greeted;	 /* we may ask */
	client_progress_cb progress;
	void *progress_arg;
	client_more_cb more;
	void *more_arg;

	/* of the command that runs */
	client_row_cb cb;
	void *arg;
	struct admin_end *end;
	enum client_result result;
};

static void __attribute__((format(printf, 3, 4)))
say(struct admin_end *end, const char *hint, const char *fmt, ...)
{
	va_list ap;

	memset(end, 0, sizeof(*end));
	va_start(ap, fmt);
	(void)vsnprintf(end->why, sizeof(end->why), fmt, ap);
	va_end(ap);
	if (hint != NULL)
		(void)strlcpy(end->hint, hint, sizeof(end->hint));
}

/* Leave the loop. */
static void
finish(struct client *c, enum client_result result)
{
	c->result = result;
	(void)event_base_loopbreak(c->base);
}

static void
heard(struct client *c)
{
	if (c->silence.tv_sec != 0)
		(void)evtimer_add(c->silent, &c->silence);
}

static int
hello_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct client *c;
	uint32_t version;

	c = arg;
	if (ctl_hello_recv(m, &version) == -1)
		return -1;
	heard(c);
	c->greeted = true;
	if (version == CTL_VERSION)
		return 0;
	say(c->end, "use the edctl that was installed with it",
	    "edd speaks another version of the protocol");
	finish(c, CLIENT_LOST);
	return 0;
}

static int
row_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct client *c;
	int r;

	c = arg;
	if (ctl_row_recv(m, c->row) == -1)
		return -1;
	heard(c);
	/* More of them may be in the buffer than were wanted. */
	if (c->result != CLIENT_ENDED)
		return 0;
	r = c->cb == NULL ? 0 : c->cb(c->row, c->arg);
	if (r == -1) {
		say(c->end, NULL, "out of memory");
		finish(c, CLIENT_LOST);
	} else if (r == 1)
		finish(c, CLIENT_STOPPED);
	return 0;
}

static int
progress_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct admin_progress progress;
	struct client *c;

	c = arg;
	if (ctl_progress_recv(m, &progress) == -1)
		return -1;
	heard(c);
	if (c->progress != NULL)
		c->progress(&progress, c->progress_arg);
	return 0;
}

/* A command that takes no file is not asked for one. */
static int
more_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct client *c;
	uint32_t blocks;

	c = arg;
	if (ctl_more_recv(m, &blocks) == -1 || c->more == NULL)
		return -1;
	heard(c);
	c->more(blocks, c->more_arg);
	return 0;
}

static int
end_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct client *c;
	int r;

	c = arg;
	r = ctl_end_recv(m, c->end);
	if (r == 0 && c->result == CLIENT_ENDED)
		finish(c, CLIENT_ENDED);
	return r;
}

static const struct chan_rule rules[] = {
	{ M_CTL_HELLO, 0, "hello", hello_cb },
	{ M_CTL_ROW, 0, "row", row_cb },
	{ M_CTL_END, 0, "end", end_cb },
	{ M_CTL_PROGRESS, 0, "progress", progress_cb },
	{ M_CTL_MORE, 0, "more", more_cb },
	{ 0, 0, NULL, NULL },
};

static void
down_cb(struct chan *chan, void *arg)
{
	struct client *c;

	c = arg;
	chan_free(c->chan);
	c->chan = NULL;
	if (c->end == NULL || c->result != CLIENT_ENDED)
		return;
	say(c->end,
	    c->greeted ?
		"it was restarted, or what it said was not read for hours or "
		"while many others asked: ask again, or write it to a file "
		"first" :
		"too many edctl ask at once, or you are neither root, edd's "
		"own user nor of its administrators' group; edd's log says "
		"which",
	    "edd closed the connection before the answer was complete");
	finish(c, CLIENT_LOST);
}

static void
silent_cb(evutil_socket_t fd, short what, void *arg)
{
	struct client *c;

	c = arg;
	if (c->end == NULL)
		return;
	say(c->end,
	    "its process \"control\" hangs or the host is overloaded: look at "
	    "edd's log; \"-t\" waits longer",
	    "edd has said nothing for %lld seconds",
	    (long long)c->silence.tv_sec);
	finish(c, CLIENT_LOST);
}

/*
 * A client over a connected descriptor, which is taken over; it is given up
 * after so many seconds of silence (0: never).  NULL without memory.
 */
struct client *
client_adopt(int fd, unsigned silence)
{
	struct client *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		(void)close(fd);
		return NULL;
	}
	c->silence.tv_sec = (time_t)silence;
	c->base = event_base_new();
	c->row = row_new();
	c->silent = c->base == NULL ? NULL : evtimer_new(c->base, silent_cb, c);
	if (c->silent == NULL || c->row == NULL) {
		(void)close(fd);
		client_free(c);
		return NULL;
	}
	c->chan = chan_new(c->base, fd, "control", rules, c);
	if (c->chan == NULL || ctl_hello_send(c->chan, CTL_VERSION) == -1) {
		client_free(c);
		return NULL;
	}
	chan_on_down(c->chan, down_cb);
	return c;
}

/* Which group may use the socket. */
static void
say_permission(const char *path, struct admin_end *end)
{
	struct group *gr;
	struct stat st;

	say(end, "run it as root", "permission denied to administer edd");
	gr = stat(path, &st) == 0 && st.st_gid != 0 ? getgrgid(st.st_gid) :
						      NULL;
	if (gr != NULL)
		(void)snprintf(end->hint, sizeof(end->hint),
		    "run it as root, or as a member of group %s", gr->gr_name);
}

static int
connect_control(const char *path, struct admin_end *end)
{
	struct sockaddr_un sun;
	int error, fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	if (strlcpy(sun.sun_path, path, sizeof(sun.sun_path)) >=
	    sizeof(sun.sun_path)) {
		say(end, NULL, "path of the socket is too long");
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd != -1 && connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	error = errno;
	if (fd != -1)
		(void)close(fd);
	if (error == EACCES || error == EPERM)
		say_permission(path, end);
	else
		say(end,
		    error == ENOENT || error == ECONNREFUSED ?
			"edd is not running; start it, or give its socket "
			"with -s" :
			NULL,
		    "%s: %s", path, strerror(error));
	return -1;
}

/* Connect.  NULL, and the end says why and what to do. */
struct client *
client_open(const char *path, unsigned silence, struct admin_end *end)
{
	struct client *c;
	int fd;

	fd = connect_control(path, end);
	if (fd == -1)
		return NULL;
	c = client_adopt(fd, silence);
	if (c == NULL)
		say(end, NULL, "out of memory");
	return c;
}

/* Hang up and free; NULL is allowed. */
void
client_free(struct client *c)
{
	if (c == NULL)
		return;
	chan_free(c->chan);
	if (c->silent != NULL)
		event_free(c->silent);
	if (c->base != NULL)
		event_base_free(c->base);
	row_free(c->row);
	free(c);
}

/* cb hears how far a command is; of total 0 it is a sign of life only. */
void
client_on_progress(struct client *c, client_progress_cb cb, void *arg)
{
	c->progress = cb;
	c->progress_arg = arg;
}

/* cb sends a file as control asks for its blocks. */
void
client_on_more(struct client *c, client_more_cb cb, void *arg)
{
	c->more = cb;
	c->more_arg = arg;
}

/*
 * Send a block of the file, or with no octets its end.  Silence counts from
 * now on: reading the file may have taken its time.
 */
void
client_data(struct client *c, const void *data, size_t len)
{
	if (c->chan == NULL)
		return;
	(void)ctl_data_send(c->chan, data, len);
	(void)event_base_update_cache_time(c->base);
	heard(c);
}

/* Where other events of the same loop belong. */
struct event_base *
client_base(struct client *c)
{
	return c->base;
}

/*
 * Do a command: cb (NULL: nobody) for each row, then the end.  After anything
 * but CLIENT_ENDED the connection is of no more use.
 */
enum client_result
client_run(struct client *c, const struct admin_command *command,
    client_row_cb cb, void *arg, struct admin_end *end)
{
	memset(end, 0, sizeof(*end));
	if (c->chan == NULL || ctl_command_send(c->chan, command) == -1) {
		say(end, NULL,
		    c->chan == NULL ? "edd has hung up" :
				      "the command is too long");
		return CLIENT_LOST;
	}
	c->cb = cb;
	c->arg = arg;
	c->end = end;
	c->result = CLIENT_ENDED;
	heard(c);
	(void)event_base_dispatch(c->base);
	(void)evtimer_del(c->silent);
	c->end = NULL;
	if (c->result != CLIENT_ENDED) {
		chan_free(c->chan);
		c->chan = NULL;
	}
	return c->result;
}

/* The same for words, the last of which is NULL. */
enum client_result
client_words(struct client *c, client_row_cb cb, void *arg,
    struct admin_end *end, ...)
{
	struct admin_command command;
	enum client_result r;
	const char *word;
	bool whole;
	va_list ap;

	memset(&command, 0, sizeof(command));
	whole = true;
	va_start(ap, end);
	while ((word = va_arg(ap, const char *)) != NULL) {
		if (command.words < ADMIN_WORDS_MAX)
			command.word[command.words] = strdup(word);
		if (command.words == ADMIN_WORDS_MAX ||
		    command.word[command.words] == NULL) {
			whole = false;
			break;
		}
		command.words++;
	}
	va_end(ap);
	r = CLIENT_LOST;
	if (whole)
		r = client_run(c, &command, cb, arg, end);
	else
		say(end, NULL, "out of memory");
	admin_command_clear(&command);
	return r;
}

/* End the command that runs, from an event of its loop. */
void
client_stop(struct client *c)
{
	if (c->end != NULL)
		finish(c, CLIENT_STOPPED);
}

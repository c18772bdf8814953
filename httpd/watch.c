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
 * Watchers' connections.  What they ask for is asked of control, whose rows
 * become text; nothing else of httpd is known here.
 */
#include "watch.h"

#include <sys/queue.h>

#include <event2/buffer.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chan.h"
#include "connlimits.h"
#include "log.h"
#include "metrics.h"
#include "msg.h"
#include "proc.h"
#include "proto_setup.h"
#include "proto_watch.h"
#include "request.h"
#include "row.h"
#include "tlsio.h"

struct watcher {
	LIST_ENTRY(watcher) entry;
	struct watch *watch;
	struct tlsio *io;
	struct request *request;
	bool asked;		/* control was; its answer has arg this */
	struct watcher *leader; /* whose answer it waits for, too, or NULL */
	bool health;		/* not the metrics */
	bool head;		/* no body is wanted */
	uint64_t id;
	struct metrics *metrics;
	struct evbuffer *ill; /* a line for each process that does not work */
	unsigned processes;
	bool failed; /* out of memory */
};

struct watch {
	struct chan *chan; /* to control, or NULL */
	struct row *row;
	unsigned count;
	LIST_HEAD(, watcher) watchers;
};

/* Without a peer; NULL without memory. */
struct watch *
watch_new(void)
{
	struct watch *w;

	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	w->row = row_new();
	if (w->row != NULL)
		return w;
	free(w);
	return NULL;
}

static void ask(struct watcher *);

/* One that waits for the answer to this one, or NULL. */
static struct watcher *
follower(const struct watcher *leader)
{
	struct watcher *v;

	LIST_FOREACH(v, &leader->watch->watchers, entry) {
		if (v->leader == leader)
			return v;
	}
	return NULL;
}

static void
watcher_free(struct watcher *v)
{
	struct watcher *other;

	if (v->asked && v->watch->chan != NULL)
		chan_cancel(v->watch->chan, v);
	tlsio_free(v->io);
	request_free(v->request);
	metrics_free(v->metrics);
	if (v->ill != NULL)
		evbuffer_free(v->ill);
	LIST_REMOVE(v, entry);
	v->watch->count--;
	while ((other = follower(v)) != NULL) {
		other->leader = NULL;
		ask(other);
	}
	free(v);
}

/* Free, with all connections; NULL is allowed. */
void
watch_free(struct watch *w)
{
	struct watcher *v;

	if (w == NULL)
		return;
	while ((v = LIST_FIRST(&w->watchers)) != NULL)
		watcher_free(v);
	chan_free(w->chan);
	row_free(w->row);
	free(w);
}

/* The answer, and the end of the connection. */
static void
answer(struct watcher *v, const char *status, const char *type,
    struct evbuffer *body)
{
	size_t len = evbuffer_get_length(body);
	struct evbuffer *out;
	const void *p;

	out = evbuffer_new();
	if (out == NULL ||
	    evbuffer_add_printf(out,
		"HTTP/1.1 %s\r\n"
		"Content-Type: %s\r\n"
		"Content-Length: %zu\r\n"
		"Cache-Control: no-store\r\n"
		"Connection: close\r\n\r\n",
		status, type, len) == -1 ||
	    (!v->head && evbuffer_add_buffer(out, body) == -1)) {
		if (out != NULL)
			evbuffer_free(out);
		tlsio_close(v->io);
		return;
	}
	len = evbuffer_get_length(out);
	p = evbuffer_pullup(out, -1);
	if (p != NULL)
		(void)tlsio_write(v->io, p, len);
	evbuffer_free(out);
	tlsio_read_enable(v->io, false);
	tlsio_close(v->io);
}

static void
answer_text(struct watcher *v, const char *status, const char *text)
{
	struct evbuffer *body;

	body = evbuffer_new();
	if (body != NULL && evbuffer_add_printf(body, "%s\n", text) != -1)
		answer(v, status, "text/plain; charset=utf-8", body);
	else
		tlsio_close(v->io);
	if (body != NULL)
		evbuffer_free(body);
}

static void
tell_health(struct watcher *v, const struct watcher *of)
{
	struct evbuffer *body;

	if (of->processes == 0)
		answer_text(v, "503 Service Unavailable",
		    "it is not known how edd is");
	else if (evbuffer_get_length(of->ill) == 0)
		answer_text(v, "200 OK", "ok");
	else {
		/* A copy: others are told the same. */
		body = evbuffer_new();
		if (body != NULL &&
		    evbuffer_add_buffer_reference(body, of->ill) == 0)
			answer(v, "503 Service Unavailable",
			    "text/plain; charset=utf-8", body);
		else
			tlsio_close(v->io);
		if (body != NULL)
			evbuffer_free(body);
	}
}

static void
tell_metrics(struct watcher *v, const struct watcher *of)
{
	struct evbuffer *body;

	body = evbuffer_new();
	if (body != NULL && metrics_write(of->metrics, body) == 0)
		answer(v, "200 OK", METRICS_TYPE, body);
	else
		answer_text(v, "500 Internal Server Error", "out of memory");
	if (body != NULL)
		evbuffer_free(body);
}

/* Tell a watcher what came for one of them. */
static void
tell(struct watcher *v, const struct watcher *of, bool whole)
{
	if (!whole)
		answer_text(v, "503 Service Unavailable",
		    "control does not answer now");
	else if (of->failed)
		answer_text(v, "500 Internal Server Error", "out of memory");
	else if (of->health)
		tell_health(v, of);
	else
		tell_metrics(v, of);
}

/* All rows have come, or none will. */
static int
end_cb(struct msgin *m, void *arg)
{
	struct watcher *v = arg, *other;
	bool whole = false;
	int rc = 0;

	v->asked = false;
	if (m != NULL)
		rc = watch_end_recv(m, &whole);
	whole = whole && rc == 0;
	while ((other = follower(v)) != NULL) {
		other->leader = NULL;
		tell(other, v, whole);
	}
	tell(v, v, whole);
	return rc;
}

/* Whether a process works, and answers. */
static void
health_row(struct watcher *v, const struct row *row)
{
	const char *state = row_value(row, "state");

	if (row_value(row, "answers") != NULL &&
	    evbuffer_add_printf(v->ill, "%s %s does not answer\n",
		row_value(row, "process"), row_value(row, "instance")) == -1)
		v->failed = true;
	if (row_value(row, "pid") == NULL || state == NULL)
		return;
	v->processes++;
	if (strtol(state, NULL, 10) != CHILD_READY &&
	    evbuffer_add_printf(v->ill, "%s %s does not work\n",
		row_value(row, "process"), row_value(row, "instance")) == -1)
		v->failed = true;
}

static int
row_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct watch *w = arg;
	struct watcher *v;

	if (watch_row_recv(m, w->row) == -1)
		return -1;
	LIST_FOREACH(v, &w->watchers, entry)
		if (v->asked && v->id == m->id)
			break;
	if (v == NULL)
		return 0;
	if (v->health)
		health_row(v, w->row);
	else if (metrics_row(v->metrics, w->row) == -1)
		v->failed = true;
	return 0;
}

static void
down_cb(struct chan *c, void *arg)
{
	struct watch *w = arg;

	if (w->chan == c)
		w->chan = NULL;
	chan_free(c);
}

/* Nobody answers those that asked. */
static void
forget(struct watch *w)
{
	struct watcher *v;

	do {
		LIST_FOREACH(v, &w->watchers, entry)
			if (v->asked)
				break;
		if (v == NULL)
			return;
		if (w->chan != NULL)
			chan_cancel(w->chan, v);
		(void)end_cb(NULL, v);
	} while (true);
}

/* A channel to control, new or after its restart; fd is taken over. */
void
watch_peer(struct watch *w, int fd)
{
	static const struct chan_rule rules[] = {
		{ M_WATCH_ROW, 0, "row", row_cb },
		{ M_WATCH_END, CHAN_REPLY, "end", NULL },
		{ 0, 0, NULL, NULL },
	};
	struct chan *old = w->chan;

	forget(w);
	w->chan = chan_new(proc_base(), fd, "control-watch", rules, w);
	if (w->chan == NULL)
		log_warnx("no channel to control for watchers");
	else
		chan_on_down(w->chan, down_cb);
	chan_free(old);
}

/* One that control was asked the same for, or NULL. */
static struct watcher *
leader(const struct watcher *v)
{
	struct watcher *u;

	LIST_FOREACH(u, &v->watch->watchers, entry) {
		if (u->asked && u->health == v->health)
			return u;
	}
	return NULL;
}

/* Ask control, or wait for an answer that others wait for already. */
static void
ask(struct watcher *v)
{
	struct watch *w = v->watch;

	v->leader = leader(v);
	if (v->leader != NULL) {
		tlsio_deadline(v->io, HTTPD_PEER_SECONDS);
		return;
	}
	v->metrics = metrics_new();
	v->ill = evbuffer_new();
	if (v->metrics == NULL || v->ill == NULL) {
		answer_text(v, "500 Internal Server Error", "out of memory");
		return;
	}
	v->id = w->chan == NULL ? 0 : chan_request(w->chan, end_cb, v);
	if (v->id == 0) {
		answer_text(v, "503 Service Unavailable",
		    "control does not run now");
		return;
	}
	v->asked = true;
	tlsio_deadline(v->io, HTTPD_PEER_SECONDS);
	(void)watch_ask_send(w->chan, v->id);
}

/* A head that is complete. */
static void
serve(struct watcher *v)
{
	const char *name;

	v->head = request_method(v->request) == REQUEST_HEAD;
	name = request_segments(v->request) == 1 ?
	    request_segment(v->request, 0) :
	    "";
	if (strcmp(name, "metrics") != 0 && strcmp(name, "healthz") != 0)
		answer_text(v, "404 Not Found",
		    "there are /metrics and /healthz");
	else if (!v->head && request_method(v->request) != REQUEST_GET)
		answer_text(v, "405 Method Not Allowed\r\nAllow: GET, HEAD",
		    "it can only be read");
	else {
		v->health = strcmp(name, "healthz") == 0;
		ask(v);
	}
}

static void
read_head(struct watcher *v)
{
	struct evbuffer *in = tlsio_input(v->io);
	enum request_status status;
	const char *p;
	size_t used;

	p = (const char *)evbuffer_pullup(in, -1);
	if (p == NULL || v->request == NULL || v->asked || v->leader != NULL)
		return;
	status = request_feed(v->request, p, evbuffer_get_length(in), &used);
	(void)evbuffer_drain(in, used);
	if (status == REQUEST_REFUSED)
		answer_text(v, "400 Bad Request", "this is no HTTP/1.1");
	else if (status == REQUEST_READY) {
		tlsio_read_enable(v->io, false);
		serve(v);
	}
}

static void
io_cb(struct tlsio *io, enum tlsio_event event, void *arg)
{
	struct watcher *v = arg;

	switch (event) {
	case TLSIO_READ:
		read_head(v);
		break;
	case TLSIO_EOF:
	case TLSIO_TIMEOUT:
	case TLSIO_ERROR:
	case TLSIO_CLOSED:
		watcher_free(v);
		break;
	default:
		break;
	}
}

/* A connection, which is taken over; one too many is closed. */
void
watch_accept(struct watch *w, int fd)
{
	struct watcher *v;

	v = w->count >= HTTPD_WATCHERS_MAX ? NULL : calloc(1, sizeof(*v));
	if (v == NULL) {
		(void)close(fd);
		return;
	}
	v->watch = w;
	LIST_INSERT_HEAD(&w->watchers, v, entry);
	w->count++;
	v->request = request_new();
	v->io = tlsio_new(proc_base(), fd, io_cb, v);
	if (v->request == NULL || v->io == NULL) {
		watcher_free(v);
		return;
	}
	tlsio_input_max(v->io, HTTPD_INPUT_MAX);
	tlsio_deadline(v->io, HTTPD_HEAD_SECONDS);
}

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
 * One channel to control; requests that wait for their answers, by number.
 * An answer is collected as JSON, since what is in its header comes last, and
 * is bounded by what control sends for a page.
 */
#include "api.h"

#include <sys/queue.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_read.h"
#include "api_write.h"
#include "chan.h"
#include "compat.h"
#include "exchange.h"
#include "fault.h"
#include "frontconf.h"
#include "jsonout.h"
#include "log.h"
#include "msg.h"
#include "proc.h"
#include "proto_manage.h"
#include "request.h"
#include "retry.h"
#include "row.h"

/* Requests at a time: each may hold a page of some hundred KB. */
#define API_CALLS_MAX 64u

/* Of one user, for control may let him wait. */
#define API_CALLS_USER_MAX 16u

/* The port of a URL that names none. */
#define API_HTTPS_PORT 443

struct call {
	LIST_ENTRY(call) entry;
	struct api *api;
	struct exchange *x;
	uint64_t id;
	const struct api_form *form;
	struct jsonout body;
	char made[OBJECT_ID_SIZE]; /* the id of the first row */
	bool done;		   /* control has answered */
};

struct api {
	struct chan *chan;
	uint64_t ids;
	unsigned n;
	LIST_HEAD(, call) calls;
};

static void api_down_cb(struct chan *, void *);

/* Without control; NULL without memory. */
struct api *
api_new(void)
{
	struct api *a;

	a = calloc(1, sizeof(*a));
	if (a != NULL)
		LIST_INIT(&a->calls);
	return a;
}

static struct call *
call_find(struct api *a, uint64_t id)
{
	struct call *c;

	LIST_FOREACH(c, &a->calls, entry) {
		if (c->id == id)
			return c;
	}
	return NULL;
}

/* The port that clients come by; the first of HTTPS if there are several. */
static unsigned
https_port(const struct exchange *x)
{
	const struct conf_listen_entry *l;

	SLIST_FOREACH(l, &x->conf->listens, next) {
		if (l->listen.tls == LISTEN_HTTPS)
			return l->listen.port;
	}
	return API_HTTPS_PORT;
}

/* What control says of the configuration, with the port. */
static void
config_write(struct call *c, const struct row *row)
{
	const char *host, *smtp;
	char endpoint[HOST_SIZE + 8];

	host = row_value(row, "httpSubmitEndpoint");
	smtp = row_value(row, "smtpSubmitEndpoint");
	if (host == NULL || https_port(c->x) == API_HTTPS_PORT)
		(void)snprintf(endpoint, sizeof(endpoint), "%s",
		    host == NULL ? "" : host);
	else
		(void)snprintf(endpoint, sizeof(endpoint), "%s:%u", host,
		    https_port(c->x));
	jsonout_open(&c->body, '{');
	jsonout_member(&c->body, "compartmentId",
	    row_value(row, "compartmentId"));
	jsonout_member(&c->body, "httpSubmitEndpoint", endpoint);
	jsonout_member(&c->body, "smtpSubmitEndpoint", smtp);
	jsonout_close(&c->body, '}');
}

/* A row of an answer; one that nobody waits for any more is dropped. */
static int
api_row_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct call *c;
	struct row *row;
	int r;

	row = row_new();
	if (row == NULL)
		return -1;
	r = manage_row_recv(m, row);
	c = call_find(arg, m->id);
	if (r == 0 && c != NULL && c->form->shape != API_NONE) {
		if (c->made[0] == '\0' && row_value(row, "id") != NULL)
			(void)strlcpy(c->made, row_value(row, "id"),
			    sizeof(c->made));
		if (c->form->op == MANAGE_CONFIG_GET)
			config_write(c, row);
		else
			api_write_row(&c->body, row, c->form->tags);
	}
	row_free(row);
	return r;
}

static int
api_end_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct manage_end end;
	struct call *c;

	if (manage_end_recv(m, &end) == -1)
		return -1;
	c = call_find(arg, m->id);
	if (c == NULL)
		return 0;
	c->done = true;
	exchange_event(c->x, EXCHANGE_EV_MANAGE, c->id, &end);
	return 0;
}

/* There is a channel to control, the first or a new one. */
void
api_peer(struct api *a, int fd)
{
	static const struct chan_rule rules[] = {
		{ M_MANAGE_ROW, 0, "row", api_row_cb },
		{ M_MANAGE_END, 0, "end", api_end_cb },
		{ 0, 0, NULL, NULL },
	};

	if (a->chan != NULL)
		api_down_cb(a->chan, a);
	a->chan = chan_new(proc_base(), fd, "control", rules, a);
	if (a->chan == NULL) {
		log_warnx("no channel to control for the management API");
		return;
	}
	chan_is_secret(a->chan);
	chan_on_down(a->chan, api_down_cb);
}

/* Control is gone, and with it what it was asked. */
static void
api_down_cb(struct chan *chan, void *arg)
{
	struct call *c;
	struct api *a;

	a = arg;
	a->chan = NULL;
	chan_free(chan);
	while ((c = LIST_FIRST(&a->calls)) != NULL) {
		/* One that is answered is no call any more. */
		c->done = true;
		LIST_REMOVE(c, entry);
		a->n--;
		c->api = NULL;
		exchange_event(c->x, EXCHANGE_EV_MANAGE, c->id, NULL);
	}
}

static void
call_free(struct call *c)
{
	if (c->api != NULL) {
		LIST_REMOVE(c, entry);
		c->api->n--;
		if (!c->done && c->api->chan != NULL)
			(void)manage_cancel_send(c->api->chan, c->id);
	}
	jsonout_free(&c->body);
	free(c);
}

/* If-Match of one entity tag; it may stand in quotes. */
static int
read_etag(const char *value, char etag[MANAGE_ETAG_SIZE])
{
	size_t len;

	if (value == NULL)
		return 0;
	if (strncmp(value, "W/", 2) == 0)
		value += 2;
	len = strlen(value);
	if (len >= 2 && value[0] == '"' && value[len - 1] == '"') {
		value++;
		len -= 2;
	}
	if (len == 0 || len >= MANAGE_ETAG_SIZE)
		return -1;
	memcpy(etag, value, len);
	etag[len] = '\0';
	return 0;
}

/* What is in the head of the request. */
static int
read_head(struct exchange *x, const struct api_form *form,
    struct manage_request *rq, struct fault *f)
{
	const struct request *r;
	const char *token;

	r = x->request;
	rq->op = form->op;
	(void)strlcpy(rq->user, x->user, sizeof(rq->user));
	(void)strlcpy(rq->source, x->source, sizeof(rq->source));
	(void)strlcpy(rq->request, x->id, sizeof(rq->request));
	if (form->path &&
	    api_read_word(rq->id, sizeof(rq->id), request_segment(r, 2)) == -1)
		return fault_set(f, FAULT_NOT_FOUND, NULL);
	if (retry_token(r, &token, f) == -1)
		return -1;
	if (token != NULL)
		(void)strlcpy(rq->retry, token, sizeof(rq->retry));
	if (read_etag(request_value(r, "if-match"), rq->etag) == -1)
		return fault_set(f, FAULT_ETAG, NULL);
	return api_read_query(request_query(r), rq, f);
}

static int
read_request(struct exchange *x, const struct api_form *form,
    struct manage_request *rq, struct fault *f)
{
	memset(rq, 0, sizeof(*rq));
	rq->field = row_new();
	if (rq->field == NULL)
		return fault_set(f, FAULT_INTERNAL, NULL);
	if (read_head(x, form, rq, f) == 0 &&
	    api_read_body(x->body, x->body_len, rq, f) == 0)
		return 0;
	manage_request_clear(rq);
	return -1;
}

/* Whether the user may have one more. */
static bool
has_room(const struct api *a, const char *user)
{
	const struct call *c;
	unsigned n;

	n = 0;
	LIST_FOREACH(c, &a->calls, entry)
		n += strcmp(c->x->user, user) == 0;
	return a->n < API_CALLS_MAX && n < API_CALLS_USER_MAX;
}

static struct call *
call_new(struct api *a, struct exchange *x, const struct api_form *form)
{
	struct call *c;

	c = has_room(a, x->user) ? calloc(1, sizeof(*c)) : NULL;
	if (c == NULL)
		return NULL;
	c->api = a;
	c->x = x;
	c->form = form;
	c->id = ++a->ids;
	jsonout_init(&c->body);
	if (form->shape == API_ITEMS) {
		jsonout_open(&c->body, '{');
		jsonout_key(&c->body, "items");
	}
	if (form->shape == API_ITEMS || form->shape == API_ARRAY)
		jsonout_open(&c->body, '[');
	LIST_INSERT_HEAD(&a->calls, c, entry);
	a->n++;
	return c;
}

/* Ask control what an exchange is for; it answers later, or at once if not. */
void
api_ask(struct api *a, struct exchange *x, const struct api_form *form)
{
	struct manage_request rq;
	struct fault f;
	struct call *c;
	int r;

	if (a->chan == NULL) {
		exchange_refuse(x, FAULT_UNAVAILABLE, NULL);
		return;
	}
	if (read_request(x, form, &rq, &f) == -1) {
		exchange_fail(x, &f);
		return;
	}
	c = call_new(a, x, form);
	if (c == NULL) {
		manage_request_clear(&rq);
		exchange_refuse(x, FAULT_BUSY, NULL);
		return;
	}
	x->data = c;
	r = manage_request_send(a->chan, c->id, &rq);
	manage_request_clear(&rq);
	if (r == -1) {
		c->done = true;
		exchange_refuse(x, FAULT_PARAMETER,
		    "The request is too large.");
	}
}

static enum fault_kind
fault_of(enum manage_status status)
{
	static const enum fault_kind kinds[] = {
		[MANAGE_OK] = FAULT_INTERNAL,
		[MANAGE_INVALID] = FAULT_PARAMETER,
		[MANAGE_MISSING] = FAULT_MISSING,
		[MANAGE_LIMIT] = FAULT_LIMIT,
		[MANAGE_NOT_FOUND] = FAULT_NOT_FOUND,
		[MANAGE_CONFLICT] = FAULT_CONFLICT,
		[MANAGE_EXISTS] = FAULT_EXISTS,
		[MANAGE_STATE] = FAULT_STATE,
		[MANAGE_RETRY_TOKEN] = FAULT_TOKEN,
		[MANAGE_ETAG] = FAULT_ETAG,
		[MANAGE_BUSY] = FAULT_BUSY,
		[MANAGE_FAILED] = FAULT_INTERNAL,
		[MANAGE_UNAVAILABLE] = FAULT_UNAVAILABLE,
		[MANAGE_FULL] = FAULT_FULL,
	};

	return kinds[status];
}

static void
field(struct exchange *x, const char *name, const char *value)
{
	if (value[0] != '\0')
		exchange_field(x, name, value);
}

static void
field_number(struct exchange *x, const char *name, int64_t n)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lld", (long long)n);
	exchange_field(x, name, text);
}

/* The header fields of an answer that went well. */
static void
answer_fields(struct call *c, const struct manage_end *end)
{
	char place[OBJECT_ID_SIZE + 64];
	struct exchange *x;

	x = c->x;
	field(x, "etag", end->etag);
	field(x, "opc-next-page", end->next);
	field(x, "opc-prev-page", end->prev);
	field(x, "opc-work-request-id", end->work);
	if (end->total >= 0)
		field_number(x, "opc-total-items", end->total);
	if (end->wait > 0)
		field_number(x, "retry-after", end->wait);
	if (c->form->place == NULL || c->made[0] == '\0')
		return;
	(void)snprintf(place, sizeof(place), "%s/%s", c->form->place, c->made);
	exchange_field(x, "location", place);
	exchange_field(x, "content-location", place);
}

static void
answer_ok(struct call *c, const struct manage_end *end)
{
	answer_fields(c, end);
	if (c->form->shape == API_ITEMS || c->form->shape == API_ARRAY)
		jsonout_close(&c->body, ']');
	if (c->form->shape == API_ITEMS)
		jsonout_close(&c->body, '}');
	exchange_answer(c->x, c->form->status, &c->body);
}

/* Control has answered an exchange; NULL: it is gone. */
void
api_answer(struct exchange *x, const void *reply)
{
	const struct manage_end *end;

	end = reply;
	if (end == NULL)
		exchange_refuse(x, FAULT_INTERNAL, NULL);
	else if (end->status == MANAGE_OK)
		answer_ok(x->data, end);
	else
		exchange_refuse(x, fault_of(end->status), end->why);
}

/* An exchange is over, answered or not. */
void
api_end(struct exchange *x)
{
	if (x->data != NULL)
		call_free(x->data);
	x->data = NULL;
}

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
 * The life of a request: head, who asks, body, operation, answer. Whatever
 * goes wrong ends in an answer, and if octets of the request may still come,
 * in the end of the connection too.
 */
#include "exchange.h"

#include <sys/random.h>

#include <event2/buffer.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "answer.h"
#include "auth.h"
#include "dispatch.h"
#include "frontconf.h"
#include "held.h"
#include "httpd.h"
#include "httpdate.h"
#include "jsonout.h"
#include "log.h"
#include "peers.h"
#include "reqbody.h"
#include "request.h"
#include "sigheader.h"
#include "signature.h"

static const char *const state_names[] = {
	[EXCHANGE_HEAD] = "head",
	[EXCHANGE_AUTH] = "auth",
	[EXCHANGE_BEGIN] = "begin",
	[EXCHANGE_BODY] = "body",
	[EXCHANGE_RUN] = "run",
	[EXCHANGE_ANSWERED] = "answered",
};

/* Ready for the first request; what the connection sets is set. */
int
exchange_init(struct exchange *x)
{
	x->state = EXCHANGE_HEAD;
	x->request = request_new();
	x->fields = evbuffer_new();
	return x->request == NULL || x->fields == NULL ? -1 : 0;
}

/* The only place where the state changes. */
void
exchange_enter(struct exchange *x, enum exchange_state state)
{
	log_debug("request %s: %s, now %s", x->id[0] == '\0' ? "-" : x->id,
	    state_names[x->state], state_names[state]);
	x->state = state;
}

/* The body is not needed any more; it may have had a private key. */
static void
exchange_drop_body(struct exchange *x)
{
	if (x->body != NULL)
		explicit_bzero(x->body, x->body_len);
	free(x->body);
	x->body = NULL;
	x->body_len = x->body_size = 0;
	held_give(x->httpd->held, x->user, x->held);
	x->held = 0;
}

/* Forget the request, answered or not; no answer of a peer will come. */
static void
exchange_end(struct exchange *x)
{
	peers_cancel(x->httpd->sub.peers, x);
	if (x->op != NULL && x->op->end != NULL)
		x->op->end(x);
	x->op = NULL;
	x->data = NULL;
	exchange_drop_body(x);
	reqbody_free(x->reading);
	x->reading = NULL;
	free(x->sig);
	x->sig = NULL;
	x->ask = 0;
	x->replayed = false;
	x->id[0] = '\0';
	x->user[0] = x->credential[0] = '\0';
	(void)evbuffer_drain(x->fields, evbuffer_get_length(x->fields));
}

/* Free what it holds. */
void
exchange_clear(struct exchange *x)
{
	if (x->fields != NULL)
		exchange_end(x);
	if (x->logged_in)
		peers_leave(x->httpd->sub.peers, x->session);
	senders_clear(&x->senders);
	request_free(x->request);
	if (x->fields != NULL)
		evbuffer_free(x->fields);
}

/* The answer was given: ready for the next request. */
void
exchange_next(struct exchange *x)
{
	exchange_end(x);
	request_reset(x->request);
	exchange_enter(x, EXCHANGE_HEAD);
}

/* A header field that the answer is to have besides. */
void
exchange_field(struct exchange *x, const char *name, const char *value)
{
	(void)evbuffer_add_printf(x->fields, "%s: %s\r\n", name, value);
}

/* Whether octets of the request may be on their way still. */
static bool
exchange_is_partial(const struct exchange *x)
{
	if (x->state == EXCHANGE_HEAD &&
	    request_fault(x->request)->kind != FAULT_NONE)
		return true;
	return x->state < EXCHANGE_RUN &&
	    (request_framing(x->request) == REQUEST_CHUNKED ||
		request_length(x->request) > 0);
}

/* The head of the answer (RFC 9112 section 4). */
static void
exchange_write_head(struct exchange *x, int status, size_t len)
{
	char date[HTTPDATE_SIZE];

	(void)evbuffer_add_printf(x->out, "HTTP/1.1 %d %s\r\n", status,
	    fault_reason(status));
	if (httpdate_format((int64_t)time(NULL), date) == 0)
		(void)evbuffer_add_printf(x->out, "date: %s\r\n", date);
	if (x->id[0] != '\0')
		(void)evbuffer_add_printf(x->out, "opc-request-id: %s\r\n",
		    x->id);
	if (len > 0)
		(void)evbuffer_add_printf(x->out,
		    "content-type: application/json\r\n");
	if (status != 204) /* RFC 9110 section 8.6 */
		(void)evbuffer_add_printf(x->out, "content-length: %zu\r\n",
		    len);
	(void)evbuffer_add_printf(x->out,
	    "cache-control: no-store\r\nconnection: %s\r\n",
	    x->close ? "close" : "keep-alive");
	(void)evbuffer_add_buffer(x->out, x->fields);
	(void)evbuffer_add_printf(x->out, "\r\n");
}

/* What the log says of it; nothing that a client chose freely. */
static void
exchange_log(const struct exchange *x, int status)
{
	log_info("request id=%s status=%d method=%s path=%s user=%s source=%s",
	    x->id, status, request_method_name(x->request),
	    x->op == NULL ? "-" : x->op->path,
	    x->user[0] == '\0' ? "-" : x->user, x->source);
}

/*
 * Give the answer; body may be NULL, or empty for none. Nothing may be asked
 * of peers any more.
 */
void
exchange_answer(struct exchange *x, int status, struct jsonout *body)
{
	struct fault f;
	size_t len;

	if (x->state == EXCHANGE_ANSWERED)
		return;
	if (body != NULL && body->failed) {
		jsonout_free(body);
		(void)fault_set(&f, FAULT_INTERNAL, NULL);
		answer_fault(body, &f);
		status = fault_status(&f);
		x->close = true;
	}
	if (exchange_is_partial(x) || !request_keep_alive(x->request))
		x->close = true;
	len = body == NULL ? 0 : body->len;
	exchange_write_head(x, status, len);
	if (len > 0 && request_method(x->request) != REQUEST_HEAD)
		(void)evbuffer_add(x->out, body->s, len);
	exchange_log(x, status);
	if (status >= 400)
		x->httpd->stats.refused++;
	peers_cancel(x->httpd->sub.peers, x);
	exchange_enter(x, EXCHANGE_ANSWERED);
}

/* Give an answer that says what is wrong. */
void
exchange_fail(struct exchange *x, const struct fault *f)
{
	struct jsonout body;

	/* RFC 9110 section 15.5.2 */
	if (f->kind == FAULT_AUTH)
		exchange_field(x, "www-authenticate",
		    "Basic realm=\"edd\", charset=\"UTF-8\"");
	jsonout_init(&body);
	answer_fault(&body, f);
	exchange_answer(x, fault_status(f), &body);
	jsonout_free(&body);
}

/* The same of a kind of fault. */
void
exchange_refuse(struct exchange *x, enum fault_kind kind, const char *detail)
{
	struct fault f;

	(void)fault_set(&f, kind, detail);
	exchange_fail(x, &f);
}

/* Count octets that it is to hold; -1: it may not, and has answered. */
int
exchange_hold(struct exchange *x, size_t more)
{
	switch (held_take(x->httpd->held, x->user, x->held, more)) {
	case HELD_OK:
		x->held += more;
		return 0;
	case HELD_USER:
		exchange_refuse(x, FAULT_BUSY, NULL);
		return -1;
	default:
		exchange_refuse(x, FAULT_UNAVAILABLE, NULL);
		return -1;
	}
}

/*
 * Room for len octets more of the body: twice what came, so that one who only
 * says how much will come gets nothing for it, and no more than can come.
 */
static int
exchange_grow(struct exchange *x, size_t len)
{
	uint64_t max;
	size_t size;
	char *new;

	size = (x->body_len + len) * 2;
	max = request_framing(x->request) == REQUEST_CHUNKED ?
	    x->op->body_max(x) :
	    request_length(x->request);
	if (size > max && max >= x->body_len + len)
		size = (size_t)max;
	if (exchange_hold(x, size - x->body_size) == -1)
		return -1;
	new = malloc(size);
	if (new == NULL)
		return -1;
	if (x->body != NULL) {
		memcpy(new, x->body, x->body_len);
		explicit_bzero(x->body, x->body_len);
		free(x->body);
	}
	x->body = new;
	x->body_size = size;
	return 0;
}

/* A run of the body, for the operation or for us to keep. */
static int
exchange_take_cb(void *arg, const char *p, size_t len)
{
	struct exchange *x;

	x = arg;
	if (x->op->take != NULL)
		return x->op->take(x, p, len);
	if (len > x->body_size - x->body_len && exchange_grow(x, len) == -1)
		return -1;
	memcpy(x->body + x->body_len, p, len);
	x->body_len += len;
	return 0;
}

/* Whether the digest of the body is asked for. */
static bool
exchange_hashes(const struct exchange *x)
{
	return x->sig != NULL ||
	    (x->op->repeats &&
		request_value(x->request, "opc-retry-token") != NULL);
}

/* The body is complete: is it what was signed? */
static void
exchange_run(struct exchange *x)
{
	const char *why;

	_Static_assert(sizeof(x->body_digest) == REQBODY_DIGEST, "SHA-256");
	why = NULL;
	if (exchange_hashes(x) &&
	    reqbody_digest(x->reading, x->body_digest) == -1)
		why = "digest";
	else if (x->sig != NULL)
		why = signature_body(x->request, reqbody_size(x->reading),
		    x->body_digest);
	exchange_enter(x, EXCHANGE_RUN);
	if (why != NULL) {
		auth_refuse(x, why);
		return;
	}
	x->op->run(x);
}

/* The operation is ready for the body. */
void
exchange_ready(struct exchange *x)
{
	size_t used;
	struct fault f;

	fault_clear(&f);
	x->reading = reqbody_new(request_framing(x->request),
	    request_length(x->request), x->op->body_max(x), exchange_take_cb, x,
	    &f);
	if (x->reading == NULL) {
		exchange_fail(x, &f);
		return;
	}
	if (exchange_hashes(x) && reqbody_hash(x->reading) == -1) {
		exchange_refuse(x, FAULT_INTERNAL, NULL);
		return;
	}
	exchange_enter(x, EXCHANGE_BODY);
	if (request_framing(x->request) != REQUEST_CHUNKED &&
	    request_length(x->request) == 0) {
		(void)reqbody_feed(x->reading, "", 0, &used, &f);
		exchange_run(x);
	} else if (request_expects(x->request)) {
		(void)evbuffer_add_printf(x->out,
		    "HTTP/1.1 100 Continue\r\n\r\n");
	}
}

/* auth.c has found out who asks. */
void
exchange_known(struct exchange *x)
{
	exchange_enter(x, EXCHANGE_BEGIN);
	if (request_length(x->request) > x->op->body_max(x)) {
		char limit[32];

		(void)snprintf(limit, sizeof(limit), "%" PRIu64,
		    x->op->body_max(x));
		exchange_refuse(x, FAULT_TOOBIG, limit);
	} else if (x->op->begin != NULL)
		x->op->begin(x);
	else
		exchange_ready(x);
}

/* The head is complete, or refused. */
void
exchange_begin(struct exchange *x)
{
	char allow[DISPATCH_ALLOW_SIZE];
	uint8_t seed[ANSWER_SEED];

	if (getrandom(seed, sizeof(seed), 0) != sizeof(seed))
		memset(seed, 0, sizeof(seed));
	answer_request_id(request_value(x->request, "opc-request-id"), seed,
	    x->id);
	if (request_fault(x->request)->kind != FAULT_NONE) {
		exchange_fail(x, request_fault(x->request));
		return;
	}
	switch (dispatch_find(x->request, &x->op, allow)) {
	case DISPATCH_OK:
		auth_begin(x);
		break;
	case DISPATCH_NO_PATH:
		exchange_refuse(x, FAULT_NO_PATH, NULL);
		break;
	case DISPATCH_NO_METHOD:
		exchange_field(x, "allow", allow);
		exchange_refuse(x, FAULT_METHOD,
		    request_method_name(x->request));
		break;
	}
}

/*
 * Whether the body is JSON by its type, which may be missing.  false: it was
 * refused; what a form of another site sends is never taken.
 */
bool
exchange_is_json(struct exchange *x)
{
	if (x->body_len == 0 ||
	    request_value(x->request, "content-type") == NULL ||
	    request_type_is(x->request, "application/json"))
		return true;
	exchange_refuse(x, FAULT_PARAMETER,
	    "content-type must be application/json");
	return false;
}

/* Octets of the body; how many were of it. */
size_t
exchange_body(struct exchange *x, const char *p, size_t len)
{
	struct fault f;
	size_t used;

	fault_clear(&f);
	switch (reqbody_feed(x->reading, p, len, &used, &f)) {
	case REQBODY_MORE:
		break;
	case REQBODY_DONE:
		exchange_run(x);
		break;
	case REQBODY_REFUSED:
		exchange_fail(x, &f);
		break;
	}
	return used;
}

/* Whether the body goes to the queue as it comes, and that takes no more. */
bool
exchange_is_held_up(const struct exchange *x)
{
	return x->op->take != NULL && peers_full(x->httpd->sub.peers);
}

/* A peer has answered; last, the connection is told that things have moved. */
void
exchange_event(struct exchange *x, enum exchange_event ev, uint64_t id,
    const void *reply)
{
	if (ev == EXCHANGE_EV_ROOM && x->state < EXCHANGE_RUN) {
		x->changed(x->arg);
		return;
	}
	if (x->state == EXCHANGE_AUTH)
		auth_event(x, ev, id, reply);
	else if (x->state != EXCHANGE_ANSWERED && x->op != NULL &&
	    x->op->event != NULL)
		x->op->event(x, ev, id, reply);
	x->changed(x->arg);
}

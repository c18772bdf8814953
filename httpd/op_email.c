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
 * SubmitEmail: JSON becomes a MIME message, which is handed in. It is built
 * whole, since the queue may take it slower than it comes.
 */
#include <sys/random.h>

#include <event2/buffer.h>
#include <stdlib.h>

#include "answer.h"
#include "dispatch.h"
#include "email.h"
#include "frontconf.h"
#include "httpd.h"
#include "journal.h"
#include "jsonout.h"
#include "mime.h"
#include "ops.h"
#include "peers.h"
#include "submit.h"

/* The data of an exchange. */
struct sending {
	struct submit *submit;
	struct email *email;
	struct evbuffer *text; /* what the queue has not yet */
	size_t size;	       /* of the text */
	bool feeding;
};

static uint64_t
email_body_max(const struct exchange *x)
{
	return x->conf->smtp.message_size;
}

static void
email_end(struct exchange *x)
{
	struct sending *m;

	m = x->data;
	if (m == NULL)
		return;
	submit_free(m->submit);
	email_free(m->email);
	if (m->text != NULL)
		evbuffer_free(m->text);
	free(m);
}

/* Give the queue what it takes. */
static void
email_feed(struct exchange *x, struct sending *m)
{
	const char *p;
	size_t len;
	int r;

	while ((len = evbuffer_get_contiguous_space(m->text)) > 0) {
		if (peers_full(x->httpd->sub.peers))
			return;
		p = (const char *)evbuffer_pullup(m->text, (ev_ssize_t)len);
		r = submit_content(m->submit, p, len);
		(void)evbuffer_drain(m->text, len);
		if (r == -1)
			return;
	}
	m->feeding = false;
	submit_end(m->submit);
}

static void
email_ready_cb(struct exchange *x, struct submit *s)
{
	struct sending *m;

	m = x->data;
	m->submit = s;
	m->feeding = true;
	email_feed(x, m);
}

static void
email_done_cb(struct exchange *x, struct submit *s)
{
	size_t suppressed[EMAIL_RCPTS_MAX], n, i;
	char id[MESSAGE_ID_SIZE];
	struct jsonout body;
	struct sending *m;

	m = x->data;
	n = 0;
	for (i = 0; i < email_rcpts(m->email); i++) {
		if (submit_is_suppressed(s, i))
			suppressed[n++] = i;
	}
	submit_message_id(s, id);
	jsonout_init(&body);
	answer_email(&body, id, submit_envelope_id(s), m->email, suppressed, n);
	exchange_answer(x, 200, &body);
	jsonout_free(&body);
}

static int
email_text_cb(void *arg, const void *p, size_t len)
{
	return evbuffer_add(arg, p, len);
}

/* The message. */
static int
email_build(struct sending *m)
{
	uint8_t seed[MIME_SEED];

	if (getrandom(seed, sizeof(seed), 0) != sizeof(seed))
		return -1;
	m->text = evbuffer_new();
	if (m->text == NULL ||
	    mime_build(m->email, false, seed, email_text_cb, m->text) == -1)
		return -1;
	m->size = evbuffer_get_length(m->text);
	return 0;
}

static void
email_submit(struct exchange *x, struct sending *m)
{
	struct submit_wish wish = {
		.sender = &m->email->sender.address,
		.compartment = m->email->compartment.s,
		.size = m->size,
		.ready = email_ready_cb,
		.done = email_done_cb,
	};
	size_t i;

	wish.rcpts_len = email_rcpts(m->email);
	for (i = 0; i < wish.rcpts_len; i++)
		wish.rcpts[i] = &m->email->rcpts[i].address;
	m->submit = submit_begin(x, &wish);
}

static void
email_run(struct exchange *x)
{
	struct sending *m;
	struct fault f;

	if (!exchange_is_json(x))
		return;
	m = calloc(1, sizeof(*m));
	if (m == NULL) {
		exchange_refuse(x, FAULT_INTERNAL, NULL);
		return;
	}
	x->data = m;
	fault_clear(&f);
	m->email = email_read(x->body == NULL ? "" : x->body, x->body_len, &f);
	if (m->email == NULL)
		journal_reject(x, &f);
	else if (email_build(m) == -1)
		exchange_refuse(x, FAULT_INTERNAL, NULL);
	else if (exchange_hold(x, m->size) == 0)
		email_submit(x, m);
}

static void
email_event(struct exchange *x, enum exchange_event ev, uint64_t id,
    const void *reply)
{
	struct sending *m;

	m = x->data;
	if (m == NULL || m->submit == NULL)
		return;
	if (ev == EXCHANGE_EV_ROOM) {
		if (m->feeding)
			email_feed(x, m);
		return;
	}
	submit_event(m->submit, ev, id, reply);
}

static const struct op op_email = {
	.method = REQUEST_POST,
	.path = "/20220926/actions/submitEmail",
	.body_max = email_body_max,
	.run = email_run,
	.event = email_event,
	.end = email_end,
	.repeats = true,
};

static const struct op *const ops[] = { &op_email, NULL };

/* The table of this file. */
const struct op *const *
ops_email(void)
{
	return ops;
}

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
 * SubmitRawEmail: the body is the message, and goes to the queue as it comes.
 */
#include <stdlib.h>

#include "answer.h"
#include "dispatch.h"
#include "frontconf.h"
#include "journal.h"
#include "jsonout.h"
#include "ops.h"
#include "raw.h"
#include "request.h"
#include "submit.h"

/* The data of an exchange. */
struct sending {
	struct submit *submit;
	struct raw raw;
};

static uint64_t
raw_body_max(const struct exchange *x)
{
	return x->conf->smtp.message_size;
}

static void
raw_end(struct exchange *x)
{
	struct sending *m;

	m = x->data;
	if (m == NULL)
		return;
	submit_free(m->submit);
	free(m);
}

static void
raw_ready_cb(struct exchange *x, struct submit *s)
{
	struct sending *m;

	m = x->data;
	m->submit = s;
	exchange_ready(x);
}

static void
raw_done_cb(struct exchange *x, struct submit *s)
{
	const char *suppressed[EMAIL_RCPTS_MAX];
	char id[MESSAGE_ID_SIZE];
	struct jsonout body;
	struct sending *m;
	size_t n, i;

	m = x->data;
	n = 0;
	for (i = 0; i < m->raw.rcpts_len; i++) {
		if (submit_is_suppressed(s, i))
			suppressed[n++] = m->raw.rcpts[i].mailbox;
	}
	submit_message_id(s, id);
	jsonout_init(&body);
	answer_raw(&body, id, submit_envelope_id(s), suppressed, n);
	exchange_answer(x, 200, &body);
	jsonout_free(&body);
}

static void
raw_begin(struct exchange *x)
{
	struct submit_wish wish;
	struct sending *m;
	struct fault f;
	size_t i;

	m = calloc(1, sizeof(*m));
	if (m == NULL) {
		exchange_refuse(x, FAULT_INTERNAL, NULL);
		return;
	}
	x->data = m;
	fault_clear(&f);
	if (raw_read(x->request, &m->raw, &f) == -1) {
		journal_reject(x, &f);
		return;
	}
	wish.sender = &m->raw.sender;
	wish.compartment = m->raw.compartment;
	wish.rcpts_len = m->raw.rcpts_len;
	for (i = 0; i < wish.rcpts_len; i++)
		wish.rcpts[i] = &m->raw.rcpts[i];
	wish.size = request_length(x->request);
	wish.utf8 = m->raw.global;
	wish.ready = raw_ready_cb;
	wish.done = raw_done_cb;
	m->submit = submit_begin(x, &wish);
}

static int
raw_take(struct exchange *x, const char *p, size_t len)
{
	struct sending *m;

	m = x->data;
	return submit_content(m->submit, p, len);
}

static void
raw_run(struct exchange *x)
{
	struct sending *m;

	m = x->data;
	submit_end(m->submit);
}

static void
raw_event(struct exchange *x, enum exchange_event ev, uint64_t id,
    const void *reply)
{
	struct sending *m;

	m = x->data;
	if (m != NULL && m->submit != NULL)
		submit_event(m->submit, ev, id, reply);
}

static const char *const raw_fields[] = { "sender", "recipients",
	"compartment-id", NULL };

static const struct op op_raw = {
	.method = REQUEST_POST,
	.path = "/20220926/actions/submitRawEmail",
	.body_max = raw_body_max,
	.begin = raw_begin,
	.take = raw_take,
	.run = raw_run,
	.event = raw_event,
	.end = raw_end,
	.unsigned_fields = raw_fields,
	.repeats = true,
};

static const struct op *const ops[] = { &op_raw, NULL };

/* The table of this file. */
const struct op *const *
ops_raw(void)
{
	return ops;
}

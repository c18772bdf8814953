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
 * Encoding and decoding of the index's entries.
 */
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "message.h"
#include "qbounds.h"
#include "segment.h"
#include "state.h"

#define STATE_VERSION 2u

/* The version before had no user, and no reroutes. */
#define STATE_VERSION_OLD 1u

/* In the octet of a recipient's state. */
#define STATE_NOTICED 0x20u

/*
 * The state of a message as memory has it; last errors are not in memory and
 * come out empty.  -1 without memory.
 */
int
state_from_message(struct state *st, struct message *m)
{
	struct rcpt *rcpt;
	struct task *task;
	struct state_rcpt *r;
	uint32_t i;

	memset(st, 0, sizeof(*st));
	st->rcpt = calloc(m->rcpts, sizeof(*st->rcpt));
	if (st->rcpt == NULL)
		return -1;
	st->segment = m->segment->number;
	st->offset = m->offset;
	st->body_len = m->body_len;
	st->meta_len = m->meta_len;
	st->prefix_len = m->prefix_len;
	st->accepted = m->accepted;
	st->flags = m->flags &
	    (MESSAGE_BOUNCE | MESSAGE_BULK | MESSAGE_DAMAGED);
	st->user = m->owner == NULL ? "" : m->owner->name;
	st->rcpts = m->rcpts;
	rcpt = message_rcpt(m);
	for (i = 0; i < m->rcpts; i++) {
		task = message_task_of(m, i);
		r = &st->rcpt[rcpt[i].index];
		r->state = rcpt[i].state;
		r->noticed = rcpt[i].noticed;
		r->attempts = task->attempts;
		r->next = task_next(task);
		r->domain = task->destination->domain;
		r->text = "";
	}
	return 0;
}

static int
decode_rcpts(struct state *st, struct cursor *c)
{
	struct state_rcpt *r;
	unsigned state;
	uint32_t i;

	for (i = 0; i < st->rcpts; i++) {
		r = &st->rcpt[i];
		state = cursor_u8(c);
		r->noticed = (state & STATE_NOTICED) != 0;
		state &= ~STATE_NOTICED;
		r->attempts = cursor_u16(c);
		r->next = cursor_moment(c);
		r->domain = cursor_str(c);
		r->text = cursor_str(c);
		if (c->bad || state > RCPT_STATE_LAST ||
		    strlen(r->domain) >= DESTINATION_NAME_SIZE)
			return -1;
		r->state = state;
	}
	return cursor_end(c) ? 0 : -1;
}

/*
 * Decode; strings point into data.  0, or -1 if ill-formed or without
 * memory.  state_clear() in both cases.
 */
int
state_decode(struct state *st, const void *data, size_t len)
{
	struct cursor c;
	unsigned version;

	memset(st, 0, sizeof(*st));
	cursor_init(&c, data, len);
	version = cursor_u8(&c);
	st->flags = cursor_u8(&c);
	st->segment = cursor_u64(&c);
	st->offset = cursor_u64(&c);
	st->body_len = cursor_u64(&c);
	st->meta_len = cursor_u32(&c);
	st->prefix_len = cursor_u32(&c);
	st->accepted = cursor_moment(&c);
	st->rcpts = cursor_u32(&c);
	st->user = version == STATE_VERSION_OLD ? "" : cursor_str(&c);
	if (c.bad || st->offset > UINT32_MAX || st->body_len > BODY_SIZE_MAX ||
	    (version != STATE_VERSION && version != STATE_VERSION_OLD) ||
	    st->rcpts == 0 || st->rcpts > RECORD_RCPTS_MAX)
		return -1;
	st->rcpt = calloc(st->rcpts, sizeof(*st->rcpt));
	if (st->rcpt == NULL)
		return -1;
	return decode_rcpts(st, &c);
}

/* Append the encoded state. */
void
state_encode(struct blob *b, const struct state *st)
{
	const struct state_rcpt *r;
	uint32_t i;

	blob_put_u8(b, STATE_VERSION);
	blob_put_u8(b, st->flags);
	blob_put_u64(b, st->segment);
	blob_put_u64(b, st->offset);
	blob_put_u64(b, st->body_len);
	blob_put_u32(b, st->meta_len);
	blob_put_u32(b, st->prefix_len);
	blob_put_u64(b, (uint64_t)st->accepted);
	blob_put_u32(b, st->rcpts);
	blob_put_str(b, st->user);
	for (i = 0; i < st->rcpts; i++) {
		r = &st->rcpt[i];
		blob_put_u8(b,
		    (uint8_t)(r->state | (r->noticed ? STATE_NOTICED : 0)));
		blob_put_u16(b, r->attempts);
		blob_put_u64(b, (uint64_t)r->next);
		blob_put_str(b, r->domain);
		blob_put_str(b, r->text);
	}
}

/* Take last errors over from what the index had; old must outlive st. */
void
state_keep_texts(struct state *st, const struct state *old)
{
	uint32_t i;

	for (i = 0; i < st->rcpts && i < old->rcpts; i++)
		if (st->rcpt[i].state != RCPT_DONE)
			st->rcpt[i].text = old->rcpt[i].text;
}

/* Make a mark true; its text must outlive st. */
void
state_apply(struct state *st, const struct mark *m)
{
	struct state_rcpt *r;

	if (m->index >= st->rcpts)
		return;
	r = &st->rcpt[m->index];
	r->state = m->state;
	r->attempts = m->attempts;
	r->next = m->next;
	r->noticed = m->noticed;
	r->text = m->state == RCPT_DONE || m->text == NULL ? "" : m->text;
}

/*
 * The message in memory, in no segment yet.  NULL without memory.
 */
struct message *
state_message(const struct state *st, struct destinations *t, uint64_t id)
{
	const char *single = NULL, **list = &single;
	struct message *m;
	struct mark mark;
	uint32_t i;

	if (st->rcpts > 1)
		list = calloc(st->rcpts, sizeof(*list));
	if (list == NULL)
		return NULL;
	for (i = 0; i < st->rcpts; i++)
		list[i] = st->rcpt[i].domain;
	m = message_new(t, id, st->rcpts, list);
	if (list != &single)
		free(list);
	if (m != NULL && message_set_owner(t, m, st->user) == -1) {
		message_free(t, m);
		m = NULL;
	}
	if (m == NULL)
		return NULL;
	m->offset = (uint32_t)st->offset;
	m->body_len = (uint32_t)st->body_len;
	m->meta_len = st->meta_len;
	m->prefix_len = st->prefix_len;
	m->accepted = st->accepted;
	m->flags = st->flags | MESSAGE_INDEXED;
	memset(&mark, 0, sizeof(mark));
	for (i = 0; i < st->rcpts; i++) {
		mark.index = i;
		mark.noticed = st->rcpt[i].noticed;
		mark.state = st->rcpt[i].state;
		mark.attempts = st->rcpt[i].attempts;
		mark.next = st->rcpt[i].next;
		mark.text = NULL;
		if (mark.state != RCPT_WAITING || mark.noticed)
			message_apply(t, m, &mark);
	}
	return m;
}

/* Free what belongs to it. */
void
state_clear(struct state *st)
{
	free(st->rcpt);
	memset(st, 0, sizeof(*st));
}

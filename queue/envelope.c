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
 * Encoding and decoding of stored envelopes.
 */
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "envelope.h"
#include "idn.h"
#include "qbounds.h"

/* 1 had no sources; it is read. */
#define ENVELOPE_VERSION 2u

/* Where the flags are: behind version, kind and moment. */
#define ENVELOPE_FLAGS_AT 10u

/* Append e; its rcpt points to recipients made by envelope_put_rcpt(). */
void
envelope_encode(struct blob *b, const struct envelope *e)
{
	blob_put_u8(b, ENVELOPE_VERSION);
	blob_put_u8(b, e->kind);
	blob_put_u64(b, (uint64_t)e->accepted);
	blob_put_u32(b,
	    e->retry == NULL ? e->flags : e->flags | ENVELOPE_RETRY);
	blob_put_str(b, e->sender);
	blob_put_str(b, e->return_path);
	blob_put_str(b, e->from);
	blob_put_str(b, e->message_id);
	blob_put_str(b, e->envid);
	blob_put_str(b, e->user);
	blob_put_str(b, e->compartment);
	blob_put_str(b, e->selector);
	blob_put_str(b, e->source);
	blob_put_str(b, e->sources);
	if (e->retry != NULL) {
		blob_put_data(b, e->retry->key, sizeof(e->retry->key));
		blob_put_data(b, e->retry->digest, sizeof(e->retry->digest));
		blob_put_u64(b, e->retry->suppressed);
	}
	blob_put_u32(b, e->rcpts);
	blob_put_data(b, e->rcpt, e->rcpt_len);
}

/* Have an encoded envelope say that its message is damaged. */
void
envelope_set_damaged(uint8_t *data)
{
	uint8_t *flags = data + 1 + 1 + 8;

	store_u32(flags, load_u32(flags) | ENVELOPE_DAMAGED);
}

/* Append one recipient. */
void
envelope_put_rcpt(struct blob *b, const struct envelope_rcpt *r)
{
	blob_put_u8(b, r->notify);
	blob_put_str(b, r->address);
	blob_put_str(b, r->orcpt);
}

/* Set a cursor to the first recipient of a decoded envelope. */
void
envelope_first(const struct envelope *e, struct cursor *c)
{
	cursor_init(c, e->rcpt, e->rcpt_len);
}

/* The next recipient: 1, 0 at the end, -1 if ill-formed. */
int
envelope_next(struct cursor *c, struct envelope_rcpt *r)
{
	if (cursor_end(c))
		return 0;
	r->notify = cursor_u8(c);
	r->address = cursor_str(c);
	r->orcpt = cursor_str(c);
	return c->bad ? -1 : 1;
}

static int
check_rcpts(const struct envelope *e)
{
	struct envelope_rcpt r;
	struct cursor c;
	uint32_t n = 0;
	int rc;

	envelope_first(e, &c);
	while ((rc = envelope_next(&c, &r)) == 1)
		n++;
	return rc == 0 && n == e->rcpts ? 0 : -1;
}

static void
get_retry(struct envelope *e, struct cursor *c)
{
	struct envelope_retry *r = &e->retry_read;

	e->retry = NULL;
	if ((e->flags & ENVELOPE_RETRY) == 0)
		return;
	cursor_data(c, r->key, sizeof(r->key));
	cursor_data(c, r->digest, sizeof(r->digest));
	r->suppressed = cursor_u64(c);
	e->retry = r;
	e->flags &= ~ENVELOPE_RETRY; /* nobody else's matter */
}

/* Whether an encoded envelope has a retry token; nothing else is looked at. */
bool
envelope_has_retry(const void *data, size_t len)
{
	const uint8_t *p = data;

	return len >= ENVELOPE_FLAGS_AT + 4 &&
	    (load_u32(p + ENVELOPE_FLAGS_AT) & ENVELOPE_RETRY) != 0;
}

/*
 * Decode and check the whole, recipients too.  0, or -1 if ill-formed.  The
 * strings of e point into data.
 */
int
envelope_decode(struct envelope *e, const void *data, size_t len)
{
	struct cursor c;
	unsigned version, kind;

	cursor_init(&c, data, len);
	version = cursor_u8(&c);
	kind = cursor_u8(&c);
	e->accepted = cursor_moment(&c);
	e->flags = cursor_u32(&c);
	e->sender = cursor_str(&c);
	e->return_path = cursor_str(&c);
	e->from = cursor_str(&c);
	e->message_id = cursor_str(&c);
	e->envid = cursor_str(&c);
	e->user = cursor_str(&c);
	e->compartment = cursor_str(&c);
	e->selector = cursor_str(&c);
	e->source = cursor_str(&c);
	e->sources = version > 1 ? cursor_str(&c) : "";
	get_retry(e, &c);
	e->rcpts = cursor_u32(&c);
	if (c.bad || version == 0 || version > ENVELOPE_VERSION ||
	    kind < ENVELOPE_MAIL || kind > ENVELOPE_KIND_LAST ||
	    (e->rcpts == 0 && e->retry == NULL) || e->rcpts > RECORD_RCPTS_MAX)
		return -1;
	e->kind = kind;
	e->rcpt = c.pos;
	e->rcpt_len = (size_t)(c.end - c.pos);
	return check_rcpts(e);
}

/*
 * The destination of an address: its domain in lower case, with A-labels for
 * U-labels, so that both spellings are one (RFC 5891); a domain that is none
 * of IDNA 2008 as it is.  0, or -1 if it has none or it does not fit.
 */
int
envelope_domain(const char *address, char *out, size_t size)
{
	const char *at;
	size_t i;

	at = strrchr(address, '@');
	if (at == NULL || at[1] == '\0' || strlen(at + 1) >= size)
		return -1;
	if (idn_domain_ascii(at + 1, out, size) == -1)
		(void)strlcpy(out, at + 1, size);
	for (i = 0; out[i] != '\0'; i++) {
		/* A blank has a meaning in the name of a destination. */
		if ((unsigned char)out[i] <= ' ')
			return -1;
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] - 'A' + 'a');
	}
	return 0;
}

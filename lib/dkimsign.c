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
 * Signing with keys that are elsewhere. A message is sent with all its
 * signatures or not at all: whatever fails here is a temporary failure.
 */
#include "dkimsign.h"

#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "dkim.h"
#include "peers.h"
#include "proto_policy.h"
#include "proto_sign.h"

struct signature {
	struct dkim_field *field;
	uint64_t ask; /* 0: answered */
	char *text;
	size_t len;
};

struct dkimsign {
	struct dkim_body *body;
	size_t count;
	struct signature signatures[DKIM_KEYS_MAX];
};

/* For one message. The caller frees it. NULL without memory. */
struct dkimsign *
dkimsign_new(void)
{
	struct dkimsign *d;

	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	d->body = dkim_body_new();
	if (d->body == NULL) {
		free(d);
		return NULL;
	}
	return d;
}

/* Free it; NULL is allowed. Answers to come must be cancelled. */
void
dkimsign_free(struct dkimsign *d)
{
	size_t i;

	if (d == NULL)
		return;
	for (i = 0; i < d->count; i++) {
		dkim_field_free(d->signatures[i].field);
		free(d->signatures[i].text);
	}
	dkim_body_free(d->body);
	free(d);
}

/* More of the body. A failure shows in dkimsign_ask(). */
void
dkimsign_update(struct dkimsign *d, const void *p, size_t len)
{
	(void)dkim_body_update(d->body, p, len);
}

/* The request for one key. */
static int
sign_one(struct dkimsign *d, const struct header *h,
    const struct dkim_params *params, uint64_t key, struct peers *peers,
    void *who)
{
	struct signature *s;
	struct sign_dkim ask;

	s = &d->signatures[d->count];
	memset(s, 0, sizeof(*s));
	s->field = dkim_sign_input(h, params, ask.digest);
	if (s->field == NULL)
		return -1;
	d->count++;
	ask.key = key;
	ask.algorithm = params->algorithm == DKIM_RSA_SHA256 ? SIGN_RSA_SHA256 :
							       SIGN_ED25519;
	s->ask = peers_sign(peers, &ask, who);
	return s->ask == 0 ? -1 : 0;
}

/*
 * The body is complete: ask for a signature with each key that control named
 * for this domain. -1 if one cannot be asked for.
 */
int
dkimsign_ask(struct dkimsign *d, const struct header *h, const char *domain,
    const struct policy_sender_reply *by, int64_t now, struct peers *peers,
    void *who)
{
	uint8_t bh[DKIM_DIGEST_LEN];
	struct dkim_params params;
	uint32_t i;

	if (dkim_body_final(d->body, bh) == -1)
		return -1;
	params.domain = domain;
	params.timestamp = now;
	params.bh = bh;
	for (i = 0; i < by->keys && i < DKIM_KEYS_MAX; i++) {
		params.selector = by->key[i].selector;
		params.algorithm = by->key[i].algorithm == SIGN_RSA_SHA256 ?
		    DKIM_RSA_SHA256 :
		    DKIM_ED25519_SHA256;
		if (sign_one(d, h, &params, by->key[i].key, peers, who) == -1)
			return -1;
	}
	return 0;
}

/*
 * The signature that signer gave to one request; NULL if signer is gone. -1
 * if it is none: then the message cannot be signed now.
 */
int
dkimsign_answer(struct dkimsign *d, uint64_t id,
    const struct sign_signature *answer)
{
	struct signature *s;
	size_t i;

	if (answer == NULL || !answer->ok)
		return -1;
	for (i = 0; i < d->count; i++) {
		s = &d->signatures[i];
		if (s->ask != id)
			continue;
		s->ask = 0;
		return dkim_field_finish(s->field, answer->signature,
		    answer->len, &s->text, &s->len);
	}
	return -1;
}

/* Whether signatures are still to come. */
bool
dkimsign_waits(const struct dkimsign *d)
{
	size_t i;

	for (i = 0; i < d->count; i++) {
		if (d->signatures[i].ask != 0)
			return true;
	}
	return false;
}

/*
 * The finished fields one after the other, in the order of the keys. -1 if
 * they do not fit.
 */
int
dkimsign_fields(const struct dkimsign *d, uint8_t *out, size_t size,
    uint32_t *len)
{
	const struct signature *s;
	size_t i, used;

	used = 0;
	for (i = 0; i < d->count; i++) {
		s = &d->signatures[i];
		if (s->len > size - used)
			return -1;
		memcpy(out + used, s->text, s->len);
		used += s->len;
	}
	*len = (uint32_t)used;
	return 0;
}

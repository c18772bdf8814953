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
 * Digests of a request that has a retry token.
 */
#include "retry.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "dispatch.h"
#include "exchange.h"
#include "fault.h"
#include "httpd.h"
#include "peers.h"
#include "proto_claim.h"
#include "reqbody.h"
#include "reqhash.h"
#include "request.h"

/*
 * The token of a request: 1, 0 if it has none, -1 with the fault if it is
 * none that could be kept.
 */
int
retry_token(const struct request *r, const char **token, struct fault *f)
{
	const char *p;

	*token = request_value(r, "opc-retry-token");
	if (*token == NULL)
		return 0;
	for (p = *token; *p > ' ' && *p < 0x7f; p++)
		continue;
	if (p != *token && *p == '\0' && p - *token < (int)MANAGE_RETRY_SIZE)
		return 1;
	(void)fault_setf(f, FAULT_PARAMETER,
	    "opc-retry-token has 1 to %u visible characters of ASCII",
	    MANAGE_RETRY_SIZE - 1);
	return -1;
}

/* The name of a token among those of all users and operations.  0 or -1. */
static int
retry_key(const struct exchange *x, const char *token,
    uint8_t key[RETRY_KEY_SIZE])
{
	uint8_t digest[REQHASH_SIZE];
	EVP_MD_CTX *c;
	int r;

	c = reqhash_new();
	r = reqhash_text(c, x->user);
	if (r == 0)
		r = reqhash_text(c, x->op->path);
	if (r == 0)
		r = reqhash_text(c, token);
	r = reqhash_end(c, r, digest);
	if (r == 0)
		memcpy(key, digest, RETRY_KEY_SIZE);
	return r;
}

/*
 * Ask the queue whether the request came before, if it has a token; the answer
 * goes to retry_answer().
 */
enum retry_result
retry_ask(struct retry *t, struct exchange *x, struct fault *f)
{
	struct submit_claim ask;
	const char *token;
	int r;

	r = retry_token(x->request, &token, f);
	if (r != 1)
		return r == 0 ? RETRY_NONE : RETRY_REFUSED;
	memset(&ask, 0, sizeof(ask));
	(void)strlcpy(ask.user, x->user, sizeof(ask.user));
	t->epoch = peers_epoch(x->httpd->sub.peers);
	if (retry_key(x, token, ask.key) == 0)
		t->ask = peers_claim(x->httpd->sub.peers, &ask, x);
	if (t->ask != 0)
		return RETRY_ASKED;
	(void)fault_set(f, FAULT_INTERNAL, NULL);
	return RETRY_REFUSED;
}

/* The queue's answer. */
enum retry_result
retry_answer(struct retry *t, const struct submit_claimed *reply,
    struct fault *f)
{
	switch (reply->status) {
	case CLAIM_NEW:
		t->claim = reply->message;
		return RETRY_NEW;
	case CLAIM_AGAIN:
		t->again = malloc(sizeof(*t->again));
		if (t->again != NULL) {
			*t->again = *reply;
			return RETRY_AGAIN;
		}
		break;
	case CLAIM_BUSY: /* the SDK comes again with this code */
		(void)fault_set(f, FAULT_STATE,
		    "A request with this opc-retry-token is under way.");
		return RETRY_REFUSED;
	case CLAIM_MANY:
		(void)fault_set(f, FAULT_LIMIT,
		    "Maximum retry tokens in 24 hours reached");
		return RETRY_REFUSED;
	case CLAIM_FULL:
		(void)fault_set(f, FAULT_TOKENS, NULL);
		return RETRY_REFUSED;
	case CLAIM_TEMPFAIL:
		break;
	}
	(void)fault_set(f, FAULT_INTERNAL, NULL);
	return RETRY_REFUSED;
}

/* Whether the request, now complete, is the one that came before; or -1. */
int
retry_check(const struct retry *t, const struct exchange *x, struct fault *f)
{
	uint8_t digest[RETRY_DIGEST_SIZE];

	if (retry_digest(x, digest) == -1)
		return fault_set(f, FAULT_INTERNAL, NULL);
	if (memcmp(digest, t->again->digest, sizeof(digest)) != 0)
		return fault_set(f, FAULT_TOKEN, NULL);
	return 0;
}

/* The request came to nothing: its token is free. */
void
retry_drop(struct retry *t, struct exchange *x)
{
	if (t->claim != 0)
		peers_abort(x->httpd->sub.peers, t->epoch, t->claim);
	t->claim = 0;
}

/* The same at its end. */
void
retry_clear(struct retry *t, struct exchange *x)
{
	retry_drop(t, x);
	free(t->again);
	t->again = NULL;
}

/*
 * What tells this request from another with the same token: its body, which
 * is complete, and the fields that say what it does.  0 or -1.
 */
int
retry_digest(const struct exchange *x, uint8_t digest[RETRY_DIGEST_SIZE])
{
	static const char *const type[] = { "content-type", NULL };
	EVP_MD_CTX *c;
	int r;

	_Static_assert(RETRY_DIGEST_SIZE == REQHASH_SIZE, "SHA-256");
	c = reqhash_new();
	r = reqhash_data(c, x->body_digest, sizeof(x->body_digest));
	if (r == 0)
		r = reqhash_fields(c, x->request, type);
	if (r == 0)
		r = reqhash_fields(c, x->request, x->op->unsigned_fields);
	return reqhash_end(c, r, digest);
}

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
 * Retry tokens in the store, by user: nobody sees what another made.
 */
#include "retry.h"

#include <string.h>

#include "expiry.h"
#include "msg.h"
#include "record.h"

#define RETRY_VERSION 1

/* What was made with a token that is still good. */
enum store_status
retry_get(struct store *s, const char *user, const char *token, int64_t now,
    struct retry *t)
{
	enum store_status r;
	struct store_key k;
	struct msgin m;

	store_key(&k, user, token);
	r = store_get(s, STORE_RETRY, &k, &m);
	if (r != STORE_OK)
		return r;
	if (record_open(&m, RETRY_VERSION) == -1)
		return record_done(-1, "retry token");
	t->hash = msg_get_u64(&m);
	t->made = msg_get_i64(&m);
	msg_get_str(&m, t->object, sizeof(t->object));
	msg_get_str(&m, t->work, sizeof(t->work));
	r = record_done(msg_end(&m), "retry token");
	return r == STORE_OK && now - t->made >= RETRY_KEPT ? STORE_NOTFOUND :
							      r;
}

/* Keep what was made with a token; the caller has a transaction. */
enum store_status
retry_put(struct store *s, const char *user, const char *token,
    const struct retry *t)
{
	enum store_status r;
	struct store_key k;
	struct msgout m;

	memset(&m, 0, sizeof(m));
	record_begin(&m, RETRY_VERSION);
	msg_put_u64(&m, t->hash);
	msg_put_i64(&m, t->made);
	msg_put_str(&m, t->object);
	msg_put_str(&m, t->work);
	store_key(&k, user, token);
	r = store_put(s, STORE_RETRY, &k, &m);
	msgout_free(&m);
	if (r != STORE_OK)
		return r;
	return expiry_put(s, STORE_RETRY, &k, t->made + RETRY_KEPT);
}

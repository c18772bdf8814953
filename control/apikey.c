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
 * API keys in the store.  What a key has to be is in apikey_pem.c.
 */
#include "apikey.h"

#include <stdio.h>
#include <string.h>

#include "msg.h"

#define APIKEY_VERSION 1

/* Read a record.  0, or -1 if it is ill-formed. */
int
apikey_decode(struct msgin *m, struct apikey *k)
{
	if (record_open(m, APIKEY_VERSION) == -1)
		return -1;
	msg_get_str(m, k->user, sizeof(k->user));
	msg_get_str(m, k->fingerprint, sizeof(k->fingerprint));
	msg_get_str(m, k->description, sizeof(k->description));
	k->created = msg_get_i64(m);
	k->state = (enum record_state)msg_get_enum(m, RECORD_ACTIVE,
	    RECORD_STATE_LAST);
	k->used = msg_get_i64(m);
	msg_get_str(m, k->source, sizeof(k->source));
	k->bits = msg_get_u32(m);
	k->len = (uint32_t)msg_get_data(m, k->der, sizeof(k->der));
	return msg_end(m);
}

/* The key of a user that has this fingerprint. */
enum store_status
apikey_get(struct store *s, const char *user, const char *fingerprint,
    struct apikey *k)
{
	struct store_key key;
	struct msgin m;
	enum store_status r;

	store_key(&key, user, fingerprint);
	r = store_get(s, STORE_APIKEY, &key, &m);
	if (r != STORE_OK)
		return r;
	return record_done(apikey_decode(&m, k), "API key");
}

/* Store a key; the caller has a transaction. */
enum store_status
apikey_put(struct store *s, const struct apikey *k)
{
	struct store_key key;
	struct msgout m;
	enum store_status r;

	memset(&m, 0, sizeof(m));
	record_begin(&m, APIKEY_VERSION);
	msg_put_str(&m, k->user);
	msg_put_str(&m, k->fingerprint);
	msg_put_str(&m, k->description);
	msg_put_i64(&m, k->created);
	msg_put_u32(&m, k->state);
	msg_put_i64(&m, k->used);
	msg_put_str(&m, k->source);
	msg_put_u32(&m, k->bits);
	msg_put_data(&m, k->der, k->len);
	store_key(&key, k->user, k->fingerprint);
	r = store_put(s, STORE_APIKEY, &key, &m);
	msgout_free(&m);
	return r;
}

/* Delete a key; the caller has a transaction. */
enum store_status
apikey_del(struct store *s, const struct apikey *k)
{
	return record_del(s, STORE_APIKEY, k->user, k->fingerprint);
}

/* How many keys a user has. */
enum store_status
apikey_count(struct store *s, const char *user, unsigned *n)
{
	return record_count(s, STORE_APIKEY, user, n);
}

/* What a signed request has as its keyId. */
void
apikey_print_id(const struct apikey *k, const char *tenancy,
    char id[APIKEY_ID_SIZE])
{
	(void)snprintf(id, APIKEY_ID_SIZE, "%s/%s/%s", tenancy, k->user,
	    k->fingerprint);
}

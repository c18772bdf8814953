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
 * Credentials in the store, and how they are made.  The secret itself is
 * never stored and never logged.
 */
#include "credential.h"

#include <sys/random.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "msg.h"

/* 2: expiry, networks, the last sender, keys for SCRAM.  3: class. */
#define CREDENTIAL_VERSION 3

static void
decode_networks(struct msgin *m, struct credential *c)
{
	struct conf_network *n;
	uint32_t i;

	c->networks = msg_get_u32(m);
	if (c->networks > CREDENTIAL_NETWORKS_MAX) {
		m->bad = true;
		c->networks = 0;
	}
	for (i = 0; i < c->networks; i++) {
		n = &c->network[i];
		n->family = msg_get_u8(m);
		n->prefix = msg_get_u8(m);
		if (msg_get_data(m, n->address, sizeof(n->address)) !=
		    sizeof(n->address))
			m->bad = true;
	}
}

static void
decode_scram(struct msgin *m, struct scram_keys *k)
{
	if (msg_get_data(m, k->salt, sizeof(k->salt)) != sizeof(k->salt))
		m->bad = true;
	k->iterations = msg_get_u32(m);
	if (msg_get_data(m, k->stored, sizeof(k->stored)) !=
		sizeof(k->stored) ||
	    msg_get_data(m, k->server, sizeof(k->server)) != sizeof(k->server))
		m->bad = true;
}

/* Read a record of this version or one before.  0, or -1: ill-formed. */
int
credential_decode(struct msgin *m, struct credential *c)
{
	uint8_t version;

	memset(c, 0, sizeof(*c));
	version = msg_get_u8(m);
	if (version == 0 || version > CREDENTIAL_VERSION)
		return -1;
	msg_get_str(m, c->id, sizeof(c->id));
	msg_get_str(m, c->user, sizeof(c->user));
	msg_get_str(m, c->login, sizeof(c->login));
	msg_get_str(m, c->description, sizeof(c->description));
	c->created = msg_get_i64(m);
	c->state = (enum record_state)msg_get_enum(m, RECORD_ACTIVE,
	    RECORD_STATE_LAST);
	if (msg_get_data(m, c->mac, sizeof(c->mac)) != sizeof(c->mac))
		m->bad = true;
	c->used = msg_get_i64(m);
	msg_get_str(m, c->source, sizeof(c->source));
	if (version == 1)
		return msg_end(m);
	msg_get_str(m, c->sender, sizeof(c->sender));
	c->expires = msg_get_i64(m);
	decode_networks(m, c);
	decode_scram(m, &c->scram);
	if (version > 2)
		c->class = (enum credential_class)msg_get_enum(m,
		    CREDENTIAL_USER, CREDENTIAL_CLASS_LAST);
	return msg_end(m);
}

/* The credential with this id. */
enum store_status
credential_get(struct store *s, const char *id, struct credential *c)
{
	struct store_key k;
	struct msgin m;
	enum store_status r;

	store_key(&k, id, NULL);
	r = store_get(s, STORE_CREDENTIAL, &k, &m);
	if (r != STORE_OK)
		return r;
	return record_done(credential_decode(&m, c), "credential");
}

/* The credential with this login. */
enum store_status
credential_find_login(struct store *s, const char *login, struct credential *c)
{
	char id[OBJECT_ID_SIZE];
	enum store_status r;

	r = record_get_id(s, STORE_CREDENTIAL_LOGIN, login, id, sizeof(id));
	return r == STORE_OK ? credential_get(s, id, c) : r;
}

/* Store a credential with its look-ups; the caller has a transaction. */
enum store_status
credential_put(struct store *s, const struct credential *c)
{
	struct store_key k;
	struct msgout m;
	enum store_status r;
	uint32_t i;

	memset(&m, 0, sizeof(m));
	record_begin(&m, CREDENTIAL_VERSION);
	msg_put_str(&m, c->id);
	msg_put_str(&m, c->user);
	msg_put_str(&m, c->login);
	msg_put_str(&m, c->description);
	msg_put_i64(&m, c->created);
	msg_put_u32(&m, c->state);
	msg_put_data(&m, c->mac, sizeof(c->mac));
	msg_put_i64(&m, c->used);
	msg_put_str(&m, c->source);
	msg_put_str(&m, c->sender);
	msg_put_i64(&m, c->expires);
	msg_put_u32(&m, c->networks);
	for (i = 0; i < c->networks; i++) {
		msg_put_u8(&m, c->network[i].family);
		msg_put_u8(&m, c->network[i].prefix);
		msg_put_data(&m, c->network[i].address,
		    sizeof(c->network[i].address));
	}
	msg_put_data(&m, c->scram.salt, sizeof(c->scram.salt));
	msg_put_u32(&m, c->scram.iterations);
	msg_put_data(&m, c->scram.stored, sizeof(c->scram.stored));
	msg_put_data(&m, c->scram.server, sizeof(c->scram.server));
	msg_put_u32(&m, c->class);
	store_key(&k, c->id, NULL);
	r = store_put(s, STORE_CREDENTIAL, &k, &m);
	msgout_free(&m);
	if (r == STORE_OK)
		r = record_put_id(s, STORE_CREDENTIAL_LOGIN, c->login, NULL,
		    c->id);
	if (r == STORE_OK)
		r = record_put_id(s, STORE_CREDENTIAL_USER, c->user, c->id, "");
	return r;
}

/* Delete a credential with its look-ups. */
enum store_status
credential_del(struct store *s, const struct credential *c)
{
	enum store_status r;

	r = record_del(s, STORE_CREDENTIAL_LOGIN, c->login, NULL);
	if (r == STORE_OK)
		r = record_del(s, STORE_CREDENTIAL_USER, c->user, c->id);
	if (r == STORE_OK)
		r = record_del(s, STORE_CREDENTIAL, c->id, NULL);
	return r;
}

/* How many credentials a user has. */
enum store_status
credential_count(struct store *s, const char *user, unsigned *n)
{
	return record_count(s, STORE_CREDENTIAL_USER, user, n);
}

/* Why it cannot be used now from there, or NULL if it can. */
const char *
credential_bar(const struct credential *c, const char *source, int64_t now)
{
	uint32_t i;

	if (c->state != RECORD_ACTIVE)
		return "inactive";
	if (c->expires != 0 && c->expires <= now)
		return "expired";
	for (i = 0; i < c->networks; i++) {
		if (network_holds(&c->network[i], source))
			return NULL;
	}
	return c->networks == 0 ? NULL : "network";
}

/* n random characters of an alphabet of at most 64, each as likely. */
static int
random_text(const char *alphabet, char *out, size_t n)
{
	uint8_t octet[64];
	size_t i, have, size;

	size = strlen(alphabet);
	have = 0;
	while (have < n) {
		if (getrandom(octet, sizeof(octet), 0) !=
		    (ssize_t)sizeof(octet))
			return -1;
		for (i = 0; i < sizeof(octet) && have < n; i++) {
			if ((octet[i] & 63u) < size)
				out[have++] = alphabet[octet[i] & 63u];
		}
	}
	out[n] = '\0';
	explicit_bzero(octet, sizeof(octet));
	return 0;
}

/*
 * Make a secret of letters and digits, without those that look alike.  0, or
 * -1 if the kernel has no random numbers.  The caller wipes it.
 */
int
credential_make_secret(char secret[CREDENTIAL_SECRET_LEN + 1])
{
	return random_text("abcdefghijkmnopqrstuvwxyz"
			   "ABCDEFGHJKLMNPQRSTUVWXYZ"
			   "23456789",
	    secret, CREDENTIAL_SECRET_LEN);
}

/*
 * Make a login as the service forms them: USER-OCID@TENANCY-OCID.XX.com with
 * two random characters.  0 or -1.
 */
int
credential_make_login(const char *user, const char *tenancy,
    char login[LOGIN_SIZE])
{
	char two[3];
	int n;

	if (random_text("abcdefghijklmnopqrstuvwxyz0123456789", two, 2) == -1)
		return -1;
	n = snprintf(login, LOGIN_SIZE, "%s@%s.%s.com", user, tenancy, two);
	return n > 0 && n < (int)LOGIN_SIZE ? 0 : -1;
}

/*
 * The keyed digest of a secret: it has more than 128 random bits, so that a
 * slow hash would add nothing.  0, or -1 if libcrypto fails.
 */
int
credential_mac(const uint8_t *key, size_t len, const char *secret,
    uint8_t mac[CREDENTIAL_MAC_SIZE])
{
	const uint8_t *digest;
	unsigned n;

	n = CREDENTIAL_MAC_SIZE;
	digest = HMAC(EVP_sha256(), key, (int)len, (const uint8_t *)secret,
	    strlen(secret), mac, &n);
	return digest != NULL && n == CREDENTIAL_MAC_SIZE ? 0 : -1;
}

/*
 * Keep what checks a secret, and not the secret: its digest under the store's
 * key, and keys for SCRAM with a salt of its own.  0 or -1.
 */
int
credential_set_secret(struct credential *c, const uint8_t *key, size_t len,
    const char *secret)
{
	c->scram.iterations = SCRAM_ITERATIONS;
	if (getrandom(c->scram.salt, sizeof(c->scram.salt), 0) !=
	    (ssize_t)sizeof(c->scram.salt))
		return -1;
	if (credential_mac(key, len, secret, c->mac) == -1)
		return -1;
	return scram_derive(secret, &c->scram);
}

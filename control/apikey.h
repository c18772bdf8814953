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
 * API keys: RSA public keys of users, with which they sign HTTPS requests.
 * The fingerprint names a key among those of its user.
 */
#ifndef APIKEY_H
#define APIKEY_H

#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "record.h"
#include "store.h"

struct msgin;

/* Bits of a modulus: what is safe, and what is checked in little time. */
#define APIKEY_BITS_MIN 2048
#define APIKEY_BITS_MAX 8192

/* "keyId" of a signed request: TENANCY/USER/FINGERPRINT. */
#define APIKEY_ID_SIZE (2 * OBJECT_ID_SIZE + FINGERPRINT_SIZE)

struct apikey {
	char user[OBJECT_ID_SIZE];
	char fingerprint[FINGERPRINT_SIZE];
	char description[NAME_SIZE];
	int64_t created;
	enum record_state state;
	int64_t used; /* 0: never */
	char source[HOST_SIZE];
	uint32_t bits;
	uint32_t len;
	uint8_t der[PUBKEY_MAX]; /* SubjectPublicKeyInfo */
};

int apikey_decode(struct msgin *, struct apikey *);
enum store_status apikey_get(struct store *, const char *user,
    const char *fingerprint, struct apikey *);
enum store_status apikey_put(struct store *, const struct apikey *);
enum store_status apikey_del(struct store *, const struct apikey *);
enum store_status apikey_count(struct store *, const char *user, unsigned *);

const char *apikey_parse(const char *pem, struct apikey *);
void apikey_print_id(const struct apikey *, const char *tenancy,
    char id[APIKEY_ID_SIZE]);

#endif

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
 * SMTP credentials of users.  Login and secret are generated, never chosen;
 * of the secret only a keyed digest is kept, so it can be shown once only.
 */
#ifndef CREDENTIAL_H
#define CREDENTIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "network.h"
#include "record.h"
#include "scram.h"
#include "store.h"

struct msgin;

/* Networks that one may be used from: what an operator can oversee. */
#define CREDENTIAL_NETWORKS_MAX 16u

/* 40 of 57 characters: 233 random bits. */
#define CREDENTIAL_SECRET_LEN 40u

/* HMAC-SHA256. */
#define CREDENTIAL_MAC_SIZE 32u

/* Whether mail gives way to that of others. */
enum credential_class {
	CREDENTIAL_USER, /* as that of its user */
	CREDENTIAL_TRANSACTIONAL,
	CREDENTIAL_BULK,
	CREDENTIAL_CLASS_LAST = CREDENTIAL_BULK
};

struct credential {
	char id[OBJECT_ID_SIZE];
	char user[OBJECT_ID_SIZE];
	char login[LOGIN_SIZE];
	char description[NAME_SIZE];
	int64_t created;
	enum record_state state;
	uint8_t mac[CREDENTIAL_MAC_SIZE];
	int64_t used; /* 0: never */
	char source[HOST_SIZE];
	char sender[ADDRESS_SIZE]; /* that it sent as last */
	int64_t expires;	   /* 0: never */
	uint32_t networks;	   /* 0: from anywhere */
	struct conf_network network[CREDENTIAL_NETWORKS_MAX];
	struct scram_keys scram; /* none in those that are older */
	enum credential_class class;
};

int credential_decode(struct msgin *, struct credential *);
enum store_status credential_get(struct store *, const char *id,
    struct credential *);
enum store_status credential_find_login(struct store *, const char *login,
    struct credential *);
enum store_status credential_put(struct store *, const struct credential *);
enum store_status credential_del(struct store *, const struct credential *);
enum store_status credential_count(struct store *, const char *user,
    unsigned *);

const char *credential_bar(const struct credential *, const char *source,
    int64_t now);
int credential_set_secret(struct credential *, const uint8_t *key, size_t,
    const char *secret);
int credential_make_secret(char secret[CREDENTIAL_SECRET_LEN + 1]);
int credential_make_login(const char *user, const char *tenancy,
    char login[LOGIN_SIZE]);
int credential_mac(const uint8_t *key, size_t, const char *secret,
    uint8_t mac[CREDENTIAL_MAC_SIZE]);

#endif

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
 * DKIM keys of domains: what is public of them, and the private half as
 * signer sealed it.  control can neither open that nor sign.
 */
#ifndef DKIMKEY_H
#define DKIMKEY_H

#include <stdint.h>

#include "bounds.h"
#include "proto_policy.h"
#include "record.h"
#include "store.h"

struct msgin;

/* As the service: room for rotation; one of each algorithm here. */
#define DKIMKEY_DOMAIN_MAX 2u

struct dkimkey {
	char domain[DOMAIN_SIZE];
	char selector[SELECTOR_SIZE];
	char id[OBJECT_ID_SIZE];
	uint64_t number; /* by which smtpd and signer speak of it */
	enum sign_algorithm algorithm;
	uint32_t bits;
	enum record_state state;
	int64_t created;
	uint32_t sealed_len;
	uint8_t sealed[SEALED_KEY_MAX];
	uint32_t pub_len;
	uint8_t pub[PUBKEY_MAX];
};

const char *dkimkey_selector_error(const char *);
const char *dkimkey_algorithm_name(enum sign_algorithm);
int dkimkey_decode(struct msgin *, struct dkimkey *);
enum store_status dkimkey_get(struct store *, const char *domain,
    const char *selector, struct dkimkey *);
enum store_status dkimkey_put(struct store *, const struct dkimkey *);
enum store_status dkimkey_del(struct store *, const struct dkimkey *);
enum store_status dkimkey_active(struct store *, const char *domain,
    struct policy_dkim[DKIM_KEYS_MAX], uint32_t *);
enum store_status dkimkey_number(struct store *, uint64_t *);

#endif

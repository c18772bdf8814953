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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "proto_policy.h"
#include "record.h"
#include "store.h"

struct msgin;
struct msgout;

/* One of each algorithm signs; and for each the next, and one before. */
#define DKIMKEY_DOMAIN_MAX 6u

/* As the service has them. */
enum dkim_state {
	DKIM_ACTIVE = 1,      /* the DNS has it; signs */
	DKIM_INACTIVE,	      /* another has taken over; signs no more */
	DKIM_CREATING,	      /* the DNS has not shown it yet */
	DKIM_NEEDS_ATTENTION, /* the DNS had it, or has something else */
	DKIM_DELETING,	      /* signs no more; mail may wait that it signed */
	DKIM_STATE_LAST = DKIM_DELETING
};

/* What the DNS had when it was looked at last. */
enum dkim_dns {
	DKIM_DNS_UNKNOWN = 1,
	DKIM_DNS_PUBLISHED,
	DKIM_DNS_MISSING,
	DKIM_DNS_DIFFERS,
	DKIM_DNS_LAST = DKIM_DNS_DIFFERS
};

struct dkimkey {
	char domain[DOMAIN_SIZE];
	char selector[SELECTOR_SIZE];
	char id[OBJECT_ID_SIZE];
	uint64_t number; /* by which smtpd and signer speak of it */
	enum sign_algorithm algorithm;
	uint32_t bits;
	enum dkim_state state;
	enum dkim_dns dns;
	bool next;	  /* signs only once the DNS shows it */
	int64_t retire;	  /* past: may be forgotten then */
	int64_t replaced; /* past: signs no more since; 0: not known */
	int64_t created;
	bool imported; /* made elsewhere */
	uint32_t sealed_len;
	uint8_t sealed[SEALED_KEY_MAX];
	uint32_t pub_len;
	uint8_t pub[PUBKEY_MAX];
};

const char *dkimkey_selector_error(const char *);
const char *dkimkey_algorithm_name(enum sign_algorithm);
uint32_t dkimkey_bits(const struct dkimkey *);
int dkimkey_decode(struct msgin *, struct dkimkey *);
enum store_status dkimkey_get(struct store *, const char *domain,
    const char *selector, struct dkimkey *);
enum store_status dkimkey_link(struct store *, const struct dkimkey *);
void dkimkey_encode(struct msgout *, const struct dkimkey *);
enum store_status dkimkey_put(struct store *, const struct dkimkey *);
enum store_status dkimkey_del(struct store *, const struct dkimkey *);
enum store_status dkimkey_active(struct store *, const char *domain,
    struct policy_dkim[DKIM_KEYS_MAX], uint32_t *);
bool dkimkey_is_past(const struct dkimkey *);
bool dkimkey_signs(const struct dkimkey *);
void dkimkey_unopened(const struct dkimkey *, char *why, char *hint,
    size_t each);
const char *dkimkey_state_name(enum dkim_state);
const char *dkimkey_dns_name(enum dkim_dns);
enum store_status dkimkey_number(struct store *, uint64_t *);

#endif

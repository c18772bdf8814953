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
 * DKIM keys in the store.  Making them is keys.c, operators' commands are in
 * verb_dkim.c.
 */
#include "dkimkey.h"

#include <stdio.h>
#include <string.h>

#include "compat.h"
#include "domain.h"
#include "msg.h"
#include "object.h"

/* 1 had no dns, next and retire, 2 no imported, 3 no replaced; all are read. */
#define DKIMKEY_VERSION 4

/* The counter of key numbers in STORE_META. */
#define META_NUMBER "dkim.number"

/*
 * What is wrong with a selector, or NULL: labels of RFC 5321's sub-domain
 * with dots between (RFC 6376 section 3.1), in lower case as the service
 * has them.
 */
const char *
dkimkey_selector_error(const char *s)
{
	size_t i, len;
	char c;

	len = strlen(s);
	if (len == 0 || len >= SELECTOR_SIZE)
		return "a selector has 1 to 63 characters";
	for (i = 0; i < len; i++) {
		c = s[i];
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			continue;
		if (c != '.' && c != '-')
			return "a selector has only a-z, 0-9, \"-\" and "
			       "\".\"";
		if (i == 0 || i == len - 1 || s[i - 1] == '.' ||
		    s[i + 1] == '.')
			return "a label of a selector begins and ends with a "
			       "letter or digit";
	}
	return NULL;
}

/* As operators write it. */
const char *
dkimkey_algorithm_name(enum sign_algorithm algorithm)
{
	return algorithm == SIGN_RSA_SHA256 ? "rsa" : "ed25519";
}

/* The size of a key: that of Ed25519 is always the same (RFC 8032). */
uint32_t
dkimkey_bits(const struct dkimkey *k)
{
	return k->algorithm == SIGN_ED25519 ? 256 : k->bits;
}

/* Whether a key signs no more, and never will: it is only kept for a while. */
bool
dkimkey_is_past(const struct dkimkey *k)
{
	return k->state == DKIM_INACTIVE || k->state == DKIM_DELETING;
}

/*
 * Whether mail is signed with the key.  One that was never in the DNS signs
 * all the same: a signature whose key is not found counts as none (RFC 6376
 * section 6.1.2), and mail is signed from the moment the record is there.
 * But while something else stands in its place, receivers would see a
 * signature that is wrong.
 */
bool
dkimkey_signs(const struct dkimkey *k)
{
	return !dkimkey_is_past(k) && !k->next && k->dns != DKIM_DNS_DIFFERS;
}

/* As the service writes it. */
const char *
dkimkey_state_name(enum dkim_state state)
{
	static const char *const names[] = { "", "ACTIVE", "INACTIVE",
		"CREATING", "NEEDS_ATTENTION", "DELETING" };

	return names[state];
}

/* What the DNS has, in a word. */
const char *
dkimkey_dns_name(enum dkim_dns dns)
{
	static const char *const names[] = { "", "unknown", "published",
		"missing", "differs" };

	return names[dns];
}

/*
 * The part of a record that signing needs, in front.  The record's version, or
 * -1 if it is ill-formed.
 */
static int
decode_head(struct msgin *m, struct dkimkey *k)
{
	uint8_t version;

	version = msg_get_u8(m);
	if (version == 0 || version > DKIMKEY_VERSION)
		return -1;
	msg_get_str(m, k->selector, sizeof(k->selector));
	k->number = msg_get_u64(m);
	k->algorithm = (enum sign_algorithm)msg_get_enum(m, SIGN_RSA_SHA256,
	    SIGN_ALGORITHM_LAST);
	k->state = (enum dkim_state)msg_get_enum(m, DKIM_ACTIVE,
	    DKIM_STATE_LAST);
	k->dns = DKIM_DNS_UNKNOWN;
	k->next = false;
	k->retire = 0;
	if (version == 1)
		return m->bad ? -1 : version;
	k->dns = (enum dkim_dns)msg_get_enum(m, DKIM_DNS_UNKNOWN,
	    DKIM_DNS_LAST);
	k->next = msg_get_bool(m);
	k->retire = msg_get_i64(m);
	return m->bad ? -1 : version;
}

/* Read a record.  0, or -1 if it is ill-formed. */
int
dkimkey_decode(struct msgin *m, struct dkimkey *k)
{
	int version;

	version = decode_head(m, k);
	if (version == -1)
		return -1;
	msg_get_str(m, k->domain, sizeof(k->domain));
	msg_get_str(m, k->id, sizeof(k->id));
	k->bits = msg_get_u32(m);
	k->created = msg_get_i64(m);
	k->sealed_len = (uint32_t)msg_get_data(m, k->sealed, sizeof(k->sealed));
	k->pub_len = (uint32_t)msg_get_data(m, k->pub, sizeof(k->pub));
	k->imported = version > 2 && msg_get_bool(m);
	k->replaced = version > 3 ? msg_get_i64(m) : 0;
	return msg_end(m);
}

/* The key of a domain with this selector. */
enum store_status
dkimkey_get(struct store *s, const char *domain, const char *selector,
    struct dkimkey *k)
{
	struct store_key key;
	struct msgin m;
	enum store_status r;

	store_key(&key, domain, selector);
	r = store_get(s, STORE_DKIM, &key, &m);
	if (r != STORE_OK)
		return r;
	return record_done(dkimkey_decode(&m, k), "DKIM key");
}

/* Have the id lead to the key, by way of its domain. */
enum store_status
dkimkey_link(struct store *s, const struct dkimkey *k)
{
	enum store_status r;
	struct domain d;
	struct object o;

	object_init(&o, OBJECT_DKIM, k->id, k->created);
	r = domain_get(s, k->domain, &d);
	if (r == STORE_FAIL)
		return r;
	if (r == STORE_OK) {
		(void)strlcpy(o.compartment, d.compartment,
		    sizeof(o.compartment));
		(void)strlcpy(o.parent, d.id, sizeof(o.parent));
	}
	(void)strlcpy(o.first, k->domain, sizeof(o.first));
	(void)strlcpy(o.second, k->selector, sizeof(o.second));
	return object_link(s, &o);
}

/* Write a record. */
void
dkimkey_encode(struct msgout *m, const struct dkimkey *k)
{
	record_begin(m, DKIMKEY_VERSION);
	msg_put_str(m, k->selector);
	msg_put_u64(m, k->number);
	msg_put_u32(m, k->algorithm);
	msg_put_u32(m, k->state);
	msg_put_u32(m, k->dns);
	msg_put_bool(m, k->next);
	msg_put_i64(m, k->retire);
	msg_put_str(m, k->domain);
	msg_put_str(m, k->id);
	msg_put_u32(m, k->bits);
	msg_put_i64(m, k->created);
	msg_put_data(m, k->sealed, k->sealed_len);
	msg_put_data(m, k->pub, k->pub_len);
	msg_put_bool(m, k->imported);
	msg_put_i64(m, k->replaced);
}

/* Store a key; the caller has a transaction. */
enum store_status
dkimkey_put(struct store *s, const struct dkimkey *k)
{
	struct store_key key;
	struct msgout m;
	enum store_status r;

	memset(&m, 0, sizeof(m));
	dkimkey_encode(&m, k);
	store_key(&key, k->domain, k->selector);
	r = store_put(s, STORE_DKIM, &key, &m);
	msgout_free(&m);
	return r == STORE_OK ? dkimkey_link(s, k) : r;
}

/* Delete a key. */
enum store_status
dkimkey_del(struct store *s, const struct dkimkey *k)
{
	enum store_status r;

	r = record_del(s, STORE_DKIM, k->domain, k->selector);
	return r == STORE_OK ? object_drop(s, k->id) : r;
}

/* Keys found so far, for policy. */
struct active {
	struct policy_dkim *key;
	uint32_t n;
	bool bad;
};

static bool
active_cb(const struct store_key *key, struct msgin *m, void *arg)
{
	struct active *a;
	struct dkimkey k;
	struct policy_dkim *p;

	a = arg;
	if (decode_head(m, &k) == -1) {
		a->bad = true;
		return false;
	}
	if (!dkimkey_signs(&k))
		return true;
	p = &a->key[a->n++];
	p->key = k.number;
	p->algorithm = k.algorithm;
	memcpy(p->selector, k.selector, sizeof(p->selector));
	return a->n < DKIM_KEYS_MAX;
}

/* The active keys of exactly this domain; none is STORE_OK, too. */
enum store_status
dkimkey_active(struct store *s, const char *domain,
    struct policy_dkim key[DKIM_KEYS_MAX], uint32_t *n)
{
	struct store_key prefix;
	struct active a;
	enum store_status r;

	a.key = key;
	a.n = 0;
	a.bad = false;
	store_key_prefix(&prefix, domain);
	r = store_scan(s, STORE_DKIM, &prefix, NULL, active_cb, &a);
	*n = a.n;
	if (r == STORE_OK && a.bad)
		return record_done(-1, "DKIM key");
	return r;
}

/*
 * The next key number, never given out before.  The caller has a
 * transaction, which must be committed for it to count.
 */
enum store_status
dkimkey_number(struct store *s, uint64_t *number)
{
	struct store_key k;
	struct msgout out;
	struct msgin in;
	enum store_status r;

	*number = 0;
	store_key(&k, META_NUMBER, NULL);
	r = store_get(s, STORE_META, &k, &in);
	if (r == STORE_OK) {
		*number = msg_get_u64(&in);
		r = record_done(msg_end(&in), "counter");
	}
	if (r == STORE_FAIL)
		return r;
	(*number)++;
	memset(&out, 0, sizeof(out));
	msg_put_u64(&out, *number);
	r = store_put(s, STORE_META, &k, &out);
	msgout_free(&out);
	return r;
}

/* Say that signer cannot open this key, and what to do; both have a size. */
void
dkimkey_unopened(const struct dkimkey *k, char *why, char *hint, size_t each)
{
	(void)snprintf(why, each,
	    "signer cannot open the DKIM key of %s with selector \"%s\"",
	    k->domain, k->selector);
	(void)snprintf(hint, each,
	    "if seal.key was replaced, put the old one back and start edd "
	    "again; else \"edctl dkim remove %s selector %s\" and make "
	    "another key",
	    k->domain, k->selector);
}

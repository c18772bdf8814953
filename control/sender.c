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
 * Approved senders in the store.  Operators' commands are in verb_sender.c.
 */
#include "sender.h"

#include <stdio.h>
#include <string.h>

#include "address.h"
#include "compat.h"
#include "domain.h"
#include "idn.h"
#include "msg.h"
#include "object.h"
#include "pool.h"

#define SENDER_VERSION 1

/* "@domain" and "*@domain". */
static const char *
parse_domain(const char *domain, struct sender *s)
{
	char name[DOMAIN_SIZE];
	const char *why;
	int n;

	why = domain_parse(domain, name);
	if (why != NULL)
		return why;
	n = snprintf(s->key, sizeof(s->key), "@%s", name);
	if (n >= (int)sizeof(s->key))
		return address_strerror(ADDRESS_DOMAIN_LONG);
	memcpy(s->address, s->key, sizeof(s->address));
	return NULL;
}

/*
 * Fill key and address from what an operator or a peer wrote.  NULL, or what
 * is wrong with it.
 */
const char *
sender_parse(const char *text, struct sender *s)
{
	struct address a;
	enum address_result r;

	if (text[0] == '@')
		return parse_domain(text + 1, s);
	if (strncmp(text, "*@", 2) == 0)
		return parse_domain(text + 2, s);
	r = address_parse_mailbox(text, strlen(text), ADDRESS_UTF8, &a);
	if (r != ADDRESS_OK)
		return address_strerror(r);
	if (address_is_literal(&a))
		return "an address literal cannot be a sender";
	if (idn_address_ascii(&a, &a) == -1)
		return IDN_ERROR;
	address_fold(&a, s->key);
	memcpy(s->address, a.mailbox, sizeof(s->address));
	return NULL;
}

/* What is behind the "@". */
const char *
sender_domain(const struct sender *s)
{
	const char *at;

	at = strrchr(s->key, '@');
	return at == NULL ? "" : at + 1;
}

/* Whether it stands for all addresses of its domain. */
bool
sender_is_domain(const struct sender *s)
{
	return s->key[0] == '@';
}

/* Read a record.  0, or -1 if it is ill-formed. */
int
sender_decode(struct msgin *m, struct sender *s)
{
	if (record_open(m, SENDER_VERSION) == -1)
		return -1;
	msg_get_str(m, s->key, sizeof(s->key));
	msg_get_str(m, s->address, sizeof(s->address));
	msg_get_str(m, s->id, sizeof(s->id));
	msg_get_str(m, s->compartment, sizeof(s->compartment));
	s->created = msg_get_i64(m);
	s->state = (enum record_state)msg_get_enum(m, RECORD_ACTIVE,
	    RECORD_STATE_LAST);
	return msg_end(m);
}

/* The sender with exactly this key. */
enum store_status
sender_get(struct store *st, const char *key, struct sender *s)
{
	struct store_key k;
	struct msgin m;
	enum store_status r;

	store_key(&k, key, NULL);
	r = store_get(st, STORE_SENDER, &k, &m);
	if (r != STORE_OK)
		return r;
	return record_done(sender_decode(&m, s), "sender");
}

/*
 * Without the sub-address (RFC 5233 calls it detail): what stands before the
 * first delimiter, but not nothing.  false if there is none.
 */
static bool
drop_detail(const char *address, char delimiter, char plain[ADDRESS_SIZE])
{
	const char *at, *detail;

	at = strrchr(address, '@');
	if (delimiter == '\0' || at == NULL || at == address ||
	    address[0] == '"')
		return false;
	detail = strchr(address + 1, delimiter);
	if (detail == NULL || detail >= at)
		return false;
	(void)snprintf(plain, ADDRESS_SIZE, "%.*s%s", (int)(detail - address),
	    address, at);
	return true;
}

/*
 * The sender that covers a folded address: itself, else the one without a
 * sub-address, else its domain.  An address that is INACTIVE of its own is not
 * covered by the domain.
 */
enum store_status
sender_match(struct store *st, const char *address, char delimiter,
    struct sender *s)
{
	char plain[ADDRESS_SIZE];
	enum store_status r;
	const char *at;

	r = sender_get(st, address, s);
	if (r == STORE_NOTFOUND && drop_detail(address, delimiter, plain))
		r = sender_get(st, plain, s);
	at = strrchr(address, '@');
	if (r != STORE_NOTFOUND || at == NULL)
		return r;
	return sender_get(st, at, s);
}

/* Have the id lead to the sender. */
enum store_status
sender_link(struct store *st, const struct sender *s)
{
	struct object o;

	object_init(&o, OBJECT_SENDER, s->id, s->created);
	(void)strlcpy(o.compartment, s->compartment, sizeof(o.compartment));
	(void)strlcpy(o.first, s->key, sizeof(o.first));
	return object_link(st, &o);
}

/* Store a sender with its look-ups; the caller has a transaction. */
enum store_status
sender_put(struct store *st, const struct sender *s)
{
	struct store_key k;
	struct msgout m;
	enum store_status r;

	memset(&m, 0, sizeof(m));
	record_begin(&m, SENDER_VERSION);
	msg_put_str(&m, s->key);
	msg_put_str(&m, s->address);
	msg_put_str(&m, s->id);
	msg_put_str(&m, s->compartment);
	msg_put_i64(&m, s->created);
	msg_put_u32(&m, s->state);
	store_key(&k, s->key, NULL);
	r = store_put(st, STORE_SENDER, &k, &m);
	msgout_free(&m);
	if (r == STORE_OK)
		r = record_put_id(st, STORE_SENDER_PLACE, s->compartment,
		    s->key, "");
	if (r == STORE_OK)
		r = record_put_id(st, STORE_SENDER_DOMAIN, sender_domain(s),
		    s->key, "");
	return r == STORE_OK ? sender_link(st, s) : r;
}

/* Store what has changed of a sender, which may go to another compartment. */
enum store_status
sender_change(struct store *st, const struct sender *old,
    const struct sender *new)
{
	enum store_status r;

	r = STORE_OK;
	if (strcmp(old->compartment, new->compartment) != 0)
		r = record_del(st, STORE_SENDER_PLACE, old->compartment,
		    old->key);
	return r == STORE_OK ? sender_put(st, new) : r;
}

/* Delete a sender with its look-ups. */
enum store_status
sender_del(struct store *st, const struct sender *s)
{
	enum store_status r;

	r = record_del(st, STORE_SENDER_PLACE, s->compartment, s->key);
	if (r == STORE_OK)
		r = record_del(st, STORE_SENDER_DOMAIN, sender_domain(s),
		    s->key);
	if (r == STORE_OK)
		r = pool_bind(st, s->key, "");
	if (r == STORE_OK)
		r = record_del(st, STORE_SENDER, s->key, NULL);
	return r == STORE_OK ? object_drop(st, s->id) : r;
}

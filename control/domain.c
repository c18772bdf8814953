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
 * Email domains in the store.  Operators' commands are in verb_domain.c.
 */
#include "domain.h"

#include <string.h>

#include "address.h"
#include "msg.h"

#define DOMAIN_VERSION 1

/* Fill name, in lower case, from what was written.  NULL or what is wrong. */
const char *
domain_parse(const char *text, char name[DOMAIN_SIZE])
{
	enum address_result r;

	r = address_domain_valid(text, strlen(text), 0, name, DOMAIN_SIZE);
	return r == ADDRESS_OK ? NULL : address_strerror(r);
}

/* Read a record.  0, or -1 if it is ill-formed. */
int
domain_decode(struct msgin *m, struct domain *d)
{
	if (record_open(m, DOMAIN_VERSION) == -1)
		return -1;
	msg_get_str(m, d->name, sizeof(d->name));
	msg_get_str(m, d->id, sizeof(d->id));
	msg_get_str(m, d->compartment, sizeof(d->compartment));
	d->created = msg_get_i64(m);
	d->state = (enum record_state)msg_get_enum(m, RECORD_ACTIVE,
	    RECORD_STATE_LAST);
	return msg_end(m);
}

/* The domain with this name, which must be in lower case. */
enum store_status
domain_get(struct store *s, const char *name, struct domain *d)
{
	struct store_key k;
	struct msgin m;
	enum store_status r;

	store_key(&k, name, NULL);
	r = store_get(s, STORE_DOMAIN, &k, &m);
	if (r != STORE_OK)
		return r;
	return record_done(domain_decode(&m, d), "domain");
}

/* Store a domain with its look-up; the caller has a transaction. */
enum store_status
domain_put(struct store *s, const struct domain *d)
{
	struct store_key k;
	struct msgout m;
	enum store_status r;

	memset(&m, 0, sizeof(m));
	record_begin(&m, DOMAIN_VERSION);
	msg_put_str(&m, d->name);
	msg_put_str(&m, d->id);
	msg_put_str(&m, d->compartment);
	msg_put_i64(&m, d->created);
	msg_put_u32(&m, d->state);
	store_key(&k, d->name, NULL);
	r = store_put(s, STORE_DOMAIN, &k, &m);
	msgout_free(&m);
	if (r != STORE_OK)
		return r;
	return record_put_id(s, STORE_DOMAIN_PLACE, d->compartment, d->name,
	    "");
}

/* Delete a domain with its look-up; the caller knows it has no keys. */
enum store_status
domain_del(struct store *s, const struct domain *d)
{
	enum store_status r;

	r = record_del(s, STORE_DOMAIN_PLACE, d->compartment, d->name);
	if (r == STORE_OK)
		r = record_del(s, STORE_DOMAIN, d->name, NULL);
	return r;
}

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
#include "compat.h"
#include "dkimkey.h"
#include "id.h"
#include "idn.h"
#include "msg.h"
#include "object.h"
#include "returnpath.h"

/* 1 had no deleting, verified and token; it is read. */
#define DOMAIN_VERSION 2

/* Fill name, in lower case, from what was written.  NULL or what is wrong. */
const char *
domain_parse(const char *text, char name[DOMAIN_SIZE])
{
	char ascii[DOMAIN_SIZE];
	enum address_result r;

	r = address_domain_valid(text, strlen(text), ADDRESS_UTF8, NULL, 0);
	if (r != ADDRESS_OK)
		return address_strerror(r);
	if (idn_domain_ascii(text, ascii, sizeof(ascii)) == -1)
		return IDN_ERROR;
	r = address_domain_valid(ascii, strlen(ascii), 0, name, DOMAIN_SIZE);
	return r == ADDRESS_OK ? NULL : address_strerror(r);
}

/* Read a record.  0, or -1 if it is ill-formed. */
int
domain_decode(struct msgin *m, struct domain *d)
{
	uint8_t version;

	version = msg_get_u8(m);
	if (version == 0 || version > DOMAIN_VERSION)
		return -1;
	msg_get_str(m, d->name, sizeof(d->name));
	msg_get_str(m, d->id, sizeof(d->id));
	msg_get_str(m, d->compartment, sizeof(d->compartment));
	d->created = msg_get_i64(m);
	(void)msg_get_enum(m, RECORD_ACTIVE, RECORD_STATE_LAST);
	d->deleting = false;
	d->verified = 0;
	d->token[0] = '\0';
	if (version > 1) {
		d->deleting = msg_get_bool(m);
		d->verified = msg_get_i64(m);
		msg_get_str(m, d->token, sizeof(d->token));
	}
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

/* Have the id lead to the domain. */
enum store_status
domain_link(struct store *s, const struct domain *d)
{
	struct object o;

	object_init(&o, OBJECT_DOMAIN, d->id, d->created);
	(void)strlcpy(o.compartment, d->compartment, sizeof(o.compartment));
	(void)strlcpy(o.first, d->name, sizeof(o.first));
	return object_link(s, &o);
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
	msg_put_u32(&m, RECORD_ACTIVE);
	msg_put_bool(&m, d->deleting);
	msg_put_i64(&m, d->verified);
	msg_put_str(&m, d->token);
	store_key(&k, d->name, NULL);
	r = store_put(s, STORE_DOMAIN, &k, &m);
	msgout_free(&m);
	if (r == STORE_OK)
		r = record_put_id(s, STORE_DOMAIN_PLACE, d->compartment,
		    d->name, "");
	return r == STORE_OK ? domain_link(s, d) : r;
}

/* The return path goes with its domain. */
static enum store_status
returnpath_end(struct store *s, const char *domain)
{
	struct returnpath p;
	enum store_status r;

	r = returnpath_of(s, domain, &p);
	if (r != STORE_OK)
		return r == STORE_NOTFOUND ? STORE_OK : r;
	return returnpath_del(s, &p);
}

/* Delete a domain with its look-up; the caller knows it has no keys. */
enum store_status
domain_del(struct store *s, const struct domain *d)
{
	enum store_status r;

	r = record_del(s, STORE_DOMAIN_PLACE, d->compartment, d->name);
	if (r == STORE_OK)
		r = record_del(s, STORE_DOMAIN, d->name, NULL);
	if (r == STORE_OK)
		r = returnpath_end(s, d->name);
	return r == STORE_OK ? object_drop(s, d->id) : r;
}

/* As the service writes it. */
const char *
domain_state_name(enum domain_state state)
{
	static const char *const names[] = { "", "ACTIVE", "CREATING",
		"NEEDS_ATTENTION", "DELETING" };

	return names[state];
}

static bool
trouble_cb(const struct store_key *key, struct msgin *m, void *arg)
{
	struct dkimkey k;
	bool *trouble;

	trouble = arg;
	if (record_done(dkimkey_decode(m, &k), "DKIM key") == STORE_OK &&
	    k.state == DKIM_NEEDS_ATTENTION)
		*trouble = true;
	return !*trouble;
}

/* The state of a domain; must_verify: unverified ones are not ready. */
enum store_status
domain_state(struct store *s, const struct domain *d, bool must_verify,
    enum domain_state *state)
{
	struct store_key prefix;
	enum store_status r;
	bool trouble;

	trouble = false;
	store_key_prefix(&prefix, d->name);
	r = store_scan(s, STORE_DKIM, &prefix, NULL, trouble_cb, &trouble);
	if (d->deleting)
		*state = DOMAIN_DELETING;
	else if (must_verify && d->verified == 0)
		*state = DOMAIN_CREATING;
	else
		*state = trouble ? DOMAIN_NEEDS_ATTENTION : DOMAIN_ACTIVE;
	return r;
}

/*
 * A key of a domain was deleted: if it was the last that a domain being
 * deleted waited for, that goes too.  The caller has a transaction.
 */
enum store_status
domain_finish(struct store *s, const char *name)
{
	enum store_status r;
	struct domain d;

	r = domain_get(s, name, &d);
	if (r != STORE_OK)
		return r == STORE_NOTFOUND ? STORE_OK : r;
	if (!d.deleting)
		return STORE_OK;
	r = record_any(s, STORE_DKIM, name);
	if (r == STORE_OK)
		return STORE_OK;
	return r == STORE_NOTFOUND ? domain_del(s, &d) : r;
}

/* A token that nobody can guess.  0 or -1. */
int
domain_token(char token[DOMAIN_TOKEN_SIZE])
{
	char id[OBJECT_ID_SIZE];
	const char *unique;

	if (id_make_object("t", id, sizeof(id)) == -1)
		return -1;
	unique = strrchr(id, '.');
	(void)strlcpy(token, unique == NULL ? id : unique + 1,
	    DOMAIN_TOKEN_SIZE);
	return 0;
}

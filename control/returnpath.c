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
 * Return paths in the store.  Whether the DNS shows them is pathwatch.c.
 */
#include "returnpath.h"

#include <stdio.h>
#include <string.h>

#include "compat.h"
#include "domain.h"
#include "msg.h"
#include "object.h"
#include "record.h"

#define RETURNPATH_VERSION 1

/* As the service writes it. */
const char *
returnpath_state_name(enum returnpath_state state)
{
	static const char *const names[] = { "", "CREATING", "ACTIVE",
		"NEEDS_ATTENTION", "FAILED" };

	return names[state];
}

/* What the owner is to do, in the buffer given; "" for nothing. */
const char *
returnpath_details(const struct returnpath *p,
    char text[RETURNPATH_DETAILS_SIZE])
{
	text[0] = '\0';
	if (p->state == RETURNPATH_ACTIVE)
		return text;
	(void)snprintf(text, RETURNPATH_DETAILS_SIZE,
	    p->state == RETURNPATH_FAILED ?
		"The DNS did not have an MX record of %s in time; delete the "
		"return path and make it again." :
		"Publish an MX record of %s that leads to the host that takes "
		"your bounces, and an SPF record with the addresses that you "
		"send from.",
	    p->name);
	return text;
}

/* Read a record.  0, or -1 if it is ill-formed. */
int
returnpath_decode(struct msgin *m, struct returnpath *p)
{
	if (record_open(m, RETURNPATH_VERSION) == -1)
		return -1;
	msg_get_str(m, p->name, sizeof(p->name));
	msg_get_str(m, p->domain, sizeof(p->domain));
	msg_get_str(m, p->id, sizeof(p->id));
	p->created = msg_get_i64(m);
	p->state = (enum returnpath_state)msg_get_enum(m, RETURNPATH_CREATING,
	    RETURNPATH_STATE_LAST);
	p->seen = msg_get_i64(m);
	return msg_end(m);
}

/* The return path of a domain with this name. */
enum store_status
returnpath_get(struct store *s, const char *domain, const char *name,
    struct returnpath *p)
{
	enum store_status r;
	struct store_key k;
	struct msgin m;

	store_key(&k, domain, name);
	r = store_get(s, STORE_RETURNPATH, &k, &m);
	if (r != STORE_OK)
		return r;
	return record_done(returnpath_decode(&m, p), "return path");
}

struct search {
	struct returnpath *path;
	enum store_status found;
};

static bool
of_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct search *s;

	s = arg;
	s->found = record_done(returnpath_decode(m, s->path), "return path");
	return false;
}

/* The return path of a domain, which has one at most. */
enum store_status
returnpath_of(struct store *s, const char *domain, struct returnpath *p)
{
	struct search search = { p, STORE_NOTFOUND };
	struct store_key prefix;

	store_key_prefix(&prefix, domain);
	if (store_scan(s, STORE_RETURNPATH, &prefix, NULL, of_cb, &search) !=
	    STORE_OK)
		return STORE_FAIL;
	return search.found;
}

/*
 * Store a return path of a domain that is in the compartment and has the id;
 * the caller has a transaction.
 */
enum store_status
returnpath_put(struct store *s, const struct returnpath *p,
    const char *compartment, const char *domain_id)
{
	struct object o;
	struct store_key k;
	enum store_status r;
	struct msgout m;

	memset(&m, 0, sizeof(m));
	record_begin(&m, RETURNPATH_VERSION);
	msg_put_str(&m, p->name);
	msg_put_str(&m, p->domain);
	msg_put_str(&m, p->id);
	msg_put_i64(&m, p->created);
	msg_put_u32(&m, p->state);
	msg_put_i64(&m, p->seen);
	store_key(&k, p->domain, p->name);
	r = store_put(s, STORE_RETURNPATH, &k, &m);
	msgout_free(&m);
	if (r != STORE_OK)
		return r;
	object_init(&o, OBJECT_RETURNPATH, p->id, p->created);
	(void)strlcpy(o.compartment, compartment, sizeof(o.compartment));
	(void)strlcpy(o.parent, domain_id, sizeof(o.parent));
	(void)strlcpy(o.first, p->domain, sizeof(o.first));
	(void)strlcpy(o.second, p->name, sizeof(o.second));
	return object_link(s, &o);
}

/* Delete a return path; the caller has a transaction. */
enum store_status
returnpath_del(struct store *s, const struct returnpath *p)
{
	enum store_status r;

	r = record_del(s, STORE_RETURNPATH, p->domain, p->name);
	return r == STORE_OK ? object_drop(s, p->id) : r;
}

/*
 * The reverse-path of mail from a sender: his own local part, so that who
 * reads bounces sees whose they are, at the domain's return path.  Empty if
 * there is none in use, or the address would be too long.
 */
enum store_status
returnpath_sender(struct store *s, const char *sender, char path[ADDRESS_SIZE])
{
	char domain[DOMAIN_SIZE];
	struct returnpath p;
	enum store_status r;
	const char *at;
	int n;

	path[0] = '\0';
	at = strrchr(sender, '@');
	if (at == NULL || domain_parse(at + 1, domain) != NULL)
		return STORE_OK;
	r = returnpath_of(s, domain, &p);
	if (r != STORE_OK || p.state != RETURNPATH_ACTIVE)
		return r == STORE_FAIL ? r : STORE_OK;
	n = snprintf(path, ADDRESS_SIZE, "%.*s@%s", (int)(at - sender), sender,
	    p.name);
	if (n < 0 || n >= (int)ADDRESS_SIZE)
		path[0] = '\0';
	return STORE_OK;
}

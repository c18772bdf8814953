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
 * domain add, check, list, remove, show, verify.
 */
#include "verb_domain.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "dkimkey.h"
#include "dkimshow.h"
#include "doctor.h"
#include "domain.h"
#include "job.h"
#include "msg.h"
#include "row.h"
#include "sender.h"
#include "verb_need.h"

static bool
domain_row(struct job *j, const struct domain *d)
{
	struct policy_dkim key[DKIM_KEYS_MAX];
	enum domain_state state;
	struct compartment c;
	uint32_t n;

	if (compartment_get(j->control->store, d->compartment, &c) !=
		STORE_OK ||
	    dkimkey_active(j->control->store, d->name, key, &n) != STORE_OK ||
	    domain_state(j->control->store, d, j->control->site.verify_domains,
		&state) != STORE_OK)
		return false;
	row_str(j->row, "domain", d->name);
	row_str(j->row, "compartment", c.name);
	row_str(j->row, "state", domain_state_name(state));
	row_bool(j->row, "verified", d->verified != 0);
	row_num(j->row, "dkimKeys", n);
	row_str(j->row, "id", d->id);
	row_time(j->row, "created", d->created);
	return true;
}

/* The name can be a domain of the operator and is none yet. */
static int
check_new(struct job *j, struct domain *d)
{
	struct domain old;
	const char *why;

	why = domain_parse(j->arg[0], d->name);
	if (why != NULL) {
		job_fail(j, "a domain is, for instance, example.org",
		    "\"%s\": %s", j->arg[0], why);
		return -1;
	}
	if (need_own_domain(j, d->name) == -1)
		return -1;
	switch (domain_get(j->control->store, d->name, &old)) {
	case STORE_OK:
		job_fail(j, NULL, "domain \"%s\" exists already", d->name);
		return -1;
	case STORE_FAIL:
		job_fail_store(j);
		return -1;
	case STORE_NOTFOUND:
		break;
	}
	return 0;
}

/* domain add DOMAIN compartment NAME */
void
verb_domain_add(struct job *j)
{
	struct compartment c;
	struct domain d;

	memset(&d, 0, sizeof(d));
	if (check_new(j, &d) == -1 ||
	    need_compartment(j, j->arg[1], &c) == -1 ||
	    need_id(j, "emaildomain", d.id) == -1)
		return;
	if (domain_token(d.token) == -1) {
		job_fail(j, NULL, "the kernel has no random numbers");
		return;
	}
	(void)strlcpy(d.compartment, c.id, sizeof(d.compartment));
	d.created = (int64_t)time(NULL);
	if (need_begin(j) == -1)
		return;
	if (domain_put(j->control->store, &d) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, d.name, NULL, c.name);
	if (job_commit(j) == -1)
		return;
	(void)domain_row(j, &d);
	job_send(j);
	job_ok(j);
}

/* Addresses with commas between.  0, or -1 and wrong is the one at fault. */
static int
add_sources(struct doctor_order *o, const char *list, char wrong[HOST_SIZE])
{
	size_t len;

	do {
		len = strcspn(list, ",");
		(void)snprintf(wrong, HOST_SIZE, "%.*s", (int)len, list);
		if (o->sources == CHECKUP_SOURCES_MAX ||
		    ipaddr_parse(wrong, &o->source[o->sources]) == -1)
			return -1;
		o->sources++;
		list += len + (list[len] == ',');
	} while (*list != '\0');
	return 0;
}

/* The sources to be checked: those given, else those of edd.conf. */
static int
order_sources(struct job *j, struct doctor_order *o, const char *given)
{
	const struct conf_site *site;
	char wrong[HOST_SIZE];
	uint32_t i;
	int r;

	site = &j->control->site;
	r = given == NULL ? 0 : add_sources(o, given, wrong);
	for (i = 0; given == NULL && r == 0 && i < site->addresses; i++)
		r = add_sources(o, site->address[i], wrong);
	if (r == -1)
		job_fail(j,
		    "sources are at most 16 addresses, for instance "
		    "192.0.2.1,2001:db8::1",
		    "\"%s\" is no address, or one too many", wrong);
	return r;
}

/* domain check DOMAIN [source ADDRESS,...] [return-path DOMAIN] */
void
verb_domain_check(struct job *j)
{
	struct doctor_order o;
	const char *why;
	struct domain d;

	memset(&o, 0, sizeof(o));
	if (need_domain(j, j->arg[0], &d) == -1 ||
	    order_sources(j, &o, j->arg[1]) == -1)
		return;
	(void)strlcpy(o.domain, d.name, sizeof(o.domain));
	why = domain_parse(j->arg[2] == NULL ? d.name : j->arg[2], o.path);
	if (why != NULL)
		job_fail(j, "a domain is, for instance, bounce.example.org",
		    "\"%s\": %s", j->arg[2], why);
	else
		doctor_check(j, &o);
}

static bool
list_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	struct domain d;

	return domain_decode(m, &d) == 0 && domain_row(j, &d);
}

static bool
list_place_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	struct domain d;

	return domain_get(j->control->store, store_key_second(k), &d) ==
	    STORE_OK &&
	    domain_row(j, &d);
}

/* domain list [compartment NAME] */
void
verb_domain_list(struct job *j)
{
	struct compartment c;
	struct store_key k;

	if (j->arg[0] == NULL) {
		job_list(j, STORE_DOMAIN, NULL, list_cb);
		return;
	}
	if (need_compartment(j, j->arg[0], &c) == -1)
		return;
	store_key_prefix(&k, c.id);
	job_list(j, STORE_DOMAIN_PLACE, &k, list_place_cb);
}

static bool
live_cb(const struct store_key *key, struct msgin *m, void *arg)
{
	struct dkimkey k;
	bool *live;

	live = arg;
	if (dkimkey_decode(m, &k) == -1 || k.state != DKIM_INACTIVE)
		*live = true;
	return !*live;
}

/* STORE_OK if the domain has a key that is not just kept for a while. */
static enum store_status
live_key(struct job *j, const struct domain *d)
{
	struct store_key prefix;
	enum store_status r;
	bool live;

	live = false;
	store_key_prefix(&prefix, d->name);
	r = store_scan(j->control->store, STORE_DKIM, &prefix, NULL, live_cb,
	    &live);
	if (r == STORE_OK && !live)
		return STORE_NOTFOUND;
	return r;
}

/* Nothing depends on the domain: no key that signs, no sender for all of it. */
static int
check_unused(struct job *j, const struct domain *d)
{
	char address[DOMAIN_SIZE + 1], hint[ERROR_SIZE];
	struct sender s;
	enum store_status keys, sender;

	(void)snprintf(address, sizeof(address), "@%s", d->name);
	keys = live_key(j, d);
	sender = sender_get(j->control->store, address, &s);
	if (keys == STORE_FAIL || sender == STORE_FAIL) {
		job_fail_store(j);
		return -1;
	}
	if (keys == STORE_NOTFOUND && sender == STORE_NOTFOUND)
		return 0;
	if (keys == STORE_OK)
		(void)snprintf(hint, sizeof(hint),
		    "remove first each that \"edctl dkim list %s\" shows",
		    d->name);
	else
		(void)snprintf(hint, sizeof(hint),
		    "remove first \"edctl sender remove @%s\"", d->name);
	job_fail(j, hint, "domain \"%s\" has a %s", d->name,
	    keys == STORE_OK ? "DKIM key" : "sender");
	return -1;
}

/* domain remove DOMAIN */
void
verb_domain_remove(struct job *j)
{
	struct domain d;

	if (need_domain(j, j->arg[0], &d) == -1 || check_unused(j, &d) == -1 ||
	    need_begin(j) == -1)
		return;
	d.deleting = record_any(j->control->store, STORE_DKIM, d.name) ==
	    STORE_OK;
	if ((d.deleting ? domain_put(j->control->store, &d) :
			  domain_del(j->control->store, &d)) != STORE_OK) {
		job_fail_store(j);
		return;
	}
	job_audit(j, d.name, d.compartment, NULL);
	if (job_commit(j) == -1)
		return;
	job_ok(j);
}

/* domain show DOMAIN: the domain, then its keys as "dkim show" has them. */
void
verb_domain_show(struct job *j)
{
	struct domain d;

	if (need_domain(j, j->arg[0], &d) == -1)
		return;
	if (!domain_row(j, &d)) {
		job_fail_store(j);
		return;
	}
	job_send(j);
	dkimshow(j, d.name, NULL, DKIMSHOW_ASK);
}

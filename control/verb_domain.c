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
#include <strings.h>
#include <time.h>

#include "admit.h"
#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "dkimkey.h"
#include "dkimshow.h"
#include "doctor.h"
#include "domain.h"
#include "fault.h"
#include "job.h"
#include "msg.h"
#include "reach.h"
#include "row.h"
#include "sender.h"
#include "verb_description.h"
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

/* domain add DOMAIN compartment NAME */
void
verb_domain_add(struct job *j)
{
	char note[REACH_TEXT_SIZE];
	struct compartment c;
	struct domain d;
	struct fault f;

	memset(&d, 0, sizeof(d));
	if (need_admitted(j, admit_domain(j->control, j->arg[0], &d, &f), &f) ==
		-1 ||
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
	if (reach_strangers(j->control, &d, note, sizeof(note)) == STORE_OK &&
	    note[0] != '\0')
		row_str(j->row, "note", note);
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

/* What the filters of a list let through. */
static bool
is_asked(struct job *j, const struct domain *d)
{
	enum domain_state state;

	if (!name_begins(j->arg[2], d->name))
		return false;
	return j->arg[1] == NULL ||
	    (domain_state(j->control->store, d, j->control->site.verify_domains,
		 &state) == STORE_OK &&
		strcasecmp(j->arg[1], domain_state_name(state)) == 0);
}

static bool
list_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	struct domain d;

	return domain_decode(m, &d) == 0 && is_asked(j, &d) &&
	    domain_row(j, &d);
}

static bool
list_place_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	struct domain d;

	return domain_get(j->control->store, store_key_second(k), &d) ==
	    STORE_OK &&
	    is_asked(j, &d) && domain_row(j, &d);
}

/* domain list [compartment NAME] [state STATE] [prefix TEXT] */
void
verb_domain_list(struct job *j)
{
	struct compartment c;
	struct store_key k;

	if (need_choice(j, 1) == -1)
		return;
	if (j->arg[0] == NULL) {
		job_list(j, STORE_DOMAIN, NULL, list_cb);
		return;
	}
	if (need_compartment(j, j->arg[0], &c) == -1)
		return;
	store_key_prefix(&k, c.id);
	job_list(j, STORE_DOMAIN_PLACE, &k, list_place_cb);
}

/* domain remove DOMAIN */
void
verb_domain_remove(struct job *j)
{
	struct fault f;
	struct domain d;

	if (need_domain(j, j->arg[0], &d) == -1 ||
	    need_admitted(j, admit_domain_removal(j->control, &d, &f), &f) ==
		-1 ||
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

/* domain set DOMAIN description TEXT|none */
void
verb_domain_set(struct job *j)
{
	struct described which = { NULL, NULL, "" };
	struct domain d;

	if (need_domain(j, j->arg[0], &d) == -1)
		return;
	which.id = d.id;
	which.object = d.name;
	if (description_set(j, &which, j->arg[1]) == -1)
		return;
	if (domain_row(j, &d) && description_row(j, d.id))
		job_send(j);
	job_ok(j);
}

/* domain show DOMAIN: the domain, then its keys as "dkim show" has them. */
void
verb_domain_show(struct job *j)
{
	struct domain d;

	if (need_domain(j, j->arg[0], &d) == -1)
		return;
	if (!domain_row(j, &d) || !description_row(j, d.id)) {
		job_fail_store(j);
		return;
	}
	job_send(j);
	dkimshow(j, d.name, NULL, DKIMSHOW_ASK);
}

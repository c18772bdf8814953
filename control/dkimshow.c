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
 * Show DKIM keys, each with what the DNS has.  All questions are asked at
 * once; the rows come when the last is answered or its time is over.
 */
#include "dkimshow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "control.h"
#include "dkimdns.h"
#include "dkimkey.h"
#include "dkimretire.h"
#include "dkimstate.h"
#include "dkimwatch.h"
#include "job.h"
#include "log.h"
#include "lookup.h"
#include "msg.h"
#include "proto_dns.h"
#include "row.h"

/*
 * Seconds that the DNS has to answer: who wants to see the records gets them
 * at once, who wants to know what is there waits.
 */
#define SHOW_SECONDS	   1u
#define SHOW_CHECK_SECONDS 5u

struct show;

struct show_key {
	struct show *show;
	struct dkimkey key;
	bool asked;
	enum dkim_dns dns;
};

struct show {
	struct job *job;
	const char *selector; /* NULL: all */
	bool made;	      /* it is a new one */
	bool note;	      /* what is seen changes states */
	unsigned n;
	unsigned waits;
	unsigned silent; /* questions that had no answer */
	struct show_key key[DKIMKEY_DOMAIN_MAX];
};

static void
show_free(struct show *s)
{
	unsigned i;

	for (i = 0; i < s->n; i++)
		lookup_cancel(s->job->control->lookup, &s->key[i]);
	free(s);
}

static void
show_cancel(struct job *j)
{
	show_free(j->work);
}

static void
show_row(struct job *j, const struct dkimkey *k, const char *dns)
{
	char name[DKIMDNS_NAME_SIZE], value[DKIMDNS_VALUE_SIZE];
	char target[DOMAIN_SIZE], zone[DKIMDNS_ZONE_SIZE];
	char kept[DKIMRETIRE_TEXT_SIZE];
	const char *base;

	dkimdns_name(k, name);
	if (dkimdns_value(k, value) == -1 ||
	    dkimdns_zone(name, value, zone) == -1) {
		log_warnx("DKIM key %s of %s has no usable public half",
		    k->selector, k->domain);
		return;
	}
	row_str(j->row, "domain", k->domain);
	row_str(j->row, "selector", k->selector);
	row_str(j->row, "algorithm", dkimkey_algorithm_name(k->algorithm));
	row_num(j->row, "bits", dkimkey_bits(k));
	row_str(j->row, "state", dkimkey_state_name(k->state));
	row_str(j->row, "id", k->id);
	row_time(j->row, "created", k->created);
	if (dns != NULL)
		row_str(j->row, "dns", dns);
	row_str(j->row, "name", name);
	row_str(j->row, "type", "TXT");
	row_str(j->row, "value", value);
	row_str(j->row, "zone", zone);
	if (k->retire != 0)
		row_time(j->row, "keepUntil", k->retire);
	dkimwatch_kept(j->control->dkimwatch, k, kept);
	if (kept[0] != '\0')
		row_str(j->row, "kept", kept);
	base = j->control->site.dkim_base;
	if (base[0] != '\0' && dkimdns_target(k, base, target) == 0)
		row_str(j->row, "cname", target);
	job_send(j);
}

/* What comes next: for a new key, and for one that the DNS has not right. */
static void
show_hint(const struct show *s, char *hint, size_t size)
{
	const struct show_key *k;
	unsigned i, wrong;

	wrong = 0;
	for (i = 0; i < s->n; i++) {
		k = &s->key[i];
		wrong += k->dns == DKIM_DNS_MISSING ||
		    k->dns == DKIM_DNS_DIFFERS;
	}
	k = &s->key[0];
	if (s->silent > 0)
		(void)snprintf(hint, size,
		    "The DNS did not answer within %u s: \"unknown\" is what "
		    "was not looked at.%s",
		    s->note ? SHOW_CHECK_SECONDS : SHOW_SECONDS,
		    s->note ? "" : "  \"edctl dkim check\" waits longer.");
	else if (s->made && s->n == 1)
		(void)snprintf(hint, size,
		    "Publish it, then \"edctl dkim check %s\" looks for it%s.",
		    k->key.domain,
		    k->key.next ? "; the key before signs until it is there" :
				  "");
	else if (s->note && wrong > 0)
		(void)snprintf(hint, size,
		    "\"edctl domain check %s\" says what is wrong and how to "
		    "mend it.",
		    k->key.domain);
}

static void
show_finish(struct show *s)
{
	struct admin_end end;
	struct job *j;
	unsigned i;

	j = s->job;
	for (i = 0; i < s->n; i++)
		show_row(j, &s->key[i].key,
		    s->key[i].asked ? dkimkey_dns_name(s->key[i].dns) : NULL);
	memset(&end, 0, sizeof(end));
	end.ok = true;
	show_hint(s, end.hint, sizeof(end.hint));
	j->cancel = NULL;
	show_free(s);
	job_end(j, &end);
}

static void
show_answer_cb(const struct dns_answer *answer, void *arg)
{
	struct show_key *k;

	k = arg;
	k->dns = dkimdns_judge(&k->key, answer);
	if (answer == NULL)
		k->show->silent++;
	if (k->show->note) {
		dkimstate_seen(k->show->job->control, &k->key, k->dns);
		(void)dkimstate_next(&k->key, k->dns);
	}
	k->show->waits--;
	if (k->show->waits == 0)
		show_finish(k->show);
}

static void
show_ask(struct show *s, struct show_key *k)
{
	char name[DKIMDNS_NAME_SIZE];
	struct dns_query q;

	k->asked = true;
	k->dns = DKIM_DNS_UNKNOWN;
	memset(&q, 0, sizeof(q));
	q.rrtype = DNS_TXT;
	dkimdns_name(&k->key, name);
	if (strlcpy(q.name, name, sizeof(q.name)) >= sizeof(q.name))
		return;
	if (lookup_start_within(s->job->control->lookup, &q,
		s->note ? SHOW_CHECK_SECONDS : SHOW_SECONDS, show_answer_cb,
		k) == 0)
		s->waits++;
}

static bool
show_cb(const struct store_key *key, struct msgin *m, void *arg)
{
	struct show_key *k;
	struct show *s;

	s = arg;
	if (s->selector != NULL &&
	    strcmp(s->selector, store_key_second(key)) != 0)
		return true;
	k = &s->key[s->n];
	if (record_done(dkimkey_decode(m, &k->key), "DKIM key") != STORE_OK)
		return true;
	k->show = s;
	s->n++;
	return s->n < DKIMKEY_DOMAIN_MAX;
}

/*
 * End the job with a row for each key of the domain, or for the one with
 * this selector (NULL: all), after a look at the DNS if how says so.
 */
void
dkimshow(struct job *j, const char *domain, const char *selector,
    enum dkimshow_how how)
{
	struct store_key prefix;
	struct show *s;
	unsigned i;

	s = calloc(1, sizeof(*s));
	if (s == NULL) {
		job_fail(j, NULL, "out of memory");
		return;
	}
	s->job = j;
	s->selector = selector;
	s->made = how == DKIMSHOW_STORED;
	s->note = how == DKIMSHOW_NOTE;
	j->work = s;
	j->cancel = show_cancel;
	store_key_prefix(&prefix, domain);
	if (store_scan(j->control->store, STORE_DKIM, &prefix, NULL, show_cb,
		s) != STORE_OK) {
		j->cancel = NULL;
		show_free(s);
		job_fail_store(j);
		return;
	}
	for (i = 0; how != DKIMSHOW_STORED && i < s->n; i++)
		show_ask(s, &s->key[i]);
	if (s->waits == 0)
		show_finish(s);
}

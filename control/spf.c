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
 * check_host() of RFC 7208 section 4.  It asks nothing: answers come from
 * facts, and when one is missing the evaluation ends with SPF_WAIT, to be
 * done again.
 */
#include "spf.h"

#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "compat.h"
#include "facts.h"
#include "spf_macro.h"
#include "spf_term.h"

/* Section 4.6.4: names of an mx or a ptr. */
#define HOSTS_MAX 10u

struct spf {
	struct facts *facts;
	const struct spf_query *query;
	struct spf_report *report;
	unsigned depth;
};

enum match {
	MATCH_NO = 1,
	MATCH_YES,
	MATCH_WAIT,
	MATCH_TEMPERROR,
	MATCH_PERMERROR
};

static enum spf_result check_host(struct spf *, const char *domain);

/* As RFC 8601 section 2.7.2 writes it. */
const char *
spf_result_name(enum spf_result r)
{
	static const char *const names[] = { "", "wait", "none", "neutral",
		"pass", "softfail", "fail", "temperror", "permerror" };

	return names[r];
}

/* Note the first problem. */
static void
problem(struct spf *s, enum spf_problem p, const char *domain,
    const struct spf_term *t)
{
	struct spf_report *r;

	r = s->report;
	if (r->problem != SPF_FINE)
		return;
	r->problem = p;
	(void)strlcpy(r->where, domain, sizeof(r->where));
	if (t != NULL)
		(void)snprintf(r->term, sizeof(r->term), "%.*s", t->len,
		    t->text);
}

/* Count a term that needs look-ups; false if that is one too many. */
static bool
count_lookup(struct spf *s, const char *domain, const struct spf_term *t)
{
	unsigned max;

	max = s->query->survey ? SPF_SURVEY_MAX : SPF_LOOKUPS_MAX;
	if (++s->report->lookups <= max)
		return true;
	problem(s, SPF_LOOKUPS, domain, t);
	return false;
}

/* Look at an answer.  MATCH_YES: there are records. */
static enum match
judge(struct spf *s, const struct fact *f, const char *domain,
    const struct spf_term *t)
{
	if (f == NULL)
		return MATCH_WAIT;
	if (f->status == DNS_FAIL) {
		problem(s, SPF_NO_ANSWER, domain, t);
		return MATCH_TEMPERROR;
	}
	if (f->records > 0)
		return MATCH_YES;
	if (++s->report->voids > SPF_VOIDS_MAX && !s->query->survey) {
		problem(s, SPF_VOIDS, domain, t);
		return MATCH_PERMERROR;
	}
	return MATCH_NO;
}

static enum dns_rrtype
address_type(const struct spf *s)
{
	return s->query->ip.family == AF_INET ? DNS_A : DNS_AAAA;
}

static bool
address_in(const struct spf *s, const struct fact *f, const struct spf_term *t)
{
	struct ipaddr net;
	unsigned prefix;
	size_t i;

	prefix = s->query->ip.family == AF_INET ? t->prefix4 : t->prefix6;
	for (i = 0; i < f->records; i++) {
		if (ipaddr_parse(f->record[i], &net) == 0 &&
		    ipaddr_in(&s->query->ip, &net, prefix))
			return true;
	}
	return false;
}

/* Section 5.3: a */
static enum match
match_a(struct spf *s, const char *domain, const struct spf_term *t,
    const char *name)
{
	const struct fact *f;
	enum match m;

	f = facts_get(s->facts, address_type(s), name);
	m = judge(s, f, domain, t);
	if (m != MATCH_YES)
		return m;
	return address_in(s, f, t) ? MATCH_YES : MATCH_NO;
}

/* Section 5.4: mx; the addresses of all hosts are wanted at once. */
static enum match
match_mx(struct spf *s, const char *domain, const struct spf_term *t,
    const char *name)
{
	const struct fact *f, *host;
	enum match all, m;
	const char *target;
	size_t i;

	f = facts_get(s->facts, DNS_MX, name);
	m = judge(s, f, domain, t);
	if (m != MATCH_YES)
		return m;
	if (f->records > HOSTS_MAX) {
		problem(s, SPF_MANY_HOSTS, domain, t);
		return MATCH_PERMERROR;
	}
	all = MATCH_NO;
	for (i = 0; i < f->records; i++) {
		target = strchr(f->record[i], ' ');
		if (target == NULL || strcmp(target, " .") == 0)
			continue;
		host = facts_get(s->facts, address_type(s), target + 1);
		m = judge(s, host, domain, t);
		if (m == MATCH_YES && address_in(s, host, t))
			return MATCH_YES;
		if (m != MATCH_YES && m != MATCH_NO)
			all = m;
	}
	return all;
}

/* Whether name is domain or lies below it. */
static bool
is_below(const char *name, const char *domain)
{
	size_t len, n;

	len = strlen(domain);
	n = strlen(name);
	return n >= len && strcasecmp(name + n - len, domain) == 0 &&
	    (n == len || name[n - len - 1] == '.');
}

/* Section 5.5: ptr, which nobody should use. */
static enum match
match_ptr(struct spf *s, const struct spf_term *t, const char *name)
{
	char text[IPADDR_SIZE];
	const struct fact *f, *host;
	enum match all;
	size_t i;

	s->report->ptr = true;
	f = facts_get(s->facts, DNS_PTR, ipaddr_format(&s->query->ip, text));
	if (f == NULL)
		return MATCH_WAIT;
	all = MATCH_NO;
	for (i = 0; i < f->records && i < HOSTS_MAX; i++) {
		if (!is_below(f->record[i], name))
			continue;
		host = facts_get(s->facts, address_type(s), f->record[i]);
		if (host == NULL)
			all = MATCH_WAIT;
		else if (address_in(s, host, t))
			return MATCH_YES;
	}
	return all;
}

/* Section 5.2: include */
static enum match
match_include(struct spf *s, const char *domain, const struct spf_term *t,
    const char *name)
{
	switch (check_host(s, name)) {
	case SPF_PASS:
		return MATCH_YES;
	case SPF_SOFTFAIL:
	case SPF_HARDFAIL:
	case SPF_NEUTRAL:
		return MATCH_NO;
	case SPF_TEMPERROR:
		return MATCH_TEMPERROR;
	case SPF_WAIT:
		return MATCH_WAIT;
	case SPF_NONE:
		problem(s, SPF_NO_TARGET, domain, t);
		break;
	case SPF_PERMERROR:
		break;
	}
	return MATCH_PERMERROR;
}

/* The name of a term; the domain itself where it has none.  0 or -1. */
static int
target_name(const struct spf *s, const char *domain, const struct spf_term *t,
    char name[DOMAIN_SIZE])
{
	struct spf_macros m;

	if (t->spec[0] == '\0')
		return strlcpy(name, domain, DOMAIN_SIZE) < DOMAIN_SIZE ? 0 :
									  -1;
	m.ip = &s->query->ip;
	m.sender = s->query->domain;
	m.domain = domain;
	m.helo = s->query->helo;
	return spf_expand(t->spec, &m, name);
}

/* A mechanism that needs the DNS. */
static enum match
match_name(struct spf *s, const char *domain, const struct spf_term *t)
{
	char name[DOMAIN_SIZE];

	if (!count_lookup(s, domain, t))
		return MATCH_PERMERROR;
	if (target_name(s, domain, t, name) == -1) {
		problem(s, SPF_SYNTAX, domain, t);
		return MATCH_PERMERROR;
	}
	switch (t->kind) {
	case SPF_INCLUDE:
		return match_include(s, domain, t, name);
	case SPF_A:
		return match_a(s, domain, t, name);
	case SPF_MX:
		return match_mx(s, domain, t, name);
	case SPF_PTR:
		return match_ptr(s, t, name);
	default: /* exists: section 5.7, always A */
		return judge(s, facts_get(s->facts, DNS_A, name), domain, t);
	}
}

static enum match
match_term(struct spf *s, const char *domain, const struct spf_term *t)
{
	enum match m;

	switch (t->kind) {
	case SPF_ALL:
		return MATCH_YES;
	case SPF_IP4:
		m = ipaddr_in(&s->query->ip, &t->net, t->prefix4) ? MATCH_YES :
								    MATCH_NO;
		break;
	case SPF_IP6:
		m = ipaddr_in(&s->query->ip, &t->net, t->prefix6) ? MATCH_YES :
								    MATCH_NO;
		break;
	case SPF_REDIRECT:
	case SPF_EXP:
	case SPF_UNKNOWN:
		return MATCH_NO;
	default:
		m = match_name(s, domain, t);
		break;
	}
	return m == MATCH_YES && s->query->survey ? MATCH_NO : m;
}

/* Section 4.6: an error anywhere in the record is one of all of it. */
static int
check_syntax(struct spf *s, const char *domain, const char *record,
    struct spf_term *redirect)
{
	unsigned exps, redirects;
	enum spf_next next;
	struct spf_term t;

	exps = redirects = 0;
	redirect->kind = SPF_UNKNOWN;
	while ((next = spf_term_next(&record, &t)) == SPF_NEXT_TERM) {
		if (t.kind == SPF_EXP)
			exps++;
		if (t.kind != SPF_REDIRECT)
			continue;
		redirects++;
		*redirect = t;
	}
	if (next == SPF_NEXT_END && exps <= 1 && redirects <= 1)
		return 0;
	problem(s, SPF_SYNTAX, domain, next == SPF_NEXT_BAD ? &t : redirect);
	return -1;
}

static enum spf_result
result_of(char qualifier)
{
	switch (qualifier) {
	case '-':
		return SPF_HARDFAIL;
	case '~':
		return SPF_SOFTFAIL;
	case '?':
		return SPF_NEUTRAL;
	default:
		return SPF_PASS;
	}
}

/* Section 6.1: redirect, once nothing has matched. */
static enum spf_result
follow(struct spf *s, const char *domain, const struct spf_term *t)
{
	char name[DOMAIN_SIZE];
	enum spf_result r;

	if (!count_lookup(s, domain, t))
		return SPF_PERMERROR;
	if (target_name(s, domain, t, name) == -1) {
		problem(s, SPF_SYNTAX, domain, t);
		return SPF_PERMERROR;
	}
	r = check_host(s, name);
	if (r != SPF_NONE)
		return r;
	problem(s, SPF_NO_TARGET, domain, t);
	return SPF_PERMERROR;
}

static enum spf_result
evaluate(struct spf *s, const char *domain, const char *record)
{
	struct spf_term redirect, t;

	if (check_syntax(s, domain, record, &redirect) == -1)
		return SPF_PERMERROR;
	while (spf_term_next(&record, &t) == SPF_NEXT_TERM) {
		switch (match_term(s, domain, &t)) {
		case MATCH_NO:
			break;
		case MATCH_YES:
			return result_of(t.qualifier);
		case MATCH_WAIT:
			return SPF_WAIT;
		case MATCH_TEMPERROR:
			return SPF_TEMPERROR;
		case MATCH_PERMERROR:
			return SPF_PERMERROR;
		}
	}
	if (redirect.kind == SPF_REDIRECT)
		return follow(s, domain, &redirect);
	return SPF_NEUTRAL;
}

/* Sections 4.4 and 4.5: find the record, of which there is one. */
static enum spf_result
check_host(struct spf *s, const char *domain)
{
	const struct fact *f;
	const char *record;
	enum spf_result r;
	size_t i, n;

	f = facts_get(s->facts, DNS_TXT, domain);
	if (f == NULL)
		return SPF_WAIT;
	if (f->status == DNS_FAIL) {
		problem(s, SPF_NO_ANSWER, domain, NULL);
		return SPF_TEMPERROR;
	}
	record = NULL;
	n = 0;
	for (i = 0; i < f->records; i++) {
		if (!spf_is_record(f->record[i]))
			continue;
		record = f->record[i];
		n++;
	}
	if (n == 0)
		return SPF_NONE;
	if (n > 1) {
		problem(s, SPF_TWO_RECORDS, domain, NULL);
		return SPF_PERMERROR;
	}
	s->depth++;
	if (s->depth > s->report->depth)
		s->report->depth = s->depth;
	r = evaluate(s, domain, record);
	s->depth--;
	return r;
}

/*
 * Evaluate the record of a domain for an address.  SPF_WAIT if facts are
 * missing, which are wanted now.  The recursion is bounded by the look-ups.
 */
enum spf_result
spf_check(struct facts *facts, const struct spf_query *q, struct spf_report *r)
{
	struct spf s = { facts, q, r, 0 };

	memset(r, 0, sizeof(*r));
	return check_host(&s, q->domain);
}

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
 * SPF: the domain of the return path has one record, it can be evaluated,
 * and it lets each address pass that this host sends from.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checkup.h"
#include "compat.h"
#include "facts.h"
#include "finding.h"
#include "spf.h"
#include "spf_term.h"

/* A record that was mended. */
#define RECORD_SIZE FINDING_TEXT_SIZE

static struct finding *
add(struct checkup *c, enum finding_state state, const char *problem)
{
	struct finding *f;

	f = finding_add(c->found, state, "SPF", problem);
	finding_record(f, "TXT", c->path);
	return f;
}

/* The mechanism for an address. */
static void
mechanism(const struct ipaddr *a, char *out, size_t size)
{
	char text[IPADDR_SIZE];

	(void)snprintf(out, size, "ip%c:%s",
	    strchr(ipaddr_format(a, text), ':') == NULL ? '4' : '6', text);
}

/* A record for all sources of this host. */
static void
new_record(const struct checkup *c, char out[RECORD_SIZE])
{
	char term[IPADDR_SIZE + 8];
	size_t i;

	(void)strlcpy(out, "v=spf1", RECORD_SIZE);
	for (i = 0; i < c->sources; i++) {
		mechanism(&c->source[i], term, sizeof(term));
		(void)strlcat(out, " ", RECORD_SIZE);
		(void)strlcat(out, term, RECORD_SIZE);
	}
	if (c->sources == 0) {
		(void)strlcat(out, " a:", RECORD_SIZE);
		(void)strlcat(out, c->hostname, RECORD_SIZE);
	}
	(void)strlcat(out, " ~all", RECORD_SIZE);
}

static bool
has_term(const char *record, const char *term, size_t len)
{
	const char *p;

	for (p = record; (p = strstr(p, term)) != NULL; p += len) {
		if (p > record && p[-1] == ' ' &&
		    (p[len] == ' ' || p[len] == '\0'))
			return true;
	}
	return false;
}

/* Append the terms of a record that are not there yet, but for "all". */
static void
merge(char out[RECORD_SIZE], const char *record)
{
	char term[256];
	struct spf_term t;

	while (spf_term_next(&record, &t) != SPF_NEXT_END) {
		if (t.kind == SPF_ALL || (size_t)t.len >= sizeof(term))
			continue;
		(void)snprintf(term, sizeof(term), "%.*s", t.len, t.text);
		if (has_term(out, term, (size_t)t.len))
			continue;
		(void)strlcat(out, " ", RECORD_SIZE);
		(void)strlcat(out, term, RECORD_SIZE);
	}
}

/* More than one record: what they would be as one. */
static void
say_two(struct checkup *c, const struct fact *txt, unsigned n)
{
	char record[RECORD_SIZE];
	struct finding *f;
	size_t i;

	(void)strlcpy(record, "v=spf1", sizeof(record));
	for (i = 0; i < txt->records; i++) {
		if (spf_is_record(txt->record[i]))
			merge(record, txt->record[i]);
	}
	(void)strlcat(record, " ~all", sizeof(record));
	f = add(c, FINDING_FAIL, "two-records");
	finding_is(f, "%u records that begin with v=spf1", n);
	finding_should(f, "%s", record);
	finding_mend(f,
	    "with more than one none counts (RFC 7208, 4.5): replace them by "
	    "this one");
}

/* What is not a record and was meant as one; the mistake, or NULL. */
static const char *
meant(const char *txt)
{
	if (strncasecmp(txt, "\"v=spf1", 7) == 0 ||
	    strncasecmp(txt, "\\\"v=spf1", 8) == 0)
		return "quotes";
	if (strncasecmp(txt, "v=spf", 5) == 0 ||
	    strncasecmp(txt, "spf1", 4) == 0 ||
	    strncasecmp(txt, " v=spf1", 7) == 0 ||
	    strncasecmp(txt, "v = spf1", 8) == 0)
		return "ill-formed";
	return NULL;
}

static bool
match_spf(const char *record, void *arg)
{
	return spf_is_record(record);
}

static void
say_meant(struct checkup *c, const char *mistake, const char *txt)
{
	char record[RECORD_SIZE];
	struct finding *f;
	size_t i, n;

	f = add(c, FINDING_FAIL, mistake);
	finding_is(f, "%s", txt);
	if (strcmp(mistake, "quotes") != 0) {
		new_record(c, record);
		finding_should(f, "%s", record);
		finding_mend(f,
		    "a record begins with \"v=spf1\" and a space, without "
		    "quotes");
		return;
	}
	for (i = n = 0; txt[i] != '\0' && n + 1 < sizeof(record); i++) {
		if (txt[i] != '"' && txt[i] != '\\')
			record[n++] = txt[i];
	}
	record[n] = '\0';
	finding_should(f, "%s", record);
	finding_mend(f,
	    "quotes are in the value: enter it without any; the provider "
	    "adds them itself");
}

/* No record where one should be. */
static void
say_none(struct checkup *c, const struct fact *txt)
{
	char record[RECORD_SIZE], where[DOMAIN_SIZE];
	const char *cname, *mistake;
	struct finding *f;
	bool elsewhere;
	size_t i;

	for (i = 0; i < txt->records; i++) {
		mistake = meant(txt->record[i]);
		if (mistake != NULL) {
			say_meant(c, mistake, txt->record[i]);
			return;
		}
	}
	cname = checkup_cname(c, c->path);
	elsewhere = checkup_misplaced(c, c->path, c->path, match_spf, NULL,
	    where);
	new_record(c, record);
	f = add(c, FINDING_FAIL,
	    cname != NULL ? "cname" :
		elsewhere ? "zone-appended" :
			    "missing");
	finding_should(f, "%s", record);
	finding_is(f, "no record that begins with v=spf1");
	if (cname != NULL) {
		finding_is(f, "the name is an alias (CNAME) of %s", cname);
		finding_mend(f,
		    "beside a CNAME no other record can stand (RFC 1034, "
		    "3.6.2): replace it by the addresses it leads to, then "
		    "publish this record");
	} else if (elsewhere) {
		finding_is(f, "nothing there; the record is at %s", where);
		finding_mend(f,
		    "the provider appends the zone to what is entered: enter "
		    "\"@\", or the name with a dot at its end");
	} else
		finding_mend(f, "publish this record");
}

/* What to do about a record that is an error to receivers. */
static const char *
advice(const struct spf_report *r)
{
	switch (r->problem) {
	case SPF_TWO_RECORDS:
		return "that domain has more than one SPF record; its owner "
		       "must leave one";
	case SPF_LOOKUPS:
		return "receivers stop at ten look-ups and refuse or ignore "
		       "the record: replace \"include\", \"a\" and \"mx\" by "
		       "ip4 and ip6, and remove what is not used any more";
	case SPF_VOIDS:
		return "receivers stop at the third look-up that finds "
		       "nothing: remove terms whose names do not exist";
	case SPF_NO_TARGET:
		return "the domain it names has no SPF record: correct the "
		       "name, or remove the term";
	case SPF_MANY_HOSTS:
		return "that domain has more than ten MX hosts: use ip4 and "
		       "ip6";
	case SPF_NO_ANSWER:
		return "the DNS does not answer for a name that the record "
		       "needs";
	default:
		return "correct the term";
	}
}

/* A term that two strings were glued to, or that has quotes in it. */
static const char *
syntax_advice(const char *term)
{
	static const char *const words[] = { "include:", "ip4:", "ip6:",
		"exists:", "redirect=", "~all", "-all", "?all" };
	const char *p;
	size_t i;

	if (strpbrk(term, "\"\\") != NULL)
		return "quotes are in the value: enter it without any; the "
		       "provider adds them, and cuts it in strings, itself";
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		p = strstr(term + 1, words[i]);
		if (p != NULL)
			return "two terms are glued together: the strings of "
			       "a TXT record are joined without a space, so "
			       "one must be inside the quotes";
	}
	return "the term is ill-formed (RFC 7208, 4.6.1): correct it";
}

static const char *
problem_name(enum spf_problem p)
{
	static const char *const names[] = { "", "two-records", "syntax",
		"too-many-lookups", "too-many-voids", "no-target",
		"too-many-hosts", "no-answer" };

	return names[p];
}

/* Receivers cannot evaluate the record. */
static void
say_error(struct checkup *c, const char *record, const struct spf_report *r)
{
	enum finding_state state;
	const char *problem;
	struct finding *f;

	problem = problem_name(r->problem);
	state = r->problem == SPF_NO_ANSWER ? FINDING_UNKNOWN : FINDING_FAIL;
	if (r->problem == SPF_SYNTAX && r->term[0] != '\0' &&
	    strpbrk(r->term, "\"\\") != NULL)
		problem = "quotes";
	else if (r->problem == SPF_SYNTAX && r->term[0] != '\0' &&
	    strstr(syntax_advice(r->term), "glued") != NULL)
		problem = "glued-strings";
	f = add(c, state, problem);
	if (r->problem == SPF_LOOKUPS)
		finding_is(f, "%s (%s%u look-ups)", record,
		    r->lookups > SPF_SURVEY_MAX ? "over " : "",
		    r->lookups > SPF_SURVEY_MAX ? SPF_SURVEY_MAX : r->lookups);
	else if (r->term[0] != '\0')
		finding_is(f, "\"%s\" in the record of %s", r->term, r->where);
	else
		finding_is(f, "the record of %s", r->where);
	finding_mend(f, "%s",
	    r->problem == SPF_SYNTAX && r->term[0] != '\0' ?
		syntax_advice(r->term) :
		advice(r));
}

/*
 * The record with what stands behind "all" in front of it: there it is never
 * looked at (RFC 7208 section 5.1).  false: nothing does.
 */
static bool
all_last(const char *record, char out[RECORD_SIZE])
{
	char all[RECORD_SIZE], term[RECORD_SIZE];
	struct spf_term t;
	bool behind;

	(void)strlcpy(out, "v=spf1", RECORD_SIZE);
	all[0] = '\0';
	behind = false;
	while (spf_term_next(&record, &t) == SPF_NEXT_TERM) {
		if ((size_t)t.len + 2 > sizeof(term))
			return false;
		(void)snprintf(term, sizeof(term), " %.*s", t.len, t.text);
		if (t.kind == SPF_ALL && all[0] == '\0')
			memcpy(all, term, sizeof(all));
		else if (t.kind != SPF_ALL)
			(void)strlcat(out, term, RECORD_SIZE);
		if (all[0] != '\0' && t.kind < SPF_REDIRECT &&
		    t.kind != SPF_ALL)
			behind = true;
	}
	(void)strlcat(out, all, RECORD_SIZE);
	return behind;
}

/* A source and what the record says about it. */
static void
check_source(struct checkup *c, const char *record, const struct ipaddr *a)
{
	char term[IPADDR_SIZE + 8], text[IPADDR_SIZE], mended[RECORD_SIZE];
	struct spf_report report;
	struct spf_query q;
	enum spf_result r;
	struct finding *f;

	q.domain = c->path;
	q.helo = c->hostname;
	q.ip = *a;
	q.survey = false;
	r = spf_check(c->facts, &q, &report);
	(void)ipaddr_format(a, text);
	switch (r) {
	case SPF_WAIT:
		return;
	case SPF_PASS:
		f = add(c, FINDING_OK, "");
		finding_is(f, "%s passes: %s", text, record);
		return;
	case SPF_TEMPERROR:
	case SPF_PERMERROR:
		say_error(c, record, &report);
		break;
	default:
		mechanism(a, term, sizeof(term));
		/* What is wrong with one that stands there was said. */
		if (has_term(record, term, strlen(term)) &&
		    all_last(record, mended))
			break;
		f = add(c, FINDING_FAIL, "source-not-listed");
		finding_is(f, "%s for %s: %s", spf_result_name(r), text,
		    record);
		finding_should(f, "v=spf1 %s%s", term, record + 6);
		finding_mend(f, "add \"%s\" to the record", term);
		break;
	}
	c->spf_ok = false;
}

/* Things that work, and could be better. */
static void
check_taste(struct checkup *c, const char *record, enum spf_result end,
    const struct spf_report *r)
{
	char mended[RECORD_SIZE];
	struct finding *f;

	if (all_last(record, mended)) {
		f = add(c, FINDING_FAIL, "behind-all");
		finding_is(f, "%s", record);
		finding_should(f, "%s", mended);
		finding_mend(f,
		    "what stands behind \"all\" is never looked at (RFC 7208, "
		    "5.1): move \"all\" to the end");
	}
	if (end == SPF_PASS || end == SPF_NEUTRAL) {
		f = add(c, end == SPF_PASS ? FINDING_FAIL : FINDING_WARN,
		    end == SPF_PASS ? "open" : "no-end");
		finding_is(f, "%s", record);
		finding_mend(f,
		    end == SPF_PASS ?
			"it lets every host send: end it with \"~all\"" :
			"it says nothing about other hosts: end it with "
			"\"~all\"");
	}
	if (r->ptr) {
		f = add(c, FINDING_WARN, "ptr");
		finding_is(f, "%s", record);
		finding_mend(f,
		    "\"ptr\" should not be used (RFC 7208, 5.5): replace it "
		    "by ip4 and ip6");
	}
}

/* Walk all of the record, then ask it about each source. */
static void
check_record(struct checkup *c, const char *record)
{
	struct spf_report report;
	struct spf_query q;
	struct finding *f;
	enum spf_result r;
	size_t i;

	q.domain = c->path;
	q.helo = c->hostname;
	q.survey = true;
	if (c->sources > 0)
		q.ip = c->source[0];
	else
		(void)ipaddr_parse("192.0.2.1", &q.ip);
	r = spf_check(c->facts, &q, &report);
	if (r == SPF_WAIT)
		return;
	if (report.problem == SPF_FINE && report.lookups > SPF_LOOKUPS_MAX)
		report.problem = SPF_LOOKUPS;
	else if (report.problem == SPF_FINE && report.voids > SPF_VOIDS_MAX)
		report.problem = SPF_VOIDS;
	if (report.problem != SPF_FINE) {
		say_error(c, record, &report);
		return;
	}
	check_taste(c, record, r, &report);
	c->spf_ok = true;
	for (i = 0; i < c->sources; i++)
		check_source(c, record, &c->source[i]);
	if (c->sources > 0)
		return;
	f = add(c, FINDING_NOTE, "no-source");
	finding_is(f, "%s (%u look-ups)", record, report.lookups);
	finding_mend(f,
	    "say which addresses this host sends from, in edd.conf: "
	    "public-address ADDRESS; or behind the command: source ADDRESS");
}

/* SPF of the return path's domain. */
void
checkup_spf(struct checkup *c)
{
	const struct fact *txt;
	const char *record;
	struct finding *f;
	unsigned n;
	size_t i;

	c->spf_ok = false;
	txt = facts_get(c->facts, DNS_TXT, c->path);
	if (txt == NULL)
		return;
	if (txt->status == DNS_FAIL) {
		f = add(c, FINDING_UNKNOWN, "no-answer");
		finding_is(f, "the DNS does not answer");
		return;
	}
	record = NULL;
	n = 0;
	for (i = 0; i < txt->records; i++) {
		if (!spf_is_record(txt->record[i]))
			continue;
		record = txt->record[i];
		n++;
	}
	if (n == 0)
		say_none(c, txt);
	else if (n > 1)
		say_two(c, txt, n);
	else
		check_record(c, record);
}

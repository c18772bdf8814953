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
 * DMARC: there is a policy where receivers look for it, and mail of this
 * host is aligned with it.
 */
#include <stdio.h>
#include <string.h>

#include "checkup.h"
#include "dmarc.h"
#include "facts.h"
#include "finding.h"

#define LABEL "_dmarc."

static bool
match_dmarc(const char *record, void *arg)
{
	return dmarc_is_record(record);
}

static struct finding *
add(struct checkup *c, enum finding_state state, const char *problem)
{
	char name[DOMAIN_SIZE + sizeof(LABEL)];
	struct finding *f;

	(void)snprintf(name, sizeof(name), LABEL "%s", c->domain);
	f = finding_add(c->found, state, "DMARC", problem);
	finding_record(f, "TXT", name);
	return f;
}

/* How many DMARC records a name has, and the last; 0 also if unknown. */
static unsigned
records_at(struct checkup *c, const char *name, const char **record)
{
	const struct fact *f;
	unsigned n;
	size_t i;

	f = facts_get(c->facts, DNS_TXT, name);
	n = 0;
	for (i = 0; f != NULL && i < f->records; i++) {
		if (!dmarc_is_record(f->record[i]))
			continue;
		*record = f->record[i];
		n++;
	}
	return n;
}

/* Where else a record stands that belongs to _dmarc.DOMAIN, or false. */
static bool
elsewhere(struct checkup *c, const char *name, char where[DOMAIN_SIZE],
    const char **problem)
{
	static const char *const prefixes[] = { "", "dmarc.", "_dmarc.www.",
		"_dmarc._domainkey.", "_dmarc._dmarc.", "_demarc." };
	char at[DOMAIN_SIZE + 32];
	const char *record;
	size_t i;
	bool found;

	*problem = "zone-appended";
	found = checkup_misplaced(c, name, c->domain, match_dmarc, NULL, where);
	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		(void)snprintf(at, sizeof(at), "%s%s", prefixes[i], c->domain);
		if (records_at(c, at, &record) == 0 || found)
			continue;
		found = true;
		*problem = "wrong-name";
		(void)snprintf(where, DOMAIN_SIZE, "%.255s", at);
	}
	return found;
}

/* A policy of a domain above holds for this one (RFC 7489, 6.6.3). */
static const char *
inherited(struct checkup *c, const char **record)
{
	char name[DOMAIN_SIZE + sizeof(LABEL)];
	const char *above;

	for (above = checkup_parent(c->domain); above != NULL;
	     above = checkup_parent(above)) {
		(void)snprintf(name, sizeof(name), LABEL "%s", above);
		if (records_at(c, name, record) == 1)
			return above;
	}
	return NULL;
}

/* A record that was meant as one: "v=DMARC1" in quotes, or written wrong. */
static const char *
meant(const struct fact *f)
{
	size_t i;

	for (i = 0; i < f->records; i++) {
		if (strcasestr(f->record[i], "dmarc1") != NULL)
			return f->record[i];
	}
	return NULL;
}

static void
say_missing(struct checkup *c, const char *name, const struct fact *txt)
{
	char where[DOMAIN_SIZE];
	const char *cname, *problem, *spoilt;
	struct finding *f;

	spoilt = meant(txt);
	cname = checkup_cname(c, name);
	if (spoilt != NULL) {
		f = add(c, FINDING_FAIL,
		    strpbrk(spoilt, "\"\\") != NULL ? "quotes" : "ill-formed");
		finding_is(f, "%s", spoilt);
		finding_mend(f,
		    "a record begins with \"v=DMARC1;\" in these letters, and "
		    "has no quotes or backslashes in its value");
	} else if (elsewhere(c, name, where, &problem)) {
		f = add(c, FINDING_FAIL, problem);
		finding_is(f, "nothing there; the record is at %s", where);
		if (strcmp(problem, "wrong-name") == 0)
			finding_mend(f,
			    "receivers look at %s only: move it there", name);
		else
			finding_mend(f,
			    "the provider appends the zone to what is "
			    "entered: enter the name in the form that is "
			    "relative to the zone, or with a dot at its end");
	} else if (cname != NULL) {
		f = add(c, FINDING_FAIL, "cname");
		finding_is(f, "a CNAME to %s, where there is no record", cname);
		finding_mend(f,
		    "beside a CNAME no other record can stand: remove it, "
		    "then publish this record");
	} else {
		f = add(c, FINDING_FAIL, "missing");
		finding_is(f, "nothing");
		finding_mend(f,
		    "publish this record: large receivers refuse bulk mail of "
		    "a domain without a policy. \"p=none\" changes nothing "
		    "and brings reports");
	}
	finding_should(f, "v=DMARC1; p=none; rua=mailto:postmaster@%s",
	    c->domain);
}

/* Strict: the same; relaxed: one below the other, in one organisation. */
static bool
is_aligned(const char *a, const char *b, bool strict)
{
	if (strict)
		return strcmp(a, b) == 0;
	return checkup_below(a, b) || checkup_below(b, a) ||
	    (checkup_parent(a) != NULL && checkup_parent(b) != NULL &&
		strcmp(checkup_parent(a), checkup_parent(b)) == 0);
}

/*
 * One of SPF and DKIM must pass for the domain of From.  Keys are those of
 * exactly this domain, so a signature is aligned in both modes.
 */
static void
check_alignment(struct checkup *c, const struct dmarc *d)
{
	struct finding *f;
	bool spf;

	spf = c->spf_ok && is_aligned(c->path, c->domain, d->strict_spf);
	f = finding_add(c->found,
	    c->dkim_ok > 0 || spf ? FINDING_OK : FINDING_FAIL, "alignment",
	    c->dkim_ok > 0 || spf ? "" : "not-aligned");
	finding_is(f, "DKIM: %s (d=%s); SPF: %s (return path in %s, %s)",
	    c->dkim_ok > 0 ? "aligned" : "no key in the DNS", c->domain,
	    spf		  ? "aligned" :
		c->spf_ok ? "another domain" :
			    "does not pass",
	    c->path, d->strict_spf ? "strict" : "relaxed");
	if (f->state == FINDING_OK)
		return;
	finding_should(f, "one of them aligned");
	finding_mend(f, "mend DKIM first: it survives forwarding");
}

/* Section 7.1: another domain must say that it wants the reports. */
static void
check_reports(struct checkup *c, const struct dmarc *d)
{
	char domain[DOMAIN_SIZE], name[2 * DOMAIN_SIZE + 32];
	const struct fact *fact;
	const char *list;
	struct finding *f;
	size_t len;

	list = d->rua;
	len = d->rua_len;
	while (dmarc_rua_next(&list, &len, domain)) {
		if (domain[0] == '\0' || is_aligned(domain, c->domain, false))
			continue;
		(void)snprintf(name, sizeof(name), "%s._report._dmarc.%s",
		    c->domain, domain);
		fact = facts_get(c->facts, DNS_TXT, name);
		if (fact == NULL || fact->status == DNS_FAIL ||
		    (fact->records > 0 && dmarc_is_record(fact->record[0])))
			continue;
		f = finding_add(c->found, FINDING_WARN, "DMARC reports",
		    "reports-refused");
		finding_record(f, "TXT", name);
		finding_is(f, "nothing");
		finding_should(f, "v=DMARC1");
		finding_mend(f,
		    "%s must publish this, or it gets no reports about %s",
		    domain, c->domain);
	}
}

static void
check_record(struct checkup *c, const char *record)
{
	struct finding *f;
	struct dmarc d;

	if (dmarc_parse(record, &d) == -1) {
		f = add(c, FINDING_FAIL, "ill-formed");
		finding_is(f, "%s", record);
		finding_should(f, "v=DMARC1; p=none; rua=mailto:postmaster@%s",
		    c->domain);
		if (strcmp(d.wrong, "p") == 0)
			finding_mend(f, "it has no policy: add \"p=none\"");
		else
			finding_mend(f, "correct \"%s\"", d.wrong);
		return;
	}
	f = add(c, d.rua_len > 0 ? FINDING_OK : FINDING_NOTE,
	    d.rua_len > 0 ? "" : "no-reports");
	finding_is(f, "%s", record);
	if (d.rua_len == 0)
		finding_mend(f,
		    "add \"; rua=mailto:ADDRESS\" to be told who sends in "
		    "the name of %s",
		    c->domain);
	check_reports(c, &d);
	check_alignment(c, &d);
}

static void
check_above(struct checkup *c, const char *name, const struct fact *txt)
{
	const char *above, *record;
	struct finding *f;
	struct dmarc d;

	record = NULL;
	above = inherited(c, &record);
	if (above == NULL || dmarc_parse(record, &d) == -1) {
		say_missing(c, name, txt);
		return;
	}
	f = add(c, FINDING_OK, "");
	finding_is(f, "%s (of %s, which holds here: %s)", record, above,
	    dmarc_policy_name(d.subdomains));
	check_alignment(c, &d);
}

/* The policy of the domain; to be called after those of SPF and DKIM. */
void
checkup_dmarc(struct checkup *c)
{
	char name[DOMAIN_SIZE + sizeof(LABEL)];
	const char *record;
	const struct fact *txt;
	struct finding *f;
	unsigned n;

	(void)snprintf(name, sizeof(name), LABEL "%s", c->domain);
	txt = facts_get(c->facts, DNS_TXT, name);
	if (txt == NULL)
		return;
	if (txt->status == DNS_FAIL) {
		f = add(c, FINDING_UNKNOWN, "no-answer");
		finding_is(f, "the DNS does not answer");
		return;
	}
	n = records_at(c, name, &record);
	if (n == 1) {
		check_record(c, record);
	} else if (n == 0) {
		check_above(c, name, txt);
	} else {
		f = add(c, FINDING_FAIL, "two-records");
		finding_is(f, "%u records that begin with v=DMARC1", n);
		finding_should(f, "%s", record);
		finding_mend(f,
		    "with more than one none counts (RFC 7489, 6.6.3): leave "
		    "one");
	}
}

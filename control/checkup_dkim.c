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
 * DKIM: each key of the domain is in the DNS as it should be, or else which
 * of the usual mistakes was made.
 */
#include <stdio.h>
#include <string.h>

#include "checkup.h"
#include "compat.h"
#include "dkim_txt.h"
#include "dkimdns.h"
#include "facts.h"
#include "finding.h"

/* One key while it is looked at. */
struct look {
	struct checkup *c;
	const struct dkimkey *key;
	const struct fact *txt;
	const char *cname;
	char check[FINDING_CHECK_SIZE];
	char name[DKIMDNS_NAME_SIZE];
	char value[DKIMDNS_VALUE_SIZE];
};

/* Records that were cut, joined or mended before they are judged. */
#define MENDED_SIZE (2 * DNS_TEXT_MAX)

static enum dkim_txt_result
judge(const struct look *l, const char *record)
{
	return dkim_txt_check(record, strlen(record),
	    l->key->algorithm == SIGN_RSA_SHA256 ? DKIM_RSA_SHA256 :
						   DKIM_ED25519_SHA256,
	    l->key->pub, l->key->pub_len);
}

static struct finding *
add(struct look *l, enum finding_state state, const char *problem)
{
	struct finding *f;

	f = finding_add(l->c->found, state, l->check, problem);
	finding_record(f, "TXT", l->name);
	if (state != FINDING_OK)
		finding_should(f, "%s", l->value);
	return f;
}

/* Cut out every part that should not be there.  Whether there was any. */
static bool
cut(char *text, const char *part)
{
	size_t len;
	bool any;
	char *p;

	any = false;
	len = strlen(part);
	while ((p = strstr(text, part)) != NULL) {
		memmove(p, p + len, strlen(p + len) + 1);
		any = true;
	}
	return any;
}

/*
 * Mend a record the way it may have been spoilt.  The name of the mistake if
 * it then has the key, else NULL.
 */
static const char *
mended(const struct look *l, const char *record)
{
	static const char *const pem[] = { "-----BEGIN PUBLIC KEY-----",
		"-----END PUBLIC KEY-----", "-----BEGIN RSA PUBLIC KEY-----",
		"-----END RSA PUBLIC KEY-----" };
	static const char *const breaks[] = { "\r", "\n", "\\r", "\\n", "\\010",
		"\\013" };
	char text[MENDED_SIZE];
	const char *mistake;
	size_t i;

	(void)strlcpy(text, record, sizeof(text));
	mistake = NULL;
	for (i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		if (cut(text, breaks[i]))
			mistake = "line-breaks";
	}
	if (cut(text, "\""))
		mistake = "quotes";
	if (cut(text, "\\") && mistake == NULL)
		mistake = "escapes";
	for (i = 0; i < sizeof(pem) / sizeof(pem[0]); i++) {
		if (cut(text, pem[i]))
			mistake = "pem";
	}
	return mistake != NULL && judge(l, text) == DKIM_TXT_OK ? mistake :
								  NULL;
}

/* Whether two records are the halves of one. */
static bool
is_split(const struct look *l)
{
	char text[MENDED_SIZE];
	unsigned i;

	if (l->txt->records != 2)
		return false;
	for (i = 0; i < 2; i++) {
		(void)snprintf(text, sizeof(text), "%s%s", l->txt->record[i],
		    l->txt->record[1 - i]);
		if (judge(l, text) == DKIM_TXT_OK)
			return true;
	}
	return false;
}

static void
say_mistake(struct look *l, const char *mistake, const char *record)
{
	struct finding *f;

	f = add(l, FINDING_FAIL, mistake);
	finding_is(f, "%s", record);
	if (strcmp(mistake, "quotes") == 0)
		finding_mend(f,
		    "quotes are in the value: enter it without any; the "
		    "provider adds them, and cuts it in strings, itself");
	else if (strcmp(mistake, "escapes") == 0)
		finding_mend(f,
		    "backslashes are in the value: enter it without, as it "
		    "is shown here");
	else if (strcmp(mistake, "pem") == 0)
		finding_mend(f,
		    "the lines BEGIN and END of a PEM file are in the value: "
		    "enter it as it is shown here");
	else
		finding_mend(f,
		    "the key has line breaks in it: enter the value as one "
		    "line, without spaces behind \"p=\"");
}

static const char *
why_not(enum dkim_txt_result r)
{
	switch (r) {
	case DKIM_TXT_REVOKED:
		return "it says that the key is revoked: \"p=\" is empty";
	case DKIM_TXT_VERSION:
		return "\"v=DKIM1\" must come first";
	case DKIM_TXT_UNUSABLE:
		return "its k=, h= or s= excludes this key";
	case DKIM_TXT_OTHER:
		return "it is the record of another key: replace it, or give "
		       "the key here another selector";
	default:
		return "it is no key record: it is cut off, or something else "
		       "stands there";
	}
}

static const char *
problem_name(enum dkim_txt_result r)
{
	switch (r) {
	case DKIM_TXT_REVOKED:
		return "revoked";
	case DKIM_TXT_UNUSABLE:
		return "unusable";
	case DKIM_TXT_OTHER:
		return "other-key";
	default:
		return "ill-formed";
	}
}

/* There are records, and none is it. */
static void
look_wrong(struct look *l)
{
	enum dkim_txt_result r;
	const char *mistake;
	struct finding *f;
	size_t i;

	if (is_split(l)) {
		f = add(l, FINDING_FAIL, "split-records");
		finding_is(f, "%s", l->txt->record[0]);
		finding_mend(f,
		    "the value was cut in two records: make it one record, "
		    "whose strings may be two");
		return;
	}
	for (i = 0; i < l->txt->records; i++) {
		mistake = mended(l, l->txt->record[i]);
		if (mistake != NULL) {
			say_mistake(l, mistake, l->txt->record[i]);
			return;
		}
	}
	r = judge(l, l->txt->record[0]);
	f = add(l, FINDING_FAIL, l->cname != NULL ? "cname" : problem_name(r));
	finding_is(f, "%s", l->txt->record[0]);
	if (l->cname != NULL)
		finding_mend(f,
		    "the name is an alias (CNAME) of %s: beside it no TXT "
		    "record is seen. Remove the CNAME, or publish the value "
		    "there",
		    l->cname);
	else
		finding_mend(f, "%s", why_not(r));
}

static bool
match_key(const char *record, void *arg)
{
	return judge(arg, record) == DKIM_TXT_OK;
}

/* There is nothing: perhaps it stands elsewhere. */
static void
look_missing(struct look *l)
{
	char where[DOMAIN_SIZE], bare[DKIMDNS_NAME_SIZE];
	const struct fact *f;
	struct finding *out;

	(void)snprintf(bare, sizeof(bare), "%s.%s", l->key->selector,
	    l->c->domain);
	f = facts_get(l->c->facts, DNS_TXT, bare);
	if (checkup_misplaced(l->c, l->name, l->c->domain, match_key, l,
		where)) {
		out = add(l, FINDING_FAIL, "zone-appended");
		finding_is(out, "nothing there; the record is at %s", where);
		finding_mend(out,
		    "the provider appends the zone to what is entered: enter "
		    "the name in the form that is relative to the zone, or "
		    "with a dot at its end");
	} else if (f != NULL && f->records > 0 && match_key(f->record[0], l)) {
		out = add(l, FINDING_FAIL, "wrong-name");
		finding_is(out, "nothing there; the record is at %s", bare);
		finding_mend(out, "the name lacks \"_domainkey\"");
	} else if (l->cname != NULL) {
		out = add(l, FINDING_FAIL, "cname");
		finding_is(out, "a CNAME to %s, where there is no TXT record",
		    l->cname);
		finding_mend(out,
		    "publish the value at %s; or remove the CNAME, beside "
		    "which no other record can stand, and publish it here",
		    l->cname);
	} else {
		out = add(l, FINDING_FAIL, "missing");
		finding_is(out, "nothing");
		finding_mend(out,
		    "publish this record; then \"edctl dkim check %s\"",
		    l->c->domain);
	}
}

/* The key is there. */
static void
look_found(struct look *l, const char *record)
{
	struct finding *f;
	const char *p;

	l->c->dkim_ok++;
	p = strstr(record, "p=");
	if (l->txt->records > 1) {
		f = add(l, FINDING_WARN, "many-records");
		finding_is(f, "%zu TXT records", l->txt->records);
		finding_mend(f,
		    "leave this record only: with more than one, a verifier "
		    "may take any (RFC 6376, 3.6.2.2)");
	} else if (strpbrk(record, "\r\n") != NULL) {
		say_mistake(l, "line-breaks", record);
	} else if (p != NULL && strpbrk(p, " \t") != NULL &&
	    strchr(p, ';') == NULL) {
		f = add(l, FINDING_WARN, "spaces");
		finding_is(f, "%s", record);
		finding_mend(f,
		    "the key has spaces in it, which not every verifier "
		    "takes: enter it without");
	} else {
		f = add(l, FINDING_OK, "");
		finding_is(f, "%s%s",
		    l->cname == NULL ? "" : "by CNAME: ", record);
	}
}

static void
look_at(struct look *l)
{
	struct finding *f;
	size_t i;

	l->txt = facts_get(l->c->facts, DNS_TXT, l->name);
	l->cname = checkup_cname(l->c, l->name);
	if (l->txt == NULL)
		return;
	if (l->txt->status == DNS_FAIL) {
		f = add(l, FINDING_UNKNOWN, "no-answer");
		finding_is(f, "the DNS does not answer");
		return;
	}
	for (i = 0; i < l->txt->records; i++) {
		if (judge(l, l->txt->record[i]) == DKIM_TXT_OK) {
			look_found(l, l->txt->record[i]);
			return;
		}
	}
	if (l->txt->records > 0)
		look_wrong(l);
	else
		look_missing(l);
}

/* A finding for each key; one if there is none. */
void
checkup_dkim(struct checkup *c)
{
	struct finding *f;
	struct look l;
	unsigned i;

	c->dkim_ok = 0;
	for (i = 0; i < c->keys; i++) {
		l.c = c;
		l.key = &c->key[i];
		(void)snprintf(l.check, sizeof(l.check), "DKIM %s",
		    l.key->selector);
		dkimdns_name(l.key, l.name);
		if (dkimdns_value(l.key, l.value) == 0)
			look_at(&l);
	}
	if (c->keys > 0)
		return;
	f = finding_add(c->found, FINDING_FAIL, "DKIM", "no-key");
	finding_is(f, "the domain has no DKIM key");
	finding_should(f, "mail is signed");
	finding_mend(f, "edctl dkim add %s", c->domain);
}

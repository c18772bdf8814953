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
 * The text of DMARC records, and the checks of a domain over small zones.
 * The usual mistakes in real zones are in regress/system/test_domain_check.py.
 *
 * sources: control/facts.c control/finding.c control/ipaddr.c control/spf.c
 * sources: control/spf_macro.c control/spf_term.c control/dmarc.c
 * sources: control/checkup_name.c control/checkup_spf.c
 * sources: control/checkup_dkim.c control/checkup_dmarc.c
 * sources: control/checkup_path.c control/checkup_source.c
 * sources: control/checkup_inbound.c control/dkimdns.c
 * sources: regress/control/zone.c lib/compat.c lib/dkim_txt.c lib/base64.c
 * libs: -lcrypto
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checkup.h"
#include "compat.h"
#include "dmarc.h"
#include "facts.h"
#include "finding.h"
#include "zone.h"

static const struct {
	const char *record;
	bool is_record;
	bool good;
	const char *wrong;
	enum dmarc_policy policy;
	enum dmarc_policy subdomains;
} records[] = {
	{ "v=DMARC1; p=none", true, true, "", DMARC_NONE, DMARC_NONE },
	{ "v=DMARC1;p=reject;", true, true, "", DMARC_REJECT, DMARC_REJECT },
	{ " v = DMARC1 ; p = Quarantine; sp=none", true, true, "",
	    DMARC_QUARANTINE, DMARC_NONE },
	{ "v=DMARC1; p=none; x=y; pct=50; adkim=s; aspf=r", true, true, "",
	    DMARC_NONE, DMARC_NONE },
	{ "v=DMARC1; p=none; rua=mailto:a@b.org!10m,mailto:c@d.org", true, true,
	    "", DMARC_NONE, DMARC_NONE },
	{ "v=DMARC1; p=none; rua=https://x.org/", true, true, "", DMARC_NONE,
	    DMARC_NONE },
	{ "v=DMARC1", true, false, "p", 0, 0 },
	{ "v=DMARC1; p=non", true, false, "p=non", 0, 0 },
	{ "v=DMARC1; p=none; pct=101", true, false, "pct=101", 0, 0 },
	{ "v=DMARC1; p=none; pct=", true, false, "pct=", 0, 0 },
	{ "v=DMARC1; p=none; adkim=x", true, false, "adkim=x", 0, 0 },
	{ "v=DMARC1; p=none; rua=a@b.org", true, false, "rua=a@b.org", 0, 0 },
	{ "v=DMARC1; p=none; rua=mailto:a", true, false, "rua=mailto:a", 0, 0 },
	{ "v=DMARC1; p=none; rua=", true, false, "rua=", 0, 0 },
	{ "v=DMARC1; p=none; rubbish", true, false, "rubbish", 0, 0 },
	{ "v=DMARC1;; p=none", true, false, "", 0, 0 },
	{ "v=dmarc1; p=none", false, false, NULL, 0, 0 },
	{ "v=DMARC12; p=none", false, false, NULL, 0, 0 },
	{ "p=none; v=DMARC1", false, false, NULL, 0, 0 },
	{ "", false, false, NULL, 0, 0 },
};

static void
dmarc_records(void **state)
{
	struct dmarc d;
	size_t i;
	int r;

	for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		if (dmarc_is_record(records[i].record) != records[i].is_record)
			fail_msg("%s", records[i].record);
		if (!records[i].is_record)
			continue;
		r = dmarc_parse(records[i].record, &d);
		if ((r == 0) != records[i].good ||
		    strcmp(d.wrong, records[i].wrong) != 0)
			fail_msg("%s: %s", records[i].record, d.wrong);
		if (r == -1)
			continue;
		assert_int_equal(d.policy, records[i].policy);
		assert_int_equal(d.subdomains, records[i].subdomains);
	}
}

static void
domains_of_reports(void **state)
{
	static const char list[] = "mailto:a@B.org!10m, https://x.org/,"
				   "mailto:c@d.org";
	static const char *const domains[] = { "b.org", "", "d.org" };
	char domain[DOMAIN_SIZE];
	const char *s;
	size_t i, len;

	s = list;
	len = sizeof(list) - 1;
	for (i = 0; i < 3; i++) {
		assert_true(dmarc_rua_next(&s, &len, domain));
		assert_string_equal(domain, domains[i]);
	}
	assert_int_equal(len, 0);
	assert_false(dmarc_rua_next(&s, &len, domain));
}

static const struct {
	const char *name;
	const char *zone;
	const char *relative;
} names[] = {
	{ "s._domainkey.example.org", "example.org", "s._domainkey" },
	{ "s._domainkey.mail.example.org", "example.org", "s._domainkey.mail" },
	{ "example.org", "example.org", "@" },
	{ "example.net", "example.org", "example.net" },
	{ "badexample.org", "example.org", "badexample.org" },
};

static void
names_relative_to_a_zone(void **state)
{
	char relative[DOMAIN_SIZE];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		checkup_relative(names[i].name, names[i].zone, relative);
		assert_string_equal(relative, names[i].relative);
	}
	assert_string_equal(checkup_parent("a.b.c"), "b.c");
	assert_null(checkup_parent("b.c"));
	assert_null(checkup_parent("c"));
}

/* A public key of Ed25519, and its record. */
static const uint8_t spki[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65,
	0x70, 0x03, 0x21, 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
	32 };

#define VALUE                                                                  \
	"v=DKIM1; k=ed25519; p=AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="

static const struct {
	const char *label;
	const char *zone;
	const char *found; /* "CHECK=PROBLEM" of each not ok, joined */
} cases[] = {
	{ "all is there",
	    "TXT m.example.org v=spf1 ip4:192.0.2.1 -all\n"
	    "TXT s._domainkey.m.example.org " VALUE "\n"
	    "TXT _dmarc.m.example.org v=DMARC1; p=none; rua=mailto:a@example.org\n"
	    "MX m.example.org 10 mx.m.example.org\nA mx.m.example.org 192.0.2.1\n"
	    "PTR 192.0.2.1 mx.m.example.org\nA host.example.org 192.0.2.1\n"
	    "TXT _mta-sts.m.example.org v=STSv1; id=1\n"
	    "A mta-sts.m.example.org 192.0.2.1\n"
	    "TXT _smtp._tls.m.example.org v=TLSRPTv1; rua=mailto:a@b.c\n",
	    "" },
	{ "nothing is there", "",
	    "SPF=missing DKIM s=missing DMARC=missing MX=no-mx PTR "
	    "192.0.2.1=missing EHLO=hello MTA-STS=missing TLSRPT=missing " },
	{ "nobody answers",
	    "TXT m.example.org FAIL\nTXT s._domainkey.m.example.org FAIL\n"
	    "TXT _dmarc.m.example.org FAIL\nMX m.example.org FAIL\n"
	    "PTR 192.0.2.1 FAIL\nA host.example.org 192.0.2.1\n"
	    "TXT _mta-sts.m.example.org FAIL\nTXT _smtp._tls.m.example.org "
	    "FAIL\n",
	    "SPF=no-answer DKIM s=no-answer DMARC=no-answer MX=no-answer PTR "
	    "192.0.2.1=no-answer " },
	{ "a policy above holds, but mail is not aligned",
	    "TXT _dmarc.example.org v=DMARC1; p=reject\n"
	    "TXT m.example.org v=spf1 -all\n"
	    "TXT s._domainkey.m.example.org v=DKIM1; p=\n"
	    "A m.example.org 192.0.2.1\nA host.example.org 192.0.2.1\n"
	    "PTR 192.0.2.1 host.example.org\n",
	    "SPF=source-not-listed DKIM s=unusable alignment=not-aligned "
	    "MX=no-mx MTA-STS=missing TLSRPT=missing " },
};

static void
run(struct checkup *c, const char *zone)
{
	do {
		c->found->n = 0;
		checkup_spf(c);
		checkup_dkim(c);
		checkup_dmarc(c);
		checkup_path(c);
		checkup_sources(c);
		checkup_inbound(c);
	} while (zone_answer(c->facts, zone));
}

static void
zones_are_judged(void **state)
{
	static struct findings found;
	static struct checkup c;
	const struct finding *f;
	char text[1024];
	size_t i, k, len;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&c, 0, sizeof(c));
		c.facts = facts_new();
		c.found = &found;
		c.hostname = "host.example.org";
		(void)strlcpy(c.domain, "m.example.org", sizeof(c.domain));
		(void)strlcpy(c.path, "m.example.org", sizeof(c.path));
		c.sources = 1;
		assert_int_equal(ipaddr_parse("192.0.2.1", &c.source[0]), 0);
		c.keys = 1;
		(void)strlcpy(c.key[0].domain, c.domain, DOMAIN_SIZE);
		(void)strlcpy(c.key[0].selector, "s", SELECTOR_SIZE);
		c.key[0].algorithm = SIGN_ED25519;
		c.key[0].pub_len = sizeof(spki);
		memcpy(c.key[0].pub, spki, sizeof(spki));
		run(&c, cases[i].zone);
		text[0] = '\0';
		for (k = 0; k < found.n; k++) {
			f = &found.finding[k];
			len = strlen(text);
			if (f->state != FINDING_OK)
				(void)snprintf(text + len, sizeof(text) - len,
				    "%s=%s ", f->check, f->problem);
		}
		if (strcmp(text, cases[i].found) != 0)
			fail_msg("%s: %s", cases[i].label, text);
		facts_free(c.facts);
	}
}

/* What is asked is bounded, and so is what is kept of answers. */
static void
questions_are_bounded(void **state)
{
	char name[32];
	struct facts *f;
	size_t i;

	f = facts_new();
	for (i = 0; i < FACTS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "n%zu.example.org", i);
		assert_null(facts_get(f, DNS_A, name));
	}
	assert_int_equal(facts_get(f, DNS_A, "x.example.org")->status,
	    DNS_FAIL);
	assert_null(facts_get(f, DNS_A, "n0.example.org"));
	facts_close(f);
	assert_int_equal(facts_get(f, DNS_A, "n0.example.org")->status,
	    DNS_FAIL);
	facts_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dmarc_records),
		cmocka_unit_test(domains_of_reports),
		cmocka_unit_test(names_relative_to_a_zone),
		cmocka_unit_test(zones_are_judged),
		cmocka_unit_test(questions_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

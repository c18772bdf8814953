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
 * SPF: terms, macros, and check_host() over small zones.
 *
 * sources: control/facts.c control/ipaddr.c control/spf.c control/spf_macro.c
 * sources: control/spf_term.c regress/control/zone.c lib/compat.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "facts.h"
#include "ipaddr.h"
#include "spf.h"
#include "spf_macro.h"
#include "spf_term.h"
#include "zone.h"

static const struct {
	const char *term;
	bool good;
} terms[] = {
	{ "all", true },
	{ "-ALL", true },
	{ "all:x", false },
	{ "include:example.org", true },
	{ "include:%{d}", true },
	{ "include:%{i1r-}.example.org", true },
	{ "include", false },
	{ "include:", false },
	{ "include:example", false },
	{ "include:example.123", false },
	{ "include:%{z}.example.org", false },
	{ "include:%x.example.org", false },
	{ "include:ex%", false },
	{ "include:a.org/24", false },
	{ "a", true },
	{ "a/24", true },
	{ "a//64", true },
	{ "a/24//64", true },
	{ "a:example.org/24//64", true },
	{ "a/33", false },
	{ "a/024", false },
	{ "a//129", false },
	{ "a:", false },
	{ "mx/0", true },
	{ "mx/", false },
	{ "ptr", true },
	{ "ptr:example.org", true },
	{ "ptr/24", false },
	{ "ip4:192.0.2.1", true },
	{ "ip4:192.0.2.0/24", true },
	{ "ip4:192.0.2.0/33", false },
	{ "ip4:192.0.2", false },
	{ "ip4:2001:db8::1", false },
	{ "ip4:192.0.2.1ip4:192.0.2.2", false },
	{ "ip6:2001:db8::/32", true },
	{ "ip6:192.0.2.1", false },
	{ "ip6:2001:db8::/129", false },
	{ "exists:%{ir}.sbl.example.org", true },
	{ "redirect=example.org", true },
	{ "redirect=", false },
	{ "exp=explain.%{d}", true },
	{ "unknown=anything%{s}", true },
	{ "unknown=%", false },
	{ "1x=y", false },
	{ "ipv4:192.0.2.1", false },
	{ "\"ip4:192.0.2.1\"", false },
	{ "+-all", false },
};

static void
terms_of_the_grammar(void **state)
{
	char record[256];
	const char *s;
	struct spf_term t;
	enum spf_next next;
	size_t i;

	for (i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
		(void)snprintf(record, sizeof(record), "v=spf1 %s ",
		    terms[i].term);
		s = record;
		next = spf_term_next(&s, &t);
		if ((next == SPF_NEXT_TERM) != terms[i].good)
			fail_msg("%s", terms[i].term);
		assert_int_equal(t.len, strlen(terms[i].term));
		assert_int_equal(spf_term_next(&s, &t), SPF_NEXT_END);
	}
}

static void
what_a_record_begins_with(void **state)
{
	assert_true(spf_is_record("v=spf1"));
	assert_true(spf_is_record("V=SPF1 -all"));
	assert_false(spf_is_record("v=spf10 -all"));
	assert_false(spf_is_record("v=spf1; -all"));
	assert_false(spf_is_record(" v=spf1 -all"));
	assert_false(spf_is_record(""));
}

/* RFC 7208 section 7.4, with another local part. */
static const struct {
	const char *ip;
	const char *spec;
	const char *name; /* NULL: refused */
} macros[] = {
	{ "192.0.2.3", "%{o}", "email.example.com" },
	{ "192.0.2.3", "%{d}", "email.example.com" },
	{ "192.0.2.3", "%{d4}", "email.example.com" },
	{ "192.0.2.3", "%{d2}", "example.com" },
	{ "192.0.2.3", "%{d1}", "com" },
	{ "192.0.2.3", "%{dr}", "com.example.email" },
	{ "192.0.2.3", "%{d2r}", "example.email" },
	{ "192.0.2.3", "%{l}.a", "postmaster.a" },
	{ "192.0.2.3", "%{ir}.%{v}._spf.%{d2}",
	    "3.2.0.192.in-addr._spf.example.com" },
	{ "192.0.2.3", "%{H}", "mail.example.com" },
	{ "2001:db8::cb01", "%{ir}.%{v}._spf.%{d2}",
	    "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
	    "ip6._spf.example.com" },
	{ "192.0.2.3", "%%%_%-.x", "% %20.x" },
	{ "192.0.2.3", "%{d0}", NULL },
	{ "192.0.2.3", "%{c}", NULL },
	{ "192.0.2.3", "%{d999}", NULL },
	{ "192.0.2.3", "%{d", NULL },
	{ "192.0.2.3", "%", NULL },
};

static void
macros_are_expanded(void **state)
{
	char name[DOMAIN_SIZE];
	struct spf_macros m;
	struct ipaddr ip;
	size_t i;
	int r;

	m.ip = &ip;
	m.sender = m.domain = "email.example.com";
	m.helo = "mail.example.com";
	for (i = 0; i < sizeof(macros) / sizeof(macros[0]); i++) {
		assert_int_equal(ipaddr_parse(macros[i].ip, &ip), 0);
		r = spf_expand(macros[i].spec, &m, name);
		assert_int_equal(r, macros[i].name == NULL ? -1 : 0);
		if (r == 0)
			assert_string_equal(name, macros[i].name);
	}
}

static void
a_long_name_loses_labels_in_front(void **state)
{
	char name[DOMAIN_SIZE], spec[SPF_SPEC_SIZE];
	struct spf_macros m;
	struct ipaddr ip;
	size_t i;

	assert_int_equal(ipaddr_parse("192.0.2.1", &ip), 0);
	m.ip = &ip;
	m.sender = m.domain = m.helo = "example.org";
	spec[0] = '\0';
	for (i = 0; i < 50; i++)
		(void)snprintf(spec + strlen(spec), sizeof(spec) - strlen(spec),
		    "l%03zu.", i);
	(void)snprintf(spec + strlen(spec), sizeof(spec) - strlen(spec),
	    "example.org");
	assert_int_equal(spf_expand(spec, &m, name), 0);
	assert_true(strlen(name) <= 253 && strlen(name) > 240);
	assert_non_null(strstr(name, ".l049.example.org"));
}

static const struct {
	const char *label;
	const char *zone;
	const char *ip;
	enum spf_result result;
	enum spf_problem problem;
	unsigned lookups;
} checks[] = {
	{ "no record", "", "192.0.2.1", SPF_NONE, SPF_FINE, 0 },
	{ "no answer", "TXT example.org FAIL\n", "192.0.2.1", SPF_TEMPERROR,
	    SPF_NO_ANSWER, 0 },
	{ "two records",
	    "TXT example.org v=spf1 -all\nTXT example.org v=spf1 ~all\n",
	    "192.0.2.1", SPF_PERMERROR, SPF_TWO_RECORDS, 0 },
	{ "other records do not count",
	    "TXT example.org hello\nTXT example.org v=spf1 +all\n", "192.0.2.1",
	    SPF_PASS, SPF_FINE, 0 },
	{ "ip4 matches", "TXT example.org v=spf1 ip4:192.0.2.0/24 -all\n",
	    "192.0.2.77", SPF_PASS, SPF_FINE, 0 },
	{ "ip4 does not match",
	    "TXT example.org v=spf1 ip4:192.0.3.0/24 -all\n", "192.0.2.77",
	    SPF_HARDFAIL, SPF_FINE, 0 },
	{ "ip6 matches", "TXT example.org v=spf1 ip6:2001:db8::/33 ~all\n",
	    "2001:db8:7fff::1", SPF_PASS, SPF_FINE, 0 },
	{ "ip6 does not match",
	    "TXT example.org v=spf1 ip6:2001:db8::/33 ~all\n",
	    "2001:db8:8000::1", SPF_SOFTFAIL, SPF_FINE, 0 },
	{ "nothing matches", "TXT example.org v=spf1 ip4:192.0.2.9\n",
	    "192.0.2.1", SPF_NEUTRAL, SPF_FINE, 0 },
	{ "a of the domain",
	    "TXT example.org v=spf1 a -all\nA example.org 192.0.2.1\n",
	    "192.0.2.1", SPF_PASS, SPF_FINE, 1 },
	{ "a with a prefix",
	    "TXT example.org v=spf1 a:h.example.org/24 -all\n"
	    "A h.example.org 192.0.2.200\n",
	    "192.0.2.1", SPF_PASS, SPF_FINE, 1 },
	{ "a of the other family",
	    "TXT example.org v=spf1 a -all\nAAAA example.org 2001:db8::1\n",
	    "2001:db8::1", SPF_PASS, SPF_FINE, 1 },
	{ "mx",
	    "TXT example.org v=spf1 mx -all\nMX example.org 10 a.b\n"
	    "A a.b 192.0.2.1\n",
	    "192.0.2.1", SPF_PASS, SPF_FINE, 1 },
	{ "mx whose host does not answer",
	    "TXT example.org v=spf1 mx -all\nMX example.org 10 a.b\n"
	    "A a.b FAIL\n",
	    "192.0.2.1", SPF_TEMPERROR, SPF_NO_ANSWER, 1 },
	{ "ptr",
	    "TXT example.org v=spf1 ptr -all\nPTR 192.0.2.1 m.example.org\n"
	    "A m.example.org 192.0.2.1\n",
	    "192.0.2.1", SPF_PASS, SPF_FINE, 1 },
	{ "ptr of a name that ends alike",
	    "TXT example.org v=spf1 ptr -all\nPTR 192.0.2.1 badexample.org\n"
	    "A badexample.org 192.0.2.1\n",
	    "192.0.2.1", SPF_HARDFAIL, SPF_FINE, 1 },
	{ "exists",
	    "TXT example.org v=spf1 exists:%{ir}.b.c -all\n"
	    "A 1.2.0.192.b.c 127.0.0.2\n",
	    "192.0.2.1", SPF_PASS, SPF_FINE, 1 },
	{ "include that passes",
	    "TXT example.org v=spf1 include:a.b -all\n"
	    "TXT a.b v=spf1 ip4:192.0.2.1 -all\n",
	    "192.0.2.1", SPF_PASS, SPF_FINE, 1 },
	{ "fail of an include is no match",
	    "TXT example.org v=spf1 include:a.b ~all\nTXT a.b v=spf1 -all\n",
	    "192.0.2.1", SPF_SOFTFAIL, SPF_FINE, 1 },
	{ "include without record", "TXT example.org v=spf1 include:a.b ~all\n",
	    "192.0.2.1", SPF_PERMERROR, SPF_NO_TARGET, 1 },
	{ "an error in an include is one of all",
	    "TXT example.org v=spf1 include:a.b +all\nTXT a.b v=spf1 foo\n",
	    "192.0.2.1", SPF_PERMERROR, SPF_SYNTAX, 1 },
	{ "redirect",
	    "TXT example.org v=spf1 redirect=a.b\nTXT a.b v=spf1 +all\n",
	    "192.0.2.1", SPF_PASS, SPF_FINE, 1 },
	{ "redirect beside all is not followed",
	    "TXT example.org v=spf1 redirect=a.b -all\nTXT a.b v=spf1 +all\n",
	    "192.0.2.1", SPF_HARDFAIL, SPF_FINE, 0 },
	{ "redirect to nothing", "TXT example.org v=spf1 redirect=a.b\n",
	    "192.0.2.1", SPF_PERMERROR, SPF_NO_TARGET, 1 },
	{ "two redirects", "TXT example.org v=spf1 redirect=a.b redirect=a.c\n",
	    "192.0.2.1", SPF_PERMERROR, SPF_SYNTAX, 0 },
	{ "an error behind a match counts", "TXT example.org v=spf1 +all foo\n",
	    "192.0.2.1", SPF_PERMERROR, SPF_SYNTAX, 0 },
	{ "a loop ends", "TXT example.org v=spf1 include:example.org -all\n",
	    "192.0.2.1", SPF_PERMERROR, SPF_LOOKUPS, 11 },
	{ "three that find nothing",
	    "TXT example.org v=spf1 a:a.b a:a.c a:a.d +all\n", "192.0.2.1",
	    SPF_PERMERROR, SPF_VOIDS, 3 },
	{ "two that find nothing", "TXT example.org v=spf1 a:a.b a:a.c +all\n",
	    "192.0.2.1", SPF_PASS, SPF_FINE, 2 },
	{ "eleven hosts",
	    "TXT example.org v=spf1 mx -all\nMX example.org 1 a.a\n"
	    "MX example.org 1 a.b\nMX example.org 1 a.c\nMX example.org 1 a.d\n"
	    "MX example.org 1 a.e\nMX example.org 1 a.f\nMX example.org 1 a.g\n"
	    "MX example.org 1 a.h\nMX example.org 1 a.i\nMX example.org 1 a.j\n"
	    "MX example.org 1 a.k\n",
	    "192.0.2.1", SPF_PERMERROR, SPF_MANY_HOSTS, 1 },
};

static void
hosts_are_checked(void **state)
{
	struct spf_report report;
	struct spf_query q;
	enum spf_result r;
	struct facts *f;
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		f = facts_new();
		q.domain = "example.org";
		q.helo = "mail.example.org";
		q.survey = false;
		assert_int_equal(ipaddr_parse(checks[i].ip, &q.ip), 0);
		do {
			r = spf_check(f, &q, &report);
		} while (zone_answer(f, checks[i].zone));
		if (r != checks[i].result ||
		    report.problem != checks[i].problem ||
		    report.lookups != checks[i].lookups)
			fail_msg("%s: %s, problem %d, %u look-ups",
			    checks[i].label, spf_result_name(r), report.problem,
			    report.lookups);
		facts_free(f);
	}
}

/* A survey walks past what matches and counts all. */
static void
a_survey_sees_everything(void **state)
{
	static const char zone[] =
	    "TXT example.org v=spf1 ip4:192.0.2.0/24 include:a.b mx ?all\n"
	    "TXT a.b v=spf1 a:c.d +all\nA c.d 192.0.2.1\n"
	    "MX example.org 1 c.d\n";
	struct spf_report report;
	struct spf_query q;
	enum spf_result r;
	struct facts *f;

	f = facts_new();
	q.domain = "example.org";
	q.helo = "mail.example.org";
	q.survey = true;
	assert_int_equal(ipaddr_parse("192.0.2.1", &q.ip), 0);
	do {
		r = spf_check(f, &q, &report);
	} while (zone_answer(f, zone));
	assert_int_equal(r, SPF_NEUTRAL);
	assert_int_equal(report.lookups, 3);
	assert_int_equal(report.depth, 2);
	facts_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terms_of_the_grammar),
		cmocka_unit_test(what_a_record_begins_with),
		cmocka_unit_test(macros_are_expanded),
		cmocka_unit_test(a_long_name_loses_labels_in_front),
		cmocka_unit_test(hosts_are_checked),
		cmocka_unit_test(a_survey_sees_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

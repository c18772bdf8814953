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
 * Policy sentences: what is taken, and what is said of what is not.
 *
 * sources: control/condition.c control/sentence.c lib/compat.c lib/idn.c
 * sources: lib/address.c
 * libs: -lidn2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sentence.h"

#define N64  "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
#define N256 N64 N64 N64 N64

static const struct {
	const char *text, *canonical;
} good[] = {
	{ "allow group mailers to use email-family in compartment prod",
	    "allow group mailers to use email-family in compartment prod" },
	{ "allow any-user to use dkim in tenancy",
	    "allow any-user to use dkims in tenancy" },
	{ "allow group a to use approved-senders in tenancy WHERE "
	  "Target.Approved-Sender.EmailAddress='News@B\xc3\xbc"
	  "cher.example'",
	    "allow group a to use approved-senders in tenancy where "
	    "target.approved-sender.emailaddress = "
	    "'news@xn--bcher-kva.example'" },
	{ "allow group a to use email-domains in tenancy where "
	  "target.email-domain.name != /*.Example.org/",
	    "allow group a to use email-domains in tenancy where "
	    "target.email-domain.name != /*.example.org/" },
	{ "Allow Group Mailers TO Manage Approved-Senders IN Tenancy",
	    "allow group Mailers to manage approved-senders in tenancy" },
	{ "  allow\tany-user  to read suppressions in  tenancy ",
	    "allow any-user to read suppressions in tenancy" },
	{ "allow group to to inspect dkims in compartment in",
	    "allow group to to inspect dkims in compartment in" },
	{ "allow any-user to use email-domains in tenancy",
	    "allow any-user to use email-domains in tenancy" },
};

static const struct {
	const char *text, *why;
} bad[] = {
	{ "", "the sentence ends where \"allow\" is expected" },
	{ "permit any-user", "\"permit\" stands where \"allow\" is expected" },
	{ "allow",
	    "the sentence ends where \"group\" or \"any-user\" is "
	    "expected" },
	{ "allow user bob",
	    "\"user\" stands where \"group\" or \"any-user\" "
	    "is expected" },
	{ "allow group",
	    "the sentence ends where the name of a group is "
	    "expected" },
	{ "allow group a tu use", "\"tu\" stands where \"to\" is expected" },
	{ "allow group a to send",
	    "\"send\" stands where inspect, read, use or manage is expected" },
	{ "allow group a to use mail",
	    "\"mail\" stands where email-family, approved-senders, "
	    "suppressions, email-domains or dkims is expected" },
	{ "allow group a to use dkim on",
	    "\"on\" stands where \"in\" is expected" },
	{ "allow group a to use dkim in folder",
	    "\"folder\" stands where \"compartment\" or \"tenancy\" is "
	    "expected" },
	{ "allow group a to use dkim in compartment",
	    "the sentence ends where the name of a compartment is expected" },
	{ "allow group a to use dkim in tenancy now",
	    "\"now\" stands where the end is expected" },
	{ "allow group a to use dkim in tenancy where x = y",
	    "\"x = y\" stands where one of "
	    "target.approved-sender.emailaddress, "
	    "target.approved-sender.email-domain, target.email-domain.name "
	    "and target.dkim.email-domain is expected" },
	{ "allow group a to use dkim in tenancy where any { x = y }",
	    "a policy has one condition; write several policies in place of "
	    "\"any {}\"" },
	{ "allow group a to use dkim in tenancy where "
	  "target.dkim.email-domain like 'x'",
	    "\"=\" or \"!=\" is expected behind target.dkim.email-domain" },
	{ "allow group a to use dkim in tenancy where "
	  "target.dkim.email-domain = x",
	    "'VALUE' or /PATTERN/ is expected behind \"=\"" },
	{ "allow group a to use dkim in tenancy where "
	  "target.dkim.email-domain = 'x' or so",
	    "\"or so\" stands where the end is expected" },
	{ "allow group a to use dkim in tenancy where "
	  "target.dkim.email-domain = 'x*'",
	    "\"x*\" is no value: an address or a domain, with \"*\" at the "
	    "ends of a /pattern/ only" },
	{ "allow group a to use dkim in tenancy where "
	  "target.dkim.email-domain = ''",
	    "\"\" is no value: an address or a domain, with \"*\" at the "
	    "ends of a /pattern/ only" },
	{ "allow group a to use dkim in tenancy where "
	  "target.dkim.email-domain = '" N256 "'",
	    "\"'nnnnnnnnnnnnnnnnnnn...\" is too long" },
	{ "allow group " N256 " to use dkim in tenancy",
	    "\"nnnnnnnnnnnnnnnnnnnn...\" is too long" },
};

static void
taken(void **state)
{
	char why[512], text[SENTENCE_SIZE];
	struct sentence s;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (sentence_parse(good[i].text, &s, why, sizeof(why)) == -1)
			fail_msg("\"%s\": %s", good[i].text, why);
		sentence_print(&s, text);
		assert_string_equal(text, good[i].canonical);
	}
}

static void
refused(void **state)
{
	struct sentence s;
	char why[512];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (sentence_parse(bad[i].text, &s, why, sizeof(why)) == 0)
			fail_msg("\"%s\" is taken", bad[i].text);
		assert_string_equal(why, bad[i].why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

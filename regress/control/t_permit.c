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
 * What policies permit: verbs, families, conditions, groups and compartments;
 * and that a change holds from the next question on.
 *
 * sources: regress/control/world.c regress/control/tmpdir.c
 * sources: regress/control/fake_proc.c control/[!m]*.c control/m[!a]*.c
 * sources: lib/shellword.c
 * sources: lib/address.c lib/base64.c lib/breach.c lib/chan.c lib/compat.c
 * sources: lib/dkim_txt.c
 * sources: lib/id.c lib/idn.c lib/log.c lib/logsock.c lib/msg.c lib/netkey.c
 * sources: lib/network.c lib/pending.c lib/proto_admin.c lib/proto_auth.c
 * sources: lib/proto_ctl.c lib/proto_dns.c lib/proto_hook.c lib/proto_watch.c
 * sources: lib/proto_notice.c
 * sources: lib/proto_policy.c lib/proto_setup.c lib/proto_sign.c lib/row.c
 * sources: lib/proto_import.c lib/siphash.c
 * sources: lib/proto_reseal.c
 * libs: -levent -ldb-5.3 -lcrypto -lidn2 -ljson-c -lpthread
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "permit.h"
#include "world.h"

static struct world w;
static char user[OBJECT_ID_SIZE], other[OBJECT_ID_SIZE];
static char outer[OBJECT_ID_SIZE], inner[OBJECT_ID_SIZE];
static char policy[OBJECT_ID_SIZE];

static void
make(const char *line, char id[OBJECT_ID_SIZE])
{
	assert_true(world_do(&w, line));
	assert_true(world_value(&w, "id", id, OBJECT_ID_SIZE));
}

/* alice is in mailers; inner is in outer. */
static int
set_up(void **state)
{
	char group[OBJECT_ID_SIZE];

	world_make(&w);
	make("user add alice", user);
	make("user add bob", other);
	make("group add mailers", group);
	make("compartment add outer", outer);
	make("compartment add inner parent outer", inner);
	assert_true(world_do(&w, "group join mailers user alice"));
	policy[0] = '\0';
	return 0;
}

static int
tear_down(void **state)
{
	world_free(&w);
	return 0;
}

/* The only policy from now on. */
static void
set_policy(const char *sentence)
{
	const char *add[] = { "policy", "add", sentence, NULL };
	const char *drop[] = { "policy", "remove", policy, NULL };

	if (policy[0] != '\0')
		assert_true(world_words(&w, drop));
	if (!world_words(&w, add))
		fail_msg("%s: %s", sentence, w.why);
	assert_true(world_value(&w, "id", policy, sizeof(policy)));
}

static enum store_status
ask(const char *who, const char *permission, const char *compartment,
    const char *sender, const char *domain)
{
	struct permit_question q = { 0 };

	q.user = who;
	q.compartment = compartment;
	q.permission = permission_find(permission);
	if (q.permission == 0)
		fail_msg("no permission %s", permission);
	q.target.sender = sender;
	q.target.domain = domain;
	q.target.dkim = strncmp(permission, "DKIM", 4) == 0;
	return permit_allows(&w.control, &q);
}

static void
verbs_and_families_restrict(void **state)
{
	static const struct {
		const char *verb, *family, *permission;
		bool allowed;
	} row[] = {
		{ "inspect", "email-family", "APPROVED_SENDER_INSPECT", true },
		{ "inspect", "email-family", "APPROVED_SENDER_READ", false },
		{ "read", "email-family", "SUPPRESSION_READ", true },
		{ "read", "email-family", "EMAIL_CONFIGURATION_READ", true },
		{ "read", "email-family", "APPROVED_SENDER_USE", false },
		{ "use", "email-family", "APPROVED_SENDER_USE", true },
		{ "use", "email-family", "APPROVED_SENDER_UPDATE", true },
		{ "use", "email-family", "EMAIL_DOMAIN_UPDATE", true },
		{ "use", "email-family", "SUPPRESSION_CREATE", false },
		{ "manage", "email-family", "SUPPRESSION_DELETE", true },
		{ "manage", "email-family", "DKIM_CREATE", true },
		{ "manage", "email-family", "APPROVED_SENDER_INSPECT", true },
		{ "use", "approved-senders", "APPROVED_SENDER_USE", true },
		{ "use", "approved-senders", "APPROVED_SENDER_UPDATE", false },
		{ "manage", "approved-senders", "APPROVED_SENDER_UPDATE",
		    true },
		{ "manage", "approved-senders", "EMAIL_DOMAIN_INSPECT", false },
		{ "manage", "approved-senders", "EMAIL_CONFIGURATION_READ",
		    false },
		{ "manage", "suppressions", "SUPPRESSION_CREATE", true },
		{ "manage", "suppressions", "APPROVED_SENDER_USE", false },
		{ "read", "suppressions", "SUPPRESSION_CREATE", false },
		{ "use", "email-domains", "EMAIL_DOMAIN_UPDATE", true },
		{ "use", "email-domains", "EMAIL_DOMAIN_CREATE", false },
		{ "manage", "email-domains", "DKIM_CREATE", false },
		{ "use", "dkims", "DKIM_UPDATE", true },
		{ "use", "dkims", "DKIM_DELETE", false },
		{ "manage", "dkim", "DKIM_DELETE", true },
	};
	char sentence[256];
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		(void)snprintf(sentence, sizeof(sentence),
		    "allow group mailers to %s %s in tenancy", row[i].verb,
		    row[i].family);
		set_policy(sentence);
		if ((ask(user, row[i].permission, inner, NULL, NULL) ==
			STORE_OK) != row[i].allowed)
			fail_msg("%s: %s", sentence, row[i].permission);
		assert_int_equal(
		    ask(other, row[i].permission, inner, NULL, NULL),
		    STORE_NOTFOUND);
	}
}

static void
without_policies_users_only_send(void **state)
{
	assert_int_equal(ask(user, "APPROVED_SENDER_USE", inner, NULL, NULL),
	    STORE_OK);
	assert_int_equal(
	    ask(user, "APPROVED_SENDER_INSPECT", inner, NULL, NULL),
	    STORE_NOTFOUND);
	assert_int_equal(
	    ask("ocid1.user.edd..x", "APPROVED_SENDER_USE", inner, NULL, NULL),
	    STORE_NOTFOUND);
	assert_int_equal(
	    ask(user, "APPROVED_SENDER_USE", "ocid1.x", NULL, NULL),
	    STORE_NOTFOUND);
	assert_true(world_do(&w, "user set alice state inactive"));
	assert_int_equal(ask(user, "APPROVED_SENDER_USE", inner, NULL, NULL),
	    STORE_NOTFOUND);
}

static void
places_and_members_restrict(void **state)
{
	set_policy("allow group mailers to use email-family in compartment "
		   "inner");
	assert_int_equal(ask(user, "APPROVED_SENDER_USE", inner, NULL, NULL),
	    STORE_OK);
	assert_int_equal(ask(user, "APPROVED_SENDER_USE", outer, NULL, NULL),
	    STORE_NOTFOUND);
	set_policy("allow group mailers to use email-family in compartment "
		   "outer");
	assert_int_equal(ask(user, "APPROVED_SENDER_USE", inner, NULL, NULL),
	    STORE_OK);
	assert_int_equal(
	    ask(user, "APPROVED_SENDER_USE", w.control.tenancy, NULL, NULL),
	    STORE_NOTFOUND);
	assert_true(world_do(&w, "group leave mailers user alice"));
	assert_true(world_do(&w, "group join mailers user bob"));
	assert_int_equal(ask(user, "APPROVED_SENDER_USE", inner, NULL, NULL),
	    STORE_NOTFOUND);
	assert_int_equal(ask(other, "APPROVED_SENDER_USE", inner, NULL, NULL),
	    STORE_OK);
	set_policy("allow any-user to use approved-senders in tenancy");
	assert_int_equal(
	    ask(user, "APPROVED_SENDER_USE", w.control.tenancy, NULL, NULL),
	    STORE_OK);
}

static void
conditions_restrict(void **state)
{
	static const struct {
		const char *condition, *permission, *sender, *domain;
		bool allowed;
	} row[] = {
		{ "target.approved-sender.emailaddress = 'News@Example.org'",
		    "APPROVED_SENDER_USE", "news@example.org", NULL, true },
		{ "target.approved-sender.emailaddress = 'news@example.org'",
		    "APPROVED_SENDER_USE", "a@example.org", NULL, false },
		{ "target.approved-sender.emailaddress != 'a@example.org'",
		    "APPROVED_SENDER_USE", "news@example.org", NULL, true },
		{ "target.approved-sender.emailaddress != 'a@example.org'",
		    "APPROVED_SENDER_INSPECT", NULL, NULL, false },
		{ "target.approved-sender.emailaddress = /*@example.org/",
		    "APPROVED_SENDER_USE", "b@example.org", NULL, true },
		{ "target.approved-sender.emailaddress = /*@example.org/",
		    "APPROVED_SENDER_USE", "b@example.org.example.net", NULL,
		    false },
		{ "target.approved-sender.emailaddress = /news*/",
		    "APPROVED_SENDER_USE", "newsletter@example.org", NULL,
		    true },
		{ "target.approved-sender.emailaddress = /*news*/",
		    "APPROVED_SENDER_USE", "the.news@example.org", NULL, true },
		{ "target.approved-sender.email-domain = 'example.org'",
		    "APPROVED_SENDER_USE", "a@example.org", NULL, true },
		{ "target.approved-sender.email-domain = 'example.org'",
		    "APPROVED_SENDER_USE", "a@sub.example.org", NULL, false },
		{ "target.email-domain.name = 'example.org'",
		    "EMAIL_DOMAIN_UPDATE", NULL, "example.org", true },
		{ "target.email-domain.name = 'example.org'", "DKIM_UPDATE",
		    NULL, "example.org", false },
		{ "target.dkim.email-domain = 'example.org'", "DKIM_UPDATE",
		    NULL, "example.org", true },
		{ "target.email-domain.name = 'example.org'",
		    "APPROVED_SENDER_USE", "a@example.org", NULL, false },
	};
	char sentence[512];
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		(void)snprintf(sentence, sizeof(sentence),
		    "allow group mailers to manage email-family in tenancy "
		    "where %s",
		    row[i].condition);
		set_policy(sentence);
		if ((ask(user, row[i].permission, inner, row[i].sender,
			 row[i].domain) == STORE_OK) != row[i].allowed)
			fail_msg("%s: %s %s", row[i].condition,
			    row[i].permission,
			    row[i].sender == NULL ? "" : row[i].sender);
	}
}

static void
why_explains_permissions(void **state)
{
	assert_true(world_do(&w,
	    "why alice SUPPRESSION_READ compartment "
	    "inner"));
	assert_non_null(strstr(w.text, "result=DENY"));
	assert_non_null(strstr(w.text, "without one users may only send"));
	set_policy("allow group mailers to read suppressions in compartment "
		   "outer");
	assert_true(world_do(&w,
	    "why alice suppression_read compartment "
	    "inner"));
	assert_non_null(strstr(w.text, "result=ALLOW"));
	assert_true(world_do(&w, "why bob SUPPRESSION_READ compartment inner"));
	assert_non_null(strstr(w.text, "the user is not in its group"));
	assert_non_null(strstr(w.text, "result=DENY"));
	assert_true(world_do(&w,
	    "why alice SUPPRESSION_CREATE compartment "
	    "inner"));
	assert_non_null(strstr(w.text, "its verb is not enough"));
	assert_true(world_do(&w,
	    "why alice SUPPRESSION_READ compartment "
	    "root"));
	assert_non_null(strstr(w.text, "it is for another compartment"));
	assert_false(world_do(&w, "why alice SUPPRESSION_READ"));
	assert_non_null(strstr(w.why, "compartment is missing"));
	assert_false(world_do(&w, "why alice SUPPRESSIONS compartment root"));
	assert_non_null(strstr(w.why, "no permission"));
}

/* What can be set and shown, and that names are free and taken. */
static void
objects_are_set_and_shown(void **state)
{
	const char *set[] = { "policy", "set", policy,
		"allow any-user to use email-family in compartment inner",
		NULL };
	char line[128];

	assert_true(world_do(&w, "user set alice name Carol"));
	assert_false(world_do(&w, "user show alice"));
	assert_true(world_do(&w, "user show carol"));
	assert_non_null(strstr(w.text, user));
	assert_non_null(strstr(w.text, "groups=1"));
	assert_false(world_do(&w, "user set carol name bob"));
	assert_true(world_do(&w, "user set carol name carol"));
	assert_true(world_do(&w, "user list"));
	assert_true(strstr(w.text, "name=bob") < strstr(w.text, "name=carol"));
	assert_true(world_do(&w, "user set bob state inactive"));
	assert_true(world_do(&w, "user list state active"));
	assert_int_equal(w.rows, 1);
	assert_true(world_do(&w, "group set mailers name senders"));
	assert_true(world_do(&w, "group show senders"));
	assert_int_equal(w.rows, 1);
	assert_false(world_do(&w, "group show mailers"));
	assert_true(world_do(&w, "compartment set inner name core"));
	assert_true(world_do(&w, "compartment show core"));
	assert_non_null(strstr(w.text, inner));
	assert_false(world_do(&w, "compartment set core name outer"));
	assert_false(world_do(&w, "compartment set root name all"));
	assert_true(world_do(&w, "compartment set core name inner"));
	set_policy("allow group senders to use email-family in compartment "
		   "inner");
	assert_true(world_words(&w, set));
	(void)snprintf(line, sizeof(line), "policy show %s", policy);
	assert_true(world_do(&w, line));
	assert_non_null(strstr(w.text, "policy=allow any-user to use"));
	set[3] = "allow nobody";
	assert_false(world_words(&w, set));
	assert_true(world_do(&w, line));
	assert_non_null(strstr(w.text, "policy=allow any-user to use"));
	assert_true(world_do(&w, "sender add a@example.org compartment inner"));
	assert_true(world_do(&w, "sender set a@example.org compartment outer"));
	assert_true(world_do(&w, "sender list compartment inner"));
	assert_int_equal(w.rows, 0);
	assert_true(world_do(&w, "sender list compartment outer state active"));
	assert_int_equal(w.rows, 1);
	assert_false(world_do(&w, "sender set a@example.org"));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(verbs_and_families_restrict),
		T(without_policies_users_only_send),
		T(places_and_members_restrict),
		T(conditions_restrict),
		T(why_explains_permissions),
		T(objects_are_set_and_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

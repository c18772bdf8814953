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
 * What to do about a failure, and what may be sent as a test.
 *
 * sources: ctl/advice.c ctl/submit.c regress/ctl/fake_smtptest.c
 * sources: lib/base64.c lib/compat.c lib/shellword.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "advice.h"
#include "submit.h"

static void
each_failure_has_its_command(void **state)
{
	static const struct {
		const char *reply;
		const char *want;
	} table[] = {
		{ "deferred: connection timed out", "smtp-test b.net" },
		{ "550 5.7.26 DMARC", "domain check a.org" },
		{ "554 listed at Spamhaus", "the list that the reply names" },
		{ "550 5.1.1 x", "suppression check x@b.net" },
		{ "DNS: no answer", "resolver" },
		{ "451 4.7.1 Greylisted", "trace x@b.net" },
		{ "what is that", "trace x@b.net" },
		{ "", "trace x@b.net" },
	};
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		advice("n@a.org", "x@b.net", table[i].reply, text,
		    sizeof(text));
		if (strstr(text, table[i].want) == NULL)
			fail_msg("%s: %s", table[i].reply, text);
	}
}

/* What is offered may be pasted, whatever the addresses are. */
static void
a_command_is_one_for_a_shell(void **state)
{
	static const struct {
		const char *reply;
		const char *want;
	} table[] = {
		{ "timed out", "smtp-test '[192.0.2.1]'" },
		{ "DMARC", "domain check '$(x).org'" },
		{ "Spamhaus", "domain check '$(x).org'\"" },
		{ "550 5.1.1", "check '\"a b;rm *$'\\''`\"@[192.0.2.1]'" },
		{ "451", "trace '\"a b;rm *$'\\''`\"@[192.0.2.1]'\"" },
	};
	char text[512];
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		advice("n@$(x).org", "\"a b;rm *$'`\"@[192.0.2.1]",
		    table[i].reply, text, sizeof(text));
		if (strstr(text, table[i].want) == NULL)
			fail_msg("%s: %s", table[i].reply, text);
	}
}

static void
what_cannot_be_sent_is_refused(void **state)
{
	static const struct {
		const char *from, *to, *subject;
		bool ok;
	} table[] = {
		{ "a@b", "c@d", "s", true },
		{ "a@b", "c@d", "gr\xc3\xbc\xc3\x9f", true },
		{ "a@b", "c", "s", false },
		{ "a@b", "@d", "s", false },
		{ "a@b", "c@", "s", false },
		{ "a@b", "c@d>", "s", false },
		{ "a@b", "c@d\r\n", "s", false },
		{ "a@b\n", "c@d", "s", false },
		{ "a@b", "c@d", "s\r\nBcc: x", false },
		{ "a@b", "c@d",
		    "1234567890123456789012345678901234567890123456", false },
	};
	struct submit_order o;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		memset(&o, 0, sizeof(o));
		o.from = table[i].from;
		o.to = table[i].to;
		o.subject = table[i].subject;
		if ((submit_check(&o) == NULL) != table[i].ok)
			fail_msg("row %zu", i);
	}
}

static void
the_id_is_read_of_the_reply(void **state)
{
	char id[SUBMIT_ID_SIZE];

	assert_int_equal(submit_id("250 2.0.0 Ok: queued as 0a1b", id), 0);
	assert_string_equal(id, "0a1b");
	assert_int_equal(submit_id("250 2.0.0 Ok: queued as 0a1b; x", id), 0);
	assert_string_equal(id, "0a1b");
	assert_int_equal(submit_id("250 Ok", id), -1);
	assert_int_equal(submit_id("250 queued as ", id), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_failure_has_its_command),
		cmocka_unit_test(a_command_is_one_for_a_shell),
		cmocka_unit_test(what_cannot_be_sent_is_refused),
		cmocka_unit_test(the_id_is_read_of_the_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

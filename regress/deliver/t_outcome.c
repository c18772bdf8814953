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
 * What replies mean.  The replies are those of large providers and of the
 * usual servers; each row says at what stage it came.
 *
 * sources: deliver/outcome.c deliver/reply.c lib/compat.c
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "outcome.h"
#include "reply.h"

#define TEMP OUTCOME_TEMPFAIL
#define PERM OUTCOME_PERMFAIL

static const struct {
	const char *label;
	enum stage stage;
	const char *reply;
	enum outcome outcome;
	enum failure failure;
	const char *enhanced;
} rows[] = {
	{ "plain success", STAGE_RCPT, "250 Ok", OUTCOME_DELIVERED,
	    FAILURE_NONE, "2.0.0" },
	{ "success with code", STAGE_END, "250 2.6.0 queued as spam-1",
	    OUTCOME_DELIVERED, FAILURE_NONE, "2.6.0" },

	{ "Postfix", STAGE_RCPT,
	    "550 5.1.1 <x@example.org>: Recipient address rejected: User "
	    "unknown in local recipient table",
	    PERM, FAILURE_UNKNOWN, "5.1.1" },
	{ "Gmail", STAGE_RCPT,
	    "550-5.1.1 The email account that you tried to reach does not "
	    "exist. Please try\r\n550-5.1.1 double-checking\r\n550 5.1.1 "
	    "https://support.google.com/mail/?p=NoSuchUser x - gsmtp",
	    PERM, FAILURE_UNKNOWN, "5.1.1" },
	{ "Exchange", STAGE_RCPT,
	    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found "
	    "by SMTP address lookup",
	    PERM, FAILURE_UNKNOWN, "5.1.10" },
	{ "Exim", STAGE_RCPT, "550 Unrouteable address", PERM, FAILURE_UNKNOWN,
	    "5.1.1" },
	{ "qmail", STAGE_RCPT,
	    "550 sorry, no mailbox here by that name. (#5.1.1)", PERM,
	    FAILURE_UNKNOWN, "5.1.1" },
	{ "Yahoo", STAGE_RCPT,
	    "554 delivery error: dd This user doesn't have a yahoo.com "
	    "account (x@yahoo.com) [0]",
	    PERM, FAILURE_UNKNOWN, "5.1.1" },
	{ "Domino", STAGE_RCPT,
	    "550 x@example.org... User x not listed in Domino Directory", PERM,
	    FAILURE_UNKNOWN, "5.1.1" },
	{ "RFC 5321's text", STAGE_RCPT,
	    "550 Requested action not taken: mailbox unavailable", PERM,
	    FAILURE_UNKNOWN, "5.1.1" },
	{ "vague code, plain text", STAGE_RCPT, "550 5.0.0 No such user here",
	    PERM, FAILURE_UNKNOWN, "5.0.0" },
	{ "underscores", STAGE_RCPT, "550 user_unknown", PERM, FAILURE_UNKNOWN,
	    "5.1.1" },
	{ "bad domain", STAGE_RCPT, "550 5.1.2 Bad destination", PERM,
	    FAILURE_UNKNOWN, "5.1.2" },
	{ "mailbox called spam", STAGE_RCPT,
	    "550 5.1.1 <spam@example.org>: User unknown", PERM, FAILURE_UNKNOWN,
	    "5.1.1" },
	{ "mailbox called policy", STAGE_RCPT,
	    "550 5.1.1 policy@example.org no such user", PERM, FAILURE_UNKNOWN,
	    "5.1.1" },
	{ "URL about policy", STAGE_RCPT,
	    "550 5.1.1 No such user, see https://example.org/policy", PERM,
	    FAILURE_UNKNOWN, "5.1.1" },

	{ "5.7.1", STAGE_RCPT, "550 5.7.1 Delivery not authorized", PERM,
	    FAILURE_POLICY, "5.7.1" },
	{ "5.7.1 with unknown text", STAGE_RCPT, "550 5.7.1 No such user", PERM,
	    FAILURE_POLICY, "5.7.1" },
	{ "5.1.1 with policy text", STAGE_RCPT,
	    "550 5.1.1 User unknown or rejected by policy", PERM,
	    FAILURE_POLICY, "5.1.1" },
	{ "block list", STAGE_RCPT,
	    "554 Service unavailable; Client host [192.0.2.1] blocked using "
	    "zen.spamhaus.org",
	    PERM, FAILURE_POLICY, "5.7.1" },
	{ "Outlook", STAGE_MAIL,
	    "550 5.7.606 Access denied, banned sending IP [192.0.2.1]", PERM,
	    FAILURE_POLICY, "5.7.606" },
	{ "mailbox unavailable for policy", STAGE_RCPT,
	    "550 Requested action not taken: mailbox unavailable; IP is on "
	    "a block list",
	    PERM, FAILURE_POLICY, "5.7.1" },
	{ "SPF", STAGE_RCPT, "550 SPF check failed", PERM, FAILURE_POLICY,
	    "5.7.1" },
	{ "DMARC at the end", STAGE_END,
	    "550-5.7.26 Unauthenticated email\r\n550 5.7.26 DMARC", PERM,
	    FAILURE_POLICY, "5.7.26" },
	{ "relaying", STAGE_RCPT, "550 relay not permitted", PERM,
	    FAILURE_POLICY, "5.7.1" },
	{ "verify failed for sender", STAGE_RCPT,
	    "550 Sender verify failed: no such user", PERM, FAILURE_POLICY,
	    "5.7.1" },
	{ "greylisted", STAGE_RCPT, "450 4.2.0 Greylisted, try later", TEMP,
	    FAILURE_POLICY, "4.2.0" },

	{ "quota", STAGE_RCPT, "552 5.2.2 Mailbox is full", PERM, FAILURE_QUOTA,
	    "5.2.2" },
	{ "quota, for now", STAGE_RCPT,
	    "452 4.2.2 The email account that you tried to reach is over "
	    "quota",
	    TEMP, FAILURE_QUOTA, "4.2.2" },
	{ "552 alone", STAGE_END,
	    "552 Requested mail action aborted: exceeded storage allocation",
	    PERM, FAILURE_QUOTA, "5.2.2" },
	{ "unknown or full", STAGE_RCPT,
	    "550 5.1.1 User unknown or mailbox full", PERM, FAILURE_QUOTA,
	    "5.1.1" },

	{ "unknown at the end", STAGE_END, "550 5.1.1 User unknown", PERM,
	    FAILURE_OTHER, "5.1.1" },
	{ "unknown at MAIL", STAGE_MAIL, "550 5.1.1 User unknown", PERM,
	    FAILURE_OTHER, "5.1.1" },
	{ "unknown for now", STAGE_RCPT, "450 4.1.1 User unknown", TEMP,
	    FAILURE_OTHER, "4.1.1" },
	{ "other code, text", STAGE_RCPT, "550 5.4.1 user unknown", PERM,
	    FAILURE_OTHER, "5.4.1" },
	{ "disabled", STAGE_RCPT, "550 5.2.1 Mailbox disabled", PERM,
	    FAILURE_OTHER, "5.2.1" },
	{ "nothing said", STAGE_RCPT, "550 No", PERM, FAILURE_OTHER, "5.0.0" },
	{ "syntax", STAGE_RCPT, "501 5.5.4 Bad parameter", PERM, FAILURE_OTHER,
	    "5.5.4" },
	{ "local error", STAGE_RCPT, "451 4.3.0 Try again", TEMP, FAILURE_OTHER,
	    "4.3.0" },
	{ "552 too many", STAGE_RCPT, "552 5.5.3 Limit", TEMP, FAILURE_OTHER,
	    "5.5.3" },
	{ "word within a word", STAGE_RCPT, "550 antispamish", PERM,
	    FAILURE_OTHER, "5.0.0" },
	{ "rbl within a word", STAGE_RCPT, "550 rblx", PERM, FAILURE_OTHER,
	    "5.0.0" },

	{ "host for good", STAGE_HOST, "554 No SMTP service here",
	    OUTCOME_HOST_DOWN, FAILURE_OTHER, "5.0.0" },
	{ "host for now", STAGE_HOST, "421 4.3.2 Busy", OUTCOME_HOST_DOWN,
	    FAILURE_OTHER, "4.3.2" },
};

static void
parse(struct reply *r, const char *text)
{
	char bytes[2048];
	enum reply_result result;
	size_t used, at = 0, len;

	len = strlen(text);
	assert_true(len + 2 < sizeof(bytes));
	memcpy(bytes, text, len);
	memcpy(bytes + len, "\r\n", 2);
	reply_reset(r);
	do {
		result = reply_parse(r, bytes + at, len + 2 - at, &used);
		at += used;
	} while (result == REPLY_LINE);
	assert_int_equal(result, REPLY_DONE);
}

static void
test_rows(void **state)
{
	struct work_outcome out;
	struct reply r;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("# %s\n", rows[i].label);
		parse(&r, rows[i].reply);
		memset(&out, 0, sizeof(out));
		outcome_from_reply(&out, rows[i].stage, &r);
		assert_string_equal(outcome_name(out.outcome),
		    outcome_name(rows[i].outcome));
		assert_string_equal(failure_name(out.failure),
		    failure_name(rows[i].failure));
		assert_string_equal(out.enhanced, rows[i].enhanced);
		assert_int_equal(out.code, r.code);
		assert_string_equal(out.text, r.text);
	}
}

static void
test_local(void **state)
{
	struct work_outcome out;

	memset(&out, 0, sizeof(out));
	out.code = 250;
	outcome_local(&out, OUTCOME_HOST_DOWN, "4.4.1", "timed out");
	assert_int_equal(out.outcome, OUTCOME_HOST_DOWN);
	assert_int_equal(out.failure, FAILURE_OTHER);
	assert_int_equal(out.code, 0);
	assert_string_equal(out.enhanced, "4.4.1");
	assert_string_equal(out.text, "timed out");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_local),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

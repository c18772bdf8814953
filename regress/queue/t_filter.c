/* sources: lib/idn.c lib/address.c lib/compat.c */
/* libs: -lidn2 */
/* sources: queue/filter.c queue/clock.c queue/message.c queue/destination.c */
/* sources: queue/owner.c queue/pool.c queue/heap.c queue/envelope.c queue/blob.c */
/* sources: queue/record.c lib/crc32c.c lib/log.c lib/logsock.c lib/id.c lib/compat.c */
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
 * Filters of the queue: which words make one, and what is wrong with others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "envelope.h"
#include "filter.h"
#include "message.h"

static const struct {
	const char *label, *words, *why; /* why: NULL, or a part of it */
} filters[] = {
	{ "nothing", "", NULL },
	{ "all", "all", NULL },
	{ "an id", "066126c069d608", NULL },
	{ "an id of sixteen digits", "ffffffffffffffff", NULL },
	{ "every condition", "all domain a sender b user c older 1h state held",
	    NULL },
	{ "a null sender", "sender <>", NULL },
	{ "no id", "xyz", "is no message id" },
	{ "id 0", "00000000000000", "is no message id" },
	{ "a short id", "066126", "is no message id" },
	{ "an unknown name", "colour red", "unexpected \"colour\"" },
	{ "an unknown state", "state lost", "is not waiting" },
	{ "no time", "older soon", "is no time" },
	{ "a time without a number", "older h", "is no time" },
	{ "a time with two units", "older 1hm", "is no time" },
	{ "a negative time", "older -1h", "is no time" },
	{ "a time over ten years", "older 9999999999d", "is no time" },
	{ "half a condition", "all domain", "unexpected \"all\"" },
};

static void
test_words(void **state)
{
	char text[256], why[ERROR_SIZE], *word[32], *rest;
	struct filter f;
	uint32_t n;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s", filters[i].words);
		rest = text;
		n = 0;
		while (
		    text[0] != '\0' && (word[n] = strsep(&rest, " ")) != NULL)
			n++;
		why[0] = '\0';
		rc = filter_parse(&f, word, n, why, sizeof(why));
		if ((rc == 0) != (filters[i].why == NULL) ||
		    (rc == -1 && strstr(why, filters[i].why) == NULL))
			fail_msg("%s: %d %s", filters[i].label, rc, why);
		if (rc == 0)
			assert_true(f.empty == (n == 0));
	}
}

/* Nothing is no condition; "<>" is the sender of bounces. */
static void
test_a_value_that_is_empty(void **state)
{
	static const char *const names[] = { "domain", "user", "older", "state",
		"sender" };
	char why[ERROR_SIZE], name[16], all[] = "all", empty[] = "", *word[3];
	char null[] = "<>";
	struct filter f;
	size_t i;

	word[0] = all;
	word[1] = name;
	word[2] = empty;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s", names[i]);
		assert_int_equal(filter_parse(&f, word, 3, why, sizeof(why)),
		    -1);
		assert_non_null(strstr(why, "is empty"));
		assert_int_equal(
		    filter_parse(&f, word + 1, 2, why, sizeof(why)), -1);
	}
	word[2] = null;
	assert_int_equal(filter_parse(&f, word + 1, 2, why, sizeof(why)), 0);
	assert_true(f.has_sender);
	assert_string_equal(f.sender, "");
}

static void
test_a_value_that_is_too_long(void **state)
{
	static const char *const names[] = { "domain", "sender", "user" };
	char long_text[2048], why[ERROR_SIZE], *word[2];
	struct filter f;
	char name[16];
	size_t i;

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	for (i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "%s", names[i]);
		word[0] = name;
		word[1] = long_text;
		assert_int_equal(filter_parse(&f, word, 2, why, sizeof(why)),
		    -1);
		assert_non_null(strstr(why, "is too long"));
	}
}

static void
test_what_fits(void **state)
{
	struct envelope env = { .sender = "News@example.org" };
	const char *domains[] = { "a.example", "b.example via relay port 25",
		"c.example from 192.0.2.1 192.0.2.2" };
	struct destinations d = { .count = 0 };
	struct filter f = { .domain = "B.EXAMPLE" };
	struct message *m;

	m = message_new(&d, 7, 3, domains);
	assert_int_equal(message_set_owner(&d, m, "u"), 0);
	m->accepted = clock_now() - 5000;
	assert_true(filter_message(&f, m));
	assert_false(filter_rcpt(&f, m, 0));
	assert_true(filter_rcpt(&f, m, 1));
	(void)snprintf(f.domain, sizeof(f.domain), "c.example");
	assert_true(filter_rcpt(&f, m, 2));
	f.domain[0] = '\0';
	f.state = FILTER_REROUTED;
	assert_false(filter_rcpt(&f, m, 0));
	assert_true(filter_rcpt(&f, m, 1));
	assert_false(filter_rcpt(&f, m, 2));
	f.state = FILTER_DEFERRED;
	assert_false(filter_rcpt(&f, m, 1));
	f.has_user = true;
	assert_false(filter_message(&f, m));
	f.user[0] = 'u';
	f.before = m->accepted;
	assert_false(filter_message(&f, m));
	f.before++;
	assert_true(filter_message(&f, m));
	f.id = 8;
	assert_false(filter_message(&f, m));
	f.has_sender = true;
	(void)snprintf(f.sender, sizeof(f.sender), "@EXAMPLE.org");
	assert_true(filter_envelope(&f, &env));
	(void)snprintf(f.sender, sizeof(f.sender), "ews@example.org");
	assert_false(filter_envelope(&f, &env));
	message_free(&d, m);
	destinations_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_a_value_that_is_empty),
		cmocka_unit_test(test_a_value_that_is_too_long),
		cmocka_unit_test(test_what_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

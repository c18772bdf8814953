/* sources: queue/untold.c queue/jread.c lib/id.c lib/date.c lib/compat.c */
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
 * Messages that the journal does not know, from its end and that of the log.
 */
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "id.h"
#include "untold.h"

/* Ids are about microseconds. */
#define SECOND UINT64_C(1000000)
#define BASE   (UINT64_C(1800000000) * SECOND)

static char folder[64];
static uint64_t told[64];
static unsigned count;
static uint64_t last; /* that the journal knows, and of how many recipients */
static uint32_t last_there;

static int
setup(void **state)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/edd-untold.XXXXXX");
	assert_non_null(mkdtemp(folder));
	count = 0;
	last = last_there = 0;
	return 0;
}

static int
teardown(void **state)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static FILE *
hour(const char *name)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s.jsonl", folder, name);
	f = fopen(path, "a");
	assert_non_null(f);
	return f;
}

static void
put(FILE *f, const char *event, uint64_t id, const char *text)
{
	char s[ID_TEXT_SIZE];

	assert_true(fprintf(f,
			"{\"time\":\"2027-01-15T08:00:00.000Z\",\"event\":\"%s"
			"\",\"id\":\"%s\",\"text\":\"%s\"}\n",
			event, id_format(id, s), text) > 0);
}

static void
tell_cb(uint64_t id, uint32_t there, void *arg)
{
	if (there > 0) {
		assert_true(count == 0 && last_there == 0);
		last = id;
		last_there = there;
		return;
	}
	assert_true(count < 64);
	told[count++] = id;
}

/* What is told of the log, ids that follow BASE and end with 0. */
static void
tell(const uint64_t *logs, const uint64_t *large)
{
	struct untold *u;

	u = untold_new(folder);
	assert_non_null(u);
	for (; large != NULL && *large != 0; large++)
		untold_found(u, BASE + *large, true);
	for (; *logs != 0; logs++)
		untold_found(u, BASE + *logs, false);
	untold_each(u, tell_cb, NULL);
	untold_free(u);
}

static void
test_the_last_ones(void **state)
{
	static const uint64_t logs[] = { 1, 2, 4, 3, 6, 5, 0 };
	FILE *f;

	f = hour("2027011507");
	put(f, "accepted", BASE + 1, "");
	assert_int_equal(fclose(f), 0);
	f = hour("2027011508");
	put(f, "accepted", BASE + 2, "");
	put(f, "relayed", BASE + 6, "");
	put(f, "deferred", BASE + 3,
	    "\\\"event\\\":\\\"accepted\\\",\\\"id\\\":\\\"1\\\"");
	put(f, "accepted", BASE + 4, "");
	assert_int_equal(fclose(f), 0);
	tell(logs, NULL);
	assert_int_equal(count, 3);
	assert_true(
	    told[0] == BASE + 3 && told[1] == BASE + 6 && told[2] == BASE + 5);
}

static void
test_nothing_is_missing(void **state)
{
	static const uint64_t logs[] = { 1, 2, 0 };
	FILE *f;

	f = hour("2027011508");
	put(f, "accepted", BASE + 1, "");
	put(f, "accepted", BASE + 2, "");
	assert_int_equal(fclose(f), 0);
	tell(logs, NULL);
	assert_int_equal(count, 0);
}

static void
test_a_new_journal(void **state)
{
	static const uint64_t logs[] = { 1, 2, 0 }, large[] = { 3, 0 };

	tell(logs, large);
	assert_int_equal(count, 3);
	assert_true(
	    told[0] == BASE + 3 && told[1] == BASE + 1 && told[2] == BASE + 2);
}

static void
test_copies_and_large_ones(void **state)
{
	static const uint64_t logs[] = { 500 * SECOND, 501 * SECOND, 7,
		502 * SECOND, 0 };
	static const uint64_t large[] = { 3, 499 * SECOND, 499 * SECOND + 1,
		0 };
	FILE *f;

	f = hour("2027011508");
	put(f, "accepted", BASE + 499 * SECOND, "");
	put(f, "accepted", BASE + 500 * SECOND, "");
	put(f, "accepted", BASE + 501 * SECOND, "");
	assert_int_equal(fclose(f), 0);
	tell(logs, large);
	assert_int_equal(count, 2);
	assert_true(told[0] == BASE + 499 * SECOND + 1 &&
	    told[1] == BASE + 502 * SECOND);
}

/* Events that were told, one that a crash has cut, and more on later starts. */
static void
test_cut_between_recipients(void **state)
{
	static const uint64_t logs[] = { 1, 2, 3, 0 };
	FILE *f;

	f = hour("2027011508");
	put(f, "accepted", BASE + 1, "");
	put(f, "accepted", BASE + 2, "");
	put(f, "accepted", BASE + 2, "");
	put(f, "relayed", BASE + 1, "");
	assert_true(fprintf(f,
			"{\"time\":\"2027-01-15T08:00:00.000Z\",\"event\":"
			"\"accepted\",\"id\":\"") > 0);
	assert_int_equal(fclose(f), 0);
	tell(logs, NULL);
	assert_true(last == BASE + 2 && last_there == 2);
	assert_true(count == 1 && told[0] == BASE + 3);
	f = hour("2027011508");
	assert_true(fprintf(f, "\n") > 0);
	put(f, "accepted", BASE + 3, "");
	put(f, "accepted", BASE + 2, "");
	assert_int_equal(fclose(f), 0);
	count = last_there = 0;
	tell(logs, NULL);
	assert_true(last == BASE + 2 && last_there == 3);
	assert_int_equal(count, 0);
}

/* Only the end of the journal is read: what it does not know may be old. */
static void
test_a_long_journal(void **state)
{
	static const uint64_t logs[] = { 1, 2, 0 };
	static char text[1000];
	unsigned i;
	FILE *f;

	memset(text, 'x', sizeof(text) - 1);
	f = hour("2027011508");
	put(f, "accepted", BASE + 1, "");
	for (i = 0; i < 2 * UNTOLD_BYTES / sizeof(text); i++)
		put(f, "relayed", BASE + 1, text);
	assert_int_equal(fclose(f), 0);
	tell(logs, NULL);
	assert_int_equal(count, 0);
	f = hour("2027011508");
	put(f, "accepted", BASE + 1, "");
	assert_int_equal(fclose(f), 0);
	tell(logs, NULL);
	assert_int_equal(count, 1);
	assert_true(told[0] == BASE + 2);
	assert_int_equal(last_there, 0);
}

/* More than are kept apart: the last ones are. */
static void
test_many(void **state)
{
	struct untold *u;
	uint64_t i;
	FILE *f;

	f = hour("2027011508");
	put(f, "accepted", BASE + 2 * UNTOLD_MAX, "");
	assert_int_equal(fclose(f), 0);
	u = untold_new(folder);
	assert_non_null(u);
	for (i = 1; i <= 2 * UNTOLD_MAX + 3; i++)
		untold_found(u, BASE + i, false);
	untold_each(u, tell_cb, NULL);
	untold_free(u);
	assert_int_equal(count, 3);
	assert_true(told[0] == BASE + 2 * UNTOLD_MAX + 1);
	assert_true(told[2] == BASE + 2 * UNTOLD_MAX + 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_last_ones),
		TEST(test_nothing_is_missing),
		TEST(test_a_new_journal),
		TEST(test_copies_and_large_ones),
		TEST(test_cut_between_recipients),
		TEST(test_a_long_journal),
		TEST(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
 * What setup reads and changes of edd.conf(5).
 *
 * sources: ctl/conftext.c lib/compat.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compat.h"
#include "conftext.h"

static void
what_is_there_is_read(void **state)
{
	static const struct {
		const char *text, *hostname, *cert, *key;
	} table[] = {
		{ "", "", "", "" },
		{ "hostname \"a.b\"\n", "a.b", "", "" },
		{ "hostname a.b # mine\n", "a.b", "", "" },
		{ "  hostname\t\"a.b\"", "a.b", "", "" },
		{ "#hostname \"x.y\"\nhostname \"a.b\"\n", "a.b", "", "" },
		{ "hostnames \"a.b\"\n", "", "", "" },
		{ "hostname\n", "", "", "" },
		{ "hostname $h\n", "", "", "" },
		{ "hostname \"a.b\n", "", "", "" },
		{ "pki m certificate \"/c\" key \"/k\"\n", "", "/c", "/k" },
		{ "pki \"m\" certificate /c key /k\n", "", "/c", "/k" },
		{ "pki m certificate \"/c\"\n", "", "", "" },
		{ "pki m key \"/k\" certificate \"/c\"\n", "", "", "" },
		{ "pki", "", "", "" },
	};
	struct conftext c;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		conftext_read(table[i].text, &c);
		assert_string_equal(c.hostname, table[i].hostname);
		assert_string_equal(c.cert, table[i].cert);
		assert_string_equal(c.key, table[i].key);
	}
}

static void
only_its_lines_are_changed(void **state)
{
	static const struct {
		const char *text, *hostname, *cert, *key, *want;
	} table[] = {
		{ "# x\nhostname \"a.b\"\nlisten on * port 25\n", "c.d", "", "",
		    "# x\nhostname \"c.d\"\nlisten on * port 25\n" },
		{ "hostname \"a.b\"\n", "a.b", "", "", "hostname \"a.b\"\n" },
		{ "hostname a.b # why\n", "a.b", "", "",
		    "hostname a.b # why\n" },
		{ "log brief\n", "c.d", "", "",
		    "hostname \"c.d\"\nlog brief\n" },
		{ "hostname \"a.b\"", "c.d", "", "", "hostname \"c.d\"\n" },
		{ "pki m certificate \"/c\" key \"/k\"\nx\n", "", "/d", "/l",
		    "pki m certificate \"/d\" key \"/l\"\nx\n" },
		{ "x\n", "", "/d", "/l",
		    "pki mail certificate \"/d\" key \"/l\"\nx\n" },
		{ "hostname \"a.b\"\npki m certificate \"/c\" key \"/k\"\n",
		    "c.d", "/c", "/l",
		    "hostname \"c.d\"\npki m certificate \"/c\" key \"/l\"\n" },
	};
	struct conftext want;
	char *text;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		memset(&want, 0, sizeof(want));
		(void)strlcpy(want.hostname, table[i].hostname,
		    sizeof(want.hostname));
		(void)strlcpy(want.cert, table[i].cert, sizeof(want.cert));
		(void)strlcpy(want.key, table[i].key, sizeof(want.key));
		text = conftext_edit(table[i].text, &want);
		assert_string_equal(text, table[i].want);
		free(text);
	}
}

static void
names_and_paths_are_checked(void **state)
{
	static const char *const bad[] = { "a", "", ".", "a.", ".a", "a..b",
		"a b.c", "a\".c", "-a.b", "a-.b", "a.b\n" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(conftext_hostname_error(bad[i]));
	assert_null(conftext_hostname_error("mx-1.example.org"));
	assert_null(conftext_path_error("/etc/a b.pem"));
	assert_non_null(conftext_path_error("a.pem"));
	assert_non_null(conftext_path_error("/a\"b"));
	assert_non_null(conftext_path_error("/a\nb"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_is_read),
		cmocka_unit_test(only_its_lines_are_changed),
		cmocka_unit_test(names_and_paths_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

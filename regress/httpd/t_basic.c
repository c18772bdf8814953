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

/* sources: httpd/basic.c httpd/percent.c lib/address.c lib/base64.c */

/*
 * Basic credentials that are read and that are refused.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base64.h"
#include "basic.h"

static const struct {
	const char *label;
	const char *scheme;
	const char *both; /* before base64 */
	const char *user; /* NULL: refused */
	const char *password;
} both[] = {
	{ "of the RFC", "Basic ", "Aladdin:open sesame", "Aladdin",
	    "open sesame" },
	{ "UTF-8", "Basic ", "test:123\xc2\xa3", "test", "123\xc2\xa3" },
	{ "small letters", "basic ", "a:b", "a", "b" },
	{ "spaces", "Basic   ", "a:b", "a", "b" },
	{ "colons", "Basic ", "a:b:c", "a", "b:c" },
	{ "no password", "Basic ", "a:", "a", "" },
	{ "no name", "Basic ", ":b", NULL, NULL },
	{ "no colon", "Basic ", "ab", NULL, NULL },
	{ "nothing", "Basic ", "", NULL, NULL },
	{ "another scheme", "Bearer ", "a:b", NULL, NULL },
	{ "longer scheme", "Basics ", "a:b", NULL, NULL },
	{ "Latin-1", "Basic ", "test:123\xa3", NULL, NULL },
	{ "line end", "Basic ", "a:b\n", NULL, NULL },
	{ "DEL", "Basic ", "a\177:b", NULL, NULL },
};

static void
test_both(void **state)
{
	struct basic b;
	char value[256];
	size_t i, len;
	int rc;

	for (i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		len = strlen(both[i].scheme);
		memcpy(value, both[i].scheme, len);
		assert_int_equal(0,
		    base64_encode(both[i].both, strlen(both[i].both),
			value + len, sizeof(value) - len));
		rc = basic_parse(value, &b);
		if (both[i].user == NULL ?
			rc != -1 || b.user[0] != '\0' || b.password[0] != '\0' :
			rc != 0 || strcmp(b.user, both[i].user) != 0 ||
			    strcmp(b.password, both[i].password) != 0)
			fail_msg("%s", both[i].label);
		basic_wipe(&b);
	}
}

static void
test_base64(void **state)
{
	static const char *const values[] = { "Basic YTpi=", "Basic YTp",
		"Basic YTpi\t", "Basic YTpi YTpi", "Basic YT-_",
		"Basic YQA6Yg==" /* a NUL : b */, "Basic", "" };
	struct basic b;
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (basic_parse(values[i], &b) != -1)
			fail_msg("%s", values[i]);
	}
}

/* As long as they may be, and an octet longer. */
static void
test_lengths(void **state)
{
	char text[LOGIN_SIZE + SECRET_SIZE + 8], value[1024];
	struct basic b;
	size_t user, password;
	int n;

	for (user = LOGIN_SIZE - 1; user <= LOGIN_SIZE; user++) {
		for (password = SECRET_SIZE - 1; password <= SECRET_SIZE;
		     password++) {
			n = snprintf(text, sizeof(text), "%0*d:%0*d", (int)user,
			    1, (int)password, 1);
			memcpy(value, "Basic ", 6);
			assert_int_equal(0,
			    base64_encode(text, (size_t)n, value + 6,
				sizeof(value) - 6));
			assert_int_equal(basic_parse(value, &b),
			    user < LOGIN_SIZE && password < SECRET_SIZE ? 0 :
									  -1);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

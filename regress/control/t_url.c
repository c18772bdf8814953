/* sources: control/url.c lib/address.c lib/compat.c */
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
 * URLs of webhooks: what is taken apart how, and what is refused why.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "url.h"

struct good {
	const char *url;
	const char *host;
	unsigned port;
	const char *path;
	bool tls;
};

static const struct good good[] = {
	{ "https://example.org", "example.org", 443, "/", true },
	{ "HTTPS://Example.ORG/", "example.org", 443, "/", true },
	{ "https://example.org:8443/a/b?c=d&e", "example.org", 8443,
	    "/a/b?c=d&e", true },
	{ "https://example.org?x", "example.org", 443, "/?x", true },
	{ "https://example.org/@x", "example.org", 443, "/@x", true },
	{ "https://192.0.2.1/", "192.0.2.1", 443, "/", true },
	{ "https://[2001:db8::1]:444/x", "2001:db8::1", 444, "/x", true },
	{ "https://hooks/x", "hooks", 443, "/x", true },
	{ "http://127.0.0.1:8080/x", "127.0.0.1", 8080, "/x", false },
	{ "http://[::1]/x", "::1", 80, "/x", false },
	{ "http://localhost/x", "localhost", 80, "/x", false },
};

static const struct {
	const char *url;
	const char *why;
} bad[] = {
	{ "", "begin with https" },
	{ "example.org", "begin with https" },
	{ "ftp://example.org/", "begin with https" },
	{ "https:///x", "no host" },
	{ "https://", "no host" },
	{ "http://example.org/", "without TLS" },
	{ "http://127.example.org/", "without TLS" },
	{ "https://u@example.org/", "a user" },
	{ "https://u:p@example.org/", "a user" },
	{ "https://example.org/#x", "fragment" },
	{ "https://example.org:/", "port" },
	{ "https://example.org:0/", "port" },
	{ "https://example.org:65536/", "port" },
	{ "https://example.org:-1/", "port" },
	{ "https://example.org:80x/", "no path" },
	{ "https://exa_mple.org/", "no domain" },
	{ "https://-example.org/", "no domain" },
	{ "https://b\303\274cher.example/", "no domain" },
	{ "https://[2001:db8::1/", "no \"]\"" },
	{ "https://[192.0.2.1]/", "no IPv6" },
	{ "https://example.org/a b", "%XX" },
	{ "https://example.org/\r\nX: y", "%XX" },
	{ "https://example.org/\303\274", "%XX" },
};

static void
test_good(void **state)
{
	struct url u;
	const char *why;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		why = url_parse(good[i].url, &u);
		if (why != NULL)
			fail_msg("%s: %s", good[i].url, why);
		assert_string_equal(u.host, good[i].host);
		assert_int_equal(u.port, good[i].port);
		assert_string_equal(u.path, good[i].path);
		assert_int_equal(u.tls, good[i].tls);
	}
}

static void
test_bad(void **state)
{
	struct url u;
	const char *why;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why = url_parse(bad[i].url, &u);
		if (why == NULL || strstr(why, bad[i].why) == NULL)
			fail_msg("%s: %s", bad[i].url,
			    why == NULL ? "taken" : why);
	}
}

static void
test_too_long(void **state)
{
	char url[URL_SIZE + 100];
	struct url u;

	(void)snprintf(url, sizeof(url), "https://example.org/%0*d",
	    (int)HOOK_PATH_SIZE, 1);
	assert_string_equal(url_parse(url, &u), "its path is too long");
	(void)snprintf(url, sizeof(url), "https://%0300d.example/", 1);
	assert_non_null(strstr(url_parse(url, &u), "too long"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

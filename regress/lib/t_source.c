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
 * Connections by source: addresses in their forms, networks of IPv6, counts.
 *
 * sources: lib/source.c
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>

#include "source.h"

static const struct sockaddr *
address(const char *text)
{
	static union {
		struct sockaddr sa;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	} u;

	memset(&u, 0, sizeof(u));
	if (strchr(text, ':') == NULL) {
		u.four.sin_family = AF_INET;
		assert_int_equal(inet_pton(AF_INET, text, &u.four.sin_addr), 1);
	} else {
		u.six.sin6_family = AF_INET6;
		assert_int_equal(inet_pton(AF_INET6, text, &u.six.sin6_addr),
		    1);
	}
	return &u.sa;
}

static const struct {
	const char *one, *other;
	int same;
} pairs[] = {
	{ "192.0.2.1", "192.0.2.1", 1 },
	{ "192.0.2.1", "192.0.2.2", 0 },
	{ "192.0.2.1", "::ffff:192.0.2.1", 1 },
	{ "2001:db8::1", "2001:db8::ffff:1", 1 },
	{ "2001:db8::1", "2001:db8:0:1::1", 0 },
};

static void
counted_together(void **state)
{
	struct sources *t;
	struct source *a, *b;
	size_t i;

	t = sources_new();
	assert_non_null(t);
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		a = source_add(t, address(pairs[i].one));
		b = source_add(t, address(pairs[i].other));
		assert_int_equal(a == b, pairs[i].same);
		assert_int_equal(source_count(b), pairs[i].same ? 2 : 1);
		source_drop(t, a);
		assert_int_equal(source_count(b), 1);
		source_drop(t, b);
	}
	sources_free(t);
}

static void
text(void **state)
{
	char out[64];

	assert_int_equal(
	    source_text(address("::ffff:192.0.2.1"), out, sizeof(out)), 0);
	assert_string_equal(out, "192.0.2.1");
	assert_int_equal(source_text(address("2001:db8::1"), out, sizeof(out)),
	    0);
	assert_string_equal(out, "2001:db8::1");
	assert_int_equal(source_text(address("2001:db8::1"), out, 4), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counted_together),
		cmocka_unit_test(text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

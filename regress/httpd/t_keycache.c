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

/* sources: httpd/keycache.c */
/* libs: -lcrypto */

/*
 * The cache of keys: bounded, the ones used last kept, revoked ones gone.
 */

#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "keycache.h"

static int freed;

static void
count_cb(void *data)
{
	freed++;
	free(data);
}

static void
put(struct keycache *c, const char *name, int64_t now)
{
	assert_int_equal(0,
	    keycache_put(c, name, EVP_PKEY_new(), malloc(1), now));
}

static void
test_least_used(void **state)
{
	struct keycache *c;

	freed = 0;
	c = keycache_new(3, 100, count_cb);
	put(c, "t/a/1", 0);
	put(c, "t/b/2", 0);
	put(c, "t/c/3", 0);
	assert_non_null(keycache_get(c, "t/a/1", 1));
	put(c, "t/d/4", 1);
	assert_int_equal(freed, 1);
	assert_int_equal(keycache_count(c), 3);
	assert_null(keycache_get(c, "t/b/2", 1));
	assert_non_null(keycache_get(c, "t/a/1", 1));
	assert_non_null(keycache_get(c, "t/c/3", 1));
	put(c, "t/a/1", 1); /* in place of the same */
	assert_int_equal(freed, 2);
	assert_int_equal(keycache_count(c), 3);
	keycache_free(c);
	assert_int_equal(freed, 5);
	keycache_free(NULL);
}

static void
test_time(void **state)
{
	struct keycache *c;

	c = keycache_new(3, 100, NULL);
	assert_int_equal(0, keycache_put(c, "t/a/1", EVP_PKEY_new(), NULL, 7));
	assert_non_null(keycache_get(c, "t/a/1", 106));
	assert_null(keycache_get(c, "t/a/1", 107));
	assert_int_equal(keycache_count(c), 0);
	keycache_free(c);
}

static void
test_drop(void **state)
{
	struct keycache *c;

	freed = 0;
	c = keycache_new(8, 100, count_cb);
	put(c, "t/a/1", 0);
	put(c, "t/b/1", 0);
	put(c, "t/c/11", 0);
	assert_int_equal(0, keycache_drop(c, "", "2"));
	assert_int_equal(0, keycache_drop(c, "c", "1"));
	assert_int_equal(0, keycache_drop(c, "t", "1"));
	assert_int_equal(1, keycache_drop(c, "b", "1"));
	assert_int_equal(1, keycache_drop(c, "", "1"));
	assert_int_equal(freed, 2);
	assert_null(keycache_get(c, "t/a/1", 0));
	assert_non_null(keycache_get(c, "t/c/11", 0));
	put(c, "t/c/12", 0);
	assert_int_equal(2, keycache_drop(c, "c", ""));
	put(c, "t/c/12", 0);
	keycache_clear(c);
	assert_int_equal(keycache_count(c), 0);
	keycache_free(c);
}

/* A million of them take no more than the last thousand. */
static void
test_many(void **state)
{
	struct keycache *c;
	char name[32];
	int i;

	freed = 0;
	c = keycache_new(1000, 100, count_cb);
	for (i = 0; i < 100000; i++) {
		(void)snprintf(name, sizeof(name), "t/u/%d", i);
		put(c, name, 0);
	}
	assert_int_equal(keycache_count(c), 1000);
	assert_int_equal(freed, 99000);
	assert_non_null(keycache_get(c, "t/u/99000", 0));
	assert_null(keycache_get(c, "t/u/98999", 0));
	keycache_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_least_used),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

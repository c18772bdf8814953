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
 * What an import holds in memory: chunks of rows, sorted and sent in blocks,
 * and the rows that are bad.
 *
 * sources: ctl/chunk.c ctl/badrows.c
 * sources: lib/msg.c lib/proto_import.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "badrows.h"
#include "chunk.h"
#include "msg.h"
#include "proto_import.h"

static struct import_row row;

/* Fill a chunk; how many rows went in. */
static size_t
fill(struct chunk *c, size_t text)
{
	size_t n;

	memset(&row, 0, sizeof(row));
	memset(row.text, 'x', text);
	for (n = 0; !chunk_is_full(c); n++) {
		row.number++;
		(void)snprintf(row.address, sizeof(row.address), "%zu@p.io",
		    n * 7919 % 1048583);
		assert_int_equal(chunk_add(c, &row), 0);
	}
	chunk_sort(c);
	return n;
}

/* Send a chunk, of which all rows come, in order; how many. */
static size_t
drain(struct chunk *c)
{
	static struct import_row got;
	char last[IMPORT_FIELD_SIZE];
	const uint8_t *block;
	struct msgin m;
	unsigned rows, i;
	size_t len, n;

	last[0] = '\0';
	for (n = 0; (len = chunk_block(c, &block, &rows)) > 0; n += rows) {
		msgin_init(&m, 0, block, len);
		for (i = 0; i < rows; i++) {
			assert_int_equal(import_row_get(&m, &got), 0);
			assert_true(strcmp(last, got.address) <= 0);
			memcpy(last, got.address, sizeof(last));
		}
		assert_ptr_equal(m.pos, m.end);
	}
	return n;
}

static void
a_chunk_that_was_sent_takes_rows_again(void **state)
{
	static const size_t texts[] = { 0, 0, REPLY_TEXT_SIZE - 1, 0,
		REPLY_TEXT_SIZE - 1 };
	struct chunk *c;
	size_t i, n;

	c = chunk_new();
	assert_non_null(c);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(chunk_is_full(c));
		n = fill(c, texts[i]);
		assert_true(n > 10000);
		assert_int_equal(drain(c), n);
	}
	assert_int_equal(drain(c), 0);
	chunk_free(c);
}

struct told {
	size_t n;
	uint64_t last;
};

static int
told_cb(uint64_t number, const char *address, const char *why, void *arg)
{
	struct told *t;
	char text[32];

	t = arg;
	(void)snprintf(text, sizeof(text), "a%llu", (unsigned long long)number);
	assert_string_equal(address, text);
	text[0] = 'w';
	assert_string_equal(why, text);
	assert_true(number > t->last);
	t->last = number;
	t->n++;
	return 0;
}

static int
add(struct badrows *b, unsigned number)
{
	char address[32], why[32];

	(void)snprintf(address, sizeof(address), "a%u", number);
	(void)snprintf(why, sizeof(why), "w%u", number);
	return badrows_add(b, number, address, why);
}

static void
bad_rows_are_told_in_their_order(void **state)
{
	struct told told = { 0, 0 };
	struct badrows *b;
	unsigned i;

	b = badrows_new(told_cb, &told);
	assert_non_null(b);
	for (i = 1; i <= 5000; i++)
		assert_int_equal(add(b, 2 * i), 0);
	for (i = 1; i <= 5000; i++)
		assert_int_equal(add(b, 10001 - 2 * i), 0);
	assert_int_equal(told.n, 0);
	/* There are too many to keep. */
	assert_int_equal(add(b, 20001), 0);
	assert_int_equal(told.n, 10000);
	assert_int_equal(add(b, 20000), 0);
	assert_int_equal(badrows_tell(b), 0);
	assert_int_equal(told.n, 10002);
	assert_int_equal(add(b, 1), 0);
	badrows_free(b);
	badrows_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chunk_that_was_sent_takes_rows_again),
		cmocka_unit_test(bad_rows_are_told_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

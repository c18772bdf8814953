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
 * Dot-stuffing, with the message cut into pieces at every place.
 *
 * sources: deliver/stuff.c
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stuff.h"

static const struct {
	const char *label;
	const char *in;
	const char *out;
} rows[] = {
	{ "empty", "", ".\r\n" },
	{ "a line", "a\r\n", "a\r\n.\r\n" },
	{ "open line", "a", "a\r\n.\r\n" },
	{ "ends in CR", "a\r", "a\r\n.\r\n" },
	{ "dot first", ".\r\n", "..\r\n.\r\n" },
	{ "dot line", "a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n" },
	{ "two dots", "..\r\n", "...\r\n.\r\n" },
	{ "dot within", "a.b\r\n.c.\r\n", "a.b\r\n..c.\r\n.\r\n" },
	{ "lines", "a\r\nb\r\n\r\nc\r\n", "a\r\nb\r\n\r\nc\r\n.\r\n" },
	{ "bare LF", "a\nb\r\n", "a\r\nb\r\n.\r\n" },
	{ "bare CR", "a\rb\r\n", "a\r\nb\r\n.\r\n" },
	{ "smuggled by LF", "a\n.\nMAIL\r\n", "a\r\n..\r\nMAIL\r\n.\r\n" },
	{ "smuggled by CR", "a\r.\rMAIL\r\n", "a\r\n..\r\nMAIL\r\n.\r\n" },
	{ "smuggled by both", "a\n.\r\nb", "a\r\n..\r\nb\r\n.\r\n" },
	{ "CR CR LF", "a\r\r\nb\r\n", "a\r\n\r\nb\r\n.\r\n" },
	{ "LF first", "\n.\n", "\r\n..\r\n.\r\n" },
	{ "dot at the end", "a\r\n.", "a\r\n..\r\n.\r\n" },
};

struct buffer {
	char data[256];
	size_t len;
	size_t room;
};

static int
collect(void *arg, const void *data, size_t len)
{
	struct buffer *b = arg;

	if (len > b->room - b->len)
		return -1;
	memcpy(b->data + b->len, data, len);
	b->len += len;
	return 0;
}

static void
check(const char *in, size_t cut, const char *out)
{
	struct buffer b = { .len = 0, .room = sizeof(b.data) };
	enum stuff_state s = STUFF_LINE_START;

	assert_int_equal(stuff_bytes(&s, in, cut, collect, &b), 0);
	assert_int_equal(
	    stuff_bytes(&s, in + cut, strlen(in) - cut, collect, &b), 0);
	assert_int_equal(stuff_end(&s, collect, &b), 0);
	assert_int_equal(b.len, strlen(out));
	assert_memory_equal(b.data, out, b.len);
}

static void
test_rows(void **state)
{
	size_t i, cut;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("# %s\n", rows[i].label);
		for (cut = 0; cut <= strlen(rows[i].in); cut++)
			check(rows[i].in, cut, rows[i].out);
	}
}

static void
test_failure_is_passed_on(void **state)
{
	struct buffer b = { .len = 0, .room = 4 };
	enum stuff_state s = STUFF_LINE_START;

	assert_int_equal(stuff_bytes(&s, "a\r\n.b\r\n", 7, collect, &b), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_failure_is_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

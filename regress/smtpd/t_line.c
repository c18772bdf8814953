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
 * Command lines: what is one, what is too long, and what must never be taken
 * for the end of one.
 *
 * sources: smtpd/line.c
 * libs: -levent
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <event2/buffer.h>

#include "bounds.h"
#include "line.h"

#define MAX 16

static const struct {
	const char *label;
	const char *in;
	size_t len; /* 0: strlen(in) */
	enum line_status status;
	const char *line;
} rows[] = {
	{ "empty input", "", 0, LINE_MORE, NULL },
	{ "a line", "NOOP\r\n", 0, LINE_OK, "NOOP" },
	{ "an empty line", "\r\n", 0, LINE_OK, "" },
	{ "the first of two", "A\r\nB\r\n", 0, LINE_OK, "A" },
	{ "no end yet", "NOOP", 0, LINE_MORE, NULL },
	{ "half an end", "NOOP\r", 0, LINE_MORE, NULL },
	{ "longest", "0123456789abcd\r\n", 0, LINE_OK, "0123456789abcd" },
	{ "one too long", "0123456789abcde\r\n", 0, LINE_LONG, NULL },
	{ "CR is the last that fits", "0123456789abcde\rx", 0, LINE_BAD, NULL },
	{ "much too long, no end", "0123456789abcdef0123", 0, LINE_MORE, NULL },
	{ "bare LF", "NOOP\n", 0, LINE_BAD, NULL },
	{ "bare LF inside", "NO\nOP\r\n", 0, LINE_BAD, NULL },
	{ "bare CR", "NO\rOP\r\n", 0, LINE_BAD, NULL },
	{ "LF CR", "NOOP\n\r", 0, LINE_BAD, NULL },
	{ "CR CR LF", "NOOP\r\r\n", 0, LINE_BAD, NULL },
	{ "NUL", "NO\0OP\r\n", 7, LINE_BAD, NULL },
	{ "bare LF in an overlong line", "0123456789abcdef\n\r\n", 0, LINE_BAD,
	    NULL },
	{ "bare CR in an overlong line", "0123456789abcdef\rx\r\n", 0, LINE_BAD,
	    NULL },
};

/* Each row, at once and an octet at a time. */
static void
check_row(size_t i, int slowly)
{
	struct line l = { 0 };
	struct evbuffer *in;
	enum line_status r;
	size_t n, len, used;
	char *text;

	in = evbuffer_new();
	len = rows[i].len == 0 ? strlen(rows[i].in) : rows[i].len;
	r = LINE_MORE;
	used = 0;
	do {
		n = slowly && len > 0 ? 1 : len;
		assert_int_equal(evbuffer_add(in, rows[i].in + used, n), 0);
		used += n;
		r = line_read(&l, in, MAX, &text, &n);
	} while (r == LINE_MORE && used < len);
	if (r != rows[i].status)
		print_error("%s\n", rows[i].label);
	assert_int_equal(r, rows[i].status);
	if (r == LINE_OK) {
		assert_int_equal(n, strlen(rows[i].line));
		assert_memory_equal(text, rows[i].line, n);
		line_consume(&l, in, n);
	}
	evbuffer_free(in);
}

static void
lines(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_row(i, 0);
		check_row(i, 1);
	}
}

/* After an overlong line the next is read as if nothing had been. */
static void
goes_on_after_overlong(void **state)
{
	struct line l = { 0 };
	struct evbuffer *in;
	char *text;
	size_t n;

	in = evbuffer_new();
	assert_int_equal(evbuffer_add_printf(in, "%050d\r\nQUIT\r\n", 0), 58);
	assert_int_equal(line_read(&l, in, MAX, &text, &n), LINE_LONG);
	assert_int_equal(line_read(&l, in, MAX, &text, &n), LINE_OK);
	assert_int_equal(n, 4);
	line_consume(&l, in, n);
	assert_int_equal(evbuffer_get_length(in), 0);
	evbuffer_free(in);
}

/* A line without end is not read for ever. */
static void
overlong_is_bounded(void **state)
{
	struct line l = { 0 };
	struct evbuffer *in;
	enum line_status r;
	char *text;
	size_t n, sent;

	in = evbuffer_new();
	r = LINE_MORE;
	for (sent = 0; r == LINE_MORE && sent < 10 * SMTPD_SKIP_MAX;
	     sent += 5) {
		assert_int_equal(evbuffer_add(in, "xxxxx", 5), 0);
		r = line_read(&l, in, MAX, &text, &n);
		assert_true(evbuffer_get_length(in) <= MAX);
	}
	assert_int_equal(r, LINE_FLOOD);
	assert_true(sent < 2 * SMTPD_SKIP_MAX);
	evbuffer_free(in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(goes_on_after_overlong),
		cmocka_unit_test(overlong_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

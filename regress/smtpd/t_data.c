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
 * Message data: transparency, the one end of data, and every sequence that
 * somebody has taken for an end (SMTP smuggling).
 *
 * sources: smtpd/data.c
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "data.h"

#define TEXT(s) s, sizeof(s) - 1

static const struct {
	const char *label;
	const char *in;
	size_t len;
	const char *out; /* NULL: bad */
	size_t left;	 /* octets after the end; -1: no end */
} rows[] = {
	{ "nothing", TEXT(".\r\n"), "", 0 },
	{ "a line", TEXT("a\r\n.\r\n"), "a\r\n", 0 },
	{ "an empty line", TEXT("\r\n.\r\n"), "\r\n", 0 },
	{ "commands follow", TEXT("a\r\n.\r\nQUIT\r\n"), "a\r\n", 6 },
	{ "dots removed", TEXT("..\r\n..a\r\n...\r\n.b\r\n.\r\n"),
	    ".\r\n.a\r\n..\r\nb\r\n", 0 },
	{ "dots inside stay", TEXT("a.\r\n a. .\r\n.\r\n"), "a.\r\n a. .\r\n",
	    0 },
	{ "no end: no dot", TEXT("a\r\n"), "a\r\n", SIZE_MAX },
	{ "no end: dot not at the start", TEXT("a.\r\n"), "a.\r\n", SIZE_MAX },
	{ "no end: two dots", TEXT("a\r\n..\r\n"), "a\r\n.\r\n", SIZE_MAX },
	{ "LF . LF", TEXT("a\n.\nb\r\n.\r\n"), NULL, 0 },
	{ "LF . CRLF", TEXT("a\n.\r\nb\r\n.\r\n"), NULL, 0 },
	{ "CRLF . LF", TEXT("a\r\n.\nb\r\n.\r\n"), NULL, 0 },
	{ "CR . CR", TEXT("a\r.\rb\r\n.\r\n"), NULL, 0 },
	{ "CR . CRLF", TEXT("a\r.\r\nb\r\n.\r\n"), NULL, 0 },
	{ "CRLF . CR", TEXT("a\r\n.\rb\r\n.\r\n"), NULL, 0 },
	{ "CRLF . CR CR LF", TEXT("a\r\n.\r\r\nb\r\n.\r\n"), NULL, 0 },
	{ "CR CR LF . CRLF", TEXT("a\r\r\n.\r\n"), NULL, 0 },
	{ "LF . LF with nothing after", TEXT("a\n.\n"), NULL, SIZE_MAX },
	{ "CRLF . LF with nothing after", TEXT("a\r\n.\n"), NULL, SIZE_MAX },
	{ "LF . CRLF with nothing after", TEXT("a\n.\r\n"), NULL, SIZE_MAX },
	{ "NUL before the dot", TEXT("a\r\n\0.\r\nb\r\n.\r\n"), NULL, 0 },
	{ "NUL after the dot", TEXT("a\r\n.\0\r\nb\r\n.\r\n"), NULL, 0 },
	{ "NUL in CRLF", TEXT("a\r\0\n.\r\n"), NULL, SIZE_MAX },
	{ "bare LF in text", TEXT("a\nb\r\n.\r\n"), NULL, 0 },
	{ "bare CR in text", TEXT("a\rb\r\n.\r\n"), NULL, 0 },
	{ "bare LF first", TEXT("\n.\r\n"), NULL, SIZE_MAX },
};

struct sink {
	char text[256];
	size_t len;
};

static void
sink_cb(void *arg, const char *p, size_t len)
{
	struct sink *s;

	s = arg;
	assert_true(len > 0 && len <= sizeof(s->text) - s->len);
	memcpy(s->text + s->len, p, len);
	s->len += len;
}

/* One row, cut after `cut` octets. */
static void
check_cut(size_t i, size_t cut)
{
	struct sink sink = { "", 0 };
	struct data d;
	size_t used, first;

	data_init(&d);
	first = data_feed(&d, rows[i].in, cut, sink_cb, &sink);
	used = first;
	if (first == cut)
		used += data_feed(&d, rows[i].in + cut, rows[i].len - cut,
		    sink_cb, &sink);
	if (data_ended(&d) != (rows[i].left != SIZE_MAX) ||
	    d.bad != (rows[i].out == NULL))
		print_error("%s, cut at %zu\n", rows[i].label, cut);
	assert_int_equal(data_ended(&d), rows[i].left != SIZE_MAX);
	assert_int_equal(d.bad, rows[i].out == NULL);
	assert_int_equal(rows[i].len - used,
	    rows[i].left == SIZE_MAX ? 0 : rows[i].left);
	if (rows[i].out == NULL)
		return;
	assert_int_equal(sink.len, strlen(rows[i].out));
	assert_memory_equal(sink.text, rows[i].out, sink.len);
	assert_int_equal(d.size, sink.len);
}

/* Every row, cut at every place. */
static void
ends_and_dots(void **state)
{
	size_t i, cut;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (cut = 0; cut <= rows[i].len; cut++)
			check_cut(i, cut);
	}
}

/* An octet at a time, so that each state is entered from each. */
static void
octet_by_octet(void **state)
{
	struct sink sink;
	struct data d;
	size_t i, j;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		data_init(&d);
		sink.len = 0;
		for (j = 0; j < rows[i].len && !data_ended(&d); j++)
			assert_int_equal(
			    data_feed(&d, rows[i].in + j, 1, sink_cb, &sink),
			    1);
		assert_int_equal(d.bad, rows[i].out == NULL);
		assert_int_equal(data_ended(&d), rows[i].left != SIZE_MAX);
	}
}

static void
eight_bit_is_noted(void **state)
{
	struct sink sink = { "", 0 };
	struct data d;

	data_init(&d);
	(void)data_feed(&d, "abc\r\n", 5, sink_cb, &sink);
	assert_false(d.eight);
	(void)data_feed(&d, "\xc3\xa4\r\n.\r\n", 7, sink_cb, &sink);
	assert_true(d.eight);
	assert_true(data_ended(&d));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_and_dots),
		cmocka_unit_test(octet_by_octet),
		cmocka_unit_test(eight_bit_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

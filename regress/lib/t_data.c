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
 * sources: lib/data.c
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

/* With strict off, and chunks of BDAT; out NULL: bad. */
static const struct {
	const char *label;
	bool strict, chunks;
	const char *in;
	size_t len;
	const char *out;
	bool end; /* by a dot */
} others[] = {
	{ "LF becomes CRLF", false, false, TEXT("a\nb\r\n.\r\n"), "a\r\nb\r\n",
	    true },
	{ "CR becomes CRLF", false, false, TEXT("a\rb\r\n.\r\n"), "a\r\nb\r\n",
	    true },
	{ "NUL is bad all the same", false, false, TEXT("a\0b\r\n.\r\n"), NULL,
	    true },
	{ "LF . LF is text", false, false, TEXT("a\n.\nb\r\n.\r\n"),
	    "a\r\n.\r\nb\r\n", true },
	{ "LF . CRLF is text", false, false, TEXT("a\n.\r\nb\r\n.\r\n"),
	    "a\r\n.\r\nb\r\n", true },
	{ "CRLF . LF is a line", false, false, TEXT("a\r\n.\nb\r\n.\r\n"),
	    "a\r\n\r\nb\r\n", true },
	{ "CR . CR is text", false, false, TEXT("a\r.\rb\r\n.\r\n"),
	    "a\r\n.\r\nb\r\n", true },
	{ "CRLF . CR is a line", false, false, TEXT("a\r\n.\rb\r\n.\r\n"),
	    "a\r\n\r\nb\r\n", true },
	{ "CR CR LF is two", false, false, TEXT("a\r\r\n.\r\n"), "a\r\n\r\n",
	    true },
	{ "dots of a chunk stay", true, true, TEXT(".\r\n..a\r\n.\r\n"),
	    ".\r\n..a\r\n.\r\n", false },
	{ "a chunk without CRLF", true, true, TEXT("a\r\nb"), "a\r\nb\r\n",
	    false },
	{ "a chunk of nothing", true, true, TEXT(""), "", false },
	{ "bare LF in a chunk", true, true, TEXT("a\nb"), NULL, false },
	{ "bare CR in a chunk", true, true, TEXT("a\rb"), NULL, false },
	{ "CR at the end of chunks", true, true, TEXT("a\r"), NULL, false },
	{ "CR at the end, not strict", false, true, TEXT("a\r"), "a\r\n",
	    false },
	{ "NUL in a chunk", true, true, TEXT("a\0b"), NULL, false },
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

	data_init(&d, true, false);
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

static void
check_other(size_t i, size_t cut)
{
	struct sink sink = { "", 0 };
	struct data d;

	data_init(&d, others[i].strict, others[i].chunks);
	(void)data_feed(&d, others[i].in, cut, sink_cb, &sink);
	(void)data_feed(&d, others[i].in + cut, others[i].len - cut, sink_cb,
	    &sink);
	if (data_ended(&d) != others[i].end)
		fail_msg("%s, cut at %zu", others[i].label, cut);
	if (!others[i].end)
		data_finish(&d, sink_cb, &sink);
	if (d.bad != (others[i].out == NULL))
		fail_msg("%s, cut at %zu", others[i].label, cut);
	if (others[i].out == NULL)
		return;
	assert_int_equal(sink.len, strlen(others[i].out));
	assert_memory_equal(sink.text, others[i].out, sink.len);
}

static void
chunks_and_bare_line_ends(void **state)
{
	size_t i, cut;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		for (cut = 0; cut <= others[i].len; cut++)
			check_other(i, cut);
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
		data_init(&d, true, false);
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

	data_init(&d, true, false);
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
		cmocka_unit_test(chunks_and_bare_line_ends),
		cmocka_unit_test(octet_by_octet),
		cmocka_unit_test(eight_bit_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

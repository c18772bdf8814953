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

/* sources: lib/header.c */

/*
 * The header section: which lines are taken, and that what comes out is what
 * went in, but for what was asked.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bounds.h"
#include "header.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* Feed lines parted by LF; the status of the last that was needed. */
static enum header_status
feed(struct header *h, const char *lines)
{
	enum header_status status;
	const char *end;

	do {
		end = strchr(lines, '\n');
		if (end == NULL)
			return header_finish(h);
		status = header_feed(h, lines, (size_t)(end - lines));
		lines = end + 1;
	} while (status == HEADER_MORE);
	return status;
}

/* The whole as a string that the caller frees. */
static char *
written(const struct header *h)
{
	size_t size;
	char *s;

	size = header_size(h);
	s = malloc(size + 1);
	assert_non_null(s);
	assert_int_equal(0, header_write(h, s, size));
	s[size] = '\0';
	return s;
}

static void
assert_written(const struct header *h, const char *expected)
{
	char *s;

	s = written(h);
	assert_string_equal(s, expected);
	free(s);
}

static void
assert_field(const struct header_field *f, const char *name, const char *body)
{
	assert_int_equal(f->name_len, strlen(name));
	assert_memory_equal(f->name, name, f->name_len);
	assert_int_equal(f->body_len, strlen(body));
	assert_memory_equal(f->body, body, f->body_len);
	assert_int_equal(f->raw_len, f->name_len + 1 + f->body_len + 2);
	assert_memory_equal(f->raw + f->raw_len - 2, "\r\n", 2);
}

static const struct {
	const char *label, *lines;
	enum header_status status;
	size_t count;
} rows[] = {
	{ "one field", "From: a@b.example\n\n", HEADER_END, 1 },
	{ "no empty line", "From: a@b.example\nTo: c\n", HEADER_END, 2 },
	{ "folded", "Subject: a\n b\n\tc\nTo: d\n\n", HEADER_END, 2 },
	{ "folded by white space only", "Subject: a\n \nTo: d\n\n", HEADER_END,
	    2 },
	{ "empty body", "Subject:\n\n", HEADER_END, 1 },
	{ "no space after colon", "a:b\n\n", HEADER_END, 1 },
	{ "odd name", "!#;~^: b\n\n", HEADER_END, 1 },
	{ "colons in body", "a::b: c\n\n", HEADER_END, 1 },
	{ "8-bit body", "Subject: d\xc3\xb6\n\n", HEADER_END, 1 },
	{ "control in body", "Subject: \x01\x1b\n\n", HEADER_END, 1 },
	{ "lines after the end", "a: b\n\nc: d\n", HEADER_END, 1 },
	{ "nothing", "", HEADER_NOT, 0 },
	{ "empty line first", "\nFrom: a\n\n", HEADER_NOT, 0 },
	{ "text", "Hello world\n\n", HEADER_NOT, 0 },
	{ "text with colon", "Hello world: it is me\n\n", HEADER_NOT, 0 },
	{ "mbox line", "From a@b.example Mon Jan  1 00:00:00 2024\n\n",
	    HEADER_NOT, 0 },
	{ "continuation first", " From: a\n\n", HEADER_NOT, 0 },
	{ "colon first", ": a\n\n", HEADER_NOT, 0 },
	{ "8-bit name", "Fr\xc3\xb6m: a\n\n", HEADER_NOT, 0 },
	{ "CR in first line", "From: a\rb\n\n", HEADER_NOT, 0 },
	{ "body without empty line", "From: a\nHello world\n\n", HEADER_BAD,
	    1 },
	{ "mbox line second", "From: a\nFrom b: c\n\n", HEADER_BAD, 1 },
	{ "space before colon", "To: b\nFrom : a\n\n", HEADER_BAD, 1 },
	{ "tab before colon", "To: b\nFrom\t: a\n\n", HEADER_BAD, 1 },
	{ "no name", "To: b\n: a\n\n", HEADER_BAD, 1 },
	{ "CR at the end", "To: b\nFrom: a\r\n\n", HEADER_BAD, 1 },
	{ "CR alone on a line", "To: b\n\r\n\n", HEADER_BAD, 1 },
	{ "CR in continuation", "To: b\n c\rd\n\n", HEADER_BAD, 1 },
	{ "DEL in name", "To: b\nA\x7f: c\n\n", HEADER_BAD, 1 },
};

static void
test_lines(void **state)
{
	enum header_status status;
	struct header *h;
	size_t i;

	for (i = 0; i < N(rows); i++) {
		h = header_new(HEADER_SIZE_MAX);
		assert_non_null(h);
		status = feed(h, rows[i].lines);
		if (status != rows[i].status ||
		    header_count(h) != rows[i].count)
			fail_msg("%s: status %d, %zu fields", rows[i].label,
			    (int)status, header_count(h));
		/* The answer stays. */
		assert_int_equal(header_feed(h, "X: y", 4), status);
		assert_int_equal(header_finish(h), status);
		assert_int_equal(header_count(h), rows[i].count);
		header_free(h);
	}
	header_free(NULL);
}

static void
test_nul_and_lf(void **state)
{
	struct header *h;

	h = header_new(1000);
	assert_non_null(h);
	assert_int_equal(HEADER_MORE, header_feed(h, "A: b", 4));
	assert_int_equal(HEADER_BAD, header_feed(h, "A: \0b", 5));
	header_free(h);
	h = header_new(1000);
	assert_non_null(h);
	assert_int_equal(HEADER_MORE, header_feed(h, "A: b", 4));
	assert_int_equal(HEADER_BAD, header_feed(h, "A: \nb", 5));
	header_free(h);
}

static void
test_look_up(void **state)
{
	struct header_field f;
	struct header *h;

	h = header_new(HEADER_SIZE_MAX);
	assert_non_null(h);
	assert_int_equal(HEADER_END,
	    feed(h, "From: a\nTO:b\n c\nSubject:\nto:  d \nX:\n y\n\n"));
	assert_int_equal(header_count(h), 5);
	assert_int_equal(header_count_name(h, "To"), 2);
	assert_int_equal(header_count_name(h, "T"), 0);
	assert_int_equal(header_count_name(h, "Too"), 0);
	assert_true(header_get(h, 0, &f));
	assert_field(&f, "From", " a");
	assert_true(header_find(h, "to", 0, &f));
	assert_field(&f, "TO", "b\r\n c");
	assert_true(header_field_is(&f, "To"));
	assert_false(header_field_is(&f, "Tom"));
	assert_true(header_find(h, "To", 1, &f));
	assert_field(&f, "to", "  d ");
	assert_true(header_find(h, "SUBJECT", 0, &f));
	assert_field(&f, "Subject", "");
	assert_true(header_find(h, "x", 0, &f));
	assert_field(&f, "X", "\r\n y");
	assert_false(header_find(h, "To", 2, &f));
	assert_false(header_find(h, "Bcc", 0, &f));
	assert_false(header_get(h, 5, &f));
	assert_written(h,
	    "From: a\r\nTO:b\r\n c\r\nSubject:\r\nto:  d \r\nX:\r\n y\r\n");
	header_free(h);
}

static void
test_change(void **state)
{
	struct header_field f;
	struct header *h;

	h = header_new(HEADER_SIZE_MAX);
	assert_non_null(h);
	assert_int_equal(HEADER_END,
	    feed(h, "Bcc: x\nFrom: a\nbcc:\n y\nTo: b\nBCC: z\n\n"));
	assert_int_equal(header_remove(h, "Bcc"), 3);
	assert_int_equal(header_remove(h, "Bcc"), 0);
	assert_int_equal(header_count(h), 2);
	assert_written(h, "From: a\r\nTo: b\r\n");
	assert_int_equal(0, header_prepend(h, "R: 1\r\n", 6));
	assert_int_equal(0, header_prepend(h, "R: 2\r\n\tx\r\n", 10));
	assert_int_equal(0, header_append(h, "D: 3\r\n", 6));
	assert_written(h,
	    "R: 2\r\n\tx\r\nR: 1\r\nFrom: a\r\nTo: b\r\nD: 3\r\n");
	assert_true(header_find(h, "r", 0, &f));
	assert_field(&f, "R", " 2\r\n\tx");
	assert_int_equal(header_remove(h, "r"), 2);
	assert_int_equal(header_remove(h, "d"), 1);
	assert_written(h, "From: a\r\nTo: b\r\n");
	header_free(h);
}

/* A header can be made of nothing, and removing all leaves nothing. */
static void
test_from_scratch(void **state)
{
	struct header *h;
	char c;

	h = header_new(0);
	assert_non_null(h);
	assert_int_equal(header_size(h), 0);
	assert_int_equal(0, header_write(h, &c, 0));
	assert_int_equal(header_remove(h, "A"), 0);
	assert_int_equal(0, header_append(h, "B: 1\r\n", 6));
	assert_int_equal(0, header_prepend(h, "A: 1\r\n", 6));
	assert_written(h, "A: 1\r\nB: 1\r\n");
	assert_int_equal(HEADER_END, header_finish(h));
	errno = 0;
	assert_int_equal(-1, header_write(h, &c, 0));
	assert_int_equal(errno, ERANGE);
	assert_int_equal(header_remove(h, "A"), 1);
	assert_int_equal(header_remove(h, "B"), 1);
	assert_int_equal(header_size(h), 0);
	header_free(h);
}

/* No second field, no end of header can be smuggled in. */
static void
test_smuggling(void **state)
{
	static const struct {
		const char *label, *field;
	} bad[] = {
		{ "nothing", "" },
		{ "no line end", "A: b" },
		{ "LF only", "A: b\n" },
		{ "line end only", "\r\n" },
		{ "two fields", "A: b\r\nC: d\r\n" },
		{ "empty line", "A: b\r\n\r\n" },
		{ "bare LF", "A: b\nC: d\r\n" },
		{ "bare LF folded", "A: b\n C: d\r\n" },
		{ "bare CR", "A: b\rC: d\r\n" },
		{ "CR before CRLF", "A: b\r\r\n" },
		{ "no colon", "A b\r\n" },
		{ "no name", ": b\r\n" },
		{ "space before colon", "A : b\r\n" },
		{ "folded before colon", "A\r\n : b\r\n" },
		{ "continuation", " A: b\r\n" },
	};
	struct header *h;
	size_t i;

	h = header_new(1000);
	assert_non_null(h);
	for (i = 0; i < N(bad); i++) {
		errno = 0;
		if (header_prepend(h, bad[i].field, strlen(bad[i].field)) == 0)
			fail_msg("prepended: %s", bad[i].label);
		assert_int_equal(errno, EINVAL);
		if (header_append(h, bad[i].field, strlen(bad[i].field)) == 0)
			fail_msg("appended: %s", bad[i].label);
	}
	assert_int_equal(-1, header_append(h, "A: \0\r\n", 6));
	assert_int_equal(header_count(h), 0);
	header_free(h);
}

/* After a change a continuation would go to the wrong field. */
static void
test_change_while_feeding(void **state)
{
	struct header *h;

	h = header_new(1000);
	assert_non_null(h);
	assert_int_equal(HEADER_MORE, header_feed(h, "A: b", 4));
	assert_int_equal(HEADER_MORE, header_feed(h, "Bcc: c", 6));
	assert_int_equal(header_remove(h, "Bcc"), 1);
	assert_int_equal(0, header_prepend(h, "R: s\r\n", 6));
	assert_int_equal(HEADER_MORE, header_feed(h, "C: d", 4));
	assert_int_equal(HEADER_MORE, header_feed(h, " e", 2));
	assert_written(h, "R: s\r\nA: b\r\nC: d\r\n e\r\n");
	assert_int_equal(header_remove(h, "C"), 1);
	assert_int_equal(HEADER_BAD, header_feed(h, " f", 2));
	header_free(h);
}

/* The size is that of the bytes with their line ends, and exact. */
static void
test_size_limit(void **state)
{
	struct header *h;

	h = header_new(10);
	assert_non_null(h);
	assert_int_equal(HEADER_MORE, header_feed(h, "A: b", 4));
	assert_int_equal(HEADER_MORE, header_feed(h, " c", 2));
	assert_int_equal(HEADER_TOOBIG, header_feed(h, " ", 1));
	assert_int_equal(0, header_prepend(h, "Received: by us\r\n", 17));
	header_free(h);
	h = header_new(10);
	assert_non_null(h);
	assert_int_equal(HEADER_TOOBIG, header_feed(h, "A: bbbbbb", 9));
	header_free(h);
	h = header_new(10);
	assert_non_null(h);
	assert_int_equal(HEADER_MORE, header_feed(h, "A: bbbbb", 8));
	assert_int_equal(HEADER_END, header_feed(h, "", 0));
	header_free(h);
	h = header_new(0);
	assert_non_null(h);
	assert_int_equal(HEADER_TOOBIG, header_feed(h, "A:", 2));
	header_free(h);
}

static void
test_field_limit(void **state)
{
	struct header *h;
	char line[32];
	size_t i;
	int n;

	h = header_new(HEADER_SIZE_MAX);
	assert_non_null(h);
	for (i = 0; i < HEADER_FIELDS_MAX; i++) {
		n = snprintf(line, sizeof(line), "X-%zu: y", i);
		assert_int_equal(HEADER_MORE, header_feed(h, line, (size_t)n));
	}
	assert_int_equal(HEADER_MORE, header_feed(h, " more", 5));
	assert_int_equal(HEADER_TOOBIG, header_feed(h, "X: y", 4));
	assert_int_equal(header_count(h), HEADER_FIELDS_MAX);
	header_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_nul_and_lf),
		cmocka_unit_test(test_look_up),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_from_scratch),
		cmocka_unit_test(test_smuggling),
		cmocka_unit_test(test_change_while_feeding),
		cmocka_unit_test(test_size_limit),
		cmocka_unit_test(test_field_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
 * Messages re-encoded, cut into two pieces at every place, and what is
 * reported of each.
 *
 * sources: lib/recode.c lib/mime_walk.c lib/mime_code.c lib/mime_field.c
 * sources: lib/address.c lib/base64.c
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bounds.h"
#include "recode.h"

#define BIN  RECODE_BINARY
#define SEV  RECODE_SEVENBIT
#define LNG  RECODE_LONG
#define SURE RECODE_CERTAIN

#define CT  "Content-Type: "
#define CTE "Content-Transfer-Encoding: "
#define MV  "MIME-Version: 1.0\r\n"
#define TXT CT "text/plain; charset=utf-8\r\n"
#define OCT CT "application/octet-stream\r\n"
#define MIX CT "multipart/mixed; boundary=b\r\n"

/* Ten octets, fifty, and a line of a thousand. */
#define X10   "word word "
#define X50   X10 X10 X10 X10 X10
#define X250  X50 X50 X50 X50 X50
#define X1000 X250 X250 X250 X250

/* Both may hold NUL: their lengths are of the array. */
struct row {
	const char *label;
	unsigned flags;
	const char *in;
	size_t in_len;
	const char *out;
	size_t out_len;
	unsigned report;
};

#define ROW(label, flags, in, out, report)                                     \
	{                                                                      \
		label, flags, in, sizeof(in) - 1, out, sizeof(out) - 1, report \
	}
#define SAME(label, flags, in, report) ROW(label, flags, in, in, report)

static const struct row rows[] = {
	/* Nothing to do. */
	SAME("empty", BIN, "", 0),
	SAME("ASCII", SEV, "A: b\r\n\r\nhello\r\n", 0),
	SAME("ASCII, binary", BIN, "A: b\r\n\r\nhello\r\n", 0),
	SAME("header only", SEV, "A: b\r\n", 0),
	SAME("no line end", SEV, "A: b\r\n\r\nhello", 0),
	SAME("parts", SEV | BIN,
	    MV MIX "\r\npre\r\n--b\r\n" TXT "\r\nx\r\n--b--\r\nepi\r\n", 0),
	SAME("8bit for who takes it", BIN,
	    MV TXT CTE "8bit\r\n\r\n\303\244\r\n", 0),
	SAME("base64 is as it is", SEV | BIN,
	    MV OCT CTE "base64\r\n\r\nQUJD\r\n", 0),

	/* 8 bits. */
	ROW("text", SEV,
	    MV TXT CTE "8bit\r\n\r\n" X10 "word \303\244 = word \r\n",
	    MV TXT CTE "quoted-printable\r\n\r\n" X10
		       "word =C3=A4 =3D word=20\r\n",
	    RECODE_CHANGED),
	ROW("dense text", SEV, MV TXT CTE "8bit\r\n\r\n\303\244\303\244\r\n",
	    MV TXT CTE "base64\r\n\r\nw6TDpA0K\r\n", RECODE_CHANGED),
	ROW("no text", SEV, MV OCT "\r\n0123456789\303\r\n",
	    MV OCT CTE "base64\r\n\r\nMDEyMzQ1Njc4OcMNCg==\r\n",
	    RECODE_CHANGED),
	ROW("no MIME", SEV, "A: b\r\n\r\nword word \303\244\r\n",
	    "A: b\r\n" MV TXT CTE
	    "quoted-printable\r\n\r\nword word =C3=A4\r\n",
	    RECODE_CHANGED),
	ROW("no MIME, no UTF-8", SEV, "A: b\r\n\r\nword word \344\r\n",
	    "A: b\r\n" MV CT "text/plain; charset=unknown-8bit\r\n" CTE
	    "quoted-printable\r\n\r\nword word =E4\r\n",
	    RECODE_CHANGED),
	ROW("called 8bit, and is not", SEV, MV TXT CTE "8bit\r\n\r\nword\r\n",
	    MV TXT CTE "7bit\r\n\r\nword\r\n", RECODE_CHANGED),
	ROW("the part, and what it is in", SEV,
	    MV MIX CTE "8bit\r\n\r\n--b\r\n" TXT
		       "\r\nword word \303\244\r\n--b\r\n" TXT
		       "\r\nx\r\n--b--\r\n",
	    MV MIX CTE "7bit\r\n\r\n--b\r\n" TXT CTE
		       "quoted-printable\r\n\r\nword word =C3=A4\r\n--b\r\n" TXT
		       "\r\nx\r\n--b--\r\n",
	    RECODE_CHANGED),
	ROW("message within", SEV,
	    MV MIX
	    "\r\n--b\r\n" CT
	    "message/rfc822\r\n\r\nA: b\r\n\r\nword word \344\r\n--b--\r\n",
	    MV MIX "\r\n--b\r\n" CT "message/rfc822\r\n\r\nA: b\r\n" MV CT
		   "text/plain; charset=unknown-8bit\r\n" CTE
		   "quoted-printable\r\n\r\nword word =E4\r\n--b--\r\n",
	    RECODE_CHANGED),
	ROW("before and after parts", SEV,
	    MV MIX "\r\n\344\r\n--b\r\n\r\nx\r\n--b--\r\n\344\r\n",
	    MV MIX "\r\n\177\r\n--b\r\n\r\nx\r\n--b--\r\n\177\r\n",
	    RECODE_CHANGED),
	ROW("two encodings: the first counts", SEV,
	    MV TXT CTE "8bit\r\nA: b\r\n" CTE "7bit\r\n\r\nword word \344\r\n",
	    MV TXT CTE "quoted-printable\r\nA: b\r\n\r\nword word =E4\r\n",
	    RECODE_CHANGED),
	ROW("quoted-printable with an octet", SEV,
	    MV TXT CTE "quoted-printable\r\n\r\na=3D\344\r\n",
	    MV TXT CTE "quoted-printable\r\n\r\na=3D=E4\r\n", RECODE_CHANGED),
	SAME("header cannot be mended", SEV, "Subject: \303\244\r\n\r\nx\r\n",
	    RECODE_HEADER_8BIT),
	SAME("signed is left", SEV,
	    MV CT "multipart/signed; boundary=b\r\n\r\n--b\r\n" TXT
		  "\r\n\303\244\r\n--b--\r\n",
	    RECODE_LEFT_8BIT),
	SAME("unknown encoding is left", SEV,
	    MV TXT CTE "x-own\r\n\r\n\344\r\n", RECODE_LEFT_8BIT),
	SAME("part of a message is left", SEV,
	    MV CT "message/partial; id=x\r\n\r\nA: b\r\n\r\n\344\r\n",
	    RECODE_LEFT_8BIT),
	SAME("multipart without a boundary is left", SEV,
	    MV CT "multipart/mixed\r\n\r\n\344\r\n", RECODE_LEFT_8BIT),

	/* Delimiters. */
	ROW("outer ends inner", SEV,
	    MV MIX
	    "\r\n--b\r\n" CT
	    "multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nx\r\n--b\r\n" TXT
	    "\r\nword word \344\r\n--i\r\nx\r\n--b--\r\n",
	    MV MIX
	    "\r\n--b\r\n" CT
	    "multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nx\r\n--b\r\n" TXT CTE
	    "quoted-printable\r\n\r\nword word =E4\r\n=2D-i\r\nx\r\n"
	    "--b--\r\n",
	    RECODE_CHANGED),
	ROW("a longer line is none", SEV,
	    MV MIX "\r\n--b\r\n\r\nword word \344\r\n--bb\r\n--b \t\r\n\r\n",
	    MV MIX "\r\n--b\r\n" CT "text/plain; charset=unknown-8bit\r\n" CTE
		   "quoted-printable\r\n\r\nword word =E4\r\n=2D-bb\r\n"
		   "--b \t\r\n\r\n",
	    RECODE_CHANGED),
	ROW("no line end after the last", SEV,
	    MV MIX "\r\n--b\r\n\r\nword word \344\r\n--b--",
	    MV MIX "\r\n--b\r\n" CT "text/plain; charset=unknown-8bit\r\n" CTE
		   "quoted-printable\r\n\r\nword word =E4\r\n--b--",
	    RECODE_CHANGED),
	ROW("never ends", SEV, MV MIX "\r\n--b\r\n\r\nword word \344",
	    MV MIX "\r\n--b\r\n" CT "text/plain; charset=unknown-8bit\r\n" CTE
		   "quoted-printable\r\n\r\nword word =E4=\r\n",
	    RECODE_CHANGED),
	ROW("digest", SEV,
	    MV CT "multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nA: b\r\n"
		  "\r\nword word \344\r\n--b--\r\n",
	    MV CT
	    "multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nA: b\r\n" MV CT
	    "text/plain; charset=unknown-8bit\r\n" CTE
	    "quoted-printable\r\n\r\nword word =E4\r\n--b--\r\n",
	    RECODE_CHANGED),
	ROW("empty line is missing", SEV,
	    MV MIX "\r\n--b\r\nword word \344\r\n--b--\r\n",
	    MV MIX "\r\n--b\r\n" CT "text/plain; charset=unknown-8bit\r\n" CTE
		   "quoted-printable\r\n\r\nword word =E4\r\n--b--\r\n",
	    RECODE_CHANGED),

	/* Binary. */
	ROW("binary part", BIN,
	    MV MIX CTE "binary\r\n\r\n--b\r\n" OCT CTE
		       "binary\r\n\r\n\0\n\r\n--b--\r\n",
	    MV MIX CTE "8bit\r\n\r\n--b\r\n" OCT CTE
		       "base64\r\n\r\nAAo=\r\n--b--\r\n",
	    RECODE_CHANGED),
	ROW("binary text stays readable", BIN,
	    MV TXT CTE "binary\r\n\r\n" X50 "\r\nword\0\rword\r\n",
	    MV TXT CTE "quoted-printable\r\n\r\n" X10 X10 X10 X10
		       "word word=20\r\nword=00=0Dword\r\n",
	    RECODE_CHANGED),
	ROW("called binary, and is not", BIN,
	    MV TXT CTE "binary\r\n\r\n\303\244\r\n",
	    MV TXT CTE "8bit\r\n\r\n\303\244\r\n", RECODE_CHANGED),
	ROW("signed has to change", BIN,
	    MV CT "multipart/signed; boundary=b\r\n\r\n--b\r\n" OCT CTE
		  "binary\r\n\r\n\0\r\n--b--\r\n",
	    MV CT "multipart/signed; boundary=b\r\n\r\n--b\r\n" OCT CTE
		  "base64\r\n\r\nAA==\r\n--b--\r\n",
	    RECODE_CHANGED | RECODE_SIGNED),
	ROW("unknown encoding loses", BIN, MV OCT CTE "x-own\r\n\r\na\0\nb\r\n",
	    MV OCT CTE "x-own\r\n\r\na\177\r\nb\r\n",
	    RECODE_CHANGED | RECODE_REPAIRED),
	ROW("header loses", BIN, "A: b\nBcc: c\0\r\n\r\nx\r\n",
	    "A: b Bcc: c \r\n\r\nx\r\n", RECODE_CHANGED | RECODE_REPAIRED),
	ROW("no delimiter is made", BIN,
	    MV MIX "\r\nx\n--b\r\n--b\0\r\n--b\r\n\r\nx\r\n--b--\r\n",
	    MV MIX "\r\nx\r\n --b\r\n--b\177\r\n--b\r\n\r\nx\r\n--b--\r\n",
	    RECODE_CHANGED),
	ROW("base64 with line feeds", BIN,
	    MV OCT CTE "base64\r\n\r\nQUJD\nREVG\r\n",
	    MV OCT CTE "base64\r\n\r\nQUJDREVG\r\n", RECODE_CHANGED),
	ROW("quoted-printable with line feeds", BIN,
	    MV TXT CTE "quoted-printable\r\n\r\na=\nb\n-\0\r\n",
	    MV TXT CTE "quoted-printable\r\n\r\na=\r\nb\r\n=2D=00\r\n",
	    RECODE_CHANGED),

	/* Lines. */
	SAME("998 octets", LNG,
	    MV TXT "\r\n" X250 X250 X250 X50 X50 X50 X50 X10 X10 X10 X10
		   "12345678\r\n",
	    0),
	ROW("999 octets", LNG,
	    MV TXT "\r\n" X250 X250 X250 X50 X50 X50 X50 X10 X10 X10 X10
		   "123456789\r\n",
	    "", RECODE_CHANGED),
	ROW("header is folded", LNG, "A: " X1000 "end\r\n\r\nx\r\n",
	    "A: " X250 X250 X250 X50 X50 X50 X50 X10 X10 X10 X10 "word"
	    "\r\n word end\r\n\r\nx\r\n",
	    RECODE_CHANGED),
};

struct buffer {
	char data[8192];
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

/* Re-encode an input given in two pieces; the report. */
static unsigned
run(unsigned flags, const char *in, size_t len, size_t cut, struct buffer *b)
{
	struct recode *r;
	unsigned report;

	b->len = 0;
	b->room = sizeof(b->data);
	r = recode_new(flags, 1024, collect, b);
	assert_non_null(r);
	assert_int_equal(recode_feed(r, in, cut), 0);
	assert_int_equal(recode_feed(r, in + cut, len - cut), 0);
	assert_int_equal(recode_finish(r), 0);
	report = recode_report(r);
	recode_free(r);
	return report;
}

static size_t
longest_line(const struct buffer *b)
{
	size_t i, column = 0, longest = 0;

	for (i = 0; i < b->len; i++) {
		column = b->data[i] == '\n' ? 0 : column + 1;
		if (column > longest)
			longest = column;
	}
	return longest - 1; /* CR */
}

static void
test_rows(void **state)
{
	const struct row *row;
	struct buffer b;
	size_t i, cut;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		row = &rows[i];
		print_message("# %s\n", row->label);
		for (cut = 0; cut <= row->in_len; cut++) {
			assert_int_equal(
			    run(row->flags, row->in, row->in_len, cut, &b),
			    row->report);
			if (row->out_len == 0 && row->in_len > 0) {
				assert_true(longest_line(&b) <= 76);
				continue;
			}
			assert_int_equal(b.len, row->out_len);
			assert_memory_equal(b.data, row->out, b.len);
		}
	}
}

/* What shows only after the window. */
static void
test_window(void **state)
{
	static const char late[] = MV TXT "\r\n" X1000 "\r\n" X1000 "\303\r\n";
	static const char shorter[] = MV TXT "\r\n" X250 "\r\n" X250 "\r\n" X250
					     "\r\n" X250 "\r\n"
					     "word\r\n" X1000 "\r\n";
	static const char harmless[] = MV TXT
	    "\r\n" X250 "\r\n" X250 "\r\n" X250 "\r\n" X250 "\r\n" X50 "\r\n";
	struct buffer b;

	assert_int_equal(run(SEV, late, sizeof(late) - 1, 9, &b),
	    RECODE_LEFT_8BIT);
	assert_int_equal(run(SEV | SURE, late, sizeof(late) - 1, 9, &b),
	    RECODE_CHANGED);
	assert_int_equal(run(LNG, shorter, sizeof(shorter) - 1, 9, &b),
	    RECODE_LEFT_LONG);
	assert_int_equal(run(LNG | SURE, shorter, sizeof(shorter) - 1, 9, &b),
	    RECODE_CHANGED);
	assert_true(longest_line(&b) <= 76);
	assert_int_equal(run(LNG, harmless, sizeof(harmless) - 1, 9, &b), 0);
	assert_int_equal(run(LNG | SURE, harmless, sizeof(harmless) - 1, 9, &b),
	    RECODE_CHANGED);
}

/* A header line that has no place to fold it is left. */
static void
test_header_without_space(void **state)
{
	char in[2100] = "A:x";
	struct buffer b;

	memset(in + 3, 'x', 1500);
	memcpy(in + 1503, "\r\n\r\nx\r\n", 8);
	assert_int_equal(run(LNG, in, 1510, 100, &b), RECODE_HEADER_LONG);
	assert_int_equal(b.len, 1510);
}

/* Nesting beyond the limit is not walked; nothing is lost. */
static void
test_depth(void **state)
{
	static char in[MIME_DEPTH_MAX * 120];
	struct buffer b;
	size_t len = 0;
	int i;

	for (i = 0; i < (int)MIME_DEPTH_MAX + 2; i++)
		len += (size_t)snprintf(in + len, sizeof(in) - len,
		    CT "multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
	len += (size_t)snprintf(in + len, sizeof(in) - len, "\r\n\344\r\n");
	assert_int_equal(run(SEV, in, len, 100, &b), RECODE_LEFT_8BIT);
	assert_int_equal(b.len, len);
	assert_memory_equal(b.data, in, len);
}

static void
test_failure_is_passed_on(void **state)
{
	static const char in[] = "A: b\r\n\r\nx\r\n";
	struct buffer b = { .len = 0, .room = 4 };
	struct recode *r;

	r = recode_new(SEV, 1024, collect, &b);
	assert_non_null(r);
	if (recode_feed(r, in, sizeof(in) - 1) == 0)
		assert_int_equal(recode_finish(r), -1);
	recode_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_header_without_space),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_failure_is_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
 * Files of suppressions: CSV and its mistakes, lists, JSON, what services
 * export, moments.
 *
 * sources: ctl/suppressfile.c ctl/csv.c ctl/moment.c
 * sources: lib/compat.c lib/date.c lib/id.c
 * libs: -ljson-c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "csv.h"
#include "moment.h"
#include "proto_import.h"
#include "suppressfile.h"

static struct import_row row;

/*
 * The rows of a text in short: "number:address" and what else is set, "!" for
 * a bad one, "X" for a file that fails; with a space behind each.
 */
static const char *
rows(const char *text, size_t len)
{
	static char out[4096];
	enum suppressfile_result r;
	struct suppressfile *f;
	FILE *file;
	size_t n;

	file = fmemopen((void *)(uintptr_t)text, len, "r");
	assert_non_null(file);
	f = suppressfile_new(file, SUPPRESSFILE_ANY);
	assert_non_null(f);
	out[0] = '\0';
	while ((r = suppressfile_read(f, &row)) != SUPPRESSFILE_END) {
		n = strlen(out);
		if (r == SUPPRESSFILE_FAILED) {
			(void)snprintf(out + n, sizeof(out) - n, "X ");
			break;
		}
		if (r == SUPPRESSFILE_BAD) {
			assert_true(suppressfile_why(f)[0] != '\0');
			(void)snprintf(out + n, sizeof(out) - n, "%u! ",
			    (unsigned)row.number);
			continue;
		}
		(void)snprintf(out + n, sizeof(out) - n, "%u:%s%s%s%s%s%s%s ",
		    (unsigned)row.number, row.address,
		    row.reason[0] != '\0' ? "/" : "", row.reason,
		    row.text[0] != '\0' ? "=" : "", row.text,
		    row.compartment[0] != '\0' ? "@@" : "", row.compartment);
		n = strlen(out);
		if (row.created != 0)
			(void)snprintf(out + n - 1, sizeof(out) - n, "+%lld ",
			    (long long)row.created);
	}
	suppressfile_free(f);
	(void)fclose(file);
	return out;
}

struct text {
	const char *label;
	const char *text;
	const char *rows;
};

static const struct text texts[] = {
	{ "list", "a@b.org\nc@d.org\n", "1:a@b.org 2:c@d.org " },
	{ "list, CRLF, no end", "a@b.org\r\nc@d.org", "1:a@b.org 2:c@d.org " },
	{ "blank lines", "a@b.org\n\n  \n c@d.org \n", "1:a@b.org 4:c@d.org " },
	{ "names", "email\na@b.org\n", "2:a@b.org " },
	{ "byte order mark",
	    "\xef\xbb\xbf"
	    "email\na@b.org\n",
	    "2:a@b.org " },
	{ "quotes", "address,text\n\"a@b.org\",\"x, \"\"y\"\"\nz\"\nc@d.org,\n",
	    "2:a@b.org=x, \"y\"\nz 3:c@d.org " },
	{ "quote inside", "address,text\na@b.org,x\"y\nc@d.org,\n",
	    "2! 3:c@d.org " },
	{ "text behind a quote", "address,text\n\"a@b.org\"x,\nc@d.org,\n",
	    "2! 3:c@d.org " },
	{ "quote not closed",
	    "address,text\n\"a@b.org,x\nc@d.org,y\ne@f.org,\n",
	    "2! 3:c@d.org=y 4:e@f.org " },
	{ "too many fields", "address,text\na@b.org,x,y\nc@d.org\n",
	    "2! 3:c@d.org " },
	{ "no address", "address,text\n,x\nc@d.org,\n", "2! 3:c@d.org " },
	{ "no column of addresses", "name,text\na,x\n", "X " },
	{ "semicolons", "reason;address\nmanual;a@b.org\n",
	    "2:a@b.org/manual " },
	{ "tabs", "reason\taddress\nmanual\ta@b.org\n", "2:a@b.org/manual " },
	{ "no time", "address,created\na@b.org,yesterday\nc@d.org,5\n",
	    "2! 3:c@d.org+5 " },
	{ "own export",
	    "address,compartment,reason,created,expires,suppressed,messageId,"
	    "host,text\n"
	    "a@b.org,prod,HARDBOUNCE,2023-11-14T22:13:20Z,,,<x@y>,mx,no\n",
	    "2:a@b.org/hardbounce=no@@prod+1700000000 " },
	{ "SES",
	    "EmailAddress,Reason,LastUpdateTime\n"
	    "a@b.org,BOUNCE,2023-11-14T22:13:20.123456+00:00\n"
	    "c@d.org,COMPLAINT,2023-11-14T23:13:20+01:00\n",
	    "2:a@b.org/hardbounce+1700000000 3:c@d.org/complaint+1700000000 " },
	{ "SendGrid bounces",
	    "status,reason,email,created\n"
	    "5.1.1,550 5.1.1 no such user,a@b.org,1700000000\n",
	    "2:a@b.org=550 5.1.1 no such user+1700000000 " },
	{ "Postmark",
	    "EmailAddress,SuppressionReason,Origin,CreatedAt\n"
	    "a@b.org,HardBounce,Recipient,2023-11-14T17:13:20-05:00\n"
	    "c@d.org,SpamComplaint,Recipient,2023-11-14\n"
	    "e@f.org,ManualSuppression,Customer,\n",
	    "2:a@b.org/hardbounce+1700000000 3:c@d.org/complaint+1699920000 "
	    "4:e@f.org/manual " },
	{ "Mailgun",
	    "address,code,error,created_at\n"
	    "a@b.org,550,No such mailbox,"
	    "\"Tue, 14 Nov 2023 22:13:20 GMT\"\n",
	    "2:a@b.org=No such mailbox+1700000000 " },
	{ "JSON",
	    "{\"address\":\"a@b.org\",\"created\":1700000000,\"expires\":0}\n"
	    "\n{\"EmailAddress\":\"c@d.org\",\"Reason\":\"BOUNCE\",\"x\":[1]}\n",
	    "1:a@b.org+1700000000 3:c@d.org/hardbounce " },
	{ "JSON that is none",
	    "{\"address\":\"a@b.org\"\n{\"address\":\"c@d.org\"} x\n"
	    "[\"e@f.org\"]\n{\"text\":\"x\"}\n{\"address\":\"g@h.org\"}",
	    "1! 2! 3! 4! 5:g@h.org " },
};

static void
files_are_read_row_by_row(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *got;

		got = rows(texts[i].text, strlen(texts[i].text));
		if (strcmp(got, texts[i].rows) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", texts[i].label, got,
			    texts[i].rows);
	}
}

static void
a_nul_costs_its_line(void **state)
{
	static const char text[] = "a@b.org\nx\0y@b.org\nc@d.org\n";
	static const char json[] = "{\"email\":\"a\0\"}\n{\"email\":\"c@d\"}\n";

	assert_string_equal(rows(text, sizeof(text) - 1),
	    "1:a@b.org 2! 3:c@d.org ");
	assert_string_equal(rows(json, sizeof(json) - 1), "1! 2:c@d ");
}

static void
long_text(char *text, size_t len, const char *end)
{
	size_t start;

	start = (size_t)sprintf(text, "email,text\na@b.org,\"");
	memset(text + start, 'x', len);
	(void)sprintf(text + start + len, "%s\nc@d.org,y\n", end);
}

/* Records that end where the buffer does, and one that never ends. */
static void
long_records_are_bounded(void **state)
{
	char *text, want[64];
	size_t len;

	text = calloc(1, 4 * CSV_RECORD_MAX);
	assert_non_null(text);
	for (len = CSV_RECORD_MAX - 60; len < CSV_RECORD_MAX + 20; len++) {
		long_text(text, len, "\"");
		assert_non_null(
		    strstr(rows(text, strlen(text)), " 3:c@d.org=y "));
	}
	long_text(text, 3 * CSV_RECORD_MAX, "");
	(void)snprintf(want, sizeof(want), "2! 3:c@d.org=y ");
	assert_string_equal(rows(text, strlen(text)), want);
	free(text);
}

/* What is written reads back. */
static void
fields_are_quoted_where_they_have_to_be(void **state)
{
	static const char *const fields[] = { "plain", "", "a,b", "a\"b",
		"a\r\nb", " a", "a;b" };
	char *text;
	struct csv *c;
	size_t i, len;
	FILE *f;

	f = open_memstream(&text, &len);
	assert_non_null(f);
	for (i = 0; i < 7; i++)
		csv_write(f, fields[i], i == 0 ? '\0' : ',');
	(void)fputs("\r\n", f);
	(void)fclose(f);
	f = fmemopen(text, len, "r");
	c = csv_new(f);
	assert_int_equal(csv_read(c), CSV_RECORD);
	assert_int_equal(csv_fields(c), 7);
	for (i = 0; i < 7; i++)
		assert_string_equal(csv_field(c, i), fields[i]);
	assert_int_equal(csv_read(c), CSV_END);
	csv_free(c);
	(void)fclose(f);
	free(text);
}

static void
moments_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: none */
	} moments[] = {
		{ "0", 0 },
		{ "1700000000", 1700000000 },
		{ "1700000000123", 1700000000 },
		{ "2023-11-14", 1699920000 },
		{ "2023-11-14T22:13:20Z", 1700000000 },
		{ "2023-11-14 22:13:20", 1700000000 },
		{ "2023-11-14 22:13:20 UTC", 1700000000 },
		{ "2023/11/14 22:13:20.999 +0000", 1700000000 },
		{ "2023-11-15T00:13:20+02:00", 1700000000 },
		{ "Tue, 14 Nov 2023 22:13:20 GMT", 1700000000 },
		{ "14 Nov 2023 22:13:20 +0000", 1700000000 },
		{ "2024-02-29", 1709164800 },
		{ "2023-02-29", -1 },
		{ "2023-13-01", -1 },
		{ "2023-11-14T25:00:00Z", -1 },
		{ "2023-11-14T22:13", -1 },
		{ "2023-11-14T22:13:20 x", -1 },
		{ "1969-12-31", -1 },
		{ "14 Nob 2023 22:13:20", -1 },
		{ "-5", -1 },
		{ "", -1 },
		{ "170000000000000", -1 },
		{ "soon", -1 },
	};
	int64_t seconds;
	size_t i;
	int r;

	for (i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		seconds = -1;
		r = moment_parse(moments[i].text, &seconds);
		if (r == -1)
			seconds = -1;
		if (seconds != moments[i].seconds)
			fail_msg("\"%s\": %lld", moments[i].text,
			    (long long)seconds);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_read_row_by_row),
		cmocka_unit_test(a_nul_costs_its_line),
		cmocka_unit_test(long_records_are_bounded),
		cmocka_unit_test(fields_are_quoted_where_they_have_to_be),
		cmocka_unit_test(moments_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
 * What edctl prints: tables, records, JSON, and nothing that a terminal
 * would obey.
 *
 * sources: ctl/account.c ctl/text.c ctl/width.c
 * sources: lib/base64.c lib/row.c lib/msg.c lib/log.c lib/logsock.c lib/compat.c
 * sources: ctl/check.c ctl/print.c ctl/status.c ctl/table.c ctl/text.c
 * sources: lib/row.c lib/msg.c lib/log.c lib/compat.c
 * libs: -ljson-c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "print.h"
#include "row.h"
#include "text.h"

static char output[262144];

/* Standard output into a file from here on, until captured(). */
static int saved;
static FILE *file;

static void
capture(void)
{
	(void)fflush(stdout);
	saved = dup(STDOUT_FILENO);
	file = tmpfile();
	assert_non_null(file);
	assert_int_not_equal(dup2(fileno(file), STDOUT_FILENO), -1);
}

static const char *
captured(void)
{
	ssize_t n;

	(void)fflush(stdout);
	(void)dup2(saved, STDOUT_FILENO);
	(void)close(saved);
	n = pread(fileno(file), output, sizeof(output) - 1, 0);
	assert_true(n >= 0);
	output[n] = '\0';
	(void)fclose(file);
	return output;
}

static void
send_row(struct print *p, const char *a, const char *b, int64_t n)
{
	struct row *row;

	row = row_new();
	row_str(row, "name", a);
	row_str(row, "messageId", b);
	row_num(row, "count", n);
	assert_int_equal(print_row(p, row), 0);
	row_free(row);
}

static void
text_is_cleaned(void **state)
{
	static const struct {
		const char *in;
		const char *out;
	} table[] = {
		{ "plain", "plain" },
		{ "", "" },
		{ "\033[31mred", "\\x1b[31mred" },
		{ "a\r\nb\tc", "a\\x0d\\x0ab\\x09c" },
		{ "\x7f", "\\x7f" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "\xc2\x9b"
		  "31m",
		    "\\xc2\\x9b31m" },
		{ "\xff\xfe", "\\xff\\xfe" },
		{ "\xc3", "\\xc3" },
		{ "\xe2\x80\xae"
		  "x",
		    "\\xe2\\x80\\xaex" },
		{ "\xe2\x82\xac", "\xe2\x82\xac" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
	};
	size_t i;
	char *s;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		s = text_clean(table[i].in);
		assert_string_equal(s, table[i].out);
		free(s);
	}
	assert_int_equal(text_width("gr\xc3\xbc\xc3\x9f"), 4);
	/* Two wide characters; a letter with a mark on it; a face. */
	assert_int_equal(text_width("\xe6\x97\xa5\xe6\x9c\xac"), 4);
	assert_int_equal(text_width("e\xcc\x81"), 1);
	assert_int_equal(text_width("\xf0\x9f\x98\x80"), 2);
}

static void
json_has_utf8_only(void **state)
{
	static const struct {
		const char *in;
		const char *out;
	} table[] = {
		{ "", "" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "x\xff", "x\xef\xbf\xbd" },
		{ "\xc3", "\xef\xbf\xbd" },
		/* Longer than needed, a surrogate, above U+10FFFF. */
		{ "\xe0\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xf4\x90\x80\x80",
		    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	};
	struct print *p;
	struct row *row;
	size_t i;
	char *s;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		s = text_utf8(table[i].in);
		assert_string_equal(s, table[i].out);
		free(s);
	}
	capture();
	p = print_new(LAYOUT_TABLE, true, 0);
	row = row_new();
	row_str(row, "text", "x\xff");
	row_none(row, "day");
	assert_int_equal(print_row(p, row), 0);
	row_free(row);
	assert_int_equal(print_end(p), 0);
	assert_string_equal(captured(),
	    "{\"text\":\"x\xef\xbf\xbd\",\"day\":null}\n");
}

static void
text_is_cut_between_characters(void **state)
{
	char s[] = "gr\xc3\xbc\xc3\x9f"
		   "e",
	     t[] = "short", wide[] = "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e";

	text_cut(s, 4);
	assert_string_equal(s, "gr..");
	text_cut(t, 5);
	assert_string_equal(t, "short");
	/* Three columns are left, and each character takes two. */
	text_cut(wide, 5);
	assert_string_equal(wide, "\xe6\x97\xa5..");
}

static void
table_is_aligned_and_not_cut(void **state)
{
	struct print *p;

	capture();
	p = print_new(LAYOUT_TABLE, false, 0);
	send_row(p, "a", "a rather long value that stays whole", 7);
	send_row(p,
	    "gr\xc3\xbc\xc3\x9f"
	    "e",
	    "\033x", 1234);
	assert_int_equal(print_end(p), 0);
	assert_string_equal(captured(),
	    "NAME   MESSAGE ID                            COUNT\n"
	    "a      a rather long value that stays whole      7\n"
	    "gr\xc3\xbc\xc3\x9f"
	    "e  \\x1bx                                 "
	    " 1234\n");
}

static void
table_fits_the_terminal(void **state)
{
	struct print *p;
	const char *line;

	capture();
	p = print_new(LAYOUT_TABLE, false, 40);
	send_row(p, "a", "a rather long value that does not fit in", 7);
	send_row(p, "another value that is long as well", "b", 123);
	assert_int_equal(print_end(p), 0);
	for (line = captured(); *line != '\0'; line++) {
		assert_in_range(strcspn(line, "\n"), 1, 40);
		line += strcspn(line, "\n");
	}
	assert_non_null(strstr(output, ".."));
}

/* A list of credentials as control sends it, on a terminal this wide. */
static const char *
credentials(size_t width, const char *need)
{
	struct print *p;
	struct row *row;
	size_t i, len;

	capture();
	p = print_new(LAYOUT_TABLE, false, width);
	if (need != NULL)
		print_need(p, need);
	row = row_new();
	for (i = 0; i < 2; i++) {
		row_str(row, "user", "application-server-7");
		row_str(row, "id", "ocid1.credential.edd..q7xw2k4mzv7c3p5h");
		row_str(row, "state", "ACTIVE");
		row_str(row, "note", i == 0 ? "" : "for the newsletter");
		row_time(row, "created", 1700000000);
		row_str(row, "networks", "");
		row_time(row, "expires", 0);
		row_str(row, "other", "ocid1.user.edd..q7xw2k4mzv7c3p5hq7xw2");
		assert_int_equal(print_row(p, row), 0);
		row_clear(row);
	}
	row_free(row);
	assert_int_equal(print_end(p), 0);
	(void)captured();
	for (i = 0; need == NULL && output[i] != '\0'; i += len + 1) {
		len = strcspn(output + i, "\n");
		assert_in_range(len, 1, width);
	}
	return output;
}

static bool
shows(const char *text)
{
	return strstr(output, text) != NULL;
}

static void
what_matters_has_room(void **state)
{
	/* All, then without what is empty, then without when and ids. */
	(void)credentials(200, NULL);
	assert_true(shows("NETWORKS") && shows("CREATED") && shows("OTHER"));
	(void)credentials(150, NULL);
	assert_true(!shows("NETWORKS") && !shows("EXPIRES"));
	assert_true(shows("CREATED") && shows("OTHER"));
	(void)credentials(130, NULL);
	assert_true(!shows("CREATED") && shows("OTHER") && shows(" ID "));
	(void)credentials(80, NULL);
	assert_true(!shows("OTHER") && shows("for the newsletter"));
	assert_false(shows(".."));
	/* What a command is given stays whole, the rest is cut. */
	(void)credentials(80, "id");
	assert_true(shows("ocid1.credential.edd..q7xw2k4mzv7c3p5h"));
	assert_true(shows("NOTE") && !shows("OTHER"));
	assert_true(shows("application-server-7"));
	(void)credentials(60, "id");
	assert_true(shows("ocid1.credential.edd..q7xw2k4mzv7c3p5h"));
	(void)credentials(20, "id");
	assert_true(shows("ocid1.credential.edd..q7xw2k4mzv7c3p5h"));
	assert_true(!shows("NOTE") && !shows("STATE") && shows("applic.."));
	/* The first column is cut last. */
	(void)credentials(38, NULL);
	assert_true(shows("application-server-7") && shows(".."));
	(void)credentials(20, NULL);
	assert_true(shows("..") && shows("USER"));
}

static void
very_narrow_terminal_is_survived(void **state)
{
	struct print *p;

	capture();
	p = print_new(LAYOUT_TABLE, false, 1);
	send_row(p, "aaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbb", 7);
	assert_int_equal(print_end(p), 0);
	assert_non_null(strstr(captured(), "aaaaaa.."));
}

static void
long_table_is_printed_as_it_comes(void **state)
{
	struct print *p;
	unsigned i, lines;
	const char *s;

	capture();
	p = print_new(LAYOUT_TABLE, false, 0);
	for (i = 0; i < 2500; i++)
		send_row(p, "x", "y", i);
	assert_int_equal(print_end(p), 0);
	lines = 0;
	for (s = captured(); *s != '\0'; s++)
		lines += *s == '\n';
	assert_int_equal(lines, 2501);
}

static void
json_is_one_object_a_line(void **state)
{
	struct print *p;
	struct row *row;

	capture();
	p = print_new(LAYOUT_TABLE, true, 10);
	row = row_new();
	row_str(row, "s", "a \"quoted\"\n\033/");
	row_num(row, "n", -5);
	row_time(row, "t", 1700000000);
	row_bool(row, "b", true);
	assert_int_equal(print_row(p, row), 0);
	row_free(row);
	send_row(p, "", "", 0);
	assert_int_equal(print_end(p), 0);
	assert_string_equal(captured(),
	    "{\"s\":\"a \\\"quoted\\\"\\n\\u001b/\",\"n\":-5,\"t\":1700000000,"
	    "\"b\":true}\n{\"name\":\"\",\"messageId\":\"\",\"count\":0}\n");
}

static void
key_is_shown_in_both_forms(void **state)
{
	struct print *p;
	struct row *row;

	capture();
	p = print_new(LAYOUT_DKIM, false, 20);
	row = row_new();
	row_str(row, "selector", "s1");
	row_str(row, "name", "s1._domainkey.example.org");
	row_str(row, "type", "TXT");
	row_str(row, "value", "v=DKIM1; k=rsa; p=AAAA");
	row_str(row, "zone", "s1._domainkey.example.org. 3600 IN TXT \"v\"");
	assert_int_equal(print_row(p, row), 0);
	row_free(row);
	assert_int_equal(print_end(p), 0);
	assert_string_equal(captured(),
	    "selector      s1\n\nIn a zone file:\n"
	    "s1._domainkey.example.org. 3600 IN TXT \"v\"\n\n"
	    "At a DNS provider:\ntype   TXT\n"
	    "name   s1._domainkey.example.org\n"
	    "value  v=DKIM1; k=rsa; p=AAAA\n");
}

static void
event_is_two_lines(void **state)
{
	struct print *p;
	struct row *row;

	capture();
	p = print_new(LAYOUT_TRACE, false, 0);
	row = row_new();
	row_str(row, "time", "2026-01-01T00:00:00.000Z");
	row_str(row, "event", "bounced");
	row_str(row, "id", "00000000000001");
	row_str(row, "recipient", "a@example.net");
	row_str(row, "host", "mx.example.net");
	row_str(row, "text", "550 no\033[2J");
	assert_int_equal(print_row(p, row), 0);
	row_free(row);
	assert_int_equal(print_end(p), 0);
	assert_string_equal(captured(),
	    "2026-01-01T00:00:00.000Z  00000000000001  bounced     "
	    "a@example.net\n"
	    "    host=mx.example.net text=\"550 no\\x1b[2J\"\n");
}

static void
status_has_processes_and_no_counters(void **state)
{
	struct print *p;
	struct row *row;

	capture();
	p = print_new(LAYOUT_STATUS, false, 0);
	row = row_new();
	row_str(row, "process", "queue");
	row_time(row, "since", 4102444800);
	row_num(row, "cpuMs", 1234);
	row_num(row, "memoryKiB", 1536);
	assert_int_equal(print_row(p, row), 0);
	row_clear(row);
	row_str(row, "process", "queue");
	row_str(row, "name", "accepted");
	row_num(row, "value", 3);
	assert_int_equal(print_row(p, row), 0);
	row_free(row);
	assert_int_equal(print_end(p), 0);
	assert_string_equal(captured(),
	    "PROCESS  UPTIME       CPU     MEMORY\n"
	    "queue    0d 00:00:00  1.23 s  1.5 MiB\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_cleaned),
		cmocka_unit_test(json_has_utf8_only),
		cmocka_unit_test(text_is_cut_between_characters),
		cmocka_unit_test(table_is_aligned_and_not_cut),
		cmocka_unit_test(table_fits_the_terminal),
		cmocka_unit_test(what_matters_has_room),
		cmocka_unit_test(very_narrow_terminal_is_survived),
		cmocka_unit_test(long_table_is_printed_as_it_comes),
		cmocka_unit_test(json_is_one_object_a_line),
		cmocka_unit_test(key_is_shown_in_both_forms),
		cmocka_unit_test(event_is_two_lines),
		cmocka_unit_test(status_has_processes_and_no_counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

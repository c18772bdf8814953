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
 * Headers of submitted messages: which are refused, and what is added and
 * taken out.
 *
 * sources: lib/fields.c lib/printable.c lib/header.c lib/mailbox.c
 * sources: lib/address.c lib/compat.c lib/date.c lib/id.c
 * sources: lib/idn.c
 * libs: -lidn2
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bounds.h"
#include "fields.h"
#include "header.h"

static struct header *
header_of(const char *text)
{
	struct header *h;
	const char *end;

	h = header_new(HEADER_SIZE_MAX);
	assert_non_null(h);
	for (; *text != '\0'; text = end + 2) {
		end = strstr(text, "\r\n");
		assert_int_equal(header_feed(h, text, (size_t)(end - text)),
		    HEADER_MORE);
	}
	assert_int_equal(header_finish(h), HEADER_END);
	return h;
}

#define L64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *label, *text;
	enum fields_status reply;
	size_t count;
	const char *first, *bad;
} froms[] = {
	{ "bare", "From: a@example.org\r\n", FIELDS_OK, 1, "a@example.org",
	    "" },
	{ "named, folded, commented",
	    "From: \"A, B\" (x)\r\n\t<a@example.org>\r\n", FIELDS_OK, 1,
	    "a@example.org", "" },
	{ "two", "FROM: a@example.org,\r\n b@example.org\r\n", FIELDS_OK, 2,
	    "a@example.org", "" },
	{ "missing", "To: a@example.org\r\n", FIELDS_PARSE, 0, NULL, "" },
	{ "empty", "From: \r\n", FIELDS_PARSE, 0, NULL, "" },
	{ "group", "From: g: a@example.org, <b@example.org>;\r\n", FIELDS_OK, 2,
	    "a@example.org", "" },
	{ "group and more", "From: x@example.org, g: a@example.org;\r\n",
	    FIELDS_OK, 2, "x@example.org", "" },
	{ "group of nobody", "From: g:;\r\n", FIELDS_PARSE, 0, NULL, "" },
	{ "group that does not end", "From: g: a@example.org\r\n", FIELDS_PARSE,
	    0, NULL, "" },
	{ "quoted local part", "From: \"a b\"@example.org\r\n", FIELDS_OK, 1,
	    "\"a b\"@example.org", "" },
	{ "quotes that hide an at",
	    "From: \"a@example.org\" <b@example.org>\r\n", FIELDS_OK, 1,
	    "b@example.org", "" },
	{ "an at that is not hidden", "From: a@example.org <b@example.org>\r\n",
	    FIELDS_PARSE, 0, NULL, "" },
	{ "encoded word", "From: =?utf-8?Q?a=40x=2C?= <b@example.org>\r\n",
	    FIELDS_OK, 1, "b@example.org", "" },
	{ "comments everywhere",
	    "From: (a(b)\\)) x (c) <(d)a@example.org(e)> (f)\r\n", FIELDS_OK, 1,
	    "a@example.org", "" },
	{ "comment in a local part", "From: a(x)b@example.org\r\n",
	    FIELDS_PARSE, 0, NULL, "" },
	{ "route", "From: <@x.example,@y.example:a@example.org>\r\n",
	    FIELDS_PARSE, 0, NULL, "" },
	{ "local part of 65", "From: <" L64 "x@example.org>\r\n", FIELDS_FROM,
	    0, NULL, L64 "x@example.org" },
	{ "Sender", "From: a@example.org\r\nSender: X <b@example.org>\r\n",
	    FIELDS_OK, 1, "a@example.org", "" },
	{ "two in Sender",
	    "From: a@example.org\r\nSender: b@example.org, c@example.org\r\n",
	    FIELDS_PARSE, 0, NULL, "" },
	{ "two Senders",
	    "From: a@example.org\r\nSender: b@example.org\r\n"
	    "Sender: b@example.org\r\n",
	    FIELDS_PARSE, 0, NULL, "" },
	{ "ill-formed Sender", "From: a@example.org\r\nSender: <b@>\r\n",
	    FIELDS_PARSE, 0, NULL, "" },
	{ "8-bit name", "From: \xc3\xa4 <a@example.org>\r\n", FIELDS_OK, 1,
	    "a@example.org", "" },
	{ "8-bit address", "From: \xc3\xa4@example.org\r\n", FIELDS_FROM, 0,
	    NULL, "\?\?@example.org" },
	{ "twice", "From: a@example.org\r\nfrom: a@example.org\r\n",
	    FIELDS_PARSE, 0, NULL, "" },
	{ "two dates", "From: a@example.org\r\nDate: x\r\nDate: x\r\n",
	    FIELDS_PARSE, 0, NULL, "" },
	{ "two ids",
	    "From: a@example.org\r\nMessage-ID: x\r\n"
	    "Message-Id: x\r\n",
	    FIELDS_PARSE, 0, NULL, "" },
	{ "no domain", "From: a@\r\n", FIELDS_FROM, 0, NULL, "a@" },
	{ "second is bad", "From: a@example.org, <b..c@example.org>\r\n",
	    FIELDS_FROM, 0, NULL, "b..c@example.org" },
};

static void
from_addresses(void **state)
{
	char bad[ADDRESS_SIZE];
	struct address *from;
	struct header *h;
	size_t i, count;
	enum fields_status r;

	for (i = 0; i < sizeof(froms) / sizeof(froms[0]); i++) {
		h = header_of(froms[i].text);
		count = 0;
		r = fields_from(h, false, &from, &count, bad);
		if (r != froms[i].reply || strcmp(bad, froms[i].bad) != 0)
			print_error("%s: \"%s\"\n", froms[i].label, bad);
		assert_int_equal(r, froms[i].reply);
		assert_string_equal(bad, froms[i].bad);
		if (froms[i].first == NULL)
			assert_null(from);
		else {
			assert_int_equal(count, froms[i].count);
			assert_string_equal(from[0].mailbox, froms[i].first);
		}
		free(from);
		header_free(h);
	}
}

/* As many as one may write, and one more. */
static void
from_is_bounded(void **state)
{
	char text[64 * (HEADER_FROM_MAX + 1)], bad[ADDRESS_SIZE];
	struct address *from;
	struct header *h;
	size_t i, count;

	strcpy(text, "From: a@example.org");
	for (i = 1; i < HEADER_FROM_MAX; i++)
		strcat(text, ",\r\n a@example.org");
	h = header_of(strcat(text, "\r\n"));
	assert_int_equal(fields_from(h, false, &from, &count, bad), FIELDS_OK);
	assert_int_equal(count, HEADER_FROM_MAX);
	free(from);
	header_free(h);
	text[strlen(text) - 2] = '\0';
	h = header_of(strcat(text, ",\r\n a@example.org\r\n"));
	assert_int_equal(fields_from(h, false, &from, &count, bad),
	    FIELDS_PARSE);
	assert_null(from);
	header_free(h);
}

static void
complete(const char *text, const struct fields_trace *t, const char *result)
{
	struct header *h;
	char out[1024];
	size_t size;

	h = header_of(text);
	assert_int_equal(fields_complete(h, t), 0);
	size = header_size(h);
	assert_int_equal(header_write(h, out, sizeof(out) - 1), 0);
	out[size] = '\0';
	assert_string_equal(out, result);
	header_free(h);
}

static void
completed(void **state)
{
	struct fields_trace t = { "mx.example.org", "ESMTPSA", "client",
		"2001:db8::1", "TLSv1.3 X", "bob@example.net", NULL, 0x1234, 0,
		60 };

	complete("Bcc: x@example.net\r\nReturn-Path: <y@example.net>\r\n"
		 "From: a@example.org\r\nbcc:\r\n z@example.net\r\n",
	    &t,
	    "Received: from client ([IPv6:2001:db8::1])\r\n"
	    "\tby mx.example.org with ESMTPSA id 00000000001234\r\n"
	    "\t(TLSv1.3 X)\r\n\tfor <bob@example.net>;\r\n"
	    "\tThu, 01 Jan 1970 01:00:00 +0100\r\n"
	    "From: a@example.org\r\n"
	    "Date: Thu, 01 Jan 1970 01:00:00 +0100\r\n"
	    "Message-ID: <00000000001234@mx.example.org>\r\n");
	t.helo = t.source = t.rcpt = NULL;
	complete("Date: x\r\nMessage-ID: <y>\r\nFrom: a@example.org\r\n", &t,
	    "Received: by mx.example.org with ESMTPSA id 00000000001234\r\n"
	    "\t(TLSv1.3 X);\r\n\tThu, 01 Jan 1970 01:00:00 +0100\r\n"
	    "Date: x\r\nMessage-ID: <y>\r\nFrom: a@example.org\r\n");
}

static void
id_is_copied(void **state)
{
	char out[MESSAGE_ID_SIZE], small[4];
	struct header *h;

	h = header_of("Message-ID:\r\n <a@b>\r\n");
	fields_copy_id(h, out, sizeof(out));
	assert_string_equal(out, "<a@b>");
	fields_copy_id(h, small, sizeof(small));
	assert_string_equal(small, "<a@");
	header_free(h);
	h = header_of("From: a@example.org\r\n");
	fields_copy_id(h, out, sizeof(out));
	assert_string_equal(out, "");
	header_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_addresses),
		cmocka_unit_test(from_is_bounded),
		cmocka_unit_test(completed),
		cmocka_unit_test(id_is_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

/* sources: httpd/mime.c httpd/fieldout.c httpd/email.c httpd/json.c */
/* sources: httpd/jsonscan.c httpd/fault.c httpd/percent.c lib/address.c */
/* sources: lib/base64.c lib/mime_code.c */
/* libs: -ljson-c */

/*
 * Messages that are built: some octet by octet, and all of a table as
 * Python's email package reads them.
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

#include "base64.h"
#include "bounds.h"
#include "email.h"
#include "fault.h"
#include "fieldout.h"
#include "mime.h"

#define PYTHON	"/usr/bin/python3"
#define CHECKER "regress/httpd/check_mime.py"

#define SENDER                                                                 \
	"\"sender\":{\"senderAddress\":{\"email\":\"a@example.com\"},"         \
	"\"compartmentId\":\"c\"}"
#define RCPT "\"recipients\":{\"to\":[{\"email\":\"b@example.net\"}]}"

static const uint8_t seed[MIME_SEED] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
	12, 13, 14, 15 };

struct text {
	char *s;
	size_t len;
	size_t size;
};

static int
append_cb(void *arg, const void *data, size_t len)
{
	struct text *t = arg;

	assert_true(len > 0);
	if (t->len + len + 1 > t->size) {
		t->size = (t->len + len) * 2 + 1;
		t->s = realloc(t->s, t->size);
		assert_non_null(t->s);
	}
	memcpy(t->s + t->len, data, len);
	t->len += len;
	t->s[t->len] = '\0';
	return 0;
}

static int
fail_cb(void *arg, const void *data, size_t len)
{
	return -1;
}

/* What every message holds to: ASCII, CRLF, lines within limits. */
static void
check_lines(const struct text *t, bool utf8)
{
	size_t i, column = 0;

	assert_true(t->len > 2 && memcmp(t->s + t->len - 2, "\r\n", 2) == 0);
	for (i = 0; i < t->len; i++) {
		assert_true(utf8 || (t->s[i] & 0x80) == 0);
		assert_true(t->s[i] != '\0');
		if (t->s[i] == '\r') {
			assert_true(t->s[i + 1] == '\n');
			assert_true(column <= MESSAGE_LINE_MAX);
			column = 0;
			i++;
			continue;
		}
		assert_true(t->s[i] != '\n');
		column++;
	}
}

static void
build(const char *body, size_t len, bool utf8, struct text *t)
{
	struct email *e;
	struct fault f;

	e = email_read(body, len, &f);
	if (e == NULL)
		fail_msg("%s", f.text);
	t->len = 0;
	assert_int_equal(0, mime_build(e, utf8, seed, append_cb, t));
	check_lines(t, utf8);
	email_free(e);
}

static const struct {
	const char *label;
	const char *body;
	const char *message;
} exact[] = {
	{ "text",
	    "{" SENDER "," RCPT
	    ",\"subject\":\"Hello\",\"bodyText\":\"one\\ntwo\"}",
	    "From: a@example.com\r\nTo: b@example.net\r\nSubject: Hello\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n\r\none\r\ntwo\r\n" },
	{ "html and message id",
	    "{" SENDER "," RCPT
	    ",\"subject\":\"Hello\",\"bodyHtml\":\"<p>\xc3\xa9</p>\\r\\n\","
	    "\"messageId\":\"x@y\"}",
	    "From: a@example.com\r\nTo: b@example.net\r\nSubject: Hello\r\n"
	    "Message-ID: <x@y>\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n"
	    "PHA+w6k8L3A+DQo=\r\n" },
	{ "both, names, bcc, fields",
	    "{\"sender\":{\"senderAddress\":{\"email\":\"a@example.com\","
	    "\"name\":\"Gr\xc3\xb6\xc3\x9f"
	    "e\"},\"compartmentId\":\"c\"},\"recipients\":{\"to\":[{\"email\":"
	    "\"b@example.net\",\"name\":\"B. \\\"X\\\" C\"}],\"cc\":["
	    "{\"email\":\"c@example.net\",\"name\":\"C D\"},{\"email\":"
	    "\"d@example.net\"}],\"bcc\":[{\"email\":\"secret@example.net\"}]},"
	    "\"subject\":\"Die \xc3\x9c"
	    "bersicht \xc3\xa9 ist da\",\"bodyText\":"
	    "\"caf\xc3\xa9, and more text\",\"bodyHtml\":\"<b>x</b>\\n\","
	    "\"replyTo\":[{\"email\":\"r@example.com\"}],"
	    "\"headerFields\":{\"X-Campaign\":\"42\"}}",
	    "From: =?utf-8?b?R3LDtsOfZQ==?= <a@example.com>\r\n"
	    "Reply-To: r@example.com\r\n"
	    "To: \"B. \\\"X\\\" C\" <b@example.net>\r\n"
	    "Cc: C D <c@example.net>, d@example.net\r\n"
	    "Subject: Die =?utf-8?b?w5xiZXJzaWNodCDDqQ==?= ist da\r\n"
	    "X-Campaign: 42\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative;\r\n"
	    " boundary=\"=_0_000102030405060708090a0b0c0d0e0f\"\r\n\r\n"
	    "--=_0_000102030405060708090a0b0c0d0e0f\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "caf=C3=A9, and more text\r\n"
	    "--=_0_000102030405060708090a0b0c0d0e0f\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n\r\n"
	    "<b>x</b>\r\n\r\n"
	    "--=_0_000102030405060708090a0b0c0d0e0f--\r\n" },
	{ "a tab is text",
	    "{" SENDER "," RCPT
	    ",\"subject\":\"Hello\",\"bodyText\":\"-a\\tb=\\n\\n.\"}",
	    "From: a@example.com\r\nTo: b@example.net\r\nSubject: Hello\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n\r\n-a\tb=\r\n\r\n.\r\n" },
	{ "controls are none",
	    "{" SENDER "," RCPT
	    ",\"subject\":\"Hello\",\"bodyText\":\"a bell that is\\u0007 "
	    "rung\\n\",\"bodyHtml\":\"and what is \\u007f rubbed out\\n\"}",
	    "From: a@example.com\r\nTo: b@example.net\r\nSubject: Hello\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative;\r\n"
	    " boundary=\"=_0_000102030405060708090a0b0c0d0e0f\"\r\n\r\n"
	    "--=_0_000102030405060708090a0b0c0d0e0f\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "a bell that is=07 rung\r\n"
	    "\r\n--=_0_000102030405060708090a0b0c0d0e0f\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "and what is =7F rubbed out\r\n"
	    "\r\n--=_0_000102030405060708090a0b0c0d0e0f--\r\n" },
	{ "nobody to be seen",
	    "{" SENDER
	    ",\"recipients\":{\"bcc\":[{\"email\":\"secret@example.net\"}]},"
	    "\"subject\":\" \",\"bodyText\":\"\\n\"}",
	    "From: a@example.com\r\nTo: undisclosed-recipients:;\r\n"
	    "Subject:\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n\r\n\r\n" },
};

static void
test_exact(void **state)
{
	struct text t = { NULL, 0, 0 };
	size_t i;

	for (i = 0; i < sizeof(exact) / sizeof(exact[0]); i++) {
		build(exact[i].body, strlen(exact[i].body), false, &t);
		if (strcmp(t.s, exact[i].message) != 0)
			fail_msg("%s:\n%s", exact[i].label, t.s);
	}
	free(t.s);
}

/* The boundary that chance would make stands in the text. */
static void
test_boundary(void **state)
{
	static const char body[] =
	    "{" SENDER "," RCPT ",\"subject\":\"s\",\"bodyText\":\""
	    "--=_0_000102030405060708090a0b0c0d0e0f\\n\",\"bodyHtml\":\""
	    "--=_1_000102030405060708090a0b0c0d0e0f--\\n\"}";
	struct text t = { NULL, 0, 0 };

	build(body, sizeof(body) - 1, false, &t);
	assert_non_null(strstr(t.s, "boundary=\"=_2_0001"));
	free(t.s);
}

/* RFC 6532: as it is, and folded all the same. */
static void
test_utf8(void **state)
{
	static const char body[] =
	    "{\"sender\":{\"senderAddress\":{\"email\":\"a@example.com\","
	    "\"name\":\"Gr\xc3\xb6\xc3\x9f"
	    "e\"},\"compartmentId\":\"c\"}," RCPT ",\"subject\":"
	    "\"\xc3\x9c"
	    "bersicht =?x\",\"bodyText\":\"t\"}";
	struct text t = { NULL, 0, 0 };

	build(body, sizeof(body) - 1, true, &t);
	assert_non_null(strstr(t.s,
	    "From: Gr\xc3\xb6\xc3\x9f"
	    "e <a@example.com>\r\n"));
	assert_non_null(strstr(t.s,
	    "Subject: \xc3\x9c"
	    "bersicht =?utf-8?b?PT94?=\r\n"));
	free(t.s);
}

/* A text made of a word, repeated to some length. */
static void
fill(char *to, const char *word, size_t len, bool spaced)
{
	size_t n = strlen(word), used = 0;

	do {
		memcpy(to + used, word, n);
		used += n;
		if (spaced && used + n + 1 < len)
			to[used++] = ' ';
	} while (used + n < len);
	to[used] = '\0';
}

/* A list of so many addresses with the longest names there are. */
static char *
put_addresses(char *to, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		to += sprintf(to,
		    "%s{\"email\":\"u%060zu@example.net\",\"name\":\"%s\"}",
		    i > 0 ? "," : "", i, name);
	return to;
}

/* All at its longest is still a header that is not too large. */
static void
test_largest(void **state)
{
	char name[EMAIL_NAME_MAX + 1], subject[EMAIL_SUBJECT_MAX + 1];
	char word[EMAIL_WORD_MAX + 1];
	struct text t = { NULL, 0, 0 };
	const char *end;
	char *body, *p;
	size_t i;

	fill(name, "\xc3\xa9", sizeof(name), false);
	fill(subject, "\xc3\xa9", sizeof(subject), false);
	fill(word, "\xc3\xa9", sizeof(word), false);
	body = malloc(500000);
	assert_non_null(body);
	p = body + sprintf(body, "{" SENDER ",\"recipients\":{\"to\":[");
	p = put_addresses(p, EMAIL_RCPTS_MAX, name);
	p += sprintf(p, "]},\"replyTo\":[");
	p = put_addresses(p, EMAIL_REPLYTO_MAX, name);
	p += sprintf(p, "],\"subject\":\"%s\",\"headerFields\":{", subject);
	for (i = 0; i < EMAIL_FIELDS_SIZE / (sizeof(word) + 8); i++)
		p += sprintf(p, "%s\"X-%zu\":\"%s\"", i > 0 ? "," : "", i,
		    word);
	p += sprintf(p, "},\"bodyText\":\"t\"}");
	build(body, (size_t)(p - body), false, &t);
	end = strstr(t.s, "\r\n\r\n");
	assert_non_null(end);
	assert_true(end - t.s < (ptrdiff_t)HEADER_SIZE_MAX);
	assert_true(end - t.s > (ptrdiff_t)HEADER_SIZE_MAX / 4);
	free(t.s);
	free(body);
}

static void
test_owner_fails(void **state)
{
	static const char body[] = "{" SENDER "," RCPT
				   ",\"subject\":\"s\",\"bodyText\":\"t\"}";
	struct email *e;
	struct fault f;

	e = email_read(body, sizeof(body) - 1, &f);
	assert_non_null(e);
	assert_int_equal(-1, mime_build(e, false, seed, fail_cb, NULL));
	email_free(e);
}

/* Names and texts that are awkward to fold or to encode. */
static const char *const awkward[] = { "plain", "two words", "a  b", " lead",
	"trail ", "comma, here", "(comment)", "q\\\"uote", "back\\\\slash",
	"dot.", "a@b.c", "<a@b.c>", "=?utf-8?q?x?=", "=?", "?=", "a=?b",
	"\xc3\xa9", "\xc3\xa9 \xc3\xa9", "\xc3\xa9  \xc3\xa9", "a \xc3\xa9 b",
	"\xc3\xa9z\xc3\xa9", "_ _", "= =", "\xf0\x9f\x98\x80\xf0\x9f\x98\x80",
	"a;b:c", "\xe2\x80\x8f\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "''", "-",
	"." };

static void
check_one(FILE *python, const char *text, const char *name, size_t kind)
{
	struct text t = { NULL, 0, 0 };
	char body[16384], part[8192], *code;
	size_t len;
	int n;

	switch (kind % 3) {
	case 0:
		n = snprintf(part, sizeof(part), "\"bodyText\":\"%s\"", text);
		break;
	case 1:
		n = snprintf(part, sizeof(part), "\"bodyHtml\":\"%s\\n\\n\"",
		    text);
		break;
	default:
		n = snprintf(part, sizeof(part),
		    "\"bodyText\":\"a\\r%s\\n.\\n\",\"bodyHtml\":\"%s\"", text,
		    text);
		break;
	}
	assert_true(n > 0 && (size_t)n < sizeof(part));
	n = snprintf(body, sizeof(body),
	    "{\"sender\":{\"senderAddress\":{\"email\":\"a@example.com\","
	    "\"name\":\"%s\"},\"compartmentId\":\"c\"},\"recipients\":{"
	    "\"to\":[{\"email\":\"b@example.net\",\"name\":\"%s\"},"
	    "{\"email\":\"c@example.net\"}],\"cc\":[{\"email\":"
	    "\"\\\"d e\\\"@example.net\",\"name\":\"X\"}],\"bcc\":["
	    "{\"email\":\"secret@example.net\"}]},\"subject\":\"%s\","
	    "\"headerFields\":{\"X-Text\":\"%s\"},\"messageId\":\"x@y.z\",%s}",
	    name, name, text, text, part);
	assert_true(n > 0 && (size_t)n < sizeof(body));
	build(body, (size_t)n, false, &t);
	assert_null(strstr(t.s, "secret"));
	len = BASE64_LEN(t.len) + 1;
	code = malloc(len);
	assert_non_null(code);
	assert_int_equal(0, base64_encode(t.s, t.len, code, len));
	assert_true(fprintf(python, "%s\n%s\n", body, code) > 0);
	free(code);
	free(t.s);
}

static void
test_python(void **state)
{
	static const size_t lengths[] = { 1, 60, 70, 80, 150, 500 };
	char text[1024];
	FILE *python;
	size_t i, j;

	if (access(PYTHON, X_OK) == -1 || access(CHECKER, R_OK) == -1)
		skip();
	python = popen(PYTHON " -B " CHECKER, "w");
	assert_non_null(python);
	for (i = 0; i < sizeof(awkward) / sizeof(awkward[0]); i++) {
		for (j = 0; j < 2 * sizeof(lengths) / sizeof(lengths[0]); j++) {
			fill(text, awkward[i], lengths[j / 2], j % 2 == 1);
			check_one(python, text,
			    lengths[j / 2] < EMAIL_NAME_MAX ? text : awkward[i],
			    i + j);
		}
	}
	assert_int_equal(0, pclose(python));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_boundary),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_owner_fails),
		cmocka_unit_test(test_python),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

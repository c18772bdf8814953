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

/* sources: httpd/request.c httpd/reqcheck.c httpd/fault.c httpd/percent.c */
/* sources: lib/address.c */

/*
 * Heads of requests that are read and that are refused, whole and an octet at
 * a time.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "request.h"

#define H "Host: localhost:8443\r\n"

static enum request_status
feed_all(struct request *r, const char *s, size_t len, size_t step,
    size_t *total)
{
	enum request_status status = REQUEST_MORE;
	size_t used, n;

	for (*total = 0; *total < len; *total += used) {
		n = len - *total < step ? len - *total : step;
		status = request_feed(r, s + *total, n, &used);
		if (status != REQUEST_MORE) {
			*total += used;
			break;
		}
		assert_int_equal(used, n);
	}
	return status;
}

static const struct {
	const char *label;
	const char *head;
	enum fault_kind kind;
	const char *text; /* NULL: that of the kind */
} refused[] = {
	{ "bare LF after the request line", "GET / HTTP/1.1\n" H "\r\n",
	    FAULT_PARSE, "without CR" },
	{ "bare LF after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n",
	    FAULT_PARSE, "without CR" },
	{ "bare LF at the end", "GET / HTTP/1.1\r\n" H "\n", FAULT_PARSE,
	    "without CR" },
	{ "bare CR in a field", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
	    FAULT_PARSE, "control" },
	{ "CR CR LF", "GET / HTTP/1.1\r\r\n" H "\r\n", FAULT_PARSE, "control" },
	{ "folded field", "GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n",
	    FAULT_PARSE, "folded" },
	{ "fold with tab", "GET / HTTP/1.1\r\n" H "X: a\r\n\tb\r\n\r\n",
	    FAULT_PARSE, "folded" },
	{ "white space before the first field",
	    "GET / HTTP/1.1\r\n Host: a\r\n\r\n", FAULT_PARSE, "folded" },
	{ "space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
	    FAULT_PARSE, "ill-formed" },
	{ "no colon", "GET / HTTP/1.1\r\n" H "X\r\n\r\n", FAULT_PARSE,
	    "ill-formed" },
	{ "empty field name", "GET / HTTP/1.1\r\n" H ": a\r\n\r\n", FAULT_PARSE,
	    "ill-formed" },
	{ "8-bit field name", "GET / HTTP/1.1\r\n" H "X\xe9: a\r\n\r\n",
	    FAULT_PARSE, "ill-formed" },
	{ "control in a value", "GET / HTTP/1.1\r\n" H "X: a\001\r\n\r\n",
	    FAULT_PARSE, "control" },
	{ "DEL in a value", "GET / HTTP/1.1\r\n" H "X: a\177\r\n\r\n",
	    FAULT_PARSE, "control" },
	{ "length and chunked",
	    "POST / HTTP/1.1\r\n" H
	    "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
	    FAULT_PARSE, "Both" },
	{ "two lengths",
	    "POST / HTTP/1.1\r\n" H
	    "Content-Length: 3\r\ncontent-length: 3\r\n\r\n",
	    FAULT_PARSE, "content-length occurs twice" },
	{ "list of lengths",
	    "POST / HTTP/1.1\r\n" H "Content-Length: 3, 3\r\n\r\n", FAULT_PARSE,
	    "content-length" },
	{ "negative length",
	    "POST / HTTP/1.1\r\n" H "Content-Length: -1\r\n\r\n", FAULT_PARSE,
	    "content-length" },
	{ "length with a sign",
	    "POST / HTTP/1.1\r\n" H "Content-Length: +1\r\n\r\n", FAULT_PARSE,
	    "content-length" },
	{ "length with a unit",
	    "POST / HTTP/1.1\r\n" H "Content-Length: 1k\r\n\r\n", FAULT_PARSE,
	    "content-length" },
	{ "hexadecimal length",
	    "POST / HTTP/1.1\r\n" H "Content-Length: 0x10\r\n\r\n", FAULT_PARSE,
	    "content-length" },
	{ "empty length", "POST / HTTP/1.1\r\n" H "Content-Length:\r\n\r\n",
	    FAULT_PARSE, "content-length" },
	{ "length of 19 digits",
	    "POST / HTTP/1.1\r\n" H
	    "Content-Length: 1000000000000000000\r\n\r\n",
	    FAULT_PARSE, "content-length" },
	{ "gzip", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip\r\n\r\n",
	    FAULT_CODING, NULL },
	{ "gzip, chunked",
	    "POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n",
	    FAULT_CODING, NULL },
	{ "chunked twice",
	    "POST / HTTP/1.1\r\n" H
	    "Transfer-Encoding: chunked, chunked\r\n\r\n",
	    FAULT_CODING, NULL },
	{ "chunked in two fields",
	    "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n"
	    "Transfer-Encoding: identity\r\n\r\n",
	    FAULT_PARSE, "transfer-encoding occurs twice" },
	{ "chunked with a tab within",
	    "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chun\tked\r\n\r\n",
	    FAULT_CODING, NULL },
	{ "chunked with a parameter",
	    "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked;q=1\r\n\r\n",
	    FAULT_CODING, NULL },
	{ "chunked in HTTP/1.0",
	    "POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n",
	    FAULT_PARSE, "HTTP/1.0" },
	{ "coded content",
	    "POST / HTTP/1.1\r\n" H "Content-Encoding: gzip\r\n\r\n",
	    FAULT_PARAMETER, "content-encoding" },
	{ "no host", "GET / HTTP/1.1\r\n\r\n", FAULT_PARSE, "host is missing" },
	{ "two hosts", "GET / HTTP/1.1\r\n" H H "\r\n", FAULT_PARSE,
	    "host occurs twice" },
	{ "two hosts in HTTP/1.0", "GET / HTTP/1.0\r\n" H H "\r\n", FAULT_PARSE,
	    "host occurs twice" },
	{ "empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", FAULT_PARSE,
	    "host is ill-formed" },
	{ "host with user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", FAULT_PARSE,
	    "host is ill-formed" },
	{ "host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", FAULT_PARSE,
	    "host is ill-formed" },
	{ "host with an empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n",
	    FAULT_PARSE, "host is ill-formed" },
	{ "two hosts in one field", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
	    FAULT_PARSE, "host is ill-formed" },
	{ "open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", FAULT_PARSE,
	    "host is ill-formed" },
	{ "two authorizations",
	    "GET / HTTP/1.1\r\n" H
	    "Authorization: a\r\nAuthorization: b\r\n\r\n",
	    FAULT_PARSE, "authorization occurs twice" },
	{ "two dates", "GET / HTTP/1.1\r\n" H "x-date: a\r\nX-Date: b\r\n\r\n",
	    FAULT_PARSE, "x-date occurs twice" },
	{ "two hashes",
	    "GET / HTTP/1.1\r\n" H
	    "x-content-sha256: a\r\nX-Content-SHA256: a\r\n\r\n",
	    FAULT_PARSE, "x-content-sha256 occurs twice" },
	{ "two types",
	    "GET / HTTP/1.1\r\n" H "Content-Type: a\r\nContent-Type: a\r\n\r\n",
	    FAULT_PARSE, "content-type occurs twice" },
	{ "no version", "GET /\r\n" H "\r\n", FAULT_PARSE, "request line" },
	{ "HTTP/0.9", "GET / HTTP/0.9\r\n" H "\r\n", FAULT_VERSION, NULL },
	{ "HTTP/2.0", "GET / HTTP/2.0\r\n" H "\r\n", FAULT_VERSION, NULL },
	{ "HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", FAULT_VERSION,
	    NULL },
	{ "small letters", "GET / http/1.1\r\n" H "\r\n", FAULT_PARSE,
	    "request line" },
	{ "version of three", "GET / HTTP/1.1.1\r\n" H "\r\n", FAULT_PARSE,
	    "request line" },
	{ "two spaces", "GET  / HTTP/1.1\r\n" H "\r\n", FAULT_PARSE,
	    "request line" },
	{ "space in the target", "GET /a b HTTP/1.1\r\n" H "\r\n", FAULT_PARSE,
	    "request line" },
	{ "space at the end", "GET / HTTP/1.1 \r\n" H "\r\n", FAULT_PARSE,
	    "request line" },
	{ "tab between", "GET\t/\tHTTP/1.1\r\n" H "\r\n", FAULT_PARSE,
	    "request line" },
	{ "space first", " GET / HTTP/1.1\r\n" H "\r\n", FAULT_PARSE,
	    "request line" },
	{ "two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n",
	    FAULT_PARSE, "missing" },
	{ "TLS to the plain listener", "\026\003\001\002\n", FAULT_PARSE,
	    NULL },
	{ "SMTP", "EHLO there\r\n", FAULT_PARSE, "request line" },
	{ "method of 21 letters",
	    "ABCDEFGHIJKLMNOPQRSTU / HTTP/1.1\r\n" H "\r\n", FAULT_METHOD_NONE,
	    NULL },
	{ "method with a slash", "GE/T / HTTP/1.1\r\n" H "\r\n", FAULT_PARSE,
	    "request line" },
	{ "CONNECT", "CONNECT a:443 HTTP/1.1\r\n" H "\r\n", FAULT_METHOD_NONE,
	    NULL },
	{ "asterisk with GET", "GET * HTTP/1.1\r\n" H "\r\n", FAULT_PARSE,
	    "target" },
	{ "relative target", "GET a/b HTTP/1.1\r\n" H "\r\n", FAULT_PARSE,
	    "target" },
	{ "absolute form of another host",
	    "GET https://other/ HTTP/1.1\r\n" H "\r\n", FAULT_PARSE, "target" },
	{ "absolute form with user",
	    "GET https://u@localhost:8443/ HTTP/1.1\r\n" H "\r\n", FAULT_PARSE,
	    "target" },
	{ "another scheme", "GET ftp://localhost:8443/ HTTP/1.1\r\n" H "\r\n",
	    FAULT_PARSE, "target" },
	{ "fragment", "GET /a#b HTTP/1.1\r\n" H "\r\n", FAULT_PARSE, "target" },
	{ "fragment in the query", "GET /a?b#c HTTP/1.1\r\n" H "\r\n",
	    FAULT_PARSE, "target" },
	{ "8-bit path", "GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n", FAULT_PARSE,
	    "target" },
	{ "8-bit query", "GET /?\xc3\xa9 HTTP/1.1\r\n" H "\r\n", FAULT_PARSE,
	    "target" },
	{ "percent and nothing", "GET /a% HTTP/1.1\r\n" H "\r\n", FAULT_PARSE,
	    "target" },
	{ "percent and one digit", "GET /a%2/b HTTP/1.1\r\n" H "\r\n",
	    FAULT_PARSE, "target" },
	{ "percent and no digit", "GET /a%zz HTTP/1.1\r\n" H "\r\n",
	    FAULT_PARSE, "target" },
	{ "NUL encoded", "GET /a%00b HTTP/1.1\r\n" H "\r\n", FAULT_PARSE,
	    "target" },
	{ "LF encoded", "GET /a%0ab HTTP/1.1\r\n" H "\r\n", FAULT_PARSE,
	    "target" },
	{ "no UTF-8 encoded", "GET /a%ff HTTP/1.1\r\n" H "\r\n", FAULT_PARSE,
	    "target" },
	{ "overlong slash", "GET /a%c0%af HTTP/1.1\r\n" H "\r\n", FAULT_PARSE,
	    "target" },
	{ "17 segments",
	    "GET /1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7 HTTP/1.1\r\n" H "\r\n",
	    FAULT_NO_PATH, NULL },
	{ "another expectation",
	    "POST / HTTP/1.1\r\n" H "Expect: 200-ok\r\n\r\n", FAULT_EXPECT,
	    NULL },
};

static void
test_refused(void **state)
{
	struct request *r;
	size_t i, step, total;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		for (step = 1; step < 3000; step += 2998) {
			r = request_new();
			assert_non_null(r);
			if (feed_all(r, refused[i].head,
				strlen(refused[i].head), step,
				&total) != REQUEST_REFUSED ||
			    request_fault(r)->kind != refused[i].kind ||
			    (refused[i].text != NULL &&
				strstr(request_fault(r)->text,
				    refused[i].text) == NULL))
				fail_msg("%s: %d %s", refused[i].label,
				    (int)request_fault(r)->kind,
				    request_fault(r)->text);
			request_free(r);
		}
	}
}

static const struct {
	const char *label;
	const char *head;
	enum request_method method;
	const char *target, *path, *query; /* path: segments in brackets */
	enum request_framing framing;
	uint64_t length;
	int keep_alive, expects;
} read[] = {
	{ "least", "GET / HTTP/1.1\r\n" H "\r\n", REQUEST_GET, "/", "[]", "",
	    REQUEST_NO_BODY, 0, 1, 0 },
	{ "empty line first", "\r\nGET / HTTP/1.1\r\n" H "\r\n", REQUEST_GET,
	    "/", "[]", "", REQUEST_NO_BODY, 0, 1, 0 },
	{ "length",
	    "POST /20220926/actions/submitEmail HTTP/1.1\r\n" H
	    "content-length: 378\r\n\r\n",
	    REQUEST_POST, "/20220926/actions/submitEmail",
	    "[20220926][actions][submitEmail]", "", REQUEST_LENGTH, 378, 1, 0 },
	{ "length 0", "PUT /a HTTP/1.1\r\n" H "content-length: 0\r\n\r\n",
	    REQUEST_PUT, "/a", "[a]", "", REQUEST_LENGTH, 0, 1, 0 },
	{ "length of 18 digits",
	    "POST /a HTTP/1.1\r\n" H
	    "content-length: 999999999999999999\r\n\r\n",
	    REQUEST_POST, "/a", "[a]", "", REQUEST_LENGTH, 999999999999999999,
	    1, 0 },
	{ "chunked",
	    "POST /a HTTP/1.1\r\n" H "Transfer-Encoding: Chunked \r\n\r\n",
	    REQUEST_POST, "/a", "[a]", "", REQUEST_CHUNKED, 0, 1, 0 },
	{ "100-continue",
	    "POST /a HTTP/1.1\r\n" H
	    "Content-Length: 1\r\nExpect: 100-Continue\r\n\r\n",
	    REQUEST_POST, "/a", "[a]", "", REQUEST_LENGTH, 1, 1, 1 },
	{ "100-continue for nothing",
	    "POST /a HTTP/1.1\r\n" H
	    "Content-Length: 0\r\nExpect: 100-continue\r\n\r\n",
	    REQUEST_POST, "/a", "[a]", "", REQUEST_LENGTH, 0, 1, 0 },
	{ "100-continue by HTTP/1.0",
	    "POST /a HTTP/1.0\r\n" H
	    "Content-Length: 1\r\nExpect: 100-continue\r\n\r\n",
	    REQUEST_POST, "/a", "[a]", "", REQUEST_LENGTH, 1, 0, 0 },
	{ "close", "GET / HTTP/1.1\r\n" H "Connection: TE, Close\r\n\r\n",
	    REQUEST_GET, "/", "[]", "", REQUEST_NO_BODY, 0, 0, 0 },
	{ "close in the second field",
	    "GET / HTTP/1.1\r\n" H
	    "Connection: keep-alive\r\nConnection: close\r\n\r\n",
	    REQUEST_GET, "/", "[]", "", REQUEST_NO_BODY, 0, 0, 0 },
	{ "closed is another word",
	    "GET / HTTP/1.1\r\n" H "Connection: closed\r\n\r\n", REQUEST_GET,
	    "/", "[]", "", REQUEST_NO_BODY, 0, 1, 0 },
	{ "HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", REQUEST_GET, "/", "[]", "",
	    REQUEST_NO_BODY, 0, 0, 0 },
	{ "HTTP/1.0 that stays",
	    "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", REQUEST_GET,
	    "/", "[]", "", REQUEST_NO_BODY, 0, 1, 0 },
	{ "HTTP/1.2", "GET / HTTP/1.2\r\n" H "\r\n", REQUEST_GET, "/", "[]", "",
	    REQUEST_NO_BODY, 0, 1, 0 },
	{ "encoded slash",
	    "DELETE /20170907/senders/a%2Fb%20c HTTP/1.1\r\n" H "\r\n",
	    REQUEST_DELETE, "/20170907/senders/a%2Fb%20c",
	    "[20170907][senders][a/b c]", "", REQUEST_NO_BODY, 0, 1, 0 },
	{ "raw query",
	    "GET /s?emailAddress=a+b@example.com&x={|}?/ HTTP/1.1\r\n" H "\r\n",
	    REQUEST_GET, "/s?emailAddress=a+b@example.com&x={|}?/", "[s]",
	    "emailAddress=a+b@example.com&x={|}?/", REQUEST_NO_BODY, 0, 1, 0 },
	{ "slashes", "GET //a/ HTTP/1.1\r\n" H "\r\n", REQUEST_GET, "//a/",
	    "[][a][]", "", REQUEST_NO_BODY, 0, 1, 0 },
	{ "dots", "GET /../a/. HTTP/1.1\r\n" H "\r\n", REQUEST_GET, "/../a/.",
	    "[..][a][.]", "", REQUEST_NO_BODY, 0, 1, 0 },
	{ "absolute form",
	    "GET HTTPS://LOCALHOST:8443/a?b=/c HTTP/1.1\r\n" H "\r\n",
	    REQUEST_GET, "HTTPS://LOCALHOST:8443/a?b=/c", "[a]", "b=/c",
	    REQUEST_NO_BODY, 0, 1, 0 },
	{ "absolute form without a path",
	    "GET http://localhost:8443 HTTP/1.1\r\n" H "\r\n", REQUEST_GET,
	    "http://localhost:8443", "", "", REQUEST_NO_BODY, 0, 1, 0 },
	{ "asterisk form", "OPTIONS * HTTP/1.1\r\n" H "\r\n", REQUEST_OPTIONS,
	    "*", "", "", REQUEST_NO_BODY, 0, 1, 0 },
	{ "another method", "PROPFIND /a HTTP/1.1\r\n" H "\r\n", REQUEST_OTHER,
	    "/a", "[a]", "", REQUEST_NO_BODY, 0, 1, 0 },
	{ "methods have capitals", "get /a HTTP/1.1\r\n" H "\r\n",
	    REQUEST_OTHER, "/a", "[a]", "", REQUEST_NO_BODY, 0, 1, 0 },
	{ "IPv6", "HEAD /a HTTP/1.1\r\nHost: [::1]:443\r\n\r\n", REQUEST_HEAD,
	    "/a", "[a]", "", REQUEST_NO_BODY, 0, 1, 0 },
};

static void
join_path(const struct request *r, char *out)
{
	size_t i;

	*out = '\0';
	for (i = 0; i < request_segments(r); i++)
		out += sprintf(out, "[%s]", request_segment(r, i));
}

static void
test_read(void **state)
{
	char path[256], rest[] = "GET";
	struct request *r;
	char *s;
	size_t i, step, len, total;

	r = request_new();
	assert_non_null(r);
	for (i = 0; i < sizeof(read) / sizeof(read[0]); i++) {
		for (step = 1; step < 3000; step += 2998) {
			len = strlen(read[i].head);
			s = malloc(len + sizeof(rest));
			assert_non_null(s);
			memcpy(s, read[i].head, len);
			memcpy(s + len, rest, sizeof(rest));
			if (feed_all(r, s, len + 3, step, &total) !=
				REQUEST_READY ||
			    total != len)
				fail_msg("%s: %zu %s", read[i].label, total,
				    request_fault(r)->text);
			free(s);
			join_path(r, path);
			if (request_method(r) != read[i].method ||
			    strcmp(request_target(r), read[i].target) != 0 ||
			    strcmp(path, read[i].path) != 0 ||
			    strcmp(request_query(r), read[i].query) != 0 ||
			    request_framing(r) != read[i].framing ||
			    request_length(r) != read[i].length ||
			    request_keep_alive(r) !=
				(read[i].keep_alive != 0) ||
			    request_expects(r) != (read[i].expects != 0))
				fail_msg("%s: %s %s", read[i].label, path,
				    request_query(r));
			assert_true(request_begun(r));
			request_reset(r);
			assert_false(request_begun(r));
		}
	}
	request_free(r);
}

/* The values of fields are as sent, without white space around. */
static void
test_fields(void **state)
{
	static const char head[] =
	    "POST /a HTTP/1.1\r\nHost:a\r\nX:\t one  two\t\r\nEmpty:\r\n"
	    "x: two\r\nContent-Type: Message/RFC822 ; a=b\r\n"
	    "Sender: Gr\xf6\xdf"
	    "e\r\n\r\n";
	struct request *r;
	size_t used;

	r = request_new();
	assert_int_equal(REQUEST_READY,
	    request_feed(r, head, sizeof(head) - 1, &used));
	assert_string_equal(request_value(r, "HOST"), "a");
	assert_string_equal(request_field(r, "x", 0), "one  two");
	assert_string_equal(request_field(r, "x", 1), "two");
	assert_null(request_field(r, "x", 2));
	assert_string_equal(request_value(r, "empty"), "");
	assert_null(request_value(r, "other"));
	assert_string_equal(request_value(r, "sender"),
	    "Gr\xf6\xdf"
	    "e");
	assert_true(request_type_is(r, "message/rfc822"));
	assert_false(request_type_is(r, "message/rfc82"));
	assert_false(request_type_is(r, "message/rfc8222"));
	request_free(r);
}

/* A head with NUL, which no C string in the tables can have. */
static void
test_nul(void **state)
{
	static const char head[] = "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n";
	struct request *r;
	size_t used;

	r = request_new();
	assert_int_equal(REQUEST_REFUSED,
	    request_feed(r, head, sizeof(head) - 1, &used));
	assert_int_equal(request_fault(r)->kind, FAULT_PARSE);
	request_free(r);
}

/* What a client sends until a limit is reached; the last octet is the end. */
static void
expect_limit(const char *begin, const char *again, size_t most,
    enum fault_kind kind)
{
	enum request_status status;
	struct request *r;
	size_t used, sent;

	r = request_new();
	status = request_feed(r, begin, strlen(begin), &used);
	for (sent = used; status == REQUEST_MORE; sent += used)
		status = request_feed(r, again, strlen(again), &used);
	assert_int_equal(status, REQUEST_REFUSED);
	assert_int_equal(request_fault(r)->kind, kind);
	assert_true(sent <= most);
	request_free(r);
}

static void
test_limits(void **state)
{
	expect_limit("GET /", "aaaaaaaaaaaaaaaa",
	    REQUEST_TARGET_MAX + REQUEST_METHOD_MAX + 32, FAULT_URI);
	expect_limit("GET / HTTP/1.1\r\n", "A: b\r\n", 6 * 101 + 16,
	    FAULT_HEADER);
	expect_limit("GET / HTTP/1.1\r\nA: ", "bbbbbbbbbbbbbbb",
	    REQUEST_HEAD_MAX, FAULT_HEADER);
}

/* A target of just the limit is read, one of an octet more is not. */
static void
test_target_limit(void **state)
{
	char head[REQUEST_HEAD_MAX];
	struct request *r;
	size_t used, extra;
	int n;

	for (extra = 0; extra < 2; extra++) {
		n = snprintf(head, sizeof(head),
		    "GET /%0*d HTTP/1.1\r\n" H "\r\n",
		    (int)(REQUEST_TARGET_MAX - 1 + extra), 1);
		r = request_new();
		assert_int_equal(extra == 0 ? REQUEST_READY : REQUEST_REFUSED,
		    request_feed(r, head, (size_t)n, &used));
		if (extra > 0)
			assert_int_equal(request_fault(r)->kind, FAULT_URI);
		request_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_target_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

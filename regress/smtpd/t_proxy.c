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
 * Headers of the PROXY protocol.
 *
 * sources: smtpd/proxy.c
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bounds.h"
#include "proxy.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define V4	  "\300\0\2\1\300\0\2\2\x30\x39\0\x19"
#define A16	  "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
#define V6	  A16 A16 "\x30\x39\0\x19"
#define TEXT(s)	  s, sizeof(s) - 1

static const struct {
	const char *label;
	const char *in;
	size_t len;
	enum proxy_result result;
	const char *address;
} rows[] = {
	{ "IPv4", TEXT(SIGNATURE "\x21\x11\0\x0c" V4), PROXY_OK, "192.0.2.1" },
	{ "IPv6", TEXT(SIGNATURE "\x21\x21\0\x24" V6), PROXY_OK,
	    "2001:db8::1" },
	{ "with a TLV", TEXT(SIGNATURE "\x21\x11\0\x10" V4 "\x04\0\1x"),
	    PROXY_OK, "192.0.2.1" },
	{ "local", TEXT(SIGNATURE "\x20\0\0\0"), PROXY_LOCAL, NULL },
	{ "local with more", TEXT(SIGNATURE "\x20\x11\0\x0c" V4), PROXY_LOCAL,
	    NULL },
	{ "no address", TEXT(SIGNATURE "\x21\0\0\0"), PROXY_BAD, NULL },
	{ "datagrams", TEXT(SIGNATURE "\x21\x12\0\x0c" V4), PROXY_BAD, NULL },
	{ "a socket file", TEXT(SIGNATURE "\x21\x31\0\x0c" V4), PROXY_BAD,
	    NULL },
	{ "too short for IPv4",
	    TEXT(SIGNATURE "\x21\x11\0\x0b\300\0\2\1\300\0"
			   "\2\2\x30\x39\0"),
	    PROXY_BAD, NULL },
	{ "IPv4 as IPv6", TEXT(SIGNATURE "\x21\x21\0\x0c" V4), PROXY_BAD,
	    NULL },
	{ "version 1", TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"),
	    PROXY_BAD, NULL },
	{ "version 3", TEXT(SIGNATURE "\x31\x11\0\x0c" V4), PROXY_BAD, NULL },
	{ "unknown command", TEXT(SIGNATURE "\x22\x11\0\x0c" V4), PROXY_BAD,
	    NULL },
	{ "other signature", TEXT("\r\n\r\n\0\r\nQUIT\r\x21\x11\0\x0c" V4),
	    PROXY_BAD, NULL },
	{ "length of less", TEXT(SIGNATURE "\x21\x11\0\x0c" V4 "x"), PROXY_BAD,
	    NULL },
	{ "length of more", TEXT(SIGNATURE "\x21\x11\0\x0d" V4), PROXY_BAD,
	    NULL },
	{ "head only", TEXT(SIGNATURE "\x21\x11\0"), PROXY_BAD, NULL },
	{ "nothing", TEXT(""), PROXY_BAD, NULL },
};

static const char *
text_of(const struct sockaddr_storage *ss, char *out, size_t size)
{
	if (ss->ss_family == AF_INET)
		return inet_ntop(AF_INET,
		    &((const struct sockaddr_in *)(const void *)ss)->sin_addr,
		    out, (socklen_t)size);
	return inet_ntop(AF_INET6,
	    &((const struct sockaddr_in6 *)(const void *)ss)->sin6_addr, out,
	    (socklen_t)size);
}

static void
headers(void **state)
{
	char text[INET6_ADDRSTRLEN];
	struct sockaddr_storage ss;
	enum proxy_result r;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = proxy_parse((const uint8_t *)rows[i].in, rows[i].len, &ss);
		if (r != rows[i].result)
			fail_msg("%s: %d", rows[i].label, (int)r);
		if (rows[i].address != NULL)
			assert_string_equal(text_of(&ss, text, sizeof(text)),
			    rows[i].address);
	}
}

/* How much is waited for is known from the first octets, and bounded. */
static void
lengths(void **state)
{
	uint8_t head[PROXY_HEAD] = SIGNATURE;
	size_t rest;

	head[12] = 0x21;
	head[13] = 0x11;
	head[15] = 12;
	assert_int_equal(proxy_rest(head, &rest), 0);
	assert_int_equal(rest, 12);
	head[14] = SMTPD_PROXY_MAX >> 8;
	head[15] = SMTPD_PROXY_MAX & 0xff;
	assert_int_equal(proxy_rest(head, &rest), 0);
	head[15]++;
	assert_int_equal(proxy_rest(head, &rest), -1);
	head[14] = head[15] = 0xff;
	assert_int_equal(proxy_rest(head, &rest), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),
		cmocka_unit_test(lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

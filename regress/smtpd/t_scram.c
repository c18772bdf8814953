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
 * Messages of SCRAM-SHA-256: what is read, what is refused, and the exchange
 * of RFC 7677 section 3.
 *
 * sources: smtpd/scram.c lib/base64.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base64.h"
#include "scram.h"

#define N64  "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
#define BIWS "c=biws,r=rOprNGfwEbeRWgbNEkqO"

static enum reply
first(struct scram *c, const char *text)
{
	char line[BASE64_LEN(4096) + 1];

	assert_int_equal(base64_encode(text, strlen(text), line, sizeof(line)),
	    0);
	return scram_first(c, line, strlen(line));
}

static enum reply
final(struct scram *c, const char *text, struct policy_proof *p)
{
	char line[BASE64_LEN(4096) + 1];

	assert_int_equal(base64_encode(text, strlen(text), line, sizeof(line)),
	    0);
	return scram_final(c, line, strlen(line), p);
}

static const struct {
	const char *text;
	enum reply want;
	const char *login;
} firsts[] = {
	{ "n,,n=user,r=abc", REPLY_NONE, "user" },
	{ "y,,n=user,r=abc", REPLY_NONE, "user" },
	{ "n,a=other,n=user,r=abc", REPLY_NONE, "user" },
	{ "n,,n=a=2Cb=3Dc,r=abc", REPLY_NONE, "a,b=c" },
	{ "n,,n=user,r=abc,x=ext", REPLY_NONE, "user" },
	{ "n,,n=user@example.org,r=!~", REPLY_NONE, "user@example.org" },
	{ "n,,n=u,r=" N64 N64, REPLY_NONE, "u" },
	{ "n,,n=u,r=" N64 N64 "n", REPLY_SCRAM, NULL },
	{ "p=tls-exporter,,n=user,r=abc", REPLY_SCRAM, NULL },
	{ "n,,m=ext,n=user,r=abc", REPLY_SCRAM, NULL },
	{ "n,,n=user,r=", REPLY_SCRAM, NULL },
	{ "n,,n=user", REPLY_SCRAM, NULL },
	{ "n,,n=,r=abc", REPLY_SCRAM, NULL },
	{ "n,,r=abc,n=user", REPLY_SCRAM, NULL },
	{ "n,,n=us=er,r=abc", REPLY_SCRAM, NULL },
	{ "n,,n=user=2,r=abc", REPLY_SCRAM, NULL },
	{ "n,,n=user=2D,r=abc", REPLY_SCRAM, NULL },
	{ "n,,n=user=3C,r=abc", REPLY_SCRAM, NULL },
	{ "n,,n=user,r=a\xc3\xa4", REPLY_SCRAM, NULL },
	{ "n,,n=user,r=a b", REPLY_SCRAM, NULL },
	{ "n,x,n=user,r=abc", REPLY_SCRAM, NULL },
	{ "n,n=user,r=abc", REPLY_SCRAM, NULL },
	{ "x,,n=user,r=abc", REPLY_SCRAM, NULL },
	{ "n", REPLY_SCRAM, NULL },
	{ "n,", REPLY_SCRAM, NULL },
	{ "n,,", REPLY_SCRAM, NULL },
	{ "", REPLY_SCRAM, NULL },
	{ "n,,n=us\ner,r=abc", REPLY_BASE64, NULL },
	{ "n,,n=" N64 N64 N64 N64 ",r=abc", REPLY_CREDENTIALS, NULL },
};

static void
first_messages(void **state)
{
	struct scram c;
	enum reply r;
	size_t i;

	for (i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		r = first(&c, firsts[i].text);
		if (r != firsts[i].want)
			fail_msg("\"%s\": %d", firsts[i].text, (int)r);
		if (r == REPLY_NONE)
			assert_string_equal(c.login, firsts[i].login);
	}
	assert_int_equal(scram_first(&c, "!", 1), REPLY_BASE64);
	assert_int_equal(scram_first(&c, "=", 1), REPLY_BASE64);
	assert_int_equal(scram_first(&c, "AAAA", 4), REPLY_BASE64);
}

/* The names of RFC 7677, with its nonce in place of a random one. */
static void
rfc_challenge(struct scram *c)
{
	static const uint8_t salt[POLICY_SALT_SIZE] = { 0x5b, 0x6d, 0x99, 0x68,
		0x9d, 0x12, 0x35, 0x8e, 0xec, 0xa0, 0x4b, 0x14, 0x12, 0x36,
		0xfa, 0x81 };
	uint8_t random[SCRAM_RANDOM_SIZE] = { 0 };
	char line[SCRAM_LINE_SIZE];
	struct policy_keys k;

	memset(&k, 0, sizeof(k));
	memcpy(k.salt, salt, sizeof(salt));
	k.iterations = 4096;
	assert_int_equal(first(c, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"),
	    REPLY_NONE);
	assert_int_equal(scram_challenge(c, &k, random, line), 0);
	assert_string_equal(c->server,
	    "r=rOprNGfwEbeRWgbNEkqOAAAAAAAAAAAAAAAAAAAAAAAA,"
	    "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
}

#define NONCE "AAAAAAAAAAAAAAAAAAAAAAAA"
#define PROOF ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="

static const struct {
	const char *text;
	enum reply want;
} finals[] = {
	{ BIWS NONCE PROOF, REPLY_NONE },
	{ BIWS NONCE ",x=ext" PROOF, REPLY_NONE },
	{ BIWS NONCE, REPLY_SCRAM },
	{ BIWS NONCE ",p=", REPLY_SCRAM },
	{ BIWS NONCE ",p=AAAA", REPLY_SCRAM },
	{ BIWS NONCE PROOF ",x=ext", REPLY_SCRAM },
	{ BIWS NONCE "A" PROOF, REPLY_SCRAM },
	{ BIWS PROOF, REPLY_SCRAM },
	{ "c=eSws,r=rOprNGfwEbeRWgbNEkqO" NONCE PROOF, REPLY_SCRAM },
	{ "c=,r=rOprNGfwEbeRWgbNEkqO" NONCE PROOF, REPLY_SCRAM },
	{ "r=rOprNGfwEbeRWgbNEkqO" NONCE ",c=biws" PROOF, REPLY_SCRAM },
	{ ",p=", REPLY_SCRAM },
	{ "c=,p=", REPLY_SCRAM },
	{ "", REPLY_SCRAM },
};

static void
final_messages(void **state)
{
	struct policy_proof p;
	struct scram c;
	enum reply r;
	size_t i;

	for (i = 0; i < sizeof(finals) / sizeof(finals[0]); i++) {
		rfc_challenge(&c);
		r = final(&c, finals[i].text, &p);
		if (r != finals[i].want)
			fail_msg("\"%s\": %d", finals[i].text, (int)r);
	}
	rfc_challenge(&c);
	assert_int_equal(final(&c, BIWS NONCE PROOF, &p), REPLY_NONE);
	assert_string_equal(p.message,
	    "n=user,r=rOprNGfwEbeRWgbNEkqO,"
	    "r=rOprNGfwEbeRWgbNEkqOAAAAAAAAAAAAAAAAAAAAAAAA,"
	    "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
	    "c=biws,r=rOprNGfwEbeRWgbNEkqOAAAAAAAAAAAAAAAAAAAAAAAA");
}

/* The longest login and nonce still make a message that fits everything. */
static void
the_longest_fits(void **state)
{
	char text[4096], line[SCRAM_LINE_SIZE], name[LOGIN_SIZE];
	uint8_t random[SCRAM_RANDOM_SIZE];
	struct policy_keys k;
	struct policy_proof p;
	struct scram c;

	memset(random, 0xff, sizeof(random));
	memset(&k, 0xff, sizeof(k));
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	(void)snprintf(text, sizeof(text), "n,,n=%s,r=%s", name, N64 N64);
	assert_int_equal(first(&c, text), REPLY_NONE);
	assert_int_equal(scram_challenge(&c, &k, random, line), 0);
	(void)snprintf(text, sizeof(text), "c=biws,r=%s" PROOF, c.nonce);
	assert_int_equal(final(&c, text, &p), REPLY_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_messages),
		cmocka_unit_test(final_messages),
		cmocka_unit_test(the_longest_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

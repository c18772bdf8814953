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
 * AUTH: mechanism names, PLAIN and LOGIN responses, and which of the replies
 * of the service each ill-formed one gets.
 *
 * sources: smtpd/sasl.c lib/base64.c lib/compat.c
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base64.h"
#include "sasl.h"

#define TEXT(s) s, sizeof(s) - 1

static const struct {
	const char *name;
	enum reply reply;
	enum sasl_mech mech;
} mechs[] = {
	{ "PLAIN", REPLY_NONE, SASL_PLAIN },
	{ "plain", REPLY_NONE, SASL_PLAIN },
	{ "Login", REPLY_NONE, SASL_LOGIN },
	{ "CRAM-MD5", REPLY_METHOD, 0 },
	{ "X", REPLY_METHOD, 0 },
	{ "PLAINX", REPLY_METHOD, 0 },
	{ "", REPLY_MISMATCH, 0 },
	{ "PL*IN", REPLY_MISMATCH, 0 },
	{ "123456789012345678901", REPLY_MISMATCH, 0 },
};

static const struct {
	const char *label;
	const char *octets;
	size_t len;
	enum reply reply;
	const char *login, *secret;
} plains[] = {
	{ "plain", TEXT("\0user\0secret"), REPLY_NONE, "user", "secret" },
	{ "authzid ignored", TEXT("other\0user\0secret"), REPLY_NONE, "user",
	    "secret" },
	{ "nothing", TEXT(""), REPLY_NO_NUL, NULL, NULL },
	{ "no NUL", TEXT("user"), REPLY_NO_NUL, NULL, NULL },
	{ "one NUL", TEXT("\0user"), REPLY_NO_NUL2, NULL, NULL },
	{ "only one NUL", TEXT("\0"), REPLY_NO_NUL2, NULL, NULL },
	{ "empty login", TEXT("\0\0secret"), REPLY_CREDENTIALS, NULL, NULL },
	{ "empty secret", TEXT("\0user\0"), REPLY_CREDENTIALS, NULL, NULL },
	{ "third NUL", TEXT("\0user\0sec\0ret"), REPLY_CREDENTIALS, NULL,
	    NULL },
};

static void
mechanisms(void **state)
{
	enum sasl_mech mech;
	size_t i;

	for (i = 0; i < sizeof(mechs) / sizeof(mechs[0]); i++) {
		mech = 0;
		assert_int_equal(
		    sasl_mech_find(mechs[i].name, strlen(mechs[i].name), &mech),
		    mechs[i].reply);
		assert_int_equal(mech, mechs[i].mech);
	}
}

static void
plain(void **state)
{
	struct sasl_secret out;
	char text[256];
	enum reply r;
	size_t i;

	for (i = 0; i < sizeof(plains) / sizeof(plains[0]); i++) {
		assert_int_equal(base64_encode(plains[i].octets, plains[i].len,
				     text, sizeof(text)),
		    0);
		r = sasl_plain(text, strlen(text), &out);
		if (r != plains[i].reply)
			print_error("%s\n", plains[i].label);
		assert_int_equal(r, plains[i].reply);
		if (r != REPLY_NONE)
			continue;
		assert_string_equal(out.login, plains[i].login);
		assert_string_equal(out.secret, plains[i].secret);
	}
}

static void
not_base64(void **state)
{
	static const char *const texts[] = { "!", "AAAA=", "AA",
		"AHVzZXIAc2Vj"
		"cmV0 ",
		"AA==AA==" };
	struct sasl_secret out;
	char login[LOGIN_SIZE];
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(sasl_plain(texts[i], strlen(texts[i]), &out),
		    REPLY_BASE64);
		assert_int_equal(sasl_login(texts[i], strlen(texts[i]), login,
				     sizeof(login)),
		    REPLY_BASE64);
	}
	assert_int_equal(sasl_plain("=", 1, &out), REPLY_NO_NUL);
}

/* The longest response the line reader lets through is no trouble. */
static void
longest(void **state)
{
	static char text[SMTPD_AUTH_MAX];
	struct sasl_secret out;
	char login[LOGIN_SIZE];

	memset(text, 'Q', sizeof(text));
	assert_int_equal(sasl_plain(text, sizeof(text), &out), REPLY_NO_NUL);
	assert_int_equal(sasl_login(text, sizeof(text), login, sizeof(login)),
	    REPLY_CREDENTIALS);
	assert_int_equal(sasl_login("dXNlcg==", 8, login, sizeof(login)),
	    REPLY_NONE);
	assert_string_equal(login, "user");
	assert_int_equal(sasl_login("dXNl", 4, login, 3), REPLY_CREDENTIALS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mechanisms),
		cmocka_unit_test(plain),
		cmocka_unit_test(not_base64),
		cmocka_unit_test(longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

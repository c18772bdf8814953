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

/* sources: httpd/sigheader.c lib/base64.c */

/*
 * Signature headers that are read and that are refused.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sigheader.h"

#define F   "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff"
#define K   "keyId=\"t/u/" F "\""
#define A   "algorithm=\"rsa-sha256\""
#define N   "headers=\"date (request-target) host\""
#define S   "signature=\"AAEC\""
#define ALL K "," A "," N "," S

static const struct {
	const char *label;
	const char *value;
} accepted[] = {
	{ "without version", "Signature " ALL },
	{ "version first", "Signature version=\"1\"," ALL },
	{ "version last", "Signature " ALL ",version=\"1\"" },
	{ "version without quotes", "Signature version=1," ALL },
	{ "other order", "Signature " S "," N "," A "," K },
	{ "white space", "Signature  " S " ,\t" N ", " A " , " K " " },
	{ "scheme in small letters", "signature " ALL },
	{ "names of parameters in other case",
	    "Signature KEYID=\"t/u/" F "\"," A "," N "," S },
	{ "algorithm in capitals",
	    "Signature " K ",algorithm=\"RSA-SHA256\"," N "," S },
	{ "fingerprint in capitals",
	    "Signature keyId=\"t/u/00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:"
	    "EE:FF\"," A "," N "," S },
	{ "names in capitals",
	    "Signature " K "," A ",headers=\"Date (Request-Target) HOST\"," S },
	{ "something else", "Signature opaque=\"x\"," ALL },
};

static void
test_accepted(void **state)
{
	static const uint8_t signature[] = { 0, 1, 2 };
	struct sigheader h;
	const char *why;
	size_t i;

	for (i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		why = sigheader_parse(accepted[i].value, &h);
		if (why != NULL)
			fail_msg("%s: %s", accepted[i].label, why);
		assert_string_equal(h.key_id, "t/u/" F);
		assert_string_equal(h.tenancy, "t");
		assert_string_equal(h.user, "u");
		assert_string_equal(h.fingerprint, F);
		assert_int_equal(h.names_len, 3);
		assert_string_equal(sigheader_name(&h, 0), "date");
		assert_string_equal(sigheader_name(&h, 1), "(request-target)");
		assert_string_equal(sigheader_name(&h, 2), "host");
		assert_true(sigheader_covers(&h, "host"));
		assert_false(sigheader_covers(&h, "hos"));
		assert_int_equal(h.signature_len, 3);
		assert_memory_equal(h.signature, signature, 3);
	}
}

static const struct {
	const char *label;
	const char *value;
	const char *why;
} refused[] = {
	{ "nothing", "", "scheme" },
	{ "scheme alone", "Signature", "no parameter" },
	{ "scheme and space", "Signature ", "no parameter" },
	{ "another scheme", "Basic " ALL, "scheme" },
	{ "longer scheme", "Signatures " ALL, "scheme" },
	{ "tab after the scheme", "Signature\t" ALL, "scheme" },
	{ "comma first", "Signature ," ALL, "no parameter" },
	{ "comma last", "Signature " ALL ",", "no parameter" },
	{ "two commas", "Signature " K ",," A "," N "," S, "no parameter" },
	{ "no comma", "Signature " K " " A "," N "," S, "no comma" },
	{ "text after a value", "Signature " K "x," A "," N "," S, "no comma" },
	{ "quotes do not end", "Signature " K "," A "," N ",signature=\"AAEC",
	    "does not end" },
	{ "backslash", "Signature " K "," A "," N ",signature=\"A\\AEC\"",
	    "does not end" },
	{ "empty value", "Signature " K "," A "," N ",signature=\"\"",
	    "empty" },
	{ "no value", "Signature " K "," A "," N ",signature=", "empty" },
	{ "no equals sign", "Signature " K "," A "," N ",signature",
	    "no parameter" },
	{ "keyId twice", "Signature " K "," ALL, "twice" },
	{ "signature twice in other case", "Signature " ALL ",SIGNATURE=\"A\"",
	    "twice" },
	{ "something else twice", "Signature a=b,A=c," ALL, "twice" },
	{ "17 parameters",
	    "Signature a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1,j=1,k=1,l=1,"
	    "m=1," ALL,
	    "too many" },
	{ "no keyId", "Signature " A "," N "," S, "missing" },
	{ "no algorithm", "Signature " K "," N "," S, "missing" },
	{ "no headers", "Signature " K "," A "," S, "missing" },
	{ "no signature", "Signature " K "," A "," N, "missing" },
	{ "version 2", "Signature version=\"2\"," ALL, "version" },
	{ "version 1.0", "Signature version=\"1.0\"," ALL, "version" },
	{ "hs2019", "Signature " K ",algorithm=\"hs2019\"," N "," S,
	    "algorithm" },
	{ "rsa-sha1", "Signature " K ",algorithm=\"rsa-sha1\"," N "," S,
	    "algorithm" },
	{ "none", "Signature " K ",algorithm=\"none\"," N "," S, "algorithm" },
	{ "keyId of two parts", "Signature keyId=\"t/" F "\"," A "," N "," S,
	    "three parts" },
	{ "keyId of four parts",
	    "Signature keyId=\"t/u/v/" F "\"," A "," N "," S, "fingerprint" },
	{ "keyId of one part", "Signature keyId=\"t\"," A "," N "," S,
	    "three parts" },
	{ "no tenancy", "Signature keyId=\"/u/" F "\"," A "," N "," S,
	    "tenancy" },
	{ "no user", "Signature keyId=\"t//" F "\"," A "," N "," S, "user" },
	{ "token", "Signature keyId=\"ST$abc/d/e\"," A "," N "," S,
	    "fingerprint" },
	{ "fingerprint too short",
	    "Signature keyId=\"t/u/00:11\"," A "," N "," S, "fingerprint" },
	{ "fingerprint with another digit",
	    "Signature keyId=\"t/u/00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:"
	    "ee:fg\"," A "," N "," S,
	    "fingerprint" },
	{ "fingerprint with a dash",
	    "Signature keyId=\"t/u/00-11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:"
	    "ee:ff\"," A "," N "," S,
	    "fingerprint" },
	{ "space in keyId", "Signature keyId=\"t /u/" F "\"," A "," N "," S,
	    "octet" },
	{ "8-bit keyId", "Signature keyId=\"\xc3\xa9/u/" F "\"," A "," N "," S,
	    "octet" },
	{ "name twice", "Signature " K "," A ",headers=\"date date\"," S,
	    "twice" },
	{ "name twice in other case",
	    "Signature " K "," A ",headers=\"date Date\"," S, "twice" },
	{ "two spaces", "Signature " K "," A ",headers=\"date  host\"," S,
	    "empty" },
	{ "space first", "Signature " K "," A ",headers=\" date\"," S,
	    "empty" },
	{ "space last", "Signature " K "," A ",headers=\"date \"," S, "empty" },
	{ "comma between names",
	    "Signature " K "," A ",headers=\"date,host\"," S, "none" },
	{ "created", "Signature " K "," A ",headers=\"(created) date\"," S,
	    "none" },
	{ "colon in a name", "Signature " K "," A ",headers=\"date: host\"," S,
	    "none" },
	{ "signature is no base64",
	    "Signature " K "," A "," N ",signature=\"A-_C\"", "base64" },
	{ "signature without padding",
	    "Signature " K "," A "," N ",signature=\"AAE\"", "base64" },
	{ "signature with space",
	    "Signature " K "," A "," N ",signature=\"AAEC AAEC\"", "base64" },
};

static void
test_refused(void **state)
{
	struct sigheader h;
	const char *why;
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		why = sigheader_parse(refused[i].value, &h);
		if (why == NULL || strstr(why, refused[i].why) == NULL)
			fail_msg("%s: %s", refused[i].label,
			    why == NULL ? "accepted" : why);
	}
}

/* Each part as long as it may be, and longer. */
static void
test_lengths(void **state)
{
	static const struct {
		const char *before, *after;
		size_t most;
		const char *why;
	} parts[] = {
		{ "Signature keyId=\"", "/u/" F "\"," A "," N "," S,
		    SIGHEADER_OCID_SIZE - 1, "tenancy" },
		{ "Signature keyId=\"t/", "/" F "\"," A "," N "," S,
		    SIGHEADER_OCID_SIZE - 1, "user" },
		{ "Signature " K "," A ",headers=\"date ", "\"," S,
		    SIGHEADER_NAME_MAX, "name" },
		{ "Signature " K "," A "," N ",signature=\"", "\"",
		    (SIGNATURE_MAX + 2) / 3 * 4 - 4, "base64" },
	};
	char value[4096], fill[2048];
	struct sigheader h;
	const char *why;
	size_t i, extra;

	memset(fill, 'a', sizeof(fill));
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (extra = 0; extra <= 8; extra += 8) {
			(void)snprintf(value, sizeof(value), "%s%.*s%s",
			    parts[i].before, (int)(parts[i].most + extra), fill,
			    parts[i].after);
			why = sigheader_parse(value, &h);
			if (extra == 0 ? why != NULL :
					 (why == NULL ||
					     strstr(why, parts[i].why) == NULL))
				fail_msg("%s + %zu: %s", parts[i].before, extra,
				    why == NULL ? "accepted" : why);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

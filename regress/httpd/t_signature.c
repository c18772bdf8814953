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

/* sources: httpd/signature.c httpd/sigheader.c httpd/request.c */
/* sources: httpd/reqcheck.c httpd/fault.c httpd/percent.c httpd/httpdate.c */
/* sources: lib/address.c lib/base64.c lib/date.c */
/* libs: -lcrypto */

/*
 * Signed requests as the SDKs send them, with signatures made by openssl(1),
 * and what must not pass.
 */

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
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
#include "sigheader.h"
#include "signature.h"

/* Tue, 24 Nov 2026 17:22:07 GMT */
#define NOW 1795540927

#define KEY_ID                                                                 \
	"ocid1.tenancy.oc1..t/ocid1.user.oc1..u/"                              \
	"14:1f:0a:55:2d:bf:ac:62:32:81:d5:0a:e2:ff:56:76"
#define DATE "Tue, 24 Nov 2026 17:22:07 GMT"
#define HASH "garkbYue59+5tEJa2ZuyLBI6SQn7JU+yGCrIuOE48to="

static const char pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAycYknGk8grMYNqYmP3xj\n"
    "wOC5xL0TrRxuBpovQrr/T3Gn4BrWkvS+Meae0eki9z7HQw6IU8wbA9vxjsDsHYXL\n"
    "ae0RMlXgqZOdJN4KyKfpmNv1m7t2YBnJqqmL71nznIVcAXmZ0z8kNXq7hTINs553\n"
    "7MTG7x9FWGBpoqzWhhAaDCruuKCyXya/gwktGQnNRRBCuGvjxGglvSBlj2G+NMZ8\n"
    "Vr3ZRVpYse77FbRR7lnWHMJ2bsaHmvYbRQapIQIyVcBNN+MdvwjQw1OQ5EwdWjAz\n"
    "SITEDOah2KoMPhQuzbUCvTIAQ4Fyoph1uVItQLQEXeo7Ivg8RVvXxznOtkfv+ReI\n"
    "SQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

static const char small_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCkSrCbPdmgUC6mPEkoOK6NBi1R\n"
    "SX6xWArQj3KoIQ6AkCuwxDxxb47WFJr0aXc4J+mqwIRCw58iLXAVCZm207FYgIJ9\n"
    "EmoKK5GkN7XJVAAAig4sPxk7d5os11Q4HHiiqkY0Z9oDcJVPeV9JBSdy6qMXBbG4\n"
    "af/GNKkR3ZLwv6AblQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

static const char ec_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEfsUUUd/nE2gojGGImoe9wm0q7Anl\n"
    "+p6PQFPRfVQZ/fB4PhwbK05EYl8qvPN0Ib6A/HrZjWOddA/F43COdEM87Q==\n"
    "-----END PUBLIC KEY-----\n";

static const char ts_sig[] =
    "UBW1jU6OPEr0oSMiNeTn4U/+v/aUnF6ytf4WtQBmf4mg9SaJKuQ8OsTkXpTL"
    "K8gy4gt8XjyX1mR7oHUhwgux15RaLiy/A/OwLdPizIYDXAVol9Bzs3+mYKlN"
    "a8z5yOfHzP+URZtsT65KV9bq8zeI2SRVGs5qlXgJLkVT1aJvxlJF8oVvBhcb"
    "eJVLVkI4zu/FZX1aZDdgRzkrYjDdRjH+4+m/XXw3tS0kjUqDBo9AHlup2Ion"
    "DZGYEfZ7h4X5ZEeiNhJpzuFzTjckUWXqGfjGF5ltGzWsaGmqLy7Bm5dga3rr"
    "SeTm+nJLmhaVmQrEJyMc5Xd1ZnE/H7yF+MJ4s1RJpw==";

static const char go_sig[] =
    "k0qD4Og+zzaFRLe6zxs2kCRnlfiRaJJvFw+Ju2itD7i+ZJotvy/qKJWeaAwC"
    "rCiVgYnHouslJcppJ/XMXeyWPpTEI6tAyJNbPThZ7Su8I7QP674AsXMjZDqn"
    "U0DrTmImDi4wk5C2CUzufnCyuCuTMmLcAcQXGxSwzTzsUdJXz5ZzHv7kTds2"
    "1ixDjYDQlWGrjCaij4ugusoGHmkHvCfgGtqVct/HV/tTCiF+dtCH0wtStjJw"
    "2Uo0szuK9j+f2orAAT7dKSII2/3AYFrJw1nVdf6d5CDMFNN+vWoFowzWZfsv"
    "X5ydi8oQyuEbf4V9VnrgOyOnfOdyzBI9DBWRok+abA==";

static const char py_sig[] =
    "fymLBy31vSgoVgKQU0DMuIJbtFcKAzbU1n59h8q1qQ9vIt69gFLFb4QHkOHV"
    "/iriBtJbAK1Pfbk0nXL+yuXteZJ0uNCuCAu1NPkejFrLd4p6d31YKfe3KMvQ"
    "VJZ9RkIg6ZqICxqv+J7+rr4LKGVuB7YdWbxllsPYI3+dT5W7UK812xzsC6C6"
    "UoPzPjASE/JVz19i2yhfEAAoMgbRT0SANu3SgWxc33osXlwf5Gpq2pwbjXlO"
    "cVZFm+zUSdv8VL8trJJmV8v56ewlbic02QMWuWya/AWebDqzQxFfOWk698Fm"
    "9smhNAzN0g0FQsoU+CzLgy/j0xo/UAHCrX0vaUp+AA==";

/* TypeScript: names in mixed case, x-date before an unsigned Date. */
#define TS_LINE "POST /20220926/actions/submitEmail HTTP/1.1\r\n"
#define TS_NAMES                                                               \
	"x-date (request-target) host Content-Type Content-Length x-content-sha256"
#define TS_HEAD                                                                \
	"host: localhost:8443\r\nconnection: keep-alive\r\n"                   \
	"Content-Type: application/json\r\n"                                   \
	"opc-request-id: 930AEAC0E82B-11F1-9519-BF5CF760B006\r\n"              \
	"x-date: " DATE "\r\nx-content-sha256: " HASH "\r\n"                   \
	"Date: Tue, 24 Nov 2026 00:00:00 GMT\r\ncontent-length: 378\r\n"
#define TS_AUTH                                                                \
	"authorization: Signature version=\"1\",keyId=\"" KEY_ID               \
	"\",algorithm=\"rsa-sha256\",headers=\"" TS_NAMES                      \
	"\",signature=\"%s\"\r\n\r\n"

/* Go: its order of parameters, and a query that is not encoded. */
#define GO                                                                     \
	"GET /20170907/senders?compartmentId=ocid1.c&"                         \
	"emailAddress=a+b@example.com HTTP/1.1\r\nHost: localhost:8443\r\n"    \
	"Date: " DATE "\r\nAuthorization: Signature version=\"1\","            \
	"headers=\"date (request-target) host\",keyId=\"" KEY_ID               \
	"\",algorithm=\"rsa-sha256\",signature=\"%s\"\r\n\r\n"

/* Python: another order, spaces, no version; an empty body of PUT. */
#define PY                                                                     \
	"PUT /20170907/emailDomains/a%%2Fb%%20c HTTP/1.1\r\n"                  \
	"Host:localhost:8443\r\ndate:   " DATE "  \r\ncontent-length: 0\r\n"   \
	"content-type: application/json\r\nx-content-sha256: "                 \
	"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\r\n"                     \
	"authorization: Signature algorithm=\"rsa-sha256\", headers=\"date "   \
	"(request-target) host content-length content-type "                   \
	"x-content-sha256\", keyId=\"" KEY_ID "\", signature=\"%s\"\r\n\r\n"

/* The key of a PEM text as signature_key() takes it, cut by some octets. */
static EVP_PKEY *
key_of(const char *text, int cut)
{
	unsigned char *der = NULL;
	EVP_PKEY *key;
	BIO *bio;
	int len;

	bio = BIO_new_mem_buf(text, -1);
	assert_non_null(bio);
	key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	assert_non_null(key);
	BIO_free(bio);
	len = i2d_PUBKEY(key, &der);
	assert_true(len > cut);
	EVP_PKEY_free(key);
	key = signature_key(der, (size_t)(len - cut));
	OPENSSL_free(der);
	return key;
}

/* NULL if it is verified, or what failed. */
static const char *
verify(const char *head, int64_t now)
{
	struct sigheader h;
	struct request *r;
	EVP_PKEY *key;
	const char *why, *value;
	size_t used;

	r = request_new();
	if (request_feed(r, head, strlen(head), &used) != REQUEST_READY)
		fail_msg("%s", request_fault(r)->text);
	value = request_value(r, "authorization");
	assert_non_null(value);
	key = key_of(pem, 0);
	assert_non_null(key);
	why = sigheader_parse(value, &h);
	if (why == NULL)
		why = signature_check(&h, r, now);
	if (why == NULL)
		why = signature_verify(&h, r, key);
	EVP_PKEY_free(key);
	request_free(r);
	return why;
}

static void expect(const char *label, const char *why, int64_t now,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void
expect(const char *label, const char *why, int64_t now, const char *fmt, ...)
{
	char head[4096];
	const char *got;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	assert_true(n > 0 && (size_t)n < sizeof(head));
	got = verify(head, now);
	if (why == NULL ? got != NULL : got == NULL || strstr(got, why) == NULL)
		fail_msg("%s: %s", label, got == NULL ? "verified" : got);
}

static void
test_sdks(void **state)
{
	expect("TypeScript", NULL, NOW, TS_LINE TS_HEAD TS_AUTH, ts_sig);
	expect("Go", NULL, NOW, GO, go_sig);
	expect("Python", NULL, NOW, PY, py_sig);
}

static void
test_skew(void **state)
{
	expect("300 s later", NULL, NOW + 300, GO, go_sig);
	expect("300 s before", NULL, NOW - 300, GO, go_sig);
	expect("301 s later", "too far", NOW + 301, GO, go_sig);
	expect("301 s before", "too far", NOW - 301, GO, go_sig);
}

/* One thing is another than what was signed. */
static void
test_altered(void **state)
{
	char other[sizeof(ts_sig)];

	expect("method", "fit", NOW,
	    "PUT"
	    "%s" TS_HEAD TS_AUTH,
	    &TS_LINE[4], ts_sig);
	expect("path", "fit", NOW,
	    "POST /20220926/actions/submitRawEmail HTTP/1.1\r\n" TS_HEAD
		TS_AUTH,
	    ts_sig);
	expect("query added", "fit", NOW,
	    "POST /20220926/actions/submitEmail? HTTP/1.1\r\n" TS_HEAD TS_AUTH,
	    ts_sig);
	expect("path encoded otherwise", "fit", NOW,
	    "POST /20220926/actions/submitEmai%%6c HTTP/1.1\r\n" TS_HEAD
		TS_AUTH,
	    ts_sig);
	expect("signed field twice", "fit", NOW,
	    TS_LINE "x-date2: a\r\n"
		    "host: localhost:8444\r\nContent-Type: application/json\r\n"
		    "x-date: " DATE "\r\nx-content-sha256: " HASH "\r\n"
		    "content-length: 378\r\n" TS_AUTH,
	    ts_sig);
	expect("a signed field is missing", "missing", NOW,
	    TS_LINE "host: localhost:8443\r\nContent-Type: application/json\r\n"
		    "date: " DATE "\r\nx-content-sha256: " HASH "\r\n"
		    "content-length: 378\r\n" TS_AUTH,
	    ts_sig);
	expect("the signature of another", "fit", NOW, TS_LINE TS_HEAD TS_AUTH,
	    go_sig);
	memcpy(other, ts_sig, sizeof(other));
	other[100] = other[100] == 'A' ? 'B' : 'A';
	expect("a bit of the signature", "fit", NOW, TS_LINE TS_HEAD TS_AUTH,
	    other);
	expect("half a signature", "long", NOW, TS_LINE TS_HEAD TS_AUTH,
	    "AAAA");
}

#define MINE(line, fields, names)                                              \
	line "host: a\r\n" fields "authorization: Signature keyId=\"" KEY_ID   \
	     "\",algorithm=\"rsa-sha256\",headers=\"" names                    \
	     "\",signature=\"AAAA\"\r\n\r\n"

/* Not all is signed that must be; nothing else is looked at. */
static void
test_coverage(void **state)
{
	static const struct {
		const char *label, *head, *why;
	} heads[] = {
		{ "GET without host",
		    MINE("GET / HTTP/1.1\r\n", "date: " DATE "\r\n",
			"(request-target) date"),
		    "not all" },
		{ "GET without target",
		    MINE("GET / HTTP/1.1\r\n", "date: " DATE "\r\n",
			"host date"),
		    "not all" },
		{ "GET without date",
		    MINE("GET / HTTP/1.1\r\n", "date: " DATE "\r\n",
			"(request-target) host"),
		    "no date" },
		{ "x-date is there, date is signed",
		    MINE("GET / HTTP/1.1\r\n",
			"date: " DATE "\r\nx-date: nonsense\r\n",
			"(request-target) host date"),
		    "long" },
		{ "both are signed, x-date is old",
		    MINE("GET / HTTP/1.1\r\n",
			"date: " DATE "\r\n"
			"x-date: Tue, 24 Nov 2026 17:12:07 GMT\r\n",
			"(request-target) host date x-date"),
		    "too far" },
		{ "date is ill-formed",
		    MINE("GET / HTTP/1.1\r\n", "date: now\r\n",
			"(request-target) host date"),
		    "ill-formed" },
		{ "GET with a body",
		    MINE("GET / HTTP/1.1\r\n",
			"date: " DATE "\r\ncontent-length: 3\r\n",
			"(request-target) host date"),
		    "not all" },
		{ "DELETE is like GET",
		    MINE("DELETE / HTTP/1.1\r\n", "date: " DATE "\r\n",
			"(request-target) host date"),
		    "long" },
		{ "POST like GET",
		    MINE("POST / HTTP/1.1\r\n", "date: " DATE "\r\n",
			"(request-target) host date"),
		    "not all" },
		{ "POST without length",
		    MINE("POST / HTTP/1.1\r\n",
			"date: " DATE "\r\ncontent-type: a\r\n"
			"x-content-sha256: " HASH "\r\n",
			"(request-target) host date content-type "
			"x-content-sha256"),
		    "not all" },
		{ "chunked",
		    MINE("POST / HTTP/1.1\r\n",
			"date: " DATE "\r\ncontent-type: a\r\n"
			"transfer-encoding: chunked\r\n"
			"x-content-sha256: " HASH "\r\n",
			"(request-target) host date content-type "
			"content-length x-content-sha256"),
		    "missing" },
		{ "PATCH without hash",
		    MINE("PATCH / HTTP/1.1\r\n",
			"date: " DATE "\r\ncontent-type: a\r\n"
			"content-length: 0\r\n",
			"(request-target) host date content-type "
			"content-length"),
		    "not all" },
	};
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		expect(heads[i].label, heads[i].why, NOW, "%s", heads[i].head);
}

/* Whether a body of that many octets is the one of this head. */
static bool
body_fits(const char *head, uint64_t size)
{
	static const uint8_t digest[REQBODY_DIGEST] = { 0x81, 0xaa, 0xe4, 0x6d,
		0x8b, 0x9e, 0xe7, 0xdf, 0xb9, 0xb4, 0x42, 0x5a, 0xd9, 0x9b,
		0xb2, 0x2c, 0x12, 0x3a, 0x49, 0x09, 0xfb, 0x25, 0x4f, 0xb2,
		0x18, 0x2a, 0xc8, 0xb8, 0xe1, 0x38, 0xf2, 0xda };
	const char *why;
	struct request *r;
	size_t used;

	r = request_new();
	assert_int_equal(REQUEST_READY,
	    request_feed(r, head, strlen(head), &used));
	why = signature_body(r, size, digest);
	request_free(r);
	return why == NULL;
}

#define POST "POST / HTTP/1.1\r\nhost: a\r\n"

static void
test_body(void **state)
{
	assert_true(body_fits(POST "content-length: 378\r\n"
				   "x-content-sha256: " HASH "\r\n\r\n",
	    378));
	assert_false(body_fits(POST "content-length: 378\r\n"
				    "x-content-sha256: " HASH "\r\n\r\n",
	    377));
	assert_false(body_fits(POST "content-length: 378\r\n\r\n", 378));
	assert_false(body_fits(POST "content-length: 3\r\nx-content-sha256: "
				    "garkbYue59+5tEJa2ZuyLBI6SQn7JU+yGCrIuOE48t"
				    "o\r\n\r\n",
	    3));
	assert_false(body_fits(POST "content-length: 3\r\nx-content-sha256: "
				    "garkbYue59+5tEJa2ZuyLBI6SQn7JU+yGCrIuOE5"
				    "\r\n\r\n",
	    3));
	assert_false(body_fits(POST "content-length: 3\r\nx-content-sha256: "
				    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hS"
				    "uFU=\r\n\r\n",
	    3));
	assert_false(body_fits(POST "transfer-encoding: chunked\r\n"
				    "x-content-sha256: " HASH "\r\n\r\n",
	    378));
	assert_true(body_fits("GET / HTTP/1.1\r\nhost: a\r\n\r\n", 0));
}

static void
test_keys(void **state)
{
	static const uint8_t junk[] = { 0x30, 0x03, 0x02, 0x01, 0x00 };
	static const uint8_t more[] = { 0x30, 0x80 };

	assert_null(key_of(small_pem, 0));
	assert_null(key_of(ec_pem, 0));
	assert_null(key_of(pem, 1));
	assert_null(signature_key(junk, sizeof(junk)));
	assert_null(signature_key(more, sizeof(more)));
	assert_null(signature_key(junk, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sdks),
		cmocka_unit_test(test_skew),
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

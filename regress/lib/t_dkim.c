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

/* sources: lib/dkim.c lib/header.c lib/address.c lib/base64.c */
/* libs: -lcrypto */

/*
 * DKIM signing against canonical forms written by hand, the examples of RFC
 * 6376 section 3.4.5 and the message and key of RFC 8463 appendix A.
 */

#include <openssl/evp.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base64.h"
#include "bounds.h"
#include "dkim.h"
#include "header.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void
sha256(const char *s, size_t len, uint8_t digest[DKIM_DIGEST_LEN])
{
	assert_int_equal(1,
	    EVP_Digest(s, len, digest, NULL, EVP_sha256(), NULL));
}

/* A header of lines parted by LF. */
static struct header *
header_of(const char *lines)
{
	struct header *h;
	const char *end;

	h = header_new(HEADER_SIZE_MAX);
	assert_non_null(h);
	for (; (end = strchr(lines, '\n')) != NULL; lines = end + 1)
		assert_int_equal(HEADER_MORE,
		    header_feed(h, lines, (size_t)(end - lines)));
	assert_int_equal(HEADER_END, header_finish(h));
	return h;
}

static const struct {
	const char *label, *body, *canonical;
} bodies[] = {
	{ "empty", "", "" },
	{ "one empty line", "\r\n", "" },
	{ "empty lines", "\r\n\r\n\r\n", "" },
	{ "white lines", " \r\n\t\r\n \t \r\n", "" },
	{ "white without line end", " \t", "" },
	{ "plain", "a\r\nb\r\n", "a\r\nb\r\n" },
	{ "RFC 6376 3.4.5", " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n" },
	{ "empty lines first", "\r\n\r\na\r\n", "\r\n\r\na\r\n" },
	{ "empty lines inside", "a\r\n\r\n\r\nb\r\n", "a\r\n\r\n\r\nb\r\n" },
	{ "white lines inside", "a\r\n \t\r\nb\r\n", "a\r\n\r\nb\r\n" },
	{ "white lines last", "a\r\n \r\n\t\r\n", "a\r\n" },
	{ "white last", "a \t \r\nb\t\r\n", "a\r\nb\r\n" },
	{ "white first", "\t  a\r\n", " a\r\n" },
	{ "runs", "a  b\t\tc \t d\r\n", "a b c d\r\n" },
	{ "dots", ".\r\n..\r\n. .\r\n", ".\r\n..\r\n. .\r\n" },
	{ "8-bit", "\xc3\xb6 \xff\r\n", "\xc3\xb6 \xff\r\n" },
	{ "no line end", "a", "a\r\n" },
	{ "no line end, white", "a  ", "a\r\n" },
	{ "no line end, white line", "a\r\n ", "a\r\n" },
	{ "no line end, second", "a\r\nb", "a\r\nb\r\n" },
	{ "bare LF", "a\nb\r\n", "a\nb\r\n" },
	{ "bare LF first", "\n\r\n", "\n\r\n" },
	{ "bare CR", "a\rb\r\n", "a\rb\r\n" },
	{ "CR CR LF", "a\r\r\n", "a\r\r\n" },
	{ "CR at the end", "a\r", "a\r\r\n" },
	{ "CR then white", "a\r \r\n", "a\r\r\n" },
	{ "white then CR", "a \rb\r\n", "a \rb\r\n" },
};

/* The hash of a body given in pieces of that size. */
static void
body_hash(const char *s, size_t len, size_t piece, uint8_t bh[DKIM_DIGEST_LEN])
{
	struct dkim_body *b;
	size_t n;

	b = dkim_body_new();
	assert_non_null(b);
	for (; len > 0; s += n, len -= n) {
		n = len < piece ? len : piece;
		assert_int_equal(0, dkim_body_update(b, s, n));
	}
	assert_int_equal(0, dkim_body_final(b, bh));
	dkim_body_free(b);
}

static void
test_bodies(void **state)
{
	uint8_t bh[DKIM_DIGEST_LEN], expected[DKIM_DIGEST_LEN];
	size_t i, piece;

	for (i = 0; i < N(bodies); i++) {
		sha256(bodies[i].canonical, strlen(bodies[i].canonical),
		    expected);
		for (piece = 1; piece <= strlen(bodies[i].body) + 1; piece++) {
			body_hash(bodies[i].body, strlen(bodies[i].body), piece,
			    bh);
			if (memcmp(bh, expected, sizeof(bh)) != 0)
				fail_msg("%s in pieces of %zu", bodies[i].label,
				    piece);
		}
	}
}

/* RFC 6376 section 3.4.4 (in base64), and the bh= of RFC 8463 appendix A.3. */
static void
test_known_bodies(void **state)
{
	static const char joe[] = "Hi.\r\n\r\nWe lost the game.  Are you "
				  "hungry yet?\r\n\r\nJoe.\r\n";
	char text[BASE64_LEN(DKIM_DIGEST_LEN) + 1];
	uint8_t bh[DKIM_DIGEST_LEN];

	body_hash("", 0, 1, bh);
	assert_int_equal(0, base64_encode(bh, sizeof(bh), text, sizeof(text)));
	assert_string_equal(text,
	    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
	body_hash(joe, strlen(joe), 7, bh);
	assert_int_equal(0, base64_encode(bh, sizeof(bh), text, sizeof(text)));
	assert_string_equal(text,
	    "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
}

static void
test_body_with_nul(void **state)
{
	uint8_t bh[DKIM_DIGEST_LEN], expected[DKIM_DIGEST_LEN];

	sha256("a\0b \0\r\n", 7, expected);
	body_hash("a\0b\t\0\r\n", 7, 2, bh);
	assert_memory_equal(bh, expected, sizeof(bh));
}

/* Longer than any buffer, with lines that are. */
static void
test_long_body(void **state)
{
	uint8_t bh[DKIM_DIGEST_LEN], expected[DKIM_DIGEST_LEN];
	const size_t size = 200000;
	size_t i;
	char *s;

	s = malloc(size);
	assert_non_null(s);
	for (i = 0; i < size; i++)
		s[i] = (char)('a' + i % 26);
	for (i = 8000; i < size; i += 5011)
		memcpy(s + i, "\r\n", 2);
	memcpy(s + size - 2, "\r\n", 2);
	sha256(s, size, expected);
	for (i = 1; i < size; i = i * 3 + 1) {
		body_hash(s, size, i, bh);
		assert_memory_equal(bh, expected, sizeof(bh));
	}
	free(s);
}

static void
test_body_once(void **state)
{
	uint8_t bh[DKIM_DIGEST_LEN];
	struct dkim_body *b;

	b = dkim_body_new();
	assert_non_null(b);
	assert_int_equal(0, dkim_body_final(b, bh));
	errno = 0;
	assert_int_equal(-1, dkim_body_final(b, bh));
	assert_int_equal(errno, EINVAL);
	assert_int_equal(-1, dkim_body_update(b, "a", 1));
	dkim_body_free(b);
	b = dkim_body_new();
	assert_non_null(b);
	dkim_body_free(b);
	dkim_body_free(NULL);
}

static const uint8_t zero[DKIM_DIGEST_LEN];

#define ZERO_BH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define BEGIN	"dkim-signature:v=1; a=ed25519-sha256; c=relaxed/relaxed; "

static const struct {
	const char *label, *lines, *canonical;
} headers[] = {
	{ "From only", "From: a@b.example\n",
	    "from:a@b.example\r\n" BEGIN
	    "d=b.example; s=s1; t=5; h=From:From; bh=" ZERO_BH "; b=" },
	{ "folding", "Subject:\n  Y\t\n\tZ  \nFrom:a\n  b\n",
	    "from:a b\r\nsubject:Y Z\r\n" BEGIN
	    "d=b.example; s=s1; t=5; h=From:From:Subject; bh=" ZERO_BH "; b=" },
	{ "empty bodies", "From:\nTo: \t\nCc:\n \nSubject: \n\t\n",
	    "from:\r\nto:\r\ncc:\r\nsubject:\r\n" BEGIN
	    "d=b.example; s=s1; t=5; h=From:From:To:Cc:Subject; bh=" ZERO_BH
	    "; b=" },
	{ "8-bit and colons", "From: \xc3\xb6:x: y\n",
	    "from:\xc3\xb6:x: y\r\n" BEGIN
	    "d=b.example; s=s1; t=5; h=From:From; bh=" ZERO_BH "; b=" },
	{ "order is ours, unknown fields are not signed",
	    "Received: r\nX-Y: z\nDate: d\nReturn-Path: <>\nFrom: a\n"
	    "DKIM-Signature: v=1; b=\nTo: b\nComments: c\n",
	    "from:a\r\nto:b\r\ndate:d\r\n" BEGIN
	    "d=b.example; s=s1; t=5; h=From:From:To:Date; bh=" ZERO_BH "; b=" },
	{ "several, bottom up",
	    "From: 1\nTo: 1\nfrom: 2\nTO: 2\nFROM: 3\nTo: 3\n",
	    "from:3\r\nfrom:2\r\nfrom:1\r\nto:3\r\nto:2\r\nto:1\r\n" BEGIN
	    "d=b.example; s=s1; t=5; h=From:From:From:From:To:To:To; "
	    "bh=" ZERO_BH "; b=" },
};

static void
test_headers(void **state)
{
	uint8_t digest[DKIM_DIGEST_LEN], expected[DKIM_DIGEST_LEN];
	const struct dkim_params params = { DKIM_ED25519_SHA256, "B.Example.",
		"S1", 5, zero };
	struct dkim_field *f;
	struct header *h;
	size_t i;

	for (i = 0; i < N(headers); i++) {
		h = header_of(headers[i].lines);
		f = dkim_sign_input(h, &params, digest);
		assert_non_null(f);
		sha256(headers[i].canonical, strlen(headers[i].canonical),
		    expected);
		if (memcmp(digest, expected, sizeof(digest)) != 0)
			fail_msg("%s", headers[i].label);
		dkim_field_free(f);
		header_free(h);
	}
	dkim_field_free(NULL);
}

/* Private key of RFC 8463 appendix A.2. */
static void
sign_ed25519(const uint8_t digest[DKIM_DIGEST_LEN], uint8_t sig[64])
{
	static const char secret[] =
	    "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
	uint8_t seed[32];
	EVP_MD_CTX *ctx;
	EVP_PKEY *key;
	size_t len;

	assert_int_equal(0,
	    base64_decode(secret, strlen(secret), seed, sizeof(seed), &len));
	key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, len);
	assert_non_null(key);
	ctx = EVP_MD_CTX_new();
	assert_non_null(ctx);
	assert_int_equal(1, EVP_DigestSignInit(ctx, NULL, NULL, NULL, key));
	len = 64;
	assert_int_equal(1,
	    EVP_DigestSign(ctx, sig, &len, digest, DKIM_DIGEST_LEN));
	assert_int_equal(len, 64);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

/*
 * The message and the key of RFC 8463 appendix A, our choice of fields. The
 * result was verified by dkimpy when this test was written.
 */
static void
test_rfc8463(void **state)
{
	static const char lines[] =
	    "From: Joe SixPack <joe@football.example.com>\n"
	    "To: Suzie Q <suzie@shopping.example.net>\n"
	    "Subject: Is dinner ready?\n"
	    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\n"
	    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\n";
	static const char body[] = "Hi.\r\n\r\nWe lost the game.  Are you "
				   "hungry yet?\r\n\r\nJoe.\r\n";
	static const char expected[] =
	    "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
	    "\td=football.example.com; s=brisbane; t=1528637909;\r\n"
	    "\th=From:From:To:Subject:Date:Message-ID;\r\n"
	    "\tbh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
	    "\tb=50Wxg3Hi4lem2Yh9BU2RklN5RNobQl5+/H9TYGqYHdQKPm0FuFAu2+"
	    "ZeMKuhClrFpr7I\r\n"
	    "\tQ7lIYJbjdgUvvXZwAQ==\r\n";
	uint8_t bh[DKIM_DIGEST_LEN], digest[DKIM_DIGEST_LEN], sig[64];
	const struct dkim_params params = { DKIM_ED25519_SHA256,
		"football.example.com", "brisbane", 1528637909, bh };
	struct dkim_field *f;
	struct header *h;
	size_t len;
	char *out;

	body_hash(body, strlen(body), 10, bh);
	h = header_of(lines);
	f = dkim_sign_input(h, &params, digest);
	assert_non_null(f);
	sign_ed25519(digest, sig);
	assert_int_equal(0, dkim_field_finish(f, sig, sizeof(sig), &out, &len));
	assert_string_equal(out, expected);
	assert_int_equal(len, strlen(expected));
	assert_int_equal(0, header_prepend(h, out, len));
	free(out);
	dkim_field_free(f);
	header_free(h);
}

/* Columns of the longest line of a field, tabs counted as eight. */
static size_t
longest_line(const char *s)
{
	size_t column, longest;

	for (column = longest = 0; *s != '\0'; s++) {
		if (*s == '\r') {
			assert_int_equal(s[1], '\n');
			assert_true(s[2] == '\t' || s[2] == '\0');
			column = 0;
			s++;
			continue;
		}
		column += *s == '\t' ? 8 : 1;
		if (column > longest)
			longest = column;
	}
	assert_int_equal(column, 0);
	return longest;
}

/* All that can be signed, an RSA-4096 signature: still lines of 78. */
static void
test_folding(void **state)
{
	static const char lines[] =
	    "From: a\nTo: a\nCc: a\nSubject: a\nDate: a\nMessage-ID: a\n"
	    "Reply-To: a\nSender: a\nMIME-Version: a\nContent-Type: a\n"
	    "Content-Transfer-Encoding: a\nContent-Disposition: a\n"
	    "In-Reply-To: a\nReferences: a\nResent-Date: a\nResent-From: a\n"
	    "Resent-Sender: a\nResent-To: a\nResent-Cc: a\n"
	    "Resent-Message-ID: a\nList-Id: a\nList-Help: a\n"
	    "List-Unsubscribe: a\nList-Unsubscribe-Post: a\n"
	    "List-Subscribe: a\nList-Post: a\nList-Owner: a\n"
	    "List-Archive: a\nFeedback-ID: a\n";
	uint8_t digest[DKIM_DIGEST_LEN], sig[DKIM_SIGNATURE_MAX];
	const struct dkim_params params = { DKIM_RSA_SHA256,
		"a.rather.long.domain.name.with.many.labels.example.org",
		"a-long-selector-2026", INT64_MAX, zero };
	struct dkim_field *f;
	struct header *h;
	size_t i, len;
	char *out;

	memset(sig, 0xa5, sizeof(sig));
	h = header_of(lines);
	f = dkim_sign_input(h, &params, digest);
	assert_non_null(f);
	for (i = 128; i <= sizeof(sig); i += 64) {
		assert_int_equal(0, dkim_field_finish(f, sig, i, &out, &len));
		assert_int_equal(len, strlen(out));
		assert_true(longest_line(out) <= 78);
		assert_non_null(strstr(out, ":Feedback-ID;"));
		assert_null(strstr(out, "l="));
		assert_int_equal(0, header_prepend(h, out, len));
		free(out);
	}
	dkim_field_free(f);
	header_free(h);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *label;
		struct dkim_params params;
	} rows[] = {
		{ "no algorithm", { 0, "b.example", "s", 0, zero } },
		{ "tag in domain",
		    { DKIM_RSA_SHA256, "b.example; l=0", "s", 0, zero } },
		{ "line end in domain",
		    { DKIM_RSA_SHA256, "b.example\r\nX: y", "s", 0, zero } },
		{ "no domain", { DKIM_RSA_SHA256, "", "s", 0, zero } },
		{ "U-label",
		    { DKIM_RSA_SHA256, "b\xc3\xbc.example", "s", 0, zero } },
		{ "tag in selector",
		    { DKIM_RSA_SHA256, "b.example", "s; l=0", 0, zero } },
		{ "no selector",
		    { DKIM_RSA_SHA256, "b.example", "", 0, zero } },
		{ "before 1970",
		    { DKIM_RSA_SHA256, "b.example", "s", -1, zero } },
	};
	uint8_t digest[DKIM_DIGEST_LEN];
	struct header *h;
	size_t i;

	h = header_of("From: a\n");
	for (i = 0; i < N(rows); i++) {
		errno = 0;
		if (dkim_sign_input(h, &rows[i].params, digest) != NULL)
			fail_msg("%s", rows[i].label);
		assert_int_equal(errno, EINVAL);
	}
	header_free(h);
}

static void
test_no_from(void **state)
{
	const struct dkim_params params = { DKIM_RSA_SHA256, "b.example",
		"2026", 0, zero };
	uint8_t digest[DKIM_DIGEST_LEN];
	struct header *h;

	h = header_of("To: a\nSender: b\n");
	errno = 0;
	assert_null(dkim_sign_input(h, &params, digest));
	assert_int_equal(errno, EINVAL);
	header_free(h);
}

/* The most fields that are signed, and one more. */
static void
test_many_fields(void **state)
{
	const struct dkim_params params = { DKIM_RSA_SHA256, "b.example",
		"2026", 0, zero };
	uint8_t digest[DKIM_DIGEST_LEN];
	struct dkim_field *f;
	struct header *h;
	size_t i;

	h = header_of("From: a\n");
	for (i = 1; i < DKIM_SIGNED_MAX; i++)
		assert_int_equal(0, header_append(h, "List-Id: x\r\n", 12));
	f = dkim_sign_input(h, &params, digest);
	assert_non_null(f);
	dkim_field_free(f);
	assert_int_equal(0, header_append(h, "Subject: x\r\n", 12));
	errno = 0;
	assert_null(dkim_sign_input(h, &params, digest));
	assert_int_equal(errno, EMSGSIZE);
	header_free(h);
}

static void
test_signature_length(void **state)
{
	static const struct {
		enum dkim_algorithm algorithm;
		size_t len;
	} rows[] = {
		{ DKIM_ED25519_SHA256, 0 },
		{ DKIM_ED25519_SHA256, 63 },
		{ DKIM_ED25519_SHA256, 65 },
		{ DKIM_ED25519_SHA256, 256 },
		{ DKIM_RSA_SHA256, 0 },
		{ DKIM_RSA_SHA256, 64 },
		{ DKIM_RSA_SHA256, DKIM_SIGNATURE_MAX + 1 },
	};
	struct dkim_params params = { 0, "b.example", "s", 0, zero };
	uint8_t digest[DKIM_DIGEST_LEN], sig[DKIM_SIGNATURE_MAX + 1];
	struct dkim_field *f;
	struct header *h;
	size_t i, len;
	char *out;

	memset(sig, 1, sizeof(sig));
	h = header_of("From: a\n");
	for (i = 0; i < N(rows); i++) {
		params.algorithm = rows[i].algorithm;
		f = dkim_sign_input(h, &params, digest);
		assert_non_null(f);
		errno = 0;
		assert_int_equal(-1,
		    dkim_field_finish(f, sig, rows[i].len, &out, &len));
		assert_int_equal(errno, EINVAL);
		dkim_field_free(f);
	}
	header_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_known_bodies),
		cmocka_unit_test(test_body_with_nul),
		cmocka_unit_test(test_long_body),
		cmocka_unit_test(test_body_once),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_rfc8463),
		cmocka_unit_test(test_folding),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_from),
		cmocka_unit_test(test_many_fields),
		cmocka_unit_test(test_signature_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

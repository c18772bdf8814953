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
 * Verification of a signed request, in the order of https.md section 5. The
 * key comes from the caller, who knows whose it is.
 */
#include "signature.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <string.h>

#include "base64.h"
#include "bounds.h"
#include "httpdate.h"
#include "request.h"
#include "sigheader.h"

#define TARGET "(request-target)"

/* Whether the body is to be covered. */
static bool
has_body(const struct request *r)
{
	switch (request_method(r)) {
	case REQUEST_POST:
	case REQUEST_PUT:
	case REQUEST_PATCH:
		return true;
	default:
		return request_framing(r) == REQUEST_CHUNKED ||
		    request_length(r) > 0;
	}
}

/* The instant that was signed: x-date before date. */
static const char *
check_date(const struct sigheader *h, const struct request *r, int64_t now)
{
	const char *value;
	int64_t when;

	if (sigheader_covers(h, "x-date"))
		value = request_value(r, "x-date");
	else if (sigheader_covers(h, "date"))
		value = request_value(r, "date");
	else
		return "no date is signed";
	if (value == NULL || httpdate_parse(value, &when) == -1)
		return "the date is missing or ill-formed";
	if (when < now - SIGNATURE_SKEW || when > now + SIGNATURE_SKEW)
		return "the date is too far from now";
	return NULL;
}

/*
 * Whether all is signed that must be, and lately. This costs nothing: it
 * comes before the key is looked for.
 */
const char *
signature_check(const struct sigheader *h, const struct request *r, int64_t now)
{
	static const char *const needed[] = { TARGET, "host",
		"x-content-sha256", "content-type", "content-length" };
	size_t i, count;

	count = has_body(r) ? sizeof(needed) / sizeof(needed[0]) : 2;
	for (i = 0; i < count; i++) {
		if (!sigheader_covers(h, needed[i]))
			return "not all is signed that must be";
	}
	for (i = 0; i < h->names_len; i++) {
		if (strcmp(sigheader_name(h, i), TARGET) != 0 &&
		    request_value(r, sigheader_name(h, i)) == NULL)
			return "a signed field is missing";
	}
	return check_date(h, r, now);
}

static bool
add(EVP_MD_CTX *ctx, const char *s)
{
	return EVP_DigestVerifyUpdate(ctx, s, strlen(s)) == 1;
}

/* "(request-target): post /path?query" without the name. */
static bool
add_target(EVP_MD_CTX *ctx, const struct request *r)
{
	char method[REQUEST_METHOD_MAX + 1];
	const char *name = request_method_name(r);
	size_t i;

	for (i = 0; name[i] != '\0' && i < REQUEST_METHOD_MAX; i++) {
		method[i] = name[i];
		if (name[i] >= 'A' && name[i] <= 'Z')
			method[i] |= 0x20;
	}
	method[i] = '\0';
	return add(ctx, method) && add(ctx, " ") && add(ctx, request_target(r));
}

/* All values of a field, joined. */
static bool
add_values(EVP_MD_CTX *ctx, const struct request *r, const char *name)
{
	const char *value;
	size_t i;

	for (i = 0; (value = request_field(r, name, i)) != NULL; i++) {
		if ((i > 0 && !add(ctx, ", ")) || !add(ctx, value))
			return false;
	}
	return i > 0;
}

/* The signing string, a line for each name, no LF at the end. */
static bool
add_lines(EVP_MD_CTX *ctx, const struct sigheader *h, const struct request *r)
{
	const char *name;
	bool done;
	size_t i;

	for (i = 0; i < h->names_len; i++) {
		name = sigheader_name(h, i);
		if ((i > 0 && !add(ctx, "\n")) || !add(ctx, name) ||
		    !add(ctx, ": "))
			return false;
		if (strcmp(name, TARGET) == 0)
			done = add_target(ctx, r);
		else
			done = add_values(ctx, r, name);
		if (!done)
			return false;
	}
	return true;
}

/*
 * RSASSA-PKCS1-v1_5 with SHA-256 over the signing string. NULL, or what
 * failed.
 */
const char *
signature_verify(const struct sigheader *h, const struct request *r,
    struct evp_pkey_st *key)
{
	const char *why = NULL;
	EVP_MD_CTX *ctx;

	if (h->signature_len != (size_t)EVP_PKEY_size(key))
		return "the signature is not as long as the key";
	ctx = EVP_MD_CTX_new();
	if (ctx == NULL ||
	    EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) != 1)
		why = "no memory";
	else if (!add_lines(ctx, h, r))
		why = "a signed field is missing";
	else if (EVP_DigestVerifyFinal(ctx, h->signature, h->signature_len) !=
	    1)
		why = "the signature does not fit";
	EVP_MD_CTX_free(ctx);
	return why;
}

/*
 * Whether the body that has come is the one that was signed. A request that
 * signed none has had none: see signature_check().
 */
const char *
signature_body(const struct request *r, uint64_t size,
    const uint8_t digest[REQBODY_DIGEST])
{
	uint8_t signed_digest[REQBODY_DIGEST];
	const char *value;
	size_t len;

	if (!has_body(r))
		return size == 0 ? NULL : "a body that is not signed";
	value = request_value(r, "x-content-sha256");
	if (value == NULL || request_framing(r) != REQUEST_LENGTH ||
	    request_length(r) != size)
		return "the body is not signed, or its length is another";
	if (base64_decode(value, strlen(value), signed_digest,
		sizeof(signed_digest), &len) == -1 ||
	    len != sizeof(signed_digest))
		return "x-content-sha256 is ill-formed";
	if (memcmp(signed_digest, digest, sizeof(signed_digest)) != 0)
		return "the body is another";
	return NULL;
}

/*
 * A public key as SubjectPublicKeyInfo in DER, for signature_verify(); freed
 * by EVP_PKEY_free(). NULL if it is none of RSA, or of too few or many bits.
 */
struct evp_pkey_st *
signature_key(const uint8_t *der, size_t len)
{
	const uint8_t *end = der;
	EVP_PKEY *key;
	int bits;

	if (len > PUBKEY_MAX)
		return NULL;
	key = d2i_PUBKEY(NULL, &end, (long)len);
	if (key == NULL)
		return NULL;
	bits = EVP_PKEY_bits(key);
	if (end == der + len && EVP_PKEY_base_id(key) == EVP_PKEY_RSA &&
	    bits >= SIGNATURE_BITS_MIN && bits <= SIGNATURE_BITS_MAX)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

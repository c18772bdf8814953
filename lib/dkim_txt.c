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
 * DKIM key records: what to publish for a public key, and whether a published
 * record is that. No look-ups here: the record comes from the caller.
 */

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "bounds.h"
#include "dkim_txt.h"

/* The name of a kind of key in k=. */
static const char *
kind_name(enum dkim_algorithm algorithm)
{
	return algorithm == DKIM_ED25519_SHA256 ? "ed25519" : "rsa";
}

/*
 * The octets that p= holds for a public key: the SubjectPublicKeyInfo itself
 * for RSA (RFC 6376 section 3.6.1), the bare 32 octets for Ed25519 (RFC 8463
 * section 4). -1 with EINVAL if it is no key of that kind.
 */
static int
key_octets(enum dkim_algorithm algorithm, const uint8_t *spki, size_t spkilen,
    uint8_t out[DKIM_KEY_MAX], size_t *outlen)
{
	const unsigned char *p = spki;
	EVP_PKEY *key;
	int ok;

	key = spkilen > DKIM_KEY_MAX ? NULL :
				       d2i_PUBKEY(NULL, &p, (long)spkilen);
	ok = 0;
	*outlen = DKIM_KEY_MAX;
	if (key != NULL && p == spki + spkilen) {
		if (algorithm == DKIM_ED25519_SHA256)
			ok = EVP_PKEY_base_id(key) == EVP_PKEY_ED25519 &&
			    EVP_PKEY_get_raw_public_key(key, out, outlen) == 1;
		else
			ok = EVP_PKEY_base_id(key) == EVP_PKEY_RSA;
	}
	EVP_PKEY_free(key);
	if (!ok) {
		errno = EINVAL;
		return -1;
	}
	if (algorithm != DKIM_ED25519_SHA256) {
		memcpy(out, spki, spkilen);
		*outlen = spkilen;
	}
	return 0;
}

/*
 * The value of the TXT record to publish for a public key, given as DER
 * SubjectPublicKeyInfo: "v=DKIM1; k=rsa; p=...". DKIM_TXT_SIZE is always
 * enough. -1 with EINVAL (no key of that algorithm) or ERANGE (outsize).
 */
int
dkim_txt_record(enum dkim_algorithm algorithm, const uint8_t *spki,
    size_t spkilen, char *out, size_t outsize)
{
	uint8_t key[DKIM_KEY_MAX];
	size_t len;
	int n;

	if (key_octets(algorithm, spki, spkilen, key, &len) == -1)
		return -1;
	n = snprintf(out, outsize, "v=DKIM1; k=%s; p=", kind_name(algorithm));
	if (n < 0 || (size_t)n >= outsize) {
		errno = ERANGE;
		return -1;
	}
	return base64_encode(key, len, out + n, outsize - (size_t)n);
}

/* One tag of a list, RFC 6376 section 3.2: white space around is cut off. */
struct tag {
	const char *name, *value;
	size_t name_len, value_len;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Cut white space off both ends. */
static void
trim(const char **s, size_t *len)
{
	for (; *len > 0 && is_space(**s); (*s)++)
		(*len)--;
	while (*len > 0 && is_space((*s)[*len - 1]))
		(*len)--;
}

/*
 * The next tag of tag-list = tag-spec *( ";" tag-spec ) [ ";" ]. 1 and *s
 * moved on, 0 at the end, -1 if there is no "=" or no name.
 */
static int
next_tag(const char **s, size_t *len, struct tag *tag)
{
	const char *end, *equals;
	size_t n;

	trim(s, len);
	if (*len == 0)
		return 0;
	end = memchr(*s, ';', *len);
	n = end == NULL ? *len : (size_t)(end - *s);
	equals = memchr(*s, '=', n);
	if (equals == NULL)
		return -1;
	tag->name = *s;
	tag->name_len = (size_t)(equals - *s);
	tag->value = equals + 1;
	tag->value_len = n - tag->name_len - 1;
	trim(&tag->name, &tag->name_len);
	trim(&tag->value, &tag->value_len);
	if (end != NULL)
		n++;
	*s += n;
	*len -= n;
	return tag->name_len > 0 ? 1 : -1;
}

static bool
equals(const char *s, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(s, word, len) == 0;
}

/* Whether a colon-separated list has one of two words. */
static bool
list_has(const struct tag *tag, const char *word, const char *other)
{
	const char *colon, *item, *s = tag->value;
	size_t item_len, len = tag->value_len;

	for (;;) {
		colon = memchr(s, ':', len);
		item = s;
		item_len = colon == NULL ? len : (size_t)(colon - s);
		trim(&item, &item_len);
		if (equals(item, item_len, word) ||
		    equals(item, item_len, other))
			return true;
		if (colon == NULL)
			return false;
		len -= (size_t)(colon - s) + 1;
		s = colon + 1;
	}
}

/* Whether p= holds the key; the white space that it may contain is left out. */
static enum dkim_txt_result
check_key(const struct tag *tag, const uint8_t *key, size_t keylen)
{
	char base64[BASE64_LEN(DKIM_KEY_MAX)];
	uint8_t found[DKIM_KEY_MAX];
	size_t i, n, foundlen;

	if (tag->value_len == 0)
		return DKIM_TXT_REVOKED;
	for (i = n = 0; i < tag->value_len; i++) {
		if (is_space(tag->value[i]))
			continue;
		if (n == sizeof(base64))
			return DKIM_TXT_OTHER; /* longer than any of ours */
		base64[n++] = tag->value[i];
	}
	if (base64_decode(base64, n, found, sizeof(found), &foundlen) == -1)
		return DKIM_TXT_SYNTAX;
	if (foundlen != keylen || memcmp(found, key, keylen) != 0)
		return DKIM_TXT_OTHER;
	return DKIM_TXT_OK;
}

/*
 * Judge all tags but p=, which goes to *p. RFC 6376 section 3.6.1: v= comes
 * first if at all; k= is "rsa" if absent; unknown tags are ignored.
 */
static enum dkim_txt_result
read_tags(const char *txt, size_t len, const char *kind, struct tag *p)
{
	enum dkim_txt_result result = DKIM_TXT_OK;
	struct tag tag;
	bool kind_seen = false, first = true;
	int more;

	memset(p, 0, sizeof(*p));
	while ((more = next_tag(&txt, &len, &tag)) == 1) {
		if (equals(tag.name, tag.name_len, "v")) {
			if (!first ||
			    !equals(tag.value, tag.value_len, "DKIM1"))
				return DKIM_TXT_VERSION;
		} else if (equals(tag.name, tag.name_len, "k")) {
			kind_seen = true;
			if (!equals(tag.value, tag.value_len, kind))
				result = DKIM_TXT_UNUSABLE;
		} else if (equals(tag.name, tag.name_len, "h")) {
			if (!list_has(&tag, "sha256", "sha256"))
				result = DKIM_TXT_UNUSABLE;
		} else if (equals(tag.name, tag.name_len, "s")) {
			if (!list_has(&tag, "*", "email"))
				result = DKIM_TXT_UNUSABLE;
		} else if (equals(tag.name, tag.name_len, "p")) {
			if (p->name != NULL)
				return DKIM_TXT_SYNTAX;
			*p = tag;
		}
		first = false;
	}
	if (more == -1 || p->name == NULL)
		return DKIM_TXT_SYNTAX;
	if (!kind_seen && strcmp(kind, "rsa") != 0)
		return DKIM_TXT_UNUSABLE;
	return result;
}

/*
 * Compare a published TXT record (its strings joined) with a public key of
 * ours, given as for dkim_txt_record. A key that is none of that algorithm is
 * DKIM_TXT_OTHER to every record.
 */
enum dkim_txt_result
dkim_txt_check(const char *txt, size_t txtlen, enum dkim_algorithm algorithm,
    const uint8_t *spki, size_t spkilen)
{
	enum dkim_txt_result r;
	uint8_t key[DKIM_KEY_MAX];
	struct tag p;
	size_t keylen;

	r = read_tags(txt, txtlen, kind_name(algorithm), &p);
	if (r != DKIM_TXT_OK)
		return r;
	if (key_octets(algorithm, spki, spkilen, key, &keylen) == -1)
		return DKIM_TXT_OTHER;
	return check_key(&p, key, keylen);
}

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
 * Decoding of AUTH. The decoded octets are wiped before return; what is left
 * in the caller's struct is the caller's to wipe.
 */
#include "sasl.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base64.h"
#include "compat.h"
#include "proto_conf.h"

static const struct {
	const char *name;
	enum sasl_mech mech;
	unsigned bit;
} mechs[] = {
	{ "PLAIN", SASL_PLAIN, LISTEN_AUTH_PLAIN },
	{ "LOGIN", SASL_LOGIN, LISTEN_AUTH_LOGIN },
	{ "SCRAM-SHA-256", SASL_SCRAM_SHA_256, LISTEN_AUTH_SCRAM },
};

#define MECHS (sizeof(mechs) / sizeof(mechs[0]))

/* What stands for a mechanism in a set of them. */
unsigned
sasl_mech_bit(enum sasl_mech mech)
{
	size_t i;

	for (i = 0; i < MECHS; i++) {
		if (mechs[i].mech == mech)
			return mechs[i].bit;
	}
	return 0;
}

/* "AUTH" and the mechanisms of a set, as EHLO says it. */
void
sasl_print(unsigned set, char *line, size_t size)
{
	size_t i;

	(void)strlcpy(line, "AUTH", size);
	for (i = 0; i < MECHS; i++) {
		if ((set & mechs[i].bit) == 0)
			continue;
		(void)strlcat(line, " ", size);
		(void)strlcat(line, mechs[i].name, size);
	}
}

/*
 * The mechanism of a name (RFC 4422 section 3.1: sasl-mech = 1*20mech-char,
 * mech-char = UPPER-ALPHA / DIGIT / HYPHEN / UNDERSCORE; the case does not
 * matter here). REPLY_NONE, or what is wrong: REPLY_MISMATCH is no name at
 * all, REPLY_METHOD one that is not offered.
 */
enum reply
sasl_mech_find(const char *s, size_t len, enum sasl_mech *mech)
{
	size_t i;

	if (len == 0 || len > 20)
		return REPLY_MISMATCH;
	for (i = 0; i < len; i++) {
		if (!((s[i] >= 'A' && s[i] <= 'Z') ||
			(s[i] >= 'a' && s[i] <= 'z') ||
			(s[i] >= '0' && s[i] <= '9') || s[i] == '-' ||
			s[i] == '_'))
			return REPLY_MISMATCH;
	}
	for (i = 0; i < MECHS; i++) {
		if (strlen(mechs[i].name) == len &&
		    strncasecmp(mechs[i].name, s, len) == 0) {
			*mech = mechs[i].mech;
			return REPLY_NONE;
		}
	}
	return REPLY_METHOD;
}

/*
 * Base64 to octets. "=" is the empty response (RFC 4954 section 4). Returns
 * -1 if it is not Base64 or does not fit.
 */
static int
sasl_decode(const char *s, size_t len, uint8_t *out, size_t outsize, size_t *n)
{
	*n = 0;
	if (len == 1 && s[0] == '=')
		return 0;
	return base64_decode(s, len, out, outsize, n);
}

/* Octets to a string. -1 if they have a NUL, are none, or do not fit. */
static int
sasl_string(const uint8_t *p, size_t len, char *out, size_t outsize)
{
	if (len == 0 || len >= outsize || memchr(p, '\0', len) != NULL)
		return -1;
	memcpy(out, p, len);
	out[len] = '\0';
	return 0;
}

static enum reply
sasl_plain_split(const uint8_t *p, size_t len, struct sasl_secret *out)
{
	const uint8_t *nul, *nul2, *end;

	end = p + len;
	nul = len == 0 ? NULL : memchr(p, '\0', len);
	if (nul == NULL)
		return REPLY_NO_NUL;
	nul++;
	nul2 = nul == end ? NULL : memchr(nul, '\0', (size_t)(end - nul));
	if (nul2 == NULL)
		return REPLY_NO_NUL2;
	if (sasl_string(nul, (size_t)(nul2 - nul), out->login,
		sizeof(out->login)) == -1 ||
	    sasl_string(nul2 + 1, (size_t)(end - nul2 - 1), out->secret,
		sizeof(out->secret)) == -1)
		return REPLY_CREDENTIALS;
	return REPLY_NONE;
}

/*
 * The one response of PLAIN:
 *
 *	message = [authzid] UTF8NUL authcid UTF8NUL passwd
 *
 * (RFC 4616 section 2.) authzid is ignored. REPLY_NONE, or the reply that says
 * what is wrong; a login or secret that none of ours can be, empty or too
 * long, is REPLY_CREDENTIALS.
 */
enum reply
sasl_plain(const char *s, size_t len, struct sasl_secret *out)
{
	uint8_t octets[BASE64_OCTETS(SMTPD_AUTH_MAX)];
	enum reply r;
	size_t n;

	if (sasl_decode(s, len, octets, sizeof(octets), &n) == -1)
		r = REPLY_BASE64;
	else
		r = sasl_plain_split(octets, n, out);
	explicit_bzero(octets, sizeof(octets));
	return r;
}

/* One response of LOGIN, a string; replies as sasl_plain(). */
enum reply
sasl_login(const char *s, size_t len, char *out, size_t outsize)
{
	uint8_t octets[BASE64_OCTETS(SMTPD_AUTH_MAX)];
	enum reply r;
	size_t n;

	if (sasl_decode(s, len, octets, sizeof(octets), &n) == -1)
		r = REPLY_BASE64;
	else if (sasl_string(octets, n, out, outsize) == -1)
		r = REPLY_CREDENTIALS;
	else
		r = REPLY_NONE;
	explicit_bzero(octets, sizeof(octets));
	return r;
}

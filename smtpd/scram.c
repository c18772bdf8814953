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
 * Parsing and writing of SCRAM messages.  Pure: what is random is given.
 */
#include "scram.h"

#include <stdio.h>
#include <string.h>

#include "sasl.h"

/*
 * Base64 to a string.  -1 if it is none, or has octets that none of the
 * messages may have: NUL and other controls.
 */
static int
decode(const char *s, size_t len, char *out, size_t size)
{
	size_t i, n;

	if (base64_decode(s, len, (uint8_t *)out, size - 1, &n) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		if ((unsigned char)out[i] < ' ' || out[i] == 127)
			return -1;
	}
	out[n] = '\0';
	return 0;
}

/* Copy len characters, or -1 if they do not fit. */
static int
copy(char *out, size_t size, const char *s, size_t len)
{
	if (len >= size)
		return -1;
	memcpy(out, s, len);
	out[len] = '\0';
	return 0;
}

/*
 * saslname = 1*(value-safe-char / "=2C" / "=3D").  0, or -1: ill-formed or
 * longer than any login.
 */
static int
parse_name(const char *s, size_t len, char *out, size_t size)
{
	size_t i, n;

	n = 0;
	for (i = 0; i < len; i++) {
		if (n + 1 >= size)
			return -1;
		out[n++] = s[i];
		if (s[i] != '=')
			continue;
		if (len - i < 3 || s[i + 1] != (s[i + 2] == 'C' ? '2' : '3') ||
		    (s[i + 2] != 'C' && s[i + 2] != 'D'))
			return -1;
		if (s[i + 2] == 'C')
			out[n - 1] = ',';
		i += 2;
	}
	out[n] = '\0';
	return n == 0 ? -1 : 0;
}

/*
 * gs2-header      = gs2-cbind-flag "," [ authzid ] ","
 * gs2-cbind-flag  = ("p=" cb-name) / "n" / "y"
 *
 * "p" is for mechanisms that are not offered; an authzid is ignored, as that
 * of PLAIN is.  Where the header ends, or NULL.
 */
static const char *
parse_header(struct scram *c, const char *s)
{
	const char *end;

	if ((s[0] != 'n' && s[0] != 'y') || s[1] != ',')
		return NULL;
	end = strchr(s + 2, ',');
	if (end == NULL || (end != s + 2 && strncmp(s + 2, "a=", 2) != 0))
		return NULL;
	end++;
	if (copy(c->header, sizeof(c->header), s, (size_t)(end - s)) == -1)
		return NULL;
	return end;
}

/* c-nonce = printable, as far as the comma or the end. */
static int
parse_nonce(struct scram *c, const char *s)
{
	size_t len;

	len = strcspn(s, ", ");
	if (len == 0 || len > SCRAM_NONCE_MAX || s[len] == ' ')
		return -1;
	for (; *s != '\0' && *s != ','; s++) {
		if ((unsigned char)*s > '~')
			return -1;
	}
	return copy(c->nonce, sizeof(c->nonce), s - len, len);
}

/*
 * client-first-message-bare = [reserved-mext ","] username "," nonce
 *                             ["," extensions]
 *
 * (RFC 5802 section 7.)  reserved-mext is refused, extensions are passed
 * over.
 */
static enum reply
parse_bare(struct scram *c, const char *s)
{
	size_t len;

	if (copy(c->bare, sizeof(c->bare), s, strlen(s)) == -1 ||
	    strncmp(s, "n=", 2) != 0)
		return REPLY_SCRAM;
	s += 2;
	len = strcspn(s, ",");
	if (strncmp(s + len, ",r=", 3) != 0 ||
	    parse_nonce(c, s + len + 3) == -1)
		return REPLY_SCRAM;
	if (len >= LOGIN_SIZE)
		return REPLY_CREDENTIALS;
	if (parse_name(s, len, c->login, sizeof(c->login)) == -1)
		return REPLY_SCRAM;
	return REPLY_NONE;
}

/*
 * Read the client-first-message, in Base64.  REPLY_NONE, or the reply that
 * says what is wrong.
 */
enum reply
scram_first(struct scram *c, const char *s, size_t len)
{
	char text[sizeof(c->header) + sizeof(c->bare)];
	const char *bare;

	memset(c, 0, sizeof(*c));
	if (decode(s, len, text, sizeof(text)) == -1)
		return REPLY_BASE64;
	bare = parse_header(c, text);
	return bare == NULL ? REPLY_SCRAM : parse_bare(c, bare);
}

/*
 * Write the server-first-message, in Base64:
 *
 *	"r=" c-nonce s-nonce "," "s=" base64 "," "i=" posit-number
 *
 * 0, or -1 if it does not fit, which it always does.
 */
int
scram_challenge(struct scram *c, const struct policy_keys *k,
    const uint8_t random[SCRAM_RANDOM_SIZE], char line[SCRAM_LINE_SIZE])
{
	char nonce[BASE64_LEN(SCRAM_RANDOM_SIZE) + 1];
	char salt[BASE64_LEN(POLICY_SALT_SIZE) + 1];
	size_t len;
	int n;

	len = strlen(c->nonce);
	if (base64_encode(random, SCRAM_RANDOM_SIZE, nonce, sizeof(nonce)) ==
		-1 ||
	    base64_encode(k->salt, sizeof(k->salt), salt, sizeof(salt)) == -1 ||
	    copy(c->nonce + len, sizeof(c->nonce) - len, nonce,
		strlen(nonce)) == -1)
		return -1;
	n = snprintf(c->server, sizeof(c->server), "r=%s,s=%s,i=%u", c->nonce,
	    salt, k->iterations);
	if (n < 0 || n >= (int)sizeof(c->server))
		return -1;
	c->asked = true;
	return base64_encode(c->server, (size_t)n, line, SCRAM_LINE_SIZE);
}

/* "c=" Base64 of the gs2-header: nothing else is bound. */
static bool
binding_is(const struct scram *c, const char *s, size_t len)
{
	char text[BASE64_LEN(sizeof(c->header)) + 1];

	return base64_encode(c->header, strlen(c->header), text,
		   sizeof(text)) == 0 &&
	    strlen(text) == len && memcmp(text, s, len) == 0;
}

/*
 * client-final-message = channel-binding "," nonce ["," extensions] ","
 *                        proof
 */
static int
parse_final(const struct scram *c, char *text, struct policy_proof *p)
{
	char *proof, *nonce;
	size_t len, n;
	int r;

	proof = strstr(text, ",p=");
	nonce = strchr(text, ',');
	if (proof == NULL || strncmp(text, "c=", 2) != 0 ||
	    strncmp(nonce, ",r=", 3) != 0 ||
	    !binding_is(c, text + 2, (size_t)(nonce - text) - 2))
		return -1;
	*proof = '\0';
	len = strcspn(nonce + 3, ",");
	if (len != strlen(c->nonce) || memcmp(nonce + 3, c->nonce, len) != 0)
		return -1;
	r = snprintf(p->message, sizeof(p->message), "%s,%s,%s", c->bare,
	    c->server, text);
	if (r < 0 || r >= (int)sizeof(p->message))
		return -1;
	if (base64_decode(proof + 3, strlen(proof + 3), p->proof,
		sizeof(p->proof), &n) == -1)
		return -1;
	return n == sizeof(p->proof) ? 0 : -1;
}

/*
 * Read the client-final-message, in Base64, into the AuthMessage and the
 * proof.  REPLY_NONE, or the reply that says what is wrong.
 */
enum reply
scram_final(struct scram *c, const char *s, size_t len, struct policy_proof *p)
{
	char text[SCRAM_MESSAGE_SIZE];

	if (decode(s, len, text, sizeof(text)) == -1)
		return REPLY_BASE64;
	return parse_final(c, text, p) == -1 ? REPLY_SCRAM : REPLY_NONE;
}

/* Write the server-final-message, in Base64: "v=" Base64 of the signature. */
void
scram_signature(const uint8_t signature[POLICY_PROOF_SIZE],
    char line[SCRAM_LINE_SIZE])
{
	char text[BASE64_LEN(POLICY_PROOF_SIZE) + 3];

	(void)memcpy(text, "v=", 2);
	(void)base64_encode(signature, POLICY_PROOF_SIZE, text + 2,
	    sizeof(text) - 2);
	(void)base64_encode(text, strlen(text), line, SCRAM_LINE_SIZE);
}

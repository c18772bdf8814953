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
 * DKIM signing (RFC 6376, RFC 8463), relaxed/relaxed. Hashing is streamed and
 * linear; only EVP calls that OpenSSL 3 and LibreSSL share. No private key is
 * ever here, and no l= is ever written (RFC 6376 section 8.2).
 */

#include <openssl/evp.h>

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "base64.h"
#include "bounds.h"
#include "dkim.h"
#include "header.h"
#include "octets.h"

#define DKIM_LINE 78 /* RFC 5322 section 2.1.1, what lines should keep to */
#define DKIM_TAB  8  /* columns that the tab of a folded line takes */

/* A SHA-256 behind a small buffer, since canonical octets come in bits. */
struct hash {
	EVP_MD_CTX *ctx;
	size_t len;
	bool failed;
	unsigned char buf[1024];
};

struct dkim_body {
	struct hash hash;
	size_t line_ends; /* not written yet: they may be the last */
	bool space;	  /* white space not written yet: line may end */
	bool cr;	  /* the last octet was CR */
	bool text;	  /* something was written at all */
};

struct dkim_field {
	enum dkim_algorithm algorithm;
	char *text; /* up to and including "b=" */
	size_t len, cap;
	size_t column;
	bool failed;
};

/*
 * What is signed where present: RFC 6376 section 5.4.1, RFC 8058 section 4
 * (List-Unsubscribe-Post), the fields that say how the body is to be read, and
 * Feedback-ID, which its readers want signed. Trace fields and Return-Path
 * change on the way and are not.
 */
static const char *const signed_names[] = {
	"From",
	"To",
	"Cc",
	"Subject",
	"Date",
	"Message-ID",
	"Reply-To",
	"Sender",
	"MIME-Version",
	"Content-Type",
	"Content-Transfer-Encoding",
	"Content-Disposition",
	"In-Reply-To",
	"References",
	"Resent-Date",
	"Resent-From",
	"Resent-Sender",
	"Resent-To",
	"Resent-Cc",
	"Resent-Message-ID",
	"List-Id",
	"List-Help",
	"List-Unsubscribe",
	"List-Unsubscribe-Post",
	"List-Subscribe",
	"List-Post",
	"List-Owner",
	"List-Archive",
	"Feedback-ID",
};

#define SIGNED_NAMES (sizeof(signed_names) / sizeof(signed_names[0]))

static int
hash_open(struct hash *h)
{
	h->len = 0;
	h->failed = false;
	h->ctx = EVP_MD_CTX_new();
	if (h->ctx == NULL)
		return -1;
	if (EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL) == 1)
		return 0;
	EVP_MD_CTX_free(h->ctx);
	h->ctx = NULL;
	return -1;
}

/* A failure is kept and reported once, by hash_close. */
static void
hash_flush(struct hash *h)
{
	if (EVP_DigestUpdate(h->ctx, h->buf, h->len) != 1)
		h->failed = true;
	h->len = 0;
}

static void
hash_put(struct hash *h, const char *s, size_t len)
{
	if (len > sizeof(h->buf) - h->len)
		hash_flush(h);
	if (len >= sizeof(h->buf)) {
		if (EVP_DigestUpdate(h->ctx, s, len) != 1)
			h->failed = true;
		return;
	}
	memcpy(h->buf + h->len, s, len);
	h->len += len;
}

static void
hash_putc(struct hash *h, char c)
{
	hash_put(h, &c, 1);
}

/* The digest; the context is freed whatever comes. -1 with EIO. */
static int
hash_close(struct hash *h, uint8_t digest[DKIM_DIGEST_LEN])
{
	hash_flush(h);
	if (!h->failed && EVP_DigestFinal_ex(h->ctx, digest, NULL) != 1)
		h->failed = true;
	EVP_MD_CTX_free(h->ctx);
	h->ctx = NULL;
	if (!h->failed)
		return 0;
	errno = EIO;
	return -1;
}

/*
 * A hash of a message body. The caller frees it with dkim_body_free. NULL with
 * ENOMEM.
 */
struct dkim_body *
dkim_body_new(void)
{
	struct dkim_body *b;

	b = calloc(1, sizeof(*b));
	if (b == NULL)
		return NULL;
	if (hash_open(&b->hash) == -1) {
		free(b);
		errno = ENOMEM;
		return NULL;
	}
	return b;
}

/* Free it, finished or not; NULL is allowed. */
void
dkim_body_free(struct dkim_body *b)
{
	if (b == NULL)
		return;
	EVP_MD_CTX_free(b->hash.ctx);
	free(b);
}

/* Octets that are neither white space nor line end: what waited comes first. */
static void
body_text(struct dkim_body *b, const char *s, size_t len)
{
	for (; b->line_ends > 0; b->line_ends--)
		hash_put(&b->hash, "\r\n", 2);
	if (b->space)
		hash_putc(&b->hash, ' ');
	b->space = false;
	b->text = true;
	hash_put(&b->hash, s, len);
}

/* Whether an octet is white space or part of a line end. */
static bool
is_special(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * Octets at p that stay as they are: text, and single spaces inside of it. Most
 * of a mail is taken this way, a line at a time.
 */
static size_t
text_length(const char *p, const char *end)
{
	unsigned char all = 0;
	const char *s;

	for (s = p;; s++) {
		s = octets_below(s, end, ' ' + 1, &all);
		if (s == end)
			break;
		if (!is_special(*s))
			continue;
		if (*s != ' ' || s == p || s + 1 == end || is_special(s[1]))
			break;
	}
	return (size_t)(s - p);
}

/* One octet of white space or of a line end, real or not. */
static void
body_special(struct dkim_body *b, char c)
{
	if (b->cr && c == '\n') {
		b->cr = b->space = false;
		b->line_ends++;
		return;
	}
	if (b->cr)
		body_text(b, "\r", 1);
	b->cr = c == '\r';
	if (c == ' ' || c == '\t')
		b->space = true;
	else if (c == '\n')
		body_text(b, &c, 1);
}

/*
 * More of the body, cut anywhere, in SMTP's form: CRLF line ends, transparency
 * dots removed. Relaxed (RFC 6376 section 3.4.4): runs of white space become
 * one space, none at the ends of lines, no empty lines at the end. A CR or LF
 * alone is text. 0, or -1 with EINVAL after dkim_body_final; a failure of the
 * library is reported by dkim_body_final.
 */
int
dkim_body_update(struct dkim_body *b, const void *data, size_t len)
{
	const char *p = data, *end;
	size_t n;

	if (b->hash.ctx == NULL) {
		errno = EINVAL;
		return -1;
	}
	for (end = p + len; p < end; p += n) {
		n = text_length(p, end);
		if (n > 0) {
			if (b->cr)
				body_text(b, "\r", 1);
			b->cr = false;
			body_text(b, p, n);
		} else {
			body_special(b, *p);
			n = 1;
		}
	}
	return 0;
}

/*
 * The body hash, for bh=. A last line without CRLF gets one; an empty body, or
 * one of empty lines only, is hashed as nothing. Once: -1 with EINVAL the
 * second time, with EIO if the library failed.
 */
int
dkim_body_final(struct dkim_body *b, uint8_t bh[DKIM_DIGEST_LEN])
{
	if (b->hash.ctx == NULL) {
		errno = EINVAL;
		return -1;
	}
	if (b->cr)
		body_text(b, "\r", 1);
	if (b->text)
		hash_put(&b->hash, "\r\n", 2);
	return hash_close(&b->hash, bh);
}

/*
 * A field in relaxed form without its CRLF (RFC 6376 section 3.4.2): name in
 * lower case, unfolded, runs of white space one space, none at the end nor
 * around the colon.
 */
static void
hash_field(struct hash *h, const struct header_field *f)
{
	bool space, text;
	size_t i;
	char c;

	for (i = 0; i < f->name_len; i++) {
		c = f->name[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		hash_putc(h, c);
	}
	hash_putc(h, ':');
	space = text = false;
	for (i = 0; i < f->body_len; i++) {
		c = f->body[i];
		if (c == '\r' || c == '\n')
			continue; /* folding: a header has no others */
		if (c == ' ' || c == '\t') {
			space = true;
			continue;
		}
		if (space && text)
			hash_putc(h, ' ');
		space = false;
		text = true;
		hash_putc(h, c);
	}
}

/* Text at the end of the field; failure is kept. */
static void
text_put(struct dkim_field *f, const char *s, size_t len)
{
	size_t cap;
	char *p;

	if (f->cap - f->len <= len) {
		cap = (f->len + len + 1) * 2;
		p = realloc(f->text, cap);
		if (p == NULL) {
			f->failed = true;
			return;
		}
		f->text = p;
		f->cap = cap;
	}
	memcpy(f->text + f->len, s, len);
	f->len += len;
	f->text[f->len] = '\0';
	f->column += len;
}

/* A new line of the field. */
static void
text_fold(struct dkim_field *f)
{
	text_put(f, "\r\n\t", 3);
	f->column = DKIM_TAB;
}

/* "name=value;" with a space or a line end before it. */
static void
text_tag(struct dkim_field *f, const char *name, const char *value)
{
	size_t len;

	len = strlen(name) + strlen(value) + 2;
	if (f->column + 1 + len > DKIM_LINE)
		text_fold(f);
	else
		text_put(f, " ", 1);
	text_put(f, name, strlen(name));
	text_put(f, "=", 1);
	text_put(f, value, strlen(value));
	text_put(f, ";", 1);
}

/* One name of h=, after a colon unless it is the first. */
static void
text_name(struct dkim_field *f, const char *name, bool first)
{
	if (!first) {
		text_put(f, ":", 1);
		if (f->column + strlen(name) + 1 > DKIM_LINE)
			text_fold(f);
	}
	text_put(f, name, strlen(name));
}

/*
 * Hash the fields that are signed and list them as h=. Of a name that comes
 * several times each instance is signed, from the bottom up (RFC 6376 section
 * 5.4.2). From is listed once more than it is there, so that none can be
 * added (section 8.15). Only From: forwarders and mailing lists add other
 * fields (Reply-To, Sender, List-*) for good reasons, and readers show From.
 */
static int
sign_fields(struct dkim_field *f, const struct header *header, struct hash *h)
{
	struct header_field field;
	size_t i, n, count;

	text_fold(f);
	text_put(f, "h=", 2);
	count = 0;
	for (n = 0; n < SIGNED_NAMES; n++) {
		for (i = header_count(header); i-- > 0;) {
			if (!header_get(header, i, &field) ||
			    !header_field_is(&field, signed_names[n]))
				continue;
			if (++count > DKIM_SIGNED_MAX) {
				errno = EMSGSIZE;
				return -1;
			}
			hash_field(h, &field);
			hash_put(h, "\r\n", 2);
			text_name(f, signed_names[n], count == 1);
		}
		if (n > 0)
			continue;
		if (count == 0) {
			errno = EINVAL;
			return -1;
		}
		text_name(f, signed_names[0], false);
	}
	text_put(f, ";", 1);
	return 0;
}

/* The tags before h=: RFC 6376 section 3.5. */
static int
text_begin(struct dkim_field *f, const struct dkim_params *params)
{
	char domain[ADDRESS_DOMAIN_SIZE], selector[ADDRESS_DOMAIN_SIZE];
	char timestamp[24];
	enum address_result d, s;

	d = address_domain_valid(params->domain, strlen(params->domain),
	    ADDRESS_SINGLE_LABEL, domain, sizeof(domain));
	s = address_domain_valid(params->selector, strlen(params->selector),
	    ADDRESS_SINGLE_LABEL | ADDRESS_NUMERIC, selector, sizeof(selector));
	if (d != ADDRESS_OK || s != ADDRESS_OK || params->timestamp < 0 ||
	    (params->algorithm != DKIM_RSA_SHA256 &&
		params->algorithm != DKIM_ED25519_SHA256)) {
		errno = EINVAL;
		return -1;
	}
	(void)snprintf(timestamp, sizeof(timestamp), "%" PRId64,
	    params->timestamp);
	text_put(f, "DKIM-Signature:", 15);
	text_tag(f, "v", "1");
	text_tag(f, "a",
	    params->algorithm == DKIM_RSA_SHA256 ? "rsa-sha256" :
						   "ed25519-sha256");
	text_tag(f, "c", "relaxed/relaxed");
	text_tag(f, "d", domain);
	text_tag(f, "s", selector);
	text_tag(f, "t", timestamp);
	return 0;
}

/* All of the field up to "b=", and the hash of all that is signed. */
static int
sign_all(struct dkim_field *f, const struct header *header,
    const struct dkim_params *params, struct hash *h)
{
	char bh[BASE64_LEN(DKIM_DIGEST_LEN) + 1];
	struct header_field self;

	if (text_begin(f, params) == -1 || sign_fields(f, header, h) == -1)
		return -1;
	if (base64_encode(params->bh, DKIM_DIGEST_LEN, bh, sizeof(bh)) == -1)
		return -1;
	text_tag(f, "bh", bh);
	text_fold(f);
	text_put(f, "b=", 2);
	if (f->failed) {
		errno = ENOMEM;
		return -1;
	}
	self.name = f->text;
	self.name_len = strlen("DKIM-Signature");
	self.body = f->text + self.name_len + 1;
	self.body_len = f->len - self.name_len - 1;
	hash_field(h, &self);
	return 0;
}

/*
 * Begin a signature: write the DKIM-Signature field with an empty b= and give
 * in digest the SHA-256 of the signed fields and of it (RFC 6376 section 3.7).
 * Whoever has the key signs that digest: PKCS#1 v1.5 with SHA-256, or PureEdDSA
 * over these 32 octets (RFC 8463 section 3). The header may change or go
 * afterwards. The caller frees the field. NULL with EINVAL (no From, domain or
 * selector not well-formed, negative time), EMSGSIZE (over DKIM_SIGNED_MAX
 * fields to sign), ENOMEM or EIO.
 */
struct dkim_field *
dkim_sign_input(const struct header *header, const struct dkim_params *params,
    uint8_t digest[DKIM_DIGEST_LEN])
{
	struct dkim_field *f;
	struct hash h;

	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return NULL;
	if (hash_open(&h) == -1) {
		free(f);
		errno = ENOMEM;
		return NULL;
	}
	f->algorithm = params->algorithm;
	if (sign_all(f, header, params, &h) == -1) {
		EVP_MD_CTX_free(h.ctx);
		dkim_field_free(f);
		return NULL;
	}
	if (hash_close(&h, digest) == -1) {
		dkim_field_free(f);
		return NULL;
	}
	return f;
}

/* Whether a signature can be one of that algorithm; RSA-1024 to RSA-4096. */
static bool
signature_fits(enum dkim_algorithm algorithm, size_t len)
{
	if (algorithm == DKIM_ED25519_SHA256)
		return len == 64;
	return len >= 128 && len <= DKIM_SIGNATURE_MAX;
}

/*
 * The finished field: folded, "b=" filled with the signature, CRLF at its end,
 * to be put on top of the header. *out is malloc'd, NUL-terminated, the
 * caller's; *outlen is its length. The field object is left as it was. -1 with
 * EINVAL (no signature of this algorithm has that length) or ENOMEM.
 */
int
dkim_field_finish(const struct dkim_field *f, const uint8_t *sig, size_t siglen,
    char **out, size_t *outlen)
{
	char base64[BASE64_LEN(DKIM_SIGNATURE_MAX) + 1];
	struct dkim_field done;
	size_t i, n, left;

	if (!signature_fits(f->algorithm, siglen) ||
	    base64_encode(sig, siglen, base64, sizeof(base64)) == -1) {
		errno = EINVAL;
		return -1;
	}
	memset(&done, 0, sizeof(done));
	text_put(&done, f->text, f->len);
	done.column = f->column;
	left = strlen(base64);
	for (i = 0; left > 0; i += n, left -= n) {
		if (i > 0)
			text_fold(&done);
		n = DKIM_LINE - done.column;
		if (n > left)
			n = left;
		text_put(&done, base64 + i, n);
	}
	text_put(&done, "\r\n", 2);
	if (done.failed) {
		free(done.text);
		errno = ENOMEM;
		return -1;
	}
	*out = done.text;
	*outlen = done.len;
	return 0;
}

/* Free it; NULL is allowed. */
void
dkim_field_free(struct dkim_field *f)
{
	if (f == NULL)
		return;
	free(f->text);
	free(f);
}

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
 * Bodies. One octet at a time decides only where framing stands; content goes
 * through in runs.
 */
#include "reqbody.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "percent.h"

enum state {
	STATE_CONTENT, /* left octets of it to come */
	STATE_SIZE,    /* line with the size of a chunk */
	STATE_CR,      /* CR after a chunk */
	STATE_LF,      /* and LF */
	STATE_TRAILER, /* line of a trailer, or the empty one */
	STATE_DONE,
	STATE_REFUSED
};

struct reqbody {
	enum state state;
	bool chunked;
	uint64_t left; /* octets of this run of content to come */
	uint64_t size; /* octets of content that came */
	uint64_t max;
	char line[REQBODY_LINE_MAX];
	size_t line_len;
	size_t extensions; /* octets of all */
	size_t trailers;
	EVP_MD_CTX *hash; /* NULL: not asked for */
	reqbody_cb cb;
	void *arg;
};

static int
refuse(struct reqbody *b, struct fault *f, enum fault_kind kind,
    const char *detail)
{
	b->state = STATE_REFUSED;
	return fault_set(f, kind, detail);
}

static int
refuse_size(struct reqbody *b, struct fault *f)
{
	b->state = STATE_REFUSED;
	return fault_setf(f, FAULT_TOOBIG, "%llu", (unsigned long long)b->max);
}

/*
 * Get ready for a body of that framing, of at most max octets of content,
 * which the function given gets. NULL and a fault if it is to be larger, or
 * without memory. The caller frees it.
 */
struct reqbody *
reqbody_new(enum request_framing framing, uint64_t length, uint64_t max,
    reqbody_cb cb, void *arg, struct fault *f)
{
	struct reqbody *b;

	b = calloc(1, sizeof(*b));
	if (b == NULL) {
		(void)fault_set(f, FAULT_INTERNAL, NULL);
		return NULL;
	}
	b->max = max;
	b->cb = cb;
	b->arg = arg;
	b->chunked = framing == REQUEST_CHUNKED;
	b->state = b->chunked ? STATE_SIZE : STATE_CONTENT;
	b->left = framing == REQUEST_LENGTH ? length : 0;
	if (b->left > max) {
		(void)refuse_size(b, f);
		reqbody_free(b);
		return NULL;
	}
	if (!b->chunked && b->left == 0)
		b->state = STATE_DONE;
	return b;
}

/*
 * Before the first octet: the digest will be asked for. -1 without memory.
 */
int
reqbody_hash(struct reqbody *b)
{
	b->hash = EVP_MD_CTX_new();
	return b->hash != NULL &&
		EVP_DigestInit_ex(b->hash, EVP_sha256(), NULL) == 1 ?
	    0 :
	    -1;
}

/* Free it; NULL is allowed. */
void
reqbody_free(struct reqbody *b)
{
	if (b == NULL)
		return;
	EVP_MD_CTX_free(b->hash);
	free(b);
}

/* A run of content. */
static int
take_content(struct reqbody *b, const char *s, size_t len, struct fault *f)
{
	if ((b->hash != NULL && EVP_DigestUpdate(b->hash, s, len) != 1) ||
	    b->cb(b->arg, s, len) == -1)
		return refuse(b, f, FAULT_INTERNAL, NULL);
	b->size += len;
	b->left -= len;
	if (b->left == 0)
		b->state = b->chunked ? STATE_CR : STATE_DONE;
	return 0;
}

/*
 * chunk-size = 1*HEXDIG; chunk-ext = *( BWS ";" ... ) (RFC 9112 section 7.1).
 * Extensions are looked through for controls and dropped.
 */
static int
take_size(struct reqbody *b, struct fault *f)
{
	uint64_t size = 0;
	size_t i;

	for (i = 0; i < b->line_len && percent_hex(b->line[i]) != -1; i++) {
		if (size > UINT64_MAX >> 8)
			return refuse_size(b, f);
		size = size << 4 | (uint64_t)percent_hex(b->line[i]);
	}
	if (i == 0)
		return refuse(b, f, FAULT_PARSE,
		    "The size of a chunk is ill-formed.");
	b->extensions += b->line_len - i;
	while (i < b->line_len && (b->line[i] == ' ' || b->line[i] == '\t'))
		i++;
	if ((i < b->line_len && b->line[i] != ';') ||
	    b->extensions > REQBODY_EXTENSIONS_MAX)
		return refuse(b, f, FAULT_PARSE,
		    "The extension of a chunk is ill-formed or too long.");
	if (size > b->max - b->size)
		return refuse_size(b, f);
	b->left = size;
	b->state = size > 0 ? STATE_CONTENT : STATE_TRAILER;
	return 0;
}

/* A field after the last chunk, which nobody asked for; or the end. */
static int
take_trailer(struct reqbody *b, struct fault *f)
{
	const char *colon;

	if (b->line_len == 0) {
		b->state = STATE_DONE;
		return 0;
	}
	b->trailers += b->line_len;
	colon = memchr(b->line, ':', b->line_len);
	if (colon == NULL || colon == b->line || b->line[0] == ' ' ||
	    b->line[0] == '\t' || colon[-1] == ' ' || colon[-1] == '\t' ||
	    b->trailers > REQBODY_TRAILERS_MAX)
		return refuse(b, f, FAULT_PARSE,
		    "A trailer field is ill-formed or too long.");
	return 0;
}

/* An octet of a line; CR stays in it until LF comes. */
static int
take_line_octet(struct reqbody *b, char c, struct fault *f)
{
	size_t len = b->line_len;
	bool ended;

	ended = len > 0 && b->line[len - 1] == '\r';
	if (ended != (c == '\n') ||
	    ((unsigned char)c < ' ' && c != '\t' && c != '\r' && c != '\n') ||
	    c == '\177')
		return refuse(b, f, FAULT_PARSE,
		    "A line of the chunked body is ill-formed.");
	if (!ended) {
		if (len == sizeof(b->line))
			return refuse(b, f, FAULT_PARSE,
			    "A line of the chunked body is too long.");
		b->line[b->line_len++] = c;
		return 0;
	}
	b->line_len--;
	if (b->state == STATE_SIZE) {
		if (take_size(b, f) == -1)
			return -1;
	} else if (take_trailer(b, f) == -1)
		return -1;
	b->line_len = 0;
	return 0;
}

/* One octet of framing. */
static int
take_octet(struct reqbody *b, char c, struct fault *f)
{
	if (b->state == STATE_SIZE || b->state == STATE_TRAILER)
		return take_line_octet(b, c, f);
	if (c != (b->state == STATE_CR ? '\r' : '\n'))
		return refuse(b, f, FAULT_PARSE,
		    "A chunk does not end where its size says.");
	b->state = b->state == STATE_CR ? STATE_LF : STATE_SIZE;
	return 0;
}

/*
 * Take octets of the connection; *used is how many were. After REQBODY_DONE
 * none is used, after REQBODY_REFUSED the fault is what it was.
 */
enum reqbody_status
reqbody_feed(struct reqbody *b, const char *s, size_t len, size_t *used,
    struct fault *f)
{
	size_t n;
	int rc = 0;

	*used = 0;
	while (rc == 0 && *used < len && b->state != STATE_DONE &&
	    b->state != STATE_REFUSED) {
		n = 1;
		if (b->state == STATE_CONTENT) {
			n = len - *used;
			if (n > b->left)
				n = (size_t)b->left;
			rc = take_content(b, s + *used, n, f);
		} else
			rc = take_octet(b, s[*used], f);
		*used += n;
	}
	if (b->state == STATE_REFUSED)
		return REQBODY_REFUSED;
	return b->state == STATE_DONE ? REQBODY_DONE : REQBODY_MORE;
}

/* Octets of content so far. */
uint64_t
reqbody_size(const struct reqbody *b)
{
	return b->size;
}

/* SHA-256 of the content, once and at its end. 0, or -1: nobody hashed it. */
int
reqbody_digest(struct reqbody *b, uint8_t digest[REQBODY_DIGEST])
{
	return b->hash != NULL &&
		EVP_DigestFinal_ex(b->hash, digest, NULL) == 1 ?
	    0 :
	    -1;
}

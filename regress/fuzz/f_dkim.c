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

/* sources: lib/dkim.c lib/dkim_txt.c lib/header.c lib/address.c lib/base64.c */
/* libs: -lcrypto */

/*
 * DKIM: a body has one hash however it is cut, a message with a From can be
 * signed, and the finished field is exactly one header field. The first octet
 * is the length of the pieces.
 */

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "dkim.h"
#include "dkim_txt.h"
#include "header.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
must(int truth)
{
	if (!truth)
		abort();
}

static void
body_hash(const char *s, size_t len, size_t piece, uint8_t bh[DKIM_DIGEST_LEN])
{
	struct dkim_body *b;
	size_t n;

	b = dkim_body_new();
	must(b != NULL);
	for (; len > 0; s += n, len -= n) {
		n = len < piece ? len : piece;
		must(dkim_body_update(b, s, n) == 0);
	}
	must(dkim_body_final(b, bh) == 0);
	dkim_body_free(b);
}

/* White space at the end, and a line end more, are not signed. */
static void
check_body(const char *s, size_t len, size_t piece, uint8_t bh[DKIM_DIGEST_LEN])
{
	uint8_t other[DKIM_DIGEST_LEN];
	char *longer;

	body_hash(s, len, len + 1, bh);
	body_hash(s, len, piece, other);
	must(memcmp(bh, other, sizeof(other)) == 0);
	if (len > 0 && s[len - 1] == '\r')
		return;
	longer = malloc(len + 7);
	must(longer != NULL);
	memcpy(longer, s, len);
	memcpy(longer + len, " \t\r\n \r\n", 7);
	body_hash(longer, len + 7, piece, other);
	must(memcmp(bh, other, sizeof(other)) == 0);
	free(longer);
}

static void
check_field(struct header *h, const struct dkim_params *params)
{
	uint8_t digest[DKIM_DIGEST_LEN], sig[64];
	struct header_field field;
	struct dkim_field *f;
	size_t len;
	char *out;

	f = dkim_sign_input(h, params, digest);
	if (f == NULL) {
		must(header_count_name(h, "From") == 0 || errno == EMSGSIZE);
		return;
	}
	memcpy(sig, digest, sizeof(digest));
	memcpy(sig + sizeof(digest), digest, sizeof(digest));
	must(dkim_field_finish(f, sig, sizeof(sig), &out, &len) == 0);
	must(header_prepend(h, out, len) == 0);
	must(header_find(h, "DKIM-Signature", 0, &field));
	must(field.raw_len == len);
	free(out);
	dkim_field_free(f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s, *end;
	uint8_t bh[DKIM_DIGEST_LEN];
	const struct dkim_params params = { DKIM_ED25519_SHA256, "b.example",
		"s", 0, bh };
	struct header *h;
	size_t len, n, piece;

	if (size == 0)
		return 0;
	piece = data[0] % 32 + 1;
	s = (const char *)data + 1;
	len = size - 1;
	(void)dkim_txt_check(s, len, DKIM_RSA_SHA256, data, size);
	h = header_new(HEADER_SIZE_MAX);
	must(h != NULL);
	while ((end = memmem(s, len, "\r\n", 2)) != NULL) {
		n = (size_t)(end - s);
		len -= n + 2;
		if (header_feed(h, s, n) != HEADER_MORE)
			break;
		s = end + 2;
	}
	if (end != NULL)
		s = end + 2;
	check_body(s, len, piece, bh);
	check_field(h, &params);
	header_free(h);
	return 0;
}

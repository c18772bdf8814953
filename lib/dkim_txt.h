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
 * DKIM key records in the DNS (RFC 6376 section 3.6.1, RFC 8463 section 4):
 * made for a public key, and compared with what is published.
 */
#ifndef DKIM_TXT_H
#define DKIM_TXT_H

#include <stddef.h>
#include <stdint.h>

#include "base64.h"
#include "bounds.h"
#include "dkim.h"

/* Room for the record of any key, with its NUL. */
#define DKIM_TXT_SIZE (BASE64_LEN(DKIM_KEY_MAX) + 32)

/* What a published key record says about a key of ours. */
enum dkim_txt_result {
	DKIM_TXT_OK,	   /* same key, usable */
	DKIM_TXT_SYNTAX,   /* not a tag list, no p=, or p= not Base64 */
	DKIM_TXT_VERSION,  /* v= is not DKIM1 or not first */
	DKIM_TXT_UNUSABLE, /* k=, h= or s= exclude our use */
	DKIM_TXT_REVOKED,  /* p= is empty */
	DKIM_TXT_OTHER	   /* well-formed, another key */
};

int dkim_txt_record(enum dkim_algorithm, const uint8_t *spki, size_t spkilen,
    char *out, size_t outsize);
enum dkim_txt_result dkim_txt_check(const char *txt, size_t txtlen,
    enum dkim_algorithm, const uint8_t *spki, size_t spkilen);

#endif /* DKIM_TXT_H */

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
 * Each step gives 0, or -1; a context that could not be made fails them all.
 */
#include "reqhash.h"

#include <string.h>

#include "request.h"

/* Begin; NULL is good for the rest.  reqhash_end() frees it. */
EVP_MD_CTX *
reqhash_new(void)
{
	EVP_MD_CTX *c;

	c = EVP_MD_CTX_new();
	if (c == NULL || EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1)
		return c;
	EVP_MD_CTX_free(c);
	return NULL;
}

/* Octets of a length that is always the same. */
int
reqhash_data(EVP_MD_CTX *c, const void *data, size_t len)
{
	return c != NULL && EVP_DigestUpdate(c, data, len) == 1 ? 0 : -1;
}

/* A string, with its NUL. */
int
reqhash_text(EVP_MD_CTX *c, const char *text)
{
	return reqhash_data(c, text, strlen(text) + 1);
}

/*
 * The values of header fields; one that is not there is as if empty.  The
 * names end with NULL, and NULL is none.
 */
int
reqhash_fields(EVP_MD_CTX *c, const struct request *request,
    const char *const *names)
{
	const char *value;
	int r;

	r = 0;
	for (; r == 0 && names != NULL && *names != NULL; names++) {
		value = request_value(request, *names);
		r = reqhash_text(c, value == NULL ? "" : value);
	}
	return r;
}

/* The digest, if the steps before gave result 0; the context is freed. */
int
reqhash_end(EVP_MD_CTX *c, int result, uint8_t digest[REQHASH_SIZE])
{
	if (result == 0 && EVP_DigestFinal_ex(c, digest, NULL) != 1)
		result = -1;
	EVP_MD_CTX_free(c);
	return result;
}

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
 * Reads the end of a certificate's time; judges nothing else of it.
 */
#include "certs.h"

#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "compat.h"

static int64_t
expires(const char *pem)
{
	struct tm tm;
	int64_t when;
	X509 *x;
	BIO *b;

	when = 0;
	b = BIO_new_mem_buf(pem, -1);
	x = b == NULL ? NULL : PEM_read_bio_X509(b, NULL, NULL, NULL);
	memset(&tm, 0, sizeof(tm));
	if (x != NULL && ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) == 1)
		when = (int64_t)timegm(&tm);
	X509_free(x);
	(void)BIO_free(b);
	return when;
}

/* Add the first certificate of a chain; those beyond the bound are left. */
void
certs_add(struct certs *c, const char *name, const char *pem)
{
	struct cert *cert;

	if (c->n == CERTS_MAX)
		return;
	cert = &c->cert[c->n++];
	(void)strlcpy(cert->name, name, sizeof(cert->name));
	cert->expires = expires(pem);
}

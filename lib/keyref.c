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
 * Making and reading references.  The PEM body is the name in NAME_SIZE
 * octets, then the SubjectPublicKeyInfo.
 */
#include "keyref.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"

#define REFERENCE_LABEL "EDD KEY REFERENCE"
#define REFERENCE_HEAD	"-----BEGIN " REFERENCE_LABEL "-----"

/* An empty one, held once; NULL without memory. */
struct keyref *
keyref_new(void)
{
	struct keyref *k;

	k = calloc(1, sizeof(*k));
	if (k != NULL)
		k->refs = 1;
	return k;
}

/* Hold it once more; needs one more keyref_free(). */
struct keyref *
keyref_hold(struct keyref *k)
{
	k->refs++;
	return k;
}

/* Let go; NULL is allowed. */
void
keyref_free(struct keyref *k)
{
	if (k == NULL || --k->refs > 0)
		return;
	EVP_PKEY_free(k->pub);
	free(k);
}

/* The reference in a PEM text, or NULL if it is none; the caller's. */
struct keyref *
keyref_parse(const char *text, size_t len)
{
	struct keyref *k = NULL;
	char *name = NULL, *header = NULL;
	unsigned char *data = NULL;
	const unsigned char *p;
	long n = 0;
	BIO *bio;

	if (len < sizeof(REFERENCE_HEAD) - 1 ||
	    memcmp(text, REFERENCE_HEAD, sizeof(REFERENCE_HEAD) - 1) != 0)
		return NULL;
	bio = BIO_new_mem_buf(text, (int)len);
	if (bio != NULL && PEM_read_bio(bio, &name, &header, &data, &n) == 1 &&
	    strcmp(name, REFERENCE_LABEL) == 0 && n > (long)NAME_SIZE)
		k = keyref_new();
	if (k != NULL) {
		memcpy(k->name, data, NAME_SIZE);
		k->name[NAME_SIZE - 1] = '\0';
		p = data + NAME_SIZE;
		k->pub = d2i_PUBKEY(NULL, &p, n - (long)NAME_SIZE);
		if (k->pub == NULL) {
			keyref_free(k);
			k = NULL;
		}
	}
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(data);
	BIO_free(bio);
	return k;
}

/*
 * The reference, as PEM, to the key of the first certificate in pem.  The
 * caller's; NULL if there is no certificate, or no memory.
 */
BIO *
keyref_make(const char *pki, const char *pem)
{
	unsigned char *data = NULL, *p;
	BIO *in, *out;
	X509 *cert;
	int len;

	in = BIO_new_mem_buf(pem, -1);
	out = BIO_new(BIO_s_mem());
	cert = in == NULL ? NULL : PEM_read_bio_X509(in, NULL, NULL, NULL);
	len = cert == NULL ? -1 :
			     i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), NULL);
	if (len > 0 && out != NULL)
		data = calloc(1, NAME_SIZE + (size_t)len);
	if (data != NULL) {
		(void)strlcpy((char *)data, pki, NAME_SIZE);
		p = data + NAME_SIZE;
		(void)i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &p);
		if (PEM_write_bio(out, REFERENCE_LABEL, "", data,
			(long)NAME_SIZE + len) == 0) {
			free(data);
			data = NULL;
		}
	}
	X509_free(cert);
	BIO_free(in);
	if (data == NULL) {
		BIO_free(out);
		return NULL;
	}
	free(data);
	return out;
}

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
 * Self-signed certificates for tests.  Aborts on any failure.
 */
#include "testcert.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>

static void
must(int ok)
{
	if (!ok)
		abort();
}

static char *
bio_string(BIO *bio)
{
	char *data, *s;
	long len;

	len = BIO_get_mem_data(bio, &data);
	must(len > 0);
	s = strndup(data, (size_t)len);
	must(s != NULL);
	BIO_free(bio);
	return s;
}

static X509 *
x509_make(EVP_PKEY *key, const char *name)
{
	X509 *x;
	X509_NAME *subject;

	x = X509_new();
	must(x != NULL && X509_set_version(x, 2));
	must(ASN1_INTEGER_set(X509_get_serialNumber(x), 1));
	must(X509_gmtime_adj(X509_getm_notBefore(x), -3600) != NULL);
	must(X509_gmtime_adj(X509_getm_notAfter(x), 86400) != NULL);
	subject = X509_get_subject_name(x);
	must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
	    (const unsigned char *)name, -1, -1, 0));
	must(X509_set_issuer_name(x, subject));
	must(X509_set_pubkey(x, key));
	must(X509_sign(x, key, EVP_sha256()) > 0);
	return x;
}

/* A key and its certificate for name; testcert_free() frees them. */
void
testcert_make(struct testcert *c, const char *kind, const char *name)
{
	EVP_PKEY *key;
	X509 *x;
	BIO *bio;

	key = strcmp(kind, "EC") == 0 ?
	    EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256") :
	    EVP_PKEY_Q_keygen(NULL, NULL, kind, (size_t)2048);
	must(key != NULL);
	x = x509_make(key, name);
	bio = BIO_new(BIO_s_mem());
	must(bio != NULL && PEM_write_bio_X509(bio, x));
	c->cert = bio_string(bio);
	bio = BIO_new(BIO_s_mem());
	must(bio != NULL &&
	    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL));
	c->key = bio_string(bio);
	X509_free(x);
	EVP_PKEY_free(key);
}

/* Free what testcert_make() made. */
void
testcert_free(struct testcert *c)
{
	free(c->cert);
	free(c->key);
}

static struct tls_config *
config_make(const char *protocols)
{
	struct tls_config *config;
	uint32_t mask;

	config = tls_config_new();
	must(config != NULL);
	must(tls_config_parse_protocols(&mask, protocols) == 0);
	must(tls_config_set_protocols(config, mask) == 0);
	return config;
}

/* A server context with the key in it; protocols as libtls has them. */
struct tls *
testcert_server(const struct testcert *c, const char *protocols)
{
	struct tls_config *config;
	struct tls *server;

	config = config_make(protocols);
	must(
	    tls_config_set_keypair_mem(config, (const uint8_t *)c->cert,
		strlen(c->cert), (const uint8_t *)c->key, strlen(c->key)) == 0);
	server = tls_server();
	must(server != NULL && tls_configure(server, config) == 0);
	tls_config_free(config);
	return server;
}

/* What a client that verifies nothing needs. */
struct tls_config *
testcert_client(const char *protocols)
{
	struct tls_config *config;

	config = config_make(protocols);
	tls_config_insecure_noverifycert(config);
	tls_config_insecure_noverifyname(config);
	return config;
}

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
 * A self-signed certificate with an ECDSA P-256 key for a year and a month, in
 * files of the paths that edd.conf names; and what is in one that is there.
 * An existing file is never written over.
 */
#include "certfile.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "bounds.h"
#include "compat.h"

#define CERT_DAYS 397
#define DAY	  86400

static EVP_PKEY *
make_key(void)
{
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key;

	key = NULL;
	ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	if (ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1) ==
		1 &&
	    EVP_PKEY_CTX_set_ec_param_enc(ctx, OPENSSL_EC_NAMED_CURVE) == 1)
		(void)EVP_PKEY_keygen(ctx, &key);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static int
name_it(X509 *x, const char *hostname)
{
	char san[DOMAIN_SIZE + 8];
	X509_EXTENSION *ext;
	X509_NAME *name;
	int r;

	name = X509_get_subject_name(x);
	/* The common name has 64 characters at most; the other decides. */
	if (strlen(hostname) <= 64 &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		(const unsigned char *)hostname, -1, -1, 0) != 1)
		return -1;
	(void)snprintf(san, sizeof(san), "DNS:%s", hostname);
	ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, san);
	if (ext == NULL)
		return -1;
	r = X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
	return r == 1 && X509_set_issuer_name(x, name) == 1 ? 0 : -1;
}

static X509 *
make_cert(EVP_PKEY *key, const char *hostname)
{
	uint32_t serial;
	X509 *x;

	x = X509_new();
	if (x != NULL &&
	    RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1 &&
	    X509_set_version(x, 2) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(x),
		(long)(serial & INT32_MAX) + 1) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(x), -DAY) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(x), (long)CERT_DAYS * DAY) !=
		NULL &&
	    X509_set_pubkey(x, key) == 1 && name_it(x, hostname) == 0 &&
	    X509_sign(x, key, EVP_sha256()) != 0)
		return x;
	X509_free(x);
	return NULL;
}

/* A new file, in a folder that is made if it is missing.  NULL with errno. */
static FILE *
create(const char *path, mode_t mode)
{
	char copy[PATH_MAX];
	FILE *f;
	int fd;

	(void)strlcpy(copy, path, sizeof(copy));
	if (mkdir(dirname(copy), 0755) == -1 && errno != EEXIST)
		return NULL;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	f = fd == -1 ? NULL : fdopen(fd, "w");
	if (f == NULL && fd != -1)
		(void)close(fd);
	return f;
}

/* To the disk, and closed.  0 or -1. */
static int
finish(FILE *f, int written)
{
	int r;

	r = written == 1 && fflush(f) == 0 && fsync(fileno(f)) == 0 ? 0 : -1;
	return fclose(f) == 0 ? r : -1;
}

static int
write_both(X509 *x, EVP_PKEY *k, const char *cert, const char *key)
{
	int r;
	FILE *f;

	f = create(key, 0600);
	if (f == NULL)
		return -1;
	r = finish(f, PEM_write_PrivateKey(f, k, NULL, NULL, 0, NULL, NULL));
	f = r == 0 ? create(cert, 0644) : NULL;
	if (f != NULL && finish(f, PEM_write_X509(f, x)) == 0)
		return 0;
	r = errno;
	if (f != NULL)
		(void)unlink(cert);
	(void)unlink(key);
	errno = r;
	return -1;
}

/* Make both files, which must not be there.  0, or -1 and why. */
int
certfile_make(const char *hostname, const char *cert, const char *key,
    char *why, size_t size)
{
	EVP_PKEY *k;
	X509 *x;
	int r;

	r = -1;
	k = make_key();
	x = k == NULL ? NULL : make_cert(k, hostname);
	if (x == NULL)
		(void)snprintf(why, size, "no certificate could be made");
	else {
		r = write_both(x, k, cert, key);
		if (r == -1)
			(void)snprintf(why, size, "%s, %s: %s", cert, key,
			    strerror(errno));
	}
	X509_free(x);
	EVP_PKEY_free(k);
	return r;
}

/* Whether it is for the name, and for how many days more.  0, or -1 and why. */
int
certfile_look(const char *cert, const char *hostname, bool *named,
    int64_t *days, char *why, size_t size)
{
	struct tm tm;
	FILE *f;
	X509 *x;

	f = fopen(cert, "re");
	if (f == NULL) {
		(void)snprintf(why, size, "%s: %s", cert, strerror(errno));
		return -1;
	}
	x = PEM_read_X509(f, NULL, NULL, NULL);
	(void)fclose(f);
	memset(&tm, 0, sizeof(tm));
	if (x == NULL || ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) != 1) {
		X509_free(x);
		(void)snprintf(why, size, "%s: no certificate in PEM form",
		    cert);
		return -1;
	}
	*named = X509_check_host(x, hostname, 0, 0, NULL) == 1;
	*days = ((int64_t)timegm(&tm) - (int64_t)time(NULL)) / DAY;
	X509_free(x);
	return 0;
}

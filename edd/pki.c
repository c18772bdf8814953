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
 * Reads and checks certificates and private keys, and makes a self-signed
 * pair for trying edd out.  Keeps PEM text only; it signs nothing else.
 */
#include "pki.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The text of a PEM file, or NULL and why says what is wrong.  A private file
 * must be readable by its owner and group only.
 */
static char *
pem_read(const char *path, bool private, const char **why)
{
	struct stat st;
	char *text;
	ssize_t n;
	int fd;

	text = NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1 || fstat(fd, &st) == -1)
		*why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		*why = "not a regular file";
	else if (private && (st.st_mode & 07) != 0)
		*why = "others may read or write it: chmod o= it";
	else if (st.st_size == 0 || st.st_size >= PEM_MAX)
		*why = "empty or too long";
	else if ((text = calloc(1, PEM_MAX)) == NULL)
		*why = strerror(errno);
	else {
		n = read(fd, text, PEM_MAX - 1);
		if (n <= 0 || memchr(text, '\0', (size_t)n) != NULL) {
			*why = n == -1 ? strerror(errno) : "not a text";
			explicit_bzero(text, PEM_MAX);
			free(text);
			text = NULL;
		}
	}
	if (fd != -1)
		(void)close(fd);
	return text;
}

/* A key with a passphrase is refused, not asked for. */
static int
no_passphrase_cb(char *buf, int size, int rwflag, void *arg)
{
	return -1;
}

static X509 *
cert_parse(const char *pem)
{
	X509 *x;
	BIO *b;

	b = BIO_new_mem_buf(pem, -1);
	x = b == NULL ? NULL :
			PEM_read_bio_X509(b, NULL, no_passphrase_cb, NULL);
	BIO_free(b);
	return x;
}

static EVP_PKEY *
key_parse(const char *pem)
{
	EVP_PKEY *k;
	BIO *b;

	b = BIO_new_mem_buf(pem, -1);
	k = b == NULL ?
	    NULL :
	    PEM_read_bio_PrivateKey(b, NULL, no_passphrase_cb, NULL);
	BIO_free(b);
	return k;
}

/* What is wrong with a pair, or NULL.  Without a key only the certificate. */
static const char *
pair_check(const char *cert, const char *key)
{
	const char *why;
	EVP_PKEY *k;
	X509 *x;

	x = cert_parse(cert);
	k = key == NULL ? NULL : key_parse(key);
	why = NULL;
	if (x == NULL)
		why = "there is no certificate in PEM form";
	else if (key != NULL && k == NULL)
		why = "there is no private key in PEM form, or it has a "
		      "passphrase";
	else if (k != NULL && X509_check_private_key(x, k) != 1)
		why = "the key does not belong to the certificate";
	X509_free(x);
	EVP_PKEY_free(k);
	return why;
}

static void
complain(const struct pki *p, const char *path, const char *why,
    conf_report report, void *arg)
{
	char text[CONF_PATH_SIZE + ERROR_SIZE];

	(void)snprintf(text, sizeof(text), "%s near \"%s\"", why, path);
	report(p->where, text, arg);
}

static int
pki_load_one(struct pki *p, bool check_only, conf_report report, void *arg)
{
	const char *why;

	p->cert = pem_read(p->cert_file, false, &why);
	if (p->cert == NULL) {
		complain(p, p->cert_file, why, report, arg);
		return -1;
	}
	p->key = pem_read(p->key_file, true, &why);
	if (p->key == NULL && !check_only) {
		complain(p, p->key_file, why, report, arg);
		return -1;
	}
	why = pair_check(p->cert, p->key);
	if (why != NULL) {
		complain(p, p->cert_file, why, report, arg);
		return -1;
	}
	return 0;
}

/*
 * Read all certificates and keys of a configuration and report what is wrong.
 * With check_only a key that cannot be read is passed over.  0 or -1.
 */
int
pki_load(struct conf *c, bool check_only, conf_report report, void *arg)
{
	struct pki *p;
	int r;

	r = 0;
	TAILQ_FOREACH(p, &c->pkis, entry) {
		if (pki_load_one(p, check_only, report, arg) == -1)
			r = -1;
	}
	return r;
}

static int
cert_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e;
	int r;

	e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	r = e == NULL ? 0 : X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	return r;
}

/* Subject, names and times of a certificate for a host and loopback. */
static int
cert_fill(X509 *x, EVP_PKEY *k, const char *hostname)
{
	char names[2 * DOMAIN_SIZE];
	uint8_t serial[8];
	BIGNUM *bn;
	X509_NAME *n;
	bool good;

	(void)snprintf(names, sizeof(names),
	    "DNS:%s, IP:127.0.0.1, IP:0:0:0:0:0:0:0:1", hostname);
	if (getentropy(serial, sizeof(serial)) == -1)
		return -1;
	serial[0] &= 0x7f;
	bn = BN_bin2bn(serial, sizeof(serial), NULL);
	n = X509_get_subject_name(x);
	good = bn != NULL && X509_set_version(x, X509_VERSION_3) == 1 &&
	    BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(x)) != NULL &&
	    X509_gmtime_adj(X509_getm_notBefore(x), -3600) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(x), CERTIFICATE_DAYS * 86400L) !=
		NULL &&
	    X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8,
		(const unsigned char *)hostname, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x, n) == 1 && X509_set_pubkey(x, k) == 1 &&
	    cert_extension(x, NID_basic_constraints, "critical,CA:TRUE") &&
	    cert_extension(x, NID_subject_alt_name, names) &&
	    X509_sign(x, k, EVP_sha256()) != 0;
	BN_free(bn);
	return good ? 0 : -1;
}

/* Write one of both to a new file with that mode. */
static int
pem_write(const char *path, mode_t mode, X509 *x, EVP_PKEY *k)
{
	FILE *f;
	int fd, r;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd == -1)
		return -1;
	f = fdopen(fd, "w");
	if (f == NULL) {
		(void)close(fd);
		return -1;
	}
	if (x != NULL)
		r = PEM_write_X509(f, x);
	else
		r = PEM_write_PKCS8PrivateKey(f, k, NULL, NULL, 0, NULL, NULL);
	if (fchmod(fd, mode) == -1)
		r = 0;
	if (fclose(f) != 0 || r != 1)
		return -1;
	return 0;
}

/*
 * Make an ECDSA P-256 key and a certificate signed by itself, unless both
 * files are there; dir, which holds them, is made too.  0, or -1 with errno
 * (0 if it was not a file).
 */
int
pki_make(const char *dir, const char *cert, const char *key,
    const char *hostname)
{
	EVP_PKEY *k;
	X509 *x;
	int r;

	if (access(cert, F_OK) == 0 && access(key, F_OK) == 0)
		return 0;
	if (mkdir(dir, 0755) == 0)
		(void)chmod(dir, 0755);
	else if (errno != EEXIST)
		return -1;
	errno = 0;
	k = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	x = X509_new();
	r = -1;
	if (k != NULL && x != NULL && cert_fill(x, k, hostname) == 0) {
		(void)unlink(key);
		(void)unlink(cert);
		if (pem_write(key, 0600, NULL, k) == 0 &&
		    pem_write(cert, 0644, x, NULL) == 0)
			r = 0;
	}
	X509_free(x);
	EVP_PKEY_free(k);
	return r;
}

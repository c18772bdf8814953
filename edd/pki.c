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
 * pair for trying edd out.  Private keys are looked at in processes apart;
 * nothing here keeps one.
 */
#include "pki.h"

#include <sys/stat.h>
#include <sys/wait.h>

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

#include "compat.h"

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

	*why = NULL;
	text = NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1 || fstat(fd, &st) == -1)
		*why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		*why = "not a regular file";
	else if (private && st.st_uid != 0 && st.st_uid != geteuid())
		*why = "belongs to neither root nor the user of edd: chown it";
	else if (private && (st.st_mode & 020) != 0)
		*why = "its group may write it: chmod g-w it";
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

/* What signer cannot sign with, or clients do not take; NULL if neither. */
static const char *
kind_check(const EVP_PKEY *k)
{
	static const char *const curves[] = { "prime256v1", "secp384r1",
		"secp521r1" };
	char curve[64];
	size_t i;
	int bits;

	if (EVP_PKEY_is_a(k, "RSA")) {
		bits = EVP_PKEY_get_bits(k);
		return bits >= PKI_RSA_MIN && bits <= PKI_RSA_MAX ?
		    NULL :
		    "an RSA key must have 2048 to 8192 bits";
	}
	if (!EVP_PKEY_is_a(k, "EC"))
		return "the key must be RSA or ECDSA";
	if (EVP_PKEY_get_group_name(k, curve, sizeof(curve), NULL) == 1) {
		for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
			if (strcmp(curve, curves[i]) == 0)
				return NULL;
		}
	}
	return "an ECDSA key must be on P-256, P-384 or P-521";
}

/* What is wrong with a pair, or NULL.  Without a key only the certificate. */
static const char *
pair_check(const char *cert, const char *key)
{
	const EVP_PKEY *public;
	const char *why;
	EVP_PKEY *k;
	X509 *x;

	x = cert_parse(cert);
	k = key == NULL ? NULL : key_parse(key);
	public = x == NULL ? NULL : X509_get0_pubkey(x);
	if (public == NULL)
		why = "there is no certificate in PEM form";
	else
		why = kind_check(public);
	if (why == NULL && key != NULL && k == NULL)
		why = "there is no private key in PEM form, or it has a "
		      "passphrase";
	if (why == NULL && k != NULL && X509_check_private_key(x, k) != 1)
		why = "the key does not belong to the certificate";
	X509_free(x);
	EVP_PKEY_free(k);
	return why;
}

/* What a process apart does; it leaves its complaint in why. */
typedef int (*pki_task)(const void *, char why[ERROR_SIZE]);

/*
 * Do a task in a process of its own, so that no private key and no library
 * that parsed one stays in the memory of edd.  0, or -1 and why says why not.
 */
static int
apart(pki_task task, const void *arg, char why[ERROR_SIZE])
{
	int pair[2], r;
	ssize_t n;
	pid_t pid;

	(void)strlcpy(why, "cannot start a process to look at it", ERROR_SIZE);
	if (pipe2(pair, O_CLOEXEC) == -1)
		return -1;
	pid = fork();
	if (pid == 0) {
		why[0] = '\0';
		r = task(arg, why);
		n = write(pair[1], why, strlen(why) + 1);
		_exit(r == 0 && n > 0 ? 0 : 1);
	}
	(void)close(pair[1]);
	r = -1;
	if (pid != -1) {
		n = read(pair[0], why, ERROR_SIZE - 1);
		why[n > 0 ? n : 0] = '\0';
		while (waitpid(pid, &r, 0) == -1 && errno == EINTR)
			;
	}
	(void)close(pair[0]);
	return r == 0 ? 0 : -1;
}

struct check {
	const struct pki *pki;
	bool check_only;
};

static int
check_task(const void *arg, char why[ERROR_SIZE])
{
	const struct check *c = arg;
	const char *wrong, *path;
	char *key;

	path = c->pki->key_file;
	key = pem_read(path, true, &wrong);
	if (key != NULL || (c->check_only && access(path, R_OK) == -1)) {
		path = c->pki->cert_file;
		wrong = pair_check(c->pki->cert, key);
	}
	if (wrong == NULL)
		return 0;
	(void)snprintf(why, ERROR_SIZE, "%.150s near \"%.300s\"", wrong, path);
	return -1;
}

static int
pki_load_one(struct pki *p, bool check_only, conf_report report, void *arg)
{
	struct check check = { p, check_only };
	char why[ERROR_SIZE];
	const char *wrong;

	p->cert = pem_read(p->cert_file, false, &wrong);
	if (p->cert == NULL)
		(void)snprintf(why, sizeof(why), "%.150s near \"%.300s\"",
		    wrong, p->cert_file);
	else if (apart(check_task, &check, why) == 0)
		return 0;
	report(p->where, why, arg);
	return -1;
}

/*
 * Read all certificates of a configuration, look at the keys, and report what
 * is wrong.  With check_only a key that cannot be read is passed over.  0 or
 * -1.
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

/*
 * Read a private key into key of PEM_MAX, which the caller wipes.  0, or -1
 * and why says what is wrong.
 */
int
pki_read_key(const struct pki *p, char *key, const char **why)
{
	char *text;

	text = pem_read(p->key_file, true, why);
	if (text == NULL)
		return -1;
	(void)strlcpy(key, text, PEM_MAX);
	explicit_bzero(text, PEM_MAX);
	free(text);
	return 0;
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

struct make {
	const struct pki *pki;
	const char *hostname;
};

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

static int
make_task(const void *arg, char why[ERROR_SIZE])
{
	const struct make *m = arg;
	EVP_PKEY *k;
	X509 *x;
	int r;

	r = -1;
	errno = 0;
	k = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	x = X509_new();
	if (k != NULL && x != NULL && cert_fill(x, k, m->hostname) == 0) {
		(void)unlink(m->pki->key_file);
		(void)unlink(m->pki->cert_file);
		if (pem_write(m->pki->key_file, 0600, NULL, k) == 0 &&
		    pem_write(m->pki->cert_file, 0644, x, NULL) == 0)
			r = 0;
	}
	X509_free(x);
	EVP_PKEY_free(k);
	if (r == -1)
		(void)snprintf(why, ERROR_SIZE, "cannot make %.300s: %.100s",
		    m->pki->cert_file,
		    errno == 0 ? "libcrypto" : strerror(errno));
	return r;
}

/*
 * Make an ECDSA P-256 key and a certificate signed by itself, unless both
 * files are there; dir, which holds them, is made too.  0, or -1 and why says
 * what is wrong.
 */
int
pki_make(const struct pki *p, const char *dir, const char *hostname,
    char why[ERROR_SIZE])
{
	struct make make = { p, hostname };

	if (access(p->cert_file, F_OK) == 0 && access(p->key_file, F_OK) == 0)
		return 0;
	if (mkdir(dir, 0755) == 0)
		(void)chmod(dir, 0755);
	return apart(make_task, &make, why);
}

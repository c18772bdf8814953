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
 * TLS server keys by reference: real handshakes, with a process of its own
 * that plays signer, well or badly.
 *
 * sources: lib/tlskey_provider.c lib/keyref.c lib/signsync.c
 * sources: lib/proto_sign.c lib/breach.c lib/chan.c lib/pending.c lib/msg.c
 * sources: lib/log.c lib/logsock.c
 * sources: lib/proto_reseal.c
 * sources: lib/box.c lib/compat.c signer/tlskeys.c signer/key.c
 * sources: regress/lib/testcert.c
 * libs: -levent -ltls -lssl -lcrypto
 */
#undef _FORTIFY_SOURCE /* poll() is defined here */

#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tls.h>
#include <unistd.h>

#include <cmocka.h>

#include "bounds.h"
#include "keyref.h"
#include "log.h"
#include "msg.h"
#include "proto_sign.h"
#include "testcert.h"
#include "tlskey.h"
#include "tlskeys.h"

static struct testcert ec, rsa;

/* The signer that is running. */
static struct {
	pid_t pid;
	int fd;	  /* the one given to tlskey, to look at */
	int gate; /* a byte lets "late" answer */
} signer;

/* Whether all the time is given that an answer takes, instead of 5 s. */
static bool patient = true;
static unsigned waits; /* calls that were to wait */

/* The machine may be so busy that a good answer is a late one. */
int
poll(struct pollfd *p, nfds_t n, int ms)
{
	const struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	if (ms > 0)
		waits++;
	return ppoll(p, n, patient || ms < 0 ? NULL : &ts, NULL);
}

static void
read_all(int fd, void *data, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = read(fd, data, len);
		if (n <= 0)
			_exit(0);
		data = (uint8_t *)data + n;
		len -= (size_t)n;
	}
}

static void
answer(int fd, uint16_t type, uint64_t id, const struct sign_signature *s,
    bool half)
{
	struct msgout o = { 0 };
	struct msg_header h;
	uint8_t head[MSG_HEADER_SIZE];

	msg_put_bool(&o, s->ok);
	if (s->ok)
		msg_put_data(&o, s->signature, s->len);
	h.type = type;
	h.flags = 0;
	h.length = (uint32_t)o.len;
	h.id = id;
	msg_header_put(head, &h);
	if (write(fd, head, half ? 7 : sizeof(head)) == -1 ||
	    (!half && write(fd, o.data, o.len) == -1))
		_exit(1);
	msgout_free(&o);
}

/* What the name of the pki, before the dash, says. */
static void
misbehave(int fd, int gate, uint64_t id, const char *how,
    struct sign_signature *s)
{
	char c;

	if (strncmp(how, "die", 3) == 0)
		_exit(0);
	if (strncmp(how, "late", 4) == 0)
		read_all(gate, &c, 1);
	if (strncmp(how, "refuse", 6) == 0)
		s->ok = false;
	if (strncmp(how, "garble", 6) == 0)
		s->signature[s->len / 2] ^= 1;
	if (strncmp(how, "id", 2) == 0)
		id++;
	if (strncmp(how, "long", 4) == 0)
		s->len = SIGNATURE_MAX;
	answer(fd,
	    strncmp(how, "type", 4) == 0 ? M_SIGN_MADE : M_SIGN_SIGNATURE, id,
	    s, strncmp(how, "half", 4) == 0);
	if (strncmp(how, "half", 4) == 0)
		_exit(0);
}

static void
signer_loop(int fd, int gate)
{
	uint8_t head[MSG_HEADER_SIZE], body[4096];
	struct sign_signature s;
	struct msg_header h;
	struct sign_tls q;
	struct tlskeys *keys;
	struct msgin m;
	char why[ERROR_SIZE];

	keys = tlskeys_new();
	for (;;) {
		read_all(fd, head, sizeof(head));
		if (msg_header_get(head, sizeof(head), &h) != 1 ||
		    h.type != M_SIGN_TLS || h.length > sizeof(body))
			_exit(1);
		read_all(fd, body, h.length);
		msgin_init(&m, h.type, body, h.length);
		if (sign_tls_recv(&m, &q) == -1)
			_exit(1);
		/* Added again and again: the newest is found first. */
		if (tlskeys_add(keys, q.pki,
			strstr(q.pki, "-rsa") != NULL ? rsa.key : ec.key, why,
			sizeof(why)) == -1)
			_exit(1);
		memset(&s, 0, sizeof(s));
		s.ok = tlskeys_sign(keys, &q, &s) == 0;
		misbehave(fd, gate, h.id, q.pki, &s);
	}
}

static void
signer_stop(void)
{
	tlskey_set_signer(-1);
	(void)close(signer.gate);
	(void)kill(signer.pid, SIGKILL);
	(void)waitpid(signer.pid, NULL, 0);
}

static void
signer_start(void)
{
	int fd[2], gate[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	assert_int_equal(pipe(gate), 0);
	signer.pid = fork();
	if (signer.pid == 0) {
		(void)close(fd[0]);
		(void)close(gate[1]);
		signer_loop(fd[1], gate[0]);
	}
	assert_true(signer.pid > 0);
	(void)close(fd[1]);
	(void)close(gate[0]);
	signer.fd = fd[0];
	signer.gate = gate[1];
	tlskey_set_signer(fd[0]);
}

static int
setup(void **state)
{
	signer_start();
	return 0;
}

static int
teardown(void **state)
{
	signer_stop();
	return 0;
}

static struct tls *
server_new(const char *pki, const char *protocols)
{
	struct tls_config *config;
	struct tls *server;
	uint32_t mask;

	config = tls_config_new();
	assert_non_null(config);
	assert_int_equal(tls_config_parse_protocols(&mask, protocols), 0);
	assert_int_equal(tls_config_set_protocols(config, mask), 0);
	assert_int_equal(tlskey_config(config, pki,
			     strstr(pki, "-rsa") != NULL ? rsa.cert : ec.cert),
	    0);
	server = tls_server();
	assert_non_null(server);
	assert_int_equal(tls_configure(server, config), 0);
	tls_config_free(config);
	return server;
}

static bool
wants(int r)
{
	return r == TLS_WANT_POLLIN || r == TLS_WANT_POLLOUT;
}

/* Step both ends until one is done or fails.  0 or -1. */
static int
shake(struct tls *server, struct tls *client, const char *version)
{
	int s, c;

	s = c = TLS_WANT_POLLIN;
	while (wants(s) || wants(c)) {
		if (wants(c))
			c = tls_handshake(client);
		if (wants(s))
			s = tls_handshake(server);
		if (s == -1 || c == -1)
			return -1;
	}
	assert_string_equal(tls_conn_version(server), version);
	return 0;
}

/* A whole handshake over a new connection.  0 or -1. */
static int
handshake(const char *pki, const char *protocols)
{
	struct tls *server, *accepted, *client;
	struct tls_config *config;
	int fd[2], r;

	server = server_new(pki, protocols);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
	assert_int_equal(tls_accept_socket(server, &accepted, fd[0]), 0);
	config = testcert_client(protocols);
	client = tls_client();
	assert_non_null(client);
	assert_int_equal(tls_configure(client, config), 0);
	assert_int_equal(tls_connect_socket(client, fd[1], "mx.example.org"),
	    0);
	r = shake(accepted, client,
	    strcmp(protocols, "tlsv1.2") == 0 ? "TLSv1.2" : "TLSv1.3");
	tls_free(client);
	tls_free(accepted);
	tls_free(server);
	tls_config_free(config);
	(void)close(fd[0]);
	(void)close(fd[1]);
	return r;
}

static void
test_handshakes(void **state)
{
	int i;

	for (i = 0; i < 10; i++) {
		assert_int_equal(handshake("good-ec", "tlsv1.2"), 0);
		assert_int_equal(handshake("good-ec", "tlsv1.3"), 0);
		assert_int_equal(handshake("good-rsa", "tlsv1.2"), 0);
		assert_int_equal(handshake("good-rsa", "tlsv1.3"), 0);
	}
}

static void
test_refusal_costs_one_handshake(void **state)
{
	assert_int_equal(handshake("refuse-ec", "tlsv1.3"), -1);
	assert_int_equal(handshake("refuse-rsa", "tlsv1.2"), -1);
	assert_int_equal(handshake("good-rsa", "tlsv1.2"), 0);
}

/* OpenSSL's client is the one who finds out. */
static void
test_wrong_signature_costs_one_handshake(void **state)
{
	assert_int_equal(handshake("garble-rsa", "tlsv1.3"), -1);
	assert_int_equal(handshake("good-ec", "tlsv1.3"), 0);
}

static void
test_too_long_signature_is_refused(void **state)
{
	assert_int_equal(handshake("long-rsa", "tlsv1.3"), -1);
	assert_int_equal(handshake("long-ec", "tlsv1.2"), -1);
	assert_int_equal(handshake("good-ec", "tlsv1.3"), 0);
}

/* After these the descriptor is not used again, but a new one is. */
static void
test_broken_signer_needs_a_new_one(void **state)
{
	static const char *const how[] = { "die-ec", "half-rsa", "id-ec",
		"type-rsa" };
	size_t i;

	for (i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		assert_int_equal(handshake("good-ec", "tlsv1.3"), 0);
		assert_int_equal(handshake(how[i], "tlsv1.3"), -1);
		assert_int_equal(handshake("good-ec", "tlsv1.3"), -1);
		signer_stop();
		signer_start();
	}
	assert_int_equal(handshake("good-ec", "tlsv1.2"), 0);
}

static void
test_without_signer(void **state)
{
	tlskey_set_signer(-1);
	assert_int_equal(handshake("good-ec", "tlsv1.3"), -1);
}

static double
seconds(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* One wait, then none, then all is well when the late answer has come. */
static void
test_stalled_signer(void **state)
{
	struct pollfd pfd;
	double start;

	patient = false;
	start = seconds();
	assert_int_equal(handshake("late-ec", "tlsv1.3"), -1);
	assert_true(seconds() - start > TLSKEY_WAIT_MS / 1000.0 - 0.1);
	waits = 0;
	assert_int_equal(handshake("good-ec", "tlsv1.3"), -1);
	assert_int_equal(waits, 0);
	patient = true;
	assert_int_equal(write(signer.gate, "x", 1), 1);
	pfd.fd = signer.fd;
	pfd.events = POLLIN;
	assert_int_equal(poll(&pfd, 1, -1), 1);
	assert_int_equal(handshake("good-ec", "tlsv1.3"), 0);
}

static void
test_no_certificate(void **state)
{
	struct tls_config *config;

	config = tls_config_new();
	assert_non_null(config);
	errno = 0;
	assert_int_equal(tlskey_config(config, "good-ec", "nothing"), -1);
	assert_int_equal(errno, EINVAL);
	tls_config_free(config);
}

static EVP_PKEY *
load_reference(const char *pki, const char *cert)
{
	EVP_PKEY *key;
	BIO *bio;

	bio = keyref_make(pki, cert);
	assert_non_null(bio);
	key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	assert_non_null(key);
	BIO_free(bio);
	return key;
}

/* What signer would not do is refused before it is asked. */
static void
test_reference_signs_as_tls_does(void **state)
{
	static const uint8_t text[] = "to be signed";
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key, *pub;
	EVP_MD_CTX *md;
	uint8_t sig[SIGNATURE_MAX];
	size_t len;
	X509 *x;
	BIO *bio;

	key = load_reference("good-rsa", rsa.cert);
	bio = BIO_new_mem_buf(rsa.cert, -1);
	x = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	pub = X509_get0_pubkey(x);
	assert_int_equal(EVP_PKEY_eq(key, pub), 1);
	assert_int_equal(X509_check_private_key(x, key), 1);
	md = EVP_MD_CTX_new();
	assert_int_equal(EVP_DigestSignInit(md, &ctx, EVP_sha256(), NULL, key),
	    1);
	assert_int_equal(
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING), 1);
	assert_int_not_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, 20), 1);
	assert_int_not_equal(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha384()),
	    1);
	assert_int_not_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING),
	    1);
	assert_int_equal(
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST), 1);
	len = sizeof(sig);
	assert_int_equal(EVP_DigestSign(md, sig, &len, text, sizeof(text)), 1);
	EVP_MD_CTX_reset(md);
	assert_int_equal(
	    EVP_DigestVerifyInit(md, &ctx, EVP_sha256(), NULL, pub), 1);
	assert_int_equal(
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING), 1);
	assert_int_equal(EVP_DigestVerify(md, sig, len, text, sizeof(text)), 1);
	EVP_MD_CTX_free(md);
	EVP_PKEY_free(key);
	X509_free(x);
	BIO_free(bio);
}

static void
test_reference_has_no_private_half(void **state)
{
	EVP_PKEY *key;
	BIGNUM *bn;
	uint8_t *der;

	key = load_reference("good-rsa", rsa.cert);
	bn = NULL;
	der = NULL;
	assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_D, &bn),
	    0);
	assert_true(i2d_PrivateKey(key, &der) <= 0);
	EVP_PKEY_free(key);
	key = load_reference("good-ec", ec.cert);
	assert_int_equal(
	    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &bn), 0);
	assert_true(i2d_PrivateKey(key, &der) <= 0);
	EVP_PKEY_free(key);
}

/* The provider takes nothing over but references. */
static void
test_other_keys_and_hashes_go_on(void **state)
{
	struct testcert c;
	EVP_PKEY *key;
	BIO *bio;
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned len;
	EVP_MD_CTX *md;

	assert_int_equal(EVP_Digest("abc", 3, hash, &len, EVP_sha256(), NULL),
	    1);
	assert_int_equal(hash[0], 0xba);
	testcert_make(&c, "RSA", "own.example.org");
	bio = BIO_new_mem_buf(c.key, -1);
	key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	assert_non_null(key);
	md = EVP_MD_CTX_new();
	assert_int_equal(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key),
	    1);
	assert_int_equal(EVP_DigestSignUpdate(md, "abc", 3), 1);
	EVP_MD_CTX_free(md);
	EVP_PKEY_free(key);
	BIO_free(bio);
	testcert_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_handshakes, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_refusal_costs_one_handshake, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_wrong_signature_costs_one_handshake, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_too_long_signature_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_broken_signer_needs_a_new_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_without_signer, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_stalled_signer, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_reference_signs_as_tls_does, setup, teardown),
		cmocka_unit_test(test_reference_has_no_private_half),
		cmocka_unit_test(test_no_certificate),
		cmocka_unit_test(test_other_keys_and_hashes_go_on),
	};
	int r;

	(void)signal(SIGPIPE, SIG_IGN);
	log_init("t_tlskey", true, 0);
	if (tls_init() == -1 || tlskey_init() == -1)
		return 1;
	testcert_make(&ec, "EC", "mx.example.org");
	testcert_make(&rsa, "RSA", "mx.example.org");
	r = cmocka_run_group_tests(tests, NULL, NULL);
	testcert_free(&ec);
	testcert_free(&rsa);
	return r;
}

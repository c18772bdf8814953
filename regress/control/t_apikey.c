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
 * API keys: what is taken as one, what a request is answered, and that a key
 * that is gone is dropped by all that keep it.
 *
 * sources: regress/control/world.c regress/control/tmpdir.c
 * sources: regress/control/fake_proc.c control/[!m]*.c control/m[!a]*.c
 * sources: lib/shellword.c
 * sources: lib/address.c lib/base64.c lib/breach.c lib/chan.c lib/compat.c
 * sources: lib/dkim_txt.c
 * sources: lib/id.c lib/idn.c lib/log.c lib/logsock.c lib/msg.c lib/netkey.c
 * sources: lib/network.c lib/pending.c lib/proto_admin.c lib/proto_auth.c
 * sources: lib/proto_ctl.c lib/proto_dns.c lib/proto_hook.c lib/proto_watch.c
 * sources: lib/proto_notice.c
 * sources: lib/proto_import.c lib/siphash.c
 * sources: lib/proto_policy.c lib/proto_setup.c lib/proto_sign.c lib/row.c
 * sources: lib/proto_reseal.c
 * libs: -levent -ldb-5.3 -lcrypto -lidn2 -ljson-c -lpthread
 */
#include <sys/socket.h>

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "apikey.h"
#include "chan.h"
#include "compat.h"
#include "msg.h"
#include "peers.h"
#include "policy.h"
#include "proc.h"
#include "proto_auth.h"
#include "proto_policy.h"
#include "signed.h"
#include "world.h"

static struct world w;
static struct chan *httpd;
static struct policy_key_drop dropped;
static unsigned drops;

/* A key that openssl(1) made, and the fingerprint that it says. */
static const char known_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA7oeOHdrWU6ej1lW+LX6K\n"
    "SDt63nP7dA4uZrJfiLQl4Sh1hBYPkIi0/L8ttyNrcipGx1VVQsd+leQPTw4a5Dnd\n"
    "nd2RpPWvtK2cwo9U9e1Bd8he3e/p0MEJax2qYdcF4i3xMVRoPP3WzEWjsVywid+D\n"
    "mFpKDSf7yhihAykwZaLzCWmgTzMkuB/55hgxvaR5AWM7TNqJpGephkjkOxwMnTup\n"
    "4C5kajIRLbiScTmnWO0nFTBciFaYHdpzh7VleDn8UK9YqSRPN6M/YgahOXFar2IO\n"
    "y1UfoIkyg75rx1iTE4Mq/VggjzNEYTJC1W9qRfNWVBILwyubWbEzix5BXi1K242l\n"
    "YwIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
#define KNOWN "6d:89:44:c4:87:35:4f:b4:ff:8a:bb:f5:3e:77:3b:09"

static int
set_up(void **state)
{
	world_make(&w);
	httpd = NULL;
	drops = 0;
	return 0;
}

static int
tear_down(void **state)
{
	chan_free(httpd);
	world_free(&w);
	return 0;
}

static int
drop_cb(struct chan *c, struct msgin *m, void *arg)
{
	drops++;
	return policy_key_drop_recv(m, &dropped);
}

/* Something that keeps keys. */
static void
make_httpd(void)
{
	static const struct chan_rule rules[] = {
		{ M_POLICY_KEY_DROP, 0, "drop", drop_cb },
		{ 0, 0, NULL, NULL },
	};
	struct peer peer = { CONV_POLICY, PROC_HTTPD, 0, NULL };
	int sv[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sv), 0);
	peer.chan = chan_new(proc_base(), sv[0], "peer", policy_rules(),
	    &w.control);
	assert_int_equal(peers_add(w.control.peers, &peer), 0);
	httpd = chan_new(proc_base(), sv[1], "httpd", rules, NULL);
	assert_non_null(httpd);
}

static void
wait_for_drops(unsigned n)
{
	while (drops < n)
		assert_int_equal(event_base_loop(proc_base(), EVLOOP_ONCE), 0);
	assert_int_equal(drops, n);
}

/* PEM of a new key, to be freed. */
static char *
make_pem(EVP_PKEY *key, bool private)
{
	char *text, *copy;
	BIO *bio;
	long len;

	assert_non_null(key);
	bio = BIO_new(BIO_s_mem());
	if (private)
		assert_int_equal(PEM_write_bio_PrivateKey(bio, key, NULL, NULL,
				     0, NULL, NULL),
		    1);
	else
		assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
	len = BIO_get_mem_data(bio, &text);
	copy = strndup(text, (size_t)len);
	BIO_free(bio);
	EVP_PKEY_free(key);
	return copy;
}

static bool
add(const char *user, const char *pem)
{
	const char *const word[] = { "apikey", "add", user, pem, NULL };

	return world_words(&w, word);
}

/* Refused with these words, and nothing changed. */
static void
refused(char *pem, const char *why)
{
	if (add("app", pem))
		fail_msg("taken: %s", pem);
	if (strstr(w.why, why) == NULL)
		fail_msg("%s", w.why);
	assert_true(world_do(&w, "apikey list"));
	assert_int_equal(w.rows, 0);
	free(pem);
}

static void
only_rsa_public_keys_of_a_fair_size(void **state)
{
	char *pem;

	assert_true(world_do(&w, "user add app"));
	refused(make_pem(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), false),
	    "Ed25519");
	refused(make_pem(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), false),
	    "ECDSA");
	refused(make_pem(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), false),
	    "not an RSA key");
	refused(
	    make_pem(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024), false),
	    "fewer than 2048 bits");
	refused(
	    make_pem(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), true),
	    "a private key");
	refused(strdup(""), "not in PEM form");
	refused(strdup("ssh-rsa AAAAB3NzaC1yc2E me"), "ssh-keygen");
	refused(strdup("-----BEGIN PUBLIC KEY-----\nMAA=\n"
		       "-----END PUBLIC KEY-----\n"),
	    "damaged");
	refused(strdup("-----BEGIN CERTIFICATE-----\nMAA=\n"
		       "-----END CERTIFICATE-----\n"),
	    "a certificate");
	pem = strdup(known_pem);
	memcpy(strstr(pem, "MII"), "AAA", 3);
	refused(pem, "damaged");
}

static void
fingerprint_is_that_of_openssl(void **state)
{
	char value[APIKEY_ID_SIZE];

	assert_true(world_do(&w, "user add app"));
	assert_true(add("app", known_pem));
	assert_true(world_value(&w, "fingerprint", value, sizeof(value)));
	assert_string_equal(value, KNOWN);
	assert_true(world_value(&w, "keyId", value, sizeof(value)));
	assert_int_equal(
	    strncmp(value, w.control.tenancy, strlen(w.control.tenancy)), 0);
	assert_non_null(strstr(value, "/ocid1.user.edd.."));
	assert_string_equal(value + strlen(value) - strlen(KNOWN), KNOWN);
	assert_false(add("app", known_pem));
	assert_non_null(strstr(w.why, "already"));
}

static void
three_at_a_time(void **state)
{
	char *pem;
	int i;

	assert_true(world_do(&w, "user add app"));
	for (i = 0; i < 4; i++) {
		pem = make_pem(
		    EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), false);
		assert_int_equal(add("app", pem), i < 3);
		free(pem);
	}
	assert_non_null(strstr(w.why, "has 3 API keys"));
	assert_false(world_do(&w, "user remove app"));
	assert_non_null(strstr(w.why, "has 3 API keys"));
	assert_true(world_do(&w, "apikey list app"));
	assert_int_equal(w.rows, 3);
}

/* Ask as httpd does. */
static enum policy_status
ask(const char *tenancy, const char *user, const char *fingerprint,
    struct policy_key_reply *a)
{
	struct policy_key q;

	memset(&q, 0, sizeof(q));
	(void)strlcpy(q.tenancy, tenancy, sizeof(q.tenancy));
	(void)strlcpy(q.user, user, sizeof(q.user));
	(void)strlcpy(q.fingerprint, fingerprint, sizeof(q.fingerprint));
	(void)strlcpy(q.source, "192.0.2.1", sizeof(q.source));
	signed_key(&w.control, &q, a);
	return a->status;
}

/* A user with the known key. */
static void
make_user(char user[OBJECT_ID_SIZE])
{
	assert_true(world_do(&w, "user add app"));
	assert_true(world_value(&w, "id", user, OBJECT_ID_SIZE));
	assert_true(add("app", known_pem));
}

static void
requests_get_the_key_of_their_user(void **state)
{
	struct policy_key_reply a;
	char user[OBJECT_ID_SIZE];
	const char *tenancy;
	const uint8_t *der;
	EVP_PKEY *key;

	tenancy = w.control.tenancy;
	make_user(user);
	assert_int_equal(ask(tenancy, user, KNOWN, &a), POLICY_OK);
	assert_string_equal(a.user, user);
	der = a.der;
	key = d2i_PUBKEY(NULL, &der, (long)a.len);
	assert_non_null(key);
	assert_int_equal(EVP_PKEY_bits(key), 2048);
	EVP_PKEY_free(key);
	assert_int_equal(ask("ocid1.tenancy.edd..x", user, KNOWN, &a),
	    POLICY_NO);
	assert_int_equal(a.len, 0);
	assert_int_equal(ask(tenancy, "ocid1.user.edd..x", KNOWN, &a),
	    POLICY_NO);
	assert_int_equal(ask(tenancy, user, "00:11", &a), POLICY_NO);
	assert_int_equal(ask(tenancy, user, "", &a), POLICY_NO);
	assert_int_equal(ask(tenancy, "", KNOWN, &a), POLICY_NO);
}

static void
key_that_is_gone_is_dropped(void **state)
{
	struct policy_key_reply a;
	char user[OBJECT_ID_SIZE];
	const char *tenancy;

	tenancy = w.control.tenancy;
	make_user(user);
	make_httpd();
	assert_true(world_do(&w, "apikey set app " KNOWN " state inactive"));
	wait_for_drops(1);
	assert_string_equal(dropped.user, user);
	assert_string_equal(dropped.fingerprint, KNOWN);
	assert_int_equal(ask(tenancy, user, KNOWN, &a), POLICY_NO);
	assert_true(world_do(&w, "apikey set app " KNOWN " state active"));
	wait_for_drops(2);
	assert_int_equal(ask(tenancy, user, KNOWN, &a), POLICY_OK);
	assert_true(world_do(&w, "user set app state inactive"));
	wait_for_drops(3);
	assert_string_equal(dropped.fingerprint, "");
	assert_int_equal(ask(tenancy, user, KNOWN, &a), POLICY_NO);
	assert_true(world_do(&w, "user set app state active"));
	wait_for_drops(4);
	assert_false(world_do(&w, "apikey remove app 00:11"));
	assert_non_null(strstr(w.why, "has no API key"));
	assert_true(world_do(&w, "apikey remove app " KNOWN));
	wait_for_drops(5);
	assert_int_equal(ask(tenancy, user, KNOWN, &a), POLICY_NO);
	assert_true(world_do(&w, "user remove app"));
	wait_for_drops(6);
}

/* Unknown keys and wrong signatures count as wrong passwords do. */
static void
failures_of_an_address_throttle_it(void **state)
{
	struct policy_fail fail = { "192.0.2.1" };
	struct policy_key_reply a;
	char user[OBJECT_ID_SIZE];
	unsigned i;

	make_user(user);
	make_httpd();
	for (i = 2; i < WORLD_FAILURES; i++)
		(void)ask(w.control.tenancy, user, "00:11", &a);
	assert_int_equal(a.status, POLICY_NO);
	assert_int_equal(ask(w.control.tenancy, user, KNOWN, &a), POLICY_OK);
	assert_int_equal(policy_fail_send(httpd, &fail), 0);
	assert_int_equal(policy_fail_send(httpd, &fail), 0);
	while (w.told == 0)
		assert_int_equal(event_base_loop(proc_base(), EVLOOP_ONCE), 0);
	assert_int_equal(ask(w.control.tenancy, user, KNOWN, &a),
	    POLICY_THROTTLED);
	assert_int_equal(a.len, 0);
}

static void
last_use_is_shown(void **state)
{
	struct policy_key_used used;
	char user[OBJECT_ID_SIZE], value[HOST_SIZE];
	uint64_t before;

	make_user(user);
	make_httpd();
	memset(&used, 0, sizeof(used));
	(void)strlcpy(used.user, user, sizeof(used.user));
	(void)strlcpy(used.source, "192.0.2.7", sizeof(used.source));
	before = w.control.auth_ok;
	(void)strlcpy(used.fingerprint, "00", sizeof(used.fingerprint));
	assert_int_equal(policy_key_used_send(httpd, &used), 0);
	(void)strlcpy(used.fingerprint, KNOWN, sizeof(used.fingerprint));
	assert_int_equal(policy_key_used_send(httpd, &used), 0);
	while (w.control.auth_ok == before)
		assert_int_equal(event_base_loop(proc_base(), EVLOOP_ONCE), 0);
	assert_int_equal(w.control.auth_ok, before + 1);
	assert_true(world_do(&w, "apikey show app " KNOWN));
	assert_true(world_value(&w, "source", value, sizeof(value)));
	assert_string_equal(value, "192.0.2.7");
	assert_true(world_value(&w, "used", value, sizeof(value)));
	assert_true(strtoll(value, NULL, 10) >= (long long)time(NULL) - 60);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(only_rsa_public_keys_of_a_fair_size),
		T(fingerprint_is_that_of_openssl),
		T(three_at_a_time),
		T(requests_get_the_key_of_their_user),
		T(key_that_is_gone_is_dropped),
		T(failures_of_an_address_throttle_it),
		T(last_use_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

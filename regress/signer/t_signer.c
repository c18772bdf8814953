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
 * Who may ask signer for what: every kind of peer sends every message, and
 * what is not his own ends his channel and nothing else.
 *
 * sources: signer/signer.c signer/key.c signer/tlskeys.c signer/dkimkeys.c
 * sources: regress/signer/fake_proc.c regress/lib/testcert.c
 * sources: lib/proto_sign.c lib/proto_admin.c lib/row.c lib/breach.c
 * sources: lib/chan.c
 * sources: lib/proto_reseal.c
 * sources: lib/box.c lib/pending.c lib/msg.c lib/log.c lib/logsock.c
 * sources: lib/compat.c
 * libs: -levent -ltls -lssl -lcrypto
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

#include <cmocka.h>

#include "bounds.h"
#include "chan.h"
#include "dkimkeys.h"
#include "fake_proc.h"
#include "key.h"
#include "log.h"
#include "msg.h"
#include "proto_admin.h"
#include "proto_sign.h"
#include "row.h"
#include "signer.h"
#include "testcert.h"
#include "tlskeys.h"

enum question {
	ASK_TLS,
	ASK_DKIM,
	ASK_MAKE,
	ASK_IMPORT,
	ASK_LOAD,
	ASK_DROP, /* has no answer */
	ASK_STATISTICS,
	ASK_COUNT
};

static const char *const question_names[] = { "tls", "dkim", "make", "import",
	"load", "drop", "statistics" };

/* The end of a peer of signer, and what came of what it asked. */
struct asker {
	struct chan *chan;
	uint16_t type; /* of the last answer, 0: none */
	uint64_t id;
	bool down;
	struct sign_signature signature;
	struct sign_made made;
	struct sign_loaded loaded;
	unsigned rows;
	bool end_ok;
	bool admin;
};

static struct event_base *base;
static struct signer signer;
static struct testcert cert;
static struct sign_made sealed; /* an Ed25519 key */

static int
answer_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct asker *a;

	a = arg;
	a->type = m->type;
	a->id = m->id;
	switch (m->type) {
	case M_SIGN_SIGNATURE:
		return sign_signature_recv(m, &a->signature);
	case M_SIGN_MADE:
		return sign_made_recv(m, &a->made);
	default:
		return sign_loaded_recv(m, &a->loaded);
	}
}

static int
admin_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct admin_end end;
	struct asker *a;
	struct row *row;
	int r;

	a = arg;
	a->id = m->id;
	if (m->type == M_ADMIN_ROW) {
		row = row_new();
		r = admin_row_recv(m, row);
		a->rows++;
		row_free(row);
		return r;
	}
	a->type = m->type;
	r = admin_end_recv(m, &end);
	a->end_ok = end.ok;
	return r;
}

static const struct chan_rule sign_rules[] = {
	{ M_SIGN_SIGNATURE, 0, "signature", answer_cb },
	{ M_SIGN_MADE, 0, "made", answer_cb },
	{ M_SIGN_LOADED, 0, "loaded", answer_cb },
	{ 0, 0, NULL, NULL },
};
static const struct chan_rule admin_rules[] = {
	{ M_ADMIN_ROW, 0, "row", admin_cb },
	{ M_ADMIN_END, 0, "end", admin_cb },
	{ 0, 0, NULL, NULL },
};

static void
down_cb(struct chan *c, void *arg)
{
	struct asker *a;

	a = arg;
	a->down = true;
}

static void
asker_open(struct asker *a, enum proc_conv conv, enum proc_kind kind)
{
	int fd[2];

	memset(a, 0, sizeof(*a));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	signer_peer(&signer, conv, kind, 0, fd[0]);
	a->chan = chan_new(base, fd[1], "test",
	    conv == CONV_ADMIN ? admin_rules : sign_rules, a);
	assert_non_null(a->chan);
	chan_on_down(a->chan, down_cb);
}

/* Our end goes; signer's must follow without harm. */
static void
asker_close(struct asker *a)
{
	int i;

	chan_free(a->chan);
	for (i = 0; i < 4; i++)
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
}

static void
ask_tls(struct asker *a)
{
	struct sign_tls q;

	memset(&q, 0, sizeof(q));
	(void)strcpy(q.pki, "mx");
	q.padding = SIGN_PAD_NONE;
	q.md = SIGN_MD_SHA256;
	q.digest_len = 32;
	assert_int_equal(sign_tls_send(a->chan, 5, &q), 0);
}

static void
ask_dkim(struct asker *a, uint64_t key)
{
	struct sign_dkim q;

	memset(&q, 0, sizeof(q));
	q.key = key;
	q.algorithm = SIGN_ED25519;
	assert_int_equal(sign_dkim_send(a->chan, 5, &q), 0);
}

static void
ask_load(struct asker *a, uint64_t key)
{
	static struct sign_load q;

	q.key = key;
	q.sealed_len = sealed.sealed_len;
	memcpy(q.sealed, sealed.sealed, sizeof(q.sealed));
	assert_int_equal(sign_load_send(a->chan, 5, &q), 0);
}

static void
ask_statistics(struct asker *a)
{
	struct admin_command q;
	char word[] = "statistics";

	memset(&q, 0, sizeof(q));
	q.words = 1;
	q.word[0] = word;
	assert_int_equal(admin_command_send(a->chan, 5, &q), 0);
}

static void
ask(struct asker *a, enum question question)
{
	static const struct sign_import import = { "no key" };
	static const struct sign_make make = { SIGN_ED25519, 0 };

	switch (question) {
	case ASK_TLS:
		ask_tls(a);
		break;
	case ASK_DKIM:
		ask_dkim(a, 1);
		break;
	case ASK_MAKE:
		assert_int_equal(sign_make_send(a->chan, 5, &make), 0);
		break;
	case ASK_IMPORT:
		assert_int_equal(sign_import_send(a->chan, 5, &import), 0);
		break;
	case ASK_LOAD:
		ask_load(a, 2);
		break;
	case ASK_DROP:
		assert_int_equal(sign_drop_send(a->chan, 77), 0);
		break;
	case ASK_STATISTICS:
	case ASK_COUNT:
		ask_statistics(a);
		break;
	}
}

static void
await(struct asker *a)
{
	while (a->type == 0 && !a->down)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
}

struct right {
	enum proc_conv conv;
	enum proc_kind kind;
	bool may[ASK_COUNT]; /* in the order of enum question */
};

static const struct right rights[] = {
	{ CONV_SIGN_SYNC, PROC_SMTPD, { [ASK_TLS] = true } },
	{ CONV_SIGN_SYNC, PROC_HTTPD, { [ASK_TLS] = true } },
	{ CONV_SIGN, PROC_SMTPD, { [ASK_DKIM] = true } },
	{ CONV_SIGN, PROC_HTTPD, { [ASK_DKIM] = true } },
	{ CONV_SIGN, PROC_CONTROL,
	    { [ASK_MAKE] = true,
		[ASK_IMPORT] = true,
		[ASK_LOAD] = true,
		[ASK_DROP] = true } },
};

/*
 * M_ADMIN_COMMAND has the number of M_SIGN_TLS: a number has a meaning only
 * in its conversation, so it is ill-formed there, and ends the channel too.
 */
static void
test_each_peer_has_its_own_questions(void **state)
{
	struct asker a;
	size_t i;
	int q;

	for (i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
		for (q = 0; q < ASK_COUNT; q++) {
			asker_open(&a, rights[i].conv, rights[i].kind);
			ask(&a, (enum question)q);
			/* No answer comes to this, so something follows. */
			if (q == ASK_DROP && rights[i].may[q])
				ask(&a, ASK_MAKE);
			await(&a);
			if (a.down == rights[i].may[q])
				fail_msg("row %zu, %s: %s", i,
				    question_names[q],
				    a.down ? "refused" : "answered");
			asker_close(&a);
		}
	}
}

static void
test_tls_is_signed(void **state)
{
	struct asker a;

	asker_open(&a, CONV_SIGN_SYNC, PROC_SMTPD);
	ask(&a, ASK_TLS);
	await(&a);
	assert_int_equal(a.type, M_SIGN_SIGNATURE);
	assert_int_equal(a.id, 5);
	assert_true(a.signature.ok);
	asker_close(&a);
}

/* The numbers of one kind of key are no names of the other. */
static void
test_dkim_key_is_loaded_used_dropped(void **state)
{
	struct asker front, control;

	asker_open(&front, CONV_SIGN, PROC_SMTPD);
	asker_open(&control, CONV_SIGN, PROC_CONTROL);
	ask_dkim(&front, 9);
	await(&front);
	assert_false(front.signature.ok);
	ask_load(&control, 9);
	await(&control);
	assert_true(control.loaded.ok);
	front.type = 0;
	ask_dkim(&front, 9);
	await(&front);
	assert_true(front.signature.ok);
	assert_int_equal(front.signature.len, 64);
	assert_int_equal(sign_drop_send(control.chan, 9), 0);
	control.type = 0;
	ask(&control, ASK_MAKE);
	await(&control);
	assert_true(control.made.ok);
	front.type = 0;
	ask_dkim(&front, 9);
	await(&front);
	assert_false(front.signature.ok);
	asker_close(&front);
	asker_close(&control);
}

static void
test_without_secret_nothing_is_made(void **state)
{
	struct asker a;

	signer.has_secret = false;
	asker_open(&a, CONV_SIGN, PROC_CONTROL);
	ask(&a, ASK_MAKE);
	await(&a);
	assert_false(a.made.ok);
	assert_string_equal(a.made.why, "signer has no seal key");
	a.type = 0;
	ask_load(&a, 3);
	await(&a);
	assert_false(a.loaded.ok);
	asker_close(&a);
	signer.has_secret = true;
}

static void
test_statistics(void **state)
{
	struct asker a;

	asker_open(&a, CONV_ADMIN, PROC_CONTROL);
	ask(&a, ASK_STATISTICS);
	await(&a);
	assert_int_equal(a.type, M_ADMIN_END);
	assert_true(a.end_ok);
	assert_true(a.rows >= 4);
	asker_close(&a);
}

/* After a restart of the peer the old channel is closed. */
static void
test_new_channel_replaces_the_old(void **state)
{
	struct asker old, new;

	asker_open(&old, CONV_SIGN_SYNC, PROC_SMTPD);
	asker_open(&new, CONV_SIGN_SYNC, PROC_SMTPD);
	await(&old);
	assert_true(old.down);
	ask(&new, ASK_TLS);
	await(&new);
	assert_true(new.signature.ok);
	asker_close(&old);
	asker_close(&new);
}

static void
test_wiping_a_message(void **state)
{
	uint8_t text[] = "secret";
	struct msgin m;

	msgin_init(&m, 1, text, 6);
	signer_wipe(&m);
	assert_memory_equal(text, "\0\0\0\0\0\0", 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_peer_has_its_own_questions),
		cmocka_unit_test(test_tls_is_signed),
		cmocka_unit_test(test_dkim_key_is_loaded_used_dropped),
		cmocka_unit_test(test_without_secret_nothing_is_made),
		cmocka_unit_test(test_statistics),
		cmocka_unit_test(test_new_channel_replaces_the_old),
		cmocka_unit_test(test_wiping_a_message),
	};
	static const struct sign_make make = { SIGN_ED25519, 0 };
	char why[ERROR_SIZE];
	int r;

	log_init("t_signer", true, 0);
	base = event_base_new();
	fake_proc_base(base);
	testcert_make(&cert, "EC", "mx.example.org");
	signer.tls = tlskeys_new();
	signer.dkim = dkimkeys_new();
	signer.has_secret = true;
	if (tlskeys_add(signer.tls, "mx", cert.key, why, sizeof(why)) == -1)
		return 1;
	dkimkeys_make(&signer.secret, &make, &sealed);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	tlskeys_free(signer.tls);
	dkimkeys_free(signer.dkim);
	testcert_free(&cert);
	event_base_free(base);
	return r;
}

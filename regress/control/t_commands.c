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
 * Operators' commands: what they do, what they refuse and what they say then.
 *
 * sources: regress/control/world.c regress/control/tmpdir.c
 * sources: regress/control/fake_proc.c control/[!m]*.c control/m[!a]*.c
 * sources: lib/address.c lib/base64.c lib/breach.c lib/chan.c lib/compat.c
 * sources: lib/dkim_txt.c lib/id.c lib/idn.c lib/log.c lib/logsock.c lib/msg.c
 * sources: lib/netkey.c lib/network.c lib/pending.c lib/proto_admin.c
 * sources: lib/proto_auth.c lib/proto_ctl.c lib/proto_dns.c lib/proto_hook.c
 * sources: lib/proto_watch.c lib/proto_notice.c lib/proto_import.c
 * sources: lib/siphash.c lib/proto_policy.c lib/proto_setup.c lib/proto_sign.c
 * sources: lib/row.c lib/proto_reseal.c lib/shellword.c
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

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "audit.h"
#include "chan.h"
#include "children.h"
#include "compat.h"
#include "dkimkey.h"
#include "keys.h"
#include "lookup.h"
#include "msg.h"
#include "peers.h"
#include "proc.h"
#include "proto_dns.h"
#include "proto_sign.h"
#include "relay.h"
#include "row.h"
#include "world.h"

static struct world w;

/* The other ends of channels that a test has. */
static struct chan *signer;
static struct chan *queue;
static struct chan *dns;
static unsigned loads;
static unsigned drops;
static unsigned events;
static bool signer_fails;
static bool signer_is_slow;
static bool seal_changes;

static int
set_up(void **state)
{
	world_make(&w);
	signer = queue = dns = NULL;
	loads = drops = events = 0;
	signer_fails = signer_is_slow = seal_changes = false;
	return 0;
}

static int
tear_down(void **state)
{
	chan_free(signer);
	chan_free(queue);
	chan_free(dns);
	world_free(&w);
	return 0;
}

/* A table of lines, done in order; why is NULL for those that go well. */
struct line {
	const char *command;
	const char *why;
	const char *hint;
};

static void
do_lines(const struct line *line, size_t n)
{
	size_t i;
	bool ok;

	for (i = 0; i < n; i++) {
		ok = world_do(&w, line[i].command);
		if (line[i].why == NULL && !ok)
			fail_msg("%s: %s", line[i].command, w.why);
		if (line[i].why == NULL)
			continue;
		if (ok)
			fail_msg("%s: went well", line[i].command);
		if (strstr(w.why, line[i].why) == NULL)
			fail_msg("%s: %s", line[i].command, w.why);
		if (line[i].hint != NULL &&
		    strstr(w.hint, line[i].hint) == NULL)
			fail_msg("%s: hint: %s", line[i].command, w.hint);
	}
}

#define LINES(table) do_lines(table, sizeof(table) / sizeof(table[0]))

static void
compartments(void **state)
{
	static const struct line lines[] = {
		{ "compartment add prod", NULL, NULL },
		{ "compartment add prod", "exists already", NULL },
		{ "compartment add PROD", "exists already", NULL },
		{ "compartment add root", "exists already", NULL },
		{ "compartment add -x", "begins with", NULL },
		{ "compartment add ocid1.x", "as an id does", NULL },
		{ "compartment add a/b", "only letters", NULL },
		{ "compartment remove root", "root", NULL },
		{ "compartment remove none", "no compartment \"none\"",
		    "compartment list" },
		{ "sender add a@example.org compartment prod", NULL, NULL },
		{ "compartment remove prod", "not empty",
		    "sender list compartment prod" },
		{ "sender remove A@example.org", NULL, NULL },
		{ "suppression add a@example.org compartment prod", NULL,
		    NULL },
		{ "compartment remove prod", "not empty", "suppression list" },
		{ "suppression remove a@example.org", NULL, NULL },
		{ "compartment remove Prod", NULL, NULL },
		{ "compartment remove prod", "no compartment", NULL },
	};

	LINES(lines);
	assert_true(world_do(&w, "compartment list"));
	assert_int_equal(w.rows, 1);
}

static void
users_and_credentials(void **state)
{
	static const struct line lines[] = {
		{ "credential add alice", "no user \"alice\"", "user add" },
		{ "user add alice", NULL, NULL },
		{ "user add Alice", "exists already", NULL },
		{ "user add ", "cannot be empty", NULL },
		{ "credential add alice description printer", NULL, NULL },
		{ "credential add alice", NULL, NULL },
		{ "credential add alice", "2 credentials, the most",
		    "credential remove ID" },
		{ "user remove alice", "has 2 credentials",
		    "credential list alice" },
		{ "credential remove x", "no credential \"x\"", NULL },
		{ "user list", NULL, NULL },
	};
	char id[OBJECT_ID_SIZE], line[128];

	LINES(lines);
	assert_non_null(strstr(w.text, "credentials=2"));
	while (world_do(&w, "credential list alice") && w.rows > 0) {
		assert_true(world_value(&w, "id", id, sizeof(id)));
		assert_null(strstr(w.text, "password"));
		(void)snprintf(line, sizeof(line), "credential remove %s", id);
		assert_true(world_do(&w, line));
	}
	assert_true(world_do(&w, "user remove alice"));
}

static void
senders_and_domains(void **state)
{
	static const struct line lines[] = {
		{ "compartment add prod", NULL, NULL },
		{ "sender add news@example.org compartment test",
		    "no compartment \"test\"", "compartment add" },
		{ "sender add news@example.org", "compartment is missing",
		    "usage: edctl sender add ADDRESS compartment NAME" },
		{ "sender add news compartment prod",
		    "\"news\": ", "USER@DOMAIN" },
		{ "sender add news@[192.0.2.1] compartment prod", "literal",
		    NULL },
		{ "sender add me@gmail.com compartment prod",
		    "public mailbox provider", "domain of your own" },
		{ "sender add me@Yahoo.COM compartment prod",
		    "public mailbox provider", NULL },
		{ "domain add outlook.com compartment prod",
		    "public mailbox provider", NULL },
		{ "domain add zohomail.com compartment prod",
		    "public mailbox provider", NULL },
		{ "domain add 126.com compartment prod",
		    "public mailbox provider", NULL },
		{ "sender add @example.org compartment prod",
		    "no domain \"example.org\"", "domain add" },
		{ "domain add Example.ORG compartment prod", NULL, NULL },
		{ "domain add example.org compartment prod", "exists already",
		    NULL },
		{ "domain add bad_domain compartment prod", "\"bad_domain\"",
		    NULL },
		{ "sender add *@example.org compartment prod", NULL, NULL },
		{ "sender add @example.org compartment prod", "exists already",
		    NULL },
		{ "domain remove example.org", "has a sender",
		    "sender remove @example.org" },
		{ "sender add News@Example.org compartment prod", NULL, NULL },
		{ "sender add news@example.org compartment prod",
		    "exists already", "sender show" },
		{ "sender show NEWS@example.org", NULL, NULL },
		{ "sender show no@example.org", "no sender \"no@example.org\"",
		    "sender add" },
		{ "sender remove @example.org", NULL, NULL },
		{ "domain remove EXAMPLE.org", NULL, NULL },
		{ "sender list compartment prod", NULL, NULL },
	};

	LINES(lines);
	assert_int_equal(w.rows, 1);
	assert_non_null(strstr(w.text, "address=News@example.org|"));
}

static void
suppressions(void **state)
{
	static const struct line lines[] = {
		{ "compartment add a", NULL, NULL },
		{ "compartment add b", NULL, NULL },
		{ "suppression add X@example.org compartment a reason "
		  "complaint note why",
		    NULL, NULL },
		{ "suppression add x@EXAMPLE.org compartment a",
		    "suppressed in compartment \"a\" already", NULL },
		{ "suppression add x@example.org compartment b", NULL, NULL },
		{ "suppression add x@example.org compartment b reason nice",
		    "unknown reason", "hardbounce" },
		{ "suppression add x compartment b", "\"x\"", NULL },
		{ "suppression remove x@example.org", "2 compartments",
		    "compartment NAME" },
		{ "suppression remove x@example.org compartment b", NULL,
		    NULL },
		{ "suppression remove x@example.org compartment b",
		    "no suppression of \"x@example.org\" in compartment b",
		    NULL },
		{ "suppression remove y@example.org", "no suppression", NULL },
		{ "suppression check x@Example.org", NULL, NULL },
	};

	LINES(lines);
	assert_int_equal(w.rows, 1);
	assert_non_null(strstr(w.text, "reason=COMPLAINT"));
	assert_non_null(strstr(w.text, "text=why"));
	assert_true(world_do(&w, "suppression check y@example.org"));
	assert_int_equal(w.rows, 0);
}

static void
words_that_make_no_command(void **state)
{
	static const struct line lines[] = {
		{ "nonsense", "unknown command \"nonsense\"", NULL },
		{ "sender", "unknown command \"sender\"", NULL },
		{ "sender adds", "unknown command", NULL },
		{ "sender list compartment", "needs a value", "usage" },
		{ "sender list compartment a compartment b", "given twice",
		    "usage" },
		{ "sender list color red", "unexpected \"color\"", "usage" },
		{ "user add", "NAME is missing", "usage" },
		{ "user list extra", "unexpected \"extra\"", "usage" },
		{ "", "unknown command \"\"", NULL },
		{ "show queue", "queue is not running", NULL },
		{ "trace x", "queue is not running", NULL },
		{ "reload", "edd cannot be asked", NULL },
		{ "stop", "edd cannot be asked", NULL },
	};

	LINES(lines);
	assert_true(world_do(&w, "show commands"));
	assert_non_null(
	    strstr(w.text, "command=sender add ADDRESS compartment NAME|"));
	assert_true(world_do(&w, "show status"));
	assert_non_null(strstr(w.text, "name=logins|value=0"));
}

static void
long_list_waits_for_its_reader(void **state)
{
	char line[128];
	unsigned i;

	assert_true(world_do(&w, "compartment add prod"));
	for (i = 0; i < 50; i++) {
		(void)snprintf(line, sizeof(line),
		    "sender add a%02u@example.org compartment prod", i);
		assert_true(world_do(&w, line));
	}
	w.full = true;
	world_start(&w, "sender list");
	assert_false(w.ended);
	assert_int_equal(w.rows, 0);
	job_resume(w.job);
	assert_int_equal(w.rows, 0);
	w.full = false;
	job_resume(w.job);
	assert_true(w.ended && w.ok);
	assert_int_equal(w.rows, 50);
	w.full = true;
	world_start(&w, "sender list compartment prod");
	job_cancel(w.job);
	w.job = NULL;
}

/* A channel pair: one end to control, the other returned. */
static struct chan *
connect_peer(enum proc_conv conv, enum proc_kind kind,
    const struct chan_rule *theirs, const struct chan_rule *ours)
{
	struct peer peer;
	int sv[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sv), 0);
	peer.conv = conv;
	peer.kind = kind;
	peer.instance = 0;
	peer.chan = chan_new(proc_base(), sv[0], "peer", theirs, &w.control);
	assert_non_null(peer.chan);
	assert_int_equal(peers_add(w.control.peers, &peer), 0);
	if (conv == CONV_SIGN)
		keys_signer_up(w.control.keys, peer.chan);
	if (conv == CONV_SIGN && !signer_is_slow)
		keys_signer_ready(w.control.keys, peer.chan);
	if (conv == CONV_DNS)
		lookup_peer_up(w.control.lookup, peer.chan);
	return chan_new(proc_base(), sv[1], "fake", ours, NULL);
}

static void
public_half(enum sign_algorithm algorithm, struct sign_made *made)
{
	unsigned char *p;
	EVP_PKEY *key;
	int n;

	key = algorithm == SIGN_ED25519 ?
	    EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") :
	    EVP_RSA_gen(2048);
	assert_non_null(key);
	p = made->pub;
	n = i2d_PUBKEY(key, &p);
	assert_true(n > 0);
	made->pub_len = (uint32_t)n;
	EVP_PKEY_free(key);
}

static void
send_made(struct chan *c, uint64_t id, enum sign_algorithm algorithm)
{
	static struct sign_made made;

	memset(&made, 0, sizeof(made));
	made.ok = !signer_fails;
	(void)strlcpy(made.why, signer_fails ? "no luck" : "",
	    sizeof(made.why));
	made.algorithm = algorithm;
	made.bits = algorithm == SIGN_ED25519 ? 256 : 2048;
	made.sealed_len = 100;
	memset(made.sealed, 0xa5, made.sealed_len);
	public_half(algorithm, &made);
	assert_int_equal(sign_made_send(c, id, &made), 0);
}

static int
fake_make_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct sign_make make;

	assert_int_equal(sign_make_recv(m, &make), 0);
	send_made(c, m->id, make.algorithm);
	return 0;
}

static int
fake_import_cb(struct chan *c, struct msgin *m, void *arg)
{
	static struct sign_import import;

	assert_int_equal(sign_import_recv(m, &import), 0);
	assert_string_equal(import.pem, "PEM");
	send_made(c, m->id, SIGN_RSA_SHA256);
	return 0;
}

static int
fake_load_cb(struct chan *c, struct msgin *m, void *arg)
{
	static struct sign_load load;
	struct sign_loaded loaded;

	assert_int_equal(sign_load_recv(m, &load), 0);
	assert_int_equal(load.sealed_len, 100);
	loads++;
	if (seal_changes)
		w.control.seals++;
	loaded.ok = true;
	return sign_loaded_send(c, m->id, &loaded);
}

static int
fake_drop_cb(struct chan *c, struct msgin *m, void *arg)
{
	uint64_t key;

	drops++;
	return sign_drop_recv(m, &key);
}

static const struct chan_rule fake_signer_rules[] = {
	{ M_SIGN_MAKE, 0, "make", fake_make_cb },
	{ M_SIGN_IMPORT, 0, "import", fake_import_cb },
	{ M_SIGN_LOAD, 0, "load", fake_load_cb },
	{ M_SIGN_DROP, 0, "drop", fake_drop_cb },
	{ 0, 0, NULL, NULL },
};

/* The DNS has the value that the test put here, or nothing. */
static char published[DNS_TEXT_MAX];

static int
fake_query_cb(struct chan *c, struct msgin *m, void *arg)
{
	static struct dns_answer answer;
	struct dns_query q;

	assert_int_equal(dns_query_recv(m, &q), 0);
	memset(&answer, 0, sizeof(answer));
	answer.status = DNS_NXDOMAIN;
	if (published[0] != '\0') {
		answer.status = DNS_OK;
		answer.records = 1;
		memcpy(answer.record[0], published, sizeof(published));
	}
	return dns_answer_send(c, m->id, &answer);
}

static const struct chan_rule fake_dns_rules[] = {
	{ M_DNS_QUERY, 0, "query", fake_query_cb },
	{ 0, 0, NULL, NULL },
};

static void
dkim_keys(void **state)
{
	static const struct line lines[] = {
		{ "compartment add prod", NULL, NULL },
		{ "dkim add example.org", "no domain \"example.org\"", NULL },
		{ "domain add example.org compartment prod", NULL, NULL },
		{ "dkim add example.org bits 512", "no size", "2048" },
		{ "dkim add example.org bits 3072", "no size", NULL },
		{ "dkim add example.org algorithm dsa", "unknown algorithm",
		    NULL },
		{ "dkim add example.org algorithm ed25519 bits 2048",
		    "always 256", NULL },
		{ "dkim add example.org selector A", "a-z", NULL },
		{ "dkim add example.org selector -", "letter or digit", NULL },
		{ "dkim add example.org selector a..b", "letter or digit",
		    NULL },
		{ "dkim add example.org selector s1", NULL, NULL },
		{ "dkim add example.org", "active rsa key, selector \"s1\"",
		    "dkim rotate example.org" },
		{ "dkim add example.org selector s1 algorithm ed25519",
		    "key with selector", NULL },
		{ "dkim add example.org algorithm ed25519", NULL, NULL },
		{ "domain remove example.org", "has a DKIM key", "dkim list" },
		{ "dkim remove example.org selector s9", "no DKIM key", NULL },
		{ "dkim show example.org selector s9", "no DKIM key", NULL },
		{ "dkim list", NULL, NULL },
	};

	assert_true(world_do(&w, "compartment add x"));
	assert_true(world_do(&w, "domain add a.example compartment x"));
	assert_false(world_do(&w, "dkim add a.example"));
	assert_non_null(strstr(w.why, "no signer"));
	signer = connect_peer(CONV_SIGN, PROC_SIGNER, keys_rules(),
	    fake_signer_rules);
	LINES(lines);
	assert_int_equal(w.rows, 2);
	assert_int_equal(loads, 2);
	assert_non_null(strstr(w.text, "selector=edd20"));
	assert_true(world_do(&w, "dkim remove example.org selector s1"));
	assert_true(world_do(&w, "dkim import example.org key PEM selector i"));
	assert_false(world_do(&w, "dkim import example.org key PEM"));
	assert_non_null(strstr(w.why, "active rsa key"));
	assert_true(world_do(&w, "dkim remove example.org selector i"));
	seal_changes = true;
	assert_false(world_do(&w, "dkim add example.org selector i"));
	assert_string_equal(w.why, "the seal of keys was changed meanwhile");
	seal_changes = false;
	assert_true(world_do(&w, "dkim add example.org selector i"));
	signer_fails = true;
	assert_true(world_do(&w, "dkim remove example.org selector i"));
	assert_false(world_do(&w, "dkim add example.org"));
	assert_string_equal(w.why, "no luck");
	assert_true(world_do(&w, "domain show example.org"));
	assert_int_equal(w.rows, 2);
}

static void
dkim_records_and_the_dns(void **state)
{
	char value[1024], zone[2048], name[256];

	assert_true(world_do(&w, "compartment add prod"));
	assert_true(world_do(&w, "domain add example.org compartment prod"));
	signer = connect_peer(CONV_SIGN, PROC_SIGNER, keys_rules(),
	    fake_signer_rules);
	assert_true(world_do(&w, "dkim add example.org selector s1"));
	assert_true(world_value(&w, "name", name, sizeof(name)));
	assert_string_equal(name, "s1._domainkey.example.org");
	assert_true(world_value(&w, "value", value, sizeof(value)));
	assert_int_equal(strncmp(value, "v=DKIM1; k=rsa; p=MII", 21), 0);
	assert_true(world_value(&w, "zone", zone, sizeof(zone)));
	assert_int_equal(strncmp(zone,
			     "s1._domainkey.example.org. 3600 IN TXT \"v=DKIM1",
			     47),
	    0);
	assert_non_null(strstr(zone, "\" \""));

	assert_true(world_do(&w, "dkim show example.org"));
	assert_non_null(strstr(w.text, "dns=unknown"));
	dns = connect_peer(CONV_DNS, PROC_DELIVER, lookup_rules(),
	    fake_dns_rules);
	published[0] = '\0';
	assert_true(world_do(&w, "dkim show example.org"));
	assert_non_null(strstr(w.text, "dns=missing"));
	(void)strlcpy(published, value, sizeof(published));
	assert_true(world_do(&w, "dkim show example.org selector s1"));
	assert_non_null(strstr(w.text, "dns=published"));
	published[25] ^= 1;
	assert_true(world_do(&w, "domain show example.org"));
	assert_non_null(strstr(w.text, "dns=differs"));
}

static void
loop(void)
{
	unsigned i;

	for (i = 0; i < 20; i++)
		(void)event_base_loop(proc_base(), EVLOOP_NONBLOCK);
}

static void
new_signer_is_loaded_with_all_keys(void **state)
{
	char line[128];
	unsigned i;

	assert_true(world_do(&w, "compartment add prod"));
	signer = connect_peer(CONV_SIGN, PROC_SIGNER, keys_rules(),
	    fake_signer_rules);
	for (i = 0; i < 5; i++) {
		(void)snprintf(line, sizeof(line),
		    "domain add d%u.example.org compartment prod", i);
		assert_true(world_do(&w, line));
		(void)snprintf(line, sizeof(line),
		    "dkim add d%u.example.org algorithm "
		    "ed25519",
		    i);
		assert_true(world_do(&w, line));
	}
	assert_int_equal(loads, 5);
	keys_signer_down(w.control.keys,
	    peers_find(w.control.peers, CONV_SIGN, PROC_SIGNER, 0));
	peers_remove(w.control.peers,
	    peers_find(w.control.peers, CONV_SIGN, PROC_SIGNER, 0));
	chan_free(signer);
	loads = 0;
	signer = connect_peer(CONV_SIGN, PROC_SIGNER, keys_rules(),
	    fake_signer_rules);
	loop();
	assert_int_equal(loads, 5);
}

static int
hear_event_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct row *row;
	int r;

	row = row_new();
	r = admin_event_recv(m, row);
	assert_non_null(row_value(row, "action"));
	assert_null(row_value(row, "password"));
	events++;
	row_free(row);
	return r;
}

static int
hear_command_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct admin_command command;
	struct admin_end end;
	struct row *row;

	assert_int_equal(admin_command_recv(m, &command), 0);
	memset(&end, 0, sizeof(end));
	end.ok = command.words == 2 && strcmp(command.word[0], "queue") == 0;
	(void)strlcpy(end.why, end.ok ? "" : "no such message",
	    sizeof(end.why));
	admin_command_clear(&command);
	row = row_new();
	row_str(row, "name", "test");
	row_num(row, "value", 7);
	(void)admin_row_send(c, m->id, row);
	(void)admin_row_send(c, m->id, row);
	row_free(row);
	return admin_end_send(c, m->id, &end);
}

static const struct chan_rule fake_queue_rules[] = {
	{ M_ADMIN_EVENT, 0, "event", hear_event_cb },
	{ M_ADMIN_COMMAND, 0, "command", hear_command_cb },
	{ 0, 0, NULL, NULL },
};

static void
queue_answers_and_hears_of_changes(void **state)
{
	assert_true(world_do(&w, "user add alice"));
	queue = connect_peer(CONV_ADMIN, PROC_QUEUE, relay_rules(),
	    fake_queue_rules);
	audit_flush(w.control.audit);
	assert_true(world_do(&w, "credential add alice"));
	assert_false(world_do(&w, "credential add nobody"));
	assert_true(world_do(&w, "show queue"));
	assert_int_equal(w.rows, 2);
	assert_false(world_do(&w, "trace x"));
	assert_string_equal(w.why, "no such message");
	assert_int_equal(events, 2);
	assert_true(world_do(&w, "show status"));
	assert_non_null(
	    strstr(w.text, "process=queue|instance=0|name=test|value=7"));
}

static void
command_ends_when_its_process_does(void **state)
{
	struct chan *chan;

	queue = connect_peer(CONV_ADMIN, PROC_QUEUE, relay_rules(),
	    fake_queue_rules);
	world_start(&w, "show queue");
	assert_false(w.ended);
	chan = peers_find(w.control.peers, CONV_ADMIN, PROC_QUEUE, 0);
	relay_peer_down(w.control.relay, chan);
	peers_remove(w.control.peers, chan);
	assert_true(w.ended);
	assert_false(w.ok);
	assert_non_null(strstr(w.why, "restarted"));
	world_start(&w, "show queue");
	assert_true(w.ended);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(compartments),
		T(users_and_credentials),
		T(senders_and_domains),
		T(suppressions),
		T(words_that_make_no_command),
		T(long_list_waits_for_its_reader),
		T(dkim_keys),
		T(dkim_records_and_the_dns),
		T(new_signer_is_loaded_with_all_keys),
		T(queue_answers_and_hears_of_changes),
		T(command_ends_when_its_process_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

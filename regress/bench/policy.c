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
 * sources: regress/control/world.c regress/control/tmpdir.c
 * sources: regress/control/fake_proc.c control/[!m]*.c control/m[!a]*.c
 * sources: lib/shellword.c
 * sources: lib/address.c lib/base64.c lib/breach.c lib/chan.c lib/compat.c
 * sources: lib/dkim_txt.c
 * sources: lib/id.c lib/idn.c lib/log*.c lib/msg.c lib/netkey.c lib/network.c
 * sources: lib/pending.c lib/proto_*.c lib/row.c lib/siphash.c
 * libs: -levent -ldb-5.3 -lcrypto -lidn2 -ljson-c -lpthread
 */

/*
 * What a policy question costs control when there is much to know.
 *
 *	policy fill DIR [SUPPRESSIONS SENDERS DOMAINS]
 *	policy ask DIR
 *
 * The second one opens what the first one has filled, as a start does, and
 * asks.  Both are control without its event loop.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "auth.h"
#include "compartment.h"
#include "compat.h"
#include "dkimkey.h"
#include "domain.h"
#include "id.h"
#include "log.h"
#include "policy.h"
#include "proto_auth.h"
#include "proto_policy.h"
#include "seat.h"
#include "sender.h"
#include "suppress.h"
#include "suppress_tend.h"
#include "suppression.h"
#include "user.h"
#include "world.h"

#define PLACES	  20u
#define BATCH	  5000u
#define QUESTIONS 200000u

/* A digit of an address: another there, and its neighbours stay the same. */
#define DIGIT 12u

/* Octets of what an RSA-2048 key takes, sealed and public. */
#define SEALED 1250u
#define PUBLIC 294u

static struct world w;
static char place[PLACES][OBJECT_ID_SIZE];
static char login[LOGIN_SIZE], password[SECRET_SIZE];
static char user[OBJECT_ID_SIZE];

static void __attribute__((noreturn)) die(const char *what)
{
	(void)fprintf(stderr, "policy: %s\n", what);
	exit(1);
}

static double
seconds(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
do_line(const char *line)
{
	if (!world_do(&w, line))
		die(w.why);
}

static void
begin(void)
{
	if (store_begin(w.control.store) == -1)
		die("begin");
}

static void
commit(void)
{
	if (store_commit_lazy(w.control.store) == -1)
		die("commit");
}

/* Compartments in one another, a user in a group, its policy. */
static void
fill_tree(void)
{
	static const char *const rule[] = { "policy", "add",
		"allow group mailers to use email-family in tenancy", NULL };
	char line[256];
	unsigned i;

	for (i = 0; i < PLACES; i++) {
		(void)snprintf(line, sizeof(line), "compartment add p%u%s", i,
		    i % 4 == 0 ? "" : " parent p");
		if (i % 4 != 0)
			(void)snprintf(line + strlen(line),
			    sizeof(line) - strlen(line), "%u", i - 1);
		do_line(line);
	}
	do_line("user add alice");
	do_line("group add mailers");
	do_line("group join mailers user alice");
	if (!world_words(&w, rule))
		die(w.why);
	do_line("credential add alice");
}

static void
fill_domain(unsigned i)
{
	static struct dkimkey k;
	struct domain d;

	memset(&d, 0, sizeof(d));
	memset(&k, 0, sizeof(k));
	(void)snprintf(d.name, sizeof(d.name), "d%u.example.org", i);
	(void)id_make_object("emaildomain", d.id, sizeof(d.id));
	(void)strlcpy(d.compartment, place[i % PLACES], sizeof(d.compartment));
	d.created = d.verified = 1700000000;
	if (domain_put(w.control.store, &d) != STORE_OK)
		die("domain");
	memcpy(k.domain, d.name, sizeof(k.domain));
	(void)strlcpy(k.selector, "edd1", sizeof(k.selector));
	(void)id_make_object("dkim", k.id, sizeof(k.id));
	k.number = i + 1;
	k.algorithm = SIGN_RSA_SHA256;
	k.bits = 2048;
	k.state = DKIM_ACTIVE;
	k.dns = DKIM_DNS_PUBLISHED;
	k.created = d.created;
	k.sealed_len = SEALED;
	k.pub_len = PUBLIC;
	memset(k.sealed, (int)i, SEALED);
	memset(k.pub, (int)i, PUBLIC);
	if (dkimkey_put(w.control.store, &k) != STORE_OK)
		die("key");
}

static void
fill_sender(unsigned i, unsigned domains)
{
	char address[ADDRESS_SIZE];
	struct sender s;

	(void)snprintf(address, sizeof(address), "s%u@d%u.example.org", i,
	    i % domains);
	memset(&s, 0, sizeof(s));
	if (sender_parse(address, &s) != NULL)
		die(address);
	(void)id_make_object("sender", s.id, sizeof(s.id));
	(void)strlcpy(s.compartment, place[i % PLACES], sizeof(s.compartment));
	s.created = 1700000000;
	s.state = RECORD_ACTIVE;
	if (sender_put(w.control.store, &s) != STORE_OK)
		die("sender");
}

static void
suppressed(char address[ADDRESS_SIZE], unsigned i)
{
	(void)snprintf(address, ADDRESS_SIZE, "user.%08x.%u@h%u.example.net",
	    i * 2654435761u, i, i % 10007);
}

static void
fill_suppressions(unsigned n)
{
	struct suppression_tx tx;
	struct suppression s;
	unsigned i;

	for (i = 0; i < n; i++) {
		if (i % BATCH == 0) {
			begin();
			suppression_tx_init(&tx, w.control.suppress);
		}
		memset(&s, 0, sizeof(s));
		suppressed(s.address, i);
		(void)strlcpy(s.compartment, place[i / BATCH % PLACES],
		    sizeof(s.compartment));
		s.reason = SUPPRESSION_HARDBOUNCE;
		s.created = 1600000000 + i;
		if (suppression_tx_put(&tx, &s, NULL) != STORE_OK)
			die("suppression");
		if (i % BATCH == BATCH - 1 || i == n - 1) {
			if (suppression_tx_end(&tx) != STORE_OK)
				die("suppressions");
			commit();
			(void)store_checkpoint(w.control.store);
		}
	}
}

/* For the questions. */
static void
remember(const char *dir)
{
	char path[512];
	FILE *f;
	unsigned i;

	(void)snprintf(path, sizeof(path), "%s.ids", dir);
	f = fopen(path, "w");
	if (f == NULL)
		die(path);
	(void)fprintf(f, "%s %s %s\n", user, login, password);
	for (i = 0; i < PLACES; i++)
		(void)fprintf(f, "%s\n", place[i]);
	(void)fclose(f);
}

static void
recall(const char *dir)
{
	char path[512];
	FILE *f;
	unsigned i;

	(void)snprintf(path, sizeof(path), "%s.ids", dir);
	f = fopen(path, "r");
	if (f == NULL ||
	    fscanf(f, "%63s %255s %255s", user, login, password) != 3)
		die(path);
	for (i = 0; i < PLACES; i++) {
		if (fscanf(f, "%63s", place[i]) != 1)
			die(path);
	}
	(void)fclose(f);
}

static void
fill(const char *dir, unsigned suppressions, unsigned senders, unsigned domains)
{
	struct compartment c;
	struct user u;
	char line[64];
	unsigned i;

	world_make_in(&w, dir);
	fill_tree();
	if (!world_value(&w, "username", login, sizeof(login)) ||
	    !world_value(&w, "password", password, sizeof(password)))
		die("no credential");
	for (i = 0; i < PLACES; i++) {
		(void)snprintf(line, sizeof(line), "p%u", i);
		if (compartment_find(w.control.store, line, &c) != STORE_OK)
			die(line);
		memcpy(place[i], c.id, sizeof(place[i]));
	}
	if (user_find(w.control.store, "alice", &u) != STORE_OK)
		die("alice");
	memcpy(user, u.id, sizeof(user));
	begin();
	for (i = 0; i < domains; i++)
		fill_domain(i);
	commit();
	for (i = 0; i < senders; i++) {
		if (i % BATCH == 0)
			begin();
		fill_sender(i, domains);
		if (i % BATCH == BATCH - 1 || i == senders - 1)
			commit();
	}
	fill_suppressions(suppressions);
	remember(dir);
	(void)store_close(w.control.store);
}

static void
ask_auth(unsigned i)
{
	struct policy_auth_reply a;
	struct policy_auth q;

	memset(&q, 0, sizeof(q));
	(void)strlcpy(q.login, login, sizeof(q.login));
	(void)strlcpy(q.secret, password, sizeof(q.secret));
	(void)strlcpy(q.source, "192.0.2.1", sizeof(q.source));
	q.session = i + 1;
	policy_auth(&w.control, &w, &q, &a);
	if (a.status != POLICY_OK && i < 100)
		die("auth");
	seats_leave(w.control.seats, &w, q.session);
}

static void
ask_sender(unsigned i, unsigned senders, unsigned domains)
{
	struct policy_sender_reply a;
	struct policy_sender q;
	unsigned n;

	n = (unsigned)(i * 2654435761u) % senders;
	memset(&q, 0, sizeof(q));
	(void)strlcpy(q.user, user, sizeof(q.user));
	(void)strlcpy(q.source, "192.0.2.1", sizeof(q.source));
	(void)snprintf(q.address, sizeof(q.address), "s%u@d%u.example.org", n,
	    n % domains);
	policy_sender(&w.control, &q, &a);
	if (a.status != POLICY_OK || a.keys != 1)
		die("sender");
}

/* Of a suppressed recipient, or of one whose neighbours are. */
static void
ask_rcpt(unsigned i, unsigned suppressions, bool hit)
{
	struct policy_rcpt_reply a;
	struct policy_rcpt q;
	unsigned n;

	n = (unsigned)(i * 2654435761u) % suppressions;
	memset(&q, 0, sizeof(q));
	(void)strlcpy(q.user, user, sizeof(q.user));
	(void)strlcpy(q.compartment, place[n / BATCH % PLACES],
	    sizeof(q.compartment));
	suppressed(q.address, n);
	if (!hit)
		q.address[DIGIT] = 'x';
	q.units = 1;
	policy_rcpt(&w.control, &w, &q, &a);
	if (a.status != (hit ? POLICY_NO : POLICY_OK))
		die("recipient");
}

static void
tell(const char *what, double start, unsigned n)
{
	(void)printf("%-28s %6.1f us\n", what,
	    (seconds(CLOCK_PROCESS_CPUTIME_ID) - start) * 1e6 / n);
}

static void
tell_memory(const char *what)
{
	char line[256];
	FILE *f;

	f = fopen("/proc/self/status", "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "VmHWM:", 6) == 0)
			(void)printf("%-28s %6ld MB\n", what,
			    strtol(line + 6, NULL, 10) / 1024);
	}
	if (f != NULL)
		(void)fclose(f);
}

static void
ask(const char *dir, unsigned suppressions, unsigned senders, unsigned domains)
{
	double start, cpu;
	unsigned i;

	recall(dir);
	start = seconds(CLOCK_MONOTONIC);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	world_make_in(&w, dir);
	(void)printf("%-28s %6.0f ms, %.0f ms of CPU\n", "start",
	    (seconds(CLOCK_MONOTONIC) - start) * 1e3,
	    (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1e3);
	tell_memory("memory after it");
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	for (i = 0; i < QUESTIONS; i++)
		ask_auth(i);
	tell("AUTH", cpu, QUESTIONS);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	for (i = 0; i < QUESTIONS; i++)
		ask_sender(i, senders, domains);
	tell("MAIL, any sender", cpu, QUESTIONS);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	for (i = 0; i < QUESTIONS; i++)
		ask_rcpt(i, suppressions, false);
	tell("RCPT, not suppressed", cpu, QUESTIONS);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	for (i = 0; i < QUESTIONS; i++)
		ask_rcpt(i, suppressions, true);
	tell("RCPT, suppressed", cpu, QUESTIONS);
	tell_memory("memory at the end");
	(void)suppress_tend_stop(w.control.suppress->tend);
	(void)store_close(w.control.store);
}

int
main(int argc, char **argv)
{
	unsigned n[3] = { 1000000, 100000, 10000 };
	int i;

	log_init("policy", true, -1);
	if (argc < 3 ||
	    (strcmp(argv[1], "fill") != 0 && strcmp(argv[1], "ask") != 0))
		die("usage: policy fill|ask DIR [SUPPRESSIONS SENDERS "
		    "DOMAINS]");
	for (i = 3; i < argc && i < 6; i++)
		n[i - 3] = (unsigned)strtoul(argv[i], NULL, 10);
	if (strcmp(argv[1], "fill") == 0)
		fill(argv[2], n[0], n[1], n[2]);
	else
		ask(argv[2], n[0], n[1], n[2]);
	return 0;
}

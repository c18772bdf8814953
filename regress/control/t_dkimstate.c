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
 * What a look at the DNS makes of a DKIM key.
 *
 * sources: regress/control/world.c regress/control/tmpdir.c
 * sources: regress/control/fake_proc.c control/[!m]*.c control/m[!a]*.c
 * sources: lib/shellword.c
 * sources: lib/address.c lib/base64.c lib/breach.c lib/chan.c lib/compat.c
 * sources: lib/dkim_txt.c
 * sources: lib/id.c lib/idn.c lib/log*.c lib/msg.c lib/netkey.c lib/network.c
 * sources: lib/pending.c lib/proto_*.c lib/row.c lib/siphash.c
 * libs: -levent -ldb-5.3 -lcrypto -lidn2 -ljson-c -lpthread
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dkimkey.h"
#include "dkimstate.h"
#include "msg.h"

#define CRE DKIM_CREATING
#define ACT DKIM_ACTIVE
#define ATT DKIM_NEEDS_ATTENTION
#define INA DKIM_INACTIVE
#define DEL DKIM_DELETING
#define UNK DKIM_DNS_UNKNOWN
#define PUB DKIM_DNS_PUBLISHED
#define MIS DKIM_DNS_MISSING
#define DIF DKIM_DNS_DIFFERS

static const struct {
	enum dkim_state state;
	enum dkim_dns dns;
	bool next;
	enum dkim_dns seen;
	enum dkim_state then;
	bool then_next;
	bool changes;
	bool signs;
} moves[] = {
	{ CRE, UNK, false, UNK, CRE, false, false, true },
	{ CRE, UNK, false, MIS, CRE, false, true, true },
	{ CRE, MIS, false, MIS, CRE, false, false, true },
	{ CRE, MIS, false, PUB, ACT, false, true, true },
	{ CRE, MIS, false, DIF, ATT, false, true, false },
	{ CRE, MIS, true, MIS, CRE, true, false, false },
	{ CRE, MIS, true, DIF, ATT, true, true, false },
	{ CRE, MIS, true, PUB, ACT, false, true, true },
	{ ATT, DIF, true, PUB, ACT, false, true, true },
	{ ACT, PUB, false, PUB, ACT, false, false, true },
	{ ACT, PUB, false, UNK, ACT, false, false, true },
	{ ACT, PUB, false, MIS, ATT, false, true, true },
	{ ACT, PUB, false, DIF, ATT, false, true, false },
	{ ATT, DIF, false, MIS, ATT, false, true, true },
	{ ATT, MIS, false, PUB, ACT, false, true, true },
	{ INA, PUB, false, PUB, INA, false, false, false },
	{ INA, PUB, false, DIF, INA, false, false, false },
	{ DEL, PUB, false, PUB, DEL, false, false, false },
	{ DEL, PUB, false, MIS, DEL, false, false, false },
};

static void
every_move(void **state)
{
	struct dkimkey k;
	bool changes;
	size_t i;

	for (i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		memset(&k, 0, sizeof(k));
		k.state = moves[i].state;
		k.dns = moves[i].dns;
		k.next = moves[i].next;
		changes = dkimstate_next(&k, moves[i].seen);
		if (changes != moves[i].changes || k.state != moves[i].then ||
		    k.next != moves[i].then_next ||
		    dkimkey_signs(&k) != moves[i].signs)
			fail_msg("row %zu: %s %s", i,
			    dkimkey_state_name(k.state),
			    dkimkey_dns_name(k.dns));
	}
}

/* A record of the version before, which did not say when. */
static void
older_records_are_read(void **state)
{
	struct dkimkey k, got;
	struct msgout m;
	struct msgin in;

	memset(&k, 0, sizeof(k));
	memset(&m, 0, sizeof(m));
	(void)strcpy(k.domain, "example.org");
	(void)strcpy(k.selector, "s1");
	k.algorithm = SIGN_RSA_SHA256;
	k.state = DKIM_INACTIVE;
	k.dns = DKIM_DNS_PUBLISHED;
	k.imported = true;
	k.retire = 1700000000;
	k.replaced = 1600000000;
	dkimkey_encode(&m, &k);
	msgin_init(&in, 0, m.data, m.len);
	assert_int_equal(dkimkey_decode(&in, &got), 0);
	assert_int_equal(got.replaced, k.replaced);
	m.data[0] = 3;
	msgin_init(&in, 0, m.data, m.len - sizeof(int64_t));
	assert_int_equal(dkimkey_decode(&in, &got), 0);
	assert_int_equal(got.replaced, 0);
	assert_int_equal(got.retire, k.retire);
	assert_true(got.imported);
	msgout_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_move),
		cmocka_unit_test(older_records_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
 * The commands of control against those of edctl: the same words, the same
 * arguments.
 *
 * sources: ctl/grammar.c regress/control/world.c regress/control/tmpdir.c
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
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "grammar.h"
#include "verbs.h"

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static const struct command *
command_of(const struct verb *v)
{
	const struct command *c;
	size_t i;

	for (i = 0; (c = grammar_at(i)) != NULL; i++) {
		if (same(c->word[0], v->word[0]) &&
		    same(c->word[1], v->word[1]))
			return c;
	}
	return NULL;
}

static void
every_verb_is_a_command(void **state)
{
	const struct command *c;
	const struct verb *v;
	size_t i, k;

	for (i = 0; (v = verb_at(i)) != NULL; i++) {
		c = command_of(v);
		if (c == NULL)
			fail_msg("edctl has no %s %s", v->word[0],
			    v->word[1] == NULL ? "" : v->word[1]);
		for (k = 0; k < COMMAND_ARGS_MAX && k < VERB_ARGS_MAX; k++) {
			if ((c->arg[k].label == NULL) !=
				(v->arg[k].label == NULL) ||
			    !same(c->arg[k].keyword, v->arg[k].keyword) ||
			    c->arg[k].optional != v->arg[k].optional)
				fail_msg("argument %zu of %s %s", k, v->word[0],
				    v->word[1] == NULL ? "" : v->word[1]);
		}
	}
}

static void
every_command_is_a_verb(void **state)
{
	size_t commands, verbs;

	for (commands = 0; grammar_at(commands) != NULL;)
		commands++;
	for (verbs = 0; verb_at(verbs) != NULL;)
		verbs++;
	/* "help", "setup", "smtp-test" and "top" are edctl's own. */
	assert_int_equal(commands, verbs + 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verb_is_a_command),
		cmocka_unit_test(every_command_is_a_verb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
 * The command line of edctl: abbreviations, arguments, mistakes.
 *
 * sources: ctl/grammar.c ctl/parse.c ctl/suggest.c
 * sources: lib/proto_admin.c lib/breach.c lib/chan.c lib/pending.c lib/msg.c
 * sources: lib/row.c
 * sources: lib/log.c lib/logsock.c lib/compat.c
 * libs: -levent
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "grammar.h"
#include "parse.h"
#include "suggest.h"

#define WORDS_MAX 80

/* Parse a line; words are separated by single spaces. */
static int
parse_line(const char *line, struct parse *p)
{
	char *copy, *rest, *word[WORDS_MAX];
	int n, r;

	copy = rest = strdup(line);
	n = 0;
	while (n < WORDS_MAX && (word[n] = strsep(&rest, " ")) != NULL)
		n++;
	r = parse_command(n, word, p);
	free(copy);
	return r;
}

/* The canonical words with "|" between. */
static void
canonical(const struct parse *p, char *text, size_t size)
{
	uint32_t i;
	size_t len;

	text[0] = '\0';
	for (i = 0; i < p->words.words; i++) {
		len = strlen(text);
		(void)snprintf(text + len, size - len, "%s%s",
		    i == 0 ? "" : "|", p->words.word[i]);
	}
}

static void
accepted_lines_are_spelled_out(void **state)
{
	static const struct {
		const char *line;
		const char *want;
	} table[] = {
		{ "sender add a@b.c compartment prod",
		    "sender|add|a@b.c|compartment|prod" },
		{ "se a a@b.c c prod", "sender|add|a@b.c|compartment|prod" },
		{ "comp l", "compartment|list" },
		{ "c", NULL },
		{ "cr l", "credential|list" },
		{ "cred list alice", "credential|list|alice" },
		{ "cred add alice", "credential|add|alice" },
		{ "cred add alice desc my old printer",
		    "credential|add|alice|description|my old printer" },
		{ "dkim add x algorithm ed25519 selector s",
		    "dkim|add|x|algorithm|ed25519|selector|s" },
		{ "dk a x alg r b 4096 sel s",
		    "dkim|add|x|algorithm|rsa|bits|4096|selector|s" },
		{ "suppr add a@b.c comp x reas hard note it is so",
		    "suppression|add|a@b.c|compartment|x|reason|hardbounce|"
		    "note|it is so" },
		{ "tr <a@b>", "trace|<a@b>" },
		{ "rel", "reload" },
		{ "relo", "reload" },
		{ "sh q", "show|queue" },
		{ "lo v", "log|verbose" },
		{ "help", "help" },
		{ "help dkim", "help|dkim" },
		{ "user add list", "user|add|list" },
	};
	char text[512];
	struct parse p;
	size_t i;
	int r;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		r = parse_line(table[i].line, &p);
		canonical(&p, text, sizeof(text));
		if (table[i].want == NULL)
			assert_int_equal(r, -1);
		else if (r == -1)
			fail_msg("%s: %s", table[i].line, p.why);
		else
			assert_string_equal(text, table[i].want);
		parse_clear(&p);
	}
}

static void
refused_lines_say_what_to_do(void **state)
{
	static const struct {
		const char *line;
		const char *why;
		const char *hint;
	} table[] = {
		{ "", "unknown \"\"", "known are apikey" },
		{ "relaod", "unknown \"relaod\"", "did you mean \"reload\"" },
		{ "sendre list", "unknown \"sendre\"", "\"sender\"" },
		{ "sender lsit", "unknown \"sender lsit\"", "\"sender list\"" },
		{ "sender frobnicate", "unknown",
		    "add, list, remove, set, show" },
		{ "s list", "\"s\" is ambiguous",
		    "sender, setup, show, smtp-test, status, stop, store, suppression" },
		{ "sender", "not all of a command", "help sender" },
		{ "sender add", "ADDRESS is missing", "usage: edctl sender" },
		{ "sender add x", "compartment is missing", "usage" },
		{ "sender add x compartment", "needs NAME", "usage" },
		{ "sender add x compratment y", "unknown \"compratment\"",
		    "\"compartment\"" },
		{ "sender add x compartment y compartment z", "given twice",
		    "usage" },
		{ "dkim add x algorithm dsa", "unknown \"dsa\"",
		    "did you mean \"rsa\"" },
		{ "dkim add x algorithm zzzz", "unknown \"zzzz\"",
		    "rsa, ed25519" },
		{ "status now", "unexpected \"now\"", "usage" },
		{ "trace", "is missing", "usage: edctl trace ID" },
		{ "dkim import x key /no/such/file", "/no/such/file", "" },
	};
	struct parse p;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (parse_line(table[i].line, &p) == 0)
			fail_msg("\"%s\" was accepted", table[i].line);
		if (strstr(p.why, table[i].why) == NULL)
			fail_msg("\"%s\": %s", table[i].line, p.why);
		if (strstr(p.hint, table[i].hint) == NULL)
			fail_msg("\"%s\": hint: %s", table[i].line, p.hint);
		parse_clear(&p);
	}
}

static void
file_is_read_in_place_of_its_name(void **state)
{
	char path[] = "/tmp/edctl-parse.XXXXXX", line[128];
	struct parse p;
	int fd;

	fd = mkstemp(path);
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, "-----BEGIN", 10), 10);
	(void)snprintf(line, sizeof(line), "dkim import x key %s", path);
	assert_int_equal(parse_line(line, &p), 0);
	assert_string_equal(p.words.word[4], "-----BEGIN");
	parse_clear(&p);
	assert_int_equal(write(fd, "\0", 1), 1);
	assert_int_equal(parse_line(line, &p), -1);
	assert_non_null(strstr(p.why, "PEM"));
	parse_clear(&p);
	(void)close(fd);
	(void)unlink(path);
}

static void
too_many_words_are_refused(void **state)
{
	char line[4096];
	struct parse p;
	unsigned i;

	(void)strcpy(line, "user add x");
	for (i = 0; i < 70; i++)
		(void)strcat(line, " y");
	assert_int_equal(parse_line(line, &p), -1);
	parse_clear(&p);
}

static void
every_command_has_its_own_usage(void **state)
{
	char a[COMMAND_USAGE_SIZE], b[COMMAND_USAGE_SIZE];
	const struct command *c, *d;
	size_t i;

	for (i = 1; (c = grammar_at(i)) != NULL; i++) {
		d = grammar_at(i - 1);
		(void)grammar_usage(c, a, sizeof(a));
		(void)grammar_usage(d, b, sizeof(b));
		assert_true(strcmp(b, a) < 0);
		assert_true(strlen(a) < sizeof(a) - 1);
		assert_non_null(c->what);
	}
}

static void
nearest_word_is_near(void **state)
{
	static const char *const words[] = { "reload", "remove", "list" };

	assert_string_equal(suggest_nearest(words, 3, "relod"), "reload");
	assert_string_equal(suggest_nearest(words, 3, "lsit"), "list");
	assert_null(suggest_nearest(words, 3, "xyzzy"));
	assert_null(suggest_nearest(words, 3,
	    "a word that is very much longer than any of them"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted_lines_are_spelled_out),
		cmocka_unit_test(refused_lines_say_what_to_do),
		cmocka_unit_test(file_is_read_in_place_of_its_name),
		cmocka_unit_test(too_many_words_are_refused),
		cmocka_unit_test(every_command_has_its_own_usage),
		cmocka_unit_test(nearest_word_is_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

/* sources: edd/conf.c edd/conf_set.c edd/conf_add.c edd/value.c lib/network.c edd/lex.c edd/keyword.c lib/address.c lib/compat.c */

/*
 * Values, words and statements of edd.conf, without the grammar.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "conf.h"
#include "conf_set.h"
#include "keyword.h"
#include "lex.h"
#include "network.h"
#include "value.h"

#define COUNT(A) (sizeof(A) / sizeof((A)[0]))

struct good {
	const char *text;
	uint64_t value;
	const char *canonical;
};

static const struct good sizes[] = {
	{ "0", 0, "0" },
	{ "1", 1, "1" },
	{ "1023", 1023, "1023" },
	{ "1024", 1024, "1K" },
	{ "35m", 35u << 20, "35M" },
	{ "2048K", 2u << 20, "2M" },
	{ "1G", 1u << 30, "1G" },
	{ "8589934591G", 8589934591ull << 30, "8589934591G" },
};
static const char *const not_sizes[] = { "", "K", "-1", "1.5M", "1KB", "1 K",
	"0x10", "8589934592G", "99999999999999999999", "12Q", "+1" };

static void
sizes_have_units(void **state)
{
	char text[VALUE_TEXT_SIZE];
	uint64_t v;
	size_t i;

	for (i = 0; i < COUNT(sizes); i++) {
		assert_int_equal(value_size(sizes[i].text, &v), 0);
		assert_int_equal(v, sizes[i].value);
		value_print_size(v, text);
		assert_string_equal(text, sizes[i].canonical);
	}
	for (i = 0; i < COUNT(not_sizes); i++) {
		if (value_size(not_sizes[i], &v) != -1)
			fail_msg("\"%s\" is a size", not_sizes[i]);
	}
}

static const struct good times[] = {
	{ "0", 0, "0" },
	{ "59", 59, "59s" },
	{ "60s", 60, "1m" },
	{ "90", 90, "90s" },
	{ "5M", 300, "5m" },
	{ "36h", 129600, "36h" },
	{ "4d", 345600, "4d" },
	{ "14d", 1209600, "2w" },
	{ "2147483647", 2147483647, "2147483647s" },
};
static const char *const not_times[] = { "", "m", "soon", "-5m", "5min",
	"1h30m", "2147483648", "3551w", "1y" };

static void
times_have_units(void **state)
{
	char text[VALUE_TEXT_SIZE];
	uint32_t v;
	size_t i;

	for (i = 0; i < COUNT(times); i++) {
		assert_int_equal(value_time(times[i].text, &v), 0);
		assert_int_equal(v, times[i].value);
		value_print_time(v, text);
		assert_string_equal(text, times[i].canonical);
	}
	for (i = 0; i < COUNT(not_times); i++) {
		if (value_time(not_times[i], &v) != -1)
			fail_msg("\"%s\" is a time", not_times[i]);
	}
}

struct network_row {
	const char *text;
	const char *canonical; /* NULL: refused */
};

static const struct network_row networks[] = {
	{ "127.0.0.0/8", "127.0.0.0/8" },
	{ "0.0.0.0/0", "0.0.0.0/0" },
	{ "192.0.2.7", "192.0.2.7/32" },
	{ "fe80::/10", "fe80::/10" },
	{ "::1", "::1/128" },
	{ "2001:DB8::/32", "2001:db8::/32" },
	{ "127.0.0.1/8", NULL },
	{ "10.0.0.0/33", NULL },
	{ "fe80::/129", NULL },
	{ "10.0.0/8", NULL },
	{ "10.0.0.0/", NULL },
	{ "10.0.0.0/-1", NULL },
	{ "/8", NULL },
	{ "", NULL },
	{ "example.org", NULL },
};

static void
networks_are_clean(void **state)
{
	char text[VALUE_TEXT_SIZE];
	struct conf_network n;
	size_t i;

	for (i = 0; i < COUNT(networks); i++) {
		if (networks[i].canonical == NULL) {
			if (network_parse(networks[i].text, &n) != -1)
				fail_msg("\"%s\" passes", networks[i].text);
			continue;
		}
		assert_int_equal(network_parse(networks[i].text, &n), 0);
		network_print(&n, text, sizeof(text));
		assert_string_equal(text, networks[i].canonical);
	}
}

/* All tokens of a text, kinds and texts in one string. */
static const char *
words_of(const char *text)
{
	static char out[512];
	static const char kinds[] = {
		[LEX_END] = '.',
		[LEX_NEWLINE] = 'n',
		[LEX_WORD] = 'w',
		[LEX_QUOTED] = 'q',
		[LEX_PUNCT] = 'p',
		[LEX_ERROR] = '!',
	};
	struct lex_token t;
	struct lex *l;
	size_t n;

	l = lex_new();
	assert_non_null(l);
	assert_int_equal(lex_define(l, "fixed", "yes", true), 0);
	assert_int_equal(lex_define(l, "two", "a \"b c\"", false), 0);
	assert_int_equal(lex_define(l, "self", "x $self", false), 0);
	assert_int_equal(lex_define(l, "fixed", "no", false), 0);
	assert_int_equal(lex_push_text(l, "text", text), 0);
	n = 0;
	do {
		lex_next(l, &t);
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%c(%s)",
		    kinds[t.kind], t.text);
	} while (t.kind != LEX_END);
	lex_next(l, &t);
	assert_int_equal(t.kind, LEX_END);
	lex_free(l);
	return out;
}

static const struct network_row texts[] = {
	{ "", ".()" },
	{ "a", "w(a)n().()" },
	{ "a\n", "w(a)n().()" },
	{ "a # b\nc\n", "w(a)n()w(c)n().()" },
	{ "a \\\n b\n", "w(a)w(b)n().()" },
	{ "a \\\r\n b\r\n", "w(a)w(b)n().()" },
	{ "a#b", "w(a)n().()" },
	{ "\"a # \\\"b\\\" \\\\ \\x\"", "q(a # \"b\" \\ \\x)n().()" },
	{ "a=b,c", "w(a)p(=)w(b)p(,)w(c)n().()" },
	{ "$fixed", "w(yes)n().()" },
	{ "x $two y", "w(x)w(a)q(b c)w(y)n().()" },
	{ "$two.d", "w(a)q(b c)w(.d)n().()" },
	{ "\"$two\"", "q($two)n().()" },
	{ "\"a\nb", "!(quote is not closed near \"a\")n()w(b)n().()" },
	{ "$none b", "!(macro is not defined near \"none\")w(b)n().()" },
	{ "{", "!(unexpected character near \"{\")n().()" },
	{ "127.0.0.1 ::1 10.0.0.0/8 5% *",
	    "w(127.0.0.1)w(::1)w(10.0.0.0/8)w(5%)w(*)n().()" },
};

static void
words_are_told_apart(void **state)
{
	size_t i;

	for (i = 0; i < COUNT(texts); i++)
		assert_string_equal(words_of(texts[i].text),
		    texts[i].canonical);
	assert_non_null(strstr(words_of("$self"), "nested too deeply"));
}

static void
lines_are_counted(void **state)
{
	static const char text[] = "a\nb \\\nc\n# x\nd";
	static const int lines[] = { 1, 1, 2, 3, 3, 4, 5, 5 };
	struct lex_token t;
	struct lex *l;
	size_t i;

	l = lex_new();
	assert_non_null(l);
	assert_int_equal(lex_push_text(l, "name", text), 0);
	for (i = 0; i < COUNT(lines); i++) {
		lex_next(l, &t);
		assert_int_equal(t.line, lines[i]);
		assert_string_equal(t.file, "name");
	}
	lex_next(l, &t);
	assert_int_equal(t.kind, LEX_END);
	lex_free(l);
}

static void
mistyped_keywords_are_guessed(void **state)
{
	static const struct keyword table[] = {
		{ "listen", 1 },
		{ "log", 2 },
		{ "message-size", 3 },
		{ "port", 4 },
		{ NULL, 0 },
	};

	assert_int_equal(keyword_find(table, "log"), 2);
	assert_int_equal(keyword_find(table, "lo"), 0);
	assert_int_equal(keyword_find(table, ""), 0);
	assert_string_equal(keyword_nearest(table, "lisen"), "listen");
	assert_string_equal(keyword_nearest(table, "prot"), "port");
	assert_string_equal(keyword_nearest(table, "mesage_size"),
	    "message-size");
	assert_null(keyword_nearest(table, "frobnicate"));
	assert_null(keyword_nearest(table, "x"));
	assert_null(keyword_nearest(table, ""));
}

static void
statements_set_once(void **state)
{
	struct conf *c;

	c = conf_new();
	assert_non_null(c);
	assert_int_equal(conf_set_hostname(c, "Mail.Example.ORG"), 0);
	assert_string_equal(c->global.hostname, "mail.example.org");
	assert_int_equal(conf_set_hostname(c, "b.example.org"), -1);
	assert_string_equal(c->near, "b.example.org");
	assert_string_equal(c->global.hostname, "mail.example.org");
	assert_int_equal(conf_set_number(c, SET_SMTP_SESSIONS, "5"), 0);
	assert_int_equal(c->smtp.sessions_max, 5);
	assert_int_equal(conf_set_number(c, SET_SMTP_SESSIONS, "5"), -1);
	assert_int_equal(conf_set_number(c, SET_SMTP_SOURCE, "0"), -1);
	assert_string_equal(c->near, "0");
	assert_int_equal(conf_set_time(c, SET_QUEUE_EXPIRE, "1d"), 0);
	assert_int_equal(c->queue.expire, 86400);
	conf_free(c);
}

static void
retries_replace_the_default(void **state)
{
	struct conf *c;
	unsigned i;

	c = conf_new();
	assert_non_null(c);
	assert_int_equal(c->queue.retries, 6);
	assert_int_equal(conf_add_retry(c, "1s", true), 0);
	assert_int_equal(c->queue.retries, 1);
	for (i = 1; i < CONF_RETRY_MAX; i++)
		assert_int_equal(conf_add_retry(c, "1m", false), 0);
	assert_int_equal(conf_add_retry(c, "1h", false), -1);
	assert_int_equal(c->queue.retries, CONF_RETRY_MAX);
	assert_int_equal(conf_add_retry(c, "1s", true), -1);
	conf_free(c);
}

static void
reserve_is_one_or_the_smaller(void **state)
{
	struct conf *c;

	c = conf_new();
	assert_non_null(c);
	assert_int_equal(c->queue.reserve_percent, 5);
	assert_int_equal(c->queue.reserve_bytes, 1u << 30);
	assert_int_equal(conf_set_reserve(c, "7%", NULL), 0);
	assert_int_equal(c->queue.reserve_percent, 7);
	assert_int_equal(c->queue.reserve_bytes, 0);
	conf_free(c);
	c = conf_new();
	assert_non_null(c);
	assert_int_equal(conf_set_reserve(c, NULL, "1M"), 0);
	assert_int_equal(c->queue.reserve_percent, 0);
	assert_int_equal(c->queue.reserve_bytes, 1u << 20);
	conf_free(c);
}

static void
report_cb(const char *where, const char *text, void *arg)
{
	char *out = arg;

	(void)snprintf(out + strlen(out), 1024 - strlen(out), "%s: %s\n",
	    where == NULL ? "-" : where, text);
}

static void
the_whole_is_checked(void **state)
{
	char out[1024] = "";
	struct conf *c;

	c = conf_new();
	assert_non_null(c);
	assert_int_equal(conf_check(c, report_cb, out), -1);
	assert_non_null(strstr(out, "hostname is missing"));
	assert_non_null(strstr(out, "no listen"));
	assert_int_equal(conf_set_hostname(c, "localhost"), 0);
	assert_int_equal(conf_add_listen(c, "*", "25", LISTEN_TLS,
			     LISTEN_AUTH_PLAIN, "a", 0, "f:1"),
	    0);
	assert_int_equal(conf_add_pki(c, "b", "/c", "/k", "f:2"), 0);
	out[0] = '\0';
	assert_int_equal(conf_check(c, report_cb, out), -1);
	assert_string_equal(out,
	    "f:1: there is no pki near \"a\"\n"
	    "f:2: no listen statement uses this pki near \"b\"\n");
	assert_int_equal(conf_add_pki(c, "a", "/c", "/k", "f:3"), 0);
	assert_int_equal(conf_add_listen(c, "::1", "26", LISTEN_TLS,
			     LISTEN_AUTH_PLAIN, "b", 0, "f:4"),
	    0);
	assert_int_equal(conf_check(c, report_cb, out), 0);
	conf_free(c);
}

static void
what_is_fixed_is_named(void **state)
{
	struct conf *a, *b;

	a = conf_new();
	b = conf_new();
	assert_non_null(a);
	assert_non_null(b);
	assert_null(conf_fixed_difference(a, b));
	b->smtp.rcpt_max = 1;
	assert_null(conf_fixed_difference(a, b));
	assert_int_equal(conf_set_number(b, SET_WORKERS_SMTPD, "7"), 0);
	assert_string_equal(conf_fixed_difference(a, b), "workers smtpd");
	assert_int_equal(conf_set_path(b, SET_SPOOL, "/srv/spool"), 0);
	assert_string_equal(conf_fixed_difference(a, b), "spool");
	conf_free(a);
	conf_free(b);
}

static void
empty_folder_is_beside_the_spool(void **state)
{
	char path[CONF_PATH_SIZE];
	struct conf *c;

	c = conf_new();
	assert_non_null(c);
	assert_int_equal(conf_set_path(c, SET_SPOOL, "/srv/edd/spool"), 0);
	conf_empty_dir(c, path);
	assert_string_equal(path, "/srv/edd/empty");
	conf_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_have_units),
		cmocka_unit_test(times_have_units),
		cmocka_unit_test(networks_are_clean),
		cmocka_unit_test(words_are_told_apart),
		cmocka_unit_test(lines_are_counted),
		cmocka_unit_test(mistyped_keywords_are_guessed),
		cmocka_unit_test(statements_set_once),
		cmocka_unit_test(retries_replace_the_default),
		cmocka_unit_test(reserve_is_one_or_the_smaller),
		cmocka_unit_test(the_whole_is_checked),
		cmocka_unit_test(what_is_fixed_is_named),
		cmocka_unit_test(empty_folder_is_beside_the_spool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
 * The command table and its parser.  The table is the only list: parsing and
 * help both come from it.
 */
#include "grammar.h"

#include <stdbool.h>
#include <string.h>

/* Longest word that is compared by edit distance. */
#define WORD_MAX 32u

#define NO_ARGS                                                                \
	{                                                                      \
		{                                                              \
			NULL, NULL, 0                                          \
		}                                                              \
	}

static const struct grammar_command commands[] = {
	{ { "compartment", "add" }, { { NULL, "NAME", 0 } },
	    "make a compartment" },
	{ { "compartment", "list" }, NO_ARGS, "list compartments" },
	{ { "compartment", "remove" }, { { NULL, "NAME", 0 } },
	    "remove an empty compartment" },
	{ { "credential", "add" },
	    { { NULL, "USER", 0 }, { "description", "TEXT", 1 } },
	    "make an SMTP user name and password, shown once" },
	{ { "credential", "list" }, { { NULL, "USER", 1 } },
	    "list SMTP credentials" },
	{ { "credential", "remove" }, { { NULL, "ID", 0 } },
	    "remove an SMTP credential" },
	{ { "dkim", "add" },
	    { { NULL, "DOMAIN", 0 }, { "selector", "NAME", 1 },
		{ "algorithm", "rsa|ed25519", 1 }, { "bits", "N", 1 } },
	    "make a DKIM key" },
	{ { "dkim", "import" },
	    { { NULL, "DOMAIN", 0 }, { "key", "FILE", 0 },
		{ "selector", "NAME", 1 } },
	    "take a DKIM key over from a PEM file" },
	{ { "dkim", "list" }, { { NULL, "DOMAIN", 1 } }, "list DKIM keys" },
	{ { "dkim", "remove" },
	    { { NULL, "DOMAIN", 0 }, { "selector", "NAME", 0 } },
	    "remove a DKIM key" },
	{ { "dkim", "show" },
	    { { NULL, "DOMAIN", 0 }, { "selector", "NAME", 1 } },
	    "show the DNS records to publish" },
	{ { "domain", "add" },
	    { { NULL, "DOMAIN", 0 }, { "compartment", "NAME", 0 } },
	    "make an email domain" },
	{ { "domain", "list" }, { { "compartment", "NAME", 1 } },
	    "list email domains" },
	{ { "domain", "remove" }, { { NULL, "DOMAIN", 0 } },
	    "remove an email domain" },
	{ { "domain", "show" }, { { NULL, "DOMAIN", 0 } },
	    "show a domain and its DKIM keys" },
	{ { "help", NULL }, { { NULL, "COMMAND", 1 } },
	    "list commands, or those that begin with a word" },
	{ { "log", "brief" }, NO_ARGS, "log what matters" },
	{ { "log", "verbose" }, NO_ARGS, "log everything" },
	{ { "reload", NULL }, NO_ARGS, "read the configuration again" },
	{ { "sender", "add" },
	    { { NULL, "ADDRESS", 0 }, { "compartment", "NAME", 0 } },
	    "approve an address, or @DOMAIN, as a sender" },
	{ { "sender", "list" }, { { "compartment", "NAME", 1 } },
	    "list approved senders" },
	{ { "sender", "remove" }, { { NULL, "ADDRESS", 0 } },
	    "remove an approved sender" },
	{ { "sender", "show" }, { { NULL, "ADDRESS", 0 } },
	    "show an approved sender" },
	{ { "show", "queue" }, NO_ARGS, "list what is in the queue" },
	{ { "show", "status" }, NO_ARGS, "show processes and counters" },
	{ { "stop", NULL }, NO_ARGS, "stop edd" },
	{ { "suppression", "add" },
	    { { NULL, "ADDRESS", 0 }, { "compartment", "NAME", 0 },
		{ "reason", "REASON", 1 }, { "note", "TEXT", 1 } },
	    "never send to an address" },
	{ { "suppression", "check" }, { { NULL, "ADDRESS", 0 } },
	    "show whether and why an address is suppressed" },
	{ { "suppression", "list" }, { { "compartment", "NAME", 1 } },
	    "list suppressions" },
	{ { "suppression", "remove" },
	    { { NULL, "ADDRESS", 0 }, { "compartment", "NAME", 1 } },
	    "send to an address again" },
	{ { "trace", NULL }, { { NULL, "ID|MESSAGE-ID|RECIPIENT", 0 } },
	    "tell what became of a message" },
	{ { "user", "add" }, { { NULL, "NAME", 0 } }, "make a user" },
	{ { "user", "list" }, NO_ARGS, "list users" },
	{ { "user", "remove" }, { { NULL, "NAME", 0 } }, "remove a user" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

struct parse {
	int argc;
	char *const *argv;
	int at;
	struct grammar_result *out;
	char *why;
	size_t why_size;
	char *hint;
	size_t hint_size;
};

/* Insertions, deletions, changes and swaps that make b of a. */
static unsigned
distance(const char *a, const char *b)
{
	unsigned d[WORD_MAX + 1][WORD_MAX + 1], best;
	size_t i, j, n, m;

	n = strlen(a);
	m = strlen(b);
	if (n > WORD_MAX || m > WORD_MAX)
		return WORD_MAX;
	for (i = 0; i <= n; i++)
		d[i][0] = (unsigned)i;
	for (j = 0; j <= m; j++)
		d[0][j] = (unsigned)j;
	for (i = 1; i <= n; i++)
		for (j = 1; j <= m; j++) {
			best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	return d[n][m];
}

/* Does a command fit the first word found so far? */
static bool
fits(const struct grammar_command *c, const char *first)
{
	return first == NULL || strcmp(c->word[0], first) == 0;
}

static const char *
word_at(const struct grammar_command *c, const char *first)
{
	return c->word[first == NULL ? 0 : 1];
}

/* The nearest word at this place, or NULL if none is near. */
static const char *
nearest(const char *typed, const char *first)
{
	const char *word, *best = NULL;
	unsigned d, least = 4;
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		word = word_at(&commands[i], first);
		if (!fits(&commands[i], first) || word == NULL)
			continue;
		d = distance(typed, word);
		if (d < least && d < strlen(word)) {
			least = d;
			best = word;
		}
	}
	return best;
}

/* All words at this place that begin like what was typed, for an error. */
static void
list_words(char *out, size_t size, const char *typed, const char *first)
{
	const char *word, *last = "";
	size_t i, len;

	out[0] = '\0';
	for (i = 0; i < COMMANDS; i++) {
		word = word_at(&commands[i], first);
		if (!fits(&commands[i], first) || word == NULL ||
		    strncmp(word, typed, strlen(typed)) != 0 ||
		    strcmp(word, last) == 0)
			continue;
		len = strlen(out);
		(void)snprintf(out + len, size - len, "%s%s",
		    len == 0 ? "" : ", ", word);
		last = word;
	}
}

/* The word that was typed or begun; NULL with the reason. */
static const char *
find_word(struct parse *p, const char *typed, const char *first)
{
	const char *word, *found = NULL, *near;
	char list[512];
	bool several = false;
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		word = word_at(&commands[i], first);
		if (!fits(&commands[i], first) || word == NULL ||
		    strncmp(word, typed, strlen(typed)) != 0)
			continue;
		if (strcmp(word, typed) == 0)
			return word;
		if (found != NULL && strcmp(found, word) != 0)
			several = true;
		found = word;
	}
	if (found != NULL && !several)
		return found;
	if (several) {
		list_words(list, sizeof(list), typed, first);
		(void)snprintf(p->why, p->why_size, "\"%s\" is ambiguous: %s",
		    typed, list);
		return NULL;
	}
	near = nearest(typed, first);
	(void)snprintf(p->why, p->why_size, "unknown command \"%s%s%s\"",
	    first == NULL ? "" : first, first == NULL ? "" : " ", typed);
	if (near != NULL)
		(void)snprintf(p->hint, p->hint_size, "did you mean: %s%s%s",
		    first == NULL ? "" : first, first == NULL ? "" : " ", near);
	else
		(void)snprintf(p->hint, p->hint_size, "see: edctl help");
	return NULL;
}

/* How a command is to be typed. */
static void
usage(const struct grammar_command *c, char *out, size_t size)
{
	const struct grammar_arg *a;
	size_t i, len;

	(void)snprintf(out, size, "%s%s%s", c->word[0],
	    c->word[1] == NULL ? "" : " ",
	    c->word[1] == NULL ? "" : c->word[1]);
	for (i = 0; i < GRAMMAR_ARGS && c->arg[i].value != NULL; i++) {
		a = &c->arg[i];
		len = strlen(out);
		(void)snprintf(out + len, size - len, " %s%s%s%s%s",
		    a->optional ? "[" : "",
		    a->keyword == NULL ? "" : a->keyword,
		    a->keyword == NULL ? "" : " ", a->value,
		    a->optional ? "]" : "");
	}
}

static int
fail_usage(struct parse *p, const struct grammar_command *c)
{
	char text[256];

	usage(c, text, sizeof(text));
	(void)snprintf(p->hint, p->hint_size, "usage: edctl %s", text);
	return -1;
}

static const struct grammar_command *
find_command(const char *first, const char *second)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].word[0], first) == 0 &&
		    (commands[i].word[1] == NULL ||
			(second != NULL &&
			    strcmp(commands[i].word[1], second) == 0)))
			return &commands[i];
	return NULL;
}

static bool
takes_second(const char *first)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].word[0], first) == 0)
			return commands[i].word[1] != NULL;
	return false;
}

/* First and second word.  NULL with the reason. */
static const struct grammar_command *
parse_words(struct parse *p)
{
	const char *first, *second = NULL;
	char list[512];

	first = find_word(p, p->argv[p->at++], NULL);
	if (first == NULL)
		return NULL;
	if (takes_second(first)) {
		if (p->at == p->argc) {
			list_words(list, sizeof(list), "", first);
			(void)snprintf(p->why, p->why_size, "\"%s\" what? %s",
			    first, list);
			return NULL;
		}
		second = find_word(p, p->argv[p->at++], first);
		if (second == NULL)
			return NULL;
	}
	return find_command(first, second);
}

static void
put(struct parse *p, const char *word)
{
	p->out->word[p->out->words++] = word;
}

/* The keyword argument that was typed or begun, or NULL. */
static const struct grammar_arg *
find_keyword(const struct grammar_command *c, const char *typed)
{
	const struct grammar_arg *found = NULL;
	size_t i;

	for (i = 0; i < GRAMMAR_ARGS && c->arg[i].value != NULL; i++) {
		if (c->arg[i].keyword == NULL ||
		    strncmp(c->arg[i].keyword, typed, strlen(typed)) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = &c->arg[i];
	}
	return found;
}

/* What stands alone, in order; then keywords with their values. */
static int
parse_args(struct parse *p, const struct grammar_command *c)
{
	const struct grammar_arg *a;
	bool given[GRAMMAR_ARGS] = { false };
	size_t i;

	for (i = 0; i < GRAMMAR_ARGS && c->arg[i].value != NULL &&
	     c->arg[i].keyword == NULL && p->at < p->argc;
	     i++) {
		put(p, p->argv[p->at++]);
		given[i] = true;
	}
	while (p->at < p->argc) {
		a = find_keyword(c, p->argv[p->at]);
		if (a == NULL || given[a - c->arg] || p->at + 1 == p->argc) {
			(void)snprintf(p->why, p->why_size,
			    a == NULL		  ? "unexpected \"%s\"" :
				given[a - c->arg] ? "\"%s\" is given twice" :
						    "\"%s\" needs a value",
			    p->argv[p->at]);
			return fail_usage(p, c);
		}
		given[a - c->arg] = true;
		put(p, a->keyword);
		put(p, p->argv[p->at + 1]);
		p->at += 2;
	}
	for (i = 0; i < GRAMMAR_ARGS && c->arg[i].value != NULL; i++)
		if (!given[i] && !c->arg[i].optional) {
			(void)snprintf(p->why, p->why_size, "%s%s%s is missing",
			    c->arg[i].keyword == NULL ? "" : c->arg[i].keyword,
			    c->arg[i].keyword == NULL ? "" : " ",
			    c->arg[i].value);
			return fail_usage(p, c);
		}
	return 0;
}

/*
 * Parse a command line into canonical words.  0, or -1 with why it cannot
 * be, and a hint that may be empty.
 */
int
grammar_parse(int argc, char *const *argv, struct grammar_result *out,
    char *why, size_t why_size, char *hint, size_t hint_size)
{
	struct parse p = { argc, argv, 0, out, why, why_size, hint, hint_size };
	const struct grammar_command *c;

	memset(out, 0, sizeof(*out));
	why[0] = hint[0] = '\0';
	if (argc == 0) {
		(void)snprintf(why, why_size, "no command");
		(void)snprintf(hint, hint_size, "see: edctl help");
		return -1;
	}
	c = parse_words(&p);
	if (c == NULL)
		return -1;
	out->command = c;
	put(&p, c->word[0]);
	if (c->word[1] != NULL)
		put(&p, c->word[1]);
	return parse_args(&p, c);
}

/*
 * Print all commands, or those that begin with topic.  0, or -1 if there are
 * none.
 */
int
grammar_help(FILE *f, const char *topic)
{
	char text[256];
	size_t i;
	int rc = -1;

	for (i = 0; i < COMMANDS; i++) {
		if (topic != NULL &&
		    strncmp(commands[i].word[0], topic, strlen(topic)) != 0)
			continue;
		usage(&commands[i], text, sizeof(text));
		(void)fprintf(f, "edctl %s\n        %s\n", text,
		    commands[i].what);
		rc = 0;
	}
	return rc;
}

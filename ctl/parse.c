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
 * The parser of edctl's command line, over the table of grammar.c.
 */
#include "parse.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grammar.h"
#include "suggest.h"

/* Different words at one place of a command. */
#define PARSE_WORDS_MAX 64u

static int parse_fail(struct parse *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static int
parse_fail(struct parse *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(p->why, sizeof(p->why), fmt, ap);
	va_end(ap);
	return -1;
}

/* The hint that shows how the command is used. */
static void
hint_usage(struct parse *p)
{
	char usage[COMMAND_USAGE_SIZE];

	(void)snprintf(p->hint, sizeof(p->hint), "usage: edctl %s",
	    grammar_usage(p->command, usage, sizeof(usage)));
}

/* Append a word, taken over; NULL: out of memory. */
static int
push(struct parse *p, char *word)
{
	if (word == NULL || p->words.words == ADMIN_WORDS_MAX) {
		free(word);
		return parse_fail(p, "too many words");
	}
	p->words.word[p->words.words++] = word;
	return 0;
}

/* The different words at place level after first (NULL at level 0). */
static size_t
collect(const char *first, const char *words[PARSE_WORDS_MAX])
{
	const struct command *c;
	const char *word;
	size_t i, n;

	n = 0;
	for (i = 0; (c = grammar_at(i)) != NULL; i++) {
		if (first != NULL && strcmp(c->word[0], first) != 0)
			continue;
		word = first == NULL ? c->word[0] : c->word[1];
		if (word == NULL || n == PARSE_WORDS_MAX ||
		    (n > 0 && strcmp(words[n - 1], word) == 0))
			continue;
		words[n++] = word;
	}
	return n;
}

/* What other programs call it, if it is one of the words; or NULL. */
static const char *
synonym(const char *const *words, size_t n, const char *given)
{
	static const char *const same[][2] = { { "create", "add" },
		{ "new", "add" }, { "make", "add" }, { "del", "remove" },
		{ "delete", "remove" }, { "rm", "remove" }, { "ls", "list" },
		{ "get", "show" }, { "info", "show" }, { "edit", "set" },
		{ "change", "set" }, { "update", "set" }, { "mailq", "queue" },
		{ "log", "events" }, { "shutdown", "stop" } };
	size_t i, k;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		for (k = 0; strcmp(same[i][0], given) == 0 && k < n; k++) {
			if (strcmp(words[k], same[i][1]) == 0)
				return words[k];
		}
	}
	return NULL;
}

/* Replace what is given by the word of the list it stands for, or fail. */
static int
choose(struct parse *p, const char *const *words, size_t n, const char *given,
    const char *before, const char **word)
{
	char list[ERROR_SIZE / 2];
	const char *near;
	size_t i;

	switch (suggest_find(words, n, given, &i)) {
	case SUGGEST_FOUND:
		*word = words[i];
		return 0;
	case SUGGEST_AMBIGUOUS:
		suggest_join(words, n, given, list, sizeof(list));
		(void)snprintf(p->hint, sizeof(p->hint), "it could be %s",
		    list);
		return parse_fail(p, "\"%s%s\" is ambiguous", before, given);
	case SUGGEST_NONE:
		break;
	}
	near = synonym(words, n, given);
	if (near == NULL)
		near = suggest_nearest(words, n, given);
	suggest_join(words, n, "", list, sizeof(list));
	if (near != NULL)
		(void)snprintf(p->hint, sizeof(p->hint),
		    "did you mean \"%s%s\"?", before, near);
	else
		(void)snprintf(p->hint, sizeof(p->hint), "known are %s", list);
	return parse_fail(p, "unknown \"%s%s\"", before, given);
}

static const struct command *
command_find(const char *first, const char *second)
{
	const struct command *c;
	size_t i;

	for (i = 0; (c = grammar_at(i)) != NULL; i++) {
		if (strcmp(c->word[0], first) == 0 &&
		    (c->word[1] == NULL ||
			(second != NULL && strcmp(c->word[1], second) == 0)))
			return c;
	}
	return NULL;
}

/* "add sender" for "sender add": the hint, if it is that. */
static void
hint_turned(struct parse *p, int argc, char *const *argv)
{
	const struct command *c;

	c = argc < 2 ? NULL : command_find(argv[1], argv[0]);
	if (c != NULL && c->word[1] != NULL)
		(void)snprintf(p->hint, sizeof(p->hint),
		    "did you mean \"edctl %s %s\"?", c->word[0], c->word[1]);
}

/*
 * An ambiguous first word that only one command can have with this second
 * one: "se l" is "sender list", because "setup" has none.  NULL: it is not so.
 */
static const char *
by_second(int argc, char *const *argv)
{
	const struct command *c;
	const char *found;
	size_t i;

	found = NULL;
	for (i = 0; argc > 1 && (c = grammar_at(i)) != NULL; i++) {
		if (strncmp(c->word[0], argv[0], strlen(argv[0])) != 0)
			continue;
		if (strcmp(c->word[0], argv[0]) == 0)
			return NULL;
		if (c->word[1] == NULL || argv[1][0] == '\0' ||
		    strncmp(c->word[1], argv[1], strlen(argv[1])) != 0)
			continue;
		if (found != NULL && strcmp(found, c->word[0]) != 0)
			return NULL;
		found = c->word[0];
	}
	return found;
}

/* The one or two words that name the command.  How many, or -1. */
static int
parse_words(struct parse *p, int argc, char *const *argv)
{
	const char *words[PARSE_WORDS_MAX], *first, *second;
	char before[64], list[ERROR_SIZE / 2];
	size_t n;

	second = NULL;
	n = collect(NULL, words);
	first = by_second(argc, argv);
	if (first == NULL && choose(p, words, n, argv[0], "", &first) == -1) {
		hint_turned(p, argc, argv);
		return -1;
	}
	n = collect(first, words);
	if (n > 0 && argc < 2) {
		suggest_join(words, n, "", list, sizeof(list));
		(void)snprintf(p->hint, sizeof(p->hint),
		    "%s what: %s; see "
		    "\"edctl help %s\"",
		    first, list, first);
		return parse_fail(p, "\"%s\" is not all of a command", first);
	}
	(void)snprintf(before, sizeof(before), "%s ", first);
	if (n > 0 && choose(p, words, n, argv[1], before, &second) == -1)
		return -1;
	p->command = command_find(first, second);
	if (p->command == NULL || push(p, strdup(first)) == -1 ||
	    (second != NULL && push(p, strdup(second)) == -1))
		return -1;
	return second == NULL ? 1 : 2;
}

/* All words from i on as one, with a space between. */
static char *
join(int argc, char *const *argv, int i)
{
	char *text;
	size_t len, used;
	int j;

	len = 1;
	for (j = i; j < argc; j++)
		len += strlen(argv[j]) + 1;
	text = calloc(1, len);
	if (text == NULL)
		return NULL;
	for (j = i; j < argc; j++) {
		used = strlen(text);
		(void)snprintf(text + used, len - used, "%s%s",
		    j == i ? "" : " ", argv[j]);
	}
	return text;
}

/* The content of a file that is text and not too long; "-": what is given. */
static char *
slurp(struct parse *p, const char *path)
{
	char *text;
	size_t n;
	FILE *f;

	f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	if (f == NULL) {
		(void)parse_fail(p, "%s: %s", path, strerror(errno));
		return NULL;
	}
	text = calloc(1, PEM_MAX + 1);
	n = text == NULL ? 0 : fread(text, 1, PEM_MAX, f);
	if (text != NULL && (n == PEM_MAX || strlen(text) != n)) {
		(void)parse_fail(p, "%s: not a key in PEM form", path);
		free(text);
		text = NULL;
	}
	if (f != stdin)
		(void)fclose(f);
	return text;
}

/* One of the choices that the label has. */
static char *
choice(struct parse *p, const struct argument *a, const char *given)
{
	const char *words[PARSE_WORDS_MAX], *word;
	char *copy, *rest, *result;
	size_t n;

	copy = rest = strdup(a->label);
	n = 0;
	while (copy != NULL && n < PARSE_WORDS_MAX &&
	    (word = strsep(&rest, "|")) != NULL)
		words[n++] = word;
	result = NULL;
	if (choose(p, words, n, given, "", &word) == 0)
		result = strdup(word);
	free(copy);
	return result;
}

/*
 * A command in the audit: its first word or both, what edd does by itself, or
 * an operation of the management API, which begins with a capital letter.
 */
static char *
verb(struct parse *p, const char *given)
{
	const char *words[PARSE_WORDS_MAX + 2], *first, *second;
	char before[64], *copy, *rest, *result;
	size_t n;

	if (given[0] >= 'A' && given[0] <= 'Z')
		return strdup(given);
	copy = rest = strdup(given);
	if (copy == NULL)
		return NULL;
	(void)strsep(&rest, " ");
	result = NULL;
	n = collect(NULL, words);
	if (choose(p, words, n, copy, "", &first) == 0 && rest == NULL)
		result = strdup(first);
	else if (p->why[0] == '\0') {
		n = collect(first, words);
		words[n++] = "state";
		words[n++] = "retire";
		(void)snprintf(before, sizeof(before), "%s ", first);
		if (choose(p, words, n, rest, before, &second) == 0 &&
		    asprintf(&result, "%s %s", first, second) == -1)
			result = NULL;
	}
	free(copy);
	return result;
}

/* The value of an argument, which begins at i.  The words it took, or -1. */
static int
parse_value(struct parse *p, const struct argument *a, int argc,
    char *const *argv, int i)
{
	char *value;
	int used;

	if (i == argc) {
		hint_usage(p);
		return parse_fail(p, "\"%s\" needs %s", a->keyword, a->label);
	}
	used = 1;
	switch (a->kind) {
	case ARGUMENT_CHOICE:
		value = choice(p, a, argv[i]);
		break;
	case ARGUMENT_FILE:
		value = slurp(p, argv[i]);
		break;
	case ARGUMENT_VERB:
		value = verb(p, argv[i]);
		break;
	case ARGUMENT_TEXT:
		value = join(argc, argv, i);
		used = argc - i;
		break;
	default:
		value = strdup(argv[i]);
		break;
	}
	if (value == NULL)
		return p->why[0] == '\0' ? parse_fail(p, "out of memory") : -1;
	if (strlen(value) > PEM_MAX) {
		free(value);
		return parse_fail(p, "an argument is too long");
	}
	return push(p, value) == -1 ? -1 : used;
}

/* Whether a word is, or begins, a keyword of the command. */
static bool
is_keyword(const struct command *c, const char *word)
{
	size_t i;

	for (i = 0; i < COMMAND_ARGS_MAX; i++) {
		if (c->arg[i].keyword != NULL && word[0] != '\0' &&
		    strncmp(c->arg[i].keyword, word, strlen(word)) == 0)
			return true;
	}
	return false;
}

/*
 * Arguments by place, then those with keywords.  One that may be left away is,
 * if a keyword stands in its place.
 */
static int
parse_places(struct parse *p, int argc, char *const *argv, int i, bool *given)
{
	const struct argument *a;
	size_t n;
	int used;

	for (n = 0; n < COMMAND_ARGS_MAX; n++) {
		a = &p->command->arg[n];
		if (a->label == NULL || a->keyword != NULL || i == argc)
			break;
		if (a->optional && is_keyword(p->command, argv[i]))
			continue;
		used = parse_value(p, a, argc, argv, i);
		if (used == -1)
			return -1;
		given[n] = true;
		i += used;
	}
	return i;
}

static int
keyword_find(struct parse *p, const char *word, size_t *place)
{
	const char *words[COMMAND_ARGS_MAX], *found;
	size_t at[COMMAND_ARGS_MAX];
	size_t i, n;

	n = 0;
	for (i = 0; i < COMMAND_ARGS_MAX; i++) {
		if (p->command->arg[i].keyword != NULL) {
			at[n] = i;
			words[n++] = p->command->arg[i].keyword;
		}
	}
	if (n == 0) {
		hint_usage(p);
		return parse_fail(p, "unexpected \"%s\"", word);
	}
	if (choose(p, words, n, word, "", &found) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		if (words[i] == found)
			*place = at[i];
	}
	return 0;
}

static int
parse_keywords(struct parse *p, int argc, char *const *argv, int i, bool *given)
{
	const struct argument *a;
	size_t place;
	int used;

	place = 0;
	while (i < argc) {
		if (keyword_find(p, argv[i], &place) == -1)
			return -1;
		a = &p->command->arg[place];
		if (given[place]) {
			hint_usage(p);
			return parse_fail(p, "\"%s\" is given twice",
			    a->keyword);
		}
		given[place] = true;
		if (push(p, strdup(a->keyword)) == -1)
			return -1;
		used = parse_value(p, a, argc, argv, i + 1);
		if (used == -1)
			return -1;
		i += 1 + used;
	}
	return 0;
}

static int
parse_missing(struct parse *p, const bool *given)
{
	const struct argument *a;
	size_t i;

	for (i = 0; i < COMMAND_ARGS_MAX; i++) {
		a = &p->command->arg[i];
		if (a->label == NULL || a->optional || given[i])
			continue;
		hint_usage(p);
		return parse_fail(p, "%s is missing",
		    a->keyword == NULL ? a->label : a->keyword);
	}
	return 0;
}

/*
 * Parse the words of a command line, at least one.  0, or -1 with why and
 * perhaps a hint.  Free with parse_clear() in both cases.
 */
int
parse_command(int argc, char *const *argv, struct parse *p)
{
	bool given[COMMAND_ARGS_MAX] = { false };
	int i;

	memset(p, 0, sizeof(*p));
	i = parse_words(p, argc, argv);
	if (i == -1)
		return -1;
	i = parse_places(p, argc, argv, i, given);
	if (i == -1 || parse_keywords(p, argc, argv, i, given) == -1)
		return -1;
	return parse_missing(p, given);
}

/* Wipe and free the words. */
void
parse_clear(struct parse *p)
{
	admin_command_clear(&p->words);
}

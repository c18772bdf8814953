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
 * Completion.  The files in etc/ ask "edctl complete WORD ...", of which the
 * last word is the one that is typed, and get one word a line; they know no
 * command themselves, so that they fit every version.  Words come from the
 * grammar, names of objects from a list command, if edd answers at once.  Never
 * an error: a shell would print it into the line that is typed.
 */
#include "complete.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "grammar.h"
#include "options.h"
#include "proto_admin.h"
#include "row.h"
#include "suggest.h"
#include "topic.h"

/* Seconds that a shell waits for edd, and names that it is given. */
#define COMPLETE_SECONDS 2u
#define COMPLETE_NAMES	 500u

/* Said in place of words: the shell completes names of files. */
#define COMPLETE_FILES ":files"

#define COMPLETE_WORDS_MAX 64u

struct completion {
	const char *begin; /* what is typed of the word */
	const char *column;
	unsigned names;
};

/* Where names of objects come from: by keyword or object, and label. */
static const struct {
	const char *before; /* keyword, or first word of the command */
	const char *label;
	const char *list[2];
	const char *column;
} sources[] = {
	{ "compartment", "NAME", { "compartment", "list" }, "name" },
	{ "parent", "NAME", { "compartment", "list" }, "name" },
	{ "credential", "USER", { "user", "list" }, "name" },
	{ "credential", "ID", { "credential", "list" }, "id" },
	{ "dkim", "DOMAIN", { "domain", "list" }, "domain" },
	{ "domain", "DOMAIN", { "domain", "list" }, "domain" },
	{ "returnpath", "DOMAIN", { "domain", "list" }, "domain" },
	{ "selector", "NAME", { "dkim", "list" }, "selector" },
	{ "group", "NAME", { "group", "list" }, "name" },
	{ "user", "USER", { "user", "list" }, "name" },
	{ "user", "NAME", { "user", "list" }, "name" },
	{ "policy", "ID", { "policy", "list" }, "id" },
	{ "pool", "ID", { "pool", "list" }, "id" },
	{ "sender", "ADDRESS", { "sender", "list" }, "address" },
	{ "from", "SENDER", { "sender", "list" }, "address" },
	{ "destination", "DOMAIN", { "queue", "summary" }, "destination" },
	{ "throttle", "ADDRESS|all", { "throttle", "list" }, "address" },
	{ "why", "USER", { "user", "list" }, "name" },
	{ "why", "ADDRESS", { "sender", "list" }, "address" },
};

/* A candidate: a word of a line of its own if it begins as was typed. */
static void
offer(const struct completion *c, const char *word)
{
	if (strncmp(word, c->begin, strlen(c->begin)) == 0)
		(void)puts(word);
}

/* Whether a name can be a word as it is: others would need quotes. */
static bool
is_plain(const char *name)
{
	for (; *name != '\0'; name++) {
		if (*name <= ' ' || *name == 127 ||
		    strchr("\"'\\$`&;|<>()*?[]{}!#~", *name) != NULL)
			return false;
	}
	return true;
}

static int
name_cb(const struct row *row, void *arg)
{
	struct completion *c;
	const char *name;

	c = arg;
	name = row_value(row, c->column);
	if (name != NULL && name[0] != '\0' && is_plain(name))
		offer(c, name);
	return ++c->names < COMPLETE_NAMES ? 0 : 1;
}

/* The names that stand after before, in the place of label. */
static void
names(const struct options *o, struct completion *c, const char *before,
    const char *label)
{
	struct admin_end end;
	struct client *client;
	size_t i;

	for (i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (strcmp(sources[i].before, before) == 0 &&
		    strcmp(sources[i].label, label) == 0)
			break;
	}
	if (i == sizeof(sources) / sizeof(sources[0]))
		return;
	client = client_open(o->socket, COMPLETE_SECONDS, &end);
	if (client == NULL)
		return;
	c->column = sources[i].column;
	(void)client_words(client, name_cb, c, &end, sources[i].list[0],
	    sources[i].list[1], NULL);
	client_free(client);
}

/* Words with "|" between. */
static void
choices(const struct completion *c, const char *label)
{
	char *copy, *rest;
	const char *word;

	copy = rest = strdup(label);
	while (copy != NULL && (word = strsep(&rest, "|")) != NULL)
		offer(c, word);
	free(copy);
}

/* What commands begin with. */
static void
verbs(const struct completion *c)
{
	const struct command *command;
	const char *last;
	size_t i;

	last = "";
	for (i = 0; (command = grammar_at(i)) != NULL; i++) {
		if (strcmp(command->word[0], last) != 0)
			offer(c, command->word[0]);
		last = command->word[0];
	}
}

static void
value(const struct options *o, struct completion *c, const char *before,
    const struct argument *a)
{
	switch (a->kind) {
	case ARGUMENT_CHOICE:
		choices(c, a->label);
		break;
	case ARGUMENT_FILE:
		(void)puts(COMPLETE_FILES);
		break;
	case ARGUMENT_TEXT:
		break;
	case ARGUMENT_VERB:
		verbs(c);
		break;
	case ARGUMENT_WORD:
		if (strncmp(a->label, "FILE", 4) == 0)
			(void)puts(COMPLETE_FILES);
		if (strstr(a->label, "|self-signed") != NULL)
			offer(c, "self-signed");
		if (strstr(a->label, "|all") != NULL)
			offer(c, "all");
		names(o, c, before, a->label);
		break;
	}
}

/* The argument that a word is the keyword of, or NULL. */
static const struct argument *
keyword_of(const struct command *command, const char *word)
{
	size_t i;

	for (i = 0; i < COMMAND_ARGS_MAX; i++) {
		if (command->arg[i].keyword != NULL && word[0] != '\0' &&
		    strncmp(command->arg[i].keyword, word, strlen(word)) == 0)
			return &command->arg[i];
	}
	return NULL;
}

/* Keywords that were not given yet. */
static void
keywords(const struct completion *c, const struct command *command, int words,
    char *const *word)
{
	size_t i;
	int w;

	for (i = 0; i < COMMAND_ARGS_MAX; i++) {
		if (command->arg[i].keyword == NULL)
			continue;
		for (w = 0; w < words; w++) {
			if (keyword_of(command, word[w]) == &command->arg[i])
				break;
		}
		if (w == words)
			offer(c, command->arg[i].keyword);
	}
}

/* Whatever may stand after these words of the command's arguments. */
static void
arguments(const struct options *o, struct completion *c,
    const struct command *command, int words, char *const *word)
{
	const struct argument *a;
	size_t i;
	int w;

	for (i = 0, w = 0; i < COMMAND_ARGS_MAX; i++) {
		a = &command->arg[i];
		if (a->label == NULL || a->keyword != NULL)
			break;
		if (w == words) {
			value(o, c, command->word[0], a);
			if (!a->optional)
				return;
			break;
		}
		if (!a->optional || keyword_of(command, word[w]) == NULL)
			w++;
	}
	while (w < words) {
		a = keyword_of(command, word[w]);
		if (a == NULL || a->kind == ARGUMENT_TEXT)
			return;
		if (++w == words) {
			value(o, c, a->keyword, a);
			return;
		}
		w++;
	}
	keywords(c, command, words, word);
}

/* The different words at a place, after first (NULL: at the first). */
static size_t
collect(const char *first, const char *list[COMPLETE_WORDS_MAX])
{
	const struct command *c;
	const char *word;
	size_t i, n;

	n = 0;
	for (i = 0; (c = grammar_at(i)) != NULL && n < COMPLETE_WORDS_MAX;
	     i++) {
		if (first != NULL && strcmp(c->word[0], first) != 0)
			continue;
		word = first == NULL ? c->word[0] : c->word[1];
		if (word != NULL && (n == 0 || strcmp(list[n - 1], word) != 0))
			list[n++] = word;
	}
	return n;
}

/*
 * The word for what was typed at a place, or NULL; at the last place the
 * candidates are offered.
 */
static const char *
place(const struct completion *c, const char *first, const char *typed,
    bool last)
{
	const char *list[COMPLETE_WORDS_MAX];
	size_t i, n;

	n = collect(first, list);
	for (i = 0; last && i < n; i++)
		offer(c, list[i]);
	if (last || suggest_find(list, n, typed, &i) != SUGGEST_FOUND)
		return NULL;
	return list[i];
}

static const struct command *
find(const char *first, const char *second)
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

static void
topics(const struct completion *c)
{
	const struct topic *t;
	size_t i;

	for (i = 0; (t = topic_at(i)) != NULL; i++)
		offer(c, t->name);
	(void)place(c, NULL, "", true);
}

/*
 * Print what the last of the words can become, a line each.  Always 0: there
 * may be nothing.
 */
int
complete_run(const struct options *o, int words, char *const *word)
{
	const char *list[COMPLETE_WORDS_MAX], *first, *second;
	struct completion c;
	int used;

	memset(&c, 0, sizeof(c));
	if (words < 1)
		return 0;
	c.begin = word[words - 1];
	first = place(&c, NULL, word[0], words == 1);
	if (first == NULL)
		return 0;
	if (strcmp(first, "help") == 0) {
		topics(&c);
		return 0;
	}
	second = NULL;
	used = 1;
	if (collect(first, list) > 0) {
		second = place(&c, first, word[1], words == 2);
		used = 2;
		if (second == NULL)
			return 0;
	}
	arguments(o, &c, find(first, second), words - used - 1, word + used);
	return 0;
}

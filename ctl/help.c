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
 * Help: an overview that fits a screen; what is known of a topic, with its
 * commands; or every command.  Commands come from the grammar.
 */
#include "help.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "grammar.h"
#include "parse.h"
#include "suggest.h"
#include "topic.h"

/* Topics and first words of commands. */
#define HELP_WORDS_MAX 128u

/* Columns of the names in the overview, and where its lines end. */
#define HELP_NAME_WIDTH 14
#define HELP_WIDTH	78

/* Whether a command begins with the word (in full or in part). */
static bool
begins(const struct command *c, const char *word)
{
	return strncmp(c->word[0], word, strlen(word)) == 0;
}

/* The commands that begin with word (NULL: all).  Whether there are any. */
static bool
commands(const char *word)
{
	char text[COMMAND_USAGE_SIZE];
	const struct command *c;
	bool any;
	size_t i;

	any = false;
	for (i = 0; (c = grammar_at(i)) != NULL; i++) {
		if (word != NULL && !begins(c, word))
			continue;
		(void)printf("edctl %s\n        %s\n",
		    grammar_usage(c, text, sizeof(text)), c->what);
		any = true;
	}
	return any;
}

/* A line of the overview: an object with its verbs, or what a command does. */
static size_t
overview_line(size_t i)
{
	const struct command *c, *first;
	size_t column;

	first = grammar_at(i);
	(void)printf("  %-*s", HELP_NAME_WIDTH, first->word[0]);
	if (first->word[1] == NULL) {
		(void)printf(" %s\n", first->what);
		return i + 1;
	}
	column = HELP_NAME_WIDTH + 2;
	for (; (c = grammar_at(i)) != NULL &&
	     strcmp(c->word[0], first->word[0]) == 0;
	     i++) {
		if (column + strlen(c->word[1]) + 1 > HELP_WIDTH) {
			(void)printf("\n%*s", HELP_NAME_WIDTH + 2, "");
			column = HELP_NAME_WIDTH + 2;
		}
		(void)printf(" %s", c->word[1]);
		column += strlen(c->word[1]) + 1;
	}
	(void)putchar('\n');
	return i;
}

static void
overview(void)
{
	const struct topic *t;
	size_t column, i;

	(void)puts("usage: edctl [-j] [-s socket] [-t seconds] command "
		   "[argument ...]\n\nCommands:");
	for (i = 0; grammar_at(i) != NULL;)
		i = overview_line(i);
	(void)puts(
	    "\nWords may be abbreviated.  \"edctl help TOPIC\" says more "
	    "of a command and of:");
	column = 0;
	for (i = 0; (t = topic_at(i)) != NULL; i++) {
		if (column + strlen(t->name) + 2 > HELP_WIDTH) {
			(void)putchar('\n');
			column = 0;
		}
		(void)printf("  %s", t->name);
		column += strlen(t->name) + 2;
	}
	(void)puts(
	    "\n\"edctl help all\" lists every command with its arguments; "
	    "edctl(8) has it all.\nNew here: \"edctl setup\", or \"edctl "
	    "help first-steps\".");
}

/* Topics, then words that are none. */
static size_t
known(const char *words[HELP_WORDS_MAX])
{
	const struct command *c;
	const struct topic *t;
	size_t i, n;

	n = 0;
	for (i = 0; (t = topic_at(i)) != NULL && n < HELP_WORDS_MAX; i++)
		words[n++] = t->name;
	for (i = 0; (c = grammar_at(i)) != NULL && n < HELP_WORDS_MAX; i++) {
		if (strcmp(words[n - 1], c->word[0]) != 0)
			words[n++] = c->word[0];
	}
	return n;
}

static void __attribute__((noreturn)) unknown(const char *word)
{
	const char *words[HELP_WORDS_MAX], *near;
	char why[ERROR_SIZE], hint[ERROR_SIZE];

	near = suggest_nearest(words, known(words), word);
	(void)snprintf(why, sizeof(why), "there is no help on \"%s\"", word);
	if (near != NULL)
		(void)snprintf(hint, sizeof(hint),
		    "did you mean \"edctl help %s\"?", near);
	else
		(void)snprintf(hint, sizeof(hint), "see \"edctl help\"");
	fail(FAIL_NO, why, hint);
}

/* The topic of that name, or that begins so, or of these commands. */
static const struct topic *
topic_find(const char *word)
{
	const struct topic *t, *found;
	size_t i;

	found = NULL;
	for (i = 0; (t = topic_at(i)) != NULL; i++) {
		if (strcmp(t->name, word) == 0 ||
		    (t->object != NULL && strcmp(t->object, word) == 0))
			return t;
		if (found == NULL && strncmp(t->name, word, strlen(word)) == 0)
			found = t;
	}
	return found;
}

/* One command, of two words.  Whether there is such. */
static bool
one_command(const char *words)
{
	char text[COMMAND_USAGE_SIZE];
	const struct command *c;
	size_t i, len;

	for (i = 0; (c = grammar_at(i)) != NULL; i++) {
		len = strlen(c->word[0]);
		if (c->word[1] == NULL ||
		    strncmp(words, c->word[0], len) != 0 || words[len] != ' ' ||
		    strcmp(words + len + 1, c->word[1]) != 0)
			continue;
		(void)printf("edctl %s\n        %s\n",
		    grammar_usage(c, text, sizeof(text)), c->what);
		return true;
	}
	return false;
}

/* help [TOPIC]: which may be both words of a command, or its first is one */
int
help_run(const struct options *o, const struct parse *p)
{
	const struct topic *t;
	char *word;
	bool any;

	word = p->words.words > 1 ? p->words.word[1] : NULL;
	if (word == NULL || word[0] == '\0') {
		overview();
		return 0;
	}
	if (strcmp(word, "all") == 0) {
		(void)commands(NULL);
		return 0;
	}
	if (one_command(word))
		return 0;
	word[strcspn(word, " ")] = '\0';
	t = topic_find(word);
	if (t != NULL)
		(void)printf("%s: %s\n\n%s", t->name, t->what, t->text);
	if (t != NULL && t->object != NULL)
		(void)putchar('\n');
	any = commands(t != NULL && t->object != NULL ? t->object :
		t != NULL			      ? "\n" :
							word);
	if (t == NULL && !any)
		unknown(word);
	return 0;
}

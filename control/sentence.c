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
 * The parser of policy sentences:
 *
 *	sentence = "allow" subject "to" verb family "in" place
 *		   [ "where" condition ]
 *	subject  = "group" NAME / "any-user"
 *	verb     = "inspect" / "read" / "use" / "manage"
 *	family   = "email-family" / "approved-senders" / "suppressions" /
 *		   "email-domains" / "dkims" / "dkim"
 *	place    = "compartment" NAME / "tenancy"
 *
 * Words have white space between them; the case of those in quotes does not
 * matter.  Conditions are in condition.c.  It knows no store.
 */
#include "sentence.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The longest word that is read: a name. */
struct reader {
	const char *at;
	char word[NAME_SIZE]; /* empty: the end */
	char *why;
	size_t size;
};

static const char *const verbs[] = {
	[SENTENCE_INSPECT] = "inspect",
	[SENTENCE_READ] = "read",
	[SENTENCE_USE] = "use",
	[SENTENCE_MANAGE] = "manage",
};

static const char *const families[] = {
	[SENTENCE_EMAIL_FAMILY] = "email-family",
	[SENTENCE_SENDERS] = "approved-senders",
	[SENTENCE_SUPPRESSIONS] = "suppressions",
	[SENTENCE_DOMAINS] = "email-domains",
	[SENTENCE_DKIM] = "dkims",
};

/* The word of a verb. */
const char *
sentence_verb_name(enum sentence_verb v)
{
	return verbs[v];
}

/* The word of a family. */
const char *
sentence_family_name(enum sentence_family f)
{
	return families[f];
}

static int
expected(const struct reader *r, const char *what)
{
	if (r->word[0] == '\0')
		(void)snprintf(r->why, r->size,
		    "the sentence ends where %s is expected", what);
	else
		(void)snprintf(r->why, r->size,
		    "\"%s\" stands where %s is expected", r->word, what);
	return -1;
}

/* The next word.  -1 if it is longer than any. */
static int
next(struct reader *r)
{
	size_t len;

	r->at += strspn(r->at, " \t");
	len = strcspn(r->at, " \t");
	if (len >= sizeof(r->word)) {
		(void)snprintf(r->why, r->size, "\"%.20s...\" is too long",
		    r->at);
		return -1;
	}
	memcpy(r->word, r->at, len);
	r->word[len] = '\0';
	r->at += len;
	return 0;
}

static bool
is(const struct reader *r, const char *word)
{
	return strcasecmp(r->word, word) == 0;
}

static int
need(struct reader *r, const char *word)
{
	char what[64];

	(void)snprintf(what, sizeof(what), "\"%s\"", word);
	if (next(r) == -1)
		return -1;
	return is(r, word) ? 0 : expected(r, what);
}

static int
need_any_name(struct reader *r, const char *what, char name[NAME_SIZE])
{
	if (next(r) == -1)
		return -1;
	if (r->word[0] == '\0')
		return expected(r, what);
	memcpy(name, r->word, NAME_SIZE);
	return 0;
}

static int
subject(struct reader *r, struct sentence *s)
{
	if (next(r) == -1)
		return -1;
	if (is(r, "any-user")) {
		s->group[0] = '\0';
		return 0;
	}
	if (!is(r, "group"))
		return expected(r, "\"group\" or \"any-user\"");
	return need_any_name(r, "the name of a group", s->group);
}

/* A word of a table that begins at 1 and ends at last, or 0 and why. */
static unsigned
choice(struct reader *r, const char *const *table, unsigned last,
    const char *what)
{
	unsigned i;

	if (next(r) == -1)
		return 0;
	for (i = 1; i <= last; i++) {
		if (is(r, table[i]))
			return i;
	}
	if (table == families && is(r, "dkim"))
		return SENTENCE_DKIM;
	(void)expected(r, what);
	return 0;
}

static int
place(struct reader *r, struct sentence *s)
{
	if (need(r, "in") == -1 || next(r) == -1)
		return -1;
	if (is(r, "tenancy")) {
		s->compartment[0] = '\0';
		return 0;
	}
	if (!is(r, "compartment"))
		return expected(r, "\"compartment\" or \"tenancy\"");
	return need_any_name(r, "the name of a compartment", s->compartment);
}

static int
end(struct reader *r, struct sentence *s)
{
	if (next(r) == -1)
		return -1;
	if (is(r, "where"))
		return condition_parse(r->at, &s->condition, r->why, r->size);
	return r->word[0] == '\0' ? 0 : expected(r, "the end");
}

/* Read a sentence.  0, or -1 and why says which word is wrong. */
int
sentence_parse(const char *text, struct sentence *s, char *why, size_t size)
{
	struct reader r = { .at = text, .why = why, .size = size };

	memset(s, 0, sizeof(*s));
	if (need(&r, "allow") == -1 || subject(&r, s) == -1 ||
	    need(&r, "to") == -1)
		return -1;
	s->verb = (enum sentence_verb)choice(&r, verbs, SENTENCE_VERB_LAST,
	    "inspect, read, use or manage");
	if (s->verb == 0)
		return -1;
	s->family = (enum sentence_family)choice(&r, families,
	    SENTENCE_FAMILY_LAST,
	    "email-family, approved-senders, suppressions, email-domains or "
	    "dkims");
	if (s->family == 0 || place(&r, s) == -1)
		return -1;
	return end(&r, s);
}

/* Write a sentence as sentence_parse() reads it. */
void
sentence_print(const struct sentence *s, char text[SENTENCE_SIZE])
{
	char condition[CONDITION_SIZE];

	condition_print(&s->condition, condition);
	(void)snprintf(text, SENTENCE_SIZE, "allow %s%s to %s %s in %s%s%s%s",
	    s->group[0] == '\0' ? "any-user" : "group ", s->group,
	    verbs[s->verb], families[s->family],
	    s->compartment[0] == '\0' ? "tenancy" : "compartment ",
	    s->compartment, condition[0] == '\0' ? "" : " where ", condition);
}

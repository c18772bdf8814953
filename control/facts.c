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
 * A list of questions with their answers.  Asks nothing itself.
 */
#include "facts.h"

#include <stdlib.h>
#include <string.h>

#include "compat.h"

enum entry_state {
	ENTRY_WANTED = 1,
	ENTRY_ASKED,
	ENTRY_KNOWN
};

struct entry {
	enum entry_state state;
	struct dns_query query;
	struct fact fact;
};

struct facts {
	size_t n;
	bool closed;
	struct entry entry[FACTS_MAX];
};

/* What there is no way to find out. */
static const struct fact failed = { DNS_FAIL, 0, NULL };
static const struct fact nothing = { DNS_NXDOMAIN, 0, NULL };

/* Nothing is known; NULL without memory. */
struct facts *
facts_new(void)
{
	return calloc(1, sizeof(struct facts));
}

static void
fact_clear(struct fact *f)
{
	size_t i;

	for (i = 0; i < f->records; i++)
		free(f->record[i]);
	free(f->record);
	f->record = NULL;
	f->records = 0;
}

/* Free; NULL is allowed. */
void
facts_free(struct facts *f)
{
	size_t i;

	if (f == NULL)
		return;
	for (i = 0; i < f->n; i++)
		fact_clear(&f->entry[i].fact);
	free(f);
}

static struct entry *
find(struct facts *f, enum dns_rrtype rrtype, const char *name)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		if (f->entry[i].query.rrtype == rrtype &&
		    strcmp(f->entry[i].query.name, name) == 0)
			return &f->entry[i];
	}
	return NULL;
}

/*
 * What the DNS says about a name in lower case.  NULL if that is not known
 * yet; then it is wanted from now on.  A name that cannot be one does not
 * exist.  The fact is owned by facts and stays until facts_free().
 */
const struct fact *
facts_get(struct facts *f, enum dns_rrtype rrtype, const char *name)
{
	struct entry *e;

	if (name[0] == '\0' || strlen(name) > ADDRESS_DOMAIN_MAX)
		return &nothing;
	e = find(f, rrtype, name);
	if (e != NULL && e->state == ENTRY_KNOWN)
		return &e->fact;
	if (f->closed || (e == NULL && f->n == FACTS_MAX))
		return &failed;
	if (e != NULL)
		return NULL;
	e = &f->entry[f->n++];
	e->state = ENTRY_WANTED;
	e->query.rrtype = rrtype;
	(void)strlcpy(e->query.name, name, sizeof(e->query.name));
	return NULL;
}

/*
 * The next question that is wanted and was not taken by a call before, with
 * its place for facts_put().  false if there is none.
 */
bool
facts_next(struct facts *f, struct dns_query *q, size_t *place)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		if (f->entry[i].state != ENTRY_WANTED)
			continue;
		f->entry[i].state = ENTRY_ASKED;
		*q = f->entry[i].query;
		*place = i;
		return true;
	}
	return false;
}

/* The answer to a question; NULL is none in time.  It is copied. */
void
facts_put(struct facts *f, size_t place, const struct dns_answer *a)
{
	struct fact *fact;
	size_t i;

	fact = &f->entry[place].fact;
	fact_clear(fact);
	f->entry[place].state = ENTRY_KNOWN;
	fact->status = a == NULL ? DNS_FAIL : a->status;
	if (a == NULL || a->records == 0)
		return;
	fact->record = calloc(a->records, sizeof(*fact->record));
	for (i = 0; fact->record != NULL && i < a->records; i++) {
		fact->record[i] = strdup(a->record[i]);
		if (fact->record[i] == NULL)
			break;
		fact->records++;
	}
	if (fact->records == a->records)
		return;
	fact_clear(fact);
	fact->status = DNS_FAIL;
}

/* No more is asked: what is not known has failed. */
void
facts_close(struct facts *f)
{
	f->closed = true;
}

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
 * Last use of credentials, not yet written.  A crash loses the last minute of
 * it, which is all it is worth.
 */
#include "usage.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "compat.h"
#include "credential.h"
#include "record.h"
#include "store.h"

/* Chains; a minute sees a few thousand credentials at most. */
#define USAGE_CHAINS 1024u

/* Entries at most: what does not fit is not noted until the next flush. */
#define USAGE_MAX 65536u

struct usage_entry {
	struct usage_entry *next;
	char credential[OBJECT_ID_SIZE];
	char source[HOST_SIZE];
	int64_t when;
};

struct usage {
	size_t entries;
	struct usage_entry *chain[USAGE_CHAINS];
};

/* An empty table, or NULL without memory. */
struct usage *
usage_new(void)
{
	return calloc(1, sizeof(struct usage));
}

static void
usage_clear(struct usage *u)
{
	struct usage_entry *e;
	size_t i;

	for (i = 0; i < USAGE_CHAINS; i++) {
		while ((e = u->chain[i]) != NULL) {
			u->chain[i] = e->next;
			free(e);
		}
	}
	u->entries = 0;
}

/* Free, without writing; NULL is allowed. */
void
usage_free(struct usage *u)
{
	if (u == NULL)
		return;
	usage_clear(u);
	free(u);
}

/* Remember a use.  Without memory it is forgotten, and nothing else. */
void
usage_note(struct usage *u, const char *credential, int64_t when,
    const char *source)
{
	struct usage_entry *e, **head;

	head = &u->chain[record_hash(credential) % USAGE_CHAINS];
	for (e = *head; e != NULL; e = e->next) {
		if (strcmp(e->credential, credential) == 0)
			break;
	}
	if (e == NULL) {
		if (u->entries == USAGE_MAX)
			return;
		e = calloc(1, sizeof(*e));
		if (e == NULL)
			return;
		(void)strlcpy(e->credential, credential, sizeof(e->credential));
		e->next = *head;
		*head = e;
		u->entries++;
	}
	e->when = when;
	(void)strlcpy(e->source, source, sizeof(e->source));
}

/* A credential that is gone by now is passed over. */
static enum store_status
usage_write(struct store *s, const struct usage_entry *e)
{
	struct credential c;
	enum store_status r;

	r = credential_get(s, e->credential, &c);
	if (r != STORE_OK)
		return r == STORE_NOTFOUND ? STORE_OK : r;
	c.used = e->when;
	memcpy(c.source, e->source, sizeof(c.source));
	return credential_put(s, &c);
}

/*
 * Write what was noted, in one transaction that does not wait for the disk,
 * and forget it.  0, or -1 and it is kept for the next time.
 */
int
usage_flush(struct usage *u, struct store *s)
{
	const struct usage_entry *e;
	size_t i;

	if (u->entries == 0)
		return 0;
	if (store_begin(s) == -1)
		return -1;
	for (i = 0; i < USAGE_CHAINS; i++) {
		for (e = u->chain[i]; e != NULL; e = e->next) {
			if (usage_write(s, e) != STORE_OK) {
				store_abort(s);
				return -1;
			}
		}
	}
	if (store_commit_lazy(s) == -1)
		return -1;
	usage_clear(u);
	return 0;
}

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
 * Last use of credentials and API keys, not yet written.  A crash loses the last minute of
 * it, which is all it is worth.
 */
#include "usage.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "apikey.h"
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
	char id[OBJECT_ID_SIZE];	    /* of a credential, or a user */
	char fingerprint[FINGERPRINT_SIZE]; /* of his key; else empty */
	char source[HOST_SIZE];
	char sender[ADDRESS_SIZE];
	int64_t when; /* 0: not used, but sent as sender */
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

static struct usage_entry *
usage_find(const struct usage *u, const char *id, const char *fingerprint)
{
	struct usage_entry *e;

	e = u->chain[record_hash(id) % USAGE_CHAINS];
	while (e != NULL &&
	    (strcmp(e->id, id) != 0 ||
		strcmp(e->fingerprint, fingerprint) != 0))
		e = e->next;
	return e;
}

/*
 * The entry of a credential, or a key; NULL without memory, or if there are
 * too many.
 */
static struct usage_entry *
usage_entry(struct usage *u, const char *id, const char *fingerprint)
{
	struct usage_entry *e, **head;

	e = usage_find(u, id, fingerprint);
	if (e != NULL || u->entries == USAGE_MAX)
		return e;
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	head = &u->chain[record_hash(id) % USAGE_CHAINS];
	(void)strlcpy(e->id, id, sizeof(e->id));
	(void)strlcpy(e->fingerprint, fingerprint, sizeof(e->fingerprint));
	e->next = *head;
	*head = e;
	u->entries++;
	return e;
}

/*
 * Remember a use of a user's key.  Without memory it is forgotten, and nothing
 * else.
 */
void
usage_note_key(struct usage *u, const char *user, const char *fingerprint,
    int64_t when, const char *source)
{
	struct usage_entry *e;

	e = usage_entry(u, user, fingerprint);
	if (e == NULL)
		return;
	e->when = when;
	(void)strlcpy(e->source, source, sizeof(e->source));
}

/* Remember a use of a credential. */
void
usage_note(struct usage *u, const char *credential, int64_t when,
    const char *source)
{
	usage_note_key(u, credential, "", when, source);
}

/* Remember as whom a credential sends. */
void
usage_sender(struct usage *u, const char *credential, const char *address)
{
	struct usage_entry *e;

	e = usage_entry(u, credential, "");
	if (e != NULL)
		(void)strlcpy(e->sender, address, sizeof(e->sender));
}

/* As whom it sent last, if that is not written yet, or NULL. */
const char *
usage_last_sender(const struct usage *u, const char *credential)
{
	const struct usage_entry *e;

	e = usage_find(u, credential, "");
	return e == NULL || e->sender[0] == '\0' ? NULL : e->sender;
}

static enum store_status
usage_write_key(struct store *s, const struct usage_entry *e)
{
	enum store_status r;
	struct apikey k;

	r = apikey_get(s, e->id, e->fingerprint, &k);
	if (r != STORE_OK)
		return r == STORE_NOTFOUND ? STORE_OK : r;
	k.used = e->when;
	memcpy(k.source, e->source, sizeof(k.source));
	return apikey_put(s, &k);
}

/* What is gone by now is passed over. */
static enum store_status
usage_write(struct store *s, const struct usage_entry *e)
{
	struct credential c;
	enum store_status r;

	if (e->fingerprint[0] != '\0')
		return usage_write_key(s, e);
	r = credential_get(s, e->id, &c);
	if (r != STORE_OK)
		return r == STORE_NOTFOUND ? STORE_OK : r;
	if (e->when != 0) {
		c.used = e->when;
		memcpy(c.source, e->source, sizeof(c.source));
	}
	if (e->sender[0] != '\0')
		memcpy(c.sender, e->sender, sizeof(c.sender));
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

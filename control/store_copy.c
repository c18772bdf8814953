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
 * Copies in steps.  From its beginning the copy mirrors the store: what is
 * put or deleted in that is so in the copy, in a transaction of its own that
 * ends as the other does.  So it does not matter whether the step that reads
 * a record comes before or after it is changed.
 */
#include "store_copy.h"

#include <sys/statvfs.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "log.h"
#include "msg.h"

/* Records of a step: some ten milliseconds. */
#define COPY_STEP 1000u

/* Octets that must be free beside a copy that is to be used. */
#define COPY_ROOM (4u * 1024 * 1024)

/* Steps between writing out what is dirty, to let the log go. */
#define COPY_CHECKPOINT 32u

struct store_copy {
	struct store *from;
	struct store *to;
	char dir[STORE_PLACE_SIZE];
	char place[STORE_PLACE_SIZE];
	unsigned table;
	struct store_key after;
	uint64_t rows;
	unsigned steps;
	unsigned read; /* in this step */
	bool first;    /* of its table */
	bool bad;
};

/*
 * Begin a copy of a store, in a new place of the folder dir and under a
 * secret.  NULL with why.
 */
struct store_copy *
store_copy_new(struct store *s, const char *dir,
    const uint8_t secret[STORE_SECRET_SIZE], char *why, size_t size)
{
	struct store_copy *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		(void)snprintf(why, size, "out of memory");
		return NULL;
	}
	(void)strlcpy(c->dir, dir, sizeof(c->dir));
	c->first = true;
	if (store_place_new(dir, c->place) == -1) {
		(void)snprintf(why, size, "no room for another store: %s",
		    strerror(errno));
		free(c);
		return NULL;
	}
	c->to = store_open_at(c->place, secret, why, size);
	if (c->to == NULL) {
		store_place_drop(dir, c->place);
		free(c);
		return NULL;
	}
	c->from = s;
	if (s != NULL)
		store_mirror(s, c->to);
	return c;
}

static bool
copy_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct msgout record;
	struct store_copy *c;

	c = arg;
	c->after = *k;
	c->first = false;
	c->read++;
	memset(&record, 0, sizeof(record));
	record.data = (uint8_t *)(uintptr_t)m->pos;
	record.len = (size_t)(m->end - m->pos);
	if (store_put(c->to, (enum store_table)c->table, k, &record) !=
	    STORE_OK)
		c->bad = true;
	return !c->bad && c->read < COPY_STEP;
}

static int
copy_rows(struct store_copy *c)
{
	while (c->table < STORE_TABLES) {
		if (store_scan(c->from, (enum store_table)c->table, NULL,
			c->first ? NULL : &c->after, copy_cb, c) != STORE_OK ||
		    c->bad)
			return -1;
		if (c->read >= COPY_STEP)
			break;
		c->table++;
		c->first = true;
	}
	return 0;
}

/*
 * Copy some records.  The store must have no transaction open; one that has
 * makes this step do nothing.
 */
enum store_copy_state
store_copy_step(struct store_copy *c)
{
	if (!store_mirrors(c->from))
		return STORE_COPY_FAIL;
	if (store_transaction(c->from) != 0)
		return STORE_COPY_MORE;
	c->read = 0;
	if (store_begin(c->to) == -1)
		return STORE_COPY_FAIL;
	if (copy_rows(c) == -1) {
		store_abort(c->to);
		return STORE_COPY_FAIL;
	}
	if (store_commit_lazy(c->to) == -1)
		return STORE_COPY_FAIL;
	c->rows += c->read;
	if (++c->steps % COPY_CHECKPOINT == 0 && store_checkpoint(c->to) == -1)
		return STORE_COPY_FAIL;
	return c->table == STORE_TABLES ? STORE_COPY_DONE : STORE_COPY_MORE;
}

/* Records that were copied so far. */
uint64_t
store_copy_rows(const struct store_copy *c)
{
	return c->rows;
}

/* The copy, to be read or changed; it is closed by use and free. */
struct store *
store_copy_store(struct store_copy *c)
{
	return c->to;
}

/* No change of the store reaches the copy any more. */
void
store_copy_part(struct store_copy *c)
{
	if (c->from != NULL)
		store_mirror(c->from, NULL);
	c->from = NULL;
}

/* Whether a store in that folder could be opened, which writes to its log. */
static bool
has_room(const char *dir)
{
	struct statvfs fs;

	if (statvfs(dir, &fs) == -1) {
		log_warn("store: statvfs");
		return false;
	}
	if ((uint64_t)fs.f_bavail * fs.f_frsize >= COPY_ROOM)
		return true;
	errno = ENOSPC;
	return false;
}

/*
 * Whoever opens the store of the folder next opens the copy.  The caller must
 * change nothing in the one that is open any more.  0, or -1 logged; also when
 * there is so little room that the copy might not open.
 */
int
store_copy_use(struct store_copy *c)
{
	bool good;

	good = c->from == NULL || store_mirrors(c->from);
	store_copy_part(c);
	if (store_close(c->to) == -1)
		good = false;
	c->to = NULL;
	if (good && has_room(c->dir) &&
	    store_place_switch(c->dir, c->place) == 0)
		return 0;
	log_warn("store: %s cannot take the place of the other", c->place);
	return -1;
}

/* Free; a copy that is not in use is removed.  NULL is allowed. */
void
store_copy_free(struct store_copy *c)
{
	if (c == NULL)
		return;
	store_copy_part(c);
	(void)store_close(c->to);
	store_place_drop(c->dir, c->place);
	free(c);
}

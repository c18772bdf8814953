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
 * Entries: a length, then kind, table, key and record.  Tables have names, so
 * that their numbers can change.
 */
#include "backup.h"

#include <stdlib.h>
#include <string.h>

#include "msg.h"

/* Octets of the length in front. */
#define ENTRY_LENGTH 4u

enum entry_kind {
	ENTRY_RECORD = 1,
	ENTRY_END,
	ENTRY_LAST = ENTRY_END
};

static void
length_set(struct msgout *m, size_t at)
{
	size_t i, len;

	if (m->bad)
		return;
	len = m->len - at - ENTRY_LENGTH;
	for (i = 0; i < ENTRY_LENGTH; i++)
		m->data[at + i] = (uint8_t)(len >> (8 * i));
}

/* Append a record.  m is bad if it is out of memory. */
void
backup_put(struct msgout *m, enum store_table table, const struct store_key *k,
    const uint8_t *data, size_t len)
{
	size_t at;

	at = m->len;
	msg_put_u32(m, 0);
	msg_put_u32(m, ENTRY_RECORD);
	msg_put_str(m, store_table_name(table));
	msg_put_data(m, k->data, k->len);
	msg_put_data(m, data, len);
	length_set(m, at);
}

/* Append the end. */
void
backup_put_end(struct msgout *m, uint64_t records)
{
	size_t at;

	at = m->len;
	msg_put_u32(m, 0);
	msg_put_u32(m, ENTRY_END);
	msg_put_u64(m, records);
	length_set(m, at);
}

/* Octets that come next.  0, or -1 without memory. */
int
backup_feed(struct backup_reader *r, const uint8_t *data, size_t len)
{
	uint8_t *p;

	if (r->used > 0) {
		memmove(r->data, r->data + r->used, r->len - r->used);
		r->len -= r->used;
		r->used = 0;
	}
	if (len > r->cap - r->len) {
		p = realloc(r->data, r->len + len);
		if (p == NULL)
			return -1;
		r->data = p;
		r->cap = r->len + len;
	}
	if (len > 0)
		memcpy(r->data + r->len, data, len);
	r->len += len;
	return 0;
}

static int
entry_get(struct msgin *m, struct backup_entry *e)
{
	char table[BACKUP_TABLE_SIZE];

	memset(e, 0, sizeof(*e));
	e->end = msg_get_enum(m, ENTRY_RECORD, ENTRY_LAST) == ENTRY_END;
	if (e->end) {
		e->records = msg_get_u64(m);
		return msg_end(m);
	}
	msg_get_str(m, table, sizeof(table));
	e->key.len = msg_get_data(m, e->key.data, STORE_KEY_MAX);
	e->key.data[e->key.len] = '\0';
	e->data = msg_ref_data(m, &e->len, BACKUP_ENTRY_MAX);
	if (msg_end(m) == -1 || e->key.len == 0)
		return -1;
	return store_table_find(table, &e->table);
}

/* The next entry of what was fed. */
enum backup_result
backup_next(struct backup_reader *r, struct backup_entry *e)
{
	const uint8_t *p;
	struct msgin m;
	size_t have, len;

	have = r->len - r->used;
	if (have < ENTRY_LENGTH)
		return BACKUP_MORE;
	p = r->data + r->used;
	len = (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 |
	    (size_t)p[3] << 24;
	if (len > BACKUP_ENTRY_MAX)
		return BACKUP_BAD;
	if (have - ENTRY_LENGTH < len)
		return BACKUP_MORE;
	msgin_init(&m, 0, p + ENTRY_LENGTH, len);
	if (entry_get(&m, e) == -1)
		return BACKUP_BAD;
	r->used += ENTRY_LENGTH + len;
	return BACKUP_ENTRY;
}

/* Wipe and free. */
void
backup_reader_clear(struct backup_reader *r)
{
	if (r->data != NULL)
		explicit_bzero(r->data, r->cap);
	free(r->data);
	memset(r, 0, sizeof(*r));
}

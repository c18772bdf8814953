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
 * Numbers of suppressions and the table that finds one by its number.
 */
#include "suppress_number.h"

#include <stdio.h>
#include <string.h>

#include "id.h"
#include "msg.h"
#include "record.h"

/* In STORE_META: the last sequence that was given. */
#define META_SEQUENCE "suppression sequence"

/* The lower bits of a number are of the sequence. */
#define SEQUENCE_BITS 28u

static const char id_start[] = "ocid1.suppression.edd..";

/* The number of one made at that second. */
uint64_t
suppress_number_make(int64_t created, uint64_t sequence)
{
	uint64_t second;

	second = created < 0 ? 0 : (uint64_t)created;
	if (created > SUPPRESS_TIME_MAX)
		second = (uint64_t)SUPPRESS_TIME_MAX;
	return second << SEQUENCE_BITS |
	    (sequence & (((uint64_t)1 << SEQUENCE_BITS) - 1));
}

/* The second when it was made. */
int64_t
suppress_number_time(uint64_t number)
{
	return (int64_t)(number >> SEQUENCE_BITS);
}

/* The id that others see. */
void
suppress_number_id(uint64_t number, char id[OBJECT_ID_SIZE])
{
	char text[ID_TEXT_SIZE];

	(void)snprintf(id, OBJECT_ID_SIZE, "%s%s", id_start,
	    id_format(number, text));
}

/* The number in an id.  0, or -1 if it is none of a suppression. */
int
suppress_number_parse(const char *id, uint64_t *number)
{
	size_t len;

	len = sizeof(id_start) - 1;
	if (strncmp(id, id_start, len) != 0)
		return -1;
	return id_parse(id + len, number);
}

/* Sixteen digits, so that the order of keys is that of numbers. */
static void
ref_key(struct store_key *k, uint64_t number)
{
	char text[ID_TEXT_SIZE];

	(void)snprintf(text, sizeof(text), "%016llx",
	    (unsigned long long)number);
	store_key(k, text, NULL);
}

static int
ref_decode(struct msgin *m, struct suppress_ref *ref)
{
	msg_get_str(m, ref->place, sizeof(ref->place));
	msg_get_str(m, ref->name, sizeof(ref->name));
	return msg_end(m);
}

/* Read a record of STORE_SUPPRESSION_NUMBER.  0, or -1 if it is ill-formed. */
int
suppress_ref_decode(const struct store_key *k, struct msgin *m,
    struct suppress_ref *ref)
{
	if (id_parse(store_key_first(k), &ref->number) == -1)
		return -1;
	return ref_decode(m, ref);
}

/* What a number stands for. */
enum store_status
suppress_ref_get(struct store *s, uint64_t number, struct suppress_ref *ref)
{
	struct store_key k;
	struct msgin m;
	enum store_status r;

	ref_key(&k, number);
	r = store_get(s, STORE_SUPPRESSION_NUMBER, &k, &m);
	if (r != STORE_OK)
		return r;
	ref->number = number;
	return record_done(ref_decode(&m, ref), "number");
}

/* Store what a number stands for; the caller has a transaction. */
enum store_status
suppress_ref_put(struct store *s, const struct suppress_ref *ref)
{
	struct store_key k;
	struct msgout m;
	enum store_status r;

	memset(&m, 0, sizeof(m));
	ref_key(&k, ref->number);
	msg_put_str(&m, ref->place);
	msg_put_str(&m, ref->name);
	r = store_put(s, STORE_SUPPRESSION_NUMBER, &k, &m);
	msgout_free(&m);
	return r;
}

/* Forget a number; the caller has a transaction. */
enum store_status
suppress_ref_del(struct store *s, uint64_t number)
{
	struct store_key k;

	ref_key(&k, number);
	return store_del(s, STORE_SUPPRESSION_NUMBER, &k);
}

struct scan {
	suppress_ref_cb cb;
	void *arg;
	bool bad;
};

static bool
scan_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct suppress_ref ref;
	struct scan *scan;

	scan = arg;
	if (suppress_ref_decode(k, m, &ref) == -1) {
		scan->bad = true;
		return false;
	}
	return scan->cb(&ref, scan->arg);
}

/* Call cb for the numbers above after, the lowest first. */
enum store_status
suppress_ref_scan(struct store *s, uint64_t after, suppress_ref_cb cb,
    void *arg)
{
	struct scan scan = { cb, arg, false };
	struct store_key k;
	enum store_status r;

	ref_key(&k, after);
	r = store_scan(s, STORE_SUPPRESSION_NUMBER, NULL, &k, scan_cb, &scan);
	return r == STORE_OK ? record_done(scan.bad ? -1 : 0, "number") : r;
}

/* The last sequence that was given; 0 in a new store. */
enum store_status
suppress_sequence_get(struct store *s, uint64_t *sequence)
{
	struct store_key k;
	struct msgin m;
	enum store_status r;

	*sequence = 0;
	store_key(&k, META_SEQUENCE, NULL);
	r = store_get(s, STORE_META, &k, &m);
	if (r == STORE_NOTFOUND)
		return STORE_OK;
	if (r != STORE_OK)
		return r;
	*sequence = msg_get_u64(&m);
	return record_done(msg_end(&m), "sequence");
}

/* Store the last sequence; the caller has a transaction. */
enum store_status
suppress_sequence_put(struct store *s, uint64_t sequence)
{
	struct store_key k;
	struct msgout m;
	enum store_status r;

	memset(&m, 0, sizeof(m));
	store_key(&k, META_SEQUENCE, NULL);
	msg_put_u64(&m, sequence);
	r = store_put(s, STORE_META, &k, &m);
	msgout_free(&m);
	return r;
}

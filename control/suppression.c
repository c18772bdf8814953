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
 * Suppressions in the store.  Operators' commands are in verb_suppression.c,
 * bounces come in by notice.c.
 *
 * A record's key is the number of its place and what stands for the address;
 * the record has what the key does not say.  With a million of them, every
 * octet counts for what the cache holds.
 */
#include "suppression.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "address.h"
#include "compat.h"
#include "idn.h"
#include "msg.h"
#include "record.h"
#include "suppress.h"
#include "suppress_number.h"

/* 1 had strings that the key has, too; suppress_upgrade.c reads it. */
#define SUPPRESSION_VERSION 2

/* What a record has beside reason and number. */
#define HAS_EXPIRES    0x01u
#define HAS_SUPPRESSED 0x02u
#define HAS_CAUSE      0x04u
#define HAS_ALL	       (HAS_EXPIRES | HAS_SUPPRESSED | HAS_CAUSE)

static const char *const reason_name[] = {
	[SUPPRESSION_UNKNOWN] = "UNKNOWN",
	[SUPPRESSION_HARDBOUNCE] = "HARDBOUNCE",
	[SUPPRESSION_SOFTBOUNCE] = "SOFTBOUNCE",
	[SUPPRESSION_COMPLAINT] = "COMPLAINT",
	[SUPPRESSION_UNSUBSCRIBE] = "UNSUBSCRIBE",
	[SUPPRESSION_MANUAL] = "MANUAL",
};

/* Whether this is a hash in text, as long as one is. */
bool
suppression_is_hash(const char *address)
{
	return address[0] == SUPPRESS_HASH_MARK &&
	    strspn(address + 1, "abcdefghijklmnopqrstuvwxyz234567") ==
	    SUPPRESS_HASH_TEXT_SIZE - 2 &&
	    address[SUPPRESS_HASH_TEXT_SIZE - 1] == '\0';
}

/*
 * Fold an address that was written, or a hash that was shown.  NULL, or what
 * is wrong with it.
 */
const char *
suppression_parse(const char *text, char address[ADDRESS_SIZE])
{
	struct address a;
	enum address_result r;

	if (text[0] == SUPPRESS_HASH_MARK &&
	    record_fold(text, address, ADDRESS_SIZE) == 0 &&
	    suppression_is_hash(address))
		return NULL;
	r = address_parse_mailbox(text, strlen(text), ADDRESS_UTF8, &a);
	if (r != ADDRESS_OK)
		return address_strerror(r);
	if (idn_address_ascii(&a, &a) == -1)
		return IDN_ERROR;
	address_fold(&a, address);
	return NULL;
}

/* As the service writes it. */
const char *
suppression_reason_name(enum suppression_reason reason)
{
	return reason_name[reason];
}

/* Read a reason in any case.  0 or -1. */
int
suppression_reason_parse(const char *s, enum suppression_reason *reason)
{
	unsigned i;

	for (i = SUPPRESSION_UNKNOWN; i <= SUPPRESSION_REASON_LAST; i++) {
		if (strcasecmp(s, reason_name[i]) == 0) {
			*reason = (enum suppression_reason)i;
			return 0;
		}
	}
	return -1;
}

/* The id of one that is stored. */
void
suppression_id(const struct suppression *s, char id[OBJECT_ID_SIZE])
{
	suppress_number_id(s->number, id);
}

/* Numbers above the one returned were made at that second or later. */
uint64_t
suppression_before(int64_t when)
{
	uint64_t number;

	number = suppress_number_make(when, 0);
	return number == 0 ? 0 : number - 1;
}

/* Read the record of a name in a compartment.  0, or -1 if it is ill-formed. */
int
suppression_decode(struct msgin *m, const char *compartment, const char *name,
    struct suppression *s)
{
	unsigned has;

	memset(s, 0, sizeof(*s));
	if (record_open(m, SUPPRESSION_VERSION) == -1 ||
	    strlcpy(s->compartment, compartment, sizeof(s->compartment)) >=
		sizeof(s->compartment) ||
	    strlcpy(s->address, name, sizeof(s->address)) >= sizeof(s->address))
		return -1;
	s->reason = (enum suppression_reason)msg_get_u8(m);
	has = msg_get_u8(m);
	s->number = msg_get_u64(m);
	s->created = suppress_number_time(s->number);
	if ((has & HAS_EXPIRES) != 0)
		s->expires = msg_get_i64(m);
	if ((has & HAS_SUPPRESSED) != 0)
		s->suppressed = msg_get_i64(m);
	if ((has & HAS_CAUSE) != 0) {
		s->message = msg_get_u64(m);
		msg_get_str(m, s->message_id, sizeof(s->message_id));
		msg_get_str(m, s->host, sizeof(s->host));
		msg_get_str(m, s->text, sizeof(s->text));
	}
	if (s->reason < SUPPRESSION_UNKNOWN ||
	    s->reason > SUPPRESSION_REASON_LAST || (has & ~HAS_ALL) != 0)
		return -1;
	return msg_end(m);
}

static void
encode(struct msgout *m, const struct suppression *s)
{
	unsigned has;

	has = s->expires != 0 ? HAS_EXPIRES : 0;
	if (s->suppressed != 0)
		has |= HAS_SUPPRESSED;
	if (s->message != 0 || s->message_id[0] != '\0' || s->host[0] != '\0' ||
	    s->text[0] != '\0')
		has |= HAS_CAUSE;
	record_begin(m, SUPPRESSION_VERSION);
	msg_put_u8(m, (uint8_t)s->reason);
	msg_put_u8(m, (uint8_t)has);
	msg_put_u64(m, s->number);
	if ((has & HAS_EXPIRES) != 0)
		msg_put_i64(m, s->expires);
	if ((has & HAS_SUPPRESSED) != 0)
		msg_put_i64(m, s->suppressed);
	if ((has & HAS_CAUSE) != 0) {
		msg_put_u64(m, s->message);
		msg_put_str(m, s->message_id);
		msg_put_str(m, s->host);
		msg_put_str(m, s->text);
	}
}

static enum store_status
get_name(struct store *st, const struct suppress_place *p, const char *name,
    struct suppression *s)
{
	struct store_key k;
	struct msgin m;
	enum store_status r;

	store_key(&k, p->number, name);
	r = store_get(st, STORE_SUPPRESSION, &k, &m);
	if (r != STORE_OK)
		return r;
	return record_done(suppression_decode(&m, p->compartment, name, s),
	    "suppression");
}

/*
 * The record of an address in a place, expired or not.  While one form is
 * changed for the other, it may be there under its hash or as it is.
 */
static enum store_status
get_any(const struct suppress *sp, const struct suppress_place *p,
    const char *address, struct suppression *s)
{
	char hash[SUPPRESS_HASH_TEXT_SIZE];
	enum store_status r;

	r = STORE_NOTFOUND;
	if (p->plain != 0 && address[0] != SUPPRESS_HASH_MARK)
		r = get_name(sp->store, p, address, s);
	if (r != STORE_NOTFOUND || p->hashed == 0)
		return r;
	if (address[0] == SUPPRESS_HASH_MARK)
		return get_name(sp->store, p, address, s);
	if (suppress_hash(sp, address, hash) == -1)
		return STORE_FAIL;
	return get_name(sp->store, p, hash, s);
}

/* Whether it holds no more; it is removed in a while. */
bool
suppression_has_expired(const struct suppression *s)
{
	return s->expires != 0 && s->expires <= (int64_t)time(NULL);
}

/* The suppression of a folded address, or of a hash, in a compartment. */
enum store_status
suppression_get(struct suppress *sp, const char *compartment,
    const char *address, struct suppression *s)
{
	struct suppress_place p;
	enum store_status r;

	r = suppress_place_get(sp->store, compartment, &p);
	if (r == STORE_OK)
		r = get_any(sp, &p, address, s);
	return r == STORE_OK && suppression_has_expired(s) ? STORE_NOTFOUND : r;
}

static enum store_status
get_ref(struct suppress *sp, const struct suppress_ref *ref,
    struct suppression *s)
{
	struct suppress_place p;
	enum store_status r;

	r = suppress_place_number(sp->store, ref->place, &p);
	if (r == STORE_OK)
		r = get_name(sp->store, &p, ref->name, s);
	if (r == STORE_OK &&
	    (s->number != ref->number || suppression_has_expired(s)))
		return STORE_NOTFOUND;
	return r;
}

/* The suppression with this id, in whatever compartment. */
enum store_status
suppression_get_id(struct suppress *sp, const char *id, struct suppression *s)
{
	struct suppress_ref ref;
	enum store_status r;
	uint64_t number;

	if (suppress_number_parse(id, &number) == -1)
		return STORE_NOTFOUND;
	r = suppress_ref_get(sp->store, number, &ref);
	return r == STORE_OK ? get_ref(sp, &ref, s) : r;
}

/* How many a compartment has, with those that expired a short while ago. */
enum store_status
suppression_count(struct suppress *sp, const char *compartment, uint64_t *n)
{
	struct suppress_place p;
	enum store_status r;

	*n = 0;
	r = suppress_place_get(sp->store, compartment, &p);
	if (r == STORE_OK)
		*n = p.plain + p.hashed;
	return r == STORE_NOTFOUND ? STORE_OK : r;
}

struct scan {
	struct suppress *sp;
	const char *compartment;
	suppression_cb cb;
	void *arg;
	bool bad;
};

static bool
scan_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct suppression s;
	struct scan *scan;

	scan = arg;
	if (suppression_decode(m, scan->compartment, store_key_second(k), &s) ==
	    -1) {
		scan->bad = true;
		return false;
	}
	return scan->cb(&s, scan->arg);
}

/*
 * Call cb for the suppressions of a place in the order of addresses, also for
 * those that have expired: those that begin with prefix, and come later than
 * after (NULL: from the first).  cb may look up but not change suppressions.
 */
enum store_status
suppression_scan_place(struct suppress *sp, const struct suppress_place *p,
    const char *prefix, const char *after, suppression_cb cb, void *arg)
{
	struct scan scan = { sp, p->compartment, cb, arg, false };
	struct store_key first, last;
	enum store_status r;

	store_key(&first, p->number, prefix);
	if (after != NULL)
		store_key(&last, p->number, after);
	r = store_scan(sp->store, STORE_SUPPRESSION, &first,
	    after == NULL ? NULL : &last, scan_cb, &scan);
	if (r != STORE_OK)
		return r;
	return record_done(scan.bad ? -1 : 0, "suppression");
}

static bool
live_cb(const struct suppression *s, void *arg)
{
	struct scan *scan;

	scan = arg;
	return suppression_has_expired(s) || scan->cb(s, scan->arg);
}

/* The same for a compartment, without those that have expired. */
enum store_status
suppression_scan(struct suppress *sp, const char *compartment,
    const char *prefix, const char *after, suppression_cb cb, void *arg)
{
	struct scan scan = { sp, compartment, cb, arg, false };
	struct suppress_place p;
	enum store_status r;

	r = suppress_place_get(sp->store, compartment, &p);
	if (r != STORE_OK)
		return r == STORE_NOTFOUND ? STORE_OK : r;
	return suppression_scan_place(sp, &p, prefix, after, live_cb, &scan);
}

static bool
time_cb(const struct suppress_ref *ref, void *arg)
{
	struct suppression s;
	struct scan *scan;

	scan = arg;
	switch (get_ref(scan->sp, ref, &s)) {
	case STORE_OK:
		return scan->cb(&s, scan->arg);
	case STORE_NOTFOUND:
		return true;
	case STORE_FAIL:
		break;
	}
	scan->bad = true;
	return false;
}

/*
 * Call cb for suppressions of all compartments in the order in which they
 * were made, those with numbers above after.  As above of cb.
 */
enum store_status
suppression_scan_time(struct suppress *sp, uint64_t after, suppression_cb cb,
    void *arg)
{
	struct scan scan = { sp, NULL, cb, arg, false };
	enum store_status r;

	r = suppress_ref_scan(sp->store, after, time_cb, &scan);
	return r == STORE_OK && scan.bad ? STORE_FAIL : r;
}

/* Begin changes; end them with suppression_tx_end(). */
void
suppression_tx_init(struct suppression_tx *tx, struct suppress *sp)
{
	memset(tx, 0, sizeof(*tx));
	tx->sp = sp;
}

/* The place of the next change; what was counted of the last is stored. */
static enum store_status
tx_place(struct suppression_tx *tx, const char *compartment)
{
	if (strcmp(tx->place.compartment, compartment) == 0)
		return STORE_OK;
	if (tx->place.number[0] != '\0' &&
	    suppress_place_put(tx->sp->store, &tx->place) != STORE_OK)
		return STORE_FAIL;
	return suppress_place_make(tx->sp->store, compartment, &tx->place);
}

/* As suppression_get(), also of what these changes have made. */
enum store_status
suppression_tx_get(struct suppression_tx *tx, const char *compartment,
    const char *address, struct suppression *s)
{
	enum store_status r;

	r = tx_place(tx, compartment);
	if (r == STORE_OK)
		r = get_any(tx->sp, &tx->place, address, s);
	return r == STORE_OK && suppression_has_expired(s) ? STORE_NOTFOUND : r;
}

static void
tx_count(struct suppression_tx *tx, const char *name, int n)
{
	uint64_t *count;

	count = name[0] == SUPPRESS_HASH_MARK ? &tx->place.hashed :
						&tx->place.plain;
	if (n > 0)
		(*count)++;
	else if (*count > 0)
		(*count)--;
}

static enum store_status
tx_number(struct suppression_tx *tx, struct suppression *s)
{
	if (tx->sequence == 0 &&
	    suppress_sequence_get(tx->sp->store, &tx->sequence) != STORE_OK)
		return STORE_FAIL;
	s->number = suppress_number_make(s->created, ++tx->sequence);
	s->created = suppress_number_time(s->number);
	return STORE_OK;
}

static enum store_status
tx_remove(struct suppression_tx *tx, const struct suppression *s)
{
	enum store_status r;

	r = record_del(tx->sp->store, STORE_SUPPRESSION, tx->place.number,
	    s->address);
	if (r != STORE_OK)
		return r;
	tx_count(tx, s->address, -1);
	r = suppress_ref_del(tx->sp->store, s->number);
	return r == STORE_FAIL ? r : STORE_OK;
}

static enum store_status
tx_write(struct suppression_tx *tx, const struct suppression *s)
{
	struct store_key k;
	struct msgout m;
	enum store_status r;

	memset(&m, 0, sizeof(m));
	encode(&m, s);
	store_key(&k, tx->place.number, s->address);
	r = store_put(tx->sp->store, STORE_SUPPRESSION, &k, &m);
	msgout_free(&m);
	return r;
}

static enum store_status
tx_refer(struct suppression_tx *tx, const struct suppression *s)
{
	struct suppress_ref ref;

	ref.number = s->number;
	memcpy(ref.place, tx->place.number, sizeof(ref.place));
	memcpy(ref.name, s->address, sizeof(ref.name));
	return suppress_ref_put(tx->sp->store, &ref);
}

/*
 * What a reply says may have the address in it: of one that is kept as a hash
 * the code is kept, and not who said it.
 */
static int
conceal(struct suppress *sp, struct suppression *s)
{
	char hash[SUPPRESS_HASH_TEXT_SIZE];

	if (suppression_is_hash(s->address))
		return 0;
	if (suppress_hash(sp, s->address, hash) == -1)
		return -1;
	(void)strlcpy(s->address, hash, sizeof(s->address));
	s->host[0] = '\0';
	s->text[strspn(s->text, "0123456789. ")] = '\0';
	return 0;
}

/*
 * Store a suppression over one of that address: then added is false (it may
 * be NULL).  It gets its number, and the form in which it is stored.
 */
enum store_status
suppression_tx_put(struct suppression_tx *tx, struct suppression *s,
    bool *added)
{
	struct suppression old;
	enum store_status r;
	bool same;

	if (tx_place(tx, s->compartment) != STORE_OK)
		return STORE_FAIL;
	r = get_any(tx->sp, &tx->place, s->address, &old);
	if (r == STORE_FAIL || (tx->sp->hash && conceal(tx->sp, s) == -1))
		return STORE_FAIL;
	if (added != NULL)
		*added = r == STORE_NOTFOUND || suppression_has_expired(&old);
	same = r == STORE_OK && s->created == old.created;
	if (same)
		s->number = old.number;
	if (same && strcmp(s->address, old.address) == 0)
		return tx_write(tx, s);
	if (r == STORE_OK && tx_remove(tx, &old) != STORE_OK)
		return STORE_FAIL;
	if ((!same && tx_number(tx, s) != STORE_OK) ||
	    tx_write(tx, s) != STORE_OK || tx_refer(tx, s) != STORE_OK)
		return STORE_FAIL;
	tx_count(tx, s->address, 1);
	return STORE_OK;
}

/* Delete a suppression as it was read. */
enum store_status
suppression_tx_del(struct suppression_tx *tx, const struct suppression *s)
{
	if (tx_place(tx, s->compartment) != STORE_OK)
		return STORE_FAIL;
	return tx_remove(tx, s);
}

/* Store what was counted. */
enum store_status
suppression_tx_end(struct suppression_tx *tx)
{
	if (tx->sequence != 0 &&
	    suppress_sequence_put(tx->sp->store, tx->sequence) != STORE_OK)
		return STORE_FAIL;
	return tx->place.number[0] == '\0' ?
	    STORE_OK :
	    suppress_place_put(tx->sp->store, &tx->place);
}

/* Store one, over one of that address; the caller has a transaction. */
enum store_status
suppression_put(struct suppress *sp, struct suppression *s)
{
	struct suppression_tx tx;
	enum store_status r;

	suppression_tx_init(&tx, sp);
	r = suppression_tx_put(&tx, s, NULL);
	return r == STORE_OK ? suppression_tx_end(&tx) : r;
}

/* Delete one as it was read; the caller has a transaction. */
enum store_status
suppression_del(struct suppress *sp, const struct suppression *s)
{
	struct suppression_tx tx;
	enum store_status r;

	suppression_tx_init(&tx, sp);
	r = suppression_tx_del(&tx, s);
	return r == STORE_OK ? suppression_tx_end(&tx) : r;
}

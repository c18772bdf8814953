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
 * Suppressed recipients of a compartment; those of the root compartment hold
 * for the whole tenancy.  Addresses are folded (see sender.h); a store that
 * is to hold none has a hash under a key of its own in their place.
 *
 * Each has a number that grows with the time when it was made, and that is
 * not changed while it exists; the id for the outside is made of it.
 */
#ifndef SUPPRESSION_H
#define SUPPRESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "store.h"
#include "suppress_place.h"

struct suppress;

enum suppression_reason {
	SUPPRESSION_UNKNOWN = 1,
	SUPPRESSION_HARDBOUNCE,
	SUPPRESSION_SOFTBOUNCE,
	SUPPRESSION_COMPLAINT,
	SUPPRESSION_UNSUBSCRIBE,
	SUPPRESSION_MANUAL,
	SUPPRESSION_REASON_LAST = SUPPRESSION_MANUAL
};

struct suppression {
	uint64_t number; /* 0: it gets one when it is stored */
	char compartment[OBJECT_ID_SIZE];
	char address[ADDRESS_SIZE]; /* folded, or a hash in text */
	enum suppression_reason reason;
	int64_t created;
	int64_t expires;		  /* 0: never */
	int64_t suppressed;		  /* stopped a message last; 0: never */
	uint64_t message;		  /* that caused it; 0: none */
	char message_id[MESSAGE_ID_SIZE]; /* of the header, with "<>" */
	char host[HOST_SIZE];		  /* that said the text */
	char text[REPLY_TEXT_SIZE];	  /* the reply, or a note */
};

/* Stops the scan by returning false. */
typedef bool (*suppression_cb)(const struct suppression *, void *arg);

/* Several changes in one transaction of the store, which the caller has. */
struct suppression_tx {
	struct suppress *sp;
	struct suppress_place place; /* of the last one; empty: none yet */
	uint64_t sequence;	     /* 0: not read yet */
};

const char *suppression_parse(const char *text, char address[ADDRESS_SIZE]);
bool suppression_is_hash(const char *address);
bool suppression_has_expired(const struct suppression *);
const char *suppression_reason_name(enum suppression_reason);
int suppression_reason_parse(const char *, enum suppression_reason *);
void suppression_id(const struct suppression *, char id[OBJECT_ID_SIZE]);

int suppression_decode(struct msgin *, const char *compartment,
    const char *name, struct suppression *);
enum store_status suppression_get(struct suppress *, const char *compartment,
    const char *address, struct suppression *);
enum store_status suppression_get_id(struct suppress *, const char *id,
    struct suppression *);
enum store_status suppression_put(struct suppress *, struct suppression *);
enum store_status suppression_del(struct suppress *,
    const struct suppression *);
enum store_status suppression_count(struct suppress *, const char *compartment,
    uint64_t *);
enum store_status suppression_scan(struct suppress *, const char *compartment,
    const char *prefix, const char *after, suppression_cb, void *arg);
enum store_status suppression_scan_place(struct suppress *,
    const struct suppress_place *, const char *prefix, const char *after,
    suppression_cb, void *arg);
enum store_status suppression_scan_time(struct suppress *, uint64_t after,
    suppression_cb, void *arg);
uint64_t suppression_before(int64_t when);

void suppression_tx_init(struct suppression_tx *, struct suppress *);
enum store_status suppression_tx_get(struct suppression_tx *,
    const char *compartment, const char *address, struct suppression *);
enum store_status suppression_tx_put(struct suppression_tx *,
    struct suppression *, bool *added);
enum store_status suppression_tx_del(struct suppression_tx *,
    const struct suppression *);
enum store_status suppression_tx_end(struct suppression_tx *);

#endif

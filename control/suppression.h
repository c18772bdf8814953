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
 * for the whole tenancy.  Addresses are kept folded (see sender.h).
 */
#ifndef SUPPRESSION_H
#define SUPPRESSION_H

#include <stdint.h>

#include "bounds.h"
#include "store.h"

struct msgin;

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
	char compartment[OBJECT_ID_SIZE];
	char address[ADDRESS_SIZE]; /* folded */
	enum suppression_reason reason;
	int64_t created;
	uint64_t message;		  /* 0: none */
	char message_id[MESSAGE_ID_SIZE]; /* of the header */
	char host[HOST_SIZE];
	char text[REPLY_TEXT_SIZE]; /* the reply, or a note */
};

const char *suppression_parse(const char *text, char address[ADDRESS_SIZE]);
const char *suppression_reason_name(enum suppression_reason);
int suppression_reason_parse(const char *, enum suppression_reason *);
int suppression_decode(struct msgin *, struct suppression *);
enum store_status suppression_get(struct store *, const char *compartment,
    const char *address, struct suppression *);
enum store_status suppression_put(struct store *, const struct suppression *);
enum store_status suppression_del(struct store *, const struct suppression *);

#endif

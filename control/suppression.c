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
 */
#include "suppression.h"

#include <string.h>
#include <strings.h>

#include "address.h"
#include "idn.h"
#include "msg.h"
#include "record.h"

#define SUPPRESSION_VERSION 1

static const char *const reason_name[] = {
	[SUPPRESSION_UNKNOWN] = "UNKNOWN",
	[SUPPRESSION_HARDBOUNCE] = "HARDBOUNCE",
	[SUPPRESSION_SOFTBOUNCE] = "SOFTBOUNCE",
	[SUPPRESSION_COMPLAINT] = "COMPLAINT",
	[SUPPRESSION_UNSUBSCRIBE] = "UNSUBSCRIBE",
	[SUPPRESSION_MANUAL] = "MANUAL",
};

/* Fold an address that was written.  NULL, or what is wrong with it. */
const char *
suppression_parse(const char *text, char address[ADDRESS_SIZE])
{
	struct address a;
	enum address_result r;

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

/* Read a record.  0, or -1 if it is ill-formed. */
int
suppression_decode(struct msgin *m, struct suppression *s)
{
	if (record_open(m, SUPPRESSION_VERSION) == -1)
		return -1;
	msg_get_str(m, s->compartment, sizeof(s->compartment));
	msg_get_str(m, s->address, sizeof(s->address));
	s->reason = (enum suppression_reason)msg_get_enum(m,
	    SUPPRESSION_UNKNOWN, SUPPRESSION_REASON_LAST);
	s->created = msg_get_i64(m);
	s->message = msg_get_u64(m);
	msg_get_str(m, s->message_id, sizeof(s->message_id));
	msg_get_str(m, s->host, sizeof(s->host));
	msg_get_str(m, s->text, sizeof(s->text));
	return msg_end(m);
}

/* The suppression of a folded address in a compartment. */
enum store_status
suppression_get(struct store *st, const char *compartment, const char *address,
    struct suppression *s)
{
	struct store_key k;
	struct msgin m;
	enum store_status r;

	store_key(&k, compartment, address);
	r = store_get(st, STORE_SUPPRESSION, &k, &m);
	if (r != STORE_OK)
		return r;
	return record_done(suppression_decode(&m, s), "suppression");
}

/* Store a suppression; the caller has a transaction. */
enum store_status
suppression_put(struct store *st, const struct suppression *s)
{
	struct store_key k;
	struct msgout m;
	enum store_status r;

	memset(&m, 0, sizeof(m));
	record_begin(&m, SUPPRESSION_VERSION);
	msg_put_str(&m, s->compartment);
	msg_put_str(&m, s->address);
	msg_put_u32(&m, s->reason);
	msg_put_i64(&m, s->created);
	msg_put_u64(&m, s->message);
	msg_put_str(&m, s->message_id);
	msg_put_str(&m, s->host);
	msg_put_str(&m, s->text);
	store_key(&k, s->compartment, s->address);
	r = store_put(st, STORE_SUPPRESSION, &k, &m);
	msgout_free(&m);
	return r;
}

/* Delete a suppression. */
enum store_status
suppression_del(struct store *st, const struct suppression *s)
{
	return record_del(st, STORE_SUPPRESSION, s->compartment, s->address);
}

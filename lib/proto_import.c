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
 * Rows of an import on their way.  What most do not have takes one octet
 * together.
 */
#include "proto_import.h"

#include <string.h>

#include "msg.h"

/* What a row has beside number and address. */
#define HAS_COMPARTMENT 0x01u
#define HAS_REASON	0x02u
#define HAS_CREATED	0x04u
#define HAS_EXPIRES	0x08u
#define HAS_SUPPRESSED	0x10u
#define HAS_CAUSE	0x20u
#define HAS_ALL		0x3fu

static unsigned
row_has(const struct import_row *r)
{
	unsigned has;

	has = 0;
	if (r->compartment[0] != '\0')
		has |= HAS_COMPARTMENT;
	if (r->reason[0] != '\0')
		has |= HAS_REASON;
	if (r->created != 0)
		has |= HAS_CREATED;
	if (r->expires != 0)
		has |= HAS_EXPIRES;
	if (r->suppressed != 0)
		has |= HAS_SUPPRESSED;
	if (r->message != 0 || r->message_id[0] != '\0' || r->host[0] != '\0' ||
	    r->text[0] != '\0')
		has |= HAS_CAUSE;
	return has;
}

/* Append a row to a block. */
void
import_row_put(struct msgout *m, const struct import_row *r)
{
	unsigned has;

	has = row_has(r);
	msg_put_u8(m, (uint8_t)has);
	msg_put_u64(m, r->number);
	msg_put_str(m, r->address);
	if ((has & HAS_COMPARTMENT) != 0)
		msg_put_str(m, r->compartment);
	if ((has & HAS_REASON) != 0)
		msg_put_str(m, r->reason);
	if ((has & HAS_CREATED) != 0)
		msg_put_i64(m, r->created);
	if ((has & HAS_EXPIRES) != 0)
		msg_put_i64(m, r->expires);
	if ((has & HAS_SUPPRESSED) != 0)
		msg_put_i64(m, r->suppressed);
	if ((has & HAS_CAUSE) != 0) {
		msg_put_u64(m, r->message);
		msg_put_str(m, r->message_id);
		msg_put_str(m, r->host);
		msg_put_str(m, r->text);
	}
}

static void
clear(struct import_row *r)
{
	r->compartment[0] = r->reason[0] = r->message_id[0] = '\0';
	r->host[0] = r->text[0] = '\0';
	r->created = r->expires = r->suppressed = 0;
	r->message = 0;
}

/* Take the next row of a block off.  0, or -1 if it is ill-formed. */
int
import_row_get(struct msgin *m, struct import_row *r)
{
	unsigned has;

	clear(r);
	has = msg_get_u8(m);
	r->number = msg_get_u64(m);
	msg_get_str(m, r->address, sizeof(r->address));
	if ((has & HAS_COMPARTMENT) != 0)
		msg_get_str(m, r->compartment, sizeof(r->compartment));
	if ((has & HAS_REASON) != 0)
		msg_get_str(m, r->reason, sizeof(r->reason));
	if ((has & HAS_CREATED) != 0)
		r->created = msg_get_i64(m);
	if ((has & HAS_EXPIRES) != 0)
		r->expires = msg_get_i64(m);
	if ((has & HAS_SUPPRESSED) != 0)
		r->suppressed = msg_get_i64(m);
	if ((has & HAS_CAUSE) != 0) {
		r->message = msg_get_u64(m);
		msg_get_str(m, r->message_id, sizeof(r->message_id));
		msg_get_str(m, r->host, sizeof(r->host));
		msg_get_str(m, r->text, sizeof(r->text));
	}
	return m->bad || (has & ~HAS_ALL) != 0 ? -1 : 0;
}

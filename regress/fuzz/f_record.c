/* sources: lib/idn.c lib/address.c lib/compat.c */
/* libs: -lidn2 */
/* sources: queue/record.c queue/envelope.c queue/state.c queue/blob.c */
/* sources: queue/message.c queue/destination.c queue/owner.c queue/pool.c lib/crc32c.c */
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
 * Record headers, marks, envelopes and index entries from any octets: what
 * is taken must be within its bounds.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "blob.h"
#include "destination.h"
#include "envelope.h"
#include "message.h"
#include "record.h"
#include "state.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
fuzz_envelope(const uint8_t *data, size_t len)
{
	struct destinations d = { 0 };
	struct envelope_rcpt r;
	struct message *m;
	struct envelope e;
	struct cursor c;
	uint32_t n = 0;

	if (envelope_decode(&e, data, len) == -1)
		return;
	envelope_first(&e, &c);
	while (envelope_next(&c, &r) == 1)
		n++;
	if (n != e.rcpts)
		abort();
	m = message_from_envelope(&d, 1, &e);
	if (m != NULL && m->rcpts != n)
		abort();
	message_free(&d, m);
	destinations_free(&d);
}

static void
fuzz_state(const uint8_t *data, size_t len)
{
	struct destinations d = { 0 };
	struct blob again = { 0 };
	struct state st;

	if (state_decode(&st, data, len) == 0) {
		state_encode(&again, &st);
		/* An older version is written as the present one. */
		if (again.bad ||
		    (again.data[0] == data[0] &&
			(again.len != len ||
			    memcmp(again.data, data, len) != 0)))
			abort();
		message_free(&d, state_message(&st, &d, 1));
	}
	state_clear(&st);
	blob_free(&again);
	destinations_free(&d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct record r;
	struct cursor c;
	struct mark mark;

	if (len < 1)
		return 0;
	switch (data[0] % 4) {
	case 0:
		if (len - 1 >= RECORD_HEADER_SIZE &&
		    record_decode(&r, data + 1) == 0 &&
		    record_size(&r) < r.body_len)
			abort();
		break;
	case 1:
		cursor_init(&c, data + 1, len - 1);
		while (mark_get(&c, &mark) == 1)
			if (mark.state > RCPT_STATE_LAST)
				abort();
		break;
	case 2:
		fuzz_envelope(data + 1, len - 1);
		break;
	default:
		fuzz_state(data + 1, len - 1);
		break;
	}
	return 0;
}

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
 * A record of a retry token as it is stored; octets in, a struct out.  Padded
 * with zeros to eight octets it is:
 *
 *   u32 length of what follows the CRC-32C, u32 CRC-32C of that,
 *   u8 version, key, digest, u64 message, u64 suppressed, u64 accepted,
 *   user, Message-ID (strings as in blob.h)
 */
#ifndef RETRYRECORD_H
#define RETRYRECORD_H

#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

struct blob;

/* Places of records are multiples of it. */
#define RETRY_RECORD_ALIGN 8u

/* No record is larger: frame, fixed fields, two strings, padding. */
#define RETRY_RECORD_MAX                                                       \
	(8u + 1u + RETRY_KEY_SIZE + RETRY_DIGEST_SIZE + 24u + 2 * 3u +         \
	    OBJECT_ID_SIZE + MESSAGE_ID_SIZE + RETRY_RECORD_ALIGN)

/* What the first request with a token came to. */
struct retry_record {
	uint8_t key[RETRY_KEY_SIZE];	   /* of user, operation and token */
	uint8_t digest[RETRY_DIGEST_SIZE]; /* of the request */
	uint64_t message;
	uint64_t suppressed; /* bit n: recipient n of the request */
	int64_t accepted;    /* unix seconds */
	char user[OBJECT_ID_SIZE];
	char message_id[MESSAGE_ID_SIZE];
};

void retry_record_encode(struct blob *, const struct retry_record *);
size_t retry_record_decode(struct retry_record *, const uint8_t *, size_t);

#endif

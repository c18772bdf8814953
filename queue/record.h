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
 * What a segment holds: records, each header, body, meta, prefix, padded to
 * eight octets.  The header names the segment that it was written for, so
 * that old octets of a recycled file are not believed, and has a CRC of its
 * own, so that a damaged record can be stepped over.  Pure: octets in,
 * structs out.  The segment is named by its tag, a random number: what a
 * client sends cannot look like a record, wherever a scan may begin.
 *
 *   0 magic u32    4 type u8   5 version u8  6 zero u16
 *   8 segment u64  16 id u64   24 body length u64
 *   32 meta length u32         36 prefix length u32
 *   40 CRC-32C of body and prefix u32        44 CRC-32C of meta u32
 *   48 zero u32    52 CRC-32C of the header u32
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blob.h"

#define RECORD_HEADER_SIZE 56u
#define RECORD_ALIGN	   8u

enum record_type {
	RECORD_MESSAGE = 1, /* body, meta = envelope, prefix */
	RECORD_MARK,	    /* meta = what became of recipients */
	RECORD_TYPE_LAST = RECORD_MARK
};

struct record {
	enum record_type type;
	uint64_t segment; /* its tag */
	uint64_t id;
	uint64_t body_len;
	uint32_t meta_len;
	uint32_t prefix_len;
	uint32_t body_crc;
	uint32_t meta_crc;
};

/* What is known of a recipient; the numbers are on disk. */
enum rcpt_state {
	RCPT_WAITING = 0, /* not tried yet */
	RCPT_DEFERRED,
	RCPT_HELD,
	RCPT_DONE,
	RCPT_STATE_LAST = RCPT_DONE
};

/* One recipient in a mark: absolute, so that applying it twice is no harm. */
struct mark {
	uint32_t index;
	enum rcpt_state state;
	uint16_t attempts;
	int64_t next;	  /* unix seconds of the next attempt */
	const char *text; /* last error, at most MARK_TEXT_MAX */
	const char *via;  /* NULL: no change; "": back to its domain's own */
	bool noticed;	  /* its sender was told that it waits */
};

void record_encode(const struct record *, uint8_t[RECORD_HEADER_SIZE]);
int record_decode(struct record *, const uint8_t[RECORD_HEADER_SIZE]);
uint64_t record_size(const struct record *);
size_t record_padding(const struct record *);

void mark_put(struct blob *, const struct mark *);
int mark_get(struct cursor *, struct mark *);

#endif

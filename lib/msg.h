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
 * The bytes of one message between two processes: a writer that appends
 * fields and a reader that takes them off again.  Both carry a sticky error,
 * so that a caller checks once, at the end.  This file knows nothing of
 * sockets or of what any message means.
 *
 * On the wire integers are little-endian and fixed in width, strings and
 * byte blocks are counted by a u32; no struct is copied raw.
 */
#ifndef MSG_H
#define MSG_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MSG_HEADER_SIZE 16u

/* What precedes each payload: type, flags, payload length, request id. */
struct msg_header {
	uint16_t type;
	uint16_t flags;
	uint32_t length;
	uint64_t id;
};

#define MSG_FLAG_FD 0x0001u /* a descriptor travels with this message */

/* A received message; the payload belongs to the channel until return. */
struct msgin {
	uint16_t type;
	uint64_t id;
	int fd; /* -1 if none; taken by msg_take_fd() */
	const uint8_t *pos;
	const uint8_t *end;
	bool bad;
};

/* A message being written into a growing buffer. */
struct msgout {
	uint8_t *data;
	size_t len;
	size_t cap;
	bool bad;    /* out of memory */
	bool secret; /* no octet stays in memory that is given up */
};

void msg_header_put(uint8_t *, const struct msg_header *);
int msg_header_get(const uint8_t *, size_t, struct msg_header *);

void msgout_reset(struct msgout *);
void msgout_cut(struct msgout *, size_t);
void msgout_free(struct msgout *);
void msg_put_u8(struct msgout *, uint8_t);
void msg_put_u16(struct msgout *, uint16_t);
void msg_put_u32(struct msgout *, uint32_t);
void msg_put_u64(struct msgout *, uint64_t);
void msg_put_i64(struct msgout *, int64_t);
void msg_put_bool(struct msgout *, bool);
void msg_put_str(struct msgout *, const char *);
void msg_put_data(struct msgout *, const void *, size_t);

void msgin_init(struct msgin *, uint16_t type, const void *, size_t);
uint8_t msg_get_u8(struct msgin *);
uint16_t msg_get_u16(struct msgin *);
uint32_t msg_get_u32(struct msgin *);
uint64_t msg_get_u64(struct msgin *);
int64_t msg_get_i64(struct msgin *);
bool msg_get_bool(struct msgin *);
unsigned msg_get_enum(struct msgin *, unsigned first, unsigned last);
void msg_get_str(struct msgin *, char *, size_t);
char *msg_dup_str(struct msgin *, size_t max);
const uint8_t *msg_ref_data(struct msgin *, size_t *, size_t max);
size_t msg_get_data(struct msgin *, void *, size_t max);
int msg_take_fd(struct msgin *);
int msg_end(struct msgin *);

#endif

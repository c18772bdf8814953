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
 * Every message of lib/proto_*.c with one signature, for tests that treat
 * all of them alike.  The channel is a fake that keeps what was sent.
 */
#ifndef PROTO_TABLE_H
#define PROTO_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct msgin;
struct msgout;

#define PROTO_STRUCT_MAX 262144u

/* Decoded memory that the struct points to is freed by clear. */
struct proto {
	const char *name;
	uint16_t type;
	size_t size;
	int (*send)(const void *);
	int (*recv)(struct msgin *, void *);
	void (*clear)(void *);
};

const struct proto *proto_at(size_t);
const struct proto *proto_find(const char *);
const struct msgout *proto_sent(void);
uint16_t proto_sent_type(void);
int proto_sent_fd(void);

#endif

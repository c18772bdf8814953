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
 * A writer of DNS messages (RFC 1035 section 4.1).  It checks nothing.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "packet.h"

/* Append 16 bits. */
void
packet_u16(struct packet *p, unsigned value)
{
	p->data[p->len++] = (uint8_t)(value >> 8);
	p->data[p->len++] = (uint8_t)value;
}

/* Append a name, not compressed; "" is the root. */
void
packet_name(struct packet *p, const char *name)
{
	size_t n;

	while (*name != '\0') {
		n = strcspn(name, ".");
		p->data[p->len++] = (uint8_t)n;
		memcpy(p->data + p->len, name, n);
		p->len += n;
		name += n + (name[n] == '.');
	}
	p->data[p->len++] = 0;
}

/* Header and question of a response. */
void
packet_begin(struct packet *p, unsigned rcode, const char *name, uint16_t type,
    uint16_t answers)
{
	p->len = 0;
	packet_u16(p, 1234);
	packet_u16(p, 0x8180 | rcode);
	packet_u16(p, 1);
	packet_u16(p, answers);
	packet_u16(p, 0);
	packet_u16(p, 0);
	packet_name(p, name);
	packet_u16(p, type);
	packet_u16(p, 1);
}

/* Begin a record; its data follows, then packet_rr_end() with the result. */
size_t
packet_rr(struct packet *p, const char *owner, uint16_t type)
{
	packet_name(p, owner);
	packet_u16(p, type);
	packet_u16(p, 1);
	packet_u16(p, 0);
	packet_u16(p, 300);
	packet_u16(p, 0);
	return p->len;
}

/* Fill in the length of the record. */
void
packet_rr_end(struct packet *p, size_t start)
{
	p->data[start - 2] = (uint8_t)((p->len - start) >> 8);
	p->data[start - 1] = (uint8_t)(p->len - start);
}

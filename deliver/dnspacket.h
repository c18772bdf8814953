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
 * Answers of DNS as they come from the wire (RFC 1035 section 4).  Pure:
 * bytes in, records out.  Nothing in a packet is trusted.
 */
#ifndef DNSPACKET_H
#define DNSPACKET_H

#include <stddef.h>
#include <stdint.h>

#include "netaddr.h"

#define DNSTYPE_A     1u
#define DNSTYPE_NS    2u
#define DNSTYPE_CNAME 5u
#define DNSTYPE_PTR   12u
#define DNSTYPE_MX    15u
#define DNSTYPE_TXT   16u
#define DNSTYPE_AAAA  28u

#define DNSRCODE_OK	  0u
#define DNSRCODE_NXDOMAIN 3u

struct dnsrr {
	struct netaddr addr; /* A, AAAA */
	uint16_t preference; /* MX */
	size_t len;
	char *
	    text; /* MX, CNAME, PTR, NS: name, "." for the root; TXT: strings */
};

/* The records of one answer; freed with dnsset_clear(). */
struct dnsset {
	unsigned rcode;
	size_t count;
	struct dnsrr *rr;
};

int dnspacket_parse(const uint8_t *, size_t, uint16_t type, struct dnsset *);
void dnsset_clear(struct dnsset *);

#endif

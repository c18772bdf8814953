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
 * Addresses between text and octets, and whether one lies in a network.
 */
#include "ipaddr.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* Read an IPv4 or IPv6 address without zone or prefix.  0 or -1. */
int
ipaddr_parse(const char *text, struct ipaddr *a)
{
	memset(a, 0, sizeof(*a));
	a->family = strchr(text, ':') == NULL ? AF_INET : AF_INET6;
	return inet_pton(a->family, text, a->bytes) == 1 ? 0 : -1;
}

/* Write an address into text, and return text. */
const char *
ipaddr_format(const struct ipaddr *a, char text[IPADDR_SIZE])
{
	if (inet_ntop(a->family, a->bytes, text, IPADDR_SIZE) == NULL)
		(void)snprintf(text, IPADDR_SIZE, "?");
	return text;
}

/* Whether the first prefix bits are those of net, of the same family. */
bool
ipaddr_in(const struct ipaddr *a, const struct ipaddr *net, unsigned prefix)
{
	unsigned bits, whole;
	uint8_t mask;

	if (a->family != net->family || prefix > sizeof(a->bytes) * 8)
		return false;
	whole = prefix / 8;
	bits = prefix % 8;
	if (memcmp(a->bytes, net->bytes, whole) != 0)
		return false;
	if (bits == 0)
		return true;
	mask = (uint8_t)(0xffu << (8 - bits));
	return (a->bytes[whole] & mask) == (net->bytes[whole] & mask);
}

/* Whether it is the same address. */
bool
ipaddr_same(const struct ipaddr *a, const struct ipaddr *b)
{
	return ipaddr_in(a, b, a->family == AF_INET ? 32 : 128);
}

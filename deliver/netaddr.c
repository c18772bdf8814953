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
 * Addresses of hosts as text and as sockets have them, and which are public.
 * This file knows no host names and asks nobody.
 */

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "compat.h"
#include "netaddr.h"
#include "proto_conf.h"

struct range {
	uint8_t bytes[16];
	uint8_t prefix;
	const char *what;
};

/*
 * What is not the public Internet: the registries of RFC 6890, and multicast.
 * 192.0.0.0/24 and 198.18.0.0/15 are in it: no mail server lives there.
 */
static const struct range special4[] = {
	{ { 0 }, 8, "this network" },
	{ { 10 }, 8, "private" },
	{ { 100, 64 }, 10, "shared, RFC 6598" },
	{ { 127 }, 8, "loopback" },
	{ { 169, 254 }, 16, "link-local" },
	{ { 172, 16 }, 12, "private" },
	{ { 192, 0, 0 }, 24, "protocol assignments" },
	{ { 192, 0, 2 }, 24, "documentation" },
	{ { 192, 168 }, 16, "private" },
	{ { 198, 18 }, 15, "benchmarks" },
	{ { 198, 51, 100 }, 24, "documentation" },
	{ { 203, 0, 113 }, 24, "documentation" },
	{ { 224 }, 4, "multicast" },
	{ { 240 }, 4, "reserved, broadcast" },
};

/* Only 2000::/3 is global unicast (RFC 4291); these are holes in it. */
static const struct range special6[] = {
	{ { 0x20, 0x01, 0x00, 0x00 }, 32, "Teredo" },
	{ { 0x20, 0x01, 0x00, 0x02, 0x00, 0x00 }, 48, "benchmarks" },
	{ { 0x20, 0x01, 0x00, 0x10 }, 28, "ORCHID" },
	{ { 0x20, 0x01, 0x00, 0x20 }, 28, "ORCHIDv2" },
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, "documentation" },
	{ { 0x20, 0x02 }, 16, "6to4" },
	{ { 0x3f, 0xff }, 20, "documentation" },
};

/* Whether the first prefix bits of both are equal. */
static bool
same_prefix(const uint8_t *a, const uint8_t *b, unsigned prefix)
{
	unsigned bits = prefix % 8;
	size_t whole = prefix / 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return bits == 0 || ((a[whole] ^ b[whole]) >> (8 - bits)) == 0;
}

/*
 * Read "192.0.2.1" or "2001:db8::1", without brackets or zone.  Returns 0, or
 * -1 if it is neither.
 */
int
netaddr_parse(const char *text, struct netaddr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, text, addr->bytes) == 1) {
		addr->family = AF_INET;
		return 0;
	}
	if (inet_pton(AF_INET6, text, addr->bytes) == 1) {
		addr->family = AF_INET6;
		return 0;
	}
	return -1;
}

/*
 * Read the address-literal of a mailbox, "[192.0.2.1]" or "[IPv6:::1]" (RFC
 * 5321 section 4.1.3).  Returns 0, or -1 if it is none.
 */
int
netaddr_parse_literal(const char *text, struct netaddr *addr)
{
	char inner[HOST_SIZE];
	size_t len;
	bool six;

	len = strlen(text);
	if (len < 3 || len >= sizeof(inner) || text[0] != '[' ||
	    text[len - 1] != ']')
		return -1;
	memcpy(inner, text + 1, len - 2);
	inner[len - 2] = '\0';
	six = strncasecmp(inner, "IPv6:", 5) == 0;
	if (netaddr_parse(six ? inner + 5 : inner, addr) == -1)
		return -1;
	return six == (addr->family == AF_INET6) ? 0 : -1;
}

/* The address as text, in the buffer given; returns it. */
const char *
netaddr_format(const struct netaddr *addr, char text[HOST_SIZE])
{
	if (inet_ntop(addr->family, addr->bytes, text, HOST_SIZE) == NULL)
		(void)strlcpy(text, "?", HOST_SIZE); /* unknown family */
	return text;
}

/* Fill in a socket address; returns its length. */
socklen_t
netaddr_sockaddr(const struct netaddr *addr, uint16_t port,
    struct sockaddr_storage *ss)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof(*ss));
	if (addr->family == AF_INET) {
		sin->sin_family = AF_INET;
		sin->sin_port = htons(port);
		memcpy(&sin->sin_addr, addr->bytes, 4);
		return sizeof(*sin);
	}
	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = htons(port);
	memcpy(&sin6->sin6_addr, addr->bytes, 16);
	return sizeof(*sin6);
}

/* Whether both are the same address. */
bool
netaddr_equal(const struct netaddr *a, const struct netaddr *b)
{
	size_t len = a->family == AF_INET ? 4 : 16;

	return a->family == b->family && memcmp(a->bytes, b->bytes, len) == 0;
}

/*
 * Whether the address is one of the public Internet: not loopback,
 * link-local, private, unspecified, multicast, documentation, or an IPv4
 * address dressed as IPv6 (mapped, translated, 6to4, Teredo).
 */
bool
netaddr_is_public(const struct netaddr *addr)
{
	static const uint8_t global[16] = { 0x20 };
	const struct range *range = special4;
	size_t i, n = sizeof(special4) / sizeof(special4[0]);

	if (addr->family == AF_INET6) {
		if (!same_prefix(addr->bytes, global, 3))
			return false;
		range = special6;
		n = sizeof(special6) / sizeof(special6[0]);
	}
	for (i = 0; i < n; i++)
		if (same_prefix(addr->bytes, range[i].bytes, range[i].prefix))
			return false;
	return true;
}

/* Whether the address lies in a network of the configuration. */
bool
netaddr_within(const struct netaddr *addr, const struct conf_network *net)
{
	unsigned max = addr->family == AF_INET ? 32 : 128;

	if ((addr->family == AF_INET) != (net->family == 4))
		return false;
	return net->prefix <= max &&
	    same_prefix(addr->bytes, net->address, net->prefix);
}

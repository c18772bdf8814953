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
 * Keys of client addresses: an IPv4 address as its IPv4-mapped one (RFC 4291
 * section 2.5.5.2), an IPv6 address with its last 64 bits zero.
 */
#include "netkey.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/*
 * The key of an address in text; an IPv6 one may have "/64" behind it, as
 * netkey_format() writes it.  0, or -1 if it is no address.
 */
int
netkey_parse(const char *text, uint8_t key[NETKEY_SIZE])
{
	char address[INET6_ADDRSTRLEN];
	const char *slash;
	size_t len;

	slash = strchr(text, '/');
	len = slash == NULL ? strlen(text) : (size_t)(slash - text);
	if (len >= sizeof(address))
		return -1;
	memcpy(address, text, len);
	address[len] = '\0';
	if (slash == NULL && inet_pton(AF_INET, address, key + 12) == 1) {
		memcpy(key, mapped, sizeof(mapped));
		return 0;
	}
	if ((slash != NULL && strcmp(slash, "/64") != 0) ||
	    inet_pton(AF_INET6, address, key) != 1)
		return -1;
	if (memcmp(key, mapped, sizeof(mapped)) != 0)
		memset(key + 8, 0, 8);
	return 0;
}

/* Text that netkey_parse() reads as the same. */
void
netkey_format(const uint8_t key[NETKEY_SIZE], char out[NETKEY_TEXT_SIZE])
{
	char address[INET6_ADDRSTRLEN];
	bool four;

	four = memcmp(key, mapped, sizeof(mapped)) == 0;
	if (inet_ntop(four ? AF_INET : AF_INET6, four ? key + 12 : key, address,
		sizeof(address)) == NULL)
		address[0] = '\0';
	(void)snprintf(out, NETKEY_TEXT_SIZE, "%s%s", address,
	    four ? "" : "/64");
}

/* A mix of key and seed (multiply and fold), so that nobody picks a chain. */
uint64_t
netkey_hash(const uint8_t key[NETKEY_SIZE], uint64_t seed)
{
	uint64_t h, part;
	size_t i;

	h = seed;
	for (i = 0; i < NETKEY_SIZE; i += sizeof(part)) {
		memcpy(&part, key + i, sizeof(part));
		h ^= part;
		h *= UINT64_C(0xbf58476d1ce4e5b9);
		h ^= h >> 31;
	}
	return h;
}

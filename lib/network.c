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
 * Networks in text and in bits, for configuration and for credentials.
 */
#include "network.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "bounds.h"
#include "compat.h"

/* No bit of the address lies behind the prefix. */
static bool
network_is_clean(const struct conf_network *n)
{
	unsigned bit;

	for (bit = n->prefix; bit < 128; bit++) {
		if ((n->address[bit / 8] & (0x80u >> (bit % 8))) != 0)
			return false;
	}
	return true;
}

/* "192.0.2.1" or "2001:db8::1" into address and family.  0 or -1. */
static int
address_parse(const char *text, struct conf_network *n)
{
	memset(n, 0, sizeof(*n));
	if (inet_pton(AF_INET, text, n->address) == 1)
		n->family = 4;
	else if (inet_pton(AF_INET6, text, n->address) == 1)
		n->family = 6;
	else
		return -1;
	n->prefix = n->family == 4 ? 32 : 128;
	return 0;
}

/*
 * "ADDRESS/PREFIX", or an address alone.  0, or -1 also if the address has
 * bits behind the prefix.
 */
int
network_parse(const char *text, struct conf_network *n)
{
	char address[HOST_SIZE];
	const char *slash, *error;
	size_t len;

	slash = strchr(text, '/');
	len = slash == NULL ? strlen(text) : (size_t)(slash - text);
	if (len >= sizeof(address))
		return -1;
	memcpy(address, text, len);
	address[len] = '\0';
	if (address_parse(address, n) == -1)
		return -1;
	if (slash == NULL)
		return 0;
	if (slash[1] < '0' || slash[1] > '9')
		return -1;
	n->prefix = (uint8_t)strtonum(slash + 1, 0, n->prefix, &error);
	return error == NULL && network_is_clean(n) ? 0 : -1;
}

/* Text that network_parse() reads as the same. */
void
network_print(const struct conf_network *n, char *out, size_t size)
{
	char address[INET6_ADDRSTRLEN];

	if (inet_ntop(n->family == 4 ? AF_INET : AF_INET6, n->address, address,
		sizeof(address)) == NULL)
		address[0] = '\0';
	(void)snprintf(out, size, "%s/%u", address, n->prefix);
}

/* Whether an address, in text, is in the network. */
bool
network_holds(const struct conf_network *n, const char *text)
{
	struct conf_network a;
	unsigned bit;

	if (address_parse(text, &a) == -1 || a.family != n->family)
		return false;
	for (bit = 0; bit < n->prefix; bit++) {
		if (((a.address[bit / 8] ^ n->address[bit / 8]) &
			(0x80u >> (bit % 8))) != 0)
			return false;
	}
	return true;
}

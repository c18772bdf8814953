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
 * PROXY protocol v2 (HAProxy's proxy-protocol.txt, section 2.2). Only streams
 * over IPv4 and IPv6; version 1, a line of text, is not understood.
 */
#include "proxy.h"

#include <netinet/in.h>
#include <string.h>

#include "bounds.h"

static const uint8_t signature[12] = "\r\n\r\n\0\r\nQUIT\n";

#define VERSION	      2u
#define COMMAND_LOCAL 0u
#define COMMAND_PROXY 1u
#define TCP_IPV4      0x11u
#define TCP_IPV6      0x21u
#define IPV4_SIZE     12u /* two addresses, two ports */
#define IPV6_SIZE     36u

static size_t
get16(const uint8_t *p)
{
	return (size_t)p[0] << 8 | p[1];
}

/*
 * Octets that follow the first PROXY_HEAD, in *rest. -1 if it is not a header
 * of version 2, or longer than SMTPD_PROXY_MAX.
 */
int
proxy_rest(const uint8_t head[PROXY_HEAD], size_t *rest)
{
	if (memcmp(head, signature, sizeof(signature)) != 0 ||
	    head[12] >> 4 != VERSION || (head[12] & 15u) > COMMAND_PROXY)
		return -1;
	*rest = get16(head + 14);
	return *rest > SMTPD_PROXY_MAX ? -1 : 0;
}

static enum proxy_result
proxy_ipv4(const uint8_t *p, size_t len, struct sockaddr_storage *out)
{
	struct sockaddr_in four;

	if (len < IPV4_SIZE)
		return PROXY_BAD;
	memset(&four, 0, sizeof(four));
	four.sin_family = AF_INET;
	memcpy(&four.sin_addr, p, 4);
	memcpy(&four.sin_port, p + 8, 2);
	memcpy(out, &four, sizeof(four));
	return PROXY_OK;
}

static enum proxy_result
proxy_ipv6(const uint8_t *p, size_t len, struct sockaddr_storage *out)
{
	struct sockaddr_in6 six;

	if (len < IPV6_SIZE)
		return PROXY_BAD;
	memset(&six, 0, sizeof(six));
	six.sin6_family = AF_INET6;
	memcpy(&six.sin6_addr, p, 16);
	memcpy(&six.sin6_port, p + 32, 2);
	memcpy(out, &six, sizeof(six));
	return PROXY_OK;
}

/*
 * A whole header, as long as proxy_rest() said: the client's address in *out.
 * What follows the addresses (TLVs) is passed over.
 */
enum proxy_result
proxy_parse(const uint8_t *p, size_t len, struct sockaddr_storage *out)
{
	size_t rest;

	memset(out, 0, sizeof(*out));
	if (len < PROXY_HEAD || proxy_rest(p, &rest) == -1 ||
	    rest != len - PROXY_HEAD)
		return PROXY_BAD;
	if ((p[12] & 15u) == COMMAND_LOCAL)
		return PROXY_LOCAL;
	if (p[13] == TCP_IPV4)
		return proxy_ipv4(p + PROXY_HEAD, rest, out);
	if (p[13] == TCP_IPV6)
		return proxy_ipv6(p + PROXY_HEAD, rest, out);
	return PROXY_BAD;
}

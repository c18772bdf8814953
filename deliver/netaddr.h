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
 * Addresses of hosts, and which of them mail may go to.  Pure: no look-ups.
 */
#ifndef NETADDR_H
#define NETADDR_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"

struct conf_network;

/* family is AF_INET or AF_INET6; bytes has 4 or 16 in network order. */
struct netaddr {
	int family;
	uint8_t bytes[16];
};

int netaddr_parse(const char *, struct netaddr *);
int netaddr_parse_literal(const char *, struct netaddr *);
const char *netaddr_format(const struct netaddr *, char[HOST_SIZE]);
socklen_t netaddr_sockaddr(const struct netaddr *, uint16_t port,
    struct sockaddr_storage *);
bool netaddr_equal(const struct netaddr *, const struct netaddr *);
bool netaddr_is_public(const struct netaddr *);
bool netaddr_within(const struct netaddr *, const struct conf_network *);

#endif

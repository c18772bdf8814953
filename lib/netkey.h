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
 * Client addresses as keys of tables: an IPv4 address is one client, an IPv6
 * client has a whole /64 (RFC 6177 section 2), so that its last 64 bits are
 * left out.  No socket and no table here.
 */
#ifndef NETKEY_H
#define NETKEY_H

#include <stddef.h>
#include <stdint.h>

#define NETKEY_SIZE 16u

/* "2001:db8:1:2::/64" and room. */
#define NETKEY_TEXT_SIZE 64u

int netkey_parse(const char *, uint8_t key[NETKEY_SIZE]);
void netkey_format(const uint8_t key[NETKEY_SIZE], char out[NETKEY_TEXT_SIZE]);
uint64_t netkey_hash(const uint8_t key[NETKEY_SIZE], uint64_t seed);

#endif

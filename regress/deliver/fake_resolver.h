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
 * A resolver with answers given by the test, for those who ask one.
 */
#ifndef FAKE_RESOLVER_H
#define FAKE_RESOLVER_H

#include <stddef.h>
#include <stdint.h>

#include "proto_dns.h"

void fake_resolver_reset(void);
void fake_resolver_mx(const char *name, unsigned preference, const char *);
void fake_resolver_address(const char *name, const char *address);
void fake_resolver_status(const char *name, uint16_t type, enum dns_status);
size_t fake_resolver_run(void);

#endif

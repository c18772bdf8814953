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
 * Internationalized domain names (RFC 5890): the form in which they are looked
 * up and compared. Pure; the table of Unicode is libidn2's.
 */
#ifndef IDN_H
#define IDN_H

#include <stddef.h>

struct address;

/* What is wrong with a name that cannot be brought into that form. */
#define IDN_ERROR "not a domain name of IDNA 2008 (RFC 5891)"

int idn_domain_ascii(const char *domain, char *out, size_t outsize);
int idn_address_ascii(const struct address *, struct address *);

#endif /* IDN_H */

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
 * Macros of SPF (RFC 7208 section 7).  Pure.
 */
#ifndef SPF_MACRO_H
#define SPF_MACRO_H

#include <stddef.h>

#include "bounds.h"
#include "ipaddr.h"

struct spf_macros {
	const struct ipaddr *ip;
	const char *sender; /* domain of the sender, %{o} */
	const char *domain; /* that is evaluated, %{d} */
	const char *helo;
};

int spf_expand(const char *spec, const struct spf_macros *,
    char name[DOMAIN_SIZE]);

#endif

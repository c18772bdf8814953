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

/* sources: lib/address.c */

/*
 * Addresses: what is accepted is accepted again, with the same meaning, from
 * its own stored form; the first octet is the flags.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
check_address(const struct address *a, unsigned flags)
{
	char key[ADDRESS_SIZE], again[ADDRESS_SIZE];
	struct address b;
	size_t len;

	must(strlen(a->mailbox) == a->len && a->len <= ADDRESS_MAILBOX_MAX);
	if (address_is_null(a)) {
		must((flags & ADDRESS_ALLOW_NULL) != 0);
		return;
	}
	(void)address_local(a, &len);
	must(len > 0 && len <= ADDRESS_LOCAL_MAX);
	must(strlen(address_domain(a)) == a->len - len - 1);
	must(
	    address_parse_mailbox(a->mailbox, a->len, flags, &b) == ADDRESS_OK);
	must(strcmp(a->mailbox, b.mailbox) == 0);
	address_fold(a, key);
	must(strlen(key) <= a->len);
	must(address_parse_mailbox(key, strlen(key), flags, &b) == ADDRESS_OK);
	address_fold(&b, again);
	must(strcmp(key, again) == 0);
	if (!address_is_literal(a))
		must(
		    address_domain_valid(address_domain(a),
			strlen(address_domain(a)), flags | ADDRESS_SINGLE_LABEL,
			key, sizeof(key)) == ADDRESS_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char domain[ADDRESS_DOMAIN_SIZE];
	struct address a;
	const char *s;
	unsigned flags;
	size_t used;

	if (size == 0)
		return 0;
	flags = data[0];
	s = (const char *)data + 1;
	size--;
	if (address_parse_path(s, size, flags, &a, &used) == ADDRESS_OK) {
		must(used <= size && used <= ADDRESS_PATH_MAX);
		check_address(&a, flags);
	}
	if (address_parse_mailbox(s, size, flags, &a) == ADDRESS_OK)
		check_address(&a, flags);
	if (address_domain_valid(s, size, flags, domain, sizeof(domain)) ==
	    ADDRESS_OK)
		must(strlen(domain) == size || strlen(domain) + 1 == size);
	return 0;
}

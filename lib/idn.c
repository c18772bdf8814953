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
 * U-labels to A-labels. One direction only: nothing here is for people's eyes.
 */
#include "idn.h"

#include <stdbool.h>
#include <string.h>

#include <idn2.h>

#include "address.h"
#include "compat.h"

static bool
is_ascii(const char *s)
{
	for (; *s != '\0'; s++) {
		if (((unsigned char)*s & 0x80) != 0)
			return false;
	}
	return true;
}

/*
 * A domain name in UTF-8 with A-labels for U-labels (RFC 5891 section 5), in
 * lower case if it has any; a name in ASCII as it is. -1 if it is no name in
 * IDNA 2008, or does not fit.
 */
int
idn_domain_ascii(const char *domain, char *out, size_t outsize)
{
	unsigned char *ascii;
	const char *p;
	int r;

	if (is_ascii(domain))
		return strlcpy(out, domain, outsize) < outsize ? 0 : -1;
	/* libidn2 drops an ASCII character that no name has. */
	if (address_domain_valid(domain, strlen(domain),
		ADDRESS_UTF8 | ADDRESS_SINGLE_LABEL, NULL, 0) != ADDRESS_OK)
		return -1;
	ascii = NULL;
	if (idn2_lookup_u8((const unsigned char *)domain, &ascii,
		IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return -1;
	p = (const char *)ascii;
	r = address_domain_valid(p, strlen(p), ADDRESS_SINGLE_LABEL, out,
		outsize) == ADDRESS_OK ?
	    0 :
	    -1;
	idn2_free(ascii);
	return r;
}

/*
 * The address with its domain as above: what both spellings of a domain have
 * in common. The local part stays. -1 likewise; *out is undefined then.
 */
int
idn_address_ascii(const struct address *a, struct address *out)
{
	char domain[ADDRESS_DOMAIN_SIZE];
	size_t len;

	if (is_ascii(address_domain(a))) {
		*out = *a;
		return 0;
	}
	if (idn_domain_ascii(address_domain(a), domain, sizeof(domain)) == -1)
		return -1;
	len = strlen(domain);
	if (a->local_len + 1 + len > ADDRESS_MAILBOX_MAX)
		return -1;
	memcpy(out->mailbox, a->mailbox, a->local_len + 1);
	memcpy(out->mailbox + a->local_len + 1, domain, len + 1);
	out->local_len = a->local_len;
	out->len = a->local_len + 1 + len;
	return 0;
}

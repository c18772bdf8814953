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
 * By the domain alone; what a domain's MX is, only deliver knows.
 */
#include "provider.h"

#include <string.h>
#include <strings.h>

static const char *const names[PROVIDERS] = { "other", "apple", "google",
	"microsoft", "yahoo" };

/* A name that ends in "." stands for itself with anything behind. */
static const struct {
	const char *domain;
	enum provider provider;
} domains[] = {
	{ "aol.", PROVIDER_YAHOO },
	{ "gmail.com", PROVIDER_GOOGLE },
	{ "googlemail.com", PROVIDER_GOOGLE },
	{ "hotmail.", PROVIDER_MICROSOFT },
	{ "icloud.com", PROVIDER_APPLE },
	{ "live.", PROVIDER_MICROSOFT },
	{ "mac.com", PROVIDER_APPLE },
	{ "me.com", PROVIDER_APPLE },
	{ "msn.com", PROVIDER_MICROSOFT },
	{ "outlook.", PROVIDER_MICROSOFT },
	{ "rocketmail.com", PROVIDER_YAHOO },
	{ "yahoo.", PROVIDER_YAHOO },
	{ "ymail.com", PROVIDER_YAHOO },
};

/* Which one the domain, of len octets and in any case, belongs to. */
enum provider
provider_of(const char *domain, size_t len)
{
	size_t i, n;

	for (i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
		n = strlen(domains[i].domain);
		if (strncasecmp(domain, domains[i].domain, n) == 0 &&
		    (domains[i].domain[n - 1] == '.' ? len > n : len == n))
			return domains[i].provider;
	}
	return PROVIDER_OTHER;
}

/* As metrics have it. */
const char *
provider_name(enum provider provider)
{
	return names[provider];
}

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
 * Names: in which zone one lies, how it is entered there, and where a record
 * went that was entered otherwise.
 */
#include "checkup.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "compat.h"
#include "facts.h"

/* The name above one of at least three labels, or NULL. */
const char *
checkup_parent(const char *name)
{
	name = strchr(name, '.');
	return name != NULL && strchr(name + 1, '.') != NULL ? name + 1 : NULL;
}

/* Whether name is domain or lies below it. */
bool
checkup_below(const char *name, const char *domain)
{
	size_t len, n;

	len = strlen(domain);
	n = strlen(name);
	return n >= len && strcasecmp(name + n - len, domain) == 0 &&
	    (n == len || name[n - len - 1] == '.');
}

/*
 * The zone that a domain lies in: it, or the nearest name above it, that has
 * name servers.  NULL while that is not known, or if it is none of at least
 * two labels.
 */
const char *
checkup_zone(struct checkup *c, const char *domain)
{
	const struct fact *f;

	for (; domain != NULL; domain = checkup_parent(domain)) {
		f = facts_get(c->facts, DNS_NS, domain);
		if (f == NULL)
			return NULL;
		if (f->records > 0)
			return domain;
	}
	return NULL;
}

/* A name as it is entered where a provider appends the zone: "@" for it. */
void
checkup_relative(const char *name, const char *zone, char relative[DOMAIN_SIZE])
{
	size_t len;

	(void)strlcpy(relative, name, DOMAIN_SIZE);
	if (!checkup_below(name, zone))
		return;
	len = strlen(name) - strlen(zone);
	if (len == 0)
		(void)strlcpy(relative, "@", DOMAIN_SIZE);
	else
		relative[len - 1] = '\0';
}

/*
 * Whether a TXT record that should be at name was entered with its full name
 * where the provider appends the zone: at NAME.ZONE, for the domain and each
 * name above it.  false also while facts are missing.
 */
bool
checkup_misplaced(struct checkup *c, const char *name, const char *domain,
    checkup_match match, void *arg, char where[DOMAIN_SIZE])
{
	const struct fact *f;
	const char *zone;
	bool found;
	size_t i;
	int n;

	found = false;
	for (zone = domain; zone != NULL; zone = checkup_parent(zone)) {
		char at[DOMAIN_SIZE];

		n = snprintf(at, sizeof(at), "%s.%s", name, zone);
		if (n < 0 || (size_t)n >= sizeof(at))
			continue;
		f = facts_get(c->facts, DNS_TXT, at);
		for (i = 0; !found && f != NULL && i < f->records; i++) {
			if (!match(f->record[i], arg))
				continue;
			found = true;
			(void)strlcpy(where, at, DOMAIN_SIZE);
		}
	}
	return found;
}

/* Where a name is an alias for, or NULL. */
const char *
checkup_cname(struct checkup *c, const char *name)
{
	const struct fact *f;

	f = facts_get(c->facts, DNS_CNAME, name);
	return f != NULL && f->records > 0 ? f->record[0] : NULL;
}

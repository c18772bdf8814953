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
 * Lists of source addresses.  A list is of a batch, so of whoever could make
 * one: only what the configuration permits is used.
 */

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "compat.h"
#include "netaddr.h"
#include "settings.h"
#include "sources.h"

/* Take the next address off a list.  0, or -1 at the end. */
static int
next(const char **list, struct netaddr *addr)
{
	char text[HOST_SIZE];
	size_t len;

	while (**list != '\0') {
		len = strcspn(*list, " ");
		if (len < sizeof(text)) {
			memcpy(text, *list, len);
			text[len] = '\0';
		}
		*list += len + ((*list)[len] == ' ');
		if (len < sizeof(text) && netaddr_parse(text, addr) == 0)
			return 0;
	}
	return -1;
}

static bool
is_permitted(const struct settings *s, const struct netaddr *addr)
{
	struct netaddr own;
	size_t i;

	for (i = 0; i < s->site.sources; i++) {
		if (netaddr_parse(s->site.source[i], &own) == 0 &&
		    netaddr_equal(&own, addr))
			return true;
	}
	return false;
}

/*
 * Those of a list that the configuration has; none if it has none of them any
 * more, and then the system chooses.
 */
void
sources_permitted(const struct settings *s, const char *list,
    char permitted[SOURCES_SIZE])
{
	char text[HOST_SIZE];
	struct netaddr addr;

	permitted[0] = '\0';
	while (next(&list, &addr) == 0) {
		if (!is_permitted(s, &addr))
			continue;
		if (permitted[0] != '\0')
			(void)strlcat(permitted, " ", SOURCES_SIZE);
		(void)strlcat(permitted, netaddr_format(&addr, text),
		    SOURCES_SIZE);
	}
}

/*
 * An address of the family, another with each turn.  0; -1 if there is none
 * of that family.
 */
int
sources_pick(const char *list, int family, size_t turn, struct netaddr *addr)
{
	const char *rest;
	size_t n;

	n = 0;
	for (rest = list; next(&rest, addr) == 0;)
		n += addr->family == family;
	if (n == 0)
		return -1;
	turn %= n;
	for (rest = list; next(&rest, addr) == 0;) {
		if (addr->family == family && turn-- == 0)
			break;
	}
	return 0;
}

/* Whether an address is one of the list; of an empty one any is. */
bool
sources_have(const char *list, const struct netaddr *addr)
{
	struct netaddr own;

	if (list[0] == '\0')
		return addr->family == 0;
	while (next(&list, &own) == 0) {
		if (netaddr_equal(&own, addr))
			return true;
	}
	return false;
}

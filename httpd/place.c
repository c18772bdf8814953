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
 * The compartment that a submission names is that of its sender.
 */
#include "place.h"

#include <string.h>
#include <strings.h>

/* How ids of all services begin, and those of this edd's compartments. */
#define ANY_ID		"ocid1."
#define OWN_COMPARTMENT "ocid1.compartment.edd."
#define OWN_TENANCY	"ocid1.tenancy.edd." /* the root */

static bool
begins(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/*
 * Whether what was given is the compartment with this id and name, which
 * counts in any case. An id of another service is of no meaning here, and is
 * as good as the right one.
 */
bool
place_is(const char *given, const char *id, const char *name)
{
	if (strcmp(given, id) == 0)
		return true;
	if (begins(given, ANY_ID))
		return !begins(given, OWN_COMPARTMENT) &&
		    !begins(given, OWN_TENANCY);
	return strcasecmp(given, name) == 0;
}

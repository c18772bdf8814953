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
 * Basic credentials. The password is wiped where it was copied.
 */
#include "basic.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base64.h"
#include "percent.h"

#define SCHEME	   "Basic"
#define SCHEME_LEN (sizeof(SCHEME) - 1)

/* Both with the colon between, and a NUL. */
#define BOTH_SIZE (LOGIN_SIZE + SECRET_SIZE)

/* Whether an Authorization value has this scheme. */
bool
basic_is(const char *value)
{
	return strncasecmp(value, SCHEME, SCHEME_LEN) == 0 &&
	    (value[SCHEME_LEN] == ' ' || value[SCHEME_LEN] == '\0');
}

/* Split what was decoded. */
static int
take_both(char *both, size_t len, struct basic *b)
{
	size_t user_len;
	char *colon;

	both[len] = '\0';
	colon = memchr(both, ':', len);
	if (colon == NULL || !percent_is_text(both, len))
		return -1;
	user_len = (size_t)(colon - both);
	if (user_len == 0 || user_len >= sizeof(b->user) ||
	    len - user_len > sizeof(b->password))
		return -1;
	memcpy(b->user, both, user_len);
	memcpy(b->password, colon + 1, len - user_len);
	return 0;
}

/*
 * Read the value of Authorization: 0, or -1 if it is ill-formed, and then
 * there is nothing in the struct. Both parts are UTF-8 without control
 * characters (RFC 7617 section 2), the name is not empty.
 *
 *	credentials = "Basic" 1*SP token68; token68 = user-id ":" password
 */
int
basic_parse(const char *value, struct basic *b)
{
	uint8_t both[BOTH_SIZE];
	size_t len;
	int rc;

	memset(b, 0, sizeof(*b));
	if (!basic_is(value))
		return -1;
	value += SCHEME_LEN;
	value += strspn(value, " ");
	rc = base64_decode(value, strlen(value), both, sizeof(both) - 1, &len);
	if (rc == 0)
		rc = take_both((char *)both, len, b);
	explicit_bzero(both, sizeof(both));
	if (rc == -1)
		basic_wipe(b);
	return rc;
}

/* Forget it. */
void
basic_wipe(struct basic *b)
{
	explicit_bzero(b, sizeof(*b));
}

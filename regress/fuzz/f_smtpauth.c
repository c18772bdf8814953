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

/* sources: smtpd/sasl.c lib/base64.c lib/compat.c */

/*
 * AUTH responses: whatever is accepted has a login and a secret that are
 * strings within their bounds.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "sasl.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
check(const char *p, size_t len)
{
	struct sasl_secret s;
	char login[LOGIN_SIZE];
	enum sasl_mech mech;
	enum reply r;

	r = sasl_plain(p, len, &s);
	must(r == REPLY_NONE || r == REPLY_BASE64 || r == REPLY_NO_NUL ||
	    r == REPLY_NO_NUL2 || r == REPLY_CREDENTIALS);
	if (r == REPLY_NONE)
		must(strnlen(s.login, sizeof(s.login)) < sizeof(s.login) &&
		    strnlen(s.secret, sizeof(s.secret)) < sizeof(s.secret) &&
		    s.login[0] != '\0' && s.secret[0] != '\0');
	r = sasl_login(p, len, login, sizeof(login));
	must(r == REPLY_NONE || r == REPLY_BASE64 || r == REPLY_CREDENTIALS);
	if (r == REPLY_NONE)
		must(strnlen(login, sizeof(login)) < sizeof(login));
	r = sasl_mech_find(p, len, &mech);
	must(r == REPLY_NONE || r == REPLY_MISMATCH || r == REPLY_METHOD);
}

/* The input as it is, and as the octets that Base64 stands for. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char text[BASE64_LEN(1024) + 1] = "";
	char *copy;

	copy = malloc(len == 0 ? 1 : len);
	must(copy != NULL);
	if (len > 0)
		memcpy(copy, bytes, len);
	check(copy, len);
	free(copy);
	if (len <= 1024 && base64_encode(bytes, len, text, sizeof(text)) == 0)
		check(text, strlen(text));
	return 0;
}

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
 * What a client says for AUTH: PLAIN (RFC 4616) and LOGIN, Base64 in, login
 * and secret out. Pure; it does not judge them.
 */
#ifndef SASL_H
#define SASL_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"
#include "reply.h"

struct scram;

enum sasl_mech {
	SASL_PLAIN = 1,
	SASL_LOGIN,
	SASL_SCRAM_SHA_256
};

struct sasl_secret {
	char login[LOGIN_SIZE];
	char secret[SECRET_SIZE];
};

/* AUTH of a session. */
struct sasl {
	unsigned offered; /* set of mechanisms */
	unsigned failures;
	bool seated; /* control counts the session for its user, or may */
	enum sasl_mech mech;
	char *login; /* LOGIN: user name, before the password */
	struct scram *scram;
};

unsigned sasl_mech_bit(enum sasl_mech);
void sasl_print(unsigned mechs, char *line, size_t);
enum reply sasl_mech_find(const char *, size_t, enum sasl_mech *);
enum reply sasl_plain(const char *, size_t, struct sasl_secret *);
enum reply sasl_login(const char *, size_t, char *, size_t outsize);

#endif /* SASL_H */

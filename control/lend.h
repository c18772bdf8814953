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
 * Logins lent to operators for a test: in memory only, for one session and
 * two minutes, so that nothing is left whatever happens.
 */
#ifndef LEND_H
#define LEND_H

#include <stdbool.h>
#include <stdint.h>

#include "credential.h"

/* Seconds that one lasts, and how many there can be at a time. */
#define LEND_SECONDS 120
#define LENDS_MAX    8u

struct lend {
	int64_t until; /* 0: none */
	bool used;     /* has logged in: not again */
	struct credential credential;
};

/* All of them; empty at first. */
struct lends {
	struct lend lend[LENDS_MAX];
};

int lend_add(struct lends *, const struct credential *, int64_t now);
bool lend_find_login(struct lends *, const char *login, int64_t now,
    struct credential *);
bool lend_get(const struct lends *, const char *id, int64_t now,
    struct credential *);
void lend_use(struct lends *, const char *id);

#endif

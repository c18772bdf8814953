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
 * The table of logins that are lent.
 */
#include "lend.h"

#include <errno.h>
#include <string.h>

/* Lend a credential from now on.  0, or -1 with errno: too many are. */
int
lend_add(struct lends *l, const struct credential *c, int64_t now)
{
	size_t i;

	for (i = 0; i < LENDS_MAX; i++) {
		if (l->lend[i].until > now)
			continue;
		explicit_bzero(&l->lend[i], sizeof(l->lend[i]));
		l->lend[i].until = now + LEND_SECONDS;
		l->lend[i].credential = *c;
		return 0;
	}
	errno = EAGAIN;
	return -1;
}

/* The credential of a login that was not used yet. */
bool
lend_find_login(struct lends *l, const char *login, int64_t now,
    struct credential *c)
{
	size_t i;

	for (i = 0; i < LENDS_MAX; i++) {
		if (l->lend[i].until <= now || l->lend[i].used ||
		    strcmp(l->lend[i].credential.login, login) != 0)
			continue;
		*c = l->lend[i].credential;
		return true;
	}
	return false;
}

/* The credential with this id, also in use. */
bool
lend_get(const struct lends *l, const char *id, int64_t now,
    struct credential *c)
{
	size_t i;

	for (i = 0; i < LENDS_MAX; i++) {
		if (l->lend[i].until <= now ||
		    strcmp(l->lend[i].credential.id, id) != 0)
			continue;
		*c = l->lend[i].credential;
		return true;
	}
	return false;
}

/* It has logged in: its secret is of no more use to anybody. */
void
lend_use(struct lends *l, const char *id)
{
	struct lend *e;
	size_t i;

	for (i = 0; i < LENDS_MAX; i++) {
		e = &l->lend[i];
		if (e->until == 0 || strcmp(e->credential.id, id) != 0)
			continue;
		e->used = true;
		explicit_bzero(e->credential.mac, sizeof(e->credential.mac));
		explicit_bzero(&e->credential.scram,
		    sizeof(e->credential.scram));
	}
}

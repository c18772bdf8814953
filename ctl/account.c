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
 * Who is behind "uid=1000" of the audit.  What the password file has is read
 * at once, and of a directory service only who asks: such a service may know
 * very many.
 */
#include "account.h"

#include <sys/types.h>

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of a longer file the rest has numbers only. */
#define ACCOUNTS_MAX 4096u

/* useradd(8) allows 32. */
#define ACCOUNT_NAME_SIZE 64u

#define ACCOUNT_FILE "/etc/passwd"

#define ACCOUNT_PREFIX "uid="

struct account {
	uid_t uid;
	char name[ACCOUNT_NAME_SIZE];
};

struct accounts {
	size_t count;
	struct account account[ACCOUNTS_MAX];
};

static const char *
find(const struct accounts *a, uid_t uid)
{
	size_t i;

	for (i = 0; i < a->count; i++) {
		if (a->account[i].uid == uid)
			return a->account[i].name;
	}
	return NULL;
}

static void
add(struct accounts *a, const struct passwd *pw)
{
	struct account *to;

	if (pw == NULL || a->count == ACCOUNTS_MAX ||
	    strlen(pw->pw_name) >= ACCOUNT_NAME_SIZE)
		return;
	to = &a->account[a->count++];
	to->uid = pw->pw_uid;
	(void)snprintf(to->name, sizeof(to->name), "%s", pw->pw_name);
}

/* The accounts as they are now; NULL without memory. */
struct accounts *
accounts_new(void)
{
	struct accounts *a;
	const struct passwd *pw;
	FILE *f;

	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return NULL;
	add(a, getpwuid(getuid()));
	f = fopen(ACCOUNT_FILE, "re");
	if (f == NULL)
		return a;
	while (a->count < ACCOUNTS_MAX && (pw = fgetpwent(f)) != NULL)
		add(a, pw);
	(void)fclose(f);
	return a;
}

/* Free them; NULL is allowed. */
void
accounts_free(struct accounts *a)
{
	free(a);
}

/* The name of who, if it is "uid=" and a number that has one, or NULL. */
const char *
accounts_name(const struct accounts *a, const char *who)
{
	unsigned long uid;
	char *end;

	if (strncmp(who, ACCOUNT_PREFIX, strlen(ACCOUNT_PREFIX)) != 0)
		return NULL;
	who += strlen(ACCOUNT_PREFIX);
	uid = strtoul(who, &end, 10);
	if (end == who || *end != '\0' || (uid_t)uid != uid)
		return NULL;
	return find(a, (uid_t)uid);
}

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
 * Whether the files of the store are whole, in pages that nobody reads as well.
 * The environment in use would be given up at the first bad page; so there is
 * another one, which reads the files and nothing else, for each table.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "compat.h"
#include "store_int.h"

/* Pages of a table that is looked at, and what is noted of each. */
#define CHECK_CACHE_SIZE (32u * 1024 * 1024)

struct check {
	char *why;
	size_t size;
};

/* What Berkeley DB says first is the cause. */
static void
check_error_cb(const DB_ENV *env, const char *prefix, const char *text)
{
	struct check *c = env->app_private;

	if (c->why[0] == '\0')
		(void)strlcpy(c->why, text, c->size);
}

/* One that was given up at a bad page would keep all its memory. */
static void
check_close(DB_ENV *env)
{
	(void)env->set_flags(env, DB_NOPANIC, 1);
	(void)env->close(env, 0);
}

/* An environment that shares nothing with the store but its files. */
static int
check_open(struct store *s, struct check *c, DB_ENV **env)
{
	const char *home;
	int r;

	r = db_env_create(env, 0);
	if (r != 0) {
		*env = NULL;
		return r;
	}
	(*env)->app_private = c;
	(*env)->set_errcall(*env, check_error_cb);
	if ((r = s->env->get_home(s->env, &home)) != 0 ||
	    (r = (*env)->set_encrypt(*env, s->phrase, DB_ENCRYPT_AES)) != 0 ||
	    (r = (*env)->set_cachesize(*env, 0, CHECK_CACHE_SIZE, 1)) != 0 ||
	    (r = (*env)->set_tmp_dir(*env, ".")) != 0)
		return r;
	return (*env)->open(*env, home, DB_CREATE | DB_PRIVATE | DB_INIT_MPOOL,
	    0600);
}

static int
check_file(DB_ENV *env, const char *name)
{
	DB *db;
	int r;

	r = db_create(&db, env, 0);
	if (r != 0)
		return r;
	r = db->set_flags(db, DB_ENCRYPT);
	if (r == 0)
		return db->verify(db, name, NULL, NULL, 0);
	(void)db->close(db, 0);
	return r;
}

/*
 * Read all pages of a table from the disk and look whether they fit together.
 * Nothing else is done meanwhile; no transaction may be open.  STORE_OK,
 * STORE_NOTFOUND with why: it is damaged, or STORE_FAIL with why: it is not
 * known.
 */
enum store_status
store_check(struct store *s, enum store_table table, char *why, size_t size)
{
	struct check c = { why, size };
	DB_ENV *env = NULL;
	int r;

	why[0] = '\0';
	r = s->txn != NULL ? EBUSY : 0;
	if (r == 0)
		r = s->env->txn_checkpoint(s->env, 0, 0, 0);
	if (r == 0)
		r = check_open(s, &c, &env);
	if (r != 0) {
		if (why[0] == '\0')
			(void)strlcpy(why, db_strerror(r), size);
		if (env != NULL)
			check_close(env);
		return STORE_FAIL;
	}
	r = check_file(env, store_table_name(table));
	if (r != 0 && why[0] == '\0')
		(void)strlcpy(why, db_strerror(r), size);
	check_close(env);
	if (r == 0)
		return STORE_OK;
	return r == ENOMEM || r == EMFILE ? STORE_FAIL : STORE_NOTFOUND;
}

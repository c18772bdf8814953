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
 *
 * Reading takes seconds, and may be done by another thread: the two
 * environments share only the files.  What is dirty is written out before, and
 * no checkpoint is made meanwhile, so that the pages on the disk stay those of
 * one moment.  A cache that is short of room may write some all the same; they
 * are counted, and a table that then does not fit together is looked at again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "store_int.h"

/* Pages of a table that is looked at, and what is noted of each. */
#define CHECK_CACHE_SIZE (32u * 1024 * 1024)

struct store_check {
	struct store *store; /* not for store_check_run() */
	enum store_table table;
	uintmax_t writes; /* pages of the table, before */
	char *home;
	char phrase[STORE_PHRASE_SIZE];

	/* What store_check_run() found. */
	bool opened;
	int error;
	char why[256]; /* what Berkeley DB said first, which is the cause */
};

static void
check_error_cb(const DB_ENV *env, const char *prefix, const char *text)
{
	struct store_check *c = env->app_private;

	if (c->why[0] == '\0')
		(void)strlcpy(c->why, text, sizeof(c->why));
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
check_open(struct store_check *c, DB_ENV **env)
{
	int r;

	r = db_env_create(env, 0);
	if (r != 0) {
		*env = NULL;
		return r;
	}
	(*env)->app_private = c;
	(*env)->set_errcall(*env, check_error_cb);
	if ((r = (*env)->set_encrypt(*env, c->phrase, DB_ENCRYPT_AES)) != 0 ||
	    (r = (*env)->set_cachesize(*env, 0, CHECK_CACHE_SIZE, 1)) != 0 ||
	    (r = (*env)->set_tmp_dir(*env, ".")) != 0)
		return r;
	return (*env)->open(*env, c->home,
	    DB_CREATE | DB_PRIVATE | DB_INIT_MPOOL, 0600);
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

/* Pages of the table that were written to the disk so far. */
static int
count_writes(struct store *s, enum store_table table, uintmax_t *n)
{
	DB_MPOOL_FSTAT **list, **f;
	int r;

	r = s->env->memp_stat(s->env, NULL, &list, 0);
	if (r != 0)
		return r;
	r = ENOENT;
	for (f = list; f != NULL && *f != NULL; f++) {
		if (strcmp((*f)->file_name, store_table_name(table)) != 0)
			continue;
		*n = (*f)->st_page_out;
		r = 0;
	}
	free(list);
	return r;
}

static void
check_free(struct store_check *c)
{
	free(c->home);
	explicit_bzero(c, sizeof(*c));
	free(c);
}

/*
 * Have a table looked at: write out what is dirty.  No transaction may be
 * open.  Until store_check_end() there are no checkpoints.  NULL with why.
 */
struct store_check *
store_check_begin(struct store *s, enum store_table table, char *why,
    size_t size)
{
	struct store_check *c;
	const char *home;
	int r;

	c = calloc(1, sizeof(*c));
	r = c == NULL ? ENOMEM : s->txn != NULL ? EBUSY : 0;
	if (r == 0)
		r = s->env->get_home(s->env, &home);
	if (r == 0 && (c->home = strdup(home)) == NULL)
		r = ENOMEM;
	if (r == 0)
		r = s->env->txn_checkpoint(s->env, 0, 0, 0);
	if (r == 0)
		r = count_writes(s, table, &c->writes);
	if (r != 0) {
		(void)strlcpy(why, db_strerror(r), size);
		if (c != NULL)
			check_free(c);
		return NULL;
	}
	c->store = s;
	c->table = table;
	memcpy(c->phrase, s->phrase, sizeof(c->phrase));
	s->checks++;
	return c;
}

/*
 * Read all pages of the table from the disk and look whether they fit
 * together.  Any thread may do this, and the store be used meanwhile.
 */
void
store_check_run(struct store_check *c)
{
	DB_ENV *env;

	c->error = check_open(c, &env);
	c->opened = c->error == 0;
	if (c->opened)
		c->error = check_file(env, store_table_name(c->table));
	if (env != NULL)
		check_close(env);
}

/* What was found, and if it is not good, why.  Frees it. */
enum store_check_result
store_check_end(struct store_check *c, char *why, size_t size)
{
	enum store_check_result result;
	uintmax_t writes;
	bool known;

	c->store->checks--;
	known = c->opened && c->error != ENOMEM && c->error != EMFILE;
	if (c->error == 0)
		result = STORE_CHECK_GOOD;
	else if (!known || count_writes(c->store, c->table, &writes) != 0)
		result = STORE_CHECK_UNKNOWN;
	else if (writes != c->writes)
		result = STORE_CHECK_CHANGED;
	else
		result = STORE_CHECK_DAMAGED;
	why[0] = '\0';
	if (c->error != 0)
		(void)strlcpy(why,
		    c->why[0] != '\0' ? c->why : db_strerror(c->error), size);
	check_free(c);
	return result;
}

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
 * Places of the store.  Which is the one in use changes by renaming CURRENT,
 * after all of the new one is durable; what is not in use is removed
 * afterwards, or by the next who opens the store.
 */
#include "store_place.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"
#include "log.h"
#include "store.h"
#include "store_lock.h"

#define PLACE_FILE     "CURRENT"
#define PLACE_FILE_NEW "CURRENT.new"
#define PLACE_PREFIX   "env."

/* The name of a place: the prefix and up to nine digits. */
#define PLACE_NAME_SIZE 16u

/* Of two places that take turns one is free. */
#define PLACE_FIRST  "env.1"
#define PLACE_SECOND "env.2"

static const char *const table_file[STORE_TABLES] = {
	[STORE_META] = "meta.db",
	[STORE_COMPARTMENT] = "compartment.db",
	[STORE_USER] = "user.db",
	[STORE_CREDENTIAL] = "credential.db",
	[STORE_SENDER] = "sender.db",
	[STORE_DOMAIN] = "domain.db",
	[STORE_DKIM] = "dkim.db",
	[STORE_SUPPRESSION] = "suppression.db",
	[STORE_COMPARTMENT_NAME] = "compartment_name.db",
	[STORE_USER_NAME] = "user_name.db",
	[STORE_CREDENTIAL_LOGIN] = "credential_login.db",
	[STORE_CREDENTIAL_USER] = "credential_user.db",
	[STORE_SENDER_PLACE] = "sender_place.db",
	[STORE_SENDER_DOMAIN] = "sender_domain.db",
	[STORE_DOMAIN_PLACE] = "domain_place.db",
	[STORE_THROTTLE] = "throttle.db",
	[STORE_LIMIT] = "limit.db",
	[STORE_METER] = "meter.db",
	[STORE_GROUP] = "group.db",
	[STORE_GROUP_NAME] = "group_name.db",
	[STORE_GROUP_MEMBER] = "group_member.db",
	[STORE_USER_GROUP] = "user_group.db",
	[STORE_POLICY] = "policy.db",
	[STORE_SUPPRESSION_NUMBER] = "suppression_number.db",
	[STORE_SUPPRESSION_SOFT] = "suppression_soft.db",
	[STORE_APIKEY] = "apikey.db",
	[STORE_AUDIT] = "audit.db",
	[STORE_WEBHOOK] = "webhook.db",
	[STORE_OBJECT] = "object.db",
	[STORE_CREATED] = "created.db",
	[STORE_EXPIRY] = "expiry.db",
	[STORE_WORK] = "work.db",
	[STORE_RETRY] = "retry.db",
	[STORE_RETURNPATH] = "returnpath.db",
	[STORE_POOL] = "pool.db",
	[STORE_POOL_NAME] = "pool_name.db",
	[STORE_POOL_SENDER] = "pool_sender.db",
	[STORE_SENDER_POOL] = "sender_pool.db",
	[STORE_SOURCE] = "source.db",
};

static bool
is_place(const char *name)
{
	return strcmp(name, PLACE_FIRST) == 0 ||
	    strcmp(name, PLACE_SECOND) == 0;
}

/* The name in CURRENT, empty if there is no such file.  0 or -1 with errno. */
static int
current_read(const char *dir, char name[PLACE_NAME_SIZE])
{
	char path[STORE_PLACE_SIZE];
	ssize_t n;
	int error, fd;

	name[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s/%s", dir, PLACE_FILE);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	n = read(fd, name, PLACE_NAME_SIZE - 1);
	error = errno;
	(void)close(fd);
	errno = error;
	if (n == -1)
		return -1;
	name[n] = '\0';
	name[strcspn(name, "\n")] = '\0';
	if (is_place(name))
		return 0;
	errno = EBADMSG;
	return -1;
}

/*
 * The folder in which the store of dir is.  0, or -1 with why if CURRENT
 * cannot be read or names none.
 */
int
store_place_find(const char *dir, char place[STORE_PLACE_SIZE], char *why,
    size_t size)
{
	char name[PLACE_NAME_SIZE];
	int n;

	if (current_read(dir, name) == -1) {
		(void)snprintf(why, size,
		    "%s/%s: %s; it names the folder of the store there: %s or "
		    "%s. If neither can be opened, restore with \"edctl "
		    "restore\" into an empty store",
		    dir, PLACE_FILE,
		    errno == EBADMSG ? "it is damaged" : strerror(errno),
		    PLACE_FIRST, PLACE_SECOND);
		return -1;
	}
	n = snprintf(place, STORE_PLACE_SIZE, "%s%s%s", dir,
	    name[0] == '\0' ? "" : "/", name);
	if (n > 0 && (size_t)n < STORE_PLACE_SIZE)
		return 0;
	(void)snprintf(why, size, "%s: the path is too long", dir);
	return -1;
}

/* Remove the files in a folder for which is_ours holds. */
static void
files_remove(const char *path, bool (*is_ours)(const char *))
{
	const struct dirent *e;
	DIR *d;

	d = opendir(path);
	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] != '.' && is_ours(e->d_name) &&
		    unlinkat(dirfd(d), e->d_name, 0) == -1)
			log_warn("store: removing %s", e->d_name);
	}
	(void)closedir(d);
}

/* Files of a store: tables, log, the check of the key. */
static bool
is_store_file(const char *name)
{
	const char *dot;

	dot = strrchr(name, '.');
	return strncmp(name, "log.", 4) == 0 || strncmp(name, "__db", 4) == 0 ||
	    strncmp(name, "KEYCHECK", 8) == 0 ||
	    (dot != NULL && strcmp(dot, ".db") == 0);
}

static void
place_remove(const char *dir, const char *name)
{
	char path[STORE_PLACE_SIZE];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	files_remove(path, is_store_file);
	if (unlinkat(AT_FDCWD, path, AT_REMOVEDIR) == -1 && errno != ENOENT)
		log_warn("store: removing %s", path);
}

/*
 * Make the folder, empty, in which a new store can be written while the other
 * is in use.  0, or -1 with errno.
 */
int
store_place_new(const char *dir, char place[STORE_PLACE_SIZE])
{
	char name[PLACE_NAME_SIZE];
	const char *other;

	if (current_read(dir, name) == -1)
		return -1;
	other = strcmp(name, PLACE_FIRST) == 0 ? PLACE_SECOND : PLACE_FIRST;
	place_remove(dir, other);
	(void)snprintf(place, STORE_PLACE_SIZE, "%s/%s", dir, other);
	return mkdir(place, 0700);
}

static int
dir_sync(const char *path)
{
	int fd, r;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	r = fsync(fd);
	(void)close(fd);
	return r;
}

/*
 * Write, fsync, rename, fsync the folder: the name is the old or the new.  From
 * the rename on it is the new one, also if the last step failed: whoever opens
 * the store makes that step again, before the old one goes.  0, or -1 with
 * errno, and it is the old one.
 */
static int
current_write(const char *dir, const char *name)
{
	char from[STORE_PLACE_SIZE], to[STORE_PLACE_SIZE];
	size_t len;
	int fd, r;

	(void)snprintf(from, sizeof(from), "%s/%s", dir, PLACE_FILE_NEW);
	(void)snprintf(to, sizeof(to), "%s/%s", dir, PLACE_FILE);
	fd = open(from, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (fd == -1)
		return -1;
	len = strlen(name);
	r = write(fd, name, len) == (ssize_t)len && fsync(fd) == 0 ? 0 : -1;
	if (close(fd) == -1 || r == -1 || rename(from, to) == -1)
		return -1;
	if (dir_sync(dir) == -1)
		log_warn("store: %s was renamed but its folder not synced", to);
	return 0;
}

/*
 * The store in place, which was closed, becomes the one in use: before the
 * rename a crash leaves the old one, after it the new one.  0, or -1 with
 * errno, and the old one stays in use.
 */
int
store_place_switch(const char *dir, const char *place)
{
	const char *name;

	name = strrchr(place, '/');
	if (name == NULL || !is_place(name + 1)) {
		errno = EINVAL;
		return -1;
	}
	if (dir_sync(place) == -1 || dir_sync(dir) == -1)
		return -1;
	return current_write(dir, name + 1);
}

/* Remove a store that did not come into use. */
void
store_place_drop(const char *dir, const char *place)
{
	char current[STORE_PLACE_SIZE], why[256];
	const char *name;

	name = strrchr(place, '/');
	if (name == NULL || !is_place(name + 1) ||
	    store_place_find(dir, current, why, sizeof(why)) == -1 ||
	    strcmp(current, place) == 0)
		return;
	place_remove(dir, name + 1);
}

/*
 * Remove what is not in use, once it is durable what is: a crash may have come
 * between the rename and the sync.  0, or -1 with errno and all is kept.
 */
int
store_place_settle(const char *dir)
{
	char name[PLACE_NAME_SIZE];

	if (current_read(dir, name) == -1)
		return -1;
	if (name[0] != '\0' && dir_sync(dir) == -1)
		return -1;
	if (name[0] != '\0')
		files_remove(dir, is_store_file);
	if (strcmp(name, PLACE_FIRST) != 0)
		place_remove(dir, PLACE_FIRST);
	if (strcmp(name, PLACE_SECOND) != 0)
		place_remove(dir, PLACE_SECOND);
	return 0;
}

/*
 * Open the store in folder dir, in the place that is in use there, making it
 * if the folder is empty, with recovery of what a crash left.  The secret is
 * not kept.  NULL with why if the secret is another store's, or the store is
 * beyond recovery.
 */
struct store *
store_open(const char *dir, const uint8_t secret[STORE_SECRET_SIZE], char *why,
    size_t size)
{
	char place[STORE_PLACE_SIZE];
	struct store *s;

	if (store_place_find(dir, place, why, size) == -1)
		return NULL;
	s = store_open_at(place, secret, why, size);
	if (s == NULL || store_place_settle(dir) == 0)
		return s;
	(void)snprintf(why, size,
	    "the folder of the store cannot be synced: %s", strerror(errno));
	(void)store_close(s);
	return NULL;
}

/* Whether there is a store in folder dir, of this secret. */
bool
store_is_for(const char *dir, const uint8_t secret[STORE_SECRET_SIZE])
{
	char place[STORE_PLACE_SIZE], why[256];

	return store_place_find(dir, place, why, sizeof(why)) == 0 &&
	    store_lock_fits(place, secret, STORE_SECRET_SIZE);
}

/* The name of a table, which does not change as its number may. */
const char *
store_table_name(enum store_table table)
{
	return table_file[table];
}

/* The table with this name.  0, or -1 if there is none. */
int
store_table_find(const char *name, enum store_table *table)
{
	unsigned i;

	for (i = 0; i < STORE_TABLES; i++) {
		if (strcmp(table_file[i], name) == 0) {
			*table = (enum store_table)i;
			return 0;
		}
	}
	return -1;
}

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
 * Reads the daemon's key files, and makes them before the store exists.  It
 * never replaces a key: what was encrypted under it would be lost.
 */
#include "keyfile.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "limit.h"
#include "log.h"

#define STORE_KEY  "store.key"
#define SEAL_KEY   "seal.key"
#define STORE_NEXT "store.key.next"
#define SEAL_NEXT  "seal.key.next"

/* Whether a folder has nothing in it, or is not there. */
static bool
is_empty(const char *dir)
{
	struct dirent *e;
	bool empty;
	DIR *d;

	d = opendir(dir);
	if (d == NULL)
		return errno == ENOENT;
	empty = true;
	while (empty && (e = readdir(d)) != NULL)
		empty = strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0;
	(void)closedir(d);
	return empty;
}

/* Make the folder durable, so that a key cannot go after it was used. */
static int
sync_dir(const char *dir)
{
	int fd, r;

	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	r = fsync(fd);
	(void)close(fd);
	return r;
}

/*
 * Make a key.  It is written beside its place and moved there when it is
 * whole and durable: a crash leaves no key, or all of it.
 */
static int
make(const char *dir, const char *path)
{
	char temporary[CONF_PATH_SIZE + 32];
	uint8_t key[CONF_SECRET_SIZE];
	int fd, r;

	(void)snprintf(temporary, sizeof(temporary), "%s.new", path);
	(void)unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return -1;
	r = -1;
	if (getentropy(key, sizeof(key)) == 0 &&
	    write(fd, key, sizeof(key)) == (ssize_t)sizeof(key) &&
	    fsync(fd) == 0)
		r = 0;
	explicit_bzero(key, sizeof(key));
	if (close(fd) == -1 || r == -1 || rename(temporary, path) == -1) {
		(void)unlink(temporary);
		return -1;
	}
	return sync_dir(dir);
}

/* A key file belongs to us, and nobody else may read or write it. */
static int
check(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st) == -1) {
		log_warn("%s", path);
		return -1;
	}
	if (!S_ISREG(st.st_mode) || st.st_size != (off_t)CONF_SECRET_SIZE) {
		log_warnx("%s: not a key file: it has not %u octets", path,
		    CONF_SECRET_SIZE);
		return -1;
	}
	if (st.st_uid != geteuid()) {
		log_warnx("%s: belongs to uid %u: chown it to uid %u", path,
		    (unsigned)st.st_uid, (unsigned)geteuid());
		return -1;
	}
	if ((st.st_mode & 077) != 0) {
		log_warnx("%s: mode %04o lets others at it: chmod 600 it", path,
		    st.st_mode & 07777);
		return -1;
	}
	return 0;
}

/* Read a key file that is there.  0, or -1 and it was logged why. */
static int
key_read(uint8_t *key, const char *path)
{
	int fd, r;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd == -1) {
		log_warn("%s", path);
		return -1;
	}
	r = check(fd, path);
	if (r == 0 &&
	    read(fd, key, CONF_SECRET_SIZE) != (ssize_t)CONF_SECRET_SIZE) {
		log_warn("%s", path);
		r = -1;
	}
	(void)close(fd);
	return r;
}

static int
load(struct conf_secret *s, const char *dir, const char *name, bool may_make)
{
	char path[CONF_PATH_SIZE + 32];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (access(path, F_OK) == -1 && errno == ENOENT) {
		if (!may_make) {
			log_warnx("%s: missing, but the store is not empty: "
				  "put the key back",
			    path);
			return -1;
		}
		if (make(dir, path) == -1) {
			log_warn("cannot make %s", path);
			return -1;
		}
		log_info("made key file %s", path);
	}
	return key_read(s->key, path);
}

/* Whether a file is there: 1 or 0, or -1 if that cannot be told, logged. */
static int
is_there(const char *dir, const char *name)
{
	char path[CONF_PATH_SIZE + 32];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (access(path, F_OK) == 0)
		return 1;
	if (errno == ENOENT)
		return 0;
	log_warn("%s", path);
	return -1;
}

/* Put a new key in the place of the old one.  0, or -1 and logged. */
static int
replace(const char *dir, const char *next, const char *name)
{
	char from[CONF_PATH_SIZE + 32], to[CONF_PATH_SIZE + 32];

	(void)snprintf(from, sizeof(from), "%s/%s", dir, next);
	(void)snprintf(to, sizeof(to), "%s/%s", dir, name);
	if (rename(from, to) == 0 && sync_dir(dir) == 0)
		return 0;
	log_warn("cannot rename %s", from);
	return -1;
}

/*
 * Keys of a change that was not finished.  They are made in the order store,
 * seal, and renamed in that order: both are there while either may be in use;
 * only the one of the store, it never was; only the one of the seal, it is.
 */
static int
load_next(struct keyfile *k, const char *dir)
{
	char path[CONF_PATH_SIZE + 32];
	int seal, store;

	seal = is_there(dir, SEAL_NEXT);
	store = is_there(dir, STORE_NEXT);
	if (seal == -1 || store == -1)
		return -1;
	if (seal == 0)
		return 0;
	if (store == 0)
		return replace(dir, SEAL_NEXT, SEAL_KEY);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, STORE_NEXT);
	if (key_read(k->store.next, path) == -1)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/%s", dir, SEAL_NEXT);
	if (key_read(k->seal.next, path) == -1)
		return -1;
	k->store.has_next = k->seal.has_next = true;
	return 0;
}

/*
 * Make new keys beside those in use, or take those that are there.  0, or -1
 * and it was logged why.
 */
int
keyfile_next(struct keyfile *k, const char *keys)
{
	static const char *const names[] = { STORE_NEXT, SEAL_NEXT };
	char path[CONF_PATH_SIZE + 32];
	size_t i;
	int there;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", keys, names[i]);
		there = is_there(keys, names[i]);
		if (there == -1)
			return -1;
		if (there == 0 && make(keys, path) == -1) {
			log_warn("cannot make %s", path);
			return -1;
		}
	}
	return load_next(k, keys);
}

/*
 * The new keys take the place of the old ones, which are gone then.  0, or -1
 * and it was logged why; a later start goes on with it.
 */
int
keyfile_use_next(struct keyfile *k, const char *keys)
{
	if (!k->store.has_next)
		return 0;
	if (replace(keys, STORE_NEXT, STORE_KEY) == -1 ||
	    replace(keys, SEAL_NEXT, SEAL_KEY) == -1)
		return -1;
	memcpy(k->store.key, k->store.next, sizeof(k->store.key));
	memcpy(k->seal.key, k->seal.next, sizeof(k->seal.key));
	explicit_bzero(k->store.next, sizeof(k->store.next));
	explicit_bzero(k->seal.next, sizeof(k->seal.next));
	k->store.has_next = k->seal.has_next = false;
	return 0;
}

/*
 * Read both keys from the folder keys; made there if they are missing while
 * the folder store is empty.  0, or -1 and it was logged why.  The caller
 * clears them.
 */
int
keyfile_load(struct keyfile *k, const char *keys, const char *store)
{
	bool may_make;

	may_make = is_empty(store);
	if (mkdir(keys, 0700) == -1 && errno != EEXIST) {
		log_warn("cannot make folder %s", keys);
		return -1;
	}
	if (load(&k->store, keys, STORE_KEY, may_make) == -1 ||
	    load_next(k, keys) == -1 ||
	    load(&k->seal, keys, SEAL_KEY, may_make) == -1) {
		keyfile_clear(k);
		return -1;
	}
	return 0;
}

/* Wipe both keys. */
void
keyfile_clear(struct keyfile *k)
{
	explicit_bzero(k, sizeof(*k));
}

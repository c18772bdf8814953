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
 * Keys of a store, and the check that a secret is the right one.  Berkeley
 * DB run with a wrong key may take its own log for torn and cut it; so the
 * secret is compared with a keyed digest in a small file first.
 */
#include "store_lock.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOCK_NAME     "KEYCHECK"
#define LOCK_NEW_NAME "KEYCHECK.new"

static const char lock_magic[] = "edd store 1\n";

#define LOCK_MAGIC_LEN (sizeof(lock_magic) - 1)
#define LOCK_LEN       (LOCK_MAGIC_LEN + STORE_SUBKEY_SIZE)

/*
 * Derive a key for one purpose: HMAC-SHA256 of the purpose's name under the
 * secret.  0, or -1 if libcrypto fails.
 */
int
store_subkey(const uint8_t *secret, size_t len, const char *purpose,
    uint8_t out[STORE_SUBKEY_SIZE])
{
	const uint8_t *digest;
	unsigned n;

	n = STORE_SUBKEY_SIZE;
	digest = HMAC(EVP_sha256(), secret, (int)len, (const uint8_t *)purpose,
	    strlen(purpose), out, &n);
	return digest != NULL && n == STORE_SUBKEY_SIZE ? 0 : -1;
}

/* The pass phrase of the database, which has to be a string.  0 or -1. */
int
store_phrase(const uint8_t *secret, size_t len, char out[STORE_PHRASE_SIZE])
{
	uint8_t key[STORE_SUBKEY_SIZE];
	size_t i;

	if (store_subkey(secret, len, "edd store database", key) == -1)
		return -1;
	for (i = 0; i < sizeof(key); i++)
		(void)snprintf(out + 2 * i, 3, "%02x", key[i]);
	explicit_bzero(key, sizeof(key));
	return 0;
}

/* Whether the folder holds anything but a lock file that was not finished. */
static bool
dir_is_empty(DIR *d)
{
	const struct dirent *e;

	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0 &&
		    strcmp(e->d_name, LOCK_NEW_NAME) != 0)
			return false;
	}
	return true;
}

/* Write, fsync, rename, fsync the folder: after a crash it is whole or not. */
static int
lock_write(int dirfd_, const uint8_t *content)
{
	ssize_t n;
	int fd, r;

	fd = openat(dirfd_, LOCK_NEW_NAME,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1)
		return -1;
	n = write(fd, content, LOCK_LEN);
	r = n == (ssize_t)LOCK_LEN ? fsync(fd) : -1;
	if (close(fd) == -1)
		r = -1;
	if (r == -1 || renameat(dirfd_, LOCK_NEW_NAME, dirfd_, LOCK_NAME) == -1)
		return -1;
	return fsync(dirfd_);
}

/* The lock file into buf.  Its length, or -1 with errno. */
static ssize_t
lock_read(int dirfd_, uint8_t *buf, size_t size)
{
	ssize_t n;
	int fd, error;

	fd = openat(dirfd_, LOCK_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		return -1;
	n = read(fd, buf, size);
	error = errno;
	(void)close(fd);
	errno = error;
	return n;
}

static int
lock_compare(const uint8_t *found, ssize_t n, const uint8_t *want,
    const char *dir, char *why, size_t size)
{
	if (n != (ssize_t)LOCK_LEN ||
	    memcmp(found, lock_magic, LOCK_MAGIC_LEN) != 0) {
		(void)snprintf(why, size,
		    "%s/%s is damaged or of another "
		    "version; restore the store from a backup (\"edctl restore\")",
		    dir, LOCK_NAME);
		return -1;
	}
	if (CRYPTO_memcmp(found + LOCK_MAGIC_LEN, want + LOCK_MAGIC_LEN,
		STORE_SUBKEY_SIZE) != 0) {
		(void)snprintf(why, size,
		    "the store key does not fit the "
		    "store in %s; put back the store.key it was made with",
		    dir);
		return -1;
	}
	return 0;
}

/* The folder is open: make the file in an empty one, else compare. */
static int
lock_check_dir(DIR *d, const uint8_t *want, const char *dir, char *why,
    size_t size)
{
	uint8_t found[LOCK_LEN + 1];
	ssize_t n;
	int r;

	n = lock_read(dirfd(d), found, sizeof(found));
	if (n >= 0)
		return lock_compare(found, n, want, dir, why, size);
	if (errno != ENOENT) {
		(void)snprintf(why, size, "%s/%s: %s", dir, LOCK_NAME,
		    strerror(errno));
		return -1;
	}
	if (!dir_is_empty(d)) {
		(void)snprintf(why, size,
		    "%s has files but no %s; put back a copy of the folder, "
		    "or name an empty one and give it a backup with \"edctl "
		    "restore\"",
		    dir, LOCK_NAME);
		return -1;
	}
	r = lock_write(dirfd(d), want);
	if (r == -1)
		(void)snprintf(why, size, "%s/%s: %s", dir, LOCK_NAME,
		    strerror(errno));
	return r;
}

/*
 * Compare the secret with the store in dir; an empty folder becomes a store
 * of this secret.  0, or -1 with why; nothing was changed then.
 */
int
store_lock_check(const char *dir, const uint8_t *secret, size_t len, char *why,
    size_t size)
{
	uint8_t want[LOCK_LEN];
	DIR *d;
	int r;

	memcpy(want, lock_magic, LOCK_MAGIC_LEN);
	if (store_subkey(secret, len, "edd store check",
		want + LOCK_MAGIC_LEN) == -1) {
		(void)snprintf(why, size, "libcrypto has no HMAC-SHA256");
		return -1;
	}
	d = opendir(dir);
	if (d == NULL) {
		(void)snprintf(why, size, "%s: %s", dir, strerror(errno));
		return -1;
	}
	r = lock_check_dir(d, want, dir, why, size);
	(void)closedir(d);
	return r;
}

/* Whether the folder has a store of this secret; nothing is made or said. */
bool
store_lock_fits(const char *dir, const uint8_t *secret, size_t len)
{
	uint8_t found[LOCK_LEN + 1], want[STORE_SUBKEY_SIZE];
	ssize_t n;
	DIR *d;

	if (store_subkey(secret, len, "edd store check", want) == -1)
		return false;
	d = opendir(dir);
	if (d == NULL)
		return false;
	n = lock_read(dirfd(d), found, sizeof(found));
	(void)closedir(d);
	return n == (ssize_t)LOCK_LEN &&
	    memcmp(found, lock_magic, LOCK_MAGIC_LEN) == 0 &&
	    CRYPTO_memcmp(found + LOCK_MAGIC_LEN, want, STORE_SUBKEY_SIZE) == 0;
}

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
 * Prepares folders with their owner and mode.  It takes nothing away from
 * another owner: that is for the operator to decide.
 */
#include "dirs.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "limit.h"
#include "log.h"

#define USER_SIZE 96

/* Make the folders that lead to path.  0, or -1 and it was logged why. */
int
dirs_parents(const char *path)
{
	char part[CONF_PATH_SIZE];
	const char *p;

	for (p = strchr(path + 1, '/'); p != NULL; p = strchr(p + 1, '/')) {
		(void)snprintf(part, sizeof(part), "%.*s", (int)(p - path),
		    path);
		if (mkdir(part, 0755) == 0)
			(void)chmod(part, 0755);
		else if (errno != EEXIST) {
			log_warn("cannot make folder %s", part);
			return -1;
		}
	}
	return 0;
}

/* A user as "NAME (uid N)". */
static const char *
user_name(uid_t uid, char out[USER_SIZE])
{
	const struct passwd *pw;

	pw = getpwuid(uid);
	(void)snprintf(out, USER_SIZE, "%.64s (uid %u)",
	    pw == NULL ? "an unknown user" : pw->pw_name, (unsigned)uid);
	return out;
}

/* Open a folder, which is made if it is missing.  -1 and logged. */
static int
open_dir(const char *what, const char *path, mode_t mode)
{
	int fd;

	if (dirs_parents(path) == -1)
		return -1;
	if (mkdir(path, mode) == -1 && errno != EEXIST) {
		log_warn("cannot make %s %s", what, path);
		return -1;
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		log_warn("%s %s", what, path);
	return fd;
}

/* A folder that we have made but not yet given away: ours and empty. */
static bool
is_new(int dir, const struct stat *st)
{
	struct dirent *e;
	bool empty;
	DIR *d;
	int fd;

	if (st->st_uid != geteuid())
		return false;
	fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fd == -1 ? NULL : fdopendir(fd);
	if (d == NULL) {
		if (fd != -1)
			(void)close(fd);
		return false;
	}
	empty = true;
	while (empty && (e = readdir(d)) != NULL)
		empty = strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0;
	(void)closedir(d);
	return empty;
}

static int
own(int fd, const char *what, const char *path, uid_t uid, gid_t gid)
{
	char is[USER_SIZE], should[USER_SIZE];
	struct stat st;

	if (fstat(fd, &st) == -1) {
		log_warn("%s %s", what, path);
		return -1;
	}
	if (st.st_uid != uid && !is_new(fd, &st)) {
		log_warnx("%s %s belongs to %s, not to %s: name another "
			  "folder, or chown -R this one",
		    what, path, user_name(st.st_uid, is),
		    user_name(uid, should));
		return -1;
	}
	if (st.st_uid != uid && fchown(fd, uid, gid) == -1) {
		log_warn("cannot give %s %s to %s", what, path,
		    user_name(uid, should));
		return -1;
	}
	if ((st.st_mode & 07777) != 0700 && fchmod(fd, 0700) == -1) {
		log_warn("cannot chmod %s %s", what, path);
		return -1;
	}
	return 0;
}

/*
 * A folder that belongs to a user and that nobody else may enter.  One that
 * belongs to somebody else is refused.  0, or -1 and it was logged why.
 */
int
dirs_own(const char *what, const char *path, uid_t uid, gid_t gid)
{
	int fd, r;

	fd = open_dir(what, path, 0700);
	if (fd == -1)
		return -1;
	r = own(fd, what, path, uid, gid);
	(void)close(fd);
	return r;
}

/*
 * The folder in which a process without files lives: it belongs to us, and
 * others may not write to it.  0, or -1 and it was logged why.
 */
int
dirs_empty(const char *path)
{
	char is[USER_SIZE], should[USER_SIZE];
	struct stat st;
	int fd, r;

	fd = open_dir("empty folder", path, 0755);
	if (fd == -1)
		return -1;
	r = fstat(fd, &st);
	if (r == -1)
		log_warn("empty folder %s", path);
	else if (st.st_uid != geteuid()) {
		log_warnx("empty folder %s belongs to %s, not to %s", path,
		    user_name(st.st_uid, is), user_name(geteuid(), should));
		r = -1;
	} else if ((st.st_mode & 07777) != 0755 && fchmod(fd, 0755) == -1) {
		log_warn("cannot chmod empty folder %s", path);
		r = -1;
	}
	(void)close(fd);
	return r;
}

/* Lock a folder, or wait until it is free.  0 or -1 with errno. */
static int
lock(int fd, const char *what, const char *path)
{
	const struct timespec pause = { 0, HOLD_PAUSE_MS * 1000000L };
	unsigned tries;

	for (tries = 0; flock(fd, LOCK_EX | LOCK_NB) == -1; tries++) {
		if (errno != EWOULDBLOCK ||
		    tries == HOLD_SECONDS * 1000 / HOLD_PAUSE_MS)
			return -1;
		if (tries == 0)
			log_info("%s %s is in use: waiting %u seconds for "
				 "processes of an edd that has ended",
			    what, path, HOLD_SECONDS);
		(void)nanosleep(&pause, NULL);
	}
	return 0;
}

/*
 * Keep a folder for this daemon alone: as long as the descriptor is open, here
 * or in a process that inherited it, nobody else can.  So neither a second
 * edd, nor one that is started while a process of a killed one still writes,
 * comes to the same files.  Returns the descriptor, or -1 and it was logged
 * why.
 */
int
dirs_hold(const char *what, const char *path)
{
	int fd;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1) {
		log_warn("%s %s", what, path);
		return -1;
	}
	if (lock(fd, what, path) == 0)
		return fd;
	if (errno == EWOULDBLOCK)
		log_warnx("%s %s is used by another edd: stop that first", what,
		    path);
	else
		log_warn("cannot lock %s %s", what, path);
	(void)close(fd);
	return -1;
}

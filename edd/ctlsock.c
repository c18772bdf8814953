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
 * Binds the control socket.  control accepts on it and decides who may speak.
 */
#include "ctlsock.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "compat.h"
#include "dirs.h"
#include "limit.h"
#include "log.h"

/* What is at a socket's place. */
enum place {
	PLACE_EMPTY,
	PLACE_STALE,
	PLACE_TAKEN
};

/* Whether the edd that bound the socket at the other end still runs. */
static bool
is_alive(int fd)
{
	struct ucred cred;
	socklen_t len;

	len = sizeof(cred);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1)
		return true;
	return kill(cred.pid, 0) == 0 || errno != ESRCH;
}

/*
 * Whether somebody listens.  Processes of an edd that was killed end by
 * themselves; that is waited for.
 */
static bool
is_served(const struct sockaddr_un *sun)
{
	const struct timespec pause = { 0, HOLD_PAUSE_MS * 1000000L };
	unsigned tries;
	bool served;
	int fd;

	for (tries = 0;; tries++) {
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    0);
		if (fd == -1)
			return true;
		served = connect(fd, (const struct sockaddr *)sun,
			     sizeof(*sun)) == 0 ||
		    errno == EAGAIN;
		if (!served || is_alive(fd) ||
		    tries == HOLD_SECONDS * 1000 / HOLD_PAUSE_MS) {
			(void)close(fd);
			return served;
		}
		(void)close(fd);
		if (tries == 0)
			log_info("waiting for processes of an edd that was "
				 "killed");
		(void)nanosleep(&pause, NULL);
	}
}

/* Look whether somebody listens; PLACE_TAKEN was logged. */
static enum place
look(const struct sockaddr_un *sun)
{
	struct stat st;

	if (lstat(sun->sun_path, &st) == -1) {
		if (errno == ENOENT)
			return PLACE_EMPTY;
		log_warn("control socket %s", sun->sun_path);
		return PLACE_TAKEN;
	}
	if (!S_ISSOCK(st.st_mode)) {
		log_warnx("control socket %s: something else is there",
		    sun->sun_path);
		return PLACE_TAKEN;
	}
	if (is_served(sun)) {
		log_warnx("edd is running already: control socket %s answers",
		    sun->sun_path);
		return PLACE_TAKEN;
	}
	return PLACE_STALE;
}

static int
bind_socket(int fd, const struct sockaddr_un *sun, const gid_t *group)
{
	mode_t mode, old;
	int r;

	mode = group == NULL ? 0600 : 0660;
	old = umask(0777 & ~mode);
	r = bind(fd, (const struct sockaddr *)sun, sizeof(*sun));
	(void)umask(old);
	if (r == -1)
		return -1;
	if (group != NULL && chown(sun->sun_path, (uid_t)-1, *group) == -1)
		return -1;
	return listen(fd, LISTEN_BACKLOG);
}

static void
name_socket(struct sockaddr_un *sun, const char *path)
{
	memset(sun, 0, sizeof(*sun));
	sun->sun_family = AF_UNIX;
	(void)strlcpy(sun->sun_path, path, sizeof(sun->sun_path));
}

/* 0, or -1 and it was logged that edd runs already, or what is there. */
int
ctlsock_is_free(const char *path)
{
	struct sockaddr_un sun;

	name_socket(&sun, path);
	return look(&sun) == PLACE_TAKEN ? -1 : 0;
}

/*
 * Bind the socket for the owner, and the group unless NULL.  Returns the
 * listening, non-blocking descriptor, or -1 and it was logged why; that edd
 * runs already is one reason.
 */
int
ctlsock_open(const char *path, const gid_t *group)
{
	struct sockaddr_un sun;
	enum place place;
	int fd;

	name_socket(&sun, path);
	if (dirs_parents(path) == -1)
		return -1;
	place = look(&sun);
	if (place == PLACE_TAKEN)
		return -1;
	if (place == PLACE_STALE)
		(void)unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 || bind_socket(fd, &sun, group) == -1) {
		log_warn("control socket %s", path);
		if (fd != -1)
			(void)close(fd);
		return -1;
	}
	return fd;
}

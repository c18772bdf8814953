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
 * Lines to the log daemon, in the form of RFC 3164 that /dev/log takes.  A
 * daemon that stands still costs LOGSOCK_WAIT_MS once, not one a line.
 */
#include "logsock.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <paths.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "bounds.h"
#include "compat.h"

static int logsock_fd = -1;
static void (*logsock_lost_cb)(void);
static unsigned long logsock_lost;
static time_t logsock_asked;

/* A new connection to the log daemon; -1 with errno if there is none. */
int
logsock_connect(void)
{
	const struct timeval wait = { LOGSOCK_WAIT_MS / 1000,
		LOGSOCK_WAIT_MS % 1000 * 1000 };
	struct sockaddr_un sun;
	int fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	(void)strlcpy(sun.sun_path, _PATH_LOG, sizeof(sun.sun_path));
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) ==
		-1 ||
	    connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Use this connection, which may be -1, from now on; it is taken over. */
void
logsock_use(int fd)
{
	if (logsock_fd != -1)
		(void)close(logsock_fd);
	logsock_fd = fd;
}

/*
 * Who is asked, at most once a second, when the connection is of no use any
 * more: must not log, and calls logsock_use() later.  Without, the process
 * connects by itself.
 */
void
logsock_on_lost(void (*cb)(void))
{
	logsock_lost_cb = cb;
}

static bool
logsock_put(const char *text, size_t len)
{
	int flags = MSG_NOSIGNAL;

	if (logsock_fd == -1)
		return false;
	if (logsock_lost > 0)
		flags |= MSG_DONTWAIT;
	return send(logsock_fd, text, len, flags) != -1;
}

/* Get a connection or ask for one.  Whether it is there now. */
static bool
logsock_again(void)
{
	struct timespec now;

	if (logsock_lost_cb == NULL) {
		logsock_use(logsock_connect());
		return logsock_fd != -1;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (logsock_asked == 0 || now.tv_sec > logsock_asked) {
		logsock_asked = now.tv_sec;
		logsock_lost_cb();
	}
	return false;
}

/* A line as the daemon reads it; its octets. */
static size_t
logsock_format(char *out, size_t size, int priority, const char *name,
    const char *line)
{
	char when[32];
	struct tm tm;
	time_t now;
	int len;

	now = time(NULL);
	when[0] = '\0';
	if (localtime_r(&now, &tm) != NULL)
		(void)strftime(when, sizeof(when), "%b %e %H:%M:%S", &tm);
	len = snprintf(out, size, "<%d>%s %s[%d]: %s", LOG_MAIL | priority,
	    when, name, (int)getpid(), line);
	if (len < 0)
		return 0;
	return (size_t)len < size ? (size_t)len : size - 1;
}

/* How many lines nobody got, before the first that somebody does. */
static void
logsock_tell_lost(const char *name)
{
	char line[64], out[256];
	size_t len;

	(void)snprintf(line, sizeof(line), "%lu lines of the log were lost",
	    logsock_lost);
	len = logsock_format(out, sizeof(out), LOG_WARNING, name, line);
	if (logsock_put(out, len))
		logsock_lost = 0;
}

/*
 * Send a line of the process called name, at a priority of syslog(3) and the
 * facility "mail".  What cannot be sent is counted, and told when it can.
 */
void
logsock_send(int priority, const char *name, const char *line)
{
	char out[LOG_LINE_MAX * 4 + 128];
	size_t len;

	if (logsock_lost > 0)
		logsock_tell_lost(name);
	len = logsock_format(out, sizeof(out), priority, name, line);
	if (logsock_lost == 0 && logsock_put(out, len))
		return;
	if (!logsock_again() || !logsock_put(out, len))
		logsock_lost++;
}

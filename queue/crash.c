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
 * The crash itself.  The file holds the name of a point and how many times
 * it is passed before; it is removed at the crash, so that the next run of
 * the process lives.  Never part of a build that is installed.
 */
#include "crash.h"

#ifdef EDD_CRASH

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#define CRASH_FILE   "crash"
#define CRASH_STATUS 99

/* Read "POINT TIMES"; false if there is no such file now. */
static bool
read_file(char point[64], unsigned *times)
{
	char text[96];
	ssize_t n;
	int fd;

	fd = open(CRASH_FILE, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return sscanf(text, "%63s %u", point, times) == 2;
}

/* Whether this is the point, and its time has come. */
static bool
is_now(const char *name)
{
	static char seen[64];
	static unsigned passed;
	char point[64];
	unsigned times;

	if (!read_file(point, &times) || strcmp(point, name) != 0)
		return false;
	if (strcmp(seen, name) != 0) {
		(void)snprintf(seen, sizeof(seen), "%s", name);
		passed = 0;
	}
	return passed++ >= times;
}

static void __attribute__((noreturn)) end(const char *name)
{
	(void)unlink(CRASH_FILE);
	log_warnx("crash at %s", name);
	_exit(CRASH_STATUS);
}

/* End here if the file says so. */
void
crash_point(const char *name)
{
	if (is_now(name))
		end(name);
}

/*
 * Two ends as a power cut leaves them, where from .. to was written and not
 * synced: "torn" has only the first half of it, "hole" has zeros in place of
 * the first page octets.
 */
void
crash_torn(int fd, uint64_t from, uint64_t to, uint64_t page)
{
	static const uint8_t zeros[4096];

	if (is_now("torn")) {
		if (ftruncate(fd, (off_t)(from + (to - from) / 2)) == -1)
			log_warn("crash: tearing");
		end("torn");
	}
	if (is_now("hole")) {
		if (page > to - from)
			page = to - from;
		if (page > sizeof(zeros))
			page = sizeof(zeros);
		if (pwrite(fd, zeros, page, (off_t)from) == -1)
			log_warn("crash: making a hole");
		end("hole");
	}
}

#endif

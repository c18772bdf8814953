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
 * A wall clock that tests can set, for regress/crash only: with EDD_CRASH, and
 * where the environment names a file, every process that is linked with this
 * sees the date moved by the seconds that the file holds at that moment.  The
 * file is mapped before main(), so that it is seen from any sandbox.  Clocks
 * that know no date are as they are.  In any other build there is nothing of
 * it.
 */
#ifdef EDD_CRASH

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Names the file: eight octets, a number as this machine has it. */
#define CLOCKSTEP_FILE "EDD_CLOCK_STEP"

static const volatile int64_t *step;

static void __attribute__((constructor)) clockstep_open(void)
{
	const char *path = getenv(CLOCKSTEP_FILE);
	void *p;
	int fd;

	if (path == NULL)
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return;
	p = mmap(NULL, sizeof(*step), PROT_READ, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (p != MAP_FAILED)
		step = p;
}

/* In the place of libc's, for this program and its libraries. */
int
clock_gettime(clockid_t id, struct timespec *ts)
{
	if (syscall(SYS_clock_gettime, id, ts) == -1)
		return -1;
	if (step != NULL && id == CLOCK_REALTIME)
		ts->tv_sec += *step;
	return 0;
}

/* The same. */
time_t
time(time_t *when)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	if (when != NULL)
		*when = ts.tv_sec;
	return ts.tv_sec;
}

/* The same; the zone is not known. */
int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = (suseconds_t)(ts.tv_nsec / 1000);
	return 0;
}

#endif

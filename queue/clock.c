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
 * Time.  The only file of queue that reads a clock.
 */
#include "clock.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

/* Where Linux tells one start of the machine from another. */
#define BOOT_FILE "/proc/sys/kernel/random/boot_id"
#define BOOT_SIZE 64

/*
 * A step up to here is not believed after a start of this process: beyond it
 * the clock was wrong before, and dates that people read must come right.
 */
#define STEP_MAX_MS (2 * 3600 * INT64_C(1000))

/* Between two readings of clocks less than this passes. */
#define STEP_MIN_MS 500

/* Unix time less the monotonic clock; 0: not set yet. */
static int64_t offset;
static char boot[BOOT_SIZE];

static int64_t
read_ms(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) == -1)
		return 0;
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Milliseconds that only ever grow; no relation to the date. */
int64_t
clock_mono(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

/* Note which start of the machine this is, while its file can be seen. */
void
clock_boot(void)
{
	ssize_t n;
	int fd;

	boot[0] = '\0';
	fd = open(BOOT_FILE, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return;
	n = read(fd, boot, sizeof(boot) - 1);
	(void)close(fd);
	boot[n < 0 ? 0 : n] = '\0';
	boot[strcspn(boot, " \n")] = '\0';
}

/*
 * Go on as the process before did, if the machine was not started since and
 * the clock was not moved far; and note how it goes on, in that file.  Before
 * the first call of clock_now().  A file that cannot be used costs nothing but
 * this.
 */
void
clock_keep(const char *path)
{
	char was[BOOT_SIZE] = "";
	int64_t old = 0, step;
	FILE *f;

	if (boot[0] == '\0')
		return;
	offset = clock_wall() - clock_mono();
	f = fopen(path, "re");
	if (f != NULL) {
		if (fscanf(f, "%63s %" SCNd64, was, &old) != 2)
			was[0] = '\0';
		(void)fclose(f);
	}
	step = offset - old;
	if (strcmp(was, boot) == 0 && step <= STEP_MAX_MS &&
	    step >= -STEP_MAX_MS) {
		offset = old;
		return;
	}
	f = fopen(path, "we");
	if (f == NULL || fprintf(f, "%s %" PRId64 "\n", boot, offset) < 0)
		log_warn("%s", path);
	if (f != NULL && fclose(f) != 0)
		log_warn("%s", path);
}

/* Unix time in milliseconds, immune to steps since the first call. */
int64_t
clock_now(void)
{
	if (offset == 0)
		offset = clock_wall() - clock_mono();
	return clock_mono() + offset;
}

/* How long until then, unix milliseconds, for a timer; 0 if that is past. */
struct timeval
clock_until(int64_t when)
{
	int64_t wait = when - clock_now();
	struct timeval tv = { 0, 0 };

	if (wait > 0) {
		tv.tv_sec = (time_t)(wait / 1000);
		tv.tv_usec = (suseconds_t)(wait % 1000 * 1000);
	}
	return tv;
}

/* clock_now() in seconds. */
int64_t
clock_seconds(void)
{
	return clock_now() / 1000;
}

/* What the wall clock says, in milliseconds: for dates people read. */
int64_t
clock_wall(void)
{
	return read_ms(CLOCK_REALTIME);
}

/*
 * A moment of clock_now(), unix milliseconds, as the wall clock has it: for
 * dates people read, and other processes compare with theirs.  They differ
 * when the clock was set since the first call; what is less than a step is
 * passed over, so that a moment has the same date whenever it is asked for.
 */
int64_t
clock_date(int64_t when)
{
	static int64_t step;
	int64_t now = clock_wall() - clock_now();

	if (now - step > STEP_MIN_MS || step - now > STEP_MIN_MS)
		step = now;
	return when + step;
}

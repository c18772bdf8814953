/* sources: lib/idn.c lib/address.c lib/compat.c */
/* libs: -lidn2 */
/* sources: queue/spool.c queue/spool_commit.c queue/spool_link.c */
/* sources: queue/spool_write.c queue/syncer.c */
/* sources: queue/spool_tend.c queue/spool_recover.c queue/segment.c */
/* sources: queue/segment_scan.c queue/record.c queue/index.c */
/* sources: queue/state.c queue/message.c queue/destination.c queue/owner.c queue/pool.c */
/* sources: queue/heap.c queue/envelope.c queue/blob.c queue/clock.c */
/* sources: queue/spool_files.c queue/corrupt.c lib/date.c */
/* sources: lib/crc32c.c lib/log.c lib/logsock.c lib/id.c lib/compat.c */
/* sources: regress/queue/spooltest.c queue/spool_verify.c */
/* libs: -levent -ldb-5.3 -lpthread */
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
 * What the disk has after a loss of power, when it had what was synced and,
 * of the rest, whatever is worst.
 */
#include <sys/stat.h>
#include <sys/syscall.h>

#include <dirent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "message.h"
#include "qbounds.h"
#include "segment.h"
#include "spool_int.h"
#include "spooltest.h"

/* Names that are gone, and not durably so, have a link here. */
#define PENDING "pending"
#define IMAGE	"image"
#define BEFORE	"before"

#define SECTOR 512
#define ROUNDS 25

static struct event_base *base;
static struct st_ack ack = { -1, 0 };

/* What the test waits for, to see what the disk would have then. */
static enum {
	NOTHING,
	SPARE_WRITTEN,	/* the file that waited is written over */
	LOG_WRITTEN,	/* something is written, and is not synced yet */
	SECTORS_WRITTEN /* the same, and some sectors of it are on disk */
} wait_for;
static bool image_taken;

/* While a start is watched. */
static bool starting, tail_synced, gone_before;
static char tail[256];

static void shell(const char *, ...) __attribute__((__format__(printf, 1, 2)));

static void
shell(const char *format, ...)
{
	char command[1024];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(command, sizeof(command), format, ap);
	va_end(ap);
	assert_int_equal(system(command), 0);
}

/* The names as the folder has them on disk, with the octets of now. */
static void
take_image(void)
{
	wait_for = NOTHING;
	image_taken = true;
	shell("cd %s && cp -a segments " IMAGE " && cp -a " PENDING "/. " IMAGE,
	    st_folder());
}

/* Of what is not synced some sectors are as they were before. */
static void
take_sectors(const char *path)
{
	static uint8_t now[1 << 20], was[1 << 20];
	char old[512];
	ssize_t n, off;
	int in, out;

	take_image();
	(void)snprintf(old, sizeof(old), "%s/" BEFORE "%s", st_folder(),
	    strrchr(path, '/'));
	in = open(old, O_RDONLY);
	(void)snprintf(old, sizeof(old), "%s/" IMAGE "%s", st_folder(),
	    strrchr(path, '/'));
	out = open(old, O_RDWR);
	assert_true(in != -1 && out != -1);
	n = read(out, now, sizeof(now));
	memset(was, 0, sizeof(was));
	assert_true(read(in, was, sizeof(was)) > 0 && n < (ssize_t)sizeof(now));
	for (off = 0; off < n; off += SECTOR)
		if (random() % 2 == 0)
			memcpy(now + off, was + off, SECTOR);
	assert_int_equal(pwrite(out, now, (size_t)n, 0), n);
	(void)close(in);
	(void)close(out);
}

static void
path_of(int fd, char path[256])
{
	char link[64];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, 255);
	path[n < 0 ? 0 : n] = '\0';
}

/* A name goes: until the folder is synced it may come back. */
static void
keep_name(int dirfd, const char *name)
{
	char to[256], path[256];

	path_of(dirfd, path);
	if (st_folder()[0] == '\0' || strstr(path, "/segments") == NULL)
		return;
	if (starting && !tail_synced && name[0] != '.')
		gone_before = true;
	(void)snprintf(to, sizeof(to), "%s/" PENDING "/%s", st_folder(), name);
	(void)syscall(SYS_unlinkat, AT_FDCWD, to, 0);
	(void)syscall(SYS_linkat, dirfd, name, AT_FDCWD, to, 0);
}

int
unlinkat(int dirfd, const char *name, int flags)
{
	keep_name(dirfd, name);
	return (int)syscall(SYS_unlinkat, dirfd, name, flags);
}

int
renameat(int from, const char *name, int to, const char *as)
{
	keep_name(from, name);
	return (int)syscall(SYS_renameat2, from, name, to, as, 0);
}

/* No power is lost here, and a slow disk would take minutes. */
int
fsync(int fd)
{
	char path[256];

	path_of(fd, path);
	if (strstr(path, "/segments") != NULL)
		shell("rm -f %s/" PENDING "/*", st_folder());
	return 0;
}

int
fdatasync(int fd)
{
	char path[256];

	path_of(fd, path);
	if (starting && strcmp(path, tail) == 0)
		tail_synced = true;
	if ((wait_for == SPARE_WRITTEN &&
		strstr(path, "/" SEGMENT_SPARE) != NULL) ||
	    (wait_for == LOG_WRITTEN && strstr(path, ".log") != NULL))
		take_image();
	if (wait_for == SECTORS_WRITTEN && strstr(path, ".log") != NULL)
		take_sectors(path);
	return 0;
}

static int
set_up(void **state)
{
	base = event_base_new();
	if (base == NULL || st_setup(state) != 0)
		return -1;
	shell("mkdir %s/" PENDING, st_folder());
	wait_for = NOTHING;
	image_taken = false;
	return 0;
}

static int
tear_down(void **state)
{
	event_base_free(base);
	return st_teardown(state);
}

static void
end_all(struct spool *sp)
{
	uint64_t *ids;
	size_t i, n;

	ids = messages_ids(spool_messages(sp), &n);
	for (i = 0; i < n; i++)
		st_mark_all(sp, spool_find(sp, ids[i]));
	free(ids);
}

/* A start with what the disk had. */
static struct spool *
power_lost(struct spool *sp)
{
	spool_abandon(sp);
	st_remove_index();
	shell("cd %s && rm -rf segments && mv " IMAGE " segments", st_folder());
	return st_open(base);
}

/*
 * The marks of a large message are in a segment that ends right behind them;
 * its file must not be written over as long as that message may come back.
 */
static void
file_is_kept_until_what_it_ended_is_gone(void **state)
{
	struct spool *sp = st_open(base);

	st_put_large(sp, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	do {
		st_put(sp, 500, 1, &ack);
		assert_int_equal(spool_commit(sp), 0);
	} while (sp->current->size < sp->segment_size - 1500);
	assert_true(sp->current->size < sp->segment_size);
	assert_int_equal(sp->current->number, 2);
	end_all(sp);
	assert_int_equal(spool_commit(sp), 0);
	assert_true(sp->current->size >= sp->segment_size);
	wait_for = SPARE_WRITTEN;
	st_put(sp, 500, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	assert_true(image_taken);
	sp = power_lost(sp);
	assert_int_equal(st_found(), 0);
	spool_close(sp);
}

/*
 * A start believes what was written and not synced, and removes what that has
 * ended: the power may be lost then.
 */
static void
start_syncs_what_it_believes(void **state)
{
	struct spool *sp = st_open(base);

	do {
		st_put(sp, 500, 1, &ack);
		assert_int_equal(spool_commit(sp), 0);
	} while (sp->current->size < sp->segment_size);
	end_all(sp);
	wait_for = LOG_WRITTEN;
	assert_int_equal(spool_commit(sp), 0);
	assert_true(image_taken);
	starting = true;
	tail_synced = gone_before = false;
	(void)snprintf(tail, sizeof(tail), "%s/segments/%016x.log", st_folder(),
	    2);
	sp = power_lost(sp);
	starting = false;
	assert_int_equal(st_found(), 0);
	assert_true(tail_synced);
	assert_false(gone_before);
	spool_close(sp);
}

/* Messages come and go until a used file is written. */
static void
reach_used(struct spool *sp)
{
	unsigned i;

	for (i = 0; i < 200; i++) {
		if (sp->current != NULL && sp->current->reused &&
		    sp->current->size < sp->segment_size / 2)
			return;
		st_put(sp, 1000 + (size_t)random() % 500, 1, &ack);
		assert_int_equal(spool_commit(sp), 0);
		end_all(sp);
		assert_int_equal(spool_commit(sp), 0);
	}
	fail_msg("no file is used again");
}

/* Those that were answered are there, and those that ended are not. */
static void
check_found(struct spool *sp, const uint64_t *held, size_t holds,
    const uint64_t *ending, size_t ends, uint64_t newest)
{
	uint64_t *ids;
	size_t i, k, n;

	for (i = 0; i < holds; i++) {
		assert_non_null(spool_find(sp, held[i]));
		st_check_body(sp, spool_find(sp, held[i]));
	}
	ids = messages_ids(spool_messages(sp), &n);
	for (i = 0; i < n; i++) {
		for (k = 0; k < holds && held[k] != ids[i]; k++)
			;
		if (k < holds || ids[i] > newest)
			continue;
		for (k = 0; k < ends && ending[k] != ids[i]; k++)
			;
		assert_true(k < ends);
	}
	free(ids);
	assert_int_equal(st_lost(), 0);
}

static struct spool *
one_round(struct spool *sp)
{
	uint64_t held[16], ending[16], *ids, newest = 0;
	size_t i, n, holds = 0, ends = 0;

	reach_used(sp);
	for (i = 0; i < 8; i++) {
		st_put(sp, 100 + (size_t)random() % 900, 1, &ack);
		if (random() % 2 == 0)
			assert_int_equal(spool_commit(sp), 0);
	}
	assert_int_equal(spool_commit(sp), 0);
	ids = messages_ids(spool_messages(sp), &n);
	assert_int_equal(n, 8);
	for (i = 0; i < n; i++) {
		newest = ids[i] > newest ? ids[i] : newest;
		if (random() % 2 == 0) {
			held[holds++] = ids[i];
			continue;
		}
		ending[ends++] = ids[i];
		st_mark_all(sp, spool_find(sp, ids[i]));
	}
	free(ids);
	for (n = (size_t)random() % 6; n > 0; n--)
		st_put(sp, 1 + (size_t)random() % 3000, 1, &ack);
	shell("cd %s && rm -rf " BEFORE " " IMAGE " && cp -a segments " BEFORE,
	    st_folder());
	image_taken = false;
	wait_for = SECTORS_WRITTEN;
	assert_int_equal(spool_commit(sp), 0);
	wait_for = NOTHING;
	if (!image_taken)
		take_image();
	sp = power_lost(sp);
	check_found(sp, held, holds, ending, ends, newest);
	return sp;
}

/* Any sectors of what was not synced are on the disk, and others are not. */
static void
any_sectors_are_lost(void **state)
{
	struct spool *sp = st_open(base);
	unsigned i;

	srandom(1);
	for (i = 0; i < ROUNDS; i++) {
		sp = one_round(sp);
		end_all(sp);
		assert_int_equal(spool_commit(sp), 0);
	}
	spool_close(sp);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(file_is_kept_until_what_it_ended_is_gone),
		T(start_syncs_what_it_believes),
		T(any_sectors_are_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

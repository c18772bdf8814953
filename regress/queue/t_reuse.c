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
 * A file of the log is used again when nothing of it is wanted: what was in it
 * never comes back, and the end of what is in it now is found.
 */
#include <sys/stat.h>

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
#include "record.h"
#include "segment.h"
#include "spool_int.h"
#include "spooltest.h"

#define HOLD 5u /* messages that stay */

static struct event_base *base;
static struct st_ack ack = { -1, 0 };

static int
set_up(void **state)
{
	base = event_base_new();
	return base == NULL ? -1 : st_setup(state);
}

static int
tear_down(void **state)
{
	event_base_free(base);
	return st_teardown(state);
}

static void
segment_path(const struct spool *sp, char path[256])
{
	char name[SEGMENT_NAME_SIZE];

	segment_name(sp->current->number, SEGMENT_LOG, name);
	(void)snprintf(path, 256, "%s/segments/%s", st_folder(), name);
}

static bool
spare_is_there(void)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/segments/" SEGMENT_SPARE,
	    st_folder());
	return access(path, F_OK) == 0;
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
	assert_int_equal(spool_commit(sp), 0);
}

/* Messages come and go until a used file is written; HOLD of them stay. */
static struct spool *
open_used(void)
{
	struct spool *sp;
	unsigned i;

	sp = st_open(base);
	for (i = 0; i < 1000 && (sp->current == NULL || !sp->current->reused);
	     i++) {
		st_put(sp, 1000 + i % 50, 1, &ack);
		assert_int_equal(spool_commit(sp), 0);
		end_all(sp);
	}
	assert_true(sp->current->reused);
	assert_false(sp->spare && spare_is_there() && i == 1000);
	for (i = 0; i < HOLD; i++)
		st_put(sp, 2000, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	return sp;
}

/* A crash, and a start that knows the segments alone. */
static struct spool *
crash(struct spool *sp)
{
	spool_abandon(sp);
	st_remove_index();
	return st_open(base);
}

/* What is there is what was held, and as it was. */
static void
check_held(struct spool *sp, unsigned saved)
{
	char name[256];
	uint64_t *ids;
	size_t i, n;

	ids = messages_ids(spool_messages(sp), &n);
	assert_int_equal(n, HOLD);
	for (i = 0; i < n; i++)
		st_check_body(sp, spool_find(sp, ids[i]));
	free(ids);
	assert_int_equal(st_lost(), 0);
	assert_int_equal(st_files("corrupt", name, sizeof(name)), saved);
	assert_false(spare_is_there());
	spool_close(sp);
}

static void
what_is_held_survives(void **state)
{
	check_held(crash(open_used()), 0);
}

/* As long as older octets lie behind it, the end is found after each write. */
static void
each_write_shows_its_end(void **state)
{
	struct spool *sp = open_used();
	unsigned i;

	end_all(sp);
	for (i = 0; i < HOLD; i++) {
		st_put(sp, 900 + i * 777, 1, &ack);
		assert_int_equal(spool_commit(sp), 0);
	}
	check_held(crash(sp), 0);
}

/* What was saved of it ends before what others have left. */
static void
check_saved(void)
{
	char name[256], path[512];
	struct stat st;

	if (st_files("corrupt", name, sizeof(name)) == 0)
		return;
	(void)snprintf(path, sizeof(path), "%s/corrupt/%s", st_folder(), name);
	assert_int_equal(stat(path, &st), 0);
	assert_in_range(st.st_size, 1, 8191);
}

/* One more message, of which only a part gets to the disk. */
static void
torn_write(size_t whole, unsigned saved)
{
	struct spool *sp = open_used();
	static uint8_t old[8192];
	char path[256];
	uint64_t from;
	int fd;

	from = sp->current->size;
	segment_path(sp, path);
	fd = open(path, O_RDWR);
	assert_int_not_equal(fd, -1);
	assert_true(pread(fd, old, sizeof(old), (off_t)from) > 4096);
	st_put(sp, 3000, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	assert_true(sp->current->size > from + 3000);
	assert_int_equal(
	    pwrite(fd, old + whole, 4096 - whole, (off_t)(from + whole)),
	    4096 - whole);
	(void)close(fd);
	check_held(crash(sp), saved);
	check_saved();
}

static void
torn_write_is_cut(void **state)
{
	torn_write(512, 1);
}

static void
torn_header_is_cut(void **state)
{
	torn_write(24, 1);
}

static void
write_that_never_was_is_nothing(void **state)
{
	torn_write(0, 0);
}

/* Damage of what was written last is not taken for the end. */
static void
damage_at_the_end_is_told(void **state)
{
	struct spool *sp = open_used();
	char path[256];
	uint64_t from;

	from = sp->current->size;
	segment_path(sp, path);
	st_put(sp, 3000, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	spool_abandon(sp);
	st_flip(path, from + 10);
	st_remove_index();
	check_held(st_open(base), 1);
}

/* len octets of a file are lost. */
static void
lose_octets(const char *path, uint64_t from, size_t len)
{
	static const uint8_t zeros[512];
	int fd;

	fd = open(path, O_WRONLY);
	assert_int_not_equal(fd, -1);
	assert_int_equal(pwrite(fd, zeros, len, (off_t)from), len);
	(void)close(fd);
}

/* Nor are octets that are lost. */
static void
octets_lost_at_the_end_are_told(void **state)
{
	struct spool *sp = open_used();
	char path[256];
	uint64_t from;

	from = sp->current->size;
	segment_path(sp, path);
	st_put(sp, 3000, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	spool_abandon(sp);
	lose_octets(path, from, 512);
	st_remove_index();
	check_held(st_open(base), 1);
}

/* What is behind it is found when the first sector is lost. */
static void
messages_behind_a_lost_header_are_found(void **state)
{
	struct spool *sp = open_used();
	char name[256], path[256];
	size_t n;

	segment_path(sp, path);
	spool_abandon(sp);
	lose_octets(path, 0, 512);
	st_remove_index();
	sp = st_open(base);
	free(messages_ids(spool_messages(sp), &n));
	assert_true(n >= HOLD - 1); /* one may begin in it */
	assert_true(st_files("corrupt", name, sizeof(name)) > 0);
	spool_close(sp);
}

/* The new name was not durable: the file is found under its old one. */
static void
old_name_brings_nothing_back(void **state)
{
	char to[256], path[256];
	struct spool *sp = open_used();

	segment_path(sp, path);
	spool_abandon(sp);
	(void)snprintf(to, sizeof(to), "%s/segments/%016x.log", st_folder(), 1);
	assert_int_equal(rename(path, to), 0);
	st_remove_index();
	check_held(st_open(base), 0);
}

/* The same, with no name at all: nobody was told of what is in it. */
static void
file_without_a_name_goes(void **state)
{
	char to[256], path[256];
	struct spool *sp = open_used();
	size_t n;

	segment_path(sp, path);
	spool_abandon(sp);
	(void)snprintf(to, sizeof(to), "%s/segments/" SEGMENT_SPARE,
	    st_folder());
	assert_int_equal(rename(path, to), 0);
	st_remove_index();
	sp = st_open(base);
	free(messages_ids(spool_messages(sp), &n));
	assert_int_equal(n, 0);
	assert_false(spare_is_there());
	spool_close(sp);
}

/* A header that is damaged before anything was written behind it. */
static void
damaged_header_brings_nothing_back(void **state)
{
	struct spool *sp = st_open(base);
	struct segment *s;
	char path[256];
	size_t n;

	while (!sp->spare) {
		st_put(sp, 1000, 1, &ack);
		assert_int_equal(spool_commit(sp), 0);
		end_all(sp);
	}
	s = segment_reuse(sp->segments_fd, sp->next_segment);
	assert_non_null(s);
	(void)snprintf(path, sizeof(path), "%s/segments/%016llx.log",
	    st_folder(), (unsigned long long)s->number);
	segment_free(s);
	spool_abandon(sp);
	st_flip(path, 20);
	st_remove_index();
	sp = st_open(base);
	free(messages_ids(spool_messages(sp), &n));
	assert_int_equal(n, 0);
	spool_close(sp);
}

static bool
has_octets(const char *path, uint64_t from)
{
	uint8_t buf[4096];
	ssize_t n, i;
	int fd;

	fd = open(path, O_RDONLY);
	assert_int_not_equal(fd, -1);
	for (; (n = pread(fd, buf, sizeof(buf), (off_t)from)) > 0;
	     from += (uint64_t)n)
		for (i = 0; i < n; i++)
			if (buf[i] != 0) {
				(void)close(fd);
				return true;
			}
	(void)close(fd);
	return false;
}

/* What is over does not stay when little comes. */
static void
octets_of_others_go_in_time(void **state)
{
	struct spool *sp = open_used();
	char path[256];
	unsigned i;

	segment_path(sp, path);
	assert_true(has_octets(path, sp->current->size));
	spool_tick_cb(-1, 0, sp);
	assert_true(sp->current->reused);
	sp->current->begun -= SEGMENT_IDLE_MS + 1;
	sp->spare_since -= SEGMENT_IDLE_MS + 1;
	spool_tick_cb(-1, 0, sp);
	assert_false(sp->current->reused);
	assert_false(spare_is_there());
	assert_false(has_octets(path, sp->current->size));
	end_all(sp);
	for (i = 0; i < HOLD; i++)
		st_put(sp, 500, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	check_held(crash(sp), 0);
}

static bool
no_room(uint64_t size, void *arg)
{
	return false;
}

/* No file waits where there is little room. */
static void
little_room_keeps_no_file(void **state)
{
	struct spool *sp = st_open(base);
	unsigned i;

	sp->hooks.room = no_room;
	for (i = 0; i < 300; i++) {
		st_put(sp, 1000, 1, &ack);
		assert_int_equal(spool_commit(sp), 0);
		end_all(sp);
		assert_false(sp->spare);
	}
	assert_false(spare_is_there());
	spool_close(sp);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(what_is_held_survives),
		T(each_write_shows_its_end),
		T(torn_write_is_cut),
		T(torn_header_is_cut),
		T(write_that_never_was_is_nothing),
		T(damage_at_the_end_is_told),
		T(octets_lost_at_the_end_are_told),
		T(messages_behind_a_lost_header_are_found),
		T(old_name_brings_nothing_back),
		T(file_without_a_name_goes),
		T(damaged_header_brings_nothing_back),
		T(octets_of_others_go_in_time),
		T(little_room_keeps_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
/* sources: regress/queue/spooltest.c */
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
 * No room, at each write in turn: nobody is told what is not so, nothing
 * that was taken is lost, and when there is room again all goes on.
 */
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"
#include "message.h"
#include "spool.h"
#include "spooltest.h"

#define MESSAGES 30u
#define WRITES	 400u

/* Calls until one fails, -1: none does; and whether the later ones do too. */
static int left = -1;
static int error;
static bool lasting;
static bool met;

/* Folders that were synced. */
static unsigned folder_syncs;

static bool
fails(void)
{
	if (left == -1)
		return false;
	if (left > 0) {
		left--;
		return false;
	}
	met = true;
	if (!lasting)
		left = -1;
	errno = error;
	return true;
}

/* In place of libc's: the disk is full when the test says so. */
ssize_t
pwritev(int fd, const struct iovec *iov, int count, off_t off)
{
	if (fails())
		return -1;
	return syscall(SYS_pwritev, fd, iov, count, off, 0);
}

ssize_t
pwrite(int fd, const void *buf, size_t len, off_t off)
{
	if (fails())
		return -1;
	return syscall(SYS_pwrite64, fd, buf, len, off);
}

ssize_t
pwrite64(int fd, const void *buf, size_t len, off_t off)
{
	if (fails())
		return -1;
	return syscall(SYS_pwrite64, fd, buf, len, off);
}

int
fdatasync(int fd)
{
	/* No machine stops here, and a slow disk would take minutes. */
	return fails() ? -1 : 0;
}

int
fsync(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		folder_syncs++;
	return 0;
}

int
posix_fallocate(int fd, off_t off, off_t len)
{
	if (fails())
		return error;
	return syscall(SYS_fallocate, fd, 0, off, len) == -1 ? errno : 0;
}

struct sent {
	uint64_t id;
	enum spool_status status;
};

static void
answer_cb(struct message *m, enum spool_status status, void *arg)
{
	struct sent *s = arg;

	s->status = status;
	if (status == SPOOL_OK)
		assert_int_equal(m->id, s->id);
}

static void
send_one(struct spool *sp, struct sent *s, bool large)
{
	struct spool_entry *e;

	e = spool_entry_new(spool_new_id(sp));
	assert_non_null(e);
	s->id = e->id;
	s->status = 0;
	st_envelope(&e->meta, 1);
	e->body_len = 3000;
	if (large) {
		e->big = spool_big_new(sp);
		if (e->big == NULL ||
		    spool_big_write(e->big, "x", 1, 2999) == -1) {
			spool_entry_free(e);
			s->status = SPOOL_FULL;
			return;
		}
		e->body_crc = 1; /* not looked at here */
	} else {
		e->body = malloc(e->body_len);
		st_fill(e->body, e->body_len, e->id);
	}
	e->done = answer_cb;
	e->arg = s;
	assert_int_equal(spool_put(sp, e), 0);
}

/* Messages come, a third of them is done; what was said of each. */
static void
work(struct spool *sp, struct sent *sent)
{
	unsigned i;

	for (i = 0; i < MESSAGES; i++) {
		send_one(sp, &sent[i], i % 10 == 9);
		if (i % 3 == 2)
			(void)spool_commit(sp);
		if (i % 6 == 5 && spool_find(sp, sent[i - 4].id) != NULL)
			st_mark_all(sp, spool_find(sp, sent[i - 4].id));
	}
	(void)spool_commit(sp);
}

static bool
was_done(unsigned i)
{
	return i % 6 == 1;
}

static void
check(struct spool *sp, const struct sent *sent)
{
	struct message *m;
	unsigned i;

	for (i = 0; i < MESSAGES; i++) {
		m = spool_find(sp, sent[i].id);
		assert_int_not_equal(sent[i].status, 0);
		if (sent[i].status == SPOOL_OK && !was_done(i))
			assert_non_null(m);
		else
			assert_null(m);
		if (m != NULL && i % 10 != 9)
			st_check_body(sp, m);
	}
}

/* The write number at fails, and with last all later ones, for a while. */
static bool
round_of(int at, int what, bool last, void **state)
{
	struct event_base *base = event_base_new();
	struct sent sent[MESSAGES];
	struct st_ack ack = { -1, 0 };
	struct spool *sp;

	assert_int_equal(st_setup(state), 0);
	sp = st_open(base);
	error = what;
	lasting = last;
	met = false;
	left = at;
	work(sp, sent);
	left = -1;
	/* Room again; the index may have broken. */
	assert_int_equal(spool_commit(sp), 0);
	assert_int_equal(spool_marks_waiting(sp), 0);
	if (at % 3 == 0)
		spool_renew_index(sp);
	check(sp, sent);
	st_put(sp, 1000, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	assert_int_equal(ack.done, 1);
	spool_abandon(sp);
	sp = st_open(base);
	check(sp, sent);
	spool_close(sp);
	sp = st_open(base);
	check(sp, sent);
	spool_close(sp);
	event_base_free(base);
	assert_int_equal(st_teardown(state), 0);
	return met;
}

static void
test_full_at_each_write(void **state)
{
	int at;

	for (at = 0; round_of(at, ENOSPC, false, state); at++)
		assert_in_range(at, 0, WRITES);
	assert_in_range(at, 20, WRITES);
}

static void
test_full_from_each_write_on(void **state)
{
	int at;

	for (at = 0; round_of(at, ENOSPC, true, state); at++)
		assert_in_range(at, 0, WRITES);
}

static void
test_error_at_each_write(void **state)
{
	int at;

	for (at = 0; round_of(at, EIO, false, state); at++)
		assert_in_range(at, 0, WRITES);
}

/* Marks find no room: what is done gives its octets back all the same. */
static void
test_done_frees_without_marks(void **state)
{
	struct event_base *base = event_base_new();
	struct st_ack ack = { -1, 0 };
	struct sent large;
	struct spool *sp;
	uint64_t *ids;
	size_t i, n;

	assert_int_equal(st_setup(state), 0);
	sp = st_open(base);
	send_one(sp, &large, true);
	for (i = 0; i < 150; i++) {
		st_put(sp, 1000, 1, &ack);
		if (i % 10 == 9)
			assert_int_equal(spool_commit(sp), 0);
	}
	ids = messages_ids(spool_messages(sp), &n);
	assert_int_equal(n, 151);
	for (i = 0; i < n; i++)
		st_mark_all(sp, spool_find(sp, ids[i]));
	free(ids);
	error = ENOSPC;
	lasting = true;
	left = 0;
	assert_int_equal(spool_commit(sp), -1);
	left = -1;
	/* After a crash here only what is in the last segment comes again. */
	spool_abandon(sp);
	sp = st_open(base);
	assert_in_range(st_found(), 1, 60);
	assert_null(spool_find(sp, large.id));
	spool_close(sp);
	event_base_free(base);
	assert_int_equal(st_teardown(state), 0);
}

/* A large message that is refused is removed for good, whatever failed. */
static void
test_removal_of_refused_is_synced(void **state)
{
	struct event_base *base;
	struct st_ack ack = { -1, 0 };
	struct sent large;
	struct spool *sp;
	bool refused = true;
	int at;

	for (at = 0; refused; at++) {
		base = event_base_new();
		assert_int_equal(st_setup(state), 0);
		sp = st_open(base);
		st_put(sp, 1000, 1, &ack);
		assert_int_equal(spool_commit(sp), 0);
		error = EIO;
		lasting = false;
		send_one(sp, &large, true);
		left = at;
		(void)spool_commit(sp);
		left = -1;
		refused = large.status != SPOOL_OK;
		folder_syncs = 0;
		spool_close(sp);
		assert_true(!refused || folder_syncs > 0);
		sp = st_open(base);
		assert_true(refused == (spool_find(sp, large.id) == NULL));
		spool_close(sp);
		event_base_free(base);
		assert_int_equal(st_teardown(state), 0);
	}
	assert_in_range(at, 3, 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_at_each_write),
		cmocka_unit_test(test_full_from_each_write_on),
		cmocka_unit_test(test_error_at_each_write),
		cmocka_unit_test(test_done_frees_without_marks),
		cmocka_unit_test(test_removal_of_refused_is_synced),
	};

	log_init("t_full", true, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

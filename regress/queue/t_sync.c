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
 * Commits with the loop: what comes while the disk syncs is written behind it
 * and answered after its own sync, and a sync that fails takes both back.
 * fdatasync() and pwritev() are the test's own here.
 */
#include <sys/syscall.h>
#include <sys/uio.h>

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "blob.h"
#include "message.h"
#include "qbounds.h"
#include "spool.h"
#include "spool_int.h"
#include "spooltest.h"

/* The thread of the spool waits here until the test lets it go on. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t loop;
	bool shut;
	unsigned entered; /* syncs of the thread that began */
	unsigned passes;  /* so many may end */
	int error;	  /* with that, if not 0 */
} gate = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER };

int
fdatasync(int fd)
{
	int error = 0;

	(void)pthread_mutex_lock(&gate.lock);
	if (!pthread_equal(pthread_self(), gate.loop)) {
		gate.entered++;
		while (gate.shut && gate.passes == 0)
			(void)pthread_cond_wait(&gate.changed, &gate.lock);
		if (gate.shut)
			gate.passes--;
		error = gate.error;
	}
	(void)pthread_mutex_unlock(&gate.lock);
	if (error != 0) {
		errno = error;
		return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

/* Whether the disk is full. */
static bool full;

ssize_t
pwritev(int fd, const struct iovec *iov, int count, off_t off)
{
	if (full) {
		errno = ENOSPC;
		return -1;
	}
	return syscall(SYS_pwritev, fd, iov, count, off, 0);
}

static unsigned
gate_entered(void)
{
	unsigned n;

	(void)pthread_mutex_lock(&gate.lock);
	n = gate.entered;
	(void)pthread_mutex_unlock(&gate.lock);
	return n;
}

static void
gate_pass(int error)
{
	(void)pthread_mutex_lock(&gate.lock);
	gate.error = error;
	gate.passes++;
	(void)pthread_cond_broadcast(&gate.changed);
	(void)pthread_mutex_unlock(&gate.lock);
}

static void
gate_shut(bool shut)
{
	(void)pthread_mutex_lock(&gate.lock);
	gate.loop = pthread_self();
	gate.shut = shut;
	gate.entered = gate.passes = 0;
	gate.error = 0;
	(void)pthread_cond_broadcast(&gate.changed);
	(void)pthread_mutex_unlock(&gate.lock);
}

/* The answer to a message. */
struct answer {
	enum spool_status status; /* 0: none yet */
	uint64_t id;
};

static void
answer_cb(struct message *m, enum spool_status status, void *arg)
{
	struct answer *a = arg;

	assert_int_equal(a->status, 0);
	a->status = status;
	a->id = m == NULL ? 0 : m->id;
}

static void
put(struct spool *sp, size_t size, struct answer *a)
{
	struct spool_entry *e;

	memset(a, 0, sizeof(*a));
	e = spool_entry_new(spool_new_id(sp));
	assert_non_null(e);
	st_envelope(&e->meta, 1);
	e->body = malloc(size);
	e->body_len = size;
	st_fill(e->body, size, e->id);
	e->done = answer_cb;
	e->arg = a;
	assert_int_equal(spool_put(sp, e), 0);
}

/* Let the loop run until the thread has begun so many syncs. */
static void
until_entered(struct event_base *base, unsigned n)
{
	while (gate_entered() < n)
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
}

static void
until_answered(struct event_base *base, const struct answer *a)
{
	while (a->status == 0)
		(void)event_base_loop(base, EVLOOP_ONCE);
}

/* Turns enough for all that is to be done without the disk. */
static void
some_turns(struct event_base *base)
{
	unsigned i;

	for (i = 0; i < 50; i++)
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
}

static uint64_t
octets(struct spool *sp)
{
	struct spool_stats stats;

	spool_get_stats(sp, &stats);
	return stats.bytes;
}

static void
test_next_is_written_meanwhile(void **state)
{
	struct event_base *base = event_base_new();
	struct answer first, second, third;
	struct spool *sp;
	uint64_t size;

	gate_shut(true);
	sp = st_open_size(base, 1u << 20);
	put(sp, 1000, &first);
	until_entered(base, 1);
	assert_int_equal(first.status, 0);
	size = octets(sp);
	put(sp, 5000, &second);
	some_turns(base);
	assert_true(octets(sp) > size + 5000);
	put(sp, 5000, &third);
	some_turns(base);
	assert_true(octets(sp) > size + 10000);
	assert_int_equal(second.status, 0);
	gate_pass(0);
	until_answered(base, &first);
	until_entered(base, 2);
	some_turns(base);
	assert_int_equal(first.status, SPOOL_OK);
	assert_int_equal(second.status, 0);
	assert_int_equal(third.status, 0);
	gate_pass(0);
	until_answered(base, &second);
	assert_int_equal(second.status, SPOOL_OK);
	assert_int_equal(third.status, SPOOL_OK);
	st_check_body(sp, spool_find(sp, second.id));
	spool_abandon(sp);
	sp = st_open_size(base, 1u << 20);
	assert_int_equal(st_found(), 3);
	st_check_body(sp, spool_find(sp, third.id));
	spool_close(sp);
	event_base_free(base);
}

/* What was written before the disk was full does not wait for room. */
static void
test_written_is_synced_though_the_disk_is_full(void **state)
{
	struct event_base *base = event_base_new();
	struct answer first, second, third;
	struct spool *sp;
	uint64_t before;

	gate_shut(true);
	sp = st_open_size(base, 1u << 20);
	put(sp, 1000, &first);
	until_entered(base, 1);
	put(sp, 5000, &second);
	some_turns(base);
	full = true;
	put(sp, 1000, &third);
	before = sp->stats.syncs;
	/* The end of the sync is heard of before the third has its turn. */
	gate_pass(0);
	syncer_wait(sp->syncer);
	spool_synced_cb(sp);
	full = false;
	assert_int_equal(first.status, SPOOL_OK);
	assert_int_equal(third.status, SPOOL_FULL);
	assert_int_equal(sp->stats.syncs, before + 1);
	gate_pass(0);
	until_answered(base, &second);
	assert_int_equal(second.status, SPOOL_OK);
	spool_close(sp);
	event_base_free(base);
}

static void
test_failed_sync_takes_both_back(void **state)
{
	struct event_base *base = event_base_new();
	struct answer old, first, second, later;
	struct spool *sp;

	gate_shut(false);
	sp = st_open_size(base, 1u << 20);
	put(sp, 1000, &old);
	assert_int_equal(spool_commit(sp), 0);
	gate_shut(true);
	put(sp, 1000, &first);
	until_entered(base, 1);
	st_mark_all(sp, spool_find(sp, old.id));
	put(sp, 5000, &second);
	some_turns(base);
	gate_pass(EIO);
	until_answered(base, &second);
	assert_int_equal(first.status, SPOOL_FAILED);
	assert_int_equal(second.status, SPOOL_FAILED);
	assert_int_equal(spool_marks_waiting(sp), 1);
	gate_shut(false);
	put(sp, 1000, &later);
	until_answered(base, &later);
	assert_int_equal(later.status, SPOOL_OK);
	assert_int_equal(spool_commit(sp), 0);
	assert_int_equal(spool_marks_waiting(sp), 0);
	spool_abandon(sp);
	sp = st_open_size(base, 1u << 20);
	assert_int_equal(st_found(), 1);
	assert_int_equal(st_damaged(sp), 0);
	st_check_body(sp, spool_find(sp, later.id));
	spool_close(sp);
	event_base_free(base);
}

/* The end of the run, or of the power, while the disk syncs. */
static void
test_ends_meanwhile(void **state)
{
	struct event_base *base = event_base_new();
	struct answer first, second;
	struct spool *sp;
	unsigned round;

	for (round = 0; round < 2; round++) {
		gate_shut(true);
		sp = st_open_size(base, 1u << 20);
		put(sp, 1000, &first);
		until_entered(base, 1);
		put(sp, 1000, &second);
		gate_shut(false);
		if (round == 0) {
			spool_close(sp);
			assert_int_equal(first.status, SPOOL_OK);
			assert_int_equal(second.status, SPOOL_OK);
		} else {
			spool_abandon(sp);
			assert_int_equal(second.status, 0);
		}
	}
	sp = st_open_size(base, 1u << 20);
	assert_int_equal(st_found(), 3);
	spool_close(sp);
	event_base_free(base);
}

/* A segment that is full ends when nothing of it waits for the disk. */
static void
test_segments_end_in_order(void **state)
{
	struct event_base *base = event_base_new();
	struct answer answer[60];
	struct spool *sp;
	unsigned i;

	gate_shut(true);
	sp = st_open(base);
	for (i = 0; i < 60; i++) {
		put(sp, 7000, &answer[i]);
		if (i % 3 == 0)
			some_turns(base);
		if (i % 5 == 0)
			gate_pass(0);
	}
	gate_shut(false);
	for (i = 0; i < 60; i++) {
		until_answered(base, &answer[i]);
		assert_int_equal(answer[i].status, SPOOL_OK);
	}
	spool_abandon(sp);
	sp = st_open(base);
	assert_int_equal(st_found(), 60);
	for (i = 0; i < 60; i++)
		st_check_body(sp, spool_find(sp, answer[i].id));
	spool_close(sp);
	event_base_free(base);
}

/* Zeros that are written ahead are not taken for anything. */
static void
test_zeros_ahead(void **state)
{
	struct event_base *base = event_base_new();
	struct answer answer[100];
	struct spool *sp;
	unsigned i;

	gate_shut(false);
	sp = st_open_size(base, 4 * SEGMENT_ZEROS);
	for (i = 0; i < 100; i++) {
		put(sp, SEGMENT_ZEROS_FOR / 8 + 13 * i, &answer[i]);
		assert_int_equal(spool_commit(sp), 0);
	}
	spool_abandon(sp);
	sp = st_open_size(base, 4 * SEGMENT_ZEROS);
	assert_int_equal(st_found(), 100);
	assert_int_equal(st_damaged(sp), 0);
	for (i = 0; i < 100; i++)
		st_check_body(sp, spool_find(sp, answer[i].id));
	spool_close(sp);
	event_base_free(base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_next_is_written_meanwhile,
		    st_setup, st_teardown),
		cmocka_unit_test_setup_teardown(
		    test_written_is_synced_though_the_disk_is_full, st_setup,
		    st_teardown),
		cmocka_unit_test_setup_teardown(
		    test_failed_sync_takes_both_back, st_setup, st_teardown),
		cmocka_unit_test_setup_teardown(test_ends_meanwhile, st_setup,
		    st_teardown),
		cmocka_unit_test_setup_teardown(test_segments_end_in_order,
		    st_setup, st_teardown),
		cmocka_unit_test_setup_teardown(test_zeros_ahead, st_setup,
		    st_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

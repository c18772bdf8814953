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
 * The spool: what was answered is there after a stop, a kill at any moment,
 * a lost index, a torn end and flipped bits.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"
#include "crc32c.h"
#include "envelope.h"
#include "log.h"
#include "message.h"
#include "spool.h"
#include "spooltest.h"
#include "state.h"

#define ROUNDS 20

static void
test_stop_and_start(void **state)
{
	struct event_base *base = event_base_new();
	struct st_ack ack = { -1, 0 };
	struct spool *sp;
	struct message *m;
	uint64_t *ids;
	size_t i, n;

	sp = st_open(base);
	for (i = 0; i < 100; i++)
		st_put(sp, 1000 + i, 1 + i % 3, &ack);
	assert_int_equal(spool_commit(sp), 0);
	assert_int_equal(ack.done, 100);
	spool_close(sp);

	sp = st_open(base);
	assert_int_equal(st_found(), 100);
	ids = messages_ids(spool_messages(sp), &n);
	assert_int_equal(n, 100);
	for (i = 0; i < n; i++) {
		m = spool_find(sp, ids[i]);
		st_check_body(sp, m);
		if (i % 2 == 0)
			st_mark_all(sp, m);
	}
	free(ids);
	assert_int_equal(spool_commit(sp), 0);
	spool_abandon(sp);

	sp = st_open(base);
	assert_int_equal(st_found(), 50);
	spool_close(sp);
	event_base_free(base);
}

static void
test_deferral_survives_with_its_text(void **state)
{
	struct event_base *base = event_base_new();
	struct st_ack ack = { -1, 0 };
	struct mark mark = { .state = RCPT_DEFERRED,
		.attempts = 3,
		.text = "451 not now" };
	struct blob store = { 0 };
	struct state st;
	struct spool *sp;
	struct message *m;
	uint64_t *ids;
	size_t n;

	sp = st_open(base);
	st_put(sp, 100, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	ids = messages_ids(spool_messages(sp), &n);
	m = spool_find(sp, ids[0]);
	mark.next = clock_seconds() + 900;
	assert_int_equal(spool_mark(sp, m, &mark), 0);
	spool_close(sp);

	sp = st_open(base);
	m = spool_find(sp, ids[0]);
	assert_non_null(m);
	assert_int_equal(spool_state(sp, m, &st, &store), 0);
	assert_int_equal(st.rcpt[0].attempts, 3);
	assert_string_equal(st.rcpt[0].text, "451 not now");
	assert_true(task_next(&m->task[0]) == mark.next);
	state_clear(&st);
	blob_free(&store);
	free(ids);
	spool_close(sp);
	event_base_free(base);
}

/* Held and rerouted stay so: by the index, and without it by the log. */
static void
test_reroute_survives(void **state)
{
	struct event_base *base = event_base_new();
	struct st_ack ack = { -1, 0 };
	struct mark mark = { .state = RCPT_HELD,
		.via = "relay.example port 26",
		.noticed = true };
	struct spool *sp;
	struct message *m;
	uint64_t *ids;
	unsigned i;
	size_t n;

	sp = st_open(base);
	st_put(sp, 100, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	ids = messages_ids(spool_messages(sp), &n);
	assert_int_equal(spool_mark(sp, spool_find(sp, ids[0]), &mark), 0);
	for (i = 0; i < 2; i++) {
		spool_close(sp);
		if (i == 1)
			st_remove_index();
		sp = st_open(base);
		m = spool_find(sp, ids[0]);
		assert_non_null(m);
		assert_int_equal(message_rcpt(m)->state, RCPT_HELD);
		assert_true(message_rcpt(m)->noticed);
		assert_string_equal(m->task[0].destination->domain,
		    "example.net via relay.example port 26");
		assert_string_equal(m->owner->name, "app");
	}
	mark.via = "";
	assert_int_equal(spool_mark(sp, m, &mark), 0);
	assert_string_equal(m->task[0].destination->domain, "example.net");
	free(ids);
	spool_close(sp);
	event_base_free(base);
}

static void
test_lost_index_is_rebuilt(void **state)
{
	struct event_base *base = event_base_new();
	struct st_ack ack = { -1, 0 };
	struct spool *sp;
	uint64_t *ids;
	size_t i, n;

	sp = st_open(base);
	for (i = 0; i < 200; i++)
		st_put(sp, 1000, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	ids = messages_ids(spool_messages(sp), &n);
	for (i = 0; i < n; i += 4)
		st_mark_all(sp, spool_find(sp, ids[i]));
	spool_close(sp);
	st_remove_index();
	sp = st_open(base);
	assert_int_equal(st_found(), 150);
	for (i = 0; i < n; i++)
		if (i % 4 != 0)
			st_check_body(sp, spool_find(sp, ids[i]));
	free(ids);
	spool_close(sp);
	event_base_free(base);
}

static void
test_torn_end_is_cut(void **state)
{
	struct event_base *base = event_base_new();
	struct st_ack ack = { -1, 0 };
	struct spool *sp;
	struct stat st;
	char path[512];
	size_t i;

	sp = st_open(base);
	for (i = 0; i < 10; i++)
		st_put(sp, 1000, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	spool_close(sp);
	st_remove_index();
	st_last_segment(path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size - 500), 0);
	sp = st_open(base);
	assert_int_equal(st_found(), 9);
	st_put(sp, 1000, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	spool_close(sp);
	sp = st_open(base);
	assert_int_equal(st_found(), 10);
	spool_close(sp);
	event_base_free(base);
}

static void
test_flipped_bit_costs_one_message(void **state)
{
	struct event_base *base = event_base_new();
	struct st_ack ack = { -1, 0 };
	struct spool *sp;
	char path[512];
	uint8_t octet;
	size_t i;
	int fd;

	sp = st_open(base);
	for (i = 0; i < 10; i++)
		st_put(sp, 1000, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	spool_close(sp);
	st_remove_index();
	st_last_segment(path, sizeof(path));
	fd = open(path, O_RDWR);
	assert_int_equal(pread(fd, &octet, 1, 5000), 1);
	octet ^= 0x10;
	assert_int_equal(pwrite(fd, &octet, 1, 5000), 1);
	(void)close(fd);
	sp = st_open(base);
	assert_int_equal(st_found(), 10);
	assert_int_equal(st_damaged(sp), 1);
	spool_close(sp);
	event_base_free(base);
}

static void
test_compaction_frees_old_segments(void **state)
{
	struct event_base *base = event_base_new();
	struct st_ack ack = { -1, 0 };
	struct spool_stats before, after;
	struct spool *sp;
	uint64_t *ids;
	size_t i, n;

	sp = st_open(base);
	for (i = 0; i < 400; i++) {
		st_put(sp, 1000, 2, &ack);
		if (i % 20 == 0)
			assert_int_equal(spool_commit(sp), 0);
	}
	assert_int_equal(spool_commit(sp), 0);
	spool_get_stats(sp, &before);
	ids = messages_ids(spool_messages(sp), &n);
	for (i = 0; i < n; i++)
		if (i % 10 != 0)
			st_mark_all(sp, spool_find(sp, ids[i]));
	assert_int_equal(spool_commit(sp), 0);
	/* A test that hangs is killed by its runner. */
	do {
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
		(void)usleep(10000);
		spool_get_stats(sp, &after);
	} while (after.bytes >= before.bytes / 2);
	spool_abandon(sp);
	st_remove_index();
	sp = st_open(base);
	assert_int_equal(st_found(), 40);
	for (i = 0; i < n; i += 10)
		st_check_body(sp, spool_find(sp, ids[i]));
	free(ids);
	spool_close(sp);
	event_base_free(base);
}

static void
test_marks_of_a_large_message_outlive_their_segment(void **state)
{
	struct event_base *base = event_base_new();
	struct st_ack ack = { -1, 0 };
	struct mark done = { .index = 1, .state = RCPT_DONE };
	struct spool_stats stats;
	struct spool *sp;
	struct message *m;
	uint64_t id;

	sp = st_open(base);
	id = st_put_large(sp, 3, &ack);
	assert_int_equal(spool_mark(sp, spool_find(sp, id), &done), 0);
	assert_int_equal(spool_commit(sp), 0);
	st_turn_over(sp, &ack);
	spool_get_stats(sp, &stats);
	assert_in_range(stats.segments, 1, 4);
	spool_abandon(sp);
	st_remove_index();
	sp = st_open(base);
	assert_int_equal(st_found(), 1);
	m = spool_find(sp, id);
	assert_non_null(m);
	assert_int_equal(m->open, 2);
	assert_int_equal(message_find_rcpt(m, 1)->state, RCPT_DONE);
	/* And once more, since they were read and not written by this run. */
	st_turn_over(sp, &ack);
	spool_abandon(sp);
	st_remove_index();
	sp = st_open(base);
	assert_int_equal(spool_find(sp, id)->open, 2);
	st_mark_all(sp, spool_find(sp, id));
	assert_int_equal(spool_commit(sp), 0);
	spool_close(sp);
	event_base_free(base);
}

/* Write and mark for ever, telling what is durable. */
static void __attribute__((noreturn)) writer(int fd, unsigned seed)
{
	struct event_base *base = event_base_new();
	struct st_ack ack = { fd, 0 };
	struct spool *sp;
	unsigned i;

	sp = st_open(base);
	for (;;) {
		for (i = 0; i < 1 + seed % 7; i++)
			st_put(sp, 500 + (seed * 977 + i) % 5000, 1, &ack);
		if (spool_commit(sp) == -1)
			_exit(1);
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
		seed++;
	}
}

static void
test_kill_at_any_moment(void **state)
{
	struct event_base *base;
	struct spool *sp;
	struct message *m;
	uint64_t id;
	pid_t pid;
	unsigned round, known = 0;
	int fd[2];

	for (round = 0; round < ROUNDS; round++) {
		assert_int_equal(pipe(fd), 0);
		pid = fork();
		assert_int_not_equal(pid, -1);
		if (pid == 0) {
			(void)close(fd[0]);
			writer(fd[1], round);
		}
		(void)close(fd[1]);
		/* At least one message, then a moment that depends. */
		assert_int_equal(read(fd[0], &id, sizeof(id)), sizeof(id));
		(void)usleep(round * 1300);
		(void)kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		base = event_base_new();
		sp = st_open(base);
		do {
			m = spool_find(sp, id);
			assert_non_null(m);
			st_check_body(sp, m);
			known++;
		} while (read(fd[0], &id, sizeof(id)) == sizeof(id));
		(void)close(fd[0]);
		assert_true(st_found() >= known);
		if (round % 5 == 4)
			spool_close(sp);
		else
			spool_abandon(sp);
		event_base_free(base);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, st_setup, st_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_stop_and_start),
		TEST(test_deferral_survives_with_its_text),
		TEST(test_reroute_survives),
		TEST(test_lost_index_is_rebuilt),
		TEST(test_torn_end_is_cut),
		TEST(test_flipped_bit_costs_one_message),
		TEST(test_compaction_frees_old_segments),
		TEST(test_marks_of_a_large_message_outlive_their_segment),
		TEST(test_kill_at_any_moment),
	};

	log_init("t_spool", true, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

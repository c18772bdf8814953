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
 * Recovery from an index that is older than the log: what the log says goes
 * into the index too, before the index is trusted further.
 */
#include <event2/event.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "blob.h"
#include "compat.h"
#include "index.h"
#include "log.h"
#include "message.h"
#include "spool_int.h"
#include "spool_verify.h"
#include "spooltest.h"
#include "state.h"

#define ALL 1000u

static void
copy_index(const char *from, const char *to)
{
	char command[3 * PATH_MAX];

	(void)snprintf(command, sizeof(command),
	    "rm -rf %s/%s && cp -R %s/%s %s/%s", st_folder(), to, st_folder(),
	    from, st_folder(), to);
	assert_int_equal(system(command), 0);
}

/* Everything is in the index, and the index on disk as crash() has it. */
static void
checkpoint(struct spool *sp)
{
	spool_seal_current(sp);
	spool_index_all(sp, ALL);
	spool_checkpoint(sp, false);
	copy_index("index", "before");
}

/* Nothing of the index was written after checkpoint(). */
static void
crash(struct spool *sp)
{
	spool_abandon(sp);
	copy_index("before", "index");
}

static void
test_marks_of_the_log_outlive_the_next_checkpoint(void **state)
{
	struct event_base *base = event_base_new();
	struct st_ack ack = { -1, 0 };
	struct mark done = { .index = 1, .state = RCPT_DONE };
	struct spool *sp;
	struct message *m;
	uint64_t *ids, id;
	size_t n;

	sp = st_open(base);
	st_put(sp, 1000, 3, &ack);
	assert_int_equal(spool_commit(sp), 0);
	ids = messages_ids(spool_messages(sp), &n);
	id = ids[0];
	free(ids);
	checkpoint(sp);
	assert_int_equal(spool_mark(sp, spool_find(sp, id), &done), 0);
	assert_int_equal(spool_commit(sp), 0);
	crash(sp);

	/* The mark is read from the log, and the index goes beyond it. */
	sp = st_open(base);
	assert_int_equal(spool_find(sp, id)->open, 2);
	st_turn_over(sp, &ack);
	spool_checkpoint(sp, false);
	spool_abandon(sp);

	sp = st_open(base);
	m = spool_find(sp, id);
	assert_non_null(m);
	assert_int_equal(m->open, 2);
	assert_int_equal(message_find_rcpt(m, 1)->state, RCPT_DONE);
	st_mark_all(sp, m);
	assert_int_equal(spool_commit(sp), 0);
	spool_close(sp);
	event_base_free(base);
}

/* A message done after the last checkpoint does not come back with it. */
static void
test_what_was_done_stays_done(void **state)
{
	struct event_base *base = event_base_new();
	struct st_ack ack = { -1, 0 };
	struct spool *sp;
	uint64_t *ids;
	unsigned round;
	size_t i, n;

	sp = st_open(base);
	for (i = 0; i < 10; i++)
		st_put(sp, 1000, 2, &ack);
	assert_int_equal(spool_commit(sp), 0);
	ids = messages_ids(spool_messages(sp), &n);
	assert_int_equal(n, 10);
	checkpoint(sp);
	for (i = 0; i < n; i += 2)
		st_mark_all(sp, spool_find(sp, ids[i]));
	assert_int_equal(spool_commit(sp), 0);
	crash(sp);
	for (round = 0; round < 2; round++) {
		sp = st_open(base);
		assert_int_equal(st_found(), 5);
		for (i = 0; i < n; i++)
			assert_int_equal(spool_find(sp, ids[i]) != NULL,
			    i % 2 != 0);
		spool_checkpoint(sp, false);
		spool_abandon(sp);
	}
	free(ids);
	event_base_free(base);
}

/* Whether a start writes that to the log. */
static bool
start_says(struct event_base *base, const char *words)
{
	char path[PATH_MAX], text[8192];
	struct spool *sp;
	int fd, old;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "%s.log", st_folder());
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_int_not_equal(fd, -1);
	old = dup(STDERR_FILENO);
	assert_int_not_equal(dup2(fd, STDERR_FILENO), -1);
	log_init("t_recover", true, 1);
	sp = st_open(base);
	log_init("t_recover", true, 0);
	assert_int_not_equal(dup2(old, STDERR_FILENO), -1);
	(void)close(old);
	assert_int_equal(st_found(), 1);
	n = pread(fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	(void)close(fd);
	(void)unlink(path);
	spool_close(sp);
	return strstr(text, words) != NULL;
}

static void
test_a_large_message_that_was_done_is_not_told_as_lost(void **state)
{
	struct event_base *base = event_base_new();
	struct st_ack ack = { -1, 0 };
	struct spool *sp;
	uint64_t id;

	sp = st_open(base);
	/* A small one stays, so that the log has a segment before it. */
	st_put(sp, 1000, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	id = st_put_large(sp, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	checkpoint(sp);
	st_mark_all(sp, spool_find(sp, id));
	assert_int_equal(spool_commit(sp), 0);
	crash(sp);
	assert_false(start_says(base, "given up"));
	event_base_free(base);
}

/* Whether what a full disk may take includes a large message. */
static bool
room_takes_it(struct spool *sp, uint64_t id)
{
	struct message *m = spool_find(sp, id);
	uint8_t octet;

	assert_non_null(m);
	spool_make_room(sp);
	return spool_body(sp, m, &octet, 1, 0) == -1;
}

/* A bounce of a message that waits for the disk. */
static struct spool_entry *
put_bounce(struct spool *sp, uint64_t owed)
{
	struct spool_entry *e;

	e = spool_entry_new(spool_new_id(sp));
	assert_non_null(e);
	st_envelope(&e->meta, 1);
	e->body = (uint8_t *)strdup("bounce");
	e->body_len = 6;
	e->keep = true;
	e->owed = owed;
	assert_int_equal(spool_put(sp, e), 0);
	return e;
}

static void
test_a_message_stays_until_its_bounce_is_written(void **state)
{
	struct event_base *base = event_base_new();
	struct st_ack ack = { -1, 0 };
	struct spool *sp;
	uint64_t id[2];
	unsigned i;

	sp = st_open(base);
	for (i = 0; i < 2; i++)
		id[i] = st_put_large(sp, 1, &ack);
	(void)put_bounce(sp, id[0]);
	for (i = 0; i < 2; i++)
		st_mark_all(sp, spool_find(sp, id[i]));
	assert_false(room_takes_it(sp, id[0]));
	assert_true(room_takes_it(sp, id[1]));
	assert_int_equal(spool_commit(sp), 0);
	assert_null(spool_find(sp, id[0]));
	spool_close(sp);
	event_base_free(base);
}

struct two_bounces {
	struct spool *spool;
	uint64_t id;
	bool taken; /* the message, before the second was written */
};

/* The first of two is on disk; the second is not known to be. */
static void
first_written_cb(struct message *m, enum spool_status status, void *arg)
{
	struct two_bounces *t = arg;

	t->taken = room_takes_it(t->spool, t->id);
}

static void
test_a_message_stays_until_its_last_bounce_is_written(void **state)
{
	struct event_base *base = event_base_new();
	struct st_ack ack = { -1, 0 };
	struct two_bounces two = { 0 };
	struct spool_entry *e;

	two.spool = st_open(base);
	two.id = st_put_large(two.spool, 1, &ack);
	e = put_bounce(two.spool, two.id);
	e->done = first_written_cb;
	e->arg = &two;
	(void)put_bounce(two.spool, two.id);
	st_mark_all(two.spool, spool_find(two.spool, two.id));
	assert_int_equal(spool_commit(two.spool), 0);
	assert_false(two.taken);
	assert_null(spool_find(two.spool, two.id));
	spool_close(two.spool);
	event_base_free(base);
}

static void
note_cb(const struct verify_finding *f, void *arg)
{
	strlcat(arg, f->what, 512);
	strlcat(arg, "\n", 512);
}

static void
verify(struct spool *sp, char text[512], struct verify_counts *counts)
{
	struct spool_verify *v;

	text[0] = '\0';
	v = spool_verify_new(sp);
	assert_non_null(v);
	while (spool_verify_step(v, note_cb, text) == 1)
		;
	spool_verify_counts(v, counts);
	spool_verify_free(v);
}

static void
test_verify_looks_at_the_index(void **state)
{
	struct event_base *base = event_base_new();
	struct st_ack ack = { -1, 0 };
	struct verify_counts counts;
	struct blob b = { 0 };
	struct spool *sp;
	struct state st;
	char text[512];
	uint64_t *ids;
	size_t i, n;

	sp = st_open(base);
	for (i = 0; i < 600; i++)
		st_put(sp, 100, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	checkpoint(sp);
	verify(sp, text, &counts);
	assert_string_equal(text, "");
	assert_int_equal(counts.entries, 600);
	assert_int_equal(counts.messages, 600);

	ids = messages_ids(spool_messages(sp), &n);
	blob_put_data(&b, "nonsense", 8);
	assert_int_equal(index_put(sp->index, ids[0], &b), 0);
	b.len = 0;
	assert_int_equal(index_get(sp->index, ids[599], &b), 1);
	assert_int_equal(index_put(sp->index, ids[599] + 1, &b), 0);
	assert_int_equal(state_decode(&st, b.data, b.len), 0);
	st.offset++;
	b.len = 0;
	state_encode(&b, &st);
	assert_int_equal(index_put(sp->index, ids[300], &b), 0);
	verify(sp, text, &counts);
	assert_non_null(strstr(text, "does not make sense"));
	assert_non_null(strstr(text, "without a message"));
	assert_non_null(strstr(text, "of another record"));
	assert_int_equal(counts.unfit, 3);
	assert_int_equal(counts.entries, 598);
	assert_int_equal(counts.places, 0);
	state_clear(&st);
	blob_free(&b);
	free(ids);
	spool_abandon(sp);
	event_base_free(base);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, st_setup, st_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_marks_of_the_log_outlive_the_next_checkpoint),
		TEST(test_what_was_done_stays_done),
		TEST(test_a_large_message_that_was_done_is_not_told_as_lost),
		TEST(test_a_message_stays_until_its_bounce_is_written),
		TEST(test_a_message_stays_until_its_last_bounce_is_written),
		TEST(test_verify_looks_at_the_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

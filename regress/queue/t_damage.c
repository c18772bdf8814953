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
 * A spool that suffered: what is damaged is put aside and named, everything
 * else goes on.
 */
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

#include "crc32c.h"
#include "id.h"
#include "log.h"
#include "message.h"
#include "segment.h"
#include "spool.h"
#include "spool_verify.h"
#include "spooltest.h"

#define MESSAGES 150u
#define VICTIM	 70u
#define BODY	 1000u

/* A spool with messages, closed, and where each of them is. */
struct world {
	struct event_base *base;
	struct spool *sp;
	struct st_ack ack;
	uint64_t id[MESSAGES];
	uint64_t segment[MESSAGES];
	uint64_t off[MESSAGES];
	uint32_t envelope_len;
};

#ifdef EDD_SANITIZE
const char *__lsan_default_suppressions(void);

/* Berkeley DB forgets its buffers when it cannot open a damaged log. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libdb-5.3";
}
#endif

static void
path_of(uint64_t number, enum segment_kind kind, char path[256])
{
	char name[SEGMENT_NAME_SIZE];

	segment_name(number, kind, name);
	(void)snprintf(path, 256, "%s/segments/%s", st_folder(), name);
}

/* Messages in some segments, and an end in order. */
static void
build(struct world *w)
{
	struct message *m;
	uint64_t *ids;
	size_t i, n;

	memset(w, 0, sizeof(*w));
	w->ack.fd = -1;
	w->base = event_base_new();
	w->sp = st_open(w->base);
	for (i = 0; i < MESSAGES; i++) {
		st_put(w->sp, BODY, 1, &w->ack);
		if (i % 10 == 9)
			assert_int_equal(spool_commit(w->sp), 0);
	}
	ids = messages_ids(spool_messages(w->sp), &n);
	assert_int_equal(n, MESSAGES);
	for (i = 0; i < n; i++) {
		m = spool_find(w->sp, ids[i]);
		w->id[i] = m->id;
		w->segment[i] = m->segment->number;
		w->off[i] = m->offset;
		w->envelope_len = m->meta_len;
	}
	free(ids);
	assert_int_not_equal(w->segment[0], w->segment[MESSAGES - 1]);
	spool_close(w->sp);
}

/* Start again, with the index or without; messages that must be there. */
static void
restart(struct world *w, bool index, unsigned found, unsigned damaged)
{
	if (!index)
		st_remove_index();
	w->sp = st_open(w->base);
	assert_int_equal(st_found(), found);
	assert_int_equal(st_damaged(w->sp), damaged);
}

/* All others are sound; the spool takes and keeps new ones. */
static void
finish(struct world *w, unsigned found)
{
	struct message *m;
	size_t i;

	for (i = 0; i < MESSAGES; i++) {
		m = spool_find(w->sp, w->id[i]);
		if (m != NULL && (m->flags & MESSAGE_DAMAGED) == 0)
			st_check_body(w->sp, m);
	}
	st_put(w->sp, BODY, 1, &w->ack);
	assert_int_equal(spool_commit(w->sp), 0);
	spool_close(w->sp);
	w->sp = st_open(w->base);
	assert_int_equal(st_found(), found + 1);
	spool_close(w->sp);
	event_base_free(w->base);
}

/* Damage of one record at so many octets from its begin. */
static void
one_flip(uint64_t at, unsigned found, unsigned damaged)
{
	char path[256], name[128], id[ID_TEXT_SIZE];
	struct world w;

	build(&w);
	path_of(w.segment[VICTIM], SEGMENT_LOG, path);
	st_flip(path, w.off[VICTIM] + at);
	restart(&w, false, found, damaged);
	if (damaged == 0)
		assert_null(spool_find(w.sp, w.id[VICTIM]));
	assert_int_equal(st_files("corrupt", name, sizeof(name)), 1);
	(void)id_format(w.id[VICTIM], id);
	assert_memory_equal(name, id, strlen(id));
	finish(&w, found);
	/* It is kept once, however often it is met. */
	assert_int_equal(st_files("corrupt", name, sizeof(name)), 1);
}

static void
test_header(void **state)
{
	one_flip(24, MESSAGES - 1, 0);
}

static void
test_body(void **state)
{
	one_flip(RECORD_HEADER_SIZE + 500, MESSAGES, 1);
}

static void
test_envelope(void **state)
{
	one_flip(RECORD_HEADER_SIZE + BODY + 20, MESSAGES - 1, 0);
}

static void
test_prefix(void **state)
{
	struct world w;

	build(&w);
	spool_abandon(NULL);
	event_base_free(w.base);
	assert_int_equal(st_teardown(state), 0);
	assert_int_equal(st_setup(state), 0);
	one_flip(RECORD_HEADER_SIZE + BODY + w.envelope_len + 3, MESSAGES, 1);
}

/* With the index the damage is met when the message is to be sent. */
static void
test_body_found_later(void **state)
{
	char path[256], name[128];
	struct message *m;
	struct world w;

	build(&w);
	path_of(w.segment[VICTIM], SEGMENT_LOG, path);
	st_flip(path, w.off[VICTIM] + RECORD_HEADER_SIZE + 5);
	restart(&w, true, MESSAGES, 0);
	m = spool_find(w.sp, w.id[VICTIM]);
	spool_damaged(w.sp, m);
	spool_damaged(w.sp, m);
	assert_int_equal(st_damaged(w.sp), 1);
	assert_int_equal(st_files("corrupt", name, sizeof(name)), 1);
	finish(&w, MESSAGES);
}

static void
test_envelope_found_later(void **state)
{
	char path[256], name[128];
	struct message *m;
	struct world w;

	build(&w);
	path_of(w.segment[VICTIM], SEGMENT_LOG, path);
	st_flip(path, w.off[VICTIM] + RECORD_HEADER_SIZE + BODY + 9);
	restart(&w, true, MESSAGES, 0);
	m = spool_find(w.sp, w.id[VICTIM]);
	assert_int_equal(spool_envelope(w.sp, m), -1);
	assert_int_equal(st_lost(), 0);
	spool_lose(w.sp, m, "envelope damaged");
	assert_int_equal(st_lost(), 1);
	assert_int_equal(spool_commit(w.sp), 0);
	assert_null(spool_find(w.sp, w.id[VICTIM]));
	assert_int_equal(st_files("corrupt", name, sizeof(name)), 1);
	finish(&w, MESSAGES - 1);
}

/* Let compaction work until the victim's segment is gone. */
static void
compact(struct world *w)
{
	char path[256];
	unsigned i;

	path_of(w->segment[VICTIM], SEGMENT_LOG, path);
	for (i = 0; i < MESSAGES; i++)
		if (i % 15 != VICTIM % 15)
			st_mark_all(w->sp, spool_find(w->sp, w->id[i]));
	assert_int_equal(spool_commit(w->sp), 0);
	/* A test that hangs is killed by its runner. */
	while (access(path, F_OK) == 0) {
		(void)event_base_loop(w->base, EVLOOP_NONBLOCK);
		(void)usleep(10000);
	}
}

static void
finding_cb(const struct verify_finding *f, void *arg)
{
	assert_true(f->id == *(const uint64_t *)arg);
}

/* Of what is queued all is sound but that many, of which id is told. */
static void
verify(struct spool *sp, uint64_t id, unsigned sound, unsigned unsound)
{
	struct verify_counts counts;
	struct spool_verify *v;

	v = spool_verify_new(sp);
	assert_non_null(v);
	while (spool_verify_step(v, finding_cb, &id) == 1)
		;
	spool_verify_counts(v, &counts);
	assert_int_equal(counts.messages, sound);
	assert_int_equal(counts.lost, unsound);
	spool_verify_free(v);
}

/*
 * Damage does not stop compaction.  A message whose body is damaged moves, and
 * stays damaged, also for those who read it from the disk alone.
 */
static void
test_compaction_of_damage(void **state)
{
	static const uint64_t places[] = { RECORD_HEADER_SIZE + 5,
		RECORD_HEADER_SIZE + BODY + 9, 24 };
	char path[256], name[128], id[ID_TEXT_SIZE];
	struct message *m;
	struct world w;
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		build(&w);
		path_of(w.segment[VICTIM], SEGMENT_LOG, path);
		st_flip(path, w.off[VICTIM] + places[i]);
		restart(&w, true, MESSAGES, 0);
		compact(&w);
		m = spool_find(w.sp, w.id[VICTIM]);
		assert_true((i == 0) == (m != NULL));
		assert_int_equal(st_damaged(w.sp), i == 0);
		assert_int_equal(st_lost(), i != 0);
		verify(w.sp, w.id[VICTIM], 9, i == 0);
		assert_int_equal(st_files("corrupt", name, sizeof(name)), 1);
		(void)id_format(w.id[VICTIM], id);
		assert_memory_equal(name, id, strlen(id));
		spool_abandon(w.sp);
		restart(&w, true, i == 0 ? 10 : 9, i == 0);
		verify(w.sp, w.id[VICTIM], 9, i == 0);
		spool_abandon(w.sp);
		restart(&w, false, i == 0 ? 10 : 9, i == 0);
		assert_int_equal(st_files("corrupt", name, sizeof(name)), 1);
		finish(&w, i == 0 ? 10 : 9);
		assert_int_equal(st_teardown(state), 0);
		assert_int_equal(st_setup(state), 0);
	}
}

/* A mark that is lost: the message is there again, rather than never. */
static void
test_mark(void **state)
{
	struct spool_stats stats;
	char path[256], name[128];
	struct world w;
	uint64_t at;

	build(&w);
	w.sp = st_open(w.base);
	st_mark_all(w.sp, spool_find(w.sp, w.id[VICTIM]));
	assert_int_equal(spool_commit(w.sp), 0);
	st_mark_all(w.sp, spool_find(w.sp, w.id[VICTIM + 1]));
	assert_int_equal(spool_commit(w.sp), 0);
	spool_get_stats(w.sp, &stats);
	spool_abandon(w.sp);
	st_last_segment(path, sizeof(path));
	at = SEGMENT_HEADER_SIZE + RECORD_HEADER_SIZE + 2;
	st_flip(path, at);
	restart(&w, false, MESSAGES - 1, 0);
	assert_non_null(spool_find(w.sp, w.id[VICTIM]));
	assert_int_equal(st_files("corrupt", name, sizeof(name)), 1);
	finish(&w, MESSAGES - 1);
}

/* Messages in the segment of a message, from that one on. */
static unsigned
in_segment_from(const struct world *w, size_t i)
{
	unsigned n = 0;
	size_t k;

	for (k = i; k < MESSAGES; k++)
		if (w->segment[k] == w->segment[i])
			n++;
	return n;
}

static void
test_truncated(void **state)
{
	unsigned lost, with_index;
	char path[256], name[128];
	struct world w;

	for (with_index = 0; with_index < 2; with_index++) {
		build(&w);
		path_of(w.segment[5], SEGMENT_LOG, path);
		lost = in_segment_from(&w, 5);
		assert_int_equal(truncate(path, (off_t)w.off[5] + 300), 0);
		if (with_index) {
			/* Found as they are sent. */
			restart(&w, true, MESSAGES, 0);
			assert_int_equal(
			    spool_envelope(w.sp, spool_find(w.sp, w.id[5])),
			    -1);
			spool_abandon(w.sp);
		}
		restart(&w, false, MESSAGES - lost, 0);
		assert_int_equal(st_files("corrupt", name, sizeof(name)), 1);
		finish(&w, MESSAGES - lost);
		assert_int_equal(st_teardown(state), 0);
		assert_int_equal(st_setup(state), 0);
	}
}

static void
test_missing(void **state)
{
	char path[256];
	struct world w;
	unsigned lost;

	build(&w);
	lost = in_segment_from(&w, 0);
	path_of(w.segment[0], SEGMENT_LOG, path);
	assert_int_equal(unlink(path), 0);
	restart(&w, true, MESSAGES - lost, 0);
	finish(&w, MESSAGES - lost);
}

static void
test_empty(void **state)
{
	char path[256], name[128];
	struct world w;
	unsigned lost;

	build(&w);
	lost = in_segment_from(&w, 0);
	path_of(w.segment[0], SEGMENT_LOG, path);
	assert_int_equal(truncate(path, 0), 0);
	restart(&w, true, MESSAGES - lost, 0);
	assert_int_equal(st_files("corrupt", name, sizeof(name)), 0);
	assert_int_equal(access(path, F_OK), -1);
	finish(&w, MESSAGES - lost);
}

static void
test_names_exchanged(void **state)
{
	char a[256], b[256], c[256 + 2], name[128];
	struct world w;
	unsigned index;

	for (index = 0; index < 2; index++) {
		build(&w);
		path_of(w.segment[0], SEGMENT_LOG, a);
		path_of(w.segment[MESSAGES - 1], SEGMENT_LOG, b);
		(void)snprintf(c, sizeof(c), "%s.x", a);
		assert_int_equal(rename(a, c), 0);
		assert_int_equal(rename(b, a), 0);
		assert_int_equal(rename(c, b), 0);
		restart(&w, index, MESSAGES, 0);
		assert_int_equal(st_files("corrupt", name, sizeof(name)), 0);
		finish(&w, MESSAGES);
		assert_int_equal(st_teardown(state), 0);
		assert_int_equal(st_setup(state), 0);
	}
}

static void
test_there_twice(void **state)
{
	char path[256], copy[256], name[128], command[600];
	struct world w;

	build(&w);
	path_of(w.segment[0], SEGMENT_LOG, path);
	path_of(w.segment[MESSAGES - 1] + 7, SEGMENT_LOG, copy);
	(void)snprintf(command, sizeof(command), "cp %s %s", path, copy);
	assert_int_equal(system(command), 0);
	restart(&w, false, MESSAGES, 0);
	assert_int_equal(st_files("corrupt", name, sizeof(name)), 1);
	finish(&w, MESSAGES);
}

static void
test_segment_header(void **state)
{
	char path[256], name[128];
	struct world w;
	unsigned index;

	for (index = 0; index < 2; index++) {
		build(&w);
		path_of(w.segment[0], SEGMENT_LOG, path);
		st_flip(path, 3 + 15 * index);
		restart(&w, index, MESSAGES, 0);
		assert_int_equal(st_files("corrupt", name, sizeof(name)), 1);
		finish(&w, MESSAGES);
		assert_int_equal(st_files("corrupt", name, sizeof(name)), 1);
		assert_int_equal(st_teardown(state), 0);
		assert_int_equal(st_setup(state), 0);
	}
}

/* Every file of the index: damaged, cut, empty, gone. */
static void
test_index(void **state)
{
	static const char *const hurts[] = {
		"for f in %s/index/*; do dd if=/dev/urandom of=$f bs=4096 "
		"seek=1 count=2 conv=notrunc 2>/dev/null; done",
		"for f in %s/index/*; do dd if=/dev/urandom of=$f bs=512 "
		"count=1 conv=notrunc 2>/dev/null; done",
		"for f in %s/index/*; do truncate -s 5000 $f; done",
		"for f in %s/index/*; do : >$f; done",
		"rm %s/index/log.*",
		"rm %s/index/messages.db",
		"for f in %s/index/log.*; do dd if=/dev/urandom of=$f "
		"bs=100 seek=3 count=20 conv=notrunc 2>/dev/null; done",
	};
	char command[400];
	struct world w;
	size_t i;

	for (i = 0; i < sizeof(hurts) / sizeof(hurts[0]); i++) {
		build(&w);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(command, sizeof(command), hurts[i], st_folder());
#pragma GCC diagnostic pop
		assert_int_equal(system(command), 0);
		restart(&w, true, MESSAGES, 0);
		finish(&w, MESSAGES);
		assert_int_equal(st_teardown(state), 0);
		assert_int_equal(st_setup(state), 0);
	}
}

static uint64_t
build_large(struct world *w, uint64_t *number)
{
	uint64_t id;

	build(w);
	w->sp = st_open(w->base);
	id = st_put_large(w->sp, 2, &w->ack);
	*number = spool_find(w->sp, id)->segment->number;
	return id;
}

static void
test_large_header(void **state)
{
	char path[256], name[128];
	uint64_t number;
	struct world w;

	(void)build_large(&w, &number);
	spool_close(w.sp);
	path_of(number, SEGMENT_BIG, path);
	st_flip(path, SEGMENT_HEADER_SIZE + 30);
	restart(&w, false, MESSAGES, 0);
	assert_int_equal(st_files("corrupt", name, sizeof(name)), 1);
	assert_int_equal(access(path, F_OK), -1);
	finish(&w, MESSAGES);
}

static void
test_large_body(void **state)
{
	char path[256], name[128];
	uint64_t number, id;
	struct world w;

	id = build_large(&w, &number);
	spool_close(w.sp);
	path_of(number, SEGMENT_BIG, path);
	st_flip(path, SEGMENT_HEADER_SIZE + RECORD_HEADER_SIZE + 30);
	restart(&w, false, MESSAGES + 1, 1);
	assert_int_equal(spool_find(w.sp, id)->open, 2);
	assert_int_equal(st_files("corrupt", name, sizeof(name)), 1);
	finish(&w, MESSAGES + 1);
}

/* One that was still coming in leaves nothing. */
static void
test_large_unfinished(void **state)
{
	struct segment *s;
	char path[256], name[128];
	struct world w;

	build(&w);
	w.sp = st_open(w.base);
	s = spool_big_new(w.sp);
	assert_int_equal(spool_big_write(s, "abc", 3, 9), 0);
	path_of(s->number, SEGMENT_BIG, path);
	segment_free(s);
	spool_abandon(w.sp);
	assert_int_equal(access(path, F_OK), 0);
	restart(&w, true, MESSAGES, 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(st_files("corrupt", name, sizeof(name)), 0);
	finish(&w, MESSAGES);
}

/* A record for the segment of that number, as a client could guess it. */
static size_t
forge(uint8_t *out, uint64_t number, uint64_t id)
{
	struct blob meta = { 0 };
	struct record r;
	size_t len;

	st_envelope(&meta, 1);
	memset(&r, 0, sizeof(r));
	r.type = RECORD_MESSAGE;
	r.segment = number;
	r.id = id;
	r.meta_len = (uint32_t)meta.len;
	r.meta_crc = crc32c(0, meta.data, meta.len);
	record_encode(&r, out);
	memcpy(out + RECORD_HEADER_SIZE, meta.data, meta.len);
	len = record_size(&r);
	blob_free(&meta);
	return len;
}

/* What looks like a record in what a client sent is none. */
static void
test_forged(void **state)
{
	struct spool_entry *e;
	struct message *m;
	char path[256];
	struct world w;
	uint64_t number, off;
	size_t len = 0, n;

	build(&w);
	w.sp = st_open(w.base);
	st_put(w.sp, BODY, 1, &w.ack);
	assert_int_equal(spool_commit(w.sp), 0);
	st_last_segment(path, sizeof(path));
	number = strtoull(strrchr(path, '/') + 1, NULL, 16);
	e = spool_entry_new(spool_new_id(w.sp));
	st_envelope(&e->meta, 1);
	e->body = calloc(1, 8192);
	do {
		n = forge(e->body + len, number, 42);
		len += n;
	} while (len + n < 8192);
	e->body_len = len;
	assert_int_equal(spool_put(w.sp, e), 0);
	number = e->id;
	assert_int_equal(spool_commit(w.sp), 0);
	m = spool_find(w.sp, number);
	off = m->offset;
	st_put(w.sp, BODY, 1, &w.ack);
	assert_int_equal(spool_commit(w.sp), 0);
	spool_abandon(w.sp);
	st_flip(path, off + 20);
	restart(&w, false, MESSAGES + 2, 0);
	assert_null(spool_find(w.sp, 42));
	finish(&w, MESSAGES + 2);
}

/* Damage without end does not fill the disk. */
static void
test_corrupt_is_bounded(void **state)
{
	char path[256], name[128];
	struct world w;
	int fd;

	build(&w);
	(void)snprintf(path, sizeof(path), "%s/corrupt/old", st_folder());
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(ftruncate(fd, (off_t)256 << 20), 0);
	(void)close(fd);
	path_of(w.segment[VICTIM], SEGMENT_LOG, path);
	st_flip(path, w.off[VICTIM] + 1);
	restart(&w, false, MESSAGES - 1, 0);
	assert_int_equal(st_files("corrupt", name, sizeof(name)), 1);
	finish(&w, MESSAGES - 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, st_setup, st_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_header),
		TEST(test_body),
		TEST(test_envelope),
		TEST(test_prefix),
		TEST(test_body_found_later),
		TEST(test_envelope_found_later),
		TEST(test_compaction_of_damage),
		TEST(test_mark),
		TEST(test_truncated),
		TEST(test_missing),
		TEST(test_empty),
		TEST(test_names_exchanged),
		TEST(test_there_twice),
		TEST(test_segment_header),
		TEST(test_index),
		TEST(test_large_header),
		TEST(test_large_body),
		TEST(test_large_unfinished),
		TEST(test_forged),
		TEST(test_corrupt_is_bounded),
	};

	log_init("t_damage", true, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* sources: queue/spool.c queue/spool_commit.c queue/spool_link.c */
/* sources: queue/spool_tend.c queue/spool_recover.c queue/segment.c */
/* sources: queue/segment_scan.c queue/record.c queue/index.c */
/* sources: queue/state.c queue/message.c queue/destination.c queue/owner.c */
/* sources: queue/heap.c queue/envelope.c queue/blob.c queue/clock.c */
/* sources: lib/crc32c.c lib/log.c lib/id.c lib/compat.c */
/* libs: -levent -ldb-5.3 */
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
#include "state.h"

#define SMALL_SEGMENT (64u << 10)
#define ROUNDS	      20

static char folder[64];
static unsigned found_messages;

static void
found_cb(struct message *m, void *arg)
{
	found_messages++;
}

static void
closed_cb(struct segment *s, void *arg)
{
}

static const struct spool_hooks hooks = { found_cb, NULL, closed_cb, NULL };

static int
setup(void **state)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/edd-spool.XXXXXX");
	assert_non_null(mkdtemp(folder));
	found_messages = 0;
	return 0;
}

static int
teardown(void **state)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void
make_envelope(struct blob *b, uint32_t rcpts)
{
	struct envelope_rcpt r = { 0, NULL, "" };
	struct envelope e;
	struct blob list = { 0 };
	char address[64];
	uint32_t i;

	memset(&e, 0, sizeof(e));
	e.kind = ENVELOPE_MAIL;
	e.accepted = clock_now();
	e.sender = e.return_path = e.from = "news@example.org";
	e.message_id = "<x@example.org>";
	e.envid = e.compartment = e.selector = e.source = "";
	e.user = "app";
	for (i = 0; i < rcpts; i++) {
		(void)snprintf(address, sizeof(address), "r%u@example.net", i);
		r.address = address;
		envelope_put_rcpt(&list, &r);
	}
	e.rcpts = rcpts;
	e.rcpt = list.data;
	e.rcpt_len = list.len;
	envelope_encode(b, &e);
	blob_free(&list);
}

/* The body of a message is its id, over and over. */
static void
fill(uint8_t *p, size_t len, uint64_t id)
{
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = (uint8_t)(id >> (i % 8 * 8));
}

struct ack {
	int fd; /* where the id is told once it is durable; or -1 */
	unsigned done;
};

static void
done_cb(struct message *m, enum spool_status status, void *arg)
{
	struct ack *ack = arg;
	ssize_t n;

	assert_int_equal(status, SPOOL_OK);
	ack->done++;
	if (ack->fd == -1)
		return;
	n = write(ack->fd, &m->id, sizeof(m->id));
	assert_int_equal(n, sizeof(m->id));
}

static void
put(struct spool *sp, size_t size, uint32_t rcpts, struct ack *ack)
{
	struct spool_entry *e;

	e = spool_entry_new(spool_new_id(sp));
	assert_non_null(e);
	make_envelope(&e->meta, rcpts);
	blob_put_text(&e->prefix, "DKIM-Signature: x\r\n");
	e->body = malloc(size);
	e->body_len = size;
	fill(e->body, size, e->id);
	e->done = done_cb;
	e->arg = ack;
	assert_int_equal(spool_put(sp, e), 0);
}

static struct spool *
open_spool(struct event_base *base)
{
	struct spool *sp;

	found_messages = 0;
	sp = spool_open(folder, base, SMALL_SEGMENT, &hooks);
	assert_non_null(sp);
	return sp;
}

static void
check_body(struct spool *sp, struct message *m)
{
	uint8_t *got, *want;

	got = malloc(m->body_len);
	want = malloc(m->body_len);
	fill(want, m->body_len, m->id);
	assert_int_equal(spool_body(sp, m, got, m->body_len, 0), 0);
	assert_memory_equal(got, want, m->body_len);
	free(got);
	free(want);
}

static void
mark_all(struct spool *sp, struct message *m)
{
	struct mark mark;
	uint32_t i;

	memset(&mark, 0, sizeof(mark));
	mark.state = RCPT_DONE;
	for (i = 0; i < m->rcpts; i++) {
		mark.index = i;
		assert_int_equal(spool_mark(sp, m, &mark), 0);
	}
}

static void
test_stop_and_start(void **state)
{
	struct event_base *base = event_base_new();
	struct ack ack = { -1, 0 };
	struct spool *sp;
	struct message *m;
	uint64_t *ids;
	size_t i, n;

	sp = open_spool(base);
	for (i = 0; i < 100; i++)
		put(sp, 1000 + i, 1 + i % 3, &ack);
	assert_int_equal(spool_commit(sp), 0);
	assert_int_equal(ack.done, 100);
	spool_close(sp);

	sp = open_spool(base);
	assert_int_equal(found_messages, 100);
	ids = messages_ids(spool_messages(sp), &n);
	assert_int_equal(n, 100);
	for (i = 0; i < n; i++) {
		m = spool_find(sp, ids[i]);
		check_body(sp, m);
		if (i % 2 == 0)
			mark_all(sp, m);
	}
	free(ids);
	assert_int_equal(spool_commit(sp), 0);
	spool_abandon(sp);

	sp = open_spool(base);
	assert_int_equal(found_messages, 50);
	spool_close(sp);
	event_base_free(base);
}

static void
test_deferral_survives_with_its_text(void **state)
{
	struct event_base *base = event_base_new();
	struct ack ack = { -1, 0 };
	struct mark mark = { .state = RCPT_DEFERRED,
		.attempts = 3,
		.text = "451 not now" };
	struct blob store = { 0 };
	struct state st;
	struct spool *sp;
	struct message *m;
	uint64_t *ids;
	size_t n;

	sp = open_spool(base);
	put(sp, 100, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	ids = messages_ids(spool_messages(sp), &n);
	m = spool_find(sp, ids[0]);
	mark.next = clock_seconds() + 900;
	assert_int_equal(spool_mark(sp, m, &mark), 0);
	spool_close(sp);

	sp = open_spool(base);
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

static void
remove_index(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s/index", folder);
	assert_int_equal(system(command), 0);
}

/* Held and rerouted stay so: by the index, and without it by the log. */
static void
test_reroute_survives(void **state)
{
	struct event_base *base = event_base_new();
	struct ack ack = { -1, 0 };
	struct mark mark = { .state = RCPT_HELD,
		.via = "relay.example port 26",
		.noticed = true };
	struct spool *sp;
	struct message *m;
	uint64_t *ids;
	unsigned i;
	size_t n;

	sp = open_spool(base);
	put(sp, 100, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	ids = messages_ids(spool_messages(sp), &n);
	assert_int_equal(spool_mark(sp, spool_find(sp, ids[0]), &mark), 0);
	for (i = 0; i < 2; i++) {
		spool_close(sp);
		if (i == 1)
			remove_index();
		sp = open_spool(base);
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
	struct ack ack = { -1, 0 };
	struct spool *sp;
	uint64_t *ids;
	size_t i, n;

	sp = open_spool(base);
	for (i = 0; i < 200; i++)
		put(sp, 1000, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	ids = messages_ids(spool_messages(sp), &n);
	for (i = 0; i < n; i += 4)
		mark_all(sp, spool_find(sp, ids[i]));
	spool_close(sp);
	remove_index();
	sp = open_spool(base);
	assert_int_equal(found_messages, 150);
	for (i = 0; i < n; i++)
		if (i % 4 != 0)
			check_body(sp, spool_find(sp, ids[i]));
	free(ids);
	spool_close(sp);
	event_base_free(base);
}

/* The last file of the log, with its size. */
static void
last_segment(char *path, size_t size)
{
	char name[256] = "", where[128];
	struct dirent *d;
	DIR *dir;

	(void)snprintf(where, sizeof(where), "%s/segments", folder);
	dir = opendir(where);
	assert_non_null(dir);
	while ((d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.' && strcmp(d->d_name, name) > 0)
			(void)snprintf(name, sizeof(name), "%s", d->d_name);
	(void)closedir(dir);
	(void)snprintf(path, size, "%s/%s", where, name);
}

static void
test_torn_end_is_cut(void **state)
{
	struct event_base *base = event_base_new();
	struct ack ack = { -1, 0 };
	struct spool *sp;
	struct stat st;
	char path[512];
	size_t i;

	sp = open_spool(base);
	for (i = 0; i < 10; i++)
		put(sp, 1000, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	spool_close(sp);
	remove_index();
	last_segment(path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size - 500), 0);
	sp = open_spool(base);
	assert_int_equal(found_messages, 9);
	put(sp, 1000, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	spool_close(sp);
	sp = open_spool(base);
	assert_int_equal(found_messages, 10);
	spool_close(sp);
	event_base_free(base);
}

static void
test_flipped_bit_costs_one_message(void **state)
{
	struct event_base *base = event_base_new();
	struct ack ack = { -1, 0 };
	struct spool *sp;
	char path[512];
	uint8_t octet;
	size_t i;
	int fd;

	sp = open_spool(base);
	for (i = 0; i < 10; i++)
		put(sp, 1000, 1, &ack);
	assert_int_equal(spool_commit(sp), 0);
	spool_close(sp);
	remove_index();
	last_segment(path, sizeof(path));
	fd = open(path, O_RDWR);
	assert_int_equal(pread(fd, &octet, 1, 5000), 1);
	octet ^= 0x10;
	assert_int_equal(pwrite(fd, &octet, 1, 5000), 1);
	(void)close(fd);
	sp = open_spool(base);
	assert_int_equal(found_messages, 9);
	spool_close(sp);
	event_base_free(base);
}

static void
test_compaction_frees_old_segments(void **state)
{
	struct event_base *base = event_base_new();
	struct ack ack = { -1, 0 };
	struct spool_stats before, after;
	struct spool *sp;
	uint64_t *ids;
	size_t i, n;

	sp = open_spool(base);
	for (i = 0; i < 400; i++) {
		put(sp, 1000, 2, &ack);
		if (i % 20 == 0)
			assert_int_equal(spool_commit(sp), 0);
	}
	assert_int_equal(spool_commit(sp), 0);
	spool_get_stats(sp, &before);
	ids = messages_ids(spool_messages(sp), &n);
	for (i = 0; i < n; i++)
		if (i % 10 != 0)
			mark_all(sp, spool_find(sp, ids[i]));
	assert_int_equal(spool_commit(sp), 0);
	for (i = 0; i < 400; i++) {
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
		(void)usleep(10000);
		spool_get_stats(sp, &after);
		if (after.bytes < before.bytes / 2)
			break;
	}
	assert_true(after.bytes < before.bytes / 2);
	spool_abandon(sp);
	remove_index();
	sp = open_spool(base);
	assert_int_equal(found_messages, 40);
	for (i = 0; i < n; i += 10)
		check_body(sp, spool_find(sp, ids[i]));
	free(ids);
	spool_close(sp);
	event_base_free(base);
}

/* A large message, in a segment of its own. */
static uint64_t
put_large(struct spool *sp, uint32_t rcpts, struct ack *ack)
{
	static const uint8_t body[100] = "large";
	struct spool_entry *e;
	uint64_t id;

	e = spool_entry_new(spool_new_id(sp));
	assert_non_null(e);
	id = e->id;
	make_envelope(&e->meta, rcpts);
	e->big = spool_big_new(sp);
	assert_non_null(e->big);
	assert_int_equal(spool_big_write(e->big, body, sizeof(body), 0), 0);
	e->body_len = sizeof(body);
	e->body_crc = crc32c(0, body, sizeof(body));
	e->done = done_cb;
	e->arg = ack;
	assert_int_equal(spool_put(sp, e), 0);
	assert_int_equal(spool_commit(sp), 0);
	return id;
}

/* Small messages come and are done, so that log segments are freed. */
static void
turn_over(struct spool *sp, struct ack *ack)
{
	unsigned i, round;
	uint64_t *ids;
	size_t n;

	for (round = 0; round < 8; round++) {
		for (i = 0; i < 40; i++)
			put(sp, 1000, 1, ack);
		assert_int_equal(spool_commit(sp), 0);
		ids = messages_ids(spool_messages(sp), &n);
		for (i = 0; i < n; i++)
			if (spool_find(sp, ids[i])->rcpts == 1)
				mark_all(sp, spool_find(sp, ids[i]));
		free(ids);
		assert_int_equal(spool_commit(sp), 0);
	}
}

static void
test_marks_of_a_large_message_outlive_their_segment(void **state)
{
	struct event_base *base = event_base_new();
	struct ack ack = { -1, 0 };
	struct mark done = { .index = 1, .state = RCPT_DONE };
	struct spool_stats stats;
	struct spool *sp;
	struct message *m;
	uint64_t id;

	sp = open_spool(base);
	id = put_large(sp, 3, &ack);
	assert_int_equal(spool_mark(sp, spool_find(sp, id), &done), 0);
	assert_int_equal(spool_commit(sp), 0);
	turn_over(sp, &ack);
	spool_get_stats(sp, &stats);
	assert_in_range(stats.segments, 1, 4);
	spool_abandon(sp);
	remove_index();
	sp = open_spool(base);
	assert_int_equal(found_messages, 1);
	m = spool_find(sp, id);
	assert_non_null(m);
	assert_int_equal(m->open, 2);
	assert_int_equal(message_find_rcpt(m, 1)->state, RCPT_DONE);
	/* And once more, since they were read and not written by this run. */
	turn_over(sp, &ack);
	spool_abandon(sp);
	remove_index();
	sp = open_spool(base);
	assert_int_equal(spool_find(sp, id)->open, 2);
	mark_all(sp, spool_find(sp, id));
	assert_int_equal(spool_commit(sp), 0);
	spool_close(sp);
	event_base_free(base);
}

/* Write and mark for ever, telling what is durable. */
static void __attribute__((noreturn)) writer(int fd, unsigned seed)
{
	struct event_base *base = event_base_new();
	struct ack ack = { fd, 0 };
	struct spool *sp;
	unsigned i;

	sp = open_spool(base);
	for (;;) {
		for (i = 0; i < 1 + seed % 7; i++)
			put(sp, 500 + (seed * 977 + i) % 5000, 1, &ack);
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
		sp = open_spool(base);
		do {
			m = spool_find(sp, id);
			assert_non_null(m);
			check_body(sp, m);
			known++;
		} while (read(fd[0], &id, sizeof(id)) == sizeof(id));
		(void)close(fd[0]);
		assert_true(found_messages >= known);
		if (round % 5 == 4)
			spool_close(sp);
		else
			spool_abandon(sp);
		event_base_free(base);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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

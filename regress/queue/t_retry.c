/* sources: lib/idn.c lib/address.c lib/compat.c */
/* libs: -lidn2 */
/* sources: queue/spool.c queue/spool_commit.c queue/spool_link.c */
/* sources: queue/spool_write.c queue/syncer.c */
/* sources: queue/spool_tend.c queue/spool_recover.c queue/segment.c */
/* sources: queue/segment_scan.c queue/record.c queue/index.c */
/* sources: queue/state.c queue/message.c queue/destination.c queue/owner.c queue/pool.c */
/* sources: queue/heap.c queue/envelope.c queue/blob.c queue/clock.c */
/* sources: queue/spool_files.c queue/corrupt.c lib/date.c */
/* sources: queue/retry.c queue/retryhour.c queue/retryrecord.c */
/* sources: lib/siphash.c regress/queue/retryworld.c */
/* sources: lib/crc32c.c lib/log.c lib/logsock.c lib/id.c lib/compat.c */
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
 * Retry tokens: one claim at a time, what is kept and for how long, damage to
 * their files; and with a spool, that a crash at any moment leaves a token
 * with its message, and none without.
 */
#include <sys/stat.h>

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

#include "clock.h"
#include "compat.h"
#include "envelope.h"
#include "log.h"
#include "message.h"
#include "qbounds.h"
#include "retry.h"
#include "retryworld.h"
#include "spool_int.h"

static void
test_one_claim_at_a_time(void **state)
{
	uint8_t key[RETRY_KEY_SIZE], other[RETRY_KEY_SIZE];
	struct world *w = *state;
	struct claim *a, *b;
	struct retry_record r;

	open_retry(w, NOW);
	make_key(key, 1);
	make_key(other, 2);
	assert_int_equal(retry_claim(w->retry, key, "u", NOW, &a, &r),
	    RETRY_NEW);
	assert_int_equal(retry_claim(w->retry, key, "u", NOW, &b, &r),
	    RETRY_BUSY);
	assert_int_equal(retry_claim(w->retry, other, "u", NOW, &b, &r),
	    RETRY_NEW);
	retry_release(w->retry, a); /* it came to nothing */
	assert_int_equal(ask(w, 1, NOW), RETRY_NEW);
	put(w, 2, "u", NOW);
	retry_release(w->retry, b);
	assert_int_equal(ask(w, 2, NOW), RETRY_AGAIN);
}

static void
test_kept_for_a_day(void **state)
{
	struct world *w = *state;
	int64_t day = RETRY_KEPT;
	unsigned i;

	open_retry(w, NOW);
	for (i = 0; i < 300; i++) /* one in five minutes: 25 hours */
		put(w, i, "u", NOW + i * 300);
	assert_int_equal(files(w), 25);
	for (i = 0; i < 300; i++) {
		assert_int_equal(ask(w, i, NOW + i * 300 + day - 1),
		    RETRY_AGAIN);
		assert_int_equal(ask(w, i, NOW + i * 300 + day), RETRY_NEW);
	}
	/* A process that begins later finds what is left, and no more. */
	open_retry(w, NOW + 15 * 300 + day);
	for (i = 0; i < 300; i++)
		assert_int_equal(ask(w, i, NOW + 15 * 300 + day),
		    i <= 15 ? RETRY_NEW : RETRY_AGAIN);
	retry_tend(w->retry, NOW + 300 * 300 + day);
	assert_true(files(w) < 3);
	retry_tend(w->retry, NOW + 313 * 300 + day);
	assert_int_equal(files(w), 0);
	/* A token that was forgotten is as good as new. */
	put(w, 7, "u", NOW + 3 * day);
	assert_int_equal(ask(w, 7, NOW + 3 * day + 1), RETRY_AGAIN);
	/* What is old already is not kept at all. */
	put(w, 8, "u", NOW);
	assert_int_equal(ask(w, 8, NOW + 3 * day), RETRY_NEW);
}

static void
test_bounds(void **state)
{
	uint8_t key[RETRY_KEY_SIZE];
	struct world *w = *state;
	struct retry_record r;
	struct claim *c;
	unsigned i;

	open_retry(w, NOW);
	retry_bound(w->retry, 30, 10);
	for (i = 0; i < 10; i++) {
		assert_int_equal(ask(w, i, NOW), RETRY_NEW);
		put(w, i, "u", NOW + i * 1000);
	}
	assert_int_equal(ask(w, 10, NOW), RETRY_MANY);
	assert_int_equal(ask(w, 9, NOW), RETRY_AGAIN);
	make_key(key, 10);
	assert_int_equal(retry_claim(w->retry, key, "v", NOW, &c, &r),
	    RETRY_NEW);
	retry_release(w->retry, c);
	for (i = 10; i < 30; i++)
		put(w, i, i < 20 ? "v" : "x", NOW);
	make_key(key, 30);
	assert_int_equal(retry_claim(w->retry, key, "y", NOW, &c, &r),
	    RETRY_FULL);
	/* Room comes back with time. */
	retry_tend(w->retry, NOW + RETRY_KEPT + RETRY_HOUR);
	assert_int_equal(ask(w, 31, NOW + RETRY_KEPT + RETRY_HOUR), RETRY_NEW);
}

/* Change the only file of tokens. */
static void
with_file(struct world *w, off_t cut, off_t flip)
{
	char name[192];
	struct stat st;
	uint8_t c;
	int fd;

	(void)snprintf(name, sizeof(name), "%s/%d", w->files, NOW);
	fd = open(name, O_RDWR);
	assert_true(fd != -1);
	assert_int_equal(fstat(fd, &st), 0);
	if (cut != 0)
		assert_int_equal(ftruncate(fd, st.st_size + cut), 0);
	if (flip != 0) {
		assert_int_equal(pread(fd, &c, 1, flip), 1);
		c ^= 0x55;
		assert_int_equal(pwrite(fd, &c, 1, flip), 1);
	}
	(void)close(fd);
}

static void
test_damage_costs_what_it_hits(void **state)
{
	struct world *w = *state;
	unsigned i, lost;

	open_retry(w, NOW);
	for (i = 0; i < 2000; i++)
		put(w, i, "user", NOW + i);
	for (i = 0; i < 2000; i++)
		assert_int_equal(ask(w, i, NOW + 2000), RETRY_AGAIN);
	open_retry(w, NOW);
	for (i = 0; i < 2000; i++)
		assert_int_equal(ask(w, i, NOW + 2000), RETRY_AGAIN);
	/* A record that is cut, and zeros that never became one. */
	with_file(w, -3, 0);
	open_retry(w, NOW);
	assert_int_equal(ask(w, 1998, NOW + 2000), RETRY_AGAIN);
	assert_int_equal(ask(w, 1999, NOW + 2000), RETRY_NEW);
	for (i = 1; i <= 24; i++) {
		put(w, 3000 + i, "user", NOW);
		with_file(w, -(off_t)i, 0);
		open_retry(w, NOW);
		put(w, 4000 + i, "user", NOW);
		open_retry(w, NOW);
		assert_int_equal(ask(w, 4000 + i, NOW), RETRY_AGAIN);
	}
	with_file(w, 5000, 0);
	open_retry(w, NOW);
	put(w, 1999, "user", NOW);
	open_retry(w, NOW);
	for (i = 0; i < 2000; i++)
		assert_int_equal(ask(w, i, NOW + 2000), RETRY_AGAIN);
	/* An octet in the midst: one record. */
	with_file(w, 0, 100000);
	open_retry(w, NOW);
	for (i = lost = 0; i < 2000; i++)
		lost += ask(w, i, NOW + 2000) == RETRY_NEW;
	assert_int_equal(lost, 1);
	/* One that is changed behind our back is no answer. */
	with_file(w, 0, 40);
	assert_int_equal(ask(w, 0, NOW), RETRY_FAILED);
	/* What is no file of tokens is put aside. */
	with_file(w, 0, 1);
	open_retry(w, NOW);
	assert_int_equal(ask(w, 5, NOW), RETRY_NEW);
	run(w, "test -f retry/spoilt.*");
	run(w, "echo x >retry/unknown; echo x >retry/123");
	open_retry(w, NOW);
	assert_int_equal(ask(w, 5, NOW), RETRY_NEW);
}

/* With a spool. */

static void
retry_cb(uint64_t id, const struct envelope *env, void *arg)
{
	struct world *w = arg;

	retry_put_envelope(w->retry, id, env, clock_seconds());
}

/* What is durable from then on is copied; a power cut leaves only that. */
static int
settle_cb(void *arg)
{
	struct world *w = arg;

	if (w->unsettled || retry_settle(w->retry) == -1)
		return -1;
	run(w, "rm -rf synced && cp -R retry synced");
	return 0;
}

static void
open_all(struct world *w, uint64_t size)
{
	struct spool_hooks hooks = { .retry = retry_cb,
		.settle = settle_cb,
		.arg = w };

	open_retry(w, clock_seconds());
	w->spool = spool_open(w->folder, w->base, size, &hooks);
	assert_non_null(w->spool);
}

/* Nothing that was not synced is there. */
static void
cut_power(struct world *w)
{
	spool_abandon(w->spool);
	w->spool = NULL;
	free(w->last);
	w->last = NULL;
	retry_free(w->retry);
	w->retry = NULL;
	run(w, "rm -rf retry; mkdir -p synced && cp -R synced retry");
}

struct putting {
	struct world *w;
	struct retry_record record;
};

static void
done_cb(struct message *m, enum spool_status status, void *arg)
{
	struct putting *p = arg;

	assert_int_equal(status, SPOOL_OK);
	retry_put(p->w->retry, &p->record, clock_seconds());
	p->w->done++;
	if (p->w->last == p)
		p->w->last = NULL;
	free(p);
}

/* A message with a token, as intake has it; rcpts 0: for nobody. */
static uint64_t
put_message(struct world *w, unsigned n, uint32_t rcpts)
{
	struct envelope_rcpt to = { 0, "a@example.net", "" };
	struct envelope_retry retry;
	struct blob list = { 0 };
	struct spool_entry *e;
	struct putting *p;
	struct envelope env;
	uint64_t id;

	p = calloc(1, sizeof(*p));
	assert_non_null(p);
	memset(&env, 0, sizeof(env));
	memset(&retry, 0, sizeof(retry));
	make_key(retry.key, n);
	env.kind = ENVELOPE_MAIL;
	env.accepted = clock_now();
	env.sender = env.return_path = env.from = "news@example.org";
	env.envid = env.compartment = env.selector = env.source = "";
	env.sources = "";
	env.message_id = "<x@example.org>";
	env.user = "u";
	env.retry = &retry;
	if (rcpts > 0)
		envelope_put_rcpt(&list, &to);
	env.rcpts = rcpts;
	env.rcpt = list.data;
	env.rcpt_len = list.len;
	id = spool_new_id(w->spool);
	e = spool_entry_new(id);
	assert_non_null(e);
	envelope_encode(&e->meta, &env);
	blob_free(&list);
	if (w->large) {
		e->big = spool_big_new(w->spool);
		assert_non_null(e->big);
	} else if (rcpts > 0) {
		e->body_len = 1000;
		e->body = calloc(1, e->body_len);
	}
	p->w = w;
	w->last = p;
	make_key(p->record.key, n);
	p->record.message = id;
	p->record.accepted = env.accepted / 1000;
	(void)strlcpy(p->record.user, "u", sizeof(p->record.user));
	(void)strlcpy(p->record.message_id, env.message_id,
	    sizeof(p->record.message_id));
	e->done = done_cb;
	e->arg = p;
	assert_int_equal(spool_put(w->spool, e), 0);
	return id;
}

static void
deliver(struct world *w, uint64_t id)
{
	struct mark mark = { .state = RCPT_DONE };

	assert_int_equal(spool_mark(w->spool, spool_find(w->spool, id), &mark),
	    0);
}

static enum retry_status
ask_now(struct world *w, unsigned n, uint64_t id)
{
	uint8_t key[RETRY_KEY_SIZE];
	enum retry_status status;
	struct retry_record r;
	struct claim *claim;

	make_key(key, n);
	status = retry_claim(w->retry, key, "u", clock_seconds(), &claim, &r);
	if (status == RETRY_NEW)
		retry_release(w->retry, claim);
	if (status == RETRY_AGAIN) {
		assert_int_equal(r.message, id);
		assert_string_equal(r.user, "u");
		assert_string_equal(r.message_id, "<x@example.org>");
	}
	return status;
}

static void
test_a_start_finds_what_is_durable(void **state)
{
	struct world *w = *state;
	uint64_t open, done, nobody, never;

	open_all(w, 64u << 10);
	open = put_message(w, 1, 1);
	done = put_message(w, 2, 1);
	nobody = put_message(w, 3, 0);
	assert_int_equal(spool_commit(w->spool), 0);
	assert_int_equal(w->done, 3);
	deliver(w, done);
	assert_int_equal(spool_commit(w->spool), 0);
	never = put_message(w, 4, 1);
	cut_power(w);

	open_all(w, 64u << 10);
	assert_int_equal(ask_now(w, 1, open), RETRY_AGAIN);
	assert_int_equal(ask_now(w, 2, done), RETRY_AGAIN);
	assert_int_equal(ask_now(w, 3, nobody), RETRY_AGAIN);
	assert_int_equal(ask_now(w, 4, never), RETRY_NEW);
	assert_int_equal(spool_messages(w->spool)->count, 1);
	assert_true(spool_new_id(w->spool) > nobody);
	/* An orderly end, and once more. */
	spool_close(w->spool);
	w->spool = NULL;
	open_all(w, 64u << 10);
	assert_int_equal(ask_now(w, 2, done), RETRY_AGAIN);
	assert_int_equal(ask_now(w, 3, nobody), RETRY_AGAIN);
}

/* A start that reads the index instead of the log knows the token too. */
static void
test_tokens_of_the_index(void **state)
{
	struct world *w = *state;
	uint64_t id;

	open_all(w, 64u << 10);
	id = put_message(w, 1, 1);
	assert_int_equal(spool_commit(w->spool), 0);
	spool_seal_current(w->spool);
	spool_index_all(w->spool, 1000);
	spool_checkpoint(w->spool, false);
	cut_power(w);
	open_all(w, 64u << 10);
	assert_non_null(spool_find(w->spool, id));
	assert_int_equal(ask_now(w, 1, id), RETRY_AGAIN);
}

/* What cannot be made durable elsewhere stays where a start finds it. */
static void
test_unsettled_segments_stay(void **state)
{
	struct world *w = *state;
	uint64_t id[40];
	unsigned i;

	open_all(w, 4u << 10);
	spool_checkpoint(w->spool, false);
	w->unsettled = true;
	for (i = 0; i < 40; i++) {
		id[i] = put_message(w, i, 1);
		assert_int_equal(spool_commit(w->spool), 0);
		deliver(w, id[i]);
		assert_int_equal(spool_commit(w->spool), 0);
	}
	spool_seal_current(w->spool);
	spool_index_all(w->spool, 1000);
	spool_checkpoint(w->spool, false);
	spool_make_room(w->spool);
	spool_tick_cb(-1, 0, w->spool);
	assert_int_equal(spool_messages(w->spool)->count, 0);
	assert_false(TAILQ_EMPTY(&w->spool->logs));
	cut_power(w);
	w->unsettled = false;
	open_all(w, 4u << 10);
	for (i = 0; i < 40; i++)
		assert_int_equal(ask_now(w, i, id[i]), RETRY_AGAIN);
	assert_int_equal(spool_messages(w->spool)->count, 0);
	/* They go as soon as it can be. */
	w->unsettled = true;
	id[0] = put_message(w, 50, 1);
	assert_int_equal(spool_commit(w->spool), 0);
	deliver(w, id[0]);
	assert_int_equal(spool_commit(w->spool), 0);
	spool_seal_current(w->spool);
	assert_false(TAILQ_EMPTY(&w->spool->logs));
	w->unsettled = false;
	spool_tick_cb(-1, 0, w->spool);
	assert_true(TAILQ_EMPTY(&w->spool->logs));
	cut_power(w);
	open_all(w, 4u << 10);
	assert_int_equal(ask_now(w, 50, id[0]), RETRY_AGAIN);
}

/* So does a large one, and what is done is not emptied. */
static void
test_unsettled_large_stays(void **state)
{
	uint8_t header[SEGMENT_HEADER_SIZE];
	struct world *w = *state;
	uint64_t id;

	open_all(w, 64u << 10);
	w->large = w->unsettled = true;
	id = put_message(w, 1, 1);
	assert_int_equal(spool_commit(w->spool), 0);
	spool_settle_big(w->spool);
	deliver(w, id);
	assert_int_equal(spool_commit(w->spool), 0);
	assert_int_equal(spool_messages(w->spool)->count, 0);
	spool_make_room(w->spool);
	spool_tick_cb(-1, 0, w->spool);
	assert_false(TAILQ_EMPTY(&w->spool->bigs));
	assert_int_equal(segment_read(TAILQ_FIRST(&w->spool->bigs), header,
			     sizeof(header), 0),
	    0);
	w->unsettled = false;
	spool_tick_cb(-1, 0, w->spool);
	assert_true(TAILQ_EMPTY(&w->spool->bigs));
	cut_power(w);
	open_all(w, 64u << 10);
	assert_int_equal(ask_now(w, 1, id), RETRY_AGAIN);
}

/* Deliver those that are still there. */
static void
deliver_all(struct world *w)
{
	uint64_t *ids;
	size_t i, n;

	ids = messages_ids(spool_messages(w->spool), &n);
	for (i = 0; i < n; i++)
		deliver(w, ids[i]);
	free(ids);
	assert_int_equal(spool_commit(w->spool), 0);
}

/*
 * Segments come and go, the index follows, and power is cut at any time: all
 * tokens are there.
 */
static void
test_tokens_outlive_their_segments(void **state)
{
	struct world *w = *state;
	uint64_t id[600];
	unsigned i, n, old, cut;

	open_all(w, 4u << 10);
	for (n = cut = 0; n < 600;) {
		for (old = n; n < old + 20; n++)
			id[n] = put_message(w, n, n % 7 != 0);
		assert_int_equal(spool_commit(w->spool), 0);
		for (i = old; i < n; i++)
			if (i % 7 != 0 && i % 10 != 1)
				deliver(w, id[i]);
		assert_int_equal(spool_commit(w->spool), 0);
		if (n % 60 == 0) {
			spool_seal_current(w->spool);
			spool_index_all(w->spool, 1000);
			spool_checkpoint(w->spool, false);
		}
		if (n % 200 == 0)
			deliver_all(w);
		if (n % 100 != 0)
			continue;
		/* before and after segments were freed */
		if (cut++ % 2 == 0)
			deliver_all(w);
		cut_power(w);
		open_all(w, 4u << 10);
		for (i = 0; i < n; i++)
			assert_int_equal(ask_now(w, i, id[i]), RETRY_AGAIN);
	}
	deliver_all(w);
	assert_int_equal(spool_messages(w->spool)->count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_claim_at_a_time, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_kept_for_a_day, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damage_costs_what_it_hits,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_unsettled_segments_stay,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_unsettled_large_stays,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_start_finds_what_is_durable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tokens_of_the_index, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_tokens_outlive_their_segments, setup, teardown),
	};

	log_init("t_retry", 1, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* sources: lib/idn.c lib/address.c lib/compat.c */
/* libs: -lidn2 */
/* sources: queue/message.c queue/destination.c queue/owner.c queue/pool.c */
/* sources: queue/heap.c queue/envelope.c queue/blob.c queue/record.c */
/* sources: lib/crc32c.c lib/compat.c */
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
 * Messages in memory: a walk over the table sees each once while it grows and
 * shrinks, and the memory of those that go is used again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "destination.h"
#include "envelope.h"
#include "message.h"
#include "pool.h"
#include "qbounds.h"

#define MANY 20000u

struct fixture {
	struct destinations destinations;
	struct messages messages;
};

static int
setup(void **state)
{
	*state = calloc(1, sizeof(struct fixture));
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	messages_free(&f->messages, &f->destinations);
	destinations_free(&f->destinations);
	free(f);
	return 0;
}

static struct message *
add(struct fixture *f, uint64_t id, uint32_t rcpts)
{
	const char *domain[] = { "b.example", "a.example", "b.example" };
	struct message *m;

	m = message_new(&f->destinations, id, rcpts, domain);
	assert_non_null(m);
	assert_int_equal(message_set_owner(&f->destinations, m, "user"), 0);
	assert_int_equal(messages_add(&f->messages, m), 0);
	return m;
}

static void
drop(struct fixture *f, uint64_t id)
{
	struct message *m;

	m = messages_find(&f->messages, id);
	assert_non_null(m);
	messages_remove(&f->messages, m);
	message_free(&f->destinations, m);
}

/* As spool_new_id() makes them: some in a millisecond, most alone in one. */
static uint64_t
nth_id(unsigned i)
{
	return 1764000000000000ull + (uint64_t)(i / 3) * 1000 + i % 3;
}

static void
test_each_is_found(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < MANY; i++)
		(void)add(f, nth_id(i), 1);
	assert_int_equal(f->messages.count, MANY);
	for (i = 0; i < MANY; i += 2)
		drop(f, nth_id(i));
	for (i = 0; i < MANY; i++)
		assert_int_equal(messages_find(&f->messages, nth_id(i)) != NULL,
		    i % 2 != 0);
}

static void
test_buckets_stay_short(void **state)
{
	struct fixture *f = *state;
	struct message *m;
	size_t i, chain, longest = 0;

	for (i = 0; i < MANY; i++)
		(void)add(f, nth_id((unsigned)i * 3), 1);
	for (i = 0; i < (size_t)1 << f->messages.bits; i++) {
		chain = 0;
		for (m = f->messages.bucket[i]; m != NULL; m = m->chain)
			chain++;
		longest = chain > longest ? chain : longest;
	}
	assert_in_range(longest, 1, 16);
}

/* What is there from the begin to the end is seen once. */
static void
test_walk_while_the_table_grows(void **state)
{
	struct fixture *f = *state;
	static unsigned char seen[MANY];
	uint64_t at = 0, id[64];
	unsigned i, next = MANY;
	size_t n, k;

	memset(seen, 0, sizeof(seen));
	for (i = 0; i < MANY; i++)
		(void)add(f, i, 1);
	while ((n = messages_some(&f->messages, &at, id, 64)) > 0) {
		for (k = 0; k < n; k++)
			if (id[k] < MANY)
				seen[id[k]]++;
		for (i = 0; i < 128 && next < 4 * MANY; i++)
			(void)add(f, next++, 1);
	}
	for (i = 0; i < MANY; i++)
		assert_int_equal(seen[i], 1);
}

static void
test_tasks_know_their_message(void **state)
{
	struct fixture *f = *state;
	struct message *one, *three;

	one = add(f, 1, 1);
	three = add(f, 2, 3);
	assert_ptr_equal(task_message(&one->task[0]), one);
	assert_int_equal(three->tasks, 2);
	assert_ptr_equal(task_message(&three->task[0]), three);
	assert_ptr_equal(task_message(&three->task[1]), three);
	assert_int_equal(three->task[0].count, 1);
	assert_int_equal(three->task[1].count, 2);
	assert_int_equal(message_rcpt(three)[0].index, 1);
}

static void
test_memory_is_used_again(void **state)
{
	struct pool p = { 0 };
	static unsigned char *object[MANY];
	unsigned round, i, k;
	size_t size = 100;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < MANY; i++) {
			object[i] = pool_get(&p, size);
			assert_non_null(object[i]);
			assert_int_equal((uintptr_t)object[i] % 8, 0);
			for (k = 0; k < size; k++)
				assert_int_equal(object[i][k], 0);
			memset(object[i], (int)(i % 255), size);
		}
		for (i = 0; i < MANY; i++)
			for (k = 0; k < size; k += 33)
				assert_int_equal(object[i][k], i % 255);
		for (i = 0; i < MANY; i++)
			pool_put(&p, object[(i * 7919u) % MANY], size);
	}
	assert_true(LIST_EMPTY(&p.room));
	assert_true(LIST_EMPTY(&p.full));
	pool_free(&p);
}

/* A message to two domains that leaves from the sources. */
static struct message *
add_from(struct fixture *f, uint64_t id, const char *sources)
{
	struct envelope e = { .kind = ENVELOPE_MAIL,
		.user = "user",
		.sources = sources };
	struct envelope_rcpt r = { 0, "x@a.example", "" };
	struct blob list = { 0 };
	struct message *m;

	envelope_put_rcpt(&list, &r);
	r.address = "x@b.example";
	envelope_put_rcpt(&list, &r);
	e.rcpts = 2;
	e.rcpt = list.data;
	e.rcpt_len = list.len;
	m = message_from_envelope(&f->destinations, id, &e);
	blob_free(&list);
	assert_non_null(m);
	assert_int_equal(messages_add(&f->messages, m), 0);
	return m;
}

static void
assert_name(const struct message *m, const char *name, const char *as_shown)
{
	char shown[DESTINATION_NAME_SIZE];

	assert_string_equal(m->task[1].destination->domain, name);
	destination_shown(name, shown);
	assert_string_equal(shown, as_shown);
}

/* Mail that leaves from other addresses is for another destination. */
static void
test_sources_are_of_the_destination(void **state)
{
	struct fixture *f = *state;
	struct mark mark = { .index = 1, .state = RCPT_WAITING };
	struct message *m, *other;

	m = add_from(f, 1, "192.0.2.1 2001:db8::1");
	other = add_from(f, 2, "");
	assert_int_equal(f->destinations.count, 4);
	assert_name(m, "b.example from 192.0.2.1 2001:db8::1", "b.example");
	assert_name(other, "b.example", "b.example");
	mark.via = "relay port 25";
	message_apply(&f->destinations, m, &mark);
	assert_name(m, "b.example from 192.0.2.1 2001:db8::1 via relay port 25",
	    "b.example via relay port 25");
	assert_string_equal(destination_via(m->task[1].destination->domain),
	    "relay port 25");
	mark.via = "";
	message_apply(&f->destinations, m, &mark);
	assert_name(m, "b.example from 192.0.2.1 2001:db8::1", "b.example");
	assert_null(destination_via(m->task[1].destination->domain));
	assert_ptr_equal(
	    add_from(f, 3, "192.0.2.1 2001:db8::1")->task[1].destination,
	    m->task[1].destination);
}

/* What is no list of addresses makes no name, and no route. */
static void
test_sources_that_are_none(void **state)
{
	struct fixture *f = *state;

	assert_name(add_from(f, 1, "1 via relay port 25"), "b.example",
	    "b.example");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_is_found),
		TEST(test_buckets_stay_short),
		TEST(test_walk_while_the_table_grows),
		TEST(test_tasks_know_their_message),
		TEST(test_sources_are_of_the_destination),
		TEST(test_sources_that_are_none),
		cmocka_unit_test(test_memory_is_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

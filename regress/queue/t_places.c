/* sources: lib/idn.c lib/address.c */
/* libs: -lidn2 */
/* sources: queue/places.c queue/message.c queue/destination.c */
/* sources: queue/flow.c queue/heap.c queue/owner.c queue/pool.c */
/* sources: queue/envelope.c queue/blob.c queue/clock.c queue/record.c */
/* sources: lib/crc32c.c lib/log.c lib/logsock.c lib/compat.c */
/* libs: -levent */
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
 * Places at deliver workers: what the end of a batch costs does not depend on
 * what else waits for its destination.
 */
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message.h"
#include "places.h"

#define BATCHES 100u

struct fixture {
	struct event_base *base;
	struct places *places;
	struct destinations destinations;
	struct message *message[BATCHES];
	unsigned turned;
};

static void
turned_cb(struct destination *d, void *arg)
{
	struct fixture *f = arg;

	f->turned++;
}

static void
freed_cb(struct owner *o, void *arg)
{
}

/* A lane, and messages for one destination. */
static int
setup(void **state)
{
	struct places_hooks hooks = { turned_cb, freed_cb, NULL };
	const char *domain = "a.example";
	struct fixture *f;
	unsigned i;

	f = calloc(1, sizeof(*f));
	f->base = event_base_new();
	hooks.arg = f;
	f->places = places_new(f->base, &hooks);
	places_lane_up(f->places, 0);
	for (i = 0; i < BATCHES; i++) {
		f->message[i] = message_new(&f->destinations, i + 1, 1,
		    &domain);
		if (f->message[i] == NULL ||
		    message_set_owner(&f->destinations, f->message[i], "app") ==
			-1)
			return -1;
	}
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < BATCHES; i++)
		message_free(&f->destinations, f->message[i]);
	places_free(f->places);
	destinations_free(&f->destinations);
	event_base_free(f->base);
	free(f);
	return 0;
}

static void
test_it_is_told_only_when_it_turned(void **state)
{
	struct fixture *f = *state;
	struct task *t = &f->message[0]->task[0];
	struct owner *o = f->message[0]->owner;
	unsigned i;

	for (i = 0; i < BATCHES; i++)
		places_take(f->places, &f->message[i]->task[0], 0);
	assert_int_equal(o->fresh[FLOW_TRANSACTIONAL], BATCHES);
	places_told(f->places, t, false); /* as new as before */
	assert_int_equal(f->turned, 0);
	t->destination->window = 1;
	for (i = 0; i < BATCHES / 2; i++) {
		places_told(f->places, &f->message[i]->task[0], true);
		places_give(f->places, &f->message[i]->task[0]);
		assert_int_equal(o->fresh[FLOW_TRANSACTIONAL], 0);
	}
	assert_int_equal(f->turned, 1);
	t->destination->window = 0;
	places_told(f->places, &f->message[i]->task[0], false);
	assert_int_equal(f->turned, 2);
	assert_int_equal(o->fresh[FLOW_TRANSACTIONAL], BATCHES - i);
	for (; i < BATCHES; i++) {
		places_told(f->places, &f->message[i]->task[0], false);
		places_give(f->places, &f->message[i]->task[0]);
	}
	assert_int_equal(f->turned, 2);
	assert_int_equal(o->fresh[FLOW_TRANSACTIONAL], 0);
	assert_int_equal(places_taken(f->places), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_it_is_told_only_when_it_turned, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

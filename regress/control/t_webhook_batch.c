/* sources: control/webhook_batch.c lib/row.c lib/msg.c lib/log.c lib/logsock.c */
/* sources: lib/compat.c */
/* libs: -levent -ljson-c */
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
 * Batches for webhooks: full to the octet, ended where they ended before,
 * without what is of others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "row.h"
#include "user.h"
#include "webhook_batch.h"

static struct control control;
static struct webhook hook;

enum store_status
user_get(struct store *s, const char *id, struct user *u)
{
	return STORE_NOTFOUND;
}

/* "inner" is in "outer". */
enum store_status
compartment_path(struct store *s, const char *tenancy, const char *id,
    struct compartment_path *p)
{
	if (strcmp(id, "bad") == 0)
		return STORE_FAIL;
	p->n = strcmp(id, "inner") == 0 ? 2 : 1;
	p->place[0] = id;
	p->place[1] = "outer";
	return STORE_OK;
}

static int
setup(void **state)
{
	memset(&hook, 0, sizeof(hook));
	(void)strlcpy(control.tenancy, "root", sizeof(control.tenancy));
	(void)strlcpy(hook.compartment, "root", sizeof(hook.compartment));
	(void)strlcpy(hook.id, "h", sizeof(hook.id));
	return 0;
}

static void
add(struct webhook_batch *b, const char *place, const char *compartment,
    size_t len)
{
	struct row *row;
	char *text;

	row = row_new();
	text = malloc(len + 1);
	assert_true(row != NULL && text != NULL);
	memset(text, 'x', len);
	text[len] = '\0';
	row_str(row, "event", "e");
	row_str(row, "t", text);
	if (compartment != NULL)
		row_str(row, "compartment", compartment);
	row_str(row, "place", place);
	webhook_batch_add(b, &control, row);
	row_free(row);
	free(text);
}

static void
test_any_size_fits_or_does_not(void **state)
{
	struct webhook_batch b = { 0 };
	char place[32];
	size_t size, i;

	/* One of these fills it to the last octet. */
	for (size = 300; size < 800; size++) {
		assert_int_equal(webhook_batch_begin(&b, &hook), 0);
		for (i = 0; i < 120; i++) {
			(void)snprintf(place, sizeof(place), "p:%zu", i);
			add(&b, place, NULL, size);
		}
		assert_true(b.full);
		assert_in_range(b.events, 30, 110);
		(void)snprintf(place, sizeof(place), "p:%u", b.events - 1);
		assert_string_equal(b.place, place);
		assert_string_equal(b.last, place);
		webhook_batch_end(&b);
		assert_in_range(b.len, 1, HOOK_BODY_MAX);
		assert_memory_equal(b.body + b.len - 3, "}]}", 3);
		webhook_batch_clear(&b);
	}
}

static void
test_one_too_large_is_left_out(void **state)
{
	struct webhook_batch b = { 0 };

	assert_int_equal(webhook_batch_begin(&b, &hook), 0);
	add(&b, "p:1", NULL, HOOK_BODY_MAX);
	add(&b, "p:2", NULL, 10);
	assert_int_equal(b.events, 1);
	assert_string_equal(b.place, "p:2");
	webhook_batch_clear(&b);
}

static void
test_it_ends_where_it_ended_before(void **state)
{
	struct webhook_batch b = { 0 };

	(void)strlcpy(hook.tried, "p:2", sizeof(hook.tried));
	assert_int_equal(webhook_batch_begin(&b, &hook), 0);
	add(&b, "p:1", NULL, 10);
	add(&b, "p:2", NULL, 10);
	add(&b, "p:3", NULL, 10);
	assert_int_equal(b.events, 2);
	assert_string_equal(b.place, "p:2");
	assert_true(b.full);
	webhook_batch_clear(&b);
}

static void
test_others_are_passed_over(void **state)
{
	struct webhook_batch b = { 0 };

	(void)strlcpy(hook.compartment, "outer", sizeof(hook.compartment));
	assert_int_equal(webhook_batch_begin(&b, &hook), 0);
	add(&b, "p:1", "inner", 10);
	add(&b, "p:2", "other", 10);
	add(&b, "p:3", NULL, 10);
	assert_int_equal(b.events, 1);
	assert_string_equal(b.place, "p:3");
	add(&b, "p:4", "bad", 10);
	assert_true(b.failed);
	webhook_batch_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_any_size_fits_or_does_not, setup),
		cmocka_unit_test_setup(test_one_too_large_is_left_out, setup),
		cmocka_unit_test_setup(test_it_ends_where_it_ended_before,
		    setup),
		cmocka_unit_test_setup(test_others_are_passed_over, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

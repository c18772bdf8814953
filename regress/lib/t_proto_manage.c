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
 * Requests of the management API pass unchanged, or not at all.
 *
 * sources: regress/lib/proto_table.c lib/proto_*.c lib/msg.c lib/row.c
 * sources: lib/siphash.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bounds.h"
#include "msg.h"
#include "proto_manage.h"
#include "proto_table.h"
#include "row.h"

static const struct manage_request sample = {
	.op = MANAGE_DKIM_CREATE,
	.user = "ocid1.user.edd..u",
	.source = "192.0.2.1",
	.request = "R/1",
	.id = "ocid1.emaildkim.edd..k",
	.etag = "e",
	.retry = "t",
	.page = "p",
	.limit = MANAGE_LIMIT_MAX,
};

/* Decode the first len octets of what was sent. */
static int
decode(size_t len, struct manage_request *d)
{
	struct msgin m;
	uint8_t *exact;
	int r;

	exact = malloc(len + 1);
	assert_non_null(exact);
	memset(exact, 0, len + 1);
	memcpy(exact, proto_sent()->data,
	    len < proto_sent()->len ? len : proto_sent()->len);
	msgin_init(&m, M_MANAGE_REQUEST, exact, len);
	r = manage_request_recv(&m, d);
	free(exact);
	return r;
}

/* Send the sample with a row of two fields, changed by the caller. */
static size_t
send_request(const struct manage_request *s)
{
	struct manage_request copy;

	copy = *s;
	copy.field = row_new();
	assert_non_null(copy.field);
	row_str(copy.field, "emailDomainId", "ocid1.emaildomain.edd..d");
	row_bool(copy.field, "isLockOverride", true);
	assert_int_equal(manage_request_send(NULL, 1, &copy), 0);
	manage_request_clear(&copy);
	manage_request_clear(&copy);
	return proto_sent()->len;
}

static void
request_passes_unchanged(void **state)
{
	struct manage_request d;
	size_t i, len;

	len = send_request(&sample);
	assert_int_equal(decode(len, &d), 0);
	assert_int_equal(d.op, sample.op);
	assert_string_equal(d.user, sample.user);
	assert_string_equal(d.source, sample.source);
	assert_string_equal(d.request, sample.request);
	assert_string_equal(d.id, sample.id);
	assert_string_equal(d.etag, sample.etag);
	assert_string_equal(d.retry, sample.retry);
	assert_string_equal(d.page, sample.page);
	assert_int_equal(d.limit, sample.limit);
	assert_int_equal(row_count(d.field), 2);
	assert_string_equal(row_value(d.field, "isLockOverride"), "true");
	manage_request_clear(&d);
	for (i = 0; i < len; i++)
		assert_int_equal(decode(i, &d), -1);
	assert_int_equal(decode(len + 1, &d), -1);
}

static void
request_that_cannot_be_is_refused(void **state)
{
	struct manage_request s, d;

	s = sample;
	s.op = 0;
	assert_int_equal(decode(send_request(&s), &d), -1);
	s.op = MANAGE_OP_LAST + 1;
	assert_int_equal(decode(send_request(&s), &d), -1);
	s = sample;
	s.user[0] = '\0';
	assert_int_equal(decode(send_request(&s), &d), -1);
	s = sample;
	s.limit = MANAGE_LIMIT_MAX + 1;
	assert_int_equal(decode(send_request(&s), &d), -1);
}

static void
bad_row_is_not_sent(void **state)
{
	struct manage_request s;
	size_t i;

	s = sample;
	s.field = row_new();
	assert_non_null(s.field);
	for (i = 0; i <= ROW_FIELDS_MAX; i++)
		row_num(s.field, "n", (int64_t)i);
	assert_int_equal(manage_request_send(NULL, 1, &s), -1);
	manage_request_clear(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_passes_unchanged),
		cmocka_unit_test(request_that_cannot_be_is_refused),
		cmocka_unit_test(bad_row_is_not_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

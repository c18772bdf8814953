/* sources: lib/msg.c lib/row.c lib/id.c */
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
 * Message fields, rows and ids: what is put is got, and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bounds.h"
#include "id.h"
#include "msg.h"
#include "row.h"

static void
test_round_trip(void **state)
{
	struct msgout out;
	struct msgin in;
	uint8_t data[4];
	char text[8];

	memset(&out, 0, sizeof(out));
	msg_put_u8(&out, 0xfe);
	msg_put_u16(&out, 0xfedc);
	msg_put_u32(&out, 0xfedcba98);
	msg_put_u64(&out, UINT64_C(0xfedcba9876543210));
	msg_put_i64(&out, -5);
	msg_put_bool(&out, true);
	msg_put_str(&out, "seven c");
	msg_put_data(&out, "\0\1\2\3", 4);
	assert_false(out.bad);

	msgin_init(&in, 1, out.data, out.len);
	assert_int_equal(msg_get_u8(&in), 0xfe);
	assert_int_equal(msg_get_u16(&in), 0xfedc);
	assert_int_equal(msg_get_u32(&in), 0xfedcba98);
	assert_true(msg_get_u64(&in) == UINT64_C(0xfedcba9876543210));
	assert_true(msg_get_i64(&in) == -5);
	assert_true(msg_get_bool(&in));
	msg_get_str(&in, text, sizeof(text));
	assert_string_equal(text, "seven c");
	assert_int_equal(msg_get_data(&in, data, sizeof(data)), 4);
	assert_memory_equal(data, "\0\1\2\3", 4);
	assert_int_equal(msg_end(&in), 0);
	msgout_free(&out);
}

/* Nothing of a secret is left where the writer has been. */
static void
test_secret_is_wiped(void **state)
{
	static const uint8_t zero[512];
	struct msgout out;

	memset(&out, 0, sizeof(out));
	out.secret = true;
	msg_put_str(&out, "first");
	msg_put_str(&out, "second");
	msgout_cut(&out, 4 + strlen("first"));
	assert_int_equal(out.len, 4 + strlen("second"));
	assert_memory_equal(out.data + 4, "second", strlen("second"));
	assert_memory_equal(out.data + out.len, zero, 4 + strlen("first"));
	while (out.cap == 512)
		msg_put_str(&out, "more than there is room for");
	assert_memory_equal(out.data + 4, "second", strlen("second"));
	msgout_reset(&out);
	assert_true(out.secret);
	assert_memory_equal(out.data, zero, sizeof(zero));
	msgout_free(&out);
	assert_true(out.secret);
}

static void
test_string_too_long(void **state)
{
	struct msgout out;
	struct msgin in;
	char text[7];

	memset(&out, 0, sizeof(out));
	msg_put_str(&out, "seven c");
	msgin_init(&in, 1, out.data, out.len);
	msg_get_str(&in, text, sizeof(text));
	assert_string_equal(text, "");
	assert_int_equal(msg_end(&in), -1);
	msgout_free(&out);
}

static void
test_string_with_nul(void **state)
{
	struct msgout out;
	struct msgin in;
	char text[7];

	memset(&out, 0, sizeof(out));
	msg_put_data(&out, "a\0b", 3);
	msgin_init(&in, 1, out.data, out.len);
	msg_get_str(&in, text, sizeof(text));
	assert_int_equal(msg_end(&in), -1);
	msgin_init(&in, 1, out.data, out.len);
	assert_null(msg_dup_str(&in, 10));
	assert_int_equal(msg_end(&in), -1);
	msgout_free(&out);
}

static void
test_count_beyond_payload(void **state)
{
	static const uint8_t huge[] = { 0xff, 0xff, 0xff, 0xff, 'x' };
	struct msgin in;
	size_t len;

	msgin_init(&in, 1, huge, sizeof(huge));
	assert_null(msg_ref_data(&in, &len, SIZE_MAX));
	assert_int_equal(len, 0);
	assert_int_equal(msg_end(&in), -1);
}

static void
test_enum_and_bool_out_of_range(void **state)
{
	static const uint8_t raw[] = { 9, 0, 0, 0, 2 };
	struct msgin in;

	msgin_init(&in, 1, raw, sizeof(raw));
	assert_int_equal(msg_get_enum(&in, 1, 8), 1);
	assert_int_equal(msg_end(&in), -1);
	msgin_init(&in, 1, raw + 4, 1);
	(void)msg_get_bool(&in);
	assert_int_equal(msg_end(&in), -1);
}

static void
test_octets_left_over(void **state)
{
	static const uint8_t raw[] = { 1, 2 };
	struct msgin in;

	msgin_init(&in, 1, raw, sizeof(raw));
	(void)msg_get_u8(&in);
	assert_int_equal(msg_end(&in), -1);
}

static void
test_header(void **state)
{
	struct msg_header in, out;
	uint8_t raw[MSG_HEADER_SIZE];

	in.type = 7;
	in.flags = MSG_FLAG_FD;
	in.length = MSG_PAYLOAD_MAX;
	in.id = UINT64_MAX;
	msg_header_put(raw, &in);
	assert_int_equal(msg_header_get(raw, sizeof(raw) - 1, &out), 0);
	assert_int_equal(msg_header_get(raw, sizeof(raw), &out), 1);
	assert_int_equal(out.type, 7);
	assert_int_equal(out.flags, MSG_FLAG_FD);
	assert_int_equal(out.length, MSG_PAYLOAD_MAX);
	assert_true(out.id == UINT64_MAX);
}

static void
test_row_round_trip(void **state)
{
	struct msgout out;
	struct msgin in;
	struct row *a, *b;

	memset(&out, 0, sizeof(out));
	a = row_new();
	b = row_new();
	row_str(a, "name", "value");
	row_num(a, "count", -7);
	row_time(a, "since", 1790000000);
	row_bool(a, "active", true);
	row_put(&out, a);
	msgin_init(&in, 1, out.data, out.len);
	assert_int_equal(row_get(&in, b), 0);
	assert_int_equal(msg_end(&in), 0);
	assert_int_equal(row_count(b), 4);
	assert_string_equal(row_value(b, "count"), "-7");
	assert_string_equal(row_value(b, "active"), "true");
	assert_int_equal(row_at(b, 2)->kind, ROW_TIME);
	assert_null(row_value(b, "absent"));
	row_free(a);
	row_free(b);
	msgout_free(&out);
}

static void
test_row_has_a_bound(void **state)
{
	struct row *r;
	unsigned i;

	r = row_new();
	for (i = 0; i < ROW_FIELDS_MAX; i++)
		row_num(r, "n", i);
	assert_false(row_bad(r));
	row_num(r, "n", i);
	assert_true(row_bad(r));
	row_free(r);
}

static void
test_id_text(void **state)
{
	static const char *const refused[] = { "", "123", "0000000000000g",
		"00000000000000000", " 0000000000001", "0x000000000001" };
	char text[ID_TEXT_SIZE];
	uint64_t id;
	size_t i;

	assert_string_equal(id_format(0xabc, text), "00000000000abc");
	assert_int_equal(id_parse("00000000000ABC", &id), 0);
	assert_true(id == 0xabc);
	assert_int_equal(id_parse(id_format(UINT64_MAX, text), &id), 0);
	assert_true(id == UINT64_MAX);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_int_equal(id_parse(refused[i], &id), -1);
}

static void
test_object_ids_differ(void **state)
{
	char a[OBJECT_ID_SIZE], b[OBJECT_ID_SIZE];

	assert_int_equal(id_make_object("user", a, sizeof(a)), 0);
	assert_int_equal(id_make_object("user", b, sizeof(b)), 0);
	assert_string_not_equal(a, b);
	assert_int_equal(strlen(a), strlen("ocid1.user.edd..") + 26);
	assert_int_equal(id_make_object("user", a, 20), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_secret_is_wiped),
		cmocka_unit_test(test_string_too_long),
		cmocka_unit_test(test_string_with_nul),
		cmocka_unit_test(test_count_beyond_payload),
		cmocka_unit_test(test_enum_and_bool_out_of_range),
		cmocka_unit_test(test_octets_left_over),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_row_round_trip),
		cmocka_unit_test(test_row_has_a_bound),
		cmocka_unit_test(test_id_text),
		cmocka_unit_test(test_object_ids_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

/* sources: httpd/json.c httpd/jsonscan.c httpd/jsonout.c httpd/fault.c */
/* sources: httpd/percent.c lib/address.c lib/date.c */
/* libs: -ljson-c */

/*
 * JSON that is read and that is refused, and JSON written.
 */

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "json.h"
#include "jsonout.h"

static const char *const accepted[] = { "{}", " {\t}\r\n", "{\"\":1}",
	"{\"a\":{},\"b\":[],\"c\":[{},[]],\"d\":null,\"e\":true,\"f\":false}",
	"{\"a\":[0,-0,1.5,-1e9,1E+2,0.1e-3,12345678901234567890]}",
	"{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"}",
	"{\"a\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xc2\x85\177\"}",
	"{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}",
	"{\"a\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}",
	"{\"a\":\"\\u0085\\uFFFF\"}" };

static void
test_accepted(void **state)
{
	struct json_object *o;
	struct fault f;
	size_t i;

	for (i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		fault_clear(&f);
		if (json_read(accepted[i], strlen(accepted[i]), &o, &f) == -1)
			fail_msg("%s: %s", accepted[i], f.text);
		json_object_put(o);
	}
	assert_int_equal(0, json_read("", 0, &o, &f));
	assert_int_equal(json_object_object_length(o), 0);
	json_object_put(o);
}

static const struct {
	const char *text;
	const char *why;
} refused[] = {
	{ " ", "it is no object" },
	{ "[]", "it is no object" },
	{ "1", "it is no object" },
	{ "\"a\"", "it is no object" },
	{ "null", "it is no object" },
	{ "\xef\xbb\xbf{}", "it is no object" },
	{ "{", "field name is missing" },
	{ "{\"a\"", "a: a colon is missing" },
	{ "{\"a\" 1}", "a: a colon is missing" },
	{ "{\"a\":", "a: it ends too soon" },
	{ "{\"a\":1", "a: it ends too soon" },
	{ "{\"a\":1,", "field name is missing" },
	{ "{\"a\":1,}", "field name is missing" },
	{ "{,\"a\":1}", "field name is missing" },
	{ "{a:1}", "field name is missing" },
	{ "{'a':1}", "field name is missing" },
	{ "{\"a\":1 \"b\":2}", "a comma is missing" },
	{ "{\"a\":[1 2]}", "a[0]: a comma is missing" },
	{ "{\"a\":[1,]}", "a[1]: no value" },
	{ "{\"a\":[,1]}", "a[0]: no value" },
	{ "{\"a\":[1}", "a[0]: a comma is missing" },
	{ "{\"a\":{]}", "field name is missing" },
	{ "{}{}", "text after its end" },
	{ "{} x", "text after its end" },
	{ "{},", "text after its end" },
	{ "{\"a\":tru}", "no value" },
	{ "{\"a\":True}", "no value" },
	{ "{\"a\":truely}", "comma is missing" },
	{ "{\"a\":NaN}", "no value" },
	{ "{\"a\":Infinity}", "no value" },
	{ "{\"a\":-Infinity}", "a number" },
	{ "{\"a\":01}", "comma is missing" },
	{ "{\"a\":+1}", "no value" },
	{ "{\"a\":.5}", "no value" },
	{ "{\"a\":1.}", "a number" },
	{ "{\"a\":1e}", "a number" },
	{ "{\"a\":-}", "a number" },
	{ "{\"a\":0x10}", "comma is missing" },
	{ "{\"a\":1111111111111111111111111111111111111111111111111111111111"
	  "1111111111}",
	    "a number" },
	{ "{\"a\":/* */1}", "no value" },
	{ "{\"a\":1}//", "text after its end" },
	{ "{\"a\":\"b}", "a string does not end" },
	{ "{\"a\":\"\n\"}", "a: control character" },
	{ "{\"a\":\"\t\"}", "a: control character" },
	{ "{\"a\":\"\\x41\"}", "a: ill-formed escape" },
	{ "{\"a\":\"\\u12g4\"}", "a: ill-formed escape" },
	{ "{\"a\":\"\\u123", "a: ill-formed escape" },
	{ "{\"a\":\"\\", "a: ill-formed escape" },
	{ "{\"a\":\"\\u0000\"}", "a: NUL" },
	{ "{\"\\u0000\":1}", "NUL" },
	{ "{\"a\":\"\\uD800\"}", "a: half of a surrogate pair" },
	{ "{\"a\":\"\\uDC00\"}", "a: half of a surrogate pair" },
	{ "{\"a\":\"\\uD800\\u0041\"}", "a: half of a surrogate pair" },
	{ "{\"a\":\"\\uD800\\uD800\"}", "a: half of a surrogate pair" },
	{ "{\"a\":\"\xc3\"}", "a: ill-formed UTF-8" },
	{ "{\"a\":\"\xff\"}", "a: ill-formed UTF-8" },
	{ "{\"a\":\"\xc0\xaf\"}", "a: ill-formed UTF-8" },
	{ "{\"a\":\"\xed\xa0\x80\"}", "a: ill-formed UTF-8" },
	{ "{\"a\":\"\xf4\x90\x80\x80\"}", "a: ill-formed UTF-8" },
	{ "{\"\xff\":1}", "ill-formed UTF-8" },
	{ "{\"a\":1,\"a\":1}", "a: this field occurs twice" },
	{ "{\"a\":1,\"\\u0061\":2}", "u0061: this field occurs twice" },
	{ "{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}",
	    "this field occurs twice" },
	{ "{\"recipients\":{\"to\":[1,2,3,{\"email\":1,\"x\":2,"
	  "\"email\":3}]}}",
	    "recipients.to[3].email: this field occurs twice" },
	{ "{\"a\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}", "nested too deep" },
	{ "{\"a\":{\"b\":[0,[1,{\"c\":\"\\u0000\"}]]}}",
	    "a.b[1][1].c: NUL in a string" },
};

static void
test_refused(void **state)
{
	struct json_object *o;
	struct fault f;
	size_t i, len;
	char *s;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		len = strlen(refused[i].text);
		s = malloc(len); /* nothing behind it may be read */
		assert_non_null(s);
		memcpy(s, refused[i].text, len);
		if (json_read(s, len, &o, &f) != -1 || f.kind != FAULT_PARSE ||
		    strstr(f.text, refused[i].why) == NULL)
			fail_msg("%s: %s", refused[i].text, f.text);
		assert_null(o);
		free(s);
	}
	assert_int_equal(-1, json_read("{\"a\":1}\0", 8, &o, &f));
	assert_int_equal(-1, json_read("{\"a\":\"\0\"}", 9, &o, &f));
	assert_int_equal(-1, json_read("\0{}", 3, &o, &f));
}

/* Many of something, just as many as may be, and one more. */
static void
test_counts(void **state)
{
	struct json_object *o;
	struct fault f;
	size_t count, extra, len, i;
	char *s;

	s = malloc(32 * JSON_VALUES_MAX);
	assert_non_null(s);
	for (extra = 0; extra < 2; extra++) {
		len = (size_t)sprintf(s, "{\"a\":[0");
		for (i = 0; i < JSON_VALUES_MAX - 3 + extra; i++)
			len += (size_t)sprintf(s + len, ",1");
		len += (size_t)sprintf(s + len, "]}");
		count = (size_t)json_read(s, len, &o, &f);
		assert_int_equal((int)count, extra == 0 ? 0 : -1);
		json_object_put(o);
		len = (size_t)sprintf(s, "{\"a\":0");
		for (i = 0; i < JSON_MEMBERS_MAX - 1 + extra; i++)
			len += (size_t)sprintf(s + len, ",\"%zu\":0", i);
		len += (size_t)sprintf(s + len, "}");
		count = (size_t)json_read(s, len, &o, &f);
		assert_int_equal((int)count, extra == 0 ? 0 : -1);
		json_object_put(o);
	}
	free(s);
}

/* A million brackets cost no stack. */
static void
test_deep(void **state)
{
	struct json_object *o;
	struct fault f;
	char *s;

	s = malloc(1000000);
	assert_non_null(s);
	memset(s, '[', 1000000);
	memcpy(s, "{\"a\":", 5);
	assert_int_equal(-1, json_read(s, 1000000, &o, &f));
	free(s);
}

static void
test_members(void **state)
{
	static const char doc[] = "{\"s\":\"x\",\"n\":5,\"b\":true,\"z\":null,"
				  "\"o\":{},\"a\":[],\"d\":1.5}";
	struct json_path up = { NULL, "up", 0 }, at = { &up, NULL, 7 };
	struct json_object *o, *value;
	struct json_text text;
	struct fault f;
	int64_t n;
	bool b;

	assert_int_equal(0, json_read(doc, sizeof(doc) - 1, &o, &f));
	assert_int_equal(1, json_member_text(o, "s", NULL, &text, &f));
	assert_string_equal(text.s, "x");
	assert_int_equal(0, json_member_text(o, "z", NULL, &text, &f));
	assert_null(text.s);
	assert_int_equal(0, json_member_text(o, "none", NULL, &text, &f));
	assert_int_equal(-1, json_member_text(o, "n", &at, &text, &f));
	assert_string_equal(f.text, "up[7].n must be a string");
	assert_int_equal(f.kind, FAULT_PARAMETER);
	assert_int_equal(1, json_member_number(o, "n", NULL, 1, 5, &n, &f));
	assert_int_equal(n, 5);
	assert_int_equal(-1, json_member_number(o, "n", NULL, 1, 4, &n, &f));
	assert_string_equal(f.text, "n must be from 1 to 4");
	assert_int_equal(-1, json_member_number(o, "d", NULL, 1, 4, &n, &f));
	assert_string_equal(f.text, "d must be a whole number");
	assert_int_equal(1, json_member_bool(o, "b", NULL, &b, &f));
	assert_true(b);
	assert_int_equal(-1, json_member_bool(o, "n", NULL, &b, &f));
	assert_int_equal(1, json_member_object(o, "o", NULL, &value, &f));
	assert_int_equal(-1, json_member_object(o, "a", NULL, &value, &f));
	assert_string_equal(f.text, "a must be an object");
	assert_int_equal(1, json_member_array(o, "a", NULL, &value, &f));
	assert_int_equal(-1, json_member_array(o, "o", NULL, &value, &f));
	assert_string_equal(f.text, "o must be an array");
	json_object_put(o);
}

static void
test_written(void **state)
{
	struct jsonout o;

	jsonout_init(&o);
	jsonout_open(&o, '{');
	jsonout_member(&o, "a\"", "b\\\n\001\177/\xc3\xa9\xff.");
	jsonout_member(&o, "left out", NULL);
	jsonout_key(&o, "c");
	jsonout_open(&o, '[');
	jsonout_number(&o, INT64_MIN);
	jsonout_bool(&o, true);
	jsonout_null(&o);
	jsonout_open(&o, '[');
	jsonout_close(&o, ']');
	jsonout_open(&o, '{');
	jsonout_close(&o, '}');
	jsonout_text(&o, "xyz", 2);
	jsonout_close(&o, ']');
	jsonout_key(&o, "t");
	jsonout_time(&o, 0, 613);
	jsonout_key(&o, "s");
	jsonout_string(&o, NULL);
	jsonout_close(&o, '}');
	assert_false(o.failed);
	assert_string_equal(o.s,
	    "{\"a\\\"\":\"b\\\\\\n\\u0001\\u007f/\xc3\xa9\xef\xbf\xbd.\","
	    "\"c\":[-9223372036854775808,true,null,[],{},\"xy\"],"
	    "\"t\":\"1970-01-01T00:00:00.613Z\",\"s\":null}");
	assert_int_equal(strlen(o.s), o.len);
	jsonout_free(&o);
}

/* Whatever is written, the strict reader takes it. */
static void
test_round(void **state)
{
	struct json_object *o;
	struct json_text text;
	struct jsonout out;
	struct fault f;
	char s[2];
	int i;

	for (i = 1; i < 256; i++) {
		s[0] = (char)i;
		s[1] = '\0';
		jsonout_init(&out);
		jsonout_open(&out, '{');
		jsonout_member(&out, "a", s);
		jsonout_close(&out, '}');
		assert_int_equal(0, json_read(out.s, out.len, &o, &f));
		assert_int_equal(1, json_member_text(o, "a", NULL, &text, &f));
		assert_string_equal(text.s, i < 128 ? s : "\xef\xbf\xbd");
		json_object_put(o);
		jsonout_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

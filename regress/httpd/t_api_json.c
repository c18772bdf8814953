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
 * Fields of the management API: from JSON and queries, and to JSON.
 *
 * sources: httpd/api_read.c httpd/api_write.c httpd/fault.c httpd/json.c
 * sources: httpd/jsonscan.c httpd/jsonout.c httpd/query.c httpd/percent.c
 * sources: httpd/httpdate.c
 * sources: lib/address.c lib/breach.c lib/chan.c lib/compat.c lib/date.c
 * sources: lib/log*.c
 * sources: lib/msg.c lib/pending.c lib/proto_manage.c lib/row.c
 * libs: -levent -ljson-c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api_read.h"
#include "api_write.h"
#include "bounds.h"
#include "fault.h"
#include "jsonout.h"
#include "proto_manage.h"
#include "row.h"

static const struct {
	const char *body;
	const char *fields; /* NULL: refused */
	enum fault_kind fault;
} bodies[] = {
	{ "", "", 0 },
	{ "{}", "", 0 },
	{ "{\"emailAddress\":\"a+b@example.org\",\"description\":null}",
	    "emailAddress=a+b@example.org|", 0 },
	{ "{\"freeformTags\":{}}", "freeformTags=true|", 0 },
	{ "{\"freeformTags\":{\"a.b\":\"c\"},"
	  "\"definedTags\":{\"n\":{\"k\":\"v\",\"l\":\"\"}}}",
	    "freeformTags=true|freeformTags.a.b=c|definedTags=true|"
	    "definedTags.n.k=v|definedTags.n.l=|",
	    0 },
	{ "{\"x\":true}", "x=|", 0 }, /* control refuses it */
	{ "{\"x\":1}", "x=1|", 0 },
	{ "{\"x\":1.5}", "x=|", 0 },
	{ "{\"outboundIps\":[\"a\",\"b\"]}", "outboundIps=a b|", 0 },
	{ "{\"outboundIps\":[]}", "outboundIps=|", 0 },
	{ "{\"outboundIps\":\"a b\"}", "outboundIps=|", 0 },
	{ "{\"outboundIps\":[1]}", "outboundIps=|", 0 },
	{ "{\"outboundIps\":[\"a b\"]}", NULL, FAULT_PARAMETER },
	{ "{\"outboundIps\":[\"\"]}", NULL, FAULT_PARAMETER },
	{ "{\"x\":[\"a\",\"b\"]}", "x=|", 0 },
	{ "{\"x\":[\"a b\"]}", "x=|", 0 },
	{ "{\"x\":[]}", "x=|", 0 },
	{ "{\"x\":[1]}", "x=|", 0 },
	{ "{\"x\":[[]]}", "x=|", 0 },
	{ "{\"x\":{}}", "x=|", 0 },
	{ "{\"a.b\":\"c\"}", NULL, FAULT_PARAMETER },
	{ "{\"freeformTags\":\"x\"}", NULL, FAULT_PARAMETER },
	{ "{\"freeformTags\":{\"a\":1}}", NULL, FAULT_PARAMETER },
	{ "{\"definedTags\":{\"a\":\"b\"}}", NULL, FAULT_PARAMETER },
	{ "{\"definedTags\":[]}", NULL, FAULT_PARAMETER },
	{ "{\"definedTags\":{\"a.b\":{}}}", NULL, FAULT_PARAMETER },
	{ "[]", NULL, FAULT_PARSE },
	{ "\"x\"", NULL, FAULT_PARSE },
	{ "{", NULL, FAULT_PARSE },
};

static const struct {
	const char *query;
	const char *fields; /* NULL: refused */
	uint32_t limit;
	const char *page;
} queries[] = {
	{ NULL, "", 0, "" },
	{ "compartmentId=c&emailAddress=a+b@example.org&limit=7&page=n61",
	    "compartmentId=c|emailAddress=a+b@example.org|", 7, "n61" },
	{ "unheard=of", "", 0, "" },
	{ "isLockOverride=true", "isLockOverride=true|", 0, "" },
	{ "limit=0", NULL, 0, "" },
	{ "limit=1001", NULL, 0, "" },
	{ "limit=x", NULL, 0, "" },
};

static void
as_text(const struct row *r, char *text, size_t size)
{
	size_t i, len;

	text[0] = '\0';
	for (i = 0; i < row_count(r); i++) {
		len = strlen(text);
		(void)snprintf(text + len, size - len, "%s=%s|",
		    row_at(r, i)->name, row_at(r, i)->value);
	}
}

static void
bodies_are_read(void **state)
{
	struct manage_request rq;
	struct fault f;
	char text[512];
	size_t i;
	int r;

	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		memset(&rq, 0, sizeof(rq));
		rq.field = row_new();
		assert_non_null(rq.field);
		fault_clear(&f);
		r = api_read_body(bodies[i].body, strlen(bodies[i].body), &rq,
		    &f);
		as_text(rq.field, text, sizeof(text));
		if (r != (bodies[i].fields == NULL ? -1 : 0) ||
		    (r == 0 && strcmp(text, bodies[i].fields) != 0) ||
		    (r == -1 && f.kind != bodies[i].fault))
			fail_msg("%s: %s %s", bodies[i].body, text, f.text);
		manage_request_clear(&rq);
	}
}

static void
queries_are_read(void **state)
{
	struct manage_request rq;
	struct fault f;
	char text[512];
	size_t i;
	int r;

	for (i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		memset(&rq, 0, sizeof(rq));
		rq.field = row_new();
		assert_non_null(rq.field);
		fault_clear(&f);
		r = api_read_query(queries[i].query, &rq, &f);
		as_text(rq.field, text, sizeof(text));
		if (r != (queries[i].fields == NULL ? -1 : 0) ||
		    (r == 0 &&
			(strcmp(text, queries[i].fields) != 0 ||
			    rq.limit != queries[i].limit ||
			    strcmp(rq.page, queries[i].page) != 0)))
			fail_msg("%s: %s", queries[i].query, text);
		manage_request_clear(&rq);
	}
}

static void
too_many_fields(void **state)
{
	struct manage_request rq;
	struct fault f;
	char body[4096];
	size_t i, len;

	memset(&rq, 0, sizeof(rq));
	rq.field = row_new();
	assert_non_null(rq.field);
	len = 0;
	for (i = 0; i <= ROW_FIELDS_MAX; i++)
		len += (size_t)snprintf(body + len, sizeof(body) - len,
		    "%s\"f%zu\":\"\"", i == 0 ? "{" : ",", i);
	(void)snprintf(body + len, sizeof(body) - len, "}");
	assert_int_equal(api_read_body(body, strlen(body), &rq, &f), -1);
	assert_int_equal(f.kind, FAULT_PARAMETER);
	manage_request_clear(&rq);
}

static void
rows_are_written(void **state)
{
	struct jsonout o;
	struct row *r;

	r = row_new();
	assert_non_null(r);
	row_str(r, "name", "a\"b");
	row_time(r, "timeCreated", 1613170032);
	row_bool(r, "isImported", false);
	row_num(r, "keyLength", 2048);
	row_str(r, "definedTags.n.k", "v");
	row_str(r, "freeformTags.a.b", "c");
	row_str(r, "definedTags.m.k", "w");
	row_str(r, "definedTags.n.l", "x");
	jsonout_init(&o);
	api_write_row(&o, r, true);
	assert_string_equal(o.s,
	    "{\"name\":\"a\\\"b\","
	    "\"timeCreated\":\"2021-02-12T22:47:12.000Z\","
	    "\"isImported\":false,\"keyLength\":2048,"
	    "\"freeformTags\":{\"a.b\":\"c\"},"
	    "\"definedTags\":{\"n\":{\"k\":\"v\",\"l\":\"x\"},"
	    "\"m\":{\"k\":\"w\"}}}");
	jsonout_free(&o);
	row_clear(r);
	row_str(r, "id", "w");
	row_str(r, "resources.identifier", "i");
	row_str(r, "resources.actionType", "CREATED");
	api_write_row(&o, r, false);
	assert_string_equal(o.s,
	    "{\"id\":\"w\",\"resources\":[{\"identifier\":\"i\","
	    "\"actionType\":\"CREATED\"}]}");
	jsonout_free(&o);
	row_clear(r);
	row_none(r, "outboundIps");
	api_write_row(&o, r, false);
	assert_string_equal(o.s, "{\"outboundIps\":[]}");
	jsonout_free(&o);
	row_str(r, "outboundIps.0.outboundIp", "192.0.2.1");
	row_str(r, "outboundIps.0.assignmentState", "ASSIGNED");
	row_str(r, "outboundIps.1.outboundIp", "192.0.2.2");
	api_write_row(&o, r, false);
	assert_string_equal(o.s,
	    "{\"outboundIps\":[{\"outboundIp\":\"192.0.2.1\","
	    "\"assignmentState\":\"ASSIGNED\"},"
	    "{\"outboundIp\":\"192.0.2.2\"}]}");
	jsonout_free(&o);
	row_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_are_read),
		cmocka_unit_test(queries_are_read),
		cmocka_unit_test(too_many_fields),
		cmocka_unit_test(rows_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* sources: regress/lib/proto_table.c lib/proto_setup.c lib/proto_conf.c lib/proto_site.c lib/proto_auth.c lib/proto_policy.c lib/proto_sign.c lib/proto_reseal.c lib/proto_submit.c lib/proto_claim.c lib/proto_work.c lib/proto_notice.c lib/proto_suppress.c lib/siphash.c lib/proto_dns.c lib/proto_hook.c lib/proto_watch.c lib/proto_admin.c lib/proto_ctl.c lib/proto_manage.c lib/msg.c lib/row.c */
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
 * A request to a webhook passes unchanged; what could end a line of HTTP does
 * not pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "msg.h"
#include "proto_hook.h"
#include "proto_table.h"

static const uint8_t body[] = "{\"events\":[]}";

static const struct hook_post sample = { true, "example.org", 443, "/x?y=1",
	"t=1,v1=ab", "2026112608.jsonl:1", (const uint8_t *)"PEM", 3, body,
	sizeof(body) };

static int
pass(const struct hook_post *s, struct hook_post *d)
{
	struct msgin m;

	assert_int_equal(hook_post_send(NULL, 1, s), 0);
	msgin_init(&m, M_HOOK_POST, proto_sent()->data, proto_sent()->len);
	return hook_post_recv(&m, d);
}

static void
test_unchanged(void **state)
{
	struct hook_post d;

	assert_int_equal(pass(&sample, &d), 0);
	assert_true(d.tls);
	assert_string_equal(d.host, sample.host);
	assert_int_equal(d.port, 443);
	assert_string_equal(d.path, sample.path);
	assert_string_equal(d.signature, sample.signature);
	assert_string_equal(d.batch, sample.batch);
	assert_int_equal(d.ca_len, 3);
	assert_memory_equal(d.ca, "PEM", 3);
	assert_int_equal(d.body_len, sizeof(body));
	assert_memory_equal(d.body, body, sizeof(body));
}

static void
test_no_line_ends(void **state)
{
	struct hook_post s, d;

	s = sample;
	(void)strcpy(s.path, "/x\r\nX: y");
	assert_int_equal(pass(&s, &d), -1);
	s = sample;
	(void)strcpy(s.path, "x");
	assert_int_equal(pass(&s, &d), -1);
	s = sample;
	(void)strcpy(s.host, "a b");
	assert_int_equal(pass(&s, &d), -1);
	s = sample;
	s.host[0] = '\0';
	assert_int_equal(pass(&s, &d), -1);
	s = sample;
	(void)strcpy(s.signature, "t=1\n");
	assert_int_equal(pass(&s, &d), -1);
	s = sample;
	(void)strcpy(s.batch, "\177");
	assert_int_equal(pass(&s, &d), -1);
	s = sample;
	s.port = 0;
	assert_int_equal(pass(&s, &d), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unchanged),
		cmocka_unit_test(test_no_line_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

/* sources: httpd/auth.c httpd/reqhash.c httpd/exchange.c httpd/basic.c httpd/keycache.c */
/* sources: httpd/sigheader.c httpd/signature.c httpd/httpdate.c */
/* sources: httpd/request.c httpd/reqcheck.c httpd/reqbody.c httpd/answer.c */
/* sources: httpd/fault.c httpd/held.c httpd/json.c httpd/jsonscan.c */
/* sources: httpd/jsonout.c httpd/email.c httpd/percent.c lib/address.c */
/* sources: lib/base64.c lib/date.c lib/compat.c lib/log.c lib/logsock.c */
/* sources: lib/monotime.c */
/* libs: -levent -ljson-c -lcrypto */

/*
 * Exchanges whose connection ends at any moment: what control may have counted
 * for them is given back.
 */
#include <event2/buffer.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth.h"
#include "dispatch.h"
#include "exchange.h"
#include "held.h"
#include "httpd.h"
#include "log.h"
#include "peers.h"
#include "proto_auth.h"
#include "proto_policy.h"
#include "request.h"
#include "throttled.h"

static struct {
	uint64_t ask; /* id of the next question; 0: control is not there */
	unsigned asked;
	unsigned cancelled;
	uint64_t left; /* the session that LEAVE was sent for */
	unsigned leaves;
} fake;

uint64_t
peers_auth(struct peers *p, const struct policy_auth *ask, void *who)
{
	assert_string_equal(ask->login, "app");
	assert_int_equal(ask->session, 77);
	fake.asked += fake.ask != 0;
	return fake.ask;
}

void
peers_cancel(struct peers *p, const void *who)
{
	fake.cancelled++;
}

void
peers_leave(struct peers *p, uint64_t session)
{
	fake.leaves++;
	fake.left = session;
}

uint64_t
peers_key(struct peers *p, const struct policy_key *ask, void *who)
{
	fail();
	return 0;
}

uint64_t
peers_seen(struct peers *p, const struct policy_seen *ask, void *who)
{
	fail();
	return 0;
}

void
peers_key_used(struct peers *p, const struct policy_key_used *used)
{
	fail();
}

void
peers_fail(struct peers *p, const char *source)
{
	fail();
}

bool
peers_full(const struct peers *p)
{
	return false;
}

bool
throttled_holds(const struct throttled *t, const char *source, int64_t now)
{
	return false;
}

void
senders_learn(struct senders *s, const struct policy_auth_reply *reply,
    int64_t now)
{
}

void
senders_clear(struct senders *s)
{
}

static uint64_t
body_max(const struct exchange *x)
{
	return 1000;
}

static void
run(struct exchange *x)
{
	fail();
}

/* Whatever the path is. */
enum dispatch_result
dispatch_find(const struct request *r, const struct op **op,
    char allow[DISPATCH_ALLOW_SIZE])
{
	static const struct op any = { .method = REQUEST_POST,
		.path = "/x",
		.body_max = body_max,
		.run = run };

	*op = &any;
	return DISPATCH_OK;
}

static void
changed(void *arg)
{
}

/* A request with Basic credentials, "app" and "secret", up to its body. */
static void
begin(struct exchange *x, struct httpd *httpd, uint64_t ask)
{
	static const char head[] = "POST /x HTTP/1.1\r\nHost: x\r\n"
				   "Authorization: Basic YXBwOnNlY3JldA==\r\n"
				   "Content-Length: 10\r\n\r\n";
	size_t used;

	memset(&fake, 0, sizeof(fake));
	fake.ask = ask;
	memset(httpd, 0, sizeof(*httpd));
	httpd->held = held_new(1000000, 100000);
	assert_non_null(httpd->held);
	memset(x, 0, sizeof(*x));
	x->httpd = httpd;
	x->source = "192.0.2.1";
	x->tls = "";
	x->out = evbuffer_new();
	x->session = 77;
	x->changed = changed;
	assert_int_equal(exchange_init(x), 0);
	assert_int_equal(
	    request_feed(x->request, head, sizeof(head) - 1, &used),
	    REQUEST_READY);
	exchange_begin(x);
}

static void
end(struct exchange *x)
{
	exchange_clear(x);
	evbuffer_free(x->out);
	held_free(x->httpd->held);
}

static void
answer(struct exchange *x, enum policy_status status)
{
	struct policy_auth_reply reply;

	memset(&reply, 0, sizeof(reply));
	reply.status = status;
	exchange_event(x, EXCHANGE_EV_AUTH, fake.ask, &reply);
}

/* control has the question, and will count the session when it comes to it. */
static void
seat_is_given_back_before_the_answer(void **state)
{
	struct exchange x;
	struct httpd httpd;

	begin(&x, &httpd, 5);
	assert_int_equal(x.state, EXCHANGE_AUTH);
	assert_int_equal(fake.asked, 1);
	end(&x);
	assert_true(fake.cancelled > 0);
	assert_int_equal(fake.leaves, 1);
	assert_int_equal(fake.left, 77);
}

static void
seat_is_given_back_after_the_answer(void **state)
{
	static const enum policy_status said[] = { POLICY_OK, POLICY_NO,
		POLICY_BUSY, POLICY_TEMPFAIL };
	struct exchange x;
	struct httpd httpd;
	size_t i;

	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		begin(&x, &httpd, 5);
		answer(&x, said[i]);
		assert_int_equal(x.state,
		    said[i] == POLICY_OK ? EXCHANGE_BODY : EXCHANGE_ANSWERED);
		assert_int_equal(fake.leaves, 0);
		end(&x);
		assert_int_equal(fake.leaves, 1);
	}
}

static void
nothing_is_given_back_that_was_not_asked_for(void **state)
{
	struct exchange x;
	struct httpd httpd;

	begin(&x, &httpd, 0);
	assert_int_equal(x.state, EXCHANGE_ANSWERED);
	end(&x);
	assert_int_equal(fake.leaves, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seat_is_given_back_before_the_answer),
		cmocka_unit_test(seat_is_given_back_after_the_answer),
		cmocka_unit_test(nothing_is_given_back_that_was_not_asked_for),
	};

	log_init("t_exchange", true, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

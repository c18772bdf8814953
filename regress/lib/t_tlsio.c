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
 * Connections against each other on one event loop, plain and TLS.
 *
 * sources: lib/tlsio.c lib/wire.c lib/idle.c regress/lib/testcert.c
 * libs: -levent -ltls -lssl -lcrypto
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include <cmocka.h>

#include "bounds.h"
#include "testcert.h"
#include "tlsio.h"

#define BULK ((size_t)4 << 20)

/* One end and what happened to it. */
struct end {
	struct tlsio *io;
	unsigned seen[TLSIO_CLOSED + 1];
	size_t received;
	size_t total;	/* to be written, in pieces, when drained */
	size_t to_send; /* of it, still */
	bool keep;	/* leave input in the buffer */
	bool ordered;	/* received bytes are the pattern so far */
	enum tlsio_event free_on;
	bool freed;
	const char *reply; /* to write, in three pieces, at each READ */
	bool close_on_read;
};

static struct event_base *base;
static struct testcert ec;

static uint8_t
pattern(size_t i)
{
	return (uint8_t)(i * 7 + i / 251);
}

static void
end_consume(struct end *e)
{
	static uint8_t buf[65536];
	struct evbuffer *in;
	int i, n;

	in = tlsio_input(e->io);
	while ((n = evbuffer_remove(in, buf, sizeof(buf))) > 0) {
		for (i = 0; i < n; i++) {
			if (buf[i] != pattern(e->received + (size_t)i))
				e->ordered = false;
		}
		e->received += (size_t)n;
	}
}

static void
end_produce(struct end *e)
{
	uint8_t buf[7000];
	size_t i, n;

	while (e->to_send > 0 && tlsio_unsent(e->io) < 50000) {
		n = e->to_send < sizeof(buf) ? e->to_send : sizeof(buf);
		for (i = 0; i < n; i++)
			buf[i] = pattern(e->total - e->to_send + i);
		assert_int_equal(tlsio_write(e->io, buf, n), 0);
		e->to_send -= n;
	}
}

static void
end_send(struct end *e, size_t total)
{
	e->total = e->to_send = total;
	end_produce(e);
}

static void
end_cb(struct tlsio *io, enum tlsio_event event, void *arg)
{
	struct end *e;

	e = arg;
	assert_false(e->freed);
	assert_ptr_equal(e->io, io);
	e->seen[event]++;
	if (e->free_on == event) {
		tlsio_free(io);
		e->freed = true;
		return;
	}
	if (event == TLSIO_READ && !e->keep)
		end_consume(e);
	if (event == TLSIO_READ && e->reply != NULL) {
		assert_int_equal(tlsio_write(io, e->reply, 1), 0);
		assert_int_equal(tlsio_write(io, e->reply + 1, 1), 0);
		assert_int_equal(
		    tlsio_write(io, e->reply + 2, strlen(e->reply) - 2), 0);
	}
	if (event == TLSIO_READ && e->close_on_read)
		tlsio_close(io);
	if (event == TLSIO_DRAINED)
		end_produce(e);
}

static void
end_init(struct end *e, int fd)
{
	memset(e, 0, sizeof(*e));
	e->ordered = true;
	e->free_on = TLSIO_CLOSED + 1;
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	e->io = tlsio_new(base, fd, end_cb, e);
	assert_non_null(e->io);
}

static void
end_fini(struct end *e)
{
	if (!e->freed)
		tlsio_free(e->io);
}

static void
pair(struct end *a, struct end *b)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	end_init(a, fd[0]);
	end_init(b, fd[1]);
}

/* TCP, where closing with unread input would reset. */
static void
pair_tcp(struct end *a, struct end *b)
{
	struct sockaddr_in sin;
	socklen_t len;
	int listener, client, server;

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	len = sizeof(sin);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&sin, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&sin, &len),
	    0);
	client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&sin, len), 0);
	server = accept(listener, NULL, NULL);
	assert_true(server >= 0);
	(void)close(listener);
	end_init(a, server);
	end_init(b, client);
}

/* Until condition holds; a test that hangs is killed by its runner. */
#define RUN_UNTIL(condition)                                                   \
	while (!(condition))                                                   \
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0)

/* Whatever can be done without waiting. */
static void
settle(void)
{
	int i;

	for (i = 0; i < 20; i++)
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
}

static void
tls_pair(struct end *server, struct end *client, const char *protocols)
{
	struct tls *ctx;
	struct tls_config *config;

	ctx = testcert_server(&ec, protocols);
	config = testcert_client(protocols);
	assert_int_equal(tlsio_start_server(server->io, ctx), 0);
	assert_int_equal(
	    tlsio_start_client(client->io, config, "mx.example.org"), 0);
	RUN_UNTIL(server->seen[TLSIO_CONNECTED] > 0 &&
	    client->seen[TLSIO_CONNECTED] > 0);
	/* Both outlive what they were made from. */
	tls_free(ctx);
	tls_config_free(config);
}

static int
setup(void **state)
{
	base = event_base_new();
	return base == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	event_base_free(base);
	return 0;
}

static void
test_writes_of_a_callback_leave_together(void **state)
{
	struct end a, b;

	pair(&a, &b);
	a.reply = "250 Ok\r\n";
	b.keep = true;
	assert_int_equal(tlsio_write(b.io, "NO", 2), 0);
	assert_int_equal(tlsio_write(b.io, "OP\r\n", 4), 0);
	RUN_UNTIL(b.seen[TLSIO_READ] > 0);
	assert_int_equal(a.seen[TLSIO_READ], 1);
	assert_int_equal(a.received, 6);
	assert_int_equal(b.seen[TLSIO_READ], 1);
	assert_int_equal(evbuffer_get_length(tlsio_input(b.io)), 8);
	assert_int_equal(tlsio_unsent(a.io), 0);
	assert_int_equal(b.seen[TLSIO_DRAINED], 1);
	assert_null(tlsio_version(a.io));
	assert_false(tlsio_is_tls(a.io));
	end_fini(&a);
	end_fini(&b);
}

static void
test_reading_off_keeps_bytes_and_eof(void **state)
{
	struct end a, b;

	pair(&a, &b);
	tlsio_read_enable(a.io, false);
	assert_int_equal(tlsio_write(b.io, "x", 1), 0);
	settle();
	end_fini(&b);
	settle();
	assert_int_equal(a.seen[TLSIO_READ], 0);
	assert_int_equal(a.seen[TLSIO_EOF], 0);
	tlsio_read_enable(a.io, true);
	settle();
	assert_int_equal(a.seen[TLSIO_READ], 1);
	assert_int_equal(a.received, 1);
	assert_int_equal(a.seen[TLSIO_EOF], 1);
	assert_false(tlsio_is_truncated(a.io));
	end_fini(&a);
}

static void
test_input_max_stops_and_resumes(void **state)
{
	struct end a, b;
	size_t held;

	pair(&a, &b);
	a.keep = true;
	tlsio_input_max(a.io, 1000);
	end_send(&b, BULK);
	settle();
	held = evbuffer_get_length(tlsio_input(a.io));
	assert_in_range(held, 1000, 1000 + TLSIO_CHUNK);
	settle();
	assert_int_equal(evbuffer_get_length(tlsio_input(a.io)), held);
	a.keep = false;
	end_consume(&a);
	tlsio_read_enable(a.io, true);
	RUN_UNTIL(a.received == BULK);
	assert_true(a.ordered);
	end_fini(&a);
	end_fini(&b);
}

/* Both ways at once, more than the sockets hold. */
static void
bulk(struct end *a, struct end *b)
{
	tlsio_output_low(a->io, 10000);
	end_send(a, BULK);
	end_send(b, BULK);
	RUN_UNTIL(a->received == BULK && b->received == BULK);
	assert_true(a->ordered);
	assert_true(b->ordered);
	assert_int_equal(a->seen[TLSIO_ERROR] + b->seen[TLSIO_ERROR], 0);
}

static void
test_bulk_plain(void **state)
{
	struct end a, b;

	pair(&a, &b);
	bulk(&a, &b);
	end_fini(&a);
	end_fini(&b);
}

static void
bulk_tls(const char *protocols, const char *version)
{
	struct end a, b;

	pair(&a, &b);
	tls_pair(&a, &b, protocols);
	assert_true(tlsio_is_tls(a.io));
	assert_string_equal(tlsio_version(a.io), version);
	assert_string_equal(tlsio_version(b.io), version);
	assert_non_null(tlsio_cipher(a.io));
	bulk(&a, &b);
	end_fini(&a);
	end_fini(&b);
}

static void
test_bulk_tls(void **state)
{
	bulk_tls("tlsv1.2", "TLSv1.2");
	bulk_tls("tlsv1.3", "TLSv1.3");
}

static void
test_reply_before_handshake_is_plain(void **state)
{
	struct end a, b;
	struct tls *ctx;
	struct tls_config *config;
	char line[32];

	pair(&a, &b);
	ctx = testcert_server(&ec, "secure");
	config = testcert_client("secure");
	b.keep = true;
	assert_int_equal(tlsio_write(a.io, "220 Ready\r\n", 11), 0);
	assert_int_equal(tlsio_start_server(a.io, ctx), 0);
	assert_int_equal(tlsio_write(a.io, "x", 1), -1);
	RUN_UNTIL(b.seen[TLSIO_READ] > 0);
	assert_int_equal(evbuffer_remove(tlsio_input(b.io), line, 32), 11);
	assert_int_equal(tlsio_start_client(b.io, config, "127.0.0.1"), 0);
	RUN_UNTIL(a.seen[TLSIO_CONNECTED] && b.seen[TLSIO_CONNECTED]);
	b.keep = false;
	end_send(&a, 3);
	RUN_UNTIL(b.received == 3);
	assert_true(b.ordered);
	end_fini(&a);
	end_fini(&b);
	tls_free(ctx);
	tls_config_free(config);
}

static void
test_plain_text_before_handshake_is_refused(void **state)
{
	struct end a, b;
	struct tls *ctx;

	pair(&a, &b);
	ctx = testcert_server(&ec, "secure");
	a.keep = true;
	assert_int_equal(tlsio_write(b.io, "MAIL FROM:<>\r\n", 14), 0);
	RUN_UNTIL(a.seen[TLSIO_READ] > 0);
	assert_int_equal(tlsio_start_server(a.io, ctx), -1);
	assert_string_equal(tlsio_error(a.io),
	    "plain text before the TLS handshake");
	end_fini(&a);
	end_fini(&b);
	tls_free(ctx);
}

/* Several records arrive, the owner stops after the first. */
static void
test_bytes_inside_libtls_are_read(void **state)
{
	struct end a, b;

	pair(&a, &b);
	tls_pair(&a, &b, "tlsv1.3");
	a.keep = true;
	tlsio_input_max(a.io, 1);
	end_send(&b, 60000);
	RUN_UNTIL(tlsio_unsent(b.io) == 0);
	settle();
	assert_in_range(evbuffer_get_length(tlsio_input(a.io)), 1, 20000);
	a.keep = false;
	end_consume(&a);
	tlsio_read_enable(a.io, true);
	RUN_UNTIL(a.received == 60000);
	assert_true(a.ordered);
	end_fini(&a);
	end_fini(&b);
}

static void
test_free_in_each_callback(void **state)
{
	static const enum tlsio_event events[] = { TLSIO_CONNECTED, TLSIO_READ,
		TLSIO_DRAINED, TLSIO_EOF, TLSIO_CLOSED };
	struct end a, b;
	struct tls *ctx;
	struct tls_config *config;
	size_t i;

	ctx = testcert_server(&ec, "secure");
	config = testcert_client("secure");
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		pair(&a, &b);
		a.free_on = events[i];
		a.reply = "250 Ok\r\n";
		assert_int_equal(tlsio_start_server(a.io, ctx), 0);
		assert_int_equal(tlsio_start_client(b.io, config, NULL), 0);
		RUN_UNTIL(b.seen[TLSIO_CONNECTED] &&
		    (a.freed || a.seen[TLSIO_CONNECTED]));
		(void)tlsio_write(b.io, "x", 1);
		if (events[i] == TLSIO_CLOSED)
			a.close_on_read = true;
		if (events[i] == TLSIO_EOF) {
			a.reply = NULL;
			tlsio_close(b.io);
		}
		settle();
		if (events[i] == TLSIO_CLOSED)
			end_fini(&b);
		settle();
		assert_true(a.freed);
		if (events[i] != TLSIO_CLOSED)
			end_fini(&b);
	}
	tls_free(ctx);
	tls_config_free(config);
}

static void
test_timeout_is_told(void **state)
{
	struct end a, b;

	pair(&a, &b);
	tlsio_timeout(a.io, 1000);
	tlsio_timeout(a.io, 1);
	RUN_UNTIL(a.seen[TLSIO_TIMEOUT] == 1);
	tlsio_timeout(a.io, 0);
	settle();
	assert_int_equal(a.seen[TLSIO_TIMEOUT], 1);
	assert_int_equal(b.seen[TLSIO_TIMEOUT], 0);
	end_fini(&a);
	end_fini(&b);
}

static void
test_handshake_is_bounded(void **state)
{
	struct end a, b;
	struct tls *ctx;

	pair(&a, &b);
	ctx = testcert_server(&ec, "secure");
	tlsio_timeout(a.io, 1);
	assert_int_equal(tlsio_start_server(a.io, ctx), 0);
	RUN_UNTIL(a.seen[TLSIO_TIMEOUT] == 1);
	end_fini(&a);
	end_fini(&b);
	tls_free(ctx);
}

static void
test_garbage_is_no_handshake(void **state)
{
	struct end a, b;
	struct tls *ctx;

	pair(&a, &b);
	ctx = testcert_server(&ec, "secure");
	assert_int_equal(tlsio_start_server(a.io, ctx), 0);
	assert_int_equal(tlsio_write(b.io, "EHLO there\r\n", 12), 0);
	RUN_UNTIL(a.seen[TLSIO_ERROR] == 1);
	assert_string_not_equal(tlsio_error(a.io), "no error");
	assert_int_equal(tlsio_write(a.io, "x", 1), -1);
	end_fini(&a);
	end_fini(&b);
	tls_free(ctx);
}

static void
test_connect_outcomes(void **state)
{
	struct sockaddr_in sin;
	socklen_t len;
	struct end a;
	int listener, fd, good;

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	len = sizeof(sin);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&sin, len), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&sin, &len),
	    0);
	for (good = 0; good < 2; good++) {
		if (good)
			assert_int_equal(listen(listener, 1), 0);
		fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fd, (struct sockaddr *)&sin, len);
		end_init(&a, fd);
		assert_int_equal(tlsio_connecting(a.io), 0);
		RUN_UNTIL(a.seen[TLSIO_CONNECTED] || a.seen[TLSIO_ERROR]);
		assert_int_equal(a.seen[TLSIO_CONNECTED], good);
		if (!good)
			assert_string_equal(tlsio_error(a.io),
			    "Connection refused");
		end_fini(&a);
	}
	(void)close(listener);
}

/* The last reply arrives though input of the peer was never read. */
static void
close_politely(bool with_tls)
{
	struct end a, b;

	pair_tcp(&a, &b);
	if (with_tls)
		tls_pair(&a, &b, "tlsv1.3");
	b.keep = true;
	a.reply = "421 closing\r\n";
	a.close_on_read = true;
	end_send(&b, BULK);
	RUN_UNTIL(b.seen[TLSIO_EOF] || b.seen[TLSIO_ERROR]);
	assert_int_equal(b.seen[TLSIO_ERROR], 0);
	assert_false(tlsio_is_truncated(b.io));
	assert_int_equal(evbuffer_get_length(tlsio_input(b.io)), 13);
	assert_int_equal(tlsio_write(a.io, "x", 1), -1);
	end_fini(&b);
	RUN_UNTIL(a.seen[TLSIO_CLOSED]);
	settle();
	assert_int_equal(a.seen[TLSIO_CLOSED], 1);
	assert_int_equal(a.seen[TLSIO_EOF] + a.seen[TLSIO_ERROR], 0);
	end_fini(&a);
}

static void
test_close_sends_the_last_reply(void **state)
{
	close_politely(false);
	close_politely(true);
}

static void
test_close_is_bounded(void **state)
{
	struct end a, b;

	pair(&a, &b);
	tls_pair(&a, &b, "tlsv1.3");
	tlsio_read_enable(b.io, false);
	tlsio_close(a.io);
	RUN_UNTIL(a.seen[TLSIO_CLOSED]);
	end_fini(&a);
	end_fini(&b);
}

static void
test_end_without_close_is_truncated(void **state)
{
	struct end a, b;

	pair(&a, &b);
	tls_pair(&a, &b, "tlsv1.3");
	settle();
	end_fini(&b);
	RUN_UNTIL(a.seen[TLSIO_EOF]);
	assert_true(tlsio_is_truncated(a.io));
	end_fini(&a);
}

/* What the loop would have to do again and again shows as active events. */
static void
test_no_busy_loop(void **state)
{
	struct timeval tv = { 0, 0 };
	struct end a, b;
	int i, turns;

	pair(&a, &b);
	tls_pair(&a, &b, "tlsv1.3");
	settle();
	a.keep = true;
	tlsio_input_max(a.io, 1);
	end_send(&b, 200000);
	settle();
	turns = 0;
	for (i = 0; i < 10; i++) {
		tv.tv_usec = 1000;
		assert_int_equal(event_base_loopexit(base, &tv), 0);
		(void)event_base_loop(base, EVLOOP_ONCE);
		if (event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE))
			turns++;
	}
	assert_int_equal(turns, 0);
	assert_int_equal(a.seen[TLSIO_READ], 1);
	end_fini(&a);
	end_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_writes_of_a_callback_leave_together),
		cmocka_unit_test(test_reading_off_keeps_bytes_and_eof),
		cmocka_unit_test(test_input_max_stops_and_resumes),
		cmocka_unit_test(test_bulk_plain),
		cmocka_unit_test(test_bulk_tls),
		cmocka_unit_test(test_reply_before_handshake_is_plain),
		cmocka_unit_test(test_plain_text_before_handshake_is_refused),
		cmocka_unit_test(test_bytes_inside_libtls_are_read),
		cmocka_unit_test(test_free_in_each_callback),
		cmocka_unit_test(test_timeout_is_told),
		cmocka_unit_test(test_handshake_is_bounded),
		cmocka_unit_test(test_garbage_is_no_handshake),
		cmocka_unit_test(test_connect_outcomes),
		cmocka_unit_test(test_close_sends_the_last_reply),
		cmocka_unit_test(test_close_is_bounded),
		cmocka_unit_test(test_end_without_close_is_truncated),
		cmocka_unit_test(test_no_busy_loop),
	};
	int r;

	(void)signal(SIGPIPE, SIG_IGN);
	testcert_make(&ec, "EC", "mx.example.org");
	r = cmocka_run_group_tests(tests, setup, teardown);
	testcert_free(&ec);
	return r;
}

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
 * A peer that is slow, on a clock that stands still but when the test moves
 * it: how busy the machine is decides nothing.
 *
 * sources: lib/tlsio.c lib/wire.c lib/idle.c
 * libs: -levent -ltls -lssl -lcrypto
 */
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tlsio.h"

/* Milliseconds that have passed, in the place of libc's clocks. */
static int64_t passed = 1000000;

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	ts->tv_sec = (time_t)(passed / 1000);
	ts->tv_nsec = (long)(passed % 1000 * 1000000);
	return 0;
}

static struct event_base *base;
static struct tlsio *io; /* against a socket of ours */
static int peer;
static unsigned timeouts, others;

static void
event_cb(struct tlsio *t, enum tlsio_event event, void *arg)
{
	if (event == TLSIO_TIMEOUT)
		timeouts++;
	else if (event != TLSIO_READ)
		others++;
}

static int
setup(void **state)
{
	int fd[2];

	timeouts = others = 0;
	base = event_base_new();
	assert_non_null(base);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	assert_int_equal(fcntl(fd[0], F_SETFL, O_NONBLOCK), 0);
	io = tlsio_new(base, fd[0], event_cb, NULL);
	assert_non_null(io);
	peer = fd[1];
	return 0;
}

static int
teardown(void **state)
{
	tlsio_free(io);
	(void)close(peer);
	event_base_free(base);
	return 0;
}

/* So many quarters of a second pass, with an octet in each, or without. */
static void
quarters(unsigned n, bool with_octet)
{
	unsigned i;

	for (; n > 0; n--) {
		passed += 250;
		if (with_octet)
			assert_int_equal(write(peer, "x", 1), 1);
		for (i = 0; i < 5; i++)
			(void)event_base_loop(base, EVLOOP_NONBLOCK);
	}
}

static size_t
received(void)
{
	return evbuffer_get_length(tlsio_input(io));
}

static void
test_bytes_move_the_timeout(void **state)
{
	tlsio_timeout(io, 1);
	quarters(40, true);
	assert_int_equal(timeouts, 0);
	quarters(3, false);
	assert_int_equal(timeouts, 0);
	quarters(2, false);
	assert_int_equal(timeouts, 1);
	assert_int_equal(received(), 40);
	assert_int_equal(others, 0);
}

static void
test_bytes_do_not_move_the_deadline(void **state)
{
	tlsio_timeout(io, 1);
	tlsio_deadline(io, 10);
	quarters(39, true);
	assert_int_equal(timeouts, 0);
	quarters(1, true);
	assert_int_equal(timeouts, 1);
	assert_in_range(received(), 39, 40);
	/* Once. */
	quarters(60, true);
	assert_int_equal(timeouts, 1);
	assert_int_equal(others, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bytes_move_the_timeout,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_bytes_do_not_move_the_deadline, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

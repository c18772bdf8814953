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
 * The thread of "store verify": the loop goes on while it reads.  What it reads
 * here is a pipe, and only the loop writes to that.
 *
 * sources: control/checker.c regress/control/fake_proc.c lib/log.c lib/logsock.c
 * sources: lib/compat.c
 * libs: -levent -lpthread
 */
#include <event2/event.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "checker.h"
#include "proc.h"
#include "store.h"

/* A deadlock ends the test after so many seconds. */
#define GIVE_UP 60u

struct store_check {
	int pipe[2];
	char octet;
};

static struct store_check *done;

/* For control/store_check.c. */
void
store_check_run(struct store_check *c)
{
	if (read(c->pipe[0], &c->octet, 1) != 1)
		abort();
}

static void
done_cb(struct store_check *c, void *arg)
{
	assert_ptr_equal(arg, &done);
	done = c;
}

static void
write_cb(evutil_socket_t fd, short what, void *arg)
{
	struct store_check *c;

	c = arg;
	assert_null(done);
	assert_int_equal(write(c->pipe[1], "x", 1), 1);
}

static void
loop_goes_on_while_the_thread_reads(void **state)
{
	static const struct timeval soon = { 0, 1000 };
	struct store_check c = { .octet = 0 };
	struct event *timer;
	int i;

	(void)alarm(GIVE_UP);
	assert_int_equal(pipe(c.pipe), 0);
	timer = evtimer_new(proc_base(), write_cb, &c);
	assert_non_null(timer);
	for (i = 0; i < 20; i++) {
		done = NULL;
		c.octet = 0;
		assert_int_equal(checker_start(&c, done_cb, &done), 0);
		assert_int_equal(evtimer_add(timer, &soon), 0);
		while (done == NULL)
			assert_int_equal(
			    event_base_loop(proc_base(), EVLOOP_ONCE), 0);
		assert_ptr_equal(done, &c);
		assert_int_equal(c.octet, 'x');
	}
	event_free(timer);
	(void)close(c.pipe[0]);
	(void)close(c.pipe[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loop_goes_on_while_the_thread_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

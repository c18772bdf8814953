/* sources: lib/breach.c lib/chan.c lib/pending.c lib/msg.c lib/log.c lib/logsock.c lib/compat.c */
/* libs: -levent */
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
 * Channels over a real socketpair and event loop: framing, descriptors,
 * requests, death, holding, marks; and what must end a channel.
 */
#include <sys/socket.h>
#include <sys/wait.h>

#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bounds.h"
#include "breach.h"
#include "chan.h"
#include "msg.h"

enum {
	M_TEXT = 1,
	M_FILE,
	M_ASK,
	M_ANSWER,
	M_NUMBER
};

struct end {
	struct chan *chan;
	char text[64];
	int fd;
	unsigned numbers;
	unsigned answers;
	unsigned failures;
	bool down;
	bool full;
	unsigned full_changes;
	bool free_in_handler;
};

struct pair {
	struct event_base *base;
	struct end a;
	struct end b;
	int raw; /* the other end of a channel without a peer object */
};

static int
text_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct end *e;

	e = arg;
	msg_get_str(m, e->text, sizeof(e->text));
	if (e->free_in_handler) {
		chan_free(c);
		e->chan = NULL;
	}
	return msg_end(m);
}

static int
file_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct end *e;

	e = arg;
	e->fd = msg_take_fd(m);
	return msg_end(m);
}

static int
ask_cb(struct chan *c, struct msgin *m, void *arg)
{
	uint32_t n;

	n = msg_get_u32(m);
	msg_put_u32(chan_begin(c, M_ANSWER, m->id), n * 2);
	assert_int_equal(chan_end(c, -1), 0);
	return msg_end(m);
}

static int
number_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct end *e;
	size_t len;

	e = arg;
	assert_int_equal(msg_get_u32(m), e->numbers);
	e->numbers++;
	(void)msg_ref_data(m, &len, MSG_PAYLOAD_MAX);
	return msg_end(m);
}

static const struct chan_rule rules[] = {
	{ M_TEXT, 0, "text", text_cb },
	{ M_FILE, CHAN_FD, "file", file_cb },
	{ M_ASK, 0, "ask", ask_cb },
	{ M_ANSWER, CHAN_REPLY, "answer", NULL },
	{ M_NUMBER, 0, "number", number_cb },
	{ 0, 0, NULL, NULL },
};

static void
down_cb(struct chan *c, void *arg)
{
	struct end *e;

	e = arg;
	e->down = true;
	e->chan = NULL;
	chan_free(c);
}

static void
full_cb(struct chan *c, bool full, void *arg)
{
	struct end *e;

	e = arg;
	e->full = full;
	e->full_changes++;
}

static void
end_open(struct pair *p, struct end *e, int fd, const char *name)
{
	e->fd = -1;
	e->chan = chan_new(p->base, fd, name, rules, e);
	assert_non_null(e->chan);
	chan_on_down(e->chan, down_cb);
}

static int
pair_setup(void **state)
{
	struct pair *p;
	int sv[2];

	p = calloc(1, sizeof(*p));
	p->base = event_base_new();
	p->raw = -1;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sv), 0);
	end_open(p, &p->a, sv[0], "a");
	end_open(p, &p->b, sv[1], "b");
	*state = p;
	return 0;
}

static int
raw_setup(void **state)
{
	struct pair *p;
	int sv[2];

	p = calloc(1, sizeof(*p));
	p->base = event_base_new();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sv), 0);
	end_open(p, &p->a, sv[0], "a");
	p->raw = sv[1];
	*state = p;
	return 0;
}

static int
pair_teardown(void **state)
{
	struct pair *p;

	p = *state;
	chan_free(p->a.chan);
	chan_free(p->b.chan);
	if (p->raw != -1)
		(void)close(p->raw);
	event_base_free(p->base);
	free(p);
	return 0;
}

static void
spin(struct pair *p)
{
	int i;

	for (i = 0; i < 20; i++)
		(void)event_base_loop(p->base, EVLOOP_NONBLOCK);
}

static void
send_text(struct end *e, const char *s)
{
	msg_put_str(chan_begin(e->chan, M_TEXT, 0), s);
	assert_int_equal(chan_end(e->chan, -1), 0);
}

static void
test_text_arrives(void **state)
{
	struct pair *p;

	p = *state;
	send_text(&p->a, "hello");
	spin(p);
	assert_string_equal(p->b.text, "hello");
	assert_int_equal(chan_queued(p->a.chan), 0);
}

static void
test_many_keep_order(void **state)
{
	static char blob[3000];
	struct msgout *m;
	struct pair *p;
	unsigned i;

	p = *state;
	for (i = 0; i < 2000; i++) {
		m = chan_begin(p->a.chan, M_NUMBER, 0);
		msg_put_u32(m, i);
		msg_put_data(m, blob, i % sizeof(blob));
		assert_int_equal(chan_end(p->a.chan, -1), 0);
	}
	for (i = 0; i < 200 && p->b.numbers < 2000; i++)
		spin(p);
	assert_int_equal(p->b.numbers, 2000);
}

static void
test_descriptor_stays_with_its_message(void **state)
{
	char buf[8];
	struct pair *p;
	int fd[2];

	p = *state;
	assert_int_equal(pipe(fd), 0);
	send_text(&p->a, "before");
	(void)chan_begin(p->a.chan, M_FILE, 0);
	assert_int_equal(chan_end(p->a.chan, fd[0]), 0);
	send_text(&p->a, "after");
	spin(p);
	assert_string_equal(p->b.text, "after");
	assert_int_not_equal(p->b.fd, -1);
	assert_int_equal(write(fd[1], "x", 1), 1);
	assert_int_equal(read(p->b.fd, buf, sizeof(buf)), 1);
	(void)close(fd[1]);
	(void)close(p->b.fd);
}

static int
answer_cb(struct msgin *m, void *arg)
{
	struct end *e;

	e = arg;
	if (m == NULL) {
		e->failures++;
		return 0;
	}
	e->answers += msg_get_u32(m);
	return msg_end(m);
}

static void
ask(struct end *e, uint32_t n, void *arg)
{
	uint64_t id;

	id = chan_request(e->chan, answer_cb, arg);
	assert_int_not_equal(id, 0);
	msg_put_u32(chan_begin(e->chan, M_ASK, id), n);
	assert_int_equal(chan_end(e->chan, -1), 0);
}

static void
test_request_is_answered(void **state)
{
	struct pair *p;
	uint32_t i;

	p = *state;
	for (i = 1; i <= 100; i++)
		ask(&p->a, i, &p->a);
	spin(p);
	assert_int_equal(p->a.answers, 100 * 101);
}

static void
test_cancelled_answer_is_dropped(void **state)
{
	struct end other;
	struct pair *p;

	p = *state;
	memset(&other, 0, sizeof(other));
	ask(&p->a, 1, &other);
	ask(&p->a, 2, &p->a);
	chan_cancel(p->a.chan, &other);
	spin(p);
	assert_int_equal(other.answers + other.failures, 0);
	assert_int_equal(p->a.answers, 4);
}

static void
test_death_fails_requests(void **state)
{
	struct pair *p;

	p = *state;
	ask(&p->a, 1, &p->a);
	ask(&p->a, 2, &p->a);
	chan_free(p->b.chan);
	p->b.chan = NULL;
	spin(p);
	assert_true(p->a.down);
	assert_int_equal(p->a.failures, 2);
}

static void
test_last_words_are_read(void **state)
{
	struct pair *p;

	p = *state;
	send_text(&p->b, "bye");
	assert_int_equal(chan_flush_blocking(p->b.chan, 1000), 0);
	chan_free(p->b.chan);
	p->b.chan = NULL;
	spin(p);
	assert_true(p->a.down);
	assert_string_equal(p->a.text, "bye");
}

static void
test_free_in_handler(void **state)
{
	struct pair *p;

	p = *state;
	p->b.free_in_handler = true;
	send_text(&p->a, "one");
	send_text(&p->a, "two");
	spin(p);
	assert_string_equal(p->b.text, "one");
	assert_true(p->a.down);
}

static void
test_hold_stops_reading(void **state)
{
	struct pair *p;

	p = *state;
	chan_hold(p->b.chan, true);
	send_text(&p->a, "held");
	spin(p);
	assert_string_equal(p->b.text, "");
	chan_hold(p->b.chan, false);
	spin(p);
	assert_string_equal(p->b.text, "held");
}

static void
test_marks(void **state)
{
	static char blob[60000];
	struct msgout *m;
	struct pair *p;
	unsigned i;

	p = *state;
	chan_on_full(p->a.chan, 1000000, 100000, full_cb);
	chan_hold(p->b.chan, true);
	for (i = 0; i < 40; i++) {
		m = chan_begin(p->a.chan, M_NUMBER, 0);
		msg_put_u32(m, i);
		msg_put_data(m, blob, sizeof(blob));
		assert_int_equal(chan_end(p->a.chan, -1), 0);
	}
	assert_true(p->a.full);
	assert_true(chan_is_full(p->a.chan));
	chan_hold(p->b.chan, false);
	for (i = 0; i < 50 && p->b.numbers < 40; i++)
		spin(p);
	assert_int_equal(p->b.numbers, 40);
	assert_false(p->a.full);
	assert_int_equal(p->a.full_changes, 2);
}

static void
test_too_long_is_not_sent(void **state)
{
	static char blob[MSG_PAYLOAD_MAX];
	struct pair *p;

	p = *state;
	msg_put_data(chan_begin(p->a.chan, M_TEXT, 0), blob, sizeof(blob));
	assert_int_equal(chan_end(p->a.chan, -1), -1);
	send_text(&p->a, "fine");
	spin(p);
	assert_string_equal(p->b.text, "fine");
}

static void
raw_write(struct pair *p, uint16_t type, uint16_t flags, uint32_t length)
{
	struct msg_header h;
	uint8_t buf[MSG_HEADER_SIZE + 8];

	memset(buf, 0, sizeof(buf));
	h.type = type;
	h.flags = flags;
	h.length = length;
	h.id = 77;
	msg_header_put(buf, &h);
	assert_int_equal(write(p->raw, buf, sizeof(buf)), sizeof(buf));
	spin(p);
}

static void
test_unknown_type_ends(void **state)
{
	raw_write(*state, 99, 0, 8);
	assert_true(((struct pair *)*state)->a.down);
}

static void
test_missing_descriptor_ends(void **state)
{
	raw_write(*state, M_FILE, 0, 0);
	assert_true(((struct pair *)*state)->a.down);
}

static void
test_claimed_descriptor_ends(void **state)
{
	raw_write(*state, M_TEXT, MSG_FLAG_FD, 4);
	assert_true(((struct pair *)*state)->a.down);
}

static void
test_bad_flags_end(void **state)
{
	raw_write(*state, M_TEXT, 0x80, 4);
	assert_true(((struct pair *)*state)->a.down);
}

static void
test_long_length_ends(void **state)
{
	raw_write(*state, M_TEXT, 0, MSG_PAYLOAD_MAX + 1);
	assert_true(((struct pair *)*state)->a.down);
}

static void
test_trailing_octets_end(void **state)
{
	raw_write(*state, M_TEXT, 0, 8);
	assert_true(((struct pair *)*state)->a.down);
}

static void
test_unasked_answer_is_ignored(void **state)
{
	raw_write(*state, M_ANSWER, 0, 8);
	assert_false(((struct pair *)*state)->a.down);
}

/* Where a breach is fatal the process ends, so that edd starts it again. */
static void
test_breach_ends_the_process(void **state)
{
	int status;
	pid_t pid;

	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		breach_is_fatal();
		raw_write(*state, 99, 0, 8);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

#define PAIR(f) cmocka_unit_test_setup_teardown(f, pair_setup, pair_teardown)
#define RAW(f)	cmocka_unit_test_setup_teardown(f, raw_setup, pair_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR(test_text_arrives),
		PAIR(test_many_keep_order),
		PAIR(test_descriptor_stays_with_its_message),
		PAIR(test_request_is_answered),
		PAIR(test_cancelled_answer_is_dropped),
		PAIR(test_death_fails_requests),
		PAIR(test_last_words_are_read),
		PAIR(test_free_in_handler),
		PAIR(test_hold_stops_reading),
		PAIR(test_marks),
		PAIR(test_too_long_is_not_sent),
		RAW(test_unknown_type_ends),
		RAW(test_missing_descriptor_ends),
		RAW(test_claimed_descriptor_ends),
		RAW(test_bad_flags_end),
		RAW(test_long_length_ends),
		RAW(test_trailing_octets_end),
		RAW(test_unasked_answer_is_ignored),
		RAW(test_breach_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

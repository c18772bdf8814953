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
 * The control socket under hostile hands: frames that are cut, too long, out
 * of order or nonsense close their own connection and nothing else.
 *
 * sources: regress/control/world.c regress/control/tmpdir.c
 * sources: regress/control/fake_proc.c control/[!m]*.c control/m[!a]*.c
 * sources: lib/shellword.c
 * sources: lib/address.c lib/base64.c lib/breach.c lib/chan.c lib/compat.c
 * sources: lib/dkim_txt.c
 * sources: lib/id.c lib/idn.c lib/log.c lib/logsock.c lib/msg.c lib/netkey.c
 * sources: lib/network.c lib/pending.c lib/proto_admin.c lib/proto_auth.c
 * sources: lib/proto_ctl.c lib/proto_dns.c lib/proto_hook.c lib/proto_watch.c
 * sources: lib/proto_notice.c
 * sources: lib/proto_import.c lib/siphash.c
 * sources: lib/proto_policy.c lib/proto_setup.c lib/proto_sign.c lib/row.c
 * sources: lib/proto_reseal.c
 * libs: -levent -ldb-5.3 -lcrypto -lidn2 -ljson-c -lpthread
 */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bounds.h"
#include "ctlsock.h"
#include "msg.h"
#include "proc.h"
#include "proto_ctl.h"
#include "store.h"
#include "suppression.h"
#include "world.h"

static struct world w;

static int
set_up(void **state)
{
	world_make(&w);
	/* Time goes by looks only. */
	ctlsock_set_beat(w.control.sock, 3600);
	return 0;
}

static int
tear_down(void **state)
{
	world_free(&w);
	return 0;
}

static void
loop(void)
{
	unsigned i;

	for (i = 0; i < 10; i++)
		(void)event_base_loop(proc_base(), EVLOOP_NONBLOCK);
}

/* The operator's end of a new connection. */
static int
dial(void)
{
	int sv[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sv), 0);
	assert_int_equal(ctlsock_connection(w.control.sock, sv[0]), 0);
	return sv[1];
}

/* A frame with this payload. */
static size_t
frame(uint8_t *buf, uint16_t type, const struct msgout *m)
{
	struct msg_header h;

	memset(&h, 0, sizeof(h));
	h.type = type;
	h.length = (uint32_t)m->len;
	msg_header_put(buf, &h);
	if (m->len > 0)
		memcpy(buf + MSG_HEADER_SIZE, m->data, m->len);
	return MSG_HEADER_SIZE + m->len;
}

static size_t
frame_hello(uint8_t *buf, uint32_t version)
{
	struct msgout m;
	size_t n;

	memset(&m, 0, sizeof(m));
	msg_put_u32(&m, version);
	n = frame(buf, M_CTL_HELLO, &m);
	msgout_free(&m);
	return n;
}

static size_t
frame_command(uint8_t *buf, const char *a, const char *b)
{
	struct msgout m;
	size_t n;

	memset(&m, 0, sizeof(m));
	msg_put_u32(&m, 2);
	msg_put_str(&m, a);
	msg_put_str(&m, b);
	n = frame(buf, M_CTL_COMMAND, &m);
	msgout_free(&m);
	return n;
}

/* Send octets and look whether control closed the connection. */
static bool
closes(int fd, const uint8_t *buf, size_t len)
{
	uint8_t answer[4096];
	ssize_t n;

	(void)send(fd, buf, len, MSG_NOSIGNAL);
	loop();
	while ((n = recv(fd, answer, sizeof(answer), 0)) > 0)
		continue;
	return n == 0;
}

/* Whether there is an answer of this type as the last of what came. */
static bool
answers(int fd, const uint8_t *buf, size_t len, uint16_t type)
{
	static uint8_t answer[262144];
	struct msg_header h;
	size_t pos, have;
	ssize_t n;

	assert_int_equal(send(fd, buf, len, MSG_NOSIGNAL), (ssize_t)len);
	loop();
	have = 0;
	while ((n = recv(fd, answer + have, sizeof(answer) - have, 0)) > 0)
		have += (size_t)n;
	h.type = 0;
	for (pos = 0; msg_header_get(answer + pos, have - pos, &h) == 1 &&
	     pos + MSG_HEADER_SIZE + h.length < have;)
		pos += MSG_HEADER_SIZE + h.length;
	return n == -1 && h.type == type;
}

static void
command_is_answered_again_and_again(void **state)
{
	uint8_t buf[512];
	size_t n;
	int fd;

	fd = dial();
	n = frame_hello(buf, CTL_VERSION);
	assert_true(answers(fd, buf, n, M_CTL_HELLO));
	n = frame_command(buf, "user", "list");
	assert_true(answers(fd, buf, n, M_CTL_END));
	n = frame_command(buf, "no", "such");
	assert_true(answers(fd, buf, n, M_CTL_END));
	n = frame_command(buf, "show", "commands");
	assert_true(answers(fd, buf, n, M_CTL_END));
	(void)close(fd);
	loop();
	assert_int_equal(ctlsock_connections(w.control.sock), 0);
}

static void
command_in_pieces_is_answered(void **state)
{
	uint8_t buf[512];
	size_t i, n;
	int fd;

	fd = dial();
	n = frame_hello(buf, CTL_VERSION);
	n += frame_command(buf + n, "user", "list");
	for (i = 0; i + 1 < n; i++) {
		assert_int_equal(send(fd, buf + i, 1, 0), 1);
		loop();
	}
	assert_true(answers(fd, buf + n - 1, 1, M_CTL_END));
	(void)close(fd);
}

static void
hostile_frames_close_their_connection_only(void **state)
{
	static uint8_t buf[MSG_PAYLOAD_MAX + 64], ok[512];
	struct msg_header h;
	struct msgout m;
	size_t n, k;
	int good, fd;

	good = dial();
	k = frame_hello(ok, CTL_VERSION);
	assert_true(answers(good, ok, k, M_CTL_HELLO));

	/* a command before the version */
	fd = dial();
	n = frame_command(buf, "user", "list");
	assert_true(closes(fd, buf, n));
	(void)close(fd);

	/* the version twice */
	fd = dial();
	n = frame_hello(buf, CTL_VERSION);
	n += frame_hello(buf + n, CTL_VERSION);
	assert_true(closes(fd, buf, n));
	(void)close(fd);

	/* another version, then a command all the same */
	fd = dial();
	n = frame_hello(buf, CTL_VERSION + 1);
	assert_true(answers(fd, buf, n, M_CTL_HELLO));
	n = frame_command(buf, "user", "list");
	assert_true(closes(fd, buf, n));
	(void)close(fd);

	/* an octet too many, one too few, a type that is none */
	memset(&m, 0, sizeof(m));
	msg_put_u32(&m, CTL_VERSION);
	msg_put_u8(&m, 0);
	fd = dial();
	assert_true(closes(fd, buf, frame(buf, M_CTL_HELLO, &m)));
	(void)close(fd);
	m.len = 3;
	fd = dial();
	assert_true(closes(fd, buf, frame(buf, M_CTL_HELLO, &m)));
	(void)close(fd);
	m.len = 4;
	fd = dial();
	assert_true(closes(fd, buf, frame(buf, 0xffff, &m)));
	(void)close(fd);
	fd = dial();
	assert_true(closes(fd, buf, frame(buf, M_CTL_END, &m)));
	(void)close(fd);
	msgout_free(&m);

	/* a length that cannot be, flags that are none */
	memset(&h, 0, sizeof(h));
	h.type = M_CTL_HELLO;
	h.length = 0xffffffffu;
	msg_header_put(buf, &h);
	fd = dial();
	assert_true(closes(fd, buf, MSG_HEADER_SIZE));
	(void)close(fd);
	h.length = 4;
	h.flags = 0x80;
	msg_header_put(buf, &h);
	fd = dial();
	assert_true(closes(fd, buf, MSG_HEADER_SIZE + 4));
	(void)close(fd);

	/* nothing but noise */
	memset(buf, 0x5a, sizeof(buf));
	fd = dial();
	assert_true(closes(fd, buf, sizeof(buf)));
	(void)close(fd);

	n = frame_command(ok, "user", "list");
	assert_true(answers(good, ok, n, M_CTL_END));
	(void)close(good);
}

static size_t
frame_words(uint8_t *buf, uint32_t count, const char *word, uint32_t len)
{
	struct msgout m;
	size_t n;

	memset(&m, 0, sizeof(m));
	msg_put_u32(&m, count);
	msg_put_data(&m, word, len);
	n = frame(buf, M_CTL_COMMAND, &m);
	msgout_free(&m);
	return n;
}

static void
hostile_words_close_their_connection_only(void **state)
{
	static const struct {
		const char *label;
		uint32_t count;
		const char *word;
		uint32_t len;
	} table[] = {
		{ "no words", 0, "", 0 },
		{ "more words than there are", 2, "user", 4 },
		{ "very many words", 0xffffffffu, "user", 4 },
		{ "NUL in a word", 1, "us\0er", 5 },
	};
	uint8_t buf[512];
	size_t i, n;
	int fd;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		fd = dial();
		n = frame_hello(buf, CTL_VERSION);
		n += frame_words(buf + n, table[i].count, table[i].word,
		    table[i].len);
		if (!closes(fd, buf, n))
			fail_msg("%s", table[i].label);
		(void)close(fd);
	}
}

static void
descriptor_is_refused(void **state)
{
	union {
		struct cmsghdr hdr;
		uint8_t buf[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr mh;
	struct iovec iov;
	struct cmsghdr *cmsg;
	uint8_t buf[512];
	int fd, null;

	fd = dial();
	memset(&mh, 0, sizeof(mh));
	memset(&control, 0, sizeof(control));
	iov.iov_base = buf;
	iov.iov_len = frame_hello(buf, CTL_VERSION);
	buf[2] = MSG_FLAG_FD;
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	mh.msg_control = &control;
	mh.msg_controllen = sizeof(control.buf);
	cmsg = CMSG_FIRSTHDR(&mh);
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	null = open("/dev/null", O_RDONLY);
	memcpy(CMSG_DATA(cmsg), &null, sizeof(null));
	assert_true(sendmsg(fd, &mh, 0) > 0);
	assert_true(closes(fd, buf, 0));
	(void)close(null);
	(void)close(fd);
}

static void
connections_are_bounded(void **state)
{
	int fd[256], sv[2];
	size_t i, n;

	for (n = 0; n < sizeof(fd) / sizeof(fd[0]); n++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sv), 0);
		fd[n] = sv[1];
		if (ctlsock_connection(w.control.sock, sv[0]) == -1)
			break;
	}
	assert_in_range(n, 8, 128);
	assert_int_equal(recv(fd[n], sv, 1, 0), 0);
	for (i = 0; i <= n; i++)
		(void)close(fd[i]);
	loop();
	assert_int_equal(ctlsock_connections(w.control.sock), 0);
	(void)close(dial());
}

static void
fill_suppressions(unsigned n)
{
	struct suppression s;
	unsigned i;

	memset(&s, 0, sizeof(s));
	memcpy(s.compartment, w.control.tenancy, sizeof(s.compartment));
	s.reason = SUPPRESSION_MANUAL;
	assert_int_equal(store_begin(w.control.store), 0);
	for (i = 0; i < n; i++) {
		(void)snprintf(s.address, sizeof(s.address),
		    "a%05u@example.org", i);
		assert_int_equal(suppression_put(w.control.suppress, &s),
		    STORE_OK);
	}
	assert_int_equal(store_commit(w.control.store), 0);
}

/* An answer that is read a page at a time is waited for, an idle edctl not. */
static void
reader_that_pauses_gets_all(void **state)
{
	static uint8_t drain[65536];
	uint8_t buf[512];
	size_t n, got;
	unsigned i;
	ssize_t r;
	int fd, idle;

	fill_suppressions(3000);
	fd = dial();
	n = frame_hello(buf, CTL_VERSION);
	n += frame_command(buf + n, "suppression", "list");
	assert_int_equal(send(fd, buf, n, 0), (ssize_t)n);
	loop();
	idle = dial();
	for (i = 0; i < 600; i++)
		ctlsock_look(w.control.sock);
	assert_int_equal(recv(idle, drain, 1, 0), 0);
	assert_int_equal(ctlsock_connections(w.control.sock), 1);
	for (got = 0; (r = recv(fd, drain, sizeof(drain), 0)) > 0;) {
		got += (size_t)r;
		loop();
	}
	assert_int_equal(errno, EAGAIN);
	assert_true(got > 3000 * 100);
	/* But not for ever. */
	n = frame_command(buf, "suppression", "list");
	assert_int_equal(send(fd, buf, n, 0), (ssize_t)n);
	loop();
	for (i = 0; i < 30000; i++)
		ctlsock_look(w.control.sock);
	assert_int_equal(ctlsock_connections(w.control.sock), 0);
	(void)close(fd);
	(void)close(idle);
}

/* A connection of a member of the group. */
static int
dial_as(uid_t uid)
{
	int sv[2];

	ctlsock_allow_group(w.control.sock, true, (uint32_t)getegid());
	assert_int_equal(seteuid(uid), 0);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sv), 0);
	assert_int_equal(seteuid(0), 0);
	if (ctlsock_connection(w.control.sock, sv[0]) == 0)
		return sv[1];
	(void)close(sv[1]);
	return -1;
}

/* Whether a command is answered, and not by there being too many. */
static bool
is_served(int fd)
{
	static uint8_t answer[65536];
	uint8_t buf[512];
	bool refused;
	ssize_t r;
	size_t n;

	n = frame_hello(buf, CTL_VERSION);
	n += frame_command(buf + n, "user", "list");
	assert_int_equal(send(fd, buf, n, MSG_NOSIGNAL), (ssize_t)n);
	loop();
	r = recv(fd, answer, sizeof(answer), 0);
	assert_true(r > 0);
	refused = memmem(answer, (size_t)r, "too many edctl at once", 22) !=
	    NULL;
	return !refused;
}

/* Connections of users that ask for much and read nothing. */
static size_t
crowd(uid_t uid, int *fd, size_t max)
{
	uint8_t buf[512];
	size_t i, len;

	len = frame_hello(buf, CTL_VERSION);
	len += frame_command(buf + len, "suppression", "list");
	for (i = 0; i < max; i++) {
		fd[i] = dial_as(uid);
		if (fd[i] == -1)
			break;
		assert_int_equal(send(fd[i], buf, len, MSG_NOSIGNAL),
		    (ssize_t)len);
	}
	loop();
	return i;
}

/* Who does not read locks nobody out: not himself for long, never root. */
static void
readers_that_do_not_read_lock_nobody_out(void **state)
{
	int fd[5 * 20], last;
	size_t i, n;

	if (geteuid() != 0)
		skip();
	fill_suppressions(3000);
	n = crowd(1001, fd, 20);
	assert_int_equal(ctlsock_connections(w.control.sock), 16);
	/* Others of the group are still heard. */
	last = dial_as(2001);
	assert_true(is_served(last));
	(void)close(last);
	loop();
	for (i = 0; i < 4; i++)
		n += crowd((uid_t)(1002 + i), fd + n, 16);
	assert_int_equal(ctlsock_connections(w.control.sock), 48);
	/* root is heard at once; others are told, then have their room. */
	last = dial();
	assert_true(is_served(last));
	(void)close(last);
	loop();
	for (i = 0; i < 3; i++)
		ctlsock_look(w.control.sock);
	last = dial_as(2001);
	assert_false(is_served(last));
	(void)close(last);
	loop();
	for (i = 0; i < 6; i++)
		ctlsock_look(w.control.sock);
	last = dial_as(2001);
	assert_true(is_served(last));
	(void)close(last);
	last = dial_as(1001);
	assert_true(is_served(last));
	(void)close(last);
	for (i = 0; i < n; i++)
		(void)close(fd[i]);
	loop();
	assert_int_equal(ctlsock_connections(w.control.sock), 0);
}

static void
reader_that_does_not_read_costs_little(void **state)
{
	static uint8_t drain[4096];
	uint8_t buf[512];
	size_t n, got;
	ssize_t r;
	unsigned i;
	int fd;

	fill_suppressions(3000);
	fd = dial();
	n = frame_hello(buf, CTL_VERSION);
	n += frame_command(buf + n, "suppression", "list");
	assert_int_equal(send(fd, buf, n, 0), (ssize_t)n);
	got = 0;
	for (i = 0; i < 1000; i++) {
		loop();
		r = recv(fd, drain, sizeof(drain), 0);
		if (r <= 0)
			break;
		got += (size_t)r;
	}
	assert_int_equal(r, -1);
	assert_true(got > 3000 * 100);
	(void)close(fd);

	/* gone in the middle of the answer */
	fd = dial();
	assert_int_equal(send(fd, buf, n, 0), (ssize_t)n);
	loop();
	(void)close(fd);
	loop();
	assert_int_equal(ctlsock_connections(w.control.sock), 0);
}

/* A listening socket with a name of its own, and one connected to it. */
static void
listener(int *listening, int *connected)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	socklen_t len;

	*listening = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	len = sizeof(sa_family_t); /* Linux chooses an abstract name */
	assert_int_equal(bind(*listening, (struct sockaddr *)&sun, len), 0);
	assert_int_equal(listen(*listening, 4), 0);
	len = sizeof(sun);
	assert_int_equal(getsockname(*listening, (struct sockaddr *)&sun, &len),
	    0);
	*connected = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(connect(*connected, (struct sockaddr *)&sun, len), 0);
}

static void
accepting_pauses_without_descriptors(void **state)
{
	struct rlimit rl, none;
	int listening, fd, unused;

	listener(&listening, &fd);
	assert_int_equal(ctlsock_listen(w.control.sock, listening), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &rl), 0);
	unused = dup(0);
	none = rl;
	none.rlim_cur = (rlim_t)unused;
	(void)close(unused);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	loop();
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &rl), 0);
	loop();
	assert_int_equal(ctlsock_connections(w.control.sock), 0);
	while (ctlsock_connections(w.control.sock) == 0)
		assert_int_equal(event_base_loop(proc_base(), EVLOOP_ONCE), 0);
	(void)close(fd);
	loop();
	assert_int_equal(ctlsock_connections(w.control.sock), 0);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(command_is_answered_again_and_again),
		T(command_in_pieces_is_answered),
		T(hostile_frames_close_their_connection_only),
		T(hostile_words_close_their_connection_only),
		T(descriptor_is_refused),
		T(connections_are_bounded),
		T(reader_that_pauses_gets_all),
		T(readers_that_do_not_read_lock_nobody_out),
		T(reader_that_does_not_read_costs_little),
		T(accepting_pauses_without_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

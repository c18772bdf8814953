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
 * sources: lib/breach.c lib/chan.c lib/msg.c lib/pending.c lib/log.c
 * sources: lib/logsock.c
 * sources: lib/compat.c lib/proto_setup.c lib/proto_conf.c lib/row.c
 * sources: lib/proto_submit.c lib/proto_work.c
 * libs: -levent
 */

/*
 * A queue with very many recipients: this is edd, smtpd and deliver to the
 * real program queue, and fills it with messages to destinations that are
 * down.  At each level it prints what a message costs and what is resident;
 * then it kills queue and starts it again.
 *
 *	million QUEUE FOLDER RECIPIENTS [OCTETS]
 */
#include <sys/socket.h>
#include <sys/wait.h>

#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "chan.h"
#include "compat.h"
#include "log.h"
#include "msg.h"
#include "proto_conf.h"
#include "proto_setup.h"
#include "proto_submit.h"
#include "proto_work.h"

#define WINDOW	     100u /* submitters that wait at a time */
#define DEAD_DOMAINS 100u
#define PROBES	     5000u /* messages measured at a level */
#define BODY_MAX     60000u

/*
 * Queue is at rest when it takes less than a hundredth of a processor for
 * longer than a message waits for the index (INDEX_DELAY_MS).
 */
#define SETTLE_TICK_MS 1000
#define SETTLE_CPU     0.01
#define SETTLE_QUIET   32u
#define SETTLE_SECONDS 180.0

/* Messages that are measured or that fill. */
struct run {
	bool live; /* to the destination that takes them */
	unsigned wanted;
	unsigned begun;
	unsigned taken;
	unsigned delivered;
};

static struct event_base *base;
static struct chan *setup, *submit, *work;
static pid_t queue_pid;
static bool ready, first_batch;
static struct run run;
static uint64_t serial;
static uint32_t octets = 4000;
static const char *program;

static double
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int
ready_cb(struct chan *c, struct msgin *m, void *arg)
{
	ready = true;
	return setup_empty_recv(m);
}

static int
conf_done_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct setup_conf_done done;

	return setup_conf_done_recv(m, &done);
}

static const struct chan_rule setup_rules[] = {
	{ M_SETUP_READY, 0, "ready", ready_cb },
	{ M_SETUP_CONF_DONE, 0, "conf-done", conf_done_cb },
	{ 0, 0, NULL, NULL },
};

static int
state_cb(struct chan *c, struct msgin *m, void *arg)
{
	bool accepting;

	return submit_state_recv(m, &accepting);
}

static const struct chan_rule submit_rules[] = {
	{ M_SUBMIT_STATE, 0, "state", state_cb },
	{ M_SUBMIT_OPENED, CHAN_REPLY, "opened", NULL },
	{ M_SUBMIT_DONE, CHAN_REPLY, "done", NULL },
	{ 0, 0, NULL, NULL },
};

static int
segment_cb(struct chan *c, struct msgin *m, void *arg)
{
	uint64_t number;
	int rc;

	rc = work_segment_recv(m, &number);
	(void)close(msg_take_fd(m));
	return rc;
}

static int
segment_close_cb(struct chan *c, struct msgin *m, void *arg)
{
	uint64_t number;

	return work_segment_close_recv(m, &number);
}

/* As deliver would: one destination takes mail, the others are down. */
static int
batch_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct work_batch b;
	struct work_outcome o;
	uint32_t i;

	if (work_batch_recv(m, &b) == -1)
		return -1;
	first_batch = true;
	memset(&o, 0, sizeof(o));
	o.batch = b.batch;
	o.outcome = OUTCOME_HOST_DOWN;
	o.failure = FAILURE_OTHER;
	if (strcmp(b.destination, "live.example") == 0) {
		o.outcome = OUTCOME_DELIVERED;
		o.failure = FAILURE_NONE;
		run.delivered++;
	}
	(void)strlcpy(o.text, "connection refused", sizeof(o.text));
	for (i = 0; i < b.rcpts; i++) {
		o.index = b.rcpt[i].index;
		(void)work_outcome_send(c, &o);
	}
	work_batch_clear(&b);
	return 0;
}

static const struct chan_rule work_rules[] = {
	{ M_WORK_SEGMENT, CHAN_FD, "segment", segment_cb },
	{ M_WORK_SEGMENT_CLOSE, 0, "segment-close", segment_close_cb },
	{ M_WORK_BATCH, 0, "batch", batch_cb },
	{ 0, 0, NULL, NULL },
};

static void
down_cb(struct chan *c, void *arg)
{
	fatalx("%s: queue is gone", chan_name(c));
}

/* One end to queue, the other is ours. */
static struct chan *
connect_peer(enum proc_conv conv, enum proc_kind kind, const char *name,
    const struct chan_rule *rules)
{
	struct setup_peer peer = { conv, kind, 0 };
	struct chan *c;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		fd) == -1)
		fatal("socketpair");
	c = chan_new(base, fd[0], name, rules, NULL);
	if (c == NULL || setup_peer_send(setup, &peer, fd[1]) == -1)
		fatal("%s", name);
	chan_on_down(c, down_cb);
	return c;
}

static void
send_conf(const char *folder)
{
	struct setup_start start;
	struct conf_global global;
	struct conf_queue queue;

	memset(&start, 0, sizeof(start));
	start.kind = PROC_QUEUE;
	start.foreground = true;
	(void)strlcpy(start.dir, folder, sizeof(start.dir));
	(void)setup_start_send(setup, &start);
	memset(&global, 0, sizeof(global));
	(void)strlcpy(global.hostname, "mail.example.org",
	    sizeof(global.hostname));
	memset(&queue, 0, sizeof(queue));
	queue.expire = 4 * 86400;
	queue.journal_keep = 86400;
	queue.retries = 1;
	queue.retry[0] = 300;
	queue.reserve_bytes = 1 << 20;
	(void)setup_conf_begin_send(setup, 1);
	(void)conf_global_send(setup, &global);
	(void)conf_queue_send(setup, &queue);
	(void)setup_conf_end_send(setup, 1);
}

/* Start queue; seconds until it sent the first batch, or was ready. */
static double
start(const char *folder, bool until_batch)
{
	double begin;
	int fd[2];

	begin = now();
	ready = first_batch = false;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		fd) == -1)
		fatal("socketpair");
	queue_pid = fork();
	if (queue_pid == -1)
		fatal("fork");
	if (queue_pid == 0) {
		/* Its own end alone, or it would not see that this one ends. */
		if (fd[1] == PROC_SETUP_FD)
			(void)fcntl(fd[1], F_SETFD, 0);
		else if (dup2(fd[1], PROC_SETUP_FD) == -1)
			_exit(1);
		(void)execl(program, program, (char *)NULL);
		_exit(1);
	}
	(void)close(fd[1]);
	setup = chan_new(base, fd[0], "queue", setup_rules, NULL);
	if (setup == NULL)
		fatal("queue");
	send_conf(folder);
	submit = connect_peer(CONV_SUBMIT, PROC_SMTPD, "submit", submit_rules);
	work = connect_peer(CONV_WORK, PROC_DELIVER, "work", work_rules);
	while (!ready || (until_batch && !first_batch))
		(void)event_base_loop(base, EVLOOP_ONCE);
	return now() - begin;
}

/* End it, in order or not; seconds that took. */
static double
stop(bool in_order)
{
	double begin;

	begin = now();
	if (in_order) {
		(void)setup_empty_send(setup, M_SETUP_STOP);
		(void)chan_flush_blocking(setup, 1000);
	} else
		(void)kill(queue_pid, SIGKILL);
	(void)waitpid(queue_pid, NULL, 0);
	chan_free(setup);
	chan_free(submit);
	chan_free(work);
	return now() - begin;
}

static void begin_one(void);

static int
done_cb(struct msgin *m, void *arg)
{
	struct submit_done done;

	if (m == NULL || submit_done_recv(m, &done) == -1)
		return -1;
	if (done.status != SUBMIT_OK)
		fatalx("not taken: %d", (int)done.status);
	run.taken++;
	if (run.begun < run.wanted)
		begin_one();
	return 0;
}

static void
send_rest(uint64_t id)
{
	static char body[BODY_MAX];
	static struct submit_commit commit;
	struct submit_rcpt rcpt;

	if (body[0] == '\0')
		memset(body, 'x', sizeof(body));
	memset(&rcpt, 0, sizeof(rcpt));
	rcpt.message = id;
	if (run.live)
		(void)snprintf(rcpt.address, sizeof(rcpt.address),
		    "r%llu@live.example", (unsigned long long)serial);
	else
		(void)snprintf(rcpt.address, sizeof(rcpt.address),
		    "r%llu@dead-%u.example", (unsigned long long)serial,
		    (unsigned)(serial % DEAD_DOMAINS));
	serial++;
	(void)submit_data_send(submit, id, body, octets);
	(void)submit_rcpt_send(submit, &rcpt);
	(void)strlcpy(commit.sender, "news@example.org", sizeof(commit.sender));
	(void)strlcpy(commit.return_path, "news@example.org",
	    sizeof(commit.return_path));
	(void)strlcpy(commit.from, "news@example.org", sizeof(commit.from));
	(void)strlcpy(commit.message_id, "<0123456789abcdef@mail.example.org>",
	    sizeof(commit.message_id));
	(void)strlcpy(commit.user, "ocid1.user.edd..aaaaaaaaaaaaaaaaaaaaaaaaaa",
	    sizeof(commit.user));
	(void)strlcpy(commit.source, "192.0.2.1", sizeof(commit.source));
	commit.message = id;
	commit.size = octets;
	commit.rcpts = 1;
	(void)submit_commit_send(submit, chan_request(submit, done_cb, NULL),
	    &commit);
}

static int
opened_cb(struct msgin *m, void *arg)
{
	struct submit_opened opened;

	if (m == NULL || submit_opened_recv(m, &opened) == -1)
		return -1;
	if (opened.status != SUBMIT_OK)
		fatalx("not opened: %d", (int)opened.status);
	send_rest(opened.message);
	return 0;
}

static void
begin_one(void)
{
	run.begun++;
	(void)submit_open_send(submit, chan_request(submit, opened_cb, NULL),
	    octets);
}

/* So many messages through; the seconds that took. */
static double
go(unsigned count, bool live)
{
	double begin;
	unsigned i;

	begin = now();
	memset(&run, 0, sizeof(run));
	run.live = live;
	run.wanted = count;
	for (i = 0; i < WINDOW && i < count; i++)
		begin_one();
	while (run.taken < count || (live && run.delivered < count))
		(void)event_base_loop(base, EVLOOP_ONCE);
	return now() - begin;
}

/* A number of /proc/PID/status, in kB. */
static unsigned long
resident(const char *name)
{
	unsigned long kb = 0;
	char path[64], line[256];
	size_t len = strlen(name);
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)queue_pid);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, len) == 0)
			kb = strtoul(line + len, NULL, 10);
	(void)fclose(f);
	return kb;
}

/* CPU seconds of queue so far. */
static double
cpu(void)
{
	unsigned long long ns = 0;
	char path[64];
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/schedstat",
	    (int)queue_pid);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%llu", &ns) != 1)
		ns = 0;
	(void)fclose(f);
	return (double)ns / 1e9;
}

/*
 * Wait until queue has nothing to do but to wait: what goes into the index
 * some time after it was accepted is work of those messages, not of the next.
 * Its microseconds of CPU for each message since the last level.
 */
static double
settle(unsigned messages)
{
	double begin = now(), first = cpu(), last, before;
	struct timeval tick = { SETTLE_TICK_MS / 1000,
		SETTLE_TICK_MS % 1000 * 1000 };
	unsigned quiet = 0;

	for (before = first; quiet < SETTLE_QUIET; before = last) {
		(void)event_base_loopexit(base, &tick);
		(void)event_base_dispatch(base);
		last = cpu();
		quiet = last - before < SETTLE_CPU ? quiet + 1 : 0;
		if (now() - begin > SETTLE_SECONDS)
			break;
	}
	return messages == 0 ? 0 : (last - first) * 1e6 / messages;
}

/* What messages cost at this level. */
static void
measure(unsigned level, unsigned filled)
{
	double accept, through, settled, c0, c1, c2;

	settled = settle(filled);
	c0 = cpu();
	through = go(PROBES, true);
	c1 = cpu();
	accept = go(PROBES, false);
	c2 = cpu();
	printf("%10u %12.0f %10.1f %12.0f %10.1f %10.1f %10.1f %10.1f\n", level,
	    PROBES / accept, (c2 - c1) * 1e6 / PROBES, PROBES / through,
	    (c1 - c0) * 1e6 / PROBES, settled,
	    (double)resident("VmRSS:") / 1024,
	    (double)resident("VmHWM:") / 1024);
	(void)fflush(stdout);
}

int
main(int argc, char **argv)
{
	static const unsigned levels[] = { 0, 10000, 100000, 250000, 500000,
		1000000, 2000000 };
	unsigned wanted, fill, filled = 0;
	double seconds;
	size_t i;

	if (argc < 4) {
		(void)fprintf(stderr,
		    "usage: million QUEUE FOLDER RECIPIENTS [OCTETS]\n");
		return 2;
	}
	program = argv[1];
	wanted = (unsigned)strtoul(argv[3], NULL, 10);
	if (argc > 4)
		octets = (uint32_t)strtoul(argv[4], NULL, 10);
	if (octets > BODY_MAX)
		octets = BODY_MAX;
	log_init("million", true, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	(void)start(argv[2], false);
	printf("messages of %u octets, %u waiting submitters\n\n", octets,
	    WINDOW);
	printf("%10s %12s %10s %12s %10s %10s %10s %10s\n", "queued",
	    "accept/s", "cpu us", "through/s", "cpu us", "later us", "RSS MB",
	    "peak MB");
	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (levels[i] > wanted)
			break;
		fill = levels[i] > filled ? levels[i] - filled : 0;
		if (fill > 0)
			(void)go(fill, false);
		measure(levels[i], fill);
		filled = levels[i] + PROBES;
	}
	seconds = stop(false);
	seconds = start(argv[2], true);
	printf("\nafter kill -9, to the first batch: %.2f s, %.1f MB\n",
	    seconds, (double)resident("VmRSS:") / 1024);
	seconds = stop(true);
	printf("end in order: %.2f s\n", seconds);
	seconds = start(argv[2], true);
	printf("after that, to the first batch: %.2f s, %.1f MB, peak %.1f\n",
	    seconds, (double)resident("VmRSS:") / 1024,
	    (double)resident("VmHWM:") / 1024);
	(void)stop(false);
	return 0;
}

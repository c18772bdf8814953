/* sources: queue/jindex.c queue/jread.c queue/trace.c queue/blob.c */
/* sources: queue/journal.c queue/traffic.c lib/window.c queue/clock.c */
/* sources: lib/crc32c.c lib/date.c lib/id.c lib/row.c lib/msg.c lib/log.c lib/logsock.c lib/compat.c */
/* libs: -levent -ljson-c */
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
 * How long a trace takes over a large journal: writes events of two weeks
 * with their index into a folder, then asks for messages and recipients.
 *
 *	journal folder [events]
 */
#include <sys/resource.h>
#include <sys/stat.h>

#include <event2/event.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "date.h"
#include "id.h"
#include "jindex.h"
#include "jread.h"
#include "log.h"
#include "qbounds.h"
#include "trace.h"

#define HOURS	 (14u * 24u)
#define EVENTS	 10000000ull
#define RCPTS	 200000u /* recipients that mail goes to */
#define LINE_MAX 1024u

struct writer {
	const char *folder;
	FILE *file;
	int index;
	struct jindex run;
	uint64_t size;
	uint64_t octets;
};

struct asked {
	bool over;
	unsigned long rows;
	unsigned long events;
	int64_t longest; /* turn of the loop, microseconds */
};

static void __attribute__((noreturn)) stop(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t
now_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000;
}

static void
open_hour(struct writer *w, int64_t seconds)
{
	char name[JOURNAL_NAME_SIZE], path[512];

	if (journal_hour_name(seconds, name) == -1)
		stop("date");
	(void)snprintf(path, sizeof(path), "%s/%s", w->folder, name);
	w->file = fopen(path, "w");
	(void)snprintf(path, sizeof(path), "%s/%.10s.idx", w->folder, name);
	w->index = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (w->file == NULL || w->index == -1)
		stop(path);
	w->size = 0;
	jindex_start(&w->run, 0);
}

static void
close_hour(struct writer *w)
{
	if (jindex_write(&w->run, w->index) == -1 || fclose(w->file) != 0)
		stop("write");
	(void)close(w->index);
	w->octets += w->size;
}

/* An event as queue writes it: each message is accepted, then relayed. */
static void
put_event(struct writer *w, int64_t seconds, uint64_t n)
{
	char line[LINE_MAX], when[DATE_RFC3339_SIZE], id[ID_TEXT_SIZE];
	char rcpt[64], mid[64];
	uint64_t m = n / 2;
	int len;

	if (date_rfc3339(seconds, (int)(n % 1000), when, sizeof(when)) == -1)
		stop("date");
	(void)id_format((uint64_t)seconds / 3600 * 3600000000ull + m, id);
	(void)snprintf(rcpt, sizeof(rcpt), "customer%u@example%u.net",
	    (unsigned)(m * 2654435761u % RCPTS), (unsigned)(m % 100));
	(void)snprintf(mid, sizeof(mid), "<%" PRIu64 ".x@example.org>", m);
	len = snprintf(line, sizeof(line),
	    "{\"time\":\"%s\",\"event\":\"%s\",\"id\":\"%s\","
	    "\"recipient\":\"%s\",\"sender\":\"news@example.org\","
	    "\"from\":\"news@example.org\",\"messageId\":\"%s\","
	    "\"user\":\"ocid1.user.edd..5jjriycwuzeor3l2qtgrit5ff4\","
	    "\"compartment\":\"ocid1.compartment.edd..zeeor7q2arwubsrsvih\","
	    "\"code\":250,\"enhanced\":\"2.0.0\",\"text\":\"Ok: queued\","
	    "\"host\":\"mx1.example.net\",\"address\":\"192.0.2.25\","
	    "\"tls\":\"TLSv1.3 TLS_AES_256_GCM_SHA384\",\"attempt\":1}\n",
	    when, n % 2 == 0 ? "accepted" : "relayed", id, rcpt, mid);
	jindex_add(&w->run, jindex_hash(JINDEX_ID, id), w->size);
	jindex_add(&w->run, jindex_hash(JINDEX_RECIPIENT, rcpt), w->size);
	jindex_add(&w->run, jindex_hash(JINDEX_MESSAGE_ID, mid), w->size);
	if (fwrite(line, 1, (size_t)len, w->file) != (size_t)len)
		stop("write");
	w->size += (uint64_t)len;
	w->run.end = w->size;
	if (++w->run.events >= JINDEX_EVENTS &&
	    jindex_write(&w->run, w->index) == -1)
		stop("write");
}

static void
make(struct writer *w, int64_t start, uint64_t events)
{
	uint64_t n = 0, end;
	unsigned hour;

	for (hour = 0; hour < HOURS; hour++) {
		open_hour(w, start + hour * 3600);
		for (end = events * (hour + 1) / HOURS; n < end; n++)
			put_event(w, start + hour * 3600, n);
		close_hour(w);
	}
}

static void
row_cb(const struct row *row, void *arg)
{
	struct asked *a = arg;

	a->rows++;
}

static void
end_cb(unsigned long events, void *arg)
{
	struct asked *a = arg;

	a->events = events;
	a->over = true;
}

static void
ask(struct event_base *base, const char *folder, const char *what,
    const char *word)
{
	struct asked a = { .over = false };
	int64_t start = now_us(), turn;
	struct rusage ru;
	struct trace *t;

	t = trace_start(base, folder, word, row_cb, end_cb, &a);
	if (t == NULL)
		stop("trace");
	while (!a.over) {
		turn = now_us();
		(void)event_base_loop(base, EVLOOP_ONCE);
		turn = now_us() - turn;
		if (turn > a.longest)
			a.longest = turn;
	}
	trace_free(t);
	(void)getrusage(RUSAGE_SELF, &ru);
	(void)printf("%-22s %8.3f s  %5lu events  longest turn %6.1f ms  peak "
		     "%ld KB\n",
	    what, (double)(now_us() - start) / 1e6, a.rows,
	    (double)a.longest / 1e3, ru.ru_maxrss);
}

int
main(int argc, char **argv)
{
	struct writer w = { .folder = argv[1] };
	int64_t start = INT64_C(1764000000) / 3600 * 3600;
	uint64_t events = EVENTS, m;
	struct event_base *base;
	char word[64], id[ID_TEXT_SIZE];

	log_init("journal", true, 0);
	if (argc < 2) {
		(void)fprintf(stderr, "usage: journal folder [events]\n");
		return 1;
	}
	if (argc > 2)
		events = strtoull(argv[2], NULL, 10);
	make(&w, start, events);
	jindex_clear(&w.run);
	(void)printf("%" PRIu64 " events in %u files, %" PRIu64 " MB\n", events,
	    HOURS, w.octets >> 20);
	base = event_base_new();
	ask(base, w.folder, "id, two weeks old",
	    id_format((uint64_t)start * 1000000 + 5, id));
	m = events / 2 - 5;
	ask(base, w.folder, "id, an hour old",
	    id_format(((uint64_t)start + (HOURS - 1) * 3600) * 1000000 + m,
		id));
	(void)snprintf(word, sizeof(word), "customer%u@example%u.net",
	    (unsigned)(m * 2654435761u % RCPTS), (unsigned)(m % 100));
	ask(base, w.folder, "recipient", word);
	(void)snprintf(word, sizeof(word), "%" PRIu64 ".x@example.org", m);
	ask(base, w.folder, "Message-ID", word);
	ask(base, w.folder, "recipient, unknown", "nobody@example.net");
	event_base_free(base);
	return 0;
}

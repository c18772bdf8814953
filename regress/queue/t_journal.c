/* sources: queue/jindex.c queue/jread.c lib/crc32c.c */
/* sources: queue/journal.c queue/traffic.c lib/window.c queue/trace.c queue/blob.c queue/clock.c */
/* sources: lib/date.c lib/id.c lib/row.c lib/msg.c lib/log.c lib/logsock.c lib/compat.c */
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
 * The journal: each event is one line of valid JSON, whatever was said; and
 * a trace tells it again.
 */
#include <sys/stat.h>
#include <sys/syscall.h>

#include <dirent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "journal.h"
#include "jread.h"
#include "log.h"
#include "qbounds.h"
#include "row.h"
#include "trace.h"

/* The wall clock goes wrong by so many seconds. */
static long step;

/* It stands in the middle of an hour: none ends in a test that has no step. */
int
clock_gettime(clockid_t id, struct timespec *ts)
{
	static time_t start;

	if (syscall(SYS_clock_gettime, id, ts) == -1)
		return -1;
	if (id != CLOCK_REALTIME)
		return 0;
	if (start == 0)
		start = ts->tv_sec / 3600 * 3600 + 1800;
	ts->tv_sec = start + step;
	return 0;
}

struct world {
	struct event_base *base;
	struct journal *journal;
	char folder[64];
	char text[65536];
	unsigned rows;
	unsigned long events;
	bool over;
	char last[256];
};

static int
setup(void **state)
{
	struct world *w;

	step = 0;
	w = calloc(1, sizeof(*w));
	(void)snprintf(w->folder, sizeof(w->folder), "/tmp/edd-jnl.XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	w->base = event_base_new();
	w->journal = journal_new(w->base, w->folder);
	assert_non_null(w->journal);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;
	char command[128];

	journal_free(w->journal);
	event_base_free(w->base);
	(void)snprintf(command, sizeof(command), "rm -rf %s", w->folder);
	free(w);
	return system(command);
}

/* All that is on disk. */
static char *
content(struct world *w)
{
	char path[512];
	struct dirent *d;
	size_t n = 0;
	DIR *dir;
	FILE *f;

	journal_flush(w->journal);
	dir = opendir(w->folder);
	while ((d = readdir(dir)) != NULL) {
		if (strstr(d->d_name, ".jsonl") == NULL)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", w->folder,
		    d->d_name);
		f = fopen(path, "r");
		n += fread(w->text + n, 1, sizeof(w->text) - 1 - n, f);
		(void)fclose(f);
	}
	(void)closedir(dir);
	w->text[n] = '\0';
	return w->text;
}

static const struct {
	const char *label, *in, *out;
} texts[] = {
	{ "plain", "550 5.1.1 No such user", "550 5.1.1 No such user" },
	{ "quotes", "say \"no\" \\ stop", "say \"no\" \\ stop" },
	{ "line ends", "a\r\nb\tc", "a\r\nb\tc" },
	{ "UTF-8",
	    "Gr\xc3\xbc\xc3\x9f"
	    "e",
	    "Gr\xc3\xbc\xc3\x9f"
	    "e" },
	{ "no UTF-8", "a\xff\xc3(b", "a\xef\xbf\xbd\xef\xbf\xbd(b" },
	{ "surrogate", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "overlong", "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "cut", "x\xe2\x82", "x\xef\xbf\xbd\xef\xbf\xbd" },
};

static void
test_any_text_is_one_line_of_json(void **state)
{
	struct world *w = *state;
	struct json_object *o, *v;
	char *line, *save;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		journal_begin(w->journal, "bounced", i + 1);
		journal_str(w->journal, "text", texts[i].in);
		journal_num(w->journal, "code", 550);
		journal_end(w->journal);
	}
	line = strtok_r(content(w), "\n", &save);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_non_null(line);
		o = json_tokener_parse(line);
		assert_non_null(o);
		assert_true(json_object_object_get_ex(o, "text", &v));
		if (strcmp(json_object_get_string(v), texts[i].out) != 0)
			fail_msg("%s: %s", texts[i].label, line);
		json_object_put(o);
		line = strtok_r(NULL, "\n", &save);
	}
	assert_null(line);
}

static void
test_empty_fields_are_left_out(void **state)
{
	struct world *w = *state;

	journal_begin(w->journal, "accepted", 0);
	journal_str(w->journal, "sender", "");
	journal_str(w->journal, "host", NULL);
	journal_end(w->journal);
	assert_null(strstr(content(w), "sender"));
	assert_null(strstr(w->text, "host"));
	assert_null(strstr(w->text, "\"id\""));
}

static void
row_cb(const struct row *row, void *arg)
{
	struct world *w = arg;

	w->rows++;
	(void)snprintf(w->last, sizeof(w->last), "%s", row_value(row, "event"));
}

static void
end_cb(unsigned long events, void *arg)
{
	struct world *w = arg;

	w->events = events;
	w->over = true;
}

static void
trace(struct world *w, const char *word)
{
	struct trace *t;

	w->rows = 0;
	w->over = false;
	journal_flush(w->journal);
	t = trace_start(w->base, w->folder, word, row_cb, end_cb, w);
	assert_non_null(t);
	while (!w->over)
		(void)event_base_loop(w->base, EVLOOP_ONCE);
	trace_free(t);
}

static void
test_trace_tells_the_whole_story(void **state)
{
	struct world *w = *state;
	unsigned i;

	for (i = 1; i <= 3; i++) {
		journal_begin(w->journal, "accepted", i);
		journal_str(w->journal, "messageId", "<a@example.org>");
		journal_str(w->journal, "recipient",
		    i == 2 ? "Two@example.net" : "one@example.net");
		journal_end(w->journal);
		journal_begin(w->journal, "relayed", i);
		journal_end(w->journal);
	}
	trace(w, "00000000000002");
	assert_int_equal(w->rows, 2);
	assert_string_equal(w->last, "relayed");
	trace(w, "two@example.net");
	assert_int_equal(w->rows, 2);
	trace(w, "a@example.org");
	assert_int_equal(w->rows, 6);
	trace(w, "nobody@example.net");
	assert_int_equal(w->rows, 0);
	assert_int_equal(w->events, 0);
}

#define EVENTS 40000u

/* Two events a message, two messages a recipient, as many as make two runs. */
static void
write_many(struct world *w)
{
	char text[64];
	unsigned i;

	for (i = 0; i < EVENTS; i++) {
		journal_begin(w->journal, i % 2 == 0 ? "accepted" : "relayed",
		    1000 + i / 2);
		(void)snprintf(text, sizeof(text), "r%u@example.net", i / 4);
		journal_str(w->journal, "recipient", text);
		(void)snprintf(text, sizeof(text), "<m%u@example.org>", i / 2);
		journal_str(w->journal, "messageId", text);
		journal_end(w->journal);
	}
}

static void
check_many(struct world *w)
{
	static const unsigned at[] = { 0, 16382, 16384, 32767, 32768, 39998 };
	char word[64];
	size_t i;

	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		(void)snprintf(word, sizeof(word), "%014x", 1000 + at[i] / 2);
		trace(w, word);
		assert_int_equal(w->rows, 2);
		(void)snprintf(word, sizeof(word), "R%u@example.NET",
		    at[i] / 4);
		trace(w, word);
		assert_int_equal(w->rows, 4);
		(void)snprintf(word, sizeof(word), "m%u@example.org",
		    at[i] / 2);
		trace(w, word);
		assert_int_equal(w->rows, 2);
	}
	trace(w, "nobody@example.net");
	assert_int_equal(w->rows, 0);
}

/* Octets of all index files; each is changed by damage() if it is given. */
static size_t
each_index(struct world *w, void (*damage)(int))
{
	char path[512];
	struct dirent *d;
	size_t n = 0;
	DIR *dir;
	int fd;

	dir = opendir(w->folder);
	while ((d = readdir(dir)) != NULL) {
		if (strstr(d->d_name, ".idx") == NULL)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", w->folder,
		    d->d_name);
		fd = open(path, O_RDWR);
		n += (size_t)lseek(fd, 0, SEEK_END);
		if (damage != NULL)
			damage(fd);
		(void)close(fd);
	}
	(void)closedir(dir);
	return n;
}

static void
flip(int fd)
{
	assert_int_equal(pwrite(fd, "\xff\xff\xff\xff", 4, 5000), 4);
}

static void
cut(int fd)
{
	assert_int_equal(ftruncate(fd, lseek(fd, 0, SEEK_END) - 9), 0);
}

static void
clobber(int fd)
{
	assert_int_equal(pwrite(fd, "????", 4, 8), 4);
}

/* Whatever becomes of the index, no event is missing from a trace. */
static void
test_index_costs_time_and_no_events(void **state)
{
	struct world *w = *state;

	write_many(w);
	check_many(w);
	assert_true(each_index(w, NULL) > JINDEX_EVENTS * 8);
	/* As after a start: the run that is not full was written. */
	journal_free(w->journal);
	w->journal = journal_new(w->base, w->folder);
	check_many(w);
	(void)each_index(w, flip);
	check_many(w);
	(void)each_index(w, cut);
	check_many(w);
	(void)each_index(w, clobber);
	check_many(w);
}

static void
test_old_files_are_removed(void **state)
{
	struct world *w = *state;
	char path[512];
	FILE *f;
	unsigned i;
	static const char *const names[] = { "2020010100.jsonl",
		"2020010100.idx", "notes.txt" };

	for (i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", w->folder,
		    names[i]);
		f = fopen(path, "w");
		assert_non_null(f);
		(void)fclose(f);
	}
	journal_keep(w->journal, 3600);
	journal_begin(w->journal, "accepted", 1);
	journal_end(w->journal);
	journal_flush(w->journal);
	for (i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", w->folder,
		    names[i]);
		assert_int_equal(access(path, F_OK), i < 2 ? -1 : 0);
	}
}

/* An event with that id, while the clock is wrong by so much. */
static void
event_at(struct world *w, uint64_t id, long hours)
{
	step = hours * 3600;
	journal_begin(w->journal, "accepted", id);
	journal_end(w->journal);
	journal_flush(w->journal);
}

/* The last digit of the id of each event, in the order of reading. */
static const char *
read_ids(struct world *w, struct jread *r)
{
	const char *line;
	uint64_t at;
	size_t n = 0;

	for (;;) {
		at = r->pos;
		line = r->fd == -1 ? NULL : jread_line(r, at, JREAD_BUFFER);
		if (line != NULL)
			w->last[n++] = strstr(line, "\"id\":\"")[19];
		else if (jread_rescan(r) == -1 || jread_next_file(r) != 1)
			break;
	}
	w->last[n] = '\0';
	return w->last;
}

/* Who has read up to a place finds behind it what was written later. */
static void
test_files_are_in_the_order_of_writing(void **state)
{
	struct world *w = *state;
	struct jread r;

	event_at(w, 1, 0);
	event_at(w, 2, 5);
	assert_int_equal(jread_open(&r, w->folder, ""), 0);
	assert_string_equal(read_ids(w, &r), "12");
	event_at(w, 3, 0);
	event_at(w, 4, 1);
	event_at(w, 5, 1);
	/* Also over a start. */
	journal_free(w->journal);
	w->journal = journal_new(w->base, w->folder);
	event_at(w, 6, -3);
	event_at(w, 7, -2);
	assert_string_equal(read_ids(w, &r), "34567");
	event_at(w, 8, 100);
	assert_string_equal(read_ids(w, &r), "8");
	jread_close(&r);
	assert_int_equal(jread_open(&r, w->folder, ""), 0);
	assert_string_equal(read_ids(w, &r), "12345678");
	jread_close(&r);
}

/* Names that run ahead of the clock do not keep files for ever. */
static void
test_old_files_ahead_of_the_clock_are_removed(void **state)
{
	struct timespec old[2] = { { 0 } };
	struct world *w = *state;
	char path[512];
	struct jread r;

	event_at(w, 1, 10000);
	event_at(w, 2, 0);
	assert_int_equal(jread_open(&r, w->folder, ""), 0);
	assert_int_equal(r.names, 2);
	(void)snprintf(path, sizeof(path), "%s/%s", w->folder, r.name[1]);
	old[0].tv_sec = old[1].tv_sec = time(NULL) - 4 * 3600;
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	jread_close(&r);
	journal_keep(w->journal, 2 * 3600);
	event_at(w, 3, 1);
	assert_int_equal(jread_open(&r, w->folder, ""), 0);
	assert_string_equal(read_ids(w, &r), "3");
	jread_close(&r);
}

static void
test_file_that_cannot_be_opened_is_not_passed_over(void **state)
{
	struct world *w = *state;
	struct jread r;
	char path[2][512];
	unsigned i;

	for (i = 0; i < 2; i++) {
		(void)snprintf(path[i], sizeof(path[i]), "%s/202001010%u.jsonl",
		    w->folder, i);
		assert_int_equal(symlink(path[i], path[i]), 0);
	}
	assert_int_equal(jread_open(&r, w->folder, ""), 0);
	assert_int_equal(r.names, 2);
	assert_int_equal(jread_next_file(&r), -1);
	assert_int_equal(r.at, 0);
	assert_int_equal(r.fd, -1);
	/* One that is gone is passed over, the next one waits. */
	assert_int_equal(unlink(path[0]), 0);
	assert_int_equal(jread_next_file(&r), -1);
	assert_int_equal(r.at, 1);
	assert_int_equal(unlink(path[1]), 0);
	(void)close(open(path[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	assert_int_equal(jread_next_file(&r), 1);
	assert_int_equal(r.at, 2);
	assert_int_equal(jread_next_file(&r), 0);
	jread_close(&r);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_any_text_is_one_line_of_json),
		TEST(test_empty_fields_are_left_out),
		TEST(test_trace_tells_the_whole_story),
		TEST(test_index_costs_time_and_no_events),
		TEST(test_old_files_are_removed),
		TEST(test_files_are_in_the_order_of_writing),
		TEST(test_old_files_ahead_of_the_clock_are_removed),
		TEST(test_file_that_cannot_be_opened_is_not_passed_over),
	};

	log_init("t_journal", true, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

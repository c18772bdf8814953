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
 * Writing the journal.  Reading it is trace.c's.
 */
#include "journal.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blob.h"
#include "bounds.h"
#include "clock.h"
#include "crash.h"
#include "date.h"
#include "id.h"
#include "jindex.h"
#include "jread.h"
#include "log.h"
#include "proc.h"
#include "qbounds.h"
#include "row.h"
#include "traffic.h"

struct journal {
	char *folder;
	struct event *flush_ev;
	struct event *keep_ev;	 /* old files go */
	struct traffic *traffic; /* counts of events */
	struct blob out;
	size_t line;	    /* where the event begins in out */
	struct jindex run;  /* of the open file, by its offsets */
	struct jindex keys; /* of what is in out, by the offsets there */
	uint64_t size;	    /* of the open file */
	int index;	    /* its index */
	int fd;
	char hour[JOURNAL_NAME_SIZE]; /* in which it was opened */
	int64_t keep;		      /* seconds; 0: for ever */
	bool failed;		      /* said so already */
};

static void keep_cb(int, short, void *);

static void
flush_cb(int fd, short what, void *arg)
{
	journal_flush(arg);
}

/* Open the journal in a folder, made if it is not there.  NULL: logged. */
struct journal *
journal_new(struct event_base *base, const char *folder)
{
	struct journal *j;

	j = calloc(1, sizeof(*j));
	if (j == NULL)
		return NULL;
	j->fd = j->index = -1;
	j->folder = strdup(folder);
	j->flush_ev = event_new(base, -1, 0, flush_cb, j);
	j->keep_ev = evtimer_new(base, keep_cb, j);
	j->traffic = traffic_new();
	if (j->folder == NULL || j->flush_ev == NULL || j->keep_ev == NULL ||
	    j->traffic == NULL ||
	    (mkdir(folder, 0700) == -1 && errno != EEXIST)) {
		log_warn("journal: %s", folder);
		journal_free(j);
		return NULL;
	}
	/* On a base without priorities it runs in its turn. */
	(void)event_priority_set(j->flush_ev, PROC_PRIORITY_IDLE);
	return j;
}

/* What was gathered of the open file goes into its index. */
static void
write_run(struct journal *j)
{
	if (j->index == -1)
		jindex_start(&j->run, j->size);
	else if (jindex_write(&j->run, j->index) == -1)
		log_warn("journal: a part of its index is missing");
}

static void
close_file(struct journal *j)
{
	if (j->fd != -1)
		(void)close(j->fd);
	if (j->index != -1)
		(void)close(j->index);
	j->fd = j->index = -1;
}

/* Write what waits and free; NULL is allowed. */
void
journal_free(struct journal *j)
{
	if (j == NULL)
		return;
	if (j->flush_ev != NULL) {
		journal_flush(j);
		write_run(j);
		event_free(j->flush_ev);
	}
	if (j->keep_ev != NULL)
		event_free(j->keep_ev);
	close_file(j);
	jindex_clear(&j->run);
	jindex_clear(&j->keys);
	blob_free(&j->out);
	traffic_free(j->traffic);
	free(j->folder);
	free(j);
}

/* Where the files are. */
const char *
journal_folder(const struct journal *j)
{
	return j->folder;
}

/* How many events there were of late. */
struct traffic *
journal_traffic(const struct journal *j)
{
	return j->traffic;
}

/* Whether it is an hour's file, or its index with that. */
static bool
is_ours(const char *name, bool index)
{
	return strspn(name, "0123456789") == 10 &&
	    (strcmp(name + 10, ".jsonl") == 0 ||
		(index && strcmp(name + 10, ".idx") == 0));
}

/* The last of the names of files, or "".  0 or -1. */
static int
newest_name(const struct journal *j, char newest[JOURNAL_NAME_SIZE])
{
	struct dirent *d;
	DIR *dir;

	newest[0] = '\0';
	dir = opendir(j->folder);
	if (dir == NULL)
		return -1;
	while ((d = readdir(dir)) != NULL)
		if (is_ours(d->d_name, false) && strcmp(d->d_name, newest) > 0)
			memcpy(newest, d->d_name, JOURNAL_NAME_SIZE);
	(void)closedir(dir);
	return 0;
}

/*
 * The file for events of an hour.  Files sort as they were written, also when
 * the clock was set back, so that who has read up to a place misses nothing:
 * names then run ahead of it, one an hour.  0 or -1.
 */
static int
choose_name(const struct journal *j, const char *hour,
    char name[JOURNAL_NAME_SIZE])
{
	char newest[JOURNAL_NAME_SIZE];

	if (newest_name(j, newest) == -1)
		return -1;
	if (strcmp(newest, hour) <= 0)
		memcpy(name, hour, JOURNAL_NAME_SIZE);
	else if (j->hour[0] == '\0' || strcmp(j->hour, hour) == 0 ||
	    journal_next_name(newest, name) == -1)
		memcpy(name, newest, JOURNAL_NAME_SIZE);
	return 0;
}

/*
 * The last file that is too old by when it was written, of those whose names
 * run ahead of the clock; as it is if there is none.
 */
static void
find_old_ahead(const char *hour, DIR *dir, int64_t before,
    char oldest[JOURNAL_NAME_SIZE])
{
	struct dirent *d;
	struct stat st;

	while ((d = readdir(dir)) != NULL)
		if (is_ours(d->d_name, false) && strcmp(d->d_name, hour) > 0 &&
		    strcmp(d->d_name, oldest) > 0 &&
		    fstatat(dirfd(dir), d->d_name, &st, 0) == 0 &&
		    st.st_mtime < before)
			(void)journal_next_name(d->d_name, oldest);
	rewinddir(dir);
}

/* What is before the oldest that stays was written before it. */
static void
remove_old(struct journal *j)
{
	int64_t now = clock_wall() / 1000, before = now - j->keep;
	char oldest[JOURNAL_NAME_SIZE], hour[JOURNAL_NAME_SIZE];
	struct dirent *d;
	DIR *dir;

	if (j->keep == 0 || journal_hour_name(before, oldest) == -1 ||
	    journal_hour_name(now, hour) == -1)
		return;
	dir = opendir(j->folder);
	if (dir == NULL)
		return;
	find_old_ahead(hour, dir, before, oldest);
	while ((d = readdir(dir)) != NULL) {
		if (!is_ours(d->d_name, true) ||
		    strncmp(d->d_name, oldest, 10) >= 0)
			continue;
		if (unlinkat(dirfd(dir), d->d_name, 0) == -1)
			log_warn("journal: removing %s", d->d_name);
	}
	(void)closedir(dir);
}

static void
keep_cb(int fd, short what, void *arg)
{
	static const struct timeval hour = { 3600, 0 };
	struct journal *j = arg;

	remove_old(j);
	(void)evtimer_add(j->keep_ev, &hour);
}

/*
 * Files older than so many seconds are removed: now, each hour, and when a new
 * one begins.
 */
void
journal_keep(struct journal *j, int64_t seconds)
{
	j->keep = seconds;
	keep_cb(-1, 0, j);
}

/* A line that a crash has cut must not swallow the next one. */
static void
end_line(struct journal *j)
{
	char last = '\n';

	if (j->size > 0 && pread(j->fd, &last, 1, (off_t)j->size - 1) == 1 &&
	    last != '\n' && write(j->fd, "\n", 1) == 1)
		j->size++;
}

/* The file for this hour is open.  0 or -1. */
static int
need_file(struct journal *j)
{
	char hour[JOURNAL_NAME_SIZE], name[JOURNAL_NAME_SIZE], path[4096];
	struct stat st;
	int n;

	if (journal_hour_name(clock_wall() / 1000, hour) == -1)
		return -1;
	if (j->fd != -1 && strcmp(hour, j->hour) == 0 && !CRASH_BUILD)
		return 0;
	if (choose_name(j, hour, name) == -1)
		return -1;
	n = snprintf(path, sizeof(path), "%s/%s", j->folder, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -1;
	write_run(j);
	close_file(j);
	CRASH("journal-closed");
	j->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (j->fd == -1)
		return -1;
	CRASH("journal-opened");
	(void)snprintf(path, sizeof(path), "%s/%.10s.idx", j->folder, name);
	j->index = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	j->size = fstat(j->fd, &st) == -1 ? 0 : (uint64_t)st.st_size;
	end_line(j);
	jindex_start(&j->run, j->size);
	memcpy(j->hour, hour, sizeof(j->hour));
	remove_old(j);
	CRASH("journal-rotated");
	return 0;
}

/* What was written is at the end of the file: its keys belong to the run. */
static void
take_keys(struct journal *j)
{
	size_t i;

	for (i = 0; i < j->keys.count; i++)
		jindex_add(&j->run, j->keys.entry[i].hash,
		    j->size + j->keys.entry[i].offset);
	j->run.events += j->keys.events;
	j->size += j->out.len;
	j->run.end = j->size;
	if (j->run.events >= JINDEX_EVENTS)
		write_run(j);
}

/*
 * Write what waits.  A full disk loses events, never mail; what is written of
 * them in part is taken back.
 */
void
journal_flush(struct journal *j)
{
	ssize_t n;

	if (j->out.len == 0)
		return;
	n = -1;
	if (j->out.bad)
		errno = ENOMEM;
	else if (need_file(j) == 0) {
		n = write(j->fd, j->out.data, j->out.len);
		/* A short write is one that found no more room. */
		if (n >= 0 && n != (ssize_t)j->out.len)
			errno = ENOSPC;
	}
	if (n == (ssize_t)j->out.len)
		take_keys(j);
	else {
		if (!j->failed)
			log_warn("journal: events are lost");
		if (n > 0 && ftruncate(j->fd, (off_t)j->size) == -1)
			log_warn("journal: an event is cut");
	}
	j->failed = n != (ssize_t)j->out.len;
	blob_reset(&j->out);
	jindex_start(&j->keys, 0);
}

/* Octets of a valid UTF-8 sequence at s, or 0. */
static size_t
utf8_length(const unsigned char *s)
{
	size_t i, n;

	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4;
	else
		return 0;
	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

/* Octets at s that stand for themselves. */
static size_t
plain_length(const unsigned char *s)
{
	size_t n;

	for (n = 0; s[n] >= 0x20 && s[n] < 0x7f; n++)
		if (s[n] == '"' || s[n] == '\\')
			break;
	return n;
}

/*
 * Append a text as the journal has it, a JSON string; octets that are no UTF-8
 * become U+FFFD.
 */
void
journal_put_string(struct blob *b, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n;

	blob_put_u8(b, '"');
	while (*s != '\0') {
		n = plain_length(s);
		if (n == 0)
			n = utf8_length(s);
		if (n > 0) {
			blob_put_data(b, s, n);
			s += n;
			continue;
		}
		if (*s == '"' || *s == '\\') {
			blob_put_u8(b, '\\');
			blob_put_u8(b, *s);
		} else if (*s < 0x20 || *s == 0x7f)
			blob_printf(b, "\\u%04x", *s);
		else
			blob_put_text(b, "\xef\xbf\xbd");
		s++;
	}
	blob_put_u8(b, '"');
}

static void
put_name(struct journal *j, const char *name)
{
	blob_put_text(&j->out, ",\"");
	blob_put_text(&j->out, name);
	blob_put_text(&j->out, "\":");
}

/* Begin an event; id 0: it belongs to no message. */
void
journal_begin(struct journal *j, const char *event, uint64_t id)
{
	char when[DATE_RFC3339_SIZE], text[ID_TEXT_SIZE];
	int64_t now = clock_wall();

	traffic_count(j->traffic, event, now / 1000);
	when[0] = '\0';
	(void)date_rfc3339(now / 1000, (int)(now % 1000), when, sizeof(when));
	j->line = j->out.len;
	j->keys.events++;
	blob_printf(&j->out, "{\"time\":\"%s\",\"event\":\"%s\"", when, event);
	if (id == 0)
		return;
	blob_printf(&j->out, ",\"id\":\"%s\"", id_format(id, text));
	jindex_add(&j->keys, jindex_hash(JINDEX_ID, text), j->line);
}

/* The id of a request, and what of it the client chose. */
static void
add_request(struct journal *j, const char *value)
{
	char own[REQUEST_ID_SIZE];
	size_t len;

	jindex_add(&j->keys, jindex_hash(JINDEX_REQUEST, value), j->line);
	len = strlen(value);
	if (len <= REQUEST_ID_ADDED || len >= sizeof(own))
		return;
	len -= REQUEST_ID_ADDED;
	memcpy(own, value, len);
	own[len] = '\0';
	jindex_add(&j->keys, jindex_hash(JINDEX_REQUEST, own), j->line);
}

/* A field; an empty value is left out. */
void
journal_str(struct journal *j, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	put_name(j, name);
	journal_put_string(&j->out, value);
	if (strcmp(name, "recipient") == 0)
		jindex_add(&j->keys, jindex_hash(JINDEX_RECIPIENT, value),
		    j->line);
	else if (strcmp(name, "messageId") == 0)
		jindex_add(&j->keys, jindex_hash(JINDEX_MESSAGE_ID, value),
		    j->line);
	else if (strcmp(name, "request") == 0)
		add_request(j, value);
}

/* A number. */
void
journal_num(struct journal *j, const char *name, int64_t value)
{
	put_name(j, name);
	blob_printf(&j->out, "%lld", (long long)value);
}

/* The event is complete. */
void
journal_end(struct journal *j)
{
	blob_put_text(&j->out, "}\n");
	if (j->out.len > JOURNAL_BUFFER_MAX)
		journal_flush(j);
	else
		event_active(j->flush_ev, EV_TIMEOUT, 0);
}

/* An event with the fields of a row. */
void
journal_row(struct journal *j, const char *event, const struct row *r)
{
	const struct row_field *f;
	size_t i;

	journal_begin(j, event, 0);
	for (i = 0; i < row_count(r); i++) {
		f = row_at(r, i);
		if (strcmp(f->name, "event") == 0 ||
		    strcmp(f->name, "time") == 0)
			continue;
		journal_str(j, f->name, f->value);
	}
	journal_end(j);
}

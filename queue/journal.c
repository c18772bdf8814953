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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blob.h"
#include "clock.h"
#include "crash.h"
#include "date.h"
#include "id.h"
#include "log.h"
#include "qbounds.h"
#include "row.h"

/* "2026112422.jsonl" and the NUL. */
#define JOURNAL_NAME_SIZE 17u

struct journal {
	char *folder;
	struct event *flush_ev;
	struct blob out;
	int fd;
	char name[JOURNAL_NAME_SIZE]; /* of the open file */
	int64_t keep;		      /* seconds; 0: for ever */
	bool failed;		      /* said so already */
};

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
	j->fd = -1;
	j->folder = strdup(folder);
	j->flush_ev = event_new(base, -1, 0, flush_cb, j);
	if (j->folder == NULL || j->flush_ev == NULL ||
	    (mkdir(folder, 0700) == -1 && errno != EEXIST)) {
		log_warn("journal: %s", folder);
		journal_free(j);
		return NULL;
	}
	return j;
}

/* Write what waits and free; NULL is allowed. */
void
journal_free(struct journal *j)
{
	if (j == NULL)
		return;
	if (j->flush_ev != NULL) {
		journal_flush(j);
		event_free(j->flush_ev);
	}
	if (j->fd != -1)
		(void)close(j->fd);
	blob_free(&j->out);
	free(j->folder);
	free(j);
}

/* Files older than so many seconds are removed when an hour begins. */
void
journal_keep(struct journal *j, int64_t seconds)
{
	j->keep = seconds;
}

/* Where the files are. */
const char *
journal_folder(const struct journal *j)
{
	return j->folder;
}

/* The name of the hour's file. */
static int
hour_name(int64_t seconds, char name[JOURNAL_NAME_SIZE])
{
	char text[DATE_RFC3339_SIZE];

	if (date_rfc3339(seconds, 0, text, sizeof(text)) == -1)
		return -1;
	(void)snprintf(name, JOURNAL_NAME_SIZE, "%.4s%.2s%.2s%.2s.jsonl", text,
	    text + 5, text + 8, text + 11);
	return 0;
}

/* Names sort like the hours they stand for. */
static void
remove_old(struct journal *j)
{
	char oldest[JOURNAL_NAME_SIZE];
	struct dirent *d;
	DIR *dir;

	if (j->keep == 0 ||
	    hour_name(clock_wall() / 1000 - j->keep, oldest) == -1)
		return;
	dir = opendir(j->folder);
	if (dir == NULL)
		return;
	while ((d = readdir(dir)) != NULL) {
		if (strlen(d->d_name) != JOURNAL_NAME_SIZE - 1 ||
		    strcmp(d->d_name + 10, ".jsonl") != 0 ||
		    strcmp(d->d_name, oldest) >= 0)
			continue;
		if (unlinkat(dirfd(dir), d->d_name, 0) == -1)
			log_warn("journal: removing %s", d->d_name);
	}
	(void)closedir(dir);
}

/* The file of this hour is open.  0 or -1. */
static int
need_file(struct journal *j)
{
	char name[JOURNAL_NAME_SIZE], path[4096];
	int n;

	if (hour_name(clock_wall() / 1000, name) == -1)
		return -1;
	if (j->fd != -1 && strcmp(name, j->name) == 0 && !CRASH_BUILD)
		return 0;
	n = snprintf(path, sizeof(path), "%s/%s", j->folder, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -1;
	if (j->fd != -1)
		(void)close(j->fd);
	CRASH("journal-closed");
	j->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (j->fd == -1)
		return -1;
	CRASH("journal-opened");
	memcpy(j->name, name, sizeof(j->name));
	remove_old(j);
	CRASH("journal-rotated");
	return 0;
}

/* Write what waits.  A full disk loses events, never mail. */
void
journal_flush(struct journal *j)
{
	ssize_t n;

	if (j->out.len == 0)
		return;
	n = -1;
	if (!j->out.bad && need_file(j) == 0)
		n = write(j->fd, j->out.data, j->out.len);
	if (n != (ssize_t)j->out.len && !j->failed)
		log_warn("journal: events are lost");
	j->failed = n != (ssize_t)j->out.len;
	blob_reset(&j->out);
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

/* A JSON string; octets that are no UTF-8 become U+FFFD. */
static void
put_string(struct blob *b, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n;

	blob_put_u8(b, '"');
	while (*s != '\0') {
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
		else if (*s >= 0x80)
			blob_put_text(b, "\xef\xbf\xbd");
		else
			blob_put_u8(b, *s);
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

	when[0] = '\0';
	(void)date_rfc3339(now / 1000, (int)(now % 1000), when, sizeof(when));
	blob_printf(&j->out, "{\"time\":\"%s\",\"event\":\"%s\"", when, event);
	if (id != 0)
		blob_printf(&j->out, ",\"id\":\"%s\"", id_format(id, text));
}

/* A field; an empty value is left out. */
void
journal_str(struct journal *j, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	put_name(j, name);
	put_string(&j->out, value);
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

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
 * The reader of the journal's files.
 */
#include "jread.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "date.h"
#include "qbounds.h"

/* The name of the hour's file.  0 or -1. */
int
journal_hour_name(int64_t seconds, char name[JOURNAL_NAME_SIZE])
{
	char text[DATE_RFC3339_SIZE];

	if (date_rfc3339(seconds, 0, text, sizeof(text)) == -1)
		return -1;
	(void)snprintf(name, JOURNAL_NAME_SIZE, "%.4s%.2s%.2s%.2s.jsonl", text,
	    text + 5, text + 8, text + 11);
	return 0;
}

/* The name of the file of the hour after that of a name.  0 or -1. */
int
journal_next_name(const char *name, char next[JOURNAL_NAME_SIZE])
{
	struct tm tm;

	memset(&tm, 0, sizeof(tm));
	if (sscanf(name, "%4d%2d%2d%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		&tm.tm_hour) != 4)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	tm.tm_hour++;
	return journal_hour_name((int64_t)timegm(&tm), next);
}

static int
compare_names(const void *a, const void *b)
{
	char *const *x = a;
	char *const *y = b;

	return strcmp(*x, *y);
}

static int
add_name(struct jread *r, const char *name)
{
	char **p;

	p = reallocarray(r->name, r->names + 1, sizeof(*p));
	if (p == NULL)
		return -1;
	r->name = p;
	p[r->names] = strdup(name);
	if (p[r->names] == NULL)
		return -1;
	r->names++;
	return 0;
}

/* Names of files after that one.  How many, or -1. */
static int
list(struct jread *r, const char *after, bool itself)
{
	struct dirent *d;
	DIR *dir;
	int n = 0, c;

	dir = opendir(r->folder);
	if (dir == NULL)
		return -1;
	while (n != -1 && (d = readdir(dir)) != NULL) {
		if (strlen(d->d_name) != JOURNAL_NAME_SIZE - 1 ||
		    strcmp(d->d_name + 10, ".jsonl") != 0)
			continue;
		c = strcmp(d->d_name, after);
		if (c < 0 || (c == 0 && !itself))
			continue;
		n = add_name(r, d->d_name) == -1 ? -1 : n + 1;
	}
	(void)closedir(dir);
	if (n > 1)
		qsort(r->name + r->names - n, (size_t)n, sizeof(*r->name),
		    compare_names);
	return n;
}

/*
 * The files of a folder from the one named from on ("": all).  0, or -1 with
 * nothing to close.
 */
int
jread_open(struct jread *r, const char *folder, const char *from)
{
	memset(r, 0, sizeof(*r));
	r->fd = r->index = -1;
	r->folder = strdup(folder);
	r->buf = malloc(JREAD_BUFFER + 1);
	if (r->folder == NULL || r->buf == NULL || list(r, from, true) == -1) {
		jread_close(r);
		return -1;
	}
	return 0;
}

static void
close_file(struct jread *r)
{
	if (r->fd != -1)
		(void)close(r->fd);
	if (r->index != -1)
		(void)close(r->index);
	r->fd = r->index = -1;
	r->len = 0;
}

/* Free what belongs to it. */
void
jread_close(struct jread *r)
{
	size_t i;

	close_file(r);
	for (i = 0; i < r->names; i++)
		free(r->name[i]);
	free(r->name);
	free(r->folder);
	free(r->buf);
	memset(r, 0, sizeof(*r));
	r->fd = r->index = -1;
}

/* Look for files that are newer than the last one.  How many, or -1. */
int
jread_rescan(struct jread *r)
{
	return list(r, r->names == 0 ? "" : r->name[r->names - 1],
	    r->names == 0);
}

/*
 * Open the next file; one that was removed is passed over.  1, or 0: there is
 * none; or -1 with errno: it cannot be opened now, and stays the next one.
 */
int
jread_next_file(struct jread *r)
{
	char path[4096];
	int n;

	close_file(r);
	while (r->fd == -1 && r->at < r->names) {
		n = snprintf(path, sizeof(path), "%s/%s", r->folder,
		    r->name[r->at]);
		if (n < 0 || (size_t)n >= sizeof(path)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		r->fd = open(path, O_RDONLY | O_CLOEXEC);
		if (r->fd == -1 && errno != ENOENT)
			return -1;
		r->at++;
		(void)snprintf(path, sizeof(path), "%s/%.10s.idx", r->folder,
		    r->name[r->at - 1]);
		if (r->fd != -1)
			r->index = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (r->fd == -1)
		return 0;
	r->pos = 0;
	jread_grown(r);
	return 1;
}

/*
 * Behind all that is there now, in the newest file: what comes next is new.
 * As jread_next_file(); 0 if there is no file.
 */
int
jread_to_end(struct jread *r)
{
	int rc;

	close_file(r);
	r->at = r->names == 0 ? 0 : r->names - 1;
	rc = jread_next_file(r);
	if (rc == 1)
		r->pos = r->size;
	return rc;
}

/* From the first file on again. */
void
jread_rewind(struct jread *r)
{
	close_file(r);
	r->at = 0;
}

/* The open file may be longer now. */
void
jread_grown(struct jread *r)
{
	struct stat st;

	r->size = fstat(r->fd, &st) == -1 ? 0 : (uint64_t)st.st_size;
	r->len = 0;
}

/* Have octets from at on in the buffer, about ahead of them. */
static int
fill(struct jread *r, uint64_t at, size_t ahead)
{
	ssize_t n;

	if (ahead > JREAD_BUFFER)
		ahead = JREAD_BUFFER;
	n = pread(r->fd, r->buf, ahead, (off_t)at);
	if (n <= 0)
		return -1;
	r->start = at;
	r->len = (size_t)n;
	return 0;
}

/*
 * The line at that place, without its end; r->pos is behind it then.  Octets
 * that are read ahead serve the lines that follow.  NULL: there is no whole
 * line, or it is too long; r->pos is where to go on, or as it was at the end
 * of the file.
 */
const char *
jread_line(struct jread *r, uint64_t at, size_t ahead)
{
	char *line, *end = NULL;

	if (r->len > 0 && at >= r->start && at < r->start + r->len) {
		line = r->buf + (at - r->start);
		end = memchr(line, '\n', r->len - (size_t)(at - r->start));
	}
	if (end == NULL) {
		if (fill(r, at, ahead) == -1)
			return NULL;
		line = r->buf;
		end = memchr(line, '\n', r->len);
		if (end == NULL && r->len == ahead &&
		    fill(r, at, JREAD_BUFFER) == 0)
			end = memchr(line, '\n', r->len);
	}
	if (end == NULL) {
		if (r->len == JREAD_BUFFER)
			r->pos = at + r->len;
		return NULL;
	}
	*end = '\0';
	r->pos = r->start + (uint64_t)(end - r->buf) + 1;
	return line;
}

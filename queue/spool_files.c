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
 * Which files of the folder are segments: at start, before any is read.  A
 * file under a wrong name gets its own back, one that was never written goes,
 * a damaged header is made again, and what is no segment is put aside.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"
#include "corrupt.h"
#include "log.h"
#include "spool_int.h"

/* The name of a file on its way to the name that its header gives. */
#define MOVED_SUFFIX ".moved"

struct names {
	char (*name)[SEGMENT_NAME_SIZE];
	size_t count;
	size_t cap;
};

static int
names_add(struct names *names, const char *name)
{
	char(*p)[SEGMENT_NAME_SIZE];
	size_t cap;

	if (names->count == names->cap) {
		cap = names->cap == 0 ? 64 : names->cap * 2;
		p = reallocarray(names->name, cap, sizeof(*p));
		if (p == NULL)
			return -1;
		names->name = p;
		names->cap = cap;
	}
	/* Both kinds of names fit. */
	(void)strlcpy(names->name[names->count++], name, SEGMENT_NAME_SIZE);
	return 0;
}

static bool
is_moved(const char *name)
{
	size_t len = strlen(name);

	return len < SEGMENT_NAME_SIZE && len > strlen(MOVED_SUFFIX) &&
	    strcmp(name + len - strlen(MOVED_SUFFIX), MOVED_SUFFIX) == 0;
}

/* Names of segments, or of those that are moved.  -1 with errno. */
static int
read_names(struct spool *sp, struct names *names, bool moved)
{
	enum segment_kind kind;
	struct dirent *d;
	uint64_t number;
	DIR *dir;
	int fd, rc = 0;

	names->count = 0;
	fd = openat(sp->segments_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd == -1 ? NULL : fdopendir(fd);
	if (dir == NULL) {
		if (fd != -1)
			(void)close(fd);
		return -1;
	}
	while (rc == 0 && (d = readdir(dir)) != NULL)
		if (moved ? is_moved(d->d_name) :
			    segment_parse_name(d->d_name, &number, &kind) == 0)
			rc = names_add(names, d->d_name);
	(void)closedir(dir);
	return rc;
}

/* Keep a list in the order of numbers. */
static void
insert_segment(struct segment_list *list, struct segment *s)
{
	struct segment *at;

	TAILQ_FOREACH_REVERSE(at, list, segment_list, entry) {
		if (at->number < s->number) {
			TAILQ_INSERT_AFTER(list, at, s, entry);
			return;
		}
	}
	TAILQ_INSERT_HEAD(list, s, entry);
}

static void
remove_file(struct spool *sp, const char *name)
{
	log_info("spool: segments/%s was never written, removed", name);
	if (unlinkat(sp->segments_fd, name, 0) == -1)
		log_warn("spool: segments/%s", name);
	sp->folder_dirty = true;
}

static void
put_aside(struct spool *sp, const char *name)
{
	corrupt_move(sp->corrupt_fd, sp->segments_fd, name);
	sp->folder_dirty = true;
}

/* A segment under another's name steps out of the way. */
static void
step_aside(struct spool *sp, const char *name)
{
	char to[SEGMENT_NAME_SIZE];

	log_warnx("spool: segments/%s is another segment than its name says",
	    name);
	(void)snprintf(to, sizeof(to), "%.*s%s",
	    (int)(sizeof(to) - sizeof(MOVED_SUFFIX)), name, MOVED_SUFFIX);
	if (renameat(sp->segments_fd, name, sp->segments_fd, to) == -1)
		log_warn("spool: segments/%s", name);
	sp->folder_dirty = true;
}

/* And takes its own, unless there is one of that name: then it is a copy. */
static void
take_own_name(struct spool *sp, const char *name)
{
	char own[SEGMENT_NAME_SIZE];
	enum segment_kind kind = SEGMENT_LOG;
	uint64_t number = 0;

	sp->folder_dirty = true;
	if (segment_inspect(sp->segments_fd, name, &number, &kind) !=
	    SEGMENT_MISNAMED) {
		put_aside(sp, name);
		return;
	}
	segment_name(number, kind, own);
	if (faccessat(sp->segments_fd, own, F_OK, 0) == 0) {
		log_warnx("spool: segments/%s is there twice", own);
		put_aside(sp, name);
	} else if (renameat(sp->segments_fd, name, sp->segments_fd, own) == -1)
		log_warn("spool: segments/%s", name);
	else
		log_warnx("spool: segments/%s has its name back", own);
}

static void
check_name(struct spool *sp, const char *name)
{
	enum segment_kind kind;
	uint64_t number;

	if (segment_parse_name(name, &number, &kind) == -1)
		return;
	switch (segment_inspect(sp->segments_fd, name, &number, &kind)) {
	case SEGMENT_SOUND:
	case SEGMENT_HEADLESS:
		break;
	case SEGMENT_MISNAMED:
		step_aside(sp, name);
		break;
	case SEGMENT_UNWRITTEN:
		remove_file(sp, name);
		break;
	case SEGMENT_FOREIGN:
		put_aside(sp, name);
		break;
	}
}

/* A header that is damaged is kept for a person, and made again. */
static void
mend(struct spool *sp, struct segment *s)
{
	log_warnx("spool: segment %016llx: header damaged, made again",
	    (unsigned long long)s->number);
	corrupt_save(sp->corrupt_fd, s, 0, SEGMENT_HEADER_SIZE, 0);
	if (segment_mend(s) == -1)
		log_warn("spool: segment %016llx",
		    (unsigned long long)s->number);
}

static int
open_named(struct spool *sp, const char *name)
{
	enum segment_found found;
	enum segment_kind kind;
	struct segment *s;
	uint64_t number;

	(void)segment_parse_name(name, &number, &kind);
	if (number >= sp->next_segment)
		sp->next_segment = number + 1;
	found = segment_inspect(sp->segments_fd, name, &number, &kind);
	if (found != SEGMENT_SOUND && found != SEGMENT_HEADLESS)
		return 0; /* said before why it stays as it is */
	s = segment_open(sp->segments_fd, number, kind);
	if (s == NULL)
		return -1;
	if (found == SEGMENT_HEADLESS)
		mend(sp, s);
	if (kind == SEGMENT_BIG)
		segment_rest(s);
	insert_segment(kind == SEGMENT_BIG ? &sp->bigs : &sp->logs, s);
	return 0;
}

/*
 * Fill the lists of segments.  0, or -1 with errno if the folder or a segment
 * cannot be read.
 */
int
spool_list_segments(struct spool *sp)
{
	struct names names = { 0 };
	size_t i;
	int rc;

	/* What was in it is over. */
	sp->folder_dirty |= segment_drop_spare(sp->segments_fd) == 0;
	rc = read_names(sp, &names, false);
	for (i = 0; rc == 0 && i < names.count; i++)
		check_name(sp, names.name[i]);
	if (rc == 0)
		rc = read_names(sp, &names, true);
	for (i = 0; rc == 0 && i < names.count; i++)
		take_own_name(sp, names.name[i]);
	if (rc == 0)
		rc = read_names(sp, &names, false);
	for (i = 0; rc == 0 && i < names.count; i++)
		rc = open_named(sp, names.name[i]);
	free(names.name);
	return rc;
}

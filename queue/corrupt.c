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
 * Putting damage aside.  Whether that works decides nothing: the spool goes
 * on without what was damaged in any case, and says so.
 */
#include "corrupt.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "date.h"
#include "id.h"
#include "log.h"
#include "qbounds.h"
#include "segment.h"

#define CORRUPT_NAME_SIZE 96u

/* What is in the folder. */
struct content {
	uint64_t bytes;
	unsigned files;
	bool known; /* this damage is there already */
};

static bool
ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), k = strlen(end);

	return n >= k && strcmp(name + n - k, end) == 0;
}

/* Look at it; place ends the name of what is about to be kept. */
static int
measure(int folder, const char *place, struct content *c)
{
	struct dirent *de;
	struct stat st;
	DIR *dir;
	int fd;

	memset(c, 0, sizeof(*c));
	fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd == -1 ? NULL : fdopendir(fd);
	if (dir == NULL) {
		if (fd != -1)
			(void)close(fd);
		return -1;
	}
	while ((de = readdir(dir)) != NULL) {
		if (de->d_name[0] == '.' ||
		    fstatat(folder, de->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		c->bytes += (uint64_t)st.st_size;
		c->files++;
		c->known = c->known || ends_with(de->d_name, place);
	}
	(void)closedir(dir);
	return 0;
}

/* Whether so many octets more may be kept there. */
static bool
has_room(const struct content *c, uint64_t len)
{
	return c->files < CORRUPT_FILES_MAX && len <= CORRUPT_BYTES_MAX &&
	    c->bytes <= CORRUPT_BYTES_MAX - len;
}

/* ID or "unknown", moment, place: segment and offset. */
static void
make_name(char name[CORRUPT_NAME_SIZE], uint64_t id, const char *place)
{
	char text[ID_TEXT_SIZE], when[DATE_RFC3339_SIZE] = "";
	int64_t now = clock_wall();

	(void)date_rfc3339(now / 1000, (int)(now % 1000), when, sizeof(when));
	(void)snprintf(name, CORRUPT_NAME_SIZE, "%s.%s%s",
	    id == 0 ? "unknown" : id_format(id, text), when, place);
}

/*
 * Copy octets of a segment there, and log where they are: message id, or 0
 * if it is unknown, and moment are in the name.  What is there already is
 * not copied again.
 */
void
corrupt_save(int folder, struct segment *s, uint64_t off, uint64_t len,
    uint64_t id)
{
	char name[CORRUPT_NAME_SIZE], text[ID_TEXT_SIZE], place[48];
	struct content c;
	const char *who;

	who = id == 0 ? "message unknown" : id_format(id, text);
	(void)snprintf(place, sizeof(place), ".%llx.%llu",
	    (unsigned long long)s->number, (unsigned long long)off);
	make_name(name, id, place);
	if (measure(folder, place, &c) == -1)
		log_warn("%s: the folder corrupt of the spool", who);
	else if (c.known)
		log_debug("%s: is in corrupt already", who);
	else if (!has_room(&c, len))
		log_warnx("%s: %llu damaged octets are not kept: the folder "
			  "corrupt of the spool is full, empty it",
		    who, (unsigned long long)len);
	else if (segment_save(s, off, len, folder, name) == -1)
		log_warn("%s: corrupt/%s", who, name);
	else
		log_warnx("%s: %llu damaged octets of segment %016llx at %llu "
			  "are in corrupt/%s",
		    who, (unsigned long long)len, (unsigned long long)s->number,
		    (unsigned long long)off, name);
}

/* Move a whole file there: it is no segment though it is called one. */
void
corrupt_move(int folder, int from, const char *name)
{
	char to[CORRUPT_NAME_SIZE];
	struct content c;
	struct stat st;
	int n;

	n = snprintf(to, sizeof(to), "%s.%lld", name, (long long)clock_wall());
	if (n < 0 || (size_t)n >= sizeof(to) ||
	    fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return;
	if (measure(folder, name, &c) == -1 ||
	    !has_room(&c, (uint64_t)st.st_size)) {
		log_warnx("segments/%s is no segment; it is removed, as the "
			  "folder corrupt is full",
		    name);
		if (unlinkat(from, name, 0) == -1)
			log_warn("segments/%s", name);
		return;
	}
	log_warnx("segments/%s is no segment; it is corrupt/%s now", name, to);
	if (renameat(from, name, folder, to) == -1)
		log_warn("corrupt/%s", to);
}

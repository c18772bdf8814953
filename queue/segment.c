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
 * Files of the spool: making, appending, syncing, reading, removing.  The
 * scan after a crash is in segment_scan.c.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blob.h"
#include "crash.h"
#include "crc32c.h"
#include "log.h"
#include "qbounds.h"
#include "record.h"
#include "segment.h"

/* In the header: the file was another segment's before. */
#define HEADER_REUSED 1u

static const uint8_t magic[8] = { 'E', 'D', 'D', 'S', 'E', 'G', 1, '\n' };

/* The name of a segment's file in its folder. */
void
segment_name(uint64_t number, enum segment_kind kind,
    char name[SEGMENT_NAME_SIZE])
{
	(void)snprintf(name, SEGMENT_NAME_SIZE, "%016llx.%s",
	    (unsigned long long)number, kind == SEGMENT_LOG ? "log" : "big");
}

/* Number and kind from a name; 0, or -1 if it is no segment's. */
int
segment_parse_name(const char *name, uint64_t *number, enum segment_kind *kind)
{
	char *end;

	if (strlen(name) != 20 || strspn(name, "0123456789abcdef") != 16)
		return -1;
	*number = strtoull(name, &end, 16);
	if (strcmp(end, ".log") == 0)
		*kind = SEGMENT_LOG;
	else if (strcmp(end, ".big") == 0)
		*kind = SEGMENT_BIG;
	else
		return -1;
	return 0;
}

static struct segment *
segment_new(int dirfd, uint64_t number, enum segment_kind kind)
{
	struct segment *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->dirfd = dirfd;
	s->number = number;
	s->kind = kind;
	s->fd = s->rfd = -1;
	LIST_INIT(&s->fresh);
	LIST_INIT(&s->indexed);
	return s;
}

/* Close the files and free; the file in the folder stays. NULL is allowed. */
void
segment_free(struct segment *s)
{
	if (s == NULL)
		return;
	if (s->fd != -1)
		(void)close(s->fd);
	if (s->rfd != -1)
		(void)close(s->rfd);
	free(s);
}

static void
encode_header(const struct segment *s, uint8_t header[SEGMENT_HEADER_SIZE])
{
	memset(header, 0, SEGMENT_HEADER_SIZE);
	memcpy(header, magic, sizeof(magic));
	store_u32(header + 8, s->kind);
	store_u32(header + 12, s->reused ? HEADER_REUSED : 0);
	store_u64(header + 16, s->number);
	store_u64(header + 24, s->tag);
	store_u32(header + 60, crc32c(0, header, 60));
}

static int
write_header(struct segment *s)
{
	uint8_t header[SEGMENT_HEADER_SIZE];

	encode_header(s, header);
	return segment_write_at(s, header, sizeof(header), 0);
}

/* Ask for room; what is not given in full is not kept. */
static void
ask_room(struct segment *s, uint64_t size)
{
	if (size == 0)
		return;
	if (posix_fallocate(s->fd, 0, (off_t)size) == 0)
		s->allocated = size;
	else if (ftruncate(s->fd, (off_t)s->size) == -1)
		log_debug("segment: room given in part is kept");
}

/*
 * Make a new file.  Room is asked for in advance where the file system can;
 * that it cannot is no error.  The caller syncs the folder before anything
 * in the file counts.  NULL with errno; no file is left then.
 */
struct segment *
segment_create(int dirfd, uint64_t number, enum segment_kind kind,
    uint64_t preallocate)
{
	char name[SEGMENT_NAME_SIZE];
	struct segment *s;
	int saved;

	s = segment_new(dirfd, number, kind);
	if (s == NULL)
		return NULL;
	if (getentropy(&s->tag, sizeof(s->tag)) == -1) {
		segment_free(s);
		return NULL;
	}
	segment_name(number, kind, name);
	s->fd = openat(dirfd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
	    0600);
	if (s->fd == -1) {
		segment_free(s);
		return NULL;
	}
	ask_room(s, preallocate);
	if (write_header(s) == -1) {
		saved = errno;
		(void)unlinkat(dirfd, name, 0);
		segment_free(s);
		errno = saved;
		return NULL;
	}
	s->size = SEGMENT_HEADER_SIZE;
	return s;
}

/* Whether so many octets of the file are zeros. */
static bool
is_zero(int fd, uint64_t size)
{
	uint8_t buf[16384];
	uint64_t off;
	ssize_t n, i;

	for (off = 0; off < size; off += (uint64_t)n) {
		n = pread(fd, buf, sizeof(buf), (off_t)off);
		if (n <= 0)
			return false;
		for (i = 0; i < n; i++)
			if (buf[i] != 0)
				return false;
	}
	return true;
}

static enum segment_found
inspect(int fd, uint64_t *number, enum segment_kind *kind)
{
	uint8_t header[SEGMENT_HEADER_SIZE];
	struct stat st;
	uint32_t found;
	bool same;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		return SEGMENT_FOREIGN;
	if (is_zero(fd, (uint64_t)st.st_size))
		return SEGMENT_UNWRITTEN;
	if (pread(fd, header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
	    (*kind == SEGMENT_LOG && st.st_size > (off_t)SEGMENT_LOG_MAX))
		return SEGMENT_FOREIGN;
	found = load_u32(header + 8);
	if (memcmp(header, magic, sizeof(magic)) != 0 ||
	    load_u32(header + 60) != crc32c(0, header, 60) ||
	    (found != SEGMENT_LOG && found != SEGMENT_BIG))
		return SEGMENT_HEADLESS;
	same = *kind == (enum segment_kind)found &&
	    *number == load_u64(header + 16);
	*kind = found;
	*number = load_u64(header + 16);
	return same ? SEGMENT_SOUND : SEGMENT_MISNAMED;
}

/*
 * What the file of that name is; number and kind are what the name says, and
 * if the header says otherwise, what that says.
 */
enum segment_found
segment_inspect(int dirfd, const char *name, uint64_t *number,
    enum segment_kind *kind)
{
	enum segment_found found;
	int fd;

	fd = openat(dirfd, name,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd == -1)
		return SEGMENT_FOREIGN;
	found = inspect(fd, number, kind);
	(void)close(fd);
	return found;
}

/*
 * The tag is in each record: take it from the first one that is whole.  Where
 * nothing was written yet, what follows is an older segment's.
 */
static uint64_t
find_tag(struct segment *s)
{
	static const uint8_t zeros[SEGMENT_PAGE - SEGMENT_HEADER_SIZE];
	uint8_t page[sizeof(zeros)], header[RECORD_HEADER_SIZE];
	struct record r;
	uint64_t off;

	if (segment_read(s, page, sizeof(page), SEGMENT_HEADER_SIZE) == 0 &&
	    memcmp(page, zeros, sizeof(zeros)) == 0)
		return s->number;
	for (off = SEGMENT_HEADER_SIZE; off + sizeof(header) <= s->size;
	     off += RECORD_ALIGN) {
		if (segment_read(s, header, sizeof(header), off) == -1)
			break;
		if (record_decode(&r, header) == 0)
			return r.segment;
	}
	return s->number;
}

/*
 * A file that segment_inspect() found sound or headless, for reading; size
 * is the file's until a scan says better.  NULL with errno.
 */
struct segment *
segment_open(int dirfd, uint64_t number, enum segment_kind kind)
{
	uint8_t header[SEGMENT_HEADER_SIZE];
	struct segment *s;
	struct stat st;
	int saved;

	s = segment_new(dirfd, number, kind);
	if (s == NULL)
		return NULL;
	if (segment_read(s, header, sizeof(header), 0) == -1 ||
	    fstat(s->rfd, &st) == -1) {
		saved = errno;
		segment_free(s);
		errno = saved;
		return NULL;
	}
	s->size = (uint64_t)st.st_size;
	/* Without a tag: made before there were tags. */
	s->tag = load_u64(header + 24);
	if (s->tag == 0)
		s->tag = number;
	s->reused = kind == SEGMENT_LOG && load_u32(header + 12) != 0;
	return s;
}

/*
 * Give a segment whose header is damaged a new one.  0 or -1 with errno.
 */
int
segment_mend(struct segment *s)
{
	char name[SEGMENT_NAME_SIZE];
	int rc;

	segment_name(s->number, s->kind, name);
	s->tag = find_tag(s);
	s->fd = openat(s->dirfd, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (s->fd == -1)
		return -1;
	rc = write_header(s);
	if (rc == 0)
		rc = segment_sync(s);
	(void)close(s->fd);
	s->fd = -1;
	return rc;
}

/* Unlink the file and free the segment in every case; 0 or -1 with errno. */
int
segment_remove(struct segment *s)
{
	char name[SEGMENT_NAME_SIZE];
	int rc, saved;

	segment_name(s->number, s->kind, name);
	rc = unlinkat(s->dirfd, name, 0);
	saved = errno;
	segment_free(s);
	errno = saved;
	return rc;
}

/*
 * Keep the file of a segment of the log that nobody needs for the next one,
 * under no segment's name; there must be none yet.  Frees the segment in every
 * case; 0, or -1 with errno and it is there still.  As durable as a removal: when
 * the caller has synced the folder.
 */
int
segment_retire(struct segment *s)
{
	char name[SEGMENT_NAME_SIZE];
	int rc, saved;

	segment_name(s->number, s->kind, name);
	rc = renameat(s->dirfd, name, s->dirfd, SEGMENT_SPARE);
	saved = errno;
	segment_free(s);
	errno = saved;
	return rc;
}

/* Remove the file that was kept.  0, or -1 with errno; ENOENT: there is none. */
int
segment_drop_spare(int dirfd)
{
	return unlinkat(dirfd, SEGMENT_SPARE, 0);
}

/*
 * The header, on disk, and behind it what says that there is no record: from
 * then on nothing that was in the file counts, whatever its name is after a
 * crash.
 */
static int
renew_header(struct segment *s)
{
	uint8_t page[SEGMENT_PAGE] = { 0 };
	struct stat st;

	if (fstat(s->fd, &st) == -1)
		return -1;
	s->allocated = (uint64_t)st.st_size;
	encode_header(s, page);
	if (segment_write_at(s, page, sizeof(page), 0) == -1)
		return -1;
	return segment_sync(s);
}

/*
 * A new segment of the log in the file that segment_retire() kept: its blocks
 * are written already, so that a sync has no more to do than with zeros.
 * Otherwise as segment_create().  NULL with errno; the file is as it was, or
 * holds nothing.
 */
struct segment *
segment_reuse(int dirfd, uint64_t number)
{
	char name[SEGMENT_NAME_SIZE];
	struct segment *s;
	int saved;

	s = segment_new(dirfd, number, SEGMENT_LOG);
	if (s == NULL)
		return NULL;
	segment_name(number, SEGMENT_LOG, name);
	s->reused = true;
	s->size = SEGMENT_HEADER_SIZE;
	s->fd = openat(dirfd, SEGMENT_SPARE, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (s->fd != -1 && getentropy(&s->tag, sizeof(s->tag)) == 0 &&
	    renew_header(s) == 0) {
		CRASH("segment-renewed");
		if (renameat(dirfd, SEGMENT_SPARE, dirfd, name) == 0)
			return s;
	}
	saved = errno;
	segment_free(s);
	errno = saved;
	return NULL;
}

/*
 * Give the octets of older segments behind the end back, and ask for as much
 * room as there is in a new one.  0 or -1 with errno.
 */
int
segment_clean(struct segment *s, uint64_t room)
{
	if (segment_cut(s, s->size) == -1)
		return -1;
	ask_room(s, room);
	return 0;
}

/* Take n octets off the front of a vector. */
static void
iov_advance(struct iovec **iov, int *count, size_t n)
{
	while (*count > 0 && n >= (*iov)->iov_len) {
		n -= (*iov)->iov_len;
		(*iov)++;
		(*count)--;
	}
	if (*count > 0) {
		(*iov)->iov_base = (char *)(*iov)->iov_base + n;
		(*iov)->iov_len -= n;
	}
}

/*
 * How many zeros to write behind len octets at the end, so that syncs of what
 * comes next find blocks that are written already, and have no inode to
 * write.  None if those have room, a large write, or no room in advance.  In a
 * file that is used again always as many as it takes to see the end.
 */
size_t
segment_zeros(const struct segment *s, uint64_t len)
{
	uint64_t end = s->size + len, page;

	if (s->reused) {
		/* No header of a record; whole pages need not be read. */
		page = end + RECORD_HEADER_SIZE + SEGMENT_PAGE - 1;
		page -= page % SEGMENT_PAGE;
		if (page > s->allocated)
			page = s->allocated;
		return page < end + RECORD_HEADER_SIZE ? 0 :
							 (size_t)(page - end);
	}
	if (end <= s->zeroed || len > SEGMENT_ZEROS_FOR ||
	    end + SEGMENT_ZEROS > s->allocated)
		return 0;
	return SEGMENT_ZEROS;
}

/*
 * Write at the end; the last octets of the vector, as many as zeros says, do
 * not count.  Changes the vector.  0, or -1 with errno and size as it was:
 * what was written in part lies behind it and must be cut.
 */
int
segment_append(struct segment *s, struct iovec *iov, int count, size_t zeros)
{
	uint64_t off = s->size;
	ssize_t n;

	iov_advance(&iov, &count, 0);
	while (count > 0) {
		n = pwritev(s->fd, iov, count > IOV_MAX ? IOV_MAX : count,
		    (off_t)off);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (n == 0)
				errno = EIO;
			return -1;
		}
		off += (uint64_t)n;
		iov_advance(&iov, &count, (size_t)n);
	}
	s->size = off - zeros;
	if (zeros > 0)
		s->zeroed = off;
	return 0;
}

/* Write at a place; does not change size.  0 or -1 with errno. */
int
segment_write_at(struct segment *s, const void *data, size_t len, uint64_t off)
{
	const char *p = data;
	ssize_t n;

	while (len > 0) {
		n = pwrite(s->fd, p, len, (off_t)off);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (n == 0)
				errno = EIO;
			return -1;
		}
		p += n;
		len -= (size_t)n;
		off += (uint64_t)n;
	}
	return 0;
}

/* Wait until all that was written is on the disk.  0 or -1 with errno. */
int
segment_sync(struct segment *s)
{
	return fdatasync(s->fd);
}

/* Forget what lies behind size octets.  0 or -1 with errno. */
int
segment_cut(struct segment *s, uint64_t size)
{
	s->size = size;
	s->allocated = s->zeroed = 0;
	if (ftruncate(s->fd, (off_t)size) == -1)
		return -1;
	s->reused = false;
	return 0;
}

/* No more writing: give back what was asked for in advance. */
void
segment_seal(struct segment *s)
{
	if (s->fd == -1)
		return;
	if (ftruncate(s->fd, (off_t)s->size) == -1)
		log_debug("segment: room asked for in advance is kept");
	(void)close(s->fd);
	s->fd = -1;
}

/*
 * Give the octets of a sealed segment back to the file system before its
 * messages, which are done, could be marked so: there is no room for marks.
 * 0 or -1 with errno.
 */
int
segment_discard(struct segment *s)
{
	char name[SEGMENT_NAME_SIZE];
	int fd, rc;

	segment_name(s->number, s->kind, name);
	fd = openat(s->dirfd, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		return -1;
	rc = ftruncate(fd, 0);
	if (close(fd) == -1)
		rc = -1;
	return rc;
}

/* Wait until all that another run has written is on the disk.  0 or -1. */
int
segment_settle(const struct segment *s)
{
	char name[SEGMENT_NAME_SIZE];
	int fd, rc, saved;

	segment_name(s->number, s->kind, name);
	fd = openat(s->dirfd, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		return -1;
	rc = fdatasync(fd);
	saved = errno;
	(void)close(fd);
	errno = saved;
	return rc;
}

/*
 * Read exactly len octets.  0, or -1 with errno; EBADMSG if the file ends
 * before.
 */
int
segment_read(struct segment *s, void *buf, size_t len, uint64_t off)
{
	char *p = buf;
	ssize_t n;

	if (s->rfd == -1)
		s->rfd = segment_descriptor(s);
	if (s->rfd == -1)
		return -1;
	while (len > 0) {
		n = pread(s->rfd, p, len, (off_t)off);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EBADMSG;
		if (n <= 0)
			return -1;
		p += n;
		len -= (size_t)n;
		off += (uint64_t)n;
	}
	return 0;
}

/* Close our own descriptor for reading; the next read opens it again. */
void
segment_rest(struct segment *s)
{
	if (s->rfd != -1)
		(void)close(s->rfd);
	s->rfd = -1;
}

/*
 * A new descriptor that can only read, for deliver; the caller's.  -1 with
 * errno.
 */
int
segment_descriptor(const struct segment *s)
{
	char name[SEGMENT_NAME_SIZE];

	segment_name(s->number, s->kind, name);
	return openat(s->dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

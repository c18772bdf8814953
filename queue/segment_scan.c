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
 * Walking over the records of a segment after a crash: whole records are
 * handed out, damage is stepped over and reported, a torn end is cut off.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crc32c.h"
#include "log.h"
#include "record.h"
#include "segment.h"

#define WINDOW_SIZE (256u << 10)

/* A piece of the file in memory. */
struct window {
	struct segment *seg;
	uint64_t off;
	size_t len;
	uint8_t data[WINDOW_SIZE];
};

/*
 * len octets at off, at most WINDOW_SIZE, all inside the segment; NULL if
 * they cannot be read.
 */
static const uint8_t *
window_get(struct window *w, uint64_t off, size_t len)
{
	size_t want;

	if (off >= w->off && off + len <= w->off + w->len)
		return w->data + (off - w->off);
	if (off > w->seg->size || len > w->seg->size - off)
		return NULL;
	want = WINDOW_SIZE;
	if (want > w->seg->size - off)
		want = (size_t)(w->seg->size - off);
	w->len = 0;
	if (segment_read(w->seg, w->data, want, off) == -1)
		return NULL;
	w->off = off;
	w->len = want;
	return w->data;
}

/* CRC of a range; -1 if it cannot be read. */
static int
window_crc(struct window *w, uint64_t off, uint64_t len, uint32_t *crc)
{
	const uint8_t *p;
	size_t n;

	while (len > 0) {
		n = len > WINDOW_SIZE ? WINDOW_SIZE : (size_t)len;
		p = window_get(w, off, n);
		if (p == NULL)
			return -1;
		*crc = crc32c(*crc, p, n);
		off += n;
		len -= n;
	}
	return 0;
}

/* Whether a record of this segment begins at off, and fits into the file. */
static bool
header_at(struct window *w, uint64_t off, struct record *r)
{
	const uint8_t *p;

	p = window_get(w, off, RECORD_HEADER_SIZE);
	if (p == NULL || record_decode(r, p) == -1)
		return false;
	return r->segment == w->seg->number &&
	    record_size(r) <= w->seg->size - off;
}

static bool
body_intact(struct window *w, uint64_t off, const struct record *r)
{
	uint32_t crc = 0;

	off += RECORD_HEADER_SIZE;
	if (window_crc(w, off, r->body_len, &crc) == -1)
		return false;
	off += r->body_len + r->meta_len;
	if (window_crc(w, off, r->prefix_len, &crc) == -1)
		return false;
	return crc == r->body_crc;
}

/* The meta part, in its own memory; NULL if damaged. */
static uint8_t *
meta_read(struct segment *s, uint64_t off, const struct record *r)
{
	uint8_t *meta;

	meta = malloc(r->meta_len + 1u);
	if (meta == NULL)
		return NULL;
	off += RECORD_HEADER_SIZE + r->body_len;
	if (segment_read(s, meta, r->meta_len, off) == -1 ||
	    crc32c(0, meta, r->meta_len) != r->meta_crc) {
		free(meta);
		return NULL;
	}
	return meta;
}

/*
 * The next place behind off where a record begins, or the segment's size if
 * there is none.
 */
static uint64_t
resync(struct window *w, uint64_t off)
{
	struct record r;

	off -= off % RECORD_ALIGN;
	for (off += RECORD_ALIGN; off + RECORD_HEADER_SIZE <= w->seg->size;
	     off += RECORD_ALIGN)
		if (header_at(w, off, &r))
			return off;
	return w->seg->size;
}

/* Whether the rest of the file is zeros: room that was asked in advance. */
static bool
only_zeros(struct window *w, uint64_t off)
{
	const uint8_t *p;
	size_t n, i;

	for (; off < w->seg->size; off += n) {
		n = WINDOW_SIZE;
		if (n > w->seg->size - off)
			n = (size_t)(w->seg->size - off);
		p = window_get(w, off, n);
		if (p == NULL)
			return false;
		for (i = 0; i < n; i++)
			if (p[i] != 0)
				return false;
	}
	return true;
}

static void
cut_tail(struct segment *s, uint64_t off)
{
	char name[SEGMENT_NAME_SIZE];
	int fd;

	segment_name(s->number, s->kind, name);
	fd = openat(s->dirfd, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1 || ftruncate(fd, (off_t)off) == -1)
		log_warn("segment %s: cutting the end off", name);
	if (fd != -1)
		(void)close(fd);
	s->size = off;
}

/*
 * What is at off is no whole record.  Returns where to go on, or the end.
 * In the last segment, and with nothing behind it, it is the write that the
 * crash interrupted, and never was acknowledged.
 */
static uint64_t
step_over(struct window *w, uint64_t off, uint64_t id, bool tail,
    const struct segment_visitor *v)
{
	struct segment *s = w->seg;
	uint64_t next;

	next = resync(w, off);
	if (next < s->size) {
		v->damaged(s, off, next - off, id, v->arg);
		return next;
	}
	if (!only_zeros(w, off)) {
		if (!tail)
			v->damaged(s, off, s->size - off, id, v->arg);
		else
			log_info("segment %016llx: torn record at %llu cut",
			    (unsigned long long)s->number,
			    (unsigned long long)off);
	}
	cut_tail(s, off);
	return s->size;
}

/*
 * Visit every record from off (0: the first).  tail says that this is the
 * segment being written when the last run ended: only there an incomplete
 * end is normal.  0, or -1 if a visitor stopped it or memory is short.
 */
int
segment_scan(struct segment *s, uint64_t off, bool tail,
    const struct segment_visitor *v)
{
	struct window *w;
	struct record r;
	uint8_t *meta;
	int rc = 0;

	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return -1;
	w->seg = s;
	if (off < SEGMENT_HEADER_SIZE)
		off = SEGMENT_HEADER_SIZE;
	while (rc == 0 && off < s->size) {
		if (!header_at(w, off, &r)) {
			off = step_over(w, off, 0, tail, v);
			continue;
		}
		meta = body_intact(w, off, &r) ? meta_read(s, off, &r) : NULL;
		if (meta == NULL) {
			off = step_over(w, off, r.id, tail, v);
			continue;
		}
		rc = v->record(s, off, &r, meta, v->arg);
		free(meta);
		off += record_size(&r);
	}
	free(w);
	return rc;
}

/*
 * Whether the record r at off is intact, every octet of it read.  0, or -1
 * with EBADMSG.
 */
int
segment_check(struct segment *s, uint64_t off, const struct record *r)
{
	struct window *w;
	uint8_t *meta = NULL;

	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return -1;
	w->seg = s;
	if (body_intact(w, off, r))
		meta = meta_read(s, off, r);
	free(w);
	free(meta);
	if (meta == NULL)
		errno = EBADMSG;
	return meta == NULL ? -1 : 0;
}

/*
 * Copy octets to a new file in another folder, for a person to look at.
 * 0 or -1 with errno.
 */
int
segment_save(struct segment *s, uint64_t off, uint64_t len, int todir,
    const char *name)
{
	char buf[16384];
	size_t n;
	ssize_t written;
	int fd, rc = 0;

	fd = openat(todir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0600);
	if (fd == -1)
		return -1;
	while (rc == 0 && len > 0) {
		n = len > sizeof(buf) ? sizeof(buf) : (size_t)len;
		rc = segment_read(s, buf, n, off);
		if (rc == -1)
			break;
		written = write(fd, buf, n);
		if (written != (ssize_t)n)
			rc = -1;
		off += n;
		len -= n;
	}
	if (close(fd) == -1)
		rc = -1;
	return rc;
}

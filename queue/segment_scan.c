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
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blob.h"
#include "crc32c.h"
#include "log.h"
#include "record.h"
#include "segment.h"

#define WINDOW_SIZE (256u << 10)

/* For people: what is wrong. */
const char *
segment_damage_text(enum segment_damage what)
{
	switch (what) {
	case SEGMENT_HEADER_HURT:
		return "header damaged";
	case SEGMENT_ENVELOPE_HURT:
		return "envelope or outcome damaged";
	case SEGMENT_BODY_HURT:
		return "body damaged";
	case SEGMENT_CUT_SHORT:
		return "end missing";
	case SEGMENT_TORN:
		return "incomplete write of the last run";
	}
	return "damaged";
}

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

/* What is at a place where a record should begin. */
enum place {
	PLACE_RECORD = 1,
	PLACE_SHORT, /* its end is missing */
	PLACE_OTHER  /* no header of this segment */
};

static enum place
look_at(struct window *w, uint64_t off, struct record *r)
{
	const uint8_t *p;

	p = window_get(w, off, RECORD_HEADER_SIZE);
	if (p == NULL || record_decode(r, p) == -1 || r->segment != w->seg->tag)
		return PLACE_OTHER;
	return record_size(r) <= w->seg->size - off ? PLACE_RECORD :
						      PLACE_SHORT;
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

	if (w->seg->kind == SEGMENT_BIG)
		return w->seg->size; /* there is one record only */
	off -= off % RECORD_ALIGN;
	for (off += RECORD_ALIGN; off + RECORD_HEADER_SIZE <= w->seg->size;
	     off += RECORD_ALIGN) {
		if (look_at(w, off, &r) == PLACE_RECORD)
			return off;
		if (w->len == 0)
			break; /* the rest cannot be read */
	}
	return w->seg->size;
}

/* The id that a damaged header names, if the rest of it looks right; or 0. */
static uint64_t
guess_id(struct window *w, uint64_t off)
{
	const uint8_t *p;

	p = window_get(w, off, RECORD_HEADER_SIZE);
	if (p == NULL || load_u64(p + 8) != w->seg->tag)
		return 0;
	return load_u64(p + 16);
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

/*
 * Whether nothing of this segment lies behind off: room that was asked for, or
 * what an older segment in the same file has left.
 */
static bool
nothing_behind(struct window *w, uint64_t off)
{
	if (!w->seg->reused)
		return only_zeros(w, off);
	/* What cannot be read may be a record. */
	return resync(w, off - RECORD_ALIGN) == w->seg->size && w->len > 0;
}

/*
 * Where behind off a record of an older segment in the same file begins, or
 * the size if there is none that can be read.
 */
uint64_t
segment_older(struct segment *s, uint64_t off)
{
	struct window *w;
	struct record r;
	const uint8_t *p;

	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return s->size;
	w->seg = s;
	off -= off % RECORD_ALIGN;
	do {
		off += RECORD_ALIGN;
		p = window_get(w, off, RECORD_HEADER_SIZE);
	} while (
	    p != NULL && (record_decode(&r, p) == -1 || r.segment == s->tag));
	free(w);
	return p == NULL ? s->size : off;
}

/*
 * Whether a segment that was not sealed may well end at off.  Over what is
 * older, segment_zeros() says how much is written there.
 */
static bool
is_end(struct window *w, uint64_t off)
{
	uint64_t left = w->seg->size - off;
	const uint8_t *p;
	size_t n, i;

	if (only_zeros(w, off))
		return true;
	if (!w->seg->reused)
		return false;
	if (left < RECORD_HEADER_SIZE)
		return true;
	n = RECORD_HEADER_SIZE + SEGMENT_PAGE - 1;
	n -= (off + n) % SEGMENT_PAGE;
	if (n > left)
		n = (size_t)left;
	p = window_get(w, off, n);
	for (i = 0; p != NULL && i < n; i++)
		if (p[i] != 0)
			return false;
	return p != NULL;
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
 * The end of the segment from off on is no whole record.  In the segment that
 * the last run wrote it is the write that the crash interrupted; in a sealed
 * one it is damage.
 */
static void
end_at(struct window *w, uint64_t off, uint64_t id, enum segment_damage what,
    enum segment_how how, const struct segment_visitor *v)
{
	struct segment *s = w->seg;
	struct segment_hurt hurt = { off, s->size - off, id, what, NULL, NULL };

	if (how == SEGMENT_TAIL && s->kind == SEGMENT_LOG)
		hurt.what = SEGMENT_TORN;
	if (!is_end(w, off))
		v->damaged(s, &hurt, v->arg);
	if (how == SEGMENT_TAIL)
		cut_tail(s, off);
}

/* What is at off has no header that can be believed.  Where to go on. */
static uint64_t
pass_header(struct window *w, uint64_t off, uint64_t id,
    enum segment_damage what, enum segment_how how,
    const struct segment_visitor *v)
{
	struct segment *s = w->seg;
	struct segment_hurt hurt = { off, 0, id, what, NULL, NULL };
	uint64_t next;

	next = resync(w, off);
	if (next == s->size) {
		end_at(w, off, id, what, how, v);
		return s->size;
	}
	hurt.len = next - off;
	v->damaged(s, &hurt, v->arg);
	return next;
}

/* What a look at a whole record says. */
struct content {
	const uint8_t *meta; /* NULL: damaged */
	uint8_t *owned;	     /* meta, if it had to be copied */
	bool intact;	     /* body and prefix */
};

/* One that fits into the window is read at once, and nothing is copied. */
static void
read_content(struct window *w, uint64_t off, const struct record *r,
    struct content *c)
{
	const uint8_t *p = NULL;
	uint32_t crc;

	memset(c, 0, sizeof(*c));
	if (record_size(r) <= WINDOW_SIZE)
		p = window_get(w, off, (size_t)record_size(r));
	if (p == NULL) {
		c->meta = c->owned = meta_read(w->seg, off, r);
		c->intact = body_intact(w, off, r);
		return;
	}
	p += RECORD_HEADER_SIZE;
	crc = crc32c(0, p, r->body_len);
	p += r->body_len;
	if (crc32c(0, p, r->meta_len) == r->meta_crc)
		c->meta = p;
	crc = crc32c(crc, p + r->meta_len, r->prefix_len);
	c->intact = crc == r->body_crc;
}

/*
 * Visit the record at off.  Where the next begins; it is not looked for
 * inside this one, whose octets a client may have chosen.
 */
static uint64_t
visit(struct window *w, uint64_t off, const struct record *r,
    enum segment_how how, const struct segment_visitor *v, int *rc)
{
	struct segment *s = w->seg;
	struct segment_hurt hurt = { off, record_size(r), r->id,
		SEGMENT_ENVELOPE_HURT, r, NULL };
	struct content c;

	read_content(w, off, r, &c);
	if (c.meta != NULL && c.intact) {
		*rc = v->record(s, off, r, c.meta, v->arg);
		free(c.owned);
		return off + hurt.len;
	}
	free(c.owned);
	if (how == SEGMENT_TAIL && nothing_behind(w, off + hurt.len)) {
		end_at(w, off, r->id, SEGMENT_TORN, how, v);
		return s->size;
	}
	/* Looking for an end may have moved the window. */
	read_content(w, off, r, &c);
	if (!c.intact)
		hurt.what = SEGMENT_BODY_HURT;
	hurt.meta = c.meta;
	v->damaged(s, &hurt, v->arg);
	free(c.owned);
	return off + hurt.len;
}

/*
 * Visit the records from *off on (0: the first) until limit octets are seen
 * or the segment ends; *off is then where to go on, or the size.  0, or -1
 * if a visitor stopped it or memory is short.
 */
int
segment_scan(struct segment *s, uint64_t *off, uint64_t limit,
    enum segment_how how, const struct segment_visitor *v)
{
	struct window *w;
	struct record r;
	uint64_t start;
	int rc = 0;

	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return -1;
	w->seg = s;
	if (*off < SEGMENT_HEADER_SIZE)
		*off = SEGMENT_HEADER_SIZE;
	start = *off;
	while (rc == 0 && *off < s->size && *off - start < limit) {
		switch (look_at(w, *off, &r)) {
		case PLACE_RECORD:
			*off = visit(w, *off, &r, how, v, &rc);
			break;
		case PLACE_SHORT:
			*off = pass_header(w, *off, r.id, SEGMENT_CUT_SHORT,
			    how, v);
			break;
		case PLACE_OTHER:
			*off = pass_header(w, *off, guess_id(w, *off),
			    SEGMENT_HEADER_HURT, how, v);
			break;
		}
	}
	free(w);
	return rc;
}

/*
 * Copy octets to a new file in another folder, for a person to look at; as
 * many as there are.  0 or -1 with errno.
 */
int
segment_save(struct segment *s, uint64_t off, uint64_t len, int todir,
    const char *name)
{
	char buf[16384];
	struct stat st;
	size_t n;
	ssize_t written;
	int fd, rc = 0, saved;

	if (segment_read(s, buf, 0, off) == -1 || fstat(s->rfd, &st) == -1)
		return -1;
	if ((uint64_t)st.st_size <= off)
		len = 0;
	else if ((uint64_t)st.st_size - off < len)
		len = (uint64_t)st.st_size - off;
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
		if (written != (ssize_t)n) {
			if (written >= 0)
				errno = ENOSPC;
			rc = -1;
		}
		off += n;
		len -= n;
	}
	if (rc == 0)
		rc = fsync(fd);
	saved = errno;
	if (close(fd) == -1 && rc == 0) {
		saved = errno;
		rc = -1;
	}
	if (rc == -1)
		(void)unlinkat(todir, name, 0);
	errno = saved;
	return rc;
}

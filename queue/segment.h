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
 * One file of the spool, append-only: a log of records, or a single large
 * message.  Appends, syncs, reads and scans; does not know what a record
 * means, and keeps for the spool how much of it is still wanted.
 */
#ifndef SEGMENT_H
#define SEGMENT_H

#include <sys/queue.h>
#include <sys/uio.h>

#include <stdbool.h>
#include <stdint.h>

#include "message.h"

struct record;

#define SEGMENT_HEADER_SIZE 64u
#define SEGMENT_NAME_SIZE   32u

/* The file of a log segment that has ended, to be written over by the next. */
#define SEGMENT_SPARE ".spare"

/* What is written behind the last record over what is older ends with one. */
#define SEGMENT_PAGE 4096u

/* Places in the log are kept in 32 bits; segments end long before. */
#define SEGMENT_LOG_MAX UINT32_MAX

enum segment_kind {
	SEGMENT_LOG = 1,
	SEGMENT_BIG
};

struct segment {
	TAILQ_ENTRY(segment) entry;
	uint64_t number;
	uint64_t tag; /* in each of its records; nobody can guess it */
	enum segment_kind kind;
	int dirfd;	    /* the folder; not owned */
	int fd;		    /* for writing; -1 when sealed */
	int rfd;	    /* for our own reading; -1 until needed */
	uint64_t size;	    /* octets that count; the file may be longer */
	uint64_t allocated; /* octets that the file system has given */
	uint64_t zeroed;    /* up to here, from size on, are zeros on disk */
	bool reused;	    /* what lies behind size is of an older segment */
	int64_t begun; /* monotonic ms when it was made; 0: by another run */
	uint64_t live; /* octets of messages that are still wanted */
	unsigned inflight;   /* batches that deliver reads from it */
	uint64_t sent;	     /* bit per lane that has a descriptor */
	int64_t written;     /* monotonic ms of the last append */
	bool condemned;	     /* removed as soon as inflight is 0 */
	uint64_t marks_from; /* large message: oldest log segment with marks
			      * that it needs; 0: it needs none */
	bool repeating;	     /* they wait for a commit, once more */
	struct message_list fresh;   /* live messages not in the index */
	struct message_list indexed; /* and those that are */
};

TAILQ_HEAD(segment_list, segment);

/* What a file that is called a segment turned out to be. */
enum segment_found {
	SEGMENT_SOUND = 1,
	SEGMENT_MISNAMED,  /* another one than its name says */
	SEGMENT_UNWRITTEN, /* empty, or nothing but zeros */
	SEGMENT_HEADLESS,  /* its header is damaged, its records may not be */
	SEGMENT_FOREIGN	   /* too short, no file, not readable */
};

/* What is wrong with a piece of a segment. */
enum segment_damage {
	SEGMENT_HEADER_HURT = 1, /* there is no header of a record */
	SEGMENT_ENVELOPE_HURT,	 /* or what a mark says */
	SEGMENT_BODY_HURT,
	SEGMENT_CUT_SHORT, /* the segment ends within the record */
	SEGMENT_TORN	   /* the same, where the last run ended: normal */
};

struct segment_hurt {
	uint64_t off;
	uint64_t len;
	uint64_t id; /* of the message; 0 if not even that is known */
	enum segment_damage what;
	const struct record *record; /* NULL: no header to be believed */
	const uint8_t *meta;	     /* if that is intact */
};

/* How to scan. */
enum segment_how {
	SEGMENT_LOOK = 1, /* change nothing */
	SEGMENT_SEALED,
	SEGMENT_TAIL /* the last run wrote here: an incomplete end is cut */
};

/* What segment_scan() calls. */
struct segment_visitor {
	/* A whole record; meta holds until return.  -1 stops the scan. */
	int (*record)(struct segment *, uint64_t off, const struct record *,
	    const uint8_t *meta, void *);
	/* Octets that are no record. */
	void (*damaged)(struct segment *, const struct segment_hurt *, void *);
	void *arg;
};

struct segment *segment_create(int dirfd, uint64_t number, enum segment_kind,
    uint64_t preallocate);
struct segment *segment_open(int dirfd, uint64_t number, enum segment_kind);
enum segment_found segment_inspect(int dirfd, const char *name,
    uint64_t *number, enum segment_kind *);
int segment_mend(struct segment *);
void segment_free(struct segment *);
int segment_remove(struct segment *);
int segment_retire(struct segment *);
struct segment *segment_reuse(int dirfd, uint64_t number);
int segment_drop_spare(int dirfd);
int segment_clean(struct segment *, uint64_t room);
void segment_name(uint64_t, enum segment_kind, char[SEGMENT_NAME_SIZE]);
int segment_parse_name(const char *, uint64_t *, enum segment_kind *);

size_t segment_zeros(const struct segment *, uint64_t len);
int segment_append(struct segment *, struct iovec *, int, size_t zeros);
int segment_write_at(struct segment *, const void *, size_t len, uint64_t off);
int segment_sync(struct segment *);
int segment_cut(struct segment *, uint64_t);
void segment_seal(struct segment *);
int segment_discard(struct segment *);
int segment_settle(const struct segment *);

int segment_read(struct segment *, void *, size_t len, uint64_t off);
void segment_rest(struct segment *);
int segment_descriptor(const struct segment *);
int segment_scan(struct segment *, uint64_t *off, uint64_t limit,
    enum segment_how, const struct segment_visitor *);
uint64_t segment_older(struct segment *, uint64_t off);
const char *segment_damage_text(enum segment_damage);
int segment_save(struct segment *, uint64_t off, uint64_t len, int todir,
    const char *);

#endif

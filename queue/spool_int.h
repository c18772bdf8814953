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
 * The inside of the spool, for the files spool*.c only.
 */
#ifndef SPOOL_INT_H
#define SPOOL_INT_H

#include <sys/uio.h>

#include "index.h"
#include "segment.h"
#include "spool.h"
#include "syncer.h"

struct event;

/* A mark that waits for its commit. */
struct spool_waiting_mark {
	struct message *message;
	struct mark mark;
	char *text; /* owned; NULL if empty */
	char *via;  /* owned; NULL if it says nothing of a route */
};

STAILQ_HEAD(spool_entries, spool_entry);

/* Marks in their order. */
struct spool_marks {
	struct spool_waiting_mark *mark;
	size_t count;
	size_t cap;
};

/* What was written and shares a sync. */
struct spool_batch {
	struct spool_entries entries;
	struct spool_marks marks;
	uint64_t from; /* where it begins in the log */
	bool logged;   /* there is something of it in the log */
	bool folder;   /* names go with it */
	struct sync_item *item;
	size_t items;
	size_t bigs; /* of these, the first ones */
};

struct spool {
	struct spool_hooks hooks;
	struct event_base *base;
	struct event *commit_ev; /* nothing more to take in */
	struct event *late_ev;	 /* messages waited long enough */
	struct event *mark_ev;	 /* marks waited long enough */
	struct event *tick_ev;	 /* every second */
	struct event *work_ev;	 /* a step of background work */
	char *index_path;
	int segments_fd;
	int corrupt_fd;
	uint64_t segment_size;

	struct segment_list logs; /* in order; the last may be current */
	struct segment_list bigs;
	struct segment *current; /* being written; NULL: made when needed */
	uint64_t next_segment;
	uint64_t next_id;
	uint64_t highest;    /* id of a message, when reading at start */
	bool announcing;     /* segments stay until all are told of */
	bool indexing;	     /* until the index is no more behind */
	bool folder_dirty;   /* names made or removed since its last sync */
	bool spare;	     /* a file waits for the next segment */
	int64_t spare_since; /* monotonic ms */

	struct spool_entries waiting; /* not written yet */
	struct spool_marks marks;     /* nor these */
	struct spool_batch written;   /* to be synced next */
	struct spool_batch syncing;
	struct syncer *syncer;
	bool busy;		  /* syncing is */
	bool spoilt;		  /* nothing more may be written to current */
	struct blob mark_records; /* encoded for the log */
	struct iovec *iov;
	size_t iov_count;
	size_t iov_cap;

	struct messages messages;
	struct destinations destinations;

	struct index *index;
	bool index_dirty; /* changed since the last checkpoint */
	int64_t checkpointed;
	bool full;	 /* the last commit found no room */
	bool unsettled;	 /* and spool_settle() failed */
	bool big_owing;	 /* so it did for a large message */
	size_t moving;	 /* copies that wait for a commit */
	bool compacting; /* until the oldest segment is empty */
	struct spool_stats stats;
};

int spool_list_segments(struct spool *);
int spool_recover(struct spool *);
void spool_link(struct spool *, struct message *, struct segment *);
void spool_unlink(struct message *);
void spool_tell_lost(struct spool *, const struct message *, const char *why);
void spool_forget(struct spool *, struct message *);
int spool_sync_folder(struct spool *);
void spool_schedule_commit(struct spool *);
void spool_commit_cb(int, short, void *);
enum spool_status spool_status_of(int error);
enum spool_status spool_write(struct spool *);
void spool_refuse(struct spool *, struct spool_entry *, enum spool_status);
int spool_marks_reserve(struct spool_marks *, size_t more);
int spool_marks_join(struct spool_marks *, struct spool_marks *);
void spool_marks_free(struct spool_marks *);
void spool_synced_cb(void *);
void spool_seal_current(struct spool *);
void spool_reclaim(struct spool *);
bool spool_marks_needed(const struct spool *, uint64_t number);
void spool_marks_durable(struct spool *, struct segment *);
int spool_repeat_marks(struct spool *, struct message *);
int spool_condemn(struct spool *, struct segment *);
void spool_drop_spare(struct spool *);
void spool_settle_again(struct spool *);
void spool_make_room(struct spool *);
int spool_index_update(struct spool *, struct message *,
    const struct spool_waiting_mark *, size_t);
void spool_checkpoint(struct spool *, bool clean);
void spool_index_all(struct spool *, size_t limit);
void spool_tick_cb(int, short, void *);
void spool_work_cb(int, short, void *);

#endif

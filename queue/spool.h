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
 * The spool: messages and what became of their recipients, durable.  What
 * is put or marked waits for the commit that all share who come while the
 * disk is busy.  When anything is sent, and to whom, is not decided here.
 */
#ifndef SPOOL_H
#define SPOOL_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blob.h"
#include "message.h"
#include "record.h"

struct envelope;
struct event_base;
struct segment;
struct spool;
struct state;

/* How putting a message ended. */
enum spool_status {
	SPOOL_OK = 1,
	SPOOL_FULL, /* no room on the disk */
	SPOOL_FAILED
};

/* A message on its way to the disk; owned by the spool from spool_put(). */
struct spool_entry {
	STAILQ_ENTRY(spool_entry) entry;
	uint64_t id;
	struct segment *big; /* its body is there already; else: */
	uint8_t *body;
	uint64_t body_len;
	uint32_t body_crc; /* set by the caller only for big */
	struct blob meta;  /* envelope */
	struct blob prefix;
	bool keep;     /* a write error does not end it: tried again */
	uint64_t owed; /* the message whose bounce it is; 0: it is none */
	/* Called once; m is NULL unless SPOOL_OK, and if it is for nobody. */
	void (*done)(struct message *m, enum spool_status, void *);
	void *arg;
	/* The spool's own: */
	bool moved; /* a copy made by compaction */
	struct message *message;
	uint32_t record_crc; /* of body and prefix */
	uint64_t offset;
	uint8_t header[RECORD_HEADER_SIZE];
};

struct spool_hooks {
	/* A message that was found at start. */
	void (*found)(struct message *, void *);
	/*
	 * At start, after an end that was not orderly: a message that no
	 * index knows, in the order of the log unless large, and done or not;
	 * and then that all were seen, before any is gone.  NULL both, or
	 * none.
	 */
	void (*fresh)(uint64_t id, bool large, void *);
	void (*seen)(struct spool *, void *);
	/* A message is done, or given up, and nothing of it is to be sent. */
	void (*gone)(struct message *, void *);
	/* A message is given up, of that user or NULL: unknown; why. */
	void (*lost)(uint64_t id, const char *user, const char *why, void *);
	/* No descriptor of this segment is of use any more. */
	void (*closed)(struct segment *, void *);
	/* Whether so much may be taken of the disk in advance; or NULL. */
	bool (*room)(uint64_t, void *);
	/* Whether no message is on its way to be put; or NULL: unknown. */
	bool (*alone)(void *);
	/* At start, done or not: one whose envelope has a retry token. */
	void (*retry)(uint64_t id, const struct envelope *, void *);
	/* Marks are about to be written; or NULL. */
	void (*marking)(void *);
	/*
	 * Messages are not read any more at a start from now on; or NULL.  -1:
	 * they must be.
	 */
	int (*settle)(void *);
	void *arg;
};

struct spool_stats {
	uint64_t commits;
	uint64_t syncs;
	uint64_t segments;
	uint64_t bytes; /* on disk */
	uint64_t live;	/* of these, of messages still wanted */
};

struct spool *spool_open(const char *root, struct event_base *,
    uint64_t segment_size, const struct spool_hooks *);
void spool_close(struct spool *);
void spool_abandon(struct spool *);

uint64_t spool_new_id(struct spool *);
struct spool_entry *spool_entry_new(uint64_t id);
int spool_settle(struct spool *);
void spool_settle_big(struct spool *);
void spool_entry_free(struct spool_entry *);
int spool_put(struct spool *, struct spool_entry *);
struct segment *spool_big_new(struct spool *);
int spool_big_write(struct segment *, const void *, size_t, uint64_t off);
void spool_big_drop(struct segment *);

int spool_mark(struct spool *, struct message *, const struct mark *);
size_t spool_marks_waiting(const struct spool *);
int spool_commit(struct spool *);

struct message *spool_find(struct spool *, uint64_t id);
struct messages *spool_messages(struct spool *);
struct destinations *spool_destinations(struct spool *);
int spool_envelope(struct spool *, struct message *);
void spool_envelope_drop(struct spool *, struct message *);
int spool_state(struct spool *, struct message *, struct state *,
    struct blob *store);
int spool_body(struct spool *, struct message *, void *, size_t, uint64_t off);
int spool_prefix(struct spool *, struct message *, void *);
int spool_body_crc(struct spool *, struct message *, uint32_t *crc);
uint64_t spool_body_offset(const struct message *);
void spool_lane_reset(struct spool *, unsigned lane);
void spool_segment_hold(struct segment *);
void spool_segment_release(struct spool *, struct segment *);
void spool_lose(struct spool *, struct message *, const char *why);
void spool_damaged(struct spool *, struct message *);
void spool_get_stats(struct spool *, struct spool_stats *);
uint64_t spool_room(const struct spool *);
void spool_renew_index(struct spool *);

#endif

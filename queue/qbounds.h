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
 * Numeric limits that only queue needs, each with its reason.  What other
 * programs must know is in lib/bounds.h.
 */
#ifndef QBOUNDS_H
#define QBOUNDS_H

#include <stdint.h>

#include "bounds.h"

/*
 * A segment: small enough that the space of finished messages comes back
 * soon, large enough that making files is rare (deps.md section 4).
 */
#ifdef EDD_CRASH
#define SEGMENT_SIZE_DEFAULT (256ull << 10) /* so that all is passed soon */
#else
#define SEGMENT_SIZE_DEFAULT (64ull << 20)
#endif

/*
 * Zeros written behind what is appended, for the next fifty small messages;
 * and up to which size of a write that is worth it.
 */
#ifdef EDD_CRASH
#define SEGMENT_ZEROS	  (16u << 10)
#define SEGMENT_ZEROS_FOR (16u << 10)
#else
#define SEGMENT_ZEROS	  (256u << 10)
#define SEGMENT_ZEROS_FOR (64u << 10)
#endif

/* A message over this streams to a segment of its own, not to memory. */
#ifdef EDD_CRASH
#define SPOOL_BIG_SIZE (32u << 10)
#else
#define SPOOL_BIG_SIZE (1u << 20)
#endif

/* An envelope: 1000 recipients with the longest ORCPT stay below 1 MB. */
#define ENVELOPE_SIZE_MAX (8u << 20)

/* More is refused by smtpd's limit on message size long before. */
#define BODY_SIZE_MAX UINT32_MAX

/* Recipients of a message; far over what configuration allows. */
#define RECORD_RCPTS_MAX 50000u

/* A stored moment, in seconds or milliseconds: sums of two stay in range. */
#define MOMENT_MAX (1ull << 53)

/* Last error text kept for a recipient: a reply line and some more. */
#define MARK_TEXT_MAX 256u

/* Where a recipient was rerouted to: a host name, " port " and a number. */
#define MARK_VIA_MAX 267u

/* A destination's name: domain, " from " sources, " via " such a route. */
#define DESTINATION_NAME_SIZE (256u + 6u + SOURCES_SIZE + 5u + MARK_VIA_MAX)

/* Envelope, record headers, marks and a new segment's first blocks. */
#define DISK_OVERHEAD 262144u

/*
 * The file system is asked for its room this often, if there is more than
 * DISK_FAR: some ten times what a fast disk writes meanwhile.
 */
#define DISK_LOOK_MS 20
#define DISK_FAR     (1ull << 30)

/* A message waits for others no longer: a sync takes about as much. */
#define COMMIT_DELAY_MS 2

/* The thread that waits for the disk calls little, on two pages and more. */
#define SYNCER_STACK (64u << 10)

/* Room for outcomes that wait, at first: those of a few batches. */
#define SPOOL_MARKS_FIRST 64u

/* Outcomes wait this long for others to share their commit. */
#define MARK_DELAY_MS 10

/*
 * Without edd nobody ends deliver before queue: what it has under way is waited
 * for, looked at so often, and for less than a new edd waits for the spool.
 */
#define ORPHAN_WAIT_MS 5000
#define ORPHAN_LOOK_MS 20

/* A write error is tried again this often. */
#define COMMIT_RETRY_MS 1000

/*
 * All messages being received, in memory.  What would go beyond goes to files
 * of its own; from the half on, that is where those of some size go, so that
 * many small ones have room.  With as many files open, the rest is refused.
 */
#define INTAKE_MEMORY_MAX  (64u << 20)
#define INTAKE_SPILL_SIZE  (64u << 10)
#define INTAKE_SPILLED_MAX 1024u
#define INTAKE_OPEN_MAX	   65536u

/* Where a peer's open messages are found: SPARES_MAX and as many sessions. */
#define INTAKE_BUCKETS 64u

/* Messages are allocated in pieces of this; a power of two. */
#define POOL_SLAB_SIZE (1u << 20)

/* A first piece of this size begins a message of about that, or more. */
#define INTAKE_LARGE_PIECE (8u << 10)
#define INTAKE_LARGE	   (128u << 10)

/* Envelopes kept after the commit so that the first attempt reads nothing. */
#define ENVELOPE_HOT_MAX (16u << 20)

/* Copied by compaction in one turn of the loop: some milliseconds. */
#define COMPACT_STEP_BYTES (1u << 20)
#define COMPACT_STEP_COUNT 64u

/* Put into the index in one turn of the loop: some milliseconds. */
#define INDEX_STEP_COUNT 128u

/*
 * A message is put into the index this long after its segment was full:
 * nearly all are delivered by then and never touch the index.
 */
#ifdef EDD_CRASH
#define INDEX_DELAY_MS 300
#else
#define INDEX_DELAY_MS 30000
#endif

/* Between checkpoints of the index, which wait for the disk. */
#ifdef EDD_CRASH
#define CHECKPOINT_MS 1000
#else
#define CHECKPOINT_MS 60000
#endif

/* Cache of the index: inner pages of a million entries. */
#define INDEX_CACHE_SIZE (16u << 20)

/* A segment without anything live and without writes for so long ends. */
#ifdef EDD_CRASH
#define SEGMENT_IDLE_MS 1000
#else
#define SEGMENT_IDLE_MS 60000
#endif

#define LANES_MAX 64u

/*
 * Batches at one deliver process: for destinations that work, enough to keep
 * its sessions busy, few enough to lose little time when it dies; for those of
 * which nothing good is known; and those that do not count any more, since
 * their destination stalled.
 */
#define LANE_KNOWN_MAX	 512u
#define LANE_NEW_MAX	 1024u
#define LANE_STALLED_MAX 8192u
#define LANE_BATCHES_MAX (LANE_KNOWN_MAX + LANE_NEW_MAX + LANE_STALLED_MAX)

/* One in so many of these places is not for bulk. */
#define LANE_RESERVE 4u

/*
 * What one user may have of a class for new destinations: at first, about the
 * sessions that deliver has by default.  Each batch that stalls makes it
 * LANE_USER_COST less, each success one more.
 */
#define LANE_USER_FIRST 192
#define LANE_USER_MIN	32
#define LANE_USER_MAX	512
#define LANE_USER_COST	2

/*
 * A destination that gives no outcome for so long has stalled: servers that
 * work take a second or two.  And how often that is looked at, at most.
 */
#define STALL_MS      5000
#define STALL_LOOK_MS 50

/*
 * Batches of a destination: until one succeeded, then, and at most.  Each
 * success makes it one more.  At first it is not known whether its servers
 * hang, and a second one would take the place of another destination's; but
 * other mail does not wait for a long message of bulk.
 */
#define DEST_BATCHES_NEW   2u
#define DEST_BATCHES_FIRST 4u
#define DEST_BATCHES_MAX   64u

/* Of so many batches at least one is bulk, however much else there is. */
#define FLOW_BULK_SHARE 8u

/* Users looked at for one who is not paused, when it is the turn of bulk. */
#define FLOW_BULK_LOOK 16u

/* Tasks that come due, or are looked through, in one turn of the loop. */
#define SCHEDULE_STEP 1024u

/* Of these that are given up: each may make a bounce. */
#define SCHEDULE_STEP_EXPIRED 64u

/*
 * Tasks a second that sweeps of destinations which are down may look at: with
 * a million of them a notice is a minute late at most, and it costs little.
 */
#define SWEEP_RATE 16384u

/* Outcomes that cannot be written yet; above this nothing new is sent. */
#define MARKS_WAITING_MAX 65536u

/*
 * Lines of a bounce: where they are folded, the longest there may be (RFC 5322
 * section 2.1.1 has 998), and the longest word that is not taken apart.
 */
#define WRAP_COLUMN   78u
#define WRAP_LINE_MAX 990u
#define WRAP_WORD_MAX 900u

/* Original message in a bounce: all of it up to here, else its header. */
#define BOUNCE_FULL_MAX	  (64u << 10)
#define BOUNCE_HEADER_MAX (64u << 10)

/* Octets of addresses after which a "notified" event names no more. */
#define REPORT_ABOUT_MAX (8u << 10)

/* Journal: one write a turn; a longer gathering is written at once. */
#define JOURNAL_BUFFER_MAX (1u << 20)
#define TRACE_STEP_BYTES   (256u << 10)
#define TRACE_STEP_LINES   256u

/*
 * Events in a run of the journal's index: what is read line by line at the
 * end of a file, and some milliseconds to sort.
 */
#define JINDEX_EVENTS 16384u

/* Of the journal at a time; no event is as long as that. */
#define JREAD_BUFFER (256u << 10)
#define JREAD_LINE   4096u

/* How often one that follows events looks for more. */
#define FOLLOW_MS 200

/* Up to so many messages are listed in the order of their ids. */
#define LIST_SORTED_MAX 100000u

/* Read by "queue verify" in one turn of the loop: some milliseconds. */
#define VERIFY_STEP_BYTES   (1u << 20)
#define VERIFY_STEP_ENTRIES 256u

/* What was found damaged is kept for a person to see, up to here. */
#define CORRUPT_BYTES_MAX (256ull << 20)
#define CORRUPT_FILES_MAX 10000u

/*
 * Work for an operator in one turn of the loop, and how often he hears of it
 * (control gives up after ten seconds without a word).
 */
#define ADMIN_STEP_MS	  5
#define ADMIN_PROGRESS_MS 1000

/* Ids that a walk through a large queue takes at a time. */
#define WALK_IDS 256u

/* Marks that wait for the disk above which a walk waits too. */
#define WALK_MARKS_MAX 16384u

/* Destinations and users that operators paused; looked through often. */
#define STEER_MAX 1000u

/* Groups that "queue count by" tells apart; the rest is one. */
#define GROUPS_MAX 10000u

/* Octets of a message exported in a row: Base64 makes a third more. */
#define EXPORT_ROW_OCTETS 24000u

/* Notices that wait for control; more are dropped, oldest first. */
#define NOTICES_MAX 10000u

/* Places of NOTICE_SOFT_MAX recipients: a power of two, a quarter empty. */
#define WATCH_PLACES 131072u

/* How long a retry token is kept, as the service does; seconds. */
#define RETRY_KEPT 86400

/*
 * Retry tokens of a day: tables of 150 MB at the most. One user has a quarter
 * of them, which is twelve messages a second.
 */
#define RETRY_MAX      4194304u
#define RETRY_USER_MAX (RETRY_MAX / 4)

/* Records that a full disk has not taken; above this no token is. */
#define RETRY_WAITING_MAX (1u << 20)

/* How often old tokens are looked for; seconds. */
#define RETRY_TEND 60

#endif

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
 * Numeric limits that only deliver has, each with its reason; those that it
 * shares with other programs are in lib/bounds.h.
 */
#ifndef LIMITS_H
#define LIMITS_H

/*
 * Replies.  RFC 5321 section 4.5.3.1.5 has 512 octets a line; servers that
 * write URLs into refusals send more.  EHLO answers of real servers have
 * under 30 lines.
 */
#define REPLY_LINE_MAX	4096u
#define REPLY_LINES_MAX 128u

/* "5.123.123", RFC 3463 section 2, and the size of the field in OUTCOME. */
#define ENHANCED_SIZE 16u

/* Records of one DNS answer that are looked at; beyond is abuse. */
#define DNSPACKET_RECORDS_MAX 64u

/* CNAMEs followed within one answer; resolvers stop at 8 to 12. */
#define DNSPACKET_CHAIN_MAX 16u

/* Strings of one TXT record, joined; a DKIM key of RSA-4096 has about 750. */
#define DNSPACKET_TEXT_MAX 4095u

/* Compression pointers followed in a name; a name has at most 127 labels. */
#define DNSPACKET_JUMPS_MAX 128u

/*
 * Questions that libunbound works on at once; more wait in order.  Each may
 * hold a socket, and libunbound answers with an error above its own limit.
 */
#define RESOLVER_QUERIES_MAX 256u

/* Seconds for one question; libunbound itself may try for minutes. */
#define RESOLVER_TIMEOUT 60u

/* Forwarders taken from resolv.conf, which itself has a limit of 3. */
#define RESOLVER_SERVERS_MAX 8u

/* MX hosts of one domain whose addresses are looked up, best first. */
#define MX_HOSTS_MAX 16u

/* Addresses of one destination that are tried, best first. */
#define TARGETS_MAX 24u

/* Addresses of one host that are tried: the rest is the same machine. */
#define HOST_ADDRESSES_MAX 8u

/* Seconds that a destination's addresses are used before asking again. */
#define TARGETS_LIFETIME 60u

/* Seconds during which a host that failed is tried after all others. */
#define TARGET_FAILED 60u

/* Messages through one connection; servers begin to mind above this. */
#define SESSION_MESSAGES_MAX 100u

/* Seconds that a connection is kept without work. */
#define SESSION_IDLE 10u

/* Times a batch is handed to another connection without a reply to it. */
#define JOB_RETURNS_MAX 3u

/* Body octets read from the segment and stuffed at a time. */
#define BODY_CHUNK 32768u

/* Octets of a body that may wait in the output buffer of a connection. */
#define BODY_UNSENT_MAX 131072u

/* Unread input of a connection: more than any reply that is taken. */
#define LINK_INPUT_MAX 65536u

/*
 * Batches held at once, about 1 KB each: above the first, queue is not read
 * from until there are fewer than the second.
 */
#define JOBS_HIGH 20000u
#define JOBS_LOW  15000u

/* Seconds that stopping waits for what is in flight. */
#define STOP_TIMEOUT 10u

/*
 * Part of all connections, in percent, beyond which no destination gets a
 * second one: slow destinations must not take the place of others.
 */
#define SESSIONS_GROWTH_PERCENT 75u

/*
 * One of so many connections is for mail that is not bulk, to destinations
 * that were not slow: it goes at once, whatever else there is.  With fewer
 * than SESSIONS_RESERVE_FROM in all there is no such part.
 */
#define SESSIONS_RESERVE      8u
#define SESSIONS_RESERVE_FROM 4u

/* Of so many other destinations that get a connection one has only bulk. */
#define RANK_BULK_TURNS 8u

/*
 * A connection that waits so many seconds for one answer is slow.  While
 * destinations wait for a connection, or the reserve is in use, slow ones are
 * cut in favour of them, if their message is not on its way yet, down to that
 * part of all connections.
 */
#define SLOW_SECONDS 3
#define SLOW_PERCENT 50u

/* Of so many connections that get free a slow destination gets one. */
#define RANK_TURNS 4u

/* Chains of the table of destinations; more only makes them longer. */
#define DESTINATION_CHAINS 4096u

/* Seconds that what is known of a destination's hosts is kept unused. */
#define DESTINATION_KEEP 120u

/*
 * Webhooks: requests at once, addresses of a host that are tried, seconds for
 * each of them, and octets of an answer before its status is known.
 */
#define POSTS_MAX	   64u
#define POST_ADDRESSES_MAX 8u
#define POST_SECONDS	   30u
#define POST_ANSWER_MAX	   16384u

#endif

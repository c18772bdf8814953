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
 * The peers of smtpd as a test has them: requests are noted, answered when
 * the test says so, and what the queue would get is kept.
 */
#ifndef FAKE_PEERS_H
#define FAKE_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto_submit.h"

struct evbuffer;

/* What the test sets, and what it looks at afterwards. */
struct fake {
	bool no_control;
	bool no_queue;
	bool no_signer;
	bool full;
	bool draining;
	bool backwards; /* answers in the opposite order */
	unsigned keys;
	enum submit_status open_status;
	enum submit_status done_status;
	uint64_t epoch;
	uint64_t policy_epoch;
	uint32_t limit;		      /* units a day; 0: none */
	bool uncounted, unsuppressed; /* said of senders */

	struct evbuffer *data; /* of the message open last */
	struct submit_commit commit;
	uint64_t message;	 /* opened last */
	uint64_t spare;		 /* opened ahead; 0: none */
	struct submit_rcpt rcpt; /* the last of them */
	char rcpts[4096];	 /* of the commit, each with a space */
	unsigned opens, commits, aborts, suppressed, rejected;
	unsigned asked_senders;
	uint32_t reserved, counted; /* units */
	uint64_t transaction;
	unsigned released, left;
};

struct fake *fake_new(void);
void fake_free(void);
bool fake_answer(void);
void fake_die(void);

#endif /* FAKE_PEERS_H */

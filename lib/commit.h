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
 * The end of a message: its From addresses approved, its signatures made, and
 * the queue's word that it is durable.
 */
#ifndef COMMIT_H
#define COMMIT_H

#include <stdint.h>

#include "bounds.h"

struct policy_sender_reply;
struct recipient;
struct sign_signature;
struct submission;
struct submit_done;

enum commit_status {
	COMMIT_WAITS,	 /* for an answer of a peer */
	COMMIT_ACCEPTED, /* it is durable, or for nobody */
	COMMIT_REFUSED	 /* the submission has why */
};

/* What a client was told of a recipient, for the journal. */
typedef void (*commit_text_cb)(const struct recipient *, void *,
    char text[REPLY_TEXT_SIZE]);

void commit_ask_sender(struct submission *);
void commit_sender(struct submission *, uint64_t id,
    const struct policy_sender_reply *);
void commit_signature(struct submission *, uint64_t id,
    const struct sign_signature *);
void commit_done(struct submission *, const struct submit_done *);
enum commit_status commit_step(struct submission *);
void commit_report(struct submission *, commit_text_cb, void *);

#endif /* COMMIT_H */

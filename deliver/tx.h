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
 * One mail transaction: MAIL, RCPT, DATA and the message.  Replies in, bytes
 * out; no socket.
 */
#ifndef TX_H
#define TX_H

#include <stdbool.h>
#include <stddef.h>

#include "proto_work.h"

struct ehlo;
struct job;
struct output;
struct reply;
struct tx;

enum tx_want {
	TX_REPLY, /* the next reply */
	TX_DRAIN, /* room in the output buffer, then tx_more() */
	TX_DONE,  /* all recipients have their outcome */
	TX_RESET, /* the same, but the server needs RSET first */
	TX_BROKEN /* the same, and the connection cannot be used any more */
};

struct tx *tx_new(const struct output *);
void tx_free(struct tx *);
enum tx_want tx_start(struct tx *, struct job *, const struct ehlo *,
    const struct work_outcome *where);
enum tx_want tx_reply(struct tx *, const struct reply *);
enum tx_want tx_more(struct tx *);
void tx_over(struct tx *, const struct reply *);
void tx_lost(struct tx *, const char *text);
struct job *tx_take_back(struct tx *);
bool tx_may_yield(const struct tx *);
struct job *tx_yield(struct tx *);
unsigned tx_timeout(const struct tx *);
bool tx_is_sending(const struct tx *);

#endif

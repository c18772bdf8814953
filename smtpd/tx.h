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
 * One mail transaction: the message that is handed in, and what SMTP has
 * besides: parameters of MAIL, and which recipients had their reply.
 */
#ifndef TX_H
#define TX_H

#include <stdbool.h>
#include <stddef.h>

#include "command.h"
#include "reply.h"
#include "submission.h"

struct policy_sender_reply;
struct session;

struct tx {
	struct submission sub;
	struct command_mail mail;
	bool chunked;	     /* BDAT has begun */
	size_t replied;	     /* the first recipient that has no reply yet */
	size_t regretted;    /* recipients that were refused after their 250 */
	uint64_t generation; /* of what control said of the sender */
	int64_t ended;	     /* its last octet came, monotonic microseconds */
};

void tx_set_client(struct session *);
struct tx *tx_new(const struct session *, const struct policy_sender_reply *);
void tx_free(struct tx *);
size_t tx_pending(const struct tx *);
size_t tx_accepted(const struct tx *);
bool tx_has_content(const struct tx *);
bool tx_rcpt_is_sure(const struct session *);
enum reply tx_rcpt_reply(const struct session *, const struct recipient *);
void tx_data_end(struct session *);
void tx_refuse(struct session *);
bool tx_finish(struct session *);

#endif /* TX_H */

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
 * What the journal says of a message that was taken in.
 */
#include "accepted.h"

#include <stdbool.h>
#include <stdlib.h>

#include "envelope.h"
#include "journal.h"
#include "message.h"
#include "queue.h"
#include "spool.h"

/*
 * Write the event of each recipient; nothing without memory, or if it cannot
 * be read.
 */
void
accepted_tell(struct queue *q, struct message *m)
{
	struct envelope env;
	struct envelope_rcpt r;
	struct cursor c;

	if (spool_envelope(q->spool, m) == -1 ||
	    envelope_decode(&env, m->envelope, m->meta_len) == -1)
		return;
	envelope_first(&env, &c);
	while (envelope_next(&c, &r) == 1) {
		journal_begin(q->journal, "accepted", m->id);
		journal_str(q->journal, "recipient", r.address);
		journal_str(q->journal, "sender", env.sender);
		journal_str(q->journal, "from", env.from);
		journal_str(q->journal, "messageId", env.message_id);
		journal_str(q->journal, "user", env.user);
		journal_str(q->journal, "compartment", env.compartment);
		journal_str(q->journal, "source", env.source);
		journal_num(q->journal, "size",
		    (int64_t)m->body_len + m->prefix_len);
		journal_str(q->journal, "dkimSelector", env.selector);
		journal_end(q->journal);
	}
}

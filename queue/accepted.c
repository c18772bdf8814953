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
#include "spool.h"

/*
 * Write the event of each recipient but the first ones, so many of which have
 * it, with a text if there is more to say; nothing without memory, or if it
 * cannot be read.  How many were written.
 */
uint32_t
accepted_tell(struct journal *j, struct spool *spool, struct message *m,
    uint32_t there, const char *text)
{
	struct envelope env;
	struct envelope_rcpt r;
	struct cursor c;
	uint32_t i = 0;

	if (spool_envelope(spool, m) == -1 ||
	    envelope_decode(&env, m->envelope, m->meta_len) == -1)
		return 0;
	envelope_first(&env, &c);
	while (envelope_next(&c, &r) == 1) {
		if (i++ < there)
			continue;
		journal_begin(j, "accepted", m->id);
		journal_str(j, "recipient", r.address);
		journal_str(j, "sender", env.sender);
		journal_str(j, "from", env.from);
		journal_str(j, "messageId", env.message_id);
		journal_str(j, "user", env.user);
		journal_str(j, "compartment", env.compartment);
		journal_str(j, "source", env.source);
		journal_num(j, "size", (int64_t)m->body_len + m->prefix_len);
		journal_str(j, "dkimSelector", env.selector);
		journal_str(j, "text", text);
		journal_end(j);
	}
	return i < there ? 0 : i - there;
}

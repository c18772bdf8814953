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
 * DATA: the message is opened with the queue, then the session reads it. What is
 * read is content.c's, the end of it commit.c's.
 */
#include "command.h"
#include "commands.h"
#include "content.h"
#include "session.h"
#include "tx.h"

static void
data_begin(struct session *s)
{
	if (content_begin(&s->tx->sub, false) == -1) {
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
		return;
	}
	session_reply(s, REPLY_DATA, NULL, NULL);
	session_enter(s, SESSION_DATA);
}

/* DATA: a message for suppressed recipients only is read and goes nowhere. */
void
cmd_data_run(struct session *s, const struct command *c)
{
	if (s->tx->mail.body == COMMAND_BODY_BINARY) {
		session_reply(s, REPLY_BINARY, NULL, NULL);
		return;
	}
	if (!tx_has_content(s->tx) || submission_is_open(&s->tx->sub)) {
		data_begin(s);
		return;
	}
	if (submission_open(&s->tx->sub, s->tx->mail.size) == -1)
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
	else if (s->tx->sub.open)
		data_begin(s);
	else
		session_enter(s, SESSION_ASK);
}

/* What the answer says to one who waits for it, by DATA or the first BDAT. */
static void
data_answer(struct session *s, enum reply r)
{
	if (s->tx->chunked)
		cmd_bdat_opened(s, r);
	else if (r == REPLY_NONE)
		data_begin(s);
	else {
		session_enter(s, SESSION_COMMAND);
		session_refuse(s, r, NULL, NULL, "");
	}
}

/*
 * The queue's answer, that was asked for by DATA, BDAT or, ahead of them, the
 * first recipient: then a refusal is of no account, they ask again.
 */
void
cmd_data_opened(struct session *s, const struct session_answer *a)
{
	enum submission_refusal why;

	if (s->tx == NULL || (a->reply != NULL && a->id != s->tx->sub.open_ask))
		return;
	why = submission_opened(&s->tx->sub, a->reply);
	if (s->state != SESSION_ASK)
		return;
	if (why == SUBMISSION_GONE)
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
	else if (why == SUBMISSION_FULL)
		data_answer(s, REPLY_STORAGE);
	else
		data_answer(s,
		    why == SUBMISSION_FINE ? REPLY_NONE : REPLY_SERVER_ERROR);
}

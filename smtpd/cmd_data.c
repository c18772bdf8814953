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
 * DATA: opens the message with the queue, then the session reads it. What is
 * read is content.c's, the end of it commit.c's.
 */
#include "command.h"
#include "commands.h"
#include "content.h"
#include "peers.h"
#include "proto_submit.h"
#include "session.h"
#include "tx.h"

static void
data_begin(struct session *s)
{
	if (content_begin(s, false) == -1) {
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
	if (s->tx->live == 0) {
		data_begin(s);
		return;
	}
	s->tx->epoch = peers_epoch(s->env->peers);
	s->ask = peers_open(s->env->peers, s->tx->mail.size, s);
	if (s->ask == 0)
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
	else
		session_enter(s, SESSION_ASK);
}

/* The queue's answer to DATA, or to the first BDAT. */
void
cmd_data_opened(struct session *s, const struct session_answer *a)
{
	const struct submit_opened *opened;
	enum reply r;

	opened = a->reply;
	if (opened == NULL) {
		session_reply(s, REPLY_PROBLEM, NULL, NULL);
		return;
	}
	if (a->id != s->ask)
		return;
	r = REPLY_NONE;
	if (opened->status == SUBMIT_OK) {
		s->tx->open = true;
		s->tx->message = opened->message;
	} else
		r = opened->status == SUBMIT_FULL ? REPLY_STORAGE :
						    REPLY_SERVER_ERROR;
	if (s->tx->chunked)
		cmd_bdat_opened(s, r);
	else if (r == REPLY_NONE)
		data_begin(s);
	else {
		session_enter(s, SESSION_COMMAND);
		session_refuse(s, r, NULL, NULL, "");
	}
}

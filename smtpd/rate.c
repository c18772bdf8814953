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
 * Units of a transaction.  A message is accepted only if the control that
 * reserved for it still lives: another one would not count it.
 */
#include "rate.h"

#include <inttypes.h>
#include <stdio.h>

#include "bounds.h"
#include "peers.h"
#include "proto_policy.h"
#include "session.h"
#include "tx.h"

/* Units of one recipient of a message of this size; 0: not known yet. */
uint32_t
rate_units(uint64_t size)
{
	return size == 0 ? 1 : (uint32_t)((size - 1) / RATE_BLOCK + 1);
}

/* How a recipient, or a message, is refused; REPLY_NONE if it is not. */
enum reply
rate_refusal(const struct policy_rcpt_reply *a)
{
	switch (a->status) {
	case POLICY_OK:
		return REPLY_NONE;
	case POLICY_MINUTE:
		return REPLY_RATE_MINUTE;
	case POLICY_DAY:
		return REPLY_RATE_DAY;
	default:
		return REPLY_PROCESSING;
	}
}

/* The number that goes into the reply. */
void
rate_text(uint32_t limit, char text[RATE_TEXT_SIZE])
{
	(void)snprintf(text, RATE_TEXT_SIZE, "%" PRIu32, limit);
}

/*
 * The size of the message is known: reserve what is missing, if anything is.
 * tx->rate_ask is set while control is asked.
 */
void
rate_ask(struct session *s)
{
	struct policy_units ask;
	struct tx *tx;

	tx = s->tx;
	if (!tx->counted)
		return;
	if (peers_policy_epoch(s->env->peers) != tx->policy_epoch) {
		tx_refuse(s->env, tx, REPLY_PROCESSING, "");
		return;
	}
	if (rate_units(tx->data.size) <= rate_units(tx->mail.size))
		return;
	ask.transaction = tx->number;
	ask.units = (uint32_t)tx->live * rate_units(tx->data.size);
	tx->rate_ask = peers_resize(s->env->peers, &ask, s);
	if (tx->rate_ask == 0)
		tx_refuse(s->env, tx, REPLY_PROBLEM, "");
}

/* control's answer to that. */
void
rate_answer(struct session *s, const struct session_answer *a)
{
	const struct policy_rcpt_reply *reply;
	char text[RATE_TEXT_SIZE];
	struct tx *tx;

	tx = s->tx;
	reply = a->reply;
	if (tx->rate_ask == 0)
		return;
	if (reply == NULL) {
		tx_refuse(s->env, tx, REPLY_PROBLEM, "");
		return;
	}
	if (a->id != tx->rate_ask)
		return;
	tx->rate_ask = 0;
	rate_text(reply->limit, text);
	if (rate_refusal(reply) != REPLY_NONE)
		tx_refuse(s->env, tx, rate_refusal(reply), text);
}

/* The message was accepted: its units count. */
void
rate_accepted(struct session_env *env, struct tx *tx)
{
	struct policy_units units;

	if (!tx->counted || tx->live == 0)
		return;
	tx->counted = false;
	units.transaction = tx->number;
	units.units = (uint32_t)tx->live * rate_units(tx->data.size);
	peers_counted(env->peers, &units);
}

/* It comes to nothing: what it has reserved, or has asked for, is free. */
void
rate_release(struct session_env *env, struct tx *tx)
{
	if (tx->counted || tx_pending(tx) > 0)
		peers_release(env->peers, tx->number);
	tx->counted = false;
}

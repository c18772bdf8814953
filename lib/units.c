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
 * Units of a submission.  A message is accepted only if the control that
 * reserved for it still lives: another one would not count it.
 */
#include "units.h"

#include <inttypes.h>
#include <stdio.h>

#include "bounds.h"
#include "peers.h"
#include "proto_policy.h"
#include "submission.h"
#include "submitter.h"

/* Digits of a limit, and NUL. */
#define LIMIT_SIZE 16u

/* Units of one recipient of a message of this size; 0: not known yet. */
uint32_t
units_of(uint64_t size)
{
	return size == 0 ? 1 : (uint32_t)((size - 1) / RATE_BLOCK + 1);
}

/*
 * The size of the message is known: reserve what is missing, if anything is.
 * units_ask is set while control is asked.
 */
void
units_ask(struct submission *sub)
{
	struct policy_units ask;
	struct peers *peers;

	peers = sub->client->env->peers;
	if (!sub->counted)
		return;
	if (peers_policy_epoch(peers) != sub->policy_epoch) {
		submission_refuse(sub, SUBMISSION_TEMPFAIL, "");
		return;
	}
	if (units_of(sub->data.size) <= units_of(sub->size))
		return;
	ask.transaction = sub->number;
	ask.units = (uint32_t)sub->live * units_of(sub->data.size);
	sub->units_ask = peers_resize(peers, &ask, sub->client->who);
	if (sub->units_ask == 0)
		submission_refuse(sub, SUBMISSION_GONE, "");
}

/* control's answer to that; NULL: it is gone. */
void
units_answer(struct submission *sub, uint64_t id,
    const struct policy_rcpt_reply *reply)
{
	char limit[LIMIT_SIZE];

	if (sub->units_ask == 0)
		return;
	if (reply == NULL) {
		submission_refuse(sub, SUBMISSION_GONE, "");
		return;
	}
	if (id != sub->units_ask)
		return;
	sub->units_ask = 0;
	(void)snprintf(limit, sizeof(limit), "%" PRIu32, reply->limit);
	if (reply->status == POLICY_MINUTE)
		submission_refuse(sub, SUBMISSION_MINUTE, limit);
	else if (reply->status == POLICY_DAY)
		submission_refuse(sub, SUBMISSION_DAY, limit);
	else if (reply->status != POLICY_OK)
		submission_refuse(sub, SUBMISSION_TEMPFAIL, "");
}

/* The message was accepted: its units count. */
void
units_accepted(struct submission *sub)
{
	struct policy_units units;

	if (!sub->counted || sub->live == 0)
		return;
	sub->counted = false;
	units.transaction = sub->number;
	units.units = (uint32_t)sub->live * units_of(sub->data.size);
	peers_counted(sub->client->env->peers, &units);
}

/* It comes to nothing: what it has reserved, or has asked for, is free. */
void
units_release(struct submission *sub)
{
	if (sub->counted || sub->answered < sub->rcpts_len)
		peers_release(sub->client->env->peers, sub->number);
	sub->counted = false;
}

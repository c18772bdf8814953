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
 * A submission as memory: its begin, its end, and why it is refused. It asks
 * no peer but the queue to open and to abort it.
 */
#include "submission.h"

#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "compat.h"
#include "dkimsign.h"
#include "id.h"
#include "log.h"
#include "peers.h"
#include "proto_submit.h"
#include "recode.h"
#include "submitter.h"
#include "units.h"

/*
 * A message from a sender that control approved. What the client says of it
 * is filled in next. Ends with submission_clear().
 */
void
submission_init(struct submission *sub, const struct submission_client *client,
    const struct policy_sender_reply *by)
{
	memset(sub, 0, sizeof(*sub));
	sub->client = client;
	sub->by = *by;
	sub->number = ++client->env->transactions;
	sub->sender = sub->envid = sub->protocol = "";
}

/* Octets that the message may have: what all may, or less. */
uint64_t
submission_size_max(const struct submission *sub)
{
	uint64_t max;

	max = sub->client->message_size;
	return sub->by.size_max != 0 && sub->by.size_max < max ?
	    sub->by.size_max :
	    max;
}

/* Recipients that it may have, if all may have max. */
uint32_t
submission_rcpt_max(const struct submission *sub, uint32_t max)
{
	return sub->by.rcpt_max != 0 && sub->by.rcpt_max < max ?
	    sub->by.rcpt_max :
	    max;
}

/* If the queue has it open, abort it there. */
void
submission_close(struct submission *sub)
{
	if (!sub->open)
		return;
	sub->open = false;
	peers_abort(sub->client->env->peers, sub->epoch, sub->message);
}

/* The request with the retry token comes to nothing: it is free again. */
void
submission_unclaim(struct submission *sub)
{
	if (sub->claim == 0)
		return;
	peers_abort(sub->client->env->peers, sub->claim_epoch, sub->claim);
	sub->claim = 0;
}

/* Free what it holds, and abort what the queue has of it. */
void
submission_clear(struct submission *sub)
{
	size_t i;

	submission_close(sub);
	units_release(sub);
	for (i = 0; i < sub->rcpts_len; i++) {
		free(sub->rcpts[i].address);
		free(sub->rcpts[i].orcpt);
	}
	free(sub->rcpts);
	free(sub->from);
	ahead_clear(&sub->ahead);
	recode_free(sub->recode);
	collect_clear(&sub->raw);
	collect_clear(&sub->recoded);
	dkimsign_free(sub->sign);
}

/*
 * Whether the queue has it open; what another life of the queue had it must
 * open once more.
 */
bool
submission_is_open(struct submission *sub)
{
	if (sub->open && sub->epoch != peers_epoch(sub->client->env->peers))
		sub->open = false;
	return sub->open;
}

/*
 * Have the queue open it, if that is not under way; size is a guess, 0 is
 * none. It is open on return if the queue had one open ahead; otherwise it was
 * asked. -1: it is not there.
 */
int
submission_open(struct submission *sub, uint64_t size)
{
	struct peers *peers;

	if (sub->open_ask != 0)
		return 0;
	peers = sub->client->env->peers;
	sub->epoch = peers_epoch(peers);
	sub->message = size > SPARE_SIZE ? 0 : peers_spare(peers);
	sub->open = sub->message != 0;
	if (sub->open)
		return 0;
	sub->open_ask = peers_open(peers, size, sub->client->who);
	return sub->open_ask == 0 ? -1 : 0;
}

/*
 * The queue's answer to that; the submission is not refused by it, so that the
 * front end may say so in its own way, or ask again.
 */
enum submission_refusal
submission_opened(struct submission *sub, const struct submit_opened *opened)
{
	char id[ID_TEXT_SIZE];

	sub->open_ask = 0;
	if (opened == NULL)
		return SUBMISSION_GONE;
	if (opened->status != SUBMIT_OK)
		return opened->status == SUBMIT_FULL ? SUBMISSION_FULL :
						       SUBMISSION_TEMPFAIL;
	sub->open = true;
	sub->message = opened->message;
	log_debug("%s is open at queue", id_format(opened->message, id));
	return SUBMISSION_FINE;
}

/*
 * The message will not be accepted: the first reason counts. The rest of its
 * octets is of no use, so the queue forgets what it has.
 */
void
submission_refuse(struct submission *sub, enum submission_refusal why,
    const char *detail)
{
	if (sub->refusal != SUBMISSION_FINE)
		return;
	sub->refusal = why;
	(void)strlcpy(sub->detail, detail, sizeof(sub->detail));
	submission_close(sub);
}

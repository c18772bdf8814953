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
 * The recipients of a message. Each is asked about once: whether it is
 * suppressed, and whether the user may send so much.
 */
#include "recipient.h"

#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "compat.h"
#include "peers.h"
#include "proto_policy.h"
#include "submission.h"
#include "submitter.h"
#include "units.h"

/*
 * A recipient more, state RECIPIENT_ASKED; orcpt "": none. The pointer holds
 * until the next is added. NULL without memory.
 */
struct recipient *
recipient_add(struct submission *sub, const struct address *a,
    const char *orcpt, uint8_t notify)
{
	struct recipient *p;
	size_t cap;

	if (sub->rcpts_len == sub->rcpts_cap) {
		cap = sub->rcpts_cap == 0 ? 4 : sub->rcpts_cap * 2;
		p = reallocarray(sub->rcpts, cap, sizeof(*p));
		if (p == NULL)
			return NULL;
		sub->rcpts = p;
		sub->rcpts_cap = cap;
	}
	p = &sub->rcpts[sub->rcpts_len];
	memset(p, 0, sizeof(*p));
	p->address = strdup(a->mailbox);
	p->orcpt = orcpt[0] == '\0' ? NULL : strdup(orcpt);
	if (p->address == NULL || (orcpt[0] != '\0' && p->orcpt == NULL)) {
		free(p->address);
		free(p->orcpt);
		return NULL;
	}
	p->notify = notify;
	if (!address_is_ascii(a))
		sub->utf8 = true;
	sub->rcpts_len++;
	return p;
}

/* Ask control about it, in ASCII. -1: control is not there. */
int
recipient_ask(struct submission *sub, struct recipient *rcpt,
    const struct address *ascii)
{
	const struct submission_client *client;
	struct policy_rcpt ask;

	client = sub->client;
	memset(&ask, 0, sizeof(ask));
	(void)strlcpy(ask.user, client->user, sizeof(ask.user));
	(void)strlcpy(ask.credential, client->credential,
	    sizeof(ask.credential));
	ask.transaction = sub->number;
	ask.units = units_of(sub->size);
	(void)strlcpy(ask.compartment, sub->by.compartment,
	    sizeof(ask.compartment));
	(void)strlcpy(ask.address, ascii->mailbox, sizeof(ask.address));
	rcpt->ask = peers_rcpt(client->env->peers, &ask, client->who);
	return rcpt->ask == 0 ? -1 : 0;
}

/* The recipient that a question to control was about, or NULL. */
static struct recipient *
recipient_find(struct submission *sub, uint64_t id)
{
	struct recipient *p;
	size_t i;

	for (i = sub->answered; i < sub->rcpts_len; i++) {
		p = &sub->rcpts[i];
		if (p->ask == id && p->state == RECIPIENT_ASKED)
			return p;
	}
	return NULL;
}

/* It is on the suppression list, and the message may go to others. */
void
recipient_suppress(struct submission *sub, struct recipient *rcpt)
{
	rcpt->state = RECIPIENT_SUPPRESSED;
	sub->suppressed++;
}

/*
 * control's answer. The recipient has its word in status, and is
 * RECIPIENT_OK or _REFUSED; one that is suppressed (POLICY_NO) is the caller's
 * to decide upon. NULL if none was asked about.
 */
struct recipient *
recipient_answer(struct submission *sub, uint64_t id,
    const struct policy_rcpt_reply *reply)
{
	struct recipient *rcpt;

	rcpt = recipient_find(sub, id);
	if (rcpt == NULL)
		return NULL;
	rcpt->status = reply->status;
	rcpt->limit = reply->limit;
	if (reply->status == POLICY_OK) {
		rcpt->state = RECIPIENT_OK;
		sub->live++;
		if (reply->counted) {
			sub->counted = true;
			sub->policy_epoch = peers_policy_epoch(
			    sub->client->env->peers);
		}
	} else
		rcpt->state = RECIPIENT_REFUSED;
	while (sub->answered < sub->rcpts_len &&
	    sub->rcpts[sub->answered].state != RECIPIENT_ASKED)
		sub->answered++;
	return rcpt;
}

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
 * The claims of one peer.
 */
#include "claim.h"

#include <string.h>

#include "chan.h"
#include "clock.h"
#include "compat.h"
#include "envelope.h"
#include "msg.h"
#include "proto_claim.h"
#include "proto_submit.h"
#include "queue.h"
#include "spool.h"

static enum submit_claim_status
claim_status(enum retry_status status)
{
	switch (status) {
	case RETRY_NEW:
		return CLAIM_NEW;
	case RETRY_AGAIN:
		return CLAIM_AGAIN;
	case RETRY_BUSY:
		return CLAIM_BUSY;
	case RETRY_MANY:
		return CLAIM_MANY;
	case RETRY_FULL:
		return CLAIM_FULL;
	default:
		return CLAIM_TEMPFAIL;
	}
}

/* Answer a CLAIM; a new one joins the list.  -1 if it is ill-formed. */
int
claims_ask(struct queue *q, struct claim_list *list, struct chan *c,
    struct msgin *m)
{
	struct submit_claimed answer;
	struct submit_claim ask;
	struct retry_record r;
	struct claim *claim;

	if (submit_claim_recv(m, &ask) == -1)
		return -1;
	memset(&answer, 0, sizeof(answer));
	answer.status = claim_status(retry_claim(q->retry, ask.key, ask.user,
	    clock_seconds(), &claim, &r));
	if (answer.status == CLAIM_NEW) {
		LIST_INSERT_HEAD(list, claim, entry);
		claim->id = answer.message = spool_new_id(q->spool);
	} else if (answer.status == CLAIM_AGAIN) {
		answer.message = r.message;
		answer.suppressed = r.suppressed;
		memcpy(answer.digest, r.digest, sizeof(answer.digest));
		(void)strlcpy(answer.message_id, r.message_id,
		    sizeof(answer.message_id));
	}
	(void)submit_claimed_send(c, m->id, &answer);
	return 0;
}

/* The claim that has that number, or NULL. */
static struct claim *
claims_find(const struct claim_list *list, uint64_t id)
{
	struct claim *c;

	LIST_FOREACH(c, list, entry)
		if (c->id == id)
			break;
	return c;
}

/*
 * Take the claim that a COMMIT names out of the list; NULL for 0.  -1: there is
 * none of that number.
 */
int
claims_take(struct claim_list *list, uint64_t id, struct claim **claim)
{
	*claim = NULL;
	if (id == 0)
		return 0;
	*claim = claims_find(list, id);
	if (*claim == NULL)
		return -1;
	LIST_REMOVE(*claim, entry);
	return 0;
}

static void
drop(struct queue *q, struct claim *c)
{
	LIST_REMOVE(c, entry);
	retry_release(q->retry, c);
}

/* A claim comes to nothing.  -1: there is none of that number. */
int
claims_abort(struct queue *q, struct claim_list *list, uint64_t id)
{
	struct claim *c;

	c = claims_find(list, id);
	if (c == NULL)
		return -1;
	drop(q, c);
	return 0;
}

/* Nor does any of them. */
void
claims_clear(struct queue *q, struct claim_list *list)
{
	struct claim *c;

	while ((c = LIST_FIRST(list)) != NULL)
		drop(q, c);
}

/* Fill in what is kept, for the envelope too; accepted in milliseconds. */
void
kept_make(struct kept *k, const struct submit_commit *commit, int64_t accepted,
    struct envelope_retry *retry)
{
	struct retry_record *r = &k->record;

	memcpy(r->key, k->claim->key, sizeof(r->key));
	memcpy(r->digest, commit->digest, sizeof(r->digest));
	r->message = commit->message;
	r->suppressed = commit->suppressed;
	r->accepted = accepted / 1000;
	(void)strlcpy(r->user, commit->user, sizeof(r->user));
	(void)strlcpy(r->message_id, commit->message_id, sizeof(r->message_id));
	memcpy(retry->key, r->key, sizeof(retry->key));
	memcpy(retry->digest, r->digest, sizeof(retry->digest));
	retry->suppressed = r->suppressed;
}

/*
 * The message is durable, or is not and never will be; the claim ends.  A start
 * does not look at a large message that it finds in the index, so that its
 * token must be durable now.
 */
void
kept_end(struct queue *q, struct kept *k, bool durable)
{
	if (k->claim == NULL)
		return;
	if (durable)
		retry_put(q->retry, &k->record, clock_seconds());
	if (durable && k->large)
		spool_settle_big(q->spool);
	retry_release(q->retry, k->claim);
}

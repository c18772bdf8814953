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
 * Mail transactions: memory, recipients, refusal. It sends no reply and asks
 * no peer but to abort what the queue has.
 */
#include "tx.h"

#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "dkimsign.h"
#include "path.h"
#include "peers.h"
#include "rate.h"
#include "recode.h"
#include "session.h"

/*
 * A transaction from a sender that control approved. Freed with tx_free().
 * NULL without memory.
 */
struct tx *
tx_new(const struct command_mail *mail, const struct policy_sender_reply *by)
{
	struct tx *tx;

	tx = calloc(1, sizeof(*tx));
	if (tx == NULL)
		return NULL;
	tx->mail = *mail;
	tx->utf8 = !path_is_ascii(&mail->path);
	tx->by = *by;
	return tx;
}

/* If the queue has it open, abort it there. */
void
tx_close(struct session_env *env, struct tx *tx)
{
	if (!tx->open)
		return;
	tx->open = false;
	peers_abort(env->peers, tx->epoch, tx->message);
}

/* Free it, and abort what the queue has of it; NULL is allowed. */
void
tx_free(struct session_env *env, struct tx *tx)
{
	size_t i;

	if (tx == NULL)
		return;
	tx_close(env, tx);
	rate_release(env, tx);
	for (i = 0; i < tx->rcpts_len; i++) {
		free(tx->rcpts[i].address);
		free(tx->rcpts[i].orcpt);
	}
	free(tx->rcpts);
	free(tx->from);
	ahead_clear(&tx->ahead);
	recode_free(tx->recode);
	collect_clear(&tx->raw);
	collect_clear(&tx->recoded);
	dkimsign_free(tx->sign);
	free(tx);
}

/*
 * A recipient more, state TX_RCPT_ASKED. The pointer holds until the next is
 * added. NULL without memory.
 */
struct tx_rcpt *
tx_add_rcpt(struct tx *tx, const struct command_rcpt *r)
{
	struct tx_rcpt *p;
	size_t cap;

	if (tx->rcpts_len == tx->rcpts_cap) {
		cap = tx->rcpts_cap == 0 ? 4 : tx->rcpts_cap * 2;
		p = reallocarray(tx->rcpts, cap, sizeof(*p));
		if (p == NULL)
			return NULL;
		tx->rcpts = p;
		tx->rcpts_cap = cap;
	}
	p = &tx->rcpts[tx->rcpts_len];
	memset(p, 0, sizeof(*p));
	p->address = strdup(r->path.mailbox);
	p->orcpt = r->orcpt[0] == '\0' ? NULL : strdup(r->orcpt);
	if (p->address == NULL || (r->orcpt[0] != '\0' && p->orcpt == NULL)) {
		free(p->address);
		free(p->orcpt);
		return NULL;
	}
	p->notify = r->notify;
	if (!path_is_ascii(&r->path))
		tx->utf8 = true;
	tx->rcpts_len++;
	return p;
}

/* The recipient that a question to control was about, or NULL. */
struct tx_rcpt *
tx_find_ask(struct tx *tx, uint64_t id)
{
	size_t i;

	for (i = tx->replied; i < tx->rcpts_len; i++) {
		if (tx->rcpts[i].ask == id &&
		    tx->rcpts[i].state == TX_RCPT_ASKED)
			return &tx->rcpts[i];
	}
	return NULL;
}

/* Recipients that the client has no reply for yet. */
size_t
tx_pending(const struct tx *tx)
{
	return tx->rcpts_len - tx->replied;
}

/* Recipients that the client believes accepted. */
size_t
tx_accepted(const struct tx *tx)
{
	return tx->live + tx->suppressed;
}

/*
 * The message will not be accepted: the first reason counts. The rest of its
 * bytes is of no use, so the queue forgets what it has.
 */
void
tx_refuse(struct session_env *env, struct tx *tx, enum reply r,
    const char *address)
{
	if (tx->refusal != REPLY_NONE)
		return;
	tx->refusal = r;
	(void)strlcpy(tx->refusal_address, address,
	    sizeof(tx->refusal_address));
	tx_close(env, tx);
}

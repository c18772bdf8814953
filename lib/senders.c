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
 * A short list of approved senders. Refusals are not kept: an operator who
 * has just approved an address need not wait.
 */
#include "senders.h"

#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "bounds.h"
#include "compat.h"
#include "peers.h"
#include "proto_auth.h"
#include "proto_policy.h"
#include "submitter.h"

/* What holds is of the newest; one process has one control. */
static uint64_t generation;

struct senders_entry {
	struct senders_entry *next;
	uint64_t generation;
	int64_t until;
	char key[ADDRESS_SIZE];
	struct policy_sender_reply reply;
};

/* Free the entry that *link leads to and those behind it. */
static void
senders_cut(struct senders_entry **link)
{
	struct senders_entry *e;

	while ((e = *link) != NULL) {
		*link = e->next;
		free(e);
	}
}

/* Nothing that any list has holds any more. */
void
senders_forget(void)
{
	generation++;
}

/* Another one than before: what was said of senders may not hold any more. */
uint64_t
senders_generation(void)
{
	return generation;
}

/*
 * The approval of an address, or NULL if none is known or it is too old. now
 * is in seconds. The answer is the list's, until senders_add().
 */
const struct policy_sender_reply *
senders_find(struct senders *list, const struct address *a, int64_t now)
{
	struct senders_entry *e;
	char key[ADDRESS_SIZE];

	address_fold(a, key);
	for (e = list->first;
	     e != NULL && e->until > now && e->generation == generation;
	     e = e->next) {
		if (strcmp(e->key, key) == 0)
			return &e->reply;
	}
	return NULL;
}

/*
 * Keep an approval. What is too old or too many goes; without memory nothing
 * is kept.
 */
void
senders_add(struct senders *list, const struct address *a,
    const struct policy_sender_reply *reply, int64_t now)
{
	struct senders_entry *e, **link;
	unsigned n;

	e = malloc(sizeof(*e));
	if (e == NULL)
		return;
	address_fold(a, e->key);
	e->reply = *reply;
	e->generation = generation;
	e->until = now + SENDERS_SECONDS;
	e->next = list->first;
	list->first = e;
	n = 1;
	for (link = &e->next; *link != NULL; link = &(*link)->next) {
		if (n++ == SENDERS_MAX || (*link)->until <= now)
			break;
	}
	senders_cut(link);
}

/*
 * A login was good: what control knows that will be asked is not asked, unless
 * the answer is known already. Does nothing without memory.
 */
void
senders_learn(struct senders *list, const struct policy_auth_reply *reply,
    int64_t now)
{
	struct address a;

	if (reply->sender[0] != '\0' &&
	    address_parse_mailbox(reply->sender, strlen(reply->sender),
		ADDRESS_UTF8, &a) == ADDRESS_OK &&
	    senders_find(list, &a, now) == NULL)
		senders_add(list, &a, &reply->by, now);
}

/*
 * Ask control whether the client may send as an address, which is in ASCII.
 * The id of the request, or 0: control is not there.
 */
uint64_t
senders_ask(const struct submission_client *client, const struct address *a)
{
	struct policy_sender ask;

	memset(&ask, 0, sizeof(ask));
	(void)strlcpy(ask.user, client->user, sizeof(ask.user));
	(void)strlcpy(ask.credential, client->credential,
	    sizeof(ask.credential));
	(void)strlcpy(ask.source, client->source, sizeof(ask.source));
	(void)strlcpy(ask.address, a->mailbox, sizeof(ask.address));
	return peers_sender(client->env->peers, &ask, client->who);
}

/* Forget and free all. */
void
senders_clear(struct senders *list)
{
	senders_cut(&list->first);
}

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
 * The answer waits a moment for the DNS.  What the DNS does not say in time is
 * left out: the field is optional.
 */
#include "manage_spf.h"

#include <string.h>

#include "compat.h"
#include "control.h"
#include "lookup.h"
#include "manage_ask.h"
#include "manage_more.h"
#include "object.h"
#include "proto_dns.h"
#include "row.h"
#include "spf_term.h"

/* Seconds that a client waits for it. */
#define SPF_PATIENCE 2u

static void
finish(struct ask *a)
{
	ask_send(a);
	ask_ok(a);
}

static void
answer_cb(const struct dns_answer *answer, void *arg)
{
	struct ask *a;
	uint32_t i;

	a = arg;
	a->cancel = NULL;
	if (answer != NULL && answer->status != DNS_FAIL) {
		for (i = 0; i < answer->records; i++) {
			if (spf_is_record(answer->record[i]))
				break;
		}
		row_bool(a->row, "isSpf", i < answer->records);
	}
	finish(a);
}

static void
cancel(struct ask *a)
{
	lookup_cancel(a->control->lookup, a);
}

/* Look for SPF where mail of the object comes from, then send the row. */
static void
look(struct ask *a, const char *name)
{
	struct dns_query q;
	const char *at;

	memset(&q, 0, sizeof(q));
	q.rrtype = DNS_TXT;
	at = strrchr(name, '@');
	(void)strlcpy(q.name, at == NULL ? name : at + 1, sizeof(q.name));
	if (lookup_start_within(a->control->lookup, &q, SPF_PATIENCE, answer_cb,
		a) == 0)
		a->cancel = cancel;
	else
		finish(a);
}

/* Answer with the sender or the domain that the path names. */
void
spf_get(struct ask *a, const struct more_kind *kind)
{
	char name[ADDRESS_SIZE];
	struct object o;

	if (ask_object(a, a->rq.id, kind->kind, &o) == -1)
		return;
	if (o.deleted != 0) {
		more_answer(a, &o, kind);
		return;
	}
	(void)strlcpy(name, o.first, sizeof(name));
	if (more_fill(a, &o, kind) == 0)
		look(a, name);
}

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
 * Lines of the journal for requests that hand in mail.
 */
#include "journal.h"

#include <stdio.h>
#include <stdlib.h>

#include "compat.h"
#include "exchange.h"
#include "fault.h"
#include "httpd.h"
#include "peers.h"
#include "proto_submit.h"

/*
 * A line for the journal: who asked, and in which request.  The caller fills in
 * the rest and frees it; NULL without memory.
 */
struct submit_event *
journal_event(const struct exchange *x, enum submit_event_kind kind)
{
	struct submit_event *ev;

	ev = calloc(1, sizeof(*ev));
	if (ev == NULL)
		return NULL;
	ev->kind = kind;
	(void)strlcpy(ev->user, x->user, sizeof(ev->user));
	(void)strlcpy(ev->source, x->source, sizeof(ev->source));
	(void)strlcpy(ev->request, x->id, sizeof(ev->request));
	return ev;
}

/* What it was refused with. */
void
journal_fault(struct submit_event *ev, const struct fault *f)
{
	(void)snprintf(ev->text, sizeof(ev->text), "%d %s %.600s",
	    fault_status(f), fault_code(f), f->text);
}

/*
 * Refuse what is no message that could be handed in: as an answer, and in the
 * journal.
 */
void
journal_reject(struct exchange *x, const struct fault *f)
{
	struct submit_event *ev;

	ev = journal_event(x, SUBMIT_EV_REJECTED);
	if (ev != NULL) {
		journal_fault(ev, f);
		peers_event(x->httpd->sub.peers, ev);
		free(ev);
	}
	exchange_fail(x, f);
}

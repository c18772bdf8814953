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
 * The oldest message of a domain: control keeps a DKIM key published as long
 * as mail waits that it signed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "answer.h"
#include "clock.h"
#include "compat.h"
#include "envelope.h"
#include "message.h"
#include "proto_admin.h"
#include "queue.h"
#include "row.h"
#include "spool.h"
#include "walk.h"

struct oldest {
	char domain[DOMAIN_SIZE];
	int64_t before; /* unix milliseconds, as the wall clock has them */
	int64_t found;	/* of clock_now(); INT64_MAX: none */
};

/*
 * Whether the domain may have signed a message: it is that of From, which may
 * be in letters of its own.
 */
static bool
may_be_of(const char *from, const char *domain)
{
	const char *at, *p;

	at = strrchr(from, '@');
	at = at == NULL ? from : at + 1;
	for (p = at; *p != '\0'; p++) {
		if ((unsigned char)*p >= 0x80)
			return true;
	}
	return strcasecmp(at, domain) == 0;
}

/* Only messages that are older than what was found are read. */
static bool
oldest_visit(struct walk *w, struct message *m, const struct envelope *none)
{
	struct spool *spool = w->answer->queue->spool;
	struct oldest *o = w->arg;
	struct envelope env;

	if (clock_date(m->accepted) >= o->before || m->accepted >= o->found ||
	    (m->flags & MESSAGE_BOUNCE) != 0)
		return true;
	if (spool_envelope(spool, m) == -1 ||
	    envelope_decode(&env, m->envelope, m->meta_len) == -1) {
		/* It may be: but one that is damaged will never go. */
		if ((m->flags & MESSAGE_DAMAGED) == 0)
			o->found = m->accepted;
		return true;
	}
	if (may_be_of(env.from, o->domain))
		o->found = m->accepted;
	return true;
}

static void
oldest_over(struct walk *w)
{
	const struct oldest *o = w->arg;
	struct row *row;

	row = row_new();
	if (row == NULL) {
		answer_fail(w->answer, NULL, "queue is out of memory");
		return;
	}
	row_num(row, "oldest",
	    o->found == INT64_MAX ? 0 : (clock_date(o->found) + 999) / 1000);
	answer_row(w->answer, row);
	row_free(row);
	answer_ok(w->answer);
}

/* oldest DOMAIN SECONDS: when it was accepted, before then; 0: there is none */
static void
oldest(struct answer *a, const struct admin_command *cmd)
{
	static const struct admin_command everything = { 0, { NULL } };
	const char *error;
	struct oldest *o;
	struct walk *w;
	int64_t before;

	before = cmd->words == 3 ?
	    strtonum(cmd->word[2], 0, INT64_MAX / 1000, &error) :
	    0;
	if (cmd->words != 3 || error != NULL) {
		answer_fail(a, NULL, "oldest DOMAIN SECONDS");
		return;
	}
	o = calloc(1, sizeof(*o));
	w = o == NULL ? NULL : walk_new(a, &everything, 0);
	if (w == NULL) {
		if (o == NULL)
			answer_fail(a, NULL, "queue is out of memory");
		free(o);
		return;
	}
	(void)strlcpy(o->domain, cmd->word[1], sizeof(o->domain));
	o->before = before * 1000;
	o->found = INT64_MAX;
	w->arg = o;
	w->visit = oldest_visit;
	w->over = oldest_over;
	walk_start(w);
}

/* What this file answers. */
const struct admin_verb *
admin_oldest_verbs(void)
{
	static const struct admin_verb verbs[] = {
		{ { "oldest", NULL }, oldest },
		{ { NULL, NULL }, NULL },
	};

	return verbs;
}

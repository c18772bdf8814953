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
 * queue verify: every octet of the spool is read, and what is wrong is told.
 */
#include <stdio.h>
#include <stdlib.h>

#include "answer.h"
#include "id.h"
#include "log.h"
#include "proto_admin.h"
#include "queue.h"
#include "row.h"
#include "spool.h"
#include "spool_verify.h"

static void
clear(void *arg)
{
	spool_verify_free(arg);
}

static void
found(const struct verify_finding *f, void *arg)
{
	struct answer *a = arg;
	char id[ID_TEXT_SIZE], segment[20];
	struct row *row;

	(void)snprintf(segment, sizeof(segment), "%016llx",
	    (unsigned long long)f->segment);
	if (f->segment == 0)
		log_warnx("%s: verify: %s",
		    f->id == 0 ? "no message" : id_format(f->id, id), f->what);
	else
		log_warnx("%s: verify: segment %s at %llu, %llu octets: %s",
		    f->id == 0 ? "no queued message" : id_format(f->id, id),
		    segment, (unsigned long long)f->off,
		    (unsigned long long)f->len, f->what);
	row = row_new();
	if (row == NULL)
		return;
	row_str(row, "id", f->id == 0 ? "" : id_format(f->id, id));
	row_str(row, "segment", f->segment == 0 ? "index" : segment);
	row_num(row, "offset", (int64_t)f->off);
	row_num(row, "octets", (int64_t)f->len);
	row_str(row, "finding", f->what);
	answer_row(a, row);
	row_free(row);
}

/* All is sound: that is told too. */
static void
tell_sound(struct answer *a, const struct verify_counts *c)
{
	struct row *row;

	row = row_new();
	if (row == NULL)
		return;
	row_str(row, "finding", "nothing wrong");
	row_num(row, "messages", (int64_t)c->messages);
	row_num(row, "records", (int64_t)c->records);
	row_num(row, "segments", (int64_t)c->segments);
	row_num(row, "octets", (int64_t)c->octets);
	row_num(row, "indexed", (int64_t)c->entries);
	answer_row(a, row);
	row_free(row);
}

static void
step(struct answer *a)
{
	struct spool_verify *v = a->work;
	struct verify_counts c;
	int rc;

	rc = spool_verify_step(v, found, a);
	spool_verify_counts(v, &c);
	if (rc == 1) {
		answer_progress(a, c.octets, c.total);
		answer_go(a);
	} else if (rc == -1)
		answer_fail(a, NULL, "queue is out of memory");
	else if (c.places > 0) {
		answer_wrong(a, ADMIN_DAMAGED);
		answer_fail(a,
		    "messages that are damaged return to their senders, or are "
		    "given up, when it is their turn; look at the disk",
		    "%llu damaged places, %llu queued messages in them, "
		    "%llu sound",
		    (unsigned long long)c.places, (unsigned long long)c.lost,
		    (unsigned long long)c.messages);
	} else if (c.unfit > 0) {
		answer_wrong(a, ADMIN_DAMAGED);
		answer_fail(a,
		    "no message is lost: stop edd, remove the folder index of "
		    "the spool, and start edd, which makes it anew",
		    "%llu entries of the index do not fit, all %llu queued "
		    "messages are sound",
		    (unsigned long long)c.unfit,
		    (unsigned long long)c.messages);
	} else {
		tell_sound(a, &c);
		answer_ok(a);
	}
}

static void
verify(struct answer *a, const struct admin_command *cmd)
{
	struct spool_verify *v;

	v = spool_verify_new(a->queue->spool);
	if (v == NULL)
		answer_fail(a, NULL, "queue is out of memory");
	else
		answer_start(a, step, v, clear);
}

/* The commands of this file. */
const struct admin_verb *
admin_verify_verbs(void)
{
	static const struct admin_verb verbs[] = {
		{ { "queue", "verify" }, verify },
		{ { NULL, NULL }, NULL },
	};

	return verbs;
}

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
 * show commands, reload, stop, log: what concerns the daemon as a
 * whole.
 */
#include "verb_daemon.h"

#include "children.h"
#include "control.h"
#include "job.h"
#include "row.h"

/* show commands: the table of verbs. */
void
verb_show_commands(struct job *j)
{
	char usage[VERB_USAGE_SIZE];
	const struct verb *v;
	size_t i;

	for (i = 0; (v = verb_at(i)) != NULL; i++) {
		row_str(j->row, "command", verb_usage(v, usage, sizeof(usage)));
		row_str(j->row, "what", v->what);
		job_send(j);
	}
	job_ok(j);
}

/* Requests to edd. */

/* Nobody knows any more whether edd did it. */
static void
request_cancel(struct job *j)
{
	children_cancel(j->control->children, j);
	job_audit(j, "edd", NULL, "interrupted");
}

static void
request_cb(const struct setup_answer *answer, void *arg)
{
	struct job *j;

	j = arg;
	if (answer->ok) {
		job_audit(j, "edd", NULL, "done");
		job_ok(j);
	} else
		job_fail(j, NULL, "%s", answer->why);
}

static void
request(struct job *j, enum setup_request_kind kind)
{
	j->cancel = request_cancel;
	if (children_request(j->control->children, kind, request_cb, j) == -1) {
		j->cancel = NULL;
		job_fail(j, NULL, "edd cannot be asked");
	}
}

/* reload: ends when the new configuration is in place, or refused. */
void
verb_reload(struct job *j)
{
	request(j, SETUP_RELOAD);
}

/* stop: ends when edd has begun to stop. */
void
verb_stop(struct job *j)
{
	request(j, SETUP_SHUTDOWN);
}

/* log verbose */
void
verb_log_verbose(struct job *j)
{
	request(j, SETUP_VERBOSE);
}

/* log brief */
void
verb_log_brief(struct job *j)
{
	request(j, SETUP_BRIEF);
}

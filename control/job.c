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
 * The life of a command: find its verb, sort its arguments, run it, end it
 * once.  Nothing here knows what a verb does.
 */
#include "job.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "log.h"
#include "msg.h"
#include "row.h"
#include "store_copy.h"

static void
job_free(struct job *j)
{
	row_free(j->row);
	admin_command_clear(&j->command);
	free(j);
}

static void
job_enter(struct job *j)
{
	j->depth++;
}

/* Returns whether the job still exists. */
static bool
job_leave(struct job *j)
{
	j->depth--;
	if (j->depth > 0 || !j->ended)
		return true;
	job_free(j);
	return false;
}

/*
 * End the answer.  The job is gone after that: once, and last in a function.
 */
void
job_end(struct job *j, const struct admin_end *end)
{
	if (j->ended)
		return;
	j->ended = true;
	job_enter(j);
	j->sink->end(end, j->sink_arg);
	(void)job_leave(j);
}

/* End well. */
void
job_ok(struct job *j)
{
	struct admin_end end;

	memset(&end, 0, sizeof(end));
	end.ok = true;
	job_end(j, &end);
}

/* End well, and say what there is to know then, or to do next. */
void
job_ok_hint(struct job *j, const char *fmt, ...)
{
	struct admin_end end;
	va_list ap;

	memset(&end, 0, sizeof(end));
	end.ok = true;
	va_start(ap, fmt);
	(void)vsnprintf(end.hint, sizeof(end.hint), fmt, ap);
	va_end(ap);
	job_end(j, &end);
}

/*
 * End with what is wrong and, unless NULL, what to do about it.  An open
 * transaction is aborted.
 */
void
job_fail(struct job *j, const char *hint, const char *fmt, ...)
{
	struct admin_end end;
	va_list ap;

	if (j->control->store != NULL)
		store_abort(j->control->store);
	memset(&end, 0, sizeof(end));
	va_start(ap, fmt);
	(void)vsnprintf(end.why, sizeof(end.why), fmt, ap);
	va_end(ap);
	if (hint != NULL)
		(void)snprintf(end.hint, sizeof(end.hint), "%s", hint);
	job_end(j, &end);
}

/* End because the store failed, which is in the log already. */
void
job_fail_store(struct job *j)
{
	j->control->failures++;
	job_fail(j, "look at the log for what Berkeley DB said",
	    "%s; nothing was changed", store_why(j->control->store));
}

/*
 * Commit, with what job_audit() recorded.  0, or -1 and the job has ended.
 */
int
job_commit(struct job *j)
{
	if (audit_commit(j->control->audit) == 0)
		return 0;
	job_fail_store(j);
	return -1;
}

/* Who makes a change, and by which command; verb holds the latter. */
static void
by_job(const struct job *j, struct audit_change *c, char verb[AUDIT_VERB_SIZE])
{
	(void)snprintf(verb, AUDIT_VERB_SIZE, "%s%s%s", j->verb->word[0],
	    j->verb->word[1] == NULL ? "" : " ",
	    j->verb->word[1] == NULL ? "" : j->verb->word[1]);
	c->actor = j->who.actor;
	c->verb = verb;
}

/*
 * Record a change: before job_commit() in its transaction, or without one if
 * it was not made in the store.
 */
void
job_audit(struct job *j, const char *object, const char *old, const char *new)
{
	struct audit_change c = { .object = object, .old = old, .new = new };
	char verb[AUDIT_VERB_SIZE];

	by_job(j, &c, verb);
	(void)audit_change(j->control->audit, &c);
}

/* Record a change of the whole store in its copy.  0 or -1. */
static int
copy_record(struct store *s, const struct audit_change *c, uint64_t *number)
{
	if (store_transaction(s) == 0 && store_begin(s) == -1)
		return -1;
	if (audit_put(s, c, number) == 0)
		return store_commit(s);
	store_abort(s);
	return -1;
}

/*
 * A copy takes the place of the store, and its audit goes on with that change;
 * the audit of one that cannot knows nothing of it.  0, or -1 logged.  The
 * caller starts control anew, and changes nothing any more.
 */
int
job_use_copy(struct job *j, struct store_copy *copy, const char *old,
    const char *new)
{
	struct audit_change c = { .object = "store", .old = old, .new = new };
	char verb[AUDIT_VERB_SIZE];
	uint64_t number;

	by_job(j, &c, verb);
	if (copy_record(store_copy_store(copy), &c, &number) == -1 ||
	    store_copy_use(copy) == -1)
		return -1;
	audit_tell(j->control->audit, &c, number);
	return 0;
}

/* Send the row and empty it. */
void
job_send(struct job *j)
{
	j->sink->row(j->row, j->sink_arg);
	row_clear(j->row);
}

/* Ask for blocks of a file.  0, or -1 if this reader cannot send any. */
int
job_more(struct job *j, uint32_t blocks)
{
	if (j->sink->more == NULL)
		return -1;
	j->sink->more(blocks, j->sink_arg);
	return 0;
}

/* Say how far the command is. */
void
job_progress(struct job *j, const struct admin_progress *progress)
{
	j->sink->progress(progress, j->sink_arg);
}

/* Whether to wait for resume before sending more. */
bool
job_is_full(struct job *j)
{
	return j->sink->full(j->sink_arg);
}

static bool
list_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct job *j;

	j = arg;
	j->after = *k;
	j->first = false;
	if (j->list(j, k, m))
		job_send(j);
	row_clear(j->row);
	return !job_is_full(j);
}

/* Send rows until the reader is full or there are no more. */
static void
list_resume(struct job *j)
{
	enum store_status r;

	while (!job_is_full(j)) {
		r = store_scan(j->control->store, j->table,
		    j->prefix.len == 0 ? NULL : &j->prefix,
		    j->first ? NULL : &j->after, list_cb, j);
		if (r == STORE_FAIL) {
			job_fail_store(j);
			return;
		}
		if (!job_is_full(j)) {
			job_ok(j);
			return;
		}
	}
}

/*
 * Answer with the records of a table whose keys begin with prefix (NULL:
 * all), and end.  cb fills the job's row for each.
 */
void
job_list(struct job *j, enum store_table table, const struct store_key *prefix,
    job_list_cb cb)
{
	j->table = table;
	store_key(&j->prefix, "", NULL);
	if (prefix != NULL)
		j->prefix = *prefix;
	j->list = cb;
	j->first = true;
	j->resume = list_resume;
	list_resume(j);
}

static bool
below_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct job *j;

	j = arg;
	if (j->below_list(j, k, m))
		job_send(j);
	row_clear(j->row);
	return true;
}

/* All of one user: there are few, for each is limited. */
static bool
user_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	char id[OBJECT_ID_SIZE];
	struct store_key prefix;

	msg_get_str(m, id, sizeof(id));
	if (msg_end(m) == -1)
		return false;
	store_key_prefix(&prefix, id);
	(void)store_scan(j->control->store, j->below, &prefix, NULL, below_cb,
	    j);
	return false;
}

/*
 * The same for a table whose keys begin with a user's id, users in the order
 * of their names.
 */
void
job_list_users(struct job *j, enum store_table table, job_list_cb cb)
{
	j->below = table;
	j->below_list = cb;
	job_list(j, STORE_USER_NAME, NULL, user_cb);
}

static void
job_run(struct job *j)
{
	char why[ERROR_SIZE], usage[VERB_USAGE_SIZE], hint[ERROR_SIZE];

	j->verb = verb_find(&j->command);
	if (j->verb == NULL) {
		job_fail(j,
		    "edctl and edd may be of different versions; "
		    "see \"edctl show commands\"",
		    "unknown command \"%s%s%s\"", j->command.word[0],
		    j->command.words > 1 ? " " : "",
		    j->command.words > 1 ? j->command.word[1] : "");
		return;
	}
	if ((j->who.rights & j->verb->rights) == 0) {
		job_fail(j, "ask an administrator of this host",
		    "permission denied");
		return;
	}
	if (verb_arguments(j->verb, &j->command, j->arg, why, sizeof(why)) ==
	    -1) {
		(void)snprintf(hint, sizeof(hint), "usage: edctl %s",
		    verb_usage(j->verb, usage, sizeof(usage)));
		job_fail(j, hint, "%s", why);
		return;
	}
	if (j->control->store == NULL || store_is_retired(j->control->store)) {
		job_fail(j, "try again in a moment", "edd is starting");
		return;
	}
	j->verb->run(j);
}

/*
 * Do a command, whose words are taken over.  Returns the job if it goes on,
 * or NULL if it has ended already (sink->end has run).
 */
struct job *
job_start(struct control *c, const struct job_who *who,
    const struct job_sink *sink, void *sink_arg, struct admin_command *command)
{
	struct admin_end end;
	struct job *j;

	j = calloc(1, sizeof(*j));
	if (j == NULL || (j->row = row_new()) == NULL) {
		free(j);
		admin_command_clear(command);
		memset(&end, 0, sizeof(end));
		(void)snprintf(end.why, sizeof(end.why), "out of memory");
		sink->end(&end, sink_arg);
		return NULL;
	}
	j->control = c;
	j->who = *who;
	j->sink = sink;
	j->sink_arg = sink_arg;
	j->command = *command;
	memset(command, 0, sizeof(*command));
	job_enter(j);
	job_run(j);
	return job_leave(j) ? j : NULL;
}

/* The reader has room again. */
void
job_resume(struct job *j)
{
	if (j->resume == NULL || j->ended)
		return;
	job_enter(j);
	j->resume(j);
	(void)job_leave(j);
}

/* Nobody waits for the answer any more: forget the job. */
void
job_cancel(struct job *j)
{
	if (j->ended)
		return;
	j->ended = true;
	job_enter(j);
	if (j->cancel != NULL)
		j->cancel(j);
	(void)job_leave(j);
}

/*
 * A block of a file that the command asked for; none of 0 octets is the end.
 * False: it asked for none.
 */
bool
job_data(struct job *j, const uint8_t *data, size_t len)
{
	if (j->data == NULL || j->ended)
		return false;
	job_enter(j);
	j->data(j, data, len);
	(void)job_leave(j);
	return true;
}

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
 * Commands that queue answers: sent on with their words put in order, their
 * rows handed back as they come.  queue knows users by id, operators by name,
 * so that is translated both ways here.
 */
#include "verb_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "domain.h"
#include "job.h"
#include "peers.h"
#include "relay.h"
#include "row.h"
#include "sender.h"
#include "user.h"
#include "verb_need.h"

/* What an audit record keeps of a filter. */
#define QUEUE_OBJECT_SIZE 1024u

/* The words for queue; they belong to the verb, the job and those found. */
struct words {
	const char *word[ADMIN_WORDS_MAX];
	size_t n;
	char domain[DOMAIN_SIZE];
	struct user user;
	struct compartment compartment;
};

/* The command that ends the pause of a user. */
static void
put_end(struct job *j, const struct user *u)
{
	char command[NAME_SIZE + 64];

	(void)snprintf(command, sizeof(command), "edctl queue resume user %s",
	    u->name);
	row_str(j->row, "end", command);
}

/* Fields of a row once more, with names of users in place of their ids. */
static void
copy_row(struct job *j, const struct row *row)
{
	const struct row_field *f;
	struct user user;
	bool known = false;
	size_t i;

	for (i = 0; i < row_count(row); i++) {
		f = row_at(row, i);
		if (f->kind == ROW_NUMBER)
			row_num(j->row, f->name, strtoll(f->value, NULL, 10));
		else if (f->kind == ROW_TIME)
			row_time(j->row, f->name, strtoll(f->value, NULL, 10));
		else if (f->kind == ROW_BOOL)
			row_bool(j->row, f->name,
			    strcmp(f->value, "true") == 0);
		else if (strcmp(f->name, "user") == 0 &&
		    user_get(j->control->store, f->value, &user) == STORE_OK) {
			known = true;
			row_str(j->row, f->name, user.name);
		} else if (strcmp(f->name, "end") == 0 && known)
			put_end(j, &user);
		else
			row_str(j->row, f->name, f->value);
	}
}

static void
queue_row(const struct row *row, void *arg)
{
	struct job *j;

	j = arg;
	if (row_value(row, "user") == NULL)
		j->sink->row(row, j->sink_arg);
	else {
		copy_row(j, row);
		job_send(j);
	}
	if (job_is_full(j))
		relay_hold(j->control->relay, j, true);
}

static void
queue_progress(const struct admin_progress *progress, void *arg)
{
	struct job *j;

	j = arg;
	j->sink->progress(progress, j->sink_arg);
}

static void
queue_resume(struct job *j)
{
	if (!job_is_full(j))
		relay_hold(j->control->relay, j, false);
}

/* The arguments as they were given, for the audit record. */
static void
describe(const struct job *j, char *text, size_t size)
{
	const struct verb_arg *a;
	size_t i;

	text[0] = '\0';
	for (i = 0; i < VERB_ARGS_MAX; i++) {
		a = &j->verb->arg[i];
		if (j->arg[i] == NULL)
			continue;
		if (text[0] != '\0')
			(void)strlcat(text, " ", size);
		if (a->keyword != NULL) {
			(void)strlcat(text, a->keyword, size);
			(void)strlcat(text, " ", size);
		}
		(void)strlcat(text, j->arg[i], size);
	}
}

static void
audit(struct job *j, const char *how)
{
	char text[QUEUE_OBJECT_SIZE];

	describe(j, text, sizeof(text));
	job_audit(j, text, NULL, how);
}

static void
look_end(const struct admin_end *end, void *arg)
{
	job_end(arg, end);
}

static void
look_cancel(struct job *j)
{
	relay_cancel(j->control->relay, j);
}

static void
change_end(const struct admin_end *end, void *arg)
{
	struct job *j;

	j = arg;
	if (end->ok)
		audit(j, "done");
	job_end(j, end);
}

/* What was done until then stays done. */
static void
change_cancel(struct job *j)
{
	relay_cancel(j->control->relay, j);
	audit(j, "interrupted");
}

/* The user's id for his name.  0, or -1 and the job has ended. */
static int
find_user(struct job *j, const char *name, struct words *w)
{
	/* One that was removed may still have mail: his id will do. */
	if (strncmp(name, "ocid1.", 6) == 0) {
		if (strlcpy(w->user.id, name, sizeof(w->user.id)) <
		    sizeof(w->user.id))
			return 0;
	} else
		switch (user_find(j->control->store, name, &w->user)) {
		case STORE_OK:
			return 0;
		case STORE_FAIL:
			job_fail_store(j);
			return -1;
		default:
			break;
		}
	job_fail(j, "see \"edctl user list\"", "no user \"%s\"", name);
	return -1;
}

/* The same of a compartment. */
static int
find_place(struct job *j, const char *name, struct words *w)
{
	if (strncmp(name, "ocid1.", 6) == 0 &&
	    strlcpy(w->compartment.id, name, sizeof(w->compartment.id)) <
		sizeof(w->compartment.id))
		return 0;
	return need_compartment(j, name, &w->compartment);
}

/* A domain as queue has it, or a literal.  0, or -1 and no job. */
static int
find_domain(struct job *j, const char *text, struct words *w)
{
	const char *why;

	if (text[0] == '[') {
		if (strlcpy(w->domain, text, sizeof(w->domain)) <
		    sizeof(w->domain))
			return 0;
		why = "it is too long";
	} else
		why = domain_parse(text, w->domain);
	if (why == NULL)
		return 0;
	job_fail(j, "a domain is, for instance, example.org", "\"%s\": %s",
	    text, why);
	return -1;
}

/*
 * An address that mail can be from or to: also the empty one, and all of a
 * domain where that is asked for.  0, or -1 and no job.
 */
static int
check_address(struct job *j, const char *text, bool domain)
{
	struct sender s;
	const char *why;

	if (strcmp(text, "<>") == 0 || strcasecmp(text, "postmaster") == 0)
		return 0;
	why = sender_parse(text, &s);
	if (why == NULL && (domain || text[0] != '@'))
		return 0;
	job_fail(j,
	    domain ? "give USER@DOMAIN, @DOMAIN for all of a domain, or <>" :
		     "give USER@DOMAIN",
	    "\"%s\": %s", text, why == NULL ? "it is no address" : why);
	return -1;
}

/* The id of a request is what a client may give it, and what edd adds. */
static int
check_request(struct job *j, const char *text)
{
	size_t i;

	for (i = 0; text[i] > ' ' && text[i] < 0x7f; i++)
		;
	if (i > 0 && text[i] == '\0' && i < REQUEST_ID_SIZE)
		return 0;
	job_fail(j, "give it as the opc-request-id of the answer has it",
	    "\"%.64s\" is no id of a request", text);
	return -1;
}

/* Put the value of a keyword as queue knows it.  0, or -1 and no job. */
static int
gather_value(struct job *j, struct words *w, const char *keyword,
    const char *value)
{
	const char **to;

	to = &w->word[w->n - 1];
	if (strcmp(keyword, "user") == 0) {
		*to = w->user.id;
		return find_user(j, value, w);
	}
	if (strcmp(keyword, "compartment") == 0) {
		*to = w->compartment.id;
		return find_place(j, value, w);
	}
	if (strcmp(keyword, "domain") == 0 ||
	    strcmp(keyword, "destination") == 0) {
		*to = w->domain;
		return find_domain(j, value, w);
	}
	if (strcmp(keyword, "sender") == 0 || strcmp(keyword, "recipient") == 0)
		return check_address(j, value,
		    strcmp(j->verb->word[0], "events") != 0);
	if (strcmp(keyword, "request") == 0)
		return check_request(j, value);
	return 0;
}

static int
gather(struct job *j, struct words *w)
{
	const struct verb_arg *a;
	size_t i;

	w->word[w->n++] = j->verb->word[0];
	if (j->verb->word[1] != NULL)
		w->word[w->n++] = j->verb->word[1];
	for (i = 0; i < VERB_ARGS_MAX; i++) {
		a = &j->verb->arg[i];
		if (j->arg[i] == NULL)
			continue;
		if (a->keyword != NULL)
			w->word[w->n++] = a->keyword;
		w->word[w->n++] = j->arg[i];
		if (a->keyword != NULL &&
		    gather_value(j, w, a->keyword, j->arg[i]) == -1)
			return -1;
	}
	return 0;
}

static void
ask(struct job *j, const struct words *w, bool changes)
{
	struct relay_to to;
	struct chan *queue;

	queue = peers_find(j->control->peers, CONV_ADMIN, PROC_QUEUE, 0);
	to.counts = true;
	to.row = queue_row;
	to.progress = queue_progress;
	to.end = changes ? change_end : look_end;
	to.arg = j;
	j->resume = queue_resume;
	j->cancel = changes ? change_cancel : look_cancel;
	if (queue == NULL ||
	    relay_start(j->control->relay, queue, w->word, w->n, &to) == -1) {
		j->cancel = NULL;
		job_fail(j, "try again in a moment", "queue is not running");
	}
}

/* A command that changes nothing. */
void
verb_queue_look(struct job *j)
{
	struct words w = { .n = 0 };

	if (strcmp(j->verb->word[0], "events") == 0 && need_choice(j, 1) == -1)
		return;
	if (gather(j, &w) == 0)
		ask(j, &w, false);
}

/* Whether one that does only asks this time: what is paused, what is left. */
static bool
only_looks(const struct job *j)
{
	size_t i;

	if (strcmp(j->verb->word[0], "drain") == 0)
		return j->arg[0] != NULL && strcmp(j->arg[0], "status") == 0;
	if (strcmp(j->verb->word[1], "pause") != 0)
		return false;
	for (i = 0; i < VERB_ARGS_MAX && j->arg[i] == NULL; i++)
		;
	return i == VERB_ARGS_MAX;
}

/* One that does: it goes to the audit with who asked for it. */
void
verb_queue_change(struct job *j)
{
	struct words w = { .n = 0 };

	if (gather(j, &w) == 0)
		ask(j, &w, !only_looks(j));
}

/* show queue: the older name of "queue list". */
void
verb_show_queue(struct job *j)
{
	const struct words w = { .word = { "queue", "list" }, .n = 2 };

	ask(j, &w, false);
}

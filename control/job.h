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
 * One operator's command while it is done: who asked, the arguments, where
 * rows and the end of the answer go.  A command may answer at once, stream a
 * list as fast as it is read, or wait for other processes.
 */
#ifndef JOB_H
#define JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit.h"
#include "proto_admin.h"
#include "store.h"
#include "verbs.h"

struct control;
struct msgin;
struct row;
struct store_copy;

/* Who the kernel says is at the other end. */
struct job_who {
	uint32_t uid;
	uint32_t pid;
	unsigned rights;	      /* VERB_READ ... */
	char actor[AUDIT_ACTOR_SIZE]; /* as the audit has it */
};

/* Where an answer goes; full tells when to wait for job_resume(). */
struct job_sink {
	void (*row)(const struct row *, void *);
	bool (*full)(void *);
	void (*progress)(const struct admin_progress *, void *);
	void (*end)(const struct admin_end *, void *);
	void (*more)(uint32_t blocks, void *); /* of a file; NULL: has none */
};

struct job;

/* One record of a list; false if it is not to be sent. */
typedef bool (
    *job_list_cb)(struct job *, const struct store_key *, struct msgin *);

struct job {
	struct control *control;
	struct job_who who;
	const struct verb *verb;
	const char *arg[VERB_ARGS_MAX]; /* NULL where not given */
	struct row *row;

	/* Set by a command that waits. */
	void (*resume)(struct job *); /* the reader has room again */
	void (*cancel)(struct job *); /* nobody waits; do not end the job */
	void (*data)(struct job *, const uint8_t *, size_t);
	void *work;

	/* job.c's own */
	const struct job_sink *sink;
	void *sink_arg;
	struct admin_command command;
	enum store_table table;
	struct store_key prefix;
	struct store_key after;
	job_list_cb list;
	enum store_table below; /* each user, of job_list_users() */
	job_list_cb below_list;
	bool first;
	bool ended;
	unsigned depth;
};

struct job *job_start(struct control *, const struct job_who *,
    const struct job_sink *, void *sink_arg, struct admin_command *);
void job_resume(struct job *);
void job_cancel(struct job *);

bool job_data(struct job *, const uint8_t *, size_t);

void job_send(struct job *);
int job_more(struct job *, uint32_t blocks);
void job_progress(struct job *, const struct admin_progress *);
bool job_is_full(struct job *);
void job_list(struct job *, enum store_table, const struct store_key *prefix,
    job_list_cb);
void job_list_users(struct job *, enum store_table, job_list_cb);
void job_ok(struct job *);
void job_ok_hint(struct job *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
void job_end(struct job *, const struct admin_end *);
void job_fail(struct job *, const char *hint, const char *, ...)
    __attribute__((format(printf, 3, 4)));
void job_fail_store(struct job *);
int job_commit(struct job *);
void job_audit(struct job *, const char *object, const char *old,
    const char *new);
int job_use_copy(struct job *, struct store_copy *, const char *old,
    const char *new);

#endif

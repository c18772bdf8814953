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
 * The scripted server; assertions are cmocka's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compat.h"
#include "job.h"
#include "jobs.h"
#include "limits.h"
#include "outcome.h"
#include "proto_submit.h"
#include "reader.h"
#include "reply.h"
#include "script.h"
#include "session.h"

static struct script script;

/* The one there is. */
struct script *
script_get(void)
{
	return &script;
}

static int
put(void *arg, const void *data, size_t len)
{
	assert_true(len < sizeof(script.sent) - script.sent_len);
	memcpy(script.sent + script.sent_len, data, len);
	script.sent_len += len;
	script.sent[script.sent_len] = '\0';
	return 0;
}

static size_t
get_unsent(void *arg)
{
	return script.unsent;
}

/* Where outcomes go: each recipient has one. */
void
script_sink(const struct job *job, const struct work_outcome *out, void *arg)
{
	assert_int_equal(out->batch, job->batch.batch);
	assert_in_range(out->index, 100, 100 + WORK_RCPT_MAX - 1);
	assert_int_equal(script.outcome[out->index - 100].outcome, 0);
	script.outcome[out->index - 100] = *out;
	script.outcomes++;
}

/* Something happens to the session. */
void
script_event(enum session_event ev, const void *arg)
{
	script.want = session_event(script.s, ev, arg);
}

/* The server says something, and the session waits for that. */
void
script_server(const char *text, enum session_want expected)
{
	enum reply_result result;
	size_t used, len = strlen(text);

	while (len > 0) {
		result = reply_parse(&script.reply, text, len, &used);
		assert_true(result == REPLY_LINE || result == REPLY_DONE);
		script_event(result == REPLY_LINE ? SESSION_EV_LINE :
						    SESSION_EV_REPLY,
		    &script.reply);
		if (result == REPLY_DONE)
			reply_reset(&script.reply);
		text += used;
		len -= used;
	}
	assert_int_equal(script.want, expected);
}

/* What the client has said since the last time. */
void
script_client(const char *expected)
{
	assert_string_equal(script.sent, expected);
	script.sent_len = 0;
	script.sent[0] = '\0';
}

/* A session before its connection is there. */
void
script_open_session(bool tls)
{
	struct session_conf conf;
	struct output output = { put, get_unsent, NULL };

	memset(&conf, 0, sizeof(conf));
	conf.hostname = "out.example.org";
	conf.tls = tls;
	(void)strlcpy(conf.where.host, "mx.example.net",
	    sizeof(conf.where.host));
	(void)strlcpy(conf.where.address, "192.0.2.1",
	    sizeof(conf.where.address));
	script.s = session_new(&conf, &output);
	assert_non_null(script.s);
	reply_reset(&script.reply);
}

/* Up to the point where the session is ready for a job. */
void
script_greet(const char *ehlo)
{
	script_open_session(false);
	script_event(SESSION_EV_CONNECTED, NULL);
	script_server("220 mx.example.net ESMTP\r\n", SESSION_REPLY);
	script_client("EHLO out.example.org\r\n");
	script_server(ehlo, SESSION_JOB);
	script_client("");
}

/* A job with so many recipients. */
struct job *
script_make_job(uint32_t rcpts)
{
	struct work_batch batch;
	struct job *job;

	jobs_batch(&batch, 1, "example.net", rcpts);
	job = job_new(&batch, jobs_segment(), script_sink, NULL);
	assert_non_null(job);
	memset(script.outcome, 0, sizeof(script.outcome));
	script.outcomes = 0;
	return job;
}

/* Give the session a job. */
void
script_give(uint32_t rcpts)
{
	script_event(SESSION_EV_JOB, script_make_job(rcpts));
}

/* The outcome of a recipient, and where it comes from. */
void
script_check(unsigned i, enum outcome what, unsigned code, const char *enhanced)
{
	assert_string_equal(outcome_name(script.outcome[i].outcome),
	    outcome_name(what));
	assert_int_equal(script.outcome[i].code, code);
	assert_string_equal(script.outcome[i].enhanced, enhanced);
	assert_string_equal(script.outcome[i].host, "mx.example.net");
	assert_string_equal(script.outcome[i].address, "192.0.2.1");
}

/* Nothing said yet. */
int
script_setup(void **state)
{
	script.sent_len = script.unsent = 0;
	script.sent[0] = '\0';
	script.s = NULL;
	return 0;
}

/* The session goes. */
int
script_teardown(void **state)
{
	session_free(script.s);
	return 0;
}

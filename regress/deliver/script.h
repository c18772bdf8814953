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
 * A scripted server for tests of outgoing sessions: what it says, what the
 * session wrote and waits for, and the outcomes it gave.  One at a time.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto_work.h"
#include "reply.h"
#include "session.h"

#define SCRIPT_PLAIN	 "250 mx.example.net\r\n"
#define SCRIPT_PIPELINED "250-mx.example.net\r\n250 PIPELINING\r\n"

struct job;

struct script {
	struct session *s;
	enum session_want want;
	char sent[4 * 1024 * 1024]; /* what the client wrote */
	size_t sent_len;
	size_t unsent;
	struct reply reply;
	struct work_outcome outcome[WORK_RCPT_MAX];
	unsigned outcomes;
};

struct script *script_get(void);
void script_sink(const struct job *, const struct work_outcome *, void *);
void script_event(enum session_event, const void *);
void script_server(const char *, enum session_want);
void script_client(const char *);
void script_open_session(bool);
void script_greet(const char *);
struct job *script_make_job(uint32_t);
void script_give(uint32_t);
void script_check(unsigned, enum outcome, unsigned, const char *);
int script_setup(void **);
int script_teardown(void **);

#endif

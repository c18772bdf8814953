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
 * Operator's commands from control to the other processes, and their answers.
 * The encoding of command and end is shared with proto_ctl.c.  Nothing here
 * knows what a command means.
 */
#include "proto_admin.h"

#include <sys/resource.h>

#include <stdlib.h>
#include <string.h>

#include "chan.h"
#include "msg.h"
#include "row.h"

/* Append a command to a message, for both conversations that have one. */
void
admin_command_put(struct msgout *o, const struct admin_command *s)
{
	uint32_t i;

	msg_put_u32(o, s->words);
	for (i = 0; i < s->words && i < ADMIN_WORDS_MAX; i++)
		msg_put_str(o, s->word[i]);
}

/*
 * Take a command off a message: 1 to ADMIN_WORDS_MAX words, allocated; the
 * longest is a private key to import.  Free them with admin_command_clear(),
 * also if the message turns out bad.
 */
void
admin_command_get(struct msgin *m, struct admin_command *s)
{
	uint32_t n;

	memset(s, 0, sizeof(*s));
	n = msg_get_u32(m);
	if (n == 0 || n > ADMIN_WORDS_MAX) {
		m->bad = true;
		return;
	}
	while (s->words < n && !m->bad) {
		s->word[s->words] = msg_dup_str(m, PEM_MAX);
		if (s->word[s->words] != NULL)
			s->words++;
	}
}

/* Wipe and free the words; some are secrets.  Safe to call twice. */
void
admin_command_clear(struct admin_command *s)
{
	uint32_t i;

	for (i = 0; i < s->words; i++) {
		explicit_bzero(s->word[i], strlen(s->word[i]));
		free(s->word[i]);
		s->word[i] = NULL;
	}
	s->words = 0;
}

/* Append the end of an answer to a message. */
void
admin_end_put(struct msgout *o, const struct admin_end *s)
{
	msg_put_bool(o, s->ok);
	msg_put_u32(o, s->wrong == 0 ? ADMIN_NO : s->wrong);
	msg_put_str(o, s->why);
	msg_put_str(o, s->hint);
}

/* Take the end of an answer off a message. */
void
admin_end_get(struct msgin *m, struct admin_end *s)
{
	s->ok = msg_get_bool(m);
	s->wrong = msg_get_enum(m, ADMIN_NO, ADMIN_WRONG_LAST);
	msg_get_str(m, s->why, sizeof(s->why));
	msg_get_str(m, s->hint, sizeof(s->hint));
}

/* Append how far a command is to a message. */
void
admin_progress_put(struct msgout *o, const struct admin_progress *s)
{
	msg_put_u64(o, s->done);
	msg_put_u64(o, s->total);
}

/* Send a command; ROW and END have the same id.  0 or -1. */
int
admin_command_send(struct chan *c, uint64_t id, const struct admin_command *s)
{
	struct msgout *o;

	o = chan_begin(c, M_ADMIN_COMMAND, id);
	admin_command_put(o, s);
	return chan_end(c, -1);
}

/*
 * Decode COMMAND; free it with admin_command_clear().  -1 if ill-formed or
 * out of memory, and then nothing is to be freed.
 */
int
admin_command_recv(struct msgin *m, struct admin_command *s)
{
	admin_command_get(m, s);
	if (msg_end(m) == -1) {
		admin_command_clear(s);
		return -1;
	}
	return 0;
}

/* Send one row of an answer.  0, or -1 also if the row is bad. */
int
admin_row_send(struct chan *c, uint64_t id, const struct row *r)
{
	struct msgout *o;

	o = chan_begin(c, M_ADMIN_ROW, id);
	row_put(o, r);
	return chan_end(c, -1);
}

/* Decode ROW into a row of the caller.  -1 if ill-formed. */
int
admin_row_recv(struct msgin *m, struct row *r)
{
	if (row_get(m, r) == -1)
		m->bad = true;
	return msg_end(m);
}

/* End an answer.  0 or -1. */
int
admin_end_send(struct chan *c, uint64_t id, const struct admin_end *s)
{
	struct msgout *o;

	o = chan_begin(c, M_ADMIN_END, id);
	admin_end_put(o, s);
	return chan_end(c, -1);
}

/* Decode END.  -1 if ill-formed. */
int
admin_end_recv(struct msgin *m, struct admin_end *s)
{
	admin_end_get(m, s);
	return msg_end(m);
}

/* A change or a complaint for the journal; no answer.  0 or -1. */
int
admin_event_send(struct chan *c, const struct row *r)
{
	struct msgout *o;

	o = chan_begin(c, M_ADMIN_EVENT, 0);
	row_put(o, r);
	return chan_end(c, -1);
}

/* Decode EVENT into a row of the caller.  -1 if ill-formed. */
int
admin_event_recv(struct msgin *m, struct row *r)
{
	return admin_row_recv(m, r);
}

/* Say how far a command is.  0 or -1. */
int
admin_progress_send(struct chan *c, uint64_t id, const struct admin_progress *s)
{
	struct msgout *o;

	o = chan_begin(c, M_ADMIN_PROGRESS, id);
	admin_progress_put(o, s);
	return chan_end(c, -1);
}

/* Decode PROGRESS.  -1 if ill-formed. */
int
admin_progress_recv(struct msgin *m, struct admin_progress *s)
{
	s->done = msg_get_u64(m);
	s->total = msg_get_u64(m);
	return msg_end(m);
}

/* Rows were taken: as many more may come.  0 or -1. */
int
admin_more_send(struct chan *c, uint64_t id, uint32_t rows)
{
	struct msgout *o;

	o = chan_begin(c, M_ADMIN_MORE, id);
	msg_put_u32(o, rows);
	return chan_end(c, -1);
}

/* Decode MORE.  -1 if ill-formed, or more than can have been under way. */
int
admin_more_recv(struct msgin *m, uint32_t *rows)
{
	*rows = msg_get_u32(m);
	if (*rows == 0 || *rows > ADMIN_ROWS_AHEAD)
		m->bad = true;
	return msg_end(m);
}

/* Nobody waits for this answer any more.  0 or -1. */
int
admin_cancel_send(struct chan *c, uint64_t id)
{
	(void)chan_begin(c, M_ADMIN_CANCEL, id);
	return chan_end(c, -1);
}

/* Decode CANCEL.  -1 if ill-formed. */
int
admin_cancel_recv(struct msgin *m)
{
	return msg_end(m);
}

/* What this process has used so far: milliseconds, and KiB at the most. */
void
admin_self(int64_t *cpu, int64_t *memory)
{
	struct rusage u;

	*cpu = *memory = 0;
	if (getrusage(RUSAGE_SELF, &u) == -1)
		return;
	*cpu = ((int64_t)u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
	    (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
	*memory = u.ru_maxrss;
}

/* The row that says so, in an answer to "statistics".  0 or -1. */
int
admin_self_send(struct chan *c, uint64_t id)
{
	int64_t cpu, memory;
	struct row *row;
	int r;

	row = row_new();
	if (row == NULL)
		return -1;
	admin_self(&cpu, &memory);
	row_num(row, "cpuMs", cpu);
	row_num(row, "memoryKiB", memory);
	r = admin_row_send(c, id, row);
	row_free(row);
	return r;
}

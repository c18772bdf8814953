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
 * Messages, read and written in pieces.
 *
 * The last piece is written only after the sum of all that was read is right,
 * so that no server ever takes a message that was damaged in storage.
 */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "body.h"
#include "bounds.h"
#include "crc32c.h"
#include "ehlo.h"
#include "job.h"
#include "limits.h"
#include "log.h"
#include "proto_submit.h"
#include "reader.h"
#include "recode.h"

/*
 * How a message goes to a server that offers what ehlo says. Lines over 998
 * octets go by BDAT as they are (RFC 3030), else they are encoded; 8-bit
 * octets are encoded for a server without 8BITMIME (RFC 6152 section 3).
 */
struct body_plan
body_plan(const struct job *job, const struct ehlo *ehlo)
{
	struct body_plan plan = { false, 0 };
	uint32_t flags = job->batch.flags;

	if ((flags & ENVELOPE_LONGLINE) != 0) {
		plan.chunk = ehlo->chunking && ehlo->binarymime;
		if (plan.chunk)
			return plan;
		plan.recode |= RECODE_LONG | RECODE_CERTAIN;
	}
	if ((flags & ENVELOPE_8BIT) != 0 && !ehlo->eightbit)
		plan.recode |= RECODE_SEVENBIT | RECODE_CERTAIN;
	return plan;
}

/*
 * Make ready to write a message. The job and the output stay the caller's and
 * must live until body_clear().
 */
void
body_begin(struct body *b, const struct body_plan *plan, const struct job *job,
    const struct output *output)
{
	body_clear(b);
	b->plan = *plan;
	b->job = job;
	b->output = output;
	b->stuff = STUFF_LINE_START;
}

static int
put(void *arg, const void *data, size_t len)
{
	struct body *b = arg;

	if (b->output->write(b->output->arg, data, len) == -1)
		b->failed = true;
	return b->failed ? -1 : 0;
}

static int
put_stuffed(void *arg, const void *data, size_t len)
{
	struct body *b = arg;

	return stuff_bytes(&b->stuff, data, len, put, b);
}

/* Read part of a message, which is prefix and body; up to len octets. */
static ssize_t
read_part(const struct job *job, uint64_t offset, char *buf, size_t len)
{
	const struct work_batch *batch = &job->batch;
	uint64_t at, left;

	if (offset < batch->prefix_len) {
		at = batch->prefix_off + offset;
		left = batch->prefix_len - offset;
	} else {
		at = batch->body_off + (offset - batch->prefix_len);
		left = job_size(job) - offset;
	}
	if (left < len)
		len = (size_t)left;
	return segment_read(job->segment, at, buf, len) == -1 ? -1 :
								(ssize_t)len;
}

static enum body_result
read_failed(const struct job *job)
{
	if (errno == EBADMSG)
		return BODY_DAMAGED;
	log_warn("batch %llu cannot be read",
	    (unsigned long long)job->batch.batch);
	return BODY_UNREADABLE;
}

/*
 * Whether the message that was read is the one that queue took. Its sum goes
 * over the body and then the prefix, which was sent before.
 */
static bool
is_intact(const struct body *b)
{
	const struct work_batch *batch = &b->job->batch;
	char buf[4096];
	uint32_t crc = b->crc, n, off;

	for (off = 0; off < batch->prefix_len; off += n) {
		n = batch->prefix_len - off;
		if (n > sizeof(buf))
			n = sizeof(buf);
		if (segment_read(b->job->segment, batch->prefix_off + off, buf,
			n) == -1)
			return false;
		crc = crc32c(crc, buf, n);
	}
	return crc == batch->crc;
}

/* What comes before the first octet. */
static int
put_start(struct body *b)
{
	char line[64];

	if (b->plan.chunk) {
		(void)snprintf(line, sizeof(line), "BDAT %llu LAST\r\n",
		    (unsigned long long)job_size(b->job));
		return put(b, line, strlen(line));
	}
	if (b->plan.recode == 0)
		return 0;
	b->recode = recode_new(b->plan.recode, RECODE_WINDOW, put_stuffed, b);
	return b->recode == NULL ? -1 : 0;
}

static int
put_piece(struct body *b, const char *s, size_t len)
{
	if (b->plan.chunk)
		return put(b, s, len);
	if (b->recode != NULL)
		return recode_feed(b->recode, s, len);
	return put_stuffed(b, s, len);
}

/* What comes after the last octet. */
static int
put_end(struct body *b)
{
	if (b->plan.chunk)
		return 0;
	if (b->recode != NULL && recode_finish(b->recode) == -1)
		return -1;
	return stuff_end(&b->stuff, put, b);
}

/* Read the whole of a message that fits, with one call if it lies so. */
static int
read_all(const struct job *job, char *buf)
{
	const struct work_batch *batch = &job->batch;
	uint32_t prefix = batch->prefix_len;

	if (batch->prefix_off + prefix == batch->body_off)
		return segment_read(job->segment, batch->prefix_off, buf,
		    prefix + batch->body_len);
	if (segment_read(job->segment, batch->prefix_off, buf, prefix) == -1)
		return -1;
	return segment_read(job->segment, batch->body_off, buf + prefix,
	    batch->body_len);
}

/* The same as below for a message that fits into one piece: most do. */
static enum body_result
put_at_once(struct body *b, char *buf)
{
	const struct work_batch *batch = &b->job->batch;
	uint32_t crc;

	if (read_all(b->job, buf) == -1)
		return read_failed(b->job);
	crc = crc32c(0, buf + batch->prefix_len, batch->body_len);
	if (crc32c(crc, buf, batch->prefix_len) != batch->crc)
		return BODY_DAMAGED;
	if (put_piece(b, buf, batch->prefix_len + batch->body_len) == -1)
		return BODY_NOMEM;
	return put_end(b) == -1 ? BODY_NOMEM : BODY_WHOLE;
}

/*
 * Write as much as the output buffer shall hold. BODY_WHOLE once the end was
 * written too.
 */
enum body_result
body_put(struct body *b)
{
	static char buf[BODY_CHUNK];
	uint64_t size = job_size(b->job);
	ssize_t n;

	if (!b->begun && put_start(b) == -1)
		return BODY_NOMEM;
	b->begun = true;
	if (size <= sizeof(buf) &&
	    b->output->unsent(b->output->arg) <= BODY_UNSENT_MAX)
		return put_at_once(b, buf);
	while (b->offset < size) {
		if (b->output->unsent(b->output->arg) > BODY_UNSENT_MAX)
			return BODY_MORE;
		n = read_part(b->job, b->offset, buf, sizeof(buf));
		if (n == -1)
			return read_failed(b->job);
		if (b->offset >= b->job->batch.prefix_len)
			b->crc = crc32c(b->crc, buf, (size_t)n);
		b->offset += (uint64_t)n;
		if (b->offset == size && !is_intact(b))
			return BODY_DAMAGED;
		if (put_piece(b, buf, (size_t)n) == -1)
			return BODY_NOMEM;
	}
	return put_end(b) == -1 ? BODY_NOMEM : BODY_WHOLE;
}

/* RECODE_*: what became of the message; 0 if it went as it is. */
unsigned
body_report(const struct body *b)
{
	return b->recode == NULL ? 0 : recode_report(b->recode);
}

/* Free what is held; for one that was never begun, of zeros, too. */
void
body_clear(struct body *b)
{
	recode_free(b->recode);
	memset(b, 0, sizeof(*b));
}

/*
 * Whether there are 8-bit octets in the header, which is to say UTF-8 (RFC
 * 6532). BODY_WHOLE, or why it cannot be said.
 */
enum body_result
body_header_is_utf8(const struct job *job, bool *yes)
{
	char buf[4096], before = '\n';
	uint64_t offset = 0, size = job_size(job);
	ssize_t i, n;

	*yes = false;
	if (size > MIME_HEADER_MAX)
		size = MIME_HEADER_MAX;
	for (; offset < size; offset += (uint64_t)n) {
		n = read_part(job, offset, buf, sizeof(buf));
		if (n == -1)
			return read_failed(job);
		for (i = 0; i < n; i++) {
			if (buf[i] == '\r')
				continue;
			if (buf[i] == '\n' && before == '\n')
				return BODY_WHOLE;
			before = buf[i];
			*yes |= (before & 0x80) != 0;
		}
		if (*yes)
			return BODY_WHOLE;
	}
	return BODY_WHOLE;
}

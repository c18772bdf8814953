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
 * The bytes of a message on their way to a server: read from the segment,
 * checked, made fit for what the server takes, and written as DATA or BDAT
 * carries them.
 */
#ifndef BODY_H
#define BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output.h"
#include "stuff.h"

struct ehlo;
struct job;
struct recode;

enum body_result {
	BODY_MORE,	 /* the output buffer is full */
	BODY_WHOLE,	 /* all is written */
	BODY_DAMAGED,	 /* stored bytes are not what was taken: not ended */
	BODY_UNREADABLE, /* the same, for now */
	BODY_NOMEM
};

/* How a message goes to a server. */
struct body_plan {
	bool chunk;	 /* with BDAT, as it is */
	unsigned recode; /* RECODE_*: re-encoded; 0: as it is */
};

struct body {
	struct body_plan plan;
	const struct job *job;
	const struct output *output;
	struct recode *recode;
	uint64_t offset; /* octets that are read */
	uint32_t crc;	 /* of the body so far */
	enum stuff_state stuff;
	bool begun;
	bool failed; /* writing did not work */
};

struct body_plan body_plan(const struct job *, const struct ehlo *);
void body_begin(struct body *, const struct body_plan *, const struct job *,
    const struct output *);
enum body_result body_put(struct body *);
unsigned body_report(const struct body *);
void body_clear(struct body *);
enum body_result body_header_is_utf8(const struct job *, bool *);

#endif

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
 * What a server's reply, or the lack of one, means for a recipient.  Pure.
 */
#ifndef OUTCOME_H
#define OUTCOME_H

#include "proto_work.h"

struct reply;

/* What the reply answers. */
enum stage {
	STAGE_HOST, /* banner, EHLO: says nothing of a message */
	STAGE_MAIL,
	STAGE_RCPT,
	STAGE_DATA, /* before the message */
	STAGE_END   /* after the message */
};

void outcome_from_reply(struct work_outcome *, enum stage,
    const struct reply *);
void outcome_local(struct work_outcome *, enum outcome, const char *enhanced,
    const char *text);
const char *outcome_name(enum outcome);
const char *failure_name(enum failure);

#endif

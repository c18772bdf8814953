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
 * One message that is handed in by HTTPS: a submission, and the questions that
 * come before it, in the order in which each may refuse it.
 */
#ifndef SUBMIT_H
#define SUBMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "bounds.h"
#include "httplimits.h"

struct exchange;
struct submit;

/* What the operation wants; strings and addresses outlive the submit. */
struct submit_wish {
	const struct address *sender;
	const char *compartment;
	const struct address *rcpts[EMAIL_RCPTS_MAX];
	size_t rcpts_len;
	uint64_t size; /* of the message; 0: not known */
	bool utf8;     /* addresses and header may have UTF-8 */
	/* sender and recipients are good: give it the content */
	void (*ready)(struct exchange *, struct submit *);
	/* it is safe: answer */
	void (*done)(struct exchange *, struct submit *);
};

struct submit *submit_begin(struct exchange *, const struct submit_wish *);
void submit_free(struct submit *);
int submit_content(struct submit *, const char *, size_t);
void submit_end(struct submit *);
void submit_event(struct submit *, int ev, uint64_t id, const void *reply);

void submit_message_id(const struct submit *, char id[MESSAGE_ID_SIZE]);
const char *submit_envelope_id(const struct submit *);
bool submit_is_suppressed(const struct submit *, size_t rcpt);

#endif /* SUBMIT_H */

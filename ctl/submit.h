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
 * A small message given to edd as any client does.
 */
#ifndef SUBMIT_H
#define SUBMIT_H

#include "bounds.h"

struct smtptest;

struct submit_order {
	const char *from;
	const char *to;
	const char *subject;
	const char *user;
	const char *username;
	const char *password;
};

/* A message id is 16 hexadecimal digits and may grow. */
#define SUBMIT_ID_SIZE 64u

const char *submit_check(const struct submit_order *);
int submit_steps(struct smtptest *, void *);
int submit_id(const char *reply, char id[SUBMIT_ID_SIZE]);

#endif

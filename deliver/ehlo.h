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
 * What a server offers in its answer to EHLO.  Pure.
 */
#ifndef EHLO_H
#define EHLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

struct ehlo {
	char name[HOST_SIZE]; /* what the server calls itself */
	uint64_t size_max;    /* octets of a message; 0: no limit given */
	bool esmtp;	      /* EHLO was accepted */
	bool size;
	bool starttls;
	bool pipelining;
	bool eightbit;
	bool dsn;
	bool smtputf8;
	bool chunking;
	bool binarymime;
	uint32_t rcpt_max; /* LIMITS: recipients of a message; 0: none given */
	uint32_t mail_max; /* messages of a connection */
};

void ehlo_reset(struct ehlo *);
void ehlo_greeting(struct ehlo *, const char *, size_t);
void ehlo_line(struct ehlo *, const char *, size_t);

#endif

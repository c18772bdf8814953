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
 * A message on its way to a transport that carries less than it needs (RFC
 * 6152 section 3, RFC 3030 section 3): bytes in, bytes out, parts that would
 * not pass encoded. No I/O. Memory is one header and one window at most.
 *
 * What cannot be encoded passes as it is and is reported; after RECODE_BINARY
 * no NUL, and no CR or LF alone, is ever in the output.
 */
#ifndef RECODE_H
#define RECODE_H

#include <stddef.h>

struct recode;

/* What the output shall not have. */
#define RECODE_BINARY	0x01u /* binary parts; takes in LONGLINES and CERTAIN */
#define RECODE_SEVENBIT 0x02u /* octets above 127 */
#define RECODE_LONG	0x04u /* lines over MESSAGE_LINE_MAX */
/* Encode too what is longer than the window and could have one later on. */
#define RECODE_CERTAIN 0x08u

/* What became of it. */
#define RECODE_CHANGED	   0x01u /* not the same bytes: no signature holds */
#define RECODE_LEFT_8BIT   0x02u /* octets above 127 in a body */
#define RECODE_LEFT_LONG   0x04u /* too long a line in a body */
#define RECODE_HEADER_8BIT 0x08u /* octets above 127 in a header */
#define RECODE_HEADER_LONG 0x10u /* too long a line in a header */
#define RECODE_SIGNED	   0x20u /* a signed or encrypted part was changed */
#define RECODE_REPAIRED	   0x40u /* octets were lost that nothing can carry */
#define RECODE_LEFT                                                            \
	(RECODE_LEFT_8BIT | RECODE_LEFT_LONG | RECODE_HEADER_8BIT |            \
	    RECODE_HEADER_LONG)

/* Where the output goes, in pieces; -1 if it cannot. */
typedef int (*recode_write)(void *, const void *, size_t);

struct recode *recode_new(unsigned flags, size_t window, recode_write, void *);
void recode_free(struct recode *);
int recode_feed(struct recode *, const void *, size_t);
int recode_finish(struct recode *);
unsigned recode_report(const struct recode *);

#endif /* RECODE_H */

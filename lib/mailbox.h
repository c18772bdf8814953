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
 * Address lists of message header fields (RFC 5322 section 3.4): From, Sender,
 * Reply-To, To and the like. It finds the addresses and nothing else: display
 * names and comments are checked and skipped. Pure, no recursion.
 */
#ifndef MAILBOX_H
#define MAILBOX_H

#include <stddef.h>

#include "address.h"

/* Flags. */
#define MAILBOX_GROUPS 0x01 /* "name: a@b, c@d;" accepted (address-list) */
#define MAILBOX_SINGLE 0x02 /* exactly one address (Sender) */
#define MAILBOX_UTF8   0x04 /* RFC 6532: UTF-8 in addresses */

enum mailbox_result {
	MAILBOX_OK,
	MAILBOX_EMPTY,	      /* no address in it */
	MAILBOX_MANY,	      /* more than one with MAILBOX_SINGLE */
	MAILBOX_SYNTAX,	      /* a character that cannot stand there */
	MAILBOX_FOLDING,      /* CR or LF that is not folding, or a NUL */
	MAILBOX_COMMENT_OPEN, /* comment does not end */
	MAILBOX_COMMENT_DEEP, /* comments nested too deep */
	MAILBOX_QUOTE_OPEN,   /* quoted string does not end */
	MAILBOX_ANGLE_OPEN,   /* no ">" */
	MAILBOX_ROUTE,	      /* source route */
	MAILBOX_GROUP,	      /* group not allowed, nested or open */
	MAILBOX_ADDRESS,      /* address itself breaks RFC 5321 */
	MAILBOX_STOPPED	      /* the callback said so */
};

/* Where and why a list was refused. */
struct mailbox_error {
	size_t position;	     /* octets into the body */
	enum address_result address; /* detail of MAILBOX_ADDRESS */
};

/* The callback gets each address in order; anything but 0 stops the parser. */
enum mailbox_result mailbox_parse(const char *body, size_t len, unsigned flags,
    int (*cb)(const struct address *, void *), void *arg,
    struct mailbox_error *);
const char *mailbox_strerror(enum mailbox_result);

#endif /* MAILBOX_H */

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
 * Mailbox addresses as SMTP writes them (RFC 5321 section 4.1.2) and domain
 * names as an operator writes them. Pure: bytes in, structs out. It does not
 * look anything up and does not judge whether an address exists.
 */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

/* Flags of the parsers. */
#define ADDRESS_ALLOW_NULL   0x01 /* the reverse-path "<>" is accepted */
#define ADDRESS_UTF8	     0x02 /* RFC 6531: UTF-8 in both parts */
#define ADDRESS_SINGLE_LABEL 0x04 /* address_domain_valid: "localhost" */
#define ADDRESS_NUMERIC	     0x08 /* address_domain_valid: ends in a number */

/* Room for any domain with its NUL, as ADDRESS_SIZE is for any mailbox. */
#define ADDRESS_DOMAIN_SIZE (ADDRESS_DOMAIN_MAX + 1)

enum address_result {
	ADDRESS_OK,
	ADDRESS_EMPTY,		/* nothing there */
	ADDRESS_NULL,		/* "<>" where it is not allowed */
	ADDRESS_NO_OPEN,	/* no "<" */
	ADDRESS_NO_CLOSE,	/* no ">" */
	ADDRESS_TRAILING,	/* octets after the end */
	ADDRESS_TOO_LONG,	/* path over 256 octets, mailbox over 254 */
	ADDRESS_ROUTE,		/* ill-formed source route */
	ADDRESS_NO_AT,		/* no "@" */
	ADDRESS_LOCAL_EMPTY,	/* nothing before "@" */
	ADDRESS_LOCAL_LONG,	/* local part over 64 octets */
	ADDRESS_LOCAL_DOT,	/* dot first, last or doubled */
	ADDRESS_LOCAL_CHAR,	/* octet needs quoting or is forbidden */
	ADDRESS_QUOTE_OPEN,	/* quoted local part does not end */
	ADDRESS_QUOTE_CHAR,	/* forbidden octet in a quoted local part */
	ADDRESS_DOMAIN_EMPTY,	/* nothing after "@" */
	ADDRESS_DOMAIN_LONG,	/* domain over 253 octets */
	ADDRESS_DOMAIN_CHAR,	/* not a letter, digit or hyphen */
	ADDRESS_DOMAIN_SINGLE,	/* one label where two are needed */
	ADDRESS_DOMAIN_NUMERIC, /* last label all digits */
	ADDRESS_LABEL_EMPTY,	/* dot first, last or doubled */
	ADDRESS_LABEL_LONG,	/* label over 63 octets */
	ADDRESS_LABEL_HYPHEN,	/* label begins or ends with a hyphen */
	ADDRESS_LITERAL,	/* not [IPv4] nor [IPv6:...] */
	ADDRESS_LITERAL_OPEN,	/* no "]" */
	ADDRESS_NOT_ASCII,	/* 8-bit octet without ADDRESS_UTF8 */
	ADDRESS_BAD_UTF8	/* ill-formed UTF-8 or a C1 control */
};

/*
 * "local@domain" with its NUL: local part as it was written, quotes included;
 * domain in lower case. The null reverse-path is the empty string. Value type:
 * copy with "=", no ownership.
 */
struct address {
	char mailbox[ADDRESS_SIZE];
	size_t local_len; /* octets before "@" */
	size_t len;	  /* octets of the whole */
};

enum address_result address_parse_path(const char *s, size_t len,
    unsigned flags, struct address *, size_t *used);
enum address_result address_parse_mailbox(const char *s, size_t len,
    unsigned flags, struct address *);
enum address_result address_domain_valid(const char *s, size_t len,
    unsigned flags, char *out, size_t outsize);
const char *address_strerror(enum address_result);

bool address_is_ascii(const struct address *);
bool address_is_null(const struct address *);
bool address_is_literal(const struct address *);
const char *address_local(const struct address *, size_t *len);
const char *address_domain(const struct address *);
size_t address_utf8(const char *, size_t);
void address_fold(const struct address *, char key[ADDRESS_SIZE]);

#endif /* ADDRESS_H */

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
 * Every reply that smtpd gives, in one table: code, enhanced code (RFC 3463)
 * and text. It decides nothing; it writes one line.
 */
#ifndef REPLY_H
#define REPLY_H

#include <stdbool.h>
#include <stddef.h>

struct evbuffer;

enum reply {
	REPLY_NONE, /* nothing to say: all is well so far */
	REPLY_GREETING,
	REPLY_READY_TLS,
	REPLY_BYE,
	REPLY_AUTH_OK,
	REPLY_OK,
	REPLY_SENDER_OK,
	REPLY_RCPT_OK,
	REPLY_QUEUED,
	REPLY_CHUNK,
	REPLY_VRFY,
	REPLY_SUPPRESSED,
	REPLY_PROMPT_PLAIN,
	REPLY_PROMPT_LOGIN,
	REPLY_PROMPT_PASSWORD,
	REPLY_CHALLENGE,
	REPLY_DATA,
	REPLY_TIMEOUT,
	REPLY_PROBLEM,
	REPLY_CONNECTIONS,
	REPLY_AUTH_FAILURES,
	REPLY_ERRORS,
	REPLY_SHUTDOWN,
	REPLY_DRAIN,
	REPLY_SERVER_ERROR,
	REPLY_PROCESSING,
	REPLY_STORAGE,
	REPLY_RCPT_MANY,
	REPLY_NO_TLS,
	REPLY_RATE_MINUTE,
	REPLY_RATE_DAY,
	REPLY_UNKNOWN,
	REPLY_LINE_END,
	REPLY_LINE_LONG,
	REPLY_SYNTAX,
	REPLY_BASE64,
	REPLY_NO_NUL,
	REPLY_NO_NUL2,
	REPLY_SCRAM,
	REPLY_AUTH_CANCELED,
	REPLY_NEED_EHLO,
	REPLY_NEED_MAIL,
	REPLY_NEED_RCPT,
	REPLY_SENDER_AGAIN,
	REPLY_BDAT_BEGUN,
	REPLY_BINARY,
	REPLY_AUTH_AGAIN,
	REPLY_TLS_AGAIN,
	REPLY_GROUP,
	REPLY_METHOD,
	REPLY_MISMATCH,
	REPLY_NEED_TLS,
	REPLY_CREDENTIALS,
	REPLY_NEED_AUTH,
	REPLY_NOT_AUTHORIZED,
	REPLY_REFUSED_SUPPRESSED,
	REPLY_SIZE,
	REPLY_SENDER_BAD,
	REPLY_RCPT_BAD,
	REPLY_SENDER_UTF8,
	REPLY_RCPT_UTF8,
	REPLY_FROM_BAD,
	REPLY_PARSE,
	REPLY_PARAMETER,
	REPLY_LAST = REPLY_PARAMETER
};

/* A reply line with its CRLF and NUL (RFC 5321 section 4.5.3.1.5). */
#define REPLY_LINE_SIZE 513

unsigned reply_code(enum reply);
size_t reply_format(enum reply, bool enhanced, const char *first,
    const char *second, char line[REPLY_LINE_SIZE]);
void reply_add(struct evbuffer *, const char *line);
void reply_add_line(struct evbuffer *, unsigned code, bool last,
    const char *text);
void reply_printable(const char *, size_t, char *, size_t);

#endif /* REPLY_H */

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
 * What is wrong with a request, as the client is told: one row of the table
 * of errors each (https.md section 4). Knows nothing of how it is sent.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stddef.h>

#include "httplimits.h"

enum fault_kind {
	FAULT_NONE,
	/* General. %s of these is what the caller says. */
	FAULT_PARSE,	   /* 400 CannotParseRequest %s */
	FAULT_PARAMETER,   /* 400 InvalidParameter %s */
	FAULT_MISSING,	   /* 400 MissingParameter %s */
	FAULT_LIMIT,	   /* 400 LimitExceeded %s */
	FAULT_AUTH,	   /* 401 NotAuthenticated; never a reason */
	FAULT_NOT_FOUND,   /* 404 NotAuthorizedOrNotFound %s, or "" */
	FAULT_NO_PATH,	   /* 404 NotFound */
	FAULT_METHOD,	   /* 405 MethodNotAllowed %s: the method */
	FAULT_TIMEOUT,	   /* 408 RequestTimeout */
	FAULT_CONFLICT,	   /* 409 Conflict %s */
	FAULT_STATE,	   /* 409 IncorrectState %s */
	FAULT_EXISTS,	   /* 409 NotAuthorizedOrResourceAlreadyExists %s */
	FAULT_LOCKED,	   /* 409 ResourceLocked */
	FAULT_TOKEN,	   /* 409 InvalidatedRetryToken */
	FAULT_ETAG,	   /* 412 NoEtagMatch */
	FAULT_TOOBIG,	   /* 413 PayloadTooLarge %s: the limit in octets */
	FAULT_URI,	   /* 414 UriTooLong */
	FAULT_EXPECT,	   /* 417 ExpectationFailed */
	FAULT_BUSY,	   /* 429 TooManyRequests */
	FAULT_TOKENS,	   /* 429, all retry tokens are used */
	FAULT_HEADER,	   /* 431 RequestHeaderFieldsTooLarge */
	FAULT_INTERNAL,	   /* 500 InternalServerError */
	FAULT_METHOD_NONE, /* 501 MethodNotImplemented */
	FAULT_CODING,	   /* 501 MethodNotImplemented: transfer coding */
	FAULT_UNAVAILABLE, /* 503 ServiceUnavailable */
	FAULT_FULL,	   /* 503, the disk of the policy store is full */
	FAULT_VERSION,	   /* 505 HttpVersionNotSupported */
	/* Rows of the table of submission. */
	FAULT_MESSAGE_ID,
	FAULT_ADDRESS_EMPTY,
	FAULT_ADDRESS, /* %s: the address */
	FAULT_RCPTS,
	FAULT_KEY_EMPTY,
	FAULT_KEY_ASCII,    /* %s: the header */
	FAULT_KEY_RESERVED, /* %s: the header */
	FAULT_NO_COMPARTMENT,
	FAULT_NO_SUBJECT,
	FAULT_NO_SENDER,
	FAULT_NO_RCPTS,
	FAULT_NO_BODY,
	FAULT_PER_MINUTE, /* %s: the limit */
	FAULT_PER_DAY,	  /* %s: the limit */
	FAULT_SENDER,	  /* %s: the address */
	FAULT_KINDS
};

struct fault {
	enum fault_kind kind;
	char text[FAULT_TEXT_SIZE]; /* UTF-8 without control characters */
};

void fault_clear(struct fault *);
int fault_set(struct fault *, enum fault_kind, const char *detail);
int fault_setf(struct fault *, enum fault_kind, const char *, ...)
    __attribute__((format(printf, 3, 4)));
int fault_status(const struct fault *);
const char *fault_code(const struct fault *);
const char *fault_reason(int status);

#endif

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
 * The table of errors. A message is a row of it with the client's own words
 * put in, which are cleaned first: it goes into JSON, and into the log.
 */
#include "fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "address.h"

/* U+FFFD, for octets that are no UTF-8. */
#define REPLACEMENT "\xef\xbf\xbd"

struct row {
	int status;
	const char *code;
	const char *text;     /* "%s": the detail */
	const char *fallback; /* in place of a detail that is NULL */
};

static const struct row rows[FAULT_KINDS] = {
	[FAULT_NONE] = { 200, "", "", "" },
	[FAULT_PARSE] = { 400, "CannotParseRequest", "%s",
	    "The request could not be parsed." },
	[FAULT_PARAMETER] = { 400, "InvalidParameter", "%s",
	    "A parameter is invalid." },
	[FAULT_MISSING] = { 400, "MissingParameter", "%s",
	    "A parameter is missing." },
	[FAULT_LIMIT] = { 400, "LimitExceeded", "%s", "There are too many." },
	[FAULT_AUTH] = { 401, "NotAuthenticated",
	    "The required information to complete authentication was not "
	    "provided or was incorrect.",
	    "" },
	[FAULT_NOT_FOUND] = { 404, "NotAuthorizedOrNotFound", "%s",
	    "Authorization failed or requested resource not found." },
	[FAULT_NO_PATH] = { 404, "NotFound", "No operation has this path.",
	    "" },
	[FAULT_METHOD] = { 405, "MethodNotAllowed",
	    "The method %s is not allowed here.", "" },
	[FAULT_TIMEOUT] = { 408, "RequestTimeout",
	    "The request did not arrive in time.", "" },
	[FAULT_CONFLICT] = { 409, "Conflict", "%s",
	    "The request conflicts with the state of the resource." },
	[FAULT_STATE] = { 409, "IncorrectState", "%s",
	    "The resource is not in a state that allows this." },
	[FAULT_EXISTS] = { 409, "NotAuthorizedOrResourceAlreadyExists", "%s",
	    "Authorization failed or the resource exists already." },
	[FAULT_LOCKED] = { 409, "ResourceLocked",
	    "The requested resource is locked. %s",
	    "It is in active use, or the change would break another "
	    "resource." },
	[FAULT_TOKEN] = { 409, "InvalidatedRetryToken",
	    "The retry token was used for another request.", "" },
	[FAULT_ETAG] = { 412, "NoEtagMatch",
	    "The resource was changed since: its etag is another.", "" },
	[FAULT_TOOBIG] = { 413, "PayloadTooLarge",
	    "Message exceeds byte limit : limit is %s", "0" },
	[FAULT_URI] = { 414, "UriTooLong", "The request target is too long.",
	    "" },
	[FAULT_EXPECT] = { 417, "ExpectationFailed",
	    "The only expectation that can be met is 100-continue.", "" },
	[FAULT_BUSY] = { 429, "TooManyRequests",
	    "Too many requests received. Wait and try again.", "" },
	[FAULT_TOKENS] = { 429, "TooManyRequests",
	    "All places for retry tokens are used. Send without "
	    "opc-retry-token, or wait and try again.",
	    "" },
	[FAULT_HEADER] = { 431, "RequestHeaderFieldsTooLarge",
	    "The header fields of the request are too large.", "" },
	[FAULT_INTERNAL] = { 500, "InternalServerError",
	    "Internal Server Error", "" },
	[FAULT_METHOD_NONE] = { 501, "MethodNotImplemented",
	    "The method %s is not implemented.", "" },
	[FAULT_CODING] = { 501, "MethodNotImplemented",
	    "The transfer coding is not implemented: use chunked or none.",
	    "" },
	[FAULT_UNAVAILABLE] = { 503, "ServiceUnavailable",
	    "The service is unavailable. Wait and try again.", "" },
	[FAULT_FULL] = { 503, "ServiceUnavailable",
	    "The disk of the policy store is full, and nothing was changed. "
	    "Have room made for it, then try again.",
	    "" },
	[FAULT_VERSION] = { 505, "HttpVersionNotSupported",
	    "The protocol spoken here is HTTP/1.1.", "" },
	[FAULT_MESSAGE_ID] = { 400, "InvalidParameter",
	    "Message ID not formed according to RFCs.", "" },
	[FAULT_ADDRESS_EMPTY] = { 400, "InvalidParameter",
	    "Email Address can't be null or empty.", "" },
	[FAULT_ADDRESS] = { 400, "InvalidParameter",
	    "Invalid Internet Address : %s", "" },
	[FAULT_RCPTS] = { 400, "InvalidParameter",
	    "maxItems: 50, for recipients across the To:, CC: and BCC: fields.",
	    "" },
	[FAULT_KEY_EMPTY] = { 400, "InvalidParameter",
	    "Header Key can't be null or empty", "" },
	[FAULT_KEY_ASCII] = { 400, "InvalidParameter",
	    "Custom Mail Header Keys should be ASCII only %s", "" },
	[FAULT_KEY_RESERVED] = { 400, "InvalidParameter",
	    "%s is a reserved mail header which is not allowed", "" },
	[FAULT_NO_COMPARTMENT] = { 400, "MissingParameter",
	    "Required attribute sender compartmentId cannot be empty or null.",
	    "" },
	[FAULT_NO_SUBJECT] = { 400, "MissingParameter",
	    "Required attribute subject can't be empty or null.", "" },
	[FAULT_NO_SENDER] = { 400, "MissingParameter",
	    "Required attribute sender can't be empty or null.", "" },
	[FAULT_NO_RCPTS] = { 400, "MissingParameter",
	    "Required attribute recipients must contain either to , cc or bcc "
	    "recipients.",
	    "" },
	[FAULT_NO_BODY] = { 400, "MissingParameter",
	    "Required attribute body(html/text) is missing. Request must "
	    "contain either bodyText or bodyHtml",
	    "" },
	[FAULT_PER_MINUTE] = { 400, "LimitExceeded",
	    "Maximum messages sent per minute reached : limit is %s", "0" },
	[FAULT_PER_DAY] = { 400, "LimitExceeded",
	    "Maximum messages sent per day reached : limit is %s", "0" },
	[FAULT_SENDER] = { 404, "NotAuthorizedOrNotFound",
	    "Authorization failed: address %s not authorized or not found",
	    "" },
};

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ 100, "Continue" },
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 417, "Expectation Failed" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 505, "HTTP Version Not Supported" },
};

/* Nothing is wrong. */
void
fault_clear(struct fault *f)
{
	f->kind = FAULT_NONE;
	f->text[0] = '\0';
}

/*
 * Append what can be shown of s: no control characters, no ill-formed UTF-8,
 * at most max octets and whole characters; "..." stands for what is cut off.
 */
static size_t
put_clean(char *to, const char *s, size_t max)
{
	size_t left = strlen(s), used = 0, n, len;
	const char *piece;

	for (; left > 0; s += n, left -= n) {
		n = len = 1;
		piece = s;
		if ((*s & 0x80) != 0) {
			n = len = address_utf8(s, left);
			if (n == 0) {
				piece = REPLACEMENT;
				n = 1;
				len = sizeof(REPLACEMENT) - 1;
			}
		} else if (*s < ' ' || *s == '\177')
			piece = "?";
		if (used + len > max - 3) {
			piece = "...";
			len = 3;
			left = n;
		}
		memcpy(to + used, piece, len);
		used += len;
	}
	return used;
}

/*
 * Say what is wrong, with the detail that its row has room for; NULL: none.
 * The detail may be anything that a client sent. Returns -1, so that a caller
 * can return it.
 */
int
fault_set(struct fault *f, enum fault_kind kind, const char *detail)
{
	const struct row *row = &rows[kind];
	const char *at;
	size_t used;

	f->kind = kind;
	at = strstr(row->text, "%s");
	if (at == NULL) {
		(void)snprintf(f->text, sizeof(f->text), "%s", row->text);
		return -1;
	}
	if (detail == NULL)
		detail = row->fallback;
	used = (size_t)(at - row->text);
	memcpy(f->text, row->text, used);
	used += put_clean(f->text + used, detail, FAULT_DETAIL_SIZE);
	(void)snprintf(f->text + used, sizeof(f->text) - used, "%s", at + 2);
	return -1;
}

/* The same with a detail as printf() makes it. */
int
fault_setf(struct fault *f, enum fault_kind kind, const char *fmt, ...)
{
	char detail[2 * FAULT_DETAIL_SIZE];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(detail, sizeof(detail), fmt, ap) < 0)
		detail[0] = '\0';
	va_end(ap);
	return fault_set(f, kind, detail);
}

/* The status code of the answer. */
int
fault_status(const struct fault *f)
{
	return rows[f->kind].status;
}

/* The service's code, on which its SDK decides. */
const char *
fault_code(const struct fault *f)
{
	return rows[f->kind].code;
}

/* What a status line says after the status code. */
const char *
fault_reason(int status)
{
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status == status)
			return reasons[i].reason;
	}
	return "Unknown";
}

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
 * The head of a request, a line at a time: request line and fields, split and
 * NUL-terminated where they lie. What they mean is reqcheck.c's.
 */
#include "request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "reqhead.h"

/* A request line besides its target: method, "HTTP/1.1", spaces, CRLF. */
#define LINE_REST (REQUEST_METHOD_MAX + 12u)

_Static_assert(REQUEST_HEAD_MAX <= UINT16_MAX, "offsets have 16 bits");

static const struct {
	const char *name;
	enum request_method method;
} methods[] = {
	{ "GET", REQUEST_GET },
	{ "HEAD", REQUEST_HEAD },
	{ "POST", REQUEST_POST },
	{ "PUT", REQUEST_PUT },
	{ "DELETE", REQUEST_DELETE },
	{ "PATCH", REQUEST_PATCH },
	{ "OPTIONS", REQUEST_OPTIONS },
};

/* A parser for one connection; NULL without memory. */
struct request *
request_new(void)
{
	struct request *r;

	r = calloc(1, sizeof(*r));
	if (r != NULL)
		request_reset(r);
	return r;
}

/* Free it; NULL is allowed. */
void
request_free(struct request *r)
{
	if (r == NULL)
		return;
	free(r->path);
	if (r->buf != NULL)
		explicit_bzero(r->buf, r->size);
	free(r->buf);
	free(r);
}

/*
 * Get ready for the next request of the connection. The head is wiped: there
 * may be a password in it; a large buffer is given back.
 */
void
request_reset(struct request *r)
{
	char *buf = r->buf;
	size_t size = r->size;

	free(r->path);
	if (buf != NULL)
		explicit_bzero(buf, r->len);
	if (size > REQUEST_HEAD_KEPT) {
		free(buf);
		buf = NULL;
		size = 0;
	}
	memset(r, 0, sizeof(*r));
	r->buf = buf;
	r->size = size;
	r->status = REQUEST_MORE;
}

static int
refuse(struct request *r, enum fault_kind kind, const char *detail)
{
	r->status = REQUEST_REFUSED;
	return fault_set(&r->fault, kind, detail);
}

/* Add octets to the head. */
static int
append(struct request *r, const char *s, size_t len)
{
	size_t size;
	char *p;

	if (len > REQUEST_HEAD_MAX - r->len)
		return refuse(r, r->started ? FAULT_HEADER : FAULT_URI, NULL);
	if (r->len + len > r->size) {
		size = r->size == 0 ? REQUEST_HEAD_FIRST : r->size;
		while (size < r->len + len)
			size *= 2;
		p = malloc(size);
		if (p == NULL)
			return refuse(r, FAULT_INTERNAL, NULL);
		if (r->len > 0)
			memcpy(p, r->buf, r->len);
		if (r->buf != NULL)
			explicit_bzero(r->buf, r->size);
		free(r->buf);
		r->buf = p;
		r->size = size;
	}
	memcpy(r->buf + r->len, s, len);
	r->len += len;
	return 0;
}

/* token = 1*tchar, RFC 9110 section 5.6.2. Octets of s that are of one. */
static size_t
token_length(const char *s)
{
	static const bool tchars[256] = { ['!'] = true,
		['#' ... '\''] = true,
		['*'] = true,
		['+'] = true,
		['-'] = true,
		['.'] = true,
		['0' ... '9'] = true,
		['A' ... 'Z'] = true,
		['^' ... 'z'] = true,
		['|'] = true,
		['~'] = true };
	size_t i;

	for (i = 0; tchars[(unsigned char)s[i]]; i++)
		continue;
	return i;
}

static enum request_method
method_of(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strcmp(methods[i].name, name) == 0)
			return methods[i].method;
	}
	return REQUEST_OTHER;
}

/*
 * HTTP-version = "HTTP/" DIGIT "." DIGIT (RFC 9112 section 2.3). A later
 * minor version is read as 1.1 (RFC 9110 section 2.5).
 */
static int
take_version(struct request *r, const char *s)
{
	if (strncmp(s, "HTTP/", 5) != 0 || s[5] < '0' || s[5] > '9' ||
	    s[6] != '.' || s[7] < '0' || s[7] > '9' || s[8] != '\0')
		return refuse(r, FAULT_PARSE,
		    "The request line is ill-formed.");
	if (s[5] != '1')
		return refuse(r, FAULT_VERSION, NULL);
	r->minor = s[7] == '0' ? 0 : 1;
	return 0;
}

/*
 * request-line = method SP request-target SP HTTP-version
 * (RFC 9112 section 3); single spaces, and none elsewhere.
 */
static int
take_request_line(struct request *r, char *s)
{
	static const char why[] = "The request line is ill-formed.";
	char *target, *version;
	size_t len;

	len = token_length(s);
	if (len == 0 || s[len] != ' ')
		return refuse(r, FAULT_PARSE, why);
	target = s + len + 1;
	version = strchr(target, ' ');
	if (version == NULL || version == target)
		return refuse(r, FAULT_PARSE, why);
	s[len] = '\0';
	*version++ = '\0';
	if (take_version(r, version) == -1)
		return -1;
	if (len > REQUEST_METHOD_MAX)
		return refuse(r, FAULT_METHOD_NONE, "");
	if (strlen(target) > REQUEST_TARGET_MAX)
		return refuse(r, FAULT_URI, NULL);
	r->method = method_of(s);
	r->method_name = (uint16_t)(s - r->buf);
	r->target = (uint16_t)(target - r->buf);
	r->started = true;
	return 0;
}

/*
 * field-line = field-name ":" OWS field-value OWS (RFC 9112 section 5). White
 * space before the colon or at the start of a line is refused: two programs
 * would see two fields there.
 */
static int
take_field(struct request *r, char *s)
{
	struct reqhead_field *f;
	char *value;
	size_t len, end;

	if (*s == ' ' || *s == '\t')
		return refuse(r, FAULT_PARSE, "A header field is folded.");
	len = token_length(s);
	if (len == 0 || s[len] != ':')
		return refuse(r, FAULT_PARSE, "A header field is ill-formed.");
	if (r->fields_len == REQUEST_FIELDS_MAX)
		return refuse(r, FAULT_HEADER, NULL);
	s[len] = '\0';
	value = s + len + 1;
	value += strspn(value, " \t");
	for (end = strlen(value); end > 0; end--) {
		if (value[end - 1] != ' ' && value[end - 1] != '\t')
			break;
	}
	value[end] = '\0';
	f = &r->fields[r->fields_len++];
	f->name = (uint16_t)(s - r->buf);
	f->value = (uint16_t)(value - r->buf);
	return 0;
}

/* Whether a line has only what may be in a head: no control but tab. */
static bool
is_clean(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (((unsigned char)s[i] < ' ' && s[i] != '\t') ||
		    s[i] == '\177')
			return false;
	}
	return true;
}

/* A line is complete: from r->line to the end, with its LF. */
static int
take_line(struct request *r)
{
	char *s = r->buf + r->line;
	size_t len = r->len - r->line;

	if (len < 2 || s[len - 2] != '\r')
		return refuse(r, FAULT_PARSE, "A line ends without CR.");
	len -= 2;
	if (len == 0 && !r->started) {
		if (r->padded)
			return refuse(r, FAULT_PARSE,
			    "The request line is missing.");
		r->padded = true;
		r->len = 0;
		return 0;
	}
	if (!is_clean(s, len))
		return refuse(r, FAULT_PARSE,
		    "The head has a control character.");
	s[len] = '\0';
	r->line = r->len;
	if (!r->started)
		return take_request_line(r, s);
	if (len > 0)
		return take_field(r, s);
	if (reqhead_check(r) == -1) {
		r->status = REQUEST_REFUSED;
		return -1;
	}
	r->status = REQUEST_READY;
	return 0;
}

/*
 * Take octets of the connection; *used is how many were. No octet is used
 * after the head is complete or refused.
 */
enum request_status
request_feed(struct request *r, const char *s, size_t len, size_t *used)
{
	const char *end;
	size_t n;

	*used = 0;
	while (r->status == REQUEST_MORE && *used < len) {
		end = memchr(s + *used, '\n', len - *used);
		n = end == NULL ? len - *used : (size_t)(end - s) + 1 - *used;
		if (append(r, s + *used, n) == -1)
			break;
		*used += n;
		if (end != NULL)
			(void)take_line(r);
		else if (!r->started && r->len > REQUEST_TARGET_MAX + LINE_REST)
			(void)refuse(r, FAULT_URI, NULL);
	}
	return r->status;
}

/* Whether a request has begun to arrive: a connection at rest has none. */
bool
request_begun(const struct request *r)
{
	return r->len > 0;
}

/* Why the head was refused. */
const struct fault *
request_fault(const struct request *r)
{
	return &r->fault;
}

/* Which method it is. */
enum request_method
request_method(const struct request *r)
{
	return r->method;
}

/* The method as sent; "" before the request line is complete. */
const char *
request_method_name(const struct request *r)
{
	return r->started ? r->buf + r->method_name : "";
}

/* The target byte for byte as sent; "" before it is complete. */
const char *
request_target(const struct request *r)
{
	return r->started ? r->buf + r->target : "";
}

/* What follows the first "?" of the target, not decoded; "" without one. */
const char *
request_query(const struct request *r)
{
	return r->query;
}

/* How many segments the path has: "/" has one, which is empty. */
size_t
request_segments(const struct request *r)
{
	return r->segments_len;
}

/* A segment of the path, decoded; "" for one that it has not. */
const char *
request_segment(const struct request *r, size_t i)
{
	return i < r->segments_len ? r->path + r->segments[i] : "";
}

/* How the body is framed. */
enum request_framing
request_framing(const struct request *r)
{
	return r->framing;
}

/* Content-Length; 0 without. */
uint64_t
request_length(const struct request *r)
{
	return r->length;
}

/* Whether the client wants the connection to stay. */
bool
request_keep_alive(const struct request *r)
{
	return r->keep_alive;
}

/* Whether it waits for 100 (Continue) before it sends the body. */
bool
request_expects(const struct request *r)
{
	return r->expects;
}

/* Whether two names are the same; most differ in their first letter. */
static bool
is_name(const char *a, const char *b)
{
	return ((a[0] ^ b[0]) & 0xdf) == 0 && strcasecmp(a, b) == 0;
}

/* The nth value of a field, from 0, without white space around; or NULL. */
const char *
request_field(const struct request *r, const char *name, size_t nth)
{
	size_t i;

	for (i = 0; i < r->fields_len; i++) {
		if (is_name(r->buf + r->fields[i].name, name) && nth-- == 0)
			return r->buf + r->fields[i].value;
	}
	return NULL;
}

/* The value of a field that occurs once, or NULL. */
const char *
request_value(const struct request *r, const char *name)
{
	return request_field(r, name, 0);
}

/* Whether Content-Type is that type, with whatever parameters. */
bool
request_type_is(const struct request *r, const char *type)
{
	const char *value;
	size_t len = strlen(type);

	value = request_value(r, "content-type");
	if (value == NULL || strncasecmp(value, type, len) != 0)
		return false;
	value += len;
	value += strspn(value, " \t");
	return *value == '\0' || *value == ';';
}

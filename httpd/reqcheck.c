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
 * What the head of a request means: framing of the body, host, path, and the
 * wishes for the connection. What is ambiguous is refused (RFC 9112 section
 * 11.2).
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "percent.h"
#include "reqhead.h"

/* Digits of a length: more is no number of octets anybody sends. */
#define LENGTH_DIGITS 18u

/* Fields that say one thing; a second would be read by somebody else. */
static const char *const singles[] = { "authorization", "compartment-id",
	"content-encoding", "content-length", "content-type", "date", "expect",
	"host", "if-match", "opc-request-id", "opc-retry-token", "recipients",
	"sender", "transfer-encoding", "x-content-sha256", "x-date" };

static int
check_singles(struct request *r)
{
	size_t i;

	for (i = 0; i < sizeof(singles) / sizeof(singles[0]); i++) {
		if (request_field(r, singles[i], 1) != NULL)
			return fault_setf(&r->fault, FAULT_PARSE,
			    "The header field %s occurs twice.", singles[i]);
	}
	return 0;
}

/* Content-Length = 1*DIGIT, RFC 9110 section 8.6; no list of equal ones. */
static int
check_length(struct request *r, const char *value)
{
	size_t digits;

	digits = strspn(value, "0123456789");
	if (digits == 0 || value[digits] != '\0' || digits > LENGTH_DIGITS)
		return fault_set(&r->fault, FAULT_PARSE,
		    "The content-length is ill-formed.");
	r->framing = REQUEST_LENGTH;
	r->length = strtoull(value, NULL, 10);
	return 0;
}

/* Transfer-Encoding and Content-Length, RFC 9112 section 6. */
static int
check_framing(struct request *r)
{
	const char *coding, *length;

	coding = request_value(r, "transfer-encoding");
	length = request_value(r, "content-length");
	r->framing = REQUEST_NO_BODY;
	if (coding == NULL)
		return length == NULL ? 0 : check_length(r, length);
	if (length != NULL)
		return fault_set(&r->fault, FAULT_PARSE,
		    "Both content-length and transfer-encoding are given.");
	if (r->minor == 0)
		return fault_set(&r->fault, FAULT_PARSE,
		    "HTTP/1.0 has no transfer-encoding.");
	if (strcasecmp(coding, "chunked") != 0)
		return fault_set(&r->fault, FAULT_CODING, NULL);
	r->framing = REQUEST_CHUNKED;
	return 0;
}

/* Whether a comma-separated value has that word. */
static bool
has_word(const char *value, const char *word)
{
	size_t len = strlen(word), n;

	for (;;) {
		value += strspn(value, ", \t");
		if (*value == '\0')
			return false;
		n = strcspn(value, ", \t");
		if (n == len && strncasecmp(value, word, len) == 0)
			return true;
		value += n;
	}
}

/* Connection, RFC 9112 section 9.3. */
static void
check_connection(struct request *r)
{
	const char *value;
	size_t i;
	bool close = false, keep = false;

	for (i = 0; (value = request_field(r, "connection", i)) != NULL; i++) {
		close = close || has_word(value, "close");
		keep = keep || has_word(value, "keep-alive");
	}
	r->keep_alive = !close && (r->minor > 0 || keep);
}

/* Expect, RFC 9110 section 10.1.1; HTTP/1.0 has it not. */
static int
check_expect(struct request *r)
{
	const char *value;

	value = request_value(r, "expect");
	if (value == NULL || r->minor == 0)
		return 0;
	if (strcasecmp(value, "100-continue") != 0)
		return fault_set(&r->fault, FAULT_EXPECT, NULL);
	r->expects = r->framing == REQUEST_CHUNKED || r->length > 0;
	return 0;
}

/* Nothing decodes a body here: a coded one would be taken for plain. */
static int
check_coding(struct request *r)
{
	const char *value;

	value = request_value(r, "content-encoding");
	if (value == NULL || strcasecmp(value, "identity") == 0)
		return 0;
	return fault_set(&r->fault, FAULT_PARAMETER,
	    "The content-encoding is not supported: send the body plain.");
}

/*
 * Host = uri-host [ ":" port ], RFC 9110 section 7.2: a name or address as it
 * is used for this service.
 */
static bool
is_host(const char *s)
{
	size_t n;

	if (*s == '[') {
		n = strspn(s + 1, "0123456789abcdefABCDEF:.");
		if (n == 0 || s[n + 1] != ']')
			return false;
		s += n + 2;
	} else {
		n = strspn(s,
		    "0123456789-._~ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "abcdefghijklmnopqrstuvwxyz");
		if (n == 0)
			return false;
		s += n;
	}
	if (*s == '\0')
		return true;
	if (*s++ != ':')
		return false;
	n = strspn(s, "0123456789");
	return n > 0 && n <= 5 && s[n] == '\0';
}

static int
check_host(struct request *r)
{
	const char *host;

	host = request_value(r, "host");
	if (host == NULL) {
		if (r->minor == 0)
			return 0;
		return fault_set(&r->fault, FAULT_PARSE,
		    "The header field host is missing.");
	}
	if (is_host(host))
		return 0;
	return fault_set(&r->fault, FAULT_PARSE,
	    "The header field host is ill-formed.");
}

static int
refuse_target(struct request *r)
{
	return fault_set(&r->fault, FAULT_PARSE,
	    "The request target is ill-formed.");
}

/*
 * The path of an absolute-form (RFC 9112 section 3.2.2), NULL if it is none,
 * or if it names another host than the header: two programs would serve two
 * sites.
 */
static const char *
absolute_path(const struct request *r, const char *target)
{
	const char *host;
	size_t len;

	if (strncasecmp(target, "https://", 8) == 0)
		target += 8;
	else if (strncasecmp(target, "http://", 7) == 0)
		target += 7;
	else
		return NULL;
	len = strcspn(target, "/?");
	host = request_value(r, "host");
	if (host == NULL || strlen(host) != len ||
	    strncasecmp(target, host, len) != 0)
		return NULL;
	return target + len;
}

/*
 * path = *( "/" segment ); segment = *pchar (RFC 3986 section 3.3), each
 * decoded for itself, so that "%2F" separates nothing.
 */
static int
check_path(struct request *r, const char *s, size_t len)
{
	static const char pchars[] = "%!$&'()*+,;=:@-._~/0123456789"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz";
	size_t used = 0, n;
	ssize_t got;

	if (strspn(s, pchars) < len)
		return refuse_target(r);
	r->path = malloc(len + 1);
	if (r->path == NULL)
		return fault_set(&r->fault, FAULT_INTERNAL, NULL);
	while (len > 0) {
		s++;
		len--;
		n = strcspn(s, "/?");
		if (n > len)
			n = len;
		if (r->segments_len == REQUEST_SEGMENTS_MAX)
			return fault_set(&r->fault, FAULT_NO_PATH, NULL);
		got = percent_decode(s, n, r->path + used);
		if (got == -1)
			return refuse_target(r);
		r->segments[r->segments_len++] = (uint16_t)used;
		used += (size_t)got + 1;
		s += n;
		len -= n;
	}
	return 0;
}

/*
 * The query: what RFC 3986 section 3.4 has, and what browsers and the SDK
 * leave unencoded besides.
 */
static bool
is_query(const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s <= ' ' || (*s & 0x80) != 0 ||
		    strchr("#\"<>", *s) != NULL)
			return false;
	}
	return true;
}

/* request-target, RFC 9112 section 3.2: origin, absolute, asterisk form. */
static int
check_target(struct request *r)
{
	const char *path = request_target(r);
	size_t len;

	r->query = "";
	if (r->method == REQUEST_OTHER &&
	    strcmp(request_method_name(r), "CONNECT") == 0)
		return fault_set(&r->fault, FAULT_METHOD_NONE, "CONNECT");
	if (strcmp(path, "*") == 0)
		return r->method == REQUEST_OPTIONS ? 0 : refuse_target(r);
	if (*path != '/')
		path = absolute_path(r, path);
	if (path == NULL)
		return refuse_target(r);
	len = strcspn(path, "?");
	if (path[len] == '?')
		r->query = path + len + 1;
	if (!is_query(r->query))
		return refuse_target(r);
	return check_path(r, path, len);
}

/* Make sense of a head that is complete; -1 with the fault set. */
int
reqhead_check(struct request *r)
{
	if (check_singles(r) == -1 || check_host(r) == -1 ||
	    check_framing(r) == -1 || check_target(r) == -1 ||
	    check_coding(r) == -1 || check_expect(r) == -1)
		return -1;
	check_connection(r);
	return 0;
}

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
 * Address lists of message header fields. Current grammar of RFC 5322 section
 * 3.4; of the obsolete grammar only dots in display names and empty list
 * elements, which no program reads as an address. Everything in which two
 * programs could see different addresses is refused: routes, white space or
 * comments inside a local part or a domain, "@" in an unquoted display name.
 */

#include <stdbool.h>
#include <string.h>

#include "bounds.h"
#include "mailbox.h"

struct parser {
	const char *s;
	size_t len, pos;
	unsigned flags;
	bool in_group;
	size_t count; /* addresses found */
	int (*cb)(const struct address *, void *);
	void *arg;
	enum address_result address; /* why, for MAILBOX_ADDRESS */
	/* The words of the element so far, folding and comments removed. */
	char spec[ADDRESS_SIZE];
	size_t spec_len;
	bool overflow; /* they did not fit: a long display name */
};

/* The octet at the position, -1 at the end. */
static int
peek(const struct parser *p)
{
	return p->pos < p->len ? (unsigned char)p->s[p->pos] : -1;
}

/* RFC 5322 section 3.2.3, atext, and every 8-bit octet (RFC 6532). */
static bool
is_atext(int c)
{
	if (c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z'))
		return true;
	return c > 0 && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL;
}

/* One octet more of the element's words. */
static void
keep(struct parser *p, int c)
{
	if (p->spec_len < sizeof(p->spec) - 1)
		p->spec[p->spec_len++] = (char)c;
	else
		p->overflow = true;
}

/* Octets of white space here: 1, or 3 for CRLF and white space; else 0. */
static size_t
fws_length(const struct parser *p)
{
	size_t left;

	left = p->len - p->pos;
	if (left >= 1 && (p->s[p->pos] == ' ' || p->s[p->pos] == '\t'))
		return 1;
	if (left >= 3 && p->s[p->pos] == '\r' && p->s[p->pos + 1] == '\n' &&
	    (p->s[p->pos + 2] == ' ' || p->s[p->pos + 2] == '\t'))
		return 3;
	return 0;
}

/*
 * comment = "(" *([FWS] ccontent) [FWS] ")", ccontent = ctext / quoted-pair /
 * comment (RFC 5322 section 3.2.2): a depth is counted, nothing recurs.
 */
static enum mailbox_result
skip_comment(struct parser *p)
{
	size_t depth, n;

	depth = 0;
	do {
		n = fws_length(p);
		if (n > 0) {
			p->pos += n;
			continue;
		}
		if (peek(p) == '\\')
			p->pos++;
		else if (peek(p) == '(' && ++depth > MAILBOX_COMMENT_DEPTH)
			return MAILBOX_COMMENT_DEEP;
		else if (peek(p) == ')')
			depth--;
		if (peek(p) == -1)
			return MAILBOX_COMMENT_OPEN;
		if (peek(p) == '\0' || peek(p) == '\r' || peek(p) == '\n')
			return MAILBOX_FOLDING;
		p->pos++;
	} while (depth > 0);
	return MAILBOX_OK;
}

/* [CFWS]; *space tells whether there was any. */
static enum mailbox_result
skip_cfws(struct parser *p, bool *space)
{
	enum mailbox_result r;
	size_t n;

	*space = false;
	for (;;) {
		n = fws_length(p);
		if (n > 0) {
			p->pos += n;
		} else if (peek(p) == '(') {
			r = skip_comment(p);
			if (r != MAILBOX_OK)
				return r;
		} else {
			return MAILBOX_OK;
		}
		*space = true;
	}
}

/* quoted-string (RFC 5322 section 3.2.4), unfolded but still quoted. */
static enum mailbox_result
take_quoted(struct parser *p)
{
	size_t n;
	int c;

	keep(p, '"');
	for (p->pos++; (c = peek(p)) != '"'; p->pos++) {
		n = fws_length(p);
		if (n > 0) {
			p->pos += n - 1; /* to the white space itself */
			keep(p, p->s[p->pos]);
			continue;
		}
		if (c == '\\') {
			keep(p, c);
			p->pos++;
			c = peek(p);
		}
		if (c == -1)
			return MAILBOX_QUOTE_OPEN;
		if (c == '\0' || c == '\r' || c == '\n')
			return MAILBOX_FOLDING;
		keep(p, c);
	}
	keep(p, '"');
	p->pos++;
	return MAILBOX_OK;
}

/* Why nothing of the grammar fits the octet here. */
static enum mailbox_result
refuse(const struct parser *p)
{
	int c;

	c = peek(p);
	if (c == '\0' || c == '\r' || c == '\n')
		return MAILBOX_FOLDING;
	return MAILBOX_SYNTAX;
}

/*
 * Words and dots up to something else, into spec. *plain is true if they can
 * be a local part: words and dots in turn, with nothing between them.
 */
static enum mailbox_result
take_words(struct parser *p, bool *plain)
{
	enum mailbox_result r;
	bool space, word;
	int c;

	p->spec_len = 0;
	p->overflow = false;
	*plain = true;
	word = false;
	for (;;) {
		r = skip_cfws(p, &space);
		if (r != MAILBOX_OK)
			return r;
		c = peek(p);
		if (c != '"' && c != '.' && !is_atext(c))
			return MAILBOX_OK;
		if (p->spec_len > 0 && (space || (word && c != '.')))
			*plain = false;
		if (c == '.' && p->spec_len == 0)
			return MAILBOX_SYNTAX;
		word = c != '.';
		if (c == '"') {
			r = take_quoted(p);
			if (r != MAILBOX_OK)
				return r;
			continue;
		}
		for (; word && is_atext(peek(p)); p->pos++)
			keep(p, peek(p));
		if (!word) {
			keep(p, '.');
			p->pos++;
		}
	}
}

/*
 * "@" domain; domain = dot-atom / domain-literal (RFC 5322 section 3.4.1),
 * with the CFWS that may surround either. What stands in it is judged with
 * the rest of the address.
 */
static enum mailbox_result
take_domain(struct parser *p)
{
	enum mailbox_result r;
	bool space;
	int c;

	keep(p, '@');
	p->pos++;
	r = skip_cfws(p, &space);
	if (r != MAILBOX_OK)
		return r;
	if (peek(p) == '[') {
		do {
			c = peek(p);
			if (c == -1 || c == '\0' || c == '\r' || c == '\n')
				return refuse(p);
			keep(p, c);
			p->pos++;
		} while (c != ']');
	} else {
		for (; is_atext(peek(p)) || peek(p) == '.'; p->pos++)
			keep(p, peek(p));
	}
	return skip_cfws(p, &space);
}

/* An address is complete in spec: judge it and hand it on. */
static enum mailbox_result
deliver(struct parser *p)
{
	struct address address;
	unsigned flags;

	flags = (p->flags & MAILBOX_UTF8) != 0 ? ADDRESS_UTF8 : 0;
	if (p->overflow)
		p->address = ADDRESS_TOO_LONG;
	else
		p->address = address_parse_mailbox(p->spec, p->spec_len, flags,
		    &address);
	if (p->address != ADDRESS_OK)
		return MAILBOX_ADDRESS;
	if ((p->flags & MAILBOX_SINGLE) != 0 && p->count > 0)
		return MAILBOX_MANY;
	p->count++;
	if (p->cb != NULL && p->cb(&address, p->arg) != 0)
		return MAILBOX_STOPPED;
	return MAILBOX_OK;
}

/* addr-spec = local-part "@" domain; the words before "@" were read. */
static enum mailbox_result
take_address(struct parser *p, bool plain)
{
	enum mailbox_result r;

	if (!plain)
		return MAILBOX_SYNTAX;
	r = take_domain(p);
	return r == MAILBOX_OK ? deliver(p) : r;
}

/* angle-addr = [CFWS] "<" addr-spec ">" [CFWS]; at the "<". */
static enum mailbox_result
take_angle(struct parser *p)
{
	enum mailbox_result r;
	bool plain, space;

	p->pos++;
	r = take_words(p, &plain);
	if (r != MAILBOX_OK)
		return r;
	if (peek(p) == '@') {
		if (p->spec_len == 0)
			return MAILBOX_ROUTE;
		if (!plain)
			return MAILBOX_SYNTAX;
		r = take_domain(p);
		if (r != MAILBOX_OK)
			return r;
	}
	if (peek(p) != '>')
		return peek(p) == -1 ? MAILBOX_ANGLE_OPEN : refuse(p);
	r = deliver(p);
	if (r != MAILBOX_OK)
		return r;
	p->pos++;
	return skip_cfws(p, &space);
}

/* group = display-name ":" [group-list] ";" [CFWS]; at the ":". */
static enum mailbox_result
open_group(struct parser *p)
{
	if ((p->flags & MAILBOX_GROUPS) == 0 || p->in_group)
		return MAILBOX_GROUP;
	if (p->spec_len == 0)
		return MAILBOX_SYNTAX;
	p->in_group = true;
	p->pos++;
	return MAILBOX_OK;
}

/* What separates elements: a comma, the end of a group, the end of it all. */
static enum mailbox_result
take_separator(struct parser *p)
{
	enum mailbox_result r;
	bool space;

	if (peek(p) == ';' && p->in_group) {
		p->in_group = false;
		p->pos++;
		r = skip_cfws(p, &space);
		if (r != MAILBOX_OK)
			return r;
	}
	if (peek(p) == -1)
		return p->in_group ? MAILBOX_GROUP : MAILBOX_OK;
	if (peek(p) != ',')
		return refuse(p);
	p->pos++;
	return MAILBOX_OK;
}

/* One element of the list, and what separates it from the next. */
static enum mailbox_result
take_element(struct parser *p)
{
	enum mailbox_result r;
	size_t start;
	bool plain;

	start = p->pos;
	r = take_words(p, &plain);
	if (r != MAILBOX_OK)
		return r;
	if (peek(p) == ':')
		return open_group(p);
	if (peek(p) == '<') {
		r = take_angle(p);
	} else if (peek(p) == '@') {
		r = take_address(p, plain);
	} else if (p->spec_len > 0 &&
	    (peek(p) == -1 || peek(p) == ',' || peek(p) == ';')) {
		p->pos = start;
		p->address = ADDRESS_NO_AT;
		return MAILBOX_ADDRESS;
	}
	return r == MAILBOX_OK ? take_separator(p) : r;
}

/*
 * Parse the body of an address field, folding and all, and call cb (NULL is
 * allowed: only check) for each address as it is found. Addresses that were
 * found before an error were handed out already; the caller drops them.
 *
 *	mailbox-list = mailbox *("," mailbox)
 *	mailbox      = [display-name] "<" addr-spec ">" / addr-spec
 *	address-list, with MAILBOX_GROUPS: also display-name ":" [list] ";"
 *
 * (RFC 5322 section 3.4.) A group without addresses counts as none:
 * MAILBOX_EMPTY. error may be NULL; on anything but MAILBOX_OK it says where
 * the parser stood and, for MAILBOX_ADDRESS, what is wrong with the address.
 */
enum mailbox_result
mailbox_parse(const char *body, size_t len, unsigned flags,
    int (*cb)(const struct address *, void *), void *arg,
    struct mailbox_error *error)
{
	struct parser p;
	enum mailbox_result r;

	memset(&p, 0, sizeof(p));
	p.s = body;
	p.len = len;
	p.flags = flags;
	p.cb = cb;
	p.arg = arg;
	if (len >= 2 && memcmp(body + len - 2, "\r\n", 2) == 0)
		p.len -= 2;
	do {
		r = take_element(&p);
	} while (r == MAILBOX_OK && (p.pos < p.len || p.in_group));
	if (r == MAILBOX_OK && p.count == 0)
		r = MAILBOX_EMPTY;
	if (error != NULL) {
		error->position = p.pos;
		error->address = p.address;
	}
	return r;
}

/* Which rule was broken, for a log line; a constant string. */
const char *
mailbox_strerror(enum mailbox_result r)
{
	static const char *const texts[] = {
		[MAILBOX_OK] = "valid",
		[MAILBOX_EMPTY] = "no address",
		[MAILBOX_MANY] = "more than one address",
		[MAILBOX_SYNTAX] = "misplaced character",
		[MAILBOX_FOLDING] = "misplaced line break or NUL",
		[MAILBOX_COMMENT_OPEN] = "comment does not end",
		[MAILBOX_COMMENT_DEEP] = "comments nested too deep",
		[MAILBOX_QUOTE_OPEN] = "quoted string does not end",
		[MAILBOX_ANGLE_OPEN] = "no closing angle bracket",
		[MAILBOX_ROUTE] = "source route",
		[MAILBOX_GROUP] = "group not allowed here, or does not end",
		[MAILBOX_ADDRESS] = "invalid address",
		[MAILBOX_STOPPED] = "stopped by the caller",
	};

	if ((size_t)r >= sizeof(texts) / sizeof(texts[0]))
		return "unknown error";
	return texts[r];
}

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
 * What MAIL and RCPT have in common. Which parameters there are is the
 * caller's business.
 */
#include "path.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "command.h"
#include "printable.h"

/* Whether a word is this one, whatever the case. */
int
path_is(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(s, word, len) == 0;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/*
 * xtext   = *( xchar / hexchar )
 * xchar   = any ASCII CHAR between "!" (33) and "~" (126) inclusive, except
 *           for "+" and "="
 * hexchar = "+" immediately followed by two upper case hexadecimal digits
 *
 * (RFC 3461 section 4.) Not empty, and what it encodes has no control
 * characters: it is decoded into messages about the delivery.
 */
bool
path_is_xtext(const char *s, size_t len)
{
	int high, low;
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] < 33 || s[i] > 126 || s[i] == '=')
			return false;
		if (s[i] != '+')
			continue;
		if (len - i < 3)
			return false;
		high = hex_digit(s[i + 1]);
		low = hex_digit(s[i + 2]);
		if (low == -1 || high < 2 || (high == 7 && low == 15))
			return false;
		i += 2;
	}
	return len > 0;
}

/* What the client gave for an address, without brackets, for the reply. */
static void
path_quote(const char *s, size_t len, char bad[ADDRESS_SIZE])
{
	const char *end;

	if (len > 0 && s[0] == '<') {
		s++;
		len--;
	}
	end = memchr(s, '>', len);
	if (end == NULL)
		end = memchr(s, ' ', len);
	if (end != NULL)
		len = (size_t)(end - s);
	printable(s, len, bad, ADDRESS_SIZE);
}

/*
 * esmtp-param   = esmtp-keyword ["=" esmtp-value]
 * esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
 * esmtp-value   = 1*(%d33-60 / %d62-126)
 */
static bool
parameter_split(const char *s, size_t len, struct path_parameter *p)
{
	size_t i;

	p->keyword = s;
	for (i = 0; i < len && s[i] != '='; i++) {
		if (!((s[i] >= 'A' && s[i] <= 'Z') ||
			(s[i] >= 'a' && s[i] <= 'z') ||
			(s[i] >= '0' && s[i] <= '9') || (i > 0 && s[i] == '-')))
			return false;
	}
	p->keyword_len = i;
	p->value = NULL;
	p->value_len = 0;
	if (i == len)
		return i > 0;
	p->value = s + i + 1;
	p->value_len = len - i - 1;
	for (i = 0; i < p->value_len; i++) {
		if (p->value[i] < 33 || p->value[i] > 126 || p->value[i] == '=')
			return false;
	}
	return p->keyword_len > 0 && p->value_len > 0;
}

/* Mail-parameters = esmtp-param *(SP esmtp-param), after the path and a SP. */
static enum reply
path_parameters(const char *s, size_t len, struct command *c,
    enum reply (*cb)(const struct path_parameter *, struct command *))
{
	struct path_parameter p;
	enum reply r;
	size_t n;

	while (len > 0) {
		for (n = 0; n < len && s[n] != ' '; n++)
			continue;
		if (n > 0) {
			if (!parameter_split(s, n, &p))
				return REPLY_SYNTAX;
			printable(p.keyword, p.keyword_len, c->bad,
			    sizeof(c->bad));
			r = cb(&p, c);
			if (r != REPLY_NONE)
				return r;
		}
		if (n < len)
			n++;
		s += n;
		len -= n;
	}
	return REPLY_NONE;
}

/*
 * "FROM:" or "TO:", a path (flags of address_parse_path()), parameters:
 *
 *	mail = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF
 *	rcpt = "RCPT TO:" Forward-path [SP Rcpt-parameters] CRLF
 *
 * (RFC 5321 section 4.1.1.) Spaces after the colon are tolerated. The path may
 * have UTF-8, which is the caller's to refuse without SMTPUTF8. cb gets each
 * parameter and refuses those it does not know. On REPLY_SENDER_BAD, which the
 * caller may change, c->bad is what stood for an address.
 */
enum reply
path_parse(const char *s, size_t len, const char *prefix, unsigned flags,
    struct command *c, struct address *out,
    enum reply (*cb)(const struct path_parameter *, struct command *))
{
	size_t n, used;

	n = strlen(prefix);
	if (len < n || strncasecmp(s, prefix, n) != 0)
		return REPLY_SYNTAX;
	while (n < len && s[n] == ' ')
		n++;
	s += n;
	len -= n;
	if (len == 0 || s[0] != '<')
		return REPLY_SYNTAX;
	if (address_parse_path(s, len, flags | ADDRESS_UTF8, out, &used) !=
	    ADDRESS_OK) {
		path_quote(s, len, c->bad);
		return REPLY_SENDER_BAD;
	}
	if (used < len && s[used] != ' ')
		return REPLY_SYNTAX;
	return path_parameters(s + used, len - used, c, cb);
}

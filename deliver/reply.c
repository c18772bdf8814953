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
 * Parser of SMTP replies.  It says what a server wrote, not what it means
 * (outcome.c does).
 */

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "reply.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits at the start of s, or 0 if there are none or more than max. */
static size_t
digits(const char *s, size_t len, size_t max)
{
	size_t n;

	for (n = 0; n < len && is_digit(s[n]); n++)
		;
	return n <= max ? n : 0;
}

/* Make ready for the next reply. */
void
reply_reset(struct reply *r)
{
	memset(r, 0, sizeof(*r));
}

/*
 * Take an enhanced status code off the start of a text (RFC 3463 section 2,
 * RFC 2034 section 4):
 *
 *   status-code = class "." subject "." detail
 *   class = "2" / "4" / "5"
 *   subject = 1*3digit
 *   detail = 1*3digit
 *
 * Returns its length, or 0 and an empty string if there is none.
 */
size_t
reply_enhanced(const char *s, size_t len, char out[ENHANCED_SIZE])
{
	size_t subject, detail, n;

	out[0] = '\0';
	if (len < 5 || (s[0] != '2' && s[0] != '4' && s[0] != '5') ||
	    s[1] != '.')
		return 0;
	subject = digits(s + 2, len - 2, 3);
	if (subject == 0 || 2 + subject >= len || s[2 + subject] != '.')
		return 0;
	n = 2 + subject + 1;
	detail = digits(s + n, len - n, 3);
	if (detail == 0)
		return 0;
	n += detail;
	if (n < len && s[n] != ' ')
		return 0;
	memcpy(out, s, n);
	out[n] = '\0';
	return n;
}

/* Append a line to the text, made printable and cut to its size. */
static void
append(struct reply *r, const char *s, size_t len)
{
	size_t i;

	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	while (len > 0 && (*s == ' ' || *s == '\t')) {
		s++;
		len--;
	}
	if (len > 0 && r->text_len > 0 && r->text_len < sizeof(r->text) - 1)
		r->text[r->text_len++] = ' ';
	for (i = 0; i < len && r->text_len < sizeof(r->text) - 1; i++)
		r->text[r->text_len++] = s[i] >= ' ' && s[i] <= '~' ? s[i] :
								      '?';
	r->text[r->text_len] = '\0';
}

/* One line without its end. */
static enum reply_result
take_line(struct reply *r, const char *s, size_t len)
{
	char enhanced[ENHANCED_SIZE];
	bool last;
	unsigned code;
	size_t n;

	if (len < 3 || s[0] < '2' || s[0] > '5' || !is_digit(s[1]) ||
	    !is_digit(s[2]))
		return REPLY_BAD;
	code = (unsigned)(s[0] - '0') * 100 + (unsigned)(s[1] - '0') * 10 +
	    (unsigned)(s[2] - '0');
	if (r->lines > 0 && code != r->code)
		return REPLY_BAD;
	if (len > 3 && s[3] != ' ' && s[3] != '-')
		return REPLY_BAD;
	last = len == 3 || s[3] == ' ';
	r->code = code;
	r->line = len > 3 ? s + 4 : s + 3;
	r->line_len = len > 3 ? len - 4 : 0;
	n = reply_enhanced(r->line, r->line_len, enhanced);
	if (n > 0 && enhanced[0] != s[0])
		n = 0; /* of another class: part of the text */
	if (r->lines == 0 && n > 0)
		memcpy(r->enhanced, enhanced, sizeof(r->enhanced));
	append(r, r->line + n, r->line_len - n);
	if (++r->lines >= REPLY_LINES_MAX && !last)
		return REPLY_BAD;
	return last ? REPLY_DONE : REPLY_LINE;
}

/*
 * Take one line of a reply from bytes that are not consumed yet (RFC 5321
 * section 4.2):
 *
 *   Reply-line = *( Reply-code "-" [ textstring ] CRLF )
 *                Reply-code [ SP [ textstring ] ] CRLF
 *   Reply-code = %x32-35 %x30-35 %x30-39
 *
 * A bare LF ends a line too: some servers send it, and nothing can be
 * smuggled into a client that way.  Any second digit is taken.  After
 * REPLY_LINE, r->line is that line, valid as long as the bytes are.  *used is
 * the number of bytes consumed.  A line of more than REPLY_LINE_MAX octets,
 * more than REPLY_LINES_MAX lines, lines with different codes, and anything
 * else that is not a reply is REPLY_BAD.
 */
enum reply_result
reply_parse(struct reply *r, const char *data, size_t len, size_t *used)
{
	const char *end;
	size_t line;

	*used = 0;
	end = memchr(data, '\n', len < REPLY_LINE_MAX ? len : REPLY_LINE_MAX);
	if (end == NULL)
		return len < REPLY_LINE_MAX ? REPLY_MORE : REPLY_BAD;
	line = (size_t)(end - data);
	*used = line + 1;
	if (line > 0 && data[line - 1] == '\r')
		line--;
	return take_line(r, data, line);
}

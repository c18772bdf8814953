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
 * Encoders of quoted-printable and base64, and what mends lines of either, or
 * of neither, that a transport would not carry. A line that begins here does
 * not begin with "-": it could be taken for a delimiter.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base64.h"
#include "mime_code.h"
#include "octets.h"

/* RFC 2045 section 6.7 rule 5: 76 with the "=" of a soft line break. */
#define QP_LINE 75u

/*
 * Where a line of encoded text that is too long is broken: early enough for a
 * whole "=XX" and "=", and after whole groups of base64.
 */
#define CLEAN_LINE (MESSAGE_LINE_MAX / 76 * 76)

/*
 * Text becomes base64 where more than one octet of so many is to be escaped:
 * quoted-printable is the longer one then, and nobody can read it either.
 */
#define ESCAPES_PART 6u

/* In place of an octet that is lost: no boundary has it. */
#define SUBSTITUTE "\177"

enum octet {
	OCTET_PLAIN,
	OCTET_SPACE, /* space, tab */
	OCTET_EQUAL,
	OCTET_CONTROL,
	OCTET_EIGHT,
	OCTET_LINE /* NUL, CR, LF */
};

static enum octet
class_of(char c)
{
	unsigned char u = (unsigned char)c;

	if (u >= 128)
		return OCTET_EIGHT;
	if (u > ' ' && u < 127)
		return u == '=' ? OCTET_EQUAL : OCTET_PLAIN;
	if (u == ' ' || u == '\t')
		return OCTET_SPACE;
	return u == '\0' || u == '\r' || u == '\n' ? OCTET_LINE : OCTET_CONTROL;
}

/*
 * Begin with a part. fix is for the kinds that encode nothing. What comes out
 * goes to the function given; when that fails, everything here does.
 */
void
mime_code_init(struct mime_code *c, enum mime_code_kind kind, unsigned fix,
    mime_write write_cb, void *arg)
{
	memset(c, 0, sizeof(*c));
	c->kind = kind;
	c->fix = fix;
	c->write_cb = write_cb;
	c->arg = arg;
}

static int
put(struct mime_code *c, const char *s, size_t len)
{
	c->column += len;
	return c->write_cb(c->arg, s, len);
}

/* End a line. */
static int
put_eol(struct mime_code *c)
{
	c->column = 0;
	return c->write_cb(c->arg, "\r\n", 2);
}

/* "=XX"; the line has room for it. */
static int
put_escape(struct mime_code *c, char octet)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned char u = (unsigned char)octet;
	char text[3] = { '=', digits[u >> 4], digits[u & 15] };

	return put(c, text, sizeof(text));
}

/* A soft line break, RFC 2045 section 6.7 rule 5. */
static int
put_soft(struct mime_code *c)
{
	return put(c, "=", 1) == -1 ? -1 : put_eol(c);
}

/* One octet as quoted-printable; literal only if it can stand so anywhere. */
static int
qp_octet(struct mime_code *c, char octet, bool literal)
{
	if (c->column + (literal ? 1 : 3) > QP_LINE && put_soft(c) == -1)
		return -1;
	if (literal && !(c->column == 0 && octet == '-'))
		return put(c, &octet, 1);
	return put_escape(c, octet);
}

/* White space that was held back, and does not end a line. */
static int
qp_space(struct mime_code *c, bool literal)
{
	char space = c->space;

	c->space = 0;
	return space == 0 ? 0 : qp_octet(c, space, literal);
}

/* Length of the start of s that can be copied as it is onto this line. */
static size_t
qp_run(const struct mime_code *c, const char *s, size_t len)
{
	size_t room = QP_LINE - c->column, i;

	if (c->column == 0 && *s == '-')
		return 0;
	for (i = 0; i < len && i < room && class_of(s[i]) == OCTET_PLAIN; i++)
		;
	return i;
}

static int
qp_text(struct mime_code *c, const char *s, size_t len)
{
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = 1;
		if (qp_space(c, true) == -1)
			return -1;
		if (class_of(s[i]) == OCTET_SPACE) {
			c->space = s[i];
			continue;
		}
		n = qp_run(c, s + i, len - i);
		if (n > 0) {
			if (put(c, s + i, n) == -1)
				return -1;
			continue;
		}
		n = 1;
		if (qp_octet(c, s[i], class_of(s[i]) == OCTET_PLAIN) == -1)
			return -1;
	}
	return 0;
}

static int
base64_line(struct mime_code *c)
{
	char text[BASE64_LEN(MIME_BASE64_GROUP) + 1];

	if (c->group_len == 0)
		return 0;
	if (c->column > 0 && put_eol(c) == -1)
		return -1;
	(void)base64_encode(c->group, c->group_len, text, sizeof(text));
	c->group_len = 0;
	return put(c, text, strlen(text));
}

static int
base64_text(struct mime_code *c, const char *s, size_t len)
{
	size_t n;

	while (len > 0) {
		n = sizeof(c->group) - c->group_len;
		n = len < n ? len : n;
		memcpy(c->group + c->group_len, s, n);
		c->group_len += n;
		s += n;
		len -= n;
		if (c->group_len == sizeof(c->group) && base64_line(c) == -1)
			return -1;
	}
	return 0;
}

/*
 * Begin a new line where the text has none.  A line with "-" first is kept
 * from becoming a delimiter by its end.
 */
static int
clean_break(struct mime_code *c)
{
	c->made = true;
	if (c->kind == MIME_CODE_CLEAN_QP)
		return put_soft(c);
	if (c->dash && put(c, SUBSTITUTE, 1) == -1)
		return -1;
	return put_eol(c);
}

/* An octet that is lost; to base64 it was nothing. */
static int
clean_drop(struct mime_code *c)
{
	if (c->kind != MIME_CODE_CLEAN_BASE64 || c->dash)
		return put(c, SUBSTITUTE, 1);
	c->made = c->column == 0; /* "-" that comes now would be first */
	return 0;
}

/* NUL, or CR or LF alone. */
static int
clean_control(struct mime_code *c, char octet)
{
	switch (c->kind) {
	case MIME_CODE_CLEAN_BASE64:
		return clean_drop(c);
	case MIME_CODE_CLEAN_QP:
		if (octet != '\n')
			return put_escape(c, octet);
		c->made = true;
		return put_eol(c);
	default:
		return octet == '\0' ? clean_drop(c) : clean_break(c);
	}
}

/* An octet that may not pass as it is, or begins a line that was made. */
static int
clean_octet(struct mime_code *c, char octet)
{
	bool first = c->made;

	c->changed = true;
	c->made = false;
	if (c->column == 0)
		c->dash = false;
	if (class_of(octet) == OCTET_LINE && (c->fix & MIME_FIX_CTL) != 0)
		return clean_control(c, octet);
	if (class_of(octet) == OCTET_EIGHT && (c->fix & MIME_FIX_8BIT) != 0) {
		if (c->kind == MIME_CODE_CLEAN_QP)
			return put_escape(c, octet);
		return clean_drop(c);
	}
	if (first && octet == '-') {
		if (c->kind == MIME_CODE_CLEAN_QP)
			return put_escape(c, octet);
		if (c->kind == MIME_CODE_CLEAN_BASE64)
			return 0;
		return put(c, " -", 2);
	}
	return put(c, &octet, 1);
}

/* Where the line is to be broken. */
static size_t
clean_limit(const struct mime_code *c)
{
	if ((c->fix & MIME_FIX_LONG) == 0)
		return SIZE_MAX;
	if (c->kind == MIME_CODE_TEXT)
		return MESSAGE_LINE_MAX - c->dash;
	return CLEAN_LINE;
}

/* Whether an octet is nothing to be seen or fixed. */
static bool
is_clean(const struct mime_code *c, char octet)
{
	enum octet class = class_of(octet);

	if (class == OCTET_EIGHT)
		return (c->seen & ~c->fix & MIME_FIX_8BIT) != 0;
	if (class == OCTET_LINE)
		return (c->seen & ~c->fix & MIME_FIX_CTL) != 0;
	return true;
}

/* Octets at the start of s that pass as they are; follows escapes. */
static size_t
clean_run(struct mime_code *c, const char *s, size_t len)
{
	size_t limit, i;

	if (c->column == 0)
		c->dash = *s == '-';
	if (c->dash && c->kind == MIME_CODE_CLEAN_QP &&
	    (c->fix & MIME_FIX_CTL) != 0)
		c->made = true; /* the line may end sooner than it did */
	if (c->made)
		return 0;
	limit = clean_limit(c);
	for (i = 0; i < len && is_clean(c, s[i]); i++) {
		if (c->column + i >= limit && c->left == 0)
			break;
		if (c->left > 0)
			c->left--;
		if (s[i] == '=' && c->kind == MIME_CODE_CLEAN_QP)
			c->left = 2;
	}
	return i;
}

/* Whether that octet becomes the end of the line itself. */
static bool
ends_line(const struct mime_code *c, char octet)
{
	return octet == '\n' && (c->fix & MIME_FIX_CTL) != 0;
}

static int
clean_text(struct mime_code *c, const char *s, size_t len)
{
	size_t n;

	while (len > 0) {
		n = clean_run(c, s, len);
		if (n > 0 && put(c, s, n) == -1)
			return -1;
		if (c->column > MESSAGE_LINE_MAX)
			c->seen |= MIME_FIX_LONG;
		s += n;
		len -= n;
		if (len == 0)
			return 0;
		if (class_of(*s) == OCTET_EIGHT)
			c->seen |= MIME_FIX_8BIT;
		if (class_of(*s) == OCTET_LINE)
			c->seen |= MIME_FIX_CTL;
		if (!c->made && is_clean(c, *s) && c->column < clean_limit(c))
			continue; /* it is seen now, and may pass */
		if (c->column >= clean_limit(c) && !ends_line(c, *s) &&
		    clean_break(c) == -1)
			return -1;
		c->left = 0;
		if (clean_octet(c, *s) == -1)
			return -1;
		s++;
		len--;
	}
	return 0;
}

/* A piece of a line. 0, or -1 as soon as writing fails. */
int
mime_code_text(struct mime_code *c, const char *s, size_t len)
{
	switch (c->kind) {
	case MIME_CODE_QP:
		return qp_text(c, s, len);
	case MIME_CODE_BASE64:
		return base64_text(c, s, len);
	default:
		return clean_text(c, s, len);
	}
}

/* CRLF: a line break of the text. 0 or -1. */
int
mime_code_eol(struct mime_code *c)
{
	if (c->kind == MIME_CODE_BASE64)
		return base64_text(c, "\r\n", 2);
	if (c->kind == MIME_CODE_QP && qp_space(c, false) == -1)
		return -1;
	c->made = false;
	c->left = 0;
	return put_eol(c);
}

/*
 * The end of the part. If nothing comes after it at all, the line that is
 * open is ended too, so that no line break becomes part of the text. 0 or -1.
 */
int
mime_code_end(struct mime_code *c, bool last)
{
	if (c->kind == MIME_CODE_BASE64) {
		if (base64_line(c) == -1)
			return -1;
		return last && c->column > 0 ? put_eol(c) : 0;
	}
	if (c->kind != MIME_CODE_QP)
		return 0;
	if (qp_space(c, false) == -1)
		return -1;
	return last && c->column > 0 ? put_soft(c) : 0;
}

/* Count a piece of a line. */
void
mime_census_text(struct mime_census *m, const char *s, size_t len)
{
	const char *end = s + len, *p;

	for (p = s; (p = octets_text(p, end, '=', '\177')) < end; p++) {
		switch (class_of(*p)) {
		case OCTET_EIGHT:
			m->seen |= MIME_FIX_8BIT;
			m->escapes++;
			break;
		case OCTET_LINE:
			m->seen |= MIME_FIX_CTL;
			m->escapes++;
			break;
		case OCTET_CONTROL:
			m->control = true;
			m->escapes++;
			break;
		case OCTET_EQUAL:
			m->escapes++;
			break;
		case OCTET_PLAIN:
		case OCTET_SPACE:
		default:
			break;
		}
	}
	m->octets += len;
	m->column += len;
	if (m->column > MESSAGE_LINE_MAX)
		m->seen |= MIME_FIX_LONG;
}

/* Count a line break. */
void
mime_census_eol(struct mime_census *m)
{
	m->octets += 2;
	m->column = 0;
}

/* What text of this kind is better encoded as. */
enum mime_code_kind
mime_census_kind(const struct mime_census *m)
{
	return m->escapes > m->octets / ESCAPES_PART ? MIME_CODE_BASE64 :
						       MIME_CODE_QP;
}

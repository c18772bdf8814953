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
 * Header fields written out: folding, quoted strings, encoded-words. Every
 * octet of a value comes through here and none of them can end the field.
 */
#include "fieldout.h"

#include <string.h>

#include "address.h"
#include "base64.h"
#include "httplimits.h"

/* RFC 2047 section 2: of a line with an encoded-word; of one such. */
#define LINE_MAX_ENCODED 76u
#define WORD_MAX_ENCODED 75u

/* "=?utf-8?q?" and "?=". */
#define WORD_AROUND 12u

/* Of an encoded-word so short that a new line is better: one character. */
#define WORD_LEAST 12u

/* A word in quotes that is longer is encoded: then it has lines of its own. */
#define QUOTED_WORD_MAX 60u

/* White space in a row that is kept; what is more is cut: nobody sees it. */
#define SPACE_MAX 16u

/* Room for the text of one encoded-word, in base64 or the other. */
#define TEXT_SIZE (WORD_MAX_ENCODED + 1)

struct piece {
	const char *s;
	size_t len;
};

static void
put(struct fieldout *f, const char *s, size_t len)
{
	if (len == 0 || f->failed)
		return;
	if (f->write_cb(f->arg, s, len) == -1)
		f->failed = true;
	f->column += len;
}

static void
put_text(struct fieldout *f, const char *s)
{
	put(f, s, strlen(s));
}

static void
fold(struct fieldout *f)
{
	put(f, "\r\n", 2);
	f->column = 0;
	f->first = false;
}

/* White space, folded before if what follows would not fit. */
static void
put_space(struct fieldout *f, const struct piece *space, size_t next)
{
	size_t len = space->len < SPACE_MAX ? space->len : SPACE_MAX;

	if (!f->first && f->column + len + next > LINE_MAX_ENCODED)
		fold(f);
	put(f, space->s, len);
	f->first = false;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Begin a field. */
void
fieldout_begin(struct fieldout *f, const char *name)
{
	f->column = 0;
	f->first = true;
	put_text(f, name);
	put(f, ":", 1);
}

/* A word that is whole, after a space. */
void
fieldout_atom(struct fieldout *f, const char *s, size_t len)
{
	struct piece space = { " ", 1 };

	put_space(f, &space, len);
	put(f, s, len);
}

/* End it. */
void
fieldout_end(struct fieldout *f)
{
	put(f, "\r\n", 2);
}

/* Octets of the character here. */
static size_t
character(const char *s, size_t len)
{
	size_t n = 1;

	if ((*s & 0x80) != 0)
		n = address_utf8(s, len);
	return n == 0 ? 1 : n;
}

/*
 * Whether an octet stands for itself in "Q": what RFC 2047 section 5 (3) lets
 * stand in a phrase, which is the least of all.
 */
static bool
is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') || (c != '\0' && strchr("!*+-/", c) != NULL);
}

/* Octets that "Q" makes of these. */
static size_t
q_length(const char *s, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		n += is_plain(s[i]) || s[i] == ' ' ? 1 : 3;
	return n;
}

/* Encode as "Q"; to has room. */
static size_t
q_encode(const char *s, size_t len, char *to)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		if (is_plain(s[i])) {
			to[n++] = s[i];
		} else if (s[i] == ' ') {
			to[n++] = '_';
		} else {
			to[n++] = '=';
			to[n++] = digits[(unsigned char)s[i] >> 4];
			to[n++] = digits[(unsigned char)s[i] & 15];
		}
	}
	return n;
}

/* Octets of whole characters at the start that encode to at most room. */
static size_t
fitting(const char *s, size_t len, bool base64, size_t room)
{
	size_t used = 0, n, size;

	while (used < len) {
		n = used + character(s + used, len - used);
		size = base64 ? BASE64_LEN(n) : q_length(s, n);
		if (size > room)
			break;
		used = n;
	}
	return used;
}

/*
 * encoded-word = "=?" charset "?" encoding "?" encoded-text "?=" (RFC 2047
 * section 2), as many as it takes, each of whole characters.
 */
static void
put_encoded(struct fieldout *f, const struct piece *before, const char *s,
    size_t len)
{
	struct piece space = *before;
	char text[TEXT_SIZE];
	const size_t least = WORD_AROUND + WORD_LEAST;
	size_t room, n, used;
	bool base64;

	base64 = BASE64_LEN(len) < q_length(s, len);
	for (; len > 0; s += n, len -= n) {
		if (f->first && f->column + 1 + least > LINE_MAX_ENCODED)
			fold(f);
		put_space(f, &space, least);
		room = LINE_MAX_ENCODED - WORD_AROUND - f->column;
		if (room > WORD_MAX_ENCODED - WORD_AROUND)
			room = WORD_MAX_ENCODED - WORD_AROUND;
		n = fitting(s, len, base64, room);
		if (base64) {
			(void)base64_encode(s, n, text, sizeof(text));
			used = BASE64_LEN(n);
		} else
			used = q_encode(s, n, text);
		put_text(f, base64 ? "=?utf-8?b?" : "=?utf-8?q?");
		put(f, text, used);
		put_text(f, "?=");
		space.s = " ";
		space.len = 1;
	}
}

/* Whether text cannot stand as it is, nor could words of it be folded. */
static bool
needs_encoding(const struct fieldout *f, const char *s, size_t len,
    bool literal)
{
	size_t i;

	if (len > EMAIL_WORD_MAX)
		return true;
	if (!literal && memmem(s, len, "=?", 2) != NULL)
		return true;
	for (i = 0; i < len && !f->utf8; i++) {
		if ((s[i] & 0x80) != 0)
			return true;
	}
	return false;
}

static size_t
space_length(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len && is_space(s[i]); i++)
		continue;
	return i;
}

static size_t
word_length(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len && !is_space(s[i]); i++)
		continue;
	return i;
}

/*
 * Text without structure (RFC 5322 section 3.2.5). Words that need it are
 * encoded, those next to each other together, since the space between two
 * encoded-words is not shown. literal: what looks like an encoded-word is
 * one. White space around it goes.
 */
void
fieldout_text(struct fieldout *f, const char *s, size_t len, bool literal)
{
	struct piece space = { " ", 1 };
	size_t n, more, skip;

	n = space_length(s, len);
	s += n;
	len -= n;
	while (len > 0 && is_space(s[len - 1]))
		len--;
	for (; len > 0; s += n, len -= n) {
		n = word_length(s, len);
		if (!needs_encoding(f, s, n, literal)) {
			put_space(f, &space, n);
			put(f, s, n);
		} else {
			for (more = n; more < len;) {
				skip = space_length(s + n, len - n);
				more = n + skip;
				more += word_length(s + more, len - more);
				if (!needs_encoding(f, s + n + skip,
					more - n - skip, literal))
					break;
				n = more;
			}
			put_encoded(f, &space, s, n);
		}
		space.s = s + n;
		space.len = space_length(s + n, len - n);
		n += space.len;
	}
}

/* Whether it is a phrase of atoms, one space between (RFC 5322 3.2.5). */
static bool
is_atoms(const char *s, size_t len)
{
	bool space = true;
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] == ' ') {
			if (space)
				return false;
			space = true;
			continue;
		}
		space = false;
		if ((s[i] & 0x80) == 0 && !is_plain(s[i]) &&
		    strchr("#$%&'=?^_`{|}~", s[i]) == NULL)
			return false;
	}
	return !space;
}

/* quoted-string (RFC 5322 section 3.2.4), folded where it has spaces. */
static void
put_quoted(struct fieldout *f, const char *s, size_t len)
{
	struct piece space = { " ", 1 };
	size_t i, n;

	put_space(f, &space, word_length(s, len) + 1);
	put(f, "\"", 1);
	for (; len > 0; s += n, len -= n) {
		n = 1;
		if (*s != ' ') {
			if (*s == '"' || *s == '\\')
				put(f, "\\", 1);
			put(f, s, 1);
			continue;
		}
		n = space_length(s, len);
		i = word_length(s + n, len - n);
		space.s = s;
		space.len = n;
		put_space(f, &space, i > 0 ? i + 1 : 0);
	}
	put(f, "\"", 1);
}

/* Whether quotes could make a word of it longer than a line may be. */
static bool
has_long_word(const char *s, size_t len)
{
	size_t n;

	for (; len > 0; s += n, len -= n) {
		n = word_length(s, len);
		if (n > QUOTED_WORD_MAX)
			return true;
		n += space_length(s + n, len - n);
	}
	return false;
}

/* A display name: as atoms, in quotes, or encoded, whichever it takes. */
void
fieldout_phrase(struct fieldout *f, const char *s, size_t len)
{
	struct piece space = { " ", 1 };

	if (needs_encoding(f, s, len, false))
		put_encoded(f, &space, s, len);
	else if (is_atoms(s, len))
		fieldout_text(f, s, len, true);
	else if (has_long_word(s, len))
		put_encoded(f, &space, s, len);
	else
		put_quoted(f, s, len);
}

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
 * RFC 5322 section 2.1.1: lines of at most 78 octets where there are blanks to
 * end one at, and of fewer than 998 always.
 */
#include "wrap.h"

#include <string.h>

#include "address.h"
#include "blob.h"
#include "qbounds.h"

static bool
is_blank(char c)
{
	return (unsigned char)c <= ' ' || c == '\177';
}

/* RFC 3629 section 3: the second octet of a character, or a later one. */
static bool
is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Octets of the word that text begins with, up to WRAP_WORD_MAX. */
static size_t
word_length(const char *text)
{
	size_t n;

	for (n = 0; n < WRAP_WORD_MAX && text[n] != '\0' && !is_blank(text[n]);
	     n++)
		;
	/* No character is taken apart. */
	while (n > 0 && is_continuation(text[n]))
		n--;
	return n == 0 ? WRAP_WORD_MAX : n;
}

/* What is not ASCII goes as "?", but for well-formed UTF-8 where that may be. */
static void
put_word(struct blob *b, const char *text, size_t len, bool utf8)
{
	size_t i = 0, n;

	while (i < len) {
		if ((unsigned char)text[i] < 0x80) {
			blob_put_u8(b, (uint8_t)text[i++]);
			continue;
		}
		n = utf8 ? address_utf8(text + i, len - i) : 0;
		if (n == 0) {
			blob_put_u8(b, '?');
			i++;
			continue;
		}
		blob_put_data(b, text + i, n);
		i += n;
	}
}

/* Octets since the last line end. */
static size_t
column(const struct blob *b)
{
	size_t n;

	for (n = 0; n < b->len && b->data[b->len - n - 1] != '\n'; n++)
		;
	return n;
}

/*
 * Append a text to the line that b ends with; lines that follow begin with
 * indent.  Line ends, other controls and runs of blanks in it become one blank.
 */
void
wrap_put(struct blob *b, const char *text, const char *indent, bool utf8)
{
	size_t len, at = column(b);
	bool first = true;

	for (;;) {
		while (*text != '\0' && is_blank(*text))
			text++;
		if (*text == '\0')
			return;
		len = word_length(text);
		if (first && at + len <= WRAP_LINE_MAX) {
			first = false;
		} else if (!first && at + 1 + len <= WRAP_COLUMN) {
			blob_put_u8(b, ' ');
			at++;
		} else {
			blob_put_text(b, "\r\n");
			blob_put_text(b, indent);
			at = strlen(indent);
			first = false;
		}
		put_word(b, text, len, utf8);
		at += len;
		text += len;
	}
}

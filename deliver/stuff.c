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
 * Dot-stuffing (RFC 5321 section 4.5.2), made fast: whole runs of lines are
 * handed on without a copy, and only a line that begins with a dot, or has a
 * bare CR or LF, interrupts a run.
 */

#include <stddef.h>
#include <string.h>

#include "stuff.h"

/*
 * The end of what can be passed on as it stands, from a place within a line:
 * after the last CRLF that is not followed by a dot, before anything
 * irregular.  *state says where it ends.
 */
static size_t
clean_run(const char *s, size_t len, enum stuff_state *state)
{
	const char *pos = s, *end = s + len, *lf, *cr;

	while (pos < end) {
		lf = memchr(pos, '\n', (size_t)(end - pos));
		cr = memchr(pos, '\r', (size_t)((lf == NULL ? end : lf) - pos));
		*state = STUFF_IN_LINE;
		if (cr == NULL)
			return (size_t)((lf == NULL ? end : lf) - s);
		*state = STUFF_CR;
		if (lf == NULL || cr + 1 != lf)
			return (size_t)(cr + 1 - s);
		*state = STUFF_LINE_START;
		pos = lf + 1;
		if (pos < end && *pos == '.')
			break;
	}
	return (size_t)(pos - s);
}

/*
 * Write a piece of a message through the function given, stuffed.  Pieces may
 * end anywhere.  A bare CR or LF, which must not be sent (RFC 5321 section
 * 2.3.8) and which another server may take for the end of a line, becomes
 * CRLF.  Returns 0, or -1 as soon as the function does.
 */
int
stuff_bytes(enum stuff_state *state, const char *s, size_t len,
    stuff_write write_cb, void *arg)
{
	size_t n;

	while (len > 0) {
		n = 0;
		if (*state == STUFF_CR) {
			if (write_cb(arg, "\n", 1) == -1)
				return -1;
			*state = STUFF_LINE_START;
			n = *s == '\n';
		} else if (*s == '\n') {
			if (write_cb(arg, "\r\n", 2) == -1)
				return -1;
			*state = STUFF_LINE_START;
			n = 1;
		} else {
			if (*state == STUFF_LINE_START && *s == '.' &&
			    write_cb(arg, ".", 1) == -1)
				return -1;
			n = clean_run(s, len, state);
			if (write_cb(arg, s, n) == -1)
				return -1;
		}
		s += n;
		len -= n;
	}
	return 0;
}

/*
 * Write the end of the data, after ending the last line if it is open.
 * Returns 0, or -1 as the function does.
 */
int
stuff_end(enum stuff_state *state, stuff_write write_cb, void *arg)
{
	const char *end = ".\r\n";

	if (*state == STUFF_CR)
		end = "\n.\r\n";
	else if (*state == STUFF_IN_LINE)
		end = "\r\n.\r\n";
	*state = STUFF_LINE_START;
	return write_cb(arg, end, strlen(end));
}

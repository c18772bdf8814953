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
 * The header section of a message. One growing buffer holds the bytes, one
 * array the fields in order; a field that is put in front lies at the end of
 * the buffer all the same. Nothing here knows what a field means.
 */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bounds.h"
#include "header.h"

struct entry {
	size_t off;	 /* into buf */
	size_t len;	 /* with the last CRLF */
	size_t name_len; /* the colon is behind it */
};

struct header {
	enum header_status state; /* HEADER_MORE until decided */
	size_t max;		  /* octets that may be fed */
	size_t fed;		  /* octets that were, CRLF counted */
	size_t live;		  /* octets of all fields */
	int open;		  /* last field is at the end of buf */
	char *buf;
	size_t buf_len, buf_cap;
	struct entry *entries;
	size_t count, entries_cap;
};

/*
 * A collector for a header of at most max octets, line ends counted. The
 * caller frees it. NULL with ENOMEM.
 */
struct header *
header_new(size_t max)
{
	struct header *h;

	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return NULL;
	h->max = max;
	h->state = HEADER_MORE;
	return h;
}

/* Free it and all that it holds; NULL is allowed. */
void
header_free(struct header *h)
{
	if (h == NULL)
		return;
	free(h->buf);
	free(h->entries);
	free(h);
}

/* Room for n more octets; doubling keeps the whole linear. */
static int
reserve_bytes(struct header *h, size_t n)
{
	size_t cap;
	char *p;

	if (n > SIZE_MAX / 4 - h->buf_len) {
		errno = ENOMEM;
		return -1;
	}
	if (h->buf_cap - h->buf_len >= n)
		return 0;
	cap = h->buf_cap == 0 ? 1024 : h->buf_cap;
	while (cap - h->buf_len < n)
		cap *= 2;
	p = realloc(h->buf, cap);
	if (p == NULL)
		return -1;
	h->buf = p;
	h->buf_cap = cap;
	return 0;
}

/* Room for one more field. */
static int
reserve_entry(struct header *h)
{
	struct entry *p;
	size_t cap;

	if (h->count < h->entries_cap)
		return 0;
	cap = h->entries_cap == 0 ? 32 : h->entries_cap * 2;
	p = reallocarray(h->entries, cap, sizeof(*p));
	if (p == NULL)
		return -1;
	h->entries = p;
	h->entries_cap = cap;
	return 0;
}

/* Bytes to the end of the buffer; room was reserved. */
static void
put(struct header *h, const char *s, size_t len)
{
	if (len > 0)
		memcpy(h->buf + h->buf_len, s, len);
	h->buf_len += len;
}

/*
 * Length of the field name that a line begins with, 0 if there is none.
 * RFC 5322 section 2.2 and 3.6.8: field-name = 1*ftext, ftext = %d33-57 /
 * %d59-126; the colon follows at once. White space before the colon (section
 * 4.5.8) is refused: programs do not agree which field that is.
 */
static size_t
name_length(const char *line, size_t len)
{
	size_t i;

	for (i = 0; i < len && line[i] != ':'; i++) {
		if (line[i] < 33 || line[i] > 126)
			return 0;
	}
	return i < len ? i : 0;
}

/* Whether a line has octets that cannot stand in a header at all. */
static int
has_forbidden(const char *line, size_t len)
{
	return len > 0 &&
	    (memchr(line, '\0', len) != NULL ||
		memchr(line, '\r', len) != NULL ||
		memchr(line, '\n', len) != NULL);
}

/* A line more in the open field. */
static enum header_status
feed_continuation(struct header *h, const char *line, size_t len)
{
	struct entry *e;

	if (h->count == 0)
		return HEADER_NOT;
	if (!h->open)
		return HEADER_BAD;
	if (reserve_bytes(h, len + 2) == -1)
		return HEADER_NOMEM;
	put(h, line, len);
	put(h, "\r\n", 2);
	e = &h->entries[h->count - 1];
	e->len += len + 2;
	h->live += len + 2;
	return HEADER_MORE;
}

/* A line that begins a field. */
static enum header_status
feed_field(struct header *h, const char *line, size_t len)
{
	struct entry *e;
	size_t name_len;

	name_len = name_length(line, len);
	if (name_len == 0)
		return h->count == 0 ? HEADER_NOT : HEADER_BAD;
	if (h->count >= HEADER_FIELDS_MAX)
		return HEADER_TOOBIG;
	if (reserve_bytes(h, len + 2) == -1 || reserve_entry(h) == -1)
		return HEADER_NOMEM;
	e = &h->entries[h->count++];
	e->off = h->buf_len;
	e->len = len + 2;
	e->name_len = name_len;
	put(h, line, len);
	put(h, "\r\n", 2);
	h->live += len + 2;
	h->open = 1;
	return HEADER_MORE;
}

/*
 * Take one line of a message, without its CRLF. HEADER_MORE wants the next;
 * anything else is the final answer, and given again to every later line. An
 * empty line ends the header (RFC 5322 section 2.1); an empty first line, or
 * a first line that is no field (mbox's "From " too), is HEADER_NOT. A
 * continuation of white space only is obsolete (section 4.2) but taken.
 */
enum header_status
header_feed(struct header *h, const char *line, size_t len)
{
	if (h->state != HEADER_MORE)
		return h->state;
	if (len == 0)
		return header_finish(h);
	if (h->max - h->fed < 2 || len > h->max - h->fed - 2) {
		h->state = HEADER_TOOBIG;
		return h->state;
	}
	h->fed += len + 2;
	if (has_forbidden(line, len))
		h->state = h->count == 0 ? HEADER_NOT : HEADER_BAD;
	else if (line[0] == ' ' || line[0] == '\t')
		h->state = feed_continuation(h, line, len);
	else
		h->state = feed_field(h, line, len);
	return h->state;
}

/*
 * The message ended without an empty line, which RFC 5322 section 3.5 allows.
 * HEADER_END, HEADER_NOT if there was no field, or the answer given before.
 */
enum header_status
header_finish(struct header *h)
{
	if (h->state == HEADER_MORE)
		h->state = h->count == 0 ? HEADER_NOT : HEADER_END;
	return h->state;
}

/* Number of fields. */
size_t
header_count(const struct header *h)
{
	return h->count;
}

/* Whether the field of that entry has this name, whatever the case. */
static bool
entry_is(const struct header *h, const struct entry *e, const char *name)
{
	return strlen(name) == e->name_len &&
	    strncasecmp(h->buf + e->off, name, e->name_len) == 0;
}

/* Number of fields of a name; the case does not matter. */
size_t
header_count_name(const struct header *h, const char *name)
{
	size_t i, n;

	for (i = n = 0; i < h->count; i++) {
		if (entry_is(h, &h->entries[i], name))
			n++;
	}
	return n;
}

/*
 * Field number index, from 0 at the top. False if there are not as many; the
 * pointers given hold until the header is changed or freed.
 */
bool
header_get(const struct header *h, size_t index, struct header_field *f)
{
	const struct entry *e;

	if (index >= h->count)
		return false;
	e = &h->entries[index];
	f->raw = h->buf + e->off;
	f->raw_len = e->len;
	f->name = f->raw;
	f->name_len = e->name_len;
	f->body = f->raw + e->name_len + 1;
	f->body_len = e->len - e->name_len - 3; /* colon and CRLF */
	return true;
}

/*
 * The nth field (from 0, top down) of a name, whatever the case; otherwise as
 * header_get.
 */
bool
header_find(const struct header *h, const char *name, size_t nth,
    struct header_field *f)
{
	size_t i;

	for (i = 0; i < h->count; i++) {
		if (entry_is(h, &h->entries[i], name) && nth-- == 0)
			return header_get(h, i, f);
	}
	return false;
}

/* Whether a field has this name, whatever the case. */
bool
header_field_is(const struct header_field *f, const char *name)
{
	return strlen(name) == f->name_len &&
	    strncasecmp(f->name, name, f->name_len) == 0;
}

/* Remove every field of a name, whatever the case; returns how many. */
size_t
header_remove(struct header *h, const char *name)
{
	size_t i, kept, removed;

	for (i = kept = 0; i < h->count; i++) {
		if (entry_is(h, &h->entries[i], name))
			h->live -= h->entries[i].len;
		else
			h->entries[kept++] = h->entries[i];
	}
	removed = h->count - kept;
	h->count = kept;
	if (removed > 0)
		h->open = 0;
	return removed;
}

/*
 * Length of the name of a whole field, 0 if it is ill-formed: one field, CRLF
 * at its end and elsewhere only before white space, no other CR, LF or NUL.
 */
static size_t
field_check(const char *s, size_t len)
{
	size_t i;

	if (len < 2 || s[len - 2] != '\r' || s[len - 1] != '\n')
		return 0;
	len -= 2;
	for (i = 0; i < len; i++) {
		if (s[i] == '\0' || s[i] == '\n')
			return 0;
		if (s[i] != '\r')
			continue;
		if (len - i < 3 || s[i + 1] != '\n' ||
		    (s[i + 2] != ' ' && s[i + 2] != '\t'))
			return 0;
		i++;
	}
	return name_length(s, len);
}

/* Put a whole field before the one numbered index. */
static int
insert_field(struct header *h, size_t index, const char *s, size_t len)
{
	struct entry *e;
	size_t name_len;

	name_len = field_check(s, len);
	if (name_len == 0) {
		errno = EINVAL;
		return -1;
	}
	if (reserve_bytes(h, len) == -1 || reserve_entry(h) == -1)
		return -1;
	e = &h->entries[index];
	memmove(e + 1, e, (h->count - index) * sizeof(*e));
	h->count++;
	e->off = h->buf_len;
	e->len = len;
	e->name_len = name_len;
	put(h, s, len);
	h->live += len;
	h->open = 0;
	return 0;
}

/*
 * Put one whole field, folded as it shall be and with its CRLF, on top. The
 * bytes are copied and must not be the header's own. Not counted against the
 * limits of what is fed. -1 with EINVAL (not exactly one well-formed field:
 * nothing can be smuggled in) or ENOMEM.
 */
int
header_prepend(struct header *h, const char *field, size_t len)
{
	return insert_field(h, 0, field, len);
}

/* As header_prepend, at the bottom. */
int
header_append(struct header *h, const char *field, size_t len)
{
	return insert_field(h, h->count, field, len);
}

/* Octets that header_write writes. */
size_t
header_size(const struct header *h)
{
	return h->live;
}

/*
 * Write all fields in order with their CRLFs, without the empty line that
 * ends a header and without NUL. -1 with ERANGE if bufsize < header_size().
 */
int
header_write(const struct header *h, char *buf, size_t bufsize)
{
	size_t i;

	if (bufsize < h->live) {
		errno = ERANGE;
		return -1;
	}
	for (i = 0; i < h->count; i++) {
		memcpy(buf, h->buf + h->entries[i].off, h->entries[i].len);
		buf += h->entries[i].len;
	}
	return 0;
}

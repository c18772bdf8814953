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
 * Walker of MIME messages. Bytes become lines, lines are a header's, or the
 * text of a body, or a delimiter of any multipart that is open (RFC 2046
 * section 5.1.2: those of the outer ones end the inner ones).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mime_walk.h"

/* The start of a line that may be a delimiter: "--", boundary, "--", space. */
#define HEAD_MAX (MIME_BOUNDARY_MAX + 64u)

struct frame {
	char boundary[MIME_BOUNDARY_MAX];
	size_t boundary_len; /* 0: a message, which has no delimiter */
	bool digest;	     /* its parts are messages unless they say so */
	bool is_signed;
};

struct mime_walk {
	struct mime_handler h;
	enum mime_place place;
	struct frame frame[MIME_DEPTH_MAX];
	size_t depth;
	struct mime_part part;
	char *header;
	size_t header_len;
	size_t header_size;
	size_t line; /* of the header: where the present one begins */
	bool message;
	bool cr;   /* a CR that may be half a CRLF was taken */
	bool eol;  /* CRLF that may belong to a delimiter is held back */
	bool open; /* part of the line was given out */
	char head[HEAD_MAX];
	size_t head_len;
	bool failed;
};

/* A walk over one message; NULL without memory. */
struct mime_walk *
mime_walk_new(const struct mime_handler *h)
{
	struct mime_walk *w;

	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	w->h = *h;
	w->place = MIME_HEADER;
	w->message = true;
	return w;
}

/* Free it, at any time; NULL is allowed. */
void
mime_walk_free(struct mime_walk *w)
{
	if (w == NULL)
		return;
	free(w->header);
	free(w);
}

/*
 * Length of the field at the start of fields, with its continuation lines
 * (RFC 5322 section 2.2.3) and its last CRLF.
 */
size_t
mime_field_length(const char *s, size_t len)
{
	const char *p = s, *lf, *end = s + len;

	while ((lf = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		p = lf + 1;
		if (lf == s || lf[-1] != '\r')
			continue;
		if (p == end || (*p != ' ' && *p != '\t'))
			return (size_t)(p - s);
	}
	return len;
}

/* Whether a field has that name, whatever the case; *body is after its colon.
 */
bool
mime_field_is(const char *field, size_t len, const char *name, size_t *body)
{
	size_t n = strlen(name);

	if (len <= n || strncasecmp(field, name, n) != 0)
		return false;
	while (n < len && (field[n] == ' ' || field[n] == '\t'))
		n++;
	*body = n + 1;
	return n < len && field[n] == ':';
}

/* Take what matters from the fields; of several that are alike the first. */
static void
read_fields(struct mime_part *part)
{
	const char *s = part->fields, *end = s + part->fields_len;
	bool encoded = false;
	size_t len, b;

	for (; s < end; s += len) {
		len = mime_field_length(s, (size_t)(end - s));
		if (!part->typed && mime_field_is(s, len, "Content-Type", &b)) {
			part->typed = true;
			(void)mime_type_parse(s + b, len - b, &part->type);
		} else if (!encoded &&
		    mime_field_is(s, len, "Content-Transfer-Encoding", &b)) {
			encoded = true;
			part->cte = mime_cte_parse(s + b, len - b);
		} else if (mime_field_is(s, len, "MIME-Version", &b))
			part->versioned = true;
	}
}

/* RFC 2045 section 5.2; RFC 2046 section 5.1.5 for digests. */
static void
default_type(const struct mime_walk *w, struct mime_part *part)
{
	const char *value = "text/plain";

	if (part->type.type[0] != '\0')
		return;
	if (!w->message && w->depth > 0 && w->frame[w->depth - 1].digest)
		value = "message/rfc822";
	(void)mime_type_parse(value, strlen(value), &part->type);
}

/*
 * What kind of part it is.  An encoded composite part is against RFC 2045
 * section 6.4 and safe as it is: a leaf.
 */
static enum mime_kind
kind_of(const struct mime_walk *w, const struct mime_part *part)
{
	bool multi = mime_type_is(&part->type, "multipart", NULL);

	if (!multi && !mime_type_is(&part->type, "message", "rfc822"))
		return MIME_LEAF;
	if (part->cte == MIME_CTE_QP || part->cte == MIME_CTE_BASE64)
		return MIME_LEAF;
	if (part->cte == MIME_CTE_OTHER || w->depth == MIME_DEPTH_MAX)
		return MIME_UNREADABLE;
	if (multi && part->type.boundary_len == 0)
		return MIME_UNREADABLE;
	return multi ? MIME_MULTIPART : MIME_MESSAGE;
}

/* Go into a multipart, or a message within. */
static void
push(struct mime_walk *w)
{
	struct frame *f = &w->frame[w->depth++];
	const struct mime_part *part = &w->part;

	f->is_signed = part->is_signed;
	f->boundary_len = 0;
	f->digest = false;
	if (part->kind == MIME_MESSAGE)
		return;
	f->boundary_len = part->type.boundary_len;
	memcpy(f->boundary, part->type.boundary, f->boundary_len);
	f->digest = strcmp(part->type.subtype, "digest") == 0;
}

static void
begin_header(struct mime_walk *w, bool message)
{
	w->place = MIME_HEADER;
	w->message = message;
	w->header_len = w->line = 0;
}

/* The header is over, and what comes next depends on it. */
static int
end_header(struct mime_walk *w, bool separated, bool run_on)
{
	struct mime_part *part = &w->part;
	enum mime_answer answer;

	memset(part, 0, sizeof(*part));
	part->message = w->message;
	part->fields = w->header == NULL ? "" : w->header;
	part->fields_len = w->header_len;
	part->separated = separated;
	part->run_on = run_on;
	read_fields(part);
	default_type(w, part);
	part->kind = kind_of(w, part);
	part->is_signed = (w->depth > 0 && w->frame[w->depth - 1].is_signed) ||
	    mime_type_is(&part->type, "multipart", "signed") ||
	    mime_type_is(&part->type, "multipart", "encrypted");
	w->place = MIME_BODY;
	w->eol = w->open = false;
	w->head_len = 0;
	answer = w->h.header(w->h.arg, part);
	if (answer == MIME_FAIL)
		return -1;
	if (answer == MIME_PASS || part->kind == MIME_LEAF ||
	    part->kind == MIME_UNREADABLE)
		return 0;
	push(w);
	w->place = MIME_OUTSIDE;
	if (part->kind == MIME_MESSAGE)
		begin_header(w, true);
	return 0;
}

/*
 * Which open multipart a line delimits (RFC 2046 section 5.1.1), or -1:
 *
 *   delimiter := CRLF "--" boundary
 *   close-delimiter := delimiter "--"
 *   transport-padding := *LWSP-char
 */
static int
find_frame(const struct mime_walk *w, const char *s, size_t len, bool *close)
{
	const struct frame *f;
	size_t i;

	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	if (len < 2 || s[0] != '-' || s[1] != '-')
		return -1;
	s += 2;
	len -= 2;
	for (i = w->depth; i-- > 0;) {
		f = &w->frame[i];
		if (f->boundary_len == 0 || len < f->boundary_len ||
		    memcmp(s, f->boundary, f->boundary_len) != 0)
			continue;
		*close = len == f->boundary_len + 2 && s[len - 1] == '-' &&
		    s[len - 2] == '-';
		if (*close || len == f->boundary_len)
			return (int)i;
	}
	return -1;
}

/* A delimiter: the next part, or the end of them. */
static int
take_delimiter(struct mime_walk *w, int frame, bool close, const char *s,
    size_t len, bool whole)
{
	bool broken = w->eol;

	w->depth = (size_t)frame + !close;
	w->eol = w->open = false;
	w->head_len = 0;
	w->place = MIME_OUTSIDE;
	if (w->h.delimiter(w->h.arg, s, len, broken, whole) == -1)
		return -1;
	if (!close)
		begin_header(w, false);
	return 0;
}

/* Give out the text of a line, after the end of the one before. */
static int
give(struct mime_walk *w, const char *s, size_t len)
{
	if (w->eol && w->h.eol(w->h.arg, w->place) == -1)
		return -1;
	w->eol = false;
	w->open = true;
	return len == 0 ? 0 : w->h.text(w->h.arg, w->place, s, len);
}

/* Give out the start of a line, which turned out to be no delimiter. */
static int
give_head(struct mime_walk *w)
{
	size_t len = w->head_len;

	w->head_len = 0;
	return give(w, w->head, len);
}

/* Whether a line that starts like this may still be a delimiter. */
static bool
may_delimit(const char *s, size_t len)
{
	return len == 0 || (s[0] == '-' && (len == 1 || s[1] == '-'));
}

/* A piece of a line of a body. */
static int
body_piece(struct mime_walk *w, const char *s, size_t len)
{
	size_t n;

	if (!w->open && w->depth > 0 && may_delimit(w->head, w->head_len) &&
	    (w->head_len > 0 || *s == '-')) {
		n = sizeof(w->head) - w->head_len;
		n = len < n ? len : n;
		memcpy(w->head + w->head_len, s, n);
		w->head_len += n;
		s += n;
		len -= n;
		if (len == 0 && may_delimit(w->head, w->head_len))
			return 0;
		if (give_head(w) == -1)
			return -1;
	}
	return len == 0 && w->open ? 0 : give(w, s, len);
}

/* The end of a line of a body. */
static int
body_eol(struct mime_walk *w, bool whole)
{
	bool close = false;
	int frame = -1;

	if (!w->open)
		frame = find_frame(w, w->head, w->head_len, &close);
	if (frame != -1)
		return take_delimiter(w, frame, close, w->head, w->head_len,
		    whole);
	if (!w->open && give_head(w) == -1)
		return -1;
	w->open = false;
	w->eol = whole;
	return 0;
}

/* Room in the header for so many more octets.  -1 without memory. */
static int
reserve(struct mime_walk *w, size_t len)
{
	size_t size = w->header_size == 0 ? 1024 : w->header_size;
	char *p;

	while (size < w->header_len + len)
		size *= 2;
	if (size == w->header_size)
		return 0;
	p = realloc(w->header, size);
	if (p == NULL)
		return -1;
	w->header = p;
	w->header_size = size;
	return 0;
}

/*
 * The header ends without an empty line: what stands after its last whole
 * field is the start of the body.
 */
static int
cut_header(struct mime_walk *w)
{
	size_t len = w->header_len - w->line;
	const char *line = w->header + w->line;

	w->header_len = w->line;
	if (end_header(w, false, true) == -1)
		return -1;
	if (w->place == MIME_HEADER) {
		/* A message within, of the same lines. */
		memmove(w->header, line, len);
		w->header_len = len;
		return 0;
	}
	return len == 0 ? 0 : body_piece(w, line, len);
}

/* A piece of a line of a header. */
static int
header_piece(struct mime_walk *w, const char *s, size_t len)
{
	if (w->header_len + len > MIME_HEADER_MAX) {
		if (cut_header(w) == -1)
			return -1;
		return w->place == MIME_HEADER ? header_piece(w, s, len) :
						 body_piece(w, s, len);
	}
	if (reserve(w, len + 2) == -1)
		return -1;
	memcpy(w->header + w->header_len, s, len);
	w->header_len += len;
	return 0;
}

/* RFC 5322 section 2.2: a name of printable characters, then a colon. */
static bool
is_field(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len && s[i] > ' ' && s[i] < 127 && s[i] != ':'; i++)
		;
	if (i == 0)
		return false;
	while (i < len && (s[i] == ' ' || s[i] == '\t'))
		i++;
	return i < len && s[i] == ':';
}

/* The end of a line of a header. */
static int
header_eol(struct mime_walk *w, bool whole)
{
	const char *line;
	bool close = false, more;
	size_t len;
	int frame;

	if (reserve(w, 2) == -1)
		return -1;
	line = w->header + w->line;
	len = w->header_len - w->line;
	if (len == 0 && whole)
		return end_header(w, true, false);
	more = w->line > 0 && (*line == ' ' || *line == '\t');
	frame = find_frame(w, line, len, &close);
	if (frame != -1) {
		w->header_len = w->line;
		if (end_header(w, false, false) == -1)
			return -1;
		return take_delimiter(w, frame, close, line, len, whole);
	}
	if (len > 0 && !more && !is_field(line, len)) {
		if (cut_header(w) == -1)
			return -1;
		if (w->place == MIME_HEADER)
			return header_eol(w, whole);
		return body_eol(w, whole);
	}
	if (whole) {
		memcpy(w->header + w->header_len, "\r\n", 2);
		w->header_len += 2;
	}
	w->line = w->header_len;
	return 0;
}

static int
take_piece(struct mime_walk *w, const char *s, size_t len)
{
	if (len == 0)
		return 0;
	return w->place == MIME_HEADER ? header_piece(w, s, len) :
					 body_piece(w, s, len);
}

static int
take_eol(struct mime_walk *w, bool whole)
{
	return w->place == MIME_HEADER ? header_eol(w, whole) :
					 body_eol(w, whole);
}

/* Only CRLF ends a line; *s is advanced to where the next piece begins. */
static int
take_line(struct mime_walk *w, const char **s, const char *end)
{
	const char *from = *s, *p, *cr;

	if (w->cr) {
		w->cr = false;
		if (*from == '\n') {
			(*s)++;
			return take_eol(w, true);
		}
		if (take_piece(w, "\r", 1) == -1)
			return -1;
	}
	for (p = from; (cr = memchr(p, '\r', (size_t)(end - p))) != NULL;
	     p = cr + 1)
		if (cr + 1 == end || cr[1] == '\n')
			break;
	*s = end;
	if (cr == NULL)
		return take_piece(w, from, (size_t)(end - from));
	if (take_piece(w, from, (size_t)(cr - from)) == -1)
		return -1;
	if (cr + 1 == end) {
		w->cr = true;
		return 0;
	}
	*s = cr + 2;
	return take_eol(w, true);
}

/*
 * Take the next bytes of the message, cut anywhere.  -1 if the handler failed
 * or there is no memory, and from then on always.
 */
int
mime_walk_feed(struct mime_walk *w, const char *s, size_t len)
{
	const char *end;

	if (len == 0)
		return w->failed ? -1 : 0;
	end = s + len;
	while (s < end && !w->failed)
		if (take_line(w, &s, end) == -1)
			w->failed = true;
	return w->failed ? -1 : 0;
}

/* A line end that was held back belongs to no delimiter any more. */
static int
finish_body(struct mime_walk *w)
{
	if ((w->open || w->head_len > 0) && body_eol(w, false) == -1)
		return -1;
	if (!w->eol)
		return 0;
	w->eol = false;
	return w->h.eol(w->h.arg, w->place);
}

/* The message is over.  0 or -1. */
int
mime_walk_finish(struct mime_walk *w)
{
	bool cr = w->cr;

	w->cr = false;
	if (w->failed || (cr && take_piece(w, "\r", 1) == -1))
		return -1;
	if (w->place == MIME_HEADER && w->header_len > w->line &&
	    header_eol(w, false) == -1)
		return -1;
	if (w->place != MIME_HEADER && finish_body(w) == -1)
		return -1;
	while (w->place == MIME_HEADER)
		if (end_header(w, false, false) == -1)
			return -1;
	return 0;
}

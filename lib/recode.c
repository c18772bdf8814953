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
 * Which part is encoded, and how its header then says so. The structure is
 * walked by mime_walk.c, the octets are coded by mime_code.c.
 */

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "mime_code.h"
#include "mime_walk.h"
#include "recode.h"

/* Output is gathered to this before it is handed on. */
#define RECODE_OUTPUT 4096u

/* Octets of the longest character. */
#define UTF8_MAX 4u

struct recode {
	unsigned flags;
	size_t window;
	recode_write write_cb;
	void *arg;
	struct mime_walk *walk;
	const struct mime_part *part; /* the one that is read */
	struct mime_code code;	      /* for its body, or what is outside */
	bool opaque;		      /* its body cannot be encoded */
	bool holding;		      /* decide() is to come */
	struct mime_census census;    /* of what is held */
	char *hold;
	size_t hold_len;
	size_t hold_size;
	unsigned report;
	char out[RECODE_OUTPUT];
	size_t out_len;
};

/* What the header of a part shall say. */
struct edit {
	const char *cte;  /* NULL: what it says */
	const char *type; /* a Content-Type that is missing, or NULL */
};

static int
flush(struct recode *r)
{
	size_t len = r->out_len;

	r->out_len = 0;
	return len == 0 ? 0 : r->write_cb(r->arg, r->out, len);
}

static int
emit(void *arg, const void *data, size_t len)
{
	struct recode *r = arg;

	if (len > sizeof(r->out) - r->out_len && flush(r) == -1)
		return -1;
	if (len > sizeof(r->out))
		return r->write_cb(r->arg, data, len);
	memcpy(r->out + r->out_len, data, len);
	r->out_len += len;
	return 0;
}

static int
emit_text(struct recode *r, const char *text)
{
	return emit(r, text, strlen(text));
}

static void
note_change(struct recode *r)
{
	r->report |= RECODE_CHANGED;
	if (r->part != NULL && r->part->is_signed)
		r->report |= RECODE_SIGNED;
}

/* What the output shall not have, as mime_code.h says it. */
static unsigned
fixes(const struct recode *r)
{
	unsigned fix = 0;

	if ((r->flags & RECODE_BINARY) != 0)
		fix |= MIME_FIX_CTL;
	if ((r->flags & RECODE_SEVENBIT) != 0)
		fix |= MIME_FIX_8BIT;
	if ((r->flags & RECODE_LONG) != 0)
		fix |= MIME_FIX_LONG;
	return fix;
}

/*
 * Where a line of a header that is too long may be folded: at the last white
 * space that has text before and after (RFC 5322 section 2.2.3). 0: nowhere.
 */
static size_t
fold_at(const char *s, size_t len)
{
	size_t first, i;

	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	for (first = 0; first < len; first++)
		if (s[first] != ' ' && s[first] != '\t')
			break;
	for (i = MESSAGE_LINE_MAX; i > first; i--)
		if (i < len && (s[i] == ' ' || s[i] == '\t'))
			return i;
	return 0;
}

/* Part of a line of a header. */
static int
emit_header_piece(struct recode *r, const char *s, size_t len)
{
	size_t i, from = 0;

	for (i = 0; i < len; i++) {
		if ((s[i] & 0x80) != 0 && (r->flags & RECODE_SEVENBIT) != 0)
			r->report |= RECODE_HEADER_8BIT;
		if ((s[i] != '\0' && s[i] != '\r' && s[i] != '\n') ||
		    (r->flags & RECODE_BINARY) == 0)
			continue;
		note_change(r);
		r->report |= RECODE_REPAIRED;
		if (emit(r, s + from, i - from) == -1 || emit(r, " ", 1) == -1)
			return -1;
		from = i + 1;
	}
	return emit(r, s + from, len - from);
}

/* A line of a header, without its CRLF. */
static int
emit_header_line(struct recode *r, const char *s, size_t len)
{
	size_t fold;

	while ((r->flags & RECODE_LONG) != 0 && len > MESSAGE_LINE_MAX) {
		fold = fold_at(s, len);
		if (fold == 0) {
			r->report |= RECODE_HEADER_LONG;
			break;
		}
		note_change(r);
		if (emit_header_piece(r, s, fold) == -1 ||
		    emit_text(r, "\r\n") == -1)
			return -1;
		s += fold;
		len -= fold;
	}
	return emit_header_piece(r, s, len);
}

/* A piece of text up to CRLF, if there is one. */
static size_t
line_length(const char *s, size_t len, bool *whole)
{
	const char *end;

	end = memmem(s, len, "\r\n", 2);
	*whole = end != NULL;
	return end == NULL ? len : (size_t)(end - s);
}

/* A field that stays, line by line. */
static int
emit_field(struct recode *r, const char *s, size_t len)
{
	const char *end = s + len;
	bool whole;
	size_t n;

	while (s < end) {
		n = line_length(s, (size_t)(end - s), &whole);
		if (emit_header_line(r, s, n) == -1 ||
		    (whole && emit_text(r, "\r\n") == -1))
			return -1;
		s += n + (whole ? 2 : 0);
	}
	return 0;
}

static int
emit_new_field(struct recode *r, const char *name, const char *value)
{
	if (emit_text(r, name) == -1 || emit_text(r, ": ") == -1 ||
	    emit_text(r, value) == -1)
		return -1;
	return emit_text(r, "\r\n");
}

/* Fields that are missing. */
static int
emit_missing(struct recode *r, const struct edit *e, bool encoded)
{
	const struct mime_part *part = r->part;

	if (part->message && !part->versioned &&
	    emit_new_field(r, "MIME-Version", "1.0") == -1)
		return -1;
	if (e->type != NULL && emit_new_field(r, "Content-Type", e->type) == -1)
		return -1;
	return encoded ? 0 :
			 emit_new_field(r, "Content-Transfer-Encoding", e->cte);
}

/*
 * The header of the part, with what is to be changed. An empty line that was
 * missing is put in, lest what is then done to the body makes it a field.
 */
static int
emit_header(struct recode *r, const struct edit *e)
{
	const struct mime_part *part = r->part;
	const char *s = part->fields, *end = s + part->fields_len;
	bool encoded = false;
	size_t len, body;
	int rc;

	for (; s < end; s += len) {
		len = mime_field_length(s, (size_t)(end - s));
		if (e->cte == NULL ||
		    !mime_field_is(s, len, "Content-Transfer-Encoding", &body))
			rc = emit_field(r, s, len);
		else
			rc = encoded ? 0 :
				       emit_new_field(r,
					   "Content-Transfer-Encoding", e->cte);
		if (rc == -1)
			return -1;
		if (e->cte != NULL &&
		    mime_field_is(s, len, "Content-Transfer-Encoding", &body))
			encoded = true;
	}
	if (e->cte != NULL) {
		note_change(r);
		if (emit_missing(r, e, encoded) == -1)
			return -1;
	}
	if (part->run_on)
		note_change(r);
	if (!part->separated && !part->run_on && e->cte == NULL)
		return 0;
	return emit_text(r, "\r\n");
}

/* Body of what cannot be encoded: it passes, as far as it may. */
static int
begin_opaque(struct recode *r)
{
	struct edit none = { NULL, NULL };
	unsigned fix = 0;

	if ((r->flags & RECODE_BINARY) != 0)
		fix = MIME_FIX_CTL | MIME_FIX_LONG;
	r->opaque = true;
	mime_code_init(&r->code, MIME_CODE_TEXT, fix, emit, r);
	return emit_header(r, &none);
}

/* Body of what is encoded already. */
static int
begin_clean(struct recode *r, enum mime_code_kind kind)
{
	struct edit none = { NULL, NULL };

	mime_code_init(&r->code, kind, fixes(r), emit, r);
	return emit_header(r, &none);
}

/* RFC 2045 section 6.4: no encoding but for those of RFC 6532 section 3.7. */
static bool
may_encode(const struct mime_part *part)
{
	return !mime_type_is(&part->type, "message", NULL) ||
	    strncmp(part->type.subtype, "global", 6) == 0;
}

static int
begin_leaf(struct recode *r)
{
	const struct mime_part *part = r->part;

	if (part->cte == MIME_CTE_QP)
		return begin_clean(r, MIME_CODE_CLEAN_QP);
	if (part->cte == MIME_CTE_BASE64)
		return begin_clean(r, MIME_CODE_CLEAN_BASE64);
	if (part->cte == MIME_CTE_OTHER || !may_encode(part))
		return begin_opaque(r);
	r->holding = true;
	r->hold_len = 0;
	memset(&r->census, 0, sizeof(r->census));
	return 0;
}

/*
 * The encoding of a composite part is the strongest of those within (RFC 2045
 * section 6.4), of which none will be left that the output shall not have.
 */
static int
begin_composite(struct recode *r)
{
	struct edit e = { NULL, NULL };
	enum mime_cte cte = r->part->cte;

	if ((r->flags & RECODE_SEVENBIT) != 0 &&
	    (cte == MIME_CTE_8BIT || cte == MIME_CTE_BINARY))
		e.cte = "7bit";
	else if ((r->flags & RECODE_BINARY) != 0 && cte == MIME_CTE_BINARY)
		e.cte = "8bit";
	mime_code_init(&r->code, MIME_CODE_TEXT, fixes(r), emit, r);
	return emit_header(r, &e);
}

static enum mime_answer
header_cb(void *arg, const struct mime_part *part)
{
	struct recode *r = arg;
	int rc;

	r->part = part;
	r->opaque = r->holding = false;
	if (part->kind == MIME_UNREADABLE ||
	    (part->is_signed && part->kind == MIME_MULTIPART &&
		(r->flags & RECODE_BINARY) == 0)) {
		rc = begin_opaque(r);
		return rc == -1 ? MIME_FAIL : MIME_PASS;
	}
	rc = part->kind == MIME_LEAF ? begin_leaf(r) : begin_composite(r);
	return rc == -1 ? MIME_FAIL : MIME_ENTER;
}

/* Whether text is UTF-8; the last character of a part of it may be cut. */
static bool
is_utf8(const char *s, size_t len, bool whole)
{
	size_t n;

	for (; len > 0; s += n, len -= n) {
		n = 1;
		if ((*s & 0x80) != 0)
			n = address_utf8(s, len);
		if (n == 0)
			return !whole && len < UTF8_MAX;
	}
	return true;
}

/* How the part that is held is to be encoded. */
static enum mime_code_kind
choose(const struct recode *r)
{
	if (!mime_type_is(&r->part->type, "text", NULL))
		return MIME_CODE_BASE64;
	return mime_census_kind(&r->census);
}

/* The label of a part that passes as it is, or NULL if the one it has fits. */
static const char *
relabel(const struct recode *r, bool whole)
{
	enum mime_cte cte = r->part->cte;
	bool eight = (r->census.seen & MIME_FIX_8BIT) != 0;

	if (cte == MIME_CTE_BINARY &&
	    (r->flags & (RECODE_BINARY | RECODE_SEVENBIT)) != 0)
		return eight || !whole ? "8bit" : "7bit";
	if (cte == MIME_CTE_8BIT && (r->flags & RECODE_SEVENBIT) != 0 && whole)
		return "7bit";
	return NULL;
}

/* Write what is held. */
static int
replay(struct recode *r)
{
	const char *s = r->hold;
	size_t len = r->hold_len, n;
	bool whole;

	while (len > 0) {
		n = line_length(s, len, &whole);
		if (mime_code_text(&r->code, s, n) == -1 ||
		    (whole && mime_code_eol(&r->code) == -1))
			return -1;
		n += whole ? 2 : 0;
		s += n;
		len -= n;
	}
	r->hold_len = 0;
	return 0;
}

/* Enough of the part is there, or the whole of it. */
static int
decide(struct recode *r, bool whole)
{
	struct edit e = { NULL, NULL };
	enum mime_code_kind kind = MIME_CODE_TEXT;
	unsigned fix = fixes(r);

	r->holding = false;
	if ((r->census.seen & fix) != 0 ||
	    (!whole && fix != 0 && (r->flags & RECODE_CERTAIN) != 0))
		kind = choose(r);
	if (kind == MIME_CODE_TEXT) {
		r->opaque = true;
		e.cte = relabel(r, whole);
	} else {
		e.cte = kind == MIME_CODE_QP ? "quoted-printable" : "base64";
		if (!r->part->typed && (r->census.seen & MIME_FIX_8BIT) != 0)
			e.type = is_utf8(r->hold, r->hold_len, whole) ?
			    "text/plain; charset=utf-8" :
			    "text/plain; charset=unknown-8bit";
	}
	mime_code_init(&r->code, kind, 0, emit, r);
	return emit_header(r, &e) == -1 ? -1 : replay(r);
}

/* Keep octets of the body, up to the window.  Returns how many; -1: none. */
static ssize_t
hold(struct recode *r, const char *s, size_t len)
{
	size_t size = r->hold_size == 0 ? 1024 : r->hold_size;
	char *p;

	if (len > r->window - r->hold_len)
		len = r->window - r->hold_len;
	while (size < r->hold_len + len)
		size *= 2;
	if (size != r->hold_size) {
		p = realloc(r->hold, size);
		if (p == NULL)
			return -1;
		r->hold = p;
		r->hold_size = size;
	}
	memcpy(r->hold + r->hold_len, s, len);
	r->hold_len += len;
	return (ssize_t)len;
}

static int
text_cb(void *arg, enum mime_place place, const char *s, size_t len)
{
	struct recode *r = arg;
	ssize_t n;

	if (!r->holding)
		return mime_code_text(&r->code, s, len);
	n = hold(r, s, len);
	if (n == -1)
		return -1;
	mime_census_text(&r->census, s, (size_t)n);
	if ((size_t)n == len)
		return 0;
	if (decide(r, false) == -1)
		return -1;
	return mime_code_text(&r->code, s + n, len - (size_t)n);
}

static int
eol_cb(void *arg, enum mime_place place)
{
	struct recode *r = arg;

	if (r->holding && r->window - r->hold_len < 2 && decide(r, false) == -1)
		return -1;
	if (!r->holding)
		return mime_code_eol(&r->code);
	mime_census_eol(&r->census);
	return hold(r, "\r\n", 2) == -1 ? -1 : 0;
}

/* Draw the balance of a part that is over. */
static void
settle(struct recode *r)
{
	unsigned left = r->code.seen & fixes(r) & ~r->code.fix;

	if (r->code.changed)
		note_change(r);
	if (!r->opaque)
		return;
	if (r->code.changed)
		r->report |= RECODE_REPAIRED;
	if ((left & MIME_FIX_8BIT) != 0)
		r->report |= RECODE_LEFT_8BIT;
	if ((left & MIME_FIX_LONG) != 0)
		r->report |= RECODE_LEFT_LONG;
}

/* The part, or what is outside of parts, is over. */
static int
end_part(struct recode *r, bool last)
{
	if (r->holding && decide(r, true) == -1)
		return -1;
	if (mime_code_end(&r->code, last) == -1)
		return -1;
	settle(r);
	r->opaque = false;
	return 0;
}

static int
delimiter_cb(void *arg, const char *s, size_t len, bool broken, bool whole)
{
	struct recode *r = arg;
	size_t i;

	if (end_part(r, false) == -1)
		return -1;
	if (len > MESSAGE_LINE_MAX && (r->flags & RECODE_LONG) != 0) {
		note_change(r);
		while (s[len - 1] == ' ' || s[len - 1] == '\t')
			len--;
	}
	for (i = 0; i < len; i++)
		if ((s[i] & 0x80) != 0 && (r->flags & RECODE_SEVENBIT) != 0)
			r->report |= RECODE_LEFT_8BIT;
	if ((broken && emit_text(r, "\r\n") == -1) || emit(r, s, len) == -1 ||
	    (whole && emit_text(r, "\r\n") == -1))
		return -1;
	mime_code_init(&r->code, MIME_CODE_TEXT, fixes(r), emit, r);
	return 0;
}

/*
 * A message to be made fit. What comes out goes to the function given, during
 * recode_feed() and recode_finish(). At most window octets of a part are held
 * before its encoding is chosen. NULL without memory.
 */
struct recode *
recode_new(unsigned flags, size_t window, recode_write write_cb, void *arg)
{
	struct recode *r;
	struct mime_handler h = { header_cb, text_cb, eol_cb, delimiter_cb,
		NULL };

	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	if ((flags & RECODE_BINARY) != 0)
		flags |= RECODE_LONG | RECODE_CERTAIN;
	r->flags = flags;
	r->window = window;
	r->write_cb = write_cb;
	r->arg = arg;
	h.arg = r;
	r->walk = mime_walk_new(&h);
	if (r->walk == NULL) {
		free(r);
		return NULL;
	}
	mime_code_init(&r->code, MIME_CODE_TEXT, 0, emit, r);
	return r;
}

/* Free it, at any time; NULL is allowed. */
void
recode_free(struct recode *r)
{
	if (r == NULL)
		return;
	mime_walk_free(r->walk);
	free(r->hold);
	free(r);
}

/*
 * The next bytes of the message, cut anywhere. 0, or -1 if there is no memory
 * or the output failed; then the message is lost.
 */
int
recode_feed(struct recode *r, const void *data, size_t len)
{
	if (mime_walk_feed(r->walk, data, len) == -1)
		return -1;
	return flush(r);
}

/* The message is over. 0 or -1. */
int
recode_finish(struct recode *r)
{
	if (mime_walk_finish(r->walk) == -1 || end_part(r, true) == -1)
		return -1;
	return flush(r);
}

/* RECODE_CHANGED and so on; complete after recode_finish(). */
unsigned
recode_report(const struct recode *r)
{
	return r->report;
}

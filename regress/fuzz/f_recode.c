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
 * sources: lib/recode.c lib/mime_walk.c lib/mime_code.c lib/mime_field.c
 * sources: lib/address.c lib/base64.c
 */

/*
 * Messages re-encoded, cut anywhere: what the output shall not have it does
 * not have unless that is reported, every leaf decodes to what it was, and a
 * second pass finds nothing to do.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "mime_walk.h"
#include "recode.h"

#define WINDOW	 256u
#define SOFT_MAX 980u

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct text {
	char *s;
	size_t len;
	size_t size;
};

/* The leaves of a message, decoded, each with its length after it. */
struct leaves {
	struct text all;
	struct text one; /* still encoded */
	enum mime_cte cte;
	bool in_leaf;
};

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
append(struct text *t, const void *data, size_t len)
{
	if (len == 0)
		return;
	if (t->len + len > t->size) {
		t->size = (t->len + len) * 2;
		t->s = realloc(t->s, t->size);
		must(t->s != NULL);
	}
	memcpy(t->s + t->len, data, len);
	t->len += len;
}

static int
append_cb(void *arg, const void *data, size_t len)
{
	append(arg, data, len);
	return 0;
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Quoted-printable; LF alone is a line break to every reader. */
static void
decode_qp(struct text *to, const char *s, size_t len)
{
	size_t i;
	char c;

	for (i = 0; i < len; i++) {
		if (s[i] == '\n' && (i == 0 || s[i - 1] != '\r'))
			append(to, "\r", 1);
		if (s[i] != '=') {
			append(to, s + i, 1);
		} else if (i + 2 < len && s[i + 1] == '\r' &&
		    s[i + 2] == '\n') {
			i += 2;
		} else if (i + 1 < len && s[i + 1] == '\n') {
			i++;
		} else if (i + 2 < len && digit(s[i + 1]) != -1 &&
		    digit(s[i + 2]) != -1) {
			c = (char)(digit(s[i + 1]) << 4 | digit(s[i + 2]));
			append(to, &c, 1);
			i += 2;
		} else
			append(to, "=", 1);
	}
}

/* Base64, without all that is none. */
static void
decode_base64(struct text *to, const char *s, size_t len)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";
	const char *at;
	uint32_t value = 0;
	unsigned bits = 0;
	size_t i;
	char c;

	for (i = 0; i < len; i++) {
		at = s[i] == '\0' ? NULL : strchr(alphabet, s[i]);
		if (at == NULL)
			continue;
		value = (value << 6 | (uint32_t)(at - alphabet)) & 0xffffff;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		c = (char)(value >> bits & 0xff);
		append(to, &c, 1);
	}
}

static void
end_leaf(struct leaves *l)
{
	size_t before = l->all.len;

	if (!l->in_leaf)
		return;
	l->in_leaf = false;
	if (l->cte == MIME_CTE_QP)
		decode_qp(&l->all, l->one.s, l->one.len);
	else if (l->cte == MIME_CTE_BASE64)
		decode_base64(&l->all, l->one.s, l->one.len);
	else
		append(&l->all, l->one.s, l->one.len);
	before = l->all.len - before;
	append(&l->all, &before, sizeof(before));
}

static enum mime_answer
header_cb(void *arg, const struct mime_part *part)
{
	struct leaves *l = arg;

	if (part->kind == MIME_MULTIPART || part->kind == MIME_MESSAGE)
		return MIME_ENTER;
	l->in_leaf = true;
	l->cte = part->cte;
	l->one.len = 0;
	return MIME_PASS;
}

static int
text_cb(void *arg, enum mime_place place, const char *s, size_t len)
{
	struct leaves *l = arg;

	must(len > 0);
	if (place == MIME_BODY)
		append(&l->one, s, len);
	return 0;
}

static int
eol_cb(void *arg, enum mime_place place)
{
	return text_cb(arg, place, "\r\n", 2);
}

static int
delimiter_cb(void *arg, const char *s, size_t len, bool broken, bool whole)
{
	must(len > 2 && memcmp(s, "--", 2) == 0);
	end_leaf(arg);
	return 0;
}

static void
collect(struct leaves *l, const struct text *message)
{
	struct mime_handler h = { header_cb, text_cb, eol_cb, delimiter_cb, l };
	struct mime_walk *w;

	memset(l, 0, sizeof(*l));
	w = mime_walk_new(&h);
	must(w != NULL);
	must(mime_walk_feed(w, message->s, message->len) == 0);
	must(mime_walk_finish(w) == 0);
	end_leaf(l);
	mime_walk_free(w);
}

/* Re-encode an input given in pieces; the report. */
static unsigned
run(unsigned flags, const struct text *in, size_t piece, struct text *out)
{
	struct recode *r;
	unsigned report;
	size_t i, n;

	out->len = 0;
	r = recode_new(flags, WINDOW, append_cb, out);
	must(r != NULL);
	for (i = 0; i < in->len; i += n) {
		n = piece < in->len - i ? piece : in->len - i;
		must(recode_feed(r, in->s + i, n) == 0);
	}
	must(recode_finish(r) == 0);
	report = recode_report(r);
	recode_free(r);
	return report;
}

/* The longest line. */
static size_t
check_output(unsigned flags, unsigned report, const struct text *out)
{
	bool eight = false, longer, bare = false;
	size_t i, column = 0, longest = 0;

	for (i = 0; i < out->len; i++) {
		if (out->s[i] == '\n' && i > 0 && out->s[i - 1] == '\r') {
			column = 0;
			continue;
		}
		if (out->s[i] == '\r' && i + 1 < out->len &&
		    out->s[i + 1] == '\n')
			continue;
		eight |= (out->s[i] & 0x80) != 0;
		bare |= out->s[i] == '\0' || out->s[i] == '\r' ||
		    out->s[i] == '\n';
		if (++column > longest)
			longest = column;
	}
	longer = longest > MESSAGE_LINE_MAX;
	if ((flags & RECODE_BINARY) != 0) {
		must(!bare);
		must(!longer || (report & RECODE_HEADER_LONG) != 0);
	}
	if ((flags & RECODE_SEVENBIT) != 0)
		must(!eight ||
		    (report & (RECODE_LEFT_8BIT | RECODE_HEADER_8BIT)) != 0);
	if ((flags & RECODE_LONG) != 0)
		must(!longer ||
		    (report & (RECODE_LEFT_LONG | RECODE_HEADER_LONG)) != 0);
	return longest;
}

static void
check_leaves(const struct text *in, const struct text *out)
{
	struct leaves a, b;

	collect(&a, in);
	collect(&b, out);
	must(a.all.len == b.all.len);
	must(a.all.len == 0 || memcmp(a.all.s, b.all.s, a.all.len) == 0);
	free(a.all.s);
	free(a.one.s);
	free(b.all.s);
	free(b.one.s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct text in, one, two, again;
	unsigned flags, report;
	size_t piece, longest;

	if (len < 2)
		return 0;
	flags = bytes[0] & 0x0f;
	piece = 1 + bytes[1] % 64;
	in.len = 0;
	append(&in, bytes + 2, len - 2);
	report = run(flags, &in, in.len, &one);
	must(run(flags, &in, piece, &two) == report);
	must(one.len == two.len);
	must(one.len == 0 || memcmp(one.s, two.s, one.len) == 0);
	longest = check_output(flags, report, &one);
	if ((report & RECODE_CHANGED) == 0) {
		must(one.len == in.len);
		must(one.len == 0 || memcmp(one.s, in.s, one.len) == 0);
	}
	if ((report & RECODE_REPAIRED) != 0)
		return 0;
	check_leaves(&in, &one);
	/* A soft line break near the limit may be made once more. */
	if ((report & RECODE_LEFT) == 0 && longest < SOFT_MAX)
		must((run(flags, &one, piece, &again) & RECODE_CHANGED) == 0);
	return 0;
}

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
 * Content-Type and Content-Transfer-Encoding, as they are written and as they
 * are written wrongly: a boundary without the quotes it needs is taken, for
 * every reader of mail takes it. Nothing is allocated.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "mime_field.h"

/* Comments in comments; software writes none. */
#define COMMENT_DEPTH 16

/* Sections of one parameter, RFC 2231 section 3: two are usual. */
#define SECTIONS_MAX 16u

struct cursor {
	const char *p;
	const char *end;
};

/* A parameter as it stands; the value is still quoted or encoded. */
struct param {
	const char *name;
	size_t name_len;
	const char *value;
	size_t value_len;
	bool quoted;
};

/* A value while it is put together. */
struct value {
	char *text;
	size_t len;
	size_t size;
	bool overflow;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* After a comment that begins here, or at the end if it has none. */
static void
skip_comment(struct cursor *c)
{
	int depth = 0;

	for (; c->p < c->end; c->p++) {
		if (*c->p == '\\' && c->end - c->p > 1)
			c->p++;
		else if (*c->p == '(' && ++depth > COMMENT_DEPTH)
			c->p = c->end - 1;
		else if (*c->p == ')' && --depth == 0) {
			c->p++;
			return;
		}
	}
}

/* RFC 5322 section 3.2.2: CFWS = *([FWS] comment) [FWS]. */
static void
skip_cfws(struct cursor *c)
{
	while (c->p < c->end) {
		if (is_space(*c->p))
			c->p++;
		else if (*c->p == '(')
			skip_comment(c);
		else
			return;
	}
}

/*
 * RFC 2045 section 5.1: token = 1*<any CHAR except SPACE, CTLs, tspecials>.
 * Returns its length.
 */
static size_t
skip_token(struct cursor *c)
{
	const char *start = c->p;

	while (c->p<c->end && * c->p> ' ' && *c->p < 127 &&
	    strchr("()<>@,;:\\\"/[]?=", *c->p) == NULL)
		c->p++;
	return (size_t)(c->p - start);
}

/* Copy in lower case, cut to MIME_NAME_SIZE. */
static void
copy_name(char *to, const char *from, size_t len)
{
	size_t i;

	for (i = 0; i < len && i < MIME_NAME_SIZE - 1; i++)
		to[i] = lower(from[i]);
	to[i] = '\0';
}

/* The value after "=": RFC 2045 has token / quoted-string. */
static void
take_value(struct cursor *c, struct param *p)
{
	p->quoted = c->p < c->end && *c->p == '"';
	if (!p->quoted) {
		p->value = c->p;
		while (c->p < c->end && !is_space(*c->p) && *c->p != ';')
			c->p++;
		p->value_len = (size_t)(c->p - p->value);
		return;
	}
	p->value = ++c->p;
	while (c->p < c->end && *c->p != '"')
		c->p += *c->p == '\\' && c->end - c->p > 1 ? 2 : 1;
	p->value_len = (size_t)(c->p - p->value);
	if (c->p < c->end)
		c->p++;
}

/*
 * The next of *(";" parameter), RFC 2045 section 5.1:
 *
 *   parameter = attribute "=" value
 *
 * What is none is passed over up to the next semicolon.
 */
static bool
next_param(struct cursor *c, struct param *p)
{
	while (c->p < c->end) {
		while (c->p < c->end && *c->p != ';') {
			if (*c->p == '(')
				skip_comment(c);
			else
				c->p++;
		}
		if (c->p == c->end)
			return false;
		c->p++;
		skip_cfws(c);
		p->name = c->p;
		p->name_len = skip_token(c);
		skip_cfws(c);
		if (p->name_len == 0 || c->p == c->end || *c->p != '=')
			continue;
		c->p++;
		skip_cfws(c);
		take_value(c, p);
		return true;
	}
	return false;
}

static bool
find_param(const struct cursor *from, const char *name, struct param *p)
{
	struct cursor c = *from;

	while (next_param(&c, p))
		if (p->name_len == strlen(name) &&
		    strncasecmp(p->name, name, p->name_len) == 0)
			return true;
	return false;
}

static void
add(struct value *v, char c)
{
	if (v->len < v->size)
		v->text[v->len++] = c;
	else
		v->overflow = true;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A value as it is meant: unfolded, and without what quoted it. */
static void
add_plain(struct value *v, const struct param *p)
{
	size_t i;

	for (i = 0; i < p->value_len; i++) {
		if (p->value[i] == '\r' || p->value[i] == '\n')
			continue;
		if (p->quoted && p->value[i] == '\\' && i + 1 < p->value_len)
			i++;
		add(v, p->value[i]);
	}
}

/*
 * The same, RFC 2231 section 4:
 *
 *   extended-initial-value = [charset] "'" [language] "'"
 *                            extended-other-values
 *   ext-octet = "%" 2(DIGIT / "A" / "B" / "C" / "D" / "E" / "F")
 */
static void
add_extended(struct value *v, const struct param *p, bool initial)
{
	const char *s = p->value, *end = p->value + p->value_len, *tick;
	int quotes;

	for (quotes = 0; initial && quotes < 2; quotes++) {
		tick = memchr(s, '\'', (size_t)(end - s));
		if (tick == NULL)
			break;
		s = tick + 1;
	}
	for (; s < end; s++) {
		if (*s == '%' && end - s > 2 && hex_digit(s[1]) != -1 &&
		    hex_digit(s[2]) != -1) {
			add(v, (char)(hex_digit(s[1]) << 4 | hex_digit(s[2])));
			s += 2;
		} else
			add(v, *s);
	}
}

/* Sections of a parameter in their order, RFC 2231 section 3. */
static void
add_sections(struct value *v, const struct cursor *from, const char *name)
{
	char part[MIME_NAME_SIZE];
	struct param p;
	unsigned i;

	for (i = 0; i < SECTIONS_MAX; i++) {
		(void)snprintf(part, sizeof(part), "%s*%u", name, i);
		if (find_param(from, part, &p)) {
			add_plain(v, &p);
			continue;
		}
		(void)snprintf(part, sizeof(part), "%s*%u*", name, i);
		if (!find_param(from, part, &p))
			return;
		add_extended(v, &p, i == 0);
	}
}

/*
 * The boundary, RFC 2046 section 5.1.1; one may not end in a space. One that
 * is longer than is kept, or could not stand on a line, is as good as none.
 */
static void
take_boundary(const struct cursor *from, struct mime_type *t)
{
	struct value v = { t->boundary, 0, sizeof(t->boundary), false };
	struct param p;
	size_t i;

	if (find_param(from, "boundary", &p))
		add_plain(&v, &p);
	else if (find_param(from, "boundary*", &p))
		add_extended(&v, &p, true);
	else
		add_sections(&v, from, "boundary");
	while (v.len > 0 && (is_space(v.text[v.len - 1])))
		v.len--;
	for (i = 0; i < v.len; i++)
		if ((unsigned char)v.text[i] < ' ' || v.text[i] == 127)
			v.overflow = true;
	t->boundary_len = v.overflow ? 0 : v.len;
}

/*
 * Read the body of a Content-Type, folded as it is (RFC 2045 section 5.1):
 *
 *   content := "Content-Type" ":" type "/" subtype *(";" parameter)
 *
 * -1 if there is no type and subtype, and then *t is empty.
 */
int
mime_type_parse(const char *body, size_t len, struct mime_type *t)
{
	struct cursor c = { body, body + len };
	const char *type, *subtype;
	size_t type_len, subtype_len;

	memset(t, 0, sizeof(*t));
	skip_cfws(&c);
	type = c.p;
	type_len = skip_token(&c);
	skip_cfws(&c);
	if (type_len == 0 || c.p == c.end || *c.p != '/')
		return -1;
	c.p++;
	skip_cfws(&c);
	subtype = c.p;
	subtype_len = skip_token(&c);
	if (subtype_len == 0)
		return -1;
	copy_name(t->type, type, type_len);
	copy_name(t->subtype, subtype, subtype_len);
	take_boundary(&c, t);
	return 0;
}

/* Whether it is that type, and that subtype unless NULL. */
bool
mime_type_is(const struct mime_type *t, const char *type, const char *subtype)
{
	return strcmp(t->type, type) == 0 &&
	    (subtype == NULL || strcmp(t->subtype, subtype) == 0);
}

/*
 * Read the body of a Content-Transfer-Encoding (RFC 2045 section 6.1):
 *
 *   encoding := "Content-Transfer-Encoding" ":" mechanism
 *
 * The empty one says nothing.
 */
enum mime_cte
mime_cte_parse(const char *body, size_t len)
{
	static const struct {
		const char *name;
		enum mime_cte cte;
	} names[] = { { "", MIME_CTE_NONE }, { "7bit", MIME_CTE_7BIT },
		{ "8bit", MIME_CTE_8BIT }, { "binary", MIME_CTE_BINARY },
		{ "quoted-printable", MIME_CTE_QP },
		{ "base64", MIME_CTE_BASE64 } };
	struct cursor c = { body, body + len };
	char name[MIME_NAME_SIZE];
	const char *start;
	size_t i;

	skip_cfws(&c);
	start = c.p;
	copy_name(name, start, skip_token(&c));
	skip_cfws(&c);
	if (c.p < c.end && *c.p != ';')
		return MIME_CTE_OTHER;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i].name) == 0)
			return names[i].cte;
	return MIME_CTE_OTHER;
}

/* Whether content stands as it is: not encoded (RFC 2045 section 6.2). */
bool
mime_cte_is_identity(enum mime_cte cte)
{
	return cte == MIME_CTE_NONE || cte == MIME_CTE_7BIT ||
	    cte == MIME_CTE_8BIT || cte == MIME_CTE_BINARY;
}

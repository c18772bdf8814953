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
 * The message of an email struct. Bodies are encoded so that any transport
 * carries them; a boundary is made by chance and looked for in the parts.
 */
#include "mime.h"

#include <stdio.h>
#include <string.h>

#include "email.h"
#include "fieldout.h"
#include "mime_code.h"

/* Output is gathered to this before it is handed on. */
#define MIME_OUTPUT 4096u

/* "=_", the seed as hexadecimal, a number, and NUL. */
#define BOUNDARY_SIZE (2 + 2 * MIME_SEED + 12)

/* Boundaries that are tried: a text with two of 128 random bits is not. */
#define BOUNDARY_TRIES 100u

struct out {
	mime_out write_cb;
	void *arg;
	char buf[MIME_OUTPUT];
	size_t len;
};

/* One body, and how it is to be encoded. */
struct part {
	const char *type;
	const struct json_text *text;
	bool plain;		  /* as it is: 7bit */
	enum mime_code_kind kind; /* of one that is not */
};

static int
flush(struct out *o)
{
	size_t len = o->len;

	o->len = 0;
	return len == 0 ? 0 : o->write_cb(o->arg, o->buf, len);
}

static int
write_cb(void *arg, const void *data, size_t len)
{
	struct out *o = arg;

	if (len > sizeof(o->buf) - o->len && flush(o) == -1)
		return -1;
	if (len > sizeof(o->buf))
		return o->write_cb(o->arg, data, len);
	memcpy(o->buf + o->len, data, len);
	o->len += len;
	return 0;
}

/* A field of one word. */
static void
put_field(struct fieldout *f, const char *name, const char *value)
{
	fieldout_begin(f, name);
	fieldout_atom(f, value, strlen(value));
	fieldout_end(f);
}

/* A mailbox: "name <address>", or the address alone; and a comma. */
static void
put_mailbox(struct fieldout *f, const struct email_address *a, bool last)
{
	bool named = a->name.s != NULL;
	char text[ADDRESS_SIZE + 3];

	if (named)
		fieldout_phrase(f, a->name.s, a->name.len);
	(void)snprintf(text, sizeof(text), "%s%s%s%s", named ? "<" : "",
	    a->address.mailbox, named ? ">" : "", last ? "" : ",");
	fieldout_atom(f, text, strlen(text));
}

static void
put_list(struct fieldout *f, const char *name, const struct email_address *a,
    size_t len)
{
	size_t i;

	if (len == 0)
		return;
	fieldout_begin(f, name);
	for (i = 0; i < len; i++)
		put_mailbox(f, &a[i], i + 1 == len);
	fieldout_end(f);
}

/* All fields but those that say what the body is; Bcc is none of them. */
static void
put_header(struct fieldout *f, const struct email *e)
{
	char id[EMAIL_MESSAGE_ID_MAX + 3];
	size_t i;

	put_list(f, "From", &e->sender, 1);
	put_list(f, "Reply-To", e->reply_to, e->reply_to_len);
	put_list(f, "To", e->rcpts, e->to_len);
	put_list(f, "Cc", e->rcpts + e->to_len, e->cc_len);
	if (e->to_len == 0 && e->cc_len == 0)
		put_field(f, "To", "undisclosed-recipients:;");
	fieldout_begin(f, "Subject");
	fieldout_text(f, e->subject.s, e->subject.len, false);
	fieldout_end(f);
	if (e->message_id.s != NULL) {
		(void)snprintf(id, sizeof(id), "<%s>", e->message_id.s);
		put_field(f, "Message-ID", id);
	}
	for (i = 0; i < e->fields_len; i++) {
		fieldout_begin(f, e->fields[i].name);
		fieldout_text(f, e->fields[i].value.s, e->fields[i].value.len,
		    true);
		fieldout_end(f);
	}
	put_field(f, "MIME-Version", "1.0");
}

/*
 * The next line of a text; CRLF, CR and LF end one each. *whole says whether
 * one did. Returns the length without it, *used with it.
 */
static size_t
next_line(const char *s, size_t len, size_t *used, bool *whole)
{
	const char *end, *cr;
	size_t n;

	end = memchr(s, '\n', len);
	n = end == NULL ? len : (size_t)(end - s);
	cr = memchr(s, '\r', n);
	*whole = end != NULL || cr != NULL;
	if (cr == NULL) {
		*used = n + (end != NULL);
		return n;
	}
	n = (size_t)(cr - s);
	*used = n + 1 + (n + 1 < len && s[n + 1] == '\n');
	return n;
}

/*
 * Choose how a part is encoded. Not every program passes control characters as
 * they are.
 */
static void
look(struct part *p)
{
	struct mime_census census;
	const char *s = p->text->s;
	size_t left = p->text->len, len, used;
	bool whole;

	memset(&census, 0, sizeof(census));
	for (; left > 0; s += used, left -= used) {
		len = next_line(s, left, &used, &whole);
		mime_census_text(&census, s, len);
		if (whole)
			mime_census_eol(&census);
	}
	p->plain = census.seen == 0 && !census.control;
	p->kind = mime_census_kind(&census);
}

static void
put_part_header(struct fieldout *f, const struct part *p)
{
	static const char charset[] = "charset=utf-8";
	const char *cte = "quoted-printable";

	fieldout_begin(f, "Content-Type");
	fieldout_atom(f, p->type, strlen(p->type));
	fieldout_atom(f, charset, sizeof(charset) - 1);
	fieldout_end(f);
	if (p->plain)
		cte = "7bit";
	else if (p->kind == MIME_CODE_BASE64)
		cte = "base64";
	put_field(f, "Content-Transfer-Encoding", cte);
	fieldout_end(f);
}

/* A part as it is, but for line breaks; as put_part(). */
static int
put_plain(struct out *o, const struct part *p, bool last)
{
	const char *s = p->text->s;
	size_t left = p->text->len, len, used;
	bool whole = true;

	for (; left > 0; s += used, left -= used) {
		len = next_line(s, left, &used, &whole);
		if (write_cb(o, s, len) == -1 ||
		    ((whole || last) && write_cb(o, "\r\n", 2) == -1))
			return -1;
	}
	return 0;
}

/* The body of a part; if it is the last of all its last line is ended. */
static int
put_part(struct out *o, const struct part *p, bool last)
{
	struct mime_code code;
	const char *s = p->text->s;
	size_t left = p->text->len, len, used;
	bool whole;

	if (p->plain)
		return put_plain(o, p, last);
	mime_code_init(&code, p->kind, 0, write_cb, o);
	for (; left > 0; s += used, left -= used) {
		len = next_line(s, left, &used, &whole);
		if (mime_code_text(&code, s, len) == -1 ||
		    (whole && mime_code_eol(&code) == -1))
			return -1;
	}
	return mime_code_end(&code, last);
}

static bool
occurs(const struct json_text *t, const char *boundary)
{
	return memmem(t->s, t->len, boundary, strlen(boundary)) != NULL;
}

/* A boundary that is in neither text. */
static void
make_boundary(const struct email *e, const uint8_t seed[MIME_SEED],
    char boundary[BOUNDARY_SIZE])
{
	unsigned i, try;
	int n;

	for (try = 0; try < BOUNDARY_TRIES; try++) {
		n = snprintf(boundary, BOUNDARY_SIZE, "=_%u_", try);
		for (i = 0; i < MIME_SEED; i++)
			n += snprintf(boundary + n, BOUNDARY_SIZE - (size_t)n,
			    "%02x", seed[i]);
		if (!occurs(&e->text, boundary) && !occurs(&e->html, boundary))
			return;
	}
}

/* "--boundary", or "--boundary--"; the line before is ended by it. */
static int
put_delimiter(struct out *o, const char *boundary, const char *end)
{
	char line[BOUNDARY_SIZE + 8];

	(void)snprintf(line, sizeof(line), "\r\n--%s%s\r\n", boundary, end);
	return write_cb(o, line, strlen(line));
}

/* multipart/alternative, the plainest first (RFC 2046 section 5.1.4). */
static int
put_alternatives(struct out *o, struct fieldout *f, const struct email *e,
    struct part parts[2], const uint8_t seed[MIME_SEED])
{
	static const char type[] = "multipart/alternative;";
	char boundary[BOUNDARY_SIZE], param[BOUNDARY_SIZE + 16];
	size_t i;

	make_boundary(e, seed, boundary);
	(void)snprintf(param, sizeof(param), "boundary=\"%s\"", boundary);
	fieldout_begin(f, "Content-Type");
	fieldout_atom(f, type, sizeof(type) - 1);
	fieldout_atom(f, param, strlen(param));
	fieldout_end(f);
	for (i = 0; i < 2; i++) {
		look(&parts[i]);
		if (put_delimiter(o, boundary, "") == -1)
			return -1;
		put_part_header(f, &parts[i]);
		if (f->failed || put_part(o, &parts[i], false) == -1)
			return -1;
	}
	return put_delimiter(o, boundary, "--");
}

/* Write the message; see mime.h. */
int
mime_build(const struct email *e, bool utf8, const uint8_t seed[MIME_SEED],
    mime_out cb, void *arg)
{
	struct out o = { .write_cb = cb, .arg = arg, .len = 0 };
	struct fieldout f = { .write_cb = write_cb, .arg = &o, .utf8 = utf8 };
	struct part parts[] = {
		{ "text/plain;", &e->text, false, MIME_CODE_TEXT },
		{ "text/html;", &e->html, false, MIME_CODE_TEXT },
	};
	struct part *one;
	int rc;

	put_header(&f, e);
	if (e->text.s != NULL && e->html.s != NULL) {
		rc = put_alternatives(&o, &f, e, parts, seed);
	} else {
		one = &parts[e->text.s == NULL];
		look(one);
		put_part_header(&f, one);
		rc = f.failed ? -1 : put_part(&o, one, true);
	}
	if (rc == -1 || f.failed)
		return -1;
	return flush(&o);
}

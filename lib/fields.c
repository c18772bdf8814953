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
 * The header of a submitted message. Nothing here changes a field that the
 * client wrote; fields are added or taken out whole.
 */
#include "fields.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "date.h"
#include "header.h"
#include "id.h"
#include "idn.h"
#include "mailbox.h"
#include "printable.h"

/* Room for a Received field: six parts of at most 256 octets and words. */
#define FIELD_SIZE 2048

/* At most one of each (RFC 5322 section 3.6), or programs differ on which. */
static const char *const singles[] = { "From", "Date", "Message-ID", "Sender" };

/* Not for the recipients' eyes, or not the client's to say. */
static const char *const removed[] = { "Bcc", "Resent-Bcc", "Return-Path" };

struct from_list {
	struct address *list;
	size_t len;
	bool bad; /* the last has a domain that is none */
};

/* mailbox_parse() gives one address; anything but 0 stops it. */
static int
from_cb(const struct address *a, void *arg)
{
	struct from_list *from;
	struct address *p;

	from = arg;
	if (from->len == HEADER_FROM_MAX)
		return 1;
	p = reallocarray(from->list, from->len + 1, sizeof(*p));
	if (p == NULL)
		return 1;
	from->list = p;
	if (idn_address_ascii(a, &p[from->len]) == -1) {
		from->bad = true;
		return 1;
	}
	from->len++;
	return 0;
}

/* The word of a From body that holds this place, for the reply. */
static void
from_quote(const struct header_field *f, size_t position,
    char bad[ADDRESS_SIZE])
{
	static const char between[] = " \t\r\n,;<>";
	size_t start, end;

	start = position < f->body_len ? position : f->body_len;
	while (start > 0 && strchr(between, f->body[start - 1]) == NULL)
		start--;
	end = start;
	while (end < f->body_len && strchr(between, f->body[end]) == NULL)
		end++;
	printable(f->body + start, end - start, bad, ADDRESS_SIZE);
}

/*
 * Whether the header is well-formed UTF-8, as SMTPUTF8 says.  Without SMTPUTF8
 * it is taken as it is: much software leaves a Subject unencoded.
 */
static enum fields_status
fields_text(const struct header *h)
{
	struct header_field f;
	size_t field, i, n;

	for (field = 0; header_get(h, field, &f); field++) {
		for (i = 0; i < f.raw_len; i += n) {
			n = 1;
			if ((f.raw[i] & 0x80) == 0)
				continue;
			n = address_utf8(f.raw + i, f.raw_len - i);
			if (n == 0)
				return FIELDS_PARSE;
		}
	}
	return FIELDS_OK;
}

/*
 * Whether Sender, if it is there, is one address:
 *
 *	sender = "Sender:" (mailbox / address) CRLF	(RFC 6854 section 2.2)
 */
static bool
fields_sender(const struct header *h, bool utf8)
{
	struct header_field f;
	unsigned flags;

	if (!header_find(h, "Sender", 0, &f))
		return true;
	flags = MAILBOX_GROUPS | MAILBOX_SINGLE | (utf8 ? MAILBOX_UTF8 : 0);
	return mailbox_parse(f.body, f.body_len, flags, NULL, NULL, NULL) ==
	    MAILBOX_OK;
}

/*
 * Whether the header can be sent, and its From addresses with domains as they
 * are looked up: *from is malloc'd and the caller's, *count is at least 1.
 * Anything but FIELDS_OK refuses the message, and bad is what an answer may
 * quote; then *from is NULL.
 *
 *	from = "From:" (mailbox-list / address-list) CRLF (RFC 6854 section 2.1)
 */
enum fields_status
fields_from(const struct header *h, bool utf8, struct address **from,
    size_t *count, char bad[ADDRESS_SIZE])
{
	struct from_list list = { NULL, 0, false };
	struct mailbox_error error;
	struct header_field f;
	enum mailbox_result r;
	enum fields_status text;
	unsigned flags;
	size_t i;

	*from = NULL;
	bad[0] = '\0';
	text = utf8 ? fields_text(h) : FIELDS_OK;
	if (text != FIELDS_OK)
		return text;
	for (i = 0; i < sizeof(singles) / sizeof(singles[0]); i++) {
		if (header_count_name(h, singles[i]) > 1)
			return FIELDS_PARSE;
	}
	if (!fields_sender(h, utf8) || !header_find(h, "From", 0, &f))
		return FIELDS_PARSE;
	flags = MAILBOX_GROUPS | (utf8 ? MAILBOX_UTF8 : 0);
	r = mailbox_parse(f.body, f.body_len, flags, from_cb, &list, &error);
	if (r == MAILBOX_OK) {
		*from = list.list;
		*count = list.len;
		return FIELDS_OK;
	}
	free(list.list);
	if (r != MAILBOX_ADDRESS && !list.bad)
		return FIELDS_PARSE;
	from_quote(&f, error.position, bad);
	return FIELDS_FROM;
}

struct field {
	char text[FIELD_SIZE];
	size_t len;
	bool failed;
};

static void field_add(struct field *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
field_add(struct field *f, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(f->text + f->len, sizeof(f->text) - f->len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(f->text) - f->len)
		f->failed = true;
	else
		f->len += (size_t)n;
}

static bool
is_ascii(const char *s)
{
	for (; *s != '\0'; s++) {
		if (((unsigned char)*s & 0x80) != 0)
			return false;
	}
	return true;
}

/*
 * The trace field (RFC 5321 section 4.4, RFC 8314 section 4.3 for the comment
 * on TLS).
 */
static void
field_received(struct field *f, const struct fields_trace *t)
{
	char id[ID_TEXT_SIZE], date[DATE_RFC5322_SIZE];
	bool six;

	field_add(f, "Received: ");
	if (t->source != NULL) {
		six = strchr(t->source, ':') != NULL;
		field_add(f, "from %s ([%s%s])\r\n\t",
		    t->helo == NULL ? "unknown" : t->helo, six ? "IPv6:" : "",
		    t->source);
	}
	field_add(f, "by %s with %s id %s", t->hostname, t->protocol,
	    id_format(t->id, id));
	if (t->tls != NULL)
		field_add(f, "\r\n\t(%s)", t->tls);
	/* An address in UTF-8 here would ask SMTPUTF8 of every server. */
	if (t->rcpt != NULL && is_ascii(t->rcpt))
		field_add(f, "\r\n\tfor <%s>", t->rcpt);
	if (date_rfc5322(t->now, t->offset_minutes, date, sizeof(date)) == -1)
		f->failed = true;
	else
		field_add(f, ";\r\n\t%s\r\n", date);
}

static void
field_date(struct field *f, const struct fields_trace *t)
{
	char date[DATE_RFC5322_SIZE];

	if (date_rfc5322(t->now, t->offset_minutes, date, sizeof(date)) == -1)
		f->failed = true;
	else
		field_add(f, "Date: %s\r\n", date);
}

/* The queue's id is unique at this host, and the host name in the world. */
static void
field_message_id(struct field *f, const struct fields_trace *t)
{
	char id[ID_TEXT_SIZE];

	field_add(f, "Message-ID: <%s@%s>\r\n", id_format(t->id, id),
	    t->hostname);
}

/* Who has sent what several have written (RFC 5322 section 3.6.2). */
static void
field_sender(struct field *f, const struct fields_trace *t)
{
	field_add(f, "Sender: <%s>\r\n", t->sender);
}

/* Make one field and put it on top, or at the bottom. */
static int
fields_add(struct header *h, bool top, const struct fields_trace *t,
    void (*make)(struct field *, const struct fields_trace *))
{
	struct field f;

	f.len = 0;
	f.failed = false;
	make(&f, t);
	if (f.failed)
		return -1;
	return top ? header_prepend(h, f.text, f.len) :
		     header_append(h, f.text, f.len);
}

/*
 * Complete the header as RFC 6409 section 8 asks: Date and Message-ID where
 * they are missing, Sender if one is given and missing, Received on top; Bcc and Return-Path go. -1 without
 * memory, or if a part of the trace is ill-formed or too long.
 */
int
fields_complete(struct header *h, const struct fields_trace *t)
{
	size_t i;

	for (i = 0; i < sizeof(removed) / sizeof(removed[0]); i++)
		(void)header_remove(h, removed[i]);
	if (header_count_name(h, "Date") == 0 &&
	    fields_add(h, false, t, field_date) == -1)
		return -1;
	if (t->sender != NULL && header_count_name(h, "Sender") == 0 &&
	    fields_add(h, false, t, field_sender) == -1)
		return -1;
	if (header_count_name(h, "Message-ID") == 0 &&
	    fields_add(h, false, t, field_message_id) == -1)
		return -1;
	return fields_add(h, true, t, field_received);
}

/* The Message-ID as written, without white space, cut to fit; or "". */
void
fields_copy_id(const struct header *h, char *out, size_t outsize)
{
	struct header_field f;
	size_t i, n;

	n = 0;
	if (header_find(h, "Message-ID", 0, &f)) {
		for (i = 0; i < f.body_len && n + 1 < outsize; i++) {
			if (f.body[i] > ' ' && f.body[i] <= '~')
				out[n++] = f.body[i];
		}
	}
	out[n] = '\0';
}

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

/* sources: httpd/email.c httpd/json.c httpd/jsonscan.c httpd/jsonout.c */
/* sources: httpd/mime.c httpd/fieldout.c httpd/fault.c httpd/percent.c */
/* sources: httpd/answer.c lib/address.c lib/base64.c lib/date.c */
/* sources: lib/header.c lib/mailbox.c lib/mime_code.c lib/mime_field.c */
/* sources: lib/mime_walk.c */
/* libs: -ljson-c */

/*
 * JSON to an email struct to a message: what the scanner takes json-c takes
 * too, the message has the parts and fields that it should have and no more,
 * no line over 998 octets, no CR or LF alone, and Bcc is not in it. Refusals
 * become valid JSON.
 */

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "bounds.h"
#include "email.h"
#include "fault.h"
#include "header.h"
#include "json.h"
#include "jsonout.h"
#include "mailbox.h"
#include "mime.h"
#include "mime_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct text {
	char *s;
	size_t len;
	size_t size;
};

struct seen {
	size_t leaves;
	size_t composites;
};

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static int
append_cb(void *arg, const void *data, size_t len)
{
	struct text *t = arg;

	must(len > 0);
	if (t->len + len > t->size) {
		t->size = (t->len + len) * 2;
		t->s = realloc(t->s, t->size);
		must(t->s != NULL);
	}
	memcpy(t->s + t->len, data, len);
	t->len += len;
	return 0;
}

static enum mime_answer
header_cb(void *arg, const struct mime_part *part)
{
	struct seen *seen = arg;

	must(part->typed && !part->run_on);
	if (part->kind == MIME_MULTIPART) {
		seen->composites++;
		return MIME_ENTER;
	}
	must(part->kind == MIME_LEAF);
	must(mime_type_is(&part->type, "text", NULL));
	must(part->cte == MIME_CTE_7BIT || part->cte == MIME_CTE_QP ||
	    part->cte == MIME_CTE_BASE64);
	seen->leaves++;
	return MIME_PASS;
}

static int
text_cb(void *arg, enum mime_place place, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		must((s[i] & 0x80) == 0 && s[i] != '\0' && s[i] != '\r' &&
		    s[i] != '\n');
	return 0;
}

static int
eol_cb(void *arg, enum mime_place place)
{
	return 0;
}

static int
delimiter_cb(void *arg, const char *s, size_t len, bool broken, bool whole)
{
	must(whole);
	return 0;
}

/* Lines end in CRLF and are not too long. */
static void
check_lines(const struct text *t)
{
	size_t i, column = 0;

	must(t->len > 2 && memcmp(t->s + t->len - 2, "\r\n", 2) == 0);
	for (i = 0; i < t->len; i++, column++) {
		if (t->s[i] == '\r') {
			must(i + 1 < t->len && t->s[i + 1] == '\n');
			must(column <= MESSAGE_LINE_MAX);
			column = (size_t)-1;
			i++;
			continue;
		}
		must(t->s[i] != '\n' && t->s[i] != '\0');
	}
}

/* One address field with as many addresses as there should be. */
static void
check_list(const struct header *h, const char *name, size_t count, bool utf8)
{
	struct header_field f;
	enum mailbox_result r;

	must(header_count_name(h, name) == (count > 0));
	if (count == 0)
		return;
	must(header_find(h, name, 0, &f));
	r = mailbox_parse(f.body, f.body_len,
	    (count == 1 ? MAILBOX_SINGLE : 0) | (utf8 ? MAILBOX_UTF8 : 0), NULL,
	    NULL, NULL);
	must(r == MAILBOX_OK);
}

/* The header has the fields of the email, each where it is to be. */
static void
check_header(const struct email *e, const struct text *t, bool utf8)
{
	enum header_status status = HEADER_MORE;
	struct header *h;
	const char *s = t->s, *end;
	size_t count;

	h = header_new(HEADER_SIZE_MAX * 4);
	must(h != NULL);
	for (; status == HEADER_MORE; s = end + 2) {
		end = memmem(s, (size_t)(t->s + t->len - s), "\r\n", 2);
		must(end != NULL);
		status = header_feed(h, s, (size_t)(end - s));
	}
	must(status == HEADER_END);
	check_list(h, "From", 1, utf8);
	check_list(h, "Reply-To", e->reply_to_len, utf8);
	check_list(h, "Cc", e->cc_len, utf8);
	if (e->to_len + e->cc_len > 0)
		check_list(h, "To", e->to_len, utf8);
	must(header_count_name(h, "Bcc") == 0);
	must(header_count_name(h, "Subject") == 1);
	count = 4 + e->fields_len + (e->reply_to_len > 0) + (e->cc_len > 0) +
	    (e->to_len > 0 || e->cc_len == 0) + (e->message_id.s != NULL) +
	    (e->text.s == NULL || e->html.s == NULL);
	must(header_count(h) == count);
	header_free(h);
}

static void
check_email(const struct email *e, bool utf8)
{
	static const uint8_t seed[MIME_SEED];
	struct seen seen = { 0, 0 };
	struct mime_handler handler = { header_cb, text_cb, eol_cb,
		delimiter_cb, &seen };
	struct text t = { NULL, 0, 0 };
	struct mime_walk *walk;
	size_t leaves;

	must(mime_build(e, utf8, seed, append_cb, &t) == 0);
	check_lines(&t);
	check_header(e, &t, utf8);
	walk = mime_walk_new(&handler);
	must(walk != NULL && mime_walk_feed(walk, t.s, t.len) == 0 &&
	    mime_walk_finish(walk) == 0);
	mime_walk_free(walk);
	leaves = (e->text.s != NULL) + (e->html.s != NULL);
	must(seen.leaves == leaves);
	must(seen.composites == (leaves > 1));
	free(t.s);
}

static void
check_fault(const struct fault *f)
{
	struct json_object *o;
	struct fault again;
	struct jsonout out;

	must(fault_status(f) >= 400 && fault_status(f) < 500);
	jsonout_init(&out);
	answer_fault(&out, f);
	must(json_read(out.s, out.len, &o, &again) == 0);
	must(json_object_object_length(o) == 2);
	json_object_put(o);
	jsonout_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_object *o;
	struct email *e;
	struct fault f;
	bool valid;

	fault_clear(&f);
	valid = json_read((const char *)data, size, &o, &f) == 0;
	/* What the scanner has passed json-c must not refuse. */
	must(valid || f.text[0] != '\0');
	must(strcmp(f.text, "The request could not be parsed.") != 0);
	json_object_put(o);
	e = email_read((const char *)data, size, &f);
	if (e == NULL) {
		check_fault(&f);
		return 0;
	}
	must(valid && email_rcpts(e) > 0);
	check_email(e, false);
	check_email(e, true);
	email_free(e);
	return 0;
}

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
 * SubmitEmailDetails, field by field in the order of the service's papers.
 * Unknown fields are passed over, as such services do. What becomes a header
 * field cannot end one.
 */
#include "email.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fault.h"
#include "percent.h"

/*
 * Names that the message has from elsewhere, or that are only a relay's to
 * write. With "-" at the end all that begin so.
 */
static const char *const reserved[] = { "arc-", "authentication-results", "bcc",
	"cc", "content-", "date", "delivered-to", "dkim-signature",
	"domainkey-signature", "envelope-to", "from", "message-id",
	"mime-version", "received", "received-spf", "reply-to", "resent-",
	"return-path", "sender", "subject", "to", "x-original-to" };

/* atext, RFC 5322 section 3.2.3. */
static const char atext[] = "!#$%&'*+-/=?^_`{|}~0123456789"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz";

/* Whether it is text of one line: no control characters but tab. */
static bool
is_line(const struct json_text *t)
{
	const char *s = t->s, *end = t->s + t->len, *tab;

	do {
		tab = memchr(s, '\t', (size_t)(end - s));
		if (!percent_is_text(s,
			(size_t)((tab == NULL ? end : tab) - s)))
			return false;
		s = tab == NULL ? NULL : tab + 1;
	} while (s != NULL);
	return true;
}

/* Text of a header field: one line, of at most max octets. */
static int
check_line(const struct json_text *t, const struct json_path *path, size_t max,
    struct fault *f)
{
	if (!is_line(t))
		return json_fail(f, path,
		    "must not contain control characters");
	if (t->len > max)
		return json_fail(f, path, "is too long");
	return 0;
}

/* EmailAddress = { "email", "name" } */
static int
read_address(struct json_object *o, const struct json_path *path,
    struct email_address *to, struct fault *f)
{
	struct json_path name = { path, "name", 0 };
	struct json_text email;

	if (o == NULL)
		return fault_set(f, FAULT_ADDRESS_EMPTY, NULL);
	if (json_object_get_type(o) != json_type_object)
		return json_fail(f, path, "must be an object");
	if (json_member_text(o, "email", path, &email, f) == -1 ||
	    json_member_text(o, "name", path, &to->name, f) == -1)
		return -1;
	if (email.len == 0)
		return fault_set(f, FAULT_ADDRESS_EMPTY, NULL);
	if (address_parse_mailbox(email.s, email.len, 0, &to->address) !=
	    ADDRESS_OK)
		return fault_set(f, FAULT_ADDRESS, email.s);
	if (to->name.len == 0) {
		to->name.s = NULL;
		return 0;
	}
	return check_line(&to->name, &name, EMAIL_NAME_MAX, f);
}

static int
read_sender(struct json_object *root, struct email *e, struct fault *f)
{
	struct json_path path = { NULL, "sender", 0 };
	struct json_path at = { &path, "senderAddress", 0 };
	struct json_path compartment = { &path, "compartmentId", 0 };
	struct json_object *sender, *address;
	int rc;

	rc = json_member_object(root, "sender", NULL, &sender, f);
	if (rc == 1)
		rc = json_member_object(sender, "senderAddress", &path,
		    &address, f);
	if (rc == 0)
		return fault_set(f, FAULT_NO_SENDER, NULL);
	if (rc == -1 || read_address(address, &at, &e->sender, f) == -1 ||
	    json_member_text(sender, "compartmentId", &path, &e->compartment,
		f) == -1)
		return -1;
	if (e->compartment.len == 0)
		return fault_set(f, FAULT_NO_COMPARTMENT, NULL);
	return check_line(&e->compartment, &compartment, EMAIL_COMPARTMENT_MAX,
	    f);
}

/* A list of addresses to those before it; it has room for max in all. */
static int
read_list(struct json_object *o, const char *key, const struct json_path *up,
    struct email_address *list, size_t max, size_t *len, struct fault *f)
{
	struct json_path path = { up, key, 0 };
	struct json_path at = { &path, NULL, 0 };
	struct json_object *array;
	size_t count;
	int rc;

	*len = 0;
	rc = json_member_array(o, key, up, &array, f);
	if (rc != 1)
		return rc;
	count = json_object_array_length(array);
	if (count > max)
		return fault_set(f, FAULT_RCPTS, NULL);
	for (; at.index < count; at.index++) {
		if (read_address(json_object_array_get_idx(array, at.index),
			&at, &list[at.index], f) == -1)
			return -1;
	}
	*len = count;
	return 0;
}

static int
read_rcpts(struct json_object *root, struct email *e, struct fault *f)
{
	struct json_path path = { NULL, "recipients", 0 };
	struct {
		const char *key;
		size_t *len;
	} lists[] = { { "to", &e->to_len }, { "cc", &e->cc_len },
		{ "bcc", &e->bcc_len } };
	struct json_object *o;
	size_t i, used = 0;
	int rc;

	rc = json_member_object(root, "recipients", NULL, &o, f);
	if (rc == -1)
		return -1;
	for (i = 0; rc == 1 && i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (read_list(o, lists[i].key, &path, e->rcpts + used,
			EMAIL_RCPTS_MAX - used, lists[i].len, f) == -1)
			return -1;
		used += *lists[i].len;
	}
	if (used == 0)
		return fault_set(f, FAULT_NO_RCPTS, NULL);
	return 0;
}

static int
read_text(struct json_object *root, struct email *e, struct fault *f)
{
	struct json_path path = { NULL, "subject", 0 };

	if (json_member_text(root, "subject", NULL, &e->subject, f) == -1)
		return -1;
	if (e->subject.len == 0)
		return fault_set(f, FAULT_NO_SUBJECT, NULL);
	if (check_line(&e->subject, &path, EMAIL_SUBJECT_MAX, f) == -1 ||
	    json_member_text(root, "bodyHtml", NULL, &e->html, f) == -1 ||
	    json_member_text(root, "bodyText", NULL, &e->text, f) == -1)
		return -1;
	if (e->html.len == 0)
		e->html.s = NULL;
	if (e->text.len == 0)
		e->text.s = NULL;
	if (e->html.s == NULL && e->text.s == NULL)
		return fault_set(f, FAULT_NO_BODY, NULL);
	return 0;
}

static int
read_reply_to(struct json_object *root, struct email *e, struct fault *f)
{
	struct json_path path = { NULL, "replyTo", 0 };
	int rc;

	rc = read_list(root, "replyTo", NULL, e->reply_to, EMAIL_REPLYTO_MAX,
	    &e->reply_to_len, f);
	if (rc == -1 && f->kind == FAULT_RCPTS)
		return json_fail(f, &path, "has too many addresses");
	return rc;
}

static bool
is_reserved(const char *key)
{
	size_t i, len;

	for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		len = strlen(reserved[i]);
		if (reserved[i][len - 1] != '-')
			len++;
		if (strncasecmp(key, reserved[i], len) == 0)
			return true;
	}
	return false;
}

static bool
is_ascii(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((*s & 0x80) != 0)
			return false;
	}
	return true;
}

/* field-name = 1*ftext, %d33-57 / %d59-126 (RFC 5322 section 3.6.8). */
static bool
is_field_name(const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s <= ' ' || *s > '~' || *s == ':')
			return false;
	}
	return true;
}

/* The name of a field: what the service refuses, and what no header has. */
static int
check_key(const struct email *e, const char *key, const struct json_path *path,
    struct fault *f)
{
	size_t i;

	if (*key == '\0')
		return fault_set(f, FAULT_KEY_EMPTY, NULL);
	if (!is_ascii(key))
		return fault_set(f, FAULT_KEY_ASCII, key);
	if (is_reserved(key))
		return fault_set(f, FAULT_KEY_RESERVED, key);
	if (!is_field_name(key) || strlen(key) > EMAIL_FIELD_NAME_MAX)
		return json_fail(f, path,
		    "is no name of a header field, or too long");
	for (i = 0; i < e->fields_len; i++) {
		if (strcasecmp(e->fields[i].name, key) == 0)
			return json_fail(f, path, "occurs twice");
	}
	return 0;
}

/* Whether the value can be folded into lines that mail may have. */
static bool
can_fold(const struct json_text *t)
{
	const char *s = t->s;
	size_t n;

	for (; *s != '\0'; s += n) {
		s += strspn(s, " \t");
		n = strcspn(s, " \t");
		if (n > EMAIL_WORD_MAX)
			return false;
	}
	return true;
}

static int
read_fields(struct json_object *root, struct email *e, struct fault *f)
{
	struct json_path up = { NULL, "headerFields", 0 };
	struct json_path path = { &up, NULL, 0 };
	struct json_object_iterator it, end;
	struct json_object *o;
	struct email_field *field;
	size_t size = 0;
	int rc;

	rc = json_member_object(root, "headerFields", NULL, &o, f);
	if (rc != 1)
		return rc;
	it = json_object_iter_begin(o);
	end = json_object_iter_end(o);
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		if (e->fields_len == EMAIL_FIELDS_MAX)
			return json_fail(f, &up, "has too many fields");
		field = &e->fields[e->fields_len];
		field->name = path.key = json_object_iter_peek_name(&it);
		if (check_key(e, field->name, &path, f) == -1 ||
		    json_value_text(json_object_iter_peek_value(&it), &path,
			&field->value, f) == -1 ||
		    check_line(&field->value, &path, EMAIL_FIELD_VALUE_MAX,
			f) == -1)
			return -1;
		if (!can_fold(&field->value))
			return json_fail(f, &path, "has too long a word");
		size += strlen(field->name) + field->value.len;
		if (size > EMAIL_FIELDS_SIZE)
			return json_fail(f, &up, "is too long");
		e->fields_len++;
	}
	return 0;
}

/* Octets of the dot-atom-text (RFC 5322 section 3.2.3) here, or 0. */
static size_t
dot_atom(const char *s)
{
	size_t len, n;

	for (len = 0;; len++) {
		n = strspn(s + len, atext);
		if (n == 0)
			return 0;
		len += n;
		if (s[len] != '.')
			return len;
	}
}

/*
 * id-left "@" id-right of RFC 5322 section 3.6.4, without its obsolete forms:
 * dot-atom-text "@" (dot-atom-text / "[" *dtext "]").
 */
static bool
is_message_id(const struct json_text *t)
{
	const char *s = t->s;
	size_t n;

	n = dot_atom(s);
	if (n == 0 || s[n] != '@' || t->len > EMAIL_MESSAGE_ID_MAX)
		return false;
	s += n + 1;
	if (*s != '[') {
		n = dot_atom(s);
		return n > 0 && s[n] == '\0';
	}
	for (s++; *s > ' ' && *s <= '~' && strchr("[]\\", *s) == NULL; s++)
		continue;
	return s[0] == ']' && s[1] == '\0';
}

static int
read_message_id(struct json_object *root, struct email *e, struct fault *f)
{
	int rc;

	rc = json_member_text(root, "messageId", NULL, &e->message_id, f);
	if (rc == 1 && !is_message_id(&e->message_id))
		return fault_set(f, FAULT_MESSAGE_ID, NULL);
	return rc;
}

/*
 * Read the body of SubmitEmail. The caller frees it. NULL with the fault set
 * if anything is wrong with it; the first in the order of the papers counts.
 */
struct email *
email_read(const char *s, size_t len, struct fault *f)
{
	struct json_object *root;
	struct email *e;

	if (json_read(s, len, &root, f) == -1)
		return NULL;
	e = calloc(1, sizeof(*e));
	if (e == NULL) {
		json_object_put(root);
		(void)fault_set(f, FAULT_INTERNAL, NULL);
		return NULL;
	}
	e->document = root;
	if (read_sender(root, e, f) == -1 || read_rcpts(root, e, f) == -1 ||
	    read_text(root, e, f) == -1 || read_reply_to(root, e, f) == -1 ||
	    read_fields(root, e, f) == -1 ||
	    read_message_id(root, e, f) == -1) {
		email_free(e);
		return NULL;
	}
	return e;
}

/* Free it with its document; NULL is allowed. */
void
email_free(struct email *e)
{
	if (e == NULL)
		return;
	json_object_put(e->document);
	free(e);
}

/* How many recipients it has, of all kinds. */
size_t
email_rcpts(const struct email *e)
{
	return e->to_len + e->cc_len + e->bcc_len;
}

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
 * SubmitRawEmail's header fields. Addresses are bare, separated by commas; a
 * comma in a quoted local part separates nothing.
 */
#include "raw.h"

#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "percent.h"
#include "request.h"

/* Octets up to a comma that is in no quotes, or the end. */
static size_t
element_length(const char *s)
{
	bool quoted = false;
	size_t i;

	for (i = 0; s[i] != '\0' && (quoted || s[i] != ','); i++) {
		if (s[i] == '"')
			quoted = !quoted;
		else if (quoted && s[i] == '\\' && s[i + 1] != '\0')
			i++;
	}
	return i;
}

/* One address, without the white space around it. */
static int
read_address(const char *s, size_t len, bool global, struct address *to,
    struct fault *f)
{
	unsigned flags = global ? ADDRESS_UTF8 : 0;

	for (; len > 0 && (*s == ' ' || *s == '\t'); s++)
		len--;
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	if (len == 0)
		return fault_set(f, FAULT_ADDRESS_EMPTY, NULL);
	if (address_parse_mailbox(s, len, flags, to) == ADDRESS_OK)
		return 0;
	if (len > FAULT_DETAIL_SIZE)
		len = FAULT_DETAIL_SIZE;
	return fault_setf(f, FAULT_ADDRESS, "%.*s", (int)len, s);
}

static int
read_rcpts(const char *s, struct raw *raw, struct fault *f)
{
	size_t len;

	if (s == NULL || *s == '\0')
		return fault_set(f, FAULT_NO_RCPTS, NULL);
	for (;; s++) {
		len = element_length(s);
		if (raw->rcpts_len == EMAIL_RCPTS_MAX)
			return fault_set(f, FAULT_RCPTS, NULL);
		if (read_address(s, len, raw->global,
			&raw->rcpts[raw->rcpts_len], f) == -1)
			return -1;
		raw->rcpts_len++;
		s += len;
		if (*s == '\0')
			return 0;
	}
}

/*
 * Read the header fields of the request, to which the struct then refers. 0,
 * or -1 with the fault set.
 */
int
raw_read(const struct request *r, struct raw *raw, struct fault *f)
{
	const char *sender;

	memset(raw, 0, sizeof(*raw));
	raw->global = request_type_is(r, "message/global");
	if (!raw->global && !request_type_is(r, "message/rfc822"))
		return fault_set(f, FAULT_PARAMETER,
		    "content-type must be message/rfc822 or message/global");
	sender = request_value(r, "sender");
	if (sender == NULL || *sender == '\0')
		return fault_set(f, FAULT_NO_SENDER, NULL);
	if (read_address(sender, strlen(sender), raw->global, &raw->sender,
		f) == -1)
		return -1;
	raw->compartment = request_value(r, "compartment-id");
	if (raw->compartment == NULL || *raw->compartment == '\0')
		return fault_set(f, FAULT_NO_COMPARTMENT, NULL);
	if (strlen(raw->compartment) > EMAIL_COMPARTMENT_MAX ||
	    !percent_is_text(raw->compartment, strlen(raw->compartment)))
		return fault_set(f, FAULT_PARAMETER,
		    "compartment-id is ill-formed or too long");
	return read_rcpts(request_value(r, "recipients"), raw, f);
}

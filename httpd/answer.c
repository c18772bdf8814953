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
 * Bodies of answers. Their shape is the service's: its SDK reads them.
 */
#include "answer.h"

#include <stdbool.h>
#include <string.h>

#include "email.h"
#include "fault.h"
#include "jsonout.h"

/* Octets of chance in one part of a request id. */
#define PART_OCTETS (ANSWER_SEED / 3)

/* {"code", "message"} */
void
answer_fault(struct jsonout *o, const struct fault *f)
{
	jsonout_open(o, '{');
	jsonout_member(o, "code", fault_code(f));
	jsonout_member(o, "message", f->text);
	jsonout_close(o, '}');
}

/*
 * EmailSubmittedResponse. suppressed are places in the recipients of the
 * email, as many as suppressed_len says.
 */
void
answer_email(struct jsonout *o, const char *message_id, const char *envelope_id,
    const struct email *e, const size_t *suppressed, size_t suppressed_len)
{
	const struct email_address *a;
	size_t i;

	jsonout_open(o, '{');
	jsonout_member(o, "messageId", message_id);
	jsonout_member(o, "envelopeId", envelope_id);
	jsonout_key(o, "suppressedRecipients");
	jsonout_open(o, '[');
	for (i = 0; i < suppressed_len; i++) {
		a = &e->rcpts[suppressed[i]];
		jsonout_open(o, '{');
		jsonout_member(o, "email", a->address.mailbox);
		jsonout_member(o, "name", a->name.s);
		jsonout_close(o, '}');
	}
	jsonout_close(o, ']');
	jsonout_close(o, '}');
}

/* EmailRawSubmittedResponse; message_id may be NULL. */
void
answer_raw(struct jsonout *o, const char *message_id, const char *envelope_id,
    const char *const *suppressed, size_t suppressed_len)
{
	size_t i;

	jsonout_open(o, '{');
	jsonout_member(o, "messageId", message_id);
	jsonout_member(o, "envelopeId", envelope_id);
	jsonout_key(o, "suppressedRecipients");
	jsonout_open(o, '[');
	for (i = 0; i < suppressed_len; i++)
		jsonout_string(o, suppressed[i]);
	jsonout_close(o, ']');
	jsonout_close(o, '}');
}

/* Whether a client's id can stand in a header field and in a log line. */
static bool
is_id(const char *s)
{
	size_t n;

	n = strspn(s,
	    "-_.:/0123456789"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
	return n > 0 && n <= REQUEST_ID_MAX && s[n] == '\0';
}

/* Octets as hexadecimal. */
static char *
put_hex(char *to, const uint8_t *octets)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < PART_OCTETS; i++) {
		*to++ = digits[octets[i] >> 4];
		*to++ = digits[octets[i] & 15];
	}
	return to;
}

/*
 * The opc-request-id of an answer: the client's value, and two parts of
 * chance behind. A value that is NULL, too long or has other characters than
 * ids have is replaced by chance as well.
 */
void
answer_request_id(const char *client, const uint8_t seed[ANSWER_SEED],
    char id[REQUEST_ID_SIZE])
{
	char *to = id;
	size_t i;

	if (client != NULL && is_id(client)) {
		memcpy(to, client, strlen(client));
		to += strlen(client);
	} else
		to = put_hex(to, seed);
	for (i = 1; i < 3; i++) {
		*to++ = '/';
		to = put_hex(to, seed + i * PART_OCTETS);
	}
	*to = '\0';
}

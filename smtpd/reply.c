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
 * The table of replies and how a line is made of it. What a client said and
 * gets back is reduced to printable ASCII here, so that no reply can be split
 * and none is longer than SMTP allows.
 */
#include "reply.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "printable.h"

/*
 * "%1" and "%2" in a text are the arguments. Texts that the service prints
 * with a code of their own have no enhanced code besides.
 */
struct reply_row {
	unsigned code;
	const char *enhanced;
	const char *text;
};

static const struct reply_row rows[] = {
	[REPLY_NONE] = { 0, NULL, "" },
	[REPLY_GREETING] = { 220, NULL, "%1 ESMTP smtp-in" },
	[REPLY_READY_TLS] = { 220, "2.0.0", "Ready to start TLS" },
	[REPLY_BYE] = { 221, "2.0.0", "Bye" },
	[REPLY_AUTH_OK] = { 235, "2.7.0", "Authentication successful." },
	[REPLY_OK] = { 250, "2.0.0", "Ok" },
	[REPLY_SENDER_OK] = { 250, "2.1.0", "Ok" },
	[REPLY_RCPT_OK] = { 250, "2.1.5", "Ok" },
	[REPLY_QUEUED] = { 250, "2.0.0", "Ok: queued as %1" },
	[REPLY_CHUNK] = { 250, "2.0.0", "%1 octets received" },
	[REPLY_VRFY] = { 252, "2.5.0",
	    "Cannot VRFY user, but will accept message and attempt delivery" },
	[REPLY_SUPPRESSED] = { 254, NULL,
	    "4.7.1 Suppression for user %1 to %2" },
	/* RFC 4954 section 4; "Ok" is no Base64, which some clients mind */
	[REPLY_PROMPT_PLAIN] = { 334, NULL, "" },
	[REPLY_PROMPT_LOGIN] = { 334, NULL, "VXNlcm5hbWU6" },
	[REPLY_PROMPT_PASSWORD] = { 334, NULL, "UGFzc3dvcmQ6" },
	[REPLY_CHALLENGE] = { 334, NULL, "%1" },
	[REPLY_DATA] = { 354, NULL, "End data with <CR><LF>.<CR><LF>" },
	[REPLY_TIMEOUT] = { 421, "4.4.2",
	    "Timeout waiting for data from client" },
	[REPLY_PROBLEM] = { 421, NULL,
	    "4.4.0 Problem attempting to execute commands. "
	    "Please try again later" },
	[REPLY_CONNECTIONS] = { 421, "4.7.0",
	    "Too many connections, try again later" },
	[REPLY_AUTH_FAILURES] = { 421, "4.7.0",
	    "Too many auth failures, try again later" },
	[REPLY_ERRORS] = { 421, "4.7.0",
	    "Too many errors, closing transmission channel" },
	[REPLY_SHUTDOWN] = { 421, NULL,
	    "4.3.0 Mail system failure, closing transmission channel" },
	[REPLY_DRAIN] = { 421, "4.3.2",
	    "System not accepting messages, try again later" },
	[REPLY_SERVER_ERROR] = { 451, "4.3.0", "Server error" },
	[REPLY_PROCESSING] = { 451, "4.3.0", "Error in Processing" },
	[REPLY_STORAGE] = { 452, "4.3.1", "System storage error" },
	[REPLY_RCPT_MANY] = { 452, "4.5.3", "Too many recipients" },
	[REPLY_RCPT_LIMIT] = { 452, "4.5.3",
	    "Too many recipients : limit is %1" },
	[REPLY_NO_TLS] = { 454, "4.7.0",
	    "TLS not available due to temporary reason" },
	[REPLY_RATE_MINUTE] = { 455, "4.7.0",
	    "Maximum messages sent per minute reached : limit is %1" },
	[REPLY_RATE_DAY] = { 455, "4.7.0",
	    "Maximum messages sent per day reached : limit is %1" },
	[REPLY_UNKNOWN] = { 500, "5.5.1", "Command unrecognized" },
	[REPLY_LINE_END] = { 500, "5.5.2",
	    "Lines must end with <CR><LF> and have none inside" },
	[REPLY_LINE_LONG] = { 500, "5.5.2", "Line too long" },
	[REPLY_SYNTAX] = { 501, "5.5.4", "Syntax: %1" },
	[REPLY_BASE64] = { 501, "5.5.2",
	    "Invalid command argument, not a valid Base64 string" },
	[REPLY_NO_NUL] = { 501, "5.5.2",
	    "Invalid command argument, does not contain NUL" },
	[REPLY_NO_NUL2] = { 501, "5.5.2",
	    "Invalid command argument, does not contain the second NUL" },
	[REPLY_SCRAM] = { 501, "5.5.2",
	    "Invalid command argument, not a valid SCRAM message" },
	[REPLY_AUTH_CANCELED] = { 501, "5.7.0",
	    "Authentication canceled by client." },
	[REPLY_NEED_EHLO] = { 503, "5.5.1", "Need EHLO command" },
	[REPLY_NEED_MAIL] = { 503, "5.5.1", "Need MAIL command" },
	[REPLY_NEED_RCPT] = { 503, "5.5.1", "Need RCPT command" },
	[REPLY_SENDER_AGAIN] = { 503, "5.5.1", "Sender already specified" },
	[REPLY_BDAT_BEGUN] = { 503, "5.5.1",
	    "BDAT has begun, no other command can complete it" },
	[REPLY_BINARY] = { 503, "5.5.1", "BINARYMIME needs BDAT" },
	[REPLY_AUTH_AGAIN] = { 503, "5.5.1",
	    "Refusing any other AUTH command." },
	[REPLY_TLS_AGAIN] = { 503, "5.5.1", "TLS already started" },
	[REPLY_GROUP] = { 503, "5.5.1",
	    "Command must be the last of a pipelined group" },
	[REPLY_METHOD] = { 504, "5.5.4", "Method not supported" },
	[REPLY_MISMATCH] = { 504, "5.5.4", "AUTH mechanism mismatch" },
	[REPLY_NEED_TLS] = { 530, "5.7.0",
	    "Must issue a STARTTLS command first" },
	[REPLY_CREDENTIALS] = { 535, "5.7.8",
	    "Authentication credentials invalid" },
	[REPLY_NEED_AUTH] = { 535, "5.7.0", "Authentication required" },
	[REPLY_NOT_AUTHORIZED] = { 535, "5.7.1",
	    "Authorization failed: address %1 not authorized" },
	[REPLY_REFUSED_SUPPRESSED] = { 550, "5.7.1",
	    "Suppression for user %1 to %2" },
	[REPLY_SIZE] = { 552, "5.3.4", "Exceeds byte limit" },
	[REPLY_SIZE_LIMIT] = { 552, "5.3.4",
	    "Exceeds byte limit : limit is %1" },
	[REPLY_SENDER_BAD] = { 553, "5.1.7", "<%1> Invalid email address" },
	[REPLY_RCPT_BAD] = { 553, "5.1.3", "<%1> Invalid email address" },
	[REPLY_SENDER_UTF8] = { 553, "5.6.7",
	    "<%1> Invalid email address, SMTPUTF8 was not given" },
	[REPLY_RCPT_UTF8] = { 553, "5.6.7",
	    "<%1> Invalid email address, SMTPUTF8 was not given" },
	[REPLY_FROM_BAD] = { 553, "5.6.0", "<%1> Invalid email address" },
	[REPLY_PARSE] = { 554, "5.6.0", "Message parse error" },
	[REPLY_PARAMETER] = { 555, "5.5.4",
	    "Parameter not recognized or not implemented: %1" },
};

/* The three digits of a reply; 0 for REPLY_NONE. */
unsigned
reply_code(enum reply r)
{
	return rows[r].code;
}

/* Append to a line that ends in NUL and keeps room for CRLF. */
static size_t
line_put(char *line, size_t at, const char *s, size_t len)
{
	printable(s, len, line + at, REPLY_LINE_SIZE - 2 - at);
	return at + strlen(line + at);
}

/*
 * Write the line of a reply without CRLF, NUL-terminated, and return its
 * length, at most REPLY_LINE_SIZE - 3. The arguments go where the text has
 * them and may be NULL where it has none.
 */
size_t
reply_format(enum reply r, bool enhanced, const char *first, const char *second,
    char line[REPLY_LINE_SIZE])
{
	const struct reply_row *row;
	const char *p, *arg;
	size_t n, at;
	int written;

	row = &rows[r];
	written = snprintf(line, REPLY_LINE_SIZE - 2, "%u %s%s", row->code,
	    enhanced && row->enhanced != NULL ? row->enhanced : "",
	    enhanced && row->enhanced != NULL ? " " : "");
	at = (size_t)written;
	for (p = row->text; *p != '\0'; p += n) {
		n = 2;
		if (p[0] == '%') {
			arg = p[1] == '1' ? first : second;
			if (arg != NULL)
				at = line_put(line, at, arg, strlen(arg));
		} else {
			n = strcspn(p, "%");
			at = line_put(line, at, p, n);
		}
	}
	return at;
}

/* Append a line made by reply_format() and its CRLF. */
void
reply_add(struct evbuffer *out, const char *line)
{
	(void)evbuffer_add_printf(out, "%s\r\n", line);
}

/* Append one line of a reply that has several; text is ours, not a client's. */
void
reply_add_line(struct evbuffer *out, unsigned code, bool last, const char *text)
{
	(void)evbuffer_add_printf(out, "%u%c%s\r\n", code, last ? ' ' : '-',
	    text);
}

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
 * The command table and what follows from it: which command a line is, when
 * it is allowed, and what EHLO and HELP print. No state is kept here.
 */
#include "command.h"

#include <event2/buffer.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bounds.h"

static enum reply command_no_argument(const char *, size_t, struct command *);
static enum reply command_any_argument(const char *, size_t, struct command *);

/*
 * The only list of commands. What is needed is checked from the lowest HAVE_
 * bit up, so that the first missing step is the one named.
 */
static const struct command_row rows[] = {
	{ "EHLO", cmd_ehlo_parse, cmd_ehlo_run, 0, 0, SMTPD_COMMAND_MAX, false,
	    false, "EHLO hostname", { NULL } },
	{ "HELO", cmd_ehlo_parse, cmd_helo_run, 0, 0, SMTPD_COMMAND_MAX, false,
	    false, "HELO hostname", { NULL } },
	{ "STARTTLS", command_no_argument, cmd_starttls_run, 0, HAVE_TLS,
	    SMTPD_COMMAND_MAX, true, false, "STARTTLS", { "STARTTLS" } },
	{ "MAIL", cmd_mail_parse, cmd_mail_run,
	    HAVE_TLS | HAVE_AUTH | HAVE_EHLO, HAVE_MAIL, SMTPD_EXTENDED_MAX,
	    false, false, "MAIL FROM:<address>",
	    { "PIPELINING", "8BITMIME", "SIZE" } },
	{ "RCPT", cmd_rcpt_parse, cmd_rcpt_run,
	    HAVE_TLS | HAVE_AUTH | HAVE_EHLO | HAVE_MAIL, 0, SMTPD_EXTENDED_MAX,
	    false, true, "RCPT TO:<address>", { NULL } },
	{ "DATA", command_no_argument, cmd_data_run,
	    HAVE_TLS | HAVE_AUTH | HAVE_EHLO | HAVE_MAIL | HAVE_RCPT, 0,
	    SMTPD_COMMAND_MAX, true, false, "DATA", { NULL } },
	{ "AUTH", cmd_auth_parse, cmd_auth_run, HAVE_TLS | HAVE_EHLO, HAVE_AUTH,
	    SMTPD_AUTH_MAX, true, false, "AUTH mechanism [initial-response]",
	    { "AUTH PLAIN LOGIN" } },
	{ "RSET", command_no_argument, cmd_rset_run, 0, 0, SMTPD_COMMAND_MAX,
	    false, false, "RSET", { NULL } },
	{ "NOOP", command_any_argument, cmd_noop_run, 0, 0, SMTPD_COMMAND_MAX,
	    false, false, "NOOP", { NULL } },
	{ "VRFY", command_any_argument, cmd_vrfy_run,
	    HAVE_TLS | HAVE_AUTH | HAVE_EHLO, 0, SMTPD_COMMAND_MAX, false,
	    false, "VRFY address", { NULL } },
	{ "HELP", command_any_argument, cmd_help_run, 0, 0, SMTPD_COMMAND_MAX,
	    false, false, "HELP", { NULL } },
	{ "QUIT", command_no_argument, cmd_quit_run, 0, 0, SMTPD_COMMAND_MAX,
	    false, false, "QUIT", { NULL } },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* In what order what is needed is asked for, and how. */
static const struct {
	unsigned have;
	enum reply without;
} needs[] = {
	{ HAVE_TLS, REPLY_NEED_TLS },
	{ HAVE_AUTH, REPLY_NEED_AUTH },
	{ HAVE_EHLO, REPLY_NEED_EHLO },
	{ HAVE_MAIL, REPLY_NEED_MAIL },
	{ HAVE_RCPT, REPLY_NEED_RCPT },
};

static const struct {
	unsigned have;
	enum reply with;
} bars[] = {
	{ HAVE_TLS, REPLY_TLS_AGAIN },
	{ HAVE_AUTH, REPLY_AUTH_AGAIN },
	{ HAVE_MAIL, REPLY_SENDER_AGAIN },
};

static enum reply
command_no_argument(const char *s, size_t len, struct command *c)
{
	return len == 0 ? REPLY_NONE : REPLY_SYNTAX;
}

static enum reply
command_any_argument(const char *s, size_t len, struct command *c)
{
	return REPLY_NONE;
}

static const struct command_row *
command_find(const char *verb, size_t len)
{
	size_t i;

	for (i = 0; i < ROWS; i++) {
		if (strlen(rows[i].verb) == len &&
		    strncasecmp(rows[i].verb, verb, len) == 0)
			return &rows[i];
	}
	return NULL;
}

/*
 * A line without CRLF to a command (RFC 5321 section 4.1.1: verb, then SP and
 * arguments; the case of a verb does not matter; trailing white space is
 * tolerated). REPLY_NONE, or the reply that refuses the line; c->row is set
 * when the verb is known, and c->bad is what the reply quotes.
 */
enum reply
command_parse(const char *line, size_t len, struct command *c)
{
	size_t verb;

	memset(c, 0, sizeof(*c));
	for (verb = 0; verb < len && line[verb] != ' '; verb++)
		continue;
	c->row = command_find(line, verb);
	if (c->row == NULL)
		return REPLY_UNKNOWN;
	if (len + 2 > c->row->line_max)
		return REPLY_LINE_LONG;
	while (len > verb && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	line += verb;
	len -= verb;
	if (len > 0) {
		line++;
		len--;
	}
	return c->row->parse(line, len, c);
}

/*
 * Whether a command may run in a session that has all that: REPLY_NONE, or
 * the reply for the wrong order.
 */
enum reply
command_allowed(const struct command_row *row, unsigned have)
{
	size_t i;

	for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		if ((row->need & needs[i].have) != 0 &&
		    (have & needs[i].have) == 0)
			return needs[i].without;
	}
	for (i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
		if ((row->bar & bars[i].have & have) != 0)
			return bars[i].with;
	}
	return REPLY_NONE;
}

/* Whether an extension is offered now: its command would not fail for TLS. */
static bool
command_offered(const struct command_row *row, unsigned have)
{
	if ((row->need & HAVE_TLS) != 0)
		return (have & HAVE_TLS) != 0;
	return (row->bar & have & HAVE_TLS) == 0;
}

/*
 * The answer to EHLO (RFC 5321 section 4.1.1.1): host name, one line for each
 * extension that is offered now, and "Ok" as the service has it.
 */
void
command_print_ehlo(struct evbuffer *out, const char *hostname,
    uint64_t message_size, unsigned have)
{
	const char *const *keyword;
	char size[32];
	size_t i;

	reply_add_line(out, 250, false, hostname);
	for (i = 0; i < ROWS; i++) {
		if (!command_offered(&rows[i], have))
			continue;
		for (keyword = rows[i].keywords; *keyword != NULL; keyword++) {
			if (strcmp(*keyword, "SIZE") != 0) {
				reply_add_line(out, 250, false, *keyword);
				continue;
			}
			(void)snprintf(size, sizeof(size), "SIZE %" PRIu64,
			    message_size);
			reply_add_line(out, 250, false, size);
		}
	}
	reply_add_line(out, 250, true, "Ok");
}

/* The answer to HELP: each command with its arguments. */
void
command_print_help(struct evbuffer *out)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		reply_add_line(out, 214, i + 1 == ROWS, rows[i].syntax);
}

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
#include "proto_conf.h"

static enum reply command_no_argument(const char *, size_t, struct command *);
static enum reply command_any_argument(const char *, size_t, struct command *);

/*
 * The only list of commands. What is needed is checked from the lowest HAVE_
 * bit up, so that the first missing step is the one named.
 */
static const struct command_row rows[] = {
	{ .verb = "EHLO",
	    .parse = cmd_ehlo_parse,
	    .run = cmd_ehlo_run,
	    .line_max = SMTPD_COMMAND_MAX,
	    .junk = true,
	    .syntax = "EHLO hostname" },
	{ .verb = "HELO",
	    .parse = cmd_ehlo_parse,
	    .run = cmd_helo_run,
	    .line_max = SMTPD_COMMAND_MAX,
	    .junk = true,
	    .syntax = "HELO hostname" },
	{ .verb = "STARTTLS",
	    .parse = command_no_argument,
	    .run = cmd_starttls_run,
	    .bar = HAVE_TLS,
	    .line_max = SMTPD_COMMAND_MAX,
	    .last = true,
	    .syntax = "STARTTLS",
	    .keywords = { "STARTTLS" } },
	{ .verb = "MAIL",
	    .parse = cmd_mail_parse,
	    .run = cmd_mail_run,
	    .need = HAVE_TLS | HAVE_AUTH | HAVE_EHLO,
	    .bar = HAVE_MAIL,
	    .line_max = SMTPD_EXTENDED_MAX,
	    .syntax = "MAIL FROM:<address>",
	    .keywords = { "PIPELINING", "8BITMIME", "SIZE",
		"ENHANCEDSTATUSCODES", "SMTPUTF8", "DSN", "LIMITS" } },
	{ .verb = "RCPT",
	    .parse = cmd_rcpt_parse,
	    .run = cmd_rcpt_run,
	    .need = HAVE_TLS | HAVE_AUTH | HAVE_EHLO | HAVE_MAIL,
	    .bar = HAVE_BDAT,
	    .line_max = SMTPD_EXTENDED_MAX,
	    .ahead = true,
	    .syntax = "RCPT TO:<address>" },
	{ .verb = "DATA",
	    .parse = command_no_argument,
	    .run = cmd_data_run,
	    .need = HAVE_TLS | HAVE_AUTH | HAVE_EHLO | HAVE_MAIL | HAVE_RCPT,
	    .bar = HAVE_BDAT,
	    .line_max = SMTPD_COMMAND_MAX,
	    .last = true,
	    .syntax = "DATA" },
	{ .verb = "BDAT",
	    .parse = cmd_bdat_parse,
	    .run = cmd_bdat_run,
	    .need = HAVE_TLS | HAVE_AUTH | HAVE_EHLO,
	    .line_max = SMTPD_COMMAND_MAX,
	    .octets = true,
	    .syntax = "BDAT size [LAST]",
	    .keywords = { "CHUNKING", "BINARYMIME" } },
	{ .verb = "AUTH",
	    .parse = cmd_auth_parse,
	    .run = cmd_auth_run,
	    .need = HAVE_TLS | HAVE_EHLO,
	    .bar = HAVE_AUTH,
	    .line_max = SMTPD_AUTH_MAX,
	    .last = true,
	    .syntax = "AUTH mechanism [initial-response]",
	    .keywords = { "AUTH" } },
	{ .verb = "RSET",
	    .parse = command_no_argument,
	    .run = cmd_rset_run,
	    .line_max = SMTPD_COMMAND_MAX,
	    .junk = true,
	    .syntax = "RSET" },
	{ .verb = "NOOP",
	    .parse = command_any_argument,
	    .run = cmd_noop_run,
	    .line_max = SMTPD_COMMAND_MAX,
	    .junk = true,
	    .syntax = "NOOP" },
	{ .verb = "VRFY",
	    .parse = command_any_argument,
	    .run = cmd_vrfy_run,
	    .need = HAVE_TLS | HAVE_AUTH | HAVE_EHLO,
	    .line_max = SMTPD_COMMAND_MAX,
	    .junk = true,
	    .syntax = "VRFY address" },
	{ .verb = "HELP",
	    .parse = command_any_argument,
	    .run = cmd_help_run,
	    .line_max = SMTPD_COMMAND_MAX,
	    .junk = true,
	    .syntax = "HELP" },
	{ .verb = "QUIT",
	    .parse = command_no_argument,
	    .run = cmd_quit_run,
	    .line_max = SMTPD_COMMAND_MAX,
	    .syntax = "QUIT" },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* In what order what is needed is asked for, and how. */
static const struct {
	unsigned have;
	unsigned instead; /* it, or what will do */
	enum reply without;
} needs[] = {
	{ HAVE_TLS, HAVE_TLS | HAVE_LOCAL, REPLY_NEED_TLS },
	{ HAVE_AUTH, HAVE_AUTH, REPLY_NEED_AUTH },
	{ HAVE_EHLO, HAVE_EHLO, REPLY_NEED_EHLO },
	{ HAVE_MAIL, HAVE_MAIL, REPLY_NEED_MAIL },
	{ HAVE_RCPT, HAVE_RCPT, REPLY_NEED_RCPT },
};

static const struct {
	unsigned have;
	enum reply with;
} bars[] = {
	{ HAVE_TLS, REPLY_TLS_AGAIN },
	{ HAVE_AUTH, REPLY_AUTH_AGAIN },
	{ HAVE_MAIL, REPLY_SENDER_AGAIN },
	{ HAVE_BDAT, REPLY_BDAT_BEGUN },
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
		    (have & needs[i].instead) == 0)
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
		return (have & (HAVE_TLS | HAVE_LOCAL)) != 0;
	return (row->bar & have & HAVE_TLS) == 0;
}

/* What stands in the answer to EHLO for a keyword of the table. */
static bool
command_keyword(const struct conf_smtp *smtp, unsigned mechs,
    const char *keyword, char *line, size_t size)
{
	if (strcmp(keyword, "SIZE") == 0)
		(void)snprintf(line, size, "SIZE %" PRIu64, smtp->message_size);
	else if (strcmp(keyword, "LIMITS") == 0)
		(void)snprintf(line, size, "LIMITS RCPTMAX=%" PRIu32,
		    smtp->rcpt_max);
	else if (strcmp(keyword, "AUTH") == 0)
		sasl_print(mechs, line, size);
	else if (strcmp(keyword, "ENHANCEDSTATUSCODES") == 0 &&
	    !smtp->enhanced_codes)
		return false;
	else
		(void)snprintf(line, size, "%s", keyword);
	return true;
}

/*
 * The answer to EHLO (RFC 5321 section 4.1.1.1): host name, one line for each
 * extension that is offered now, and "Ok" as the service has it.
 */
void
command_print_ehlo(struct evbuffer *out, const char *hostname,
    const struct conf_smtp *smtp, unsigned mechs, unsigned have)
{
	const char *const *keyword;
	char line[64];
	size_t i;

	reply_add_line(out, 250, false, hostname);
	for (i = 0; i < ROWS; i++) {
		if (!command_offered(&rows[i], have))
			continue;
		for (keyword = rows[i].keywords; *keyword != NULL; keyword++) {
			if (command_keyword(smtp, mechs, *keyword, line,
				sizeof(line)))
				reply_add_line(out, 250, false, line);
		}
	}
	reply_add_line(out, 250, true, "Ok");
}

/* The answer to HELP: each command with its arguments. */
void
command_print_help(struct evbuffer *out, bool enhanced)
{
	char line[64];
	size_t i;

	for (i = 0; i < ROWS; i++) {
		(void)snprintf(line, sizeof(line), "%s%s",
		    enhanced ? "2.0.0 " : "", rows[i].syntax);
		reply_add_line(out, 214, i + 1 == ROWS, line);
	}
}

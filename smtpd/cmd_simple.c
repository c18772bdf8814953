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
 * The commands that have no arguments, or ignore them.
 */
#include "command.h"
#include "frontconf.h"
#include "session.h"

/* RSET: forget the transaction. */
void
cmd_rset_run(struct session *s, const struct command *c)
{
	session_reset(s);
	session_reply(s, REPLY_OK, NULL, NULL);
}

/* NOOP. */
void
cmd_noop_run(struct session *s, const struct command *c)
{
	session_reply(s, REPLY_OK, NULL, NULL);
}

/* VRFY: says nothing of any address (RFC 5321 section 7.3). */
void
cmd_vrfy_run(struct session *s, const struct command *c)
{
	session_reply(s, REPLY_VRFY, NULL, NULL);
}

/* HELP: the commands there are. */
void
cmd_help_run(struct session *s, const struct command *c)
{
	command_print_help(s->out, s->conf->smtp.enhanced_codes);
}

/* QUIT. */
void
cmd_quit_run(struct session *s, const struct command *c)
{
	session_reply(s, REPLY_BYE, NULL, NULL);
	session_enter(s, SESSION_CLOSING);
}

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
 * STARTTLS (RFC 3207). That nothing follows it in the input was checked
 * before: a command injected in plain text must not survive the handshake.
 */
#include "command.h"
#include "commands.h"
#include "session.h"

/* Answer, and hand the connection to TLS; the session begins anew. */
void
cmd_starttls_run(struct session *s, const struct command *c)
{
	session_reset(s);
	s->have = 0;
	s->helo[0] = '\0';
	session_reply(s, REPLY_READY_TLS, NULL, NULL);
	session_enter(s, SESSION_TLS);
}

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
 * EHLO and HELO. A session begins anew with each; what it had of a
 * transaction is dropped.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "frontconf.h"
#include "session.h"

/* What may stand in the name: it goes into Received as a word. */
static bool
ehlo_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || strchr(".-_:[]", c) != NULL;
}

/*
 * ehlo = "EHLO" SP ( Domain / address-literal ) CRLF (RFC 5321 section
 * 4.1.1.1). Names that clients give themselves are often no domains; letters,
 * digits and ".-_:[]" are taken, the rest is refused.
 */
enum reply
cmd_ehlo_parse(const char *s, size_t len, struct command *c)
{
	size_t i;

	if (len == 0 || len >= DOMAIN_SIZE)
		return REPLY_SYNTAX;
	for (i = 0; i < len; i++) {
		if (s[i] == '\0' || !ehlo_char(s[i]))
			return REPLY_SYNTAX;
	}
	c->u.ehlo.name = s;
	c->u.ehlo.len = len;
	return REPLY_NONE;
}

static void
ehlo_take(struct session *s, const struct command *c, bool esmtp)
{
	session_reset(s);
	(void)snprintf(s->helo, sizeof(s->helo), "%.*s", (int)c->u.ehlo.len,
	    c->u.ehlo.name);
	s->have |= HAVE_EHLO;
	s->esmtp = esmtp;
}

/* EHLO: the extensions that are offered in this state. */
void
cmd_ehlo_run(struct session *s, const struct command *c)
{
	ehlo_take(s, c, true);
	command_print_ehlo(s->out, s->conf->hostname, &s->conf->smtp,
	    s->sasl.offered, s->have);
}

/* HELO: the host name only. */
void
cmd_helo_run(struct session *s, const struct command *c)
{
	ehlo_take(s, c, false);
	reply_add_line(s->out, 250, true, s->conf->hostname);
}

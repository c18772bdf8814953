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
 * MAIL and RCPT with the parameters that a server offers (RFC 1870, 6152,
 * 6531, 3030, 3461), and none that it does not.  Pure.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "command.h"
#include "compat.h"
#include "ehlo.h"
#include "idn.h"
#include "proto_submit.h"

/* Append to a command; it cannot be too long, COMMAND_SIZE sees to it. */
__attribute__((format(printf, 2, 3))) static void
append(char *cmd, const char *fmt, ...)
{
	size_t len = strlen(cmd);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(cmd + len, COMMAND_SIZE - len, fmt, ap);
	va_end(ap);
}

static bool
is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((*s & 0x80) != 0)
			return false;
	return true;
}

/*
 * An address as that server takes it: one in ASCII, or for a server without
 * SMTPUTF8 one with its domain in ASCII (RFC 6531 section 3.2).  -1 if there
 * is no such form, because of the local part.
 */
int
command_address(const char *address, const struct ehlo *ehlo,
    char out[ADDRESS_SIZE])
{
	struct address a, ascii;
	enum address_result r;

	(void)strlcpy(out, address, ADDRESS_SIZE);
	if (ehlo->smtputf8 || is_ascii(address))
		return 0;
	r = address_parse_mailbox(address, strlen(address), ADDRESS_UTF8, &a);
	if (r != ADDRESS_OK || idn_address_ascii(&a, &ascii) == -1 ||
	    !is_ascii(ascii.mailbox))
		return -1;
	(void)strlcpy(out, ascii.mailbox, ADDRESS_SIZE);
	return 0;
}

/*
 * MAIL.  The size is left out where it is not known yet.  The address must
 * have a form that the server takes.
 */
void
command_mail(const struct work_batch *b, const struct ehlo *ehlo,
    const struct body_plan *plan, char cmd[COMMAND_SIZE])
{
	char address[ADDRESS_SIZE];

	cmd[0] = '\0';
	(void)command_address(b->return_path, ehlo, address);
	append(cmd, "MAIL FROM:<%s>", address);
	if (ehlo->size && plan->recode == 0)
		append(cmd, " SIZE=%llu",
		    (unsigned long long)(b->prefix_len + b->body_len));
	if (plan->chunk)
		append(cmd, " BODY=BINARYMIME");
	else if (ehlo->eightbit && (b->flags & ENVELOPE_8BIT) != 0)
		append(cmd, " BODY=8BITMIME");
	if (ehlo->smtputf8 && (b->flags & ENVELOPE_UTF8) != 0)
		append(cmd, " SMTPUTF8");
	if (ehlo->dsn && (b->flags & ENVELOPE_RET_HDRS) != 0)
		append(cmd, " RET=HDRS");
	else if (ehlo->dsn && (b->flags & ENVELOPE_RET_FULL) != 0)
		append(cmd, " RET=FULL");
	if (ehlo->dsn && b->envid[0] != '\0')
		append(cmd, " ENVID=%s", b->envid);
	append(cmd, "\r\n");
}

/* NOTIFY, RFC 3461 section 4.1. */
static void
append_notify(char *cmd, uint8_t notify)
{
	static const struct {
		uint8_t bit;
		const char *name;
	} words[] = { { NOTIFY_SUCCESS, "SUCCESS" },
		{ NOTIFY_FAILURE, "FAILURE" }, { NOTIFY_DELAY, "DELAY" } };
	const char *before = " NOTIFY=";
	size_t i;

	if ((notify & NOTIFY_NEVER) != 0) {
		append(cmd, " NOTIFY=NEVER");
		return;
	}
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if ((notify & words[i].bit) == 0)
			continue;
		append(cmd, "%s%s", before, words[i].name);
		before = ",";
	}
}

/* RCPT; the same is true of the address. */
void
command_rcpt(const struct work_rcpt *r, const struct ehlo *ehlo,
    char cmd[COMMAND_SIZE])
{
	char address[ADDRESS_SIZE];

	cmd[0] = '\0';
	(void)command_address(r->address, ehlo, address);
	append(cmd, "RCPT TO:<%s>", address);
	if (ehlo->dsn)
		append_notify(cmd, r->notify);
	if (ehlo->dsn && r->orcpt[0] != '\0')
		append(cmd, " ORCPT=%s", r->orcpt);
	append(cmd, "\r\n");
}

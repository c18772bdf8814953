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
 * Command lines: any text is a command or a reply that fits in a line and
 * cannot be split.
 *
 * sources: lib/mime_code.c lib/mime_field.c
 * sources: lib/collect.c lib/ahead.c lib/recode.c lib/mime_walk.c
 * sources: smtpd/command.c smtpd/path.c smtpd/cmd_ehlo.c smtpd/cmd_simple.c
 * sources: smtpd/cmd_starttls.c smtpd/cmd_mail.c smtpd/cmd_rcpt.c
 * sources: smtpd/cmd_data.c smtpd/cmd_auth.c smtpd/cmd_auth_scram.c smtpd/scram.c smtpd/sasl.c smtpd/reply.c
 * sources: smtpd/session.c smtpd/tx.c lib/submission.c lib/recipient.c lib/content.c lib/commit.c
 * sources: lib/fields.c lib/printable.c lib/dkimsign.c lib/senders.c smtpd/line.c
 * sources: lib/histogram.c lib/data.c lib/monotime.c lib/address.c lib/base64.c
 * sources: lib/compat.c lib/date.c lib/dkim.c lib/header.c lib/id.c
 * sources: smtpd/cmd_bdat.c lib/pace.c lib/idn.c lib/throttled.c lib/units.c lib/netkey.c
 * sources: regress/smtpd/fake_log.c lib/mailbox.c regress/smtpd/fake_peers.c
 * libs: -levent -lcrypto -lidn2
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "path.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
check_reply(enum reply r, const char *quoted)
{
	char line[REPLY_LINE_SIZE];
	size_t i, len;
	int enhanced;

	for (enhanced = 0; enhanced < 2; enhanced++) {
		len = reply_format(r, enhanced, quoted, quoted, line);
		must(len + 2 < REPLY_LINE_SIZE && strlen(line) == len);
		for (i = 0; i < len; i++)
			must(line[i] >= ' ' && line[i] <= '~');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *copy, *raw;
	struct command c;
	enum reply r;

	copy = malloc(len + 1); /* exact, so that reads beyond it are seen */
	raw = malloc(len + 1);
	must(copy != NULL && raw != NULL);
	if (len > 0)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	memcpy(raw, copy, len + 1);
	r = command_parse(copy, len, &c);
	must(r <= REPLY_LAST);
	must(r != REPLY_NONE || c.row != NULL);
	must(c.row != NULL || r == REPLY_UNKNOWN);
	check_reply(r,
	    c.row != NULL && r == REPLY_SYNTAX ? c.row->syntax : c.bad);
	check_reply(REPLY_NOT_AUTHORIZED, raw);
	if (c.row != NULL)
		(void)command_allowed(c.row, len > 0 ? bytes[len - 1] : 0);
	free(copy);
	free(raw);
	return 0;
}

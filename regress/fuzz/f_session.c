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
 * Whole sessions with fake peers. The first octets choose how far the session
 * is, how the input is cut, and what the peers do.
 *
 * sources: lib/mime_code.c lib/mime_field.c
 * sources: lib/collect.c lib/ahead.c lib/recode.c lib/mime_walk.c
 * sources: smtpd/command.c smtpd/path.c smtpd/cmd_ehlo.c smtpd/cmd_simple.c
 * sources: smtpd/cmd_starttls.c smtpd/cmd_mail.c smtpd/cmd_rcpt.c
 * sources: smtpd/cmd_data.c smtpd/cmd_auth.c smtpd/cmd_auth_scram.c smtpd/scram.c smtpd/sasl.c smtpd/reply.c
 * sources: smtpd/session.c smtpd/tx.c lib/submission.c lib/recipient.c lib/content.c lib/commit.c
 * sources: lib/fields.c lib/printable.c lib/dkimsign.c lib/senders.c smtpd/line.c
 * sources: lib/histogram.c lib/data.c lib/monotime.c lib/address.c lib/base64.c
 * sources: lib/throttled.c lib/netkey.c lib/units.c
 * sources: lib/compat.c lib/date.c lib/dkim.c lib/header.c lib/id.c
 * sources: smtpd/cmd_bdat.c lib/pace.c lib/idn.c
 * sources: regress/smtpd/fake_log.c lib/mailbox.c
 * sources: regress/smtpd/fake_peers.c regress/smtpd/talk.c
 * libs: -levent -lcrypto -lidn2
 */

#include <event2/buffer.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fake_peers.h"
#include "talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char *const starts[] = {
	"STARTTLS\r\n",
	"EHLO x\r\n",
	"AUTH PLAIN AHVzZXIAc2VjcmV0\r\n",
	"MAIL FROM:<news@example.org>\r\n",
	"RCPT TO:<bob@example.net>\r\n",
	"DATA\r\n",
	"From: news@example.org\r\n\r\n",
};

static void
must(bool truth)
{
	if (!truth)
		abort();
}

/* Every reply line begins with a code, and has no stray CR or LF. */
static void
check_replies(const char *p)
{
	const char *end;
	size_t i;

	for (; *p != '\0'; p = end + 2) {
		end = strstr(p, "\r\n");
		if (end == NULL)
			return; /* the buffer of the test is full */
		must(end - p >= 4 && end - p <= 510);
		for (i = 0; i < 3; i++)
			must(p[i] >= '0' && p[i] <= '9');
		must(p[3] == ' ' || p[3] == '-');
		for (; p < end; p++)
			must(*p >= ' ' && *p <= '~');
	}
}

static void
check_message(struct talk *t)
{
	struct evbuffer *data;
	const char *p;
	size_t len, i;

	if (t->fake->commits == 0)
		return;
	data = t->fake->data;
	len = evbuffer_get_length(data);
	p = (const char *)evbuffer_pullup(data, -1);
	for (i = 0; i < len; i++) {
		must(p[i] != '\0');
		must((p[i] == '\r') == (i + 1 < len && p[i + 1] == '\n'));
	}
}

static void
settings(struct talk *t, uint8_t how)
{
	t->fake->keys = how & 1;
	t->fake->backwards = (how & 2) != 0;
	t->conf.smtp.enhanced_codes = (how & 4) != 0;
	t->conf.smtp.suppressed_reply = (how & 8) != 0 ? 550 : 254;
	t->hold = (how & 16) != 0;
	t->fake->no_signer = (how & 32) != 0;
}

static void
finish(struct talk *t, uint8_t how)
{
	if ((how & 64) != 0)
		fake_die();
	t->hold = false;
	talk_settle(t);
	if (t->session != NULL && t->want == WANT_READ)
		talk_event(t, SESSION_EV_INPUT);
	check_replies(t->said);
	check_message(t);
	if ((how & 128) != 0)
		talk_event(t, SESSION_EV_STOP);
	talk_event(t, SESSION_EV_TIMEOUT);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct talk t;
	size_t i, n, piece;

	if (len < 3 || len > 65536)
		return 0;
	talk_init(&t);
	for (i = 0; i < bytes[0] % 8u; i++)
		talk_say(&t, starts[i]);
	settings(&t, bytes[2]);
	piece = bytes[1] == 0 ? len : bytes[1];
	for (i = 3; i < len && t.session != NULL; i += n) {
		n = piece < len - i ? piece : len - i;
		talk_bytes(&t, (const char *)bytes + i, n);
	}
	finish(&t, bytes[2]);
	talk_end(&t);
	return 0;
}

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
 * "edctl smtp-test": what one does with telnet and openssl, each step
 * explained.
 */
#ifndef SMTPTEST_H
#define SMTPTEST_H

#include <stdbool.h>

struct smtptest;

/* More steps after EHLO, and TLS if there is any.  0, or -1: hang up. */
typedef int (*smtptest_more)(struct smtptest *, void *);

struct smtptest_order {
	const char *host; /* or a recipient's domain, if port is 0 */
	unsigned port;
	const char *tls;  /* "starttls", "tls", "none"; NULL: by the port */
	const char *name; /* that the certificate is for; NULL: the host */
	smtptest_more more;
	void *arg;
};

struct row;

/* One step.  0 or -1. */
typedef int (*smtptest_cb)(const struct row *, void *);

int smtptest_run(const struct smtptest_order *, smtptest_cb, void *);

/* For more steps. */
void smtptest_say(struct smtptest *, const char *step, const char *state,
    const char *mend, const char *, ...) __attribute__((format(printf, 5, 6)));
int smtptest_command(struct smtptest *, const char *step, const char *text);
const char *smtptest_reply(const struct smtptest *);
bool smtptest_offers(const struct smtptest *, const char *keyword);

#endif

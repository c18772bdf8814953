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
 * The table of keywords, with the numbers that byacc gives them.
 */
#include "words.h"

#include <stddef.h>

#include "keyword.h"
#include "parse.h"

static const struct keyword keywords[] = {
	{ "address", ADDRESS },
	{ "allow", ALLOW },
	{ "api-keys", APIKEYS },
	{ "audit", AUDIT },
	{ "auth", AUTH },
	{ "block", BLOCK },
	{ "base", BASE },
	{ "brief", BRIEF },
	{ "certificate", CERTIFICATE },
	{ "check-interval", CHECKINTERVAL },
	{ "client", CLIENT },
	{ "connect", CONNECT },
	{ "control", CONTROL },
	{ "credentials", CREDENTIALS },
	{ "data", DATA },
	{ "delay-notice", DELAYNOTICE },
	{ "deliver", DELIVER },
	{ "destination", DESTINATION },
	{ "dkim", DKIM },
	{ "domain", DOMAIN },
	{ "enhanced-status-codes", ENHANCED },
	{ "expire", EXPIRE },
	{ "export", EXPORT },
	{ "failures", FAILURES },
	{ "from", FROM },
	{ "group", GROUP },
	{ "hash", HASH },
	{ "hostname", HOSTNAME },
	{ "httpd", HTTPD },
	{ "https", HTTPS },
	{ "idle", IDLE },
	{ "include", INCLUDE },
	{ "insecure", INSECURE },
	{ "journal", JOURNAL },
	{ "keep", KEEP },
	{ "key", KEY },
	{ "keys", KEYS },
	{ "lifetime", LIFETIME },
	{ "listen", LISTEN },
	{ "log", LOG },
	{ "message-size", MESSAGESIZE },
	{ "metrics", METRICS },
	{ "network", NETWORK },
	{ "none", NONE },
	{ "off", OFF },
	{ "on", ON },
	{ "opportunistic", OPPORTUNISTIC },
	{ "or", OR },
	{ "per", PER },
	{ "pki", PKI },
	{ "port", PORT },
	{ "proxy", PROXY },
	{ "public-address", PUBLICADDRESS },
	{ "queue", QUEUE },
	{ "rate", RATE },
	{ "received", RECEIVED },
	{ "recipients", RECIPIENTS },
	{ "records", RECORDS },
	{ "reserve", RESERVE },
	{ "resolver", RESOLVER },
	{ "retry", RETRY },
	{ "route", ROUTE },
	{ "sessions", SESSIONS },
	{ "signer", SIGNER },
	{ "smtp", SMTP },
	{ "smtpd", SMTPD },
	{ "socket", SOCKET },
	{ "soft-bounces", SOFTBOUNCES },
	{ "source", SOURCE },
	{ "spool", SPOOL },
	{ "starttls", STARTTLS },
	{ "store", STORE },
	{ "strict", STRICT },
	{ "sub-addressing", SUBADDRESSING },
	{ "suppressed-reply", SUPPRESSED },
	{ "suppression", SUPPRESSION },
	{ "throttle", THROTTLE },
	{ "timeout", TIMEOUT },
	{ "tls", TLS },
	{ "user", USER },
	{ "verbose", VERBOSE },
	{ "verification", VERIFICATION },
	{ "via", VIA },
	{ "window", WINDOW },
	{ "workers", WORKERS },
	{ NULL, 0 },
};

/* The token of a keyword, or 0. */
int
words_find(const char *word)
{
	return keyword_find(keywords, word);
}

/* The keyword that was meant by a word that is none, or NULL. */
const char *
words_nearest(const char *word)
{
	return keyword_nearest(keywords, word);
}

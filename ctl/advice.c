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
 * From what the journal has of a failure to the next thing to do.
 */
#include "advice.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shellword.h"

enum about {
	ABOUT_ROUTE,	 /* the other server was not reached */
	ABOUT_SENDER,	 /* it does not trust the sender's domain */
	ABOUT_ADDRESS,	 /* it does not trust where this comes from */
	ABOUT_RECIPIENT, /* it does not know the recipient */
	ABOUT_WAIT,	 /* it wants to be asked again */
	ABOUT_DNS	 /* the recipient's domain was not found */
};

/* The first that is found decides. */
static const struct {
	const char *word;
	enum about about;
} words[] = {
	{ "dmarc", ABOUT_SENDER },
	{ "dkim", ABOUT_SENDER },
	{ "spf", ABOUT_SENDER },
	{ "5.7.2", ABOUT_SENDER },
	{ "5.7.26", ABOUT_SENDER },
	{ "blocklist", ABOUT_ADDRESS },
	{ "block list", ABOUT_ADDRESS },
	{ "blacklist", ABOUT_ADDRESS },
	{ "spamhaus", ABOUT_ADDRESS },
	{ "reputation", ABOUT_ADDRESS },
	{ "reverse", ABOUT_ADDRESS },
	{ "ptr", ABOUT_ADDRESS },
	{ "greylist", ABOUT_WAIT },
	{ "try again", ABOUT_WAIT },
	{ "4.7.1", ABOUT_WAIT },
	{ "5.1.1", ABOUT_RECIPIENT },
	{ "5.1.10", ABOUT_RECIPIENT },
	{ "unknown user", ABOUT_RECIPIENT },
	{ "no such user", ABOUT_RECIPIENT },
	{ "does not exist", ABOUT_RECIPIENT },
	{ "resolver", ABOUT_DNS },
	{ "dns", ABOUT_DNS },
	{ "no such domain", ABOUT_DNS },
	{ "no address", ABOUT_DNS },
	{ "null mx", ABOUT_RECIPIENT },
	{ "connect", ABOUT_ROUTE },
	{ "timed out", ABOUT_ROUTE },
	{ "timeout", ABOUT_ROUTE },
	{ "refused", ABOUT_ROUTE },
	{ "unreachable", ABOUT_ROUTE },
	{ "tls", ABOUT_ROUTE },
};

static const char *
domain_of(const char *address)
{
	const char *at;

	at = strrchr(address, '@');
	return at == NULL ? address : at + 1;
}

/*
 * Write what to do when this was the reason; a command in it is one for sh(1),
 * whatever the addresses are.
 */
void
advice(const char *from, const char *to, const char *reply, char *text,
    size_t size)
{
	char word[SHELL_WORD_SIZE];
	size_t i, n;

	n = sizeof(words) / sizeof(words[0]);
	for (i = 0; i < n; i++) {
		if (strcasestr(reply, words[i].word) != NULL)
			break;
	}
	switch (i == n ? ABOUT_WAIT : words[i].about) {
	case ABOUT_ROUTE:
		(void)snprintf(text, size,
		    "edctl smtp-test %s; many providers block port 25 outwards "
		    "until asked to open it",
		    shell_word(domain_of(to), word));
		return;
	case ABOUT_SENDER:
		(void)snprintf(text, size, "edctl domain check %s",
		    shell_word(domain_of(from), word));
		return;
	case ABOUT_ADDRESS:
		(void)snprintf(text, size,
		    "the receiver does not trust this host's address: see "
		    "its name in the DNS with \"edctl domain check %s\", and "
		    "the list that the reply names",
		    shell_word(domain_of(from), word));
		return;
	case ABOUT_RECIPIENT:
		(void)snprintf(text, size,
		    "see that the address is right; it may be suppressed now: "
		    "edctl suppression check %s",
		    shell_word(to, word));
		return;
	case ABOUT_DNS:
		(void)snprintf(text, size,
		    "see that the domain %s exists, and the resolvers of this "
		    "host: \"resolver\" in edd.conf, /etc/resolv.conf",
		    domain_of(to));
		return;
	case ABOUT_WAIT:
		break;
	}
	(void)snprintf(text, size,
	    "edd tries again by itself if it was deferred; \"edctl trace %s\" "
	    "has all of it",
	    shell_word(to, word));
}

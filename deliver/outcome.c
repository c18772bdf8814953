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
 * Classification of replies.  UNKNOWN makes a suppression, so it is given only
 * where a server says plainly that the mailbox does not exist; a word of
 * policy anywhere in the reply takes it away again.
 */

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "compat.h"
#include "outcome.h"
#include "reply.h"

struct phrase {
	const char *text; /* lower case */
	bool whole;	  /* not only the beginning of a word */
	enum failure failure;
};

/*
 * The usual texts.  The first that is found decides, so policy comes before
 * quota, and quota before unknown.  Addresses and URLs are taken out of the
 * text first: a mailbox may be called "spam".
 */
static const struct phrase phrases[] = {
	{ "spam", false, FAILURE_POLICY },
	{ "junk", false, FAILURE_POLICY },
	{ "unsolicited", false, FAILURE_POLICY },
	{ "bulk mail", false, FAILURE_POLICY },
	{ "virus", false, FAILURE_POLICY },
	{ "malware", false, FAILURE_POLICY },
	{ "phish", false, FAILURE_POLICY },
	{ "blacklist", false, FAILURE_POLICY },
	{ "black list", false, FAILURE_POLICY },
	{ "blocklist", false, FAILURE_POLICY },
	{ "block list", false, FAILURE_POLICY },
	{ "blocked", false, FAILURE_POLICY },
	{ "blocking", false, FAILURE_POLICY },
	{ "denylist", false, FAILURE_POLICY },
	{ "greylist", false, FAILURE_POLICY },
	{ "graylist", false, FAILURE_POLICY },
	{ "is listed", false, FAILURE_POLICY },
	{ "listed by", false, FAILURE_POLICY },
	{ "listed at", false, FAILURE_POLICY },
	{ "listed on", false, FAILURE_POLICY },
	{ "dnsbl", false, FAILURE_POLICY },
	{ "rbl", true, FAILURE_POLICY },
	{ "spamhaus", false, FAILURE_POLICY },
	{ "spamcop", false, FAILURE_POLICY },
	{ "barracuda", false, FAILURE_POLICY },
	{ "proofpoint", false, FAILURE_POLICY },
	{ "reputation", false, FAILURE_POLICY },
	{ "policy", false, FAILURE_POLICY },
	{ "policies", false, FAILURE_POLICY },
	{ "spf", true, FAILURE_POLICY },
	{ "dkim", true, FAILURE_POLICY },
	{ "dmarc", true, FAILURE_POLICY },
	{ "sender id", true, FAILURE_POLICY },
	{ "authenticat", false, FAILURE_POLICY },
	{ "unauthenticat", false, FAILURE_POLICY },
	{ "reverse dns", false, FAILURE_POLICY },
	{ "rdns", true, FAILURE_POLICY },
	{ "ptr", true, FAILURE_POLICY },
	{ "helo", true, FAILURE_POLICY },
	{ "rate limit", false, FAILURE_POLICY },
	{ "too many", false, FAILURE_POLICY },
	{ "abuse", false, FAILURE_POLICY },
	{ "abusive", false, FAILURE_POLICY },
	{ "suspicious", false, FAILURE_POLICY },
	{ "content", false, FAILURE_POLICY },
	{ "relay", false, FAILURE_POLICY },
	{ "access denied", false, FAILURE_POLICY },
	{ "not authorized", false, FAILURE_POLICY },
	{ "not authorised", false, FAILURE_POLICY },
	{ "not allowed", false, FAILURE_POLICY },
	{ "not permitted", false, FAILURE_POLICY },
	{ "prohibited", false, FAILURE_POLICY },
	{ "sender", false, FAILURE_POLICY },
	{ "banned", false, FAILURE_POLICY },

	{ "quota", false, FAILURE_QUOTA },
	{ "overquota", false, FAILURE_QUOTA },
	{ "mailbox full", false, FAILURE_QUOTA },
	{ "mailbox is full", false, FAILURE_QUOTA },
	{ "mailbox size", false, FAILURE_QUOTA },
	{ "inbox is full", false, FAILURE_QUOTA },
	{ "out of storage", false, FAILURE_QUOTA },
	{ "exceeded storage", false, FAILURE_QUOTA },
	{ "storage allocation", false, FAILURE_QUOTA },
	{ "insufficient system storage", false, FAILURE_QUOTA },
	{ "user is full", false, FAILURE_QUOTA },

	{ "user unknown", false, FAILURE_UNKNOWN },
	{ "unknown user", false, FAILURE_UNKNOWN },
	{ "user not found", false, FAILURE_UNKNOWN },
	{ "user does not exist", false, FAILURE_UNKNOWN },
	{ "user doesn't exist", false, FAILURE_UNKNOWN },
	{ "user doesn't have", false, FAILURE_UNKNOWN },
	{ "not a valid user", false, FAILURE_UNKNOWN },
	{ "invalid user", false, FAILURE_UNKNOWN },
	{ "no such user", false, FAILURE_UNKNOWN },
	{ "no such person", false, FAILURE_UNKNOWN },
	{ "no such mailbox", false, FAILURE_UNKNOWN },
	{ "no such recipient", false, FAILURE_UNKNOWN },
	{ "no such address", false, FAILURE_UNKNOWN },
	{ "no such account", false, FAILURE_UNKNOWN },
	{ "no such local user", false, FAILURE_UNKNOWN },
	{ "no mailbox here", false, FAILURE_UNKNOWN },
	{ "no mailbox by that name", false, FAILURE_UNKNOWN },
	{ "unknown recipient", false, FAILURE_UNKNOWN },
	{ "recipient unknown", false, FAILURE_UNKNOWN },
	{ "recipient not found", false, FAILURE_UNKNOWN },
	{ "recipient does not exist", false, FAILURE_UNKNOWN },
	{ "invalid recipient", false, FAILURE_UNKNOWN },
	{ "not a valid recipient", false, FAILURE_UNKNOWN },
	{ "unknown mailbox", false, FAILURE_UNKNOWN },
	{ "mailbox unknown", false, FAILURE_UNKNOWN },
	{ "invalid mailbox", false, FAILURE_UNKNOWN },
	{ "not a valid mailbox", false, FAILURE_UNKNOWN },
	{ "mailbox not found", false, FAILURE_UNKNOWN },
	{ "mailbox does not exist", false, FAILURE_UNKNOWN },
	{ "mailbox doesn't exist", false, FAILURE_UNKNOWN },
	{ "mailbox unavailable", false, FAILURE_UNKNOWN },
	{ "account does not exist", false, FAILURE_UNKNOWN },
	{ "account doesn't exist", false, FAILURE_UNKNOWN },
	{ "account that you tried to reach does not exist", false,
	    FAILURE_UNKNOWN },
	{ "unknown address", false, FAILURE_UNKNOWN },
	{ "address unknown", false, FAILURE_UNKNOWN },
	{ "address does not exist", false, FAILURE_UNKNOWN },
	{ "address doesn't exist", false, FAILURE_UNKNOWN },
	{ "unknown or illegal alias", false, FAILURE_UNKNOWN },
	{ "unrouteable address", false, FAILURE_UNKNOWN },
	{ "not listed in domino directory", false, FAILURE_UNKNOWN },
	{ "does not have an account", false, FAILURE_UNKNOWN },
};

/* RFC 3463 codes that say that the address is wrong, in answer to RCPT. */
static const char *const unknown_codes[] = {
	"5.1.1",  /* bad destination mailbox address */
	"5.1.2",  /* bad destination system address */
	"5.1.3",  /* bad destination mailbox address syntax */
	"5.1.6",  /* mailbox has moved, no forwarding address */
	"5.1.10", /* RFC 7505: null MX */
};

/* Codes that leave the question to the text. */
static const char *const vague_codes[] = { "", "5.0.0", "5.1.0", "5.2.0",
	"5.5.0", "5.5.1", "5.3.0" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
among(const char *const *list, size_t n, const char *code)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(list[i], code) == 0)
			return true;
	return false;
}

/*
 * Copy a text in lower case, with white space and underscores as one space,
 * without what is in angle brackets and without words that hold "@" or "://".
 */
static void
normalise(const char *text, char *out, size_t size)
{
	size_t len = 0, word = 0;
	bool drop = false;
	char c;

	for (;; text++) {
		if (*text == '<')
			text += strcspn(text, ">");
		c = *text == '_' || *text == '\t' || *text == '>' ? ' ' : *text;
		if (c == '@' || (c == ':' && text[1] == '/'))
			drop = true;
		if (c == ' ' || c == '\0') {
			if (drop)
				len = word;
			if (len > 0 && out[len - 1] != ' ' && len + 1 < size)
				out[len++] = ' ';
			word = len;
			drop = false;
			if (c == '\0')
				break;
		} else if (len + 1 < size) {
			out[len++] = (char)tolower((unsigned char)c);
		}
	}
	out[len] = '\0';
}

/* Whether the phrase begins where a word begins. */
static bool
contains(const char *text, const struct phrase *p)
{
	size_t len = strlen(p->text);
	const char *at = text;

	while ((at = strstr(at, p->text)) != NULL) {
		if ((at == text || !isalnum((unsigned char)at[-1])) &&
		    (!p->whole || !isalnum((unsigned char)at[len])))
			return true;
		at++;
	}
	return false;
}

/* What the words say; FAILURE_OTHER if nothing. */
static enum failure
failure_of_text(const char *raw)
{
	char text[REPLY_TEXT_SIZE];
	size_t i;

	normalise(raw, text, sizeof(text));
	for (i = 0; i < COUNT(phrases); i++)
		if (contains(text, &phrases[i]))
			return phrases[i].failure;
	return FAILURE_OTHER;
}

/* Codes first where they are plain, else words; policy always wins. */
static enum failure
failure_of(enum stage stage, const struct reply *r)
{
	enum failure words;

	words = failure_of_text(r->text);
	if (strncmp(r->enhanced + (r->enhanced[0] != '\0'), ".7.", 3) == 0 ||
	    words == FAILURE_POLICY)
		return FAILURE_POLICY;
	if (strcmp(r->enhanced, "4.2.2") == 0 ||
	    strcmp(r->enhanced, "5.2.2") == 0 || words == FAILURE_QUOTA)
		return FAILURE_QUOTA;
	if (r->code == 552 && stage != STAGE_MAIL &&
	    among(vague_codes, COUNT(vague_codes), r->enhanced))
		return FAILURE_QUOTA;
	if (stage != STAGE_RCPT || r->code < 500)
		return FAILURE_OTHER;
	if (among(unknown_codes, COUNT(unknown_codes), r->enhanced))
		return FAILURE_UNKNOWN;
	if (words == FAILURE_UNKNOWN &&
	    among(vague_codes, COUNT(vague_codes), r->enhanced))
		return FAILURE_UNKNOWN;
	return FAILURE_OTHER;
}

/* A code for a reply that has none, RFC 3463. */
static const char *
enhanced_for(unsigned code, enum failure failure)
{
	if (code < 400)
		return "2.0.0";
	switch (failure) {
	case FAILURE_UNKNOWN:
		return "5.1.1";
	case FAILURE_QUOTA:
		return code < 500 ? "4.2.2" : "5.2.2";
	case FAILURE_POLICY:
		return code < 500 ? "4.7.1" : "5.7.1";
	default:
		return code < 500 ? "4.0.0" : "5.0.0";
	}
}

/*
 * Fill in outcome, failure, code, enhanced and text; the rest stays.  2xx is
 * DELIVERED, 4xx TEMPFAIL, 5xx PERMFAIL, with two exceptions: 552 "too many
 * recipients" is what RFC 821 had for 452 (RFC 5321 section 4.5.3.1.10), and
 * what is not final at this place (3xx) is the server's error, so TEMPFAIL.
 */
void
outcome_from_reply(struct work_outcome *out, enum stage stage,
    const struct reply *r)
{
	out->failure = FAILURE_NONE;
	if (r->code < 300) {
		out->outcome = OUTCOME_DELIVERED;
	} else {
		out->outcome = OUTCOME_TEMPFAIL;
		out->failure = failure_of(stage, r);
	}
	if (r->code >= 500 &&
	    !(r->code == 552 && stage == STAGE_RCPT &&
		strcmp(r->enhanced, "5.5.3") == 0))
		out->outcome = OUTCOME_PERMFAIL;
	if (stage == STAGE_HOST && out->outcome != OUTCOME_DELIVERED)
		out->outcome = OUTCOME_HOST_DOWN;
	out->code = (uint16_t)r->code;
	out->stated = r->enhanced[0] != '\0';
	(void)strlcpy(out->enhanced,
	    r->enhanced[0] != '\0' ? r->enhanced :
				     enhanced_for(r->code, out->failure),
	    sizeof(out->enhanced));
	(void)strlcpy(out->text, r->text, sizeof(out->text));
}

/*
 * Fill in the same for something that no server said.  A text that is too
 * long is cut.
 */
void
outcome_local(struct work_outcome *out, enum outcome outcome,
    const char *enhanced, const char *text)
{
	out->outcome = outcome;
	out->failure = outcome == OUTCOME_DELIVERED ? FAILURE_NONE :
						      FAILURE_OTHER;
	out->code = 0;
	out->stated = false;
	(void)strlcpy(out->enhanced, enhanced, sizeof(out->enhanced));
	(void)strlcpy(out->text, text, sizeof(out->text));
}

/* For the log. */
const char *
outcome_name(enum outcome outcome)
{
	static const char *const names[] = { "?", "delivered", "tempfail",
		"permfail", "hostdown", "damaged" };

	return (size_t)outcome < COUNT(names) ? names[outcome] : names[0];
}

/* For the log. */
const char *
failure_name(enum failure failure)
{
	static const char *const names[] = { "?", "none", "unknown", "quota",
		"policy", "other" };

	return (size_t)failure < COUNT(names) ? names[failure] : names[0];
}

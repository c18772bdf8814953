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
 * AUTH, MAIL, RCPT, DATA: each a step with what its refusal means.  What goes
 * out was checked to be of one line each; nothing secret is ever in a step.
 */
#include "submit.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base64.h"
#include "compat.h"
#include "shellword.h"
#include "smtptest.h"

/* "AUTH PLAIN " and what it says in base64. */
#define PLAIN_SIZE (LOGIN_SIZE + SECRET_SIZE + 2u)
#define AUTH_SIZE  (BASE64_LEN(PLAIN_SIZE) + 32u)

#define COMMAND_SIZE (ADDRESS_SIZE + 64u)

/* A subject in an encoded word, and the message. */
#define SUBJECT_MAX  45u
#define SUBJECT_SIZE (BASE64_LEN(SUBJECT_MAX) + 32u)
#define MESSAGE_SIZE 4096u

static bool
is_ascii(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((uint8_t)*s >= 0x80)
			return false;
	}
	return true;
}

/* Whether it can stand in a header field: no control characters. */
static bool
is_line(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((uint8_t)*s < ' ' || *s == 127)
			return false;
	}
	return true;
}

/*
 * Whether it can stand between "<" and ">": what would end it, or begin a
 * parameter, only in a quoted string (RFC 5321 section 4.1.2).
 */
static bool
is_path(const char *s)
{
	bool quoted;

	quoted = false;
	for (; *s != '\0'; s++) {
		if (quoted && *s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '"')
			quoted = !quoted;
		else if (!quoted && strchr(" <>", *s) != NULL)
			return false;
		if ((uint8_t)*s < ' ' || *s == 127)
			return false;
	}
	return !quoted;
}

/* What is wrong with an order, or NULL. */
const char *
submit_check(const struct submit_order *o)
{
	const char *at;

	at = strrchr(o->to, '@');
	if (at == NULL || at == o->to || at[1] == '\0' ||
	    strlen(o->to) >= ADDRESS_SIZE || !is_path(o->to))
		return "the recipient is not an address";
	if (!is_path(o->from))
		return "the sender is not an address";
	if (!is_line(o->subject) || strlen(o->subject) > SUBJECT_MAX)
		return "a subject is one line of at most 45 octets";
	return NULL;
}

static int
authenticate(struct smtptest *t, const struct submit_order *o)
{
	char plain[PLAIN_SIZE], text[AUTH_SIZE], mend[ERROR_SIZE];
	int code, n;

	n = snprintf(plain, sizeof(plain), "%c%s%c%s", '\0', o->username, '\0',
	    o->password);
	(void)strlcpy(text, "AUTH PLAIN ", sizeof(text));
	if (n < 0 || (size_t)n >= sizeof(plain) ||
	    base64_encode(plain, (size_t)n, text + strlen(text),
		sizeof(text) - strlen(text) - 2) == -1)
		return -1;
	(void)strlcat(text, "\r\n", sizeof(text));
	code = smtptest_command(t, "AUTH", text);
	explicit_bzero(plain, sizeof(plain));
	explicit_bzero(text, sizeof(text));
	if (code == -1)
		return -1;
	(void)snprintf(mend, sizeof(mend),
	    "\"edctl user list\" says whether user %s is active; \"edctl "
	    "throttle list\" whether this address is turned away",
	    o->user);
	smtptest_say(t, "AUTH", code == 235 ? "ok" : "fail",
	    code == 235 ? NULL : mend, "as user %s: %s", o->user,
	    smtptest_reply(t));
	return code == 235 ? 0 : -1;
}

static int
mail(struct smtptest *t, const struct submit_order *o)
{
	char text[COMMAND_SIZE], mend[ERROR_SIZE];
	char user[SHELL_WORD_SIZE], from[SHELL_WORD_SIZE];
	int code;

	(void)snprintf(text, sizeof(text), "MAIL FROM:<%s>%s%s\r\n", o->from,
	    smtptest_offers(t, "8BITMIME") ? " BODY=8BITMIME" : "",
	    is_ascii(o->from) && is_ascii(o->to) ? "" : " SMTPUTF8");
	code = smtptest_command(t, "MAIL", text);
	if (code == -1)
		return -1;
	(void)snprintf(mend, sizeof(mend),
	    code / 100 == 4 ? "\"edctl status\" says what edd lacks" :
			      "edctl why %s %s",
	    shell_word(o->user, user), shell_word(o->from, from));
	smtptest_say(t, "MAIL", code == 250 ? "ok" : "fail",
	    code == 250 ? NULL : mend, "from %s: %s", o->from,
	    smtptest_reply(t));
	return code == 250 ? 0 : -1;
}

static int
recipient(struct smtptest *t, const struct submit_order *o)
{
	char text[COMMAND_SIZE], mend[ERROR_SIZE], word[SHELL_WORD_SIZE];
	int code;

	(void)snprintf(text, sizeof(text), "RCPT TO:<%s>\r\n", o->to);
	code = smtptest_command(t, "RCPT", text);
	if (code == -1)
		return -1;
	mend[0] = '\0';
	if (code == 254)
		(void)snprintf(mend, sizeof(mend),
		    "it is suppressed, nothing will be sent: edctl "
		    "suppression check %s",
		    shell_word(o->to, word));
	else if (code == 455)
		(void)snprintf(mend, sizeof(mend),
		    "a limit is reached: edctl limits show");
	else if (code / 100 != 2)
		(void)snprintf(mend, sizeof(mend),
		    "see that the address is right");
	smtptest_say(t, "RCPT",
	    code == 254		? "warn" :
		code / 100 == 2 ? "ok" :
				  "fail",
	    mend, "to %s: %s", o->to, smtptest_reply(t));
	return code / 100 == 2 ? 0 : -1;
}

/* "Subject: ..." without its end; what is not ASCII as RFC 2047 has it. */
static void
subject(const char *text, char field[SUBJECT_SIZE])
{
	char word[BASE64_LEN(SUBJECT_MAX) + 1];

	if (is_ascii(text) ||
	    base64_encode(text, strlen(text), word, sizeof(word)) == -1)
		(void)snprintf(field, SUBJECT_SIZE, "Subject: %s", text);
	else
		(void)snprintf(field, SUBJECT_SIZE,
		    "Subject: =?UTF-8?B?%s?=", word);
}

static int
data(struct smtptest *t, const struct submit_order *o)
{
	char text[MESSAGE_SIZE], field[SUBJECT_SIZE], when[64];
	struct tm tm;
	time_t now;
	int code;

	code = smtptest_command(t, "DATA", "DATA\r\n");
	if (code != 354) {
		if (code != -1)
			smtptest_say(t, "DATA", "fail",
			    "\"edctl status\" says what edd lacks", "%s",
			    smtptest_reply(t));
		return -1;
	}
	now = time(NULL);
	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
		when[0] = '\0';
	subject(o->subject, field);
	(void)snprintf(text, sizeof(text),
	    "From: <%s>\r\nTo: <%s>\r\n%s\r\nAuto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n\r\n"
	    "This is a test message of edctl test-send, sent %s.\r\n"
	    "It went the way of all mail: submission with a login, policy,\r\n"
	    "DKIM signature, queue, delivery.  Its header says what became "
	    "of it.\r\n.\r\n",
	    o->from, o->to, field, when);
	code = smtptest_command(t, "message", text);
	if (code == -1)
		return -1;
	smtptest_say(t, "message", code == 250 ? "ok" : "fail",
	    code / 100 == 4 ?
		"try again; \"edctl status\" says what edd lacks" :
		code == 250 ? NULL :
			      "the reply says which rule it breaks",
	    "%s", smtptest_reply(t));
	return code == 250 ? 0 : -1;
}

/* The steps after EHLO; arg is a struct submit_order.  0 or -1. */
int
submit_steps(struct smtptest *t, void *arg)
{
	const struct submit_order *o;

	o = arg;
	if (authenticate(t, o) == -1 || mail(t, o) == -1 ||
	    recipient(t, o) == -1)
		return -1;
	return data(t, o);
}

/* The id in "250 2.0.0 Ok: queued as ID".  0 or -1. */
int
submit_id(const char *reply, char id[SUBMIT_ID_SIZE])
{
	static const char before[] = "queued as ";
	const char *s;
	size_t len;

	s = strstr(reply, before);
	if (s == NULL)
		return -1;
	s += strlen(before);
	len = strspn(s, "0123456789abcdef");
	if (len == 0 || len >= SUBMIT_ID_SIZE)
		return -1;
	memcpy(id, s, len);
	id[len] = '\0';
	return 0;
}

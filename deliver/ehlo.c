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
 * The lines of an answer to EHLO.  What is not known is passed over: that is
 * how extensions are meant (RFC 5321 section 4.1.1.1).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "ehlo.h"

struct keyword {
	const char *name;
	size_t offset; /* of its bool in struct ehlo */
};

static const struct keyword keywords[] = {
	{ "SIZE", offsetof(struct ehlo, size) },
	{ "STARTTLS", offsetof(struct ehlo, starttls) },
	{ "PIPELINING", offsetof(struct ehlo, pipelining) },
	{ "8BITMIME", offsetof(struct ehlo, eightbit) },
	{ "DSN", offsetof(struct ehlo, dsn) },
	{ "SMTPUTF8", offsetof(struct ehlo, smtputf8) },
	{ "CHUNKING", offsetof(struct ehlo, chunking) },
	{ "BINARYMIME", offsetof(struct ehlo, binarymime) },
};

/* Forget everything: nothing learned before TLS may be used after it. */
void
ehlo_reset(struct ehlo *e)
{
	memset(e, 0, sizeof(*e));
}

/*
 * The first line: the name of the server, up to a space.  A name that is too
 * long is cut; it is only compared.
 */
void
ehlo_greeting(struct ehlo *e, const char *s, size_t len)
{
	const char *space;

	space = memchr(s, ' ', len);
	if (space != NULL)
		len = (size_t)(space - s);
	if (len >= sizeof(e->name))
		len = sizeof(e->name) - 1;
	memcpy(e->name, s, len);
	e->name[len] = '\0';
}

/* The number after SIZE; 0, no limit, if it is absent or not a number. */
static uint64_t
size_value(const char *s, size_t len)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < len && s[i] >= '0' && s[i] <= '9'; i++) {
		if (value > (UINT64_MAX - 9) / 10)
			return 0;
		value = value * 10 + (uint64_t)(s[i] - '0');
	}
	while (i < len && s[i] == ' ')
		i++;
	return i == len ? value : 0;
}

/* The value of a limit; 0 if it is none of 1 to 999999. */
static uint32_t
limit_value(const char *s, size_t len)
{
	uint32_t value = 0;
	size_t i;

	for (i = 0; i < len && i < 6 && s[i] >= '0' && s[i] <= '9'; i++)
		value = value * 10 + (uint32_t)(s[i] - '0');
	return i == len ? value : 0;
}

/*
 * LIMITS, RFC 9422 section 4:
 *
 *   limits-param = limit-name-value 0*[SP limit-name-value]
 *   limit-name-value = limit-name ["=" limit-value]
 */
static void
take_limits(struct ehlo *e, const char *s, size_t len)
{
	static const char rcpt[] = "RCPTMAX=", mail[] = "MAILMAX=";
	const size_t name = sizeof(rcpt) - 1;
	size_t word;

	for (; len > 0; s += word, len -= word) {
		for (; len > 0 && *s == ' '; len--)
			s++;
		for (word = 0; word < len && s[word] != ' '; word++)
			;
		if (word <= name)
			continue;
		if (strncasecmp(s, rcpt, name) == 0)
			e->rcpt_max = limit_value(s + name, word - name);
		if (strncasecmp(s, mail, name) == 0)
			e->mail_max = limit_value(s + name, word - name);
	}
}

/*
 * One of the following lines:
 *
 *   ehlo-line = ehlo-keyword *( SP ehlo-param )
 *
 * Keywords are case-insensitive.
 */
void
ehlo_line(struct ehlo *e, const char *s, size_t len)
{
	size_t i, word;
	const struct keyword *k;

	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	for (word = 0; word < len && s[word] != ' '; word++)
		;
	if (word == 6 && strncasecmp(s, "LIMITS", word) == 0)
		take_limits(e, s + word, len - word);
	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		k = &keywords[i];
		if (strlen(k->name) != word ||
		    strncasecmp(s, k->name, word) != 0)
			continue;
		*(bool *)((char *)e + k->offset) = true;
		if (k->offset == offsetof(struct ehlo, size) && word < len)
			e->size_max = size_value(s + word + 1, len - word - 1);
		return;
	}
}

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
 * Conditions of policies:
 *
 *	condition = variable ( "=" / "!=" ) value
 *	variable  = "target.approved-sender.emailaddress" /
 *		    "target.approved-sender.email-domain" /
 *		    "target.email-domain.name" / "target.dkim.email-domain"
 *	value     = "'" 1*CHAR "'" / "/" ["*"] 1*CHAR ["*"] "/"
 *
 * One of them; the service's "any {}" and "all {}" are two policies, and what
 * nobody needed yet.  A condition about what a question is not about is false.
 */
#include "condition.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "compat.h"
#include "idn.h"

static const char *const variables[] = {
	[CONDITION_SENDER] = "target.approved-sender.emailaddress",
	[CONDITION_SENDER_DOMAIN] = "target.approved-sender.email-domain",
	[CONDITION_DOMAIN] = "target.email-domain.name",
	[CONDITION_DKIM_DOMAIN] = "target.dkim.email-domain",
};

static const char *
skip(const char *p)
{
	return p + strspn(p, " \t");
}

static int
parse_variable(const char **text, struct condition *c, char *why, size_t size)
{
	size_t len;
	int i;

	len = strcspn(*text, " \t=!'/{");
	for (i = 1; i <= CONDITION_LAST; i++) {
		if (strlen(variables[i]) == len &&
		    strncasecmp(variables[i], *text, len) == 0) {
			c->variable = (enum condition_variable)i;
			*text = skip(*text + len);
			return 0;
		}
	}
	if (strncasecmp(*text, "any", len) == 0 ||
	    strncasecmp(*text, "all", len) == 0)
		(void)snprintf(why, size,
		    "a policy has one condition; write several policies in "
		    "place of \"any {}\"");
	else
		(void)snprintf(why, size,
		    "\"%.60s\" stands where one of %s, %s, %s and %s is "
		    "expected",
		    *text, variables[1], variables[2], variables[3],
		    variables[4]);
	return -1;
}

static int
parse_operator(const char **text, struct condition *c, char *why, size_t size)
{
	c->differs = (*text)[0] == '!';
	*text += c->differs ? 1 : 0;
	if ((*text)[0] != '=') {
		(void)snprintf(why, size,
		    "\"=\" or \"!=\" is expected behind %s",
		    variables[c->variable]);
		return -1;
	}
	*text = skip(*text + 1);
	return 0;
}

/* A domain that is written in its own letters becomes ASCII. */
static int
take_value(const char *text, struct condition *c)
{
	char domain[DOMAIN_SIZE], *p;
	const char *at;
	size_t len;

	at = strrchr(text, '@');
	at = at == NULL ? text : at + 1;
	len = (size_t)(at - text);
	if (strchr(at, '*') != NULL)
		(void)strlcpy(domain, at, sizeof(domain));
	else if (idn_domain_ascii(at, domain, sizeof(domain)) == -1)
		return -1;
	memcpy(c->value, text, len);
	c->value[len] = '\0';
	if (strlcat(c->value, domain, sizeof(c->value)) >= sizeof(c->value))
		return -1;
	for (p = c->value; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	}
	return 0;
}

/* Whether "*" is at the ends only, and there is more than it. */
static bool
is_pattern(const char *text, bool pattern)
{
	size_t len;

	len = strlen(text);
	if (len > 0 && text[0] == '*' && pattern) {
		text++;
		len--;
	}
	if (len > 0 && text[len - 1] == '*' && pattern)
		len--;
	return len > 0 && memchr(text, '*', len) == NULL;
}

static int
parse_value(const char *text, struct condition *c, char *why, size_t size)
{
	char value[ADDRESS_SIZE];
	const char *end;
	char quote;

	quote = text[0];
	end = quote == '\'' || quote == '/' ? strchr(text + 1, quote) : NULL;
	if (end == NULL) {
		(void)snprintf(why, size,
		    "'VALUE' or /PATTERN/ is expected behind \"%s\"",
		    c->differs ? "!=" : "=");
		return -1;
	}
	if (*skip(end + 1) != '\0') {
		(void)snprintf(why, size,
		    "\"%.60s\" stands where the end is expected",
		    skip(end + 1));
		return -1;
	}
	/* With the first quote, without a NUL. */
	if ((size_t)(end - text) > sizeof(value)) {
		(void)snprintf(why, size, "\"%.20s...\" is too long", text);
		return -1;
	}
	(void)snprintf(value, sizeof(value), "%.*s", (int)(end - text - 1),
	    text + 1);
	if (!is_pattern(value, quote == '/') ||
	    strpbrk(value, " \t'/") != NULL || take_value(value, c) == -1) {
		(void)snprintf(why, size,
		    "\"%.60s\" is no value: an address or a domain, with "
		    "\"*\" at the ends of a /pattern/ only",
		    value);
		return -1;
	}
	return 0;
}

/* Read what stands behind "where".  0, or -1 and why. */
int
condition_parse(const char *text, struct condition *c, char *why, size_t size)
{
	text = skip(text);
	if (parse_variable(&text, c, why, size) == -1 ||
	    parse_operator(&text, c, why, size) == -1)
		return -1;
	return parse_value(text, c, why, size);
}

/* Write a condition as condition_parse() reads it; nothing if there is none. */
void
condition_print(const struct condition *c, char text[CONDITION_SIZE])
{
	const char *quote;

	text[0] = '\0';
	if (c->variable == CONDITION_NONE)
		return;
	quote = strchr(c->value, '*') == NULL ? "'" : "/";
	(void)snprintf(text, CONDITION_SIZE, "%s %s %s%s%s",
	    variables[c->variable], c->differs ? "!=" : "=", quote, c->value,
	    quote);
}

/* Without "*" the same; with it the beginning, the end or a part. */
static bool
matches(const char *pattern, const char *text)
{
	char part[ADDRESS_SIZE];
	size_t len, have;
	bool front, back;

	front = pattern[0] == '*';
	(void)strlcpy(part, pattern + (front ? 1 : 0), sizeof(part));
	len = strlen(part);
	back = len > 0 && part[len - 1] == '*';
	if (back)
		part[--len] = '\0';
	have = strlen(text);
	if (front && back)
		return strstr(text, part) != NULL;
	if (have < len || (!front && !back && have != len))
		return false;
	return strncmp(front ? text + have - len : text, part, len) == 0;
}

/* Whether a policy with this condition, or none, is about the target. */
bool
condition_holds(const struct condition *c, const struct condition_target *t)
{
	const char *value;

	value = NULL;
	switch (c->variable) {
	case CONDITION_NONE:
		return true;
	case CONDITION_SENDER:
		value = t->sender;
		break;
	case CONDITION_SENDER_DOMAIN:
		value = t->sender == NULL ? NULL : strrchr(t->sender, '@');
		value = value == NULL ? NULL : value + 1;
		break;
	case CONDITION_DOMAIN:
		value = t->dkim ? NULL : t->domain;
		break;
	case CONDITION_DKIM_DOMAIN:
		value = t->dkim ? t->domain : NULL;
		break;
	}
	return value != NULL && matches(c->value, value) != c->differs;
}

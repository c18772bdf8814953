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
 * Terms of SPF records.  Looks nothing up and expands no macro.
 */
#include "spf_term.h"

#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define VERSION "v=spf1"

static const struct name {
	const char *name;
	enum spf_kind kind;
} mechanisms[] = {
	{ "all", SPF_ALL },
	{ "include", SPF_INCLUDE },
	{ "a", SPF_A },
	{ "mx", SPF_MX },
	{ "ptr", SPF_PTR },
	{ "ip4", SPF_IP4 },
	{ "ip6", SPF_IP6 },
	{ "exists", SPF_EXISTS },
	{ NULL, SPF_UNKNOWN },
}, modifiers[] = {
	{ "redirect", SPF_REDIRECT },
	{ "exp", SPF_EXP },
	{ NULL, SPF_UNKNOWN },
};

/* RFC 7208 section 4.5: record = version terms *SP. */
bool
spf_is_record(const char *txt)
{
	size_t len;

	len = sizeof(VERSION) - 1;
	return strncasecmp(txt, VERSION, len) == 0 &&
	    (txt[len] == ' ' || txt[len] == '\0');
}

static enum spf_kind
find(const struct name *n, const char *text, size_t len)
{
	while (n->name != NULL &&
	    (strlen(n->name) != len || strncasecmp(n->name, text, len) != 0))
		n++;
	return n->kind;
}

/* Digits that are a number up to max, with nothing behind.  0 or -1. */
static int
number(const char *s, size_t len, unsigned max, unsigned *out)
{
	unsigned value;
	size_t i;

	value = 0;
	if (len == 0 || len > 3 || (len > 1 && s[0] == '0'))
		return -1;
	for (i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		value = value * 10 + (unsigned)(s[i] - '0');
	}
	*out = value;
	return value <= max ? 0 : -1;
}

static const char *
last_slash(const char *s, size_t len)
{
	while (len > 0) {
		if (s[--len] == '/')
			return s + len;
	}
	return NULL;
}

/*
 * Take "/N", "//N" or "/N//N" off the end (dual-cidr-length, section 5.6).
 * 0 with the prefixes, 128 and 32 where not given, or -1.
 */
static int
cut_prefixes(const char *s, size_t *len, struct spf_term *t)
{
	const char *slash;
	size_t n;

	slash = last_slash(s, *len);
	if (slash != NULL && slash > s && slash[-1] == '/') {
		n = *len - (size_t)(slash + 1 - s);
		if (number(slash + 1, n, 128, &t->prefix6) == -1)
			return -1;
		*len = (size_t)(slash - 1 - s);
		slash = last_slash(s, *len);
	}
	/* A slash inside of a macro, "%{d/}", is none of ours. */
	if (slash == NULL || memchr(slash, '}', *len - (size_t)(slash - s)))
		return 0;
	n = *len - (size_t)(slash + 1 - s);
	if (number(slash + 1, n, 32, &t->prefix4) == -1)
		return -1;
	*len = (size_t)(slash - s);
	return 0;
}

/* Section 7.1: "%" begins a macro, "%%", "%_" or "%-". */
static bool
macros_valid(const char *s, size_t len)
{
	const char *end;
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] <= ' ' || s[i] > '~')
			return false;
		if (s[i] != '%')
			continue;
		if (++i == len)
			return false;
		if (s[i] != '{') {
			if (strchr("%_-", s[i]) == NULL)
				return false;
			continue;
		}
		end = memchr(s + i, '}', len - i);
		if (end == NULL || end < s + i + 2 ||
		    strchr("slodiphcrtvSLODIPHCRTV", s[i + 1]) == NULL)
			return false;
		i = (size_t)(end - s);
	}
	return true;
}

/*
 * Section 7.1: domain-spec = macro-string domain-end, where domain-end is a
 * macro or a top label, which is not all digits.
 */
static bool
spec_valid(const char *s, size_t len)
{
	size_t end, i, start;
	bool alpha;

	if (len == 0 || len >= SPF_SPEC_SIZE || !macros_valid(s, len))
		return false;
	if (s[len - 1] == '}')
		return true;
	end = len;
	if (s[end - 1] == '.')
		end--;
	for (start = end; start > 0 && s[start - 1] != '.';)
		start--;
	if (start == 0 || start == end || s[start] == '-' || s[end - 1] == '-')
		return false;
	alpha = false;
	for (i = start; i < end; i++) {
		if (strchr("0123456789-", s[i]) == NULL)
			alpha = true;
		if (strchr(":/=,;\"'@", s[i]) != NULL)
			return false;
	}
	return alpha;
}

static int
set_spec(struct spf_term *t, const char *s, size_t len)
{
	if (!spec_valid(s, len))
		return -1;
	memcpy(t->spec, s, len);
	t->spec[len] = '\0';
	return 0;
}

/* Section 5.6: ip4 and ip6 with an optional prefix. */
static int
set_network(struct spf_term *t, const char *s, size_t len)
{
	char text[IPADDR_SIZE];
	const char *slash;
	unsigned max, *prefix;

	max = t->kind == SPF_IP4 ? 32 : 128;
	prefix = t->kind == SPF_IP4 ? &t->prefix4 : &t->prefix6;
	slash = memchr(s, '/', len);
	if (slash != NULL) {
		if (number(slash + 1, len - (size_t)(slash + 1 - s), max,
			prefix) == -1)
			return -1;
		len = (size_t)(slash - s);
	}
	if (len >= sizeof(text))
		return -1;
	memcpy(text, s, len);
	text[len] = '\0';
	if (ipaddr_parse(text, &t->net) == -1)
		return -1;
	return t->net.family == (t->kind == SPF_IP4 ? AF_INET : AF_INET6) ? 0 :
									    -1;
}

/* What comes behind the name of a mechanism: ":", "/" or nothing. */
static int
mechanism_value(struct spf_term *t, const char *s, size_t len)
{
	bool has_spec;

	has_spec = len > 0 && s[0] == ':';
	switch (t->kind) {
	case SPF_ALL:
		return len == 0 ? 0 : -1;
	case SPF_INCLUDE:
	case SPF_EXISTS:
		return has_spec ? set_spec(t, s + 1, len - 1) : -1;
	case SPF_IP4:
	case SPF_IP6:
		return has_spec ? set_network(t, s + 1, len - 1) : -1;
	case SPF_PTR:
		if (len == 0)
			return 0;
		return has_spec ? set_spec(t, s + 1, len - 1) : -1;
	case SPF_A:
	case SPF_MX:
		if (cut_prefixes(s, &len, t) == -1)
			return -1;
		if (len == 0)
			return 0;
		return has_spec ? set_spec(t, s + 1, len - 1) : -1;
	default:
		return -1;
	}
}

/* directive = [ qualifier ] mechanism */
static int
read_mechanism(struct spf_term *t, const char *s, size_t len)
{
	size_t n;

	if (len > 0 && strchr("+-~?", s[0]) != NULL) {
		t->qualifier = *s++;
		len--;
	}
	for (n = 0; n < len && s[n] != ':' && s[n] != '/';)
		n++;
	t->kind = find(mechanisms, s, n);
	if (t->kind == SPF_UNKNOWN)
		return -1;
	return mechanism_value(t, s + n, len - n);
}

/* unknown-modifier = name "=" macro-string, with name = ALPHA *( ... ) */
static int
read_modifier(struct spf_term *t, const char *s, size_t len, size_t equals)
{
	t->kind = find(modifiers, s, equals);
	if (t->kind != SPF_UNKNOWN)
		return set_spec(t, s + equals + 1, len - equals - 1);
	return macros_valid(s + equals + 1, len - equals - 1) ? 0 : -1;
}

/* Where "=" ends a name of letters, digits and "-_."; 0: it does not. */
static size_t
modifier_name(const char *s, size_t len)
{
	size_t i;
	char c;

	for (i = 0; i < len && s[i] != '='; i++) {
		c = s[i];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
			continue;
		if (i == 0 || strchr("0123456789-_.", c) == NULL)
			return 0;
	}
	return i < len ? i : 0;
}

/*
 * The next term of a record, whose version the first call skips: begin with
 * the record itself.
 */
enum spf_next
spf_term_next(const char **s, struct spf_term *t)
{
	size_t equals, len;
	int r;

	if (spf_is_record(*s))
		*s += sizeof(VERSION) - 1;
	while (**s == ' ')
		(*s)++;
	memset(t, 0, sizeof(*t));
	len = strcspn(*s, " ");
	t->text = *s;
	t->len = (int)len;
	t->qualifier = '+';
	t->prefix4 = 32;
	t->prefix6 = 128;
	if (len == 0)
		return SPF_NEXT_END;
	equals = modifier_name(*s, len);
	r = equals > 0 ? read_modifier(t, *s, len, equals) :
			 read_mechanism(t, *s, len);
	*s += len;
	return r == 0 ? SPF_NEXT_TERM : SPF_NEXT_BAD;
}

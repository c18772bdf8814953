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
 * Expansion of a domain-spec to a name.  The local part is "postmaster", as
 * for a null reverse-path.
 */
#include "spf_macro.h"

#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"

/* Before a name that is too long loses labels in front. */
#define EXPANDED_SIZE 2048u

/* Labels of the longest value: the nibbles of an IPv6 address. */
#define PARTS_MAX 128u

/* One macro, "%{" letter [ digits ] [ "r" ] *delimiter "}". */
struct macro {
	char letter;
	unsigned digits; /* 0: all */
	bool reverse;
	char delimiters[8];
};

/* "192.0.2.1" or 32 nibbles with dots between. */
static void
dotted(const struct ipaddr *ip, char *out, size_t size)
{
	size_t i, len;

	if (ip->family == AF_INET) {
		(void)ipaddr_format(ip, out);
		return;
	}
	len = 0;
	for (i = 0; i < 32 && len + 3 < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%x",
		    i == 0 ? "" : ".",
		    i % 2 == 0 ? ip->bytes[i / 2] >> 4u :
				 ip->bytes[i / 2] & 0x0fu);
}

/* The value of a letter.  0, or -1 if it has none in a domain-spec. */
static int
value(char letter, const struct spf_macros *m, char *out, size_t size)
{
	switch (letter) {
	case 's':
		(void)snprintf(out, size, "postmaster@%s", m->sender);
		return 0;
	case 'l':
		(void)strlcpy(out, "postmaster", size);
		return 0;
	case 'o':
		(void)strlcpy(out, m->sender, size);
		return 0;
	case 'd':
		(void)strlcpy(out, m->domain, size);
		return 0;
	case 'i':
		dotted(m->ip, out, size);
		return 0;
	case 'p':
		(void)strlcpy(out, "unknown", size);
		return 0;
	case 'v':
		(void)strlcpy(out, m->ip->family == AF_INET ? "in-addr" : "ip6",
		    size);
		return 0;
	case 'h':
		(void)strlcpy(out, m->helo, size);
		return 0;
	default:
		return -1;
	}
}

/* Cut value into parts, turn them round if asked, join the last with dots. */
static void
transform(const struct macro *m, char *text, char *out, size_t size)
{
	char *part[PARTS_MAX], *rest;
	size_t first, i, n;

	n = 0;
	rest = text;
	while (n < PARTS_MAX && rest != NULL)
		part[n++] = strsep(&rest, m->delimiters);
	first = m->digits == 0 || m->digits >= n ? 0 : n - m->digits;
	for (i = first; i < n; i++) {
		if (i > first)
			(void)strlcat(out, ".", size);
		/* Turned round, the last are those that were first. */
		(void)strlcat(out, part[m->reverse ? n - 1 - i : i], size);
	}
}

/* Read the macro behind "%{".  What it takes with "}", or 0. */
static size_t
read_macro(const char *s, struct macro *m)
{
	size_t i, n;

	memset(m, 0, sizeof(*m));
	m->letter = (char)(s[0] >= 'A' && s[0] <= 'Z' ? s[0] + 32 : s[0]);
	if (m->letter == '\0')
		return 0;
	for (i = 1; s[i] >= '0' && s[i] <= '9'; i++) {
		m->digits = m->digits * 10 + (unsigned)(s[i] - '0');
		if (m->digits > PARTS_MAX)
			return 0;
	}
	if (i > 1 && m->digits == 0)
		return 0;
	if (s[i] == 'r' || s[i] == 'R') {
		m->reverse = true;
		i++;
	}
	for (n = 0; s[i] != '\0' && strchr(".-+,/_=", s[i]) != NULL; i++) {
		if (n + 1 < sizeof(m->delimiters))
			m->delimiters[n++] = s[i];
	}
	if (n == 0)
		m->delimiters[0] = '.';
	return s[i] == '}' ? i + 1 : 0;
}

/* Section 7.3: too long a name loses labels in front.  0 or -1. */
static int
shorten(const char *text, char name[DOMAIN_SIZE])
{
	size_t i, len;

	len = strlen(text);
	while (len > 0 && text[len - 1] == '.')
		len--;
	while (len > ADDRESS_DOMAIN_MAX) {
		i = strcspn(text, ".");
		if (i >= len)
			return -1;
		text += i + 1;
		len -= i + 1;
	}
	for (i = 0; i < len; i++)
		name[i] = text[i] >= 'A' && text[i] <= 'Z' ?
		    (char)(text[i] + 32) :
		    text[i];
	name[len] = '\0';
	return 0;
}

/*
 * Expand a domain-spec to a name in lower case without a dot at its end.  0,
 * or -1 if a macro is ill-formed or means nothing here.
 */
int
spf_expand(const char *spec, const struct spf_macros *m, char name[DOMAIN_SIZE])
{
	char out[EXPANDED_SIZE], text[EXPANDED_SIZE], plain[2];
	struct macro macro;
	size_t n;

	out[0] = '\0';
	plain[1] = '\0';
	while (*spec != '\0') {
		if (spec[0] != '%') {
			plain[0] = *spec++;
			(void)strlcat(out, plain, sizeof(out));
			continue;
		}
		if (spec[1] != '{') {
			if (spec[1] == '\0')
				return -1;
			(void)strlcat(out,
			    spec[1] == '%'     ? "%" :
				spec[1] == '_' ? " " :
						 "%20",
			    sizeof(out));
			spec += 2;
			continue;
		}
		n = read_macro(spec + 2, &macro);
		if (n == 0 || value(macro.letter, m, text, sizeof(text)) == -1)
			return -1;
		transform(&macro, text, out, sizeof(out));
		spec += 2 + n;
	}
	return shorten(out, name);
}

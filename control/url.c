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
 * URLs, strictly: what is not needed for a webhook is refused rather than
 * guessed.
 */
#include "url.h"

#include <arpa/inet.h>

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "compat.h"

#define HTTPS_PORT 443u
#define HTTP_PORT  80u

static bool
is_loopback(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	    (strncmp(host, "127.", 4) == 0 &&
		host[strspn(host, "0123456789.")] == '\0');
}

static bool
is_address(const char *host, int family)
{
	uint8_t octets[16];

	return inet_pton(family, host, octets) == 1;
}

/* host = IP-literal / IPv4address / reg-name; NULL or what is wrong. */
static const char *
take_host(const char **at, struct url *u)
{
	const char *s = *at, *end;
	char host[ADDRESS_DOMAIN_SIZE];
	bool literal = *s == '[';
	size_t len, i;

	if (literal) {
		s++;
		end = strchr(s, ']');
		if (end == NULL)
			return "its address has no \"]\"";
		*at = end + 1;
	} else {
		end = s + strcspn(s, ":/?#@");
		*at = end;
	}
	len = (size_t)(end - s);
	if (len == 0 || len >= sizeof(u->host))
		return "it has no host, or one that is too long";
	for (i = 0; i < len; i++)
		u->host[i] = (char)tolower((unsigned char)s[i]);
	u->host[len] = '\0';
	if (literal)
		return is_address(u->host, AF_INET6) ?
		    NULL :
		    "what is in brackets is no IPv6 address";
	if (!is_address(u->host, AF_INET) &&
	    address_domain_valid(u->host, len, ADDRESS_SINGLE_LABEL, host,
		sizeof(host)) != ADDRESS_OK)
		return "its host is no domain name (internationalized ones in "
		       "their xn-- form)";
	return NULL;
}

/* [ ":" port ] */
static const char *
take_port(const char **at, struct url *u)
{
	unsigned long port;
	char *end;

	u->port = u->tls ? HTTPS_PORT : HTTP_PORT;
	if (**at != ':')
		return NULL;
	errno = 0;
	port = isdigit((unsigned char)(*at)[1]) ? strtoul(*at + 1, &end, 10) :
						  0;
	if (errno != 0 || port == 0 || port > UINT16_MAX)
		return "its port is none from 1 to 65535";
	u->port = (uint16_t)port;
	*at = end;
	return NULL;
}

/* path [ "?" query ] */
static const char *
take_path(const char *s, struct url *u)
{
	const char *p;

	if (strchr(s, '#') != NULL)
		return "it must not have a fragment";
	if (*s != '\0' && *s != '/' && *s != '?')
		return "what follows its host is no path";
	for (p = s; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~' || *p == '"' || *p == '<' ||
		    *p == '>' || *p == '\\')
			return "its path has characters that are to be "
			       "written as %XX";
	if (*s == '/')
		u->path[0] = '\0';
	else
		(void)strlcpy(u->path, "/", sizeof(u->path));
	return strlcat(u->path, s, sizeof(u->path)) >= sizeof(u->path) ?
	    "its path is too long" :
	    NULL;
}

/*
 * Take a URL apart.  NULL, or what is wrong with it, to follow "the URL
 * cannot be used: ".  Without TLS only this very host is reached.
 */
const char *
url_parse(const char *s, struct url *u)
{
	const char *why;

	memset(u, 0, sizeof(*u));
	if (strncasecmp(s, "https://", 8) == 0) {
		u->tls = true;
		s += 8;
	} else if (strncasecmp(s, "http://", 7) == 0)
		s += 7;
	else
		return "it does not begin with https://";
	if (memchr(s, '@', strcspn(s, "/?#")) != NULL)
		return "it must not have a user; the signature tells who sends";
	why = take_host(&s, u);
	if (why == NULL && !u->tls && !is_loopback(u->host))
		why = "without TLS only a host of this machine is allowed "
		      "(127.0.0.1, ::1, localhost)";
	if (why == NULL)
		why = take_port(&s, u);
	return why != NULL ? why : take_path(s, u);
}

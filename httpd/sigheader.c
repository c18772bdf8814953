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
 * The signature header: parameters as a set, each checked for itself. What
 * would have two readings, or is longer than anything in use, is refused.
 */
#include "sigheader.h"

#include <string.h>
#include <strings.h>

#include "base64.h"

#define SCHEME	   "Signature"
#define SCHEME_LEN (sizeof(SCHEME) - 1)

/* Pairs of digits of a fingerprint, MD5. */
#define FINGERPRINT_PAIRS 16u

/* tchar, RFC 9110 section 5.6.2. */
static const char tchars[] =
    "!#$%&'*+-.^_`|~0123456789"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

struct piece {
	const char *s;
	size_t len;
};

struct param {
	struct piece name;
	struct piece value;
};

struct params {
	struct param list[SIGHEADER_PARAMS_MAX];
	size_t len;
};

/* Whether an Authorization value has this scheme. */
bool
sigheader_is(const char *value)
{
	return strncasecmp(value, SCHEME, SCHEME_LEN) == 0 &&
	    (value[SCHEME_LEN] == ' ' || value[SCHEME_LEN] == '\0');
}

static bool
piece_is(const struct piece *p, const char *word)
{
	return p->len == strlen(word) && strncasecmp(p->s, word, p->len) == 0;
}

/*
 * auth-param = token BWS "=" BWS ( token / quoted-string ), RFC 9110 section
 * 11.2; a backslash in quotes is refused, since nothing here needs one.
 */
static const char *
take_param(const char **at, struct param *p)
{
	const char *s = *at;

	p->name.s = s;
	p->name.len = strspn(s, tchars);
	s += p->name.len;
	s += strspn(s, " \t");
	if (p->name.len == 0 || *s != '=')
		return "no parameter";
	s++;
	s += strspn(s, " \t");
	if (*s == '"') {
		p->value.s = ++s;
		p->value.len = strcspn(s, "\"\\");
		s += p->value.len;
		if (*s++ != '"')
			return "a quoted value does not end";
	} else {
		p->value.s = s;
		p->value.len = strspn(s, tchars);
		s += p->value.len;
	}
	if (p->value.len == 0)
		return "a parameter is empty";
	*at = s;
	return NULL;
}

/* #auth-param: all of them, no name twice. */
static const char *
take_params(const char *s, struct params *ps)
{
	struct param *p;
	const char *why;
	size_t i;

	ps->len = 0;
	for (;;) {
		s += strspn(s, " \t");
		if (ps->len == SIGHEADER_PARAMS_MAX)
			return "too many parameters";
		p = &ps->list[ps->len];
		why = take_param(&s, p);
		if (why != NULL)
			return why;
		for (i = 0; i < ps->len; i++) {
			if (ps->list[i].name.len == p->name.len &&
			    strncasecmp(ps->list[i].name.s, p->name.s,
				p->name.len) == 0)
				return "a parameter occurs twice";
		}
		ps->len++;
		s += strspn(s, " \t");
		if (*s == '\0')
			return NULL;
		if (*s++ != ',')
			return "no comma between parameters";
	}
}

static const struct piece *
find(const struct params *ps, const char *name)
{
	size_t i;

	for (i = 0; i < ps->len; i++) {
		if (piece_is(&ps->list[i].name, name))
			return &ps->list[i].value;
	}
	return NULL;
}

/* Copy as a string if it fits and is not empty. */
static bool
copy(const struct piece *p, char *to, size_t size)
{
	if (p->len == 0 || p->len >= size)
		return false;
	memcpy(to, p->s, p->len);
	to[p->len] = '\0';
	return true;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Hexadecimal pairs joined by colons, to lower case. */
static bool
take_fingerprint(const struct piece *p, char to[FINGERPRINT_SIZE])
{
	size_t i;
	char c;

	if (p->len != FINGERPRINT_PAIRS * 3 - 1 || p->len >= FINGERPRINT_SIZE)
		return false;
	for (i = 0; i < p->len; i++) {
		c = lower(p->s[i]);
		if (i % 3 == 2 ? c != ':' :
				 strchr("0123456789abcdef", c) == NULL)
			return false;
		to[i] = c;
	}
	to[i] = '\0';
	return true;
}

/* keyId = tenancy "/" user "/" fingerprint */
static const char *
take_key_id(const struct piece *p, struct sigheader *h)
{
	const char *first, *second, *end = p->s + p->len;
	struct piece part;
	size_t i;

	for (i = 0; i < p->len; i++) {
		if (p->s[i] <= ' ' || p->s[i] > '~')
			return "keyId has a forbidden octet";
	}
	first = memchr(p->s, '/', p->len);
	second = NULL;
	if (first != NULL)
		second = memchr(first + 1, '/', (size_t)(end - first) - 1);
	if (second == NULL)
		return "keyId has not three parts";
	part.s = p->s;
	part.len = (size_t)(first - p->s);
	if (!copy(&part, h->tenancy, sizeof(h->tenancy)))
		return "tenancy empty or too long";
	part.s = first + 1;
	part.len = (size_t)(second - first) - 1;
	if (!copy(&part, h->user, sizeof(h->user)))
		return "user empty or too long";
	part.s = second + 1;
	part.len = (size_t)(end - second) - 1;
	if (!take_fingerprint(&part, h->fingerprint))
		return "fingerprint ill-formed";
	if (!copy(p, h->key_id, sizeof(h->key_id)))
		return "keyId too long";
	memcpy(h->key_id + (second + 1 - p->s), h->fingerprint, part.len);
	return NULL;
}

/* One name of a header field, or "(request-target)". */
static const char *
take_name(const struct piece *p, struct sigheader *h, size_t *used)
{
	char *to = h->names_text + *used;
	size_t i;

	if (p->len == 0 || p->len > SIGHEADER_NAME_MAX)
		return "a signed name is empty or too long";
	if (!piece_is(p, "(request-target)") && strspn(p->s, tchars) < p->len)
		return "a signed name is none";
	if (h->names_len == SIGHEADER_NAMES_MAX ||
	    p->len + 1 > sizeof(h->names_text) - *used)
		return "too many signed names";
	for (i = 0; i < p->len; i++)
		to[i] = lower(p->s[i]);
	to[i] = '\0';
	if (sigheader_covers(h, to))
		return "a name is signed twice";
	h->names[h->names_len++] = (uint16_t)*used;
	*used += p->len + 1;
	return NULL;
}

/* headers = name *( SP name ) */
static const char *
take_names(const struct piece *p, struct sigheader *h)
{
	const char *s = p->s, *end = p->s + p->len, *space, *why;
	struct piece name;
	size_t used = 0;

	do {
		space = memchr(s, ' ', (size_t)(end - s));
		name.s = s;
		name.len = (size_t)((space == NULL ? end : space) - s);
		why = take_name(&name, h, &used);
		if (why != NULL)
			return why;
		s = space == NULL ? NULL : space + 1;
	} while (s != NULL);
	return NULL;
}

/*
 * Read the value of Authorization. NULL, or why it is refused, for the debug
 * log; then the struct is not to be used. The version may be absent, the
 * other four parameters not; those that are not known are passed over.
 */
const char *
sigheader_parse(const char *value, struct sigheader *h)
{
	const struct piece *version, *key_id, *algorithm, *names, *signature;
	struct params ps;
	const char *why;

	memset(h, 0, sizeof(*h));
	if (!sigheader_is(value))
		return "another scheme";
	why = take_params(value + SCHEME_LEN, &ps);
	if (why != NULL)
		return why;
	version = find(&ps, "version");
	key_id = find(&ps, "keyId");
	algorithm = find(&ps, "algorithm");
	names = find(&ps, "headers");
	signature = find(&ps, "signature");
	if (key_id == NULL || algorithm == NULL || names == NULL ||
	    signature == NULL)
		return "a parameter is missing";
	if (version != NULL && !piece_is(version, "1"))
		return "another version";
	if (!piece_is(algorithm, "rsa-sha256"))
		return "another algorithm";
	if (base64_decode(signature->s, signature->len, h->signature,
		sizeof(h->signature), &h->signature_len) == -1)
		return "signature is no base64, or too long";
	why = take_key_id(key_id, h);
	return why != NULL ? why : take_names(names, h);
}

/* The nth signed name, in lower case; i is below names_len. */
const char *
sigheader_name(const struct sigheader *h, size_t i)
{
	return h->names_text + h->names[i];
}

/* Whether a name, given in lower case, is signed. */
bool
sigheader_covers(const struct sigheader *h, const char *name)
{
	size_t i;

	for (i = 0; i < h->names_len; i++) {
		if (strcmp(sigheader_name(h, i), name) == 0)
			return true;
	}
	return false;
}

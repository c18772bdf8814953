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
 * Mailbox addresses of RFC 5321 and domain names. One strict reading of each:
 * what is accepted here has one meaning for every program further on.
 */

#include <sys/socket.h>
#include <sys/types.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <string.h>
#include <strings.h>

#include "address.h"
#include "bounds.h"

/* What is left to read. */
struct scan {
	const char *s;
	size_t len;
	unsigned flags;
};

/* A part as it was written: the local part or the domain. */
struct part {
	const char *s;
	size_t len;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 5322 section 3.2.3, atext, which RFC 5321 takes over. */
static bool
is_atext(char c)
{
	return is_alnum(c) ||
	    (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool
is_ascii(char c)
{
	return ((unsigned char)c & 0x80) == 0;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/*
 * Octets of the well-formed character above U+009F that s begins with, or 0;
 * len is not 0.
 * RFC 3629 section 4 (UTF8-2, UTF8-3, UTF8-4), without the C1 controls.
 */
size_t
address_utf8(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;
	unsigned char low, high;
	size_t i, n;

	n = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
	if (u[0] < 0xc2 || u[0] > 0xf4 || len < n)
		return 0;
	low = 0x80;
	high = 0xbf;
	if (u[0] == 0xc2 || u[0] == 0xe0)
		low = 0xa0;
	else if (u[0] == 0xed)
		high = 0x9f;
	else if (u[0] == 0xf0)
		low = 0x90;
	else if (u[0] == 0xf4)
		high = 0x8f;
	if (u[1] < low || u[1] > high)
		return 0;
	for (i = 2; i < n; i++) {
		if (u[i] < 0x80 || u[i] > 0xbf)
			return 0;
	}
	return n;
}

/* Octets of the 8-bit character at s in *n, if such are allowed. */
static enum address_result
scan_utf8(const char *s, size_t len, unsigned flags, size_t *n)
{
	if ((flags & ADDRESS_UTF8) == 0)
		return ADDRESS_NOT_ASCII;
	*n = address_utf8(s, len);
	return *n == 0 ? ADDRESS_BAD_UTF8 : ADDRESS_OK;
}

/* Move over n octets. */
static void
advance(struct scan *in, size_t n)
{
	in->s += n;
	in->len -= n;
}

/* Dot-string = Atom *("." Atom); Atom = 1*atext (RFC 5321 section 4.1.2). */
static enum address_result
scan_dot_string(const struct scan *in, size_t *used)
{
	enum address_result r;
	size_t i, n;
	bool dot;

	dot = true;
	for (i = 0; i < in->len && in->s[i] != '@'; i += n) {
		n = 1;
		if (in->s[i] == '.') {
			if (dot)
				return ADDRESS_LOCAL_DOT;
			dot = true;
			continue;
		}
		if (!is_ascii(in->s[i])) {
			r = scan_utf8(in->s + i, in->len - i, in->flags, &n);
			if (r != ADDRESS_OK)
				return r;
		} else if (!is_atext(in->s[i])) {
			return in->s[i] == '>' ? ADDRESS_NO_AT :
						 ADDRESS_LOCAL_CHAR;
		}
		dot = false;
	}
	if (i == in->len)
		return ADDRESS_NO_AT;
	if (i == 0)
		return ADDRESS_LOCAL_EMPTY;
	*used = i;
	return dot ? ADDRESS_LOCAL_DOT : ADDRESS_OK;
}

/*
 * Quoted-string = DQUOTE *QcontentSMTP DQUOTE; quoted-pairSMTP = %d92
 * %d32-126; qtextSMTP = %d32-33 / %d35-91 / %d93-126 (RFC 5321 section 4.1.2).
 */
static enum address_result
scan_quoted(const struct scan *in, size_t *used)
{
	enum address_result r;
	size_t i, n;

	for (i = 1; i < in->len && in->s[i] != '"'; i += n) {
		n = 1;
		if (!is_ascii(in->s[i])) {
			r = scan_utf8(in->s + i, in->len - i, in->flags, &n);
			if (r != ADDRESS_OK)
				return r;
			continue;
		}
		if (in->s[i] == '\\' && ++i == in->len)
			return ADDRESS_QUOTE_OPEN;
		if (in->s[i] < 32 || in->s[i] > 126)
			return ADDRESS_QUOTE_CHAR;
	}
	if (i >= in->len)
		return ADDRESS_QUOTE_OPEN;
	*used = i + 1;
	return ADDRESS_OK;
}

/* Local-part "@"; Local-part = Dot-string / Quoted-string. */
static enum address_result
scan_local(struct scan *in, struct part *local)
{
	enum address_result r;

	if (in->len == 0)
		return ADDRESS_EMPTY;
	if (in->s[0] == '"')
		r = scan_quoted(in, &local->len);
	else
		r = scan_dot_string(in, &local->len);
	if (r != ADDRESS_OK)
		return r;
	local->s = in->s;
	advance(in, local->len);
	if (in->len == 0 || in->s[0] == '>')
		return ADDRESS_NO_AT;
	if (in->s[0] != '@')
		return ADDRESS_LOCAL_CHAR;
	if (local->len > ADDRESS_LOCAL_MAX)
		return ADDRESS_LOCAL_LONG;
	advance(in, 1);
	return ADDRESS_OK;
}

/*
 * One label: Let-dig [Ldh-str], or a U-label (RFC 6531 section 3.3), whose
 * length only its A-label form can tell and is not judged here.
 */
static enum address_result
check_label(const char *s, size_t len, unsigned flags)
{
	enum address_result r;
	bool ascii;
	size_t i, n;

	if (len == 0)
		return ADDRESS_LABEL_EMPTY;
	ascii = true;
	for (i = 0; i < len; i += n) {
		n = 1;
		if (!is_ascii(s[i])) {
			ascii = false;
			r = scan_utf8(s + i, len - i, flags, &n);
			if (r != ADDRESS_OK)
				return r;
		} else if (!is_alnum(s[i]) && s[i] != '-') {
			return ADDRESS_DOMAIN_CHAR;
		}
	}
	if (s[0] == '-' || s[len - 1] == '-')
		return ADDRESS_LABEL_HYPHEN;
	if (ascii && len > ADDRESS_LABEL_MAX)
		return ADDRESS_LABEL_LONG;
	return ADDRESS_OK;
}

/*
 * Domain = sub-domain *("." sub-domain). A last label of digits only is no
 * name (RFC 1123 section 2.1) and would be read as an address somewhere.
 */
static enum address_result
check_domain(const char *s, size_t len, unsigned flags, size_t *labels)
{
	enum address_result r;
	size_t begin, end, i;

	*labels = 0;
	if (len == 0)
		return ADDRESS_DOMAIN_EMPTY;
	if (len > ADDRESS_DOMAIN_MAX)
		return ADDRESS_DOMAIN_LONG;
	for (begin = 0;; begin = end + 1) {
		for (end = begin; end < len && s[end] != '.'; end++)
			continue;
		r = check_label(s + begin, end - begin, flags);
		if (r != ADDRESS_OK)
			return r;
		(*labels)++;
		if (end == len)
			break;
	}
	if ((flags & ADDRESS_NUMERIC) != 0)
		return ADDRESS_OK;
	for (i = begin; i < len && is_digit(s[i]); i++)
		continue;
	return i == len ? ADDRESS_DOMAIN_NUMERIC : ADDRESS_OK;
}

/* Whether "[...]" holds an IPv4 address or "IPv6:" and one (RFC 5321 4.1.3). */
static enum address_result
check_literal(const char *s, size_t len)
{
	unsigned char binary[sizeof(struct in6_addr)];
	char text[INET6_ADDRSTRLEN];
	int family;

	s++;
	len -= 2;
	family = AF_INET;
	if (len > 5 && strncasecmp(s, "IPv6:", 5) == 0) {
		family = AF_INET6;
		s += 5;
		len -= 5;
	}
	if (len >= sizeof(text) || memchr(s, '\0', len) != NULL)
		return ADDRESS_LITERAL;
	memcpy(text, s, len);
	text[len] = '\0';
	if (inet_pton(family, text, binary) != 1)
		return ADDRESS_LITERAL;
	return ADDRESS_OK;
}

/* Domain / address-literal, up to one of the octets in stop, or the end. */
static enum address_result
scan_domain(struct scan *in, const char *stop, struct part *domain)
{
	enum address_result r;
	const char *end;
	size_t labels;

	domain->s = in->s;
	if (in->len > 0 && in->s[0] == '[') {
		end = memchr(in->s, ']', in->len);
		if (end == NULL)
			return ADDRESS_LITERAL_OPEN;
		domain->len = (size_t)(end - in->s) + 1;
		r = check_literal(domain->s, domain->len);
	} else {
		domain->len = 0;
		while (domain->len < in->len &&
		    (in->s[domain->len] == '\0' ||
			strchr(stop, in->s[domain->len]) == NULL))
			domain->len++;
		r = check_domain(domain->s, domain->len, in->flags, &labels);
	}
	if (r == ADDRESS_OK)
		advance(in, domain->len);
	return r;
}

/* Fill in what was parsed. */
static enum address_result
store(struct address *out, const struct part *local, const struct part *domain)
{
	char *p;
	size_t i;

	if (local->len + 1 + domain->len > ADDRESS_MAILBOX_MAX)
		return ADDRESS_TOO_LONG;
	memcpy(out->mailbox, local->s, local->len);
	p = out->mailbox + local->len;
	*p++ = '@';
	for (i = 0; i < domain->len; i++)
		p[i] = lower(domain->s[i]);
	if (p[0] == '[' && p[1] == 'i')
		memcpy(p, "[IPv6:", 6); /* the tag as the RFC writes it */
	p[i] = '\0';
	out->local_len = local->len;
	out->len = local->len + 1 + domain->len;
	return ADDRESS_OK;
}

/*
 * A-d-l ":"; A-d-l = At-domain *( "," At-domain ); At-domain = "@" Domain.
 * Checked and dropped, as RFC 5321 section 4.1.1.3 tells servers to.
 */
static enum address_result
skip_route(struct scan *in)
{
	struct part domain;
	char c;

	do {
		if (in->len == 0 || in->s[0] != '@')
			return ADDRESS_ROUTE;
		advance(in, 1);
		if (scan_domain(in, ",:>", &domain) != ADDRESS_OK ||
		    in->len == 0)
			return ADDRESS_ROUTE;
		c = in->s[0];
		advance(in, 1);
	} while (c == ',');
	return c == ':' ? ADDRESS_OK : ADDRESS_ROUTE;
}

/* [ A-d-l ":" ] Mailbox ">", the opening bracket has been read. */
static enum address_result
scan_path(struct scan *in, struct address *out)
{
	struct part local, domain;
	enum address_result r;

	if (in->len > 0 && in->s[0] == '@') {
		r = skip_route(in);
		if (r != ADDRESS_OK)
			return r;
	}
	r = scan_local(in, &local);
	if (r != ADDRESS_OK)
		return r == ADDRESS_EMPTY ? ADDRESS_NO_CLOSE : r;
	if (in->len == 0 ||
	    (in->s[0] != '[' && memchr(in->s, '>', in->len) == NULL))
		return ADDRESS_NO_CLOSE;
	r = scan_domain(in, ">", &domain);
	if (r != ADDRESS_OK)
		return r;
	if (in->len == 0 || in->s[0] != '>')
		return ADDRESS_NO_CLOSE;
	advance(in, 1);
	return store(out, &local, &domain);
}

/*
 * The argument of MAIL FROM: or RCPT TO:, RFC 5321 section 4.1.2:
 *
 *	Reverse-path = Path / "<>"
 *	Path         = "<" [ A-d-l ":" ] Mailbox ">"
 *
 * With `used`, it gets the octets up to and including ">", and what follows
 * (parameters, after a space) is the caller's; without, nothing may follow.
 * On anything but ADDRESS_OK, *out is the empty address and *used is not set.
 */
enum address_result
address_parse_path(const char *s, size_t len, unsigned flags,
    struct address *out, size_t *used)
{
	struct scan in = { s, len, flags };
	struct address parsed = { "", 0, 0 };
	enum address_result r;

	*out = parsed;
	if (len == 0)
		return ADDRESS_EMPTY;
	if (s[0] != '<')
		return ADDRESS_NO_OPEN;
	advance(&in, 1);
	if (in.len > 0 && in.s[0] == '>') {
		if ((flags & ADDRESS_ALLOW_NULL) == 0)
			return ADDRESS_NULL;
		advance(&in, 1);
	} else {
		r = scan_path(&in, &parsed);
		if (r != ADDRESS_OK)
			return r;
	}
	if (len - in.len > ADDRESS_PATH_MAX)
		return ADDRESS_TOO_LONG;
	if (used == NULL && in.len > 0)
		return ADDRESS_TRAILING;
	if (used != NULL)
		*used = len - in.len;
	*out = parsed;
	return ADDRESS_OK;
}

/*
 * Mailbox = Local-part "@" ( Domain / address-literal ), RFC 5321 section
 * 4.1.2, without brackets; every octet must belong to it. On anything but
 * ADDRESS_OK, *out is the empty address.
 */
enum address_result
address_parse_mailbox(const char *s, size_t len, unsigned flags,
    struct address *out)
{
	struct scan in = { s, len, flags };
	struct part local, domain;
	enum address_result r;

	memset(out, 0, sizeof(*out));
	r = scan_local(&in, &local);
	if (r != ADDRESS_OK)
		return r;
	r = scan_domain(&in, "", &domain);
	if (r != ADDRESS_OK)
		return r;
	if (in.len > 0)
		return ADDRESS_TRAILING;
	return store(out, &local, &domain);
}

/*
 * A domain name from an operator or a configuration, as RFC 5321's Domain, but
 * one trailing dot is dropped and at least two labels are wanted unless flags
 * say ADDRESS_SINGLE_LABEL; ADDRESS_NUMERIC lets the last be a number, as in
 * a DKIM selector. No address literal. The name in lower case goes to
 * out, if that is not NULL; ADDRESS_DOMAIN_SIZE is enough for any, a name that
 * does not fit outsize is ADDRESS_DOMAIN_LONG.
 */
enum address_result
address_domain_valid(const char *s, size_t len, unsigned flags, char *out,
    size_t outsize)
{
	enum address_result r;
	size_t i, labels;

	if (len > 1 && s[len - 1] == '.')
		len--;
	r = check_domain(s, len, flags, &labels);
	if (r != ADDRESS_OK)
		return r;
	if (labels < 2 && (flags & ADDRESS_SINGLE_LABEL) == 0)
		return ADDRESS_DOMAIN_SINGLE;
	if (out == NULL)
		return ADDRESS_OK;
	if (len >= outsize)
		return ADDRESS_DOMAIN_LONG;
	for (i = 0; i < len; i++)
		out[i] = lower(s[i]);
	out[len] = '\0';
	return ADDRESS_OK;
}

/* Which rule was broken, for a log line or an operator; a constant string. */
const char *
address_strerror(enum address_result r)
{
	static const char *const texts[] = {
		[ADDRESS_OK] = "valid",
		[ADDRESS_EMPTY] = "empty",
		[ADDRESS_NULL] = "null path not allowed here",
		[ADDRESS_NO_OPEN] = "no opening angle bracket",
		[ADDRESS_NO_CLOSE] = "no closing angle bracket",
		[ADDRESS_TRAILING] = "text after the address",
		[ADDRESS_TOO_LONG] = "address too long",
		[ADDRESS_ROUTE] = "ill-formed source route",
		[ADDRESS_NO_AT] = "no at sign",
		[ADDRESS_LOCAL_EMPTY] = "empty local part",
		[ADDRESS_LOCAL_LONG] = "local part over 64 octets",
		[ADDRESS_LOCAL_DOT] = "misplaced dot in local part",
		[ADDRESS_LOCAL_CHAR] = "forbidden character in local part",
		[ADDRESS_QUOTE_OPEN] = "quoted local part does not end",
		[ADDRESS_QUOTE_CHAR] = "forbidden character in quotes",
		[ADDRESS_DOMAIN_EMPTY] = "empty domain",
		[ADDRESS_DOMAIN_LONG] = "domain too long",
		[ADDRESS_DOMAIN_CHAR] = "forbidden character in domain",
		[ADDRESS_DOMAIN_SINGLE] = "domain has only one label",
		[ADDRESS_DOMAIN_NUMERIC] = "last label of domain is a number",
		[ADDRESS_LABEL_EMPTY] = "misplaced dot in domain",
		[ADDRESS_LABEL_LONG] = "label of domain over 63 octets",
		[ADDRESS_LABEL_HYPHEN] = "misplaced hyphen in domain",
		[ADDRESS_LITERAL] = "ill-formed address literal",
		[ADDRESS_LITERAL_OPEN] = "address literal does not end",
		[ADDRESS_NOT_ASCII] = "8-bit character not allowed here",
		[ADDRESS_BAD_UTF8] = "ill-formed UTF-8",
	};

	if ((size_t)r >= sizeof(texts) / sizeof(texts[0]))
		return "unknown error";
	return texts[r];
}

/* Whether an address needs no SMTPUTF8 (RFC 6531). */
bool
address_is_ascii(const struct address *a)
{
	size_t i;

	for (i = 0; i < a->len; i++) {
		if ((a->mailbox[i] & 0x80) != 0)
			return false;
	}
	return true;
}

/* Whether it is the null reverse-path. */
bool
address_is_null(const struct address *a)
{
	return a->len == 0;
}

/* Whether the domain is an address literal. */
bool
address_is_literal(const struct address *a)
{
	return address_domain(a)[0] == '[';
}

/* The local part as written, not NUL-terminated, its length in *len. */
const char *
address_local(const struct address *a, size_t *len)
{
	*len = a->local_len;
	return a->mailbox;
}

/* The domain in lower case, NUL-terminated; "" for the null reverse-path. */
const char *
address_domain(const struct address *a)
{
	return address_is_null(a) ? a->mailbox : a->mailbox + a->local_len + 1;
}

/* Take quotes and backslashes off a local part; returns the new length. */
static size_t
unquote(const struct address *a, char *out)
{
	size_t i, n;

	for (i = 1, n = 0; i < a->local_len - 1; i++) {
		if (a->mailbox[i] == '\\')
			i++;
		out[n++] = a->mailbox[i];
	}
	return n;
}

/* Whether these octets need no quotes: a Dot-string, 8-bit taken as atext. */
static bool
is_dot_string(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] == '.' && (i == 0 || i == len - 1 || s[i - 1] == '.'))
			return false;
		if (s[i] != '.' && is_ascii(s[i]) && !is_atext(s[i]))
			return false;
	}
	return len > 0;
}

/*
 * A key under which all spellings of an address meet, for suppression look-up:
 * ASCII letters of the whole in lower case, quotes and backslashes only where
 * they are needed, so that "abc"@x is abc@x. Never longer than the address.
 * For comparing only: mail goes to the address as it was written.
 */
void
address_fold(const struct address *a, char key[ADDRESS_SIZE])
{
	char plain[ADDRESS_SIZE];
	size_t i, n, used;

	used = 0;
	if (a->mailbox[0] == '"') {
		n = unquote(a, plain);
		if (is_dot_string(plain, n)) {
			memcpy(key, plain, n);
			used = n;
		} else {
			key[used++] = '"';
			for (i = 0; i < n; i++) {
				if (plain[i] == '"' || plain[i] == '\\')
					key[used++] = '\\';
				key[used++] = plain[i];
			}
			key[used++] = '"';
		}
	} else {
		memcpy(key, a->mailbox, a->local_len);
		used = a->local_len;
	}
	memcpy(key + used, a->mailbox + a->local_len, a->len - a->local_len);
	used += a->len - a->local_len;
	key[used] = '\0';
	for (i = 0; i < used; i++)
		key[i] = lower(key[i]);
}

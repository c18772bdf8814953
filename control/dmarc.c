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
 * DMARC records.  Looks nothing up.
 */
#include "dmarc.h"

#include <string.h>
#include <strings.h>

#define VERSION "DMARC1"

struct tag {
	const char *name, *value;
	size_t name_len, value_len;
};

static void
trim(const char **s, size_t *len)
{
	while (*len > 0 && (**s == ' ' || **s == '\t')) {
		(*s)++;
		(*len)--;
	}
	while (*len > 0 && ((*s)[*len - 1] == ' ' || (*s)[*len - 1] == '\t'))
		(*len)--;
}

/*
 * The next of tag-list = tag *( ";" tag ) [ ";" ].  1, 0 at the end, -1 if it
 * has no "=" or no name; then the name is all of it.
 */
static int
next_tag(const char **s, struct tag *t)
{
	const char *equals;
	size_t len;

	len = strcspn(*s, ";");
	t->name = *s;
	t->name_len = len;
	t->value = *s + len;
	t->value_len = 0;
	*s += len;
	if (**s == ';')
		(*s)++;
	equals = memchr(t->name, '=', len);
	if (equals != NULL) {
		t->name_len = (size_t)(equals - t->name);
		t->value = equals + 1;
		t->value_len = len - t->name_len - 1;
		trim(&t->value, &t->value_len);
	}
	trim(&t->name, &t->name_len);
	if (t->name_len == 0 && equals == NULL && **s == '\0')
		return 0;
	return equals != NULL && t->name_len > 0 ? 1 : -1;
}

static bool
is(const char *s, size_t len, const char *word)
{
	return len == strlen(word) && strncasecmp(s, word, len) == 0;
}

/* dmarc-version = "v" *WSP "=" *WSP %x44 %x4d %x41 %x52 %x43 %x31 */
bool
dmarc_is_record(const char *txt)
{
	struct tag t;

	return next_tag(&txt, &t) == 1 && is(t.name, t.name_len, "v") &&
	    t.value_len == sizeof(VERSION) - 1 &&
	    memcmp(t.value, VERSION, sizeof(VERSION) - 1) == 0;
}

/* A policy in a word. */
const char *
dmarc_policy_name(enum dmarc_policy p)
{
	return p == DMARC_REJECT  ? "reject" :
	    p == DMARC_QUARANTINE ? "quarantine" :
				    "none";
}

static int
read_policy(const struct tag *t, enum dmarc_policy *out)
{
	static const enum dmarc_policy all[] = { DMARC_NONE, DMARC_QUARANTINE,
		DMARC_REJECT };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (is(t->value, t->value_len, dmarc_policy_name(all[i]))) {
			*out = all[i];
			return 0;
		}
	}
	return -1;
}

static int
read_alignment(const struct tag *t, bool *strict)
{
	*strict = is(t->value, t->value_len, "s");
	return *strict || is(t->value, t->value_len, "r") ? 0 : -1;
}

static int
read_percent(const struct tag *t, unsigned *out)
{
	size_t i;

	*out = 0;
	if (t->value_len == 0 || t->value_len > 3)
		return -1;
	for (i = 0; i < t->value_len; i++) {
		if (t->value[i] < '0' || t->value[i] > '9')
			return -1;
		*out = *out * 10 + (unsigned)(t->value[i] - '0');
	}
	return *out <= 100 ? 0 : -1;
}

/* A tag of a record; those that are not known are passed over.  0 or -1. */
static int
read_tag(struct dmarc *d, const struct tag *t)
{
	char domain[DOMAIN_SIZE];
	const char *list;
	size_t len;

	if (is(t->name, t->name_len, "p"))
		return read_policy(t, &d->policy);
	if (is(t->name, t->name_len, "sp"))
		return read_policy(t, &d->subdomains);
	if (is(t->name, t->name_len, "adkim"))
		return read_alignment(t, &d->strict_dkim);
	if (is(t->name, t->name_len, "aspf"))
		return read_alignment(t, &d->strict_spf);
	if (is(t->name, t->name_len, "pct"))
		return read_percent(t, &d->percent);
	if (!is(t->name, t->name_len, "rua"))
		return 0;
	d->rua = list = t->value;
	d->rua_len = len = t->value_len;
	while (dmarc_rua_next(&list, &len, domain))
		;
	return d->rua_len > 0 && len == 0 ? 0 : -1;
}

static void
set_wrong(struct dmarc *d, const struct tag *t)
{
	size_t len;

	len = (size_t)(t->value + t->value_len - t->name);
	if (len >= sizeof(d->wrong))
		len = sizeof(d->wrong) - 1;
	memcpy(d->wrong, t->name, len);
	d->wrong[len] = '\0';
}

/*
 * Read a record for which dmarc_is_record() holds.  0, or -1 if it is
 * ill-formed or has no policy; then wrong is the tag, "p" if it is missing.
 */
int
dmarc_parse(const char *txt, struct dmarc *d)
{
	struct tag t;
	int more;

	memset(d, 0, sizeof(*d));
	d->percent = 100;
	while ((more = next_tag(&txt, &t)) == 1) {
		if (read_tag(d, &t) == -1)
			break;
	}
	if (more != 0) {
		set_wrong(d, &t);
		return -1;
	}
	if (d->policy == 0) {
		memcpy(d->wrong, "p", 2);
		return -1;
	}
	if (d->subdomains == 0)
		d->subdomains = d->policy;
	return 0;
}

/*
 * The domain of the next address that reports go to, in lower case: URIs
 * with commas between, "mailto:" first and "!SIZE" last (section 6.2).
 * false at the end, where len is 0, or at one that is ill-formed.  Other
 * schemes have the empty domain.
 */
bool
dmarc_rua_next(const char **s, size_t *len, char domain[DOMAIN_SIZE])
{
	const char *at, *comma, *end, *uri;
	size_t i, n;

	if (*len == 0)
		return false;
	comma = memchr(*s, ',', *len);
	n = comma == NULL ? *len : (size_t)(comma - *s);
	uri = *s;
	domain[0] = '\0';
	*s += n + (comma == NULL ? 0 : 1);
	*len -= n + (comma == NULL ? 0 : 1);
	trim(&uri, &n);
	if (n < 7 || strncasecmp(uri, "mailto:", 7) != 0) {
		if (memchr(uri, ':', n) != NULL)
			return true;
		*len = 1; /* not the end */
		return false;
	}
	end = memchr(uri, '!', n);
	if (end == NULL)
		end = uri + n;
	at = memchr(uri, '@', (size_t)(end - uri));
	if (at == NULL || at + 1 == end || end - at > ADDRESS_DOMAIN_MAX) {
		*len = 1;
		return false;
	}
	for (i = 0, at++; at < end; at++)
		domain[i++] = *at >= 'A' && *at <= 'Z' ? (char)(*at + 32) : *at;
	domain[i] = '\0';
	return true;
}

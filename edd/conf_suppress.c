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
 * Statements about suppressions: which bounces make one, how they are stored.
 */
#include <string.h>

#include "conf.h"
#include "conf_fail.h"
#include "conf_set.h"
#include "limit.h"
#include "value.h"

/* The word for a lifetime without an end. */
#define FOREVER "forever"

static int
set_time(struct conf *c, const char *text, uint32_t *out)
{
	if (value_time(text, out) == -1)
		return conf_fail(c, text,
		    "not a time (number and s, m, h, d or w)");
	if (*out == 0 || *out > SOFT_TIME_MAX)
		return conf_fail(c, text, "not a time from 1s to 365d");
	return 0;
}

/* How many soft bounces in what time suppress a recipient for how long. */
int
conf_set_soft_bounces(struct conf *c, const char *bounces, const char *window,
    const char *lifetime)
{
	struct conf_suppress *s;
	uint64_t n;

	if (conf_once(c, SET_SOFT_BOUNCES, bounces) == -1)
		return -1;
	if (value_number(bounces, 1, CONF_SOFT_MAX, &n) == -1)
		return conf_fail(c, bounces, "not a number from 1 to %u",
		    CONF_SOFT_MAX);
	s = &c->suppress;
	s->soft_bounces = (uint32_t)n;
	s->soft_lifetime = 0;
	if (set_time(c, window, &s->soft_window) == -1)
		return -1;
	return strcmp(lifetime, FOREVER) == 0 ?
	    0 :
	    set_time(c, lifetime, &s->soft_lifetime);
}

/* Soft bounces suppress nobody. */
int
conf_set_soft_bounces_off(struct conf *c)
{
	if (conf_once(c, SET_SOFT_BOUNCES, "off") == -1)
		return -1;
	c->suppress.soft_bounces = 0;
	return 0;
}

/* Whether addresses are stored as hashes. */
int
conf_set_suppress_hash(struct conf *c, bool hash)
{
	if (conf_once(c, SET_SUPPRESS_HASH, "hash") == -1)
		return -1;
	c->suppress.hash = hash;
	return 0;
}

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
 * Parser of DNS answers.  It takes the records of the type asked for that
 * belong to the name asked for, or to the end of its chain of CNAMEs.
 */

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dnspacket.h"
#include "limits.h"

#define DNS_HEADER_SIZE 12u
#define DNS_CLASS_IN	1u

struct cursor {
	const uint8_t *data;
	size_t len;
	size_t pos;
	bool bad;
};

/* A record whose data is not looked at yet. */
struct raw {
	char owner[DOMAIN_SIZE];
	uint16_t type;
	uint16_t class;
	size_t start; /* of its data */
	size_t end;
};

static uint16_t
get_u16(struct cursor *c)
{
	uint16_t value;

	if (c->bad || c->len - c->pos < 2) {
		c->bad = true;
		return 0;
	}
	value = (uint16_t)(c->data[c->pos] << 8 | c->data[c->pos + 1]);
	c->pos += 2;
	return value;
}

static void
skip(struct cursor *c, size_t n)
{
	if (c->bad || c->len - c->pos < n)
		c->bad = true;
	else
		c->pos += n;
}

/*
 * Append a label and a dot.  Only what host names have, and "_", is taken; any
 * other octet becomes "?", so that the name matches nothing and resolves to
 * nothing.  false if it does not fit.
 */
static bool
append_label(char *out, size_t *len, const uint8_t *label, size_t n)
{
	size_t i;
	uint8_t c;

	if (*len + n + 1 >= DOMAIN_SIZE)
		return false;
	for (i = 0; i < n; i++) {
		c = label[i];
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    c == '-' || c == '_')
			out[(*len)++] = (char)c;
		else if (c >= 'A' && c <= 'Z')
			out[(*len)++] = (char)(c - 'A' + 'a');
		else
			out[(*len)++] = '?';
	}
	out[(*len)++] = '.';
	return true;
}

/*
 * Read a name (RFC 1035 section 4.1.4), in lower case and without the last
 * dot; the root is ".".  Pointers must lead backwards, which ends every loop.
 */
static void
get_name(struct cursor *c, char out[DOMAIN_SIZE])
{
	size_t pos = c->pos, lowest = c->pos, len = 0, jumps = 0, target;
	uint8_t n;

	out[0] = '\0';
	while (!c->bad) {
		if (pos >= c->len)
			break;
		n = c->data[pos];
		if (n == 0) {
			if (jumps == 0)
				c->pos = pos + 1;
			if (len == 0)
				out[len++] = '.';
			else if (len > 1)
				len--;
			out[len] = '\0';
			return;
		}
		if ((n & 0xc0) == 0xc0) {
			if (pos + 1 >= c->len || ++jumps > DNSPACKET_JUMPS_MAX)
				break;
			target = (size_t)(n & 0x3f) << 8 | c->data[pos + 1];
			if (target >= lowest)
				break;
			if (jumps == 1)
				c->pos = pos + 2;
			pos = lowest = target;
			continue;
		}
		if (n > 63 || c->len - pos - 1 < n ||
		    !append_label(out, &len, c->data + pos + 1, n))
			break;
		pos += (size_t)n + 1;
	}
	c->bad = true;
	out[0] = '\0';
}

/* Read a record up to its end. */
static void
get_raw(struct cursor *c, struct raw *raw)
{
	uint16_t length;

	get_name(c, raw->owner);
	raw->type = get_u16(c);
	raw->class = get_u16(c);
	skip(c, 4); /* TTL: the resolver's business */
	length = get_u16(c);
	raw->start = c->pos;
	skip(c, length);
	raw->end = c->pos;
}

static int
set_text(struct dnsrr *rr, const char *text, size_t len)
{
	rr->text = malloc(len + 1);
	if (rr->text == NULL)
		return -1;
	memcpy(rr->text, text, len);
	rr->text[len] = '\0';
	rr->len = len;
	return 0;
}

/* A name that ends exactly where the data of the record does. */
static int
set_name(struct cursor *c, struct dnsrr *rr, size_t end)
{
	char name[DOMAIN_SIZE];

	get_name(c, name);
	if (c->bad || c->pos != end)
		return -1;
	return set_text(rr, name, strlen(name));
}

/* The strings of a TXT record, joined (RFC 7208 section 3.3), perhaps cut. */
static int
set_strings(const uint8_t *data, size_t len, struct dnsrr *rr)
{
	char text[DNSPACKET_TEXT_MAX];
	size_t used = 0, n, fits;

	while (len > 0) {
		n = *data++;
		len--;
		if (n > len)
			return -1;
		fits = n < sizeof(text) - used ? n : sizeof(text) - used;
		memcpy(text + used, data, fits);
		used += fits;
		data += n;
		len -= n;
	}
	return set_text(rr, text, used);
}

/* The data of a record of the type asked for. */
static int
set_data(const struct cursor *c, const struct raw *raw, struct dnsrr *rr)
{
	size_t len = raw->end - raw->start;
	struct cursor data = *c;

	data.pos = raw->start;
	switch (raw->type) {
	case DNSTYPE_A:
	case DNSTYPE_AAAA:
		if (len != (raw->type == DNSTYPE_A ? 4 : 16))
			return -1;
		rr->addr.family = raw->type == DNSTYPE_A ? AF_INET : AF_INET6;
		memcpy(rr->addr.bytes, c->data + raw->start, len);
		return 0;
	case DNSTYPE_MX:
		rr->preference = get_u16(&data);
		return set_name(&data, rr, raw->end);
	case DNSTYPE_NS:
	case DNSTYPE_CNAME:
	case DNSTYPE_PTR:
		return set_name(&data, rr, raw->end);
	case DNSTYPE_TXT:
		return set_strings(c->data + raw->start, len, rr);
	default:
		return -1;
	}
}

/* Where the name leads to: the end of the CNAMEs that begin at it. */
static int
follow(const struct cursor *answers, uint16_t count, char name[DOMAIN_SIZE])
{
	struct cursor c, data;
	struct raw raw;
	unsigned steps;
	uint16_t i;
	bool found;

	for (steps = 0; steps < DNSPACKET_CHAIN_MAX; steps++) {
		c = *answers;
		found = false;
		for (i = 0; i < count && !found && !c.bad; i++) {
			get_raw(&c, &raw);
			found = !c.bad && raw.type == DNSTYPE_CNAME &&
			    raw.class == DNS_CLASS_IN &&
			    strcasecmp(raw.owner, name) == 0;
		}
		if (c.bad)
			return -1;
		if (!found)
			return 0;
		data = c;
		data.pos = raw.start;
		get_name(&data, name);
		if (data.bad || data.pos != raw.end)
			return -1;
	}
	return -1;
}

/* Collect the records of a type that a name has. */
static int
collect(struct cursor *c, uint16_t count, uint16_t type, const char *name,
    struct dnsset *set)
{
	struct raw raw;
	uint16_t i;

	for (i = 0; i < count && set->count < DNSPACKET_RECORDS_MAX; i++) {
		get_raw(c, &raw);
		if (c->bad)
			return -1;
		if (raw.type != type || raw.class != DNS_CLASS_IN ||
		    strcasecmp(raw.owner, name) != 0)
			continue;
		if (set_data(c, &raw, &set->rr[set->count]) == -1)
			return -1;
		set->count++;
	}
	return 0;
}

/*
 * Parse an answer to a question of the type given.  Returns 0 and the records,
 * at most DNSPACKET_RECORDS_MAX, which the caller clears; or -1 with nothing
 * to clear if the packet is ill-formed, has another question, or there is no
 * memory.
 */
int
dnspacket_parse(const uint8_t *data, size_t len, uint16_t type,
    struct dnsset *set)
{
	struct cursor c = { .data = data, .len = len };
	char name[DOMAIN_SIZE];
	uint16_t flags, questions, answers;

	memset(set, 0, sizeof(*set));
	skip(&c, 2);
	flags = get_u16(&c);
	questions = get_u16(&c);
	answers = get_u16(&c);
	skip(&c, 4);
	get_name(&c, name);
	if (get_u16(&c) != type || get_u16(&c) != DNS_CLASS_IN || c.bad ||
	    questions != 1 || (flags & 0x8000) == 0)
		return -1;
	set->rcode = flags & 0x000f;
	if (type != DNSTYPE_CNAME && follow(&c, answers, name) == -1)
		return -1;
	set->rr = calloc(DNSPACKET_RECORDS_MAX, sizeof(*set->rr));
	if (set->rr == NULL)
		return -1;
	if (collect(&c, answers, type, name, set) == -1) {
		dnsset_clear(set);
		return -1;
	}
	return 0;
}

/* Free the records of an answer. */
void
dnsset_clear(struct dnsset *set)
{
	size_t i;

	/* One more than count may have been begun. */
	for (i = 0; set->rr != NULL && i < DNSPACKET_RECORDS_MAX; i++)
		free(set->rr[i].text);
	free(set->rr);
	memset(set, 0, sizeof(*set));
}

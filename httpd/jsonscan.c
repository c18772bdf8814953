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
 * A scanner of RFC 8259 that keeps no values: where it stands is a stack of
 * frames, bounded, and the keys of the objects that are open are hashes.
 */
#include "jsonscan.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "fault.h"
#include "httplimits.h"
#include "octets.h"
#include "percent.h"

/* Digits of a number: 2^64 has 20, and a double 17 and an exponent. */
#define NUMBER_MAX 64u

/* Octets of a key that an error shows. */
#define KEY_SHOWN 64

/* FNV-1a. */
#define HASH_BEGIN UINT64_C(14695981039346656037)
#define HASH_PRIME UINT64_C(1099511628211)

enum want {
	WANT_VALUE,
	WANT_ELEMENT, /* or the end of an array */
	WANT_KEY,
	WANT_MEMBER, /* or the end of an object */
	WANT_COMMA,  /* or the end of either */
	WANT_NOTHING
};

struct frame {
	bool array;
	size_t index;	 /* of the element */
	const char *key; /* of the member, as written */
	size_t key_len;
	size_t keys; /* where its hashes begin */
};

struct scan {
	const char *s;
	const char *end;
	struct frame frames[JSON_DEPTH_MAX];
	size_t depth;
	size_t values;
	uint64_t *hashes; /* of the keys of all frames */
	size_t hashes_len;
	size_t hashes_size;
	struct fault *fault;
};

/* Add to a path what fits. */
static size_t
add(char *path, size_t used, const char *s, size_t len)
{
	size_t left = JSON_PATH_SIZE - 1 - used;

	if (len > left)
		len = left;
	memcpy(path + used, s, len);
	path[used + len] = '\0';
	return used + len;
}

/* Refuse, at the place where the frames say. */
static int
refuse(struct scan *j, const char *why)
{
	char path[JSON_PATH_SIZE] = "", number[32];
	const struct frame *f;
	size_t i, n, used = 0;

	for (i = 0; i < j->depth; i++) {
		f = &j->frames[i];
		if (f->array) {
			(void)snprintf(number, sizeof(number), "[%zu]",
			    f->index);
			used = add(path, used, number, strlen(number));
		} else if (f->key != NULL) {
			n = f->key_len < KEY_SHOWN ? f->key_len : KEY_SHOWN;
			if (used > 0)
				used = add(path, used, ".", 1);
			used = add(path, used, f->key, n);
		}
	}
	if (used == 0)
		return fault_setf(j->fault, FAULT_PARSE,
		    "The request body is not valid JSON: %s", why);
	return fault_setf(j->fault, FAULT_PARSE,
	    "The request body is not valid JSON: %s: %s", path, why);
}

static void
skip_space(struct scan *j)
{
	while (j->s < j->end &&
	    (*j->s == ' ' || *j->s == '\t' || *j->s == '\r' || *j->s == '\n'))
		j->s++;
}

/* The octet here, or -1. */
static int
peek(const struct scan *j)
{
	return j->s < j->end ? (unsigned char)*j->s : -1;
}

/* Add to a hash; NULL: what is read needs none. */
static void
mix(uint64_t *hash, const char *s, size_t len)
{
	for (; hash != NULL && len > 0; s++, len--)
		*hash = (*hash ^ (unsigned char)*s) * HASH_PRIME;
}

/* A code point as UTF-8. */
static void
mix_point(uint64_t *hash, uint32_t c)
{
	char u[4];
	size_t n = 0;

	if (c < 0x80)
		u[n++] = (char)c;
	else {
		if (c < 0x800)
			u[n++] = (char)(0xc0 | c >> 6);
		else {
			if (c < 0x10000)
				u[n++] = (char)(0xe0 | c >> 12);
			else {
				u[n++] = (char)(0xf0 | c >> 18);
				u[n++] = (char)(0x80 | (c >> 12 & 0x3f));
			}
			u[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		}
		u[n++] = (char)(0x80 | (c & 0x3f));
	}
	mix(hash, u, n);
}

/* Four hexadecimal digits here, or -1. */
static int32_t
take_hex(struct scan *j)
{
	int32_t value = 0;
	int i, digit;

	if (j->end - j->s < 4)
		return -1;
	for (i = 0; i < 4; i++, j->s++) {
		digit = percent_hex(*j->s);
		if (digit == -1)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/* "\uXXXX" after the "u"; both halves of a pair. */
static int
take_unicode(struct scan *j, uint64_t *hash)
{
	int32_t c, low;

	c = take_hex(j);
	if (c == -1)
		return refuse(j, "ill-formed escape");
	if (c == 0)
		return refuse(j, "NUL in a string");
	if (c >= 0xd800 && c <= 0xdfff) {
		low = -1;
		if (c < 0xdc00 && j->end - j->s >= 2 && j->s[0] == '\\' &&
		    j->s[1] == 'u') {
			j->s += 2;
			low = take_hex(j);
		}
		if (low < 0xdc00 || low > 0xdfff)
			return refuse(j, "half of a surrogate pair");
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	mix_point(hash, (uint32_t)c);
	return 0;
}

/* What comes after a backslash. */
static int
take_escape(struct scan *j, uint64_t *hash)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meaning[] = "\"\\/\b\f\n\r\t";
	const char *at;
	int c;

	c = peek(j);
	if (c == -1)
		return refuse(j, "ill-formed escape");
	j->s++;
	if (c == 'u')
		return take_unicode(j, hash);
	at = c == 0 ? NULL : strchr(letters, c);
	if (at == NULL)
		return refuse(j, "ill-formed escape");
	mix(hash, &meaning[at - letters], 1);
	return 0;
}

/* Octets of the character here; 0: it is none. C1 controls are characters. */
static size_t
character(const struct scan *j)
{
	unsigned char second;

	if ((*j->s & 0x80) == 0)
		return 1;
	if ((unsigned char)*j->s == 0xc2 && j->end - j->s >= 2) {
		second = (unsigned char)j->s[1];
		return second >= 0x80 && second <= 0xbf ? 2 : 0;
	}
	return address_utf8(j->s, (size_t)(j->end - j->s));
}

/* Characters that mean themselves: most of a text. */
static void
take_plain(struct scan *j, uint64_t *hash)
{
	const char *end;

	end = octets_text(j->s, j->end, '"', '\\');
	mix(hash, j->s, (size_t)(end - j->s));
	j->s = end;
}

/*
 * string = quotation-mark *char quotation-mark; *hash is of what it means, and
 * NULL if nobody asks.
 */
static int
take_string(struct scan *j, uint64_t *hash)
{
	size_t n;
	int c;

	if (hash != NULL)
		*hash = HASH_BEGIN;
	j->s++;
	for (take_plain(j, hash); (c = peek(j)) != '"'; take_plain(j, hash)) {
		if (c == -1)
			return refuse(j, "a string does not end");
		if (c < ' ')
			return refuse(j, "control character in a string");
		if (c == '\\') {
			j->s++;
			if (take_escape(j, hash) == -1)
				return -1;
			continue;
		}
		n = character(j);
		if (n == 0)
			return refuse(j, "ill-formed UTF-8");
		mix(hash, j->s, n);
		j->s += n;
	}
	j->s++;
	return 0;
}

/* Digits here; how many. */
static size_t
take_digits(struct scan *j)
{
	const char *begin = j->s;

	while (peek(j) >= '0' && peek(j) <= '9')
		j->s++;
	return (size_t)(j->s - begin);
}

/* number = [ "-" ] int [ frac ] [ exp ] */
static int
take_number(struct scan *j)
{
	const char *begin = j->s;
	bool good;

	if (peek(j) == '-')
		j->s++;
	if (peek(j) == '0') {
		j->s++;
		good = true;
	} else
		good = take_digits(j) > 0;
	if (good && peek(j) == '.') {
		j->s++;
		good = take_digits(j) > 0;
	}
	if (good && (peek(j) == 'e' || peek(j) == 'E')) {
		j->s++;
		if (peek(j) == '+' || peek(j) == '-')
			j->s++;
		good = take_digits(j) > 0;
	}
	if (!good || j->s - begin > (ptrdiff_t)NUMBER_MAX)
		return refuse(j, "ill-formed or too long a number");
	return 0;
}

static int
take_word(struct scan *j, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(j->end - j->s) < len || memcmp(j->s, word, len) != 0)
		return refuse(j, "no value");
	j->s += len;
	return 0;
}

/* Remember a key; refuse one that this object has already. */
static int
keep_key(struct scan *j, uint64_t hash)
{
	struct frame *f = &j->frames[j->depth - 1];
	uint64_t *p;
	size_t i, size;

	for (i = f->keys; i < j->hashes_len; i++) {
		if (j->hashes[i] == hash)
			return refuse(j, "this field occurs twice");
	}
	if (j->hashes_len - f->keys == JSON_MEMBERS_MAX)
		return refuse(j, "too many fields");
	if (j->hashes_len == j->hashes_size) {
		size = j->hashes_size == 0 ? 64 : j->hashes_size * 2;
		p = reallocarray(j->hashes, size, sizeof(*p));
		if (p == NULL)
			return fault_set(j->fault, FAULT_INTERNAL, NULL);
		j->hashes = p;
		j->hashes_size = size;
	}
	j->hashes[j->hashes_len++] = hash;
	return 0;
}

/* member = string name-separator value, up to the value. */
static int
take_key(struct scan *j)
{
	struct frame *f = &j->frames[j->depth - 1];
	const char *begin = j->s;
	uint64_t hash;

	f->key = NULL;
	if (peek(j) != '"')
		return refuse(j, "a field name is missing");
	if (take_string(j, &hash) == -1)
		return -1;
	f->key = begin + 1;
	f->key_len = (size_t)(j->s - begin) - 2;
	if (keep_key(j, hash) == -1)
		return -1;
	skip_space(j);
	if (peek(j) != ':')
		return refuse(j, "a colon is missing");
	j->s++;
	return 0;
}

/* "[" or "{" */
static int
open_frame(struct scan *j, bool array)
{
	struct frame *f;

	if (j->depth == JSON_DEPTH_MAX)
		return refuse(j, "nested too deep");
	f = &j->frames[j->depth++];
	memset(f, 0, sizeof(*f));
	f->array = array;
	f->keys = j->hashes_len;
	j->s++;
	return 0;
}

/* "]" or "}" */
static enum want
close_frame(struct scan *j)
{
	j->s++;
	j->hashes_len = j->frames[--j->depth].keys;
	return j->depth == 0 ? WANT_NOTHING : WANT_COMMA;
}

/* A value; of an array or object the beginning. */
static int
take_value(struct scan *j, enum want *want)
{
	int c;

	if (++j->values > JSON_VALUES_MAX)
		return refuse(j, "too many values");
	*want = WANT_COMMA;
	c = peek(j);
	switch (c) {
	case '{':
		*want = WANT_MEMBER;
		return open_frame(j, false);
	case '[':
		*want = WANT_ELEMENT;
		return open_frame(j, true);
	case '"':
		return take_string(j, NULL);
	case 't':
		return take_word(j, "true");
	case 'f':
		return take_word(j, "false");
	case 'n':
		return take_word(j, "null");
	default:
		if (c == '-' || (c >= '0' && c <= '9'))
			return take_number(j);
		return refuse(j, c == -1 ? "it ends too soon" : "no value");
	}
}

/* What comes after a value: a comma, or the end of what it is in. */
static int
take_comma(struct scan *j, enum want *want)
{
	struct frame *f = &j->frames[j->depth - 1];

	if (peek(j) == (f->array ? ']' : '}')) {
		*want = close_frame(j);
		return 0;
	}
	if (peek(j) != ',')
		return refuse(j,
		    peek(j) == -1 ? "it ends too soon" : "a comma is missing");
	j->s++;
	f->index++;
	*want = f->array ? WANT_VALUE : WANT_KEY;
	return 0;
}

/* One step of the grammar. */
static int
step(struct scan *j, enum want *want)
{
	skip_space(j);
	switch (*want) {
	case WANT_ELEMENT:
		if (peek(j) == ']')
			return take_comma(j, want);
		return take_value(j, want);
	case WANT_MEMBER:
		if (peek(j) == '}')
			return take_comma(j, want);
		*want = WANT_VALUE;
		return take_key(j);
	case WANT_KEY:
		*want = WANT_VALUE;
		return take_key(j);
	case WANT_COMMA:
		return take_comma(j, want);
	case WANT_VALUE:
	case WANT_NOTHING:
	default:
		return take_value(j, want);
	}
}

/*
 * Whether it is one object of JSON and nothing but white space around; *used
 * is where it ends. 0, or -1 with the fault set.
 */
int
jsonscan_object(const char *s, size_t len, size_t *used, struct fault *fault)
{
	struct scan j;
	enum want want = WANT_VALUE;
	int rc = 0;

	memset(&j, 0, sizeof(j));
	j.s = s;
	j.end = s + len;
	j.fault = fault;
	skip_space(&j);
	if (peek(&j) != '{')
		return refuse(&j, "it is no object");
	while (rc == 0 && want != WANT_NOTHING)
		rc = step(&j, &want);
	free(j.hashes);
	if (rc == -1)
		return -1;
	*used = (size_t)(j.s - s);
	skip_space(&j);
	return j.s == j.end ? 0 : refuse(&j, "text after its end");
}

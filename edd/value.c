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
 * Values of edd.conf in text and back.  Knows no statement and no default.
 */
#include "value.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compat.h"
#include "proto_conf.h"

struct unit {
	char suffix;
	uint64_t factor;
};

/* The largest first, for printing. */
static const struct unit sizes[] = {
	{ 'G', 1ull << 30 },
	{ 'M', 1ull << 20 },
	{ 'K', 1ull << 10 },
};

static const struct unit times[] = {
	{ 'w', 604800 },
	{ 'd', 86400 },
	{ 'h', 3600 },
	{ 'm', 60 },
	{ 's', 1 },
};

#define COUNT(A) (sizeof(A) / sizeof((A)[0]))

/*
 * Digits at the start of text into n; returns what follows them, or NULL if
 * there are none or too many.
 */
static const char *
digits(const char *text, uint64_t *n)
{
	const char *p;
	unsigned d;

	*n = 0;
	for (p = text; *p >= '0' && *p <= '9'; p++) {
		d = (unsigned)(*p - '0');
		if (*n > (UINT64_MAX - d) / 10)
			return NULL;
		*n = *n * 10 + d;
	}
	return p == text ? NULL : p;
}

/* A number with at most one of the suffixes, which is not case-sensitive. */
static int
with_unit(const char *text, const struct unit *unit, size_t units, uint64_t max,
    uint64_t *out)
{
	const char *p;
	uint64_t n;
	size_t i;

	p = digits(text, &n);
	if (p == NULL)
		return -1;
	if (*p == '\0') {
		*out = n;
		return n <= max ? 0 : -1;
	}
	for (i = 0; i < units; i++) {
		if ((unit[i].suffix | 0x20) != (*p | 0x20) || p[1] != '\0')
			continue;
		if (n > max / unit[i].factor)
			return -1;
		*out = n * unit[i].factor;
		return 0;
	}
	return -1;
}

/* A decimal number from min to max.  0 or -1. */
int
value_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	const char *p;

	p = digits(text, out);
	if (p == NULL || *p != '\0' || *out < min || *out > max)
		return -1;
	return 0;
}

/* Octets: a number, with K, M or G (1024, its square, its cube).  0 or -1. */
int
value_size(const char *text, uint64_t *out)
{
	return with_unit(text, sizes, COUNT(sizes), INT64_MAX, out);
}

/* Seconds: a number, with s, m, h, d or w.  0 or -1. */
int
value_time(const char *text, uint32_t *out)
{
	uint64_t n;

	if (with_unit(text, times, COUNT(times), INT32_MAX, &n) == -1)
		return -1;
	*out = (uint32_t)n;
	return 0;
}

/* "N%" with N from 0 to 99.  0 or -1. */
int
value_percent(const char *text, uint32_t *out)
{
	const char *p;
	uint64_t n;

	p = digits(text, &n);
	if (p == NULL || p[0] != '%' || p[1] != '\0' || n > 99)
		return -1;
	*out = (uint32_t)n;
	return 0;
}

/* Whether text is an IPv4 or IPv6 address. */
bool
value_is_address(const char *text)
{
	uint8_t address[16];

	return inet_pton(AF_INET, text, address) == 1 ||
	    inet_pton(AF_INET6, text, address) == 1;
}

static void
print_unit(uint64_t n, const struct unit *unit, size_t units, char *out)
{
	size_t i;

	for (i = 0; i < units && n > 0; i++) {
		if (n % unit[i].factor != 0)
			continue;
		(void)snprintf(out, VALUE_TEXT_SIZE, "%" PRIu64 "%c",
		    n / unit[i].factor, unit[i].suffix);
		return;
	}
	(void)snprintf(out, VALUE_TEXT_SIZE, "%" PRIu64, n);
}

/* The shortest text that value_size() reads as the same. */
void
value_print_size(uint64_t n, char out[VALUE_TEXT_SIZE])
{
	print_unit(n, sizes, COUNT(sizes), out);
}

/* The shortest text that value_time() reads as the same. */
void
value_print_time(uint32_t n, char out[VALUE_TEXT_SIZE])
{
	print_unit(n, times, COUNT(times), out);
}

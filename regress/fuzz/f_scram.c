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

/* sources: smtpd/scram.c lib/base64.c */

/*
 * SCRAM messages: the first octet says how many belong to the client's first,
 * the rest is its last.  What is taken is what the client said, in bounds.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scram.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
last(struct scram *c, const char *text, size_t len)
{
	struct policy_proof p;
	enum reply r;

	memset(&p, 0, sizeof(p));
	r = scram_final(c, text, len, &p);
	must(r == REPLY_NONE || r == REPLY_BASE64 || r == REPLY_SCRAM);
	if (r != REPLY_NONE)
		return;
	must(strnlen(p.message, sizeof(p.message)) < sizeof(p.message));
	must(strncmp(p.message, c->bare, strlen(c->bare)) == 0);
	must(strstr(p.message, c->server) != NULL);
	must(
	    strstr(p.message, ",p=") == NULL || strstr(c->bare, ",p=") != NULL);
}

/* Both as they come, and the octets that their Base64 stands for. */
static void
exchange(const char *one, size_t one_len, const char *two, size_t two_len)
{
	static const uint8_t random[SCRAM_RANDOM_SIZE] = { 7 };
	char line[SCRAM_LINE_SIZE];
	struct policy_keys k;
	struct scram c;
	enum reply r;

	r = scram_first(&c, one, one_len);
	must(r == REPLY_NONE || r == REPLY_BASE64 || r == REPLY_SCRAM ||
	    r == REPLY_CREDENTIALS);
	if (r != REPLY_NONE)
		return;
	must(c.login[0] != '\0' &&
	    strnlen(c.login, sizeof(c.login)) < sizeof(c.login));
	memset(&k, 0, sizeof(k));
	k.iterations = 4096;
	must(scram_challenge(&c, &k, random, line) == 0);
	must(strlen(line) < SCRAM_LINE_SIZE);
	last(&c, two, two_len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char one[BASE64_LEN(1024) + 1], two[BASE64_LEN(1024) + 1];
	const char *text;
	size_t cut;

	if (len == 0 || len > 1024)
		return 0;
	text = (const char *)bytes + 1;
	len--;
	cut = bytes[0] < len ? bytes[0] : len;
	exchange(text, cut, text + cut, len - cut);
	if (base64_encode(text, cut, one, sizeof(one)) == 0 &&
	    base64_encode(text + cut, len - cut, two, sizeof(two)) == 0)
		exchange(one, strlen(one), two, strlen(two));
	return 0;
}

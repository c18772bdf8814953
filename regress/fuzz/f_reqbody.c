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

/* sources: httpd/reqbody.c httpd/fault.c httpd/percent.c lib/address.c */
/* libs: -lcrypto */

/*
 * Chunked bodies: fed whole and in pieces they have the same content and end,
 * and never more of it than the limit.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "reqbody.h"

#define MAX 1000u

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct content {
	char s[MAX];
	size_t len;
};

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static int
content_cb(void *arg, const char *s, size_t len)
{
	struct content *c = arg;

	must(len > 0 && len <= sizeof(c->s) - c->len);
	memcpy(c->s + c->len, s, len);
	c->len += len;
	return 0;
}

static enum reqbody_status
feed(const char *s, size_t len, size_t step, struct content *c, size_t *total,
    uint8_t digest[REQBODY_DIGEST])
{
	enum reqbody_status status = REQBODY_MORE;
	struct reqbody *b;
	struct fault f;
	size_t n, used;

	c->len = 0;
	fault_clear(&f);
	b = reqbody_new(REQUEST_CHUNKED, 0, MAX, content_cb, c, &f);
	must(b != NULL && reqbody_hash(b) == 0);
	for (*total = 0; *total < len && status == REQBODY_MORE;
	     *total += used) {
		n = len - *total < step ? len - *total : step;
		status = reqbody_feed(b, s + *total, n, &used, &f);
		must(used <= n);
		must(status != REQBODY_MORE || used == n);
		must((status == REQBODY_REFUSED) == (f.kind != FAULT_NONE));
	}
	must(reqbody_size(b) == c->len);
	must(reqbody_digest(b, digest) == 0);
	reqbody_free(b);
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t digest[REQBODY_DIGEST], digest_again[REQBODY_DIGEST];
	struct content c, again;
	size_t used, used_again;
	enum reqbody_status status;

	if (size == 0)
		return 0;
	status = feed((const char *)data + 1, size - 1, size, &c, &used,
	    digest);
	must(status ==
	    feed((const char *)data + 1, size - 1, (size_t)data[0] % 16 + 1,
		&again, &used_again, digest_again));
	must(used == used_again && c.len == again.len &&
	    memcmp(c.s, again.s, c.len) == 0 &&
	    memcmp(digest, digest_again, sizeof(digest)) == 0);
	if (status == REQBODY_DONE)
		must(memcmp(data + used - 1, "\r\n", 2) == 0);
	return 0;
}

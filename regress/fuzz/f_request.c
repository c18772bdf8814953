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

/* sources: httpd/request.c httpd/reqcheck.c httpd/fault.c httpd/percent.c */
/* sources: httpd/query.c httpd/httpdate.c httpd/raw.c */
/* sources: lib/address.c lib/compat.c lib/date.c */

/*
 * Heads of requests: fed whole and in pieces they mean the same, what is
 * read can be used, and no octet behind the head is.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "query.h"
#include "raw.h"
#include "request.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

/* Feed in pieces of step octets; how many were used. */
static enum request_status
feed(struct request *r, const char *s, size_t len, size_t step, size_t *total)
{
	enum request_status status = REQUEST_MORE;
	size_t n, used;

	for (*total = 0; *total < len && status == REQUEST_MORE;
	     *total += used) {
		n = len - *total < step ? len - *total : step;
		status = request_feed(r, s + *total, n, &used);
		must(used <= n);
		must(status != REQUEST_MORE || used == n);
	}
	return status;
}

/* Octets of the target and the path and query are those of the head. */
static void
use(const struct request *r)
{
	struct query *q;
	struct fault f;
	struct raw raw;
	size_t i;

	must(strlen(request_target(r)) <= REQUEST_TARGET_MAX);
	must(strlen(request_method_name(r)) <= REQUEST_METHOD_MAX);
	for (i = 0; i < request_segments(r); i++)
		must(strpbrk(request_segment(r, i), "\r\n") == NULL);
	must(strstr(request_target(r), request_query(r)) != NULL);
	must(request_field(r, "host", 1) == NULL);
	must(request_field(r, "content-length", 1) == NULL);
	if (request_framing(r) == REQUEST_CHUNKED)
		must(request_value(r, "content-length") == NULL);
	if (request_framing(r) == REQUEST_NO_BODY)
		must(request_value(r, "transfer-encoding") == NULL);
	if (raw_read(r, &raw, &f) == 0)
		must(raw.rcpts_len > 0 && raw.sender.len > 0);
	q = query_read(request_query(r), &f);
	query_free(q);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum request_status whole, pieces;
	struct request *r, *again;
	size_t used, used_again;

	if (size == 0)
		return 0;
	r = request_new();
	again = request_new();
	must(r != NULL && again != NULL);
	whole = feed(r, (const char *)data + 1, size - 1, size, &used);
	pieces = feed(again, (const char *)data + 1, size - 1,
	    (size_t)data[0] % 16 + 1, &used_again);
	must(whole == pieces);
	if (whole == REQUEST_READY) {
		must(used == used_again);
		must(memcmp(data + used - 1, "\r\n", 2) == 0);
		must(strcmp(request_target(r), request_target(again)) == 0);
		must(request_length(r) == request_length(again));
		must(request_framing(r) == request_framing(again));
		use(r);
	}
	if (whole == REQUEST_REFUSED)
		must(request_fault(r)->kind == request_fault(again)->kind);
	request_reset(r);
	must(!request_begun(r));
	request_free(r);
	request_free(again);
	return 0;
}

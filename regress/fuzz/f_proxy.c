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
 * Headers of the PROXY protocol: whatever comes, the length that is waited for
 * is bounded, and an address is of a family that there is.
 *
 * sources: smtpd/proxy.c
 */

#include <sys/socket.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct sockaddr_storage ss;
	enum proxy_result r;
	uint8_t *copy;
	size_t rest;

	copy = malloc(len + 1); /* so that a sanitizer sees the end */
	if (copy == NULL)
		abort();
	memcpy(copy, bytes, len);
	if (len >= PROXY_HEAD && proxy_rest(copy, &rest) == 0 &&
	    rest > SMTPD_PROXY_MAX)
		abort();
	r = proxy_parse(copy, len, &ss);
	if (r == PROXY_OK && ss.ss_family != AF_INET &&
	    ss.ss_family != AF_INET6)
		abort();
	free(copy);
	return 0;
}

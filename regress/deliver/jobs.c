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
 * Makes batches and the file that their message is in.
 */

#include <sys/mman.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"
#include "crc32c.h"
#include "jobs.h"
#include "reader.h"

/* A batch to r0@DOMAIN, r1@DOMAIN and so on, as queue would send it. */
void
jobs_batch(struct work_batch *b, uint64_t number, const char *domain,
    uint32_t rcpts)
{
	uint32_t i;

	memset(b, 0, sizeof(*b));
	b->batch = number;
	b->message = number;
	(void)strlcpy(b->destination, domain, sizeof(b->destination));
	(void)strlcpy(b->return_path, "from@example.org",
	    sizeof(b->return_path));
	b->prefix_len = sizeof(JOBS_PREFIX) - 1;
	b->body_off = b->prefix_len;
	b->body_len = sizeof(JOBS_BODY) - 1;
	b->crc = crc32c(0, JOBS_BODY JOBS_PREFIX,
	    sizeof(JOBS_BODY JOBS_PREFIX) - 1);
	b->rcpts = rcpts;
	b->rcpt = calloc(rcpts, sizeof(*b->rcpt));
	if (b->rcpt == NULL)
		abort();
	for (i = 0; i < rcpts; i++) {
		b->rcpt[i].index = 100 + i;
		(void)snprintf(b->rcpt[i].address, sizeof(b->rcpt[i].address),
		    "r%u@%s", i, domain);
	}
}

/* A segment with these octets. */
struct segment *
jobs_segment_of(const void *data, size_t len)
{
	struct reader *r = reader_new();
	struct segment *s;
	int fd = memfd_create("segment", MFD_CLOEXEC);

	if (r == NULL || fd == -1 || write(fd, data, len) != (ssize_t)len ||
	    reader_add(r, 7, fd) == -1)
		abort();
	s = reader_get(r, 7);
	reader_free(r);
	return s;
}

/* A segment with JOBS_PREFIX and JOBS_BODY. */
struct segment *
jobs_segment(void)
{
	return jobs_segment_of(JOBS_PREFIX JOBS_BODY,
	    sizeof(JOBS_PREFIX) - 1 + sizeof(JOBS_BODY) - 1);
}

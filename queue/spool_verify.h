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
 * Checking the whole spool while it works, a piece at a time.  Changes
 * nothing: what is damaged is dealt with when it is needed.
 */
#ifndef SPOOL_VERIFY_H
#define SPOOL_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

struct spool;
struct spool_verify;

struct verify_finding {
	uint64_t id;	  /* of a queued message; 0: of none */
	uint64_t segment; /* 0: it is the index */
	uint64_t off;
	uint64_t len;
	const char *what;
};

struct verify_counts {
	uint64_t segments;
	uint64_t octets;
	uint64_t total; /* octets when it began */
	uint64_t records;
	uint64_t messages; /* queued and sound */
	uint64_t lost;	   /* queued and not */
	uint64_t places;   /* damaged */
	uint64_t entries;  /* of the index, that fit */
	uint64_t unfit;	   /* of the index, that do not; nothing is lost */
};

typedef void (*verify_found)(const struct verify_finding *, void *);

struct spool_verify *spool_verify_new(struct spool *);
void spool_verify_free(struct spool_verify *);
int spool_verify_step(struct spool_verify *, verify_found, void *);
void spool_verify_counts(const struct spool_verify *, struct verify_counts *);

#endif

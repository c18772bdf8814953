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
 * Look-ups for the isSpf of senders and domains: how many there may be at a
 * time, and which domains had no answer a moment ago.
 */
#ifndef SPFS_H
#define SPFS_H

#include <stdint.h>

#include "bounds.h"

struct ask;

/* Look-ups at a time, and those of one user: each may take seconds. */
#define SPFS_LOOKS	8u
#define SPFS_LOOKS_USER 3u

/* Domains without an answer that are remembered. */
#define SPFS_MUTES 64u

struct spf_look {
	struct ask *ask; /* NULL: none */
	char name[DOMAIN_SIZE];
};

struct spf_mute {
	char name[DOMAIN_SIZE];
	int64_t until; /* monotonic seconds */
};

struct spfs {
	struct spf_look look[SPFS_LOOKS];
	struct spf_mute mute[SPFS_MUTES];
	unsigned mutes; /* that were ever put there */
};

#endif

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
 * What deliver counts, since it was started.
 */
#ifndef STATS_H
#define STATS_H

#include <stddef.h>
#include <stdint.h>

#include "proto_work.h"

struct stats {
	uint64_t sessions;     /* open now */
	uint64_t jobs;	       /* batches waiting or in work now */
	uint64_t destinations; /* known now */
	uint64_t connections;
	uint64_t connections_failed;
	uint64_t connections_cut;    /* slow ones, for others */
	uint64_t connections_reused; /* another destination's */
	uint64_t tls_sessions;
	uint64_t tls_failed;
	uint64_t delivered; /* recipients */
	uint64_t deferred;
	uint64_t failed;
	uint64_t hosts_down; /* recipients whose destination was down */
	uint64_t dns_queries;
};

void stats_outcome(struct stats *, enum outcome);
const char *stats_at(const struct stats *, size_t, uint64_t *);

#endif

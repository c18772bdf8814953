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
 * Counters, with the names that the operator sees.
 */

#include <stddef.h>
#include <stdint.h>

#include "stats.h"

static const struct {
	const char *name;
	size_t offset;
} counters[] = {
	{ "sessions", offsetof(struct stats, sessions) },
	{ "batches", offsetof(struct stats, jobs) },
	{ "destinations", offsetof(struct stats, destinations) },
	{ "connections", offsetof(struct stats, connections) },
	{ "connections-failed", offsetof(struct stats, connections_failed) },
	{ "connections-cut", offsetof(struct stats, connections_cut) },
	{ "connections-reused", offsetof(struct stats, connections_reused) },
	{ "tls-sessions", offsetof(struct stats, tls_sessions) },
	{ "tls-failed", offsetof(struct stats, tls_failed) },
	{ "delivered", offsetof(struct stats, delivered) },
	{ "deferred", offsetof(struct stats, deferred) },
	{ "failed", offsetof(struct stats, failed) },
	{ "hosts-down", offsetof(struct stats, hosts_down) },
	{ "dns-queries", offsetof(struct stats, dns_queries) },
};

/* Count the outcome of a recipient. */
void
stats_outcome(struct stats *stats, enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_DELIVERED:
		stats->delivered++;
		break;
	case OUTCOME_PERMFAIL:
		stats->failed++;
		break;
	case OUTCOME_HOST_DOWN:
		stats->hosts_down++;
		break;
	default:
		stats->deferred++;
		break;
	}
}

/* The i-th counter and its name, or NULL after the last. */
const char *
stats_at(const struct stats *s, size_t i, uint64_t *value)
{
	if (i >= sizeof(counters) / sizeof(counters[0]))
		return NULL;
	*value = *(const uint64_t *)(const void *)((const char *)s +
	    counters[i].offset);
	return counters[i].name;
}

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
 * What this process has done since its start, for "show status". Numbers
 * only.
 */
#ifndef FRONTSTATS_H
#define FRONTSTATS_H

#include <stdint.h>

#include "histogram.h"

struct chan;
struct frontconf;
struct admin_command;

struct frontstats {
	uint64_t sessions; /* open now */
	uint64_t connections;
	uint64_t refused_connections;
	uint64_t handshakes;
	uint64_t handshake_failures;
	uint64_t logins;
	uint64_t login_failures;
	uint64_t messages;
	uint64_t recipients;
	uint64_t suppressed;
	uint64_t refused;
	uint64_t octets;
	struct histogram accept; /* from the last octet to the reply */
};

void frontstats_admin(const struct frontstats *, const struct frontconf *,
    struct chan *, uint64_t id, const struct admin_command *);

#endif /* FRONTSTATS_H */

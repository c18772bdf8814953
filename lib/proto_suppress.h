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
 * An item of control's configuration slice (proto_conf.h has the others): how
 * recipients are suppressed.
 */
#ifndef PROTO_SUPPRESS_H
#define PROTO_SUPPRESS_H

#include <stdbool.h>
#include <stdint.h>

struct chan;
struct msgin;

/* Soft bounces that may be asked for until a recipient is suppressed. */
#define CONF_SOFT_MAX 50u

struct conf_suppress {
	bool hash;		/* addresses are stored as hashes */
	uint32_t soft_bounces;	/* that suppress; 0: none do */
	uint32_t soft_window;	/* seconds in which they count */
	uint32_t soft_lifetime; /* seconds of what they make; 0: for ever */
};

int conf_suppress_send(struct chan *, const struct conf_suppress *);
int conf_suppress_recv(struct msgin *, struct conf_suppress *);

#endif

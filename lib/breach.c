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
 * What follows when a peer said what it must not: one choice, made once when
 * a process starts.
 */
#include "breach.h"

#include <stdbool.h>

#include "log.h"

static bool is_fatal;

/* From now on a breach ends the process. */
void
breach_is_fatal(void)
{
	is_fatal = true;
}

/*
 * Log that this channel brought a message of this type that is not allowed.
 * Returns, for the caller to end the channel, unless breaches are fatal.
 */
void
breach(const char *channel, uint16_t type)
{
	if (is_fatal)
		fatalx("%s: ill-formed or forbidden message %u", channel, type);
	log_warnx("%s: ill-formed or forbidden message %u, closing", channel,
	    type);
}

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
 * The sockets that smtpd accepts on.
 */
#ifndef LISTENER_H
#define LISTENER_H

#include <sys/queue.h>

#include "proto_conf.h"

struct conf;

struct listener {
	TAILQ_ENTRY(listener) entry;
	struct conf_listen l; /* numeric address */
	int fd;		      /* bound, listening, non-blocking */
};

TAILQ_HEAD(listeners, listener);

int listener_open(struct listeners *, const struct conf *,
    const struct listeners *old);
void listener_close(struct listeners *);

#endif

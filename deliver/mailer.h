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
 * All batches, destinations and connections: who gets a connection, and when.
 */
#ifndef MAILER_H
#define MAILER_H

#include <stdbool.h>
#include <stddef.h>

#include "proto_work.h"

struct event_base;
struct mailer;
struct resolver;
struct segment;
struct settings;
struct stats;
struct tls_config;

struct mailer_hooks {
	void (*outcome)(const struct work_outcome *, void *);
	/* true: too many batches, send no more; false: again */
	void (*full)(bool, void *);
	/* After mailer_stop(): nothing is in flight any more. */
	void (*stopped)(void *);
	void *arg;
};

struct mailer *mailer_new(struct event_base *, struct tls_config *,
    struct stats *, const struct mailer_hooks *);
void mailer_configure(struct mailer *, struct settings *, struct resolver *);
int mailer_submit(struct mailer *, struct work_batch *, struct segment *);
void mailer_drop(struct mailer *);
void mailer_stop(struct mailer *);

#endif

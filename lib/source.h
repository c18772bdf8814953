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
 * How many connections each source address has: an IPv4 address, or the /64
 * of an IPv6 one, which is what one customer has.
 */
#ifndef SOURCE_H
#define SOURCE_H

#include <sys/socket.h>

#include <stddef.h>

struct source;
struct sources;

struct sources *sources_new(void);
void sources_free(struct sources *);
struct source *source_add(struct sources *, const struct sockaddr *);
unsigned source_count(const struct source *);
void source_drop(struct sources *, struct source *);
int source_text(const struct sockaddr *, char *, size_t);

#endif /* SOURCE_H */

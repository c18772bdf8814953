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
 * Connections of clients: how many there may be, and each one's requests in
 * turn.
 */
#ifndef CONN_H
#define CONN_H

#include <stddef.h>

struct conf_listen_entry;
struct conns;
struct frontconf;
struct httpd;
struct sockaddr;

struct conns *conns_new(struct httpd *, void (*empty)(void *), void *);
void conns_accept(void *, struct frontconf *, const struct conf_listen_entry *,
    int fd, const struct sockaddr *);
size_t conns_count(const struct conns *);
void conns_stop(struct conns *);
void conns_room(struct conns *);

#endif /* CONN_H */

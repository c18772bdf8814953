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
 * Connections of clients: the owner of each session, which turns what it
 * waits for into socket calls.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <stddef.h>

struct clients;
struct frontconf;
struct conf_listen_entry;
struct session_env;
struct sockaddr;

struct clients *clients_new(struct session_env *, void (*empty)(void *),
    void *);
void client_accept(struct clients *, struct frontconf *,
    const struct conf_listen_entry *, int fd, const struct sockaddr *);
size_t clients_count(const struct clients *);
void clients_stop(struct clients *);
void clients_room(struct clients *);

#endif /* CLIENT_H */

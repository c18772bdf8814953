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
 * The control socket: edctl's connections.  What comes from them is hostile
 * until it is parsed; an ill-formed message closes one connection and nothing
 * else.
 */
#ifndef CTLSOCK_H
#define CTLSOCK_H

#include <stdbool.h>
#include <stdint.h>

struct control;
struct ctlsock;

struct ctlsock *ctlsock_new(struct control *);
void ctlsock_free(struct ctlsock *);
int ctlsock_listen(struct ctlsock *, int fd);
void ctlsock_allow_group(struct ctlsock *, bool, uint32_t gid);
int ctlsock_connection(struct ctlsock *, int fd);
void ctlsock_set_beat(struct ctlsock *, unsigned seconds);
void ctlsock_look(struct ctlsock *);
unsigned ctlsock_connections(const struct ctlsock *);

#endif

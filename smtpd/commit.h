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
 * The end of a message: its From addresses approved, its signatures made, the
 * queue's word that it is durable, and the reply.
 */
#ifndef COMMIT_H
#define COMMIT_H

#include <stdbool.h>

struct session;
struct session_answer;

void commit_ask_sender(struct session *);
void commit_sender(struct session *, const struct session_answer *);
void commit_signature(struct session *, const struct session_answer *);
void commit_done(struct session *, const struct session_answer *);
bool commit_step(struct session *);
void commit_refuse(struct session *);

#endif /* COMMIT_H */

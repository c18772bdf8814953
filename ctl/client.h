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
 * A connection to control: one command after the other, each with rows and an
 * end.  Who is silent for too long is given up.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

struct admin_command;
struct admin_end;
struct admin_progress;
struct client;
struct event_base;
struct row;

/* Seconds without a sign of life before edctl gives up, unless told. */
#define CLIENT_SILENCE 30u

/* A row of the answer: 0, 1 to hear no more of it, or -1: out of memory. */
typedef int (*client_row_cb)(const struct row *, void *);
typedef void (*client_progress_cb)(const struct admin_progress *, void *);

/* control can take so many more blocks of the file; send with client_data(). */
typedef void (*client_more_cb)(uint32_t blocks, void *);

/* How a command went. */
enum client_result {
	CLIENT_ENDED,	/* it has an end, good or bad */
	CLIENT_STOPPED, /* by its row callback, or client_stop() */
	CLIENT_LOST	/* why and hint are in the end */
};

struct client *client_open(const char *path, unsigned silence,
    struct admin_end *);
struct client *client_adopt(int fd, unsigned silence);
void client_free(struct client *);
void client_on_progress(struct client *, client_progress_cb, void *);
void client_on_more(struct client *, client_more_cb, void *);
void client_data(struct client *, const void *, size_t);
struct event_base *client_base(struct client *);
enum client_result client_run(struct client *, const struct admin_command *,
    client_row_cb, void *, struct admin_end *);
enum client_result client_words(struct client *, client_row_cb, void *,
    struct admin_end *, ...) __attribute__((sentinel));
void client_stop(struct client *);

#endif

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
 * The management API's end in control: requests of httpd, which may be taken
 * over.  Each is done for the user it names, as far as he may.
 */
#ifndef MANAGE_H
#define MANAGE_H

struct ask;
struct chan;
struct chan_rule;
struct control;
struct manage;
struct manage_end;
struct manage_request;
struct row;

/* Where an answer goes: rows, then the end, once. */
struct manage_sink {
	void (*row)(const struct row *, void *);
	void (*end)(const struct manage_end *, void *);
};

const struct chan_rule *manage_rules(void);
struct manage *manage_new(struct control *);
void manage_free(struct manage *);
void manage_peer_up(struct manage *, struct chan *);
void manage_peer_down(struct manage *, const struct chan *);
struct ask *manage_start(struct manage *, struct manage_request *,
    const struct manage_sink *, void *arg);
void manage_cancel(struct ask *);

#endif

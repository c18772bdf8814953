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
 * Commands that another process answers: sent on, and their rows and end
 * handed back as they come.
 */
#ifndef RELAY_H
#define RELAY_H

#include <stdbool.h>
#include <stddef.h>

struct admin_end;
struct admin_progress;
struct chan;
struct chan_rule;
struct relay;
struct row;

/*
 * Only queue counts rows ahead, so that a reader that waits holds up no other
 * command; of the others nothing is read meanwhile.
 */
struct relay_to {
	bool counts;
	void (*row)(const struct row *, void *);
	void (*progress)(const struct admin_progress *, void *); /* or NULL */
	void (*end)(const struct admin_end *, void *);
	void *arg;
};

const struct chan_rule *relay_rules(void);
struct relay *relay_new(void);
void relay_free(struct relay *);
void relay_peer_down(struct relay *, struct chan *);
int relay_start(struct relay *, struct chan *, const char *const *words, size_t,
    const struct relay_to *);
void relay_hold(struct relay *, const void *arg, bool);
void relay_cancel(struct relay *, const void *arg);

#endif

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
 * DNS look-ups for domain and DKIM checks, done by deliver.
 */
#ifndef LOOKUP_H
#define LOOKUP_H

struct chan;
struct chan_rule;
struct dns_answer;
struct dns_query;
struct lookup;

/* The answer, or NULL if there is none in time. */
typedef void (*lookup_cb)(const struct dns_answer *, void *);

const struct chan_rule *lookup_rules(void);
struct lookup *lookup_new(void);
void lookup_free(struct lookup *);
void lookup_peer_up(struct lookup *, struct chan *);
void lookup_peer_down(struct lookup *, const struct chan *);
int lookup_start(struct lookup *, const struct dns_query *, lookup_cb, void *);
int lookup_start_within(struct lookup *, const struct dns_query *,
    unsigned seconds, lookup_cb, void *);
void lookup_cancel(struct lookup *, const void *arg);

#endif

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
 * What is done to suppressions beside everything else: times are written,
 * what has expired goes, addresses become hashes where that is wanted.
 */
#ifndef SUPPRESS_TEND_H
#define SUPPRESS_TEND_H

struct suppress;
struct suppress_tend;

struct suppress_tend *suppress_tend_new(struct suppress *);
void suppress_tend_free(struct suppress_tend *);
void suppress_tend_check(struct suppress_tend *);
void suppress_tend_tick(struct suppress_tend *);
int suppress_tend_stop(struct suppress_tend *);

#endif

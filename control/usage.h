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
 * When, from where and as whom each credential was last used, and when and from
 * where each API key.  Kept in memory and written now and then, so that no
 * question waits for the disk.
 */
#ifndef USAGE_H
#define USAGE_H

#include <stdint.h>

struct store;
struct usage;

struct usage *usage_new(void);
void usage_free(struct usage *);
void usage_note(struct usage *, const char *credential, int64_t when,
    const char *source);
void usage_note_key(struct usage *, const char *user, const char *fingerprint,
    int64_t when, const char *source);
void usage_sender(struct usage *, const char *credential, const char *address);
const char *usage_last_sender(const struct usage *, const char *credential);
int usage_flush(struct usage *, struct store *);

#endif

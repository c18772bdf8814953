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
 * DKIM keys and the signers that hold them: have a key made or imported, have
 * all signers hold it, load a signer that is new with all keys.  Private
 * halves pass only sealed; but for an import, which an operator gives.
 */
#ifndef KEYS_H
#define KEYS_H

#include <stdint.h>

struct chan;
struct chan_rule;
struct control;
struct keys;
struct sign_import;
struct sign_load;
struct sign_made;
struct sign_make;
struct sign_reseal;
struct sign_resealed;
struct sign_unbox;

/* A key that was made, or NULL with the reason. */
typedef void (*keys_made_cb)(const struct sign_made *, const char *why, void *);

/* All signers that are there hold the key, or why not. */
typedef void (*keys_held_cb)(const char *why, void *);

/*
 * What signer sealed; not ok: it cannot open what it was given.  NULL with the
 * reason: it was not asked, or did not answer.
 */
typedef void (
    *keys_resealed_cb)(const struct sign_resealed *, const char *why, void *);

const struct chan_rule *keys_rules(void);
struct keys *keys_new(struct control *);
void keys_free(struct keys *);
void keys_signer_up(struct keys *, struct chan *);
void keys_signer_ready(struct keys *, const struct chan *);
void keys_signer_down(struct keys *, struct chan *);

int keys_make(struct keys *, const struct sign_make *, keys_made_cb, void *);
int keys_import(struct keys *, const struct sign_import *, keys_made_cb,
    void *);
int keys_hold(struct keys *, const struct sign_load *, keys_held_cb, void *);
void keys_drop(struct keys *, uint64_t key);
int keys_reseal(struct keys *, const struct sign_reseal *, keys_resealed_cb,
    void *);
int keys_unbox(struct keys *, const struct sign_unbox *, keys_resealed_cb,
    void *);
int keys_transport(struct keys *, keys_resealed_cb, void *);
void keys_cancel(struct keys *, const void *arg);

#endif

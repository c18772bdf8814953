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
 * The DKIM keys that control has loaded, by number.  They sign header
 * hashes and nothing else.
 */
#ifndef DKIMKEYS_H
#define DKIMKEYS_H

#include <stddef.h>
#include <stdint.h>

#include "box.h"

struct conf_secret;
struct dkimkeys;
struct sign_dkim;
struct sign_import;
struct sign_load;
struct sign_made;
struct sign_reseal;
struct sign_resealed;
struct sign_make;
struct sign_signature;
struct sign_unbox;

struct dkimkeys *dkimkeys_new(void);
void dkimkeys_free(struct dkimkeys *);
size_t dkimkeys_count(const struct dkimkeys *);
void dkimkeys_make(const struct conf_secret *, const struct sign_make *,
    struct sign_made *);
void dkimkeys_import(const struct conf_secret *, const struct sign_import *,
    struct sign_made *);
void dkimkeys_reseal(const struct conf_secret *, const struct sign_reseal *,
    struct sign_resealed *);
void dkimkeys_unbox(const struct conf_secret *,
    const uint8_t transport[BOX_KEY_SIZE], const struct sign_unbox *,
    struct sign_resealed *);
int dkimkeys_load(struct dkimkeys *, const struct conf_secret *,
    const struct sign_load *);
void dkimkeys_drop(struct dkimkeys *, unsigned long long);
int dkimkeys_sign(struct dkimkeys *, const struct sign_dkim *,
    struct sign_signature *);

#endif

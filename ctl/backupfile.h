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
 * The file of a backup: a header, then chunks of at most BACKUP_CHUNK octets,
 * each sealed with its number, so that one that is changed, missing, doubled
 * or in another's place is found; the last one says that it is.  Pure: octets
 * in, octets out.
 *
 * Header of 64 octets: "edd backup\n", version, how the secret becomes a key
 * (0: it is one, 1: scrypt), log2 N, r, p, 32 of salt, 16 by which a wrong
 * secret is known.  A chunk: length (4, little-endian, top bit: the last),
 * ciphertext, tag of 16 (AES-256-GCM, nonce is the number).
 */
#ifndef BACKUPFILE_H
#define BACKUPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "box.h"

#define BACKUP_HEAD  64u
#define BACKUP_CHUNK 65536u

/* What a chunk has beside its octets: length, tag. */
#define BACKUP_LENGTH	4u
#define BACKUP_TAG	16u
#define BACKUP_OVERHEAD (BACKUP_LENGTH + BACKUP_TAG)

/* Octets of a key file, or of a passphrase. */
#define BACKUP_SECRET_MIN 8u
#define BACKUP_KEY_MIN	  32u
#define BACKUP_SECRET_MAX 4096u

struct backup_keys {
	uint8_t head[BACKUP_HEAD];
	uint8_t chunk[32];
	uint8_t opener[BOX_KEY_SIZE]; /* of the boxes with DKIM keys */
};

int backup_keys_new(struct backup_keys *, bool phrase, const void *secret,
    size_t);
const char *backup_head_check(const uint8_t head[BACKUP_HEAD], bool *phrase);
const char *backup_keys_open(struct backup_keys *,
    const uint8_t head[BACKUP_HEAD], const void *secret, size_t);
int backup_chunk_seal(const struct backup_keys *, uint64_t number, bool last,
    const uint8_t *, size_t, uint8_t *out);
int backup_chunk_size(const uint8_t length[BACKUP_LENGTH], size_t *,
    bool *last);
int backup_chunk_open(const struct backup_keys *, uint64_t number,
    const uint8_t length[BACKUP_LENGTH], const uint8_t *, uint8_t *out);

#endif

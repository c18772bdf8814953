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
 * The Authorization header field with scheme Signature, version 1 (https.md
 * section 5), taken apart. Verifies nothing.
 */
#ifndef SIGHEADER_H
#define SIGHEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "httplimits.h"

struct sigheader {
	char key_id[SIGHEADER_KEY_SIZE]; /* the three joined, as sent */
	char tenancy[SIGHEADER_OCID_SIZE];
	char user[SIGHEADER_OCID_SIZE];
	char fingerprint[FINGERPRINT_SIZE];    /* lower case */
	char names_text[SIGHEADER_NAMES_SIZE]; /* NUL after each */
	uint16_t names[SIGHEADER_NAMES_MAX];   /* offsets into names_text */
	size_t names_len;
	uint8_t signature[SIGNATURE_MAX];
	size_t signature_len;
};

bool sigheader_is(const char *value);
const char *sigheader_parse(const char *value, struct sigheader *);
const char *sigheader_name(const struct sigheader *, size_t);
bool sigheader_covers(const struct sigheader *, const char *name);

#endif

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
 * Message ids: 64 bits, unique in a spool and growing, printed as fourteen
 * hexadecimal digits.  And the opaque ids of policy objects.
 */
#ifndef ID_H
#define ID_H

#include <stddef.h>
#include <stdint.h>

#define ID_TEXT_SIZE 17u /* up to 16 digits and the NUL */

const char *id_format(uint64_t, char[ID_TEXT_SIZE]);
int id_parse(const char *, uint64_t *);

/*
 * Make "ocid1.KIND.edd..UNIQUE" with 128 random bits in base 32 (26 digits).
 * 0, or -1 if it does not fit.
 */
int id_make_object(const char *kind, char *, size_t);

#endif

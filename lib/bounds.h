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
 * Every numeric limit of edd, each with its reason. Limits only: no types, no
 * prototypes, and nothing that a single process could keep to itself.
 */
#ifndef BOUNDS_H
#define BOUNDS_H

/*
 * Addresses. A path is "<" mailbox ">" in 256 octets (RFC 5321 section
 * 4.5.3.1.3), which leaves 254 for the mailbox; a local part has 64
 * (4.5.3.1.1). 4.5.3.1.2 gives a domain 255 octets, but the 255 octets that
 * DNS has on the wire (RFC 1035 section 2.3.4) are 253 characters.
 */
#define ADDRESS_PATH_MAX    256
#define ADDRESS_MAILBOX_MAX 254
#define ADDRESS_LOCAL_MAX   64
#define ADDRESS_DOMAIN_MAX  253
#define ADDRESS_LABEL_MAX   63

/*
 * Comments in an address list nested deeper than this are an attack: people
 * write one level, software two.
 */
#define MAILBOX_COMMENT_DEPTH 16

/*
 * The header of a message: the service says 256 KB ("header over 256 KB" is
 * refused). Real mail has under 100 fields; 1000 keeps each look-up cheap.
 */
#define HEADER_SIZE_MAX	  (256 * 1024)
#define HEADER_FIELDS_MAX 1000

/*
 * DKIM: header fields that one signature covers. A message with more of the
 * fields that may be signed is no mail that anybody wrote, and h= would
 * outgrow what verifiers take.
 */
#define DKIM_SIGNED_MAX 256

/* An RSA-4096 signature, the largest that RFC 8301 section 3.2 speaks of. */
#define DKIM_SIGNATURE_MAX 512

#endif /* BOUNDS_H */

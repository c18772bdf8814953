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
 * MAIL and RCPT as a server takes them.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stddef.h>

#include "body.h"
#include "proto_work.h"

struct ehlo;

/*
 * MAIL or RCPT with everything at its longest: two addresses or an address and
 * ORCPT, and 200 octets of keywords.
 */
#define COMMAND_SIZE 1024u

void command_mail(const struct work_batch *, const struct ehlo *,
    const struct body_plan *, char[COMMAND_SIZE]);
void command_rcpt(const struct work_rcpt *, const struct ehlo *,
    char[COMMAND_SIZE]);
int command_address(const char *address, const struct ehlo *,
    char out[ADDRESS_SIZE]);

#endif

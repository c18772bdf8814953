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
 * What a client of the management API says, as control is to have it: the
 * fields of query and JSON body, by their names. Knows no operation.
 */
#ifndef API_READ_H
#define API_READ_H

#include <stddef.h>

struct fault;
struct manage_request;

/*
 * A body that fits one message to control with all else, whatever it holds:
 * its fields take no more room there than here but for a few octets each.
 */
#define API_BODY_MAX 49152u

int api_read_query(const char *query, struct manage_request *, struct fault *);
int api_read_body(const char *, size_t, struct manage_request *,
    struct fault *);
int api_read_word(char *, size_t, const char *value);

#endif

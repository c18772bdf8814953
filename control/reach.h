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
 * Whether what is in one compartment reaches an email domain.  Its keys and
 * its return path are for senders of its compartment and of those below it;
 * an address of the domain that is a sender elsewhere says nothing.
 */
#ifndef REACH_H
#define REACH_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"
#include "store.h"

/* Octets of what there is to say of senders that are of no use. */
#define REACH_TEXT_SIZE (ADDRESS_SIZE + 80u)

struct control;
struct domain;

/* Whether to go on. */
typedef bool (*reach_cb)(const char *compartment, void *arg);

enum store_status reach_domain(struct control *, const char *compartment,
    const char *name, struct domain *, bool *own);
enum store_status reach_places(struct control *, const struct domain *,
    reach_cb, void *arg);
enum store_status reach_strangers(struct control *, const struct domain *,
    char *text, size_t size);

#endif

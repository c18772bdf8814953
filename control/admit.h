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
 * Whether a sender, a domain or a return path can be made, used or removed, whoever asks.
 * All return 0, or -1 with the fault.
 */
#ifndef ADMIT_H
#define ADMIT_H

struct control;
struct domain;
struct fault;
struct returnpath;
struct sender;

int admit_own_domain(const char *domain, struct fault *);
int admit_domain_live(const struct control *, const struct domain *,
    struct fault *);
int admit_sender(struct control *, const char *text, struct sender *,
    struct fault *);
int admit_sender_place(struct control *, const struct sender *,
    const char *compartment, struct fault *);
int admit_domain(struct control *, const char *text, struct domain *,
    struct fault *);
int admit_returnpath(struct control *, const struct domain *, const char *text,
    struct returnpath *, struct fault *);
int admit_domain_removal(struct control *, const struct domain *,
    struct fault *);

#endif

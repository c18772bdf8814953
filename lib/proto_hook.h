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
 * control -> deliver: events for a webhook.
 *
 *   POST -> POSTED     one HTTP request and what was answered
 *
 * The URL was taken apart and checked when the webhook was made; deliver
 * checks again that nothing of it can end a line of HTTP.
 */
#ifndef PROTO_HOOK_H
#define PROTO_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

struct chan;
struct msgin;

enum hook_type {
	M_HOOK_POST = 1,
	M_HOOK_POSTED
};

/* The body and the certificate belong to the message. */
struct hook_post {
	bool tls;
	char host[DOMAIN_SIZE]; /* or an address, IPv6 without brackets */
	uint16_t port;
	char path[HOOK_PATH_SIZE];	     /* with its query */
	char signature[HOOK_SIGNATURE_SIZE]; /* value of Edd-Signature */
	char batch[HOOK_BATCH_SIZE];	     /* value of Edd-Batch */
	const uint8_t *ca; /* PEM: whom to trust instead of the system's */
	size_t ca_len;	   /* 0: the system's */
	const uint8_t *body;
	size_t body_len;
};

struct hook_posted {
	uint16_t status; /* of HTTP; 0: there was no answer */
	char error[ERROR_SIZE];
};

int hook_post_send(struct chan *, uint64_t, const struct hook_post *);
int hook_post_recv(struct msgin *, struct hook_post *);
int hook_posted_send(struct chan *, uint64_t, const struct hook_posted *);
int hook_posted_recv(struct msgin *, struct hook_posted *);

#endif

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
 * SubmitEmail as the benchmark's clients say it: requests with Basic or with
 * a request signature (version 1: rsa-sha256), and their answers. Each message
 * has a number, which is in its subject and in its recipient, so that no two
 * signed requests are the same.
 */
#ifndef WEB_H
#define WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct web;

/* Strings outlive the web. */
struct web_conf {
	const char *sender;
	const char *domain; /* of recipients */
	const char *body;   /* lines with CRLF, without the final dot */
	size_t body_len;
	uint16_t port;
	const char *login;    /* "user:secret", or NULL: signed */
	const char *key_file; /* PEM of the private key */
	const char *key_id;   /* tenancy/user/fingerprint */
	long messages;
};

/* What was seen of an answer. */
struct web_answer {
	int status; /* 0: ill-formed; also a 200 that names no envelopeId */
	size_t len; /* of head and body */
	const char *body;
	size_t body_len;
};

struct web *web_new(const struct web_conf *);
void web_free(struct web *);
void web_sign_all(struct web *);
void web_again(struct web *, long message);
size_t web_request_size(const struct web *);
size_t web_request(struct web *, long message, char *to);
bool web_answer(const char *p, size_t len, struct web_answer *);

#endif /* WEB_H */

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
 * What tests of policies share: logins, and the questions of front ends.
 */
#ifndef ASK_H
#define ASK_H

#include "bounds.h"
#include "proto_policy.h"

struct policy_auth_reply;
struct world;

struct login {
	char id[OBJECT_ID_SIZE];
	char name[LOGIN_SIZE];
	char secret[SECRET_SIZE];
};

void ask_login(struct world *, const char *user, struct login *);
enum policy_status ask_auth(struct world *, const char *login,
    const char *secret, struct policy_auth_reply *);
enum policy_status ask_sender(struct world *, const char *user,
    const char *address, struct policy_sender_reply *);
enum policy_status ask_rcpt(struct world *, const char *compartment,
    const char *address);

#endif

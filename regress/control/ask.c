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
 * Logins are made and questions asked as front ends do, all from one address.
 */
#include "ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "auth.h"
#include "compat.h"
#include "policy.h"
#include "proto_auth.h"
#include "world.h"

/* The source of all that is asked. */
#define SOURCE "192.0.2.1"

/* A user with a credential. */
void
ask_login(struct world *w, const char *user, struct login *l)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "user add %s", user);
	assert_true(world_do(w, line));
	(void)snprintf(line, sizeof(line), "credential add %s", user);
	assert_true(world_do(w, line));
	assert_true(world_value(w, "id", l->id, sizeof(l->id)));
	assert_true(world_value(w, "username", l->name, sizeof(l->name)));
	assert_true(world_value(w, "password", l->secret, sizeof(l->secret)));
}

/* AUTH, in a session of its own. */
enum policy_status
ask_auth(struct world *w, const char *login, const char *secret,
    struct policy_auth_reply *a)
{
	struct policy_auth q;

	memset(&q, 0, sizeof(q));
	(void)strlcpy(q.login, login, sizeof(q.login));
	(void)strlcpy(q.secret, secret, sizeof(q.secret));
	(void)strlcpy(q.source, SOURCE, sizeof(q.source));
	q.session = ++w->sessions;
	policy_auth(&w->control, w, &q, a);
	return a->status;
}

/* Whether a user may send as an address. */
enum policy_status
ask_sender(struct world *w, const char *user, const char *address,
    struct policy_sender_reply *a)
{
	struct policy_sender q;

	memset(&q, 0, sizeof(q));
	(void)strlcpy(q.user, user, sizeof(q.user));
	(void)strlcpy(q.source, SOURCE, sizeof(q.source));
	(void)strlcpy(q.address, address, sizeof(q.address));
	policy_sender(&w->control, &q, a);
	return a->status;
}

/* What is said of a recipient of mail from a compartment. */
enum policy_status
ask_rcpt(struct world *w, const char *compartment, const char *address)
{
	struct policy_rcpt_reply a;
	struct policy_rcpt q;

	memset(&q, 0, sizeof(q));
	(void)strlcpy(q.compartment, compartment, sizeof(q.compartment));
	(void)strlcpy(q.address, address, sizeof(q.address));
	q.units = 1;
	policy_rcpt(&w->control, w, &q, &a);
	return a.status;
}

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
 * A control for tests.  Fails by abort: a test cannot go on without.
 */
#include "world.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit.h"
#include "children.h"
#include "complaint.h"
#include "ctlsock.h"
#include "keys.h"
#include "lookup.h"
#include "peers.h"
#include "permit.h"
#include "proc.h"
#include "proto_conf.h"
#include "proto_suppress.h"
#include "rate.h"
#include "relay.h"
#include "row.h"
#include "seat.h"
#include "store.h"
#include "suppress.h"
#include "tenancy.h"
#include "throttle.h"
#include "troubles.h"
#include "usage.h"

static const unsigned char secret[STORE_SECRET_SIZE] = "a key for tests";

/* The rules of a configuration. */
static void
world_rules(struct world *w)
{
	static const struct conf_policy policy = {
		.throttle_failures = WORLD_FAILURES,
		.throttle_window = 600,
		.throttle_block = 300,
		.sessions_user = 1000,
		.credentials_user = 2,
		.apikeys_user = 3,
	};
	static const struct conf_suppress suppress = {
		.soft_bounces = 3,
		.soft_window = 1000,
		.soft_lifetime = 500,
	};

	throttle_set(w->control.throttle, &policy);
	suppress_set(w->control.suppress, &suppress);
	w->control.sessions_user = policy.sessions_user;
	w->control.credentials_user = policy.credentials_user;
	w->control.apikeys_user = policy.apikeys_user;
}

static void
world_open(struct world *w)
{
	char why[512];

	w->control.store = store_open(w->dir, secret, why, sizeof(why));
	if (w->control.store == NULL ||
	    tenancy_load(&w->control, secret) == -1 ||
	    suppress_load(w->control.suppress, w->control.store) == -1 ||
	    troubles_load(w->control.troubles, w->control.store) == -1 ||
	    throttle_load(w->control.throttle, w->control.store) == -1 ||
	    rate_load(w->control.rate, w->control.store, (int64_t)time(NULL)) ==
		-1)
		abort();
}

/* Tests have no edd. */
static void
world_ready_cb(const struct setup_child *child, void *arg)
{
	abort();
}

/* What smtpd would be told. */
static void
world_throttle_cb(const uint8_t key[NETKEY_SIZE], uint32_t seconds, void *arg)
{
	struct world *w;

	w = arg;
	w->told++;
	w->told_seconds = seconds;
}

static void
world_build(struct world *w)
{
	struct control *c;

	c = &w->control;
	c->peers = peers_new();
	c->keys = keys_new(c);
	c->lookup = lookup_new();
	c->relay = relay_new();
	c->children = children_new(world_ready_cb, c);
	c->audit = audit_new(c);
	c->complaints = complaints_new();
	c->troubles = troubles_new();
	c->usage = usage_new();
	c->throttle = throttle_new(world_throttle_cb, w);
	c->permits = permits_new();
	c->rate = rate_new();
	c->seats = seats_new();
	c->suppress = suppress_new();
	c->sock = ctlsock_new(c);
	world_rules(w);
	world_open(w);
}

/* A new control with an empty store. */
void
world_make(struct world *w)
{
	memset(w, 0, sizeof(*w));
	tmpdir_make(w->dir);
	world_build(w);
}

/* A new control with the store of a folder, which may be empty. */
void
world_make_in(struct world *w, const char *dir)
{
	memset(w, 0, sizeof(*w));
	(void)snprintf(w->dir, sizeof(w->dir), "%s", dir);
	world_build(w);
}

/* As after a restart. */
void
world_reopen(struct world *w)
{
	if (throttle_flush(w->control.throttle) == -1 ||
	    rate_flush(w->control.rate, true) == -1)
		abort();
	throttle_free(w->control.throttle);
	rate_free(w->control.rate);
	seats_free(w->control.seats);
	suppress_free(w->control.suppress);
	permits_forget(w->control.permits);
	(void)store_close(w->control.store);
	w->control.throttle = throttle_new(world_throttle_cb, w);
	w->control.rate = rate_new();
	w->control.seats = seats_new();
	w->control.suppress = suppress_new();
	world_rules(w);
	world_open(w);
}

/* Everything goes. */
void
world_free(struct world *w)
{
	struct control *c;

	c = &w->control;
	if (w->job != NULL)
		job_cancel(w->job);
	ctlsock_free(c->sock);
	troubles_free(c->troubles);
	usage_free(c->usage);
	throttle_free(c->throttle);
	permits_free(c->permits);
	rate_free(c->rate);
	seats_free(c->seats);
	suppress_free(c->suppress);
	audit_free(c->audit);
	complaints_free(c->complaints);
	children_free(c->children);
	relay_free(c->relay);
	lookup_free(c->lookup);
	keys_free(c->keys);
	peers_free(c->peers);
	(void)store_close(c->store);
	tmpdir_remove(w->dir);
}

static void
world_row(const struct row *row, void *arg)
{
	const struct row_field *f;
	struct world *w;
	size_t i, len;

	w = arg;
	w->rows++;
	for (i = 0; i < row_count(row); i++) {
		f = row_at(row, i);
		len = strlen(w->text);
		(void)snprintf(w->text + len, sizeof(w->text) - len, "%s=%s%s",
		    f->name, f->value, i + 1 < row_count(row) ? "|" : "\n");
	}
}

static bool
world_full(void *arg)
{
	struct world *w;

	w = arg;
	return w->full;
}

static void
world_progress(const struct admin_progress *progress, void *arg)
{
}

static void
world_end(const struct admin_end *end, void *arg)
{
	struct world *w;

	w = arg;
	w->ended = true;
	w->ok = end->ok;
	w->job = NULL;
	(void)snprintf(w->why, sizeof(w->why), "%s", end->why);
	(void)snprintf(w->hint, sizeof(w->hint), "%s", end->hint);
}

static void
world_more(uint32_t blocks, void *arg)
{
	struct world *w;

	w = arg;
	w->blocks += blocks;
}

static void
start_command(struct world *w, struct admin_command *command)
{
	static const struct job_sink sink = { world_row, world_full,
		world_progress, world_end, world_more };
	const struct job_who who = { w->uid, 1, VERB_ALL, "uid=0 (root)" };

	w->ended = false;
	w->rows = 0;
	w->text[0] = '\0';
	w->job = job_start(&w->control, &who, &sink, w, command);
}

/* Start a command, whose words have single spaces between them. */
void
world_start(struct world *w, const char *line)
{
	struct admin_command command;
	char *copy, *rest, *word;

	memset(&command, 0, sizeof(command));
	copy = rest = strdup(line);
	while ((word = strsep(&rest, " ")) != NULL)
		command.word[command.words++] = strdup(word);
	free(copy);
	start_command(w, &command);
}

/* Do a command of words up to a NULL; whether it went well. */
bool
world_words(struct world *w, const char *const *word)
{
	struct admin_command command;

	memset(&command, 0, sizeof(command));
	while (word[command.words] != NULL) {
		command.word[command.words] = strdup(word[command.words]);
		command.words++;
	}
	start_command(w, &command);
	if (!w->ended)
		abort();
	return w->ok;
}

/* Do a command to its end; whether it went well. */
bool
world_do(struct world *w, const char *line)
{
	world_start(w, line);
	while (!w->ended) {
		if (event_base_loop(proc_base(), EVLOOP_ONCE) != 0)
			abort();
	}
	return w->ok;
}

/* The value of the first field with that name in the answer. */
bool
world_value(const struct world *w, const char *name, char *value, size_t size)
{
	char key[64];
	const char *p;
	size_t len;

	(void)snprintf(key, sizeof(key), "%s=", name);
	for (p = w->text; (p = strstr(p, key)) != NULL; p++) {
		if (p == w->text || p[-1] == '|' || p[-1] == '\n')
			break;
	}
	if (p == NULL)
		return false;
	p += strlen(key);
	len = strcspn(p, "|\n");
	if (len >= size)
		return false;
	memcpy(value, p, len);
	value[len] = '\0';
	return true;
}

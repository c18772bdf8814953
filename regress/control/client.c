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
 * Requests for tests.  Fails by abort: a test cannot go on without.
 */
#include "client.h"

#include <err.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compat.h"
#include "dkimwatch.h"
#include "id.h"
#include "manage.h"
#include "pathwatch.h"
#include "proc.h"
#include "row.h"
#include "rule.h"
#include "sentence.h"
#include "store.h"

/* A client of a user, who is made. */
static void
client_open(struct client *cl, struct world *w, const char *user)
{
	char line[128];

	memset(cl, 0, sizeof(*cl));
	cl->world = w;
	w->control.dkimwatch = dkimwatch_new(&w->control);
	w->control.pathwatch = pathwatch_new(&w->control);
	w->control.manage = manage_new(&w->control);
	(void)snprintf(line, sizeof(line), "user add %s", user);
	if (!world_do(w, line) ||
	    !world_value(w, "id", cl->user, sizeof(cl->user)))
		abort();
}

/* The client goes with its world. */
void
client_end(struct client *cl)
{
	struct control *c;

	c = &cl->world->control;
	manage_free(c->manage);
	pathwatch_free(c->pathwatch);
	dkimwatch_free(c->dkimwatch);
	c->manage = NULL;
	c->pathwatch = NULL;
	c->dkimwatch = NULL;
	world_free(cl->world);
}

/* Any user may do what the rest of the sentence says, in the tenancy. */
void
client_allow(struct world *w, const char *sentence)
{
	char why[ERROR_SIZE];
	struct rule r;

	memset(&r, 0, sizeof(r));
	if (sentence_parse(sentence, &r.sentence, why, sizeof(why)) == -1 ||
	    id_make_object("policy", r.id, sizeof(r.id)) == -1 ||
	    store_begin(w->control.store) == -1 ||
	    rule_put(w->control.store, &r) != STORE_OK ||
	    store_commit(w->control.store) == -1)
		abort();
}

/*
 * A world with a compartment and a client of the user "app".  Any user may
 * what the sentence says, which may end with a blank: then in the compartment.
 * NULL: nothing.
 */
void
client_begin(struct client *cl, struct world *w, const char *sentence)
{
	char text[256];
	bool open;

	world_make(w);
	client_open(cl, w, "app");
	if (!world_do(w, "compartment add prod") ||
	    !world_value(w, "id", cl->prod, sizeof(cl->prod)))
		abort();
	if (sentence == NULL)
		return;
	open = sentence[strlen(sentence) - 1] == ' ';
	(void)snprintf(text, sizeof(text), "%s%s", sentence,
	    open ? cl->prod : "");
	client_allow(w, text);
}

static void
client_row(const struct row *row, void *arg)
{
	const struct row_field *f;
	struct client *cl;
	size_t i, len;

	cl = arg;
	cl->rows++;
	for (i = 0; i < row_count(row); i++) {
		f = row_at(row, i);
		len = strlen(cl->text);
		(void)snprintf(cl->text + len, sizeof(cl->text) - len,
		    "%s=%s%s", f->name, f->value,
		    i + 1 < row_count(row) ? "|" : "\n");
	}
}

static void
end_cb(const struct manage_end *end, void *arg)
{
	struct client *cl;

	cl = arg;
	cl->ended = true;
	cl->ask = NULL;
	cl->end = *end;
}

/*
 * "name=value|name=value", of which "?name" is no string but a truth value, and
 * "#name" a number.
 */
static struct row *
fields(const char *text)
{
	char *copy, *rest, *pair, *value;
	struct row *row;

	row = row_new();
	copy = rest = strdup(text == NULL ? "" : text);
	if (row == NULL || copy == NULL)
		abort();
	while ((pair = strsep(&rest, "|")) != NULL) {
		value = strchr(pair, '=');
		if (value == NULL)
			continue;
		*value++ = '\0';
		if (pair[0] == '?')
			row_bool(row, pair + 1, strcmp(value, "true") == 0);
		else if (pair[0] == '#')
			row_num(row, pair + 1, strtoll(value, NULL, 10));
		else
			row_str(row, pair, value);
	}
	free(copy);
	return row;
}

/* Start a request, which may go on. */
void
client_start(struct client *cl, enum manage_op op, const char *id,
    const char *text)
{
	static const struct manage_sink sink = { client_row, end_cb };
	struct manage_request rq;
	struct ask *ask;

	memset(&rq, 0, sizeof(rq));
	rq.op = op;
	(void)strlcpy(rq.user, cl->user, sizeof(rq.user));
	(void)strlcpy(rq.source, "192.0.2.1", sizeof(rq.source));
	(void)strlcpy(rq.id, id == NULL ? "" : id, sizeof(rq.id));
	(void)strlcpy(rq.request, cl->request == NULL ? "" : cl->request,
	    sizeof(rq.request));
	memcpy(rq.etag, cl->etag, sizeof(rq.etag));
	memcpy(rq.retry, cl->retry, sizeof(rq.retry));
	memcpy(rq.page, cl->page, sizeof(rq.page));
	rq.limit = cl->limit;
	rq.field = fields(text);
	cl->etag[0] = cl->retry[0] = cl->page[0] = '\0';
	cl->limit = 0;
	cl->ended = false;
	cl->rows = 0;
	cl->text[0] = '\0';
	memset(&cl->end, 0, sizeof(cl->end));
	ask = manage_start(cl->world->control.manage, &rq, &sink, cl);
	cl->ask = cl->ended ? NULL : ask;
}

/* Do a request to its end; returns what came of it. */
enum manage_status
client_ask(struct client *cl, enum manage_op op, const char *id,
    const char *text)
{
	client_start(cl, op, id, text);
	while (!cl->ended) {
		if (event_base_loop(proc_base(), EVLOOP_ONCE) != 0)
			abort();
	}
	return cl->end.status;
}

/* A request with the compartment and more fields; what came of it. */
enum manage_status
client_in(struct client *cl, enum manage_op op, const char *more)
{
	char text[2048];

	(void)snprintf(text, sizeof(text), "compartmentId=%s|%s", cl->prod,
	    more);
	return client_ask(cl, op, NULL, text);
}

/* Make something; its id, which lives until the next one. */
const char *
client_make(struct client *cl, enum manage_op op, const char *more)
{
	static char id[OBJECT_ID_SIZE];

	if (client_in(cl, op, more) != MANAGE_OK) {
		warnx("%s: %s", more, cl->end.why);
		abort();
	}
	(void)strlcpy(id, client_value(cl, "id"), sizeof(id));
	return id;
}

/* The value of the first field with that name in the answer; "" if none. */
const char *
client_value(const struct client *cl, const char *name)
{
	static char value[4][2048];
	static unsigned turn;
	char key[64];
	const char *p;

	turn = (turn + 1) % 4;
	value[turn][0] = '\0';
	(void)snprintf(key, sizeof(key), "%s=", name);
	for (p = cl->text; (p = strstr(p, key)) != NULL; p++) {
		if (p == cl->text || p[-1] == '|' || p[-1] == '\n')
			break;
	}
	if (p != NULL)
		(void)snprintf(value[turn], sizeof(value[turn]), "%.*s",
		    (int)strcspn(p + strlen(key), "|\n"), p + strlen(key));
	return value[turn];
}

/* Append the values of a field, each after a blank and without a domain. */
static void
append_values(const struct client *cl, const char *name, char *all, size_t size)
{
	char key[64];
	const char *p;
	size_t len;

	(void)snprintf(key, sizeof(key), "%s=", name);
	for (p = cl->text; (p = strstr(p, key)) != NULL;) {
		if (p > cl->text && p[-1] != '|' && p[-1] != '\n') {
			p++;
			continue;
		}
		p += strlen(key);
		len = strlen(all);
		(void)snprintf(all + len, size - len, " %.*s",
		    (int)strcspn(p, "@|\n"), p);
	}
}

/*
 * All values of a field in a list, page by page; returns how many pages there
 * were.  Addresses are without their domains.
 */
unsigned
client_walk(struct client *cl, enum manage_op op, const char *text,
    unsigned limit, const char *name, char *all, size_t size)
{
	char next[MANAGE_PAGE_SIZE];
	unsigned pages;

	all[0] = next[0] = '\0';
	pages = 0;
	do {
		cl->limit = limit;
		(void)strlcpy(cl->page, next, sizeof(cl->page));
		if (client_ask(cl, op, NULL, text) != MANAGE_OK ||
		    cl->rows > limit) {
			warnx("%s: %s", text, cl->end.why);
			abort();
		}
		append_values(cl, name, all, size);
		(void)strlcpy(next, cl->end.next, sizeof(next));
		pages++;
	} while (next[0] != '\0');
	return pages;
}

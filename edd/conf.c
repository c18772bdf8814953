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
 * A configuration as a whole: defaults, what must be there, what must agree,
 * what may not change while running.  Opens no file.
 */
#include "conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "conf_set.h"

static const struct conf_smtp smtp_default = {
	.message_size = 35ull << 20,
	.rcpt_max = 1000,
	.idle_timeout = 300,
	.data_timeout = 300,
	.sessions_max = 10000,
	.sessions_source = 100,
	.auth_failures = 10,
	.suppressed_reply = 254,
	.enhanced_codes = false,
	.received_client = true,
	.strict = true,
	.data_rate = 500,
};

static const struct conf_policy policy_default = {
	.throttle_failures = 10,
	.throttle_window = 600,
	.throttle_block = 600,
	.sessions_user = 1000,
	.credentials_user = 2,
	.apikeys_user = 3,
};

static const struct conf_queue queue_default = {
	.expire = 4 * 86400,
	.delay_notice = 0,
	.journal_keep = 14 * 86400,
	.retries = 6,
	.retry = { 300, 900, 1800, 3600, 7200, 14400 },
	.reserve_bytes = 1ull << 30,
	.reserve_percent = 5,
};

static const struct conf_site site_default = {
	.check_interval = 3600,
	.audit_keep = 400 * 86400,
	.audit_records = 100000,
};

static const struct conf_suppress suppress_default = {
	.soft_bounces = 5,
	.soft_window = 7 * 86400,
	.soft_lifetime = 14 * 86400,
};

static const struct conf_deliver deliver_default = {
	.tls = DELIVER_TLS_OPPORTUNISTIC,
	.sessions_max = 200,
	.sessions_destination = 10,
	.connect_timeout = 30,
	.port = 25,
};

/* A configuration with every default, or NULL without memory. */
struct conf *
conf_new(void)
{
	struct conf *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	TAILQ_INIT(&c->pkis);
	TAILQ_INIT(&c->listens);
	TAILQ_INIT(&c->routes);
	TAILQ_INIT(&c->resolvers);
	TAILQ_INIT(&c->networks);
	TAILQ_INIT(&c->proxies);
	(void)strlcpy(c->spool, EDD_STATEDIR "/spool", sizeof(c->spool));
	(void)strlcpy(c->store, EDD_STATEDIR "/store", sizeof(c->store));
	(void)strlcpy(c->keys, EDD_CONFDIR "/keys", sizeof(c->keys));
	(void)strlcpy(c->socket, EDD_RUNDIR "/edd.sock", sizeof(c->socket));
	c->workers[PROC_CONTROL] = 1;
	c->workers[PROC_QUEUE] = 1;
	c->workers[PROC_SIGNER] = 1;
	c->workers[PROC_DELIVER] = 1;
	c->workers[PROC_SMTPD] = 2;
	c->smtp = smtp_default;
	c->policy = policy_default;
	c->site = site_default;
	c->suppress = suppress_default;
	c->queue = queue_default;
	c->deliver = deliver_default;
	return c;
}

static void
pki_free(struct pki *p)
{
	free(p->cert);
	free(p->where);
	free(p);
}

static void
listen_free(struct listen *l)
{
	free(l->where);
	free(l);
}

#define FREE_ALL(HEAD, ITEM, FREE)                                             \
	while ((ITEM = TAILQ_FIRST(HEAD)) != NULL) {                           \
		TAILQ_REMOVE(HEAD, ITEM, entry);                               \
		FREE(ITEM);                                                    \
	}

/* Free a configuration; NULL is allowed. */
void
conf_free(struct conf *c)
{
	struct resolver *resolver;
	struct network *network;
	struct listen *listen;
	struct route *route;
	struct pki *pki;

	if (c == NULL)
		return;
	FREE_ALL(&c->pkis, pki, pki_free);
	FREE_ALL(&c->listens, listen, listen_free);
	FREE_ALL(&c->routes, route, free);
	FREE_ALL(&c->resolvers, resolver, free);
	FREE_ALL(&c->networks, network, free);
	FREE_ALL(&c->proxies, network, free);
	free(c);
}

/* The pki of that name, or NULL. */
struct pki *
conf_find_pki(const struct conf *c, const char *name)
{
	struct pki *p;

	TAILQ_FOREACH(p, &c->pkis, entry) {
		if (strcmp(p->name, name) == 0)
			return p;
	}
	return NULL;
}

static int
check_pkis(struct conf *c, conf_report report, void *arg)
{
	char text[ERROR_SIZE];
	struct listen *l;
	struct pki *p;
	int bad;

	bad = 0;
	TAILQ_FOREACH(l, &c->listens, entry) {
		if (l->l.tls == LISTEN_METRICS)
			continue;
		p = conf_find_pki(c, l->l.pki);
		if (p != NULL) {
			p->used = true;
			continue;
		}
		(void)snprintf(text, sizeof(text),
		    "there is no pki near \"%.200s\"", l->l.pki);
		report(l->where, text, arg);
		bad++;
	}
	TAILQ_FOREACH(p, &c->pkis, entry) {
		if (p->used)
			continue;
		(void)snprintf(text, sizeof(text),
		    "no listen statement uses this pki near \"%.200s\"",
		    p->name);
		report(p->where, text, arg);
		bad++;
	}
	return bad;
}

struct folder {
	const char *what;
	const char *path;
};

/* Whether b is a or lies in it. */
static bool
contains(const struct folder *a, const struct folder *b)
{
	size_t len;

	len = strlen(a->path);
	return strncmp(a->path, b->path, len) == 0 &&
	    (b->path[len] == '\0' || b->path[len] == '/');
}

/* A process owns its folder and must not find what is another's in it. */
static int
check_folders(const struct conf *c, conf_report report, void *arg)
{
	const struct folder f[] = { { "spool", c->spool },
		{ "store", c->store }, { "keys", c->keys } };
	char text[ERROR_SIZE];
	size_t i, j;
	int bad;

	bad = 0;
	for (i = 0; i < sizeof(f) / sizeof(f[0]); i++) {
		for (j = 0; j < sizeof(f) / sizeof(f[0]); j++) {
			if (i == j || !contains(&f[i], &f[j]) ||
			    (j < i && contains(&f[j], &f[i])))
				continue;
			(void)snprintf(text, sizeof(text),
			    strcmp(f[i].path, f[j].path) == 0 ?
				"%s and %s are the same folder" :
				"the folder of %s holds that of %s",
			    f[i].what, f[j].what);
			report(NULL, text, arg);
			bad++;
		}
	}
	return bad;
}

/* httpd runs where it has something to do, or where it is asked for. */
static void
set_httpd(struct conf *c)
{
	const struct listen *l;

	TAILQ_FOREACH(l, &c->listens, entry) {
		if (c->workers[PROC_HTTPD] == 0 && l->l.tls == LISTEN_HTTPS)
			c->workers[PROC_HTTPD] = WORKERS_HTTPD;
	}
	TAILQ_FOREACH(l, &c->listens, entry) {
		if (c->workers[PROC_HTTPD] == 0 && l->l.tls == LISTEN_METRICS)
			c->workers[PROC_HTTPD] = 1;
	}
}

/*
 * Check what no statement alone can know, and report each thing that is
 * wrong.  0, or -1 if there was one.
 */
int
conf_check(struct conf *c, conf_report report, void *arg)
{
	int bad;

	bad = check_pkis(c, report, arg);
	if (c->global.hostname[0] == '\0') {
		report(NULL, "hostname is missing", arg);
		bad++;
	}
	if (TAILQ_EMPTY(&c->listens)) {
		report(NULL, "there is no listen statement", arg);
		bad++;
	}
	bad += check_folders(c, report, arg);
	set_httpd(c);
	return bad == 0 ? 0 : -1;
}

/*
 * The first setting in which two configurations differ though it is fixed
 * while the daemon runs, or NULL.
 */
const char *
conf_fixed_difference(const struct conf *a, const struct conf *b)
{
	if (strcmp(a->spool, b->spool) != 0)
		return "spool";
	if (strcmp(a->store, b->store) != 0)
		return "store";
	if (strcmp(a->keys, b->keys) != 0)
		return "keys";
	if (strcmp(a->socket, b->socket) != 0 ||
	    strcmp(a->group, b->group) != 0)
		return "control socket";
	if (a->workers[PROC_SMTPD] != b->workers[PROC_SMTPD])
		return "workers smtpd";
	if (a->workers[PROC_HTTPD] != b->workers[PROC_HTTPD])
		return "workers httpd";
	if (a->workers[PROC_DELIVER] != b->workers[PROC_DELIVER])
		return "workers deliver";
	if (a->workers[PROC_SIGNER] != b->workers[PROC_SIGNER])
		return "workers signer";
	return NULL;
}

/* The folder that processes without files live in: "empty" beside the spool. */
void
conf_empty_dir(const struct conf *c, char out[CONF_PATH_SIZE])
{
	const char *slash;

	slash = strrchr(c->spool, '/');
	(void)snprintf(out, CONF_PATH_SIZE, "%.*s/empty",
	    (int)(slash - c->spool), c->spool);
}

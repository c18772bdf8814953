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
 * The configuration slice of a front end. It holds certificates and no keys.
 */
#include "frontconf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include "compat.h"
#include "msg.h"
#include "proto_setup.h"
#include "tlskey.h"

/* An empty one, with one reference. NULL without memory. */
struct frontconf *
frontconf_new(void)
{
	struct frontconf *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->refs = 1;
	SLIST_INIT(&c->pkis);
	SLIST_INIT(&c->listens);
	SLIST_INIT(&c->proxies);
	return c;
}

/* One reference more. */
struct frontconf *
frontconf_ref(struct frontconf *c)
{
	c->refs++;
	return c;
}

static void
frontconf_free(struct frontconf *c)
{
	struct conf_network_entry *n;
	struct conf_listen_entry *l;
	struct conf_pki_entry *p;

	while ((n = SLIST_FIRST(&c->proxies)) != NULL) {
		SLIST_REMOVE_HEAD(&c->proxies, next);
		free(n);
	}
	while ((l = SLIST_FIRST(&c->listens)) != NULL) {
		SLIST_REMOVE_HEAD(&c->listens, next);
		if (l->fd != -1)
			(void)close(l->fd);
		free(l);
	}
	while ((p = SLIST_FIRST(&c->pkis)) != NULL) {
		SLIST_REMOVE_HEAD(&c->pkis, next);
		tls_free(p->tls);
		free(p->cert);
		free(p);
	}
	free(c);
}

/* One reference less; the last frees it. NULL is allowed. */
void
frontconf_unref(struct frontconf *c)
{
	if (c != NULL && --c->refs == 0)
		frontconf_free(c);
}

static int
frontconf_add_global(struct frontconf *c, struct msgin *m)
{
	struct conf_global g;

	if (conf_global_recv(m, &g) == -1)
		return -1;
	(void)strlcpy(c->hostname, g.hostname, sizeof(c->hostname));
	return 0;
}

static int
frontconf_add_listen(struct frontconf *c, struct msgin *m)
{
	struct conf_listen_entry *l;

	l = calloc(1, sizeof(*l));
	if (l == NULL || conf_listen_recv(m, &l->listen) == -1) {
		free(l);
		return -1;
	}
	l->fd = msg_take_fd(m);
	SLIST_INSERT_HEAD(&c->listens, l, next);
	return 0;
}

static int
frontconf_add_proxy(struct frontconf *c, struct msgin *m)
{
	struct conf_network_entry *n;

	n = calloc(1, sizeof(*n));
	if (n == NULL || conf_network_recv(m, &n->network) == -1) {
		free(n);
		return -1;
	}
	SLIST_INSERT_HEAD(&c->proxies, n, next);
	return 0;
}

static int
frontconf_add_pki(struct frontconf *c, struct msgin *m)
{
	struct conf_pki_entry *p;
	struct conf_pki *pki;

	p = calloc(1, sizeof(*p));
	pki = malloc(sizeof(*pki));
	if (p == NULL || pki == NULL || conf_pki_recv(m, pki) == -1)
		goto fail;
	explicit_bzero(pki->key, sizeof(pki->key)); /* not for us */
	(void)strlcpy(p->name, pki->name, sizeof(p->name));
	p->cert = strdup(pki->cert);
	if (p->cert == NULL)
		goto fail;
	free(pki);
	SLIST_INSERT_HEAD(&c->pkis, p, next);
	return 0;
fail:
	free(pki);
	free(p);
	return -1;
}

/* Add an item that edd sent. -1 if it is ill-formed or not for a front end. */
int
frontconf_item(struct frontconf *c, struct msgin *m)
{
	switch (m->type) {
	case M_CONF_GLOBAL:
		return frontconf_add_global(c, m);
	case M_CONF_SMTP:
		return conf_smtp_recv(m, &c->smtp);
	case M_CONF_NETWORK:
		return frontconf_add_proxy(c, m);
	case M_CONF_LISTEN:
		return frontconf_add_listen(c, m);
	case M_CONF_PKI:
		return frontconf_add_pki(c, m);
	default:
		return -1;
	}
}

/* The server context of a certificate; its key stays with signer. */
static int
frontconf_make_tls(struct conf_pki_entry *p, char *why, size_t size)
{
	struct tls_config *config;
	const char *error;
	int r;

	config = tls_config_new();
	p->tls = tls_server();
	r = -1;
	error = "out of memory";
	if (config == NULL || p->tls == NULL)
		goto done;
	if (tls_config_set_protocols(config,
		TLS_PROTOCOL_TLSv1_2 | TLS_PROTOCOL_TLSv1_3) == -1 ||
	    tlskey_config(config, p->name, p->cert) == -1) {
		error = tls_config_error(config);
		goto done;
	}
	r = tls_configure(p->tls, config);
	error = tls_error(p->tls);
done:
	if (r == -1)
		(void)snprintf(why, size, "pki %s: %s", p->name,
		    error == NULL ? "certificate not usable" : error);
	tls_config_free(config);
	return r;
}

static const struct conf_pki_entry *
frontconf_find_pki(const struct frontconf *c, const char *name)
{
	const struct conf_pki_entry *p;

	SLIST_FOREACH(p, &c->pkis, next) {
		if (strcmp(p->name, name) == 0)
			return p;
	}
	return NULL;
}

/*
 * All items are there: check them and make the TLS contexts. -1 with the
 * reason in why.
 */
int
frontconf_check(struct frontconf *c, char *why, size_t size)
{
	struct conf_listen_entry *l;
	struct conf_pki_entry *p;

	if (c->hostname[0] == '\0' || c->smtp.message_size == 0) {
		(void)snprintf(why, size, "configuration is incomplete");
		return -1;
	}
	SLIST_FOREACH(p, &c->pkis, next) {
		if (frontconf_make_tls(p, why, size) == -1)
			return -1;
	}
	SLIST_FOREACH(l, &c->listens, next) {
		if (l->listen.tls == LISTEN_METRICS)
			continue;
		l->pki = frontconf_find_pki(c, l->listen.pki);
		if (l->pki == NULL) {
			(void)snprintf(why, size, "listen %s port %u: no pki",
			    l->listen.address, l->listen.port);
			return -1;
		}
	}
	return 0;
}

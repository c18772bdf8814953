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
 * Statements that may stand several times: pki, listen, route, resolver,
 * allow network.  Checks what it adds against others of its kind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "compat.h"
#include "conf.h"
#include "conf_fail.h"
#include "conf_set.h"
#include "network.h"
#include "value.h"

static const struct {
	const char *name;
	unsigned bit;
} mechs[] = {
	{ "plain", LISTEN_AUTH_PLAIN },
	{ "login", LISTEN_AUTH_LOGIN },
	{ "scram-sha-256", LISTEN_AUTH_SCRAM },
};

/* A port into out.  0, or -1 and the word is refused. */
static int
add_port(struct conf *c, const char *text, uint16_t *out)
{
	uint64_t port;

	if (value_number(text, 1, UINT16_MAX, &port) == -1)
		return conf_fail(c, text, "not a port (1 to 65535)");
	*out = (uint16_t)port;
	return 0;
}

/* An address or a host name into out.  0, or -1 and the word is refused. */
static int
add_host(struct conf *c, const char *text, char out[HOST_SIZE])
{
	enum address_result r;

	if (value_is_address(text)) {
		(void)strlcpy(out, text, HOST_SIZE);
		return 0;
	}
	r = address_domain_valid(text, strlen(text), ADDRESS_SINGLE_LABEL, out,
	    HOST_SIZE);
	if (r != ADDRESS_OK)
		return conf_fail(c, text, "neither an address nor a host: %s",
		    address_strerror(r));
	return 0;
}

static int
pki_fill(struct conf *c, struct pki *p, const char *name, const char *cert,
    const char *key)
{
	if (conf_find_pki(c, name) != NULL)
		return conf_fail(c, name, "this pki is there already");
	if (name[0] == '\0' ||
	    strlcpy(p->name, name, sizeof(p->name)) >= sizeof(p->name))
		return conf_fail(c, name, "not a name for a pki");
	if (cert[0] != '/' ||
	    strlcpy(p->cert_file, cert, sizeof(p->cert_file)) >=
		sizeof(p->cert_file))
		return conf_fail(c, cert, "not the absolute path of a file");
	if (key[0] != '/' ||
	    strlcpy(p->key_file, key, sizeof(p->key_file)) >=
		sizeof(p->key_file))
		return conf_fail(c, key, "not the absolute path of a file");
	return 0;
}

/* A certificate and its key, named by paths; where is "FILE:LINE". */
int
conf_add_pki(struct conf *c, const char *name, const char *cert,
    const char *key, const char *where)
{
	struct pki *p;

	p = calloc(1, sizeof(*p));
	if (p == NULL || (p->where = strdup(where)) == NULL) {
		free(p);
		return conf_fail(c, name, "out of memory");
	}
	if (pki_fill(c, p, name, cert, key) == -1) {
		free(p->where);
		free(p);
		return -1;
	}
	TAILQ_INSERT_TAIL(&c->pkis, p, entry);
	return 0;
}

static int
listen_fill(struct conf *c, struct conf_listen *l, const char *address,
    const char *port, const char *pki)
{
	struct listen *other;

	if (add_port(c, port, &l->port) == -1)
		return -1;
	if (strcmp(address, "*") != 0 && strcmp(address, "localhost") != 0 &&
	    !value_is_address(address))
		return conf_fail(c, address,
		    "neither an IP address, nor localhost or *");
	(void)strlcpy(l->address, address, sizeof(l->address));
	if (strlcpy(l->pki, pki, sizeof(l->pki)) >= sizeof(l->pki))
		return conf_fail(c, pki, "there is no pki");
	TAILQ_FOREACH(other, &c->listens, entry) {
		if (other->l.port != l->port)
			continue;
		if (strcmp(other->l.address, l->address) == 0 ||
		    strcmp(other->l.address, "*") == 0 ||
		    strcmp(l->address, "*") == 0)
			return conf_fail(c, port,
			    "this address and port are listened on already");
	}
	return 0;
}

/* The mechanism of AUTH that a word names; 0 and the word is refused. */
unsigned
conf_mech(struct conf *c, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(mechs) / sizeof(mechs[0]); i++) {
		if (strcmp(mechs[i].name, name) == 0)
			return mechs[i].bit;
	}
	(void)conf_fail(c, name, "not plain, login or scram-sha-256");
	return 0;
}

/* Secrets in plain text may not leave this machine. */
static int
listen_check_flags(struct conf *c, const struct conf_listen *l)
{
	if (!l->insecure)
		return 0;
	if (strncmp(l->address, "127.", 4) != 0 &&
	    strcmp(l->address, "::1") != 0 &&
	    strcmp(l->address, "localhost") != 0)
		return conf_fail(c, l->address,
		    "insecure is for loopback addresses only");
	if (l->proxy)
		return conf_fail(c, l->address,
		    "insecure is not for clients behind a proxy");
	if (l->tls != LISTEN_STARTTLS)
		return conf_fail(c, l->address,
		    "insecure is for starttls only");
	return 0;
}

/* A place to listen; the pki may come later.  where is "FILE:LINE". */
int
conf_add_listen(struct conf *c, const char *address, const char *port,
    enum listen_tls tls, unsigned auth, const char *pki, unsigned flags,
    const char *where)
{
	struct listen *l;

	l = calloc(1, sizeof(*l));
	if (l == NULL || (l->where = strdup(where)) == NULL) {
		free(l);
		return conf_fail(c, address, "out of memory");
	}
	l->l.tls = tls;
	l->l.auth = auth;
	l->l.insecure = (flags & CONF_LISTEN_INSECURE) != 0;
	l->l.proxy = (flags & CONF_LISTEN_PROXY) != 0;
	if (listen_fill(c, &l->l, address, port, pki) == -1 ||
	    listen_check_flags(c, &l->l) == -1) {
		free(l->where);
		free(l);
		return -1;
	}
	TAILQ_INSERT_TAIL(&c->listens, l, entry);
	return 0;
}

static int
route_fill(struct conf *c, struct conf_route *r, const char *domain,
    const char *host, const char *port)
{
	enum address_result result;
	struct route *other;

	result = ADDRESS_OK;
	if (strcmp(domain, "*") == 0)
		(void)strlcpy(r->domain, domain, sizeof(r->domain));
	else
		result = address_domain_valid(domain, strlen(domain),
		    ADDRESS_SINGLE_LABEL, r->domain, sizeof(r->domain));
	if (result != ADDRESS_OK)
		return conf_fail(c, domain, "neither a domain nor *: %s",
		    address_strerror(result));
	TAILQ_FOREACH(other, &c->routes, entry) {
		if (strcmp(other->r.domain, r->domain) == 0)
			return conf_fail(c, domain,
			    "there is a route for this domain already");
	}
	if (add_host(c, host, r->host) == -1)
		return -1;
	return add_port(c, port, &r->port);
}

/* Mail for a domain, or "*" for the rest, goes to this host. */
int
conf_add_route(struct conf *c, const char *domain, const char *host,
    const char *port)
{
	struct route *r;

	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return conf_fail(c, domain, "out of memory");
	if (route_fill(c, &r->r, domain, host, port) == -1) {
		free(r);
		return -1;
	}
	TAILQ_INSERT_TAIL(&c->routes, r, entry);
	return 0;
}

/* A recursive DNS server to ask; port NULL is 53. */
int
conf_add_resolver(struct conf *c, const char *address, const char *port)
{
	struct resolver *r, *other;
	uint16_t number;

	number = 53;
	if (port != NULL && add_port(c, port, &number) == -1)
		return -1;
	if (!value_is_address(address))
		return conf_fail(c, address, "not an IP address");
	TAILQ_FOREACH(other, &c->resolvers, entry) {
		if (strcmp(other->r.address, address) == 0 &&
		    other->r.port == number)
			return conf_fail(c, address,
			    "this resolver is there already");
	}
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return conf_fail(c, address, "out of memory");
	(void)strlcpy(r->r.address, address, sizeof(r->r.address));
	r->r.port = number;
	TAILQ_INSERT_TAIL(&c->resolvers, r, entry);
	return 0;
}

/* A network in a list, where it may be once. */
static int
add_network(struct conf *c, struct network_list *list, const char *text)
{
	struct network *n, *other;
	struct conf_network parsed;

	if (network_parse(text, &parsed) == -1)
		return conf_fail(c, text,
		    "not a network (ADDRESS/PREFIX, no bits behind it)");
	TAILQ_FOREACH(other, list, entry) {
		if (memcmp(&other->n, &parsed, sizeof(parsed)) == 0)
			return conf_fail(c, text,
			    "this network is there already");
	}
	n = calloc(1, sizeof(*n));
	if (n == NULL)
		return conf_fail(c, text, "out of memory");
	n->n = parsed;
	TAILQ_INSERT_TAIL(list, n, entry);
	return 0;
}

/* A network that mail may be delivered to though it is not public. */
int
conf_add_network(struct conf *c, const char *text)
{
	return add_network(c, &c->networks, text);
}

/* A network of proxies whose word is taken for who a client is. */
int
conf_add_proxy(struct conf *c, const char *text)
{
	return add_network(c, &c->proxies, text);
}

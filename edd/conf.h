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
 * A configuration: what the statements of edd.conf set (conf_set.h has the
 * statements), checked as a whole here.
 */
#ifndef CONF_H
#define CONF_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limit.h"
#include "proc.h"
#include "proto_conf.h"
#include "proto_site.h"
#include "proto_suppress.h"

struct pki {
	TAILQ_ENTRY(pki) entry;
	char name[NAME_SIZE];
	char cert_file[CONF_PATH_SIZE];
	char key_file[CONF_PATH_SIZE];
	char *cert; /* PEM; NULL until pki_load() */
	char *where;
	bool used;
};

/* A listen statement; it may become several sockets. */
struct listen {
	TAILQ_ENTRY(listen) entry;
	struct conf_listen l; /* address as written, "*": all */
	char *where;
};

struct route {
	TAILQ_ENTRY(route) entry;
	struct conf_route r;
};

struct resolver {
	TAILQ_ENTRY(resolver) entry;
	struct conf_resolver r;
};

struct network {
	TAILQ_ENTRY(network) entry;
	struct conf_network n;
};

TAILQ_HEAD(network_list, network);

struct conf {
	struct conf_global global;
	char spool[CONF_PATH_SIZE];
	char store[CONF_PATH_SIZE];
	char keys[CONF_PATH_SIZE];
	char socket[CONF_PATH_SIZE];
	char group[CONF_GROUP_SIZE]; /* of the socket; empty: none */
	unsigned workers[PROC_LAST + 1];
	TAILQ_HEAD(, pki) pkis;
	TAILQ_HEAD(, listen) listens;
	TAILQ_HEAD(, route) routes;
	TAILQ_HEAD(, resolver) resolvers;
	struct network_list networks;
	struct network_list proxies;
	struct conf_smtp smtp; /* sessions_max: of all processes */
	struct conf_policy policy;
	struct conf_site site; /* expire: see queue */
	struct conf_suppress suppress;
	struct conf_queue queue;
	struct conf_deliver deliver; /* sessions_max: of all processes */
	bool verbose;

	uint64_t set; /* statements that were given, by enum conf_setting */
	char why[ERROR_SIZE];
	char near[ERROR_SIZE];
};

/* Tells of one thing that is wrong; where is "FILE:LINE" or NULL. */
typedef void (*conf_report)(const char *where, const char *text, void *);

struct conf *conf_new(void);
void conf_free(struct conf *);
struct pki *conf_find_pki(const struct conf *, const char *);
int conf_check(struct conf *, conf_report, void *);
const char *conf_fixed_difference(const struct conf *, const struct conf *);
void conf_empty_dir(const struct conf *, char[CONF_PATH_SIZE]);

#endif

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
 * The slice of the configuration that a front end has: built item by item, checked at its end,
 * then unchanged. Connections hold on to the one they began with.
 */
#ifndef FRONTCONF_H
#define FRONTCONF_H

#include <sys/queue.h>

#include <stddef.h>

#include "bounds.h"
#include "proto_conf.h"

struct msgin;
struct tls;

struct conf_pki_entry {
	SLIST_ENTRY(conf_pki_entry) next;
	struct tls *tls; /* server context; its key is with signer */
	char name[NAME_SIZE];
	char *cert;
};

struct conf_listen_entry {
	SLIST_ENTRY(conf_listen_entry) next;
	struct conf_listen listen;
	int fd;
	const struct conf_pki_entry *pki;
};

struct conf_network_entry {
	SLIST_ENTRY(conf_network_entry) next;
	struct conf_network network;
};

struct frontconf {
	unsigned refs;
	char hostname[DOMAIN_SIZE];
	struct conf_smtp smtp;
	SLIST_HEAD(, conf_pki_entry) pkis;
	SLIST_HEAD(, conf_listen_entry) listens;
	SLIST_HEAD(, conf_network_entry) proxies;
};

struct frontconf *frontconf_new(void);
struct frontconf *frontconf_ref(struct frontconf *);
void frontconf_unref(struct frontconf *);
int frontconf_item(struct frontconf *, struct msgin *);
int frontconf_check(struct frontconf *, char *why, size_t);

#endif /* FRONTCONF_H */

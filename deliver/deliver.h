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
 * deliver's peers: batches from queue, look-ups from control, commands of the
 * operator.
 */
#ifndef DELIVER_H
#define DELIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "proc.h"
#include "proto_conf.h"
#include "stats.h"

struct chan;
struct dnsserver;
struct mailer;
struct msgin;
struct posts;
struct reader;
struct resolver;
struct settings;
struct tls_config;

/* The state of the process. */
struct deliver {
	struct settings *settings;
	struct settings *next; /* being received */
	struct resolver *resolver;
	struct conf_resolver system[RESOLVER_SERVERS_MAX]; /* resolv.conf */
	size_t systems;
	struct tls_config *tls; /* of mail servers */
	const uint8_t *ca;	/* of others: PEM, of tls_load_file() */
	size_t ca_len;
	struct mailer *mailer;
	struct reader *reader;
	struct dnsserver *dns;
	struct posts *posts;
	bool jobs_full; /* mailer holds too many batches */
	struct chan *work;
	struct chan *control_dns;
	struct chan *control_hook;
	struct chan *control_admin;
	struct stats stats;
};

int deliver_start(struct deliver *);
int deliver_apply(struct deliver *, char *why, size_t);
void deliver_peer(struct deliver *, enum proc_conv, int fd);
void deliver_stop(struct deliver *);

#endif

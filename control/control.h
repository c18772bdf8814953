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
 * The state of control: one struct, made in main.c and passed on.  Its parts
 * are opaque; each has a header of its own.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "certs.h"
#include "lend.h"
#include "proto_conf.h"
#include "proto_site.h"
#include "spfs.h"
#include "store_lock.h"

struct audit;
struct check;
struct children;
struct complaints;
struct conf_secret;
struct ctlsock;
struct dkimwatch;
struct gathering;
struct job;
struct keys;
struct lookup;
struct manage;
struct pathwatch;
struct peers;
struct permits;
struct rate;
struct relay;
struct seats;
struct store;
struct suppress;
struct seen;
struct throttle;
struct troubles;
struct usage;
struct webhooks;

struct control {
	struct store *store;	    /* NULL until the first configuration */
	const struct job *copier;   /* that makes a copy of it, or NULL */
	struct check *check;	    /* of whether it is whole, or NULL */
	struct conf_secret *secret; /* what edd sent last, to be wiped */
	void *process;		    /* of main.c */
	uint32_t seals;		    /* the seal of keys was changed */
	void (*flush)(struct control *);   /* to the store, what is not in it */
	void (*restart)(struct control *); /* soon, with another store */
	uint8_t login_key[STORE_SUBKEY_SIZE];
	uint8_t scram_key[STORE_SUBKEY_SIZE]; /* of salts that are none */
	char tenancy[OBJECT_ID_SIZE];
	uint32_t sessions_user;	   /* sessions at once, of one user */
	uint32_t credentials_user; /* credentials at once, of one user */
	uint32_t apikeys_user;	   /* API keys at once, of one user */
	char delimiter;		   /* of sub-addresses; NUL: there are none */
	struct conf_global global;
	struct conf_site site;
	struct certs certs;
	struct lends lends;
	struct spfs spfs;

	struct peers *peers;
	struct keys *keys;
	struct lookup *lookup;
	struct relay *relay;
	struct children *children;
	struct audit *audit;
	struct complaints *complaints;
	struct dkimwatch *dkimwatch;
	struct troubles *troubles;
	struct pathwatch *pathwatch;
	struct manage *manage;
	struct usage *usage;
	struct throttle *throttle;
	struct seen *seen; /* signatures */
	struct permits *permits;
	struct rate *rate;
	struct seats *seats;
	struct suppress *suppress;
	struct webhooks *webhooks;
	LIST_HEAD(, gathering) gatherings; /* of metrics */
	LIST_HEAD(, watcher) watchers;	   /* whom they are for */
	struct ctlsock *sock;

	/* What was answered since the start, for "show status". */
	uint64_t auth_ok;
	uint64_t auth_no;
	uint64_t sender_ok;
	uint64_t sender_no;
	uint64_t rcpt_ok;
	uint64_t rcpt_suppressed;
	uint64_t rcpt_limited;
	uint64_t bounces;
	uint64_t failures;
};

#endif

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
 * What is known of one destination: its waiting batches and its hosts.  It
 * decides which host is next; it opens no connection (mailer.c does).
 */
#ifndef DESTINATION_H
#define DESTINATION_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "job.h"
#include "limits.h"
#include "mx.h"
#include "proto_conf.h"
#include "rank.h"

struct mailer;
struct route;
struct settings;

#define DESTINATION_KEY_SIZE (HOST_SIZE + SOURCES_SIZE + 24u)

struct destination {
	LIST_ENTRY(destination) chain;
	struct mailer *mailer; /* whose it is */
	TAILQ_ENTRY(destination) rank;
	enum rank_place place;
	int64_t kept_at;
	bool slow; /* a connection had to be cut for others */
	char key[DESTINATION_KEY_SIZE];
	char domain[DOMAIN_SIZE];   /* of its first batch */
	char sources[SOURCES_SIZE]; /* its mail leaves from; empty: any */
	size_t turn;		    /* of the next one */
	struct conf_route forced;   /* an operator's route; port 0: none */
	struct job_list waiting;
	size_t jobs;	     /* waiting */
	size_t urgent;	     /* of these, not bulk */
	struct route *route; /* while it is looked up */
	int64_t resolved_at; /* 0: not yet */
	size_t targets;
	struct target target[TARGETS_MAX];
	size_t connecting;	     /* connections not ready yet */
	size_t busy;		     /* connections with a batch */
	size_t window;		     /* connections that may be tried at once */
	struct work_outcome failure; /* of the last host that failed */
};

void destination_key(const struct settings *, const struct work_batch *,
    char[DESTINATION_KEY_SIZE]);
uint32_t destination_hash(const char *key);
void destination_force(struct destination *, const struct work_batch *);
struct destination *destination_new(struct mailer *, const char *key,
    const char *domain);
void destination_free(struct destination *);
void destination_push(struct destination *, struct job *, bool first);
struct job *destination_pop(struct destination *);
bool destination_is_unused(const struct destination *);
bool destination_is_fresh(const struct destination *, int64_t now);
void destination_set_targets(struct destination *, const struct mx_targets *,
    int64_t now);
struct target *destination_next(struct destination *, int64_t now);
bool destination_leads_to(const struct destination *, const struct target *,
    int64_t now);
bool destination_wants_more(const struct destination *,
    const struct settings *);
void destination_connected(struct destination *, const struct target *,
    const struct settings *);
void destination_host_failed(struct destination *, const struct target *,
    const struct work_outcome *, int64_t now);
void destination_tls_failed(struct destination *, const struct target *);
void destination_forget_failures(struct destination *);

#endif

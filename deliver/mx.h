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
 * The hosts of a destination and the order in which they are tried.  Pure: no
 * look-ups.
 */
#ifndef MX_H
#define MX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "limits.h"
#include "netaddr.h"

struct dnsset;
struct settings;

/* An address to connect to, and what is remembered of it. */
struct target {
	char host[HOST_SIZE]; /* name, or the address as text */
	struct netaddr addr;
	uint16_t port;
	uint16_t preference;
	bool trusted;	   /* configured, or in an allowed network */
	bool plain;	   /* TLS did not work: do not try it again */
	int64_t failed_at; /* monotonic seconds; 0: did not fail */
};

struct mx_host {
	uint16_t preference;
	uint32_t order; /* among equal preferences */
	bool unknown;	/* the look-up of addresses failed */
	size_t addresses;
	struct netaddr address[HOST_ADDRESSES_MAX];
	char name[HOST_SIZE];
};

struct mx_list {
	size_t count;
	struct mx_host host[DNSPACKET_RECORDS_MAX];
};

/* What the hosts of a list led to. */
struct mx_targets {
	size_t count;
	struct target target[TARGETS_MAX];
	size_t refused; /* addresses that mail may not go to */
	size_t unknown; /* hosts whose look-up failed */
};

bool mx_is_null(const struct dnsset *);
void mx_take(struct mx_list *, const struct dnsset *);
void mx_one(struct mx_list *, const char *);
bool mx_drop_self(struct mx_list *, const char *own);
void mx_cut(struct mx_list *);
void mx_add_addresses(struct mx_host *, const struct dnsset *);
void mx_collect(const struct mx_list *, const struct settings *, uint16_t port,
    bool configured, struct mx_targets *);

#endif

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
 * The check of a domain: what is looked at, and the checks, one file each.
 * They are pure: facts in, findings out, done again whenever more facts are
 * there, until no more are wanted.
 */
#ifndef CHECKUP_H
#define CHECKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"
#include "dkimkey.h"
#include "ipaddr.h"
#include "proto_dns.h"

struct fact;
struct facts;
struct findings;

/* Addresses that a host sends from. */
#define CHECKUP_SOURCES_MAX 16u

struct checkup {
	struct facts *facts;
	struct findings *found;

	char domain[DOMAIN_SIZE]; /* of From, in lower case */
	char path[DOMAIN_SIZE];	  /* of the return path */
	const char *hostname;	  /* that this host says in EHLO */
	size_t sources;
	struct ipaddr source[CHECKUP_SOURCES_MAX];
	unsigned keys;
	struct dkimkey key[DKIMKEY_DOMAIN_MAX];

	/* What the checks tell the one for DMARC. */
	unsigned dkim_ok;
	bool spf_ok;
};

/* Looks for a record that belongs elsewhere. */
typedef bool (*checkup_match)(const char *record, void *);

void checkup_spf(struct checkup *);
void checkup_dkim(struct checkup *);
void checkup_dmarc(struct checkup *);
void checkup_path(struct checkup *);
void checkup_sources(struct checkup *);
void checkup_inbound(struct checkup *);

const char *checkup_zone(struct checkup *, const char *domain);
bool checkup_misplaced(struct checkup *, const char *name, const char *domain,
    checkup_match, void *, char where[DOMAIN_SIZE]);
const char *checkup_cname(struct checkup *, const char *name);
const char *checkup_parent(const char *name);
bool checkup_below(const char *name, const char *domain);
void checkup_relative(const char *name, const char *zone,
    char relative[DOMAIN_SIZE]);

#endif

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
 * DKIM keys as the DNS has them: the record to publish, and whether what is
 * published is it.
 */
#ifndef DKIMDNS_H
#define DKIMDNS_H

#include <stddef.h>

#include "bounds.h"
#include "dkimkey.h"

struct dns_answer;

/* "SELECTOR._domainkey.DOMAIN" and NUL. */
#define DKIMDNS_NAME_SIZE (SELECTOR_SIZE + sizeof("._domainkey.") + DOMAIN_SIZE)

/* A TXT record of RSA-4096 is 740 characters; with name and quotes. */
#define DKIMDNS_VALUE_SIZE 1024u
#define DKIMDNS_ZONE_SIZE  2048u

void dkimdns_name(const struct dkimkey *, char[DKIMDNS_NAME_SIZE]);
int dkimdns_value(const struct dkimkey *, char[DKIMDNS_VALUE_SIZE]);
int dkimdns_zone(const char *name, const char *value, char[DKIMDNS_ZONE_SIZE]);
enum dkim_dns dkimdns_judge(const struct dkimkey *, const struct dns_answer *);
int dkimdns_target(const struct dkimkey *, const char *base, char[DOMAIN_SIZE]);

#endif

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
 * Records of DKIM keys for the DNS.  Text only; who asks the DNS is
 * lookup.c.
 */
#include "dkimdns.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "dkim_txt.h"
#include "dkimkey.h"
#include "proto_dns.h"

/* A character-string of the DNS has at most so many octets. */
#define DNS_STRING_MAX 255u

static enum dkim_algorithm
dkimdns_algorithm(const struct dkimkey *k)
{
	return k->algorithm == SIGN_RSA_SHA256 ? DKIM_RSA_SHA256 :
						 DKIM_ED25519_SHA256;
}

/* The name of the record, without a dot at the end. */
void
dkimdns_name(const struct dkimkey *k, char name[DKIMDNS_NAME_SIZE])
{
	(void)snprintf(name, DKIMDNS_NAME_SIZE, "%s._domainkey.%s", k->selector,
	    k->domain);
}

/* The value of the record, as one string.  0, or -1 for an unusable key. */
int
dkimdns_value(const struct dkimkey *k, char value[DKIMDNS_VALUE_SIZE])
{
	return dkim_txt_record(dkimdns_algorithm(k), k->pub, k->pub_len, value,
	    DKIMDNS_VALUE_SIZE);
}

/*
 * The record as a line of a zone file: the value in strings of at most 255
 * octets (RFC 1035 section 3.3), which verifiers join again without a space
 * (RFC 6376 section 3.6.2.2).  0, or -1 if it does not fit.
 */
int
dkimdns_zone(const char *name, const char *value, char zone[DKIMDNS_ZONE_SIZE])
{
	size_t len, piece, used;
	int n;

	n = snprintf(zone, DKIMDNS_ZONE_SIZE, "%s. 3600 IN TXT", name);
	len = strlen(value);
	while (n > 0 && (size_t)n < DKIMDNS_ZONE_SIZE && len > 0) {
		piece = len < DNS_STRING_MAX ? len : DNS_STRING_MAX;
		used = (size_t)n;
		n += snprintf(zone + used, DKIMDNS_ZONE_SIZE - used,
		    " \"%.*s\"", (int)piece, value);
		value += piece;
		len -= piece;
	}
	return n > 0 && (size_t)n < DKIMDNS_ZONE_SIZE ? 0 : -1;
}

/*
 * What the DNS says about a key; a is NULL, or a failure, if there is no
 * answer.
 */
enum dkim_dns
dkimdns_judge(const struct dkimkey *k, const struct dns_answer *a)
{
	uint32_t i;

	if (a == NULL || a->status == DNS_FAIL)
		return DKIM_DNS_UNKNOWN;
	if (a->status != DNS_OK || a->records == 0)
		return DKIM_DNS_MISSING;
	for (i = 0; i < a->records; i++) {
		if (dkim_txt_check(a->record[i], strlen(a->record[i]),
			dkimdns_algorithm(k), k->pub,
			k->pub_len) == DKIM_TXT_OK)
			return DKIM_DNS_PUBLISHED;
	}
	return DKIM_DNS_DIFFERS;
}

/*
 * Where the name of the record leads by CNAME when keys are published below
 * a base domain: SELECTOR.DOMAIN.BASE.  0, or -1 if that is no name.
 */
int
dkimdns_target(const struct dkimkey *k, const char *base,
    char target[DOMAIN_SIZE])
{
	int n;

	n = snprintf(target, DOMAIN_SIZE, "%s.%s.%s", k->selector, k->domain,
	    base);
	return n > 0 && (size_t)n <= ADDRESS_DOMAIN_MAX ? 0 : -1;
}

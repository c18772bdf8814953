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
 * sources: control/facts.c control/finding.c control/ipaddr.c control/spf.c
 * sources: control/spf_macro.c control/spf_term.c control/dmarc.c
 * sources: control/checkup_name.c control/checkup_spf.c
 * sources: control/checkup_dkim.c control/checkup_dmarc.c
 * sources: control/checkup_path.c control/checkup_source.c
 * sources: control/checkup_inbound.c control/dkimdns.c
 * sources: regress/control/zone.c lib/compat.c lib/dkim_txt.c lib/base64.c
 * libs: -lcrypto
 */

/*
 * The check of a domain over any zone ("TYPE NAME RECORD" lines): SPF, DMARC
 * and DKIM records as hostile as can be.  It ends, asks a bounded number of
 * questions, and what it finds are strings.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checkup.h"
#include "compat.h"
#include "facts.h"
#include "finding.h"
#include "spf.h"
#include "zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
checks(struct checkup *c)
{
	c->found->n = 0;
	(void)checkup_zone(c, c->domain);
	checkup_spf(c);
	checkup_dkim(c);
	checkup_dmarc(c);
	checkup_path(c);
	checkup_sources(c);
	checkup_inbound(c);
}

static void
prepare(struct checkup *c)
{
	static const uint8_t head[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
		0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };

	c->facts = facts_new();
	must(c->facts != NULL);
	c->hostname = "h.org";
	(void)strlcpy(c->domain, "a.org", sizeof(c->domain));
	(void)strlcpy(c->path, "a.org", sizeof(c->path));
	c->sources = 2;
	must(ipaddr_parse("192.0.2.1", &c->source[0]) == 0);
	must(ipaddr_parse("2001:db8::1", &c->source[1]) == 0);
	c->keys = 1;
	(void)strlcpy(c->key[0].domain, c->domain, DOMAIN_SIZE);
	(void)strlcpy(c->key[0].selector, "s", SELECTOR_SIZE);
	c->key[0].algorithm = SIGN_ED25519;
	c->key[0].pub_len = sizeof(head) + 32;
	memcpy(c->key[0].pub, head, sizeof(head));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct findings found;
	static struct checkup c;
	struct spf_report report;
	struct spf_query q;
	size_t i;
	char *zone;

	zone = malloc(size + 1);
	must(zone != NULL);
	memcpy(zone, data, size);
	zone[size] = '\0';
	memset(&c, 0, sizeof(c));
	c.found = &found;
	prepare(&c);
	i = 0;
	do {
		must(i++ <= FACTS_MAX);
		checks(&c);
	} while (zone_answer(c.facts, zone));
	must(found.n > 0 && found.n <= FINDINGS_MAX);
	for (i = 0; i < found.n; i++)
		must(memchr(found.finding[i].is, '\0', FINDING_TEXT_SIZE) !=
		    NULL);
	q.domain = c.path;
	q.helo = c.hostname;
	q.ip = c.source[0];
	q.survey = true;
	(void)spf_check(c.facts, &q, &report);
	must(report.lookups <= SPF_SURVEY_MAX + 1);
	facts_free(c.facts);
	free(zone);
	return 0;
}

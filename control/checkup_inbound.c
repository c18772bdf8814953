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
 * What protects mail to the domain, bounces included: MTA-STS (RFC 8461) and
 * reports of TLS failures (RFC 8460).  Both may be missing.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "checkup.h"
#include "facts.h"
#include "finding.h"

/* "v=WORD" as the first tag. */
static bool
has_version(const char *record, const char *version)
{
	size_t len;

	len = strlen(version);
	return strncmp(record, version, len) == 0 &&
	    strchr("; \t", record[len]) != NULL;
}

/* The one record of a kind, of which n is set. */
static const char *
record_of(const struct fact *f, const char *version, unsigned *n)
{
	const char *record;
	size_t i;

	record = NULL;
	*n = 0;
	for (i = 0; i < f->records; i++) {
		if (!has_version(f->record[i], version))
			continue;
		record = f->record[i];
		(*n)++;
	}
	return record;
}

static struct finding *
add(struct checkup *c, const char *check, const char *name,
    enum finding_state state, const char *problem)
{
	struct finding *f;

	f = finding_add(c->found, state, check, problem);
	finding_record(f, "TXT", name);
	return f;
}

/* RFC 8461 section 3.1: id is 1 to 32 letters and digits. */
static bool
has_id(const char *record)
{
	const char *id;
	size_t n;

	id = strstr(record, "id=");
	if (id == NULL)
		return false;
	n = strspn(id + 3,
	    "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
	return n >= 1 && n <= 32 && strchr("; \t", id[3 + n]) != NULL;
}

/* The policy is fetched from https://mta-sts.DOMAIN/. */
static void
check_policy_host(struct checkup *c, const char *name, const char *record)
{
	char host[DOMAIN_SIZE + 16];
	const struct fact *a, *aaaa;
	struct finding *f;

	(void)snprintf(host, sizeof(host), "mta-sts.%s", c->path);
	a = facts_get(c->facts, DNS_A, host);
	aaaa = facts_get(c->facts, DNS_AAAA, host);
	if (a == NULL || aaaa == NULL)
		return;
	if (a->records > 0 || aaaa->records > 0 || a->status == DNS_FAIL) {
		f = add(c, "MTA-STS", name, FINDING_OK, "");
		finding_is(f, "%s", record);
		return;
	}
	f = add(c, "MTA-STS", name, FINDING_FAIL, "no-policy-host");
	finding_is(f, "%s, but %s has no address", record, host);
	finding_should(f, "https://%s/.well-known/mta-sts.txt", host);
	finding_mend(f,
	    "serve the policy there, or remove the record: as it is it "
	    "protects nothing");
}

static void
check_sts(struct checkup *c)
{
	char name[DOMAIN_SIZE + 16];
	const struct fact *f;
	const char *record;
	struct finding *out;
	unsigned n;

	(void)snprintf(name, sizeof(name), "_mta-sts.%s", c->path);
	f = facts_get(c->facts, DNS_TXT, name);
	if (f == NULL || f->status == DNS_FAIL)
		return;
	record = record_of(f, "v=STSv1", &n);
	if (n == 1 && has_id(record)) {
		check_policy_host(c, name, record);
		return;
	}
	out = add(c, "MTA-STS", name,
	    f->records > 0 ? FINDING_FAIL : FINDING_NOTE,
	    n > 1	       ? "two-records" :
		f->records > 0 ? "ill-formed" :
				 "missing");
	finding_is(out, "%s", f->records > 0 ? f->record[0] : "nothing");
	finding_should(out, "v=STSv1; id=1");
	finding_mend(out, "%s",
	    n > 1	       ? "leave one record" :
		f->records > 0 ? "correct it: the id is 1 to 32 letters and "
				 "digits" :
				 "may be left away; with it, mail to the "
				 "domain is sent with verified TLS only");
}

static void
check_report(struct checkup *c)
{
	char name[DOMAIN_SIZE + 16];
	const struct fact *f;
	const char *record;
	struct finding *out;
	unsigned n;

	(void)snprintf(name, sizeof(name), "_smtp._tls.%s", c->path);
	f = facts_get(c->facts, DNS_TXT, name);
	if (f == NULL || f->status == DNS_FAIL)
		return;
	record = record_of(f, "v=TLSRPTv1", &n);
	if (n == 1 &&
	    (strstr(record, "rua=mailto:") != NULL ||
		strstr(record, "rua=https:") != NULL)) {
		out = add(c, "TLSRPT", name, FINDING_OK, "");
		finding_is(out, "%s", record);
		return;
	}
	out = add(c, "TLSRPT", name,
	    f->records > 0 ? FINDING_FAIL : FINDING_NOTE,
	    n > 1	       ? "two-records" :
		f->records > 0 ? "ill-formed" :
				 "missing");
	finding_is(out, "%s", f->records > 0 ? f->record[0] : "nothing");
	finding_should(out, "v=TLSRPTv1; rua=mailto:postmaster@%s", c->path);
	finding_mend(out, "%s",
	    n > 1	       ? "leave one record" :
		f->records > 0 ? "correct it: \"rua=mailto:ADDRESS\" must "
				 "follow" :
				 "may be left away; with it, senders report "
				 "when TLS to the domain fails");
}

/* Mail to the return path. */
void
checkup_inbound(struct checkup *c)
{
	check_sts(c);
	check_report(c);
}

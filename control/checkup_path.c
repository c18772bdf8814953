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
 * The return path: bounces can come back to its domain.
 */
#include <stdio.h>
#include <string.h>

#include "checkup.h"
#include "facts.h"
#include "finding.h"
#include "ipaddr.h"

/* Hosts that are looked at. */
#define HOSTS_MAX 16u

static struct finding *
add(struct checkup *c, enum finding_state state, const char *problem)
{
	struct finding *f;

	f = finding_add(c->found, state, "MX", problem);
	finding_record(f, "MX", c->path);
	return f;
}

/* A host of an MX record: it has addresses, and its name is none. */
static bool
check_host(struct checkup *c, const char *record, const char *host)
{
	const struct fact *a, *aaaa;
	struct ipaddr address;
	struct finding *f;
	const char *cname;

	if (ipaddr_parse(host, &address) == 0) {
		f = add(c, FINDING_FAIL, "mx-is-address");
		finding_is(f, "%s", record);
		finding_mend(f,
		    "an MX names a host, not an address (RFC 5321, 5.1): give "
		    "the host a name");
		return false;
	}
	a = facts_get(c->facts, DNS_A, host);
	aaaa = facts_get(c->facts, DNS_AAAA, host);
	cname = checkup_cname(c, host);
	if (a == NULL || aaaa == NULL || a->status == DNS_FAIL ||
	    aaaa->status == DNS_FAIL)
		return true;
	if (a->records == 0 && aaaa->records == 0) {
		f = add(c, FINDING_FAIL, "mx-without-address");
		finding_is(f, "%s, which has no address", record);
		finding_mend(f, "give %s an address, or remove it", host);
		return false;
	}
	if (cname == NULL)
		return true;
	f = add(c, FINDING_WARN, "mx-is-cname");
	finding_is(f, "%s, which is an alias (CNAME) of %s", record, cname);
	finding_mend(f, "an MX names no alias (RFC 2181, 10.3): name %s",
	    cname);
	return false;
}

/* Without MX the address of the domain itself counts (RFC 5321, 5.1). */
static void
check_address(struct checkup *c)
{
	const struct fact *a, *aaaa;
	struct finding *f;

	a = facts_get(c->facts, DNS_A, c->path);
	aaaa = facts_get(c->facts, DNS_AAAA, c->path);
	if (a == NULL || aaaa == NULL)
		return;
	if (a->records > 0 || aaaa->records > 0) {
		f = add(c, FINDING_WARN, "no-mx");
		finding_is(f, "no MX; bounces go to %s itself",
		    a->records > 0 ? a->record[0] : aaaa->record[0]);
	} else {
		f = add(c, FINDING_FAIL, "no-mx");
		finding_is(f, "neither MX nor address");
	}
	finding_should(f, "10 %s.", c->hostname);
	finding_mend(f,
	    "publish an MX record that names the host which takes mail for "
	    "%s: receivers refuse senders that cannot be answered",
	    c->path);
}

/* The MX records of the return path's domain. */
void
checkup_path(struct checkup *c)
{
	const struct fact *mx;
	struct finding *f;
	const char *host;
	size_t i;
	bool ok;

	mx = facts_get(c->facts, DNS_MX, c->path);
	if (mx == NULL)
		return;
	if (mx->status == DNS_FAIL) {
		f = add(c, FINDING_UNKNOWN, "no-answer");
		finding_is(f, "the DNS does not answer");
		return;
	}
	if (mx->records == 0) {
		check_address(c);
		return;
	}
	if (strcmp(mx->record[0], "0 .") == 0) {
		f = add(c, FINDING_FAIL, "null-mx");
		finding_is(f, "0 . (takes no mail, RFC 7505)");
		finding_should(f, "10 %s.", c->hostname);
		finding_mend(f,
		    "name a host that takes bounces, or use another return "
		    "path: receivers refuse senders that cannot be answered");
		return;
	}
	ok = true;
	for (i = 0; i < mx->records && i < HOSTS_MAX; i++) {
		host = strchr(mx->record[i], ' ');
		if (host != NULL)
			ok = check_host(c, mx->record[i], host + 1) && ok;
	}
	if (!ok)
		return;
	f = add(c, FINDING_OK, "");
	finding_is(f, "%s%s", mx->record[0],
	    mx->records > 1 ? " and others" : "");
}

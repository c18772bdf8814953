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
 * The addresses that this host sends from: each has a name, and the name has
 * the address.
 */
#include <sys/socket.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "checkup.h"
#include "facts.h"
#include "finding.h"

/* Names of an address that are looked at. */
#define NAMES_MAX 10u

static struct finding *
add(struct checkup *c, const struct ipaddr *a, enum finding_state state,
    const char *problem)
{
	char check[FINDING_CHECK_SIZE], text[IPADDR_SIZE];
	struct finding *f;

	(void)snprintf(check, sizeof(check), "PTR %s", ipaddr_format(a, text));
	f = finding_add(c->found, state, check, problem);
	finding_record(f, "PTR", text);
	return f;
}

enum confirmed {
	CONFIRMED_WAIT = 1,
	CONFIRMED_NO,
	CONFIRMED_YES
};

/* Whether a name has the address. */
static enum confirmed
has_address(struct checkup *c, const char *name, const struct ipaddr *a)
{
	const struct fact *f;
	struct ipaddr other;
	size_t i;

	f = facts_get(c->facts, a->family == AF_INET ? DNS_A : DNS_AAAA, name);
	if (f == NULL)
		return CONFIRMED_WAIT;
	for (i = 0; i < f->records; i++) {
		if (ipaddr_parse(f->record[i], &other) == 0 &&
		    ipaddr_same(&other, a))
			return CONFIRMED_YES;
	}
	return CONFIRMED_NO;
}

/* The name that EHLO says should lead here, too. */
static void
check_hello(struct checkup *c, const struct ipaddr *a)
{
	char text[IPADDR_SIZE];
	struct finding *f;

	if (has_address(c, c->hostname, a) != CONFIRMED_NO)
		return;
	f = finding_add(c->found, FINDING_WARN, "EHLO", "hello");
	finding_record(f, a->family == AF_INET ? "A" : "AAAA", c->hostname);
	finding_is(f, "does not have the address %s", ipaddr_format(a, text));
	finding_should(f, "%s", text);
	finding_mend(f,
	    "this host calls itself %s: publish its address under that name, "
	    "or correct \"hostname\" in edd.conf",
	    c->hostname);
}

static void
check_names(struct checkup *c, const struct ipaddr *a, const struct fact *ptr)
{
	char text[IPADDR_SIZE];
	enum confirmed r;
	struct finding *f;
	bool waits;
	size_t i;

	waits = false;
	for (i = 0; i < ptr->records && i < NAMES_MAX; i++) {
		r = has_address(c, ptr->record[i], a);
		waits = waits || r == CONFIRMED_WAIT;
		if (r != CONFIRMED_YES)
			continue;
		f = add(c, a, FINDING_OK, "");
		finding_is(f, "%s, which has this address", ptr->record[i]);
		return;
	}
	if (waits)
		return;
	f = add(c, a, FINDING_FAIL, "not-confirmed");
	finding_is(f, "%s, which does not have this address", ptr->record[0]);
	finding_should(f, "%s", c->hostname);
	finding_mend(f,
	    "publish %s %s %s, or have whoever gave you the address (the "
	    "hoster) change its name",
	    ptr->record[0], a->family == AF_INET ? "A" : "AAAA",
	    ipaddr_format(a, text));
}

static void
check_source(struct checkup *c, const struct ipaddr *a)
{
	char text[IPADDR_SIZE];
	const struct fact *ptr;
	struct finding *f;

	ptr = facts_get(c->facts, DNS_PTR, ipaddr_format(a, text));
	if (ptr == NULL)
		return;
	if (ptr->status == DNS_FAIL) {
		f = add(c, a, FINDING_UNKNOWN, "no-answer");
		finding_is(f, "the DNS does not answer");
	} else if (ptr->records == 0) {
		f = add(c, a, FINDING_FAIL, "missing");
		finding_is(f, "the address has no name");
		finding_should(f, "%s", c->hostname);
		finding_mend(f,
		    "have whoever gave you the address (the hoster) set its "
		    "name: many receivers refuse mail from an address "
		    "without");
	} else
		check_names(c, a, ptr);
	check_hello(c, a);
}

/* Findings for each source. */
void
checkup_sources(struct checkup *c)
{
	size_t i;

	for (i = 0; i < c->sources; i++)
		check_source(c, &c->source[i]);
}

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
 * dkim zone: the records of keys as lines of zone files.
 */
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "dkimdns.h"
#include "dkimkey.h"
#include "domain.h"
#include "job.h"
#include "row.h"
#include "verb_dkim.h"
#include "verb_need.h"

static void
add_line(struct job *j, const struct dkimkey *k, const char *line)
{
	row_str(j->row, "domain", k->domain);
	row_str(j->row, "selector", k->selector);
	row_str(j->row, "state", dkimkey_state_name(k->state));
	row_str(j->row, "line", line);
}

/*
 * The record itself; with a base domain the record below that, and a CNAME
 * that leads there.
 */
static bool
zone_cb(struct job *j, const struct store_key *key, struct msgin *m)
{
	char line[DKIMDNS_ZONE_SIZE], name[DKIMDNS_NAME_SIZE];
	char target[DOMAIN_SIZE], value[DKIMDNS_VALUE_SIZE];
	struct dkimkey k;
	const char *base;

	if (record_done(dkimkey_decode(m, &k), "DKIM key") != STORE_OK)
		return false;
	base = j->control->site.dkim_base;
	dkimdns_name(&k, name);
	if (dkimdns_value(&k, value) == -1)
		return false;
	if (base[0] == '\0' || dkimdns_target(&k, base, target) == -1) {
		if (dkimdns_zone(name, value, line) == -1)
			return false;
		add_line(j, &k, line);
		return true;
	}
	if (dkimdns_zone(target, value, line) == -1)
		return false;
	add_line(j, &k, line);
	job_send(j);
	(void)snprintf(line, sizeof(line), "%s. 3600 IN CNAME %s.", name,
	    target);
	add_line(j, &k, line);
	return true;
}

/* dkim zone [DOMAIN] */
void
verb_dkim_zone(struct job *j)
{
	struct store_key k;
	struct domain d;

	if (j->arg[0] == NULL) {
		job_list(j, STORE_DKIM, NULL, zone_cb);
		return;
	}
	if (need_domain(j, j->arg[0], &d) == -1)
		return;
	store_key_prefix(&k, d.name);
	job_list(j, STORE_DKIM, &k, zone_cb);
}

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
 * throttle list, throttle clear.  The list is read from the store, so that it
 * can be as long as the table and the reader as slow as it likes.
 */
#include "verb_throttle.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "control.h"
#include "job.h"
#include "netkey.h"
#include "row.h"
#include "steady.h"
#include "throttle.h"
#include "verb_need.h"

static bool
list_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	struct throttle_record r;
	bool throttled;

	if (throttle_decode(m, &r) == -1 ||
	    !name_begins(j->arg[0], store_key_first(k)))
		return false;
	throttled = r.until > steady_now();
	if (j->arg[1] != NULL &&
	    (strcmp(j->arg[1], "throttled") == 0) != throttled)
		return false;
	row_str(j->row, "address", store_key_first(k));
	row_num(j->row, "failures", r.failures);
	if (r.last == 0)
		row_none(j->row, "last");
	else
		row_time(j->row, "last", steady_date(r.last));
	if (!throttled)
		row_none(j->row, "throttled");
	else
		row_time(j->row, "throttled", steady_date(r.until));
	return true;
}

/* throttle list [prefix TEXT] [state throttled|failing] */
void
verb_throttle_list(struct job *j)
{
	if (need_choice(j, 1) == -1)
		return;
	if (throttle_flush(j->control->throttle) == -1) {
		job_fail_store(j);
		return;
	}
	job_list(j, STORE_THROTTLE, NULL, list_cb);
}

/* throttle clear ADDRESS|all */
void
verb_throttle_clear(struct job *j)
{
	uint8_t key[NETKEY_SIZE];
	const char *text;
	char old[64];
	size_t n;

	text = strcmp(j->arg[0], "all") == 0 ? NULL : j->arg[0];
	if (text != NULL && netkey_parse(text, key) == -1) {
		job_fail(j, "an address is as \"edctl throttle list\" shows it",
		    "\"%s\" is neither an IPv4 nor an IPv6 address", text);
		return;
	}
	n = throttle_clear(j->control->throttle, text == NULL ? NULL : key);
	if (text != NULL && n == 0) {
		job_fail(j, "see \"edctl throttle list\"",
		    "nothing is known of %s", text);
		return;
	}
	(void)snprintf(old, sizeof(old), "addresses=%zu", n);
	job_audit(j, text == NULL ? "all" : text, old, NULL);
	if (throttle_flush(j->control->throttle) == -1) {
		job_fail_store(j);
		return;
	}
	row_num(j->row, "cleared", (int64_t)n);
	job_send(j);
	job_ok(j);
}

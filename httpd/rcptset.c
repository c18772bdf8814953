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
 * Each recipient once: the first that came stands for all that are the same.
 */
#include "rcptset.h"

#include <string.h>

#include "idn.h"

/*
 * Add the next that came. It is one that is there if the local part is the
 * same, octet by octet (RFC 5321 section 2.4), and so is the domain as an
 * A-label. What place it gets depends on nothing else, so that a request that
 * comes again has the same ones. -1: its domain is none, or EMAIL_RCPTS_MAX
 * have come.
 */
int
rcptset_add(struct rcptset *set, const struct address *a)
{
	struct address *ascii;
	size_t i;

	if (set->places == EMAIL_RCPTS_MAX)
		return -1;
	ascii = &set->ascii[set->len];
	if (idn_address_ascii(a, ascii) == -1)
		return -1;
	for (i = 0; i < set->len; i++) {
		if (strcmp(set->ascii[i].mailbox, ascii->mailbox) == 0)
			break;
	}
	if (i == set->len)
		set->given[set->len++] = a;
	set->place[set->places++] = i;
	return 0;
}

/*
 * The place of the one that came as number rcpt, from 0. false: it came before
 * already, or there is none.
 */
bool
rcptset_first(const struct rcptset *set, size_t rcpt, size_t *place)
{
	size_t i;

	if (rcpt >= set->places)
		return false;
	for (i = 0; i < rcpt; i++) {
		if (set->place[i] == set->place[rcpt])
			return false;
	}
	*place = set->place[rcpt];
	return true;
}

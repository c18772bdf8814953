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
 * Policies in the words of the service: one sentence says what a group may do.
 * Reading and writing of sentences only; names are not looked up here.
 */
#ifndef SENTENCE_H
#define SENTENCE_H

#include <stddef.h>

#include "bounds.h"
#include "condition.h"

/* Each includes those before it. */
enum sentence_verb {
	SENTENCE_INSPECT = 1,
	SENTENCE_READ,
	SENTENCE_USE,
	SENTENCE_MANAGE,
	SENTENCE_VERB_LAST = SENTENCE_MANAGE
};

enum sentence_family {
	SENTENCE_EMAIL_FAMILY = 1, /* all of the others */
	SENTENCE_SENDERS,
	SENTENCE_SUPPRESSIONS,
	SENTENCE_DOMAINS,
	SENTENCE_DKIM,
	SENTENCE_FAMILY_LAST = SENTENCE_DKIM
};

/* Room for the longest sentence. */
#define SENTENCE_SIZE (2 * NAME_SIZE + CONDITION_SIZE + 128)

struct sentence {
	char group[NAME_SIZE]; /* empty: any user */
	enum sentence_verb verb;
	enum sentence_family family;
	char compartment[NAME_SIZE]; /* empty: the whole tenancy */
	struct condition condition;
};

int sentence_parse(const char *, struct sentence *, char *why, size_t);
void sentence_print(const struct sentence *, char[SENTENCE_SIZE]);
const char *sentence_verb_name(enum sentence_verb);
const char *sentence_family_name(enum sentence_family);

#endif

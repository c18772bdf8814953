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
 * What the doctor found: what is, what should be, how to mend it.
 */
#ifndef FINDING_H
#define FINDING_H

#include <stddef.h>

#include "bounds.h"

enum finding_state {
	FINDING_OK = 1,
	FINDING_NOTE,	 /* as it may be, and could be better */
	FINDING_UNKNOWN, /* the DNS did not answer */
	FINDING_WARN,	 /* works, but not with every receiver */
	FINDING_FAIL
};

#define FINDING_TEXT_SIZE  1100u
#define FINDING_CHECK_SIZE 96u

struct finding {
	enum finding_state state;
	char check[FINDING_CHECK_SIZE]; /* "SPF", "DKIM s1" */
	char problem[32];		/* a word for scripts; "" if OK */
	char type[8];			/* of the record: "TXT" */
	char name[DOMAIN_SIZE];		/* where it stands, or should */
	char is[FINDING_TEXT_SIZE];
	char should[FINDING_TEXT_SIZE];
	char mend[FINDING_TEXT_SIZE];
};

/* Checks with all their mistakes; more are left out. */
#define FINDINGS_MAX 64u

struct findings {
	size_t n;
	struct finding finding[FINDINGS_MAX];
};

const char *finding_state_name(enum finding_state);
struct finding *finding_add(struct findings *, enum finding_state,
    const char *check, const char *problem);
void finding_record(struct finding *, const char *type, const char *name);
void finding_is(struct finding *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
void finding_should(struct finding *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
void finding_mend(struct finding *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

#endif

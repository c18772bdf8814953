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
 * A list of findings.  Texts that do not fit are cut: they are for people.
 */
#include "finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compat.h"

/* A state in a word. */
const char *
finding_state_name(enum finding_state state)
{
	switch (state) {
	case FINDING_OK:
		return "ok";
	case FINDING_NOTE:
		return "note";
	case FINDING_UNKNOWN:
		return "unknown";
	case FINDING_WARN:
		return "warn";
	case FINDING_FAIL:
		return "fail";
	}
	return "";
}

/*
 * One more, empty but for what is given; the last place is used again when
 * the list is full.
 */
struct finding *
finding_add(struct findings *all, enum finding_state state, const char *check,
    const char *problem)
{
	struct finding *f;

	if (all->n < FINDINGS_MAX)
		all->n++;
	f = &all->finding[all->n - 1];
	memset(f, 0, sizeof(*f));
	f->state = state;
	(void)strlcpy(f->check, check, sizeof(f->check));
	(void)strlcpy(f->problem, problem, sizeof(f->problem));
	return f;
}

/* Which record it is about. */
void
finding_record(struct finding *f, const char *type, const char *name)
{
	(void)strlcpy(f->type, type, sizeof(f->type));
	(void)strlcpy(f->name, name, sizeof(f->name));
}

/* What is. */
void
finding_is(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(f->is, sizeof(f->is), fmt, ap);
	va_end(ap);
}

/* What should be. */
void
finding_should(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(f->should, sizeof(f->should), fmt, ap);
	va_end(ap);
}

/* How to mend it. */
void
finding_mend(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(f->mend, sizeof(f->mend), fmt, ap);
	va_end(ap);
}

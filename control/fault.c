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
 * Faults: one text, one hint, one kind.
 */
#include "fault.h"

#include <stdarg.h>
#include <stdio.h>

/* Say what is wrong and, unless NULL, what to do about it.  Returns -1. */
int
fault_set(struct fault *f, enum fault_kind kind, const char *hint,
    const char *fmt, ...)
{
	va_list ap;

	f->kind = kind;
	va_start(ap, fmt);
	(void)vsnprintf(f->why, sizeof(f->why), fmt, ap);
	va_end(ap);
	(void)snprintf(f->hint, sizeof(f->hint), "%s",
	    hint == NULL ? "" : hint);
	return -1;
}

/* The store failed.  Returns -1. */
int
fault_store(struct fault *f)
{
	return fault_set(f, FAULT_STORE,
	    "look at the log for what Berkeley DB said",
	    "the policy store failed; nothing was changed");
}

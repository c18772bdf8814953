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
 * lib/proc.c for tests: an event loop of the test, no parent.
 */
#include <event2/event.h>
#include <stdlib.h>

#include "proc.h"

/* One event loop a test program. */
struct event_base *
proc_base(void)
{
	static struct event_base *base;

	if (base == NULL)
		base = event_base_new();
	return base;
}

/* There is no edd. */
struct chan *
proc_parent(void)
{
	return NULL;
}

/* As lib/proc.c has it, as far as tests show. */
const char *
proc_kind_name(enum proc_kind kind)
{
	return kind == PROC_QUEUE ? "queue" : "process";
}

/* As lib/proc.c has it, as far as tests show. */
const char *
proc_conv_name(enum proc_conv conv)
{
	return "conversation";
}

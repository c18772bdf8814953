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
 * What signer.c needs of a process's life.
 */
#include "fake_proc.h"

#include "proc.h"

static struct event_base *the_base;

/* The loop that signer's channels are to use. */
void
fake_proc_base(struct event_base *base)
{
	the_base = base;
}

/* As lib/proc.h. */
struct event_base *
proc_base(void)
{
	return the_base;
}

/* As lib/proc.h, of no importance here. */
const char *
proc_kind_name(enum proc_kind kind)
{
	return "peer";
}

/* As lib/proc.h, of no importance here. */
const char *
proc_conv_name(enum proc_conv conv)
{
	return "conversation";
}

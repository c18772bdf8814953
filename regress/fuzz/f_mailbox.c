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

/* sources: lib/mailbox.c lib/address.c */

/*
 * Address lists: every address that is handed out is one, there are no more
 * than there are "@", and the error is inside; the first octet is the flags.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mailbox.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct state {
	unsigned flags;
	size_t found;
};

static int
found_cb(const struct address *a, void *arg)
{
	struct state *state = arg;
	struct address b;
	unsigned flags;

	flags = (state->flags & MAILBOX_UTF8) != 0 ? ADDRESS_UTF8 : 0;
	if (address_parse_mailbox(a->mailbox, a->len, flags, &b) !=
		ADDRESS_OK ||
	    strcmp(a->mailbox, b.mailbox) != 0)
		abort();
	state->found++;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mailbox_error error;
	struct state state;
	enum mailbox_result r;
	size_t i, at;

	if (size == 0)
		return 0;
	state.flags = data[0];
	state.found = 0;
	r = mailbox_parse((const char *)data + 1, size - 1, state.flags,
	    found_cb, &state, &error);
	for (i = 1, at = 0; i < size; i++)
		at += data[i] == '@';
	if (state.found > at || error.position > size - 1)
		abort();
	if (r == MAILBOX_OK && state.found == 0)
		abort();
	if ((r == MAILBOX_EMPTY) && state.found != 0)
		abort();
	if ((state.flags & MAILBOX_SINGLE) != 0 && state.found > 1)
		abort();
	return 0;
}

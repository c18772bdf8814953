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
 * SubmitEmail and SubmitRawEmail: a request becomes a message of the queue.
 */
#include <stddef.h>

#include "dispatch.h"
#include "frontconf.h"
#include "ops.h"

static uint64_t
submit_body_max(const struct exchange *x)
{
	return x->conf->smtp.message_size;
}

static void
submit_run(struct exchange *x)
{
	exchange_refuse(x, FAULT_UNAVAILABLE, NULL);
}

static const struct op op_email = {
	.method = REQUEST_POST,
	.path = "/20220926/actions/submitEmail",
	.body_max = submit_body_max,
	.run = submit_run,
};

static const struct op *const ops[] = { &op_email, NULL };

/* The table of them. */
const struct op *const *
ops_submit(void)
{
	return ops;
}

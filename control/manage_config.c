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
 * The configuration in the management API: where mail is submitted.  httpd
 * adds the port that the client has come by.
 */
#include "compartment.h"
#include "control.h"
#include "manage_ask.h"
#include "manage_ops.h"
#include "row.h"

/* GetEmailConfiguration */
void
manage_config_get(struct ask *a)
{
	struct compartment c;

	if (ask_place(a, &c) == -1)
		return;
	row_str(a->row, "compartmentId", c.id);
	row_str(a->row, "httpSubmitEndpoint", a->control->global.hostname);
	row_str(a->row, "smtpSubmitEndpoint", a->control->global.hostname);
	ask_send(a);
	ask_ok(a);
}

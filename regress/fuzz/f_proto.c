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

/* sources: regress/lib/proto_table.c lib/proto_setup.c lib/proto_conf.c lib/proto_site.c lib/proto_suppress.c lib/siphash.c lib/proto_auth.c lib/proto_policy.c lib/proto_sign.c lib/proto_reseal.c lib/proto_submit.c lib/proto_claim.c lib/proto_work.c lib/proto_notice.c lib/proto_dns.c lib/proto_hook.c lib/proto_watch.c lib/proto_admin.c lib/proto_ctl.c lib/proto_manage.c lib/msg.c lib/row.c */

/*
 * Any octets as any message: the first octet picks the message.  What is
 * taken must be what send makes of it again.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "msg.h"
#include "proto_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t decoded[PROTO_STRUCT_MAX] __attribute__((aligned(16)));
	const struct proto *p;
	struct msgin m;

	if (size < 1 || size - 1 > MSG_PAYLOAD_MAX)
		return 0;
	p = proto_at(data[0]);
	if (p == NULL)
		return 0;
	data++;
	size--;
	msgin_init(&m, p->type, data, size);
	if (p->recv(&m, decoded) == -1)
		return 0;
	if (p->send(decoded) == -1 || proto_sent()->len != size ||
	    (size > 0 && memcmp(proto_sent()->data, data, size) != 0))
		abort();
	if (p->clear != NULL)
		p->clear(decoded);
	return 0;
}

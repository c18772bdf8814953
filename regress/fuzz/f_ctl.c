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
 * Fuzzes the control socket: octets as an operator's program may send them,
 * into the whole of control behind it, with a store.
 *
 * sources: regress/control/world.c regress/control/tmpdir.c
 * sources: regress/control/fake_proc.c control/[!m]*.c control/m[!a]*.c
 * sources: lib/shellword.c
 * sources: lib/address.c lib/base64.c lib/breach.c lib/chan.c lib/compat.c
 * sources: lib/dkim_txt.c
 * sources: lib/id.c lib/idn.c lib/log.c lib/logsock.c lib/msg.c lib/netkey.c
 * sources: lib/network.c lib/pending.c lib/proto_admin.c lib/proto_auth.c
 * sources: lib/proto_ctl.c lib/proto_dns.c lib/proto_notice.c
 * sources: lib/proto_import.c lib/siphash.c
 * sources: lib/proto_policy.c lib/proto_setup.c lib/proto_sign.c lib/row.c
 * sources: lib/proto_reseal.c lib/proto_hook.c lib/proto_watch.c
 * libs: -levent -ldb-5.3 -lcrypto -lidn2 -ljson-c -lpthread
 */
#include <sys/socket.h>

#include <event2/event.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "ctlsock.h"
#include "log.h"
#include "proc.h"
#include "proto_ctl.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* What precedes every input, so that not all end at the version. */
static const uint8_t hello[] = { M_CTL_HELLO, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, CTL_VERSION, 0, 0, 0 };

static struct world w;

static void
world_end(void)
{
	world_free(&w);
}

/* The first octet's lowest bit says whether the version is there. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned i;
	int sv[2];

	if (w.control.sock == NULL) {
		world_make(&w);
		(void)atexit(world_end);
	}
	if (size == 0 || size > 65536 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sv) == -1)
		return 0;
	if (ctlsock_connection(w.control.sock, sv[0]) == -1)
		abort();
	if ((data[0] & 1) != 0)
		(void)send(sv[1], hello, sizeof(hello), MSG_NOSIGNAL);
	(void)send(sv[1], data + 1, size - 1, MSG_NOSIGNAL);
	for (i = 0; i < 4; i++)
		(void)event_base_loop(proc_base(), EVLOOP_NONBLOCK);
	(void)close(sv[1]);
	for (i = 0; i < 4; i++)
		(void)event_base_loop(proc_base(), EVLOOP_NONBLOCK);
	if (ctlsock_connections(w.control.sock) != 0)
		abort();
	return 0;
}

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
 * edctl <-> control, over the control socket.
 *
 *   edctl -> control:   HELLO {version}, then COMMAND
 *   control -> edctl:   HELLO {version}, ROW ..., PROGRESS ..., END
 *
 * A command that takes a file asks for it in blocks, and says how many more it
 * can hold; without being asked edctl sends none.  An empty block is the end:
 *
 *   control -> edctl:   MORE {blocks}
 *   edctl -> control:   DATA {octets} ..., DATA {}
 *
 * control treats edctl as hostile: an ill-formed message closes that
 * connection and nothing else.  The structures are those of proto_admin.h;
 * the numbers are this conversation's own.
 */
#ifndef PROTO_CTL_H
#define PROTO_CTL_H

#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

struct admin_command;
struct admin_end;
struct admin_progress;
struct chan;
struct msgin;
struct row;

#define CTL_VERSION 3u

enum ctl_type {
	M_CTL_HELLO = 1,
	M_CTL_COMMAND,
	M_CTL_ROW,
	M_CTL_END,
	M_CTL_PROGRESS,
	M_CTL_DATA,
	M_CTL_MORE
};

/* Octets of a block. */
#define CTL_DATA_MAX 32768u

int ctl_hello_send(struct chan *, uint32_t version);
int ctl_hello_recv(struct msgin *, uint32_t *version);
int ctl_command_send(struct chan *, const struct admin_command *);
int ctl_command_recv(struct msgin *, struct admin_command *);
int ctl_row_send(struct chan *, const struct row *);
int ctl_row_recv(struct msgin *, struct row *);
int ctl_end_send(struct chan *, const struct admin_end *);
int ctl_end_recv(struct msgin *, struct admin_end *);
int ctl_progress_send(struct chan *, const struct admin_progress *);
int ctl_progress_recv(struct msgin *, struct admin_progress *);
int ctl_data_send(struct chan *, const void *, size_t);
int ctl_data_recv(struct msgin *, const uint8_t **, size_t *);
int ctl_more_send(struct chan *, uint32_t blocks);
int ctl_more_recv(struct msgin *, uint32_t *blocks);

#endif

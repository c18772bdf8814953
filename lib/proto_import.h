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
 * edctl -> control: rows of an import of suppressions, some in each block of
 * DATA (see proto_ctl.h).  Texts are as they stood in the file; control says
 * what is wrong with them.
 */
#ifndef PROTO_IMPORT_H
#define PROTO_IMPORT_H

#include <stdint.h>

#include "bounds.h"

struct msgin;
struct msgout;

/* Rows of a block: what control does in one go. */
#define IMPORT_ROWS_MAX 250u

/* Octets of a field of the file; a longer one is a bad row. */
#define IMPORT_FIELD_SIZE REPLY_TEXT_SIZE

/* Empty or 0: not given. */
struct import_row {
	uint64_t number; /* in the file, from 1 */
	char address[IMPORT_FIELD_SIZE];
	char compartment[NAME_SIZE];
	char reason[NAME_SIZE];
	int64_t created;
	int64_t expires;
	int64_t suppressed;
	uint64_t message;
	char message_id[MESSAGE_ID_SIZE];
	char host[HOST_SIZE];
	char text[REPLY_TEXT_SIZE];
};

/* The most that one row takes in a block. */
#define IMPORT_ROW_MAX (sizeof(struct import_row) + 64u)

void import_row_put(struct msgout *, const struct import_row *);
int import_row_get(struct msgin *, struct import_row *);

#endif

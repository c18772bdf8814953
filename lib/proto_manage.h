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
 * httpd -> control: one request of the management API, and the answer.
 *
 *   REQUEST -> ROW ... END     all with the id of the REQUEST
 *   CANCEL                     nobody waits for that id any more; no answer
 *
 * httpd has read HTTP and JSON and knows who asks; control decides whether he
 * may, and checks every field.  Fields go by the names of the API; a field
 * of an object in an object is "outer.inner", which tags are:
 * "freeformTags.KEY", "definedTags.NAMESPACE.KEY".
 *
 * An answer is one page at most: MANAGE_LIMIT_MAX rows, and no row begins
 * after MANAGE_PAGE_OCTETS; so httpd can hold it until END says what is to
 * stand in the header of its response.
 */
#ifndef PROTO_MANAGE_H
#define PROTO_MANAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "manage_op.h"

struct chan;
struct msgin;
struct row;

enum manage_type {
	M_MANAGE_REQUEST = 1,
	M_MANAGE_ROW,
	M_MANAGE_END,
	M_MANAGE_CANCEL
};

struct manage_request {
	enum manage_op op;
	char user[OBJECT_ID_SIZE];     /* who is logged in */
	char source[HOST_SIZE];	       /* from where */
	char request[MANAGE_ID_SIZE];  /* opc-request-id, for the journal */
	char id[MANAGE_ID_SIZE];       /* of the path; empty: none */
	char etag[MANAGE_ETAG_SIZE];   /* If-Match; empty: none */
	char retry[MANAGE_RETRY_SIZE]; /* opc-retry-token; empty: none */
	char page[MANAGE_PAGE_SIZE];   /* empty: the first */
	uint32_t limit;		       /* rows; 0: the default */
	struct row *field;	       /* of query and body */
};

struct manage_end {
	enum manage_status status;
	char etag[MANAGE_ETAG_SIZE];
	char next[MANAGE_PAGE_SIZE];
	char prev[MANAGE_PAGE_SIZE];
	char work[OBJECT_ID_SIZE]; /* opc-work-request-id */
	int64_t total;		   /* opc-total-items; -1: not known */
	uint32_t wait;		   /* retry-after, seconds; 0: none */
	char why[ERROR_SIZE];	   /* what is wrong, empty if nothing */
};

int manage_request_send(struct chan *, uint64_t, const struct manage_request *);
int manage_request_recv(struct msgin *, struct manage_request *);
void manage_request_clear(struct manage_request *);
int manage_row_send(struct chan *, uint64_t, const struct row *);
int manage_row_recv(struct msgin *, struct row *);
int manage_end_send(struct chan *, uint64_t, const struct manage_end *);
int manage_end_recv(struct msgin *, struct manage_end *);
int manage_cancel_send(struct chan *, uint64_t);
int manage_cancel_recv(struct msgin *);

#endif

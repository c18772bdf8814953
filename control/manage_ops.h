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
 * The operations of the management API: what each needs, and who does it.
 */
#ifndef MANAGE_OPS_H
#define MANAGE_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "manage_op.h"
#include "permission.h"

struct ask;

#define OPS_FIELDS_MAX 12u
#define OPS_NUMBER     SIZE_MAX

/* A field that a request may have. */
struct ops_field {
	const char *name;
	bool required;
	size_t max; /* octets; 0: true or false; OPS_NUMBER: a number */
	bool list;  /* of strings, each without a blank */
};

struct ops {
	const char *name; /* as the service's audit has it */
	enum permission permission;
	void (*run)(struct ask *);
	bool tags;
	struct ops_field field[OPS_FIELDS_MAX]; /* ends with one of no name */
};

const struct ops *manage_ops(enum manage_op);

void manage_sender_create(struct ask *);
void manage_sender_list(struct ask *);
void manage_sender_get(struct ask *);
void manage_sender_update(struct ask *);
void manage_sender_delete(struct ask *);
void manage_suppression_create(struct ask *);
void manage_suppression_list(struct ask *);
void manage_suppression_get(struct ask *);
void manage_suppression_delete(struct ask *);
void manage_domain_create(struct ask *);
void manage_domain_list(struct ask *);
void manage_domain_get(struct ask *);
void manage_domain_update(struct ask *);
void manage_domain_delete(struct ask *);
void manage_dkim_create(struct ask *);
void manage_dkim_list(struct ask *);
void manage_dkim_get(struct ask *);
void manage_dkim_update(struct ask *);
void manage_dkim_delete(struct ask *);
void manage_path_create(struct ask *);
void manage_path_list(struct ask *);
void manage_path_get(struct ask *);
void manage_path_update(struct ask *);
void manage_path_delete(struct ask *);
void manage_sender_move(struct ask *);
void manage_pool_create(struct ask *);
void manage_pool_list(struct ask *);
void manage_pool_get(struct ask *);
void manage_pool_update(struct ask *);
void manage_pool_delete(struct ask *);
void manage_pool_add(struct ask *);
void manage_pool_remove(struct ask *);
void manage_pool_move(struct ask *);
void manage_outbound_list(struct ask *);
void manage_config_get(struct ask *);
void manage_work_get(struct ask *);
void manage_work_list(struct ask *);
void manage_work_errors(struct ask *);
void manage_work_logs(struct ask *);

#endif

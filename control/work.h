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
 * Work requests: what came of an operation that the API calls asynchronous.
 * Most are done when they are answered; the end of a domain may have to wait
 * for its keys.
 */
#ifndef WORK_H
#define WORK_H

#include <stdint.h>

#include "bounds.h"
#include "store.h"

struct msgin;

/* Seconds that one is kept after it was accepted. */
#define WORK_KEPT 604800

#define WORK_KIND "work"

enum work_type {
	WORK_CREATE_DKIM = 1,
	WORK_DELETE_DKIM,
	WORK_UPDATE_DKIM,
	WORK_CREATE_DOMAIN,
	WORK_DELETE_DOMAIN,
	WORK_UPDATE_DOMAIN,
	WORK_CREATE_PATH,
	WORK_DELETE_PATH,
	WORK_UPDATE_PATH,
	WORK_CREATE_POOL,
	WORK_DELETE_POOL,
	WORK_UPDATE_POOL,
	WORK_MOVE_POOL,
	WORK_TYPE_LAST = WORK_MOVE_POOL
};

struct work {
	char id[OBJECT_ID_SIZE];
	enum work_type type;
	char compartment[OBJECT_ID_SIZE];
	char object[OBJECT_ID_SIZE];
	int64_t accepted;
	int64_t finished; /* 0: in progress */
};

const char *work_type_name(enum work_type);
const char *work_entity_name(enum work_type);
const char *work_action_name(enum work_type);
const char *work_status_name(const struct work *);
enum store_status work_get(struct store *, const char *id, struct work *);
enum store_status work_put(struct store *, const struct work *);
enum store_status work_finish(struct store *, const char *id, int64_t now);

#endif

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
 * Administrative changes, for the journal that queue keeps.  Never a secret.
 */
#ifndef AUDIT_H
#define AUDIT_H

#include <stdint.h>

struct audit;
struct control;

/* One change; old and new may be NULL. */
struct audit_event {
	uint32_t uid;
	uint32_t pid;
	const char *action;
	const char *object;
	const char *old;
	const char *new;
};

struct audit *audit_new(struct control *);
void audit_free(struct audit *);
void audit_event(struct audit *, const struct audit_event *);
void audit_flush(struct audit *);

#endif

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
 * How edctl ends when something is wrong: the reason and what to do about it
 * on standard error, as text or as JSON, and an exit status that a script can
 * act on.
 */
#ifndef FAIL_H
#define FAIL_H

#include <stdbool.h>

/* Beside those that control says, enum admin_wrong. */
enum fail_status {
	FAIL_NO = 1,	 /* it cannot be done, or was asked for wrongly */
	FAIL_ABSENT = 2, /* edd is not there, may not be asked, or is silent */
};

void fail_as_json(bool);
void fail_say(int status, const char *why, const char *hint);
void fail(int status, const char *why, const char *hint)
    __attribute__((noreturn));

#endif

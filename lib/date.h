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
 * Dates as text, without locale and without a look at the time zone files, so
 * that it works inside a chroot and a sandbox. It does not read any clock.
 */
#ifndef DATE_H
#define DATE_H

#include <stddef.h>
#include <stdint.h>

/* Room for "Thu, 01 Jan 1970 00:00:00 +0000" and its NUL. */
#define DATE_RFC5322_SIZE 32
/* Room for "1970-01-01T00:00:00.000Z" and its NUL. */
#define DATE_RFC3339_SIZE 25

int date_rfc5322(int64_t seconds, int offset_minutes, char *buf,
    size_t bufsize);
int date_rfc3339(int64_t seconds, int millis, char *buf, size_t bufsize);
int64_t date_seconds(int year, int month, int day, int hour, int minute,
    int second);
int date_local_offset(int64_t seconds);

#endif /* DATE_H */

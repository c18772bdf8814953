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
 * Places to crash at, for regress/crash.  Built with EDD_CRASH, the process
 * ends at once, with nothing written or synced any more, when it comes to
 * the point that the file "crash" in its folder names.  In any other build
 * there is nothing of it.
 */
#ifndef CRASH_H
#define CRASH_H

#ifdef EDD_CRASH

#include <stdint.h>

#define CRASH(point)		       crash_point(point)
#define CRASH_TORN(fd, from, to, page) crash_torn(fd, from, to, page)
#define CRASH_BUILD		       1

void crash_point(const char *);
void crash_torn(int fd, uint64_t from, uint64_t to, uint64_t page);

#else

#define CRASH(point)		       ((void)0)
#define CRASH_TORN(fd, from, to, page) ((void)0)
#define CRASH_BUILD		       0

#endif

#endif

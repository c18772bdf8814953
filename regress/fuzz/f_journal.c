/* sources: queue/jindex.c queue/jread.c queue/trace.c queue/blob.c */
/* sources: queue/journal.c queue/traffic.c lib/window.c queue/clock.c */
/* sources: lib/crc32c.c lib/date.c lib/id.c lib/row.c lib/msg.c lib/log.c lib/logsock.c lib/compat.c */
/* libs: -levent -ljson-c */
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
 * A journal file and its index from any octets: a trace ends, and reads
 * nothing that is not there.  The first two octets say how long the index is.
 */
#include <event2/event.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static char folder[] = "/tmp/edd-fuzz.XXXXXX";
static struct event_base *base;

static void
put(const char *name, const uint8_t *data, size_t len)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd == -1 || write(fd, data, len) != (ssize_t)len)
		abort();
	(void)close(fd);
}

static void
clean(void)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/2026010100.jsonl", folder);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/2026010100.idx", folder);
	(void)unlink(path);
	(void)rmdir(folder);
	event_base_free(base);
}

static void
row_cb(const struct row *row, void *arg)
{
}

static void
end_cb(unsigned long events, void *arg)
{
	bool *over = arg;

	*over = true;
}

static void
ask(const char *word)
{
	struct trace *t;
	bool over = false;

	t = trace_start(base, folder, word, row_cb, end_cb, &over);
	if (t == NULL)
		abort();
	while (!over)
		(void)event_base_loop(base, EVLOOP_ONCE);
	trace_free(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len;

	if (base == NULL) {
		base = event_base_new();
		if (base == NULL || mkdtemp(folder) == NULL)
			abort();
		(void)atexit(clean);
	}
	if (size < 2)
		return 0;
	len = (size_t)(data[0] << 8 | data[1]);
	if (len > size - 2)
		len = size - 2;
	put("2026010100.idx", data + 2, len);
	put("2026010100.jsonl", data + 2 + len, size - 2 - len);
	ask("a@example.net");
	ask("00000000000007");
	return 0;
}

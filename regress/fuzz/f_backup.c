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
 * The reader of a backup: the first octet says in which pieces the rest comes;
 * and header and chunks of its file.
 *
 * sources: control/backup.c control/store_bdb.c control/store_rows.c control/store_key.c
 * sources: control/store_lock.c control/store_place.c ctl/backupfile.c
 * sources: lib/msg.c lib/log.c lib/logsock.c lib/compat.c
 * libs: -ldb-5.3 -lcrypto
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backup.h"
#include "backupfile.h"
#include "msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
entries(const uint8_t *data, size_t size, size_t piece)
{
	struct backup_reader r;
	struct backup_entry e;
	size_t at, n;

	memset(&r, 0, sizeof(r));
	for (at = 0; at < size; at += n) {
		n = size - at < piece ? size - at : piece;
		if (backup_feed(&r, data + at, n) == -1)
			abort();
		while (backup_next(&r, &e) == BACKUP_ENTRY) {
			if (!e.end &&
			    (e.key.len > STORE_KEY_MAX ||
				e.table >= STORE_TABLES))
				abort();
		}
	}
	backup_reader_clear(&r);
}

static void
file(const uint8_t *data, size_t size)
{
	static uint8_t out[BACKUP_CHUNK];
	static const struct backup_keys keys;
	size_t len;
	bool last, phrase;

	if (size >= BACKUP_HEAD)
		(void)backup_head_check(data, &phrase);
	if (size < BACKUP_LENGTH ||
	    backup_chunk_size(data, &len, &last) == -1 ||
	    size < len + BACKUP_OVERHEAD)
		return;
	(void)backup_chunk_open(&keys, 0, data, data + BACKUP_LENGTH, out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	entries(data + 1, size - 1, (size_t)data[0] + 1);
	file(data + 1, size - 1);
	return 0;
}

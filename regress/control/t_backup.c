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
 * Entries of a backup, in pieces of any size.
 *
 * sources: control/backup.c control/store_bdb.c control/store_rows.c control/store_key.c
 * sources: control/store_lock.c control/store_place.c
 * sources: lib/msg.c lib/log.c lib/logsock.c lib/compat.c
 * libs: -ldb-5.3 -lcrypto
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "backup.h"
#include "msg.h"

static void
write_some(struct msgout *m)
{
	struct store_key k;

	memset(m, 0, sizeof(*m));
	store_key(&k, "alice", NULL);
	backup_put(m, STORE_USER_NAME, &k, (const uint8_t *)"one", 3);
	store_key(&k, "prod", "x@example.org");
	backup_put(m, STORE_SUPPRESSION, &k, (const uint8_t *)"", 0);
	backup_put_end(m, 2);
}

static void
entries_come_back_however_they_are_cut(void **state)
{
	struct backup_reader r;
	struct backup_entry e;
	struct msgout m;
	size_t piece, at, n;
	unsigned entries;

	write_some(&m);
	for (piece = 1; piece <= m.len; piece++) {
		memset(&r, 0, sizeof(r));
		entries = 0;
		for (at = 0; at < m.len; at += n) {
			n = m.len - at < piece ? m.len - at : piece;
			assert_int_equal(backup_feed(&r, m.data + at, n), 0);
			while (backup_next(&r, &e) == BACKUP_ENTRY) {
				entries++;
				if (entries == 1) {
					assert_int_equal(e.table,
					    STORE_USER_NAME);
					assert_string_equal(
					    store_key_first(&e.key), "alice");
					assert_memory_equal(e.data, "one", 3);
				} else if (entries == 2) {
					assert_string_equal(
					    store_key_second(&e.key),
					    "x@example.org");
					assert_int_equal(e.len, 0);
				}
			}
		}
		assert_int_equal(entries, 3);
		assert_true(e.end);
		assert_int_equal(e.records, 2);
		assert_int_equal(r.used, r.len);
		backup_reader_clear(&r);
	}
	msgout_free(&m);
}

static void
what_is_ill_formed_is_refused(void **state)
{
	static const uint8_t huge[] = { 0xff, 0xff, 0xff, 0x7f };
	static const uint8_t empty[] = { 0, 0, 0, 0 };
	struct backup_reader r;
	struct backup_entry e;
	struct msgout m;

	memset(&r, 0, sizeof(r));
	assert_int_equal(backup_feed(&r, huge, sizeof(huge)), 0);
	assert_int_equal(backup_next(&r, &e), BACKUP_BAD);
	backup_reader_clear(&r);
	assert_int_equal(backup_feed(&r, empty, sizeof(empty)), 0);
	assert_int_equal(backup_next(&r, &e), BACKUP_BAD);
	backup_reader_clear(&r);
	write_some(&m);
	m.data[12] ^= 1; /* in the name of the table */
	assert_int_equal(backup_feed(&r, m.data, m.len), 0);
	assert_int_equal(backup_next(&r, &e), BACKUP_BAD);
	backup_reader_clear(&r);
	msgout_free(&m);
}

static void
tables_have_names(void **state)
{
	enum store_table t;
	unsigned i;

	for (i = 0; i < STORE_TABLES; i++) {
		assert_int_equal(
		    store_table_find(store_table_name((enum store_table)i), &t),
		    0);
		assert_int_equal(t, i);
	}
	assert_int_equal(store_table_find("", &t), -1);
	assert_int_equal(store_table_find("../x.db", &t), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_come_back_however_they_are_cut),
		cmocka_unit_test(what_is_ill_formed_is_refused),
		cmocka_unit_test(tables_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

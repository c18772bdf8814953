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
 * The file of a backup: what is sealed opens, whole, in order and with its
 * secret only.
 *
 * sources: ctl/backupfile.c
 * libs: -lcrypto
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "backupfile.h"

static const char phrase_text[] = "correct horse battery";
static struct backup_keys phrase_keys, file_keys;

static int
set_up(void **state)
{
	static const uint8_t key[32] = { 1, 2, 3 };

	return backup_keys_new(&phrase_keys, true, phrase_text,
		   sizeof(phrase_text)) == 0 &&
		backup_keys_new(&file_keys, false, key, sizeof(key)) == 0 ?
	    0 :
	    -1;
}

static void
secret_opens_its_file_only(void **state)
{
	static const uint8_t key[32] = { 1, 2, 3 }, wrong[32] = { 1, 2, 4 };
	struct backup_keys k;
	bool phrase;

	assert_null(backup_head_check(phrase_keys.head, &phrase));
	assert_true(phrase);
	assert_null(backup_keys_open(&k, phrase_keys.head, phrase_text,
	    sizeof(phrase_text)));
	assert_memory_equal(&k, &phrase_keys, sizeof(k));
	assert_string_equal(backup_keys_open(&k, phrase_keys.head, phrase_text,
				sizeof(phrase_text) - 2),
	    "the passphrase is another one");
	assert_null(backup_head_check(file_keys.head, &phrase));
	assert_false(phrase);
	assert_null(backup_keys_open(&k, file_keys.head, key, sizeof(key)));
	assert_memory_equal(&k, &file_keys, sizeof(k));
	assert_string_equal(
	    backup_keys_open(&k, file_keys.head, wrong, sizeof(wrong)),
	    "the key file is another one");
	assert_memory_not_equal(k.chunk, k.opener, sizeof(k.chunk));
}

static void
headers_are_bounded(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		const char *why;
	} table[] = {
		{ 0, 'E', "it is no backup of edd" },
		{ 11, 2, "it is a backup of another version of edd" },
		{ 12, 2, "its header is damaged" },
		{ 12, 0, "its header is damaged" },
		{ 13, 0, "its header is damaged" },
		{ 13, 21, "its header is damaged" },
		{ 13, 255, "its header is damaged" },
		{ 14, 0, "its header is damaged" },
		{ 14, 9, "its header is damaged" },
		{ 15, 0, "its header is damaged" },
		{ 15, 17, "its header is damaged" },
	};
	uint8_t head[BACKUP_HEAD];
	const char *why;
	bool phrase;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		memcpy(head, phrase_keys.head, sizeof(head));
		head[table[i].at] = table[i].value;
		why = backup_head_check(head, &phrase);
		if (why == NULL || strcmp(why, table[i].why) != 0)
			fail_msg("%zu: %s", i, why == NULL ? "taken" : why);
	}
}

static void
chunks_open_whole_and_in_their_place(void **state)
{
	static uint8_t in[BACKUP_CHUNK], out[BACKUP_CHUNK];
	static uint8_t sealed[BACKUP_CHUNK + BACKUP_OVERHEAD];
	static const size_t sizes[] = { 0, 1, 100, BACKUP_CHUNK };
	size_t i, k, len;
	bool last;

	memset(in, 0x41, sizeof(in));
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(backup_chunk_seal(&file_keys, 7, i % 2 == 1,
				     in, sizes[i], sealed),
		    0);
		assert_int_equal(backup_chunk_size(sealed, &len, &last), 0);
		assert_int_equal(len, sizes[i]);
		assert_int_equal(last, i % 2 == 1);
		assert_int_equal(backup_chunk_open(&file_keys, 7, sealed,
				     sealed + BACKUP_LENGTH, out),
		    0);
		assert_memory_equal(in, out, len);
		assert_int_equal(backup_chunk_open(&file_keys, 8, sealed,
				     sealed + BACKUP_LENGTH, out),
		    -1);
		assert_int_equal(backup_chunk_open(&phrase_keys, 7, sealed,
				     sealed + BACKUP_LENGTH, out),
		    -1);
	}
	assert_int_equal(
	    backup_chunk_seal(&file_keys, 1, false, in, 20, sealed), 0);
	for (k = 0; k < 20 + BACKUP_OVERHEAD; k++) {
		sealed[k] ^= 0x80;
		if (backup_chunk_size(sealed, &len, &last) == 0 && len <= 20)
			assert_int_equal(backup_chunk_open(&file_keys, 1,
					     sealed, sealed + BACKUP_LENGTH,
					     out),
			    -1);
		sealed[k] ^= 0x80;
	}
}

static void
lengths_are_bounded(void **state)
{
	static const uint8_t most[] = { 0, 0, 1, 0 }, more[] = { 1, 0, 1, 0 };
	size_t len;
	bool last;

	assert_int_equal(backup_chunk_size(most, &len, &last), 0);
	assert_int_equal(len, BACKUP_CHUNK);
	assert_int_equal(backup_chunk_size(more, &len, &last), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secret_opens_its_file_only),
		cmocka_unit_test(headers_are_bounded),
		cmocka_unit_test(chunks_open_whole_and_in_their_place),
		cmocka_unit_test(lengths_are_bounded),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

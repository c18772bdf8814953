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
 * Damage of the store in pages that nobody reads: it is found by looking, and
 * looking harms nothing.
 *
 * sources: control/store_bdb.c control/store_rows.c control/store_check.c
 * sources: control/store_key.c control/store_lock.c control/store_place.c
 * sources: lib/msg.c lib/log.c lib/logsock.c lib/compat.c regress/control/tmpdir.c
 * libs: -ldb-5.3 -lcrypto
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"
#include "msg.h"
#include "store.h"
#include "tmpdir.h"

#define RECORDS 20000u
#define PAGE	4096

static const uint8_t secret[STORE_SECRET_SIZE] = "the key";

static struct {
	char dir[TMPDIR_SIZE];
	struct store *store;
	char why[512];
} fx;

static void
key(struct store_key *k, unsigned i)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "r%06u@example.net", i);
	store_key(k, "1", text);
}

/* So many records, in transactions of a thousand. */
static void
fill(unsigned records)
{
	struct msgout m;
	struct store_key k;
	unsigned i;

	memset(&m, 0, sizeof(m));
	msg_put_str(&m,
	    "what is told of a suppression, more or less: 60 octets");
	for (i = 0; i < records; i++) {
		if (i % 1000 == 0)
			assert_int_equal(store_begin(fx.store), 0);
		key(&k, i);
		assert_int_equal(store_put(fx.store, STORE_SUPPRESSION, &k, &m),
		    STORE_OK);
		if (i % 1000 == 999)
			assert_int_equal(store_commit_lazy(fx.store), 0);
	}
	msgout_free(&m);
}

static bool
has(unsigned i)
{
	struct store_key k;
	struct msgin m;

	key(&k, i);
	return store_get(fx.store, STORE_SUPPRESSION, &k, &m) == STORE_OK;
}

static int
set_up(void **state)
{
	memset(&fx, 0, sizeof(fx));
	tmpdir_make(fx.dir);
	fx.store = store_open(fx.dir, secret, fx.why, sizeof(fx.why));
	return fx.store == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)store_close(fx.store);
	tmpdir_remove(fx.dir);
	return 0;
}

/* Without the log, which checkpoints let go. */
static unsigned
count_files(void)
{
	char command[TMPDIR_SIZE + 32];
	unsigned n = 0;
	FILE *f;

	(void)snprintf(command, sizeof(command), "ls -A %s | grep -vc ^log.",
	    fx.dir);
	f = popen(command, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%u", &n), 1);
	(void)pclose(f);
	return n;
}

static void
all_good(void)
{
	unsigned i, files;

	files = count_files();
	for (i = 0; i < STORE_TABLES; i++)
		if (store_check(fx.store, (enum store_table)i, fx.why,
			sizeof(fx.why)) != STORE_OK)
			fail_msg("%s: %s",
			    store_table_name((enum store_table)i), fx.why);
	assert_int_equal(count_files(), files);
}

static void
good_store_is_good_while_it_changes(void **state)
{
	struct store_key k;
	unsigned i;

	all_good();
	fill(RECORDS);
	all_good();
	assert_int_equal(store_begin(fx.store), 0);
	assert_int_equal(
	    store_check(fx.store, STORE_USER, fx.why, sizeof(fx.why)),
	    STORE_FAIL);
	for (i = 0; i < RECORDS; i += 2) {
		key(&k, i);
		assert_int_equal(store_del(fx.store, STORE_SUPPRESSION, &k),
		    STORE_OK);
	}
	assert_int_equal(store_commit(fx.store), 0);
	all_good();
	assert_true(has(1));
	assert_false(has(2));
}

/* An octet of a page is another one. */
static void
flip(off_t page)
{
	char path[TMPDIR_SIZE + 32];
	uint8_t octet;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/suppression.db", fx.dir);
	fd = open(path, O_RDWR);
	assert_int_equal(pread(fd, &octet, 1, page * PAGE + 2000), 1);
	octet ^= 0x41;
	assert_int_equal(pwrite(fd, &octet, 1, page * PAGE + 2000), 1);
	(void)close(fd);
}

static void
damage_in_the_middle_is_found_and_harms_nobody(void **state)
{
	char path[TMPDIR_SIZE + 32];
	struct stat st;
	off_t page;

	fill(RECORDS);
	assert_int_equal(store_close(fx.store), 0);
	(void)snprintf(path, sizeof(path), "%s/suppression.db", fx.dir);
	assert_int_equal(stat(path, &st), 0);
	page = st.st_size / PAGE / 2;
	flip(page);
	/* Both ends are looked at here, and are good. */
	fx.store = store_open(fx.dir, secret, fx.why, sizeof(fx.why));
	assert_non_null(fx.store);
	assert_int_equal(
	    store_check(fx.store, STORE_SUPPRESSION, fx.why, sizeof(fx.why)),
	    STORE_NOTFOUND);
	(void)snprintf(path, sizeof(path), "page %lld", (long long)page);
	if (strstr(fx.why, path) == NULL)
		fail_msg("%s", fx.why);
	assert_int_equal(
	    store_check(fx.store, STORE_USER, fx.why, sizeof(fx.why)),
	    STORE_OK);
	/* The store is used on, and put back it is good. */
	assert_true(has(0));
	assert_true(has(RECORDS - 1));
	flip(page);
	all_good();
	assert_true(has(RECORDS / 2));
}

/* How long nothing else is done; no test of its own. */
static void
measure(unsigned records)
{
	struct timespec a, b;

	assert_int_equal(set_up(NULL), 0);
	fill(records);
	(void)clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(
	    store_check(fx.store, STORE_SUPPRESSION, fx.why, sizeof(fx.why)),
	    STORE_OK);
	(void)clock_gettime(CLOCK_MONOTONIC, &b);
	(void)printf("%u records: %.2f s\n", records,
	    (double)(b.tv_sec - a.tv_sec) +
		(double)(b.tv_nsec - a.tv_nsec) / 1e9);
	assert_int_equal(tear_down(NULL), 0);
}

int
main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(good_store_is_good_while_it_changes),
		T(damage_in_the_middle_is_found_and_harms_nobody),
	};

	log_init("t_store_check", true, 0);
	if (argc > 1) {
		measure((unsigned)strtoul(argv[1], NULL, 10));
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}

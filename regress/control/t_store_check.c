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
 * libs: -ldb-5.3 -lcrypto -lpthread
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <pthread.h>
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

static enum store_check_result
look(enum store_table table)
{
	struct store_check *c;

	c = store_check_begin(fx.store, table, fx.why, sizeof(fx.why));
	if (c == NULL)
		return STORE_CHECK_UNKNOWN;
	store_check_run(c);
	return store_check_end(c, fx.why, sizeof(fx.why));
}

static void
all_good(void)
{
	unsigned i, files;

	files = count_files();
	for (i = 0; i < STORE_TABLES; i++)
		if (look((enum store_table)i) != STORE_CHECK_GOOD)
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
	assert_int_equal(look(STORE_USER), STORE_CHECK_UNKNOWN);
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
	assert_int_equal(look(STORE_SUPPRESSION), STORE_CHECK_DAMAGED);
	(void)snprintf(path, sizeof(path), "page %lld", (long long)page);
	if (strstr(fx.why, path) == NULL)
		fail_msg("%s", fx.why);
	assert_int_equal(look(STORE_USER), STORE_CHECK_GOOD);
	/* The store is used on, and put back it is good. */
	assert_true(has(0));
	assert_true(has(RECORDS - 1));
	flip(page);
	all_good();
	assert_true(has(RECORDS / 2));
}

static void *
run(void *arg)
{
	store_check_run(arg);
	return NULL;
}

/*
 * What is changed meanwhile stays in the cache: what is looked at is of one
 * moment.  The looks and the changes are each other's neighbours, often enough.
 */
static void
store_is_used_while_it_is_looked_at(void **state)
{
	enum store_check_result r;
	struct store_check *c;
	pthread_t thread;
	unsigned i;

	fill(RECORDS);
	for (i = 0; i < 20; i++) {
		c = store_check_begin(fx.store, STORE_SUPPRESSION, fx.why,
		    sizeof(fx.why));
		assert_non_null(c);
		assert_int_equal(pthread_create(&thread, NULL, run, c), 0);
		fill(2000);
		assert_int_equal(store_checkpoint(fx.store), 0);
		assert_true(has(1999));
		assert_int_equal(pthread_join(thread, NULL), 0);
		r = store_check_end(c, fx.why, sizeof(fx.why));
		if (r != STORE_CHECK_GOOD)
			fail_msg("%u: %d %s", i, r, fx.why);
	}
	all_good();
}

/* Damage is none as long as the table was written to. */
static void
what_was_written_to_is_looked_at_again(void **state)
{
	char path[TMPDIR_SIZE + 32];
	struct store_check *c;
	struct stat st;
	off_t page;

	fill(RECORDS);
	(void)snprintf(path, sizeof(path), "%s/suppression.db", fx.dir);
	c = store_check_begin(fx.store, STORE_SUPPRESSION, fx.why,
	    sizeof(fx.why));
	assert_non_null(c);
	assert_int_equal(stat(path, &st), 0);
	page = st.st_size / PAGE / 2;
	flip(page);
	store_check_run(c);
	flip(page);
	fill(1000);
	/* The checkpoint of another table's. */
	assert_int_equal(look(STORE_USER), STORE_CHECK_GOOD);
	assert_int_equal(store_check_end(c, fx.why, sizeof(fx.why)),
	    STORE_CHECK_CHANGED);
	all_good();
}

/* How long it takes; no test of its own. */
static void
measure(unsigned records)
{
	struct timespec a, b;

	assert_int_equal(set_up(NULL), 0);
	fill(records);
	(void)clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(look(STORE_SUPPRESSION), STORE_CHECK_GOOD);
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
		T(store_is_used_while_it_is_looked_at),
		T(what_was_written_to_is_looked_at_again),
	};

	log_init("t_store_check", true, 0);
	if (argc > 1) {
		measure((unsigned)strtoul(argv[1], NULL, 10));
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}

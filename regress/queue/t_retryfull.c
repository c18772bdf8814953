/* sources: lib/idn.c lib/address.c lib/compat.c */
/* libs: -lidn2 */
/* sources: queue/spool.c queue/spool_commit.c queue/spool_link.c */
/* sources: queue/spool_write.c queue/syncer.c */
/* sources: queue/spool_tend.c queue/spool_recover.c queue/segment.c */
/* sources: queue/segment_scan.c queue/record.c queue/index.c */
/* sources: queue/state.c queue/message.c queue/destination.c queue/owner.c queue/pool.c */
/* sources: queue/heap.c queue/envelope.c queue/blob.c queue/clock.c */
/* sources: queue/spool_files.c queue/corrupt.c lib/date.c */
/* sources: queue/retry.c queue/retryhour.c queue/retryrecord.c */
/* sources: lib/siphash.c regress/queue/retryworld.c */
/* sources: lib/crc32c.c lib/log.c lib/logsock.c lib/id.c lib/compat.c */
/* libs: -levent -ldb-5.3 -lpthread */
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
 * Retry tokens where the disk is full, or a file cannot be opened: none is
 * forgotten, and no file stops a start.
 */
#include <sys/resource.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"
#include "qbounds.h"
#include "retry.h"
#include "retryworld.h"

/* Files grow no more, as on a full disk; or there are no more descriptors. */
static void
limit(int resource, rlim_t most)
{
	struct rlimit l;

	assert_int_equal(getrlimit(resource, &l), 0);
	l.rlim_cur = most < l.rlim_max ? most : l.rlim_max;
	assert_int_equal(setrlimit(resource, &l), 0);
}

static void
test_full_disk(void **state)
{
	struct world *w = *state;
	unsigned i;

	open_retry(w, NOW);
	limit(RLIMIT_FSIZE, 0);
	put(w, 1, "u", NOW);
	assert_int_equal(ask(w, 1, NOW), RETRY_AGAIN);
	assert_int_equal(retry_settle(w->retry), -1);
	/* The next process starts with the file, which is empty. */
	assert_int_equal(files(w), 1);
	open_retry(w, NOW);
	assert_int_equal(retry_settle(w->retry), 0);
	for (i = 2; i < 20000 && ask(w, i, NOW) == RETRY_NEW; i++)
		put(w, i, "u", NOW + i % 2 * RETRY_HOUR);
	assert_true(i > 1000 && i < 20000);
	assert_int_equal(ask(w, i, NOW), RETRY_FAILED);
	assert_int_equal(ask(w, 2, NOW), RETRY_AGAIN);
	limit(RLIMIT_FSIZE, RLIM_INFINITY);
	retry_tend(w->retry, NOW);
	assert_int_equal(ask(w, i, NOW), RETRY_NEW);
	assert_int_equal(retry_settle(w->retry), 0);
	open_retry(w, NOW);
	while (--i >= 2)
		assert_int_equal(ask(w, i, NOW), RETRY_AGAIN);
}

/* The file cannot even be made; it is when there is room again. */
static void
test_no_file(void **state)
{
	struct world *w = *state;
	int fd;

	open_retry(w, NOW);
	fd = open("/dev/null", O_RDONLY);
	assert_true(fd != -1);
	(void)close(fd);
	limit(RLIMIT_NOFILE, (rlim_t)fd);
	errno = 0;
	assert_int_equal(open("/dev/null", O_RDONLY), -1);
	assert_int_equal(ask(w, 1, NOW), RETRY_FAILED);
	limit(RLIMIT_NOFILE, RLIM_INFINITY);
	assert_int_equal(ask(w, 1, NOW), RETRY_NEW);
	run(w, "mv retry elsewhere; ln -s /nowhere elsewhere/1800000000");
	put(w, 1, "u", NOW);
	assert_int_equal(ask(w, 1, NOW), RETRY_AGAIN);
	assert_int_equal(retry_settle(w->retry), -1);
	run(w, "rm elsewhere/1800000000; mv elsewhere retry");
	assert_int_equal(retry_settle(w->retry), 0);
	open_retry(w, NOW);
	assert_int_equal(ask(w, 1, NOW), RETRY_AGAIN);
}

/* A start goes on without what cannot be opened, and has the rest. */
static void
test_no_file_stops_a_start(void **state)
{
	struct world *w = *state;
	int64_t later = NOW + RETRY_HOUR;
	int fd;

	open_retry(w, NOW);
	put(w, 1, "u", NOW);
	put(w, 2, "u", later);
	retry_free(w->retry);
	w->retry = NULL;
	fd = open("/dev/null", O_RDONLY);
	assert_true(fd != -1);
	(void)close(fd);
	limit(RLIMIT_NOFILE, (rlim_t)fd + 2);
	w->retry = retry_new(w->base, w->files, later);
	limit(RLIMIT_NOFILE, RLIM_INFINITY);
	assert_non_null(w->retry);
	assert_int_equal(ask(w, 2, later), RETRY_AGAIN);
	retry_tend(w->retry, later);
	assert_int_equal(ask(w, 1, later), RETRY_AGAIN);
	/* What is no file is put aside. */
	run(w, "rm retry/1800000000 && mkdir retry/1800000000");
	open_retry(w, later);
	run(w, "test -d retry/spoilt.1800000000");
	assert_int_equal(ask(w, 2, later), RETRY_AGAIN);
	put(w, 1, "u", NOW);
	open_retry(w, later);
	assert_int_equal(ask(w, 1, later), RETRY_AGAIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_full_disk, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_no_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_file_stops_a_start,
		    setup, teardown),
	};

	(void)signal(SIGXFSZ, SIG_IGN);
	log_init("t_retryfull", 1, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

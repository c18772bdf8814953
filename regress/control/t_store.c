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
 * The policy store: transactions, scans, encryption, wrong keys, damage.
 *
 * sources: control/store_bdb.c control/store_rows.c control/store_key.c control/store_lock.c
 * sources: control/store_copy.c control/store_place.c
 * sources: lib/msg.c lib/log.c lib/logsock.c lib/compat.c regress/control/tmpdir.c
 * libs: -ldb-5.3 -lcrypto
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "msg.h"
#include "store.h"
#include "store_copy.h"
#include "tmpdir.h"

static const uint8_t secret[STORE_SECRET_SIZE] = "the right key";
static const uint8_t wrong[STORE_SECRET_SIZE] = "another key";

/* Syncs of folders until one fails; -1: none does. */
static int syncs_left = -1;
static bool sync_failed;

int
fsync(int fd)
{
	struct stat st;

	if (syncs_left == -1 || fstat(fd, &st) == -1 || !S_ISDIR(st.st_mode) ||
	    syncs_left-- > 0)
		return 0; /* as tmpdir.c's fdatasync() */
	sync_failed = true;
	errno = EIO;
	return -1;
}

struct fixture {
	char dir[TMPDIR_SIZE];
	struct store *store;
	char why[512];
};

static struct fixture fx;

static void
reopen(void)
{
	(void)store_close(fx.store);
	fx.store = store_open(fx.dir, secret, fx.why, sizeof(fx.why));
	assert_non_null(fx.store);
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

static void
put(const char *a, const char *b, const char *value)
{
	struct msgout m;
	struct store_key k;

	memset(&m, 0, sizeof(m));
	store_key(&k, a, b);
	msg_put_str(&m, value);
	assert_int_equal(store_put(fx.store, STORE_SUPPRESSION, &k, &m),
	    STORE_OK);
	msgout_free(&m);
}

static bool
has(const char *a, const char *b, const char *value)
{
	struct store_key k;
	struct msgin m;
	char text[64];

	store_key(&k, a, b);
	if (store_get(fx.store, STORE_SUPPRESSION, &k, &m) != STORE_OK)
		return false;
	msg_get_str(&m, text, sizeof(text));
	assert_int_equal(msg_end(&m), 0);
	return strcmp(text, value) == 0;
}

static void
commit_is_kept_and_abort_is_not(void **state)
{
	assert_int_equal(store_begin(fx.store), 0);
	put("c1", "a@example.org", "one");
	assert_int_equal(store_commit(fx.store), 0);
	assert_int_equal(store_begin(fx.store), 0);
	put("c1", "b@example.org", "two");
	assert_true(has("c1", "b@example.org", "two"));
	store_abort(fx.store);
	assert_true(has("c1", "a@example.org", "one"));
	assert_false(has("c1", "b@example.org", "two"));
	reopen();
	assert_true(has("c1", "a@example.org", "one"));
	assert_false(has("c1", "b@example.org", "two"));
}

static void
change_needs_a_transaction(void **state)
{
	struct store_key k;
	struct msgout m;

	memset(&m, 0, sizeof(m));
	store_key(&k, "x", NULL);
	assert_int_equal(store_put(fx.store, STORE_META, &k, &m), STORE_FAIL);
	assert_int_equal(store_del(fx.store, STORE_META, &k), STORE_FAIL);
	assert_int_equal(store_begin(fx.store), 0);
	assert_int_equal(store_begin(fx.store), -1);
}

static void
delete_says_what_was_there(void **state)
{
	struct store_key k;

	store_key(&k, "c1", "a@example.org");
	assert_int_equal(store_begin(fx.store), 0);
	assert_int_equal(store_del(fx.store, STORE_SUPPRESSION, &k),
	    STORE_NOTFOUND);
	put("c1", "a@example.org", "one");
	assert_int_equal(store_del(fx.store, STORE_SUPPRESSION, &k), STORE_OK);
	assert_int_equal(store_commit(fx.store), 0);
	assert_false(has("c1", "a@example.org", "one"));
}

struct seen {
	char text[256];
	unsigned limit;
};

static bool
seen_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct seen *s;

	s = arg;
	(void)strncat(s->text, store_key_first(k), 20);
	(void)strncat(s->text, "/", 2);
	(void)strncat(s->text, store_key_second(k), 20);
	(void)strncat(s->text, " ", 2);
	return --s->limit > 0;
}

static void
scan(const char *prefix, const char *after, unsigned limit, const char *want)
{
	struct store_key p, a;
	struct seen s;

	memset(&s, 0, sizeof(s));
	s.limit = limit;
	if (prefix != NULL)
		store_key_prefix(&p, prefix);
	if (after != NULL)
		store_key(&a, prefix, after);
	assert_int_equal(store_scan(fx.store, STORE_SUPPRESSION,
			     prefix == NULL ? NULL : &p,
			     after == NULL ? NULL : &a, seen_cb, &s),
	    STORE_OK);
	assert_string_equal(s.text, want);
}

static void
scan_keeps_to_prefix_order_and_start(void **state)
{
	assert_int_equal(store_begin(fx.store), 0);
	put("c2", "b", "");
	put("c1", "b", "");
	put("c1", "a", "");
	put("c10", "a", "");
	put("c1", "c", "");
	assert_int_equal(store_commit(fx.store), 0);
	scan("c1", NULL, 9, "c1/a c1/b c1/c ");
	scan("c1", NULL, 2, "c1/a c1/b ");
	scan("c1", "b", 9, "c1/c ");
	scan("c1", "bb", 9, "c1/c ");
	scan("c1", "c", 9, "");
	scan("c3", NULL, 9, "");
	scan(NULL, NULL, 9, "c1/a c1/b c1/c c10/a c2/b ");
}

static void
key_too_long_matches_nothing(void **state)
{
	char text[STORE_KEY_MAX + 2];
	struct store_key k;
	struct msgin m;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	store_key(&k, text, NULL);
	assert_true(k.bad);
	assert_int_equal(store_get(fx.store, STORE_META, &k, &m),
	    STORE_NOTFOUND);
	text[STORE_KEY_MAX] = '\0';
	store_key(&k, text, NULL);
	assert_false(k.bad);
}

static void
nothing_shows_in_the_files(void **state)
{
	static const char address[] = "somebody.secret@example.org";

	assert_int_equal(store_begin(fx.store), 0);
	put("ocid1.compartment.edd..x", address, "550 no such user here");
	assert_int_equal(store_commit(fx.store), 0);
	assert_false(tmpdir_grep(fx.dir, address, sizeof(address) - 1));
	reopen();
	assert_true(
	    has("ocid1.compartment.edd..x", address, "550 no such user here"));
	assert_false(tmpdir_grep(fx.dir, address, sizeof(address) - 1));
	assert_false(tmpdir_grep(fx.dir, "somebody", 8));
	assert_false(tmpdir_grep(fx.dir, "ocid1.comp", 10));
	assert_false(tmpdir_grep(fx.dir, "such user", 9));
}

static void
wrong_key_is_refused_and_changes_nothing(void **state)
{
	struct store *s;

	assert_int_equal(store_begin(fx.store), 0);
	put("c1", "a", "one");
	assert_int_equal(store_commit(fx.store), 0);
	assert_true(store_fits(fx.store, secret));
	assert_false(store_fits(fx.store, wrong));
	(void)store_close(fx.store);
	fx.store = NULL;
	s = store_open(fx.dir, wrong, fx.why, sizeof(fx.why));
	assert_null(s);
	assert_non_null(strstr(fx.why, "does not fit"));
	reopen();
	assert_true(has("c1", "a", "one"));
}

static void
foreign_folder_is_refused(void **state)
{
	char dir[TMPDIR_SIZE], path[TMPDIR_SIZE + 8];
	int fd;

	tmpdir_make(dir);
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_not_equal(fd, -1);
	(void)close(fd);
	assert_null(store_open(dir, secret, fx.why, sizeof(fx.why)));
	assert_non_null(strstr(fx.why, "KEYCHECK"));
	tmpdir_remove(dir);
	assert_null(store_open(dir, secret, fx.why, sizeof(fx.why)));
}

/* The process dies without closing; the log has what was committed. */
static void
crash_loses_nothing_committed(void **state)
{
	pid_t pid;
	int status;

	(void)store_close(fx.store);
	fx.store = NULL;
	pid = fork();
	if (pid == 0) {
		fx.store = store_open(fx.dir, secret, fx.why, sizeof(fx.why));
		if (fx.store == NULL || store_begin(fx.store) == -1)
			_exit(1);
		put("c1", "kept", "one");
		if (store_commit(fx.store) == -1 || store_begin(fx.store) == -1)
			_exit(1);
		put("c1", "lost", "two");
		_exit(0);
	}
	assert_int_not_equal(pid, -1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	reopen();
	assert_true(has("c1", "kept", "one"));
	assert_false(has("c1", "lost", "two"));
}

static void
damaged_table_is_a_clear_error(void **state)
{
	char path[TMPDIR_SIZE + 32], junk[8192];
	int fd;

	(void)store_close(fx.store);
	fx.store = NULL;
	(void)snprintf(path, sizeof(path), "%s/suppression.db", fx.dir);
	memset(junk, 0x5a, sizeof(junk));
	fd = open(path, O_WRONLY);
	assert_int_not_equal(fd, -1);
	assert_int_equal(pwrite(fd, junk, sizeof(junk), 0),
	    (ssize_t)sizeof(junk));
	(void)close(fd);
	assert_null(store_open(fx.dir, secret, fx.why, sizeof(fx.why)));
	assert_non_null(strstr(fx.why, "backup"));
}

/* How a copy is made while the store changes: k<n> have v<n>. */
static struct store_copy *
copy_begin(unsigned rows, const uint8_t *under)
{
	struct store_copy *c;
	char k[16], v[16];
	unsigned i;

	assert_int_equal(store_begin(fx.store), 0);
	for (i = 0; i < rows; i++) {
		(void)snprintf(k, sizeof(k), "k%06u", i);
		(void)snprintf(v, sizeof(v), "v%u", i);
		put("c1", k, v);
	}
	assert_int_equal(store_commit(fx.store), 0);
	c = store_copy_new(fx.store, fx.dir, under, fx.why, sizeof(fx.why));
	if (c == NULL)
		fail_msg("%s", fx.why);
	return c;
}

static void
copy_finish(struct store_copy *c)
{
	enum store_copy_state state;

	while ((state = store_copy_step(c)) == STORE_COPY_MORE)
		;
	assert_int_equal(state, STORE_COPY_DONE);
}

static void
reopen_under(const uint8_t *under)
{
	(void)store_close(fx.store);
	fx.store = store_open(fx.dir, under, fx.why, sizeof(fx.why));
	if (fx.store == NULL)
		fail_msg("%s", fx.why);
}

static void
copy_has_what_changes_meanwhile(void **state)
{
	struct store_key k;
	struct store_copy *c;

	c = copy_begin(5000, wrong);
	assert_int_equal(store_copy_step(c), STORE_COPY_MORE);
	assert_int_equal(store_begin(fx.store), 0);
	put("c1", "k000001", "early");
	put("c1", "k004999", "late");
	put("c1", "k9", "new");
	store_key(&k, "c1", "k000002");
	assert_int_equal(store_del(fx.store, STORE_SUPPRESSION, &k), STORE_OK);
	store_key(&k, "c1", "k004998");
	assert_int_equal(store_del(fx.store, STORE_SUPPRESSION, &k), STORE_OK);
	assert_int_equal(store_copy_step(c), STORE_COPY_MORE);
	assert_int_equal(store_commit(fx.store), 0);
	assert_int_equal(store_begin(fx.store), 0);
	put("c1", "k000003", "never");
	put("c1", "k004997", "never");
	store_abort(fx.store);
	copy_finish(c);
	assert_int_equal(store_begin(fx.store), 0);
	put("c1", "k8", "after the end");
	assert_int_equal(store_commit(fx.store), 0);
	assert_int_equal(store_copy_use(c), 0);
	store_copy_free(c);
	assert_null(store_open(fx.dir, secret, fx.why, sizeof(fx.why)));
	assert_non_null(strstr(fx.why, "does not fit"));
	reopen_under(wrong);
	assert_true(has("c1", "k000001", "early"));
	assert_true(has("c1", "k004999", "late"));
	assert_true(has("c1", "k9", "new"));
	assert_true(has("c1", "k8", "after the end"));
	assert_false(has("c1", "k000002", "v2"));
	assert_false(has("c1", "k004998", "v4998"));
	assert_true(has("c1", "k000003", "v3"));
	assert_true(has("c1", "k004997", "v4997"));
	assert_true(has("c1", "k000000", "v0"));
	assert_true(has("c1", "k002500", "v2500"));
	assert_true(store_is_for(fx.dir, wrong));
	assert_false(store_is_for(fx.dir, secret));
}

static void
copy_that_is_given_up_leaves_nothing(void **state)
{
	char path[TMPDIR_SIZE + 8];
	struct store_copy *c;

	c = copy_begin(10, wrong);
	assert_int_equal(store_copy_step(c), STORE_COPY_DONE);
	store_copy_free(c);
	(void)snprintf(path, sizeof(path), "%s/env.1", fx.dir);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(store_begin(fx.store), 0);
	put("c1", "k9", "new");
	assert_int_equal(store_commit(fx.store), 0);
	reopen();
	assert_true(has("c1", "k9", "new"));
}

/* A process dies at some step of two copies in a row. */
static void
copy_and_die(unsigned step)
{
	static const uint8_t *const keys[] = { wrong, secret };
	struct store_copy *c;
	unsigned i, at;

	at = 0;
	for (i = 0; i < 2; i++) {
		if (at++ == step)
			_exit(0);
		c = store_copy_new(fx.store, fx.dir, keys[i], fx.why,
		    sizeof(fx.why));
		if (c == NULL)
			_exit(1);
		if (at++ == step)
			_exit(0);
		while (store_copy_step(c) == STORE_COPY_MORE) {
			if (at++ == step)
				_exit(0);
		}
		if (at++ == step)
			_exit(0);
		if (store_copy_use(c) == -1)
			_exit(1);
		if (at++ == step)
			_exit(0);
		store_copy_free(c);
		(void)store_close(fx.store);
		fx.store = store_open(fx.dir, keys[i], fx.why, sizeof(fx.why));
		if (fx.store == NULL)
			_exit(1);
	}
	_exit(2);
}

static void
death_at_any_step_leaves_one_store(void **state)
{
	const uint8_t *key;
	unsigned step;
	int status;
	pid_t pid;

	store_copy_free(copy_begin(3000, wrong));
	(void)store_close(fx.store);
	fx.store = NULL;
	for (step = 0, status = 0; status != 2 << 8; step++) {
		pid = fork();
		if (pid == 0) {
			key = store_is_for(fx.dir, secret) ? secret : wrong;
			fx.store = store_open(fx.dir, key, fx.why,
			    sizeof(fx.why));
			if (fx.store == NULL)
				_exit(1);
			copy_and_die(step);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (status == 1 << 8)
			fail_msg("step %u", step);
		assert_true(store_is_for(fx.dir, secret) !=
		    store_is_for(fx.dir, wrong));
		reopen_under(store_is_for(fx.dir, secret) ? secret : wrong);
		assert_true(has("c1", "k000000", "v0"));
		assert_true(has("c1", "k002999", "v2999"));
		(void)store_close(fx.store);
		fx.store = NULL;
	}
	assert_true(step > 8);
	reopen_under(store_is_for(fx.dir, secret) ? secret : wrong);
}

/* Whatever is not synced at the switch, there is one store, and it opens. */
static void
folder_that_is_not_synced_leaves_one_store(void **state)
{
	struct store_copy *c;
	bool used;
	int at;

	for (at = 0, sync_failed = true; sync_failed; at++) {
		assert_int_equal(tear_down(state), 0);
		assert_int_equal(set_up(state), 0);
		c = copy_begin(10, wrong);
		copy_finish(c);
		sync_failed = false;
		syncs_left = at;
		used = store_copy_use(c) == 0;
		store_copy_free(c);
		assert_true(store_is_for(fx.dir, wrong) == used);
		assert_true(store_is_for(fx.dir, secret) == !used);
		syncs_left = -1;
		reopen_under(used ? wrong : secret);
		assert_true(has("c1", "k000009", "v9"));
	}
	assert_true(used);
	assert_in_range(at, 4, 5);
}

static void
retired_store_changes_no_more(void **state)
{
	struct store_copy *c;

	c = copy_begin(10, wrong);
	copy_finish(c);
	assert_int_equal(store_copy_use(c), 0);
	assert_int_equal(store_begin(fx.store), 0);
	put("c1", "k8", "open when it was retired");
	assert_false(store_is_retired(fx.store));
	store_retire(fx.store);
	assert_true(store_is_retired(fx.store));
	assert_int_equal(store_commit(fx.store), -1);
	assert_int_equal(store_transaction(fx.store), 0);
	assert_int_equal(store_begin(fx.store), -1);
	assert_true(has("c1", "k000001", "v1"));
	assert_false(has("c1", "k8", "open when it was retired"));
	store_copy_free(c);
	reopen_under(wrong);
	assert_false(has("c1", "k8", "open when it was retired"));
	assert_false(store_is_retired(fx.store));
	assert_int_equal(store_begin(fx.store), 0);
	store_abort(fx.store);
}

static void
damaged_name_of_the_place_is_a_clear_error(void **state)
{
	char path[TMPDIR_SIZE + 8];
	struct store_copy *c;
	int fd;

	c = copy_begin(1, secret);
	copy_finish(c);
	assert_int_equal(store_copy_use(c), 0);
	store_copy_free(c);
	(void)store_close(fx.store);
	fx.store = NULL;
	(void)snprintf(path, sizeof(path), "%s/CURRENT", fx.dir);
	fd = open(path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, "../x\n", 5), 5);
	assert_null(store_open(fx.dir, secret, fx.why, sizeof(fx.why)));
	assert_non_null(strstr(fx.why, "CURRENT: it is damaged"));
	assert_int_equal(pwrite(fd, "env.1\n", 6, 0), 6);
	(void)close(fd);
	reopen();
	assert_true(has("c1", "k000000", "v0"));
}

static void
checkpoint_lets_logs_go(void **state)
{
	unsigned i, j;
	char name[32];

	for (i = 0; i < 20; i++) {
		assert_int_equal(store_begin(fx.store), 0);
		for (j = 0; j < 2000; j++) {
			(void)snprintf(name, sizeof(name), "%u-%u", i, j);
			put("c1", name, "some text that takes room in a log");
		}
		assert_int_equal(store_commit(fx.store), 0);
		assert_int_equal(store_checkpoint(fx.store), 0);
	}
	(void)snprintf(fx.why, sizeof(fx.why), "%s/log.0000000001", fx.dir);
	assert_int_equal(access(fx.why, F_OK), -1);
}

/* Second strings of the keys that a scan finds. */
static bool
collect_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	char *text;

	text = arg;
	(void)strcat(text, store_key_second(k));
	return strlen(text) < 3;
}

/* What a scan back from a key (NULL: the end) finds, as one string. */
static const char *
back(const struct store_key *prefix, const char *a, const char *b)
{
	static char got[16];
	struct store_key before;

	got[0] = '\0';
	if (a != NULL)
		store_key(&before, a, b);
	assert_int_equal(store_scan_back(fx.store, STORE_SUPPRESSION, prefix,
			     a == NULL ? NULL : &before, collect_cb, got),
	    STORE_OK);
	return got;
}

static void
scan_back_is_scan_reversed(void **state)
{
	struct store_key prefix;

	store_key_prefix(&prefix, "b");
	assert_string_equal(back(&prefix, NULL, NULL), "");
	assert_int_equal(store_begin(fx.store), 0);
	put("a", "x", "1");
	put("b", "1", "1");
	put("b", "2", "1");
	put("b", "\xc3\xbc", "1");
	put("c", "y", "1");
	assert_int_equal(store_commit(fx.store), 0);
	assert_string_equal(back(&prefix, NULL, NULL), "\xc3\xbc\x32");
	assert_string_equal(back(&prefix, "b", "2"), "1");
	assert_string_equal(back(&prefix, "b", "15"), "1");
	assert_string_equal(back(&prefix, "b", "1"), "");
	assert_string_equal(back(&prefix, "z", "1"), "");
	assert_string_equal(back(NULL, NULL, NULL), "y\xc3\xbc");
	store_key_prefix(&prefix, "c");
	assert_string_equal(back(&prefix, NULL, NULL), "y");
	store_key_prefix(&prefix, "d");
	assert_string_equal(back(&prefix, NULL, NULL), "");
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(commit_is_kept_and_abort_is_not),
		T(change_needs_a_transaction),
		T(delete_says_what_was_there),
		T(scan_keeps_to_prefix_order_and_start),
		T(scan_back_is_scan_reversed),
		T(key_too_long_matches_nothing),
		T(nothing_shows_in_the_files),
		T(wrong_key_is_refused_and_changes_nothing),
		T(foreign_folder_is_refused),
		T(crash_loses_nothing_committed),
		T(damaged_table_is_a_clear_error),
		T(copy_has_what_changes_meanwhile),
		T(copy_that_is_given_up_leaves_nothing),
		T(death_at_any_step_leaves_one_store),
		T(folder_that_is_not_synced_leaves_one_store),
		T(retired_store_changes_no_more),
		T(damaged_name_of_the_place_is_a_clear_error),
		T(checkpoint_lets_logs_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

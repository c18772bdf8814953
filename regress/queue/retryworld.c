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
 * What the tests of retry tokens share.
 */
#include "retryworld.h"

#include <dirent.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "compat.h"
#include "spool.h"

/* A folder of its own; nothing is open. */
int
setup(void **state)
{
	struct world *w;

	w = calloc(1, sizeof(*w));
	assert_non_null(w);
	(void)snprintf(w->folder, sizeof(w->folder), "/tmp/edd-retry.XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	(void)snprintf(w->files, sizeof(w->files), "%s/retry", w->folder);
	w->base = event_base_new();
	assert_non_null(w->base);
	*state = w;
	return 0;
}

/* Have the shell do something in the folder. */
void
run(struct world *w, const char *command)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "cd %s && %s", w->folder, command);
	assert_int_equal(system(text), 0);
}

/* Remove it. */
int
teardown(void **state)
{
	struct world *w = *state;

	spool_abandon(w->spool);
	retry_free(w->retry);
	free(w->last);
	event_base_free(w->base);
	run(w, "rm -rf ../\"${PWD##*/}\"");
	free(w);
	return 0;
}

/* Open the tokens, or open them again as the next process does. */
void
open_retry(struct world *w, int64_t now)
{
	retry_free(w->retry);
	w->retry = retry_new(w->base, w->files, now);
	assert_non_null(w->retry);
}

/* The key of token n. */
void
make_key(uint8_t key[RETRY_KEY_SIZE], unsigned n)
{
	memset(key, 0, RETRY_KEY_SIZE);
	memcpy(key + 3, &n, sizeof(n));
}

/* Keep token n, accepted then. */
void
put(struct world *w, unsigned n, const char *user, int64_t when)
{
	struct retry_record r;

	memset(&r, 0, sizeof(r));
	make_key(r.key, n);
	memset(r.digest, (int)n, sizeof(r.digest));
	r.message = n + 1;
	r.suppressed = 1ull << (n % 50);
	r.accepted = when;
	(void)strlcpy(r.user, user, sizeof(r.user));
	(void)snprintf(r.message_id, sizeof(r.message_id), "<%*u@x>",
	    (int)(n % 40), n);
	retry_put(w->retry, &r, when);
}

/* What is said of a token; what is new is not claimed for long. */
enum retry_status
ask(struct world *w, unsigned n, int64_t now)
{
	uint8_t key[RETRY_KEY_SIZE];
	enum retry_status status;
	struct retry_record r;
	struct claim *claim;
	char id[64];

	make_key(key, n);
	status = retry_claim(w->retry, key, "u", now, &claim, &r);
	if (status == RETRY_NEW)
		retry_release(w->retry, claim);
	if (status == RETRY_AGAIN) {
		assert_int_equal(r.message, n + 1);
		assert_int_equal(r.digest[31], n & 0xff);
		assert_true(r.suppressed == 1ull << (n % 50));
		(void)snprintf(id, sizeof(id), "<%*u@x>", (int)(n % 40), n);
		assert_string_equal(r.message_id, id);
	}
	return status;
}

/* In the tokens' folder. */
unsigned
files(struct world *w)
{
	struct dirent *d;
	unsigned n;
	DIR *dir;

	dir = opendir(w->files);
	assert_non_null(dir);
	for (n = 0; (d = readdir(dir)) != NULL;)
		n += d->d_name[0] != '.';
	(void)closedir(dir);
	return n;
}

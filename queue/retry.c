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
 * Claims, and the hours that there are, newest first.
 */
#include "retry.h"

#include <sys/random.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "compat.h"
#include "envelope.h"
#include "log.h"
#include "qbounds.h"

/* Chains of claims: as many as there are connections, or so. */
#define CLAIM_CHAINS 1024u

struct hour {
	TAILQ_ENTRY(hour) entry;
	struct retryhour *at;
};

struct retry {
	int folder;
	struct event *tend_ev;
	TAILQ_HEAD(hours, hour) hours;
	struct claim_list claims[CLAIM_CHAINS];
	size_t claimed;
	size_t all_max;
	size_t user_max;
	uint8_t seed[SIPHASH_KEY_SIZE];
	bool folder_dirty; /* names made since it was synced */
	bool missing;	   /* files that could not be read at all */
	bool failed;	   /* said so already */
	bool unsettled;	   /* and so */
};

static int64_t
hour_of(int64_t when)
{
	return when - when % RETRY_HOUR;
}

static bool
is_old(int64_t accepted, int64_t now)
{
	return now - accepted >= RETRY_KEPT;
}

static struct claim_list *
chain_of(struct retry *t, const uint8_t key[RETRY_KEY_SIZE])
{
	return &t->claims[siphash(t->seed, key, RETRY_KEY_SIZE) % CLAIM_CHAINS];
}

/* Insert an hour in its place.  NULL with errno. */
static struct hour *
hour_open(struct retry *t, int64_t start)
{
	struct hour *h, *older;

	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return NULL;
	h->at = retryhour_open(t->folder, start, t->seed);
	if (h->at == NULL) {
		free(h);
		return NULL;
	}
	TAILQ_FOREACH(older, &t->hours, entry)
		if (retryhour_start(older->at) < start)
			break;
	if (older == NULL)
		TAILQ_INSERT_TAIL(&t->hours, h, entry);
	else
		TAILQ_INSERT_BEFORE(older, h, entry);
	return h;
}

static void
hour_close(struct retry *t, struct hour *h)
{
	TAILQ_REMOVE(&t->hours, h, entry);
	retryhour_free(h->at);
	free(h);
}

static struct hour *
hour_find(struct retry *t, int64_t start)
{
	struct hour *h;

	TAILQ_FOREACH(h, &t->hours, entry)
		if (retryhour_start(h->at) == start)
			break;
	return h;
}

static void
remove_file(struct retry *t, int64_t start)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "%lld", (long long)start);
	if (unlinkat(t->folder, name, 0) == -1 && errno != ENOENT)
		log_warn("retry tokens: removing %s", name);
}

/* The hour that a file is of; -1: it is none. */
static int64_t
name_hour(const char *name)
{
	char *end;
	int64_t start;

	if (name[0] < '1' || name[0] > '9' || strlen(name) > 12)
		return -1;
	start = strtoll(name, &end, 10);
	return *end != '\0' || start % RETRY_HOUR != 0 ? -1 : start;
}

/* Whether a file may be read later: nothing is wrong with itself. */
static bool
is_shortage(int error)
{
	return error == ENOMEM || error == EMFILE || error == ENFILE;
}

/*
 * One that cannot be read is put aside, for a person to see; the hour goes on
 * without it.
 */
static void
spoilt(struct retry *t, const char *name)
{
	char aside[64];

	log_warn("retry tokens: %s", name);
	if (is_shortage(errno)) {
		t->missing = true;
		return;
	}
	(void)snprintf(aside, sizeof(aside), "spoilt.%.12s", name);
	if (renameat(t->folder, name, t->folder, aside) == -1)
		log_warn("retry tokens: putting %s aside", name);
	t->folder_dirty = true;
}

static DIR *
list_folder(struct retry *t)
{
	DIR *dir;
	int fd;

	fd = openat(t->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd == -1 ? NULL : fdopendir(fd);
	if (dir == NULL && fd != -1)
		(void)close(fd);
	return dir;
}

/* What an earlier run left; no file of it stops a start. */
static void
load(struct retry *t, int64_t now)
{
	struct dirent *d;
	int64_t start;
	DIR *dir;

	dir = list_folder(t);
	t->missing = dir == NULL;
	if (dir == NULL) {
		log_warn("retry tokens");
		return;
	}
	while ((d = readdir(dir)) != NULL) {
		start = name_hour(d->d_name);
		if (start == -1 || hour_find(t, start) != NULL)
			continue;
		if (is_old(start + RETRY_HOUR, now))
			remove_file(t, start);
		else if (hour_open(t, start) == NULL)
			spoilt(t, d->d_name);
	}
	(void)closedir(dir);
}

static void
tend_cb(int fd, short what, void *arg)
{
	retry_tend(arg, clock_seconds());
}

static int
open_folder(struct retry *t, const char *folder)
{
	if (mkdir(folder, 0700) == -1 && errno != EEXIST)
		return -1;
	t->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return t->folder == -1 ? -1 : 0;
}

/*
 * The tokens in a folder, which is made if it is not there; now in unix
 * seconds, here as below.  NULL with the reason logged.
 */
struct retry *
retry_new(struct event_base *base, const char *folder, int64_t now)
{
	struct timeval often = { RETRY_TEND, 0 };
	struct retry *t;
	unsigned i;

	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->folder = -1;
	retry_bound(t, RETRY_MAX, RETRY_USER_MAX);
	TAILQ_INIT(&t->hours);
	for (i = 0; i < CLAIM_CHAINS; i++)
		LIST_INIT(&t->claims[i]);
	t->tend_ev = event_new(base, -1, EV_PERSIST, tend_cb, t);
	if (t->tend_ev == NULL || evtimer_add(t->tend_ev, &often) == -1 ||
	    getrandom(t->seed, sizeof(t->seed), 0) != sizeof(t->seed) ||
	    open_folder(t, folder) == -1) {
		log_warn("retry tokens: %s", folder);
		retry_free(t);
		return NULL;
	}
	load(t, now);
	return t;
}

/* So many tokens of a day are kept, and so many of one user. */
void
retry_bound(struct retry *t, size_t all, size_t of_user)
{
	t->all_max = all;
	t->user_max = of_user;
}

/* Write what waits and free, claims too; NULL is allowed. */
void
retry_free(struct retry *t)
{
	struct claim *c;
	struct hour *h;
	unsigned i;

	if (t == NULL)
		return;
	while ((h = TAILQ_FIRST(&t->hours)) != NULL)
		hour_close(t, h);
	for (i = 0; i < CLAIM_CHAINS; i++)
		while ((c = LIST_FIRST(&t->claims[i])) != NULL) {
			LIST_REMOVE(c, chain);
			free(c);
		}
	if (t->tend_ev != NULL)
		event_free(t->tend_ev);
	if (t->folder != -1)
		(void)close(t->folder);
	free(t);
}

/* What a key came to: 1, 0 if nothing that counts still, -1 with errno. */
static int
find(struct retry *t, const uint8_t key[RETRY_KEY_SIZE], int64_t now,
    struct retry_record *r)
{
	struct hour *h;
	int rc;

	TAILQ_FOREACH(h, &t->hours, entry) {
		rc = retryhour_get(h->at, key, r);
		if (rc == -1)
			return -1;
		if (rc == 1 && !is_old(r->accepted, now))
			return 1;
	}
	return 0;
}

/* The hour that begins then.  NULL with errno. */
static struct hour *
need_hour(struct retry *t, int64_t start)
{
	struct hour *h;

	h = hour_find(t, start);
	return h != NULL ? h : hour_open(t, start);
}

/* Whether another token of that user may be kept. */
static enum retry_status
has_room(struct retry *t, const char *user)
{
	size_t all, own, waiting;
	struct hour *h;

	all = t->claimed;
	own = waiting = 0;
	TAILQ_FOREACH(h, &t->hours, entry) {
		all += retryhour_count(h->at);
		own += retryhour_count_of(h->at, user);
		waiting += retryhour_waiting(h->at);
	}
	if (own >= t->user_max)
		return RETRY_MANY;
	if (all >= t->all_max)
		return RETRY_FULL;
	return waiting >= RETRY_WAITING_MAX || t->claimed >= INTAKE_OPEN_MAX ?
	    RETRY_FAILED :
	    RETRY_NEW;
}

static enum retry_status
claim_new(struct retry *t, const uint8_t key[RETRY_KEY_SIZE],
    struct claim **claim)
{
	struct claim *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return RETRY_FAILED;
	memcpy(c->key, key, sizeof(c->key));
	LIST_INSERT_HEAD(chain_of(t, key), c, chain);
	t->claimed++;
	*claim = c;
	return RETRY_NEW;
}

/*
 * Claim a token for a request.  RETRY_NEW: the claim ends with
 * retry_release(); RETRY_AGAIN: r says what the first one came to.
 */
enum retry_status
retry_claim(struct retry *t, const uint8_t key[RETRY_KEY_SIZE],
    const char *user, int64_t now, struct claim **claim, struct retry_record *r)
{
	enum retry_status status;
	struct claim *c;
	int rc;

	LIST_FOREACH(c, chain_of(t, key), chain)
		if (memcmp(c->key, key, sizeof(c->key)) == 0)
			return RETRY_BUSY;
	/* It must be there to be looked in, and for what is put. */
	rc = need_hour(t, hour_of(now)) == NULL ? -1 : find(t, key, now, r);
	if (rc == -1) {
		log_warn("retry tokens");
		return RETRY_FAILED;
	}
	if (rc == 1)
		return RETRY_AGAIN;
	status = has_room(t, user);
	return status == RETRY_NEW ? claim_new(t, key, claim) : status;
}

/* The request is over; its token is free unless it was put. */
void
retry_release(struct retry *t, struct claim *c)
{
	LIST_REMOVE(c, chain);
	t->claimed--;
	free(c);
}

/*
 * Keep what a request came to.  Its message is durable, so that this cannot
 * fail it: without memory the token is forgotten, which is logged.
 */
void
retry_put(struct retry *t, const struct retry_record *r, int64_t now)
{
	struct hour *h;

	if (is_old(r->accepted, now))
		return;
	h = need_hour(t, hour_of(r->accepted));
	if (h == NULL || retryhour_put(h->at, r) == -1) {
		if (!t->failed)
			log_warn("retry tokens: one is forgotten");
		t->failed = true;
	} else
		t->failed = false;
}

/*
 * At a start: the envelope of a message that is or was in the spool.  What is
 * kept of it already stays.
 */
void
retry_put_envelope(struct retry *t, uint64_t id, const struct envelope *env,
    int64_t now)
{
	struct retry_record r, known;

	if (env->retry == NULL)
		return;
	memset(&r, 0, sizeof(r));
	memcpy(r.key, env->retry->key, sizeof(r.key));
	memcpy(r.digest, env->retry->digest, sizeof(r.digest));
	r.message = id;
	r.suppressed = env->retry->suppressed;
	r.accepted = env->accepted / 1000;
	(void)strlcpy(r.user, env->user, sizeof(r.user));
	(void)strlcpy(r.message_id, env->message_id, sizeof(r.message_id));
	if (find(t, r.key, now, &known) != 1 || known.message != id)
		retry_put(t, &r, now);
}

/* Sync what was written since.  0, or -1 with errno. */
static int
sync_all(struct retry *t)
{
	struct hour *h;
	int error = 0;

	TAILQ_FOREACH(h, &t->hours, entry) {
		if (retryhour_sync(h->at) == -1)
			error = errno;
		if (retryhour_made(h->at))
			t->folder_dirty = true;
	}
	if (t->folder_dirty && fsync(t->folder) == -1)
		error = errno;
	else
		t->folder_dirty = false;
	errno = error;
	return error == 0 ? 0 : -1;
}

/*
 * All that was put is durable after this: 0.  -1: it is not, which is logged
 * the first time; nothing may go that a start would read it from.
 */
int
retry_settle(struct retry *t)
{
	int rc;

	rc = sync_all(t);
	if (rc == -1 && !t->unsettled)
		log_warn("retry tokens: sync");
	t->unsettled = rc == -1;
	return rc;
}

/* Hours that are over go; what the disk did not take is tried again. */
void
retry_tend(struct retry *t, int64_t now)
{
	struct hour *h, *newer;
	int64_t start;

	for (h = TAILQ_LAST(&t->hours, hours); h != NULL; h = newer) {
		newer = TAILQ_PREV(h, hours, entry);
		start = retryhour_start(h->at);
		if (!is_old(start + RETRY_HOUR, now)) {
			(void)retryhour_flush(h->at);
			continue;
		}
		hour_close(t, h);
		remove_file(t, start);
	}
	if (t->missing)
		load(t, now);
}

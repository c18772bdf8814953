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
 * Messages in memory and the table of all of them.  Does no I/O and takes no
 * decision about when anything is sent.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "envelope.h"
#include "message.h"
#include "proto_submit.h"
#include "qbounds.h"

#define MIN_BITS 6u

struct named {
	const char *domain;
	uint32_t index;
};

static int
compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int c;

	c = strcmp(x->domain, y->domain);
	if (c != 0)
		return c;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Where the task that begins with recipient i ends. */
static uint32_t
run_end(const struct named *named, uint32_t n, uint32_t i)
{
	uint32_t end;

	for (end = i + 1; end < n && end - i < WORK_RCPT_MAX; end++)
		if (strcmp(named[end].domain, named[i].domain) != 0)
			break;
	return end;
}

static int
fill_tasks(struct destinations *t, struct message *m, const struct named *named,
    uint32_t n)
{
	struct task *task;
	uint32_t i, end;

	m->tasks = 0;
	for (i = 0; i < n; i = end) {
		end = run_end(named, n, i);
		task = &m->task[m->tasks];
		task->number = m->tasks;
		task->first = (uint16_t)i;
		task->count = (uint16_t)(end - i);
		task->destination = destination_get(t, named[i].domain);
		if (task->destination == NULL)
			return -1;
		m->tasks++;
	}
	return 0;
}

/* All but a few messages have one recipient, and may be a million. */
#define SIZE_OF_ONE                                                            \
	(sizeof(struct message) + sizeof(struct task) + sizeof(struct rcpt))

static struct message *
allocate(struct destinations *t, uint32_t rcpts, uint32_t tasks)
{
	if (rcpts == 1)
		return pool_get(&t->singles, SIZE_OF_ONE);
	return calloc(1,
	    sizeof(struct message) + tasks * sizeof(struct task) +
		rcpts * sizeof(struct rcpt));
}

static struct message *
build(struct destinations *t, uint64_t id, struct named *named, uint32_t n)
{
	struct message *m;
	struct rcpt *rcpt;
	uint32_t i, tasks = 0;

	if (n > 1)
		qsort(named, n, sizeof(*named), compare_named);
	for (i = 0; i < n; i = run_end(named, n, i))
		tasks++;
	m = allocate(t, n, tasks);
	if (m == NULL)
		return NULL;
	m->id = id;
	m->rcpts = m->open = (uint16_t)n;
	if (fill_tasks(t, m, named, n) == -1) {
		message_free(t, m);
		return NULL;
	}
	rcpt = message_rcpt(m);
	for (i = 0; i < n; i++)
		rcpt[i].index = (uint16_t)named[i].index;
	return m;
}

/*
 * A message with its recipients put together by destination; domains[i] is
 * that of recipient i and is not kept.  NULL without memory.
 */
struct message *
message_new(struct destinations *t, uint64_t id, uint32_t rcpts,
    const char *const *domains)
{
	struct message *m;
	struct named one, *named = &one;
	uint32_t i;

	_Static_assert(ENVELOPE_SIZE_MAX < 1u << 24, "counted in 24 bits");
	_Static_assert(RECORD_RCPTS_MAX <= UINT16_MAX, "counted in 16 bits");
	if (rcpts == 0 || rcpts > RECORD_RCPTS_MAX)
		return NULL;
	if (rcpts > 1)
		named = calloc(rcpts, sizeof(*named));
	if (named == NULL)
		return NULL;
	for (i = 0; i < rcpts; i++) {
		named[i].domain = domains[i];
		named[i].index = i;
	}
	m = build(t, id, named, rcpts);
	if (named != &one)
		free(named);
	return m;
}

/* Point a task elsewhere.  Without memory it stays where it is. */
static void
point(struct destinations *t, struct task *task, const char *name)
{
	struct destination *to, *from = task->destination;

	to = destination_get(t, name);
	if (to == NULL)
		return;
	task->destination = to;
	destination_put(t, from);
}

/*
 * The message, in no list yet, leaves from addresses of its own.  A list that
 * is none, by whoever made it, is passed over: it must not look like a route.
 */
static void
set_sources(struct destinations *t, struct message *m, const char *sources)
{
	char name[DESTINATION_NAME_SIZE];
	unsigned i;

	if (sources[0] == '\0' || strlen(sources) >= SOURCES_SIZE ||
	    sources[strspn(sources, "0123456789abcdefABCDEF.: ")] != '\0')
		return;
	for (i = 0; i < m->tasks; i++) {
		(void)snprintf(name, sizeof(name), "%s from %s",
		    m->task[i].destination->domain, sources);
		point(t, &m->task[i], name);
	}
}

static int
collect_domains(const struct envelope *e, char (*domain)[DOMAIN_SIZE],
    const char **list)
{
	struct envelope_rcpt r;
	struct cursor c;
	uint32_t i;

	envelope_first(e, &c);
	for (i = 0; i < e->rcpts; i++) {
		if (envelope_next(&c, &r) != 1 ||
		    envelope_domain(r.address, domain[i], DOMAIN_SIZE) == -1)
			return -1;
		list[i] = domain[i];
	}
	return 0;
}

/*
 * The message of a decoded envelope, nothing of it done yet.  NULL without
 * memory or if a recipient has no domain.
 */
struct message *
message_from_envelope(struct destinations *t, uint64_t id,
    const struct envelope *e)
{
	char one[1][DOMAIN_SIZE], (*domain)[DOMAIN_SIZE] = one;
	const char *single = NULL, **list = &single;
	struct message *m = NULL;

	if (e->rcpts > 1) {
		domain = calloc(e->rcpts, sizeof(*domain));
		list = calloc(e->rcpts, sizeof(*list));
	}
	if (domain != NULL && list != NULL &&
	    collect_domains(e, domain, list) == 0)
		m = message_new(t, id, e->rcpts, list);
	if (domain != one)
		free(domain);
	if (list != &single)
		free(list);
	if (m == NULL)
		return NULL;
	set_sources(t, m, e->sources);
	m->accepted = e->accepted;
	if (e->kind == ENVELOPE_BOUNCE)
		m->flags |= MESSAGE_BOUNCE;
	if ((e->flags & ENVELOPE_BULK) != 0)
		m->flags |= MESSAGE_BULK;
	if ((e->flags & ENVELOPE_DAMAGED) != 0)
		m->flags |= MESSAGE_DAMAGED;
	if (message_set_owner(t, m, e->user) == -1) {
		message_free(t, m);
		return NULL;
	}
	return m;
}

/* Whose message it is.  -1 without memory. */
int
message_set_owner(struct destinations *t, struct message *m, const char *name)
{
	m->owner = owner_get(&t->owners, name);
	return m->owner == NULL ? -1 : 0;
}

/* Free; it must be in no list, heap or table.  NULL is allowed. */
void
message_free(struct destinations *t, struct message *m)
{
	unsigned i;

	if (m == NULL)
		return;
	for (i = 0; i < m->tasks; i++)
		destination_put(t, m->task[i].destination);
	owner_put(&t->owners, m->owner);
	free(m->envelope);
	if (m->rcpts == 1)
		pool_put(&t->singles, m, SIZE_OF_ONE);
	else
		free(m);
}

/* The message that a task is of. */
struct message *
task_message(const struct task *t)
{
	union {
		const struct task *in;
		char *out;
	} u;

	u.in = t - t->number;
	return (
	    struct message *)(void *)(u.out - offsetof(struct message, task));
}

/* The recipients, in the order of the tasks. */
struct rcpt *
message_rcpt(const struct message *m)
{
	union {
		const struct task *in;
		struct rcpt *out;
	} u;

	u.in = m->task + m->tasks;
	return u.out;
}

/* The recipient with that place in the envelope, or NULL. */
struct rcpt *
message_find_rcpt(const struct message *m, uint32_t index)
{
	struct rcpt *rcpt;
	uint32_t i;

	rcpt = message_rcpt(m);
	if (index < m->rcpts && rcpt[index].index == index)
		return &rcpt[index];
	for (i = 0; i < m->rcpts; i++)
		if (rcpt[i].index == index)
			return &rcpt[i];
	return NULL;
}

/* The task that the recipient at that place (of message_rcpt) is in. */
struct task *
message_task_of(struct message *m, uint32_t position)
{
	unsigned low = 0, high = m->tasks, mid;

	while (high - low > 1) {
		mid = low + (high - low) / 2;
		if (m->task[mid].first <= position)
			low = mid;
		else
			high = mid;
	}
	return &m->task[low];
}

/* Whether the recipient at a position of message_rcpt() is to be sent to. */
bool
task_rcpt_is_open(const struct task *t, uint32_t position)
{
	const struct rcpt *r = message_rcpt(task_message(t)) + position;

	return r->state == RCPT_WAITING || r->state == RCPT_DEFERRED;
}

/* Whether nothing of it goes before a retry, or a probe, is due. */
bool
message_rests(const struct message *m)
{
	const struct task *t;
	unsigned i;

	for (i = 0; i < m->tasks; i++) {
		t = &m->task[i];
		if (t->state == TASK_INFLIGHT ||
		    (t->state == TASK_READY &&
			t->destination->wakeup.place == 0))
			return false;
	}
	return true;
}

/* When the task is to be tried next, unix seconds. */
int64_t
task_next(const struct task *t)
{
	return task_message(t)->accepted / 1000 + t->next_delta;
}

/* Set it; the past becomes the moment of acceptance. */
void
task_set_next(struct task *t, int64_t seconds)
{
	int64_t delta;

	delta = seconds - task_message(t)->accepted / 1000;
	if (delta < 0)
		delta = 0;
	if (delta > UINT32_MAX)
		delta = UINT32_MAX;
	t->next_delta = (uint32_t)delta;
}

/* Octets of its record. */
uint64_t
message_size(const struct message *m)
{
	struct record r;

	memset(&r, 0, sizeof(r));
	r.body_len = m->body_len;
	r.meta_len = m->meta_len;
	r.prefix_len = m->prefix_len;
	return record_size(&r);
}

/* Point a task to where its domain's mail is rerouted, or back. */
static void
reroute(struct destinations *t, struct task *task, const char *via)
{
	const char *name = task->destination->domain;
	char to[DESTINATION_NAME_SIZE];

	(void)snprintf(to, sizeof(to), "%.*s%s%s",
	    (int)destination_origin_length(name), name,
	    via[0] == '\0' ? "" : " via ", via);
	point(t, task, to);
}

/*
 * Make a mark true in memory: read from disk, or on its way there.  One with
 * a route takes the other recipients of its task along, which must be in no
 * list of schedule.
 */
void
message_apply(struct destinations *t, struct message *m,
    const struct mark *mark)
{
	struct rcpt *rcpt;
	struct task *task;

	rcpt = message_find_rcpt(m, mark->index);
	if (rcpt == NULL || rcpt->state == RCPT_DONE)
		return;
	rcpt->state = mark->state;
	rcpt->noticed = mark->noticed;
	if (mark->state == RCPT_DONE) {
		m->open--;
		return;
	}
	task = message_task_of(m, (uint32_t)(rcpt - message_rcpt(m)));
	task->attempts = mark->attempts;
	task_set_next(task, mark->next);
	if (mark->via != NULL)
		reroute(t, task, mark->via);
}

/*
 * Buckets are the lower bits of this.  Ids that follow one another are near
 * one another in eight places, so that mail which comes and goes finds its
 * buckets in the cache however many there are.  An id is a moment in
 * milliseconds times 1000 (spool_new_id): hence the eight.
 */
static uint64_t
place_of(uint64_t id)
{
	return (id >> 3) + (id & 7) * 0x9e3779b97f4a7c15ull;
}

static struct message **
bucket_of(const struct messages *t, uint64_t id)
{
	return &t->bucket[place_of(id) & (((size_t)1 << t->bits) - 1)];
}

static int
grow(struct messages *t)
{
	struct message **bucket, *m, *next;
	unsigned bits;
	size_t i, at;

	bits = t->bits == 0 ? MIN_BITS : t->bits + 1;
	bucket = calloc((size_t)1 << bits, sizeof(struct message *));
	if (bucket == NULL)
		return t->bits == 0 ? -1 : 0;
	for (i = 0; t->bits != 0 && i < (size_t)1 << t->bits; i++)
		for (m = t->bucket[i]; m != NULL; m = next) {
			next = m->chain;
			at = place_of(m->id) & (((size_t)1 << bits) - 1);
			m->chain = bucket[at];
			bucket[at] = m;
		}
	free(t->bucket);
	t->bucket = bucket;
	t->bits = bits;
	return 0;
}

/* Put into the table, which then owns it.  -1 without memory. */
int
messages_add(struct messages *t, struct message *m)
{
	struct message **bucket;

	if ((t->bits == 0 || t->count >= (size_t)1 << t->bits) && grow(t) == -1)
		return -1;
	bucket = bucket_of(t, m->id);
	m->chain = *bucket;
	*bucket = m;
	t->count++;
	return 0;
}

/* Take out of the table; it is the caller's again. */
void
messages_remove(struct messages *t, struct message *m)
{
	struct message **p;

	p = bucket_of(t, m->id);
	while (*p != m)
		p = &(*p)->chain;
	*p = m->chain;
	t->count--;
}

/* The message with that id, or NULL. */
struct message *
messages_find(const struct messages *t, uint64_t id)
{
	struct message *m;

	if (t->bits == 0)
		return NULL;
	for (m = *bucket_of(t, id); m != NULL; m = m->chain)
		if (m->id == id)
			return m;
	return NULL;
}

static int
compare_ids(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/*
 * All ids, for the caller to free(); in order unless there are too many to
 * sort in one go.  NULL without memory or without messages.
 */
uint64_t *
messages_ids(const struct messages *t, size_t *count)
{
	struct message *m;
	uint64_t *ids;
	size_t i, n = 0;

	*count = 0;
	if (t->count == 0)
		return NULL;
	ids = calloc(t->count, sizeof(*ids));
	if (ids == NULL)
		return NULL;
	for (i = 0; i < (size_t)1 << t->bits; i++)
		for (m = t->bucket[i]; m != NULL; m = m->chain)
			ids[n++] = m->id;
	if (n <= LIST_SORTED_MAX)
		qsort(ids, n, sizeof(*ids), compare_ids);
	*count = n;
	return ids;
}

/* The bits in the opposite order. */
static uint64_t
reverse(uint64_t x)
{
	x = (x >> 1 & 0x5555555555555555ull) | (x & 0x5555555555555555ull) << 1;
	x = (x >> 2 & 0x3333333333333333ull) | (x & 0x3333333333333333ull) << 2;
	x = (x >> 4 & 0x0f0f0f0f0f0f0f0full) | (x & 0x0f0f0f0f0f0f0f0full) << 4;
	return __builtin_bswap64(x);
}

/*
 * The next ids, at most max of them, from place *at on, which begins with 0
 * and is moved; 0 when there are no more.  A place stays good whatever comes
 * and goes between: buckets are seen in the order of their numbers with the
 * bits reversed, which a table that grows keeps.
 */
size_t
messages_some(const struct messages *t, uint64_t *at, uint64_t *ids, size_t max)
{
	const struct message *first, *m;
	size_t i, n = 0, chain;

	if (t->bits == 0 || *at == UINT64_MAX)
		return 0;
	for (i = *at >> (64 - t->bits); i < (size_t)1 << t->bits; i++) {
		first = t->bucket[reverse((uint64_t)i << (64 - t->bits))];
		chain = 0;
		for (m = first; m != NULL; m = m->chain)
			chain++;
		if (n > 0 && chain > max - n) {
			*at = (uint64_t)i << (64 - t->bits);
			return n;
		}
		for (m = first; m != NULL && n < max; m = m->chain)
			ids[n++] = m->id;
	}
	*at = UINT64_MAX;
	return n;
}

/* Free the table and all in it: at the end of the process. */
void
messages_free(struct messages *t, struct destinations *d)
{
	struct message *m;
	size_t i;

	for (i = 0; t->bits != 0 && i < (size_t)1 << t->bits; i++)
		while ((m = t->bucket[i]) != NULL) {
			t->bucket[i] = m->chain;
			message_free(d, m);
		}
	free(t->bucket);
	memset(t, 0, sizeof(*t));
}

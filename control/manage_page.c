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
 * A page and where it begins, which tokens say: "n" and what comes behind a key
 * of the list, "p" and what comes before it.
 */
#include "manage_page.h"

#include <string.h>

#include "bounds.h"
#include "control.h"
#include "manage_ask.h"
#include "msg.h"
#include "pagetoken.h"
#include "row.h"

/* Rows of a page of which the client says nothing. */
#define PAGE_DEFAULT 100u

/* Records that are read for one page: 20 ms, in which nobody else is served. */
#define PAGE_READ_MAX 5000u

struct run {
	struct ask *ask;
	const struct page *page;
	uint32_t limit;
	uint32_t taken;
	uint32_t read;
	bool count; /* no row is sent */
	bool more;  /* there are records behind the last */
	bool failed;
	struct store_key first;	 /* record taken */
	struct store_key last;	 /* record read */
	struct store_key beyond; /* that is not, if there is more */
};

/* The list, as its tokens know it. */
static struct pagetoken_list
token_list(const struct ask *a, const struct page *p)
{
	struct pagetoken_list l = { a->control->login_key, p->table,
		&p->prefix };

	return l;
}

/* The token of a key, empty if there can be none. */
static void
token_make(const struct run *r, char direction, const struct store_key *k,
    char token[MANAGE_PAGE_SIZE])
{
	struct pagetoken_list l;

	l = token_list(r->ask, r->page);
	pagetoken_make(&l, direction, k, token);
}

static bool
run_full(const struct run *r)
{
	return r->taken == r->limit || r->read == PAGE_READ_MAX ||
	    r->ask->octets >= MANAGE_PAGE_OCTETS;
}

/* The record is taken: it is a row, unless rows are only counted. */
static void
run_take(struct run *r, const struct store_key *k)
{
	if (r->taken++ == 0)
		r->first = *k;
	if (!r->count)
		ask_send(r->ask);
}

static bool
run_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	enum page_take take;
	struct run *r;

	r = arg;
	take = r->page->take(r->ask, k, m);
	if (take == PAGE_FAIL)
		r->failed = true;
	else if (take != PAGE_STOP && run_full(r)) {
		r->more = true;
		r->beyond = *k;
		take = PAGE_STOP;
	} else if (take != PAGE_STOP) {
		r->read++;
		r->last = *k;
	}
	if (take == PAGE_TAKE)
		run_take(r, k);
	row_clear(r->ask->row);
	return take == PAGE_TAKE || take == PAGE_PASS;
}

/* Read from behind a key (NULL: from the start) in one direction. */
static int
run_scan(struct run *r, bool back, const struct store_key *from)
{
	enum store_status s;
	struct store *store;

	store = r->ask->control->store;
	s = back ? store_scan_back(store, r->page->table, &r->page->prefix,
		       from, run_cb, r) :
		   store_scan(store, r->page->table, &r->page->prefix, from,
		       run_cb, r);
	return s == STORE_OK && !r->failed ? 0 : -1;
}

/*
 * Read towards the start of the list, for how many rows the page before a key
 * has and behind which key it begins.
 */
static int
page_before(struct run *r, struct store_key *from, bool *begins)
{
	r->count = true;
	if (run_scan(r, !r->page->back, from) == -1)
		return -1;
	*begins = !r->more;
	*from = r->beyond;
	r->limit = r->taken;
	r->count = r->more = false;
	r->taken = r->read = 0;
	return 0;
}

/* Nothing but what the filters pass over: the way goes on in both directions. */
static void
page_empty(struct run *r)
{
	token_make(r, 'n', &r->last, r->ask->end.next);
	token_make(r, 'p', &r->last, r->ask->end.prev);
	ask_ok(r->ask);
}

static void
page_end(struct run *r, bool first)
{
	struct ask *a;

	a = r->ask;
	if (r->more && r->read > 0)
		token_make(r, 'n', &r->last, a->end.next);
	if (r->page->prev && !first && r->taken > 0)
		token_make(r, 'p', &r->first, a->end.prev);
	ask_ok(a);
}

/*
 * How many rows there are on all pages together; nothing is said if more than
 * PAGE_READ_MAX records would have to be read for that.  0 or -1.
 */
static int
page_total(struct ask *a, const struct page *p)
{
	struct run r;

	memset(&r, 0, sizeof(r));
	r.ask = a;
	r.page = p;
	r.limit = UINT32_MAX;
	r.count = true;
	if (run_scan(&r, p->back, p->start.len == 0 ? NULL : &p->start) == -1)
		return -1;
	if (!r.more)
		a->end.total = r.taken;
	return 0;
}

/*
 * Answer with the page of the list that the request asks for, and end it.
 */
void
page_answer(struct ask *a, const struct page *p)
{
	struct pagetoken_list l;
	struct store_key from;
	struct run r;
	bool first;

	memset(&r, 0, sizeof(r));
	r.ask = a;
	r.page = p;
	r.limit = a->rq.limit == 0 ? PAGE_DEFAULT : a->rq.limit;
	first = a->rq.page[0] == '\0';
	l = token_list(a, p);
	if (!first && pagetoken_read(&l, a->rq.page, &from) == -1) {
		ask_fail(a, MANAGE_INVALID, "page is none of this list");
		return;
	}
	if ((p->total && page_total(a, p) == -1) ||
	    (a->rq.page[0] == 'p' && page_before(&r, &from, &first) == -1)) {
		ask_fail_store(a);
		return;
	}
	if (a->rq.page[0] == 'p' && r.limit == 0 && !first) {
		page_empty(&r);
		return;
	}
	if (first)
		from = p->start;
	if (run_scan(&r, p->back, first && from.len == 0 ? NULL : &from) == -1)
		ask_fail_store(a);
	else
		page_end(&r, first);
}

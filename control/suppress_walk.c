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
 * Walking: which compartment is next, where in it the last step ended.
 */
#include "suppress_walk.h"

#include <string.h>

#include "compat.h"
#include "suppress.h"

/* Begin a walk; the filter is copied. */
void
suppress_walk_init(struct suppress_walk *w, struct suppress *sp,
    const struct suppress_filter *filter)
{
	memset(w, 0, sizeof(*w));
	w->sp = sp;
	w->filter = *filter;
	w->over = true;
}

static bool
has_domain(const char *address, const char *domain)
{
	const char *at;

	at = strrchr(address, '@');
	return at != NULL && strcmp(at + 1, domain) == 0;
}

/* Whether the filter lets it through; its prefix is not looked at. */
bool
suppress_filter_match(const struct suppress_filter *f,
    const struct suppression *s)
{
	if (f->reason != 0 && s->reason != f->reason)
		return false;
	if ((f->older != 0 && s->created >= f->older) ||
	    (f->newer != 0 && s->created < f->newer))
		return false;
	if (f->domain[0] != '\0' && !has_domain(s->address, f->domain))
		return false;
	return f->expired || !suppression_has_expired(s);
}

static bool
place_cb(const struct suppress_place *p, void *arg)
{
	struct suppress_place *next;

	next = arg;
	*next = *p;
	return false;
}

/* The place to go on in.  STORE_NOTFOUND: there is none. */
static enum store_status
walk_place(struct suppress_walk *w, struct suppress_place *p)
{
	enum store_status r;

	if (!w->over)
		return suppress_place_get(w->sp->store, w->compartment, p);
	memset(p, 0, sizeof(*p));
	if (w->filter.compartment[0] == '\0')
		r = suppress_place_each(w->sp->store,
		    w->compartment[0] == '\0' ? NULL : w->compartment, place_cb,
		    p);
	else if (w->compartment[0] == '\0')
		r = suppress_place_get(w->sp->store, w->filter.compartment, p);
	else
		return STORE_NOTFOUND;
	if (r == STORE_OK && p->number[0] == '\0')
		return STORE_NOTFOUND;
	if (r == STORE_OK) {
		memcpy(w->compartment, p->compartment, sizeof(w->compartment));
		w->address[0] = '\0';
		w->over = false;
	}
	return r;
}

static bool
walk_cb(const struct suppression *s, void *arg)
{
	struct suppress_walk *w;

	w = arg;
	(void)strlcpy(w->address, s->address, sizeof(w->address));
	w->looked++;
	w->left--;
	if (suppress_filter_match(&w->filter, s) && !w->cb(s, w->arg)) {
		w->left = 0;
		return false;
	}
	return w->left > 0;
}

/*
 * Look at so many records at most, and call cb for those that the filter lets
 * through until it returns false; the next step goes on after that one.  done
 * is set after the last.
 */
enum store_status
suppress_walk_step(struct suppress_walk *w, unsigned records, suppression_cb cb,
    void *arg)
{
	struct suppress_place p;
	enum store_status r;

	w->left = records;
	w->cb = cb;
	w->arg = arg;
	while (w->left > 0) {
		r = walk_place(w, &p);
		w->done = r == STORE_NOTFOUND;
		if (r != STORE_OK)
			return r == STORE_NOTFOUND ? STORE_OK : r;
		r = suppression_scan_place(w->sp, &p, w->filter.prefix,
		    w->address[0] == '\0' ? NULL : w->address, walk_cb, w);
		if (r != STORE_OK)
			return r;
		w->over = w->left > 0;
	}
	return STORE_OK;
}

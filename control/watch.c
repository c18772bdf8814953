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
 * Each question is answered with what metrics.c gathers.
 */
#include "watch.h"

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "chan.h"
#include "control.h"
#include "metrics.h"
#include "msg.h"
#include "proto_watch.h"
#include "row.h"

struct watcher {
	LIST_ENTRY(watcher) entry;
	struct control *control;
	struct chan *chan;
	uint64_t id;
};

static void
watcher_free(struct watcher *w)
{
	LIST_REMOVE(w, entry);
	free(w);
}

static void
row_cb(const struct row *row, void *arg)
{
	struct watcher *w = arg;

	(void)watch_row_send(w->chan, w->id, row);
}

static void
end_cb(void *arg)
{
	struct watcher *w = arg;

	(void)watch_end_send(w->chan, w->id, true);
	watcher_free(w);
}

static int
ask_cb(struct chan *chan, struct msgin *m, void *arg)
{
	struct control *c = arg;
	struct metrics_to to = { row_cb, end_cb, NULL };
	struct watcher *w;

	if (watch_ask_recv(m) == -1)
		return -1;
	/* One that does not read what it asked for asks in vain. */
	w = chan_is_full(chan) ? NULL : calloc(1, sizeof(*w));
	if (w != NULL) {
		w->control = c;
		w->chan = chan;
		w->id = m->id;
		LIST_INSERT_HEAD(&c->watchers, w, entry);
		to.arg = w;
		if (metrics_start(c, &to) == 0)
			return 0;
		watcher_free(w);
	}
	(void)watch_end_send(chan, m->id, false);
	return 0;
}

/* The channel is gone: nobody waits for its answers. */
void
watch_gone(struct control *c, const struct chan *chan)
{
	struct watcher *w, *next;

	for (w = LIST_FIRST(&c->watchers); w != NULL; w = next) {
		next = LIST_NEXT(w, entry);
		if (w->chan != chan)
			continue;
		metrics_cancel(c, w);
		watcher_free(w);
	}
}

/* What httpd may send here. */
const struct chan_rule *
watch_rules(void)
{
	static const struct chan_rule rules[] = {
		{ M_WATCH_ASK, 0, "ask", ask_cb },
		{ 0, 0, NULL, NULL },
	};

	return rules;
}

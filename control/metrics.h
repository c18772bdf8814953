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
 * What every process counts, gathered for one who watches edd.
 */
#ifndef METRICS_H
#define METRICS_H

struct control;
struct row;

/*
 * Rows, each of one of these kinds, with the process and its instance:
 * "name" and "value"; "histogram", "label", "le", "count" and with the last of
 * them "sumUs"; "cpuMs" and "memoryKiB"; "pid", "state", "since", "restarts";
 * "answers" 0 of one that did not in time;
 * and of control alone "certificate" and "expires".
 */
struct metrics_to {
	void (*row)(const struct row *, void *);
	void (*end)(void *);
	void *arg;
};

int metrics_start(struct control *, const struct metrics_to *);
void metrics_cancel(struct control *, const void *arg);

#endif

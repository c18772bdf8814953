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
 * Conditions on what is in the queue.
 */
#include "filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "compat.h"
#include "envelope.h"
#include "id.h"
#include "idn.h"
#include "message.h"

static const char *const states[] = {
	[FILTER_WAITING] = "waiting",
	[FILTER_INFLIGHT] = "inflight",
	[FILTER_DEFERRED] = "deferred",
	[FILTER_HELD] = "held",
	[FILTER_REROUTED] = "rerouted",
};

/* As operators write it. */
const char *
filter_state_name(enum filter_state s)
{
	return states[s];
}

/*
 * A length of time: seconds, or a number with s, m, h, d or w.  0, or -1 if it
 * is none or longer than ten years.
 */
int
filter_time(const char *text, int64_t *seconds)
{
	static const struct {
		char letter;
		int64_t seconds;
	} unit[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
		{ 'w', 604800 } };
	const char *p;
	int64_t v = 0;
	size_t i;

	for (p = text; *p >= '0' && *p <= '9' && v < 1000000000; p++)
		v = v * 10 + (*p - '0');
	if (p == text)
		return -1;
	for (i = 0; *p != '\0' && i < sizeof(unit) / sizeof(unit[0]); i++)
		if (*p == unit[i].letter && p[1] == '\0') {
			v *= unit[i].seconds;
			p++;
			break;
		}
	if (*p != '\0' || v > INT64_C(3650) * 86400)
		return -1;
	*seconds = v;
	return 0;
}

static int
parse_state(struct filter *f, const char *word)
{
	enum filter_state s;

	for (s = FILTER_WAITING; s <= FILTER_STATE_LAST; s++)
		if (strcmp(word, states[s]) == 0) {
			f->state = s;
			return 0;
		}
	return -1;
}

/* One condition.  0, or -1 with what is wrong about its value in why. */
static int
parse_pair(struct filter *f, const char *name, const char *value, char *why,
    size_t size)
{
	const char *what = "is too long";
	int64_t age;

	/* It would be no condition at all, or of a sender, not what was meant. */
	if (value[0] == '\0') {
		(void)snprintf(why, size, "%.100s is empty", name);
		return -1;
	}
	if (strcmp(name, "domain") == 0) {
		/* As envelope_domain() has it. */
		if (idn_domain_ascii(value, f->domain, sizeof(f->domain)) == 0)
			return 0;
		if (strlcpy(f->domain, value, sizeof(f->domain)) <
		    sizeof(f->domain))
			return 0;
	} else if (strcmp(name, "sender") == 0) {
		f->has_sender = true;
		if (strcmp(value, "<>") == 0)
			value = "";
		if (strlcpy(f->sender, value, sizeof(f->sender)) <
		    sizeof(f->sender))
			return 0;
	} else if (strcmp(name, "user") == 0) {
		f->has_user = true;
		if (strlcpy(f->user, value, sizeof(f->user)) < sizeof(f->user))
			return 0;
	} else if (strcmp(name, "older") == 0) {
		what = "is no time (a number and s, m, h, d or w)";
		if (filter_time(value, &age) == 0) {
			f->before = clock_now() - age * 1000;
			return 0;
		}
	} else if (strcmp(name, "state") == 0) {
		what = "is not waiting, inflight, deferred, held or rerouted";
		if (parse_state(f, value) == 0)
			return 0;
	} else {
		(void)snprintf(why, size, "unexpected \"%.100s\"", name);
		return -1;
	}
	(void)snprintf(why, size, "%s \"%.100s\" %s", name, value, what);
	return -1;
}

/*
 * Read "[ID|all] [NAME VALUE ...]".  0, or -1 with what is wrong.
 */
int
filter_parse(struct filter *f, char *const *words, uint32_t n, char *why,
    size_t size)
{
	uint32_t i = 0;

	memset(f, 0, sizeof(*f));
	f->empty = n == 0;
	if (n % 2 != 0) {
		i = 1;
		if (strcmp(words[0], "all") != 0 &&
		    (id_parse(words[0], &f->id) == -1 || f->id == 0)) {
			(void)snprintf(why, size,
			    "\"%.100s\" is no message id, nor \"all\"",
			    words[0]);
			return -1;
		}
	}
	for (; i < n; i += 2)
		if (parse_pair(f, words[i], words[i + 1], why, size) == -1)
			return -1;
	return 0;
}

/* Whether what memory has of a message is as asked for. */
bool
filter_message(const struct filter *f, const struct message *m)
{
	if (m->open == 0 || (f->id != 0 && f->id != m->id) ||
	    (f->before != 0 && m->accepted >= f->before))
		return false;
	return !f->has_user || m->owner == NULL ||
	    strcmp(m->owner->name, f->user) == 0;
}

/* Whether filter_envelope() is to be asked too. */
bool
filter_needs_envelope(const struct filter *f)
{
	return f->has_sender;
}

/* Whether the sender is the one that was asked for. */
bool
filter_envelope(const struct filter *f, const struct envelope *env)
{
	const char *sender = env->sender;

	if (!f->has_sender)
		return true;
	if (f->sender[0] == '@') {
		sender = strrchr(sender, '@');
		if (sender == NULL)
			return false;
	}
	return strcasecmp(sender, f->sender) == 0;
}

/* What the recipient at a position of message_rcpt() is doing. */
enum filter_state
filter_state_of(struct message *m, uint32_t position)
{
	const struct rcpt *r = message_rcpt(m) + position;

	if (r->state == RCPT_HELD)
		return FILTER_HELD;
	if (message_task_of(m, position)->state == TASK_INFLIGHT)
		return FILTER_INFLIGHT;
	return r->state == RCPT_DEFERRED ? FILTER_DEFERRED : FILTER_WAITING;
}

/*
 * Whether a recipient that is not done is one of those asked for; the message
 * is.
 */
bool
filter_rcpt(const struct filter *f, struct message *m, uint32_t position)
{
	const struct rcpt *r = message_rcpt(m) + position;
	const char *name;
	size_t len;

	if (r->state == RCPT_DONE)
		return false;
	name = message_task_of(m, position)->destination->domain;
	len = destination_domain_length(name);
	if (f->domain[0] != '\0' &&
	    (strlen(f->domain) != len ||
		strncasecmp(f->domain, name, len) != 0))
		return false;
	if (f->state == FILTER_REROUTED)
		return destination_via(name) != NULL;
	return f->state == 0 || filter_state_of(m, position) == f->state;
}

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
 * The table of destinations, counted by reference.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "destination.h"
#include "qbounds.h"

static int
grow(struct destinations *t)
{
	struct destination **bucket, *d, *next;
	size_t buckets, i;

	buckets = t->buckets == 0 ? 64 : t->buckets * 2;
	bucket = calloc(buckets, sizeof(struct destination *));
	if (bucket == NULL)
		return t->buckets == 0 ? -1 : 0;
	for (i = 0; i < t->buckets; i++)
		for (d = t->bucket[i]; d != NULL; d = next) {
			next = d->chain;
			d->chain = bucket[d->hash & (buckets - 1)];
			bucket[d->hash & (buckets - 1)] = d;
		}
	free(t->bucket);
	t->bucket = bucket;
	t->buckets = buckets;
	return 0;
}

/*
 * A name is "DOMAIN", then " from SOURCES" if the mail leaves from addresses
 * of its own: that a server minds these, or that these cannot be used, says
 * nothing of other mail for the domain.  Then comes " via HOST port N" if it
 * was rerouted.
 */
#define VIA " via "

/* Octets of the domain in the name of a destination. */
size_t
destination_domain_length(const char *name)
{
	return strcspn(name, " ");
}

/* The same with the sources: all but how it was rerouted. */
size_t
destination_origin_length(const char *name)
{
	const char *via = strstr(name, VIA);

	return via == NULL ? strlen(name) : (size_t)(via - name);
}

/* The name as operators see it: "DOMAIN", or "DOMAIN via HOST port N". */
void
destination_shown(const char *name, char shown[DESTINATION_NAME_SIZE])
{
	(void)snprintf(shown, DESTINATION_NAME_SIZE, "%.*s%s",
	    (int)destination_domain_length(name), name,
	    name + destination_origin_length(name));
}

/* "HOST port N" where the destination was rerouted to, or NULL. */
const char *
destination_via(const char *name)
{
	name += destination_origin_length(name);
	return *name == '\0' ? NULL : name + sizeof(VIA) - 1;
}

static struct destination *
find(const struct destinations *t, const char *domain)
{
	struct destination *d;
	uint32_t hash;

	if (t->buckets == 0)
		return NULL;
	hash = owner_hash(domain);
	for (d = t->bucket[hash & (t->buckets - 1)]; d != NULL; d = d->chain)
		if (d->hash == hash && strcmp(d->domain, domain) == 0)
			return d;
	return NULL;
}

/* Keep the last error, cut to MARK_TEXT_MAX. */
void
destination_set_error(struct destination *d, const char *text)
{
	if (d->error != NULL && strncmp(d->error, text, MARK_TEXT_MAX) == 0)
		return;
	free(d->error);
	d->error = strndup(text, MARK_TEXT_MAX);
}

/*
 * The destination of that name, made if it is new, with one more reference.
 * NULL without memory.
 */
struct destination *
destination_get(struct destinations *t, const char *domain)
{
	struct destination *d;
	uint32_t hash;
	size_t len;

	if (t->count >= t->buckets && grow(t) == -1)
		return NULL;
	d = find(t, domain);
	if (d != NULL) {
		d->refs++;
		return d;
	}
	hash = owner_hash(domain);
	len = strlen(domain);
	d = calloc(1, sizeof(*d) + len + 1);
	if (d == NULL)
		return NULL;
	memcpy(d->domain, domain, len + 1);
	TAILQ_INIT(&d->parked[FLOW_TRANSACTIONAL]);
	TAILQ_INIT(&d->parked[FLOW_BULK]);
	TAILQ_INIT(&d->flows[FLOW_TRANSACTIONAL]);
	TAILQ_INIT(&d->flows[FLOW_BULK]);
	TAILQ_INIT(&d->flying);
	d->hash = hash;
	d->refs = 1;
	d->chain = t->bucket[hash & (t->buckets - 1)];
	t->bucket[hash & (t->buckets - 1)] = d;
	t->count++;
	return d;
}

/*
 * Give a reference back.  The last one frees, unless the destination waits
 * to be probed: what was learnt is kept until then.
 */
void
destination_put(struct destinations *t, struct destination *d)
{
	struct destination **p;

	if (d->refs > 0)
		d->refs--;
	if (d->refs > 0 || d->wakeup.place != 0 || d->check.place != 0 ||
	    d->inflight > 0 || d->sweeping)
		return;
	p = &t->bucket[d->hash & (t->buckets - 1)];
	while (*p != d)
		p = &(*p)->chain;
	*p = d->chain;
	t->count--;
	free(d->error);
	free(d);
}

/* Whether nothing good is known of it now. */
bool
destination_is_new(const struct destination *d)
{
	return d->window == 0 || d->down || d->stalled;
}

/* Call for every destination; the callback must not free any. */
void
destinations_each(struct destinations *t,
    void (*cb)(struct destination *, void *), void *arg)
{
	struct destination *d;
	size_t i;

	for (i = 0; i < t->buckets; i++)
		for (d = t->bucket[i]; d != NULL; d = d->chain)
			cb(d, arg);
}

/* Free all, references or not: at the end of the process. */
void
destinations_free(struct destinations *t)
{
	struct destination *d;
	size_t i;

	for (i = 0; i < t->buckets; i++)
		while ((d = t->bucket[i]) != NULL) {
			t->bucket[i] = d->chain;
			free(d->error);
			free(d);
		}
	free(t->bucket);
	owners_free(&t->owners);
	pool_free(&t->singles);
	memset(t, 0, sizeof(*t));
}

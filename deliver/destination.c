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
 * Destinations.  How many connections one gets grows with success: one until
 * the first host has answered, then twice as many each time, up to the limit
 * of the configuration.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "compat.h"
#include "destination.h"
#include "proto_submit.h"
#include "settings.h"
#include "sources.h"

/*
 * What tells destinations apart: the domain, or for a configured route its
 * host, so that all domains behind a smarthost share its connections; and
 * where the mail leaves from.
 */
void
destination_key(const struct settings *settings, const struct work_batch *b,
    char key[DESTINATION_KEY_SIZE])
{
	char sources[SOURCES_SIZE];
	const struct conf_route *route;
	const char *domain = b->destination;
	size_t i;

	route = settings_route(settings, domain);
	if (b->via_port != 0)
		(void)snprintf(key, DESTINATION_KEY_SIZE, "via %s:%u", b->via,
		    b->via_port);
	else if (route != NULL)
		(void)snprintf(key, DESTINATION_KEY_SIZE, "via %s:%u",
		    route->host, route->port);
	else
		(void)strlcpy(key, domain, DESTINATION_KEY_SIZE);
	sources_permitted(settings, b->sources, sources);
	if (sources[0] != '\0') {
		(void)strlcat(key, " from ", DESTINATION_KEY_SIZE);
		(void)strlcat(key, sources, DESTINATION_KEY_SIZE);
	}
	for (i = 0; key[i] != '\0'; i++)
		if (key[i] >= 'A' && key[i] <= 'Z')
			key[i] = (char)(key[i] - 'A' + 'a');
}

/* FNV-1a; the names in it come from our own senders. */
uint32_t
destination_hash(const char *key)
{
	uint32_t h = 2166136261u;

	for (; *key != '\0'; key++)
		h = (h ^ (uint8_t)*key) * 16777619u;
	return h;
}

/* Its hosts are what the batch says, if it says anything. */
void
destination_force(struct destination *d, const struct work_batch *b)
{
	if (b->via_port == 0)
		return;
	(void)strlcpy(d->forced.host, b->via, sizeof(d->forced.host));
	d->forced.port = b->via_port;
}

/* A destination of which nothing is known yet; NULL without memory. */
struct destination *
destination_new(struct mailer *mailer, const char *key, const char *domain)
{
	struct destination *d;
	const char *from;

	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	TAILQ_INIT(&d->waiting);
	d->mailer = mailer;
	(void)strlcpy(d->key, key, sizeof(d->key));
	from = strstr(key, " from ");
	if (from != NULL)
		(void)strlcpy(d->sources, from + strlen(" from "),
		    sizeof(d->sources));
	(void)strlcpy(d->domain, domain, sizeof(d->domain));
	d->window = 1;
	return d;
}

/* Free it with the batches that wait, which have no outcome. */
void
destination_free(struct destination *d)
{
	struct job *job;

	while ((job = destination_pop(d)) != NULL)
		job_free(job);
	free(d);
}

static bool
is_urgent(const struct job *job)
{
	return (job->batch.flags & ENVELOPE_BULK) == 0;
}

/* Add a batch at the end, or, if it was there before, at the beginning. */
void
destination_push(struct destination *d, struct job *job, bool first)
{
	if (first)
		TAILQ_INSERT_HEAD(&d->waiting, job, entry);
	else
		TAILQ_INSERT_TAIL(&d->waiting, job, entry);
	d->jobs++;
	d->urgent += is_urgent(job);
}

/* Take the first batch that waits, or NULL. */
struct job *
destination_pop(struct destination *d)
{
	struct job *job = TAILQ_FIRST(&d->waiting);

	if (job == NULL)
		return NULL;
	TAILQ_REMOVE(&d->waiting, job, entry);
	d->jobs--;
	d->urgent -= is_urgent(job);
	return job;
}

/* Whether nothing waits and nothing is under way. */
bool
destination_is_unused(const struct destination *d)
{
	return d->jobs == 0 && d->route == NULL && d->connecting == 0 &&
	    d->busy == 0;
}

/* Whether the hosts are known and not too old; now in monotonic seconds. */
bool
destination_is_fresh(const struct destination *d, int64_t now)
{
	return d->resolved_at != 0 &&
	    now - d->resolved_at < (int64_t)TARGETS_LIFETIME;
}

static struct target *
find(struct destination *d, const struct target *which)
{
	size_t i;

	for (i = 0; i < d->targets; i++)
		if (d->target[i].port == which->port &&
		    netaddr_equal(&d->target[i].addr, &which->addr))
			return &d->target[i];
	return NULL;
}

/* Take new hosts; what is remembered of the same addresses stays. */
void
destination_set_targets(struct destination *d, const struct mx_targets *t,
    int64_t now)
{
	struct mx_targets fresh = *t;
	const struct target *old;
	size_t i;

	for (i = 0; i < fresh.count; i++) {
		old = find(d, &fresh.target[i]);
		if (old == NULL)
			continue;
		fresh.target[i].plain = old->plain;
		fresh.target[i].failed_at = old->failed_at;
	}
	memcpy(d->target, fresh.target, sizeof(d->target));
	d->targets = fresh.count;
	d->resolved_at = now;
}

static bool
is_good(const struct target *t, int64_t now)
{
	return t->failed_at == 0 ||
	    now - t->failed_at >= (int64_t)TARGET_FAILED;
}

/* The best host that has not failed lately, or NULL: all have. */
struct target *
destination_next(struct destination *d, int64_t now)
{
	size_t i;

	for (i = 0; i < d->targets; i++)
		if (is_good(&d->target[i], now))
			return &d->target[i];
	return NULL;
}

/*
 * Whether a connection to that host serves this destination as well as a new
 * one would: it is among the best of the hosts that work.
 */
bool
destination_leads_to(const struct destination *d, const struct target *which,
    int64_t now)
{
	uint16_t best = 0;
	bool any = false;
	size_t i;

	for (i = 0; i < d->targets; i++) {
		if (!is_good(&d->target[i], now))
			continue;
		if (any && d->target[i].preference != best)
			return false;
		any = true;
		best = d->target[i].preference;
		if (d->target[i].port == which->port &&
		    netaddr_equal(&d->target[i].addr, &which->addr))
			return true;
	}
	return false;
}

/* Whether more batches wait than connections are on their way, and may be. */
bool
destination_wants_more(const struct destination *d,
    const struct settings *settings)
{
	size_t limit = settings->deliver.sessions_destination;

	if (d->window < limit)
		limit = d->window;
	return d->jobs > d->connecting && d->connecting + d->busy < limit;
}

/* A connection to a host became ready. */
void
destination_connected(struct destination *d, const struct target *which,
    const struct settings *settings)
{
	struct target *t = find(d, which);

	if (t != NULL)
		t->failed_at = 0;
	d->window *= 2;
	if (d->window > settings->deliver.sessions_destination)
		d->window = settings->deliver.sessions_destination;
}

/*
 * A host cannot be used now.  While others of its connections work, it is the
 * number of them that it minds: then no more are tried, and it is not marked.
 */
void
destination_host_failed(struct destination *d, const struct target *which,
    const struct work_outcome *why, int64_t now)
{
	struct target *t = find(d, which);

	d->failure = *why;
	d->window = d->busy > 0 ? d->busy : 1;
	if (t != NULL && d->busy == 0)
		t->failed_at = now;
}

/* TLS does not work with a host: without it from now on. */
void
destination_tls_failed(struct destination *d, const struct target *which)
{
	struct target *t = find(d, which);

	if (t != NULL)
		t->plain = true;
}

/* All hosts have failed and that was said: the next batch tries them again. */
void
destination_forget_failures(struct destination *d)
{
	size_t i;

	for (i = 0; i < d->targets; i++)
		d->target[i].failed_at = 0;
}

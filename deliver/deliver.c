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
 * Messages of deliver's peers and what they set going.  Every message is
 * checked as if its sender were taken over: what is not as agreed ends that
 * channel.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "chan.h"
#include "compat.h"
#include "deliver.h"
#include "dnsserver.h"
#include "log.h"
#include "mailer.h"
#include "msg.h"
#include "outcome.h"
#include "post.h"
#include "proto_admin.h"
#include "proto_dns.h"
#include "proto_hook.h"
#include "proto_work.h"
#include "reader.h"
#include "resolver.h"
#include "row.h"
#include "settings.h"

/* Milliseconds for outcomes to leave before the process does. */
#define DELIVER_FLUSH_MS 2000

/* No text of an envelope may end a line of SMTP, or hide something. */
static bool
is_clean(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == '\177')
			return false;
	return true;
}

/* RFC 3461 section 4: xtext and the like have no white space. */
static bool
is_word(const char *s)
{
	return is_clean(s) && strchr(s, ' ') == NULL;
}

static bool
batch_is_sane(const struct work_batch *b)
{
	uint32_t i;

	if (b->rcpts == 0 || b->destination[0] == '\0' ||
	    !is_word(b->destination) || !is_clean(b->return_path) ||
	    !is_word(b->envid) || !is_clean(b->sources) ||
	    b->body_len > INT64_MAX - b->body_off || b->body_off > INT64_MAX ||
	    b->prefix_off > INT64_MAX - UINT32_MAX)
		return false;
	for (i = 0; i < b->rcpts; i++)
		if (b->rcpt[i].address[0] == '\0' ||
		    !is_clean(b->rcpt[i].address) || !is_word(b->rcpt[i].orcpt))
			return false;
	return true;
}

static int
segment_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct deliver *d = arg;
	uint64_t number;

	if (work_segment_recv(m, &number) == -1)
		return -1;
	return reader_add(d->reader, number, msg_take_fd(m));
}

static int
segment_close_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct deliver *d = arg;
	uint64_t number;

	if (work_segment_close_recv(m, &number) == -1)
		return -1;
	return reader_drop(d->reader, number);
}

/* A batch that cannot even be begun. */
static void
refuse_batch(struct deliver *d, const struct work_batch *b)
{
	struct work_outcome out;
	uint32_t i;

	memset(&out, 0, sizeof(out));
	outcome_local(&out, OUTCOME_TEMPFAIL, "4.3.0", "out of memory");
	out.batch = b->batch;
	for (i = 0; i < b->rcpts; i++) {
		out.index = b->rcpt[i].index;
		(void)work_outcome_send(d->work, &out);
	}
}

static int
batch_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct deliver *d = arg;
	struct work_batch batch;
	struct segment *segment;

	if (work_batch_recv(m, &batch) == -1)
		return -1;
	segment = reader_get(d->reader, batch.segment);
	if (segment == NULL || !batch_is_sane(&batch)) {
		segment_put(segment);
		work_batch_clear(&batch);
		return -1;
	}
	if (mailer_submit(d->mailer, &batch, segment) == -1) {
		refuse_batch(d, &batch);
		segment_put(segment);
		work_batch_clear(&batch);
	}
	return 0;
}

static int
dns_query_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct deliver *d = arg;
	struct dns_query query;

	if (dns_query_recv(m, &query) == -1)
		return -1;
	dnsserver_ask(d->dns, c, m->id, &query);
	return 0;
}

static int
hook_post_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct deliver *d = arg;
	struct hook_post post;

	if (hook_post_recv(m, &post) == -1)
		return -1;
	posts_ask(d->posts, c, m->id, &post);
	return 0;
}

/* One row for each counter. */
static void
send_statistics(struct deliver *d, struct chan *c, uint64_t id)
{
	struct row *row;
	const char *name;
	uint64_t value;
	size_t i;

	d->stats.dns_queries = resolver_asked(d->resolver);
	row = row_new();
	if (row == NULL)
		return;
	for (i = 0; (name = stats_at(&d->stats, i, &value)) != NULL; i++) {
		row_clear(row);
		row_str(row, "name", name);
		row_num(row, "value", (int64_t)value);
		(void)admin_row_send(c, id, row);
	}
	row_free(row);
}

static int
command_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct deliver *d = arg;
	struct admin_command command;
	struct admin_end end;

	if (admin_command_recv(m, &command) == -1)
		return -1;
	memset(&end, 0, sizeof(end));
	end.ok = command.words == 1 &&
	    strcmp(command.word[0], "statistics") == 0;
	if (end.ok) {
		send_statistics(d, c, m->id);
		(void)admin_self_send(c, m->id);
	} else
		(void)strlcpy(end.why, "deliver does not know this command",
		    sizeof(end.why));
	(void)admin_end_send(c, m->id, &end);
	admin_command_clear(&command);
	return 0;
}

static const struct chan_rule work_rules[] = {
	{ M_WORK_SEGMENT, CHAN_FD, "segment", segment_cb },
	{ M_WORK_SEGMENT_CLOSE, 0, "segment-close", segment_close_cb },
	{ M_WORK_BATCH, 0, "batch", batch_cb },
	{ 0, 0, NULL, NULL },
};

static const struct chan_rule dns_rules[] = {
	{ M_DNS_QUERY, 0, "dns-query", dns_query_cb },
	{ 0, 0, NULL, NULL },
};

static const struct chan_rule hook_rules[] = {
	{ M_HOOK_POST, 0, "hook-post", hook_post_cb },
	{ 0, 0, NULL, NULL },
};

static const struct chan_rule admin_rules[] = {
	{ M_ADMIN_COMMAND, 0, "command", command_cb },
	{ 0, 0, NULL, NULL },
};

/* Free the channel to queue with everything that came by it. */
static void
drop_work(struct deliver *d)
{
	chan_free(d->work);
	d->work = NULL;
	d->jobs_full = false;
	mailer_drop(d->mailer);
	reader_clear(d->reader);
}

static void
drop_dns(struct deliver *d)
{
	if (d->control_dns != NULL)
		dnsserver_forget(d->dns, d->control_dns);
	chan_free(d->control_dns);
	d->control_dns = NULL;
}

static void
drop_hook(struct deliver *d)
{
	if (d->control_hook != NULL)
		posts_forget(d->posts, d->control_hook);
	chan_free(d->control_hook);
	d->control_hook = NULL;
}

static void
down_cb(struct chan *c, void *arg)
{
	struct deliver *d = arg;

	if (c == d->work) {
		drop_work(d);
	} else if (c == d->control_dns) {
		drop_dns(d);
	} else if (c == d->control_hook) {
		drop_hook(d);
	} else if (c == d->control_admin) {
		chan_free(c);
		d->control_admin = NULL;
	}
}

/* Outcomes do not get away: take no more batches, they make more of them. */
static void
work_full_cb(struct chan *c, bool full, void *arg)
{
	struct deliver *d = arg;

	chan_hold(c, full || d->jobs_full);
}

static void
outcome_cb(const struct work_outcome *out, void *arg)
{
	struct deliver *d = arg;

	if (d->work != NULL)
		(void)work_outcome_send(d->work, out);
}

static void
jobs_full_cb(bool full, void *arg)
{
	struct deliver *d = arg;

	d->jobs_full = full;
	if (d->work != NULL)
		chan_hold(d->work, full || chan_is_full(d->work));
}

static void
stopped_cb(void *arg)
{
	struct deliver *d = arg;

	if (d->work != NULL)
		(void)chan_flush_blocking(d->work, DELIVER_FLUSH_MS);
	proc_exit();
}

/*
 * Make what lives as long as the process, before the first configuration.
 * Returns 0 or -1.
 */
int
deliver_start(struct deliver *d)
{
	struct mailer_hooks hooks = { outcome_cb, jobs_full_cb, stopped_cb, d };

	d->reader = reader_new();
	d->dns = dnsserver_new();
	d->posts = posts_new(proc_base());
	d->mailer = mailer_new(proc_base(), d->tls, &d->stats, &hooks);
	if (d->reader == NULL || d->dns == NULL || d->posts == NULL ||
	    d->mailer == NULL)
		return -1;
	if (d->ca_len > 0 && posts_trust(d->posts, d->ca, d->ca_len) == -1)
		return -1;
	return 0;
}

/* Peers may speak now. */
static void
release_peers(struct deliver *d)
{
	struct chan *peers[] = { d->work, d->control_dns, d->control_hook,
		d->control_admin };
	size_t i;

	for (i = 0; i < sizeof(peers) / sizeof(peers[0]); i++)
		if (peers[i] != NULL)
			chan_hold(peers[i], false);
}

/*
 * Check the configuration that was received and run under it.  0, or -1 with
 * the reason, and then the old one stays.
 */
int
deliver_apply(struct deliver *d, char *why, size_t size)
{
	struct resolver *old = d->resolver;
	struct settings *before = d->settings;

	if (d->next == NULL || settings_check(d->next, why, size) == -1)
		return -1;
	if (before == NULL || !settings_same_resolvers(before, d->next)) {
		d->resolver = d->next->resolvers > 0 ?
		    resolver_new(proc_base(), d->next->resolver,
			d->next->resolvers) :
		    resolver_new(proc_base(), d->system, d->systems);
		if (d->resolver == NULL) {
			d->resolver = old;
			(void)strlcpy(why, "DNS cannot be set up", size);
			return -1;
		}
	}
	d->settings = d->next;
	d->next = NULL;
	mailer_configure(d->mailer, d->settings, d->resolver);
	dnsserver_configure(d->dns, d->resolver);
	posts_configure(d->posts, d->resolver);
	if (before == NULL)
		release_peers(d);
	settings_unref(before);
	if (old != d->resolver)
		resolver_retire(old);
	return 0;
}

static struct chan *
open_chan(struct deliver *d, int fd, const char *name,
    const struct chan_rule *rules)
{
	struct chan *c;

	c = chan_new(proc_base(), fd, name, rules, d);
	if (c == NULL)
		log_warnx("no channel to %s", name);
	else
		chan_on_down(c, down_cb);
	if (c != NULL && d->settings == NULL)
		chan_hold(c, true); /* until there is a configuration */
	return c;
}

/* A (new) channel to a peer, in place of an older one. */
void
deliver_peer(struct deliver *d, enum proc_conv conv, int fd)
{
	switch (conv) {
	case CONV_WORK:
		drop_work(d);
		d->work = open_chan(d, fd, "queue", work_rules);
		if (d->work != NULL)
			chan_on_full(d->work, CHAN_HIGH, CHAN_LOW,
			    work_full_cb);
		break;
	case CONV_DNS:
		drop_dns(d);
		d->control_dns = open_chan(d, fd, "control-dns", dns_rules);
		break;
	case CONV_HOOK:
		drop_hook(d);
		d->control_hook = open_chan(d, fd, "control-hook", hook_rules);
		break;
	case CONV_ADMIN:
		chan_free(d->control_admin);
		d->control_admin = open_chan(d, fd, "control-admin",
		    admin_rules);
		break;
	default:
		fatalx("no peer to speak %s with", proc_conv_name(conv));
	}
}

/* Finish what is in flight, then exit. */
void
deliver_stop(struct deliver *d)
{
	mailer_stop(d->mailer);
}

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
 * Prints any accepted configuration in canonical form, defaults included; it
 * reads back to the same configuration.  A keyword comes here, to parse.y, to
 * edd.conf(5) and to regress/config together.
 */
#include "printconf.h"

#include <inttypes.h>

#include "conf.h"
#include "network.h"
#include "value.h"

/* In quotes, so that no value is taken for a keyword. */
static void
quoted(FILE *f, const char *before, const char *text)
{
	const char *p;

	(void)fprintf(f, "%s\"", before);
	for (p = text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			(void)fputc('\\', f);
		(void)fputc(*p, f);
	}
	(void)fputc('"', f);
}

static void
line(FILE *f, const char *before, const char *text)
{
	quoted(f, before, text);
	(void)fputc('\n', f);
}

static void
duration(FILE *f, const char *before, uint32_t seconds)
{
	char text[VALUE_TEXT_SIZE];

	value_print_time(seconds, text);
	(void)fprintf(f, "%s%s\n", before, text);
}

static void
number(FILE *f, const char *before, uint32_t n)
{
	(void)fprintf(f, "%s%" PRIu32 "\n", before, n);
}

static const char *
on_off(bool on)
{
	return on ? "on" : "off";
}

static void
print_places(FILE *f, const struct conf *c)
{
	line(f, "hostname ", c->global.hostname);
	line(f, "spool ", c->spool);
	line(f, "store ", c->store);
	line(f, "keys ", c->keys);
	quoted(f, "control socket ", c->socket);
	if (c->group[0] != '\0')
		quoted(f, " group ", c->group);
	(void)fputc('\n', f);
	number(f, "workers smtpd ", c->workers[PROC_SMTPD]);
	if (c->workers[PROC_HTTPD] > 0)
		number(f, "workers httpd ", c->workers[PROC_HTTPD]);
	number(f, "workers deliver ", c->workers[PROC_DELIVER]);
	number(f, "workers signer ", c->workers[PROC_SIGNER]);
}

static void
print_listeners(FILE *f, const struct conf *c)
{
	const struct listen *l;
	const struct pki *p;

	TAILQ_FOREACH(p, &c->pkis, entry) {
		quoted(f, "pki ", p->name);
		quoted(f, " certificate ", p->cert_file);
		line(f, " key ", p->key_file);
	}
	TAILQ_FOREACH(l, &c->listens, entry) {
		quoted(f, "listen on ", l->l.address);
		if (l->l.tls == LISTEN_METRICS) {
			(void)fprintf(f, " metrics port %u\n", l->l.port);
			continue;
		}
		if (l->l.tls == LISTEN_HTTPS) {
			(void)fprintf(f, " https port %u", l->l.port);
			line(f, " pki ", l->l.pki);
			continue;
		}
		(void)fprintf(f, " port %u %s", l->l.port,
		    l->l.tls == LISTEN_TLS ? "tls" : "starttls");
		quoted(f, " pki ", l->l.pki);
		(void)fprintf(f, " auth%s%s%s%s%s\n",
		    l->l.auth & LISTEN_AUTH_PLAIN ? " plain" : "",
		    l->l.auth & LISTEN_AUTH_LOGIN ? " login" : "",
		    l->l.auth & LISTEN_AUTH_SCRAM ? " scram-sha-256" : "",
		    l->l.insecure ? " insecure" : "",
		    l->l.proxy ? " proxy" : "");
	}
}

static void
print_networks(FILE *f, const char *before, const struct network_list *list)
{
	const struct network *network;
	char text[NETWORK_TEXT_SIZE];

	TAILQ_FOREACH(network, list, entry) {
		network_print(&network->n, text, sizeof(text));
		line(f, before, text);
	}
}

static void
print_smtp(FILE *f, const struct conf_smtp *s)
{
	char text[VALUE_TEXT_SIZE];

	value_print_size(s->message_size, text);
	(void)fprintf(f, "message-size %s\n", text);
	number(f, "smtp recipients ", s->rcpt_max);
	duration(f, "smtp idle timeout ", s->idle_timeout);
	duration(f, "smtp data timeout ", s->data_timeout);
	value_print_size(s->data_rate, text);
	(void)fprintf(f, "smtp data rate %s\n", text);
	number(f, "smtp sessions ", s->sessions_max);
	number(f, "smtp sessions per address ", s->sessions_source);
	number(f, "smtp auth failures ", s->auth_failures);
	number(f, "smtp suppressed-reply ", s->suppressed_reply);
	(void)fprintf(f, "smtp enhanced-status-codes %s\n",
	    on_off(s->enhanced_codes));
	(void)fprintf(f, "smtp received client %s\n",
	    on_off(s->received_client));
	(void)fprintf(f, "smtp strict %s\n", on_off(s->strict));
}

static void
print_policy(FILE *f, const struct conf_policy *p)
{
	char window[VALUE_TEXT_SIZE], block[VALUE_TEXT_SIZE];

	value_print_time(p->throttle_window, window);
	value_print_time(p->throttle_block, block);
	number(f, "smtp sessions per user ", p->sessions_user);
	number(f, "smtp credentials per user ", p->credentials_user);
	number(f, "api-keys per user ", p->apikeys_user);
	if (p->delimiter == 0)
		(void)fprintf(f, "sub-addressing off\n");
	else
		(void)fprintf(f, "sub-addressing \"%c\"\n", (int)p->delimiter);
	if (p->throttle_failures == 0)
		(void)fprintf(f, "smtp throttle off\n");
	else
		(void)fprintf(f,
		    "smtp throttle failures %u window %s block %s\n",
		    p->throttle_failures, window, block);
}

static void
print_reserve(FILE *f, const struct conf_queue *q)
{
	char text[VALUE_TEXT_SIZE];

	value_print_size(q->reserve_bytes, text);
	if (q->reserve_percent == 0)
		(void)fprintf(f, "queue reserve %s\n", text);
	else if (q->reserve_bytes == 0)
		(void)fprintf(f, "queue reserve %u%%\n", q->reserve_percent);
	else
		(void)fprintf(f, "queue reserve %u%% or %s\n",
		    q->reserve_percent, text);
}

static void
print_queue(FILE *f, const struct conf_queue *q)
{
	char text[VALUE_TEXT_SIZE];
	uint32_t i;

	duration(f, "queue expire ", q->expire);
	(void)fprintf(f, "queue retry ");
	for (i = 0; i < q->retries; i++) {
		value_print_time(q->retry[i], text);
		(void)fprintf(f, "%s%s", i == 0 ? "" : ", ", text);
	}
	(void)fputc('\n', f);
	if (q->delay_notice == 0)
		(void)fprintf(f, "queue delay-notice off\n");
	else
		duration(f, "queue delay-notice ", q->delay_notice);
	print_reserve(f, q);
	(void)fprintf(f, "queue export %s\n", on_off(q->can_export));
	duration(f, "journal keep ", q->journal_keep);
}

static void
print_routing(FILE *f, const struct conf *c)
{
	const struct resolver *resolver;
	const struct route *route;

	TAILQ_FOREACH(route, &c->routes, entry) {
		quoted(f, "route ", route->r.domain);
		quoted(f, " via ", route->r.host);
		(void)fprintf(f, " port %u\n", route->r.port);
	}
	TAILQ_FOREACH(resolver, &c->resolvers, entry) {
		quoted(f, "resolver ", resolver->r.address);
		(void)fprintf(f, " port %u\n", resolver->r.port);
	}
	print_networks(f, "allow network ", &c->networks);
}

static void
print_deliver(FILE *f, const struct conf_deliver *d)
{
	(void)fprintf(f, "deliver tls %s\n",
	    d->tls == DELIVER_TLS_NONE ? "none" : "opportunistic");
	number(f, "deliver sessions ", d->sessions_max);
	number(f, "deliver sessions per destination ", d->sessions_destination);
	duration(f, "deliver connect timeout ", d->connect_timeout);
	number(f, "deliver port ", d->port);
}

static void
print_site(FILE *f, const struct conf_site *s)
{
	uint32_t i;

	for (i = 0; i < s->sources; i++)
		line(f, "deliver source ", s->source[i]);
	for (i = 0; i < s->addresses; i++)
		line(f, "public-address ", s->address[i]);
	if (s->dkim_base[0] != '\0')
		line(f, "dkim base ", s->dkim_base);
	duration(f, "dkim check-interval ", s->check_interval);
	(void)fprintf(f, "domain verification %s\n", on_off(s->verify_domains));
	duration(f, "audit keep ", s->audit_keep);
	(void)fprintf(f, "audit records %u\n", s->audit_records);
}

static void
print_suppress(FILE *f, const struct conf_suppress *s)
{
	char window[VALUE_TEXT_SIZE], lifetime[VALUE_TEXT_SIZE];

	(void)fprintf(f, "suppression hash %s\n", on_off(s->hash));
	if (s->soft_bounces == 0) {
		(void)fprintf(f, "suppression soft-bounces off\n");
		return;
	}
	value_print_time(s->soft_window, window);
	value_print_time(s->soft_lifetime, lifetime);
	(void)fprintf(f, "suppression soft-bounces %u window %s lifetime %s\n",
	    s->soft_bounces, window,
	    s->soft_lifetime == 0 ? "forever" : lifetime);
}

/* Print a configuration.  0, or -1 if it could not be written. */
int
printconf(FILE *f, const struct conf *c)
{
	print_places(f, c);
	print_listeners(f, c);
	print_smtp(f, &c->smtp);
	print_networks(f, "smtp proxy from ", &c->proxies);
	print_policy(f, &c->policy);
	print_routing(f, c);
	print_deliver(f, &c->deliver);
	print_site(f, &c->site);
	print_suppress(f, &c->suppress);
	print_queue(f, &c->queue);
	(void)fprintf(f, "log %s\n", c->verbose ? "verbose" : "brief");
	return fflush(f) == 0 && !ferror(f) ? 0 : -1;
}

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
 * The items of a configuration slice.  Encodes, decodes and checks what can
 * be checked without knowing the rest of a configuration.  Callers wipe
 * buffers that held keys.
 */
#include "proto_conf.h"
#include "proto_secret.h"

#include <string.h>

#include "chan.h"
#include "msg.h"
#include "proto_setup.h"

/* Send what every child knows.  0 or -1. */
int
conf_global_send(struct chan *c, const struct conf_global *s)
{
	struct msgout *o;

	o = chan_begin(c, M_CONF_GLOBAL, 0);
	msg_put_str(o, s->hostname);
	return chan_end(c, -1);
}

/* Decode GLOBAL.  -1 if ill-formed or without a host name. */
int
conf_global_recv(struct msgin *m, struct conf_global *s)
{
	msg_get_str(m, s->hostname, sizeof(s->hostname));
	if (s->hostname[0] == '\0')
		m->bad = true;
	return msg_end(m);
}

/* Send the settings of SMTP sessions.  0 or -1. */
int
conf_smtp_send(struct chan *c, const struct conf_smtp *s)
{
	struct msgout *o;

	o = chan_begin(c, M_CONF_SMTP, 0);
	msg_put_u64(o, s->message_size);
	msg_put_u32(o, s->rcpt_max);
	msg_put_u32(o, s->idle_timeout);
	msg_put_u32(o, s->data_timeout);
	msg_put_u32(o, s->sessions_max);
	msg_put_u32(o, s->sessions_source);
	msg_put_u32(o, s->auth_failures);
	msg_put_u32(o, s->suppressed_reply);
	msg_put_bool(o, s->enhanced_codes);
	msg_put_bool(o, s->received_client);
	msg_put_bool(o, s->strict);
	msg_put_u32(o, s->data_rate);
	return chan_end(c, -1);
}

/* No limit of nothing, and a reply that the service may give. */
static bool
smtp_valid(const struct conf_smtp *s)
{
	if (s->message_size == 0 || s->rcpt_max == 0)
		return false;
	if (s->idle_timeout == 0 || s->data_timeout == 0)
		return false;
	if (s->sessions_max == 0 || s->sessions_source == 0)
		return false;
	if (s->auth_failures == 0)
		return false;
	return s->suppressed_reply == 250 || s->suppressed_reply == 254 ||
	    s->suppressed_reply == 550;
}

/* Decode SMTP.  -1 if ill-formed or a limit is zero. */
int
conf_smtp_recv(struct msgin *m, struct conf_smtp *s)
{
	s->message_size = msg_get_u64(m);
	s->rcpt_max = msg_get_u32(m);
	s->idle_timeout = msg_get_u32(m);
	s->data_timeout = msg_get_u32(m);
	s->sessions_max = msg_get_u32(m);
	s->sessions_source = msg_get_u32(m);
	s->auth_failures = msg_get_u32(m);
	s->suppressed_reply = msg_get_u32(m);
	s->enhanced_codes = msg_get_bool(m);
	s->received_client = msg_get_bool(m);
	s->strict = msg_get_bool(m);
	s->data_rate = msg_get_u32(m);
	if (!smtp_valid(s))
		m->bad = true;
	return msg_end(m);
}

/*
 * Send a listener with its bound, listening, non-blocking socket, which is
 * taken over as chan_end() does.  0 or -1.
 */
int
conf_listen_send(struct chan *c, const struct conf_listen *s, int fd)
{
	struct msgout *o;

	o = chan_begin(c, M_CONF_LISTEN, 0);
	msg_put_str(o, s->address);
	msg_put_u16(o, s->port);
	msg_put_u32(o, s->tls);
	msg_put_u32(o, s->auth);
	msg_put_str(o, s->pki);
	msg_put_bool(o, s->insecure);
	msg_put_bool(o, s->proxy);
	return chan_end(c, fd);
}

/* Decode LISTEN; the caller takes the descriptor.  -1 if ill-formed. */
int
conf_listen_recv(struct msgin *m, struct conf_listen *s)
{
	msg_get_str(m, s->address, sizeof(s->address));
	s->port = msg_get_u16(m);
	s->tls = msg_get_enum(m, LISTEN_STARTTLS, LISTEN_TLS_LAST);
	s->auth = msg_get_u32(m);
	msg_get_str(m, s->pki, sizeof(s->pki));
	s->insecure = msg_get_bool(m);
	s->proxy = msg_get_bool(m);
	if ((s->auth == 0) != (s->tls >= LISTEN_HTTPS) ||
	    (s->auth & ~LISTEN_AUTH_ALL) != 0)
		m->bad = true;
	if (s->address[0] == '\0' || s->port == 0 ||
	    (s->pki[0] == '\0') != (s->tls == LISTEN_METRICS))
		m->bad = true;
	return msg_end(m);
}

/*
 * Send a certificate, and a key where the receiver is to have it; the caller
 * wipes its own copy.  0 or -1.
 */
int
conf_pki_send(struct chan *c, const struct conf_pki *s)
{
	struct msgout *o;

	o = chan_begin(c, M_CONF_PKI, 0);
	msg_put_str(o, s->name);
	msg_put_str(o, s->cert);
	msg_put_str(o, s->key);
	return chan_end(c, -1);
}

/* Decode PKI; the caller wipes the key after use.  -1 if ill-formed. */
int
conf_pki_recv(struct msgin *m, struct conf_pki *s)
{
	msg_get_str(m, s->name, sizeof(s->name));
	msg_get_str(m, s->cert, sizeof(s->cert));
	msg_get_str(m, s->key, sizeof(s->key));
	if (s->name[0] == '\0' || s->cert[0] == '\0')
		m->bad = true;
	return msg_end(m);
}

/* Send the settings of queue; used entries of retry only.  0 or -1. */
int
conf_queue_send(struct chan *c, const struct conf_queue *s)
{
	struct msgout *o;
	uint32_t i;

	o = chan_begin(c, M_CONF_QUEUE, 0);
	msg_put_u32(o, s->expire);
	msg_put_u32(o, s->delay_notice);
	msg_put_u32(o, s->journal_keep);
	msg_put_u32(o, s->retries);
	for (i = 0; i < s->retries && i < CONF_RETRY_MAX; i++)
		msg_put_u32(o, s->retry[i]);
	msg_put_u64(o, s->reserve_bytes);
	msg_put_u32(o, s->reserve_percent);
	msg_put_bool(o, s->can_export);
	return chan_end(c, -1);
}

/* Decode QUEUE.  -1 if ill-formed, or a time or the retry list is empty. */
int
conf_queue_recv(struct msgin *m, struct conf_queue *s)
{
	uint32_t i;

	s->expire = msg_get_u32(m);
	s->delay_notice = msg_get_u32(m);
	s->journal_keep = msg_get_u32(m);
	s->retries = msg_get_u32(m);
	if (s->retries == 0 || s->retries > CONF_RETRY_MAX) {
		m->bad = true;
		s->retries = 0;
	}
	for (i = 0; i < CONF_RETRY_MAX; i++)
		s->retry[i] = 0;
	for (i = 0; i < s->retries; i++) {
		s->retry[i] = msg_get_u32(m);
		if (s->retry[i] == 0)
			m->bad = true;
	}
	s->reserve_bytes = msg_get_u64(m);
	s->reserve_percent = msg_get_u32(m);
	s->can_export = msg_get_bool(m);
	if (s->expire == 0 || s->journal_keep == 0 || s->reserve_percent >= 100)
		m->bad = true;
	return msg_end(m);
}

/* Send the settings of outgoing sessions.  0 or -1. */
int
conf_deliver_send(struct chan *c, const struct conf_deliver *s)
{
	struct msgout *o;

	o = chan_begin(c, M_CONF_DELIVER, 0);
	msg_put_u32(o, s->tls);
	msg_put_u32(o, s->sessions_max);
	msg_put_u32(o, s->sessions_destination);
	msg_put_u32(o, s->connect_timeout);
	msg_put_u16(o, s->port);
	return chan_end(c, -1);
}

/* Decode DELIVER.  -1 if ill-formed or a limit is zero. */
int
conf_deliver_recv(struct msgin *m, struct conf_deliver *s)
{
	s->tls = msg_get_enum(m, DELIVER_TLS_OPPORTUNISTIC, DELIVER_TLS_LAST);
	s->sessions_max = msg_get_u32(m);
	s->sessions_destination = msg_get_u32(m);
	s->connect_timeout = msg_get_u32(m);
	s->port = msg_get_u16(m);
	if (s->sessions_max == 0 || s->sessions_destination == 0 ||
	    s->connect_timeout == 0 || s->port == 0)
		m->bad = true;
	return msg_end(m);
}

/* Send a route for a domain, or "*" for the rest.  0 or -1. */
int
conf_route_send(struct chan *c, const struct conf_route *s)
{
	struct msgout *o;

	o = chan_begin(c, M_CONF_ROUTE, 0);
	msg_put_str(o, s->domain);
	msg_put_str(o, s->host);
	msg_put_u16(o, s->port);
	return chan_end(c, -1);
}

/* Decode ROUTE.  -1 if ill-formed or a part is empty. */
int
conf_route_recv(struct msgin *m, struct conf_route *s)
{
	msg_get_str(m, s->domain, sizeof(s->domain));
	msg_get_str(m, s->host, sizeof(s->host));
	s->port = msg_get_u16(m);
	if (s->domain[0] == '\0' || s->host[0] == '\0' || s->port == 0)
		m->bad = true;
	return msg_end(m);
}

/* Send the address of a recursive DNS server.  0 or -1. */
int
conf_resolver_send(struct chan *c, const struct conf_resolver *s)
{
	struct msgout *o;

	o = chan_begin(c, M_CONF_RESOLVER, 0);
	msg_put_str(o, s->address);
	msg_put_u16(o, s->port);
	return chan_end(c, -1);
}

/* Decode RESOLVER.  -1 if ill-formed or a part is empty. */
int
conf_resolver_recv(struct msgin *m, struct conf_resolver *s)
{
	msg_get_str(m, s->address, sizeof(s->address));
	s->port = msg_get_u16(m);
	if (s->address[0] == '\0' || s->port == 0)
		m->bad = true;
	return msg_end(m);
}

/* Send a network that deliver may reach.  0 or -1. */
int
conf_network_send(struct chan *c, const struct conf_network *s)
{
	struct msgout *o;

	o = chan_begin(c, M_CONF_NETWORK, 0);
	msg_put_u8(o, s->family);
	msg_put_u8(o, s->prefix);
	msg_put_data(o, s->address, sizeof(s->address));
	return chan_end(c, -1);
}

/* Decode NETWORK.  -1 if ill-formed or the prefix is too long. */
int
conf_network_recv(struct msgin *m, struct conf_network *s)
{
	size_t len;

	s->family = msg_get_u8(m);
	s->prefix = msg_get_u8(m);
	len = msg_get_data(m, s->address, sizeof(s->address));
	if (len != sizeof(s->address))
		m->bad = true;
	if (!(s->family == 4 && s->prefix <= 32) &&
	    !(s->family == 6 && s->prefix <= 128))
		m->bad = true;
	return msg_end(m);
}

/* Send a key; the caller wipes its own copy.  0 or -1. */
int
conf_secret_send(struct chan *c, const struct conf_secret *s)
{
	struct msgout *o;

	o = chan_begin(c, M_CONF_SECRET, 0);
	msg_put_data(o, s->key, sizeof(s->key));
	msg_put_bool(o, s->has_next);
	if (s->has_next)
		msg_put_data(o, s->next, sizeof(s->next));
	return chan_end(c, -1);
}

/* Decode SECRET; the caller wipes it after use.  -1 if ill-formed. */
int
conf_secret_recv(struct msgin *m, struct conf_secret *s)
{
	memset(s->next, 0, sizeof(s->next));
	if (msg_get_data(m, s->key, sizeof(s->key)) != sizeof(s->key))
		m->bad = true;
	s->has_next = msg_get_bool(m);
	if (s->has_next &&
	    msg_get_data(m, s->next, sizeof(s->next)) != sizeof(s->next))
		m->bad = true;
	return msg_end(m);
}

/* Leave nothing of the keys in memory. */
void
conf_secret_wipe(struct conf_secret *s)
{
	explicit_bzero(s, sizeof(*s));
}

/*
 * Send control its listening socket, which is taken over as chan_end() does,
 * and who may connect.  0 or -1.
 */
int
conf_socket_send(struct chan *c, const struct conf_socket *s, int fd)
{
	struct msgout *o;

	o = chan_begin(c, M_CONF_SOCKET, 0);
	msg_put_bool(o, s->has_gid);
	msg_put_u32(o, s->gid);
	return chan_end(c, fd);
}

/* Decode SOCKET; the caller takes the descriptor.  -1 if ill-formed. */
int
conf_socket_recv(struct msgin *m, struct conf_socket *s)
{
	s->has_gid = msg_get_bool(m);
	s->gid = msg_get_u32(m);
	return msg_end(m);
}

/* Send what holds for all users.  0 or -1. */
int
conf_policy_send(struct chan *c, const struct conf_policy *s)
{
	struct msgout *o;

	o = chan_begin(c, M_CONF_POLICY, 0);
	msg_put_u32(o, s->throttle_failures);
	msg_put_u32(o, s->throttle_window);
	msg_put_u32(o, s->throttle_block);
	msg_put_u32(o, s->sessions_user);
	msg_put_u32(o, s->credentials_user);
	msg_put_u32(o, s->apikeys_user);
	msg_put_u32(o, s->delimiter);
	return chan_end(c, -1);
}

/* Decode POLICY.  -1 if ill-formed or a limit is zero or too large. */
int
conf_policy_recv(struct msgin *m, struct conf_policy *s)
{
	s->throttle_failures = msg_get_u32(m);
	s->throttle_window = msg_get_u32(m);
	s->throttle_block = msg_get_u32(m);
	s->sessions_user = msg_get_u32(m);
	s->credentials_user = msg_get_u32(m);
	s->apikeys_user = msg_get_u32(m);
	s->delimiter = msg_get_u32(m);
	if (s->throttle_failures > THROTTLE_FAILURES_MAX ||
	    s->throttle_window == 0 || s->throttle_block == 0 ||
	    s->sessions_user == 0 || s->credentials_user == 0 ||
	    s->apikeys_user == 0 || s->delimiter > 126)
		m->bad = true;
	return msg_end(m);
}

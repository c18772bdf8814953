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
 * The statements of edd.conf, one function each, which check what they set
 * and can be tested without the grammar.  0, or -1 and conf->why says what is
 * wrong with the word in conf->near.
 */
#ifndef CONF_SET_H
#define CONF_SET_H

#include <stdbool.h>

#include "proto_conf.h"

struct conf;

/* Statements that may stand only once. */
enum conf_setting {
	SET_HOSTNAME,
	SET_SPOOL,
	SET_STORE,
	SET_KEYS,
	SET_SOCKET,
	SET_WORKERS_SMTPD,
	SET_WORKERS_HTTPD,
	SET_WORKERS_DELIVER,
	SET_WORKERS_SIGNER,
	SET_DELIVER_TLS,
	SET_DELIVER_SESSIONS,
	SET_DELIVER_DESTINATION,
	SET_DELIVER_CONNECT,
	SET_DELIVER_PORT,
	SET_MESSAGE_SIZE,
	SET_SMTP_RECIPIENTS,
	SET_SMTP_IDLE,
	SET_SMTP_DATA,
	SET_SMTP_RATE,
	SET_SMTP_SESSIONS,
	SET_SMTP_SOURCE,
	SET_SMTP_AUTH,
	SET_SMTP_SUPPRESSED,
	SET_SMTP_ENHANCED,
	SET_SMTP_RECEIVED,
	SET_SMTP_STRICT,
	SET_QUEUE_EXPIRE,
	SET_QUEUE_RETRY,
	SET_QUEUE_DELAY,
	SET_QUEUE_RESERVE,
	SET_QUEUE_EXPORT,
	SET_JOURNAL_KEEP,
	SET_AUDIT_KEEP,
	SET_AUDIT_RECORDS,
	SET_THROTTLE,
	SET_SMTP_USER,
	SET_DOMAIN_VERIFICATION,
	SET_DKIM_BASE,
	SET_DKIM_INTERVAL,
	SET_SMTP_CREDENTIALS,
	SET_APIKEYS,
	SET_SOFT_BOUNCES,
	SET_SUPPRESS_HASH,
	SET_SUBADDRESSING,
	SET_LOG,
	SET_LAST = SET_LOG
};

int conf_set_hostname(struct conf *, const char *);
int conf_set_path(struct conf *, enum conf_setting, const char *);
int conf_set_socket(struct conf *, const char *path, const char *group);
int conf_set_number(struct conf *, enum conf_setting, const char *);
int conf_set_time(struct conf *, enum conf_setting, const char *);
int conf_set_flag(struct conf *, enum conf_setting, bool);
int conf_set_message_size(struct conf *, const char *);
int conf_set_data_rate(struct conf *, const char *);
int conf_set_deliver_tls(struct conf *, enum deliver_tls);
int conf_set_suppressed(struct conf *, const char *);
int conf_set_throttle(struct conf *, const char *failures, const char *window,
    const char *block);
int conf_set_throttle_off(struct conf *);
int conf_set_soft_bounces(struct conf *, const char *bounces,
    const char *window, const char *lifetime);
int conf_set_soft_bounces_off(struct conf *);
int conf_set_suppress_hash(struct conf *, bool);
int conf_set_subaddressing(struct conf *, const char *delimiter);
int conf_add_retry(struct conf *, const char *, bool first);
int conf_set_delay_off(struct conf *);
int conf_set_reserve(struct conf *, const char *percent, const char *size);

int conf_set_dkim_base(struct conf *, const char *);
int conf_add_public_address(struct conf *, const char *);
int conf_add_source(struct conf *, const char *);

/* Options of listen. */
#define CONF_LISTEN_INSECURE 0x01u
#define CONF_LISTEN_PROXY    0x02u

int conf_add_pki(struct conf *, const char *name, const char *cert,
    const char *key, const char *where);
unsigned conf_mech(struct conf *, const char *);
int conf_add_listen(struct conf *, const char *address, const char *port,
    enum listen_tls, unsigned auth, const char *pki, unsigned flags,
    const char *where);
int conf_add_route(struct conf *, const char *domain, const char *host,
    const char *port);
int conf_add_resolver(struct conf *, const char *address, const char *port);
int conf_add_network(struct conf *, const char *);
int conf_add_proxy(struct conf *, const char *);

#endif

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
 * The items of a child's configuration slice, sent by edd between CONF_BEGIN
 * and CONF_END on the setup channel (proto_setup.h has their numbers).
 *
 *   GLOBAL    all           SMTP      smtpd, httpd  LISTEN +fd  smtpd, httpd
 *   PKI       smtpd, httpd, control: certificate only; signer: certificate and key
 *   QUEUE     queue         DELIVER, ROUTE, RESOLVER, NETWORK   deliver
 *   SECRET    signer: seals DKIM keys; control: encrypts the store
 *   SOCKET +fd  control: the listening control socket
 *   POLICY    control
 *   SITE      control (proto_site.h)
 */
#ifndef PROTO_CONF_H
#define PROTO_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "network.h"

struct chan;
struct msgin;

struct conf_global {
	char hostname[DOMAIN_SIZE];
};

struct conf_smtp {
	uint64_t message_size;	   /* octets; announced as SIZE */
	uint32_t rcpt_max;	   /* recipients per message */
	uint32_t idle_timeout;	   /* seconds between commands */
	uint32_t data_timeout;	   /* seconds without a byte in DATA */
	uint32_t sessions_max;	   /* in one process */
	uint32_t sessions_source;  /* per address, in one process */
	uint32_t auth_failures;	   /* in one session, then 421 */
	uint32_t suppressed_reply; /* 250, 254 or 550 */
	bool enhanced_codes;
	bool received_client; /* client's address in Received */
	bool strict;	      /* no bare CR or LF in a message */
	uint32_t data_rate;   /* octets per second of a message; 0: any */
};

enum listen_tls {
	LISTEN_STARTTLS = 1,
	LISTEN_TLS,
	LISTEN_HTTPS,	/* for httpd */
	LISTEN_METRICS, /* the same, without TLS and pki */
	LISTEN_TLS_LAST = LISTEN_METRICS
};

/* Mechanisms of AUTH that are offered. */
#define LISTEN_AUTH_PLAIN 0x01u
#define LISTEN_AUTH_LOGIN 0x02u
#define LISTEN_AUTH_SCRAM 0x04u
#define LISTEN_AUTH_ALL	  0x07u

struct conf_listen {
	char address[HOST_SIZE];
	uint16_t port;
	enum listen_tls tls;
	uint32_t auth; /* LISTEN_AUTH_ */
	char pki[NAME_SIZE];
	bool insecure, proxy; /* AUTH without TLS; PROXY v2 comes first */
};

struct conf_pki {
	char name[NAME_SIZE];
	char cert[PEM_MAX]; /* PEM chain */
	char key[PEM_MAX];  /* PEM, empty where not meant for the receiver */
};

struct conf_queue {
	uint32_t expire;       /* seconds until a message is given up */
	uint32_t delay_notice; /* seconds; 0 none */
	uint32_t journal_keep; /* seconds */
	uint32_t retries;      /* used entries of retry; the last repeats */
	uint32_t retry[CONF_RETRY_MAX]; /* seconds */
	/* Free space that accepting leaves: the smaller; 0: not given. */
	uint64_t reserve_bytes;
	uint32_t reserve_percent;
	bool can_export; /* operators may read messages */
};

enum deliver_tls {
	DELIVER_TLS_OPPORTUNISTIC = 1,
	DELIVER_TLS_NONE,
	DELIVER_TLS_LAST = DELIVER_TLS_NONE
};

struct conf_deliver {
	enum deliver_tls tls;
	uint32_t sessions_max;	       /* in one process */
	uint32_t sessions_destination; /* per destination */
	uint32_t connect_timeout;      /* seconds */
	uint16_t port;		       /* 25 but in tests */
};

struct conf_route {
	char domain[DOMAIN_SIZE]; /* or "*" */
	char host[HOST_SIZE];	  /* name or address */
	uint16_t port;
};

struct conf_resolver {
	char address[HOST_SIZE];
	uint16_t port;
};

/* Which group besides root and the daemon's own user may administer. */
struct conf_socket {
	bool has_gid;
	uint32_t gid;
};

/* What holds for all users, unless the store says more. */
struct conf_policy {
	uint32_t throttle_failures; /* of an address; 0: not counted */
	uint32_t throttle_window;   /* seconds in which they count */
	uint32_t throttle_block;    /* seconds that it is turned away */
	uint32_t sessions_user;	    /* sessions at once, of one user */
	uint32_t credentials_user;  /* credentials at once, of one user */
	uint32_t apikeys_user;	    /* API keys at once, of one user */
	uint32_t delimiter;	    /* of sub-addresses; 0: there are none */
};

int conf_global_send(struct chan *, const struct conf_global *);
int conf_global_recv(struct msgin *, struct conf_global *);
int conf_smtp_send(struct chan *, const struct conf_smtp *);
int conf_smtp_recv(struct msgin *, struct conf_smtp *);
int conf_listen_send(struct chan *, const struct conf_listen *, int fd);
int conf_listen_recv(struct msgin *, struct conf_listen *);
int conf_pki_send(struct chan *, const struct conf_pki *);
int conf_pki_recv(struct msgin *, struct conf_pki *);
int conf_queue_send(struct chan *, const struct conf_queue *);
int conf_queue_recv(struct msgin *, struct conf_queue *);
int conf_deliver_send(struct chan *, const struct conf_deliver *);
int conf_deliver_recv(struct msgin *, struct conf_deliver *);
int conf_route_send(struct chan *, const struct conf_route *);
int conf_route_recv(struct msgin *, struct conf_route *);
int conf_resolver_send(struct chan *, const struct conf_resolver *);
int conf_resolver_recv(struct msgin *, struct conf_resolver *);
int conf_network_send(struct chan *, const struct conf_network *);
int conf_network_recv(struct msgin *, struct conf_network *);
int conf_socket_send(struct chan *, const struct conf_socket *, int fd);
int conf_socket_recv(struct msgin *, struct conf_socket *);
int conf_policy_send(struct chan *, const struct conf_policy *);
int conf_policy_recv(struct msgin *, struct conf_policy *);

#endif

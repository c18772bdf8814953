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
 * Numeric limits of the parent, each with its reason.
 */
#ifndef LIMIT_H
#define LIMIT_H

/* Files that include each other, macros in macros: people nest two or three. */
#define CONF_DEPTH_MAX 16u

/* A configuration file; the longest seen by hand is a few kilobytes. */
#define CONF_FILE_MAX (1024 * 1024)

/* Errors after which parsing stops: nobody reads more at once. */
#define CONF_ERRORS_MAX 20u

/* A path: what setup_start.dir holds. */
#define CONF_PATH_SIZE 1024u

/* Name of a group: Linux allows 32 characters. */
#define CONF_GROUP_SIZE 64u

/* Processes of one kind: more than the processors of a large machine. */
#define WORKERS_MAX 64u

/* Processes of httpd where https is listened on: as many as of smtpd. */
#define WORKERS_HTTPD 2u

/* Sessions at once: what a process gets descriptors for. */
#define SESSIONS_MAX 100000u

/* Recipients of one message, wrong passwords in one session. */
#define RECIPIENTS_MAX	  100000u
#define AUTH_FAILURES_MAX 1000u

/* Credentials, or API keys, of one user at once. */
#define CREDENTIALS_MAX 1000u

/* Seconds that failures count, or that an address is turned away. */
#define THROTTLE_TIME_MAX (30u * 86400)

/* Seconds: who was not reached a year ago is another one today. */
#define SOFT_TIME_MAX (365u * 86400)

/* A message: larger mail is refused nearly everywhere. */
#define MESSAGE_SIZE_MAX (1ull << 30)

/* Octets a second that a client must reach: no line to the world has more. */
#define DATA_RATE_MAX (1u << 30)

/* Seconds: a year in the queue, ten in the journal. */
#define EXPIRE_MAX  (365u * 86400)
#define JOURNAL_MAX (3650u * 86400)

/* Records of the audit: of about 300 octets each. */
#define AUDIT_RECORDS_MIN 100u
#define AUDIT_RECORDS_MAX 10000000u

/* Seconds between looks at a DKIM record: one a week finds nothing in time. */
#define CHECK_INTERVAL_MAX (7u * 86400)

/* Clients that wait to be accepted; the kernel's own limit is often lower. */
#define LISTEN_BACKLOG 1024

/* Addresses of one listen statement. */
#define LISTEN_ADDRESSES_MAX 16

/*
 * How long a new daemon waits for processes of a killed one, which end by
 * themselves; and how often it looks.
 */
#define HOLD_SECONDS  10u
#define HOLD_PAUSE_MS 50u

/* Deaths of a process within DEATHS_SECONDS that end the daemon. */
#define DEATHS_MAX     5u
#define DEATHS_SECONDS 60

/* Seconds for a process to become ready; queue may read a large spool. */
#define READY_SECONDS	    60
#define READY_QUEUE_SECONDS 600

/* Seconds for a process to stop; each needs at most 10. */
#define STOP_SECONDS 15

/* Seconds for all processes to take a new configuration. */
#define RELOAD_SECONDS 60

/* An RSA key for TLS: less is refused by clients, more by SIGNATURE_MAX. */
#define PKI_RSA_MIN 2048
#define PKI_RSA_MAX 8192

/* Days for which a certificate that edd makes for itself is valid. */
#define CERTIFICATE_DAYS 3650

#endif

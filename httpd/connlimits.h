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
 * Numeric limits of connections and logins, each with its reason. Limits
 * only; those of what is parsed are in httplimits.h.
 */
#ifndef CONNLIMITS_H
#define CONNLIMITS_H

/*
 * Keys kept, the users of a large site; seconds until control is asked again;
 * seconds between two notes of their use.
 */
#define AUTH_KEYS_MAX	  1024u
#define AUTH_KEY_SECONDS  300
#define AUTH_NOTE_SECONDS 60

/*
 * Octets of request bodies, and of messages made of them, in memory: of all
 * connections of a process, and of all of a user if it has several.
 */
#define HTTPD_HELD_MAX	    (256u << 20)
#define HTTPD_HELD_USER_MAX (HTTPD_HELD_MAX / 4)

/* Input of a connection: a head, or a few TLS records of a body. */
#define HTTPD_INPUT_MAX 65536u

/* Unsent octets of answers above which no more requests are read. */
#define HTTPD_OUTPUT_MAX 65536u

/*
 * Seconds: for a TLS handshake; between two requests; for a head from its
 * first octet; for peers to answer; for a client to take an answer.
 */
#define HTTPD_HANDSHAKE_SECONDS 60u
#define HTTPD_IDLE_SECONDS	75u
#define HTTPD_HEAD_SECONDS	30u
#define HTTPD_PEER_SECONDS	60u
#define HTTPD_ANSWER_SECONDS	60u

/* Connections of watchers at once. */
#define HTTPD_WATCHERS_MAX 32u

/* Seconds that requests have when the process is to stop. */
#define HTTPD_STOP_SECONDS 10

#endif

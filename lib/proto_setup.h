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
 * edd <-> every child, on descriptor PROC_SETUP_FD of the child.
 *
 *   edd -> child:
 *     START            first, once: who you are, where to live
 *     PEER      +fd    a channel to a peer; again after a peer's restart
 *     CONF_BEGIN, items (CONF_*), CONF_END
 *                      a configuration; first at start, then at each reload
 *     LOG              verbosity
 *     LOGGER    +fd    a new connection to the log daemon
 *     STOP             finish and exit
 *     CHILD            (control only) state of a child of edd, or of edd
 *     ANSWER           (control only) to REQUEST, same id
 *   child -> edd:
 *     READY            after the first CONF_END, in the sandbox
 *     CONF_DONE        accepted or refused, with the reason
 *     LOG_LOST         the connection to the log daemon is of no use
 *     REQUEST          (control only) reload, stop, verbosity
 */
#ifndef PROTO_SETUP_H
#define PROTO_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "proc.h"

struct chan;
struct msgin;

enum setup_type {
	M_SETUP_START = 1,
	M_SETUP_PEER,
	M_SETUP_CONF_BEGIN,
	M_SETUP_CONF_END,
	M_SETUP_LOG,
	M_SETUP_STOP,
	M_SETUP_READY,
	M_SETUP_CONF_DONE,
	M_SETUP_REQUEST,
	M_SETUP_ANSWER,
	M_SETUP_CHILD,
	M_SETUP_LOGGER,
	M_SETUP_LOG_LOST,
	/* configuration items, see proto_conf.h */
	M_CONF_GLOBAL,
	M_CONF_SMTP,
	M_CONF_LISTEN,
	M_CONF_PKI,
	M_CONF_QUEUE,
	M_CONF_DELIVER,
	M_CONF_ROUTE,
	M_CONF_RESOLVER,
	M_CONF_NETWORK,
	M_CONF_SECRET,
	M_CONF_SOCKET,
	M_CONF_POLICY,
	M_CONF_SITE,
	M_CONF_SUPPRESS,
	M_SETUP_TYPE_LAST = M_CONF_SUPPRESS
};

struct setup_start {
	enum proc_kind kind;
	uint32_t instance;
	uint32_t verbose;
	bool foreground; /* log to stderr */
	bool privileged; /* chroot to dir and become uid:gid */
	uint32_t uid;
	uint32_t gid;
	char dir[1024]; /* chroot, or where to chdir when unprivileged */
};

struct setup_peer {
	enum proc_conv conv;
	enum proc_kind kind;
	uint32_t instance;
};

struct setup_conf_done {
	uint32_t generation;
	bool ok;
	char why[ERROR_SIZE];
};

enum setup_request_kind {
	SETUP_RELOAD = 1,
	SETUP_SHUTDOWN,
	SETUP_VERBOSE,
	SETUP_BRIEF,
	SETUP_SELF,    /* CHILD of edd itself, then ANSWER */
	SETUP_SECRET,  /* SECRET comes once more, before the answer */
	SETUP_REKEY,   /* make new keys, and let all know them too */
	SETUP_REKEYED, /* the store has the new ones */
	SETUP_REQUEST_LAST = SETUP_REKEYED
};

struct setup_answer {
	bool ok;
	char why[ERROR_SIZE];
};

enum setup_child_state {
	CHILD_STARTING = 1,
	CHILD_READY,
	CHILD_BACKOFF,
	CHILD_STATE_LAST = CHILD_BACKOFF
};

struct setup_child {
	enum proc_kind kind;
	uint32_t instance;
	enum setup_child_state state;
	uint32_t pid;
	uint32_t restarts;
	int64_t since;	/* unix seconds of this start */
	int64_t cpu;	/* milliseconds; of edd itself only, as the next */
	int64_t memory; /* KiB, the most it had */
};

int setup_start_send(struct chan *, const struct setup_start *);
int setup_start_recv(struct msgin *, struct setup_start *);
int setup_peer_send(struct chan *, const struct setup_peer *, int fd);
int setup_peer_recv(struct msgin *, struct setup_peer *);
int setup_conf_begin_send(struct chan *, uint32_t generation);
int setup_conf_end_send(struct chan *, uint32_t generation);
int setup_generation_recv(struct msgin *, uint32_t *);
int setup_log_send(struct chan *, uint32_t verbose);
int setup_log_recv(struct msgin *, uint32_t *);
int setup_logger_send(struct chan *, int fd);
int setup_empty_send(struct chan *, enum setup_type);
int setup_empty_recv(struct msgin *);
int setup_conf_done_send(struct chan *, const struct setup_conf_done *);
int setup_conf_done_recv(struct msgin *, struct setup_conf_done *);
int setup_request_send(struct chan *, uint64_t, enum setup_request_kind);
int setup_request_recv(struct msgin *, enum setup_request_kind *);
int setup_answer_send(struct chan *, uint64_t, const struct setup_answer *);
int setup_answer_recv(struct msgin *, struct setup_answer *);
int setup_child_send(struct chan *, const struct setup_child *);
int setup_child_recv(struct msgin *, struct setup_child *);

#endif

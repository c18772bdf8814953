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
 * The running daemon: its configuration, its processes, what it is doing.
 */
#ifndef EDD_H
#define EDD_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "identity.h"
#include "keyfile.h"
#include "limit.h"
#include "listener.h"
#include "proc.h"
#include "proto_setup.h"

struct chan;
struct conf;
struct edd;
struct event;
struct event_base;
struct options;

/* One process of the daemon, running or not. */
struct child {
	struct edd *edd;
	enum proc_kind kind;
	unsigned instance;
	char name[32]; /* for log lines */
	enum setup_child_state state;
	pid_t pid;	     /* 0: it does not run */
	struct chan *chan;   /* NULL: none */
	struct event *timer; /* back-off, or time to become ready */
	bool started;	     /* for the first time */
	unsigned restarts;
	int64_t since;		  /* unix seconds of this start */
	int64_t died[DEATHS_MAX]; /* of the last deaths, monotonic seconds */
	uint32_t generation;	  /* of the configuration it has accepted */
};

/* A configuration that processes are being asked to take. */
struct reload {
	bool active;
	struct conf *old; /* what to go back to */
	struct listeners old_listeners;
	struct chan *asker; /* control, if it asked */
	uint64_t asker_id;
	struct event *timer;
};

/* An orderly end, one kind of process after the other. */
struct stop {
	bool active;
	size_t step;
	int status; /* exit status of the daemon */
	struct event *timer;
};

struct edd {
	int64_t since; /* unix seconds of the start */
	const struct options *opt;
	struct event_base *base;
	struct identity identity;
	struct keyfile keys;
	struct conf *conf;
	uint32_t generation; /* of conf */
	struct listeners listeners;
	int ctl_fd;
	int hold[PROC_LAST + 1]; /* the locked folder of a process, or -1 */
	bool has_group;
	gid_t group;
	char empty[CONF_PATH_SIZE];
	int verbose;
	struct child *child;
	size_t children;
	bool ready; /* all were, once */
	struct reload reload;
	struct stop stop;
};

int edd_run(struct edd *);
void edd_set_verbose(struct edd *, int);
void edd_child_restart(struct child *);
void edd_child_gone(struct child *);

#endif

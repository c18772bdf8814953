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
 * The life of a child process: receive its setup from edd on descriptor 3,
 * chroot, give up root, build channels, take a configuration, enter the
 * sandbox, run the event loop, stop when told.  A program's main.c is a table
 * of hooks for this.  lib knows no process: what differs is in the table.
 */
#ifndef PROC_H
#define PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROC_SETUP_FD 3

/*
 * Priorities of events: they have the middle one unless told otherwise, and
 * the last runs when no other event is ready.
 */
#define PROC_PRIORITIES	   3
#define PROC_PRIORITY_IDLE 2

/* Which program a channel leads to. */
enum proc_kind {
	PROC_EDD = 1,
	PROC_CONTROL,
	PROC_SIGNER,
	PROC_QUEUE,
	PROC_DELIVER,
	PROC_SMTPD,
	PROC_HTTPD,
	PROC_LAST = PROC_HTTPD
};

/* Which language is spoken on it; one proto_NAME.h each. */
enum proc_conv {
	CONV_POLICY = 1, /* smtpd, httpd -> control */
	CONV_SIGN,	 /* smtpd, httpd, control -> signer */
	CONV_SIGN_SYNC,	 /* smtpd, httpd -> signer, blocking, TLS only */
	CONV_SUBMIT,	 /* smtpd, httpd -> queue */
	CONV_WORK,	 /* queue -> deliver */
	CONV_NOTICE,	 /* queue -> control */
	CONV_DNS,	 /* control -> deliver */
	CONV_ADMIN,	 /* control -> every other child */
	CONV_MANAGE,	 /* httpd -> control */
	CONV_HOOK,	 /* control -> deliver */
	CONV_WATCH,	 /* httpd -> control */
	CONV_LAST = CONV_WATCH
};

struct event_base;
struct msgin;

struct proc_hooks {
	const char *name;
	enum proc_kind kind;
	const char *profile; /* sandbox profile */

	/* Still with the right to open any file: CA file, resolv.conf. */
	int (*open)(void *);

	/*
	 * A configuration comes as begin, items, end.  end checks the new
	 * one and swaps it in, or writes why not and returns -1, and then
	 * the old one stays.  item returns -1 if the message is ill-formed.
	 */
	void (*conf_begin)(void *);
	int (*conf_item)(struct msgin *, void *);
	int (*conf_end)(char *why, size_t, void *);

	/* After the first configuration, before the sandbox. 0 or -1. */
	int (*start)(void *);

	/* A (new) channel to a peer; takes the descriptor over. */
	void (*peer)(enum proc_conv, enum proc_kind, unsigned instance, int fd,
	    void *);

	/* Stop: finish what must be finished, then call proc_exit(). */
	void (*stop)(void *);

	/* Only control: the parent tells of a child, or answers a request. */
	int (*extra)(struct msgin *, void *);
};

int proc_main(int, char **, const struct proc_hooks *, void *);
struct event_base *proc_base(void);
unsigned proc_instance(void);
struct chan *proc_parent(void);
void proc_exit(void) __attribute__((noreturn));
const char *proc_kind_name(enum proc_kind);
const char *proc_conv_name(enum proc_conv);

#endif

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
 * The table of channels between processes.  It makes socketpairs and hands
 * both ends out; what is said on them it does not see.
 */
#include "link.h"

#include <sys/socket.h>

#include "chan.h"
#include "conf.h"
#include "edd.h"
#include "log.h"

/* Which processes of kind b one of kind a is linked with. */
enum link_how {
	LINK_EACH,  /* all */
	LINK_SHARE, /* one, so that all of kind b get as many */
	LINK_FIRST  /* instance 0 */
};

struct link {
	enum proc_conv conv;
	enum proc_kind a;
	enum proc_kind b;
	enum link_how how;
};

static const struct link links[] = {
	{ CONV_POLICY, PROC_SMTPD, PROC_CONTROL, LINK_EACH },
	{ CONV_SUBMIT, PROC_SMTPD, PROC_QUEUE, LINK_EACH },
	{ CONV_SIGN, PROC_SMTPD, PROC_SIGNER, LINK_SHARE },
	{ CONV_SIGN_SYNC, PROC_SMTPD, PROC_SIGNER, LINK_SHARE },
	{ CONV_POLICY, PROC_HTTPD, PROC_CONTROL, LINK_EACH },
	{ CONV_SUBMIT, PROC_HTTPD, PROC_QUEUE, LINK_EACH },
	{ CONV_SIGN, PROC_HTTPD, PROC_SIGNER, LINK_SHARE },
	{ CONV_SIGN_SYNC, PROC_HTTPD, PROC_SIGNER, LINK_SHARE },
	{ CONV_MANAGE, PROC_HTTPD, PROC_CONTROL, LINK_EACH },
	{ CONV_WATCH, PROC_HTTPD, PROC_CONTROL, LINK_EACH },
	{ CONV_SIGN, PROC_CONTROL, PROC_SIGNER, LINK_EACH },
	{ CONV_WORK, PROC_QUEUE, PROC_DELIVER, LINK_EACH },
	{ CONV_NOTICE, PROC_QUEUE, PROC_CONTROL, LINK_EACH },
	{ CONV_DNS, PROC_CONTROL, PROC_DELIVER, LINK_FIRST },
	{ CONV_HOOK, PROC_CONTROL, PROC_DELIVER, LINK_FIRST },
	{ CONV_ADMIN, PROC_CONTROL, PROC_SMTPD, LINK_EACH },
	{ CONV_ADMIN, PROC_CONTROL, PROC_HTTPD, LINK_EACH },
	{ CONV_ADMIN, PROC_CONTROL, PROC_SIGNER, LINK_EACH },
	{ CONV_ADMIN, PROC_CONTROL, PROC_QUEUE, LINK_EACH },
	{ CONV_ADMIN, PROC_CONTROL, PROC_DELIVER, LINK_EACH },
};

/* Whether this row of the table links these two. */
static bool
link_wanted(const struct link *l, const struct child *a, const struct child *b)
{
	if (l->a != a->kind || l->b != b->kind)
		return false;
	switch (l->how) {
	case LINK_EACH:
		return true;
	case LINK_SHARE:
		return a->instance % a->edd->conf->workers[b->kind] ==
		    b->instance;
	case LINK_FIRST:
		return b->instance == 0;
	}
	return false;
}

static void
link_send(struct child *to, enum proc_conv conv, const struct child *peer,
    int fd)
{
	struct setup_peer p;

	p.conv = conv;
	p.kind = peer->kind;
	p.instance = peer->instance;
	(void)setup_peer_send(to->chan, &p, fd);
}

/* A channel between two processes; without one they wait for a restart. */
static void
link_two(enum proc_conv conv, struct child *a, struct child *b)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1) {
		log_warn("no %s channel between %s and %s",
		    proc_conv_name(conv), a->name, b->name);
		return;
	}
	link_send(a, conv, b, pair[0]);
	link_send(b, conv, a, pair[1]);
}

/*
 * Link a process that has just started with every peer that runs.  Peers that
 * start later link themselves.
 */
void
link_child(struct child *c)
{
	struct child *other;
	size_t i, j;

	for (i = 0; i < c->edd->children; i++) {
		other = &c->edd->child[i];
		if (other == c || other->chan == NULL)
			continue;
		for (j = 0; j < sizeof(links) / sizeof(links[0]); j++) {
			if (link_wanted(&links[j], c, other) ||
			    link_wanted(&links[j], other, c))
				link_two(links[j].conv, c, other);
		}
	}
}

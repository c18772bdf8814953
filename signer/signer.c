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
 * The peers of signer and what each may ask: the submission front ends for
 * signatures, control for keys.  Each conversation has its own table, so
 * that nobody can ask what is not his.
 */
#include "signer.h"

#include <sys/queue.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chan.h"
#include "dkimkeys.h"
#include "log.h"
#include "msg.h"
#include "proto_admin.h"
#include "proto_reseal.h"
#include "proto_sign.h"
#include "row.h"
#include "tlskeys.h"

struct peer {
	LIST_ENTRY(peer) entry;
	struct signer *signer;
	enum proc_conv conv;
	enum proc_kind kind;
	unsigned instance;
	struct chan *chan;
};

static LIST_HEAD(, peer) peers = LIST_HEAD_INITIALIZER(peers);

static int
tls_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct peer *p = arg;
	struct sign_signature s;
	struct sign_tls q;

	if (sign_tls_recv(m, &q) == -1)
		return -1;
	memset(&s, 0, sizeof(s));
	s.ok = p->signer->tls != NULL &&
	    tlskeys_sign(p->signer->tls, &q, &s) == 0;
	if (s.ok)
		p->signer->handshakes++;
	else {
		p->signer->refused++;
		log_warnx("no handshake signature for pki %s", q.pki);
	}
	(void)sign_signature_send(c, m->id, &s);
	return 0;
}

static int
dkim_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct peer *p = arg;
	struct sign_signature s;
	struct sign_dkim q;

	if (sign_dkim_recv(m, &q) == -1)
		return -1;
	memset(&s, 0, sizeof(s));
	s.ok = dkimkeys_sign(p->signer->dkim, &q, &s) == 0;
	if (s.ok)
		p->signer->signatures++;
	else {
		p->signer->refused++;
		log_warnx("no DKIM signature with key %llu",
		    (unsigned long long)q.key);
	}
	(void)sign_signature_send(c, m->id, &s);
	return 0;
}

static void
no_secret(struct sign_made *made)
{
	memset(made, 0, sizeof(*made));
	(void)snprintf(made->why, sizeof(made->why), "signer has no seal key");
}

static int
make_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct peer *p = arg;
	struct sign_make make;
	struct sign_made made;

	if (sign_make_recv(m, &make) == -1)
		return -1;
	if (p->signer->has_secret)
		dkimkeys_make(&p->signer->secret, &make, &made);
	else
		no_secret(&made);
	(void)sign_made_send(c, m->id, &made);
	return 0;
}

/*
 * Wipe a message that held a secret and has been read.  Its octets are the
 * channel's, read-only to others only so that nobody changes them by mistake.
 */
void
signer_wipe(const struct msgin *m)
{
	explicit_bzero((void *)(uintptr_t)m->pos, (size_t)(m->end - m->pos));
}

static int
import_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct peer *p = arg;
	struct sign_import import;
	struct sign_made made;
	struct msgin whole;
	int rc;

	whole = *m;
	rc = sign_import_recv(m, &import);
	signer_wipe(&whole);
	if (rc == 0 && p->signer->has_secret)
		dkimkeys_import(&p->signer->secret, &import, &made);
	else
		no_secret(&made);
	explicit_bzero(&import, sizeof(import));
	if (rc == 0)
		(void)sign_made_send(c, m->id, &made);
	return rc;
}

static int
load_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct peer *p = arg;
	struct sign_load load;
	struct sign_loaded loaded;

	if (sign_load_recv(m, &load) == -1)
		return -1;
	loaded.ok = p->signer->has_secret &&
	    dkimkeys_load(p->signer->dkim, &p->signer->secret, &load) == 0;
	if (!loaded.ok)
		log_warnx("DKIM key %llu cannot be opened: was it sealed "
			  "with another seal.key?",
		    (unsigned long long)load.key);
	(void)sign_loaded_send(c, m->id, &loaded);
	return 0;
}

static int
drop_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct peer *p = arg;
	uint64_t key;

	if (sign_drop_recv(m, &key) == -1)
		return -1;
	dkimkeys_drop(p->signer->dkim, key);
	return 0;
}

static int
reseal_cb(struct chan *c, struct msgin *m, void *arg)
{
	static struct sign_resealed a;
	static struct sign_reseal q;
	struct peer *p = arg;

	if (sign_reseal_recv(m, &q) == -1)
		return -1;
	a.ok = false;
	if (p->signer->has_secret)
		dkimkeys_reseal(&p->signer->secret, &q, &a);
	if (q.to_box)
		p->signer->exported++;
	(void)sign_resealed_send(c, m->id, &a);
	return 0;
}

static int
unbox_cb(struct chan *c, struct msgin *m, void *arg)
{
	static struct sign_resealed a;
	static struct sign_unbox q;
	struct peer *p = arg;

	if (sign_unbox_recv(m, &q) == -1)
		return -1;
	a.ok = false;
	if (p->signer->has_secret && p->signer->has_transport)
		dkimkeys_unbox(&p->signer->secret, p->signer->transport, &q,
		    &a);
	(void)sign_resealed_send(c, m->id, &a);
	return 0;
}

static int
transport_cb(struct chan *c, struct msgin *m, void *arg)
{
	static struct sign_resealed a;
	struct peer *p = arg;
	struct signer *s;

	s = p->signer;
	if (sign_transport_recv(m) == -1)
		return -1;
	if (!s->has_transport)
		s->has_transport = box_make(s->transport,
				       s->transport_public) == 0;
	a.ok = s->has_transport;
	a.sealed_len = sizeof(s->transport_public);
	memcpy(a.sealed, s->transport_public, sizeof(s->transport_public));
	(void)sign_resealed_send(c, m->id, &a);
	return 0;
}

static void
send_number(struct chan *c, uint64_t id, const char *name, uint64_t value)
{
	struct row *row;

	row = row_new();
	if (row == NULL)
		return;
	row_str(row, "name", name);
	row_num(row, "value", (int64_t)value);
	(void)admin_row_send(c, id, row);
	row_free(row);
}

static int
command_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct peer *p = arg;
	struct admin_command cmd;
	struct admin_end end;

	if (admin_command_recv(m, &cmd) == -1)
		return -1;
	memset(&end, 0, sizeof(end));
	end.ok = cmd.words == 1 && strcmp(cmd.word[0], "statistics") == 0;
	if (end.ok) {
		(void)admin_self_send(c, m->id);
		send_number(c, m->id, "handshakes signed",
		    p->signer->handshakes);
		send_number(c, m->id, "DKIM signatures", p->signer->signatures);
		send_number(c, m->id, "refused", p->signer->refused);
		send_number(c, m->id, "DKIM keys given to backups",
		    p->signer->exported);
		send_number(c, m->id, "DKIM keys loaded",
		    dkimkeys_count(p->signer->dkim));
	} else
		(void)snprintf(end.why, sizeof(end.why),
		    "signer does not know this command");
	(void)admin_end_send(c, m->id, &end);
	admin_command_clear(&cmd);
	return 0;
}

static const struct chan_rule tls_rules[] = {
	{ M_SIGN_TLS, 0, "tls", tls_cb },
	{ 0, 0, NULL, NULL },
};
static const struct chan_rule dkim_rules[] = {
	{ M_SIGN_DKIM, 0, "dkim", dkim_cb },
	{ 0, 0, NULL, NULL },
};
static const struct chan_rule control_rules[] = {
	{ M_SIGN_MAKE, 0, "make", make_cb },
	{ M_SIGN_IMPORT, 0, "import", import_cb },
	{ M_SIGN_LOAD, 0, "load", load_cb },
	{ M_SIGN_DROP, 0, "drop", drop_cb },
	{ M_SIGN_RESEAL, 0, "reseal", reseal_cb },
	{ M_SIGN_UNBOX, 0, "unbox", unbox_cb },
	{ M_SIGN_TRANSPORT, 0, "transport", transport_cb },
	{ 0, 0, NULL, NULL },
};
static const struct chan_rule admin_rules[] = {
	{ M_ADMIN_COMMAND, 0, "command", command_cb },
	{ 0, 0, NULL, NULL },
};

/* What a kind of peer may say in a conversation; NULL: nothing. */
static const struct chan_rule *
rules_for(enum proc_conv conv, enum proc_kind kind)
{
	bool front = kind == PROC_SMTPD || kind == PROC_HTTPD;

	if (conv == CONV_SIGN_SYNC && front)
		return tls_rules;
	if (conv == CONV_SIGN && front)
		return dkim_rules;
	if (conv == CONV_SIGN && kind == PROC_CONTROL)
		return control_rules;
	if (conv == CONV_ADMIN && kind == PROC_CONTROL)
		return admin_rules;
	return NULL;
}

static void
peer_free(struct peer *p)
{
	LIST_REMOVE(p, entry);
	chan_free(p->chan);
	free(p);
}

static void
down_cb(struct chan *c, void *arg)
{
	peer_free(arg);
}

/* A channel to a peer, in place of an older one to the same. */
void
signer_peer(struct signer *s, enum proc_conv conv, enum proc_kind kind,
    unsigned instance, int fd)
{
	const struct chan_rule *rules;
	struct peer *p, *next;

	for (p = LIST_FIRST(&peers); p != NULL; p = next) {
		next = LIST_NEXT(p, entry);
		if (p->conv == conv && p->kind == kind &&
		    p->instance == instance)
			peer_free(p);
	}
	rules = rules_for(conv, kind);
	p = calloc(1, sizeof(*p));
	if (rules == NULL || p == NULL)
		fatalx("channel to %s for %s", proc_kind_name(kind),
		    proc_conv_name(conv));
	p->signer = s;
	p->conv = conv;
	p->kind = kind;
	p->instance = instance;
	LIST_INSERT_HEAD(&peers, p, entry);
	p->chan = chan_new(proc_base(), fd, proc_kind_name(kind), rules, p);
	if (p->chan == NULL)
		fatal("channel");
	chan_is_secret(p->chan);
	chan_on_down(p->chan, down_cb);
}

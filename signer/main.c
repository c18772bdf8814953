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
 * signer: the private keys.  It sees digests, never a message, and has
 * neither network nor files.
 */
#include <stdio.h>
#include <string.h>

#include "dkimkeys.h"
#include "key.h"
#include "log.h"
#include "msg.h"
#include "proto_setup.h"
#include "signer.h"
#include "tlskeys.h"

static void
conf_begin(void *arg)
{
	struct signer *s = arg;

	tlskeys_free(s->tls_next);
	s->tls_next = tlskeys_new();
	s->why[0] = '\0';
	if (s->tls_next == NULL)
		(void)snprintf(s->why, sizeof(s->why), "out of memory");
}

/*
 * edd has looked at the pairs when it read the configuration.  A key that went
 * bad since then is a reason to refuse a new configuration, but not to be
 * without all others, and without DKIM, after a restart.
 */
static void
add_key(struct signer *s, const struct conf_pki *pki)
{
	char why[ERROR_SIZE];

	if (s->why[0] != '\0')
		return;
	if (tlskeys_add(s->tls_next, pki->name, pki->key, why, sizeof(why)) ==
	    0) {
		if (key_fits(pki->key, pki->cert) == 0)
			return;
		(void)snprintf(why, sizeof(why),
		    "pki %.100s: the key file has not the key of the "
		    "certificate in use",
		    pki->name);
	}
	if (s->tls == NULL)
		log_warnx("%s: no TLS with it until a good pair is in place "
			  "and the configuration reloaded",
		    why);
	else
		(void)snprintf(s->why, sizeof(s->why), "%s", why);
}

static int
conf_pki(struct signer *s, struct msgin *m)
{
	static struct conf_pki pki;
	struct msgin whole;
	int rc;

	whole = *m;
	rc = conf_pki_recv(m, &pki);
	signer_wipe(&whole);
	if (rc == 0)
		add_key(s, &pki);
	explicit_bzero(&pki, sizeof(pki));
	return rc;
}

static int
conf_secret(struct signer *s, struct msgin *m)
{
	struct msgin whole;

	whole = *m;
	s->has_secret = conf_secret_recv(m, &s->secret) == 0;
	signer_wipe(&whole);
	return s->has_secret ? 0 : -1;
}

static int
conf_item(struct msgin *m, void *arg)
{
	struct conf_global global;
	struct signer *s = arg;

	switch (m->type) {
	case M_CONF_GLOBAL:
		return conf_global_recv(m, &global);
	case M_CONF_PKI:
		return conf_pki(s, m);
	case M_CONF_SECRET:
		return conf_secret(s, m);
	default:
		return -1;
	}
}

static int
conf_end(char *why, size_t size, void *arg)
{
	struct signer *s = arg;

	if (s->why[0] == '\0' && !s->has_secret)
		(void)snprintf(s->why, sizeof(s->why), "no seal key");
	if (s->why[0] != '\0') {
		(void)snprintf(why, size, "signer: %.400s", s->why);
		tlskeys_free(s->tls_next);
		s->tls_next = NULL;
		return -1;
	}
	tlskeys_free(s->tls);
	s->tls = s->tls_next;
	s->tls_next = NULL;
	return 0;
}

static void
peer(enum proc_conv conv, enum proc_kind kind, unsigned instance, int fd,
    void *arg)
{
	signer_peer(arg, conv, kind, instance, fd);
}

static void
stop(void *arg)
{
	struct signer *s = arg;

	explicit_bzero(&s->secret, sizeof(s->secret));
	explicit_bzero(s->transport, sizeof(s->transport));
	tlskeys_free(s->tls);
	dkimkeys_free(s->dkim);
	proc_exit();
}

static int
make_parts(void *arg)
{
	struct signer *s = arg;

	if (key_memory() == -1)
		return -1;
	s->dkim = dkimkeys_new();
	return s->dkim == NULL ? -1 : 0;
}

static const struct proc_hooks hooks = {
	.name = "signer",
	.kind = PROC_SIGNER,
	.profile = "signer",
	.open = make_parts,
	.conf_begin = conf_begin,
	.conf_item = conf_item,
	.conf_end = conf_end,
	.peer = peer,
	.stop = stop,
};

int
main(int argc, char **argv)
{
	static struct signer signer;

	return proc_main(argc, argv, &hooks, &signer);
}

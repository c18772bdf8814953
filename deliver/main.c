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
 * deliver: DNS, outgoing SMTP sessions, TLS.  It has no files but the read-only
 * segments that queue passes, and no keys.
 */

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include "deliver.h"
#include "log.h"
#include "proc.h"
#include "resolver.h"
#include "settings.h"

/* resolv.conf(5) is not longer, and what is beyond is not looked at. */
#define RESOLV_CONF_MAX 16384

static struct deliver deliver;

/* The system's resolvers, for a configuration that names none. */
static void
read_resolv_conf(struct deliver *d)
{
	static const char path[] = "/etc/resolv.conf";
	char text[RESOLV_CONF_MAX];
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		if (errno != ENOENT)
			log_warn("%s", path);
		return;
	}
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (n <= 0)
		return;
	text[n] = '\0';
	d->systems = resolver_conf_parse(text, d->system, RESOLVER_SERVERS_MAX);
}

/*
 * Opportunistic TLS: nothing is verified (RFC 7435), and "compat" is every
 * cipher that is not broken, since the choice is between it and plain text.
 */
static struct tls_config *
client_config(void)
{
	struct tls_config *config;
	struct tls *probe;

	if (tls_init() == -1 || (config = tls_config_new()) == NULL)
		return NULL;
	tls_config_insecure_noverifycert(config);
	tls_config_insecure_noverifyname(config);
	tls_config_insecure_noverifytime(config);
	if (tls_config_set_ciphers(config, "compat") == -1) {
		log_warnx("tls: %s", tls_config_error(config));
		return NULL;
	}
	/* libcrypto loads its own files now, while it can. */
	probe = tls_client();
	if (probe == NULL || tls_configure(probe, config) == -1)
		return NULL;
	tls_free(probe);
	return config;
}

/* Whom this host trusts; without it webhooks must name somebody. */
static void
read_certificates(struct deliver *d)
{
	const char *path;

	path = tls_default_ca_cert_file();
	d->ca = tls_load_file(path, &d->ca_len, NULL);
	if (d->ca == NULL)
		log_debug("%s: cannot be read", path);
}

static int
open_hook(void *arg)
{
	struct deliver *d = arg;

	read_resolv_conf(d);
	read_certificates(d);
	d->tls = client_config();
	if (d->tls == NULL)
		return -1;
	return deliver_start(d);
}

static void
conf_begin_hook(void *arg)
{
	struct deliver *d = arg;

	settings_unref(d->next);
	d->next = settings_new();
}

static int
conf_item_hook(struct msgin *m, void *arg)
{
	struct deliver *d = arg;

	return d->next == NULL ? -1 : settings_item(d->next, m);
}

static int
conf_end_hook(char *why, size_t size, void *arg)
{
	return deliver_apply(arg, why, size);
}

static void
peer_hook(enum proc_conv conv, enum proc_kind kind, unsigned instance, int fd,
    void *arg)
{
	(void)kind;
	(void)instance;
	deliver_peer(arg, conv, fd);
}

static void
stop_hook(void *arg)
{
	deliver_stop(arg);
}

static const struct proc_hooks hooks = {
	.name = "deliver",
	.kind = PROC_DELIVER,
	.profile = "deliver",
	.open = open_hook,
	.conf_begin = conf_begin_hook,
	.conf_item = conf_item_hook,
	.conf_end = conf_end_hook,
	.peer = peer_hook,
	.stop = stop_hook,
};

int
main(int argc, char **argv)
{
	return proc_main(argc, argv, &hooks, &deliver);
}

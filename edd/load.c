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
 * Parses a configuration and reads what it names: certificates, keys, the
 * machine's resolvers.  Applies nothing.
 */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf_default.h"
#include "parser.h"
#include "pki.h"
#include "resolv.h"

struct load {
	const struct options *opt;
	void (*report)(const char *, void *);
	void *arg;
};

static void
load_say(const char *where, const char *text, void *arg)
{
	char line[2 * CONF_PATH_SIZE];
	struct load *l = arg;

	(void)snprintf(line, sizeof(line), "%s%s%s", where == NULL ? "" : where,
	    where == NULL ? "" : ": ", text);
	l->report(line, l->arg);
}

static struct conf *
load_parse(struct load *l)
{
	struct parser_source source;
	struct conf *c;
	char *text;

	memset(&source, 0, sizeof(source));
	source.report = l->report;
	source.arg = l->arg;
	source.macro = l->opt->macros;
	if (l->opt->file != NULL) {
		source.file = l->opt->file;
		return parser_run(&source);
	}
	text = conf_default_text(l->opt->dir);
	if (text == NULL) {
		load_say(l->opt->dir, "cannot be the folder of -E", l);
		return NULL;
	}
	source.name = CONF_DEFAULT_NAME;
	source.text = text;
	c = parser_run(&source);
	free(text);
	return c;
}

/* Certificates: with -E made where missing, with -n only looked at. */
static int
load_pki(struct load *l, struct conf *c)
{
	char dir[CONF_PATH_SIZE], why[ERROR_SIZE];
	struct pki *p;

	if (l->opt->dir == NULL)
		return pki_load(c, l->opt->check, load_say, l);
	if (l->opt->check)
		return 0;
	(void)snprintf(dir, sizeof(dir), "%s/tls", l->opt->dir);
	TAILQ_FOREACH(p, &c->pkis, entry) {
		if (pki_make(p, dir, c->global.hostname, why) == -1) {
			load_say(p->where, why, l);
			return -1;
		}
	}
	return pki_load(c, false, load_say, l);
}

/*
 * Read the configuration that the options name, with all that it refers to;
 * each error is reported.  With check set, no more is read than checking
 * needs.  The caller frees what is returned; NULL if anything was wrong.
 */
struct conf *
load_conf(const struct options *opt, void (*report)(const char *, void *),
    void *arg)
{
	struct load l = { opt, report, arg };
	struct conf *c;

	c = load_parse(&l);
	if (c == NULL)
		return NULL;
	if (load_pki(&l, c) == -1 ||
	    (!opt->check && resolv_read(c, "/etc/resolv.conf") == -1)) {
		conf_free(c);
		return NULL;
	}
	return c;
}

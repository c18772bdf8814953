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
 * Runs smtptest.c without the rights that edctl was started with: a server
 * that is tested is not trusted.
 */
#include "smtpcmd.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"
#include "fail.h"
#include "grammar.h"
#include "options.h"
#include "parse.h"
#include "print.h"
#include "proto_admin.h"
#include "smtptest.h"

/* Whom root becomes. */
#define SMTPCMD_USER "nobody"

/* Root becomes nobody; others stay who they are.  0 or -1. */
int
smtpcmd_drop_rights(void)
{
	struct passwd *pw;

	if (geteuid() != 0)
		return 0;
	pw = getpwnam(SMTPCMD_USER);
	if (pw == NULL || setgroups(1, &pw->pw_gid) == -1 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1)
		return -1;
	return 0;
}

static int
step_cb(const struct row *row, void *arg)
{
	int r;

	r = print_row(arg, row);
	(void)fflush(stdout);
	return r;
}

static int
read_order(const struct admin_command *c, struct smtptest_order *o,
    const char **why)
{
	const char *error;
	uint32_t i;

	memset(o, 0, sizeof(*o));
	o->host = c->word[1];
	for (i = 2; i + 1 < c->words; i += 2) {
		if (strcmp(c->word[i], "tls") == 0) {
			o->tls = c->word[i + 1];
			continue;
		}
		o->port = (unsigned)strtonum(c->word[i + 1], 1, 65535, &error);
		if (error != NULL) {
			*why = "a port is a number from 1 to 65535";
			return -1;
		}
	}
	return 0;
}

/*
 * smtp-test HOST|DOMAIN [port N] [tls HOW]: 0, or 1 if a step failed.
 */
int
smtpcmd_run(const struct options *op, const struct parse *p)
{
	struct smtptest_order o;
	const char *why;
	struct print *print;
	int r;

	if (read_order(&p->words, &o, &why) == -1)
		fail(FAIL_NO, why, NULL);
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || smtpcmd_drop_rights() == -1)
		fail(FAIL_NO, "the rights of root cannot be given up", NULL);
	print = print_new(LAYOUT_CHECK, op->json, 0);
	if (print == NULL)
		fail(FAIL_NO, "out of memory", NULL);
	r = smtptest_run(&o, step_cb, print);
	if (print_end(print) == -1 || r == -1)
		fail(FAIL_NO,
		    errno == EINVAL ? "that is no name of a host" :
				      "the test could not be run",
		    NULL);
	return r == 0 ? 0 : 1;
}

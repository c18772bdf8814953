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
 * edctl: the operator's command.  It parses a command line; most commands
 * control answers, a few are done here.  It decides nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "backupcmd.h"
#include "client.h"
#include "compat.h"
#include "complete.h"
#include "exportcmd.h"
#include "fail.h"
#include "grammar.h"
#include "help.h"
#include "importcmd.h"
#include "log.h"
#include "options.h"
#include "parse.h"
#include "setup.h"
#include "smtpcmd.h"
#include "testsend.h"
#include "topcmd.h"

#define DEFAULT_SOCKET EDD_RUNDIR "/edd.sock"

/* More than a day of silence is for ever. */
#define SILENCE_MAX 86400

/* Commands that are done here. */
static const struct {
	const char *word;
	const char *second; /* NULL: whatever it is */
	int (*run)(const struct options *, const struct parse *);
} locals[] = {
	{ "backup", NULL, backupcmd_run },
	{ "help", NULL, help_run },
	{ "restore", NULL, restorecmd_run },
	{ "setup", NULL, setup_run },
	{ "smtp-test", NULL, smtpcmd_run },
	{ "suppression", "export", exportcmd_run },
	{ "suppression", "import", importcmd_run },
	{ "test-send", NULL, testsend_run },
	{ "top", NULL, topcmd_run },
};

static void __attribute__((noreturn)) usage(void)
{
	(void)fprintf(stderr,
	    "usage: edctl [-j] [-s socket] [-t seconds] command "
	    "[argument ...]\n"
	    "see: edctl help\n");
	exit(FAIL_NO);
}

static void
parse_options(int argc, char **argv, struct options *o)
{
	const char *error;
	int ch;

	memset(o, 0, sizeof(*o));
	o->silence = CLIENT_SILENCE;
	o->socket = getenv("EDD_SOCKET");
	if (o->socket == NULL)
		o->socket = DEFAULT_SOCKET;
	while ((ch = getopt(argc, argv, "+js:t:")) != -1) {
		switch (ch) {
		case 'j':
			o->json = true;
			break;
		case 's':
			o->socket = optarg;
			break;
		case 't':
			o->silence = (unsigned)strtonum(optarg, 0, SILENCE_MAX,
			    &error);
			if (error != NULL)
				fail(FAIL_NO,
				    "-t is a number of seconds, or 0 for no "
				    "limit",
				    NULL);
			break;
		default:
			usage();
		}
	}
	fail_as_json(o->json);
}

/* What was printed is written; else it is no success. */
static int
finish(int status)
{
	char why[ERROR_SIZE];

	errno = 0;
	if ((fflush(stdout) == 0 && ferror(stdout) == 0) || errno == EPIPE ||
	    status != 0)
		return status;
	(void)snprintf(why, sizeof(why),
	    "standard output cannot be written: %s",
	    strerror(errno == 0 ? EIO : errno));
	fail(FAIL_NO, why, NULL);
}

int
main(int argc, char **argv)
{
	static char follow[] = "follow";
	static struct parse p;
	struct options o;
	size_t l;
	int i;

	log_init("edctl", true, 0);
	parse_options(argc, argv, &o);
	if (optind == argc)
		usage();
	if (strcmp(argv[optind], "complete") == 0)
		return complete_run(&o, argc - optind - 1, argv + optind + 1);
	/* "events -f" and "audit -f" as tail(1) has it. */
	for (i = optind + 1; i < argc; i++)
		if (strchr("ae", argv[optind][0]) != NULL &&
		    strcmp(argv[i], "-f") == 0)
			argv[i] = follow;
	if (isatty(STDOUT_FILENO) == 1)
		(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (parse_command(argc - optind, argv + optind, &p) == -1)
		fail(FAIL_NO, p.why, p.hint);
	for (l = 0; l < sizeof(locals) / sizeof(locals[0]); l++) {
		if (strcmp(locals[l].word, p.command->word[0]) == 0 &&
		    (locals[l].second == NULL ||
			strcmp(locals[l].second, p.command->word[1]) == 0))
			return finish(locals[l].run(&o, &p));
	}
	return ask(&o, &p);
}

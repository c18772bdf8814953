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
 * edd(8): the parent of all processes.  Reads the command line; everything
 * else is in edd.c.
 */
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "edd.h"
#include "load.h"
#include "log.h"
#include "printconf.h"

static struct edd edd;

static void __attribute__((noreturn)) usage(void)
{
	(void)fprintf(stderr,
	    "usage: edd [-dnUv] [-D name=value] [-E dir] [-f file] "
	    "[-L dir]\n");
	exit(2);
}

/* -D, of which there may be several. */
static void
add_macro(struct options *opt, char *definition)
{
	size_t n;

	n = 0;
	while (opt->macros != NULL && opt->macros[n] != NULL)
		n++;
	opt->macros = reallocarray(opt->macros, n + 2, sizeof(char *));
	if (opt->macros == NULL)
		err(1, NULL);
	opt->macros[n] = definition;
	opt->macros[n + 1] = NULL;
}

/* An absolute path, because a daemon changes its folder. */
static const char *
absolute(const char *path)
{
	char *full;

	full = realpath(path, NULL);
	if (full == NULL)
		err(1, "%s", path);
	return full;
}

/* The folder of -E, made if it is missing and is to be used. */
static const char *
own_folder(const char *path, bool check)
{
	if (check && access(path, F_OK) == -1)
		return path;
	if (mkdir(path, 0755) == 0)
		(void)chmod(path, 0755);
	else if (errno != EEXIST)
		err(1, "%s", path);
	return absolute(path);
}

/*
 * Where the programs are: in ../libexec/edd as seen from this one, which is so
 * in a build tree and where it is installed, otherwise where it was built for.
 */
static const char *
default_libexec(const char *argv0)
{
	const char *slash;
	char *path;

	slash = strrchr(argv0, '/');
	if (slash == NULL)
		return EDD_LIBEXECDIR;
	if (asprintf(&path, "%.*s/../libexec/edd", (int)(slash - argv0),
		argv0) == -1)
		err(1, NULL);
	if (access(path, X_OK) == -1) {
		free(path);
		return EDD_LIBEXECDIR;
	}
	slash = absolute(path);
	free(path);
	return slash;
}

static void
parse_options(int argc, char **argv, struct options *opt)
{
	int c;

	while ((c = getopt(argc, argv, "D:dE:f:L:nUv")) != -1) {
		switch (c) {
		case 'D':
			add_macro(opt, optarg);
			break;
		case 'd':
			opt->foreground = true;
			break;
		case 'E':
			opt->dir = optarg;
			break;
		case 'f':
			opt->file = optarg;
			break;
		case 'L':
			opt->libexec = optarg;
			break;
		case 'n':
			opt->check = true;
			break;
		case 'U':
			opt->own_user = true;
			break;
		case 'v':
			opt->verbose++;
			break;
		default:
			usage();
		}
	}
	if (argc != optind)
		usage();
}

static void
resolve_options(const char *argv0, struct options *opt)
{
	if (opt->dir != NULL)
		opt->dir = own_folder(opt->dir, opt->check);
	if (opt->file != NULL)
		opt->file = absolute(opt->file);
	else if (opt->dir == NULL)
		opt->file = EDD_CONFDIR "/edd.conf";
	if (opt->libexec == NULL)
		opt->libexec = default_libexec(argv0);
	else
		opt->libexec = absolute(opt->libexec);
}

static void
report_cb(const char *text, void *arg)
{
	(void)fprintf(stderr, "%s\n", text);
}

/* -n: say whether the configuration is good, with -v print it. */
static int
check(struct conf *c, const struct options *opt)
{
	int r;

	r = 0;
	if (opt->verbose > 0)
		r = printconf(stdout, c);
	if (r == 0)
		(void)fprintf(stderr, "configuration ok\n");
	conf_free(c);
	return r == 0 ? 0 : 1;
}

/* Descriptors 0 to 2 exist, so that no socket gets their number. */
static void
open_standard(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd == -1)
			exit(1);
	} while (fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		(void)close(fd);
}

int
main(int argc, char **argv)
{
	struct options opt;

	open_standard();
	memset(&opt, 0, sizeof(opt));
	parse_options(argc, argv, &opt);
	(void)umask(077);
	log_init("edd", true, opt.verbose);
	resolve_options(argv[0], &opt);
	edd.opt = &opt;
	edd.conf = load_conf(&opt, report_cb, NULL);
	if (edd.conf == NULL)
		return 1;
	if (opt.check)
		return check(edd.conf, &opt);
	if (chdir("/") == -1)
		err(1, "/");
	return edd_run(&edd);
}

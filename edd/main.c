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

/* What is needed until the end; edd points to options. */
static struct edd edd;
static struct options opt;

static void __attribute__((noreturn)) usage(void)
{
	(void)fprintf(stderr,
	    "usage: edd [-dnUv] [-D name=value] [-E dir] [-f file] "
	    "[-L dir]\n");
	exit(2);
}

/* -D, of which there may be several. */
static void
add_macro(struct options *o, char *definition)
{
	size_t n;

	n = 0;
	while (o->macros != NULL && o->macros[n] != NULL)
		n++;
	o->macros = reallocarray(o->macros, n + 2, sizeof(char *));
	if (o->macros == NULL)
		err(1, NULL);
	o->macros[n] = definition;
	o->macros[n + 1] = NULL;
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

/*
 * The folder of -E, made if it is missing and is to be used.  One that somebody
 * else may have made first, in /tmp say, leads anywhere.
 */
static const char *
own_folder(const char *path, bool check)
{
	struct stat st;

	if (check && access(path, F_OK) == -1)
		return path;
	if (mkdir(path, 0755) == 0)
		(void)chmod(path, 0755);
	else if (errno != EEXIST)
		err(1, "%s", path);
	path = absolute(path);
	if (stat(path, &st) == -1)
		err(1, "%s", path);
	if (!S_ISDIR(st.st_mode))
		errx(1, "%s: not a folder", path);
	if (st.st_uid != geteuid() || (st.st_mode & 02) != 0)
		errx(1,
		    "%s: belongs to somebody else, or anybody may write to "
		    "it: name another folder",
		    path);
	return path;
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
parse_options(int argc, char **argv, struct options *o)
{
	int c;

	while ((c = getopt(argc, argv, "D:dE:f:L:nUv")) != -1) {
		switch (c) {
		case 'D':
			add_macro(o, optarg);
			break;
		case 'd':
			o->foreground = true;
			break;
		case 'E':
			o->dir = optarg;
			break;
		case 'f':
			o->file = optarg;
			break;
		case 'L':
			o->libexec = optarg;
			break;
		case 'n':
			o->check = true;
			break;
		case 'U':
			o->own_user = true;
			break;
		case 'v':
			o->verbose++;
			break;
		default:
			usage();
		}
	}
	if (argc != optind)
		usage();
}

static void
resolve_options(const char *argv0, struct options *o)
{
	if (o->dir != NULL)
		o->dir = own_folder(o->dir, o->check);
	if (o->file != NULL)
		o->file = absolute(o->file);
	else if (o->dir == NULL)
		o->file = EDD_CONFDIR "/edd.conf";
	if (o->libexec == NULL)
		o->libexec = default_libexec(argv0);
	else
		o->libexec = absolute(o->libexec);
}

static void
report_cb(const char *text, void *arg)
{
	(void)fprintf(stderr, "%s\n", text);
}

/* -n: say whether the configuration is good, with -v print it. */
static int
check(struct conf *c, const struct options *o)
{
	int r;

	r = 0;
	if (o->verbose > 0)
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
	open_standard();
	closefrom(STDERR_FILENO + 1); /* whatever a shell has left open */
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

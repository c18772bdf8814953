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
 * edctl: the operator's command.  It parses a command line, asks control
 * over its socket, and prints the answer.  It decides nothing.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <event2/event.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bounds.h"
#include "chan.h"
#include "grammar.h"
#include "log.h"
#include "msg.h"
#include "print.h"
#include "proto_admin.h"
#include "proto_ctl.h"
#include "row.h"
#include "sandbox.h"

#define DEFAULT_SOCKET EDD_RUNDIR "/edd.sock"

struct edctl {
	struct event_base *base;
	struct chan *chan;
	struct print *print;
	struct grammar_result command;
	char *pem; /* of a key file */
	int status;
};

static void __attribute__((noreturn)) fail(const char *why, const char *hint)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "edctl: %s\n", why);
	if (hint != NULL && hint[0] != '\0')
		(void)fprintf(stderr, "%s\n", hint);
	exit(1);
}

static void __attribute__((noreturn)) usage(void)
{
	(void)fprintf(stderr,
	    "usage: edctl [-j] [-s socket] command [argument ...]\n"
	    "see: edctl help\n");
	exit(1);
}

/* Which group may use the socket, for the error. */
static void __attribute__((noreturn)) fail_permission(const char *path)
{
	char hint[ERROR_SIZE];
	struct group *gr;
	struct stat st;

	(void)snprintf(hint, sizeof(hint), "run it as root");
	if (stat(path, &st) == 0 && st.st_gid != 0) {
		gr = getgrgid(st.st_gid);
		if (gr != NULL)
			(void)snprintf(hint, sizeof(hint),
			    "run it as root, or as a member of group %s",
			    gr->gr_name);
	}
	fail("permission denied to administer edd", hint);
}

static int
connect_control(const char *path)
{
	struct sockaddr_un sun;
	char why[ERROR_SIZE];
	int fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(sun.sun_path))
		fail("path of the socket is too long", NULL);
	memcpy(sun.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		fail(strerror(errno), NULL);
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	if (errno == EACCES || errno == EPERM)
		fail_permission(path);
	(void)snprintf(why, sizeof(why), "%s: %s", path, strerror(errno));
	fail(why,
	    errno == ENOENT || errno == ECONNREFUSED ?
		"edd is not running; start it, or give its socket with -s" :
		NULL);
}

/* The content of a key file stands for its name. */
static char *
read_key(const char *path)
{
	char *text, why[ERROR_SIZE];
	size_t n;
	FILE *f;

	f = fopen(path, "re");
	text = calloc(1, PEM_MAX);
	if (f == NULL || text == NULL) {
		(void)snprintf(why, sizeof(why), "%s: %s", path,
		    strerror(errno));
		fail(why, NULL);
	}
	n = fread(text, 1, PEM_MAX - 1, f);
	if (n == PEM_MAX - 1 || strlen(text) != n)
		fail("the key file is not a PEM file", NULL);
	(void)fclose(f);
	return text;
}

static void
load_files(struct edctl *e)
{
	struct grammar_result *c = &e->command;
	size_t i;

	if (strcmp(c->word[0], "dkim") != 0 ||
	    strcmp(c->word[1], "import") != 0)
		return;
	for (i = 2; i + 1 < c->words; i++)
		if (strcmp(c->word[i], "key") == 0) {
			e->pem = read_key(c->word[i + 1]);
			c->word[i + 1] = e->pem;
		}
}

static enum print_style
style_of(const struct grammar_result *c)
{
	const char *second = c->words > 1 ? c->word[1] : "";

	if (strcmp(c->word[0], "trace") == 0)
		return PRINT_TRACE;
	if (strcmp(c->word[0], "show") == 0 && strcmp(second, "status") == 0)
		return PRINT_STATUS;
	if (strcmp(c->word[0], "dkim") == 0 && strcmp(second, "list") != 0)
		return PRINT_DKIM;
	if (strcmp(second, "add") == 0 || strcmp(second, "show") == 0 ||
	    strcmp(second, "check") == 0)
		return PRINT_BLOCK;
	return PRINT_TABLE;
}

static void
send_command(struct edctl *e)
{
	struct admin_command cmd;
	size_t i;

	memset(&cmd, 0, sizeof(cmd));
	for (i = 0; i < e->command.words; i++) {
		cmd.word[i] = strdup(e->command.word[i]);
		if (cmd.word[i] == NULL)
			fail("out of memory", NULL);
		cmd.words++;
	}
	if (ctl_command_send(e->chan, &cmd) == -1)
		fail("the command is too long", NULL);
	admin_command_clear(&cmd);
}

static int
hello_cb(struct chan *c, struct msgin *m, void *arg)
{
	uint32_t version;

	if (ctl_hello_recv(m, &version) == -1)
		return -1;
	if (version != CTL_VERSION)
		fail("edd speaks another version of the protocol",
		    "use the edctl that was installed with it");
	return 0;
}

static int
row_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct edctl *e = arg;
	struct row *row;

	row = row_new();
	if (row == NULL || ctl_row_recv(m, row) == -1) {
		row_free(row);
		return -1;
	}
	print_row(e->print, row);
	return 0;
}

static int
end_cb(struct chan *c, struct msgin *m, void *arg)
{
	struct edctl *e = arg;
	struct admin_end end;

	if (ctl_end_recv(m, &end) == -1)
		return -1;
	print_end(e->print);
	if (!end.ok)
		fail(end.why, end.hint);
	if (end.hint[0] != '\0')
		(void)printf("%s\n", end.hint);
	e->status = 0;
	(void)event_base_loopbreak(e->base);
	return 0;
}

static const struct chan_rule rules[] = {
	{ M_CTL_HELLO, 0, "hello", hello_cb },
	{ M_CTL_ROW, 0, "row", row_cb },
	{ M_CTL_END, 0, "end", end_cb },
	{ 0, 0, NULL, NULL },
};

static void
down_cb(struct chan *c, void *arg)
{
	fail("edd closed the connection before the answer was complete",
	    "if it says so again, look into edd's log");
}

static int
ask(struct edctl *e, const char *path)
{
	int fd;

	fd = connect_control(path);
	e->base = event_base_new();
	if (e->base == NULL)
		fail("event loop", NULL);
	e->chan = chan_new(e->base, fd, "control", rules, e);
	if (e->chan == NULL)
		fail("out of memory", NULL);
	chan_on_down(e->chan, down_cb);
	tzset();
	if (sandbox_enter("edctl") == -1)
		fail(strerror(errno), "the sandbox could not be entered");
	e->status = 1;
	if (ctl_hello_send(e->chan, CTL_VERSION) == -1)
		fail("cannot speak to edd", NULL);
	send_command(e);
	(void)event_base_dispatch(e->base);
	return e->status;
}

int
main(int argc, char **argv)
{
	struct edctl e;
	const char *path = getenv("EDD_SOCKET");
	char why[ERROR_SIZE], hint[ERROR_SIZE];
	bool json = false;
	int ch;

	memset(&e, 0, sizeof(e));
	log_init("edctl", true, 0);
	while ((ch = getopt(argc, argv, "+js:")) != -1) {
		if (ch == 'j')
			json = true;
		else if (ch == 's')
			path = optarg;
		else
			usage();
	}
	if (grammar_parse(argc - optind, argv + optind, &e.command, why,
		sizeof(why), hint, sizeof(hint)) == -1)
		fail(why, hint);
	if (strcmp(e.command.word[0], "help") == 0) {
		if (grammar_help(stdout,
			e.command.words > 1 ? e.command.word[1] : NULL) == 0)
			return 0;
		fail("no such command", "see: edctl help");
	}
	load_files(&e);
	e.print = print_new(json ? PRINT_JSON : style_of(&e.command));
	if (e.print == NULL)
		fail("out of memory", NULL);
	return ask(&e, path == NULL ? DEFAULT_SOCKET : path);
}

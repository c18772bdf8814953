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
 * edd.conf is read and changed as text, and only after edd itself has said that
 * the new one is good; the old one is kept beside it.  Then edd takes it, or is
 * started.
 */
#include "setupconf.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "certfile.h"
#include "client.h"
#include "compat.h"
#include "conftext.h"
#include "options.h"
#include "proto_admin.h"
#include "setup.h"
#include "shellword.h"

/* A configuration; real ones have a few KB. */
#define CONF_MAX 262144u

/* What edd says of a configuration that is wrong. */
#define SAID_SIZE 4096u

/* Seconds until edd answers after its start. */
#define START_SECONDS 30

/* Days before its end that a certificate is worth a word. */
#define CERT_DAYS 14

struct conf {
	char *text; /* NULL: it cannot be read */
	bool is_new;
	struct conftext is;
	struct conftext want;
};

/* edd, which is installed beside edctl. */
static void
edd_path(char path[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t n;

	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	(void)strlcpy(path, "edd", PATH_MAX);
	if (n <= 0)
		return;
	self[n] = '\0';
	if (snprintf(path, PATH_MAX, "%.*s/edd", PATH_MAX - 8, dirname(self)) >=
	    PATH_MAX)
		(void)strlcpy(path, "edd", PATH_MAX);
}

/* Run a program; what it says goes to said.  Its exit status, or -1. */
static int
run(const char *const *argv, char *said, size_t size)
{
	size_t len;
	int fd[2], status;
	ssize_t n;
	pid_t pid;

	(void)fflush(stdout);
	said[0] = '\0';
	if (pipe2(fd, O_CLOEXEC) == -1)
		return -1;
	pid = fork();
	if (pid == 0) {
		if (dup2(fd[1], STDOUT_FILENO) == -1 ||
		    dup2(fd[1], STDERR_FILENO) == -1)
			_exit(127);
		(void)execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	(void)close(fd[1]);
	len = 0;
	while (pid != -1 && len < size - 1 &&
	    (n = read(fd[0], said + len, size - 1 - len)) > 0)
		len += (size_t)n;
	(void)close(fd[0]);
	said[len] = '\0';
	if (pid == -1 || waitpid(pid, &status, 0) == -1 || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* The text of a file.  NULL with errno. */
static char *
slurp(const char *path)
{
	char *text;
	size_t n;
	FILE *f;

	f = fopen(path, "re");
	if (f == NULL)
		return NULL;
	text = calloc(1, CONF_MAX + 1);
	n = text == NULL ? 0 : fread(text, 1, CONF_MAX, f);
	(void)fclose(f);
	if (text != NULL && (n == CONF_MAX || strlen(text) != n)) {
		free(text);
		text = NULL;
		errno = EFBIG;
	}
	return text;
}

/* Write a file to the disk, as its owner's alone.  0 or -1 with errno. */
static int
spill(const char *path, const char *text)
{
	size_t len;
	int fd, r;

	len = strlen(text);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (fd == -1)
		return -1;
	r = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0 ? 0 : -1;
	return close(fd) == 0 ? r : -1;
}

static int
conf_read(struct setup *s, struct conf *c)
{
	c->text = slurp(s->conf);
	if (c->text == NULL && errno == ENOENT) {
		c->is_new = true;
		c->text = strdup(conftext_new());
	} else if (c->text == NULL) {
		setup_say(s, "edd.conf", "note",
		    "as root, setup sees to host name and certificate too",
		    "%s: %s", s->conf, strerror(errno));
		return -1;
	}
	if (c->text == NULL)
		return -1;
	conftext_read(c->text, &c->is);
	return 0;
}

/* The host name: given, there, or this machine's.  0 or -1. */
static int
choose_hostname(struct setup *s, struct conf *c)
{
	const char *why;

	if (s->hostname[0] == '\0' &&
	    strcmp(c->is.hostname, CONFTEXT_SAMPLE) != 0)
		(void)strlcpy(s->hostname, c->is.hostname, sizeof(s->hostname));
	else if (s->hostname[0] == '\0' &&
	    gethostname(s->hostname, sizeof(s->hostname) - 1) == 0 &&
	    conftext_hostname_error(s->hostname) != NULL)
		s->hostname[0] = '\0';
	do {
		setup_ask(s, "Name of this host, as other mail servers see it",
		    s->hostname, sizeof(s->hostname));
		why = s->hostname[0] == '\0' ?
		    "name this host: hostname NAME" :
		    conftext_hostname_error(s->hostname);
		if (why == NULL)
			break;
		setup_say(s, "hostname", s->asks ? "warn" : "fail", why, "%s",
		    s->hostname[0] == '\0' ? "none" : s->hostname);
	} while (s->asks);
	if (why != NULL)
		return -1;
	(void)strlcpy(c->want.hostname, s->hostname, sizeof(c->want.hostname));
	setup_say(s, "hostname", "ok", NULL, "%s", s->hostname);
	return 0;
}

/* Say how the certificate is that will be used. */
static int
look_at_cert(struct setup *s, const char *cert)
{
	char why[ERROR_SIZE];
	int64_t days;
	bool named;

	if (certfile_look(cert, s->hostname, &named, &days, why, sizeof(why)) ==
	    -1) {
		setup_say(s, "certificate", "fail",
		    "give a certificate with its chain in PEM form", "%s", why);
		return -1;
	}
	setup_say(s, "certificate", !named || days < CERT_DAYS ? "warn" : "ok",
	    !named		 ? "clients that verify refuse it: get "
				   "one for this name" :
		days < CERT_DAYS ? "renew it" :
				   NULL,
	    "%s, %sfor %s, %lld days more", cert, named ? "" : "not ",
	    s->hostname, (long long)days);
	return 0;
}

/* A certificate that others may have got for this host, or "self-signed". */
static void
propose_cert(struct setup *s)
{
	(void)snprintf(s->tls, sizeof(s->tls),
	    "/etc/letsencrypt/live/%s/fullchain.pem", s->hostname);
	(void)snprintf(s->key, sizeof(s->key),
	    "/etc/letsencrypt/live/%s/privkey.pem", s->hostname);
	if (access(s->tls, R_OK) == 0 && access(s->key, R_OK) == 0)
		return;
	(void)strlcpy(s->tls, "self-signed", sizeof(s->tls));
	s->key[0] = '\0';
}

/* What to do when a file could not be written. */
static const char *
mend_file(const char *path, char mend[ERROR_SIZE])
{
	char folder[PATH_MAX], word[SHELL_WORD_SIZE];
	char *slash;

	(void)strlcpy(folder, path, sizeof(folder));
	slash = strrchr(folder, '/');
	if (slash != NULL)
		*slash = '\0';
	if (geteuid() != 0)
		return "run it as root";
	if (slash == NULL || slash == folder || access(folder, F_OK) == 0)
		return "see that its folder can be written";
	(void)snprintf(mend, ERROR_SIZE, "mkdir -p %s",
	    shell_word(folder, word));
	return mend;
}

static void
fail_write(struct setup *s, const char *path)
{
	char mend[ERROR_SIZE];
	int error;

	error = errno;
	setup_say(s, "edd.conf", "fail", mend_file(path, mend), "%s: %s", path,
	    strerror(error));
}

static int
make_cert(struct setup *s, struct conf *c)
{
	char why[ERROR_SIZE], mend[ERROR_SIZE];

	if (c->is.cert[0] == '\0') {
		(void)strlcpy(c->want.cert, EDD_CONFDIR "/tls/mail.pem",
		    sizeof(c->want.cert));
		(void)strlcpy(c->want.key, EDD_CONFDIR "/tls/mail.key",
		    sizeof(c->want.key));
	} else {
		(void)strlcpy(c->want.cert, c->is.cert, sizeof(c->want.cert));
		(void)strlcpy(c->want.key, c->is.key, sizeof(c->want.key));
	}
	if (access(c->want.cert, F_OK) == 0)
		return look_at_cert(s, c->want.cert);
	if (certfile_make(s->hostname, c->want.cert, c->want.key, why,
		sizeof(why)) == -1) {
		setup_say(s, "certificate", "fail",
		    mend_file(c->want.cert, mend), "%s", why);
		return -1;
	}
	setup_say(s, "certificate", "ok",
	    "clients that verify refuse it; replace it with one of a known "
	    "authority: setup tls FILE key FILE",
	    "made a self-signed one for %s: %s", s->hostname, c->want.cert);
	return 0;
}

/* Given files, those there are, or a new self-signed one.  0 or -1. */
static int
choose_cert(struct setup *s, struct conf *c)
{
	const char *why;

	if (s->tls[0] == '\0' && c->is.cert[0] != '\0' &&
	    access(c->is.cert, F_OK) == 0)
		return look_at_cert(s, c->is.cert);
	if (s->tls[0] == '\0') {
		propose_cert(s);
		setup_ask(s,
		    "TLS certificate with its chain (a file), or self-signed",
		    s->tls, sizeof(s->tls));
	}
	if (strcmp(s->tls, "self-signed") == 0)
		return make_cert(s, c);
	setup_ask(s, "Its private key (a file)", s->key, sizeof(s->key));
	why = s->key[0] == '\0' ? "give its private key: key FILE" :
				  conftext_path_error(s->tls);
	if (why == NULL)
		why = conftext_path_error(s->key);
	if (why != NULL) {
		setup_say(s, "certificate", "fail", why, "%s", s->tls);
		return -1;
	}
	(void)strlcpy(c->want.cert, s->tls, sizeof(c->want.cert));
	(void)strlcpy(c->want.key, s->key, sizeof(c->want.key));
	return look_at_cert(s, s->tls);
}

/* What edd says of a file.  0, or -1 and that is said. */
static int
check(struct setup *s, const char *path)
{
	char edd[PATH_MAX], said[SAID_SIZE];
	const char *argv[] = { edd, "-n", "-f", path, NULL };
	int status;

	edd_path(edd);
	status = run(argv, said, sizeof(said));
	if (status == 0)
		return 0;
	said[strcspn(said, "\n")] = '\0';
	setup_say(s, "edd.conf", "fail",
	    "nothing was changed; mend that, and run setup again", "%s",
	    said[0] == '\0' ? "edd cannot be run to check it" : said);
	return -1;
}

/* The lines that one text has and the other has not. */
static void
show_lines(const char *text, const char *other, char sign)
{
	char line[2 * PATH_MAX + NAME_SIZE + 64];
	size_t len;

	for (; *text != '\0'; text += len + (text[len] == '\n' ? 1 : 0)) {
		len = strcspn(text, "\n");
		(void)snprintf(line, sizeof(line), "%.*s\n", (int)len, text);
		if (len > 0 && strstr(other, line) == NULL)
			(void)printf("%c %s", sign, line);
	}
}

/* The new one in place of the old one, which is kept.  0 or -1. */
static int
put_in_place(struct setup *s, const struct conf *c, const char *new)
{
	char kept[PATH_MAX + 32], when[32];
	struct stat st;
	struct tm tm;
	time_t now;

	now = time(NULL);
	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &tm) == 0)
		return -1;
	(void)snprintf(kept, sizeof(kept), "%s.%s", s->conf, when);
	if (!c->is_new) {
		if (stat(s->conf, &st) == -1 || chmod(new, st.st_mode) == -1 ||
		    (geteuid() == 0 &&
			chown(new, st.st_uid, st.st_gid) == -1) ||
		    (link(s->conf, kept) == -1 && errno != EEXIST))
			return -1;
	}
	if (rename(new, s->conf) == -1)
		return -1;
	if (c->is_new)
		setup_say(s, "edd.conf", "ok", NULL, "wrote %s", s->conf);
	else
		setup_say(s, "edd.conf", "ok", NULL,
		    "wrote %s, the old one is %s", s->conf, kept);
	return 0;
}

/* Write the new text after edd has looked at it.  1 changed, 0 not, or -1. */
static int
conf_write(struct setup *s, const struct conf *c)
{
	char new[PATH_MAX + 8];
	char *text;
	int r;

	text = conftext_edit(c->text, &c->want);
	if (text == NULL)
		return -1;
	r = 0;
	if (c->is_new || strcmp(text, c->text) != 0) {
		if (!s->o->json) {
			(void)printf("\n%s:\n", s->conf);
			if (!c->is_new)
				show_lines(c->text, text, '-');
			show_lines(text, c->is_new ? "" : c->text, '+');
		}
		(void)snprintf(new, sizeof(new), "%s.new", s->conf);
		r = -1;
		if (!setup_agrees(s, "Write that?"))
			setup_say(s, "edd.conf", "warn",
			    "put these lines there yourself, then \"edctl "
			    "reload\"",
			    "left as it is");
		else if (spill(new, text) == -1)
			fail_write(s, new);
		else if (check(s, new) == 0) {
			r = put_in_place(s, c, new) == 0 ? 1 : -1;
			if (r == -1)
				setup_say(s, "edd.conf", "fail", NULL, "%s: %s",
				    s->conf, strerror(errno));
		}
		if (r == -1)
			(void)unlink(new);
	} else
		setup_say(s, "edd.conf", "ok", NULL, "%s is as it should be",
		    s->conf);
	free(text);
	return r;
}

static bool
answers(const struct setup *s)
{
	struct admin_end end;
	struct client *c;

	c = client_open(s->o->socket, s->o->silence, &end);
	client_free(c);
	return c != NULL;
}

/* Have edd take the new configuration. */
static int
reload(struct setup *s)
{
	struct admin_end end;
	struct client *c;
	bool ok;

	c = client_open(s->o->socket, s->o->silence, &end);
	ok = c != NULL &&
	    client_words(c, NULL, NULL, &end, "reload", NULL) == CLIENT_ENDED &&
	    end.ok;
	client_free(c);
	if (ok)
		setup_say(s, "edd", "ok", NULL, "has the new configuration");
	else
		setup_say(s, "edd", "fail", end.hint, "%s", end.why);
	return ok ? 0 : -1;
}

/* By the service manager if it has edd, or directly. */
static int
start(struct setup *s)
{
	const struct timespec pause = { 0, 100000000 };
	char edd[PATH_MAX], said[SAID_SIZE];
	const char *unit[] = { "systemctl", "cat", "edd", NULL };
	const char *service[] = { "systemctl", "enable", "--now", "edd", NULL };
	const char *daemon[] = { edd, "-f", s->conf, NULL };
	bool by_service;
	time_t begin;

	if (!setup_agrees(s, "edd is not running.  Start it?")) {
		setup_say(s, "edd", "fail",
		    "start it, and run setup again for the rest",
		    "is not running");
		return -1;
	}
	edd_path(edd);
	by_service = strcmp(s->conf, EDD_CONFDIR "/edd.conf") == 0 &&
	    access("/run/systemd/system", F_OK) == 0 &&
	    run(unit, said, sizeof(said)) == 0;
	if (run(by_service ? service : daemon, said, sizeof(said)) != 0) {
		said[strcspn(said, "\n")] = '\0';
		setup_say(s, "edd", "fail", "see its log", "%s", said);
		return -1;
	}
	begin = time(NULL);
	while (!answers(s) && time(NULL) - begin < START_SECONDS)
		(void)nanosleep(&pause, NULL);
	if (!answers(s)) {
		setup_say(s, "edd", "fail", "see its log",
		    "does not answer after its start");
		return -1;
	}
	setup_say(s, "edd", "ok", NULL, "started%s",
	    by_service ? ", now and whenever the host starts" : "");
	return 0;
}

/* Host name, certificate, configuration; then edd runs with them.  0 or -1. */
int
setupconf(struct setup *s)
{
	struct conf c;
	int changed;

	memset(&c, 0, sizeof(c));
	setup_title(s, "edd on this host");
	changed = 0;
	if (conf_read(s, &c) == 0) {
		changed = -1;
		if (choose_hostname(s, &c) == 0 && choose_cert(s, &c) == 0)
			changed = conf_write(s, &c);
	}
	free(c.text);
	if (changed == -1)
		return -1;
	if (!answers(s))
		return start(s);
	return changed == 1 ? reload(s) : 0;
}

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
 * backup: what control says of the store goes into an encrypted file, beside
 * its name until it is whole and durable.  Files of the configuration are read
 * here, with the rights of who asks.
 */
#include "backupcmd.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backupfile.h"
#include "base64.h"
#include "bounds.h"
#include "client.h"
#include "fail.h"
#include "options.h"
#include "parse.h"
#include "proto_admin.h"
#include "row.h"
#include "sandbox.h"
#include "secret.h"

/* Kinds of chunks, their first octet. */
#define CHUNK_STORE 'S'
#define CHUNK_FILE  'F'

/* The longest name of a file in a backup. */
#define FILE_NAME_MAX 255u

struct writer {
	struct backup_keys keys;
	char *path;
	char *temporary;
	int fd;
	int folder; /* that it is in */
	uint64_t number;
	uint8_t plain[BACKUP_CHUNK];
	size_t len;
	uint8_t sealed[BACKUP_CHUNK + BACKUP_OVERHEAD];
	char records[32];
};

/* The file that is not whole yet, for the signals that end us. */
static const char *volatile unfinished;

static const int ends[] = { SIGHUP, SIGINT, SIGTERM };

/* Nothing half stays behind.  SA_RESETHAND: the signal itself ends us. */
static void
end_handler(int sig)
{
	if (unfinished != NULL)
		(void)unlink(unfinished);
	(void)raise(sig);
}

/* Have those that are not ignored, as by nohup(1), clear up first. */
static void
catch_ends(sigset_t *set)
{
	struct sigaction sa, old;
	size_t i;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = end_handler;
	sa.sa_flags = (int)SA_RESETHAND;
	(void)sigemptyset(&sa.sa_mask);
	(void)sigemptyset(set);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (sigaction(ends[i], NULL, &old) == -1 ||
		    old.sa_handler == SIG_IGN)
			continue;
		(void)sigaction(ends[i], &sa, NULL);
		(void)sigaddset(set, ends[i]);
	}
}

static void __attribute__((noreturn))
writer_fail(const struct writer *w, const char *path)
{
	char why[ERROR_SIZE];

	(void)snprintf(why, sizeof(why), "%s: %s", path, strerror(errno));
	if (w->temporary != NULL)
		(void)unlink(w->temporary);
	fail(FAIL_NO, why, NULL);
}

static void
writer_octets(const struct writer *w, const uint8_t *data, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(w->fd, data, len);
		if (n == -1)
			writer_fail(w, w->temporary);
		data += n;
		len -= (size_t)n;
	}
}

/* Write what is gathered as a chunk. */
static void
writer_chunk(struct writer *w, bool last)
{
	if (backup_chunk_seal(&w->keys, w->number++, last, w->plain, w->len,
		w->sealed) == -1) {
		(void)unlink(w->temporary);
		fail(FAIL_NO, "libcrypto cannot encrypt", NULL);
	}
	writer_octets(w, w->sealed, w->len + BACKUP_OVERHEAD);
	w->plain[0] = CHUNK_STORE;
	w->len = 1;
}

static void
writer_add(struct writer *w, const uint8_t *data, size_t len)
{
	size_t n;

	while (len > 0) {
		if (w->len == sizeof(w->plain))
			writer_chunk(w, false);
		n = sizeof(w->plain) - w->len;
		if (n > len)
			n = len;
		memcpy(w->plain + w->len, data, n);
		w->len += n;
		data += n;
		len -= n;
	}
}

/* A file of the configuration, in chunks of its own. */
static void
writer_file(struct writer *w, const char *path, const char *name)
{
	size_t head;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		writer_fail(w, path);
	w->plain[0] = CHUNK_FILE;
	w->plain[1] = (uint8_t)strlen(name);
	memcpy(w->plain + 2, name, strlen(name));
	head = 2 + strlen(name);
	while ((n = read(fd, w->plain + head, sizeof(w->plain) - head)) > 0) {
		w->len = head + (size_t)n;
		writer_chunk(w, false);
		w->plain[0] = CHUNK_FILE;
		w->plain[1] = (uint8_t)strlen(name);
		memcpy(w->plain + 2, name, strlen(name));
	}
	if (n == -1)
		writer_fail(w, path);
	(void)close(fd);
	w->plain[0] = CHUNK_STORE;
	w->len = 1;
}

/* The key files of a folder. */
static void
writer_keys(struct writer *w, const char *dir)
{
	static const char *const names[] = { "store.key", "seal.key" };
	char path[4096], name[64];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)snprintf(name, sizeof(name), "keys/%s", names[i]);
		writer_file(w, path, name);
	}
}

/* A file that only we can read, beside the one it is to be. */
static void
writer_open(struct writer *w, const char *path)
{
	sigset_t set, old;

	w->path = strdup(path);
	if (w->path == NULL || asprintf(&w->temporary, "%s.XXXXXX", path) == -1)
		fail(FAIL_NO, "out of memory", NULL);
	catch_ends(&set);
	(void)sigprocmask(SIG_BLOCK, &set, &old);
	w->fd = mkstemp(w->temporary);
	if (w->fd != -1)
		unfinished = w->temporary;
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	if (w->fd == -1) {
		free(w->temporary);
		w->temporary = NULL;
		writer_fail(w, path);
	}
	if (fchmod(w->fd, 0600) == -1)
		writer_fail(w, w->temporary);
	writer_octets(w, w->keys.head, sizeof(w->keys.head));
	w->plain[0] = CHUNK_STORE;
	w->len = 1;
}

/* Durable first, then in its place, then that durable. */
static void
writer_close(struct writer *w)
{
	if (fsync(w->fd) == -1 || close(w->fd) == -1 ||
	    rename(w->temporary, w->path) == -1)
		writer_fail(w, w->temporary);
	unfinished = NULL;
	(void)fsync(w->folder);
	(void)close(w->folder);
}

/*
 * From here on only the file, and its folder: what control says is not to be
 * trusted with more.  Names are those within the folder.
 */
static void
writer_confine(struct writer *w)
{
	char *slash;
	sigset_t all, old;

	slash = strrchr(w->path, '/');
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &old);
	if (slash != NULL) {
		*slash = '\0';
		if (chdir(slash == w->path ? "/" : w->path) == -1)
			writer_fail(w, w->path);
		w->temporary += slash + 1 - w->path;
		w->path = slash + 1;
		unfinished = w->temporary;
	}
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	w->folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->folder == -1 || sandbox_enter("edctl backup") == -1)
		writer_fail(w, "the sandbox could not be entered");
}

static int
row_cb(const struct row *row, void *arg)
{
	uint8_t octets[BASE64_OCTETS(ROW_VALUE_MAX)];
	struct writer *w;
	const char *text;
	size_t len;

	w = arg;
	text = row_value(row, "records");
	if (text != NULL)
		(void)snprintf(w->records, sizeof(w->records), "%s", text);
	text = row_value(row, "data");
	if (text == NULL)
		return 0;
	if (base64_decode(text, strlen(text), octets, sizeof(octets), &len) ==
	    -1)
		return -1;
	writer_add(w, octets, len);
	explicit_bzero(octets, sizeof(octets));
	return 0;
}

/* The value after a keyword, or NULL. */
static const char *
word_after(const struct parse *p, const char *keyword)
{
	uint32_t i;

	for (i = 2; i + 1 < p->words.words; i++) {
		if (strcmp(p->words.word[i], keyword) == 0)
			return p->words.word[i + 1];
	}
	return NULL;
}

/* Ask control, and write what it says. */
static void
ask_control(const struct options *o, struct writer *w)
{
	char text[BASE64_LEN(BOX_KEY_SIZE) + 1];
	uint8_t public[BOX_KEY_SIZE];
	enum client_result result;
	struct admin_end end;
	struct client *c;

	if (box_public(w->keys.opener, public) == -1 ||
	    base64_encode(public, sizeof(public), text, sizeof(text)) == -1)
		fail(FAIL_NO, "libcrypto has no X25519", NULL);
	c = client_open(o->socket, o->silence, &end);
	if (c == NULL) {
		(void)unlink(w->temporary);
		fail(FAIL_ABSENT, end.why, end.hint);
	}
	writer_confine(w);
	result = client_words(c, row_cb, w, &end, "backup", text, NULL);
	client_free(c);
	if (result == CLIENT_ENDED && end.ok)
		return;
	(void)unlink(w->temporary);
	fail(result == CLIENT_ENDED ? FAIL_NO : FAIL_ABSENT, end.why, end.hint);
}

/* backup FILE [passphrase FILE] [key FILE] [config FILE] [keys DIR] */
int
backupcmd_run(const struct options *o, const struct parse *p)
{
	static struct secret secret;
	static struct writer w;
	const char *path;

	secret_get(&secret, word_after(p, "passphrase"), word_after(p, "key"),
	    true);
	if (backup_keys_new(&w.keys, secret.phrase, secret.octets,
		secret.len) == -1)
		fail(FAIL_NO, "libcrypto cannot make a key", NULL);
	explicit_bzero(&secret, sizeof(secret));
	writer_open(&w, p->words.word[1]);
	path = word_after(p, "config");
	if (path != NULL)
		writer_file(&w, path, "edd.conf");
	path = word_after(p, "keys");
	if (path != NULL)
		writer_keys(&w, path);
	ask_control(o, &w);
	writer_chunk(&w, true);
	writer_close(&w);
	explicit_bzero(&w.keys, sizeof(w.keys));
	explicit_bzero(w.plain, sizeof(w.plain));
	if (o->json)
		(void)printf("{\"file\":true,\"records\":%s}\n", w.records);
	else
		(void)printf("%s: %s records\n", p->words.word[1], w.records);
	return 0;
}

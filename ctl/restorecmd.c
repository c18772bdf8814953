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
 * restore: all of the file is checked first, then its store goes to control
 * as that asks for it.  What control is sent was authenticated before.  But for
 * its header, which has a fixed form, the file is read in a sandbox.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backupcmd.h"
#include "backupfile.h"
#include "base64.h"
#include "bounds.h"
#include "client.h"
#include "fail.h"
#include "options.h"
#include "parse.h"
#include "proto_admin.h"
#include "proto_ctl.h"
#include "row.h"
#include "sandbox.h"
#include "secret.h"

#define CHUNK_STORE 'S'
#define CHUNK_FILE  'F'

#define OPENER_BOX (BOX_OVERHEAD + BOX_KEY_SIZE)

struct reader {
	struct backup_keys keys;
	const char *path;
	int fd;
	uint64_t number;
	bool last; /* the chunk that came last was the last */
	uint8_t sealed[BACKUP_CHUNK + BACKUP_TAG];
	uint8_t plain[BACKUP_CHUNK];
	size_t len;
	size_t used; /* of plain, sent */

	struct client *client;
	uint8_t opener[OPENER_BOX];
	size_t opener_len; /* 0: not known, or sent */
	bool eof;
	char records[32];
};

static void __attribute__((noreturn))
reader_fail(const struct reader *r, const char *what)
{
	char why[ERROR_SIZE];

	(void)snprintf(why, sizeof(why), "%s: %s", r->path, what);
	fail(FAIL_NO, why, "nothing was changed");
}

/* Exactly so many octets; fewer are told by what they lack. */
static void
reader_octets(const struct reader *r, uint8_t *out, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = read(r->fd, out, len);
		if (n == -1)
			reader_fail(r, strerror(errno));
		if (n == 0)
			reader_fail(r, "it is cut off: its end is missing");
		out += n;
		len -= (size_t)n;
	}
}

/* The next chunk, opened. */
static void
reader_chunk(struct reader *r)
{
	uint8_t length[BACKUP_LENGTH];
	char why[64];

	reader_octets(r, length, sizeof(length));
	(void)snprintf(why, sizeof(why),
	    "it is damaged, or out of order, at part %llu",
	    (unsigned long long)r->number);
	if (backup_chunk_size(length, &r->len, &r->last) == -1)
		reader_fail(r, why);
	reader_octets(r, r->sealed, r->len + BACKUP_TAG);
	if (backup_chunk_open(&r->keys, r->number++, length, r->sealed,
		r->plain) == -1 ||
	    r->len == 0)
		reader_fail(r, why);
	r->used = 1;
}

static void
reader_open(struct reader *r, const char *path)
{
	r->path = path;
	r->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (r->fd == -1)
		reader_fail(r, strerror(errno));
}

/* To the first chunk. */
static void
reader_rewind(struct reader *r)
{
	if (lseek(r->fd, BACKUP_HEAD, SEEK_SET) == -1)
		reader_fail(r, "it must be a file, not a pipe");
	r->number = 0;
	r->last = false;
	r->len = r->used = 0;
}

/*
 * What a file chunk has of a file goes into the folder, which is the working
 * directory.  before is the name of the file that came before, and then this.
 */
static void
file_extract(const struct reader *r, const char *dir, char before[NAME_MAX + 1])
{
	char name[NAME_MAX + 1], why[ERROR_SIZE];
	const char *base;
	size_t n;
	int fd;

	n = r->len < 2 ? 0 : r->plain[1];
	if (n == 0 || 2 + n > r->len)
		reader_fail(r, "it is damaged");
	(void)snprintf(name, sizeof(name), "%.*s", (int)n,
	    (const char *)r->plain + 2);
	base = strrchr(name, '/');
	base = base == NULL ? name : base + 1;
	fd = open(base,
	    O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_APPEND |
		(strcmp(before, base) == 0 ? 0 : O_EXCL),
	    0600);
	if (fd == -1 ||
	    write(fd, r->plain + 2 + n, r->len - 2 - n) !=
		(ssize_t)(r->len - 2 - n) ||
	    fsync(fd) == -1) {
		(void)snprintf(why, sizeof(why), "%.200s/%s: %s", dir, base,
		    strerror(errno));
		fail(FAIL_NO, why, NULL);
	}
	(void)close(fd);
	if (strcmp(before, base) != 0)
		(void)printf("%s/%s\n", dir, base);
	(void)snprintf(before, NAME_MAX + 1, "%s", base);
}

/* Read and check all of it; with dir, where we are, put its files there. */
static void
reader_check(struct reader *r, const char *dir)
{
	char before[NAME_MAX + 1];
	uint8_t more;

	before[0] = '\0';
	reader_rewind(r);
	while (!r->last) {
		reader_chunk(r);
		if (dir != NULL && r->plain[0] == CHUNK_FILE)
			file_extract(r, dir, before);
	}
	if (read(r->fd, &more, 1) != 0)
		reader_fail(r, "something stands after its end");
}

/* The next octets of the store, at most CTL_DATA_MAX; none at the end. */
static size_t
reader_next(struct reader *r, const uint8_t **data)
{
	size_t n;

	while (r->used >= r->len || r->plain[0] != CHUNK_STORE) {
		if (r->last)
			return 0;
		reader_chunk(r);
	}
	n = r->len - r->used;
	if (n > CTL_DATA_MAX)
		n = CTL_DATA_MAX;
	*data = r->plain + r->used;
	r->used += n;
	return n;
}

static void
more_cb(uint32_t blocks, void *arg)
{
	const uint8_t *data;
	struct reader *r;
	size_t n;

	r = arg;
	for (; blocks > 0 && !r->eof; blocks--) {
		if (r->opener_len > 0) {
			client_data(r->client, r->opener, r->opener_len);
			r->opener_len = 0;
			continue;
		}
		data = NULL;
		n = reader_next(r, &data);
		r->eof = n == 0;
		client_data(r->client, data, n);
	}
}

static int
row_cb(const struct row *row, void *arg)
{
	uint8_t transport[BOX_KEY_SIZE];
	struct reader *r;
	const char *text;
	size_t len;

	r = arg;
	text = row_value(row, "records");
	if (text != NULL)
		(void)snprintf(r->records, sizeof(r->records), "%s", text);
	text = row_value(row, "transport");
	if (text == NULL)
		return 0;
	if (base64_decode(text, strlen(text), transport, sizeof(transport),
		&len) == -1 ||
	    len != sizeof(transport) ||
	    box_seal(transport, r->keys.opener, sizeof(r->keys.opener),
		r->opener, &r->opener_len, sizeof(r->opener)) == -1)
		return -1;
	return 0;
}

/* Header and secret. */
static void
reader_keys(struct reader *r, const struct parse *p)
{
	static struct secret secret;
	const char *phrase, *key, *why;
	uint8_t head[BACKUP_HEAD];
	bool wants_phrase;
	uint32_t i;

	phrase = key = NULL;
	for (i = 2; i + 1 < p->words.words; i++) {
		if (strcmp(p->words.word[i], "passphrase") == 0)
			phrase = p->words.word[i + 1];
		else if (strcmp(p->words.word[i], "key") == 0)
			key = p->words.word[i + 1];
	}
	reader_octets(r, head, sizeof(head));
	why = backup_head_check(head, &wants_phrase);
	if (why != NULL)
		reader_fail(r, why);
	if (wants_phrase && key != NULL)
		reader_fail(r, "it was made with a passphrase");
	if (!wants_phrase && key == NULL)
		reader_fail(r, "it was made with a key file: key FILE");
	secret_get(&secret, phrase, key, false);
	why = backup_keys_open(&r->keys, head, secret.octets, secret.len);
	explicit_bzero(&secret, sizeof(secret));
	if (why != NULL)
		reader_fail(r, why);
}

/* From here on nothing of this process is needed but what is open. */
static void
confine(const char *profile)
{
	char why[ERROR_SIZE];

	if (sandbox_enter(profile) == 0)
		return;
	(void)snprintf(why, sizeof(why), "the sandbox could not be entered: %s",
	    strerror(errno));
	fail(FAIL_NO, why, "nothing was changed");
}

/*
 * Check all of it in a process of its own, which says what is wrong: control
 * does not wait for whoever has asked nothing, and a long file takes its time.
 */
static void
check_apart(struct reader *r)
{
	pid_t pid;
	int status;

	(void)fflush(NULL);
	pid = fork();
	if (pid == -1)
		reader_fail(r, strerror(errno));
	if (pid == 0) {
		confine("edctl");
		reader_check(r, NULL);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) == -1) {
		if (errno != EINTR)
			reader_fail(r, strerror(errno));
	}
	if (!WIFEXITED(status))
		reader_fail(r, "the process that read it was ended");
	if (WEXITSTATUS(status) != 0)
		_exit(WEXITSTATUS(status));
}

/* Into edd; what is read for it is checked once more. */
static int
restore_control(const struct options *o, struct reader *r, bool replace)
{
	enum client_result result;
	struct admin_end end;

	check_apart(r);
	r->client = client_open(o->socket, o->silence, &end);
	if (r->client == NULL)
		fail(FAIL_ABSENT, end.why, end.hint);
	client_on_more(r->client, more_cb, r);
	confine("edctl");
	reader_rewind(r);
	result = replace ?
	    client_words(r->client, row_cb, r, &end, "restore", "-", "replace",
		NULL) :
	    client_words(r->client, row_cb, r, &end, "restore", "-", NULL);
	client_free(r->client);
	if (result != CLIENT_ENDED)
		fail(FAIL_ABSENT, end.why, end.hint);
	if (!end.ok)
		fail(FAIL_NO, end.why, end.hint);
	if (o->json)
		(void)printf("{\"records\":%s}\n", r->records);
	else
		(void)printf("%s records restored; edd goes on with them\n",
		    r->records);
	return 0;
}

/* Into a folder, the only place that is left to this process. */
static int
restore_folder(struct reader *r, const char *dir)
{
	char why[ERROR_SIZE];

	if ((mkdir(dir, 0700) == -1 && errno != EEXIST) || chdir(dir) == -1) {
		(void)snprintf(why, sizeof(why), "%s: %s", dir,
		    strerror(errno));
		fail(FAIL_NO, why, NULL);
	}
	confine("edctl restore");
	reader_check(r, NULL);
	reader_check(r, dir);
	return 0;
}

/*
 * restore FILE [replace] [passphrase FILE] [key FILE] [extract DIR]: into edd,
 * or the configuration in it into a folder.
 */
int
restorecmd_run(const struct options *o, const struct parse *p)
{
	static struct reader r;
	const char *dir;
	bool replace;
	uint32_t i;

	dir = NULL;
	replace = p->words.words > 2 &&
	    strcmp(p->words.word[2], "replace") == 0;
	for (i = 2; i + 1 < p->words.words; i++) {
		if (strcmp(p->words.word[i], "extract") == 0)
			dir = p->words.word[i + 1];
	}
	reader_open(&r, p->words.word[1]);
	reader_keys(&r, p);
	return dir != NULL ? restore_folder(&r, dir) :
			     restore_control(o, &r, replace);
}

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
 * A spool in a folder of its own, for tests.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"
#include "crc32c.h"
#include "envelope.h"
#include "log.h"
#include "message.h"
#include "qbounds.h"
#include "spool.h"
#include "spooltest.h"
#include "state.h"

static char folder[64];
static unsigned found, lost;

static void
found_cb(struct message *m, void *arg)
{
	found++;
}

static void
lost_cb(uint64_t id, const char *user, const char *why, void *arg)
{
	lost++;
}

static void
closed_cb(struct segment *s, void *arg)
{
}

static const struct spool_hooks hooks = { .found = found_cb,
	.lost = lost_cb,
	.closed = closed_cb };

/* Where the spool is. */
const char *
st_folder(void)
{
	return folder;
}

/* Messages that the last st_open() found. */
unsigned
st_found(void)
{
	return found;
}

/* Messages that were told as lost since the last st_open() began. */
unsigned
st_lost(void)
{
	return lost;
}

/* A new folder for the test. */
int
st_setup(void **state)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/edd-spool.XXXXXX");
	assert_non_null(mkdtemp(folder));
	found = 0;
	return 0;
}

/* The folder goes. */
int
st_teardown(void **state)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

/* The envelope of a message to so many recipients. */
void
st_envelope(struct blob *b, uint32_t rcpts)
{
	struct envelope_rcpt r = { 0, NULL, "" };
	struct envelope e;
	struct blob list = { 0 };
	char address[64];
	uint32_t i;

	memset(&e, 0, sizeof(e));
	e.kind = ENVELOPE_MAIL;
	e.accepted = clock_now();
	e.sender = e.return_path = e.from = "news@example.org";
	e.message_id = "<x@example.org>";
	e.envid = e.compartment = e.selector = e.source = e.sources = "";
	e.user = "app";
	for (i = 0; i < rcpts; i++) {
		(void)snprintf(address, sizeof(address), "r%u@example.net", i);
		r.address = address;
		envelope_put_rcpt(&list, &r);
	}
	e.rcpts = rcpts;
	e.rcpt = list.data;
	e.rcpt_len = list.len;
	envelope_encode(b, &e);
	blob_free(&list);
}

/* The body of a message is its id, over and over. */
void
st_fill(uint8_t *p, size_t len, uint64_t id)
{
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = (uint8_t)(id >> (i % 8 * 8));
}

static void
st_done_cb(struct message *m, enum spool_status status, void *arg)
{
	struct st_ack *ack = arg;
	ssize_t n;

	assert_int_equal(status, SPOOL_OK);
	ack->done++;
	if (ack->fd == -1)
		return;
	n = write(ack->fd, &m->id, sizeof(m->id));
	assert_int_equal(n, sizeof(m->id));
}

/* A message that waits for a commit. */
void
st_put(struct spool *sp, size_t size, uint32_t rcpts, struct st_ack *ack)
{
	struct spool_entry *e;

	e = spool_entry_new(spool_new_id(sp));
	assert_non_null(e);
	st_envelope(&e->meta, rcpts);
	blob_put_text(&e->prefix, "DKIM-Signature: x\r\n");
	e->body = malloc(size);
	e->body_len = size;
	st_fill(e->body, size, e->id);
	e->done = st_done_cb;
	e->arg = ack;
	assert_int_equal(spool_put(sp, e), 0);
}

/* Open the spool with segments of that size. */
struct spool *
st_open_size(struct event_base *base, uint64_t size)
{
	struct spool *sp;

	found = lost = 0;
	sp = spool_open(folder, base, size, &hooks);
	assert_non_null(sp);
	return sp;
}

/* Open the spool, with small segments. */
struct spool *
st_open(struct event_base *base)
{
	return st_open_size(base, SMALL_SEGMENT);
}

/* The body must be what st_fill() makes of the id. */
void
st_check_body(struct spool *sp, struct message *m)
{
	uint8_t *got, *want;

	got = malloc(m->body_len);
	want = malloc(m->body_len);
	st_fill(want, m->body_len, m->id);
	assert_int_equal(spool_body(sp, m, got, m->body_len, 0), 0);
	assert_memory_equal(got, want, m->body_len);
	free(got);
	free(want);
}

/* All recipients are done. */
void
st_mark_all(struct spool *sp, struct message *m)
{
	struct mark mark;
	uint32_t i;

	memset(&mark, 0, sizeof(mark));
	mark.state = RCPT_DONE;
	for (i = 0; i < m->rcpts; i++) {
		mark.index = i;
		assert_int_equal(spool_mark(sp, m, &mark), 0);
	}
}

/* Small messages come and are done, so that log segments are freed. */
void
st_turn_over(struct spool *sp, struct st_ack *ack)
{
	unsigned i, round;
	uint64_t *ids;
	size_t n;

	for (round = 0; round < 8; round++) {
		for (i = 0; i < 40; i++)
			st_put(sp, 1000, 1, ack);
		assert_int_equal(spool_commit(sp), 0);
		ids = messages_ids(spool_messages(sp), &n);
		for (i = 0; i < n; i++)
			if (spool_find(sp, ids[i])->rcpts == 1)
				st_mark_all(sp, spool_find(sp, ids[i]));
		free(ids);
		assert_int_equal(spool_commit(sp), 0);
	}
}

/* The index is lost. */
void
st_remove_index(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s/index", folder);
	assert_int_equal(system(command), 0);
}

/* The last file of the log, with its size. */
void
st_last_segment(char *path, size_t size)
{
	char name[256] = "", where[128];
	struct dirent *d;
	DIR *dir;

	(void)snprintf(where, sizeof(where), "%s/segments", folder);
	dir = opendir(where);
	assert_non_null(dir);
	while ((d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.' && strcmp(d->d_name, name) > 0)
			(void)snprintf(name, sizeof(name), "%s", d->d_name);
	(void)closedir(dir);
	(void)snprintf(path, size, "%s/%s", where, name);
}

/* A large message, in a segment of its own. */
uint64_t
st_put_large(struct spool *sp, uint32_t rcpts, struct st_ack *ack)
{
	static const uint8_t body[SPOOL_BIG_SIZE + 1] = "large";
	struct spool_entry *e;
	uint64_t id;

	e = spool_entry_new(spool_new_id(sp));
	assert_non_null(e);
	id = e->id;
	st_envelope(&e->meta, rcpts);
	e->big = spool_big_new(sp);
	assert_non_null(e->big);
	assert_int_equal(spool_big_write(e->big, body, sizeof(body), 0), 0);
	e->body_len = sizeof(body);
	e->body_crc = crc32c(0, body, sizeof(body));
	e->done = st_done_cb;
	e->arg = ack;
	assert_int_equal(spool_put(sp, e), 0);
	assert_int_equal(spool_commit(sp), 0);
	return id;
}

/* Messages whose body is known to be damaged. */
unsigned
st_damaged(struct spool *sp)
{
	unsigned damaged = 0;
	uint64_t *ids;
	size_t i, n;

	ids = messages_ids(spool_messages(sp), &n);
	for (i = 0; i < n; i++)
		if ((spool_find(sp, ids[i])->flags & MESSAGE_DAMAGED) != 0)
			damaged++;
	free(ids);
	return damaged;
}

/* Flip a bit of an octet of a file. */
void
st_flip(const char *path, uint64_t off)
{
	uint8_t octet;
	int fd;

	fd = open(path, O_RDWR);
	assert_int_not_equal(fd, -1);
	assert_int_equal(pread(fd, &octet, 1, (off_t)off), 1);
	octet ^= 0x10;
	assert_int_equal(pwrite(fd, &octet, 1, (off_t)off), 1);
	(void)close(fd);
}

/* Files in a folder below the spool's; name is that of one of them. */
unsigned
st_files(const char *below, char *name, size_t size)
{
	char where[128];
	unsigned files = 0;
	struct dirent *d;
	DIR *dir;

	(void)snprintf(where, sizeof(where), "%s/%s", folder, below);
	dir = opendir(where);
	assert_non_null(dir);
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		(void)snprintf(name, size, "%s", d->d_name);
		files++;
	}
	(void)closedir(dir);
	return files;
}

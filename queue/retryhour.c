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
 * One file of retry tokens and its table. Of a record only eight octets of the
 * key and its place are in memory: millions may be there.
 */
#include "retryhour.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blob.h"
#include "compat.h"
#include "crash.h"
#include "log.h"
#include "owner.h"

#define RETRY_MAGIC "eddretry"
/* Read at a time when a file is opened. */
#define RETRY_WINDOW (64u << 10)

/* Slots of a table at first; a power of two. */
#define RETRY_SLOTS 64u

/* Place 0 is free: the magic is there. */
struct slot {
	uint64_t hash;
	uint32_t place; /* in the file, in units of RETRY_RECORD_ALIGN */
};

struct retryhour {
	int64_t start;
	const uint8_t *seed;
	int folder;	 /* the caller's */
	int fd;		 /* -1: the file could not be made yet */
	uint64_t size;	 /* written to the file, and good */
	struct blob out; /* what is behind that, not written yet */
	bool dirty;	 /* written, and not synced */
	bool made;	 /* the file, and its folder is not synced */
	struct slot *slot;
	size_t slots; /* a power of two */
	size_t count;
	struct owners owners; /* a reference is a token */
};

/* Keys are digests that a client can look for: only the seed is unknown. */
static uint64_t
key_hash(const struct retryhour *h, const uint8_t key[RETRY_KEY_SIZE])
{
	return siphash(h->seed, key, RETRY_KEY_SIZE);
}

static void
table_insert(struct retryhour *h, uint64_t hash, uint32_t place)
{
	size_t i;

	i = hash & (h->slots - 1);
	while (h->slot[i].place != 0)
		i = (i + 1) & (h->slots - 1);
	h->slot[i].hash = hash;
	h->slot[i].place = place;
}

/* Room for one more, with a quarter of the slots free.  -1 without memory. */
static int
table_grow(struct retryhour *h)
{
	struct slot *old;
	size_t slots, i;

	if (h->count + 1 <= h->slots / 4 * 3)
		return 0;
	old = h->slot;
	slots = h->slots;
	h->slot = calloc(slots == 0 ? RETRY_SLOTS : slots * 2,
	    sizeof(*h->slot));
	if (h->slot == NULL) {
		h->slot = old;
		return -1;
	}
	h->slots = slots == 0 ? RETRY_SLOTS : slots * 2;
	for (i = 0; i < slots; i++)
		if (old[i].place != 0)
			table_insert(h, old[i].hash, old[i].place);
	free(old);
	return 0;
}

/* Find it in memory: it is at that place.  -1 without memory. */
static int
remember(struct retryhour *h, const struct retry_record *r, uint64_t off)
{
	if (off / RETRY_RECORD_ALIGN > UINT32_MAX) {
		errno = EFBIG;
		return -1;
	}
	if (table_grow(h) == -1 || owner_get(&h->owners, r->user) == NULL)
		return -1;
	table_insert(h, key_hash(h, r->key),
	    (uint32_t)(off / RETRY_RECORD_ALIGN));
	h->count++;
	return 0;
}

/*
 * Take the records of a window of the file that begins at off; how many
 * octets of it are done with.  -1 without memory.
 */
static ssize_t
read_window(struct retryhour *h, const uint8_t *p, size_t len, uint64_t off,
    bool last)
{
	struct retry_record r;
	size_t at, n;

	for (at = 0; at < len; at += n) {
		if (!last && len - at < RETRY_RECORD_MAX)
			break;
		n = retry_record_decode(&r, p + at, len - at);
		if (n == 0) {
			n = RETRY_RECORD_ALIGN; /* look behind the damage */
			continue;
		}
		if (remember(h, &r, off + at) == -1)
			return -1;
		h->size = off + at + n;
	}
	return (ssize_t)(at < len ? at : len);
}

/* All records of the file.  0, or -1 with errno. */
static int
read_file(struct retryhour *h, uint64_t size)
{
	uint8_t *buf;
	uint64_t off;
	ssize_t n;

	buf = malloc(RETRY_WINDOW);
	if (buf == NULL)
		return -1;
	off = h->size;
	n = 1;
	while (off < size && n > 0) {
		n = pread(h->fd, buf, RETRY_WINDOW, (off_t)off);
		if (n > 0)
			n = read_window(h, buf, (size_t)n, off,
			    off + (uint64_t)n >= size);
		if (n > 0)
			off += (uint64_t)n;
	}
	free(buf);
	return n == -1 ? -1 : 0;
}

static int
open_file(struct retryhour *h, int flags)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "%lld", (long long)h->start);
	h->fd = openat(h->folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags,
	    0600);
	return h->fd == -1 ? -1 : 0;
}

/* Make the file if it is not there yet.  0, or -1 with errno. */
static int
need_file(struct retryhour *h)
{
	if (h->fd != -1)
		return 0;
	if (open_file(h, O_CREAT) == -1)
		return -1;
	h->made = true;
	return 0;
}

/* What an earlier run wrote; the magic waits if it could not be. */
static int
load(struct retryhour *h)
{
	char magic[sizeof(RETRY_MAGIC) - 1];
	struct stat st;
	uint64_t size;

	if (fstat(h->fd, &st) == -1)
		return -1;
	size = (uint64_t)st.st_size;
	if (size < sizeof(magic))
		return 0;
	if (pread(h->fd, magic, sizeof(magic), 0) != sizeof(magic))
		return -1;
	if (memcmp(magic, RETRY_MAGIC, sizeof(magic)) != 0) {
		errno = EBADMSG;
		return -1;
	}
	h->size = sizeof(magic);
	blob_reset(&h->out);
	if (read_file(h, size) == -1)
		return -1;
	if (h->size >= size) /* but for padding */
		return 0;
	log_info("retry tokens: %llu octets of %lld are no records",
	    (unsigned long long)(size - h->size), (long long)h->start);
	return ftruncate(h->fd, (off_t)h->size);
}

/*
 * The hour that begins at start, in a folder; its file is made if it is not
 * there, later if it cannot be now: what is put waits in memory.  Folder and
 * seed outlive it.  NULL with errno: without memory, or a file that is there
 * cannot be read; EBADMSG: it is of another kind.
 */
struct retryhour *
retryhour_open(int folder, int64_t start, const uint8_t seed[SIPHASH_KEY_SIZE])
{
	struct retryhour *h;

	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return NULL;
	h->start = start;
	h->seed = seed;
	h->folder = folder;
	blob_put_text(&h->out, RETRY_MAGIC);
	if (h->out.bad)
		errno = ENOMEM;
	else if (open_file(h, 0) == 0) {
		/* Nobody knows what a crash has left unsynced. */
		h->dirty = h->made = true;
		if (load(h) == 0)
			return h;
	} else if (errno == ENOENT)
		return h;
	blob_reset(&h->out);
	retryhour_free(h);
	return NULL;
}

/* Write what waits, and free; NULL is allowed.  The file stays. */
void
retryhour_free(struct retryhour *h)
{
	int error;

	if (h == NULL)
		return;
	error = errno;
	(void)retryhour_flush(h);
	if (h->fd != -1)
		(void)close(h->fd);
	owners_free(&h->owners);
	blob_free(&h->out);
	free(h->slot);
	free(h);
	errno = error;
}

/* When it begins; unix seconds. */
int64_t
retryhour_start(const struct retryhour *h)
{
	return h->start;
}

/* The record at a place, from the file or what is to follow it. */
static int
read_record(struct retryhour *h, uint64_t off, struct retry_record *r)
{
	uint8_t buf[RETRY_RECORD_MAX];
	ssize_t n;

	if (off >= h->size) {
		off -= h->size;
		return retry_record_decode(r, h->out.data + off,
			   h->out.len - off) == 0 ?
		    -1 :
		    0;
	}
	n = pread(h->fd, buf, sizeof(buf), (off_t)off);
	if (n == -1)
		return -1;
	if (retry_record_decode(r, buf, (size_t)n) == 0) {
		errno = EBADMSG;
		return -1;
	}
	return 0;
}

/* The record of a key: 1, 0 if there is none, -1 with errno. */
int
retryhour_get(struct retryhour *h, const uint8_t key[RETRY_KEY_SIZE],
    struct retry_record *r)
{
	uint64_t hash;
	size_t i;

	if (h->slots == 0)
		return 0;
	hash = key_hash(h, key);
	for (i = hash & (h->slots - 1); h->slot[i].place != 0;
	     i = (i + 1) & (h->slots - 1)) {
		if (h->slot[i].hash != hash)
			continue;
		if (read_record(h,
			(uint64_t)h->slot[i].place * RETRY_RECORD_ALIGN,
			r) == -1)
			return -1;
		if (memcmp(r->key, key, sizeof(r->key)) == 0)
			return 1;
	}
	return 0;
}

/*
 * Take a record in; it is in the file as soon as that takes it.  0, or -1
 * without memory.
 */
int
retryhour_put(struct retryhour *h, const struct retry_record *r)
{
	size_t len;

	len = h->out.len;
	retry_record_encode(&h->out, r);
	if (h->out.bad || remember(h, r, h->size + len) == -1) {
		h->out.bad = false;
		h->out.len = len;
		return -1;
	}
	(void)retryhour_flush(h);
	return 0;
}

/* Write what waits.  0, or -1 with errno, and it waits still. */
int
retryhour_flush(struct retryhour *h)
{
	ssize_t n;

	if (h->out.len == 0 || h->count == 0)
		return 0;
	if (need_file(h) == -1)
		return -1;
	n = pwrite(h->fd, h->out.data, h->out.len, (off_t)h->size);
	if (n != (ssize_t)h->out.len) {
		if (n != -1)
			errno = ENOSPC;
		return -1;
	}
	CRASH("retry-written");
	h->size += h->out.len;
	h->dirty = true;
	blob_reset(&h->out);
	return 0;
}

/* All of it but the file's name is durable after this.  0, or -1 with errno. */
int
retryhour_sync(struct retryhour *h)
{
	if (retryhour_flush(h) == -1)
		return -1;
	if (!h->dirty)
		return 0;
	if (fdatasync(h->fd) == -1)
		return -1;
	CRASH("retry-synced");
	h->dirty = false;
	return 0;
}

/* Whether the file was made since this was asked. */
bool
retryhour_made(struct retryhour *h)
{
	bool made = h->made;

	h->made = false;
	return made;
}

/* Octets that the file has not taken yet. */
size_t
retryhour_waiting(const struct retryhour *h)
{
	return h->out.len;
}

/* Tokens in it. */
size_t
retryhour_count(const struct retryhour *h)
{
	return h->count;
}

/* Those of a user; 0 also without memory. */
size_t
retryhour_count_of(struct retryhour *h, const char *user)
{
	struct owner *o;
	size_t n;

	o = owner_get(&h->owners, user);
	if (o == NULL)
		return 0;
	n = o->refs - 1;
	owner_put(&h->owners, o);
	return n;
}

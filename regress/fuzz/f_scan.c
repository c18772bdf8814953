/* sources: queue/segment.c queue/segment_scan.c queue/record.c */
/* sources: queue/blob.c lib/crc32c.c lib/compat.c */
/* sources: regress/queue/fake_log.c */
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
 * A segment made of records, garbage, flips and a cut, as the input says, and
 * scanned: every record that was not touched is visited, whole, once and in
 * order, and nothing else is.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crc32c.h"
#include "record.h"
#include "segment.h"

#define RECORDS_MAX 64u
#define FILE_MAX    (256u << 10)

struct placed {
	uint64_t off;
	uint64_t len;
	uint64_t id;
	bool touched;
	bool seen;
};

struct file {
	struct blob octets;
	uint64_t tag;
	struct placed record[RECORDS_MAX];
	unsigned records;
	uint64_t last; /* where the scan was */
};

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int folder = -1;

static void
put_record(struct file *f, enum record_type type, size_t body, size_t meta)
{
	uint8_t header[RECORD_HEADER_SIZE], zeros[RECORD_ALIGN] = { 0 };
	uint8_t octets[4096];
	struct placed *p = &f->record[f->records++];
	struct record r;

	memset(octets, (int)(f->records + 1), sizeof(octets));
	memset(&r, 0, sizeof(r));
	r.type = type;
	r.segment = f->tag;
	r.id = 1000 + f->records;
	r.body_len = type == RECORD_MARK ? 0 : body;
	r.meta_len = (uint32_t)meta;
	r.body_crc = crc32c(0, octets, r.body_len);
	r.meta_crc = crc32c(0, octets, meta);
	record_encode(&r, header);
	p->off = f->octets.len;
	p->len = record_size(&r);
	p->id = r.id;
	blob_put_data(&f->octets, header, sizeof(header));
	blob_put_data(&f->octets, octets, r.body_len);
	blob_put_data(&f->octets, octets, meta);
	blob_put_data(&f->octets, zeros, record_padding(&r));
}

static void
touch(struct file *f, uint64_t from, uint64_t to)
{
	unsigned i;

	for (i = 0; i < f->records; i++)
		if (f->record[i].off < to &&
		    f->record[i].off + f->record[i].len > from)
			f->record[i].touched = true;
}

/* One step of making the file; how much of the input it took. */
static size_t
make_step(struct file *f, const uint8_t *in, size_t len)
{
	uint64_t at;
	size_t n;

	if (len < 4)
		return len;
	n = (size_t)in[1] * 8;
	at = (uint64_t)(in[1] | in[2] << 8 | in[3] << 16) % f->octets.len;
	switch (in[0] % 5) {
	case 0:
	case 1:
		if (f->records < RECORDS_MAX && f->octets.len < FILE_MAX)
			put_record(f,
			    in[0] % 5 == 0 ? RECORD_MESSAGE : RECORD_MARK,
			    (size_t)in[1] * 16, (size_t)in[2] + 1);
		return 4;
	case 2: /* what is no record: the input itself */
		n = n > len - 4 ? (len - 4) / 8 * 8 : n;
		if (f->octets.len < FILE_MAX)
			blob_put_data(&f->octets, in + 4, n);
		return 4 + n;
	case 3:
		/* Padding is under no sum: a flip there is no damage. */
		f->octets.data[at] ^= (uint8_t)(1u << (in[0] >> 5));
		touch(f, at, at + 1);
		return 4;
	default:
		if (at < SEGMENT_HEADER_SIZE)
			return 4;
		/* Nothing is ever written behind a cut. */
		touch(f, at, UINT64_MAX);
		f->octets.len = at;
		return len;
	}
}

static int
record_cb(struct segment *s, uint64_t off, const struct record *r,
    const uint8_t *meta, void *arg)
{
	struct file *f = arg;
	unsigned i;

	if (off < f->last || off + record_size(r) > s->size)
		abort();
	f->last = off + record_size(r);
	if (crc32c(0, meta, r->meta_len) != r->meta_crc)
		abort();
	for (i = 0; i < f->records; i++)
		if (f->record[i].off == off && f->record[i].id == r->id) {
			f->record[i].seen = true;
			return 0;
		}
	abort(); /* nobody wrote that */
}

static void
damaged_cb(struct segment *s, const struct segment_hurt *hurt, void *arg)
{
	struct file *f = arg;

	if (hurt->off < f->last || hurt->len == 0 ||
	    hurt->off + hurt->len > s->size)
		abort();
	f->last = hurt->off + hurt->len;
	if (segment_damage_text(hurt->what)[0] == '\0')
		abort();
}

static char path[] = "/tmp/f_scan.XXXXXX";

static void
remove_folder(void)
{
	char name[SEGMENT_NAME_SIZE];

	segment_name(1, SEGMENT_LOG, name);
	(void)unlinkat(folder, name, 0);
	(void)rmdir(path);
}

static void
open_folder(void)
{
	if (mkdtemp(path) == NULL || atexit(remove_folder) != 0)
		abort();
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder == -1)
		abort();
}

static void
write_file(const struct file *f, const char *name)
{
	int fd;

	fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd == -1 ||
	    write(fd, f->octets.data, f->octets.len) != (ssize_t)f->octets.len)
		abort();
	(void)close(fd);
}

static void
scan(struct file *f, enum segment_how how, uint64_t limit)
{
	const struct segment_visitor v = { record_cb, damaged_cb, f };
	enum segment_kind kind = SEGMENT_LOG;
	enum segment_found found;
	char name[SEGMENT_NAME_SIZE];
	struct segment *s;
	uint64_t number = 1, off = 0;

	segment_name(1, SEGMENT_LOG, name);
	write_file(f, name);
	found = segment_inspect(folder, name, &number, &kind);
	if (found == SEGMENT_SOUND || found == SEGMENT_HEADLESS) {
		s = segment_open(folder, 1, SEGMENT_LOG);
		if (s == NULL ||
		    (found == SEGMENT_HEADLESS && segment_mend(s) == -1))
			abort();
		f->last = 0;
		do {
			if (segment_scan(s, &off, limit, how, &v) == -1)
				abort();
		} while (off < s->size);
		segment_free(s);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct file f;
	struct segment *s;
	char name[SEGMENT_NAME_SIZE];
	unsigned i;
	size_t n;
	bool headless;

	if (len < 2)
		return 0;
	if (folder == -1)
		open_folder();
	memset(&f, 0, sizeof(f));
	segment_name(1, SEGMENT_LOG, name);
	(void)unlinkat(folder, name, 0);
	s = segment_create(folder, 1, SEGMENT_LOG, 0);
	if (s == NULL)
		abort();
	f.tag = s->tag;
	if (blob_reserve(&f.octets, SEGMENT_HEADER_SIZE) == NULL ||
	    segment_read(s, f.octets.data, SEGMENT_HEADER_SIZE, 0) == -1)
		abort();
	segment_free(s);
	for (i = 2; i < len; i += (unsigned)n)
		n = make_step(&f, data + i, len - i);
	/* The tag of a damaged header is found again in a whole record. */
	headless = load_u64(f.octets.data + 24) != f.tag;
	scan(&f, SEGMENT_LOOK + data[0] % 3, 1 + (uint64_t)data[1] * 64);
	for (i = 0; i < f.records && !headless; i++)
		if (!f.record[i].touched && !f.record[i].seen)
			abort();
	blob_free(&f.octets);
	return 0;
}

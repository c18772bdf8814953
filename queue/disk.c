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
 * Free space against the reserve that accepting leaves.
 */
#include "disk.h"

#include <sys/statvfs.h>

#include "clock.h"
#include "log.h"
#include "proto_conf.h"
#include "qbounds.h"

/* The smaller of both reserves; 0 stands for "not given". */
static uint64_t
reserve_of(const struct conf_queue *conf, uint64_t total)
{
	uint64_t percent;

	percent = total / 100 * conf->reserve_percent;
	if (conf->reserve_bytes == 0)
		return percent;
	if (conf->reserve_percent == 0 || conf->reserve_bytes < percent)
		return conf->reserve_bytes;
	return percent;
}

static bool
is_enough(const struct disk *d, const struct conf_queue *conf, uint64_t size,
    uint64_t spare)
{
	return d->available + spare >= reserve_of(conf, d->total) + size;
}

/* Ask the file system.  0 or -1. */
static int
look(struct disk *d)
{
	struct statvfs fs;

	if (statvfs(".", &fs) == -1) {
		log_warn("spool: statvfs");
		return -1;
	}
	d->available = (uint64_t)fs.f_bavail * fs.f_frsize;
	d->total = (uint64_t)fs.f_blocks * fs.f_frsize;
	d->until = clock_mono() + DISK_LOOK_MS;
	return 0;
}

/*
 * Whether size octets can be taken without touching the reserve; spare of
 * them cost nothing, as they are in a segment that has its room.  While there
 * is far more room than a disk can write meanwhile, the file system is not
 * asked each time.
 */
bool
disk_has_room(struct disk *d, const struct conf_queue *conf, uint64_t size,
    uint64_t spare)
{
	if (clock_mono() < d->until && is_enough(d, conf, size + DISK_FAR, 0))
		return true;
	if (look(d) == -1)
		return true; /* the write itself will tell */
	return is_enough(d, conf, size + DISK_OVERHEAD, spare);
}

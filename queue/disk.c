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

#include "log.h"
#include "proto_conf.h"

/* Envelope, record headers, marks and a new segment's first blocks. */
#define DISK_OVERHEAD 262144u

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

/*
 * Whether size octets can be taken without touching the reserve; spare of
 * them cost nothing, as they are in a segment that has its room.
 */
bool
disk_has_room(const struct conf_queue *conf, uint64_t size, uint64_t spare)
{
	struct statvfs fs;
	uint64_t available, total;

	if (statvfs(".", &fs) == -1) {
		log_warn("spool: statvfs");
		return true; /* the write itself will tell */
	}
	available = (uint64_t)fs.f_bavail * fs.f_frsize + spare;
	total = (uint64_t)fs.f_blocks * fs.f_frsize;
	return available >= reserve_of(conf, total) + size + DISK_OVERHEAD;
}

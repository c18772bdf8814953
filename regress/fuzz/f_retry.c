/* sources: queue/retryrecord.c queue/blob.c lib/crc32c.c lib/compat.c */
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
 * Records of retry tokens from any octets: what is taken is within its bounds,
 * and is what would be written.  Octets 4 to 8 are made the CRC, which no
 * fuzzer finds.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "blob.h"
#include "crc32c.h"
#include "retryrecord.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct blob in = { 0 }, again = { 0 };
	struct retry_record r;
	size_t n, size;

	if (len < 8)
		return 0;
	blob_put_data(&in, data, len);
	if (!in.bad) {
		n = load_u32(in.data);
		if (n <= len - 8)
			store_u32(in.data + 4, crc32c(0, in.data + 8, n));
		size = retry_record_decode(&r, in.data, len);
		if (size % RETRY_RECORD_ALIGN != 0 || size > RETRY_RECORD_MAX)
			abort();
		if (size != 0) {
			retry_record_encode(&again, &r);
			if (again.bad || again.len != size ||
			    memcmp(again.data, in.data, n + 8) != 0)
				abort();
		}
	}
	blob_free(&in);
	blob_free(&again);
	return 0;
}

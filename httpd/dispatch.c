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
 * Tables of operations, each a file's own; ops.h names them.
 */
#include "dispatch.h"

#include <string.h>

#include "compat.h"
#include "ops.h"

static const struct op *const *(*const tables[])(
    void) = { ops_email, ops_raw, ops_manage };

static const char *const method_names[] = {
	[REQUEST_GET] = "GET",
	[REQUEST_HEAD] = "HEAD",
	[REQUEST_POST] = "POST",
	[REQUEST_PUT] = "PUT",
	[REQUEST_DELETE] = "DELETE",
	[REQUEST_PATCH] = "PATCH",
	[REQUEST_OPTIONS] = "OPTIONS",
};

/* Whether a segment of the request fits one of the pattern. */
static bool
segment_fits(const char *pattern, size_t len, const char *segment)
{
	if (len == 2 && memcmp(pattern, "{}", 2) == 0)
		return segment[0] != '\0';
	return strlen(segment) == len && memcmp(pattern, segment, len) == 0;
}

/* Whether the path of a request fits a pattern, segment by segment. */
static bool
path_fits(const char *pattern, const struct request *r)
{
	size_t i, len;

	for (i = 0; *pattern == '/'; i++) {
		len = strcspn(pattern + 1, "/");
		if (i >= request_segments(r) ||
		    !segment_fits(pattern + 1, len, request_segment(r, i)))
			return false;
		pattern += 1 + len;
	}
	return i == request_segments(r);
}

static void
allow_add(char allow[DISPATCH_ALLOW_SIZE], enum request_method method)
{
	if (allow[0] != '\0')
		(void)strlcat(allow, ", ", DISPATCH_ALLOW_SIZE);
	(void)strlcat(allow, method_names[method], DISPATCH_ALLOW_SIZE);
}

/* HEAD is answered as GET is, without the body: RFC 9110, section 9.3.2. */
static bool
does(enum request_method has, enum request_method asked)
{
	return has == asked || (has == REQUEST_GET && asked == REQUEST_HEAD);
}

/*
 * The operation that a request asks for. If its path has others, allow names
 * their methods.
 */
enum dispatch_result
dispatch_find(const struct request *r, const struct op **op,
    char allow[DISPATCH_ALLOW_SIZE])
{
	const struct op *const *row;
	size_t i;

	allow[0] = '\0';
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (row = tables[i](); *row != NULL; row++) {
			if (!path_fits((*row)->path, r))
				continue;
			if (does((*row)->method, request_method(r))) {
				*op = *row;
				return DISPATCH_OK;
			}
			allow_add(allow, (*row)->method);
			if ((*row)->method == REQUEST_GET)
				allow_add(allow, REQUEST_HEAD);
		}
	}
	return allow[0] == '\0' ? DISPATCH_NO_PATH : DISPATCH_NO_METHOD;
}

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
 * The status line of an answer; interim answers before it are passed over.
 */
#include "httpstatus.h"

#include <stdbool.h>
#include <string.h>

/* "HTTP/1.1 200", behind which is a space or the end of the line. */
#define STATUS_LEN 12u

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* status-line = HTTP-version SP status-code SP [ reason-phrase ] */
static int
status_line(const char *line)
{
	int status;

	if (memcmp(line, "HTTP/1.", 7) != 0 || !is_digit(line[7]) ||
	    line[8] != ' ' || !is_digit(line[9]) || !is_digit(line[10]) ||
	    !is_digit(line[11]))
		return HTTPSTATUS_BAD;
	status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + line[11] - '0';
	return status < 100 || status > 599 ? HTTPSTATUS_BAD : status;
}

/*
 * The status of the final answer, 200 to 599, from what has come so far; or
 * HTTPSTATUS_MORE, or HTTPSTATUS_BAD if it is no HTTP.
 */
int
httpstatus_parse(const char *data, size_t len)
{
	const char *end;
	int status;

	for (;;) {
		if (len < STATUS_LEN)
			return memcmp(data, "HTTP/1.", len < 7 ? len : 7) == 0 ?
			    HTTPSTATUS_MORE :
			    HTTPSTATUS_BAD;
		status = status_line(data);
		if (status == HTTPSTATUS_BAD)
			return HTTPSTATUS_BAD;
		if (len > STATUS_LEN && data[STATUS_LEN] != ' ' &&
		    data[STATUS_LEN] != '\r' && data[STATUS_LEN] != '\n')
			return HTTPSTATUS_BAD;
		if (status >= 200)
			return memchr(data, '\n', len) == NULL ?
			    HTTPSTATUS_MORE :
			    status;
		end = memmem(data, len, "\r\n\r\n", 4);
		if (end == NULL)
			return HTTPSTATUS_MORE;
		len -= (size_t)(end + 4 - data);
		data = end + 4;
	}
}

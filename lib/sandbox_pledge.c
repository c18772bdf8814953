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
 * The sandbox of OpenBSD: pledge(2).
 */
#include "sandbox.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct sandbox_profile {
	const char *name;
	const char *promises;
};

static const struct sandbox_profile profiles[] = {
	{ "control", "stdio rpath wpath cpath flock unix recvfd sendfd" },
	{ "deliver", "stdio inet dns recvfd" },
	{ "edctl", "stdio" },
	{ "edctl backup", "stdio rpath cpath" },
	{ "edctl restore", "stdio rpath wpath cpath" },
	{ "edctl top", "stdio tty" },
	{ "queue", "stdio rpath wpath cpath flock recvfd sendfd" },
	{ "signer", "stdio recvfd" },
	{ "httpd", "stdio inet recvfd" },
	{ "smtpd", "stdio inet recvfd" },
};

/* Enter the named profile; see sandbox.h. */
int
sandbox_enter(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		if (strcmp(profiles[i].name, name) == 0)
			return pledge(profiles[i].promises, NULL);
	}
	errno = EINVAL;
	return -1;
}

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
 * The configuration that is built in.  Text only; it prepares no folder.
 */
#include "conf_default.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* DIR stands for the folder. */
static const char template[] =
    "hostname \"localhost\"\n"
    "spool \"DIR/spool\"\n"
    "store \"DIR/store\"\n"
    "keys \"DIR/keys\"\n"
    "control socket \"DIR/edd.sock\"\n"
    "pki localhost certificate \"DIR/tls/cert.pem\" key \"DIR/tls/key.pem\"\n"
    "listen on 127.0.0.1 port 2525 starttls pki localhost\n"
    "listen on 127.0.0.1 port 2587 starttls pki localhost\n"
    "listen on 127.0.0.1 port 2465 tls pki localhost\n"
    "route * via 127.0.0.1 port 2526\n"
    "allow network 127.0.0.0/8\n";

/*
 * The configuration with everything below dir, which the caller frees; NULL
 * without memory, or if dir cannot stand in quotes.
 */
char *
conf_default_text(const char *dir)
{
	const char *p, *next;
	char *text;
	size_t size;
	FILE *f;

	text = NULL;
	if (strpbrk(dir, "\"\\\n") != NULL)
		return NULL;
	f = open_memstream(&text, &size);
	if (f == NULL)
		return NULL;
	for (p = template; (next = strstr(p, "DIR")) != NULL; p = next + 3)
		(void)fprintf(f, "%.*s%s", (int)(next - p), p, dir);
	(void)fprintf(f, "%s", p);
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

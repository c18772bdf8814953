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
 * Reads the nameserver lines of resolv.conf(5), for deliver, which cannot
 * read it in its chroot.
 */
#include "resolv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf_set.h"

/* Add the address of one line, if it is one that we can use. */
static void
take(struct conf *c, char *line)
{
	static const char blanks[] = " \t\r\n";
	char *save, *word;

	word = strtok_r(line, blanks, &save);
	if (word == NULL || strcmp(word, "nameserver") != 0)
		return;
	word = strtok_r(NULL, blanks, &save);
	if (word != NULL)
		(void)conf_add_resolver(c, word, NULL);
}

/*
 * Add the resolvers of this machine to a configuration that has none; 127.0.0.1
 * if none are named, as the C library does.  0, or -1 without memory.
 */
int
resolv_read(struct conf *c, const char *path)
{
	char *line;
	size_t size;
	FILE *f;

	if (!TAILQ_EMPTY(&c->resolvers))
		return 0;
	f = fopen(path, "re");
	if (f != NULL) {
		line = NULL;
		size = 0;
		while (getline(&line, &size, f) != -1)
			take(c, line);
		free(line);
		(void)fclose(f);
	}
	if (TAILQ_EMPTY(&c->resolvers))
		return conf_add_resolver(c, "127.0.0.1", NULL);
	return 0;
}

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
 * Folders for tests.  Fails by abort: a test cannot go on without.
 */
#include "tmpdir.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * In place of libc's, which Berkeley DB would call at each commit: processes
 * die in these tests, no machine does, and a slow disk would take minutes.
 */
int
fdatasync(int fd)
{
	return 0;
}

/* Make a folder with a new name. */
void
tmpdir_make(char path[TMPDIR_SIZE])
{
	const char *base;

	base = getenv("TMPDIR");
	(void)snprintf(path, TMPDIR_SIZE, "%s/edd-control.XXXXXX",
	    base == NULL ? "/tmp" : base);
	if (mkdtemp(path) == NULL)
		abort();
}

/* Remove a folder and all in it. */
void
tmpdir_remove(const char *path)
{
	char below[2 * TMPDIR_SIZE];
	const struct dirent *e;
	DIR *d;

	d = opendir(path);
	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.' ||
		    unlinkat(dirfd(d), e->d_name, 0) == 0)
			continue;
		(void)snprintf(below, sizeof(below), "%s/%.40s", path,
		    e->d_name);
		tmpdir_remove(below);
	}
	(void)closedir(d);
	(void)rmdir(path);
}

static bool
file_has(int fd, const void *text, size_t len)
{
	static char buf[64 * 1024 * 1024];
	size_t have;
	ssize_t n;

	have = 0;
	while (have < sizeof(buf) &&
	    (n = read(fd, buf + have, sizeof(buf) - have)) > 0)
		have += (size_t)n;
	return memmem(buf, have, text, len) != NULL;
}

/* Whether any file in the folder, or below, holds these octets. */
bool
tmpdir_grep(const char *path, const void *text, size_t len)
{
	char below[2 * TMPDIR_SIZE];
	const struct dirent *e;
	bool found;
	DIR *d;
	int fd;

	found = false;
	d = opendir(path);
	if (d == NULL)
		abort();
	while ((e = readdir(d)) != NULL) {
		(void)snprintf(below, sizeof(below), "%s/%.40s", path,
		    e->d_name);
		if (e->d_name[0] != '.' && e->d_type == DT_DIR &&
		    tmpdir_grep(below, text, len))
			found = true;
		fd = openat(dirfd(d), e->d_name, O_RDONLY);
		if (fd == -1)
			continue;
		if (file_has(fd, text, len))
			found = true;
		(void)close(fd);
	}
	(void)closedir(d);
	return found;
}

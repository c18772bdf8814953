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
 * Gets a secret, or ends with what is wrong.  A terminal does not show it.
 */
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "bounds.h"
#include "fail.h"

static void __attribute__((noreturn)) fail_file(const char *path)
{
	char why[ERROR_SIZE];

	(void)snprintf(why, sizeof(why), "%s: %s", path, strerror(errno));
	fail(FAIL_NO, why, NULL);
}

/* All that is in a file, or on standard input. */
static void
file_read(struct secret *s, const char *path)
{
	ssize_t n;
	int fd;

	fd = strcmp(path, "-") == 0 ? STDIN_FILENO :
				      open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		fail_file(path);
	while (s->len < sizeof(s->octets)) {
		n = read(fd, s->octets + s->len, sizeof(s->octets) - s->len);
		if (n == -1)
			fail_file(path);
		if (n == 0)
			break;
		s->len += (size_t)n;
	}
	if (fd != STDIN_FILENO)
		(void)close(fd);
	if (s->len == sizeof(s->octets)) {
		errno = EFBIG;
		fail_file(path);
	}
}

/* The first line is the passphrase. */
static void
first_line(struct secret *s)
{
	const uint8_t *end;

	end = memchr(s->octets, '\n', s->len);
	if (end != NULL)
		s->len = (size_t)(end - s->octets);
	if (s->len > 0 && s->octets[s->len - 1] == '\r')
		s->len--;
}

/* A line from the terminal, which does not show it. */
static void
ask_terminal(struct secret *s, const char *prompt)
{
	struct termios was, quiet;
	ssize_t n;
	int fd;

	fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (fd == -1 || tcgetattr(fd, &was) == -1)
		fail(FAIL_NO, "there is no terminal to ask for a passphrase",
		    "give it with \"passphrase FILE\", or a key file with "
		    "\"key FILE\"");
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	(void)tcsetattr(fd, TCSAFLUSH, &quiet);
	(void)dprintf(fd, "%s: ", prompt);
	n = read(fd, s->octets, sizeof(s->octets) - 1);
	(void)tcsetattr(fd, TCSAFLUSH, &was);
	(void)dprintf(fd, "\n");
	(void)close(fd);
	s->len = n > 0 ? (size_t)n : 0;
	first_line(s);
}

/* The same again: one that was mistyped would be known too late. */
static void
ask_again(const struct secret *s)
{
	static struct secret again;
	bool same;

	ask_terminal(&again, "Passphrase, once more");
	same = again.len == s->len &&
	    memcmp(again.octets, s->octets, s->len) == 0;
	explicit_bzero(&again, sizeof(again));
	if (!same)
		fail(FAIL_NO, "these are two different passphrases", NULL);
}

/*
 * Get the secret from one of the files, or from the terminal if both are
 * NULL; twice, so that it is known to be right.  The caller wipes it.
 */
void
secret_get(struct secret *s, const char *phrase_file, const char *key_file,
    bool twice)
{
	memset(s, 0, sizeof(*s));
	if (phrase_file != NULL && key_file != NULL)
		fail(FAIL_NO, "a backup has a passphrase or a key file",
		    "give one of both");
	s->phrase = key_file == NULL;
	if (key_file != NULL)
		file_read(s, key_file);
	else if (phrase_file != NULL) {
		file_read(s, phrase_file);
		first_line(s);
	} else {
		ask_terminal(s, "Passphrase of the backup");
		if (twice)
			ask_again(s);
	}
	if (!s->phrase && s->len < BACKUP_KEY_MIN)
		fail(FAIL_NO, "a key file has at least 32 octets",
		    "for instance: openssl rand -out FILE 32");
	if (s->phrase && s->len < BACKUP_SECRET_MIN)
		fail(FAIL_NO, "a passphrase has at least 8 characters", NULL);
}

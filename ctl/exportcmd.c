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
 * The export: each row is written as it comes.
 */
#include "exportcmd.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "csv.h"
#include "date.h"
#include "fail.h"
#include "grammar.h"
#include "options.h"
#include "parse.h"
#include "print.h"
#include "proto_admin.h"
#include "row.h"
#include "sandbox.h"

/* Suppressed addresses are not for everybody. */
#define EXPORT_MODE 0600

static const char *const columns[] = { "address", "compartment", "reason",
	"created", "expires", "suppressed", "message", "messageId", "host",
	"text" };

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

struct exporting {
	struct print *print; /* of JSON; NULL: it is CSV */
	uint64_t rows;
	int error; /* of standard output; 0: none */
};

/* Times as RFC 3339 has them; none is empty. */
static void
write_field(const struct row_field *f, char before)
{
	char text[DATE_RFC3339_SIZE];
	int64_t seconds;

	if (f == NULL || f->kind != ROW_TIME) {
		csv_write(stdout, f == NULL ? "" : f->value, before);
		return;
	}
	seconds = strtoll(f->value, NULL, 10);
	if (seconds == 0 || date_rfc3339(seconds, 0, text, sizeof(text)) == -1)
		text[0] = '\0';
	csv_write(stdout, text, before);
}

static const struct row_field *
field_of(const struct row *row, const char *name)
{
	size_t i;

	for (i = 0; i < row_count(row); i++) {
		if (strcmp(row_at(row, i)->name, name) == 0)
			return row_at(row, i);
	}
	return NULL;
}

static int
row_cb(const struct row *row, void *arg)
{
	struct exporting *ex;
	size_t i;

	ex = arg;
	ex->rows++;
	errno = 0;
	if (ex->print != NULL) {
		if (print_row(ex->print, row) == -1)
			return -1;
	} else {
		for (i = 0; i < COLUMNS; i++)
			write_field(field_of(row, columns[i]),
			    i == 0 ? '\0' : ',');
		(void)fputs("\r\n", stdout);
	}
	if (ferror(stdout) == 0)
		return 0;
	ex->error = errno == 0 ? EIO : errno;
	return 1;
}

static void
write_names(void)
{
	size_t i;

	for (i = 0; i < COLUMNS; i++)
		csv_write(stdout, columns[i], i == 0 ? '\0' : ',');
	(void)fputs("\r\n", stdout);
}

/* A new file, if one is named, becomes standard output. */
static bool
open_file(const char *path)
{
	char why[ERROR_SIZE];
	int fd;

	if (path == NULL || strcmp(path, "-") == 0)
		return false;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, EXPORT_MODE);
	if (fd == -1 || dup2(fd, STDOUT_FILENO) == -1) {
		(void)snprintf(why, sizeof(why), "%s: %s", path,
		    strerror(errno));
		fail(FAIL_NO, why, NULL);
	}
	(void)close(fd);
	return true;
}

/* Arguments by place come first, then pairs; whether the first is a file. */
static const char *
file_of(const struct parse *p)
{
	return p->words.words % 2 == 1 ? p->words.word[2] : NULL;
}

static bool
is_json(const struct options *o, const struct parse *p, const char *file)
{
	const char *end;
	uint32_t i;

	for (i = 2; i + 1 < p->words.words; i++) {
		if (strcmp(p->words.word[i], "format") == 0)
			return strcmp(p->words.word[i + 1], "json") == 0;
	}
	end = file == NULL ? NULL : strrchr(file, '.');
	return o->json ||
	    (end != NULL &&
		(strcmp(end, ".json") == 0 || strcmp(end, ".jsonl") == 0));
}

static int
conclude(const struct exporting *ex, bool named, enum client_result result,
    const struct admin_end *end)
{
	char why[ERROR_SIZE];

	if (result == CLIENT_LOST)
		fail(FAIL_ABSENT, end->why, end->hint);
	if (result == CLIENT_ENDED && !end->ok)
		fail(FAIL_NO, end->why, end->hint);
	if (ex->error != 0) {
		(void)snprintf(why, sizeof(why),
		    "the file could not be written to its end: %s",
		    strerror(ex->error));
		fail(FAIL_NO, why, NULL);
	}
	if (named)
		(void)fprintf(stderr, "%" PRIu64 " suppressions\n", ex->rows);
	return 0;
}

/* Export, and return the exit status. */
int
exportcmd_run(const struct options *o, const struct parse *p)
{
	struct exporting ex = { NULL, 0, 0 };
	enum client_result result;
	struct client *client;
	struct admin_end end;
	const char *file;
	bool json, named;

	file = file_of(p);
	json = is_json(o, p, file);
	client = client_open(o->socket, o->silence, &end);
	if (client == NULL)
		fail(FAIL_ABSENT, end.why, end.hint);
	named = open_file(file);
	if (sandbox_enter("edctl") == -1)
		fail(FAIL_NO, strerror(errno),
		    "the sandbox could not be entered");
	if (json && (ex.print = print_new(LAYOUT_TABLE, true, 0)) == NULL)
		fail(FAIL_NO, "out of memory", NULL);
	if (!json)
		write_names();
	result = client_run(client, &p->words, row_cb, &ex, &end);
	if (ex.print != NULL)
		(void)print_end(ex.print);
	client_free(client);
	errno = 0;
	if ((fflush(stdout) != 0 || ferror(stdout) != 0) && ex.error == 0)
		ex.error = errno == 0 ? EIO : errno;
	return conclude(&ex, named, result, &end);
}

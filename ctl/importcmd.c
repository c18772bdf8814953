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
 * The import: rows are read, sorted some at a time, and sent as control asks
 * for them.  Bad rows are told of at the end, on standard error, or as JSON in
 * the answer; the others go on.
 */
#include "importcmd.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "badrows.h"
#include "chunk.h"
#include "client.h"
#include "fail.h"
#include "grammar.h"
#include "options.h"
#include "parse.h"
#include "print.h"
#include "proto_admin.h"
#include "proto_import.h"
#include "row.h"
#include "sandbox.h"
#include "suppressfile.h"
#include "text.h"

/* Columns of "N rows (P %)", to wipe it. */
#define IMPORT_PROGRESS_WIDTH 40

struct importing {
	struct client *client;
	struct event *interrupt;
	struct suppressfile *rows;
	struct chunk *chunk;
	struct badrows *badrows;
	struct print *print;
	FILE *file;
	off_t size; /* 0: not known */
	bool json;
	bool terminal; /* standard error is one */
	bool progress; /* something of it stands there */
	bool read;     /* all of the file, or as far as it will be */
	bool ended;    /* control was told so */
	bool stopped;  /* by a signal */
	uint32_t credit;
	uint64_t taken; /* rows that control has */
	uint64_t sent;	/* rows that were read and sent */
	uint64_t bad;	/* rows that did not get so far */
	bool some_bad;	/* of those that control looked at */
	char error[ERROR_SIZE];
};

static void
progress_wipe(struct importing *im)
{
	if (im->progress)
		(void)fprintf(stderr, "\r%*s\r", IMPORT_PROGRESS_WIDTH, "");
	im->progress = false;
}

/* How much of the file control has, as far as that can be known. */
static void
progress_cb(const struct admin_progress *progress, void *arg)
{
	struct importing *im;
	off_t at;

	im = arg;
	if (progress->done == 0)
		return; /* a sign of life */
	im->taken = progress->done;
	if (!im->terminal)
		return;
	im->progress = true;
	(void)fprintf(stderr, "\r%" PRIu64 " rows ", im->taken);
	at = im->size == 0 ? 0 : ftello(im->file);
	if (at > 0 && im->sent > 0)
		(void)fprintf(stderr, "(%.0f %%) ",
		    100.0 * (double)at / (double)im->size * (double)im->taken /
			(double)im->sent);
}

static int
say_bad_cb(uint64_t number, const char *address, const char *why, void *arg)
{
	struct importing *im;
	struct row *row;
	char *text;
	int r;

	im = arg;
	progress_wipe(im);
	if (im->json) {
		row = row_new();
		if (row == NULL)
			return -1;
		row_num(row, "row", (int64_t)number);
		row_str(row, "address", address);
		row_str(row, "error", why);
		r = print_row(im->print, row);
		row_free(row);
		return r;
	}
	text = text_clean(address);
	if (text == NULL)
		return -1;
	(void)fprintf(stderr, "row %" PRIu64 ": %s%s%s%s\n", number,
	    text[0] == '\0' ? "" : "\"", text,
	    text[0] == '\0' ? "" : "\": ", why);
	free(text);
	return 0;
}

/*
 * What control says of the rows that it had; those that were not good enough
 * to be sent are rows, and bad, as well.
 */
static int
say_numbers(struct importing *im, const struct row *row)
{
	const struct row_field *f;
	struct row *sum;
	int64_t n;
	size_t i;
	int r;

	sum = row_new();
	if (sum == NULL)
		return -1;
	for (i = 0; i < row_count(row); i++) {
		f = row_at(row, i);
		n = strtoll(f->value, NULL, 10);
		if (strcmp(f->name, "rows") == 0 || strcmp(f->name, "bad") == 0)
			n += (int64_t)im->bad;
		row_num(sum, f->name, n);
	}
	r = row_bad(sum) ? -1 : print_row(im->print, sum);
	row_free(sum);
	return r;
}

/* A row of the answer: one that is bad, or the numbers at the end. */
static int
row_cb(const struct row *row, void *arg)
{
	struct importing *im;
	const char *number, *address, *why;

	im = arg;
	number = row_value(row, "row");
	address = row_value(row, "address");
	why = row_value(row, "error");
	if (number != NULL && address != NULL && why != NULL) {
		im->some_bad = true;
		return badrows_add(im->badrows, strtoull(number, NULL, 10),
		    address, why);
	}
	progress_wipe(im);
	return badrows_tell(im->badrows) == -1 ? -1 : say_numbers(im, row);
}

/* Rows of the file until the chunk is full or the file ends. */
static void
fill(struct importing *im)
{
	static struct import_row row;
	enum suppressfile_result r;

	while (!im->read && !im->stopped && !chunk_is_full(im->chunk)) {
		r = suppressfile_read(im->rows, &row);
		switch (r) {
		case SUPPRESSFILE_ROW:
			if (chunk_add(im->chunk, &row) == -1)
				fail(FAIL_NO, "out of memory", NULL);
			im->sent++;
			break;
		case SUPPRESSFILE_BAD:
			im->bad++;
			if (badrows_add(im->badrows, row.number, row.address,
				suppressfile_why(im->rows)) == -1)
				fail(FAIL_NO, "out of memory", NULL);
			break;
		case SUPPRESSFILE_FAILED:
			(void)snprintf(im->error, sizeof(im->error),
			    "row %" PRIu64 ": %s", row.number,
			    suppressfile_why(im->rows));
			im->read = true;
			break;
		case SUPPRESSFILE_END:
			im->read = true;
			break;
		}
	}
	chunk_sort(im->chunk);
}

static void
pump(struct importing *im)
{
	const uint8_t *block;
	unsigned rows;
	size_t len;

	while (im->credit > 0 && !im->ended) {
		len = im->stopped ? 0 : chunk_block(im->chunk, &block, &rows);
		if (len == 0 && !im->read && !im->stopped) {
			fill(im);
			continue;
		}
		im->ended = len == 0;
		im->credit--;
		client_data(im->client, block, len);
	}
}

static void
more_cb(uint32_t blocks, void *arg)
{
	struct importing *im;

	im = arg;
	im->credit += blocks;
	pump(im);
}

/* What was sent is stored, and told; a second signal ends edctl at once. */
static void
interrupt_cb(evutil_socket_t sig, short what, void *arg)
{
	struct importing *im;

	im = arg;
	im->stopped = true;
	(void)event_del(im->interrupt);
	pump(im);
}

static const char *
argument(const struct parse *p, const char *keyword)
{
	uint32_t i;

	for (i = 3; i + 1 < p->words.words; i += 2) {
		if (strcmp(p->words.word[i], keyword) == 0)
			return p->words.word[i + 1];
	}
	return NULL;
}

static enum suppressfile_format
format_of(const struct parse *p)
{
	const char *format;

	format = argument(p, "format");
	if (format == NULL)
		return SUPPRESSFILE_ANY;
	return strcmp(format, "json") == 0 ? SUPPRESSFILE_JSON :
					     SUPPRESSFILE_CSV;
}

static void
open_file(struct importing *im, const struct parse *p)
{
	char why[ERROR_SIZE];
	const char *path;
	struct stat st;

	path = p->words.word[2];
	im->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (im->file == NULL || fstat(fileno(im->file), &st) == -1 ||
	    S_ISDIR(st.st_mode)) {
		if (im->file != NULL && S_ISDIR(st.st_mode))
			errno = EISDIR;
		(void)snprintf(why, sizeof(why), "%s: %s", path,
		    strerror(errno));
		fail(FAIL_NO, why, NULL);
	}
	if (S_ISREG(st.st_mode))
		im->size = st.st_size;
	im->rows = suppressfile_new(im->file, format_of(p));
	im->chunk = chunk_new();
	im->badrows = badrows_new(say_bad_cb, im);
	if (im->rows == NULL || im->chunk == NULL || im->badrows == NULL)
		fail(FAIL_NO, "out of memory", NULL);
}

static void
open_client(struct importing *im, const struct options *o)
{
	struct admin_end end;

	im->client = client_open(o->socket, o->silence, &end);
	if (im->client == NULL)
		fail(FAIL_ABSENT, end.why, end.hint);
	im->print = print_new(LAYOUT_RECORD, o->json, 0);
	im->interrupt = evsignal_new(client_base(im->client), SIGINT,
	    interrupt_cb, im);
	if (im->print == NULL || im->interrupt == NULL ||
	    event_add(im->interrupt, NULL) == -1)
		fail(FAIL_NO, "out of memory", NULL);
	if (sandbox_enter("edctl") == -1)
		fail(FAIL_NO, strerror(errno),
		    "the sandbox could not be entered");
	client_on_progress(im->client, progress_cb, im);
	client_on_more(im->client, more_cb, im);
}

/* What became of it.  The exit status. */
static int
conclude(struct importing *im, enum client_result result,
    const struct admin_end *end)
{
	char why[ERROR_SIZE];

	if (result == CLIENT_LOST) {
		(void)snprintf(why, sizeof(why),
		    "at least %" PRIu64 " rows are in; import the same file "
		    "again when edd is back",
		    im->taken);
		fail(FAIL_ABSENT, end->why, why);
	}
	if (!end->ok)
		fail(FAIL_NO, end->why, end->hint);
	if (im->error[0] != '\0')
		fail(FAIL_NO, im->error, "the rows before that are in");
	if (im->stopped)
		fail(FAIL_NO, "interrupted",
		    "what the numbers say is in; import the same file again "
		    "for the rest");
	if (im->bad > 0 || im->some_bad)
		fail(FAIL_NO, "some rows are bad",
		    "the others are in; mend these, and import the file again");
	return 0;
}

/* Import, and return the exit status. */
int
importcmd_run(const struct options *o, const struct parse *p)
{
	static struct importing im;
	enum client_result result;
	struct admin_end end;

	im.json = o->json;
	im.terminal = isatty(STDERR_FILENO) == 1;
	open_file(&im, p);
	open_client(&im, o);
	result = client_run(im.client, &p->words, row_cb, &im, &end);
	progress_wipe(&im);
	if (badrows_tell(im.badrows) == -1)
		fail(FAIL_NO, "out of memory", NULL);
	if (print_end(im.print) == -1 || fflush(stdout) != 0)
		fail(FAIL_NO, "standard output cannot be written", NULL);
	event_free(im.interrupt);
	client_free(im.client);
	suppressfile_free(im.rows);
	chunk_free(im.chunk);
	badrows_free(im.badrows);
	return conclude(&im, result, &end);
}

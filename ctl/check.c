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
 * Findings: a line with the state in front, then what is, what should be and
 * how to mend it.  Values come from the DNS and go through text_clean().
 */
#include "check.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "row.h"
#include "text.h"

/* Columns in front of what a line says. */
#define CHECK_INDENT "        "

/* A line of a name and a value, if there is one.  0, or -1 without memory. */
static int
line(const struct row *row, const char *field, const char *name)
{
	const char *value;
	char *text;

	value = row_value(row, field);
	if (value == NULL || value[0] == '\0')
		return 0;
	text = text_clean(value);
	if (text == NULL)
		return -1;
	(void)printf(CHECK_INDENT "%-7s %s\n", name, text);
	free(text);
	return 0;
}

/* How a name is entered in a zone. */
static int
entered(const struct row *row, const char *zone, const char *relative)
{
	char *in, *text;

	if (row_value(row, zone) == NULL || row_value(row, relative) == NULL)
		return 0;
	in = text_clean(row_value(row, zone));
	text = text_clean(row_value(row, relative));
	if (in != NULL && text != NULL)
		(void)printf(CHECK_INDENT "        %s   (in the zone %s)\n",
		    text, in);
	free(in);
	free(text);
	return in == NULL || text == NULL ? -1 : 0;
}

/* Whether it is about a record of the DNS, or a step of something. */
static bool
has_record(const struct row *row)
{
	const char *name;

	name = row_value(row, "name");
	return name != NULL && name[0] != '\0';
}

static int
title(const struct row *row)
{
	static const char *const fields[] = { "state", "check", "type",
		"name" };
	const char *value;
	char *text;
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		value = row_value(row, fields[i]);
		text = text_clean(value == NULL ? "" : value);
		if (text == NULL)
			return -1;
		(void)printf(i == 0	? "%-7s " :
			i == 1		? "%-14s " :
			text[0] == '\0' ? "" :
			i == 2		? "%s " :
					  "%s",
		    text);
		free(text);
	}
	/* What is of a step stands on its line. */
	value = has_record(row) ? NULL : row_value(row, "is");
	text = text_clean(value == NULL ? "" : value);
	if (text == NULL)
		return -1;
	(void)puts(text);
	free(text);
	return 0;
}

/* Print a finding.  0, or -1 without memory. */
int
check_print(const struct row *row)
{
	if (title(row) == -1 ||
	    (has_record(row) && line(row, "is", "is") == -1) ||
	    line(row, "about", "step") == -1 ||
	    line(row, "should", "should") == -1 ||
	    line(row, "mend", "mend") == -1 ||
	    line(row, "enterFull", "name") == -1)
		return -1;
	return entered(row, "zone", "enterInZone") == -1 ?
	    -1 :
	    entered(row, "subdomain", "enterInSubdomain");
}

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
 * A line is known by its first word; what else is in a file stays octet for
 * octet.  edd itself judges what comes out.
 */
#include "conftext.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"

/* What is in a new edd.conf, before it is edited. */
const char *
conftext_new(void)
{
	return "# Made by edctl setup; see edd.conf(5).\n"
	       "hostname \"" CONFTEXT_SAMPLE "\"\n"
	       "pki mail certificate \"" EDD_CONFDIR "/tls/mail.pem\" key "
	       "\"" EDD_CONFDIR "/tls/mail.key\"\n"
	       "listen on * port 25 starttls pki mail\n"
	       "listen on * port 587 starttls pki mail\n"
	       "listen on * port 465 tls pki mail\n"
	       "control socket \"" EDD_RUNDIR "/edd.sock\" group \"edd\"\n";
}

/* The start of the next line, or of the end. */
static const char *
next_line(const char *s)
{
	s += strcspn(s, "\n");
	return *s == '\n' ? s + 1 : s;
}

/* What follows a word at the start of a line, or NULL. */
static const char *
after(const char *line, const char *word)
{
	size_t len;

	len = strlen(word);
	line += strspn(line, " \t");
	if (strncmp(line, word, len) != 0 || strchr(" \t", line[len]) == NULL ||
	    line[len] == '\0')
		return NULL;
	return line + len + strspn(line + len, " \t");
}

/* A word, perhaps in quotes; what follows it, or NULL if there is none. */
static const char *
word(const char *s, char *to, size_t size)
{
	size_t len;
	bool quoted;

	quoted = *s == '"';
	if (quoted)
		s++;
	len = strcspn(s, quoted ? "\"\n" : " \t\n#");
	if (len == 0 || len >= size || (quoted && s[len] != '"') ||
	    (!quoted && *s == '$'))
		return NULL;
	memcpy(to, s, len);
	to[len] = '\0';
	s += len + (quoted ? 1 : 0);
	return s + strspn(s, " \t");
}

/* The first line that begins with the word, or NULL. */
static const char *
find(const char *text, const char *first)
{
	for (; *text != '\0'; text = next_line(text)) {
		if (after(text, first) != NULL)
			return text;
	}
	return NULL;
}

/* "pki NAME certificate FILE key FILE": its parts.  0 or -1. */
static int
read_pki(const char *line, char name[NAME_SIZE], struct conftext *c)
{
	const char *s;

	s = word(after(line, "pki"), name, NAME_SIZE);
	if (s != NULL)
		s = after(s, "certificate");
	if (s != NULL)
		s = word(s, c->cert, sizeof(c->cert));
	if (s != NULL)
		s = after(s, "key");
	if (s != NULL)
		s = word(s, c->key, sizeof(c->key));
	if (s != NULL)
		return 0;
	c->cert[0] = c->key[0] = '\0';
	return -1;
}

/* Read what there is of it. */
void
conftext_read(const char *text, struct conftext *c)
{
	char name[NAME_SIZE];
	const char *line;

	memset(c, 0, sizeof(*c));
	line = find(text, "hostname");
	if (line != NULL &&
	    word(after(line, "hostname"), c->hostname, sizeof(c->hostname)) ==
		NULL)
		c->hostname[0] = '\0';
	line = find(text, "pki");
	if (line != NULL)
		(void)read_pki(line, name, c);
}

/* The line (NULL: none) is replaced, or put in front.  NULL without memory. */
static char *
replace(const char *text, const char *line, const char *new)
{
	const char *rest;
	char *out;

	rest = line == NULL ? text : next_line(line);
	if (asprintf(&out, "%.*s%s\n%s", line == NULL ? 0 : (int)(line - text),
		text, new, rest) == -1)
		return NULL;
	return out;
}

/*
 * The text with this host name and these files, where they are not empty and
 * not there already.  The caller frees it; NULL without memory.
 */
char *
conftext_edit(const char *text, const struct conftext *want)
{
	char line[2 * PATH_MAX + NAME_SIZE + 64], name[NAME_SIZE];
	struct conftext is, ignored;
	const char *at;
	char *first, *out;

	conftext_read(text, &is);
	first = NULL;
	if (want->hostname[0] != '\0' &&
	    strcmp(want->hostname, is.hostname) != 0) {
		(void)snprintf(line, sizeof(line), "hostname \"%s\"",
		    want->hostname);
		first = replace(text, find(text, "hostname"), line);
		if (first == NULL)
			return NULL;
		text = first;
	}
	if (want->cert[0] != '\0' &&
	    (strcmp(want->cert, is.cert) != 0 ||
		strcmp(want->key, is.key) != 0)) {
		at = find(text, "pki");
		memset(&ignored, 0, sizeof(ignored));
		if (at == NULL || read_pki(at, name, &ignored) == -1)
			(void)strlcpy(name, "mail", sizeof(name));
		(void)snprintf(line, sizeof(line),
		    "pki %s certificate \"%s\" key \"%s\"", name, want->cert,
		    want->key);
		out = replace(text, at, line);
	} else
		out = strdup(text);
	free(first);
	return out;
}

/* What is wrong with the name of a mail server, or NULL. */
const char *
conftext_hostname_error(const char *name)
{
	const char *p;

	if (strlen(name) > ADDRESS_DOMAIN_MAX)
		return "it is too long";
	if (strchr(name, '.') == NULL)
		return "it needs a domain, as mail.example.org has";
	for (p = name; *p != '\0'; p++) {
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
			   "XYZ0123456789-.",
			*p) == NULL)
			return "it has letters, digits, \"-\" and \".\" only";
		if (*p == '.' &&
		    (p == name || p[1] == '.' || p[1] == '\0' || p[-1] == '-'))
			return "it has an empty or ill-formed label";
	}
	return name[0] == '-' ? "it begins with \"-\"" : NULL;
}

/* What is wrong with the path of a file for edd.conf, or NULL. */
const char *
conftext_path_error(const char *path)
{
	if (path[0] != '/')
		return "give its whole path, which begins with \"/\"";
	if (strlen(path) >= PATH_MAX || strpbrk(path, "\"\\\n\r\t") != NULL)
		return "it cannot stand in edd.conf";
	return NULL;
}

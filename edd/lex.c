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
 * The lexer of edd.conf, in the manner of pf.conf(5).  It holds whole files
 * in memory and gives tokens; it judges no statement.
 */
#include "lex.h"

#include <sys/queue.h>
#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "limit.h"

/* Text that is kept until the end: tokens and names of files. */
struct lex_text {
	SLIST_ENTRY(lex_text) entry;
	char text[];
};

/* What is being read: a file, or the value of a macro inside it. */
struct lex_source {
	SLIST_ENTRY(lex_source) entry;
	const char *name; /* NULL: a macro */
	char *text;
	size_t pos;
	int line;
	bool fresh; /* nothing since the last newline */
};

struct lex_macro {
	SLIST_ENTRY(lex_macro) entry;
	char *name;
	char *value;
	bool fixed;
};

struct lex {
	SLIST_HEAD(, lex_text) texts;
	SLIST_HEAD(, lex_source) sources;
	SLIST_HEAD(, lex_macro) macros;
	unsigned depth;
	const char *last_file;
	int last_line;
};

/* A new lexer with nothing to read, or NULL without memory. */
struct lex *
lex_new(void)
{
	struct lex *l;

	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return NULL;
	SLIST_INIT(&l->texts);
	SLIST_INIT(&l->sources);
	SLIST_INIT(&l->macros);
	l->last_file = "";
	return l;
}

static void
source_pop(struct lex *l)
{
	struct lex_source *s;

	s = SLIST_FIRST(&l->sources);
	SLIST_REMOVE_HEAD(&l->sources, entry);
	l->depth--;
	free(s->text);
	free(s);
}

/* Free the lexer and the text of all its tokens; NULL is allowed. */
void
lex_free(struct lex *l)
{
	struct lex_macro *m;
	struct lex_text *t;

	if (l == NULL)
		return;
	while (!SLIST_EMPTY(&l->sources))
		source_pop(l);
	while ((m = SLIST_FIRST(&l->macros)) != NULL) {
		SLIST_REMOVE_HEAD(&l->macros, entry);
		free(m->name);
		free(m->value);
		free(m);
	}
	while ((t = SLIST_FIRST(&l->texts)) != NULL) {
		SLIST_REMOVE_HEAD(&l->texts, entry);
		free(t);
	}
	free(l);
}

/* Keep a copy of len octets; "" without memory, which no caller trusts. */
static const char *
keep(struct lex *l, const char *text, size_t len)
{
	struct lex_text *t;

	t = malloc(sizeof(*t) + len + 1);
	if (t == NULL)
		return "";
	memcpy(t->text, text, len);
	t->text[len] = '\0';
	SLIST_INSERT_HEAD(&l->texts, t, entry);
	return t->text;
}

/* Read from text first; takes it over.  0, or -1 with errno. */
static int
source_push(struct lex *l, const char *name, char *text)
{
	struct lex_source *s;

	s = NULL;
	if (l->depth < CONF_DEPTH_MAX)
		s = calloc(1, sizeof(*s));
	else
		errno = ELOOP;
	if (text == NULL || s == NULL) {
		free(text);
		free(s);
		return -1;
	}
	s->name = name == NULL ? NULL : keep(l, name, strlen(name));
	s->text = text;
	s->line = 1;
	s->fresh = true;
	SLIST_INSERT_HEAD(&l->sources, s, entry);
	l->depth++;
	return 0;
}

/* Read a text under a name that errors show.  0, or -1 with errno. */
int
lex_push_text(struct lex *l, const char *name, const char *text)
{
	return source_push(l, name, strdup(text));
}

/*
 * The whole of a regular file, or NULL with errno.  Whoever can write it is
 * root in the end: EPERM if that is everybody.
 */
static char *
slurp(int fd)
{
	struct stat st;
	char *text;
	size_t len;
	ssize_t n;

	if (fstat(fd, &st) == -1)
		return NULL;
	if (!S_ISREG(st.st_mode) || st.st_size > CONF_FILE_MAX) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EFBIG;
		return NULL;
	}
	if ((st.st_uid != 0 && st.st_uid != geteuid()) ||
	    (st.st_mode & 022) != 0) {
		errno = EPERM;
		return NULL;
	}
	text = malloc((size_t)st.st_size + 1);
	if (text == NULL)
		return NULL;
	for (len = 0; len < (size_t)st.st_size; len += (size_t)n) {
		n = read(fd, text + len, (size_t)st.st_size - len);
		if (n == -1) {
			free(text);
			return NULL;
		}
		if (n == 0)
			break;
	}
	text[len] = '\0';
	if (memchr(text, '\0', len) != NULL) {
		free(text);
		errno = EILSEQ;
		return NULL;
	}
	return text;
}

/* A relative name is looked for beside the file that is being read. */
static char *
resolve(const struct lex *l, const char *path)
{
	const struct lex_source *s;
	const char *slash;
	char *full;

	SLIST_FOREACH(s, &l->sources, entry) {
		if (s->name != NULL)
			break;
	}
	slash = s == NULL ? NULL : strrchr(s->name, '/');
	if (path[0] == '/' || slash == NULL)
		return strdup(path);
	if (asprintf(&full, "%.*s/%s", (int)(slash - s->name), s->name, path) ==
	    -1)
		return NULL;
	return full;
}

/*
 * Read a file of at most CONF_FILE_MAX octets now, then go on where reading
 * was.  0, or -1 with errno; ELOOP if files include each other, EPERM if others
 * than root and we may write the file.
 */
int
lex_push_file(struct lex *l, const char *path)
{
	char *full, *text;
	int fd, r;

	full = resolve(l, path);
	if (full == NULL)
		return -1;
	text = NULL;
	fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd != -1) {
		text = slurp(fd);
		(void)close(fd);
	}
	r = text == NULL ? -1 : source_push(l, full, text);
	free(full);
	return r;
}

/* Whether text may name a macro: a letter or _, then also digits. */
bool
lex_is_name(const char *text)
{
	const char *p;

	if (!isalpha((unsigned char)text[0]) && text[0] != '_')
		return false;
	for (p = text; *p != '\0'; p++) {
		if (!isalnum((unsigned char)*p) && *p != '_')
			return false;
	}
	return true;
}

static struct lex_macro *
macro_find(struct lex *l, const char *name, size_t len)
{
	struct lex_macro *m;

	SLIST_FOREACH(m, &l->macros, entry) {
		if (strlen(m->name) == len && memcmp(m->name, name, len) == 0)
			return m;
	}
	return NULL;
}

/*
 * Define a macro; a later definition replaces an earlier one unless that was
 * fixed, as those of the command line are.  0, or -1 without memory.
 */
int
lex_define(struct lex *l, const char *name, const char *value, bool fixed)
{
	struct lex_macro *m;
	char *copy;

	m = macro_find(l, name, strlen(name));
	if (m != NULL && m->fixed)
		return 0;
	copy = strdup(value);
	if (copy == NULL)
		return -1;
	if (m == NULL) {
		m = calloc(1, sizeof(*m));
		if (m == NULL || (m->name = strdup(name)) == NULL) {
			free(m);
			free(copy);
			return -1;
		}
		SLIST_INSERT_HEAD(&l->macros, m, entry);
	}
	free(m->value);
	m->value = copy;
	m->fixed = fixed;
	return 0;
}

/* The file being read, or the last one. */
const char *
lex_file(const struct lex *l)
{
	return l->last_file;
}

static void
place(struct lex *l)
{
	const struct lex_source *s;

	SLIST_FOREACH(s, &l->sources, entry) {
		if (s->name != NULL)
			break;
	}
	if (s != NULL) {
		l->last_file = s->name;
		l->last_line = s->line;
	}
}

static void
token(struct lex *l, struct lex_token *t, enum lex_kind kind, const char *text,
    size_t len)
{
	t->kind = kind;
	t->text = keep(l, text, len);
	t->file = l->last_file;
	t->line = l->last_line;
}

/* An error, and the text near which it is, of which the start is shown. */
static void
error(struct lex *l, struct lex_token *t, const char *what, const char *near,
    size_t len)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%s near \"%.*s\"", what,
	    len > 100 ? 100 : (int)len, near);
	token(l, t, LEX_ERROR, text, strlen(text));
}

static bool
is_word(char c)
{
	return (unsigned char)c > ' ' && c != 0x7f &&
	    strchr("\"#=,$\\{}()", c) == NULL;
}

/* Blanks, comments, and a backslash at the end of a line. */
static void
skip(struct lex_source *s)
{
	const char *p;

	for (p = s->text + s->pos;; p++) {
		if (*p == '#') {
			while (*p != '\n' && *p != '\0')
				p++;
		}
		if (*p == '\\' && p[1] == '\n') {
			s->line++;
			p++;
		} else if (*p == '\\' && p[1] == '\r' && p[2] == '\n') {
			s->line++;
			p += 2;
		} else if (*p != ' ' && *p != '\t' && *p != '\r')
			break;
	}
	s->pos = (size_t)(p - s->text);
}

/* "text", in which a backslash takes the next character as it is. */
static void
quoted(struct lex *l, struct lex_source *s, struct lex_token *t)
{
	char *out, *p;
	const char *in;

	in = s->text + s->pos + 1;
	out = malloc(strlen(in) + 1);
	if (out == NULL) {
		error(l, t, "out of memory", "", 0);
		return;
	}
	for (p = out; *in != '"' && *in != '\n' && *in != '\0'; in++) {
		if (*in == '\\' && (in[1] == '"' || in[1] == '\\'))
			in++;
		*p++ = *in;
	}
	s->pos = (size_t)(in - s->text);
	if (*in != '"')
		error(l, t, "quote is not closed", out, (size_t)(p - out));
	else {
		s->pos++;
		token(l, t, LEX_QUOTED, out, (size_t)(p - out));
	}
	free(out);
}

static void
word(struct lex *l, struct lex_source *s, struct lex_token *t)
{
	const char *start;
	size_t len;

	start = s->text + s->pos;
	for (len = 0; is_word(start[len]); len++)
		;
	s->pos += len;
	token(l, t, LEX_WORD, start, len);
}

/* $NAME: its value is read next.  false: t says what is wrong. */
static bool
expand(struct lex *l, struct lex_source *s, struct lex_token *t)
{
	struct lex_macro *m;
	const char *name;
	size_t len;

	name = s->text + s->pos + 1;
	for (len = 0; isalnum((unsigned char)name[len]) || name[len] == '_';)
		len++;
	s->pos += len + 1;
	m = macro_find(l, name, len);
	if (m == NULL) {
		error(l, t, "macro is not defined", name, len);
		return false;
	}
	if (source_push(l, NULL, strdup(m->value)) == -1) {
		error(l, t, "macros are nested too deeply", name, len);
		return false;
	}
	return true;
}

/* The end of a source.  true: t is a newline that its last line lacked. */
static bool
finish(struct lex *l, struct lex_source *s, struct lex_token *t)
{
	bool lacking;

	lacking = s->name != NULL && !s->fresh;
	if (lacking)
		token(l, t, LEX_NEWLINE, "", 0);
	source_pop(l);
	return lacking;
}

static void
newline(struct lex *l, struct lex_source *s, struct lex_token *t)
{
	token(l, t, LEX_NEWLINE, "", 0);
	s->pos++;
	s->line++;
	s->fresh = true;
}

/* What is neither blank, newline nor macro. */
static void
visible(struct lex *l, struct lex_source *s, struct lex_token *t)
{
	const char *c;

	c = s->text + s->pos;
	if (*c == '"')
		quoted(l, s, t);
	else if (is_word(*c))
		word(l, s, t);
	else {
		s->pos++;
		if (*c == '=' || *c == ',')
			token(l, t, LEX_PUNCT, c, 1);
		else
			error(l, t, "unexpected character", c, 1);
	}
}

/* The next token; LEX_END for ever after the last. */
void
lex_next(struct lex *l, struct lex_token *t)
{
	struct lex_source *s;

	while ((s = SLIST_FIRST(&l->sources)) != NULL) {
		skip(s);
		place(l);
		if (s->text[s->pos] == '\0') {
			if (finish(l, s, t))
				return;
		} else if (s->text[s->pos] == '\n') {
			newline(l, s, t);
			return;
		} else if (s->text[s->pos] == '$') {
			s->fresh = false;
			if (!expand(l, s, t))
				return;
		} else {
			s->fresh = false;
			visible(l, s, t);
			return;
		}
	}
	token(l, t, LEX_END, "", 0);
}

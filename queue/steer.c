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
 * The list of what is paused, in memory and in the file "steer" of the spool:
 * a line each, "KIND NAME SECONDS" with two blanks where there is no name.
 * The file is replaced whole.
 */
#include "steer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"
#include "clock.h"
#include "destination.h"
#include "idn.h"
#include "log.h"
#include "qbounds.h"

#define STEER_FILE "steer"
#define STEER_NEW  "steer.new"

struct pause {
	enum steer_kind kind;
	int64_t since; /* unix seconds, by the wall clock */
	char *name;
};

struct steer {
	struct pause *pause;
	size_t pauses;
};

/* As they stand in the file, before the name. */
static const struct {
	enum steer_kind kind;
	const char *word;
} words[] = {
	{ STEER_DRAIN, "drain" },
	{ STEER_ALL, "all" },
	{ STEER_DESTINATION, "destination" },
	{ STEER_USER, "user" },
};

/* Nothing decided; NULL without memory. */
struct steer *
steer_new(void)
{
	return calloc(1, sizeof(struct steer));
}

/* Free; NULL is allowed. */
void
steer_free(struct steer *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->pauses; i++)
		free(s->pause[i].name);
	free(s->pause);
	free(s);
}

/* Destinations are compared by their domain, without regard to case. */
static bool
is_same(const struct pause *p, enum steer_kind kind, const char *name)
{
	size_t len;

	if (p->kind != kind)
		return false;
	if (kind != STEER_DESTINATION)
		return strcmp(p->name, name) == 0;
	len = destination_domain_length(name);
	return strlen(p->name) == len && strncasecmp(p->name, name, len) == 0;
}

static size_t
find(const struct steer *s, enum steer_kind kind, const char *name)
{
	size_t i;

	for (i = 0; i < s->pauses; i++)
		if (is_same(&s->pause[i], kind, name))
			return i;
	return s->pauses;
}

static int
add(struct steer *s, enum steer_kind kind, const char *name, int64_t since)
{
	struct pause *p;

	if (s->pauses == STEER_MAX) {
		errno = E2BIG;
		return -1;
	}
	p = reallocarray(s->pause, s->pauses + 1, sizeof(*p));
	if (p == NULL)
		return -1;
	s->pause = p;
	p[s->pauses].kind = kind;
	p[s->pauses].since = since;
	p[s->pauses].name = strdup(name);
	if (p[s->pauses].name == NULL)
		return -1;
	s->pauses++;
	return 0;
}

static void
drop(struct steer *s, size_t i)
{
	free(s->pause[i].name);
	s->pauses--;
	memmove(s->pause + i, s->pause + i + 1,
	    (s->pauses - i) * sizeof(*s->pause));
}

static const char *
word_of(enum steer_kind kind)
{
	size_t i;

	for (i = 0; words[i].kind != kind; i++)
		;
	return words[i].word;
}

/* A name as it is compared: of a destination as envelope_domain() has it. */
static const char *
spelt(enum steer_kind kind, const char *name, char out[DOMAIN_SIZE])
{
	return kind == STEER_DESTINATION &&
		idn_domain_ascii(name, out, DOMAIN_SIZE) == 0 ?
	    out :
	    name;
}

/* When it was decided, behind the name; one that does not say it: now. */
static int64_t
take_since(char *name)
{
	char *blank = strchr(name, ' ');
	long long since = 0;

	if (blank != NULL) {
		*blank = '\0';
		since = strtoll(blank + 1, NULL, 10);
	}
	return since > 0 ? since : clock_wall() / 1000;
}

static void
take_line(struct steer *s, char *line)
{
	char ascii[DOMAIN_SIZE], none[] = "", *blank, *name = none;
	int64_t since;
	size_t i;

	line[strcspn(line, "\n")] = '\0';
	blank = strchr(line, ' ');
	if (blank != NULL) {
		*blank = '\0';
		name = blank + 1;
	}
	since = take_since(name);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, line) == 0) {
			if (add(s, words[i].kind,
				spelt(words[i].kind, name, ascii), since) == -1)
				log_warn("steer: %s", line);
			return;
		}
	log_warnx("steer: \"%s\" is not understood", line);
}

/* Read what was decided before, if anything.  0, or -1: logged. */
int
steer_load(struct steer *s)
{
	char *line = NULL;
	size_t cap = 0;
	FILE *f;
	int rc;

	f = fopen(STEER_FILE, "re");
	if (f == NULL) {
		if (errno == ENOENT)
			return 0;
		log_warn("%s", STEER_FILE);
		return -1;
	}
	while (getline(&line, &cap, f) != -1)
		take_line(s, line);
	rc = ferror(f) ? -1 : 0;
	if (rc == -1)
		log_warn("%s", STEER_FILE);
	(void)fclose(f);
	free(line);
	if (steer_is_draining(s))
		log_info("draining since before the start: no mail is "
			 "accepted until \"edctl drain off\"");
	return rc;
}

/* A crash leaves the old file or the new one. */
static int
save(const struct steer *s)
{
	FILE *f;
	size_t i;
	int fd, rc;

	f = fopen(STEER_NEW, "we");
	if (f == NULL)
		return -1;
	for (i = 0; i < s->pauses; i++)
		(void)fprintf(f, "%s %s %lld\n", word_of(s->pause[i].kind),
		    s->pause[i].name, (long long)s->pause[i].since);
	rc = fflush(f) != 0 || ferror(f) || fsync(fileno(f)) == -1 ? -1 : 0;
	if (fclose(f) != 0 || rc == -1 || rename(STEER_NEW, STEER_FILE) == -1)
		return -1;
	fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	rc = fsync(fd);
	(void)close(fd);
	return rc;
}

/*
 * Decide something, or take it back; "" where there is no name.  1: it was so
 * before; 0: it is so now, also on disk; -1 with errno: it is as before.
 */
int
steer_set(struct steer *s, enum steer_kind kind, const char *name, bool on)
{
	int64_t since = clock_wall() / 1000;
	char ascii[DOMAIN_SIZE], *copy;
	size_t i;
	int saved;

	name = spelt(kind, name, ascii);
	i = find(s, kind, name);
	if ((i < s->pauses) == on)
		return 1;
	copy = strdup(name);
	if (copy == NULL)
		return -1;
	if (!on) {
		since = s->pause[i].since;
		drop(s, i);
	} else if (add(s, kind, name, since) == -1) {
		free(copy);
		return -1;
	}
	saved = 0;
	if (save(s) == -1) {
		saved = errno;
		if (on)
			drop(s, find(s, kind, copy));
		else
			(void)add(s, kind, copy, since);
	}
	free(copy);
	errno = saved;
	return saved == 0 ? 0 : -1;
}

/* Whether no new mail is to be taken. */
bool
steer_is_draining(const struct steer *s)
{
	return find(s, STEER_DRAIN, "") < s->pauses;
}

/* Whether nothing is to be sent at all. */
bool
steer_is_paused(const struct steer *s)
{
	return find(s, STEER_ALL, "") < s->pauses;
}

/* Whether nothing is to be sent to a destination. */
bool
steer_pauses_destination(const struct steer *s, const char *name)
{
	return find(s, STEER_DESTINATION, name) < s->pauses;
}

/* Whether nothing of a user is to be sent. */
bool
steer_pauses_user(const struct steer *s, const char *name)
{
	return find(s, STEER_USER, name) < s->pauses;
}

/*
 * Since when mail of a user for a destination waits for an operator, unix
 * seconds: the first of the pauses that keep it.  0: none does.
 */
int64_t
steer_keeps(const struct steer *s, const char *destination, const char *user)
{
	const struct pause *p;
	int64_t since = 0;
	size_t i;

	for (i = 0; i < s->pauses; i++) {
		p = &s->pause[i];
		if ((p->kind == STEER_ALL ||
			(p->kind == STEER_DESTINATION &&
			    is_same(p, STEER_DESTINATION, destination)) ||
			(p->kind == STEER_USER &&
			    is_same(p, STEER_USER, user))) &&
		    (since == 0 || p->since < since))
			since = p->since;
	}
	return since;
}

/*
 * The i-th of what was decided: its name or "", and since when, unix seconds;
 * or NULL behind the last.
 */
const char *
steer_at(const struct steer *s, size_t i, enum steer_kind *kind, int64_t *since)
{
	if (i >= s->pauses)
		return NULL;
	*kind = s->pause[i].kind;
	*since = s->pause[i].since;
	return s->pause[i].name;
}

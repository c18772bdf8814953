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
 * What commands need before they can do anything, with the errors in one
 * place so that all commands say the same.
 */
#include "verb_need.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "address.h"
#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "credential.h"
#include "domain.h"
#include "fault.h"
#include "group.h"
#include "id.h"
#include "job.h"
#include "msg.h"
#include "pool.h"
#include "record.h"
#include "sender.h"
#include "shellword.h"
#include "store.h"
#include "user.h"

/* 0 if found; else the job ends, with these texts if there is no such. */
static int
found(struct job *j, enum store_status r, const char *kind, const char *name,
    const char *hint)
{
	switch (r) {
	case STORE_OK:
		return 0;
	case STORE_NOTFOUND:
		job_fail(j, hint, "no %s \"%s\"", kind, name);
		return -1;
	case STORE_FAIL:
		break;
	}
	job_fail_store(j);
	return -1;
}

/* What to do if there is no such: "user list", "user add NAME". */
static const char *
hint_missing(const char *kind, const char *name, const char *more,
    char hint[ERROR_SIZE])
{
	char word[SHELL_WORD_SIZE];

	(void)snprintf(hint, ERROR_SIZE,
	    "see \"edctl %s list\", or make it with \"edctl %s add %s%s\"",
	    kind, kind, shell_word(name, word), more);
	return hint;
}

/* A compartment by name or id. */
int
need_compartment(struct job *j, const char *name, struct compartment *c)
{
	char hint[ERROR_SIZE];
	enum store_status r;

	r = compartment_find(j->control->store, name, c);
	return found(j, r, "compartment", name,
	    hint_missing("compartment", name, "", hint));
}

/* A group by name or id. */
int
need_group(struct job *j, const char *name, struct group *g)
{
	char hint[ERROR_SIZE];
	enum store_status r;

	r = group_find(j->control->store, name, g);
	return found(j, r, "group", name,
	    hint_missing("group", name, "", hint));
}

/* A user by name or id. */
int
need_user(struct job *j, const char *name, struct user *u)
{
	char hint[ERROR_SIZE];
	enum store_status r;

	r = user_find(j->control->store, name, u);
	return found(j, r, "user", name, hint_missing("user", name, "", hint));
}

/* A credential by its id, or by its login. */
int
need_credential(struct job *j, const char *id, struct credential *c)
{
	enum store_status r;

	r = credential_get(j->control->store, id, c);
	if (r == STORE_NOTFOUND)
		r = credential_find_login(j->control->store, id, c);
	return found(j, r, "credential", id, "see \"edctl credential list\"");
}

/* A sender by its address, in any case. */
int
need_sender(struct job *j, const char *text, struct sender *s)
{
	char hint[ERROR_SIZE];
	enum store_status r;
	const char *why;

	why = sender_parse(text, s);
	if (why != NULL) {
		job_fail(j,
		    "a sender is USER@DOMAIN, or @DOMAIN for all of "
		    "a domain",
		    "\"%s\": %s", text, why);
		return -1;
	}
	r = sender_get(j->control->store, s->key, s);
	return found(j, r, "sender", text,
	    hint_missing("sender", text, " compartment NAME", hint));
}

/* A domain by its name, in any case. */
int
need_domain(struct job *j, const char *text, struct domain *d)
{
	char name[DOMAIN_SIZE], hint[ERROR_SIZE];
	enum store_status r;
	const char *why;

	why = domain_parse(text, name);
	if (why != NULL) {
		job_fail(j, "a domain is, for instance, example.org",
		    "\"%s\": %s", text, why);
		return -1;
	}
	r = domain_get(j->control->store, name, d);
	return found(j, r, "domain", name,
	    hint_missing("domain", name, " compartment NAME", hint));
}

/* Pools with a name, one in a compartment at most. */
struct pool_search {
	const char *name;
	unsigned n;
	char id[OBJECT_ID_SIZE]; /* of the last */
};

static bool
pool_named_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct pool_search *search;

	search = arg;
	if (strcmp(store_key_second(k), search->name) == 0) {
		search->n++;
		msg_get_str(m, search->id, sizeof(search->id));
	}
	return true;
}

/* An IP pool by its id, or by a name that no other has. */
int
need_pool(struct job *j, const char *name, struct pool *p)
{
	struct pool_search search = { name, 0, "" };
	enum store_status r;

	r = pool_get(j->control->store, name, p);
	if (r == STORE_NOTFOUND) {
		r = store_scan(j->control->store, STORE_POOL_NAME, NULL, NULL,
		    pool_named_cb, &search);
		if (r == STORE_OK && search.n != 1)
			r = STORE_NOTFOUND;
		if (r == STORE_OK)
			r = pool_get(j->control->store, search.id, p);
	}
	if (search.n < 2)
		return found(j, r, "IP pool", name, "see \"edctl pool list\"");
	job_fail(j, "give the id that \"edctl pool list\" shows",
	    "%u compartments have an IP pool \"%s\"", search.n, name);
	return -1;
}

/* A name that may be given to something. */
int
need_name(struct job *j, const char *name)
{
	const char *why;

	why = record_name_error(name);
	if (why == NULL)
		return 0;
	job_fail(j, NULL, "\"%s\": %s", name, why);
	return -1;
}

/* Root, or the user of edd: those who only administer may not do this. */
int
need_owner(struct job *j, const char *why)
{
	if (j->who.uid == 0 || j->who.uid == geteuid())
		return 0;
	job_fail(j, "run it as root", "%s: permission denied", why);
	return -1;
}

/* What was admitted, or refused with the fault. */
int
need_admitted(struct job *j, int admitted, const struct fault *f)
{
	if (admitted == 0)
		return 0;
	if (f->kind == FAULT_STORE)
		job_fail_store(j);
	else
		job_fail(j, f->hint[0] == '\0' ? NULL : f->hint, "%s", f->why);
	return -1;
}

/* A new object id. */
int
need_id(struct job *j, const char *kind, char *id)
{
	if (id_make_object(kind, id, OBJECT_ID_SIZE) == 0)
		return 0;
	job_fail(j, NULL, "the kernel has no random numbers");
	return -1;
}

/* A transaction. */
int
need_begin(struct job *j)
{
	if (store_begin(j->control->store) == 0)
		return 0;
	job_fail_store(j);
	return -1;
}

/* An argument, if it is given, is one of those that its label lists. */
int
need_choice(struct job *j, size_t argument)
{
	const struct verb_arg *a;
	const char *p, *text;
	size_t len;

	text = j->arg[argument];
	if (text == NULL)
		return 0;
	a = &j->verb->arg[argument];
	for (p = a->label; *p != '\0'; p += len + (p[len] == '|')) {
		len = strcspn(p, "|");
		if (strlen(text) == len && strncmp(text, p, len) == 0)
			return 0;
	}
	job_fail(j, NULL, "%s %s: none of %s", a->keyword, text, a->label);
	return -1;
}

/* Whether text is UTF-8 without control characters (RFC 3629). */
static bool
is_line(const char *text)
{
	size_t len, n;

	for (len = strlen(text); len > 0; text += n, len -= n) {
		n = (unsigned char)*text < 0x80 ? 1 : address_utf8(text, len);
		if (n == 0 || (unsigned char)*text < ' ' || *text == 127)
			return false;
	}
	return true;
}

/*
 * A text for people, if one is given, into to; "none" is an empty one.  what
 * names it, as "a note".
 */
int
need_line(struct job *j, const char *what, const char *text, char *to,
    size_t size)
{
	if (text == NULL)
		return 0;
	if (strcmp(text, "none") == 0)
		text = "";
	if (strlen(text) < size && is_line(text)) {
		(void)strlcpy(to, text, size);
		return 0;
	}
	job_fail(j,
	    strlen(text) < size ? "it has octets that are not UTF-8, or "
				  "control characters" :
				  NULL,
	    "%s is one line of at most %zu octets", what, size - 1);
	return -1;
}

/* A description, if one is given: one short line, which goes into to. */
int
need_description(struct job *j, const char *text, char to[NAME_SIZE])
{
	return need_line(j, "a description", text, to, NAME_SIZE);
}

/* Something that is to be set: an argument with a keyword. */
int
need_some(struct job *j)
{
	char hint[ERROR_SIZE], usage[VERB_USAGE_SIZE];
	size_t i;

	for (i = 0; i < VERB_ARGS_MAX; i++) {
		if (j->arg[i] != NULL && j->verb->arg[i].keyword != NULL)
			return 0;
	}
	(void)snprintf(hint, sizeof(hint), "usage: edctl %s",
	    verb_usage(j->verb, usage, sizeof(usage)));
	job_fail(j, hint, "nothing to set");
	return -1;
}

/* Whether a name begins with a prefix, in any case; NULL: none is asked for. */
bool
name_begins(const char *prefix, const char *name)
{
	return prefix == NULL || strncasecmp(prefix, name, strlen(prefix)) == 0;
}

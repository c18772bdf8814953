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
 * Kinds of objects that have limits.  An id says of which kind it is.
 */
#include "subject.h"

#include <string.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "credential.h"
#include "job.h"
#include "permit.h"
#include "user.h"
#include "verb_need.h"

static void
fill(struct subject *s, const char *kind, const char *id, const char *name)
{
	(void)strlcpy(s->kind, kind, sizeof(s->kind));
	(void)strlcpy(s->id, id, sizeof(s->id));
	(void)strlcpy(s->name, name, sizeof(s->name));
}

static int
need_named(struct job *j, const char *kind, const char *name, struct subject *s)
{
	struct compartment compartment;
	struct credential credential;
	struct user user;

	if (strcmp(kind, "user") == 0) {
		if (need_user(j, name, &user) == -1)
			return -1;
		fill(s, kind, user.id, user.name);
	} else if (strcmp(kind, "compartment") == 0) {
		if (need_compartment(j, name, &compartment) == -1)
			return -1;
		fill(s, kind, compartment.id, compartment.name);
	} else if (strcmp(kind, "credential") == 0) {
		if (need_credential(j, name, &credential) == -1)
			return -1;
		fill(s, kind, credential.id, credential.id);
	} else {
		job_fail(j, "it is tenancy, compartment, credential or user",
		    "nothing of kind \"%s\" has limits", kind);
		return -1;
	}
	return 0;
}

/*
 * The object that kind and name say; the tenancy, which is also the root
 * compartment, has none.  0, or -1 and the job is gone.
 */
int
need_subject(struct job *j, const char *kind, const char *name,
    struct subject *s)
{
	if (strcmp(kind, "tenancy") == 0 && name == NULL) {
		fill(s, kind, j->control->tenancy, COMPARTMENT_ROOT);
		return 0;
	}
	if (strcmp(kind, "tenancy") == 0)
		job_fail(j, NULL, "there is one tenancy, and it has no name");
	else if (name == NULL)
		job_fail(j, NULL, "the name of the %s is missing", kind);
	else if (need_named(j, kind, name, s) == 0) {
		if (strcmp(s->id, j->control->tenancy) == 0)
			fill(s, "tenancy", s->id, COMPARTMENT_ROOT);
		return 0;
	}
	return -1;
}

/* What an id of the table of limits is of. */
enum store_status
subject_find(struct control *c, const char *id, struct subject *s)
{
	struct compartment compartment;
	enum store_status r;
	struct user user;

	if (strcmp(id, c->tenancy) == 0) {
		fill(s, "tenancy", id, COMPARTMENT_ROOT);
		return STORE_OK;
	}
	if (strncmp(id, "ocid1.credential.", 17) == 0) {
		fill(s, "credential", id, id);
		return STORE_OK;
	}
	if (strncmp(id, "ocid1.user.", 11) == 0) {
		r = user_get(c->store, id, &user);
		fill(s, "user", id, r == STORE_OK ? user.name : id);
		return r;
	}
	r = compartment_get(c->store, id, &compartment);
	fill(s, "compartment", id, r == STORE_OK ? compartment.name : id);
	return r;
}

static enum store_status
add(struct control *c, const char *id, struct subject_path *p)
{
	return p->n == SUBJECT_PATH_MAX ?
	    STORE_FAIL :
	    subject_find(c, id, &p->subject[p->n++]);
}

/* A compartment and those that it is in. */
static enum store_status
add_places(struct control *c, const char *id, struct subject_path *p)
{
	struct compartment_path path;
	enum store_status r;
	size_t i;

	r = permit_path(c, id, &path);
	for (i = 0; i < path.n && r == STORE_OK; i++)
		r = add(c, path.place[i], p);
	return r;
}

/*
 * An object and all whose limits hold for it as well: of a credential its
 * user, of a compartment those that it is in, and the tenancy.
 */
enum store_status
subject_path(struct control *c, const struct subject *s, struct subject_path *p)
{
	struct credential credential;
	enum store_status r;

	p->n = 0;
	if (strcmp(s->kind, "credential") == 0) {
		r = credential_get(c->store, s->id, &credential);
		if (r == STORE_OK)
			r = add(c, s->id, p);
		if (r == STORE_OK)
			r = add(c, credential.user, p);
		return r == STORE_OK ? add(c, c->tenancy, p) : r;
	}
	if (strcmp(s->kind, "user") == 0) {
		r = add(c, s->id, p);
		return r == STORE_OK ? add(c, c->tenancy, p) : r;
	}
	return add_places(c, s->id, p);
}

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
 * Descriptions hang on the objects that the management API has, so that both
 * see the same.
 */
#include "verb_description.h"

#include <stdio.h>
#include <string.h>

#include "bounds.h"
#include "control.h"
#include "job.h"
#include "object.h"
#include "row.h"
#include "verb_need.h"

/* A description in the audit, after what it is of. */
#define DESCRIBED_TEXT_SIZE (NAME_SIZE + SELECTOR_SIZE + 32u)

/* Add the description to the job's row.  false: the store failed. */
bool
description_row(struct job *j, const char *id)
{
	enum store_status r;
	struct object o;

	r = object_get(j->control->store, id, &o);
	if (r == STORE_FAIL)
		return false;
	row_str(j->row, "description",
	    r == STORE_OK ? object_description(&o) : "");
	object_clear(&o);
	return true;
}

/* For the audit; what the API took can be longer, and is cut. */
static void
described_text(const struct described *d, const char *description, char *text,
    size_t size)
{
	(void)snprintf(text, size, "%sdescription=%s", d->name, description);
}

/*
 * Store the description, which need_description() has taken, in the open
 * transaction.  0, or -1 and no job.
 */
int
description_put(struct job *j, const struct described *d,
    const char *description)
{
	char old[DESCRIBED_TEXT_SIZE], new[DESCRIBED_TEXT_SIZE];
	struct object o;
	enum store_status r;

	r = object_get(j->control->store, d->id, &o);
	if (r == STORE_OK) {
		described_text(d, object_description(&o), old, sizeof(old));
		r = object_describe(&o, description) == -1 ?
		    STORE_FAIL :
		    object_put(j->control->store, &o);
		object_clear(&o);
	}
	if (r != STORE_OK) {
		job_fail_store(j);
		return -1;
	}
	described_text(d, description, new, sizeof(new));
	job_audit(j, d->object, old, new);
	return 0;
}

/* Store what the operator gave, "none" for none.  0, or -1 and no job. */
int
description_set(struct job *j, const struct described *d, const char *text)
{
	char description[NAME_SIZE];

	if (need_description(j, text, description) == -1 ||
	    need_begin(j) == -1 || description_put(j, d, description) == -1)
		return -1;
	return job_commit(j);
}

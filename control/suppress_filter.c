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
 * Filters of suppressions from the arguments of a command.
 */
#include <string.h>
#include <time.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "idn.h"
#include "job.h"
#include "record.h"
#include "suppress.h"
#include "suppress_list.h"
#include "verb_need.h"
#include "when.h"

static const char *
arg_at(const struct job *j, int place)
{
	return place == -1 ? NULL : j->arg[place];
}

/* A reason in words; else the job ends. */
int
suppress_need_reason(struct job *j, const char *text,
    enum suppression_reason *reason)
{
	if (suppression_reason_parse(text, reason) == 0)
		return 0;
	job_fail(j,
	    "a reason is manual, hardbounce, softbounce, complaint, "
	    "unsubscribe or unknown",
	    "unknown reason \"%s\"", text);
	return -1;
}

/* Of addresses that are hashes nothing else can be looked for. */
static int
need_plain(struct job *j, const char *what)
{
	if (!j->control->suppress->hash)
		return 0;
	job_fail(j,
	    "\"suppression check ADDRESS\" works, and so do the other "
	    "conditions",
	    "addresses are stored as hashes: no %s can be looked for", what);
	return -1;
}

/* Whether there is any condition beside the compartment. */
bool
suppress_filter_given(const struct job *j, const struct suppress_args *at)
{
	return arg_at(j, at->prefix) != NULL || arg_at(j, at->domain) != NULL ||
	    arg_at(j, at->reason) != NULL || arg_at(j, at->older) != NULL ||
	    arg_at(j, at->newer) != NULL;
}

/* A day, or so long ago. */
static int
need_past(struct job *j, const char *text, int64_t *when)
{
	const char *why;

	why = when_past(text, (int64_t)time(NULL), when);
	if (why == NULL)
		return 0;
	job_fail(j, NULL, "\"%s\" is %s", text, why);
	return -1;
}

static int
need_times(struct job *j, const struct suppress_args *at,
    struct suppress_filter *f)
{
	const char *older, *newer;

	older = arg_at(j, at->older);
	newer = arg_at(j, at->newer);
	if (older != NULL && need_past(j, older, &f->older) == -1)
		return -1;
	if (newer != NULL && need_past(j, newer, &f->newer) == -1)
		return -1;
	return 0;
}

/* A prefix is of an address as it is stored. */
static int
need_prefix(struct job *j, const char *prefix, struct suppress_filter *f)
{
	if (prefix[0] != '\0' &&
	    record_fold(prefix, f->prefix, sizeof(f->prefix)) == 0)
		return 0;
	job_fail(j, NULL, "a prefix has 1 to %zu octets",
	    sizeof(f->prefix) - 1);
	return -1;
}

static int
need_filter_domain(struct job *j, const char *domain, struct suppress_filter *f)
{
	char ascii[DOMAIN_SIZE];

	if (domain[0] == '@')
		domain++;
	if (idn_domain_ascii(domain, ascii, sizeof(ascii)) == 0 &&
	    record_fold(ascii, f->domain, sizeof(f->domain)) == 0 &&
	    f->domain[0] != '\0')
		return 0;
	job_fail(j, "a domain is what stands behind the @",
	    "\"%s\" is no domain", domain);
	return -1;
}

/* What the arguments say; else the job ends. */
int
suppress_need_filter(struct job *j, const struct suppress_args *at,
    struct suppress_filter *f)
{
	const char *compartment, *prefix, *domain, *reason;
	enum suppression_reason r;
	struct compartment c;

	memset(f, 0, sizeof(*f));
	compartment = arg_at(j, at->compartment);
	prefix = arg_at(j, at->prefix);
	domain = arg_at(j, at->domain);
	reason = arg_at(j, at->reason);
	if (compartment != NULL) {
		if (need_compartment(j, compartment, &c) == -1)
			return -1;
		(void)strlcpy(f->compartment, c.id, sizeof(f->compartment));
	}
	if (prefix != NULL &&
	    (need_plain(j, "prefix") == -1 || need_prefix(j, prefix, f) == -1))
		return -1;
	if (domain != NULL &&
	    (need_plain(j, "domain") == -1 ||
		need_filter_domain(j, domain, f) == -1))
		return -1;
	if (reason != NULL) {
		if (suppress_need_reason(j, reason, &r) == -1)
			return -1;
		f->reason = r;
	}
	return need_times(j, at, f);
}

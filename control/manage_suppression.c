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
 * Suppressions in the management API.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "manage_ask.h"
#include "manage_more.h"
#include "manage_ops.h"
#include "manage_page.h"
#include "manage_time.h"
#include "msg.h"
#include "row.h"
#include "store.h"
#include "suppress_number.h"
#include "suppression.h"

static void
summary_fields(struct row *row, const struct suppression *s)
{
	char id[OBJECT_ID_SIZE];

	suppression_id(s, id);
	row_str(row, "compartmentId", s->compartment);
	row_str(row, "emailAddress", s->address);
	row_str(row, "id", id);
	row_str(row, "reason", suppression_reason_name(s->reason));
	row_time(row, "timeCreated", s->created);
}

/* The whole suppression; the message id is without its "<>". */
static void
suppression_fields(struct row *row, const struct suppression *s)
{
	char id[MESSAGE_ID_SIZE];
	const char *start;
	size_t len;

	summary_fields(row, s);
	if (s->suppressed != 0)
		row_time(row, "timeLastSuppressed", s->suppressed);
	start = s->message_id[0] == '<' ? s->message_id + 1 : s->message_id;
	(void)strlcpy(id, start, sizeof(id));
	len = strlen(id);
	if (len > 0 && id[len - 1] == '>')
		id[len - 1] = '\0';
	if (id[0] != '\0')
		row_str(row, "messageId", id);
	if (s->text[0] != '\0')
		row_str(row, "errorDetail", s->text);
	if (s->host[0] != '\0')
		row_str(row, "errorSource", s->host);
}

/* An address of the request, folded; else it ends. */
static int
need_address(struct ask *a, char address[ADDRESS_SIZE])
{
	const char *text, *why;

	text = ask_value(a, "emailAddress");
	why = suppression_parse(text, address);
	if (why == NULL)
		return 0;
	ask_fail(a, MANAGE_INVALID, "Invalid Internet Address : %s", text);
	return -1;
}

/* CreateSuppression */
void
manage_suppression_create(struct ask *a)
{
	struct suppression s, old;
	struct compartment c;

	memset(&s, 0, sizeof(s));
	if (ask_place(a, &c) == -1 || need_address(a, s.address) == -1)
		return;
	switch (suppression_get(a->control->suppress, c.id, s.address, &old)) {
	case STORE_OK:
		if (suppression_has_expired(&old))
			break;
		ask_fail(a, MANAGE_EXISTS, "%s is suppressed already",
		    s.address);
		return;
	case STORE_FAIL:
		ask_fail_store(a);
		return;
	case STORE_NOTFOUND:
		break;
	}
	(void)strlcpy(s.compartment, c.id, sizeof(s.compartment));
	s.reason = SUPPRESSION_MANUAL;
	s.created = (int64_t)time(NULL);
	if (ask_begin(a) == -1)
		return;
	if (suppression_put(a->control->suppress, &s) != STORE_OK) {
		ask_fail_store(a);
		return;
	}
	more_audit(a, s.address, NULL, c.name);
	if (ask_commit(a) == -1)
		return;
	suppression_fields(a->row, &s);
	ask_send(a);
	ask_ok(a);
}

/* The one that the path names, where he may do this. */
static int
need_suppression(struct ask *a, struct suppression *s)
{
	switch (suppression_get_id(a->control->suppress, a->rq.id, s)) {
	case STORE_OK:
		return ask_may(a, s->compartment);
	case STORE_NOTFOUND:
		ask_not_found(a);
		return -1;
	case STORE_FAIL:
		break;
	}
	ask_fail_store(a);
	return -1;
}

/* GetSuppression */
void
manage_suppression_get(struct ask *a)
{
	struct suppression s;

	if (need_suppression(a, &s) == -1)
		return;
	suppression_fields(a->row, &s);
	ask_send(a);
	ask_ok(a);
}

/* DeleteSuppression */
void
manage_suppression_delete(struct ask *a)
{
	struct suppression s;

	if (need_suppression(a, &s) == -1 || ask_begin(a) == -1)
		return;
	if (suppression_del(a->control->suppress, &s) != STORE_OK) {
		ask_fail_store(a);
		return;
	}
	more_audit(a, s.address, s.compartment, NULL);
	if (ask_commit(a) == 0)
		ask_ok(a);
}

/* The moments between which those asked for were made. */
struct range {
	int64_t from; /* inclusive */
	int64_t to;   /* exclusive */
};

/* Read the range; else the request ends. */
static int
range_read(struct ask *a, struct range *r)
{
	static const char from[] = "timeCreatedGreaterThanOrEqualTo";
	static const char to[] = "timeCreatedLessThan";

	r->from = 0;
	r->to = SUPPRESS_TIME_MAX;
	if (ask_value(a, from) != NULL &&
	    manage_time_parse(ask_value(a, from), &r->from) == -1) {
		ask_fail(a, MANAGE_INVALID, "%s is no time of RFC 3339", from);
		return -1;
	}
	if (ask_value(a, to) != NULL &&
	    manage_time_parse(ask_value(a, to), &r->to) == -1) {
		ask_fail(a, MANAGE_INVALID, "%s is no time of RFC 3339", to);
		return -1;
	}
	return 0;
}

/* Whose suppressions are listed, and which. */
struct listed {
	struct suppress_place place;
	struct range range;
};

/*
 * All compartments lie together: what is another's is passed over without a
 * look at the suppression itself.
 */
static enum page_take
take_number(struct ask *a, const struct store_key *k, struct msgin *m)
{
	const struct listed *l;
	struct suppression s;
	struct suppress_ref ref;
	enum store_status r;
	int64_t created;

	l = a->list;
	if (suppress_ref_decode(k, m, &ref) == -1)
		return PAGE_FAIL;
	created = suppress_number_time(ref.number);
	if (created < l->range.from || created >= l->range.to)
		return PAGE_STOP;
	if (strcmp(ref.place, l->place.number) != 0)
		return PAGE_PASS;
	r = suppression_get(a->control->suppress, l->place.compartment,
	    ref.name, &s);
	if (r == STORE_FAIL)
		return PAGE_FAIL;
	if (r == STORE_NOTFOUND || s.number != ref.number)
		return PAGE_PASS;
	summary_fields(a->row, &s);
	return PAGE_TAKE;
}

static enum page_take
take_address(struct ask *a, const struct store_key *k, struct msgin *m)
{
	const struct listed *l;
	struct suppression s;

	l = a->list;
	if (suppression_decode(m, l->place.compartment, store_key_second(k),
		&s) == -1)
		return PAGE_FAIL;
	if (suppression_has_expired(&s) || s.created < l->range.from ||
	    s.created >= l->range.to)
		return PAGE_PASS;
	summary_fields(a->row, &s);
	return PAGE_TAKE;
}

/* One address: no page is needed. */
static void
list_one(struct ask *a, const struct listed *l)
{
	char address[ADDRESS_SIZE];
	enum store_status r;
	struct suppression s;

	if (need_address(a, address) == -1)
		return;
	r = suppression_get(a->control->suppress, l->place.compartment, address,
	    &s);
	if (r == STORE_FAIL) {
		ask_fail_store(a);
		return;
	}
	if (r == STORE_OK && s.created >= l->range.from &&
	    s.created < l->range.to) {
		summary_fields(a->row, &s);
		ask_send(a);
	}
	ask_ok(a);
}

/* By time: all compartments lie together, those of others are passed over. */
static void
page_times(struct page *p, const struct range *r)
{
	char text[OBJECT_ID_SIZE];
	uint64_t number;

	p->table = STORE_SUPPRESSION_NUMBER;
	store_key(&p->prefix, "", NULL);
	p->take = take_number;
	number = p->back ? suppress_number_make(r->to, 0) :
			   suppression_before(r->from);
	(void)snprintf(text, sizeof(text), "%016" PRIx64, number);
	store_key(&p->start, text, NULL);
}

/* By address: those of the compartment lie together. */
static void
page_addresses(struct page *p, const struct listed *l)
{
	p->table = STORE_SUPPRESSION;
	store_key_prefix(&p->prefix, l->place.number);
	p->take = take_address;
}

/* Where the suppressions of the compartment are; no number: it has none. */
static int
need_listed(struct ask *a, const struct compartment *c, struct listed *l)
{
	if (range_read(a, &l->range) == -1)
		return -1;
	switch (suppress_place_get(a->control->store, c->id, &l->place)) {
	case STORE_OK:
		return 0;
	case STORE_NOTFOUND:
		memset(&l->place, 0, sizeof(l->place));
		(void)strlcpy(l->place.compartment, c->id,
		    sizeof(l->place.compartment));
		return 0;
	case STORE_FAIL:
		break;
	}
	ask_fail_store(a);
	return -1;
}

/* ListSuppressions */
void
manage_suppression_list(struct ask *a)
{
	static const char *const sorts[] = { "TIMECREATED", "EMAILADDRESS",
		NULL };
	struct compartment c;
	struct listed listed;
	struct page p;
	size_t by;

	memset(&p, 0, sizeof(p));
	p.prev = true;
	if (ask_place(a, &c) == -1 || ask_sort(a, sorts, &by) == -1 ||
	    ask_order(a, by == 0, &p.back) == -1 ||
	    need_listed(a, &c, &listed) == -1)
		return;
	if (ask_value(a, "emailAddress") != NULL) {
		list_one(a, &listed);
		return;
	}
	if (listed.place.number[0] == '\0') {
		ask_ok(a);
		return;
	}
	a->list = &listed;
	if (by == 0)
		page_times(&p, &listed.range);
	else
		page_addresses(&p, &listed);
	page_answer(a, &p);
}

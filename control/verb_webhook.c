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
 * webhook add, list, remove, set, show, test.
 */
#include "verb_webhook.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "compartment.h"
#include "compat.h"
#include "control.h"
#include "job.h"
#include "msg.h"
#include "proto_hook.h"
#include "row.h"
#include "tenancy.h"
#include "verb_need.h"
#include "webhook.h"
#include "webhook_run.h"

/* All of a tenancy; each is read for at every tick. */
#define WEBHOOKS_MAX 32u

/* A webhook in the audit. */
#define WEBHOOK_TEXT_SIZE (URL_SIZE + WEBHOOK_EVENTS_SIZE + OBJECT_ID_SIZE + 64)

/* What is kept of a webhook, for the audit; never its key. */
static const char *
describe(const struct webhook *w, char *text, size_t size)
{
	(void)snprintf(text, size, "url=%s events=%s compartment=%s state=%s",
	    w->url, w->events, w->compartment, record_state_name(w->state));
	return text;
}

/* As operators see it. */
static const char *
state_text(const struct webhook *w)
{
	return w->state == RECORD_ACTIVE && w->failures > 0 ?
	    "FAILING" :
	    record_state_name(w->state);
}

static void
webhook_row(struct job *j, const struct webhook *w)
{
	struct compartment c;

	row_str(j->row, "id", w->id);
	row_str(j->row, "url", w->url);
	row_str(j->row, "events", w->events);
	row_str(j->row, "compartment",
	    compartment_get(j->control->store, w->compartment, &c) == STORE_OK ?
		c.name :
		w->compartment);
	row_str(j->row, "state", state_text(w));
	row_time(j->row, "delivered", w->delivered);
	row_num(j->row, "sent", (int64_t)w->events_sent);
	row_num(j->row, "failures", w->failures);
	row_str(j->row, "error", w->error);
}

static int
need_webhook(struct job *j, const char *id, struct webhook *w)
{
	switch (webhook_get(j->control->store, id, w)) {
	case STORE_OK:
		return 0;
	case STORE_NOTFOUND:
		job_fail(j, "see \"edctl webhook list\"",
		    "no webhook has the id \"%.100s\"", id);
		return -1;
	default:
		job_fail_store(j);
		return -1;
	}
}

static int
need_url(struct job *j, const char *url, struct webhook *w)
{
	const char *why;
	struct url u;

	why = url_parse(url, &u);
	if (why == NULL &&
	    strlcpy(w->url, url, sizeof(w->url)) >= sizeof(w->url))
		why = "it is too long";
	if (why == NULL)
		return 0;
	job_fail(j, "for instance https://example.org/hooks/mail",
	    "the URL cannot be used: %s", why);
	return -1;
}

static int
need_events(struct job *j, const char *list, struct webhook *w)
{
	const char *names;

	if (webhook_events(list, w->events, &names) == 0)
		return 0;
	job_fail(j, "names with commas between and no spaces, or \"all\"",
	    "events are %s; \"%.100s\" is something else", names, list);
	return -1;
}

/* Where its senders are; NULL is the root. */
static int
need_place(struct job *j, const char *name, struct webhook *w)
{
	struct compartment c;

	if (name == NULL) {
		(void)strlcpy(w->compartment, j->control->tenancy,
		    sizeof(w->compartment));
		return 0;
	}
	if (need_compartment(j, name, &c) == -1)
		return -1;
	(void)strlcpy(w->compartment, c.id, sizeof(w->compartment));
	return 0;
}

/* Whom to trust: every part is a certificate.  NULL is the system's. */
static int
need_ca(struct job *j, const char *pem, struct webhook *w)
{
	unsigned n = 0;
	X509 *x;
	BIO *b;

	if (pem == NULL)
		pem = "";
	b = BIO_new_mem_buf(pem, -1);
	while (
	    b != NULL && (x = PEM_read_bio_X509(b, NULL, NULL, NULL)) != NULL) {
		X509_free(x);
		n++;
	}
	BIO_free(b);
	ERR_clear_error();
	if ((*pem != '\0' && n == 0) || strlen(pem) >= HOOK_CA_MAX) {
		job_fail(j, "the certificate of the authority, in PEM",
		    *pem != '\0' && n == 0 ? "there is no certificate in it" :
					     "the certificates are too long");
		return -1;
	}
	w->ca = strdup(pem);
	if (w->ca != NULL)
		return 0;
	job_fail_store(j);
	return -1;
}

struct count {
	unsigned n;
};

static bool
count_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct count *c = arg;

	return ++c->n < WEBHOOKS_MAX;
}

/* Room, an id and a key. */
static int
need_new(struct job *j, struct webhook *w)
{
	struct count c = { 0 };

	if (store_scan(j->control->store, STORE_WEBHOOK, NULL, NULL, count_cb,
		&c) != STORE_OK) {
		job_fail_store(j);
		return -1;
	}
	if (c.n >= WEBHOOKS_MAX) {
		job_fail(j, "remove one first",
		    "there are %u webhooks, which is the most", WEBHOOKS_MAX);
		return -1;
	}
	if (need_id(j, "webhook", w->id) == -1)
		return -1;
	if (getrandom(w->key, sizeof(w->key), 0) == (ssize_t)sizeof(w->key))
		return 0;
	job_fail(j, NULL, "the kernel has no random numbers");
	return -1;
}

/* Store it, and let it run.  0, or -1 and the job is gone. */
static int
save(struct job *j, struct webhook *w, const char *old)
{
	char text[WEBHOOK_TEXT_SIZE];

	if (need_begin(j) == -1)
		return -1;
	if (webhook_put(j->control->store, w) != STORE_OK) {
		job_fail_store(j);
		return -1;
	}
	job_audit(j, w->id, old, describe(w, text, sizeof(text)));
	if (job_commit(j) == -1)
		return -1;
	webhooks_changed(j->control->webhooks, w->id);
	return 0;
}

/* webhook add URL [compartment NAME] [events LIST] [ca FILE] */
void
verb_webhook_add(struct job *j)
{
	char key[2 * WEBHOOK_KEY_SIZE + 1];
	struct webhook w;
	size_t i;

	memset(&w, 0, sizeof(w));
	w.state = RECORD_ACTIVE;
	w.created = (int64_t)time(NULL);
	if (need_url(j, j->arg[0], &w) == -1 ||
	    need_place(j, j->arg[1], &w) == -1 ||
	    need_events(j, j->arg[2] == NULL ? "all" : j->arg[2], &w) == -1 ||
	    need_ca(j, j->arg[3], &w) == -1)
		return;
	if (need_new(j, &w) == 0 && save(j, &w, NULL) == 0) {
		for (i = 0; i < sizeof(w.key); i++)
			(void)snprintf(key + 2 * i, 3, "%02x", w.key[i]);
		row_str(j->row, "id", w.id);
		row_str(j->row, "url", w.url);
		row_str(j->row, "events", w.events);
		row_str(j->row, "key", key);
		explicit_bzero(key, sizeof(key));
		job_send(j);
		job_ok(j);
	}
	webhook_clear(&w);
}

/* What the filters of a list let through. */
static bool
is_asked(struct job *j, const struct webhook *w)
{
	struct compartment c;

	if (j->arg[1] != NULL && strcasecmp(j->arg[1], state_text(w)) != 0)
		return false;
	return j->arg[0] == NULL ||
	    (compartment_find(j->control->store, j->arg[0], &c) == STORE_OK &&
		strcmp(c.id, w->compartment) == 0);
}

static bool
list_cb(struct job *j, const struct store_key *k, struct msgin *m)
{
	struct webhook w;
	bool asked;

	if (webhook_decode(m, &w) == -1)
		return false;
	asked = is_asked(j, &w);
	if (asked)
		webhook_row(j, &w);
	webhook_clear(&w);
	return asked;
}

/* webhook list [compartment NAME] [state active|failing|inactive] */
void
verb_webhook_list(struct job *j)
{
	struct compartment c;

	if (need_choice(j, 1) == -1 ||
	    (j->arg[0] != NULL && need_compartment(j, j->arg[0], &c) == -1))
		return;
	job_list(j, STORE_WEBHOOK, NULL, list_cb);
}

/* webhook show ID */
void
verb_webhook_show(struct job *j)
{
	struct webhook w;

	if (need_webhook(j, j->arg[0], &w) == -1)
		return;
	webhook_row(j, &w);
	row_time(j->row, "created", w.created);
	row_time(j->row, "failing since", w.failing);
	row_time(j->row, "next try", w.next);
	row_str(j->row, "journal", w.place);
	row_bool(j->row, "own ca", w.ca[0] != '\0');
	webhook_clear(&w);
	job_send(j);
	job_ok(j);
}

/*
 * webhook set ID [state active|inactive] [url URL] [events LIST]
 *	[compartment NAME]
 *
 * One that was inactive goes on where it was.
 */
void
verb_webhook_set(struct job *j)
{
	char old[WEBHOOK_TEXT_SIZE];
	struct webhook w;

	if (need_webhook(j, j->arg[0], &w) == -1)
		return;
	(void)describe(&w, old, sizeof(old));
	if (j->arg[1] == NULL && j->arg[2] == NULL && j->arg[3] == NULL &&
	    j->arg[4] == NULL) {
		webhook_clear(&w);
		job_fail(j, "give state, url, events or compartment",
		    "there is nothing to change");
		return;
	}
	if (j->arg[1] != NULL &&
	    record_state_parse(j->arg[1], &w.state) == -1) {
		webhook_clear(&w);
		job_fail(j, NULL, "its state is active or inactive");
		return;
	}
	w.next = 0;
	w.tried[0] = '\0';
	if ((j->arg[2] == NULL || need_url(j, j->arg[2], &w) == 0) &&
	    (j->arg[3] == NULL || need_events(j, j->arg[3], &w) == 0) &&
	    (j->arg[4] == NULL || need_place(j, j->arg[4], &w) == 0) &&
	    save(j, &w, old) == 0) {
		webhook_row(j, &w);
		job_send(j);
		job_ok(j);
	}
	webhook_clear(&w);
}

/* webhook remove ID */
void
verb_webhook_remove(struct job *j)
{
	char old[WEBHOOK_TEXT_SIZE], id[OBJECT_ID_SIZE];
	struct control *c = j->control;
	struct webhook w;
	bool ok;

	if (need_webhook(j, j->arg[0], &w) == -1)
		return;
	(void)describe(&w, old, sizeof(old));
	(void)strlcpy(id, w.id, sizeof(id));
	if (need_begin(j) == -1) {
		webhook_clear(&w);
		return;
	}
	ok = webhook_del(c->store, &w) == STORE_OK;
	webhook_clear(&w);
	if (!ok) {
		job_fail_store(j);
		return;
	}
	job_audit(j, id, old, NULL);
	if (job_commit(j) == -1)
		return;
	webhooks_changed(c->webhooks, id);
	job_ok(j);
}

static void
tested_cb(const struct hook_posted *p, void *arg)
{
	struct job *j = arg;

	if (p->status >= 200 && p->status < 300) {
		row_str(j->row, "result", "the event was taken");
		row_num(j->row, "status", p->status);
		job_send(j);
		job_ok(j);
	} else if (p->status != 0)
		job_fail(j,
		    "a receiver answers 2xx when it has stored the events",
		    "the receiver answered %u", p->status);
	else
		job_fail(j, "see \"edctl webhook show ID\" for its URL", "%s",
		    p->error);
}

static void
test_cancel(struct job *j)
{
	webhooks_test_cancel(j->control->webhooks, j);
}

/* webhook test ID: one event, now. */
void
verb_webhook_test(struct job *j)
{
	struct webhook w;
	int rc;

	if (need_webhook(j, j->arg[0], &w) == -1)
		return;
	j->cancel = test_cancel;
	rc = webhooks_test(j->control->webhooks, &w, tested_cb, j);
	webhook_clear(&w);
	if (rc == -1)
		job_fail(j, "look at \"edctl status\"",
		    "deliver, which sends it, does not run");
}

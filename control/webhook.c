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
 * Records of webhooks, and their signatures.  When they are told is in
 * webhook_run.c.
 */
#include "webhook.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "msg.h"

#define WEBHOOK_VERSION 1

/* Events of the journal that others may be told of. */
static const char *const event_names[] = { "accepted", "relayed", "deferred",
	"bounced", "expired", "suppressed", "complaint", "rejected" };

#define EVENTS (sizeof(event_names) / sizeof(event_names[0]))

/* Free what a webhook owns. */
void
webhook_clear(struct webhook *w)
{
	free(w->ca);
	explicit_bzero(w, sizeof(*w));
}

/* Read a record; webhook_clear() frees.  0, or -1 if it is ill-formed. */
int
webhook_decode(struct msgin *m, struct webhook *w)
{
	const uint8_t *key;
	size_t len;

	memset(w, 0, sizeof(*w));
	if (record_open(m, WEBHOOK_VERSION) == -1)
		return -1;
	msg_get_str(m, w->id, sizeof(w->id));
	msg_get_str(m, w->url, sizeof(w->url));
	msg_get_str(m, w->compartment, sizeof(w->compartment));
	msg_get_str(m, w->events, sizeof(w->events));
	key = msg_ref_data(m, &len, sizeof(w->key));
	if (key == NULL || len != sizeof(w->key))
		m->bad = true;
	else
		memcpy(w->key, key, len);
	w->ca = msg_dup_str(m, HOOK_CA_MAX);
	w->state = (enum record_state)msg_get_enum(m, RECORD_ACTIVE,
	    RECORD_STATE_LAST);
	w->created = msg_get_i64(m);
	msg_get_str(m, w->place, sizeof(w->place));
	msg_get_str(m, w->tried, sizeof(w->tried));
	w->delivered = msg_get_i64(m);
	w->events_sent = msg_get_u64(m);
	w->failures = msg_get_u32(m);
	w->failing = msg_get_i64(m);
	w->next = msg_get_i64(m);
	msg_get_str(m, w->error, sizeof(w->error));
	if (msg_end(m) == 0 && w->ca != NULL)
		return 0;
	webhook_clear(w);
	return -1;
}

/* The webhook with this id. */
enum store_status
webhook_get(struct store *s, const char *id, struct webhook *w)
{
	enum store_status r;
	struct store_key k;
	struct msgin m;

	store_key(&k, id, NULL);
	r = store_get(s, STORE_WEBHOOK, &k, &m);
	if (r != STORE_OK)
		return r;
	return record_done(webhook_decode(&m, w), "webhook");
}

/* Store a webhook; the caller has a transaction. */
enum store_status
webhook_put(struct store *s, const struct webhook *w)
{
	enum store_status r;
	struct store_key k;
	struct msgout m;

	memset(&m, 0, sizeof(m));
	m.secret = true;
	record_begin(&m, WEBHOOK_VERSION);
	msg_put_str(&m, w->id);
	msg_put_str(&m, w->url);
	msg_put_str(&m, w->compartment);
	msg_put_str(&m, w->events);
	msg_put_data(&m, w->key, sizeof(w->key));
	msg_put_str(&m, w->ca == NULL ? "" : w->ca);
	msg_put_u32(&m, w->state);
	msg_put_i64(&m, w->created);
	msg_put_str(&m, w->place);
	msg_put_str(&m, w->tried);
	msg_put_i64(&m, w->delivered);
	msg_put_u64(&m, w->events_sent);
	msg_put_u32(&m, w->failures);
	msg_put_i64(&m, w->failing);
	msg_put_i64(&m, w->next);
	msg_put_str(&m, w->error);
	store_key(&k, w->id, NULL);
	r = store_put(s, STORE_WEBHOOK, &k, &m);
	msgout_free(&m);
	return r;
}

/* Delete a webhook. */
enum store_status
webhook_del(struct store *s, const struct webhook *w)
{
	return record_del(s, STORE_WEBHOOK, w->id, NULL);
}

struct search {
	const char *compartment;
	bool found;
};

static bool
names_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	struct search *s = arg;
	struct webhook w;

	if (webhook_decode(m, &w) == 0) {
		s->found = strcmp(w.compartment, s->compartment) == 0;
		webhook_clear(&w);
	}
	return !s->found;
}

/* STORE_OK if a webhook is of this compartment. */
enum store_status
webhook_names(struct store *st, const char *compartment)
{
	struct search s = { compartment, false };

	if (store_scan(st, STORE_WEBHOOK, NULL, NULL, names_cb, &s) != STORE_OK)
		return STORE_FAIL;
	return s.found ? STORE_OK : STORE_NOTFOUND;
}

/*
 * A list of events in its own order, each once.  0, or -1 and *bad is the
 * names there are.
 */
int
webhook_events(const char *list, char out[WEBHOOK_EVENTS_SIZE],
    const char **bad)
{
	static char names[WEBHOOK_EVENTS_SIZE];
	bool wanted[EVENTS] = { false };
	size_t i, len;

	names[0] = out[0] = '\0';
	for (i = 0; i < EVENTS; i++) {
		(void)strlcat(names, i == 0 ? "" : ", ", sizeof(names));
		(void)strlcat(names, event_names[i], sizeof(names));
	}
	*bad = names;
	if (strcmp(list, "all") == 0) {
		for (i = 0; i < EVENTS; i++)
			wanted[i] = true;
		list = "";
	} else if (*list == '\0')
		return -1;
	for (; *list != '\0'; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		for (i = 0; i < EVENTS &&
		     (strlen(event_names[i]) != len ||
			 strncmp(event_names[i], list, len) != 0);
		     i++)
			;
		if (i == EVENTS)
			return -1;
		wanted[i] = true;
	}
	for (i = 0; i < EVENTS; i++) {
		if (!wanted[i])
			continue;
		if (out[0] != '\0')
			(void)strlcat(out, ",", WEBHOOK_EVENTS_SIZE);
		(void)strlcat(out, event_names[i], WEBHOOK_EVENTS_SIZE);
	}
	return 0;
}

/*
 * "t=SECONDS,v1=HEX": HMAC-SHA256 (RFC 2104) of SECONDS "." BODY under the
 * key's characters, as they were shown.
 */
void
webhook_sign(const struct webhook *w, int64_t now, const void *body, size_t len,
    char out[HOOK_SIGNATURE_SIZE])
{
	char stamp[32], text[2 * WEBHOOK_KEY_SIZE + 1];
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned char *data;
	unsigned size = 0, i;
	size_t used, at;

	for (i = 0; i < WEBHOOK_KEY_SIZE; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", w->key[i]);
	at = (size_t)snprintf(stamp, sizeof(stamp), "%lld.", (long long)now);
	out[0] = '\0';
	data = malloc(at + len);
	if (data == NULL)
		return;
	memcpy(data, stamp, at);
	memcpy(data + at, body, len);
	if (HMAC(EVP_sha256(), text, (int)strlen(text), data, at + len, digest,
		&size) != NULL) {
		used = (size_t)snprintf(out, HOOK_SIGNATURE_SIZE,
		    "t=%lld,v1=", (long long)now);
		for (i = 0; i < size; i++)
			used += (size_t)snprintf(out + used,
			    HOOK_SIGNATURE_SIZE - used, "%02x", digest[i]);
	}
	free(data);
	explicit_bzero(text, sizeof(text));
}

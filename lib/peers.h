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
 * The processes behind a front end: control, queue and signer, each over one
 * channel that may be absent. Requests go out here and answers come back to
 * one table of functions; it does not know what a session is.
 */
#ifndef PEERS_H
#define PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proc.h"

struct admin_command;
struct chan;
struct peers;
struct policy_auth;
struct policy_auth_reply;
struct policy_key;
struct policy_key_drop;
struct policy_key_reply;
struct policy_key_used;
struct policy_keys;
struct policy_proof;
struct policy_rcpt;
struct policy_rcpt_reply;
struct policy_scram;
struct policy_seen;
struct policy_seen_reply;
struct policy_sender;
struct policy_sender_reply;
struct policy_throttle;
struct policy_units;
struct sign_dkim;
struct sign_signature;
struct submit_claim;
struct submit_claimed;
struct submit_commit;
struct submit_done;
struct submit_event;
struct submit_opened;
struct submit_rcpt;

/*
 * Answers: who asked, the id that the request had, and what was said; NULL if
 * the peer is gone (the id is then 0). Never called inside a request. What a
 * front end never asks for may be NULL.
 */
struct peers_ops {
	void (*auth)(void *, uint64_t, const struct policy_auth_reply *);
	void (*keys)(void *, uint64_t, const struct policy_keys *);
	void (*key)(void *, uint64_t, const struct policy_key_reply *);
	void (*seen)(void *, uint64_t, const struct policy_seen_reply *);
	void (*sender)(void *, uint64_t, const struct policy_sender_reply *);
	void (*rcpt)(void *, uint64_t, const struct policy_rcpt_reply *);
	void (*opened)(void *, uint64_t, const struct submit_opened *);
	void (*claimed)(void *, uint64_t, const struct submit_claimed *);
	void (*done)(void *, uint64_t, const struct submit_done *);
	void (*signature)(void *, uint64_t, const struct sign_signature *);
	/* an address is to be turned away; arg of peers_new() */
	void (*throttle)(void *, const struct policy_throttle *);
	/* keys are not to be used any more, NULL: none; arg of peers_new() */
	void (*key_drop)(void *, const struct policy_key_drop *);
	/* what was said of senders does not hold any more; arg of peers_new() */
	void (*forget)(void *);
	/* the queue can take bytes again, or is gone; arg of peers_new() */
	void (*room)(void *);
	/* an operator's command; arg of peers_new() */
	void (*admin)(void *, struct chan *, uint64_t,
	    const struct admin_command *);
};

struct peers *peers_new(const struct peers_ops *, void *);
void peers_set(struct peers *, enum proc_conv, enum proc_kind,
    unsigned instance, int fd);
void peers_cancel(struct peers *, const void *who);

/* Requests: the id, or 0 if the peer is absent. */
uint64_t peers_auth(struct peers *, const struct policy_auth *, void *who);
uint64_t peers_scram(struct peers *, const struct policy_scram *, void *who);
uint64_t peers_proof(struct peers *, const struct policy_proof *, void *who);
uint64_t peers_key(struct peers *, const struct policy_key *, void *who);
uint64_t peers_seen(struct peers *, const struct policy_seen *, void *who);
void peers_key_used(struct peers *, const struct policy_key_used *);
void peers_fail(struct peers *, const char *source);
uint64_t peers_sender(struct peers *, const struct policy_sender *, void *who);
uint64_t peers_rcpt(struct peers *, const struct policy_rcpt *, void *who);
uint64_t peers_sign(struct peers *, const struct sign_dkim *, void *who);
uint64_t peers_open(struct peers *, uint64_t size, void *who);
uint64_t peers_claim(struct peers *, const struct submit_claim *, void *who);
uint64_t peers_commit(struct peers *, struct submit_commit *, void *who);

/* Rates: one control has one epoch, and remembers what it has reserved. */
uint64_t peers_policy_epoch(const struct peers *);
uint64_t peers_resize(struct peers *, const struct policy_units *, void *who);
void peers_counted(struct peers *, const struct policy_units *);
void peers_release(struct peers *, uint64_t transaction);
void peers_leave(struct peers *, uint64_t session);

/* The queue of one life has one epoch; a message lives in one epoch only. */
uint64_t peers_epoch(const struct peers *);
uint64_t peers_spare(struct peers *);
int peers_data(struct peers *, uint64_t epoch, uint64_t message, const void *,
    size_t);
int peers_add_rcpt(struct peers *, uint64_t epoch, const struct submit_rcpt *);
void peers_abort(struct peers *, uint64_t epoch, uint64_t message);
void peers_event(struct peers *, const struct submit_event *);
bool peers_full(const struct peers *);
bool peers_draining(const struct peers *);

#endif /* PEERS_H */

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
 * The policy store: tables of encrypted records under keys of one or two
 * strings.  The interface is free of the database's types, so that another
 * backend can stand behind it; it knows nothing of what a record means.
 *
 * One thread, one transaction at a time: what is done between store_begin()
 * and store_commit() happens as a whole or not at all.  Only store_check_run()
 * may be another thread's.
 */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct msgin;
struct msgout;
struct store;
struct store_check;

/* Octets of the key that encrypts a store. */
#define STORE_SECRET_SIZE 32u

/* Two of the longest strings that are keys: an object id, an address. */
#define STORE_KEY_MAX 512u

/* Tables; those after TABLES_INDEX are look-ups into the ones before. */
enum store_table {
	STORE_META,
	STORE_COMPARTMENT,	  /* id */
	STORE_USER,		  /* id */
	STORE_CREDENTIAL,	  /* id */
	STORE_SENDER,		  /* address */
	STORE_DOMAIN,		  /* domain */
	STORE_DKIM,		  /* domain, selector */
	STORE_SUPPRESSION,	  /* number of the place, address or hash */
	STORE_COMPARTMENT_NAME,	  /* name -> id */
	STORE_USER_NAME,	  /* name -> id */
	STORE_CREDENTIAL_LOGIN,	  /* login -> id */
	STORE_CREDENTIAL_USER,	  /* user id, credential id */
	STORE_SENDER_PLACE,	  /* compartment id, address */
	STORE_SENDER_DOMAIN,	  /* domain, address */
	STORE_DOMAIN_PLACE,	  /* compartment id, domain */
	STORE_THROTTLE,		  /* client address */
	STORE_LIMIT,		  /* id of what is limited */
	STORE_METER,		  /* id of what is limited */
	STORE_GROUP,		  /* id */
	STORE_GROUP_NAME,	  /* name -> id */
	STORE_GROUP_MEMBER,	  /* group id, user id */
	STORE_USER_GROUP,	  /* user id, group id */
	STORE_POLICY,		  /* id */
	STORE_SUPPRESSION_NUMBER, /* number -> place, address or hash */
	STORE_SUPPRESSION_SOFT,	  /* number of the place, address or hash */
	STORE_APIKEY,		  /* user id, fingerprint */
	STORE_AUDIT,		  /* number */
	STORE_WEBHOOK,		  /* id */
	STORE_OBJECT,		  /* id, of what the management API has */
	STORE_CREATED,		  /* kind and place, time and name */
	STORE_EXPIRY,		  /* time, what is to be forgotten then */
	STORE_WORK,		  /* id of a work request */
	STORE_RETRY,		  /* user id, retry token */
	STORE_RETURNPATH,	  /* domain, return path */
	STORE_POOL,		  /* id */
	STORE_POOL_NAME,	  /* compartment id, name -> id */
	STORE_POOL_SENDER,	  /* pool id, sender */
	STORE_SENDER_POOL,	  /* sender -> pool id */
	STORE_SOURCE,		  /* address that mail leaves from */
	STORE_TABLES
};

enum store_status {
	STORE_OK,
	STORE_NOTFOUND,
	STORE_FAIL /* logged; the transaction can only be aborted */
};

/* What came of looking at the pages of a table. */
enum store_check_result {
	STORE_CHECK_GOOD,
	STORE_CHECK_DAMAGED,
	STORE_CHECK_CHANGED, /* it was written to: look again */
	STORE_CHECK_UNKNOWN  /* it could not be looked at */
};

/* One or two strings, with a NUL between them and one after the end. */
struct store_key {
	uint8_t data[STORE_KEY_MAX + 1];
	size_t len;
	bool bad; /* too long: matches nothing, cannot be stored */
};

/* Stops the scan by returning false.  The record lives until it returns. */
typedef bool (
    *store_scan_cb)(const struct store_key *, struct msgin *, void *arg);

struct store *store_open(const char *dir,
    const uint8_t secret[STORE_SECRET_SIZE], char *why, size_t);
struct store *store_open_at(const char *place,
    const uint8_t secret[STORE_SECRET_SIZE], char *why, size_t);
int store_close(struct store *);
bool store_is_for(const char *dir, const uint8_t[STORE_SECRET_SIZE]);
void store_mirror(struct store *, struct store *);
bool store_mirrors(const struct store *);
bool store_fits(const struct store *, const uint8_t[STORE_SECRET_SIZE]);
int store_checkpoint(struct store *);
struct store_check *store_check_begin(struct store *, enum store_table,
    char *why, size_t);
void store_check_run(struct store_check *);
enum store_check_result store_check_end(struct store_check *, char *why,
    size_t);
void store_retire(struct store *);
bool store_is_retired(const struct store *);

bool store_is_full(const struct store *);
const char *store_why(const struct store *);
const char *store_table_name(enum store_table);
int store_table_find(const char *name, enum store_table *);

int store_begin(struct store *);
int store_commit(struct store *);
int store_commit_lazy(struct store *);
void store_abort(struct store *);
uint64_t store_transaction(const struct store *);

enum store_status store_get(struct store *, enum store_table,
    const struct store_key *, struct msgin *);
enum store_status store_put(struct store *, enum store_table,
    const struct store_key *, const struct msgout *);
enum store_status store_del(struct store *, enum store_table,
    const struct store_key *);
enum store_status store_scan(struct store *, enum store_table,
    const struct store_key *prefix, const struct store_key *after,
    store_scan_cb, void *arg);
enum store_status store_last(struct store *, enum store_table,
    struct store_key *);
enum store_status store_scan_back(struct store *, enum store_table,
    const struct store_key *prefix, const struct store_key *before,
    store_scan_cb, void *arg);

uint64_t store_changes(const struct store *, enum store_table);

void store_key(struct store_key *, const char *first, const char *second);
void store_key_prefix(struct store_key *, const char *first);
const char *store_key_first(const struct store_key *);
const char *store_key_second(const struct store_key *);

#endif

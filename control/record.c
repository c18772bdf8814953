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
 * Versions, names and look-ups of records.  No kind of object is known here.
 */
#include "record.h"

#include <string.h>
#include <strings.h>

#include "log.h"
#include "msg.h"

/* Start a record over what m holds. */
void
record_begin(struct msgout *m, uint8_t version)
{
	msgout_reset(m);
	msg_put_u8(m, version);
}

/* Take the version off.  0, or -1 if it is not the one this code reads. */
int
record_open(struct msgin *m, uint8_t version)
{
	return msg_get_u8(m) == version ? 0 : -1;
}

/* The outcome of decoding a record, which never fails but by damage. */
enum store_status
record_done(int result, const char *what)
{
	if (result == 0)
		return STORE_OK;
	log_warnx("store: ill-formed record of a %s", what);
	return STORE_FAIL;
}

/* Store an id in a look-up table; empty where the key says all. */
enum store_status
record_put_id(struct store *s, enum store_table table, const char *first,
    const char *second, const char *id)
{
	struct store_key k;
	struct msgout m;
	enum store_status r;

	memset(&m, 0, sizeof(m));
	store_key(&k, first, second);
	msg_put_str(&m, id);
	r = store_put(s, table, &k, &m);
	msgout_free(&m);
	return r;
}

/* The id that a look-up table has under a name. */
enum store_status
record_get_id(struct store *s, enum store_table table, const char *name,
    char *id, size_t size)
{
	struct store_key k;
	struct msgin m;
	enum store_status r;

	store_key(&k, name, NULL);
	r = store_get(s, table, &k, &m);
	if (r != STORE_OK)
		return r;
	msg_get_str(&m, id, size);
	return record_done(msg_end(&m), "look-up");
}

/* Delete a record; second may be NULL. */
enum store_status
record_del(struct store *s, enum store_table table, const char *first,
    const char *second)
{
	struct store_key k;

	store_key(&k, first, second);
	return store_del(s, table, &k);
}

static bool
count_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	unsigned *n;

	n = arg;
	(*n)++;
	return true;
}

/* How many keys of the table begin with first, as a whole string. */
enum store_status
record_count(struct store *s, enum store_table table, const char *first,
    unsigned *n)
{
	struct store_key k;

	*n = 0;
	store_key_prefix(&k, first);
	return store_scan(s, table, &k, NULL, count_cb, n);
}

static bool
any_cb(const struct store_key *k, struct msgin *m, void *arg)
{
	bool *found;

	found = arg;
	*found = true;
	return false;
}

/* STORE_OK if any key of the table begins with first, as a whole string. */
enum store_status
record_any(struct store *s, enum store_table table, const char *first)
{
	struct store_key k;
	enum store_status r;
	bool found;

	found = false;
	store_key_prefix(&k, first);
	r = store_scan(s, table, &k, NULL, any_cb, &found);
	if (r == STORE_OK && !found)
		return STORE_NOTFOUND;
	return r;
}

/* As the service writes it. */
const char *
record_state_name(enum record_state state)
{
	return state == RECORD_ACTIVE ? "ACTIVE" : "INACTIVE";
}

/* Read a state in any case.  0 or -1. */
int
record_state_parse(const char *text, enum record_state *state)
{
	if (strcasecmp(text, "active") == 0)
		*state = RECORD_ACTIVE;
	else if (strcasecmp(text, "inactive") == 0)
		*state = RECORD_INACTIVE;
	else
		return -1;
	return 0;
}

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

/*
 * What is wrong with a name that an operator chose, or NULL.  Letters,
 * digits and ". _ - @ +", the first a letter or digit; so that no name needs
 * quotes in a shell or looks like an option.
 */
const char *
record_name_error(const char *name)
{
	size_t i, len;

	len = strlen(name);
	if (len == 0)
		return "a name cannot be empty";
	if (len > RECORD_NAME_MAX)
		return "a name has at most 63 characters";
	if (!is_alnum(name[0]))
		return "a name begins with a letter or a digit";
	for (i = 0; i < len; i++) {
		if (!is_alnum(name[i]) && strchr("._-@+", name[i]) == NULL)
			return "a name has only letters, digits and . _ - "
			       "@ +";
	}
	if (strncmp(name, "ocid1.", 6) == 0)
		return "a name does not begin as an id does";
	return NULL;
}

/* Copy with ASCII letters in lower case.  0, or -1 if it does not fit. */
int
record_fold(const char *s, char *out, size_t size)
{
	size_t i, len;

	len = strlen(s);
	if (len >= size)
		return -1;
	for (i = 0; i <= len; i++)
		out[i] = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] + 32) : s[i];
	return 0;
}

/* A hash of an id or a name, for tables: FNV-1a. */
uint32_t
record_hash(const char *s)
{
	uint32_t h;

	h = 2166136261u;
	for (; *s != '\0'; s++)
		h = (h ^ (uint8_t)*s) * 16777619u;
	return h;
}

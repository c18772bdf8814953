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
 * The tenancy of a store, and the keys that depend on its secret.
 */
#include "tenancy.h"

#include <string.h>
#include <time.h>

#include "compartment.h"
#include "control.h"
#include "id.h"
#include "log.h"
#include "msg.h"
#include "record.h"
#include "store.h"

/* In STORE_META; its value is the id. */
#define META_TENANCY "tenancy"

/* The keys of digests, which outlive the secret of the store. */
#define META_KEYS "digest.keys"

/* A new store gets its tenancy and root compartment in one transaction. */
static int
tenancy_make(struct control *c)
{
	struct compartment root;

	memset(&root, 0, sizeof(root));
	if (id_make_object("tenancy", root.id, sizeof(root.id)) == -1)
		return -1;
	memcpy(root.name, COMPARTMENT_ROOT, sizeof(COMPARTMENT_ROOT));
	root.created = (int64_t)time(NULL);
	if (store_begin(c->store) == -1)
		return -1;
	if (compartment_put(c->store, &root) != STORE_OK ||
	    record_put_id(c->store, STORE_META, META_TENANCY, NULL, root.id) !=
		STORE_OK) {
		store_abort(c->store);
		return -1;
	}
	if (store_commit(c->store) == -1)
		return -1;
	memcpy(c->tenancy, root.id, sizeof(c->tenancy));
	log_info("new store tenancy=%s", c->tenancy);
	return 0;
}

/* The keys of digests as the store has them. */
static enum store_status
keys_get(struct control *c)
{
	struct store_key k;
	struct msgin m;
	enum store_status r;

	store_key(&k, META_KEYS, NULL);
	r = store_get(c->store, STORE_META, &k, &m);
	if (r != STORE_OK)
		return r;
	if (msg_get_data(&m, c->login_key, sizeof(c->login_key)) !=
		sizeof(c->login_key) ||
	    msg_get_data(&m, c->scram_key, sizeof(c->scram_key)) !=
		sizeof(c->scram_key))
		m.bad = true;
	return record_done(msg_end(&m), "keys of digests");
}

/*
 * In a store that has none they come from the secret, and are kept from then
 * on: the secret can change, and so can the machine.
 */
static int
keys_make(struct control *c, const unsigned char *secret)
{
	struct store_key k;
	struct msgout m;
	enum store_status r;

	if (store_subkey(secret, STORE_SECRET_SIZE, "edd credential",
		c->login_key) == -1 ||
	    store_subkey(secret, STORE_SECRET_SIZE, "edd scram",
		c->scram_key) == -1 ||
	    store_begin(c->store) == -1)
		return -1;
	memset(&m, 0, sizeof(m));
	m.secret = true;
	msg_put_data(&m, c->login_key, sizeof(c->login_key));
	msg_put_data(&m, c->scram_key, sizeof(c->scram_key));
	store_key(&k, META_KEYS, NULL);
	r = store_put(c->store, STORE_META, &k, &m);
	msgout_free(&m);
	if (r == STORE_OK)
		return store_commit(c->store);
	store_abort(c->store);
	return -1;
}

/*
 * Read the tenancy of the open store and the keys of the credentials' digests
 * and of salts, or make them in a new one.  0, or -1 logged.
 */
int
tenancy_load(struct control *c, const unsigned char *secret)
{
	enum store_status r;

	r = keys_get(c);
	if (r == STORE_FAIL ||
	    (r == STORE_NOTFOUND && keys_make(c, secret) == -1))
		return -1;
	r = record_get_id(c->store, STORE_META, META_TENANCY, c->tenancy,
	    sizeof(c->tenancy));
	if (r == STORE_NOTFOUND)
		return tenancy_make(c);
	return r == STORE_OK ? 0 : -1;
}

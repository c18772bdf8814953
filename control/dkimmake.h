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
 * A new DKIM key of a domain, made or imported: what it needs is checked, it
 * gets a number, one signer makes it, all hold it.  Only who asked stores it,
 * with dkimmake_store(); after that mail is signed with it.
 */
#ifndef DKIMMAKE_H
#define DKIMMAKE_H

#include <stdint.h>

#include "proto_policy.h"

struct control;
struct dkimkey;
struct dkimmake;
struct fault;

/* Which place the key takes among those of its algorithm. */
enum dkimmake_turn {
	DKIMMAKE_FIRST, /* there is none that signs */
	DKIMMAKE_NEXT,	/* it follows the one that signs */
	DKIMMAKE_EITHER /* as it is */
};

struct dkimmake_order {
	const char *domain;   /* in lower case */
	const char *selector; /* NULL: of the month */
	enum dkimmake_turn turn;
	enum sign_algorithm algorithm;
	uint32_t bits;	 /* RSA; 0: as the one before, or 2048 */
	const char *pem; /* NULL: make one */
};

/*
 * The key, which all signers hold and nobody has stored, or NULL and the
 * fault.  What it points to ends with the call.
 */
typedef void (
    *dkimmake_cb)(const struct dkimkey *, const struct fault *, void *);

struct dkimmake *dkimmake_start(struct control *, const struct dkimmake_order *,
    dkimmake_cb, void *, struct fault *);
void dkimmake_cancel(struct dkimmake *);
int dkimmake_store(struct control *, const struct dkimkey *, struct fault *);

#endif

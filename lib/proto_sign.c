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
 * Requests for signatures and keys to signer, and the answers.  Encodes,
 * decodes and checks lengths against algorithms; it computes nothing.
 * Callers wipe buffers that held keys.
 */
#include "proto_sign.h"

#include "chan.h"
#include "msg.h"

/* Octets that a digest has. */
static uint32_t
digest_size(enum sign_digest md)
{
	switch (md) {
	case SIGN_MD_SHA1:
		return 20;
	case SIGN_MD_SHA224:
		return 28;
	case SIGN_MD_SHA256:
		return 32;
	case SIGN_MD_SHA384:
		return 48;
	case SIGN_MD_SHA512:
		return 64;
	}
	return 0;
}

/* RSA has the two sizes in use, Ed25519 one that is not said. */
static bool
bits_valid(enum sign_algorithm algorithm, uint32_t bits)
{
	if (algorithm == SIGN_RSA_SHA256)
		return bits == 2048 || bits == 4096;
	return bits == 0;
}

/* Octets into a buffer of max, their number to len, at least one. */
static void
octets_get(struct msgin *m, uint8_t *data, uint32_t *len, size_t max)
{
	size_t n;

	n = msg_get_data(m, data, max);
	if (n == 0)
		m->bad = true;
	*len = (uint32_t)n;
}

/* The payload of TLS, for who asks over a descriptor without a channel. */
void
sign_tls_put(struct msgout *o, const struct sign_tls *s)
{
	msg_put_str(o, s->pki);
	msg_put_u32(o, s->padding);
	msg_put_u32(o, s->md);
	msg_put_data(o, s->digest, s->digest_len);
}

/* Ask for a handshake signature; SIGNATURE has the same id.  0 or -1. */
int
sign_tls_send(struct chan *c, uint64_t id, const struct sign_tls *s)
{
	sign_tls_put(chan_begin(c, M_SIGN_TLS, id), s);
	return chan_end(c, -1);
}

/* Decode TLS.  -1 if ill-formed or the digest has not the size of its kind. */
int
sign_tls_recv(struct msgin *m, struct sign_tls *s)
{
	msg_get_str(m, s->pki, sizeof(s->pki));
	s->padding = msg_get_enum(m, SIGN_PAD_NONE, SIGN_PAD_LAST);
	s->md = msg_get_enum(m, SIGN_MD_SHA1, SIGN_MD_LAST);
	octets_get(m, s->digest, &s->digest_len, sizeof(s->digest));
	if (s->pki[0] == '\0' || s->digest_len != digest_size(s->md))
		m->bad = true;
	return msg_end(m);
}

/* Ask for a DKIM signature; SIGNATURE has the same id.  0 or -1. */
int
sign_dkim_send(struct chan *c, uint64_t id, const struct sign_dkim *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SIGN_DKIM, id);
	msg_put_u64(o, s->key);
	msg_put_u32(o, s->algorithm);
	msg_put_data(o, s->digest, sizeof(s->digest));
	return chan_end(c, -1);
}

/* Decode DKIM.  -1 if ill-formed. */
int
sign_dkim_recv(struct msgin *m, struct sign_dkim *s)
{
	size_t len;

	s->key = msg_get_u64(m);
	s->algorithm = msg_get_enum(m, SIGN_RSA_SHA256, SIGN_ALGORITHM_LAST);
	len = msg_get_data(m, s->digest, sizeof(s->digest));
	if (len != sizeof(s->digest))
		m->bad = true;
	return msg_end(m);
}

/* Answer TLS or DKIM; a failure carries nothing.  0 or -1. */
int
sign_signature_send(struct chan *c, uint64_t id, const struct sign_signature *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SIGN_SIGNATURE, id);
	msg_put_bool(o, s->ok);
	if (s->ok)
		msg_put_data(o, s->signature, s->len);
	return chan_end(c, -1);
}

/* Decode SIGNATURE.  -1 if ill-formed, or good and empty. */
int
sign_signature_recv(struct msgin *m, struct sign_signature *s)
{
	s->ok = msg_get_bool(m);
	s->len = 0;
	if (s->ok)
		octets_get(m, s->signature, &s->len, sizeof(s->signature));
	return msg_end(m);
}

/* Ask for a new key; MADE has the same id.  0 or -1. */
int
sign_make_send(struct chan *c, uint64_t id, const struct sign_make *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SIGN_MAKE, id);
	msg_put_u32(o, s->algorithm);
	msg_put_u32(o, s->bits);
	return chan_end(c, -1);
}

/* Decode MAKE.  -1 if ill-formed or the algorithm has no such size. */
int
sign_make_recv(struct msgin *m, struct sign_make *s)
{
	s->algorithm = msg_get_enum(m, SIGN_RSA_SHA256, SIGN_ALGORITHM_LAST);
	s->bits = msg_get_u32(m);
	if (!bits_valid(s->algorithm, s->bits))
		m->bad = true;
	return msg_end(m);
}

/* Hand over an existing private key; MADE has the same id.  0 or -1. */
int
sign_import_send(struct chan *c, uint64_t id, const struct sign_import *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SIGN_IMPORT, id);
	msg_put_str(o, s->pem);
	return chan_end(c, -1);
}

/* Decode IMPORT; the caller wipes it.  -1 if ill-formed. */
int
sign_import_recv(struct msgin *m, struct sign_import *s)
{
	msg_get_str(m, s->pem, sizeof(s->pem));
	return msg_end(m);
}

/* Answer MAKE or IMPORT; a failure carries only its reason.  0 or -1. */
int
sign_made_send(struct chan *c, uint64_t id, const struct sign_made *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SIGN_MADE, id);
	msg_put_bool(o, s->ok);
	msg_put_str(o, s->why);
	if (s->ok) {
		msg_put_u32(o, s->algorithm);
		msg_put_u32(o, s->bits);
		msg_put_data(o, s->sealed, s->sealed_len);
		msg_put_data(o, s->pub, s->pub_len);
	}
	return chan_end(c, -1);
}

/*
 * Decode MADE; after a failure the key's fields are zero.  -1 if ill-formed
 * or a made key lacks a half.
 */
int
sign_made_recv(struct msgin *m, struct sign_made *s)
{
	s->ok = msg_get_bool(m);
	msg_get_str(m, s->why, sizeof(s->why));
	s->algorithm = SIGN_RSA_SHA256;
	s->bits = 0;
	s->sealed_len = 0;
	s->pub_len = 0;
	if (s->ok) {
		s->algorithm = msg_get_enum(m, SIGN_RSA_SHA256,
		    SIGN_ALGORITHM_LAST);
		s->bits = msg_get_u32(m);
		octets_get(m, s->sealed, &s->sealed_len, sizeof(s->sealed));
		octets_get(m, s->pub, &s->pub_len, sizeof(s->pub));
	}
	return msg_end(m);
}

/* Have signer hold a sealed key ready; LOADED has the same id.  0 or -1. */
int
sign_load_send(struct chan *c, uint64_t id, const struct sign_load *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SIGN_LOAD, id);
	msg_put_u64(o, s->key);
	msg_put_data(o, s->sealed, s->sealed_len);
	return chan_end(c, -1);
}

/* Decode LOAD.  -1 if ill-formed or empty. */
int
sign_load_recv(struct msgin *m, struct sign_load *s)
{
	s->key = msg_get_u64(m);
	octets_get(m, s->sealed, &s->sealed_len, sizeof(s->sealed));
	return msg_end(m);
}

/* Answer LOAD.  0 or -1. */
int
sign_loaded_send(struct chan *c, uint64_t id, const struct sign_loaded *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SIGN_LOADED, id);
	msg_put_bool(o, s->ok);
	return chan_end(c, -1);
}

/* Decode LOADED.  -1 if ill-formed. */
int
sign_loaded_recv(struct msgin *m, struct sign_loaded *s)
{
	s->ok = msg_get_bool(m);
	return msg_end(m);
}

/* Have signer forget a key; no answer.  0 or -1. */
int
sign_drop_send(struct chan *c, uint64_t key)
{
	struct msgout *o;

	o = chan_begin(c, M_SIGN_DROP, 0);
	msg_put_u64(o, key);
	return chan_end(c, -1);
}

/* Decode DROP.  -1 if ill-formed. */
int
sign_drop_recv(struct msgin *m, uint64_t *key)
{
	*key = msg_get_u64(m);
	return msg_end(m);
}

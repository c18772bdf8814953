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
 * TLS keys that are elsewhere, on OpenSSL 3: a provider built into this
 * program.  What libtls loads as a private key is a reference, a name and
 * the public half; a signature over a digest is asked of signer.  No private
 * number is ever in this process.
 */
#include "tlskey.h"

#include <openssl/bio.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>

#include "bounds.h"
#include "compat.h"
#include "keyref.h"
#include "log.h"
#include "proto_sign.h"
#include "signsync.h"

/* One signature operation. */
struct sigctx {
	struct keyref *key;
	EVP_MD_CTX *hash;
	EVP_MD *md;
	enum sign_padding padding;
};

static OSSL_FUNC_BIO_read_ex_fn *core_read;

/* Key management */

static void *
key_new(void *provctx)
{
	return keyref_new();
}

static void
key_free(void *arg)
{
	keyref_free(arg);
}

/* A reference says that there is a private half: it can sign. */
static int
key_has(const void *arg, int selection)
{
	const struct keyref *k = arg;

	if (k == NULL || k->pub == NULL)
		return 0;
	return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 ||
	    k->name[0] != '\0';
}

static void *
key_load(const void *reference, size_t size)
{
	struct keyref *k;

	if (size != sizeof(k))
		return NULL;
	memcpy(&k, reference, sizeof(k));
	(void)keyref_hold(k);
	return k;
}

static int
key_match(const void *a, const void *b, int selection)
{
	const struct keyref *x = a, *y = b;

	if (x->pub == NULL || y->pub == NULL)
		return 0;
	return EVP_PKEY_eq(x->pub, y->pub) == 1;
}

static int
key_get_params(void *arg, OSSL_PARAM params[])
{
	struct keyref *k = arg;

	return k->pub != NULL && EVP_PKEY_get_params(k->pub, params);
}

static const OSSL_PARAM *
key_gettable(void *provctx)
{
	static const OSSL_PARAM params[] = { OSSL_PARAM_int(
						 OSSL_PKEY_PARAM_BITS, NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY,
		    NULL, 0),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0), OSSL_PARAM_END };

	return params;
}

/* The public half of a key of another provider, to compare with. */
static int
key_import(struct keyref *k, const char *type, const OSSL_PARAM params[])
{
	EVP_PKEY_CTX *ctx;
	OSSL_PARAM *copy;
	int ok;

	ctx = EVP_PKEY_CTX_new_from_name(NULL, type, "provider=default");
	copy = OSSL_PARAM_dup(params);
	ok = ctx != NULL && copy != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &k->pub, EVP_PKEY_PUBLIC_KEY, copy) == 1;
	OSSL_PARAM_free(copy);
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

static int
key_import_rsa(void *k, int selection, const OSSL_PARAM params[])
{
	return key_import(k, "RSA", params);
}

static int
key_import_ec(void *k, int selection, const OSSL_PARAM params[])
{
	return key_import(k, "EC", params);
}

static const OSSL_PARAM *
key_transfer_types(int selection)
{
	static const OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0), OSSL_PARAM_END
	};

	return params;
}

/* The public half may leave; there is no private one to give. */
static int
key_export(void *arg, int selection, OSSL_CALLBACK *cb, void *cbarg)
{
	struct keyref *k = arg;
	OSSL_PARAM *params = NULL;
	int ok;

	if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 ||
	    k->pub == NULL)
		return 0;
	ok = EVP_PKEY_todata(k->pub, EVP_PKEY_PUBLIC_KEY, &params) == 1 &&
	    cb(params, cbarg);
	OSSL_PARAM_free(params);
	return ok;
}

static const char *
key_operation_rsa(int operation)
{
	return "RSA";
}

static const char *
key_operation_ec(int operation)
{
	return operation == OSSL_OP_SIGNATURE ? "ECDSA" : "EC";
}

typedef void (*dispatch_fn)(void);

#define ENTRY(id, f)                                                           \
	{                                                                      \
		id, (dispatch_fn)f                                             \
	}

#define KEY_ENTRIES                                                            \
	ENTRY(OSSL_FUNC_KEYMGMT_NEW, key_new),                                 \
	    ENTRY(OSSL_FUNC_KEYMGMT_FREE, key_free),                           \
	    ENTRY(OSSL_FUNC_KEYMGMT_LOAD, key_load),                           \
	    ENTRY(OSSL_FUNC_KEYMGMT_HAS, key_has),                             \
	    ENTRY(OSSL_FUNC_KEYMGMT_MATCH, key_match),                         \
	    ENTRY(OSSL_FUNC_KEYMGMT_GET_PARAMS, key_get_params),               \
	    ENTRY(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, key_gettable),            \
	    ENTRY(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, key_transfer_types),         \
	    ENTRY(OSSL_FUNC_KEYMGMT_EXPORT, key_export),                       \
	    ENTRY(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, key_transfer_types)

static const OSSL_DISPATCH key_rsa[] = { KEY_ENTRIES,
	ENTRY(OSSL_FUNC_KEYMGMT_IMPORT, key_import_rsa),
	ENTRY(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, key_operation_rsa),
	{ 0, NULL } };
static const OSSL_DISPATCH key_ec[] = { KEY_ENTRIES,
	ENTRY(OSSL_FUNC_KEYMGMT_IMPORT, key_import_ec),
	ENTRY(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, key_operation_ec),
	{ 0, NULL } };

/* Signatures */

static void *
sig_new(void *provctx, const char *propq)
{
	return calloc(1, sizeof(struct sigctx));
}

static void
sig_free(void *arg)
{
	struct sigctx *s = arg;

	if (s == NULL)
		return;
	keyref_free(s->key);
	EVP_MD_CTX_free(s->hash);
	EVP_MD_free(s->md);
	free(s);
}

static void *
sig_dup(void *arg)
{
	struct sigctx *s = arg, *d;

	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	d->padding = s->padding;
	if (s->key != NULL) {
		d->key = s->key;
		(void)keyref_hold(d->key);
	}
	if (s->md != NULL && EVP_MD_up_ref(s->md) == 1)
		d->md = s->md;
	if (s->hash != NULL) {
		d->hash = EVP_MD_CTX_new();
		if (d->hash == NULL ||
		    EVP_MD_CTX_copy_ex(d->hash, s->hash) != 1) {
			sig_free(d);
			return NULL;
		}
	}
	return d;
}

static int
pad_of(const OSSL_PARAM *p, enum sign_padding *padding)
{
	const char *text = NULL;
	int mode = 0;

	if (p->data_type == OSSL_PARAM_UTF8_STRING) {
		if (!OSSL_PARAM_get_utf8_string_ptr(p, &text))
			return 0;
		if (strcmp(text, OSSL_PKEY_RSA_PAD_MODE_PSS) == 0)
			mode = RSA_PKCS1_PSS_PADDING;
		else if (strcmp(text, OSSL_PKEY_RSA_PAD_MODE_PKCSV15) == 0)
			mode = RSA_PKCS1_PADDING;
	} else if (!OSSL_PARAM_get_int(p, &mode))
		return 0;
	if (mode != RSA_PKCS1_PSS_PADDING && mode != RSA_PKCS1_PADDING)
		return 0;
	*padding = mode == RSA_PKCS1_PSS_PADDING ? SIGN_PAD_PSS :
						   SIGN_PAD_PKCS1;
	return 1;
}

/* signer makes the salt as long as the digest, as TLS 1.3 has it. */
static int
salt_allowed(const struct sigctx *s, const OSSL_PARAM *p)
{
	const char *text = NULL;
	int len = 0;

	if (p->data_type != OSSL_PARAM_UTF8_STRING)
		return OSSL_PARAM_get_int(p, &len) &&
		    (len == RSA_PSS_SALTLEN_DIGEST ||
			(s->md != NULL && len == EVP_MD_get_size(s->md)));
	return OSSL_PARAM_get_utf8_string_ptr(p, &text) &&
	    strcmp(text, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST) == 0;
}

/* Only the digest that is signed anyway may be named again. */
static int
digest_allowed(const struct sigctx *s, const OSSL_PARAM *p)
{
	const char *text = NULL;

	return s->md != NULL && OSSL_PARAM_get_utf8_string_ptr(p, &text) &&
	    EVP_MD_is_a(s->md, text);
}

/* Take the padding, and refuse what signer would not do. */
static int
sig_set_params(void *arg, const OSSL_PARAM params[])
{
	struct sigctx *s = arg;
	const OSSL_PARAM *p;

	if (params == NULL)
		return 1;
	p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PAD_MODE);
	if (p != NULL && !pad_of(p, &s->padding))
		return 0;
	p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PSS_SALTLEN);
	if (p != NULL && !salt_allowed(s, p))
		return 0;
	p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_MGF1_DIGEST);
	if (p != NULL && !digest_allowed(s, p))
		return 0;
	p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_DIGEST);
	return p == NULL || digest_allowed(s, p);
}

static const OSSL_PARAM *
sig_settable(void *arg, void *provctx)
{
	static const OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL,
		    0),
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, NULL,
		    0),
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
		OSSL_PARAM_END
	};

	return params;
}

static int
sig_begin(void *arg, const char *md, void *key, const OSSL_PARAM params[])
{
	struct sigctx *s = arg;
	struct keyref *k = key;

	if (k != NULL) {
		keyref_free(s->key);
		s->key = k;
		(void)keyref_hold(k);
	}
	if (s->key == NULL || s->key->pub == NULL)
		return 0;
	s->padding = EVP_PKEY_is_a(s->key->pub, "RSA") ? SIGN_PAD_PKCS1 :
							 SIGN_PAD_NONE;
	EVP_MD_free(s->md);
	s->md = EVP_MD_fetch(NULL, md == NULL ? "SHA2-256" : md, NULL);
	EVP_MD_CTX_free(s->hash);
	s->hash = EVP_MD_CTX_new();
	return s->md != NULL && s->hash != NULL &&
	    EVP_DigestInit_ex(s->hash, s->md, NULL) == 1 &&
	    sig_set_params(s, params);
}

static int
sig_update(void *arg, const unsigned char *data, size_t len)
{
	struct sigctx *s = arg;

	return EVP_DigestUpdate(s->hash, data, len);
}

static bool
md_of(const EVP_MD *md, enum sign_digest *out)
{
	static const struct {
		const char *name;
		enum sign_digest md;
	} names[] = { { "SHA2-256", SIGN_MD_SHA256 },
		{ "SHA2-384", SIGN_MD_SHA384 }, { "SHA2-512", SIGN_MD_SHA512 },
		{ "SHA2-224", SIGN_MD_SHA224 }, { "SHA1", SIGN_MD_SHA1 } };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (EVP_MD_is_a(md, names[i].name)) {
			*out = names[i].md;
			return true;
		}
	return false;
}

static int
sig_final(void *arg, unsigned char *sig, size_t *len, size_t size)
{
	struct sign_signature answer;
	struct sigctx *s = arg;
	struct sign_tls q;
	unsigned n = 0;

	if (sig == NULL) {
		*len = (size_t)EVP_PKEY_get_size(s->key->pub);
		return 1;
	}
	memset(&q, 0, sizeof(q));
	if (!md_of(s->md, &q.md) ||
	    EVP_DigestFinal_ex(s->hash, q.digest, &n) != 1)
		return 0;
	(void)strlcpy(q.pki, s->key->name, sizeof(q.pki));
	q.padding = s->padding;
	q.digest_len = n;
	if (signsync_tls(&q, &answer) == -1 || answer.len > size)
		return 0;
	memcpy(sig, answer.signature, answer.len);
	*len = answer.len;
	return 1;
}

static const OSSL_DISPATCH signature[] = { ENTRY(OSSL_FUNC_SIGNATURE_NEWCTX,
					       sig_new),
	ENTRY(OSSL_FUNC_SIGNATURE_FREECTX, sig_free),
	ENTRY(OSSL_FUNC_SIGNATURE_DUPCTX, sig_dup),
	ENTRY(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, sig_begin),
	ENTRY(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, sig_update),
	ENTRY(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, sig_final),
	ENTRY(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, sig_set_params),
	ENTRY(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, sig_settable),
	{ 0, NULL } };

/* Loading a reference */

static void *
dec_new(void *provctx)
{
	return calloc(1, 1);
}

static void
dec_free(void *arg)
{
	free(arg);
}

static size_t
read_core(OSSL_CORE_BIO *in, char *buf, size_t size)
{
	size_t len = 0, n = 0;

	while (len < size && core_read(in, buf + len, size - len, &n) == 1 &&
	    n > 0)
		len += n;
	return len;
}

static int
decode(const char *type, OSSL_CORE_BIO *in, OSSL_CALLBACK *cb, void *cbarg)
{
	char text[8192], name[8];
	struct keyref *k;
	OSSL_PARAM params[4];
	int object = OSSL_OBJECT_PKEY, ok = 1;
	size_t len;

	len = read_core(in, text, sizeof(text));
	k = keyref_parse(text, len);
	if (k == NULL)
		return 1; /* not ours: others may try */
	if (EVP_PKEY_is_a(k->pub, type)) {
		(void)strlcpy(name, type, sizeof(name));
		params[0] = OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE,
		    &object);
		params[1] = OSSL_PARAM_construct_utf8_string(
		    OSSL_OBJECT_PARAM_DATA_TYPE, name, 0);
		params[2] = OSSL_PARAM_construct_octet_string(
		    OSSL_OBJECT_PARAM_REFERENCE, &k, sizeof(k));
		params[3] = OSSL_PARAM_construct_end();
		ok = cb(params, cbarg);
	}
	keyref_free(k);
	return ok;
}

static int
decode_rsa(void *ctx, OSSL_CORE_BIO *in, int selection, OSSL_CALLBACK *cb,
    void *cbarg, OSSL_PASSPHRASE_CALLBACK *pw, void *pwarg)
{
	return decode("RSA", in, cb, cbarg);
}

static int
decode_ec(void *ctx, OSSL_CORE_BIO *in, int selection, OSSL_CALLBACK *cb,
    void *cbarg, OSSL_PASSPHRASE_CALLBACK *pw, void *pwarg)
{
	return decode("EC", in, cb, cbarg);
}

static const OSSL_DISPATCH decoder_rsa[] = { ENTRY(OSSL_FUNC_DECODER_NEWCTX,
						 dec_new),
	ENTRY(OSSL_FUNC_DECODER_FREECTX, dec_free),
	ENTRY(OSSL_FUNC_DECODER_DECODE, decode_rsa), { 0, NULL } };
static const OSSL_DISPATCH decoder_ec[] = { ENTRY(OSSL_FUNC_DECODER_NEWCTX,
						dec_new),
	ENTRY(OSSL_FUNC_DECODER_FREECTX, dec_free),
	ENTRY(OSSL_FUNC_DECODER_DECODE, decode_ec), { 0, NULL } };

/* The provider */

static const OSSL_ALGORITHM keymgmts[] = { { "RSA:rsaEncryption",
					       "provider=edd", key_rsa, NULL },
	{ "EC:id-ecPublicKey", "provider=edd", key_ec, NULL },
	{ NULL, NULL, NULL, NULL } };
static const OSSL_ALGORITHM signatures[] = {
	{ "RSA:rsaEncryption", "provider=edd", signature, NULL },
	{ "ECDSA", "provider=edd", signature, NULL }, { NULL, NULL, NULL, NULL }
};
static const OSSL_ALGORITHM decoders[] = { { "RSA", "provider=edd,input=pem",
					       decoder_rsa, NULL },
	{ "EC", "provider=edd,input=pem", decoder_ec, NULL },
	{ NULL, NULL, NULL, NULL } };

static const OSSL_ALGORITHM *
provider_query(void *provctx, int operation, int *no_store)
{
	*no_store = 0;
	switch (operation) {
	case OSSL_OP_KEYMGMT:
		return keymgmts;
	case OSSL_OP_SIGNATURE:
		return signatures;
	case OSSL_OP_DECODER:
		return decoders;
	default:
		return NULL;
	}
}

static const OSSL_DISPATCH provider[] = {
	ENTRY(OSSL_FUNC_PROVIDER_QUERY_OPERATION, provider_query), { 0, NULL }
};

static int
provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
	static int context;

	for (; in->function_id != 0; in++)
		if (in->function_id == OSSL_FUNC_BIO_READ_EX)
			core_read = OSSL_FUNC_BIO_read_ex(in);
	*out = provider;
	*provctx = &context;
	return core_read != NULL;
}

/*
 * Once, before the first tls_config: everything but references goes on with
 * OpenSSL's own provider.  0 or -1, logged.
 */
int
tlskey_init(void)
{
	static OSSL_PROVIDER *loaded[2]; /* for the life of the process */

	if (OSSL_PROVIDER_add_builtin(NULL, "edd", provider_init) == 1) {
		loaded[0] = OSSL_PROVIDER_load(NULL, "default");
		loaded[1] = OSSL_PROVIDER_load(NULL, "edd");
	}
	if (loaded[0] == NULL || loaded[1] == NULL ||
	    EVP_set_default_properties(NULL, "?provider=default") != 1) {
		log_warnx("the provider for TLS keys cannot be loaded");
		return -1;
	}
	return 0;
}

/* The blocking socket to signer, taken over; -1: there is none now. */
void
tlskey_set_signer(int fd)
{
	signsync_set(fd);
}

/* Load a certificate chain with a reference to its key; see tlskey.h. */
int
tlskey_config(struct tls_config *config, const char *pki, const char *pem)
{
	char *text;
	BIO *ref;
	long len;
	int r;

	ref = keyref_make(pki, pem);
	if (ref == NULL) {
		errno = EINVAL;
		return -1;
	}
	len = BIO_get_mem_data(ref, &text);
	r = tls_config_set_keypair_mem(config, (const uint8_t *)pem,
	    strlen(pem), (const uint8_t *)text, (size_t)len);
	BIO_free(ref);
	return r;
}

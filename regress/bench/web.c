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
 * Requests of SubmitEmail, and what is wanted of an answer.
 *
 * A signature with RSA-2048 costs the client as much as DKIM costs the
 * server, so all are made before the run begins, with that second as their
 * date: the server takes it for five minutes. While it runs, a request is
 * put together of what is kept for its number, 410 octets, and the text that
 * all messages have.
 */
#include "web.h"

#include <err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define TARGET "/20220926/actions/submitEmail"

#define HEAD_SIZE   2048u
#define EMAIL_SIZE  1024u /* of the JSON beside the text */
#define DATE_SIZE   32u
#define STRING_SIZE 512u /* what is signed */

#define DIGEST_LEN     32u /* SHA-256 */
#define SIGNATURE_MAX  512u
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

/* What is signed of a message. */
struct signature {
	bool made;
	unsigned again; /* times that it was sent without an answer */
	time_t when;
	char digest[BASE64_SIZE(DIGEST_LEN)];
	char *text; /* base64 */
};

struct web {
	struct web_conf conf;
	char *text; /* of a message, as it stands in JSON */
	size_t text_len;
	char *basic; /* NULL: signed */
	EVP_PKEY *key;
	struct signature *signature; /* of each message */
};

static char *
base64(const void *p, size_t len)
{
	char *text;

	text = malloc(BASE64_SIZE(len));
	if (text == NULL)
		err(1, "base64");
	(void)EVP_EncodeBlock((unsigned char *)text, p, (int)len);
	return text;
}

/* Lines for JSON: each CRLF is a \n there. */
static void
make_text(struct web *w)
{
	const struct web_conf *conf = &w->conf;
	size_t i;

	w->text = malloc(conf->body_len + 1);
	if (w->text == NULL)
		err(1, "text");
	memcpy(w->text, conf->body, conf->body_len);
	w->text_len = conf->body_len;
	for (i = 0; i + 1 < w->text_len; i++) {
		if (memcmp(w->text + i, "\r\n", 2) == 0)
			memcpy(w->text + i, "\\n", 2);
	}
}

static void
read_key(struct web *w)
{
	FILE *f;

	f = fopen(w->conf.key_file, "r");
	if (f == NULL)
		err(1, "%s", w->conf.key_file);
	w->key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	(void)fclose(f);
	if (w->key == NULL || EVP_PKEY_base_id(w->key) != EVP_PKEY_RSA ||
	    (size_t)EVP_PKEY_size(w->key) > SIGNATURE_MAX)
		errx(1, "%s: no RSA key that is fit", w->conf.key_file);
	w->signature = calloc((size_t)w->conf.messages, sizeof(*w->signature));
	if (w->signature == NULL)
		err(1, "signatures");
}

/* Requests of a run; errors end the program. */
struct web *
web_new(const struct web_conf *conf)
{
	struct web *w;

	w = calloc(1, sizeof(*w));
	if (w == NULL)
		err(1, "web");
	w->conf = *conf;
	make_text(w);
	if (conf->login != NULL)
		w->basic = base64(conf->login, strlen(conf->login));
	else
		read_key(w);
	return w;
}

void
web_free(struct web *w)
{
	long i;

	if (w == NULL)
		return;
	for (i = 0; w->signature != NULL && i < w->conf.messages; i++)
		free(w->signature[i].text);
	free(w->signature);
	EVP_PKEY_free(w->key);
	free(w->basic);
	free(w->text);
	free(w);
}

/* Room that a request may take. */
size_t
web_request_size(const struct web *w)
{
	return HEAD_SIZE + EMAIL_SIZE + w->text_len;
}

/* SubmitEmailDetails of a message; how long it is. */
static size_t
put_email(const struct web *w, long message, char *to)
{
	unsigned again;
	int n;

	again = w->signature == NULL ? 0 : w->signature[message].again;
	n = snprintf(to, EMAIL_SIZE,
	    "{\"sender\":{\"senderAddress\":{\"email\":\"%s\"},"
	    "\"compartmentId\":\"ocid1.compartment.oc1..bench\"},"
	    "\"recipients\":{\"to\":[{\"email\":\"u%ld@%s\"}]},"
	    "\"subject\":\"message %ld.%u\",\"bodyText\":\"",
	    w->conf.sender, message, w->conf.domain, message, again);
	if (n < 0 || (size_t)n >= EMAIL_SIZE - 2)
		errx(1, "sender or domain are too long");
	memcpy(to + n, w->text, w->text_len);
	memcpy(to + n + w->text_len, "\"}", 2);
	return (size_t)n + w->text_len + 2;
}

static void
put_date(time_t when, char date[DATE_SIZE])
{
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(date, DATE_SIZE, "%a, %d %b %Y %H:%M:%S GMT", &tm) == 0)
		errx(1, "date");
}

/* A signature of the text, as base64. */
static char *
sign_text(EVP_PKEY *key, const char *text, size_t text_len)
{
	unsigned char sig[SIGNATURE_MAX];
	size_t len = sizeof(sig);
	EVP_MD_CTX *ctx;

	ctx = EVP_MD_CTX_new();
	if (ctx == NULL ||
	    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) != 1 ||
	    EVP_DigestSign(ctx, sig, &len, (const unsigned char *)text,
		text_len) != 1)
		errx(1, "signature");
	EVP_MD_CTX_free(ctx);
	return base64(sig, len);
}

/* Sign the request of a message, whose JSON is email. */
static void
sign(struct web *w, long message, const char *email, size_t email_len)
{
	struct signature *s = &w->signature[message];
	char date[DATE_SIZE], text[STRING_SIZE], *digest;
	unsigned char octets[DIGEST_LEN];
	int n;

	if (EVP_Digest(email, email_len, octets, NULL, EVP_sha256(), NULL) != 1)
		errx(1, "digest");
	digest = base64(octets, sizeof(octets));
	memcpy(s->digest, digest, sizeof(s->digest));
	free(digest);
	s->when = time(NULL);
	put_date(s->when, date);
	n = snprintf(text, sizeof(text),
	    "x-date: %s\n(request-target): post %s\nhost: localhost:%u\n"
	    "content-type: application/json\ncontent-length: %zu\n"
	    "x-content-sha256: %s",
	    date, TARGET, w->conf.port, email_len, s->digest);
	if (n < 0 || (size_t)n >= sizeof(text))
		errx(1, "signature");
	free(s->text);
	s->text = sign_text(w->key, text, (size_t)n);
	s->made = true;
}

/* Sign what will be sent, if it is to be signed. */
void
web_sign_all(struct web *w)
{
	char *email;
	size_t len;
	long i;

	if (w->signature == NULL)
		return;
	email = malloc(web_request_size(w));
	if (email == NULL)
		err(1, "request");
	for (i = 0; i < w->conf.messages; i++) {
		len = put_email(w, i, email);
		sign(w, i, email, len);
	}
	free(email);
}

/* A message was not answered as it should be: it is another when it is sent. */
void
web_again(struct web *w, long message)
{
	if (w->signature == NULL)
		return;
	w->signature[message].again++;
	w->signature[message].made = false;
}

/* The fields that say who asks. */
static int
put_fields(const struct web *w, long message, char *to, size_t size)
{
	const struct signature *s;
	char date[DATE_SIZE];

	if (w->basic != NULL)
		return snprintf(to, size, "authorization: Basic %s\r\n",
		    w->basic);
	s = &w->signature[message];
	put_date(s->when, date);
	return snprintf(to, size,
	    "x-date: %s\r\nx-content-sha256: %s\r\n"
	    "authorization: Signature version=\"1\",keyId=\"%s\","
	    "algorithm=\"rsa-sha256\",headers=\"x-date (request-target) host "
	    "content-type content-length x-content-sha256\",signature=\"%s\""
	    "\r\n",
	    date, s->digest, w->conf.key_id, s->text);
}

/*
 * The request of a message, signed now if it was not before; to has room for
 * web_request_size(). How long it is.
 */
size_t
web_request(struct web *w, long message, char *to)
{
	size_t len;
	char *email;
	int n, more;

	email = to + HEAD_SIZE;
	len = put_email(w, message, email);
	if (w->signature != NULL && !w->signature[message].made)
		sign(w, message, email, len);
	n = snprintf(to, HEAD_SIZE,
	    "POST %s HTTP/1.1\r\nhost: localhost:%u\r\n"
	    "content-type: application/json\r\ncontent-length: %zu\r\n",
	    TARGET, w->conf.port, len);
	more = put_fields(w, message, to + n, HEAD_SIZE - (size_t)n);
	if (n < 0 || more < 0 || (size_t)n + (size_t)more + 2 > HEAD_SIZE)
		errx(1, "request");
	n += more;
	memcpy(to + n, "\r\n", 2);
	n += 2;
	memmove(to + n, email, len);
	return (size_t)n + len;
}

/* The value of a field in the head, which ends with its empty line; or NULL. */
static const char *
field(const char *head, const char *end, const char *name)
{
	size_t len = strlen(name);
	const char *p;

	for (p = head; p < end; p++) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (p == NULL)
			return NULL;
		if ((size_t)(end - p) > len + 1 &&
		    strncasecmp(p + 1, name, len) == 0 && p[1 + len] == ':')
			return p + 2 + len;
	}
	return NULL;
}

/*
 * Whether a whole answer is there, and what it says. The octets end with a
 * NUL, which is not counted.
 */
bool
web_answer(const char *p, size_t len, struct web_answer *a)
{
	const char *end, *value;
	unsigned long n;

	memset(a, 0, sizeof(*a));
	end = strstr(p, "\r\n\r\n");
	if (end == NULL)
		return false;
	a->body = end + 4;
	value = field(p, end, "content-length");
	if (value == NULL || strncmp(p, "HTTP/1.1 ", 9) != 0) {
		a->len = len;
		return true;
	}
	n = strtoul(value, NULL, 10);
	if (n > len - (size_t)(a->body - p))
		return false;
	a->body_len = n;
	a->len = (size_t)(a->body - p) + n;
	a->status = atoi(p + 9);
	value = strstr(a->body, "\"envelopeId\":\"");
	if (a->status == 200 &&
	    (value == NULL || (size_t)(value - a->body) >= n))
		a->status = 0;
	return true;
}

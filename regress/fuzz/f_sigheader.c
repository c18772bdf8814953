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

/* sources: httpd/sigheader.c httpd/basic.c httpd/percent.c */
/* sources: lib/address.c lib/base64.c */

/*
 * Authorization fields: what is taken apart fits together again.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "basic.h"
#include "sigheader.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
check(const struct sigheader *h)
{
	char key_id[SIGHEADER_KEY_SIZE];
	size_t i;
	int n;

	n = snprintf(key_id, sizeof(key_id), "%s/%s/%s", h->tenancy, h->user,
	    h->fingerprint);
	must(n > 0 && (size_t)n < sizeof(key_id));
	must(strcmp(key_id, h->key_id) == 0);
	must(strlen(h->fingerprint) == FINGERPRINT_SIZE - 1);
	must(h->names_len > 0 && h->names_len <= SIGHEADER_NAMES_MAX);
	must(h->signature_len > 0 && h->signature_len <= SIGNATURE_MAX);
	for (i = 0; i < h->names_len; i++) {
		must(sigheader_name(h, i)[0] != '\0');
		must(strpbrk(sigheader_name(h, i), " \t\r\n:,\"") == NULL);
		must(sigheader_covers(h, sigheader_name(h, i)));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sigheader h;
	struct basic b;
	char *value;

	value = malloc(size + 1);
	must(value != NULL);
	memcpy(value, data, size);
	value[size] = '\0';
	if (sigheader_parse(value, &h) == NULL)
		check(&h);
	if (basic_parse(value, &b) == 0)
		must(b.user[0] != '\0' && strlen(b.user) < sizeof(b.user) &&
		    strlen(b.password) < sizeof(b.password));
	free(value);
	return 0;
}

/* sources: queue/provider.c */
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
 * Which domains are of which provider.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "provider.h"

static const struct {
	const char *domain;
	const char *name;
} samples[] = {
	{ "gmail.com", "google" },
	{ "GoogleMail.com", "google" },
	{ "gmail.com.example", "other" },
	{ "gmail.co", "other" },
	{ "outlook.com", "microsoft" },
	{ "hotmail.co.uk", "microsoft" },
	{ "live.", "other" },
	{ "lives.example", "other" },
	{ "yahoo.co.jp", "yahoo" },
	{ "me.com", "apple" },
	{ "home.com", "other" },
	{ "example.org", "other" },
	{ "", "other" },
};

static void
test_domains(void **state)
{
	enum provider p;
	size_t i;

	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		p = provider_of(samples[i].domain, strlen(samples[i].domain));
		if (strcmp(provider_name(p), samples[i].name) != 0)
			fail_msg("%s: %s", samples[i].domain, provider_name(p));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_domains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

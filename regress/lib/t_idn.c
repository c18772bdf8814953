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
 * Domain names in both forms.
 *
 * sources: lib/idn.c lib/address.c lib/compat.c
 * libs: -lidn2
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "address.h"
#include "idn.h"

static const struct {
	const char *in, *out; /* out NULL: refused */
} rows[] = {
	{ "example.org", "example.org" },
	{ "xn--bcher-kva.example", "xn--bcher-kva.example" },
	{ "b\xc3\xbc"
	  "cher.example",
	    "xn--bcher-kva.example" },
	{ "B\xc3\x9c"
	  "CHER.example",
	    "xn--bcher-kva.example" },
	{ "bu\xcc\x88"
	  "cher.example",
	    "xn--bcher-kva.example" },
	{ "fa\xc3\x9f.example", "xn--fa-hia.example" },
	{ "\xe4\xbe\x8b\xe5\xad\x90.\xe6\xb5\x8b\xe8\xaf\x95",
	    "xn--fsqu00a.xn--0zwm56d" },
	{ "\xe2\x98\x83\xef\xbf\xbf.example", NULL },
	{ "-\xc3\xbc.example", NULL },
	{ "\xc3\xbc_x.example", NULL },
	{ "\xc3\xbc..example", NULL },
	{ "\xff.example", NULL },
};

static void
domains(void **state)
{
	char out[ADDRESS_DOMAIN_SIZE];
	size_t i;
	int r;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = idn_domain_ascii(rows[i].in, out, sizeof(out));
		if (r != (rows[i].out == NULL ? -1 : 0))
			fail_msg("%s", rows[i].in);
		if (rows[i].out != NULL)
			assert_string_equal(out, rows[i].out);
	}
}

static void
does_not_fit(void **state)
{
	char out[8];

	assert_int_equal(idn_domain_ascii("example", out, 8), 0);
	assert_int_equal(idn_domain_ascii("example", out, 7), -1);
	assert_int_equal(idn_domain_ascii("\xc3\xbc.de", out, 8), -1);
}

static void
addresses(void **state)
{
	static const char text[] = "j\xc3\xb6rg@b\xc3\xbc"
				   "cher.example";
	struct address a, b;

	assert_int_equal(
	    address_parse_mailbox(text, sizeof(text) - 1, ADDRESS_UTF8, &a),
	    ADDRESS_OK);
	assert_int_equal(idn_address_ascii(&a, &b), 0);
	assert_string_equal(b.mailbox, "j\xc3\xb6rg@xn--bcher-kva.example");
	assert_int_equal(b.len, strlen(b.mailbox));
	assert_string_equal(address_domain(&b), "xn--bcher-kva.example");
	assert_int_equal(idn_address_ascii(&b, &a), 0);
	assert_string_equal(a.mailbox, b.mailbox);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(domains),
		cmocka_unit_test(does_not_fit),
		cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
 * Who takes mail for a domain, from answers of a name server.
 *
 * sources: ctl/mxhost.c lib/compat.c
 * libs: -lresolv
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mxhost.h"

/* A question for MX of "a.b", then records. */
#define HEAD(N) "\0\1\x81\x80\0\1\0" N "\0\0\0\0\1a\1b\0\0\x0f\0\1"
#define MX(PREFERENCE, LENGTH, NAME)                                           \
	"\xc0\x0c\0\x0f\0\1\0\0\0\x3c\0" LENGTH "\0" PREFERENCE NAME

static const struct {
	const char *label;
	const char *data;
	size_t len;
	const char *host; /* NULL: none */
} answers[] = {
#define A(LABEL, DATA, HOST)                                                   \
	{                                                                      \
		LABEL, DATA, sizeof(DATA) - 1, HOST                            \
	}
	A("the better of two",
	    HEAD("\2") MX("\x0a", "\6", "\1x\xc0\x0c")
		MX("\5", "\6", "\1y\xc0\x0c"),
	    "y.a.b"),
	A("no records", HEAD("\0"), NULL),
	A("null MX", HEAD("\1") MX("\0", "\3", "\0"), NULL),
	A("cut off", HEAD("\1") "\xc0\x0c\0\x0f\0\1\0\0", NULL),
	A("a name that points at itself", HEAD("\1") MX("\1", "\4", "\xc0\x21"),
	    NULL),
	A("nothing", "", NULL),
#undef A
};

static void
answers_are_read(void **state)
{
	char host[DOMAIN_SIZE];
	size_t i;
	int r;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		r = mxhost_parse((const uint8_t *)answers[i].data,
		    answers[i].len, host);
		if (r != (answers[i].host == NULL ? -1 : 0) ||
		    (r == 0 && strcmp(host, answers[i].host) != 0))
			fail_msg("%s: %d %s", answers[i].label, r,
			    r == 0 ? host : "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

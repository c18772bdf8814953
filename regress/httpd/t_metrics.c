/* sources: httpd/metrics.c lib/row.c lib/msg.c lib/compat.c */
/* libs: -levent */
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
 * Rows become OpenMetrics text, families together and each with its type.
 */
#include <event2/buffer.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "metrics.h"
#include "proto_setup.h"
#include "row.h"

static struct row *row;

static void
put(struct metrics *m)
{
	assert_int_equal(metrics_row(m, row), 0);
	row_clear(row);
}

static void
counter(struct metrics *m, const char *process, int instance, const char *name,
    int value)
{
	row_str(row, "process", process);
	row_num(row, "instance", instance);
	row_str(row, "name", name);
	row_num(row, "value", value);
	put(m);
}

static void
check(struct metrics *m, const char *expected)
{
	struct evbuffer *out;
	char *text;

	out = evbuffer_new();
	assert_non_null(out);
	assert_int_equal(metrics_write(m, out), 0);
	assert_int_equal(evbuffer_add(out, "", 1), 0);
	text = (char *)evbuffer_pullup(out, -1);
	assert_string_equal(text, expected);
	evbuffer_free(out);
	metrics_free(m);
}

static void
test_nothing(void **state)
{
	check(metrics_new(), "# EOF\n");
}

static void
test_families_stand_together(void **state)
{
	struct metrics *m = metrics_new();

	counter(m, "smtpd", 0, "connections refused", 3);
	counter(m, "smtpd", 0, "sessions", 2);
	counter(m, "smtpd", 1, "connections refused", 4);
	check(m,
	    "# TYPE edd_smtpd_connections_refused counter\n"
	    "# HELP edd_smtpd_connections_refused connections refused of "
	    "smtpd\n"
	    "edd_smtpd_connections_refused_total{instance=\"0\"} 3\n"
	    "edd_smtpd_connections_refused_total{instance=\"1\"} 4\n"
	    "# TYPE edd_smtpd_sessions gauge\n"
	    "# HELP edd_smtpd_sessions sessions of smtpd\n"
	    "edd_smtpd_sessions{instance=\"0\"} 2\n"
	    "# EOF\n");
}

static void
test_histogram(void **state)
{
	struct metrics *m = metrics_new();

	row_str(row, "histogram", "delivery");
	row_str(row, "label", "google");
	row_str(row, "le", "1.0");
	row_num(row, "count", 1);
	put(m);
	row_str(row, "histogram", "delivery");
	row_str(row, "label", "google");
	row_str(row, "le", "+Inf");
	row_num(row, "count", 2);
	row_num(row, "sumUs", 2500000);
	put(m);
	check(m,
	    "# TYPE edd_delivery_seconds histogram\n"
	    "# HELP edd_delivery_seconds from acceptance to relaying of a "
	    "recipient\n"
	    "edd_delivery_seconds_bucket{provider=\"google\",le=\"1.0\"} "
	    "1\n"
	    "edd_delivery_seconds_bucket{provider=\"google\",le=\"+Inf\"} "
	    "2\n"
	    "edd_delivery_seconds_count{provider=\"google\"} 2\n"
	    "edd_delivery_seconds_sum{provider=\"google\"} 2.5\n"
	    "# EOF\n");
}

static void
bucket(struct metrics *m, int instance, const char *le, int count, bool last)
{
	row_str(row, "process", "smtpd");
	row_num(row, "instance", instance);
	row_str(row, "histogram", "accept");
	row_str(row, "le", le);
	row_num(row, "count", count);
	if (last)
		row_num(row, "sumUs", 500000);
	put(m);
}

/* Processes answer at the same time; each histogram is in one piece. */
static void
test_histograms_that_come_mixed(void **state)
{
	struct metrics *m = metrics_new();

	bucket(m, 1, "1.0", 3, false);
	bucket(m, 0, "1.0", 1, false);
	bucket(m, 1, "+Inf", 4, true);
	bucket(m, 0, "+Inf", 2, true);
#define OF(i)	  "{process=\"smtpd\",instance=\"" i "\""
#define ACCEPT(s) "edd_accept_seconds_" s
#define BUCKET(i) ACCEPT("bucket") OF(i) ",le=\""
#define SERIES(i, a, b)                                                        \
	BUCKET(i)                                                              \
	"1.0\"} " a "\n" BUCKET(i) "+Inf\"} " b "\n" ACCEPT("count")           \
	    OF(i) "} " b "\n" ACCEPT("sum") OF(i) "} 0.5\n"
	check(m,
	    "# TYPE edd_accept_seconds histogram\n"
	    "# HELP edd_accept_seconds from the last octet of a message to "
	    "the reply\n" SERIES("0", "1", "2")
		SERIES("1", "3", "4") "# EOF\n");
}

static void
test_labels_are_escaped_and_bounded(void **state)
{
	struct metrics *m = metrics_new();
	char name[400];

	row_str(row, "certificate", "a\"b\\c\nd");
	row_num(row, "expires", 1800000000);
	put(m);
	check(m,
	    "# TYPE edd_certificate_expiry_seconds gauge\n"
	    "# HELP edd_certificate_expiry_seconds when a certificate ends, "
	    "unix time\n"
	    "edd_certificate_expiry_seconds{name=\"a\\\"b\\\\c d\"} "
	    "1800000000\n"
	    "# EOF\n");
	m = metrics_new();
	memset(name, '"', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	row_str(row, "certificate", name);
	row_num(row, "expires", 1);
	put(m);
	counter(m, name, 0, name, 1);
	metrics_free(m);
}

static int
setup(void **state)
{
	row = row_new();
	return row == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	row_free(row);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_families_stand_together),
		cmocka_unit_test(test_histogram),
		cmocka_unit_test(test_histograms_that_come_mixed),
		cmocka_unit_test(test_labels_are_escaped_and_bounded),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

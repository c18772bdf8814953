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
 * DNS answers: records of each type, chains, and packets that lie.
 *
 * sources: deliver/dnspacket.c deliver/netaddr.c lib/compat.c
 * sources: regress/deliver/packet.c
 */

#include <sys/socket.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dnspacket.h"
#include "limits.h"
#include "packet.h"

static void
put_mx(struct packet *p, const char *owner, unsigned pref, const char *host)
{
	size_t rr = packet_rr(p, owner, DNSTYPE_MX);

	packet_u16(p, pref);
	packet_name(p, host);
	packet_rr_end(p, rr);
}

static void
put_cname(struct packet *p, const char *owner, const char *target)
{
	size_t rr = packet_rr(p, owner, DNSTYPE_CNAME);

	packet_name(p, target);
	packet_rr_end(p, rr);
}

static void
put_bytes(struct packet *p, const char *owner, uint16_t type, const void *data,
    size_t len)
{
	size_t rr = packet_rr(p, owner, type);

	memcpy(p->data + p->len, data, len);
	p->len += len;
	packet_rr_end(p, rr);
}

static void
test_mx(void **state)
{
	struct packet p;
	struct dnsset set;

	packet_begin(&p, 0, "Example.org", DNSTYPE_MX, 3);
	put_mx(&p, "example.ORG", 10, "MX1.Example.net");
	put_mx(&p, "example.org", 20, "");
	put_mx(&p, "other.org", 5, "mx.other.org");
	assert_int_equal(dnspacket_parse(p.data, p.len, DNSTYPE_MX, &set), 0);
	assert_int_equal(set.rcode, 0);
	assert_int_equal(set.count, 2);
	assert_int_equal(set.rr[0].preference, 10);
	assert_string_equal(set.rr[0].text, "mx1.example.net");
	assert_string_equal(set.rr[1].text, ".");
	dnsset_clear(&set);
}

static void
test_addresses_behind_cnames(void **state)
{
	struct packet p;
	struct dnsset set;

	/* The chain may come in any order. */
	packet_begin(&p, 0, "www.example.org", DNSTYPE_A, 4);
	put_cname(&p, "b.example.org", "c.example.org");
	put_bytes(&p, "c.example.org", DNSTYPE_A, "\x08\x08\x04\x04", 4);
	put_cname(&p, "www.example.org", "b.example.org");
	put_bytes(&p, "x.example.org", DNSTYPE_A, "\x01\x01\x01\x01", 4);
	assert_int_equal(dnspacket_parse(p.data, p.len, DNSTYPE_A, &set), 0);
	assert_int_equal(set.count, 1);
	assert_int_equal(set.rr[0].addr.family, AF_INET);
	assert_memory_equal(set.rr[0].addr.bytes, "\x08\x08\x04\x04", 4);
	dnsset_clear(&set);
}

static void
test_cname_asked_for(void **state)
{
	struct packet p;
	struct dnsset set;

	packet_begin(&p, 0, "s._domainkey.example.org", DNSTYPE_CNAME, 1);
	put_cname(&p, "s._domainkey.example.org", "k.example.net");
	assert_int_equal(dnspacket_parse(p.data, p.len, DNSTYPE_CNAME, &set),
	    0);
	assert_int_equal(set.count, 1);
	assert_string_equal(set.rr[0].text, "k.example.net");
	dnsset_clear(&set);
}

static void
test_txt(void **state)
{
	struct packet p;
	struct dnsset set;

	packet_begin(&p, 0, "example.org", DNSTYPE_TXT, 2);
	put_bytes(&p, "example.org", DNSTYPE_TXT, "\3abc\0\2d\0", 8);
	put_bytes(&p, "example.org", DNSTYPE_TXT, "", 0);
	assert_int_equal(dnspacket_parse(p.data, p.len, DNSTYPE_TXT, &set), 0);
	assert_int_equal(set.count, 2);
	assert_int_equal(set.rr[0].len, 5);
	assert_memory_equal(set.rr[0].text, "abcd\0", 5);
	assert_int_equal(set.rr[1].len, 0);
	dnsset_clear(&set);
}

static void
test_txt_too_long_is_cut(void **state)
{
	static uint8_t strings[256 * 17];
	struct packet p;
	struct dnsset set;
	size_t i, rr;

	for (i = 0; i < 14; i++)
		strings[i * 256] = 255;
	packet_begin(&p, 0, "example.org", DNSTYPE_TXT, 1);
	rr = packet_rr(&p, "example.org", DNSTYPE_TXT);
	memcpy(p.data + p.len, strings, 14 * 256);
	p.len += 14 * 256;
	packet_rr_end(&p, rr);
	assert_int_equal(dnspacket_parse(p.data, p.len, DNSTYPE_TXT, &set), 0);
	assert_int_equal(set.rr[0].len, 14 * 255);
	dnsset_clear(&set);
}

static void
test_rcodes(void **state)
{
	struct packet p;
	struct dnsset set;

	packet_begin(&p, 3, "example.org", DNSTYPE_MX, 0);
	assert_int_equal(dnspacket_parse(p.data, p.len, DNSTYPE_MX, &set), 0);
	assert_int_equal(set.rcode, DNSRCODE_NXDOMAIN);
	assert_int_equal(set.count, 0);
	dnsset_clear(&set);
}

static void
refused(const struct packet *p, uint16_t type)
{
	struct dnsset set;

	assert_int_equal(dnspacket_parse(p->data, p->len, type, &set), -1);
}

static void
test_every_cut_is_refused(void **state)
{
	struct packet p;
	struct dnsset set;
	uint8_t *copy;
	size_t len;

	packet_begin(&p, 0, "example.org", DNSTYPE_MX, 2);
	put_cname(&p, "example.org", "a.example.org");
	put_mx(&p, "a.example.org", 10, "mx.example.org");
	for (len = 0; len < p.len; len++) {
		copy = malloc(len + 1); /* for the sanitizer to watch */
		assert_non_null(copy);
		memcpy(copy, p.data, len);
		assert_int_equal(dnspacket_parse(copy, len, DNSTYPE_MX, &set),
		    -1);
		free(copy);
	}
}

static void
test_lies(void **state)
{
	struct packet p;
	size_t rr;

	/* A question where an answer should be. */
	packet_begin(&p, 0, "example.org", DNSTYPE_MX, 0);
	p.data[2] = 0;
	refused(&p, DNSTYPE_MX);
	/* Another type than was asked for. */
	packet_begin(&p, 0, "example.org", DNSTYPE_A, 0);
	refused(&p, DNSTYPE_MX);
	/* More records than there are. */
	packet_begin(&p, 0, "example.org", DNSTYPE_MX, 2);
	put_mx(&p, "example.org", 10, "mx.example.org");
	refused(&p, DNSTYPE_MX);
	/* An address of five octets. */
	packet_begin(&p, 0, "example.org", DNSTYPE_A, 1);
	put_bytes(&p, "example.org", DNSTYPE_A, "\1\2\3\4\5", 5);
	refused(&p, DNSTYPE_A);
	/* A name that goes on after its record. */
	packet_begin(&p, 0, "example.org", DNSTYPE_MX, 1);
	rr = packet_rr(&p, "example.org", DNSTYPE_MX);
	packet_u16(&p, 10);
	packet_rr_end(&p, rr);
	packet_name(&p, "mx.example.org");
	refused(&p, DNSTYPE_MX);
	/* A string that goes on after its record. */
	packet_begin(&p, 0, "example.org", DNSTYPE_TXT, 1);
	put_bytes(&p, "example.org", DNSTYPE_TXT, "\7abc", 4);
	refused(&p, DNSTYPE_TXT);
}

static void
test_loops(void **state)
{
	struct packet p;
	size_t rr;

	/* CNAMEs in a circle. */
	packet_begin(&p, 0, "a.org", DNSTYPE_A, 2);
	put_cname(&p, "a.org", "b.org");
	put_cname(&p, "b.org", "a.org");
	refused(&p, DNSTYPE_A);
	/* A pointer to itself, and one forwards. */
	packet_begin(&p, 0, "a.org", DNSTYPE_MX, 1);
	rr = packet_rr(&p, "a.org", DNSTYPE_MX);
	packet_u16(&p, 10);
	packet_u16(&p, 0xc000u | (unsigned)p.len);
	packet_rr_end(&p, rr);
	refused(&p, DNSTYPE_MX);
	p.data[p.len - 1]++;
	refused(&p, DNSTYPE_MX);
	/* A pointer back to the question is fine. */
	p.data[p.len - 1] = 12;
	p.data[p.len - 2] = 0xc0;
	{
		struct dnsset set;

		assert_int_equal(
		    dnspacket_parse(p.data, p.len, DNSTYPE_MX, &set), 0);
		assert_string_equal(set.rr[0].text, "a.org");
		dnsset_clear(&set);
	}
}

static void
test_strange_names(void **state)
{
	struct packet p;
	struct dnsset set;
	char label[64], name[512] = "";
	size_t i;

	/* Octets that no host name has. */
	packet_begin(&p, 0, "example.org", DNSTYPE_MX, 1);
	put_mx(&p, "example.org", 10, "a\r\n\001 b.example.org");
	assert_int_equal(dnspacket_parse(p.data, p.len, DNSTYPE_MX, &set), 0);
	assert_string_equal(set.rr[0].text, "a????b.example.org");
	dnsset_clear(&set);
	/* A name that is too long. */
	memset(label, 'a', 62);
	label[62] = '.';
	label[63] = '\0';
	for (i = 0; i < 5; i++)
		strcat(name, label);
	packet_begin(&p, 0, "example.org", DNSTYPE_MX, 1);
	put_mx(&p, "example.org", 10, name);
	refused(&p, DNSTYPE_MX);
}

static void
test_only_so_many_records(void **state)
{
	static struct packet p;
	struct dnsset set;
	size_t i;

	packet_begin(&p, 0, "a.org", DNSTYPE_A, 100);
	for (i = 0; i < 100; i++)
		put_bytes(&p, "a.org", DNSTYPE_A, "\1\2\3\4", 4);
	assert_int_equal(dnspacket_parse(p.data, p.len, DNSTYPE_A, &set), 0);
	assert_int_equal(set.count, DNSPACKET_RECORDS_MAX);
	dnsset_clear(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mx),
		cmocka_unit_test(test_addresses_behind_cnames),
		cmocka_unit_test(test_cname_asked_for),
		cmocka_unit_test(test_txt),
		cmocka_unit_test(test_txt_too_long_is_cut),
		cmocka_unit_test(test_rcodes),
		cmocka_unit_test(test_every_cut_is_refused),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_loops),
		cmocka_unit_test(test_strange_names),
		cmocka_unit_test(test_only_so_many_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

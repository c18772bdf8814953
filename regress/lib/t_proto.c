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

/* sources: regress/lib/proto_table.c lib/proto_setup.c lib/proto_conf.c lib/proto_site.c lib/proto_suppress.c lib/siphash.c lib/proto_auth.c lib/proto_policy.c lib/proto_sign.c lib/proto_reseal.c lib/proto_submit.c lib/proto_claim.c lib/proto_work.c lib/proto_notice.c lib/proto_dns.c lib/proto_hook.c lib/proto_watch.c lib/proto_admin.c lib/proto_ctl.c lib/proto_manage.c lib/msg.c lib/row.c */

/*
 * Every message goes through unchanged; every message that is cut, longer,
 * or says what cannot be is refused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "bounds.h"
#include "msg.h"
#include "proto_admin.h"
#include "proto_auth.h"
#include "proto_claim.h"
#include "proto_conf.h"
#include "proto_dns.h"
#include "proto_hook.h"
#include "proto_manage.h"
#include "proto_notice.h"
#include "proto_policy.h"
#include "proto_reseal.h"
#include "proto_secret.h"
#include "proto_setup.h"
#include "proto_sign.h"
#include "proto_site.h"
#include "proto_submit.h"
#include "proto_suppress.h"
#include "proto_table.h"
#include "proto_work.h"
#include "row.h"

struct sample {
	const char *label; /* of a row that is refused, or NULL */
	const char *name;
	const void *s;
};

#define NO(LABEL, NAME, ...)                                                   \
	{                                                                      \
		LABEL, #NAME, &(const struct NAME)                             \
		{                                                              \
			__VA_ARGS__                                            \
		}                                                              \
	}
#define OK(NAME, ...) NO(NULL, NAME, __VA_ARGS__)
#define UNITS(NAME, LABEL, TRANSACTION, COUNT)                                 \
	{                                                                      \
		LABEL, NAME, &(const struct policy_units)                      \
		{                                                              \
			TRANSACTION, COUNT                                     \
		}                                                              \
	}
#define NUMBER(NAME, TYPE, VALUE)                                              \
	{                                                                      \
		NULL, #NAME, &(const TYPE)                                     \
		{                                                              \
			VALUE                                                  \
		}                                                              \
	}

/* clang-format off */
static struct work_rcpt rcpts[WORK_RCPT_MAX + 1] = {
	{ 0, NOTIFY_NEVER, "a@example.org", "rfc822;a@example.org" },
	{ 3, NOTIFY_SUCCESS | NOTIFY_DELAY, "b@example.org", "" },
};
static struct work_rcpt rcpt_empty[1];
static struct work_rcpt rcpt_notify[1] = {
	{ 0, NOTIFY_NEVER | NOTIFY_DELAY, "a@example.org", "" },
};

static const struct sample accepted[] = {
	OK(setup_start, PROC_QUEUE, 2, 1, true, true, 101, 102, "/var/empty"),
	OK(setup_start, PROC_QUEUE, 0, 0, false, false, 0, 0, "x"),
	OK(setup_peer, CONV_WORK, PROC_DELIVER, 3),
	OK(setup_conf_done, 9, false, "no such key"),
	OK(setup_answer, true, ""),
	OK(setup_child, PROC_SMTPD, 1, CHILD_BACKOFF, 4711, 2, -1, 7, 9),
	{ NULL, "setup_stop", "" },
	NUMBER(setup_conf_begin, uint32_t, 0x01020304),
	NUMBER(setup_conf_end, uint32_t, 0xffffffff),
	NUMBER(setup_log, uint32_t, 2),
	NUMBER(setup_request, enum setup_request_kind, SETUP_BRIEF),
	OK(conf_global, "mail.example.org"),
	OK(conf_smtp, 36700160, 1000, 300, 600, 10000, 100, 10, 254, true,
	    false, true, 500),
	OK(conf_listen, "127.0.0.1", 2525, LISTEN_TLS, LISTEN_AUTH_PLAIN, "default",
	    true, false),
	OK(conf_pki, "default", "cert", "key"),
	OK(conf_pki, "default", "cert", ""),
	OK(conf_queue, 345600, 0, 86400, 3, { 300, 900, 1800 }, 1ull << 33, 5,
	    true),
	OK(conf_deliver, DELIVER_TLS_NONE, 100, 10, 30, 25),
	OK(conf_route, "*", "::1", 2526),
	OK(conf_resolver, "127.0.0.1", 53),
	OK(conf_network, 4, 32, { 127, 0, 0, 1 }),
	OK(conf_network, 6, 128, { 0xfe, 0x80 }),
	OK(conf_site, 1, 1, "", false, 1, 1, 0, {}, 0, {}),
	OK(conf_site, 345600, 3600, "dkim.example.org", true, 34560000, 100000, 2,
	    { "192.0.2.1", "2001:db8::1" }, 1, { "192.0.2.9" }),
	OK(conf_secret, { 1, 2, 0, 4 }, false, {}),
	OK(conf_secret, { 1, 2, 0, 4 }, true, { 5 }),
	OK(conf_socket, true, 27),
	OK(policy_auth, "login", "secret", "192.0.2.1", 7),
	OK(policy_auth_reply, POLICY_OK, "user", "credential", "", {}, false, {}),
	OK(policy_auth_reply, POLICY_OK, "user", "credential",
	    "news@example.org",
	    { POLICY_OK, "compartment", "", 1, { { 7, SIGN_ED25519, "s" } }, true,
	        0, 0, "192.0.2.9", "prod", true, true },
	    true,
	    { 1, 2, 3 }),
	OK(policy_scram, "login", "192.0.2.1"),
	OK(policy_keys, POLICY_OK, { 9 }, 4096),
	OK(policy_proof, "login", "192.0.2.1", 7, "n=login,r=x", { 1 }),
	OK(policy_auth_reply, POLICY_NO, "", "", "", {}, false, {}),
	OK(policy_key, "tenancy", "user", "20:3b", "192.0.2.1"),
	OK(policy_key_reply, POLICY_OK, "user", 3, { 1, 0, 3 }),
	OK(policy_key_reply, POLICY_NO, "", 0, { 0 }),
	OK(policy_key_used, "user", "20:3b", "192.0.2.1"),
	OK(policy_seen, INT64_MAX, UINT64_MAX, "user"),
	OK(policy_seen_reply, POLICY_TEMPFAIL),
	OK(policy_key_drop, "user", "20:3b"),
	OK(policy_key_drop, "user", ""),
	OK(policy_key_drop, "", ""),
	OK(policy_fail, "192.0.2.1"),
	OK(policy_sender, "user", "credential", "192.0.2.1", "news@example.org"),
	OK(policy_sender_reply, POLICY_OK, "compartment", "", 2,
	    { { 1, SIGN_RSA_SHA256, "s1" }, { 2, SIGN_ED25519, "s2" } }, true,
	    1ull << 33, 7, "", "prod", true, false),
	OK(policy_sender_reply, POLICY_TEMPFAIL, "", "", 0, {}, false, 0, 0, "",
	    "", false, true),
	OK(policy_rcpt, "user", "credential", "compartment", "a@example.org", 9,
	    RATE_UNITS_MAX),
	OK(policy_rcpt_reply, POLICY_OK, true, 0),
	OK(policy_rcpt_reply, POLICY_DAY, false, 50),
	UNITS("policy_resize", NULL, 1ull << 40, 7),
	UNITS("policy_commit", NULL, 9, RATE_UNITS_MAX),
	{ NULL, "policy_release", &(const struct policy_end) { 1ull << 33 } },
	{ NULL, "policy_leave", &(const struct policy_end) { 3 } },
	OK(policy_rcpt_reply, POLICY_TEMPFAIL, false, 0),
	OK(policy_throttle, { 0x20, 1, 0xd, 0xb8 }, 600),
	OK(conf_suppress, true, 5, 600, 700),
	OK(conf_suppress, false, 0, 1, 0),
	OK(conf_policy, 10, 600, 600, 1000, 2, 3, '+'),
	OK(conf_policy, 0, 1, 1, 1, 1, 1, 0),
	OK(sign_tls, "default", SIGN_PAD_PSS, SIGN_MD_SHA384, 48, { 1, 2 }),
	OK(sign_dkim, 1ull << 63, SIGN_ED25519, { 0, 255 }),
	OK(sign_signature, true, 5, { 1, 2, 3, 4, 5 }),
	OK(sign_signature, false, 0, {}),
	OK(sign_make, SIGN_RSA_SHA256, 4096),
	OK(sign_make, SIGN_ED25519, 0),
	OK(sign_import, "pem"),
	OK(sign_made, true, "", SIGN_RSA_SHA256, 2048, 3, { 1, 2, 3 }, 2,
	    { 4, 5 }),
	OK(sign_made, false, "no", SIGN_RSA_SHA256, 0, 0, {}, 0, {}),
	OK(sign_load, 12, 1, { 9 }),
	OK(sign_loaded, true),
	OK(sign_reseal, true, { 1 }, 1, { 9 }),
	OK(sign_unbox, 1, { 7 }, 2, { 8, 9 }),
	OK(sign_resealed, false, 0, {}),
	OK(sign_resealed, true, 1, { 9 }),
	NUMBER(sign_drop, uint64_t, 1ull << 40),
	OK(submit_opened, SUBMIT_OK, 0x0123456789abcdef),
	OK(submit_opened, SUBMIT_FULL, 0),
	OK(submit_rcpt, 1, "a@example.org", NOTIFY_NEVER, "rfc822;b"),
	OK(submit_rcpt, 1, "a@example.org", 0, ""),
	OK(submit_commit, .message = 1, .sender = "a@example.org",
	    .from = "b@example.org", .message_id = "<x@y>",
	    .user = "u", .compartment = "c", .selector = "s",
	    .source = "192.0.2.1", .envid = "e",
	    .flags = ENVELOPE_8BIT | ENVELOPE_RET_FULL, .size = 1ull << 35,
	    .rcpts = 3, .next = true, .prefix_len = 4, .prefix = "A: b",
	    .sources = "192.0.2.9 2001:db8::9"),
	OK(submit_done, SUBMIT_TEMPFAIL, 0),
	OK(submit_done, SUBMIT_OK, 0x0123456789abcdef),
	OK(submit_commit, .message = 1, .rcpts = 1, .claim = 2,
	    .suppressed = 1ull << 49, .digest = { 1, 2, 3 }),
	OK(submit_commit, .message = 2, .claim = 2, .message_id = "<x@y>"),
	OK(submit_claim, { 1, 2, 3 }, "u"),
	OK(submit_claimed, .status = CLAIM_NEW, .message = 7),
	OK(submit_claimed, CLAIM_AGAIN, 7, { 4, 5 }, 3, "<x@y>"),
	OK(submit_claimed, .status = CLAIM_FULL),
	OK(submit_claimed, .status = CLAIM_TEMPFAIL),
	OK(submit_event, SUBMIT_EV_REJECTED, 0, "u", "c", "s", "f", "t", "550 no", "1/2"),
	NUMBER(submit_open, uint64_t, 0),
	NUMBER(submit_state, bool, true),
	NUMBER(submit_abort, uint64_t, 5),
	NUMBER(work_segment, uint64_t, 5),
	NUMBER(work_segment_close, uint64_t, 5),
	OK(work_outcome, 1, 2, OUTCOME_PERMFAIL, FAILURE_UNKNOWN, 550,
	    "5.1.1", "550 5.1.1 no", "mx.example.org", "192.0.2.2",
	    "TLSv1.3", false, true),
	OK(work_outcome, 1, 2, OUTCOME_DAMAGED, FAILURE_OTHER, 0, "5.3.0",
	    "damaged", "", "", "", false, false),
	OK(work_outcome, 1, 2, OUTCOME_HOST_DOWN, FAILURE_OTHER, 0, "4.4.1",
	    "timed out", "", "", "", false, false),
	OK(work_outcome, 1, 2, OUTCOME_DELIVERED, FAILURE_NONE, 250, "2.0.0",
	    "250 Ok", "mx.example.org", "192.0.2.2", "", true, false),
	OK(notice_bounce, NOTICE_SOFT, 1, "c", "a@example.org", "<x@y>", "mx", "550 no"),
	OK(notice_taken, true),
	OK(notice_watch, { 1, 2 }, 2, { 1ull << 63, 7 }),
	OK(dns_query, DNS_PTR, "example.org"),
	OK(dns_answer, DNS_OK, true, 2, { "10 mx", "" }),
	OK(dns_answer, DNS_NXDOMAIN, false, 0, {}),
	OK(hook_posted, 204, ""),
	OK(hook_posted, 0, "connection refused"),
	OK(admin_end, false, ADMIN_NOTHING, "no such queue id",
	    "try show queue"),
	OK(admin_progress, 3, 1ull << 40),
	{ NULL, "ctl_progress", &(const struct admin_progress) { 1, 0 } },
	{ NULL, "admin_cancel", "" },
	{ NULL, "manage_cancel", "" },
	{ NULL, "watch_ask", "" },
	{ NULL, "policy_forget", "" },
	{ NULL, "watch_end", &(const bool) { true } },
	OK(conf_listen, "::1", 9464, LISTEN_METRICS, 0, "", false, false),
	OK(manage_end, MANAGE_OK, "e", "n", "p", "w", 1ll << 40, 30, ""),
	OK(manage_end, MANAGE_UNAVAILABLE, "", "", "", "", -1, 0, "later"),
	NUMBER(admin_more, uint32_t, ADMIN_ROWS_AHEAD),
	{ NULL, "ctl_end", &(const struct admin_end) { true, ADMIN_NO, "",
				      "" } },
	NUMBER(ctl_hello, uint32_t, 1),
	NUMBER(ctl_more, uint32_t, 3),
};

static const struct sample refused[] = {
	NO("no program", setup_start, 0, 0, 0, false, false, 0, 0, "x"),
	NO("unknown program", setup_start, PROC_LAST + 1, 0, 0, false, false,
	    0, 0, "x"),
	NO("no folder", setup_start, PROC_QUEUE, 0, 0, false, false, 0, 0, ""),
	NO("stays root", setup_start, PROC_QUEUE, 0, 0, false, true, 0, 1,
	    "x"),
	NO("stays in root's group", setup_start, PROC_QUEUE, 0, 0, false,
	    true, 1, 0, "x"),
	NO("no conversation", setup_peer, 0, PROC_QUEUE, 0),
	NO("unknown conversation", setup_peer, CONV_LAST + 1, PROC_QUEUE, 0),
	NO("unknown state", setup_child, .kind = PROC_QUEUE,
	    .state = CHILD_STATE_LAST + 1),
	NO("no host name", conf_global, ""),
	NO("no size", conf_smtp, 0, 1, 1, 1, 1, 1, 1, 250, true,
	    .received_client = true),
	NO("no recipients", conf_smtp, 1, 0, 1, 1, 1, 1, 1, 250, true,
	    .received_client = true),
	NO("no time", conf_smtp, 1, 1, 0, 1, 1, 1, 1, 250, true,
	    .received_client = true),
	NO("no data time", conf_smtp, 1, 1, 1, 0, 1, 1, 1, 250, true,
	    .received_client = true),
	NO("no sessions", conf_smtp, 1, 1, 1, 1, 0, 1, 1, 250, true,
	    .received_client = true),
	NO("none a source", conf_smtp, 1, 1, 1, 1, 1, 0, 1, 250, true,
	    .received_client = true),
	NO("no failures", conf_smtp, 1, 1, 1, 1, 1, 1, 0, 250, true,
	    .received_client = true),
	NO("other reply", conf_smtp, 1, 1, 1, 1, 1, 1, 1, 251, true,
	    .received_client = true),
	NO("no address", conf_listen, "", 1, LISTEN_TLS, LISTEN_AUTH_PLAIN, "x", .proxy = true),
	NO("no port", conf_listen, "::1", 0, LISTEN_TLS, LISTEN_AUTH_PLAIN, "x", .proxy = true),
	NO("no mode", conf_listen, "::1", 1, 0, LISTEN_AUTH_PLAIN, "x", .proxy = true),
	NO("metrics with a pki", conf_listen, "::1", 1, LISTEN_METRICS, 0, "x", .proxy = false),
	NO("no pki", conf_listen, "::1", 1, LISTEN_TLS, LISTEN_AUTH_PLAIN, "", .proxy = true),
	NO("pki without name", conf_pki, "", "cert", ""),
	NO("pki without certificate", conf_pki, "x", "", "key"),
	NO("no retries", conf_queue, 1, 1, 1, 0, {}, 1, 1, true),
	NO("too many retries", conf_queue, 1, 1, 1, CONF_RETRY_MAX + 1, {},
	    1, 1, true),
	NO("retry at once", conf_queue, 1, 1, 1, 2, { 1, 0 }, 1, 1, true),
	NO("all reserved", conf_queue, 1, 1, 1, 1, { 1 }, 1, 100, true),
	NO("no expiry", conf_queue, 0, 1, 1, 1, { 1 }, 1, 1, true),
	NO("no TLS mode", conf_deliver, 0, 1, 1, 1, 25),
	NO("unknown TLS mode", conf_deliver, DELIVER_TLS_LAST + 1, 1, 1, 1,
	    25),
	NO("no outgoing port", conf_deliver, DELIVER_TLS_NONE, 1, 1, 1, 0),
	NO("route for nothing", conf_route, "", "x", 25),
	NO("route to nowhere", conf_route, "*", "", 25),
	NO("route without port", conf_route, "*", "x", 0),
	NO("resolver without port", conf_resolver, "::1", 0),
	NO("family 5", conf_network, 5, 1, {}),
	NO("site without expire", conf_site, 0, 1, "", false, 1, 1, 0, {}, 0, {}),
	NO("site without looks", conf_site, 1, 0, "", false, 1, 1, 0, {}, 0, {}),
	NO("site without audit", conf_site, 1, 1, "", false, 0, 1, 0, {}, 0, {}),
	NO("site, no records", conf_site, 1, 1, "", false, 1, 0, 0, {}, 0, {}),
	NO("site with an empty address", conf_site, 1, 1, "", false, 1, 1, 1, { "" },
	    0, {}),
	NO("site with many addresses", conf_site, 1, 1, "", false, 1, 1,
	    CONF_ADDRESSES_MAX + 1, {}, 0, {}),
	NO("site with an empty source", conf_site, 1, 1, "", false, 1, 1, 0, {}, 1,
	    { "" }),
	NO("site with many sources", conf_site, 1, 1, "", false, 1, 1, 0, {},
	    SOURCES_MAX + 1, {}),
	NO("prefix of 33", conf_network, 4, 33, {}),
	NO("prefix of 129", conf_network, 6, 129, {}),
	NO("nobody's secret", policy_auth_reply, POLICY_OK, "", "x", "", {}, false,
	    {}),
	NO("a sender in no compartment", policy_auth_reply, POLICY_OK, "u", "c",
	    "a@example.org",
	    { POLICY_OK, "", "", 0, {}, false, 0, 0, "", "", false, false },
	    false, {}),
	NO("a good key without octets", policy_key_reply, POLICY_OK, "u", 0,
	    { 0 }),
	NO("nobody's key", policy_key_reply, POLICY_OK, "", 1, { 1 }),
	NO("the key of a refusal", policy_key_reply, POLICY_NO, "", 1, { 1 }),
	NO("nobody's fingerprint", policy_key_drop, "", "20:3b"),
	NO("too many failures", conf_policy, THROTTLE_FAILURES_MAX + 1, 1, 1,
	    1, 1, 1, 0),
	NO("no window", conf_policy, 1, 0, 1, 1, 1, 1, 0),
	NO("no credential", conf_policy, 1, 1, 1, 1, 0, 1, 0),
	NO("no API key", conf_policy, 1, 1, 1, 1, 1, 0, 0),
	NO("no delimiter", conf_policy, 1, 1, 1, 1, 1, 1, 127),
	NO("no unit", policy_rcpt, "u", "c", "p", "a@example.org", 1, 0),
	UNITS("policy_resize", "no unit", 1, 0),
	UNITS("policy_commit", "too many units", 1, RATE_UNITS_MAX + 1),
	NO("no status", policy_rcpt_reply, 0, false, 0),
	NO("unknown status", policy_rcpt_reply, POLICY_STATUS_LAST + 1, false,
	    0),
	NO("no compartment", policy_sender_reply, POLICY_OK, "", "", 0, {},
	    false, 0, 0, "", "", false, false),
	NO("too many keys", policy_sender_reply, POLICY_OK, "c", "",
	    DKIM_KEYS_MAX + 1, {}, false, 0, 0, "", "", false, false),
	NO("key without selector", policy_sender_reply, POLICY_OK, "c", "", 1,
	    { { 1, SIGN_ED25519, "" } }, false, 0, 0, "", "", false, false),
	NO("short digest", sign_tls, "x", SIGN_PAD_PSS, SIGN_MD_SHA384, 47,
	    {}),
	NO("long digest", sign_tls, "x", SIGN_PAD_PSS, SIGN_MD_SHA1, 64, {}),
	NO("no padding", sign_tls, "x", 0, SIGN_MD_SHA1, 20, {}),
	NO("empty signature", sign_signature, true, 0, {}),
	NO("RSA of 1024", sign_make, SIGN_RSA_SHA256, 1024),
	NO("Ed25519 of 2048", sign_make, SIGN_ED25519, 2048),
	NO("no public half", sign_made, true, "", SIGN_RSA_SHA256, 2048, 3,
	    { 1, 2, 3 }, 0, {}),
	NO("empty key", sign_load, 1, 0, {}),
	NO("empty key", sign_reseal, false, {}, 0, {}),
	NO("empty box", sign_unbox, 1, { 7 }, 0, {}),
	NO("opened without id", submit_opened, SUBMIT_OK, 0),
	NO("no recipient", submit_rcpt, 1, "", 0, ""),
	NO("unknown notify", submit_rcpt, 1, "a@b", 0x10, ""),
	NO("never and more", submit_rcpt, 1, "a@b",
	    NOTIFY_NEVER | NOTIFY_DELAY, ""),
	NO("failure opens the next", submit_done, SUBMIT_FULL, 1),
	NO("commit to nobody", submit_commit, .message = 1),
	NO("nobody, and octets", submit_commit, .message = 1, .claim = 1,
	    .size = 1),
	NO("nobody, and a message", submit_commit, .message = 1, .claim = 2),
	NO("a message that is a claim", submit_commit, .message = 1, .claim = 1,
	    .rcpts = 1),
	NO("claim of nobody", submit_claim, { 1 }, ""),
	NO("claim without number", submit_claimed, .status = CLAIM_NEW),
	NO("again without number", submit_claimed, .status = CLAIM_AGAIN),
	NO("unknown flag", submit_commit, .rcpts = 1, .flags = 0x40),
	NO("both RET", submit_commit, .rcpts = 1,
	    .flags = ENVELOPE_RET_HDRS | ENVELOPE_RET_FULL),
	NO("unknown event", submit_event, .kind = SUBMIT_EV_LAST + 1),
	NO("code 199", work_outcome, 1, 1, OUTCOME_TEMPFAIL, FAILURE_OTHER,
	    199, "", "", "", "", "", false, false),
	NO("code 600", work_outcome, 1, 1, OUTCOME_TEMPFAIL, FAILURE_OTHER,
	    600, "", "", "", "", "", false, false),
	NO("delivered and failed", work_outcome, 1, 1, OUTCOME_DELIVERED,
	    FAILURE_QUOTA, 250, "", "", "", "", "", false, false),
	NO("report of a failure passed on", work_outcome, 1, 1,
	    OUTCOME_TEMPFAIL, FAILURE_OTHER, 450, "", "", "", "", "", true, false),
	NO("a code of no reply", work_outcome, 1, 1, OUTCOME_TEMPFAIL,
	    FAILURE_OTHER, 0, "4.0.0", "", "", "", "", false, true),
	NO("no outcome", work_outcome, 1, 1, 0, FAILURE_NONE, 0, "", "", "",
	    "", "", false, false),
	NO("bounce of nobody", notice_bounce, .message = 1),
	NO("unknown record type", dns_query, DNS_RRTYPE_LAST + 1, "x"),
	NO("no name", dns_query, DNS_MX, ""),
	NO("records of nothing", dns_answer, DNS_NODATA, false, 1, { "x" }),
	NO("too many records", dns_answer, DNS_OK, false,
	    DNS_RECORDS_MAX + 1, {}),
	NO("batch for nobody", work_batch, .destination = "x", .rcpts = 0),
	NO("batch for nowhere", work_batch, .rcpts = 1, .rcpt = rcpts),
	NO("unknown batch flag", work_batch, .destination = "x", .rcpts = 1,
	    .rcpt = rcpts, .flags = 0x40),
	NO("batch via no port", work_batch, .destination = "x", .via = "y",
	    .rcpts = 1, .rcpt = rcpts),
	NO("batch too big", work_batch, .destination = "x",
	    .rcpts = WORK_RCPT_MAX + 1, .rcpt = rcpts),
	NO("recipient without address", work_batch, .destination = "x",
	    .rcpts = 1, .rcpt = rcpt_empty),
	NO("recipient never and more", work_batch, .destination = "x",
	    .rcpts = 1, .rcpt = rcpt_notify),
	NO("refused for no reason", manage_end, MANAGE_INVALID, .total = 0),
	NO("a status of its own", manage_end, MANAGE_STATUS_LAST + 1, .why = "x"),
	NO("fewer than none", manage_end, MANAGE_OK, .total = -2),
	NO("no words", admin_command, 0, {}),
	{ "no row more", "admin_more", &(const uint32_t) { 0 } },
	{ "more rows than can be", "admin_more",
	    &(const uint32_t) { ADMIN_ROWS_AHEAD + 1 } },
};
/* clang-format on */

static uint8_t copy[MSG_PAYLOAD_MAX + 1];
static uint8_t decoded[PROTO_STRUCT_MAX] __attribute__((aligned(16)));

/* Decode the first len octets of the copy. */
static int
decode(const struct proto *p, size_t len)
{
	struct msgin m;
	uint8_t *exact;
	int r;

	/* Exactly as long, so that reading beyond it is seen. */
	exact = malloc(len == 0 ? 1 : len);
	assert_non_null(exact);
	memcpy(exact, copy, len);
	memset(decoded, 0, p->size);
	msgin_init(&m, p->type, exact, len);
	r = p->recv(&m, decoded);
	free(exact);
	return r;
}

/* Send a sample; returns the length of the copy. */
static size_t
encode(const struct proto *p, const void *s)
{
	size_t len;

	assert_int_equal(p->send(s), 0);
	assert_int_equal(proto_sent_type(), p->type);
	len = proto_sent()->len;
	memset(copy, 0, sizeof(copy));
	if (len > 0)
		memcpy(copy, proto_sent()->data, len);
	return len;
}

/* Every shorter message is refused, and one octet more. */
static void
refuse_other_lengths(const struct proto *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (decode(p, i) != -1)
			fail_msg("%s: taken at %zu of %zu", p->name, i, len);
	}
	assert_int_equal(decode(p, len + 1), -1);
}

static void
samples_pass_unchanged(void **state)
{
	const struct sample *s;
	const struct proto *p;
	size_t i, len;

	for (i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		s = &accepted[i];
		p = proto_find(s->name);
		assert_non_null(p);
		len = encode(p, s->s);
		if (decode(p, len) != 0)
			fail_msg("%s (row %zu): refused", s->name, i);
		assert_memory_equal(decoded, s->s, p->size);
		refuse_other_lengths(p, len);
	}
}

static void
impossible_values_are_refused(void **state)
{
	const struct sample *s;
	const struct proto *p;
	size_t i, len;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		s = &refused[i];
		p = proto_find(s->name);
		assert_non_null(p);
		len = encode(p, s->s);
		if (decode(p, len) != -1)
			fail_msg("%s: %s: taken", s->name, s->label);
	}
}

/* Each message has a sample, or a test of its own below. */
static void
every_message_is_tested(void **state)
{
	static const char *const own[] = { "submit_data", "work_batch",
		"admin_command", "ctl_command", "admin_row", "admin_event",
		"ctl_row", "manage_request", "manage_row", "hook_post",
		"watch_row" };
	const struct proto *p;
	size_t i, j;
	bool found;

	for (i = 0; (p = proto_at(i)) != NULL; i++) {
		found = false;
		for (j = 0; j < sizeof(accepted) / sizeof(accepted[0]); j++)
			found |= strcmp(accepted[j].name, p->name) == 0;
		for (j = 0; j < sizeof(own) / sizeof(own[0]); j++)
			found |= strcmp(own[j], p->name) == 0;
		if (!found)
			fail_msg("%s: not tested", p->name);
	}
}

static void
descriptors_travel(void **state)
{
	const struct conf_socket s = { false, 0 };
	const uint64_t segment = 1;

	assert_int_equal(proto_find("conf_socket")->send(&s), 0);
	assert_int_not_equal(proto_sent_fd(), -1);
	assert_int_equal(proto_find("work_segment")->send(&segment), 0);
	assert_int_not_equal(proto_sent_fd(), -1);
	assert_int_equal(proto_find("work_segment_close")->send(&segment), 0);
	assert_int_equal(proto_sent_fd(), -1);
}

static void
batch_passes_unchanged(void **state)
{
	const struct work_batch b = { 1, 2, "example.org", "relay.example", 26,
		"a@example.org", "env", ENVELOPE_UTF8, 3, 4, 5, 6, 7, 8, 2,
		rcpts, "192.0.2.9" };
	struct work_batch *d = (void *)decoded;
	const struct proto *p;
	size_t len;

	p = proto_find("work_batch");
	len = encode(p, &b);
	assert_int_equal(decode(p, len), 0);
	assert_int_equal(d->rcpts, 2);
	assert_memory_equal(d->rcpt, rcpts, 2 * sizeof(rcpts[0]));
	assert_string_equal(d->destination, "example.org");
	assert_string_equal(d->via, "relay.example");
	assert_int_equal(d->via_port, 26);
	assert_string_equal(d->sources, "192.0.2.9");
	assert_int_equal(d->body_len, 7);
	assert_int_equal(d->crc, 8);
	p->clear(d);
	refuse_other_lengths(p, len);
}

static void
command_passes_unchanged(void **state)
{
	char show[] = "show", queue[] = "queue", empty[] = "";
	const struct admin_command c = { 3, { show, queue, empty } };
	static const char *const names[] = { "admin_command", "ctl_command" };
	struct admin_command *d = (void *)decoded;
	const struct proto *p;
	size_t i, len;

	for (i = 0; i < 2; i++) {
		p = proto_find(names[i]);
		len = encode(p, &c);
		assert_int_equal(decode(p, len), 0);
		assert_int_equal(d->words, 3);
		assert_string_equal(d->word[0], "show");
		assert_string_equal(d->word[1], "queue");
		assert_string_equal(d->word[2], "");
		p->clear(d);
		refuse_other_lengths(p, len);
	}
}

/* A count of words or recipients is not believed before it is looked at. */
static void
command_with_nul_or_too_long_is_refused(void **state)
{
	static char word[PEM_MAX + 2];
	const struct admin_command c = { 1, { word } };
	const struct proto *p;
	size_t len;

	p = proto_find("admin_command");
	strcpy(word, "show");
	len = encode(p, &c);
	copy[len - 1] = '\0';
	assert_int_equal(decode(p, len), -1);
	memset(word, 'a', PEM_MAX + 1);
	len = encode(p, &c);
	assert_int_equal(decode(p, len), -1);
	copy[0] = ADMIN_WORDS_MAX + 1;
	assert_int_equal(decode(p, len), -1);
}

static void
row_passes_unchanged(void **state)
{
	static const char *const names[] = { "admin_row", "admin_event",
		"ctl_row", "manage_row", "watch_row" };
	struct row **d = (void *)decoded;
	const struct proto *p;
	struct row *r;
	size_t i, len;

	r = row_new();
	assert_non_null(r);
	row_str(r, "id", "1");
	row_num(r, "size", -5);
	for (i = 0; i < 5; i++) {
		p = proto_find(names[i]);
		len = encode(p, &r);
		assert_int_equal(decode(p, len), 0);
		assert_string_equal(row_value(*d, "id"), "1");
		assert_string_equal(row_value(*d, "size"), "-5");
		p->clear(d);
		refuse_other_lengths(p, len);
	}
	row_free(r);
}

static void
data_is_bounded(void **state)
{
	static const uint8_t octets[SUBMIT_DATA_MAX + 1] = "abc";
	const uint8_t *got;
	struct msgin m;
	uint64_t message;
	size_t i, len;
	const size_t sizes[] = { 1, 3, SUBMIT_DATA_MAX };
	const size_t wrong[] = { 0, SUBMIT_DATA_MAX + 1 };

	for (i = 0; i < 3; i++) {
		assert_int_equal(submit_data_send(NULL, 9, octets, sizes[i]),
		    0);
		msgin_init(&m, M_SUBMIT_DATA, proto_sent()->data,
		    proto_sent()->len);
		assert_int_equal(submit_data_recv(&m, &message, &got, &len), 0);
		assert_int_equal(message, 9);
		assert_int_equal(len, sizes[i]);
		assert_memory_equal(got, octets, len);
	}
	for (i = 0; i < 2; i++) {
		assert_int_equal(submit_data_send(NULL, 9, octets, wrong[i]),
		    0);
		msgin_init(&m, M_SUBMIT_DATA, proto_sent()->data,
		    proto_sent()->len);
		assert_int_equal(submit_data_recv(&m, &message, &got, &len),
		    -1);
	}
}

static void
fixed_blocks_have_their_size(void **state)
{
	const struct conf_secret s = { .key = { 1 } };
	const struct proto *p;
	size_t len;

	p = proto_find("conf_secret");
	len = encode(p, &s);
	copy[0] = CONF_SECRET_SIZE - 1;
	assert_int_equal(decode(p, len - 1), -1);
	p = proto_find("sign_dkim");
	len = encode(p, &(const struct sign_dkim){ 1, SIGN_RSA_SHA256, { 0 } });
	copy[12] = 31;
	assert_int_equal(decode(p, len - 1), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_pass_unchanged),
		cmocka_unit_test(impossible_values_are_refused),
		cmocka_unit_test(every_message_is_tested),
		cmocka_unit_test(descriptors_travel),
		cmocka_unit_test(batch_passes_unchanged),
		cmocka_unit_test(command_passes_unchanged),
		cmocka_unit_test(command_with_nul_or_too_long_is_refused),
		cmocka_unit_test(row_passes_unchanged),
		cmocka_unit_test(data_is_bounded),
		cmocka_unit_test(fixed_blocks_have_their_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
 * The table of messages and the fake channel.  Holds no expectations.
 */
#include "proto_table.h"

#include <string.h>

#include "chan.h"
#include "msg.h"
#include "proto_admin.h"
#include "proto_auth.h"
#include "proto_claim.h"
#include "proto_conf.h"
#include "proto_ctl.h"
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
#include "proto_watch.h"
#include "proto_work.h"
#include "row.h"

#define TEST_ID 7u
#define TEST_FD 5

static struct msgout sent;
static uint16_t sent_type;
static int sent_fd;

struct msgout *
chan_begin(struct chan *c, uint16_t type, uint64_t id)
{
	msgout_reset(&sent);
	sent_type = type;
	sent_fd = -1;
	return &sent;
}

int
chan_end(struct chan *c, int fd)
{
	sent_fd = fd;
	return sent.bad || sent.len > MSG_PAYLOAD_MAX ? -1 : 0;
}

/* Payload of the last message. */
const struct msgout *
proto_sent(void)
{
	return &sent;
}

uint16_t
proto_sent_type(void)
{
	return sent_type;
}

int
proto_sent_fd(void)
{
	return sent_fd;
}

/* The common shapes of send: with an id, without, with a descriptor. */
#define RECV(NAME)                                                             \
	static int NAME##_r(struct msgin *m, void *p)                          \
	{                                                                      \
		return NAME##_recv(m, p);                                      \
	}

#define REQUEST(NAME)                                                          \
	static int NAME##_s(const void *p)                                     \
	{                                                                      \
		return NAME##_send(NULL, TEST_ID, p);                          \
	}                                                                      \
	RECV(NAME)

#define PLAIN(NAME)                                                            \
	static int NAME##_s(const void *p)                                     \
	{                                                                      \
		return NAME##_send(NULL, p);                                   \
	}                                                                      \
	RECV(NAME)

#define WITH_FD(NAME)                                                          \
	static int NAME##_s(const void *p)                                     \
	{                                                                      \
		return NAME##_send(NULL, p, TEST_FD);                          \
	}                                                                      \
	RECV(NAME)

/* clang-format off */
PLAIN(setup_start)
WITH_FD(setup_peer)
PLAIN(setup_conf_done)
REQUEST(setup_answer)
PLAIN(setup_child)
PLAIN(conf_global)
PLAIN(conf_smtp)
WITH_FD(conf_listen)
PLAIN(conf_pki)
PLAIN(conf_queue)
PLAIN(conf_deliver)
PLAIN(conf_route)
PLAIN(conf_resolver)
PLAIN(conf_network)
PLAIN(conf_site)
PLAIN(conf_suppress)
PLAIN(conf_secret)
WITH_FD(conf_socket)
PLAIN(conf_policy)
REQUEST(policy_auth)
REQUEST(policy_auth_reply)
REQUEST(policy_scram)
REQUEST(policy_keys)
REQUEST(policy_proof)
REQUEST(policy_key)
REQUEST(policy_key_reply)
PLAIN(policy_key_used)
REQUEST(policy_seen)
REQUEST(policy_seen_reply)
PLAIN(policy_key_drop)
PLAIN(policy_fail)
REQUEST(policy_sender)
REQUEST(policy_sender_reply)
REQUEST(policy_rcpt)
REQUEST(policy_rcpt_reply)
PLAIN(policy_throttle)
REQUEST(policy_resize)
PLAIN(policy_commit)
PLAIN(policy_release)
PLAIN(policy_leave)
REQUEST(sign_tls)
REQUEST(sign_dkim)
REQUEST(sign_signature)
REQUEST(sign_make)
REQUEST(sign_import)
REQUEST(sign_made)
REQUEST(sign_load)
REQUEST(sign_loaded)
REQUEST(sign_reseal)
REQUEST(sign_unbox)
REQUEST(sign_resealed)
REQUEST(submit_opened)
REQUEST(submit_claim)
REQUEST(submit_claimed)
PLAIN(submit_rcpt)
REQUEST(submit_commit)
REQUEST(submit_done)
PLAIN(submit_event)
PLAIN(work_outcome)
REQUEST(notice_bounce)
REQUEST(notice_taken)
PLAIN(notice_watch)
REQUEST(dns_query)
REQUEST(dns_answer)
REQUEST(hook_post)
REQUEST(hook_posted)
REQUEST(admin_end)
REQUEST(admin_progress)
REQUEST(manage_end)
PLAIN(ctl_progress)
/* clang-format on */

/* Messages of one number. */
#define NUMBER(NAME, TYPE, SEND)                                               \
	static int NAME##_s(const void *p)                                     \
	{                                                                      \
		const TYPE *v = p;                                             \
                                                                               \
		return SEND;                                                   \
	}                                                                      \
	RECV(NAME)

#define setup_conf_begin_recv setup_generation_recv
#define setup_conf_end_recv   setup_generation_recv

/* clang-format off */
NUMBER(setup_conf_begin, uint32_t, setup_conf_begin_send(NULL, *v))
NUMBER(setup_conf_end, uint32_t, setup_conf_end_send(NULL, *v))
NUMBER(setup_log, uint32_t, setup_log_send(NULL, *v))
NUMBER(setup_request, enum setup_request_kind,
    setup_request_send(NULL, TEST_ID, *v))
NUMBER(sign_drop, uint64_t, sign_drop_send(NULL, *v))
NUMBER(submit_open, uint64_t, submit_open_send(NULL, TEST_ID, *v))
NUMBER(submit_state, bool, submit_state_send(NULL, *v))
NUMBER(submit_abort, uint64_t, submit_abort_send(NULL, *v))
NUMBER(work_segment, uint64_t, work_segment_send(NULL, *v, TEST_FD))
NUMBER(work_segment_close, uint64_t, work_segment_close_send(NULL, *v))
NUMBER(ctl_hello, uint32_t, ctl_hello_send(NULL, *v))
NUMBER(ctl_more, uint32_t, ctl_more_send(NULL, *v))
NUMBER(admin_more, uint32_t, admin_more_send(NULL, TEST_ID, *v))
/* clang-format on */

static int
setup_stop_s(const void *p)
{
	return setup_empty_send(NULL, M_SETUP_STOP);
}

static int
setup_stop_r(struct msgin *m, void *p)
{
	return setup_empty_recv(m);
}

static int
admin_cancel_s(const void *p)
{
	return admin_cancel_send(NULL, TEST_ID);
}

static int
admin_cancel_r(struct msgin *m, void *p)
{
	return admin_cancel_recv(m);
}

static int
policy_forget_s(const void *p)
{
	return policy_forget_send(NULL);
}

static int
policy_forget_r(struct msgin *m, void *p)
{
	return policy_forget_recv(m);
}

static int
watch_ask_s(const void *p)
{
	return watch_ask_send(NULL, TEST_ID);
}

static int
watch_ask_r(struct msgin *m, void *p)
{
	return watch_ask_recv(m);
}

static int
watch_end_s(const void *p)
{
	return watch_end_send(NULL, TEST_ID, *(const bool *)p);
}

static int
watch_end_r(struct msgin *m, void *p)
{
	return watch_end_recv(m, p);
}

static int
watch_row_s(const void *p)
{
	return watch_row_send(NULL, TEST_ID, *(struct row *const *)p);
}

static int
manage_cancel_s(const void *p)
{
	return manage_cancel_send(NULL, TEST_ID);
}

static int
manage_cancel_r(struct msgin *m, void *p)
{
	return manage_cancel_recv(m);
}

/* DATA as a length and octets, so that it has a struct like the others. */
struct data {
	uint64_t message;
	size_t len;
	uint8_t octets[SUBMIT_DATA_MAX];
};

static int
submit_data_s(const void *p)
{
	const struct data *d = p;

	return submit_data_send(NULL, d->message, d->octets, d->len);
}

static int
submit_data_r(struct msgin *m, void *p)
{
	const uint8_t *octets;
	struct data *d = p;

	if (submit_data_recv(m, &d->message, &octets, &d->len) == -1)
		return -1;
	memcpy(d->octets, octets, d->len);
	return 0;
}

/* clang-format off */
PLAIN(work_batch)
REQUEST(admin_command)
REQUEST(manage_request)
PLAIN(ctl_command)
PLAIN(ctl_end)
/* clang-format on */

static void
work_batch_c(void *p)
{
	work_batch_clear(p);
}

static void
admin_command_c(void *p)
{
	admin_command_clear(p);
}

static void
manage_request_c(void *p)
{
	manage_request_clear(p);
}

/* The struct is a pointer to a row, made when one is received. */
static int
admin_row_s(const void *p)
{
	return admin_row_send(NULL, TEST_ID, *(struct row *const *)p);
}

static int
manage_row_s(const void *p)
{
	return manage_row_send(NULL, TEST_ID, *(struct row *const *)p);
}

static int
admin_event_s(const void *p)
{
	return admin_event_send(NULL, *(struct row *const *)p);
}

static int
ctl_row_s(const void *p)
{
	return ctl_row_send(NULL, *(struct row *const *)p);
}

static int
row_with(int (*recv)(struct msgin *, struct row *), struct msgin *m, void *p)
{
	struct row **r = p;

	*r = row_new();
	if (*r == NULL)
		return -1;
	if (recv(m, *r) == -1) {
		row_free(*r);
		*r = NULL;
		return -1;
	}
	return 0;
}

static int
admin_row_r(struct msgin *m, void *p)
{
	return row_with(admin_row_recv, m, p);
}

static int
watch_row_r(struct msgin *m, void *p)
{
	return row_with(watch_row_recv, m, p);
}

static int
manage_row_r(struct msgin *m, void *p)
{
	return row_with(manage_row_recv, m, p);
}

static int
admin_event_r(struct msgin *m, void *p)
{
	return row_with(admin_event_recv, m, p);
}

static int
ctl_row_r(struct msgin *m, void *p)
{
	return row_with(ctl_row_recv, m, p);
}

static void
row_c(void *p)
{
	struct row **r = p;

	row_free(*r);
	*r = NULL;
}

#define ROW(NAME, TYPE, SIZE, CLEAR)                                           \
	{                                                                      \
#NAME, TYPE, SIZE, NAME##_s, NAME##_r, CLEAR                   \
	}
#define STRUCT(NAME, TYPE) ROW(NAME, TYPE, sizeof(struct NAME), NULL)

static const struct proto protos[] = {
	STRUCT(setup_start, M_SETUP_START),
	STRUCT(setup_peer, M_SETUP_PEER),
	STRUCT(setup_conf_done, M_SETUP_CONF_DONE),
	STRUCT(setup_answer, M_SETUP_ANSWER),
	STRUCT(setup_child, M_SETUP_CHILD),
	STRUCT(conf_global, M_CONF_GLOBAL),
	STRUCT(conf_smtp, M_CONF_SMTP),
	STRUCT(conf_listen, M_CONF_LISTEN),
	STRUCT(conf_pki, M_CONF_PKI),
	STRUCT(conf_queue, M_CONF_QUEUE),
	STRUCT(conf_deliver, M_CONF_DELIVER),
	STRUCT(conf_route, M_CONF_ROUTE),
	STRUCT(conf_resolver, M_CONF_RESOLVER),
	STRUCT(conf_network, M_CONF_NETWORK),
	STRUCT(conf_site, M_CONF_SITE),
	STRUCT(conf_suppress, M_CONF_SUPPRESS),
	STRUCT(conf_secret, M_CONF_SECRET),
	STRUCT(conf_socket, M_CONF_SOCKET),
	STRUCT(conf_policy, M_CONF_POLICY),
	STRUCT(policy_auth, M_POLICY_AUTH),
	STRUCT(policy_auth_reply, M_POLICY_AUTH_REPLY),
	STRUCT(policy_scram, M_POLICY_SCRAM),
	STRUCT(policy_keys, M_POLICY_KEYS),
	STRUCT(policy_proof, M_POLICY_PROOF),
	STRUCT(policy_key, M_POLICY_KEY),
	STRUCT(policy_key_reply, M_POLICY_KEY_REPLY),
	STRUCT(policy_key_used, M_POLICY_KEY_USED),
	STRUCT(policy_seen, M_POLICY_SEEN),
	STRUCT(policy_seen_reply, M_POLICY_SEEN_REPLY),
	STRUCT(policy_key_drop, M_POLICY_KEY_DROP),
	STRUCT(policy_fail, M_POLICY_FAIL),
	STRUCT(policy_sender, M_POLICY_SENDER),
	STRUCT(policy_sender_reply, M_POLICY_SENDER_REPLY),
	STRUCT(policy_rcpt, M_POLICY_RCPT),
	STRUCT(policy_rcpt_reply, M_POLICY_RCPT_REPLY),
	STRUCT(policy_throttle, M_POLICY_THROTTLE),
	ROW(policy_resize, M_POLICY_RESIZE, sizeof(struct policy_units), NULL),
	ROW(policy_commit, M_POLICY_COMMIT, sizeof(struct policy_units), NULL),
	ROW(policy_release, M_POLICY_RELEASE, sizeof(struct policy_end), NULL),
	ROW(policy_leave, M_POLICY_LEAVE, sizeof(struct policy_end), NULL),
	STRUCT(sign_tls, M_SIGN_TLS),
	STRUCT(sign_dkim, M_SIGN_DKIM),
	STRUCT(sign_signature, M_SIGN_SIGNATURE),
	STRUCT(sign_make, M_SIGN_MAKE),
	STRUCT(sign_import, M_SIGN_IMPORT),
	STRUCT(sign_made, M_SIGN_MADE),
	STRUCT(sign_load, M_SIGN_LOAD),
	STRUCT(sign_loaded, M_SIGN_LOADED),
	STRUCT(sign_reseal, M_SIGN_RESEAL),
	STRUCT(sign_unbox, M_SIGN_UNBOX),
	STRUCT(sign_resealed, M_SIGN_RESEALED),
	STRUCT(submit_opened, M_SUBMIT_OPENED),
	STRUCT(submit_claim, M_SUBMIT_CLAIM),
	STRUCT(submit_claimed, M_SUBMIT_CLAIMED),
	STRUCT(submit_rcpt, M_SUBMIT_RCPT),
	STRUCT(submit_commit, M_SUBMIT_COMMIT),
	STRUCT(submit_done, M_SUBMIT_DONE),
	STRUCT(submit_event, M_SUBMIT_EVENT),
	STRUCT(work_outcome, M_WORK_OUTCOME),
	STRUCT(notice_bounce, M_NOTICE_BOUNCE),
	STRUCT(notice_taken, M_NOTICE_TAKEN),
	STRUCT(notice_watch, M_NOTICE_WATCH),
	STRUCT(dns_query, M_DNS_QUERY),
	STRUCT(dns_answer, M_DNS_ANSWER),
	STRUCT(hook_post, M_HOOK_POST),
	STRUCT(hook_posted, M_HOOK_POSTED),
	STRUCT(admin_end, M_ADMIN_END),
	STRUCT(admin_progress, M_ADMIN_PROGRESS),
	STRUCT(manage_end, M_MANAGE_END),
	ROW(setup_stop, M_SETUP_STOP, 0, NULL),
	ROW(setup_conf_begin, M_SETUP_CONF_BEGIN, sizeof(uint32_t), NULL),
	ROW(setup_conf_end, M_SETUP_CONF_END, sizeof(uint32_t), NULL),
	ROW(setup_log, M_SETUP_LOG, sizeof(uint32_t), NULL),
	ROW(setup_request, M_SETUP_REQUEST, sizeof(enum setup_request_kind),
	    NULL),
	ROW(sign_drop, M_SIGN_DROP, sizeof(uint64_t), NULL),
	ROW(submit_open, M_SUBMIT_OPEN, sizeof(uint64_t), NULL),
	ROW(submit_state, M_SUBMIT_STATE, sizeof(bool), NULL),
	ROW(submit_abort, M_SUBMIT_ABORT, sizeof(uint64_t), NULL),
	ROW(submit_data, M_SUBMIT_DATA, sizeof(struct data), NULL),
	ROW(work_segment, M_WORK_SEGMENT, sizeof(uint64_t), NULL),
	ROW(work_segment_close, M_WORK_SEGMENT_CLOSE, sizeof(uint64_t), NULL),
	ROW(work_batch, M_WORK_BATCH, sizeof(struct work_batch), work_batch_c),
	ROW(admin_command, M_ADMIN_COMMAND, sizeof(struct admin_command),
	    admin_command_c),
	ROW(admin_row, M_ADMIN_ROW, sizeof(struct row *), row_c),
	ROW(admin_event, M_ADMIN_EVENT, sizeof(struct row *), row_c),
	ROW(manage_request, M_MANAGE_REQUEST, sizeof(struct manage_request),
	    manage_request_c),
	ROW(manage_row, M_MANAGE_ROW, sizeof(struct row *), row_c),
	ROW(manage_cancel, M_MANAGE_CANCEL, 0, NULL),
	ROW(policy_forget, M_POLICY_FORGET, 0, NULL),
	ROW(watch_ask, M_WATCH_ASK, 0, NULL),
	ROW(watch_row, M_WATCH_ROW, sizeof(struct row *), row_c),
	ROW(watch_end, M_WATCH_END, sizeof(bool), NULL),
	ROW(ctl_hello, M_CTL_HELLO, sizeof(uint32_t), NULL),
	ROW(ctl_more, M_CTL_MORE, sizeof(uint32_t), NULL),
	ROW(ctl_command, M_CTL_COMMAND, sizeof(struct admin_command),
	    admin_command_c),
	ROW(ctl_row, M_CTL_ROW, sizeof(struct row *), row_c),
	ROW(admin_more, M_ADMIN_MORE, sizeof(uint32_t), NULL),
	ROW(admin_cancel, M_ADMIN_CANCEL, 0, NULL),
	ROW(ctl_progress, M_CTL_PROGRESS, sizeof(struct admin_progress), NULL),
	ROW(ctl_end, M_CTL_END, sizeof(struct admin_end), NULL),
};

/* Row i of the table, or NULL behind its end. */
const struct proto *
proto_at(size_t i)
{
	return i < sizeof(protos) / sizeof(protos[0]) ? &protos[i] : NULL;
}

const struct proto *
proto_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(protos) / sizeof(protos[0]); i++) {
		if (strcmp(protos[i].name, name) == 0)
			return &protos[i];
	}
	return NULL;
}

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
 * The operations of the management API: where each is, and what it answers
 * with. control says what they take and do.
 */
#include <stdbool.h>
#include <stddef.h>

#include "api.h"
#include "api_read.h"
#include "dispatch.h"
#include "httpd.h"
#include "ops.h"

#define BASE "/20170907/"

/* An operation and its form; the first is what the dispatcher knows. */
struct api_op {
	struct op op;
	struct api_form form;
};

static uint64_t
manage_body_max(const struct exchange *x)
{
	return API_BODY_MAX;
}

static void
manage_run(struct exchange *x)
{
	const struct api_op *o;

	o = (const struct api_op *)(const void *)x->op;
	if (exchange_is_json(x))
		api_ask(x->httpd->api, x, &o->form);
}

static void
manage_event(struct exchange *x, enum exchange_event ev, uint64_t id,
    const void *reply)
{
	if (ev == EXCHANGE_EV_MANAGE)
		api_answer(x, reply);
}

#define OP(METHOD, PATH, ...)                                                  \
	{                                                                      \
		{ REQUEST_##METHOD, BASE PATH, manage_body_max, NULL, NULL,    \
			manage_run, manage_event, api_end, NULL, false },      \
		{                                                              \
			__VA_ARGS__                                            \
		}                                                              \
	}

/* clang-format off */
static const struct api_op api_ops[] = {
	OP(POST, "senders", MANAGE_SENDER_CREATE, API_OBJECT, 200, true, false,
	    NULL),
	OP(GET, "senders", MANAGE_SENDER_LIST, API_ARRAY, 200, true, false,
	    NULL),
	OP(GET, "senders/{}", MANAGE_SENDER_GET, API_OBJECT, 200, true, true,
	    NULL),
	OP(PUT, "senders/{}", MANAGE_SENDER_UPDATE, API_OBJECT, 200, true,
	    true, NULL),
	OP(DELETE, "senders/{}", MANAGE_SENDER_DELETE, API_NONE, 204, false,
	    true, NULL),
	OP(POST, "suppressions", MANAGE_SUPPRESSION_CREATE, API_OBJECT, 200,
	    false, false, NULL),
	OP(GET, "suppressions", MANAGE_SUPPRESSION_LIST, API_ARRAY, 200,
	    false, false, NULL),
	OP(GET, "suppressions/{}", MANAGE_SUPPRESSION_GET, API_OBJECT, 200,
	    false, true, NULL),
	OP(DELETE, "suppressions/{}", MANAGE_SUPPRESSION_DELETE, API_NONE, 204,
	    false, true, NULL),
	OP(POST, "emailDomains", MANAGE_DOMAIN_CREATE, API_OBJECT, 202, true,
	    false, BASE "emailDomains"),
	OP(GET, "emailDomains", MANAGE_DOMAIN_LIST, API_ITEMS, 200, true,
	    false, NULL),
	OP(GET, "emailDomains/{}", MANAGE_DOMAIN_GET, API_OBJECT, 200, true,
	    true, NULL),
	OP(PUT, "emailDomains/{}", MANAGE_DOMAIN_UPDATE, API_NONE, 202, false,
	    true, NULL),
	OP(DELETE, "emailDomains/{}", MANAGE_DOMAIN_DELETE, API_NONE, 202,
	    false, true, NULL),
	OP(POST, "dkims", MANAGE_DKIM_CREATE, API_OBJECT, 202, true, false,
	    BASE "dkims"),
	OP(GET, "dkims", MANAGE_DKIM_LIST, API_ITEMS, 200, true, false, NULL),
	OP(GET, "dkims/{}", MANAGE_DKIM_GET, API_OBJECT, 200, true, true,
	    NULL),
	OP(PUT, "dkims/{}", MANAGE_DKIM_UPDATE, API_NONE, 202, false, true,
	    NULL),
	OP(DELETE, "dkims/{}", MANAGE_DKIM_DELETE, API_NONE, 202, false, true,
	    NULL),
	OP(POST, "emailReturnPaths", MANAGE_PATH_CREATE, API_OBJECT, 202, true,
	    false, BASE "emailReturnPaths"),
	OP(GET, "emailReturnPaths", MANAGE_PATH_LIST, API_ITEMS, 200, true,
	    false, NULL),
	OP(GET, "emailReturnPaths/{}", MANAGE_PATH_GET, API_OBJECT, 200, true,
	    true, NULL),
	OP(PUT, "emailReturnPaths/{}", MANAGE_PATH_UPDATE, API_NONE, 202,
	    false, true, NULL),
	OP(DELETE, "emailReturnPaths/{}", MANAGE_PATH_DELETE, API_NONE, 202,
	    false, true, NULL),
	OP(POST, "senders/{}/actions/changeCompartment", MANAGE_SENDER_MOVE,
	    API_NONE, 204, false, true, NULL),
	OP(POST, "emailIpPools", MANAGE_POOL_CREATE, API_OBJECT, 202, true,
	    false, BASE "emailIpPools"),
	OP(GET, "emailIpPools", MANAGE_POOL_LIST, API_ITEMS, 200, true, false,
	    NULL),
	OP(GET, "emailIpPools/{}", MANAGE_POOL_GET, API_OBJECT, 200, true,
	    true, NULL),
	OP(PUT, "emailIpPools/{}", MANAGE_POOL_UPDATE, API_NONE, 202, false,
	    true, NULL),
	OP(DELETE, "emailIpPools/{}", MANAGE_POOL_DELETE, API_NONE, 202,
	    false, true, NULL),
	OP(POST, "emailIpPools/{}/actions/addEmailOutboundIp",
	    MANAGE_POOL_ADD, API_NONE, 202, false, true, NULL),
	OP(POST, "emailIpPools/{}/actions/removeEmailOutboundIp",
	    MANAGE_POOL_REMOVE, API_NONE, 202, false, true, NULL),
	OP(POST, "emailIpPools/{}/actions/changeCompartment",
	    MANAGE_POOL_MOVE, API_NONE, 202, false, true, NULL),
	OP(GET, "emailOutboundIps", MANAGE_OUTBOUND_LIST, API_ITEMS, 200,
	    false, false, NULL),
	OP(GET, "configuration", MANAGE_CONFIG_GET, API_OBJECT, 200, false,
	    false, NULL),
	OP(GET, "workRequests", MANAGE_WORK_LIST, API_ITEMS, 200, false, false,
	    NULL),
	OP(GET, "workRequests/{}", MANAGE_WORK_GET, API_OBJECT, 200, false,
	    true, NULL),
	OP(GET, "workRequests/{}/errors", MANAGE_WORK_ERRORS, API_ITEMS, 200,
	    false, true, NULL),
	OP(GET, "workRequests/{}/logs", MANAGE_WORK_LOGS, API_ITEMS, 200,
	    false, true, NULL),
};
/* clang-format on */

#define OPS (sizeof(api_ops) / sizeof(api_ops[0]))

/* The table of them. */
const struct op *const *
ops_manage(void)
{
	static const struct op *list[OPS + 1];
	size_t i;

	for (i = 0; i < OPS; i++)
		list[i] = &api_ops[i].op;
	return list;
}

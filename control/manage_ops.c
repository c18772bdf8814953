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
 * The only list of operations.
 */
#include "manage_ops.h"

#include "bounds.h"
#include "manage_ask.h"

/* Fields that several have. */
#define COMPARTMENT                                                            \
	{                                                                      \
		"compartmentId", true, MANAGE_ID_SIZE, false                   \
	}
#define LOCK                                                                   \
	{                                                                      \
		"isLockOverride", false, 0, false                              \
	}
#define SORT                                                                   \
	{ "sortBy", false, ASK_WORD_MAX, false },                              \
	{                                                                      \
		"sortOrder", false, ASK_WORD_MAX, false                        \
	}
#define STATE                                                                  \
	{                                                                      \
		"lifecycleState", false, ASK_WORD_MAX, false                   \
	}
#define DESCRIPTION                                                            \
	{                                                                      \
		"description", false, ASK_DESCRIPTION_MAX, false               \
	}
#define ADDRESS(REQUIRED)                                                      \
	{                                                                      \
		"emailAddress", REQUIRED, ASK_ADDRESS_MAX, false               \
	}
#define ADDRESSES                                                              \
	{                                                                      \
		"outboundIps", true, SOURCES_SIZE, true                        \
	}
#define DRAIN                                                                  \
	{                                                                      \
		"lastIpDrainPeriodInHours", false, OPS_NUMBER, false           \
	}
#define ID                                                                     \
	{                                                                      \
		"id", false, MANAGE_ID_SIZE, false                             \
	}
#define NAME(REQUIRED)                                                         \
	{                                                                      \
		"name", REQUIRED, ASK_ADDRESS_MAX, false                       \
	}

/* clang-format off */
static const struct ops ops[] = {
	[MANAGE_SENDER_CREATE] = { "CreateSender", PERMISSION_SENDER_CREATE,
	    manage_sender_create, true,
	    { COMPARTMENT, ADDRESS(true),
		{ "emailIpPoolId", false, MANAGE_ID_SIZE, false } } },
	[MANAGE_SENDER_LIST] = { "ListSenders", PERMISSION_SENDER_INSPECT,
	    manage_sender_list, false,
	    { COMPARTMENT, STATE, ADDRESS(false), SORT,
		{ "domain", false, ASK_ADDRESS_MAX, false },
		{ "emailIpPoolId", false, MANAGE_ID_SIZE, false } } },
	[MANAGE_SENDER_GET] = { "GetSender", PERMISSION_SENDER_READ,
	    manage_sender_get, false, { { NULL, false, 0, false } } },
	[MANAGE_SENDER_UPDATE] = { "UpdateSender", PERMISSION_SENDER_UPDATE,
	    manage_sender_update, true,
	    { LOCK, { "emailIpPoolId", false, MANAGE_ID_SIZE, false } } },
	[MANAGE_SENDER_DELETE] = { "DeleteSender", PERMISSION_SENDER_DELETE,
	    manage_sender_delete, false, { LOCK } },
	[MANAGE_SUPPRESSION_CREATE] = { "CreateSuppression",
	    PERMISSION_SUPPRESSION_CREATE, manage_suppression_create, false,
	    { COMPARTMENT, ADDRESS(true) } },
	[MANAGE_SUPPRESSION_LIST] = { "ListSuppressions",
	    PERMISSION_SUPPRESSION_INSPECT, manage_suppression_list, false,
	    { COMPARTMENT, ADDRESS(false), SORT,
		{ "timeCreatedGreaterThanOrEqualTo", false, ASK_WORD_MAX, false },
		{ "timeCreatedLessThan", false, ASK_WORD_MAX, false } } },
	[MANAGE_SUPPRESSION_GET] = { "GetSuppression", PERMISSION_SUPPRESSION_READ,
	    manage_suppression_get, false, { { NULL, false, 0, false } } },
	[MANAGE_SUPPRESSION_DELETE] = { "DeleteSuppression",
	    PERMISSION_SUPPRESSION_DELETE, manage_suppression_delete, false,
	    { { NULL, false, 0, false } } },
	[MANAGE_DOMAIN_CREATE] = { "CreateEmailDomain", PERMISSION_DOMAIN_CREATE,
	    manage_domain_create, true,
	    { NAME(true), COMPARTMENT, DESCRIPTION,
		{ "domainVerificationId", false, MANAGE_ID_SIZE, false } } },
	[MANAGE_DOMAIN_LIST] = { "ListEmailDomains", PERMISSION_DOMAIN_INSPECT,
	    manage_domain_list, false,
	    { COMPARTMENT, ID, NAME(false), STATE, SORT } },
	[MANAGE_DOMAIN_GET] = { "GetEmailDomain", PERMISSION_DOMAIN_READ,
	    manage_domain_get, false, { { NULL, false, 0, false } } },
	[MANAGE_DOMAIN_UPDATE] = { "UpdateEmailDomain", PERMISSION_DOMAIN_UPDATE,
	    manage_domain_update, true,
	    { LOCK, DESCRIPTION,
		{ "domainVerificationId", false, MANAGE_ID_SIZE, false } } },
	[MANAGE_DOMAIN_DELETE] = { "DeleteEmailDomain", PERMISSION_DOMAIN_DELETE,
	    manage_domain_delete, false, { LOCK } },
	[MANAGE_DKIM_CREATE] = { "CreateDkim", PERMISSION_DKIM_CREATE,
	    manage_dkim_create, true,
	    { { "emailDomainId", true, MANAGE_ID_SIZE, false }, NAME(false),
		DESCRIPTION, { "privateKey", false, PEM_MAX, false } } },
	[MANAGE_DKIM_LIST] = { "ListDkims", PERMISSION_DKIM_INSPECT, manage_dkim_list,
	    false,
	    { { "emailDomainId", true, MANAGE_ID_SIZE, false }, ID, NAME(false),
		STATE, SORT } },
	[MANAGE_DKIM_GET] = { "GetDkim", PERMISSION_DKIM_READ, manage_dkim_get, false,
	    { { NULL, false, 0, false } } },
	[MANAGE_DKIM_UPDATE] = { "UpdateDkim", PERMISSION_DKIM_UPDATE,
	    manage_dkim_update, true, { DESCRIPTION } },
	[MANAGE_DKIM_DELETE] = { "DeleteDkim", PERMISSION_DKIM_DELETE,
	    manage_dkim_delete, false, { { NULL, false, 0, false } } },
	[MANAGE_PATH_CREATE] = { "CreateEmailReturnPath",
	    PERMISSION_RETURN_PATH_CREATE, manage_path_create, true,
	    { { "parentResourceId", true, MANAGE_ID_SIZE, false }, NAME(false),
		DESCRIPTION } },
	[MANAGE_PATH_LIST] = { "ListEmailReturnPaths",
	    PERMISSION_RETURN_PATH_INSPECT, manage_path_list, false,
	    { { "compartmentId", false, MANAGE_ID_SIZE, false },
		{ "parentResourceId", false, MANAGE_ID_SIZE, false }, ID, NAME(false),
		STATE, SORT } },
	[MANAGE_PATH_GET] = { "GetEmailReturnPath", PERMISSION_RETURN_PATH_READ,
	    manage_path_get, false, { { NULL, false, 0, false } } },
	[MANAGE_PATH_UPDATE] = { "UpdateEmailReturnPath",
	    PERMISSION_RETURN_PATH_UPDATE, manage_path_update, true,
	    { LOCK, DESCRIPTION } },
	[MANAGE_PATH_DELETE] = { "DeleteEmailReturnPath",
	    PERMISSION_RETURN_PATH_DELETE, manage_path_delete, false, { LOCK } },
	[MANAGE_SENDER_MOVE] = { "ChangeSenderCompartment",
	    PERMISSION_SENDER_MOVE, manage_sender_move, false,
	    { LOCK, COMPARTMENT } },
	[MANAGE_POOL_CREATE] = { "CreateEmailIpPool", PERMISSION_POOL_CREATE,
	    manage_pool_create, true,
	    { COMPARTMENT, NAME(true), DESCRIPTION, ADDRESSES, DRAIN } },
	[MANAGE_POOL_LIST] = { "ListEmailIpPools", PERMISSION_POOL_INSPECT,
	    manage_pool_list, false,
	    { COMPARTMENT, ID, NAME(false), STATE, SORT } },
	[MANAGE_POOL_GET] = { "GetEmailIpPool", PERMISSION_POOL_READ,
	    manage_pool_get, false, { { NULL, false, 0, false } } },
	[MANAGE_POOL_UPDATE] = { "UpdateEmailIpPool", PERMISSION_POOL_UPDATE,
	    manage_pool_update, true, { LOCK, DESCRIPTION, DRAIN } },
	[MANAGE_POOL_DELETE] = { "DeleteEmailIpPool", PERMISSION_POOL_DELETE,
	    manage_pool_delete, false, { LOCK } },
	[MANAGE_POOL_ADD] = { "AddEmailOutboundIp", PERMISSION_POOL_UPDATE,
	    manage_pool_add, false, { LOCK, ADDRESSES } },
	[MANAGE_POOL_REMOVE] = { "RemoveEmailOutboundIp",
	    PERMISSION_POOL_UPDATE, manage_pool_remove, false,
	    { LOCK, ADDRESSES } },
	[MANAGE_POOL_MOVE] = { "ChangeEmailIpPoolCompartment",
	    PERMISSION_POOL_MOVE, manage_pool_move, false,
	    { LOCK, COMPARTMENT } },
	[MANAGE_OUTBOUND_LIST] = { "ListEmailOutboundIps",
	    PERMISSION_POOL_INSPECT, manage_outbound_list, false,
	    { COMPARTMENT, STATE, SORT,
		{ "outboundIp", false, ASK_WORD_MAX, false },
		{ "assignmentState", false, ASK_WORD_MAX, false } } },
	[MANAGE_CONFIG_GET] = { "GetEmailConfiguration",
	    PERMISSION_CONFIGURATION_READ, manage_config_get, false,
	    { COMPARTMENT } },
	[MANAGE_WORK_GET] = { "GetWorkRequest", PERMISSION_WORK_REQUEST_READ,
	    manage_work_get, false, { { NULL, false, 0, false } } },
	[MANAGE_WORK_LIST] = { "ListWorkRequests",
	    PERMISSION_WORK_REQUEST_INSPECT, manage_work_list, false,
	    { COMPARTMENT, SORT, { "workRequestId", false, MANAGE_ID_SIZE, false },
		{ "status", false, ASK_WORD_MAX, false },
		{ "operationType", false, ASK_WORD_MAX, false } } },
	[MANAGE_WORK_ERRORS] = { "ListWorkRequestErrors",
	    PERMISSION_WORK_REQUEST_INSPECT, manage_work_errors, false, { SORT } },
	[MANAGE_WORK_LOGS] = { "ListWorkRequestLogs",
	    PERMISSION_WORK_REQUEST_INSPECT, manage_work_logs, false, { SORT } },
};
/* clang-format on */

/* The operation; recv has checked that there is one of this number. */
const struct ops *
manage_ops(enum manage_op op)
{
	return &ops[op];
}

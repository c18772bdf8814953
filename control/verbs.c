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
 * The table of commands, and how words become arguments.  What a command does
 * is in the verb_*.c of its object.
 */
#include "verbs.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "proto_admin.h"
#include "suppress_import.h"
#include "suppress_list.h"
#include "verb_apikey.h"
#include "verb_audit.h"
#include "verb_backup.h"
#include "verb_compartment.h"
#include "verb_credential.h"
#include "verb_daemon.h"
#include "verb_dkim.h"
#include "verb_domain.h"
#include "verb_group.h"
#include "verb_limit.h"
#include "verb_policy.h"
#include "verb_pool.h"
#include "verb_queue.h"
#include "verb_returnpath.h"
#include "verb_sender.h"
#include "verb_status.h"
#include "verb_suppression.h"
#include "verb_test.h"
#include "verb_throttle.h"
#include "verb_user.h"
#include "verb_webhook.h"

/* Which messages: by id, all, or those that every condition holds for. */
#define FILTER                                                                 \
	{ NULL, "ID|all", true }, { "domain", "DOMAIN", true },                \
	    { "sender", "ADDRESS", true }, { "user", "NAME", true },           \
	    { "older", "TIME", true },                                         \
	{                                                                      \
		"state", "waiting|inflight|deferred|held|rerouted", true       \
	}

/* Which suppressions: those that every condition holds for. */
#define SUPPRESSED                                                             \
	{ "prefix", "TEXT", true }, { "domain", "DOMAIN", true },              \
	    { "reason", "REASON", true }, { "older", "TIME", true },           \
	{                                                                      \
		"newer", "TIME", true                                          \
	}

static const struct verb verbs[] = {
	{ { "apikey", "add" }, VERB_WRITE, verb_apikey_add,
	    { { NULL, "USER", false }, { NULL, "FILE|-", false },
		{ "description", "TEXT", true } },
	    "let a user sign requests with an RSA key" },
	{ { "apikey", "list" }, VERB_READ, verb_apikey_list,
	    { { NULL, "USER", true }, { "state", "active|inactive", true } },
	    "list API keys" },
	{ { "apikey", "remove" }, VERB_WRITE, verb_apikey_remove,
	    { { NULL, "USER", false }, { NULL, "FINGERPRINT", false } },
	    "remove an API key" },
	{ { "apikey", "set" }, VERB_WRITE, verb_apikey_set,
	    { { NULL, "USER", false }, { NULL, "FINGERPRINT", false },
		{ "state", "active|inactive", true },
		{ "description", "TEXT|none", true } },
	    "change an API key, or disable it" },
	{ { "apikey", "show" }, VERB_READ, verb_apikey_show,
	    { { NULL, "USER", false }, { NULL, "FINGERPRINT", false } },
	    "show an API key" },

	{ { "audit", NULL }, VERB_READ, verb_audit,
	    { { NULL, "follow", true }, { "who", "TEXT", true },
		{ "verb", "VERB", true }, { "object", "PATTERN", true },
		{ "since", "TIME", true }, { "until", "TIME", true } },
	    "show who changed what, and when" },

	{ { "backup", NULL }, VERB_DAEMON, verb_backup,
	    { { NULL, "FILE", false }, { "passphrase", "FILE|-", true },
		{ "key", "FILE", true }, { "config", "FILE", true },
		{ "keys", "FOLDER", true } },
	    "write the whole policy store to an encrypted file" },

	{ { "compartment", "add" }, VERB_WRITE, verb_compartment_add,
	    { { NULL, "NAME", false }, { "parent", "NAME", true } },
	    "make a compartment" },
	{ { "compartment", "list" }, VERB_READ, verb_compartment_list,
	    { { "prefix", "TEXT", true }, { "parent", "NAME", true } },
	    "list compartments" },
	{ { "compartment", "remove" }, VERB_WRITE, verb_compartment_remove,
	    { { NULL, "NAME", false } }, "remove an empty compartment" },
	{ { "compartment", "set" }, VERB_WRITE, verb_compartment_set,
	    { { NULL, "NAME", false }, { "name", "NAME", false } },
	    "give a compartment another name" },
	{ { "compartment", "show" }, VERB_READ, verb_compartment_show,
	    { { NULL, "NAME", false } }, "show a compartment" },

	{ { "credential", "add" }, VERB_WRITE, verb_credential_add,
	    { { NULL, "USER", false }, { "expires", "WHEN", true },
		{ "networks", "LIST", true },
		{ "class", "transactional|bulk|user", true },
		{ "description", "TEXT", true } },
	    "make an SMTP login and password, shown once" },
	{ { "credential", "list" }, VERB_READ, verb_credential_list,
	    { { NULL, "USER", true },
		{ "state", "active|inactive|expired", true } },
	    "list SMTP credentials" },
	{ { "credential", "remove" }, VERB_WRITE, verb_credential_remove,
	    { { NULL, "ID", false } }, "remove an SMTP credential" },
	{ { "credential", "set" }, VERB_WRITE, verb_credential_set,
	    { { NULL, "ID", false }, { "state", "active|inactive", true },
		{ "expires", "WHEN", true }, { "networks", "LIST", true },
		{ "class", "transactional|bulk|user", true },
		{ "description", "TEXT|none", true } },
	    "change an SMTP credential, or disable it" },
	{ { "credential", "show" }, VERB_READ, verb_credential_show,
	    { { NULL, "ID", false } }, "show an SMTP credential" },

	{ { "dkim", "add" }, VERB_WRITE, verb_dkim_add,
	    { { NULL, "DOMAIN", false }, { "selector", "NAME", true },
		{ "algorithm", "rsa|ed25519", true }, { "bits", "N", true } },
	    "make a DKIM key for a domain" },
	{ { "dkim", "check" }, VERB_WRITE, verb_dkim_check,
	    { { NULL, "DOMAIN", false }, { "selector", "NAME", true } },
	    "look whether the DNS has the keys" },
	{ { "dkim", "import" }, VERB_WRITE, verb_dkim_import,
	    { { NULL, "DOMAIN", false }, { "key", "FILE", false },
		{ "selector", "NAME", true } },
	    "take over a DKIM key from a PEM file" },
	{ { "dkim", "list" }, VERB_READ, verb_dkim_list,
	    { { NULL, "DOMAIN", true },
		{ "state", "active|creating|deleting|inactive|needs_attention",
		    true },
		{ "compartment", "NAME", true } },
	    "list DKIM keys" },
	{ { "dkim", "remove" }, VERB_WRITE, verb_dkim_remove,
	    { { NULL, "DOMAIN", false }, { "selector", "NAME", false } },
	    "remove a DKIM key" },
	{ { "dkim", "rotate" }, VERB_WRITE, verb_dkim_rotate,
	    { { NULL, "DOMAIN", false }, { "algorithm", "rsa|ed25519", true },
		{ "selector", "NAME", true }, { "bits", "N", true },
		{ "key", "FILE", true } },
	    "make the next key, which takes over once the DNS has it" },
	{ { "dkim", "set" }, VERB_WRITE, verb_dkim_set,
	    { { NULL, "DOMAIN", false }, { "selector", "NAME", false },
		{ "description", "TEXT|none", false } },
	    "describe a DKIM key" },
	{ { "dkim", "show" }, VERB_READ, verb_dkim_show,
	    { { NULL, "DOMAIN", false }, { "selector", "NAME", true } },
	    "show the DNS records to publish" },
	{ { "dkim", "zone" }, VERB_READ, verb_dkim_zone,
	    { { NULL, "DOMAIN", true } },
	    "print DKIM records for a zone file" },

	{ { "domain", "add" }, VERB_WRITE, verb_domain_add,
	    { { NULL, "DOMAIN", false }, { "compartment", "NAME", false } },
	    "make an email domain" },
	{ { "domain", "check" }, VERB_READ, verb_domain_check,
	    { { NULL, "DOMAIN", false }, { "source", "ADDRESS,...", true },
		{ "return-path", "DOMAIN", true } },
	    "check what the DNS has, and how to mend it" },
	{ { "domain", "list" }, VERB_READ, verb_domain_list,
	    { { "compartment", "NAME", true },
		{ "state", "active|creating|deleting|needs_attention", true },
		{ "prefix", "TEXT", true } },
	    "list email domains" },
	{ { "domain", "remove" }, VERB_WRITE, verb_domain_remove,
	    { { NULL, "DOMAIN", false } }, "remove an email domain" },
	{ { "domain", "set" }, VERB_WRITE, verb_domain_set,
	    { { NULL, "DOMAIN", false },
		{ "description", "TEXT|none", false } },
	    "describe an email domain" },
	{ { "domain", "show" }, VERB_READ, verb_domain_show,
	    { { NULL, "DOMAIN", false } }, "show a domain and its DKIM keys" },
	{ { "domain", "verify" }, VERB_WRITE, verb_domain_verify,
	    { { NULL, "DOMAIN", false } },
	    "look in the DNS whether the domain is yours" },

	{ { "drain", NULL }, VERB_DAEMON, verb_queue_change,
	    { { NULL, "off|status", true } },
	    "accept no mail, deliver what there is, say how much is left" },

	{ { "events", NULL }, VERB_READ, verb_queue_look,
	    { { NULL, "follow", true },
		{ "event",
		    "accepted|relayed|deferred|bounced|expired|suppressed|"
		    "rejected|warned|request|complaint|notified|held|released|"
		    "removed|rerouted|admin",
		    true },
		{ "recipient", "ADDRESS", true }, { "sender", "ADDRESS", true },
		{ "user", "NAME", true }, { "compartment", "NAME", true },
		{ "id", "ID", true }, { "request", "ID", true },
		{ "since", "TIME", true } },
	    "show events of the journal" },

	{ { "group", "add" }, VERB_WRITE, verb_group_add,
	    { { NULL, "NAME", false } }, "make a group of users" },
	{ { "group", "join" }, VERB_WRITE, verb_group_join,
	    { { NULL, "NAME", false }, { "user", "USER", false } },
	    "put a user into a group" },
	{ { "group", "leave" }, VERB_WRITE, verb_group_leave,
	    { { NULL, "NAME", false }, { "user", "USER", false } },
	    "take a user out of a group" },
	{ { "group", "list" }, VERB_READ, verb_group_list,
	    { { "prefix", "TEXT", true }, { "user", "NAME", true } },
	    "list groups" },
	{ { "group", "remove" }, VERB_WRITE, verb_group_remove,
	    { { NULL, "NAME", false } }, "remove an empty group" },
	{ { "group", "set" }, VERB_WRITE, verb_group_set,
	    { { NULL, "NAME", false }, { "name", "NAME", false } },
	    "give a group another name" },
	{ { "group", "show" }, VERB_READ, verb_group_show,
	    { { NULL, "NAME", false } }, "list the users of a group" },

	{ { "limits", "list" }, VERB_READ, verb_limit_show,
	    { { NULL, "tenancy|compartment|credential|user", true },
		{ NULL, "NAME", true } },
	    "show limits and what is used of them" },
	{ { "limits", "remove" }, VERB_WRITE, verb_limit_remove,
	    { { NULL, "tenancy|compartment|credential|user", false },
		{ NULL, "NAME", true } },
	    "remove all limits of an object" },
	{ { "limits", "set" }, VERB_WRITE, verb_limit_set,
	    { { NULL, "tenancy|compartment|credential|user", false },
		{ NULL, "NAME", true }, { "minute", "N|none", true },
		{ "day", "N|none", true }, { "recipients", "N|none", true },
		{ "size", "OCTETS|none", true }, { "sessions", "N|none", true },
		{ "address-sessions", "N|none", true } },
	    "limit what is sent in a minute and a day, and each message" },
	{ { "limits", "show" }, VERB_READ, verb_limit_show,
	    { { NULL, "tenancy|compartment|credential|user", true },
		{ NULL, "NAME", true } },
	    "show limits and what is used of them" },

	{ { "log", "brief" }, VERB_DAEMON, verb_log_brief,
	    { { NULL, NULL, false } }, "log what matters" },
	{ { "log", "verbose" }, VERB_DAEMON, verb_log_verbose,
	    { { NULL, NULL, false } }, "log everything" },

	{ { "policy", "add" }, VERB_WRITE, verb_policy_add,
	    { { NULL, "SENTENCE", false } }, "let a group use senders" },
	{ { "policy", "list" }, VERB_READ, verb_policy_list,
	    { { "group", "NAME", true }, { "compartment", "NAME", true } },
	    "list policies" },
	{ { "policy", "remove" }, VERB_WRITE, verb_policy_remove,
	    { { NULL, "ID", false } }, "remove a policy" },
	{ { "policy", "set" }, VERB_WRITE, verb_policy_set,
	    { { NULL, "ID", false }, { NULL, "SENTENCE", false } },
	    "replace a policy" },
	{ { "policy", "show" }, VERB_READ, verb_policy_show,
	    { { NULL, "ID", false } }, "show a policy" },

	{ { "pool", "add" }, VERB_WRITE, verb_pool_add,
	    { { NULL, "NAME", false }, { "compartment", "NAME", false },
		{ "drain", "HOURS", true },
		{ "address", "ADDRESS ...", false } },
	    "make an IP pool" },
	{ { "pool", "list" }, VERB_READ, verb_pool_list,
	    { { "compartment", "NAME", true } }, "list IP pools" },
	{ { "pool", "remove" }, VERB_WRITE, verb_pool_remove,
	    { { NULL, "POOL", false } }, "remove an IP pool" },
	{ { "pool", "set" }, VERB_WRITE, verb_pool_set,
	    { { NULL, "POOL", false }, { "drain", "HOURS", true },
		{ "add", "ADDRESS ...", true },
		{ "remove", "ADDRESS ...", true },
		{ "description", "TEXT|none", true } },
	    "give an IP pool more addresses, or fewer; describe it" },
	{ { "pool", "show" }, VERB_READ, verb_pool_show,
	    { { NULL, "POOL", false } }, "show an IP pool and its senders" },

	{ { "queue", "bounce" }, VERB_WRITE, verb_queue_change, { FILTER },
	    "return messages to their senders" },
	{ { "queue", "count" }, VERB_READ, verb_queue_look,
	    { FILTER, { "by", "destination|sender|user|state|age", true } },
	    "count what is in the queue" },
	{ { "queue", "export" }, VERB_WRITE, verb_queue_change,
	    { { NULL, "ID", false } }, "write a message to standard output" },
	{ { "queue", "flush" }, VERB_WRITE, verb_queue_change, { FILTER },
	    "try messages now" },
	{ { "queue", "hold" }, VERB_WRITE, verb_queue_change, { FILTER },
	    "keep messages until they are released" },
	{ { "queue", "list" }, VERB_READ, verb_queue_look, { FILTER },
	    "list recipients in the queue" },
	{ { "queue", "pause" }, VERB_WRITE, verb_queue_change,
	    { { NULL, "all", true }, { "destination", "DOMAIN", true },
		{ "user", "NAME", true } },
	    "send nothing, or nothing of it, until it is resumed" },
	{ { "queue", "release" }, VERB_WRITE, verb_queue_change, { FILTER },
	    "let messages go that are held" },
	{ { "queue", "remove" }, VERB_WRITE, verb_queue_change, { FILTER },
	    "remove messages without telling anybody" },
	{ { "queue", "reroute" }, VERB_WRITE, verb_queue_change,
	    { FILTER, { "via", "HOST|default", false },
		{ "port", "NUMBER", true } },
	    "give messages to another host" },
	{ { "queue", "resume" }, VERB_WRITE, verb_queue_change,
	    { { NULL, "all", true }, { "destination", "DOMAIN", true },
		{ "user", "NAME", true } },
	    "end a pause" },
	{ { "queue", "show" }, VERB_READ, verb_queue_look,
	    { { NULL, "ID", false } }, "show a message in the queue" },
	{ { "queue", "summary" }, VERB_READ, verb_queue_look,
	    { { NULL, NULL, false } },
	    "show the destinations of what is in the queue" },
	{ { "queue", "verify" }, VERB_READ, verb_queue_look,
	    { { NULL, NULL, false } }, "read and check the whole spool" },

	{ { "reload", NULL }, VERB_DAEMON, verb_reload,
	    { { NULL, NULL, false } }, "read the configuration again" },

	{ { "restore", NULL }, VERB_DAEMON, verb_restore,
	    { { NULL, "FILE", false }, { NULL, "replace", true },
		{ "passphrase", "FILE|-", true }, { "key", "FILE", true },
		{ "extract", "FOLDER", true } },
	    "make a backup the policy store" },

	{ { "returnpath", "add" }, VERB_WRITE, verb_returnpath_add,
	    { { NULL, "DOMAIN", false }, { "name", "NAME", true } },
	    "make the return path of a domain" },
	{ { "returnpath", "list" }, VERB_READ, verb_returnpath_list,
	    { { "compartment", "NAME", true },
		{ "state", "active|creating|failed|needs_attention", true } },
	    "list return paths" },
	{ { "returnpath", "remove" }, VERB_WRITE, verb_returnpath_remove,
	    { { NULL, "DOMAIN", false } }, "remove a return path" },
	{ { "returnpath", "set" }, VERB_WRITE, verb_returnpath_set,
	    { { NULL, "DOMAIN", false },
		{ "description", "TEXT|none", false } },
	    "describe a return path" },
	{ { "returnpath", "show" }, VERB_READ, verb_returnpath_show,
	    { { NULL, "DOMAIN", false } },
	    "show a return path, and what it lacks" },

	{ { "sender", "add" }, VERB_WRITE, verb_sender_add,
	    { { NULL, "ADDRESS", false }, { "compartment", "NAME", false } },
	    "approve an address, or @DOMAIN" },
	{ { "sender", "list" }, VERB_READ, verb_sender_list,
	    { { "compartment", "NAME", true },
		{ "state", "active|inactive", true },
		{ "domain", "DOMAIN", true }, { "prefix", "TEXT", true } },
	    "list approved senders" },
	{ { "sender", "remove" }, VERB_WRITE, verb_sender_remove,
	    { { NULL, "ADDRESS", false } }, "remove an approved sender" },
	{ { "sender", "set" }, VERB_WRITE, verb_sender_set,
	    { { NULL, "ADDRESS", false }, { "state", "active|inactive", true },
		{ "compartment", "NAME", true },
		{ "pool", "POOL|none", true } },
	    "let a sender be used, or not; move it; give it an IP pool" },
	{ { "sender", "show" }, VERB_READ, verb_sender_show,
	    { { NULL, "ADDRESS", false } }, "show an approved sender" },

	{ { "show", "commands" }, VERB_READ, verb_show_commands,
	    { { NULL, NULL, false } },
	    "list what the running edd understands" },
	{ { "show", "counters" }, VERB_READ, verb_show_counters,
	    { { NULL, NULL, false } }, "show all that processes count" },
	{ { "show", "queue" }, VERB_READ, verb_show_queue,
	    { { NULL, NULL, false } }, "list messages in the queue" },
	{ { "show", "status" }, VERB_READ, verb_status,
	    { { NULL, NULL, false } }, "show how edd is" },

	{ { "status", NULL }, VERB_READ, verb_status, { { NULL, NULL, false } },
	    "show how edd is" },

	{ { "stop", NULL }, VERB_DAEMON, verb_stop, { { NULL, NULL, false } },
	    "stop edd" },

	{ { "store", "rekey" }, VERB_DAEMON, verb_store_rekey,
	    { { NULL, NULL, false } },
	    "change the keys that encrypt the policy store" },
	{ { "store", "verify" }, VERB_DAEMON, verb_store_verify,
	    { { NULL, NULL, false } },
	    "read and check all files of the policy store" },

	{ { "suppression", "add" }, VERB_WRITE, verb_suppression_add,
	    { { NULL, "ADDRESS", false }, { "compartment", "NAME", false },
		{ "reason", "REASON", true }, { "expires", "WHEN", true },
		{ "note", "TEXT", true } },
	    "never send to an address" },
	{ { "suppression", "check" }, VERB_READ, verb_suppression_check,
	    { { NULL, "ADDRESS", false } },
	    "show where an address is suppressed" },
	{ { "suppression", "count" }, VERB_READ, verb_suppression_count,
	    { { "compartment", "NAME", true }, SUPPRESSED },
	    "count suppressions" },
	{ { "suppression", "export" }, VERB_READ, verb_suppression_export,
	    { { NULL, "FILE", true }, { "format", "csv|json", true },
		{ "compartment", "NAME", true }, SUPPRESSED },
	    "write suppressions to a file" },
	{ { "suppression", "import" }, VERB_WRITE, verb_suppression_import,
	    { { NULL, "FILE|-", false }, { "format", "csv|json", true },
		{ "compartment", "NAME", true }, { "reason", "REASON", true } },
	    "take over suppressions from a file" },
	{ { "suppression", "list" }, VERB_READ, verb_suppression_list,
	    { { "compartment", "NAME", true }, SUPPRESSED },
	    "list suppressions" },
	{ { "suppression", "remove" }, VERB_WRITE, verb_suppression_remove,
	    { { NULL, "ADDRESS|all", true }, { "compartment", "NAME", true },
		SUPPRESSED },
	    "send to an address again, or to many" },
	{ { "suppression", "set" }, VERB_WRITE, verb_suppression_set,
	    { { NULL, "ADDRESS", false }, { "compartment", "NAME", true },
		{ "reason", "REASON", true }, { "expires", "WHEN", true },
		{ "note", "TEXT|none", true } },
	    "change a suppression" },
	{ { "suppression", "show" }, VERB_READ, verb_suppression_show,
	    { { NULL, "ADDRESS|ID", false } },
	    "show all that is known of a suppression" },

	{ { "test-send", NULL }, VERB_WRITE, verb_test_send,
	    { { "to", "RECIPIENT", false }, { "from", "SENDER", true },
		{ "user", "NAME", true }, { "wait", "TIME", true },
		{ "subject", "TEXT", true } },
	    "send a message all of the way, each step explained" },

	{ { "throttle", "clear" }, VERB_WRITE, verb_throttle_clear,
	    { { NULL, "ADDRESS|all", false } },
	    "let an address, or all, try again" },
	{ { "throttle", "list" }, VERB_READ, verb_throttle_list,
	    { { "prefix", "TEXT", true },
		{ "state", "throttled|failing", true } },
	    "list addresses that failed" },

	{ { "trace", NULL }, VERB_READ, verb_queue_look,
	    { { NULL, "ID|MESSAGE-ID|RECIPIENT", false } },
	    "show what happened to a message" },

	{ { "user", "add" }, VERB_WRITE, verb_user_add,
	    { { NULL, "NAME", false } }, "make a user" },
	{ { "user", "list" }, VERB_READ, verb_user_list,
	    { { "state", "active|inactive", true },
		{ "class", "transactional|bulk", true } },
	    "list users" },
	{ { "user", "remove" }, VERB_WRITE, verb_user_remove,
	    { { NULL, "NAME", false } }, "remove a user" },
	{ { "user", "set" }, VERB_WRITE, verb_user_set,
	    { { NULL, "NAME", false }, { "state", "active|inactive", true },
		{ "class", "transactional|bulk", true },
		{ "name", "NAME", true } },
	    "let a user send, or not; say which mail it is" },
	{ { "user", "show" }, VERB_READ, verb_user_show,
	    { { NULL, "NAME", false } }, "show a user" },

	{ { "webhook", "add" }, VERB_WRITE, verb_webhook_add,
	    { { NULL, "URL", false }, { "compartment", "NAME", true },
		{ "events", "LIST", true }, { "ca", "FILE", true } },
	    "tell a URL of events" },
	{ { "webhook", "list" }, VERB_READ, verb_webhook_list,
	    { { "compartment", "NAME", true },
		{ "state", "active|failing|inactive", true } },
	    "list webhooks" },
	{ { "webhook", "remove" }, VERB_WRITE, verb_webhook_remove,
	    { { NULL, "ID", false } }, "remove a webhook" },
	{ { "webhook", "set" }, VERB_WRITE, verb_webhook_set,
	    { { NULL, "ID", false }, { "state", "active|inactive", true },
		{ "url", "URL", true }, { "events", "LIST", true },
		{ "compartment", "NAME", true } },
	    "change a webhook, or let it rest" },
	{ { "webhook", "show" }, VERB_READ, verb_webhook_show,
	    { { NULL, "ID", false } }, "show a webhook and how far it is" },
	{ { "webhook", "test" }, VERB_READ, verb_webhook_test,
	    { { NULL, "ID", false } }, "send one event now" },

	{ { "why", NULL }, VERB_READ, verb_why,
	    { { NULL, "USER", false }, { NULL, "ADDRESS|PERMISSION", false },
		{ "compartment", "NAME", true } },
	    "explain whether a user may send as an address, or do something" },
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

/* Entry i of the table, or NULL past the last. */
const struct verb *
verb_at(size_t i)
{
	return i < VERBS ? &verbs[i] : NULL;
}

/* The verb that a command begins with, or NULL. */
const struct verb *
verb_find(const struct admin_command *c)
{
	const struct verb *v;
	size_t i;

	for (i = 0; i < VERBS; i++) {
		v = &verbs[i];
		if (c->words == 0 || strcmp(v->word[0], c->word[0]) != 0)
			continue;
		if (v->word[1] == NULL ||
		    (c->words > 1 && strcmp(v->word[1], c->word[1]) == 0))
			return v;
	}
	return NULL;
}

/* Where an argument with this keyword is, or VERB_ARGS_MAX. */
static size_t
arg_keyword(const struct verb *v, const char *word)
{
	size_t i;

	for (i = 0; i < VERB_ARGS_MAX; i++) {
		if (v->arg[i].keyword != NULL &&
		    strcmp(v->arg[i].keyword, word) == 0)
			return i;
	}
	return VERB_ARGS_MAX;
}

static int
arg_keywords(const struct verb *v, const struct admin_command *c, uint32_t w,
    const char **arg, char *why, size_t size)
{
	size_t i;

	for (; w < c->words; w += 2) {
		i = arg_keyword(v, c->word[w]);
		if (i == VERB_ARGS_MAX) {
			(void)snprintf(why, size, "unexpected \"%s\"",
			    c->word[w]);
			return -1;
		}
		if (arg[i] != NULL || w + 1 == c->words) {
			(void)snprintf(why, size, "\"%s\" %s", c->word[w],
			    arg[i] != NULL ? "is given twice" :
					     "needs a value");
			return -1;
		}
		arg[i] = c->word[w + 1];
	}
	return 0;
}

/*
 * Sort the words of a command that the verb was found for into arg, which
 * points into the command.  0, or -1 with why.
 */
int
verb_arguments(const struct verb *v, const struct admin_command *c,
    const char *arg[VERB_ARGS_MAX], char *why, size_t size)
{
	uint32_t w;
	size_t i;

	for (i = 0; i < VERB_ARGS_MAX; i++)
		arg[i] = NULL;
	w = v->word[1] == NULL ? 1 : 2;
	for (i = 0; i < VERB_ARGS_MAX && v->arg[i].label != NULL &&
	     v->arg[i].keyword == NULL && w < c->words;
	     i++) {
		/* One that may be left away is, if a keyword stands there. */
		if (!v->arg[i].optional ||
		    arg_keyword(v, c->word[w]) == VERB_ARGS_MAX)
			arg[i] = c->word[w++];
	}
	if (arg_keywords(v, c, w, arg, why, size) == -1)
		return -1;
	for (i = 0; i < VERB_ARGS_MAX && v->arg[i].label != NULL; i++) {
		if (arg[i] == NULL && !v->arg[i].optional) {
			(void)snprintf(why, size, "%s is missing",
			    v->arg[i].keyword == NULL ? v->arg[i].label :
							v->arg[i].keyword);
			return -1;
		}
	}
	return 0;
}

static void
usage_add(char *text, size_t size, const char *a, const char *b, const char *c,
    const char *d)
{
	size_t len;

	len = strlen(text);
	(void)snprintf(text + len, size - len, "%s%s%s%s", a, b, c, d);
}

/* Write how a verb is used into text, and return text. */
const char *
verb_usage(const struct verb *v, char *text, size_t size)
{
	const struct verb_arg *a;
	size_t i;

	text[0] = '\0';
	usage_add(text, size, v->word[0], v->word[1] == NULL ? "" : " ",
	    v->word[1] == NULL ? "" : v->word[1], "");
	for (i = 0; i < VERB_ARGS_MAX && v->arg[i].label != NULL; i++) {
		a = &v->arg[i];
		usage_add(text, size, a->optional ? " [" : " ",
		    a->keyword == NULL ? "" : a->keyword,
		    a->keyword == NULL ? "" : " ", a->label);
		if (a->optional)
			usage_add(text, size, "]", "", "", "");
	}
	return text;
}

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
 * The commands of edctl.  control has a table of its own, against which it
 * checks what it is sent; a test compares the two.
 */
#include "grammar.h"

#include <stdio.h>
#include <string.h>

#define MUST false
#define MAY  true

#define FILTER                                                                 \
	{ NULL, "ID|all", ARGUMENT_WORD, MAY },                                \
	    { "domain", "DOMAIN", ARGUMENT_WORD, MAY },                        \
	    { "sender", "ADDRESS", ARGUMENT_WORD, MAY },                       \
	    { "user", "NAME", ARGUMENT_WORD, MAY },                            \
	    { "older", "TIME", ARGUMENT_WORD, MAY },                           \
	{                                                                      \
		"state", "waiting|inflight|deferred|held|rerouted",            \
		    ARGUMENT_CHOICE, MAY                                       \
	}

#define PAUSED                                                                 \
	{ NULL, "all", ARGUMENT_CHOICE, MAY },                                 \
	    { "destination", "DOMAIN", ARGUMENT_WORD, MAY },                   \
	{                                                                      \
		"user", "NAME", ARGUMENT_WORD, MAY                             \
	}

#define LIMITED "tenancy|compartment|credential|user"

#define REASONS "manual|hardbounce|softbounce|complaint|unsubscribe|unknown"

#define SUPPRESSED                                                             \
	{ "prefix", "TEXT", ARGUMENT_WORD, MAY },                              \
	    { "domain", "DOMAIN", ARGUMENT_WORD, MAY },                        \
	    { "reason", REASONS, ARGUMENT_CHOICE, MAY },                       \
	    { "older", "TIME", ARGUMENT_WORD, MAY },                           \
	{                                                                      \
		"newer", "TIME", ARGUMENT_WORD, MAY                            \
	}

static const struct command commands[] = {
	{ { "apikey", "add" }, LAYOUT_RECORD,
	    { { NULL, "USER", ARGUMENT_WORD, MUST },
		{ NULL, "FILE|-", ARGUMENT_FILE, MUST },
		{ "description", "TEXT", ARGUMENT_TEXT, MAY } },
	    "let a user sign requests with an RSA key" },
	{ { "apikey", "list" }, LAYOUT_TABLE,
	    { { NULL, "USER", ARGUMENT_WORD, MAY },
		{ "state", "active|inactive", ARGUMENT_CHOICE, MAY } },
	    "list API keys" },
	{ { "apikey", "remove" }, LAYOUT_TABLE,
	    { { NULL, "USER", ARGUMENT_WORD, MUST },
		{ NULL, "FINGERPRINT", ARGUMENT_WORD, MUST } },
	    "remove an API key" },
	{ { "apikey", "set" }, LAYOUT_RECORD,
	    { { NULL, "USER", ARGUMENT_WORD, MUST },
		{ NULL, "FINGERPRINT", ARGUMENT_WORD, MUST },
		{ "state", "active|inactive", ARGUMENT_CHOICE, MAY },
		{ "description", "TEXT|none", ARGUMENT_TEXT, MAY } },
	    "change an API key, or disable it" },
	{ { "apikey", "show" }, LAYOUT_RECORD,
	    { { NULL, "USER", ARGUMENT_WORD, MUST },
		{ NULL, "FINGERPRINT", ARGUMENT_WORD, MUST } },
	    "show an API key" },
	{ { "audit", NULL }, LAYOUT_AUDIT,
	    { { NULL, "follow", ARGUMENT_CHOICE, MAY },
		{ "who", "TEXT", ARGUMENT_WORD, MAY },
		{ "verb", "VERB", ARGUMENT_VERB, MAY },
		{ "object", "PATTERN", ARGUMENT_WORD, MAY },
		{ "since", "TIME", ARGUMENT_WORD, MAY },
		{ "until", "TIME", ARGUMENT_WORD, MAY } },
	    "show who changed what, and when" },
	{ { "backup", NULL }, LAYOUT_RECORD,
	    { { NULL, "FILE", ARGUMENT_WORD, MUST },
		{ "passphrase", "FILE|-", ARGUMENT_WORD, MAY },
		{ "key", "FILE", ARGUMENT_WORD, MAY },
		{ "config", "FILE", ARGUMENT_WORD, MAY },
		{ "keys", "FOLDER", ARGUMENT_WORD, MAY } },
	    "write the whole policy store to an encrypted file" },
	{ { "compartment", "add" }, LAYOUT_RECORD,
	    { { NULL, "NAME", ARGUMENT_WORD, MUST },
		{ "parent", "NAME", ARGUMENT_WORD, MAY } },
	    "make a compartment" },
	{ { "compartment", "list" }, LAYOUT_TABLE,
	    { { "prefix", "TEXT", ARGUMENT_WORD, MAY },
		{ "parent", "NAME", ARGUMENT_WORD, MAY } },
	    "list compartments" },
	{ { "compartment", "remove" }, LAYOUT_TABLE,
	    { { NULL, "NAME", ARGUMENT_WORD, MUST } },
	    "remove an empty compartment" },
	{ { "compartment", "set" }, LAYOUT_RECORD,
	    { { NULL, "NAME", ARGUMENT_WORD, MUST },
		{ "name", "NAME", ARGUMENT_WORD, MUST } },
	    "give a compartment another name" },
	{ { "compartment", "show" }, LAYOUT_RECORD,
	    { { NULL, "NAME", ARGUMENT_WORD, MUST } }, "show a compartment" },
	{ { "credential", "add" }, LAYOUT_CREDENTIAL,
	    { { NULL, "USER", ARGUMENT_WORD, MUST },
		{ "expires", "WHEN", ARGUMENT_WORD, MAY },
		{ "networks", "LIST", ARGUMENT_WORD, MAY },
		{ "class", "transactional|bulk|user", ARGUMENT_CHOICE, MAY },
		{ "description", "TEXT", ARGUMENT_TEXT, MAY } },
	    "make an SMTP login and password, shown once" },
	{ { "credential", "list" }, LAYOUT_TABLE,
	    { { NULL, "USER", ARGUMENT_WORD, MAY },
		{ "state", "active|inactive|expired", ARGUMENT_CHOICE, MAY } },
	    "list SMTP credentials" },
	{ { "credential", "remove" }, LAYOUT_TABLE,
	    { { NULL, "ID", ARGUMENT_WORD, MUST } },
	    "remove an SMTP credential" },
	{ { "credential", "set" }, LAYOUT_RECORD,
	    { { NULL, "ID", ARGUMENT_WORD, MUST },
		{ "state", "active|inactive", ARGUMENT_CHOICE, MAY },
		{ "expires", "WHEN", ARGUMENT_WORD, MAY },
		{ "networks", "LIST", ARGUMENT_WORD, MAY },
		{ "class", "transactional|bulk|user", ARGUMENT_CHOICE, MAY },
		{ "description", "TEXT|none", ARGUMENT_TEXT, MAY } },
	    "change an SMTP credential, or disable it" },
	{ { "credential", "show" }, LAYOUT_RECORD,
	    { { NULL, "ID", ARGUMENT_WORD, MUST } },
	    "show an SMTP credential" },
	{ { "dkim", "add" }, LAYOUT_DKIM,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST },
		{ "selector", "NAME", ARGUMENT_WORD, MAY },
		{ "algorithm", "rsa|ed25519", ARGUMENT_CHOICE, MAY },
		{ "bits", "N", ARGUMENT_WORD, MAY } },
	    "make a DKIM key for a domain" },
	{ { "dkim", "check" }, LAYOUT_DKIM,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST },
		{ "selector", "NAME", ARGUMENT_WORD, MAY } },
	    "look whether the DNS has the keys" },
	{ { "dkim", "import" }, LAYOUT_DKIM,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST },
		{ "key", "FILE", ARGUMENT_FILE, MUST },
		{ "selector", "NAME", ARGUMENT_WORD, MAY } },
	    "take over a DKIM key from a PEM file" },
	{ { "dkim", "list" }, LAYOUT_TABLE,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MAY },
		{ "state", "active|creating|deleting|inactive|needs_attention",
		    ARGUMENT_CHOICE, MAY },
		{ "compartment", "NAME", ARGUMENT_WORD, MAY } },
	    "list DKIM keys" },
	{ { "dkim", "remove" }, LAYOUT_TABLE,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST },
		{ "selector", "NAME", ARGUMENT_WORD, MUST } },
	    "remove a DKIM key" },
	{ { "dkim", "rotate" }, LAYOUT_DKIM,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST },
		{ "algorithm", "rsa|ed25519", ARGUMENT_CHOICE, MAY },
		{ "selector", "NAME", ARGUMENT_WORD, MAY },
		{ "bits", "N", ARGUMENT_WORD, MAY },
		{ "key", "FILE", ARGUMENT_FILE, MAY } },
	    "make the next key, which takes over once the DNS has it" },
	{ { "dkim", "set" }, LAYOUT_RECORD,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST },
		{ "selector", "NAME", ARGUMENT_WORD, MUST },
		{ "description", "TEXT|none", ARGUMENT_TEXT, MUST } },
	    "describe a DKIM key" },
	{ { "dkim", "show" }, LAYOUT_DKIM,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST },
		{ "selector", "NAME", ARGUMENT_WORD, MAY } },
	    "show the DNS records to publish" },
	{ { "dkim", "zone" }, LAYOUT_LINES,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MAY } },
	    "print DKIM records for a zone file" },
	{ { "domain", "add" }, LAYOUT_RECORD,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST },
		{ "compartment", "NAME", ARGUMENT_WORD, MUST } },
	    "make an email domain" },
	{ { "domain", "check" }, LAYOUT_CHECK,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST },
		{ "source", "ADDRESS,...", ARGUMENT_WORD, MAY },
		{ "return-path", "DOMAIN", ARGUMENT_WORD, MAY } },
	    "check what the DNS has, and how to mend it" },
	{ { "domain", "list" }, LAYOUT_TABLE,
	    { { "compartment", "NAME", ARGUMENT_WORD, MAY },
		{ "state", "active|creating|deleting|needs_attention",
		    ARGUMENT_CHOICE, MAY },
		{ "prefix", "TEXT", ARGUMENT_WORD, MAY } },
	    "list email domains" },
	{ { "domain", "remove" }, LAYOUT_TABLE,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST } },
	    "remove an email domain" },
	{ { "domain", "set" }, LAYOUT_RECORD,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST },
		{ "description", "TEXT|none", ARGUMENT_TEXT, MUST } },
	    "describe an email domain" },
	{ { "domain", "show" }, LAYOUT_DKIM,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST } },
	    "show a domain and its DKIM keys" },
	{ { "domain", "verify" }, LAYOUT_CHECK,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST } },
	    "look in the DNS whether the domain is yours" },
	{ { "drain", NULL }, LAYOUT_RECORD,
	    { { NULL, "off|status", ARGUMENT_CHOICE, MAY } },
	    "accept no mail, deliver what there is, say how much is left" },
	{ { "events", NULL }, LAYOUT_TRACE,
	    { { NULL, "follow", ARGUMENT_CHOICE, MAY },
		{ "event",
		    "accepted|relayed|deferred|bounced|expired|suppressed|"
		    "rejected|warned|request|complaint|notified|held|released|"
		    "removed|rerouted|admin",
		    ARGUMENT_CHOICE, MAY },
		{ "recipient", "ADDRESS", ARGUMENT_WORD, MAY },
		{ "sender", "ADDRESS", ARGUMENT_WORD, MAY },
		{ "user", "NAME", ARGUMENT_WORD, MAY },
		{ "compartment", "NAME", ARGUMENT_WORD, MAY },
		{ "id", "ID", ARGUMENT_WORD, MAY },
		{ "request", "ID", ARGUMENT_WORD, MAY },
		{ "since", "TIME", ARGUMENT_WORD, MAY } },
	    "show events of the journal" },
	{ { "group", "add" }, LAYOUT_RECORD,
	    { { NULL, "NAME", ARGUMENT_WORD, MUST } },
	    "make a group of users" },
	{ { "group", "join" }, LAYOUT_TABLE,
	    { { NULL, "NAME", ARGUMENT_WORD, MUST },
		{ "user", "USER", ARGUMENT_WORD, MUST } },
	    "put a user into a group" },
	{ { "group", "leave" }, LAYOUT_TABLE,
	    { { NULL, "NAME", ARGUMENT_WORD, MUST },
		{ "user", "USER", ARGUMENT_WORD, MUST } },
	    "take a user out of a group" },
	{ { "group", "list" }, LAYOUT_TABLE,
	    { { "prefix", "TEXT", ARGUMENT_WORD, MAY },
		{ "user", "NAME", ARGUMENT_WORD, MAY } },
	    "list groups" },
	{ { "group", "remove" }, LAYOUT_TABLE,
	    { { NULL, "NAME", ARGUMENT_WORD, MUST } },
	    "remove an empty group" },
	{ { "group", "set" }, LAYOUT_RECORD,
	    { { NULL, "NAME", ARGUMENT_WORD, MUST },
		{ "name", "NAME", ARGUMENT_WORD, MUST } },
	    "give a group another name" },
	{ { "group", "show" }, LAYOUT_TABLE,
	    { { NULL, "NAME", ARGUMENT_WORD, MUST } },
	    "list the users of a group" },
	{ { "help", NULL }, LAYOUT_TABLE,
	    { { NULL, "TOPIC", ARGUMENT_TEXT, MAY } },
	    "say more of a command or another topic" },
	{ { "limits", "list" }, LAYOUT_TABLE,
	    { { NULL, LIMITED, ARGUMENT_CHOICE, MAY },
		{ NULL, "NAME", ARGUMENT_WORD, MAY } },
	    "show limits and what is used of them" },
	{ { "limits", "remove" }, LAYOUT_TABLE,
	    { { NULL, LIMITED, ARGUMENT_CHOICE, MUST },
		{ NULL, "NAME", ARGUMENT_WORD, MAY } },
	    "remove all limits of an object" },
	{ { "limits", "set" }, LAYOUT_RECORD,
	    { { NULL, LIMITED, ARGUMENT_CHOICE, MUST },
		{ NULL, "NAME", ARGUMENT_WORD, MAY },
		{ "minute", "N|none", ARGUMENT_WORD, MAY },
		{ "day", "N|none", ARGUMENT_WORD, MAY },
		{ "recipients", "N|none", ARGUMENT_WORD, MAY },
		{ "size", "OCTETS|none", ARGUMENT_WORD, MAY },
		{ "sessions", "N|none", ARGUMENT_WORD, MAY },
		{ "address-sessions", "N|none", ARGUMENT_WORD, MAY } },
	    "limit what is sent in a minute and a day, and each message" },
	{ { "limits", "show" }, LAYOUT_TABLE,
	    { { NULL, LIMITED, ARGUMENT_CHOICE, MAY },
		{ NULL, "NAME", ARGUMENT_WORD, MAY } },
	    "show limits and what is used of them" },
	{ { "log", "brief" }, LAYOUT_TABLE,
	    { { NULL, NULL, ARGUMENT_WORD, MUST } }, "log what matters" },
	{ { "log", "verbose" }, LAYOUT_TABLE,
	    { { NULL, NULL, ARGUMENT_WORD, MUST } }, "log everything" },
	{ { "policy", "add" }, LAYOUT_RECORD,
	    { { NULL, "SENTENCE", ARGUMENT_TEXT, MUST } },
	    "let a group use senders" },
	{ { "policy", "list" }, LAYOUT_TABLE,
	    { { "group", "NAME", ARGUMENT_WORD, MAY },
		{ "compartment", "NAME", ARGUMENT_WORD, MAY } },
	    "list policies" },
	{ { "policy", "remove" }, LAYOUT_TABLE,
	    { { NULL, "ID", ARGUMENT_WORD, MUST } }, "remove a policy" },
	{ { "policy", "set" }, LAYOUT_RECORD,
	    { { NULL, "ID", ARGUMENT_WORD, MUST },
		{ NULL, "SENTENCE", ARGUMENT_TEXT, MUST } },
	    "replace a policy" },
	{ { "policy", "show" }, LAYOUT_RECORD,
	    { { NULL, "ID", ARGUMENT_WORD, MUST } }, "show a policy" },
	{ { "pool", "add" }, LAYOUT_RECORD,
	    { { NULL, "NAME", ARGUMENT_WORD, MUST },
		{ "compartment", "NAME", ARGUMENT_WORD, MUST },
		{ "drain", "HOURS", ARGUMENT_WORD, MAY },
		{ "address", "ADDRESS ...", ARGUMENT_TEXT, MUST } },
	    "make an IP pool" },
	{ { "pool", "list" }, LAYOUT_TABLE,
	    { { "compartment", "NAME", ARGUMENT_WORD, MAY } },
	    "list IP pools" },
	{ { "pool", "remove" }, LAYOUT_TABLE,
	    { { NULL, "POOL", ARGUMENT_WORD, MUST } }, "remove an IP pool" },
	{ { "pool", "set" }, LAYOUT_RECORD,
	    { { NULL, "POOL", ARGUMENT_WORD, MUST },
		{ "drain", "HOURS", ARGUMENT_WORD, MAY },
		{ "add", "ADDRESS ...", ARGUMENT_TEXT, MAY },
		{ "remove", "ADDRESS ...", ARGUMENT_TEXT, MAY },
		{ "description", "TEXT|none", ARGUMENT_TEXT, MAY } },
	    "give an IP pool more addresses, or fewer; describe it" },
	{ { "pool", "show" }, LAYOUT_RECORD,
	    { { NULL, "POOL", ARGUMENT_WORD, MUST } },
	    "show an IP pool and its senders" },
	{ { "queue", "bounce" }, LAYOUT_RECORD, { FILTER },
	    "return messages to their senders" },
	{ { "queue", "count" }, LAYOUT_TABLE,
	    { FILTER,
		{ "by", "destination|sender|user|state|age", ARGUMENT_CHOICE,
		    MAY } },
	    "count what is in the queue" },
	{ { "queue", "export" }, LAYOUT_OCTETS,
	    { { NULL, "ID", ARGUMENT_WORD, MUST } },
	    "write a message to standard output" },
	{ { "queue", "flush" }, LAYOUT_RECORD, { FILTER }, "try messages now" },
	{ { "queue", "hold" }, LAYOUT_RECORD, { FILTER },
	    "keep messages until they are released" },
	{ { "queue", "list" }, LAYOUT_TABLE, { FILTER },
	    "list recipients in the queue" },
	{ { "queue", "pause" }, LAYOUT_TABLE, { PAUSED },
	    "send nothing, or nothing of it, until it is resumed" },
	{ { "queue", "release" }, LAYOUT_RECORD, { FILTER },
	    "let messages go that are held" },
	{ { "queue", "remove" }, LAYOUT_RECORD, { FILTER },
	    "remove messages without telling anybody" },
	{ { "queue", "reroute" }, LAYOUT_RECORD,
	    { FILTER, { "via", "HOST|default", ARGUMENT_WORD, MUST },
		{ "port", "NUMBER", ARGUMENT_WORD, MAY } },
	    "give messages to another host" },
	{ { "queue", "resume" }, LAYOUT_TABLE, { PAUSED }, "end a pause" },
	{ { "queue", "show" }, LAYOUT_RECORD,
	    { { NULL, "ID", ARGUMENT_WORD, MUST } },
	    "show a message in the queue" },
	{ { "queue", "summary" }, LAYOUT_TABLE,
	    { { NULL, NULL, ARGUMENT_WORD, MUST } },
	    "show the destinations of what is in the queue" },
	{ { "queue", "verify" }, LAYOUT_TABLE,
	    { { NULL, NULL, ARGUMENT_WORD, MUST } },
	    "read and check the whole spool" },
	{ { "reload", NULL }, LAYOUT_TABLE,
	    { { NULL, NULL, ARGUMENT_WORD, MUST } },
	    "read the configuration again" },
	{ { "restore", NULL }, LAYOUT_RECORD,
	    { { NULL, "FILE", ARGUMENT_WORD, MUST },
		{ NULL, "replace", ARGUMENT_CHOICE, MAY },
		{ "passphrase", "FILE|-", ARGUMENT_WORD, MAY },
		{ "key", "FILE", ARGUMENT_WORD, MAY },
		{ "extract", "FOLDER", ARGUMENT_WORD, MAY } },
	    "make a backup the policy store" },
	{ { "returnpath", "add" }, LAYOUT_RECORD,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST },
		{ "name", "NAME", ARGUMENT_WORD, MAY } },
	    "make the return path of a domain" },
	{ { "returnpath", "list" }, LAYOUT_TABLE,
	    { { "compartment", "NAME", ARGUMENT_WORD, MAY },
		{ "state", "active|creating|failed|needs_attention",
		    ARGUMENT_CHOICE, MAY } },
	    "list return paths" },
	{ { "returnpath", "remove" }, LAYOUT_TABLE,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST } },
	    "remove a return path" },
	{ { "returnpath", "set" }, LAYOUT_RECORD,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST },
		{ "description", "TEXT|none", ARGUMENT_TEXT, MUST } },
	    "describe a return path" },
	{ { "returnpath", "show" }, LAYOUT_RECORD,
	    { { NULL, "DOMAIN", ARGUMENT_WORD, MUST } },
	    "show a return path, and what it lacks" },
	{ { "sender", "add" }, LAYOUT_RECORD,
	    { { NULL, "ADDRESS", ARGUMENT_WORD, MUST },
		{ "compartment", "NAME", ARGUMENT_WORD, MUST } },
	    "approve an address, or @DOMAIN" },
	{ { "sender", "list" }, LAYOUT_TABLE,
	    { { "compartment", "NAME", ARGUMENT_WORD, MAY },
		{ "state", "active|inactive", ARGUMENT_CHOICE, MAY },
		{ "domain", "DOMAIN", ARGUMENT_WORD, MAY },
		{ "prefix", "TEXT", ARGUMENT_WORD, MAY } },
	    "list approved senders" },
	{ { "sender", "remove" }, LAYOUT_TABLE,
	    { { NULL, "ADDRESS", ARGUMENT_WORD, MUST } },
	    "remove an approved sender" },
	{ { "sender", "set" }, LAYOUT_RECORD,
	    { { NULL, "ADDRESS", ARGUMENT_WORD, MUST },
		{ "state", "active|inactive", ARGUMENT_CHOICE, MAY },
		{ "compartment", "NAME", ARGUMENT_WORD, MAY },
		{ "pool", "POOL|none", ARGUMENT_WORD, MAY } },
	    "let a sender be used, or not; move it; give it an IP pool" },
	{ { "sender", "show" }, LAYOUT_RECORD,
	    { { NULL, "ADDRESS", ARGUMENT_WORD, MUST } },
	    "show an approved sender" },
	{ { "setup", NULL }, LAYOUT_CHECK,
	    { { "hostname", "NAME", ARGUMENT_WORD, MAY },
		{ "tls", "FILE|self-signed", ARGUMENT_WORD, MAY },
		{ "key", "FILE", ARGUMENT_WORD, MAY },
		{ "domain", "DOMAIN", ARGUMENT_WORD, MAY },
		{ "compartment", "NAME", ARGUMENT_WORD, MAY },
		{ "sender", "ADDRESS", ARGUMENT_WORD, MAY },
		{ "user", "NAME", ARGUMENT_WORD, MAY },
		{ "test-to", "RECIPIENT", ARGUMENT_WORD, MAY },
		{ "dns", "check|skip", ARGUMENT_CHOICE, MAY },
		{ "conf", "FILE", ARGUMENT_WORD, MAY } },
	    "walk from nothing to the first message" },
	{ { "show", "commands" }, LAYOUT_TABLE,
	    { { NULL, NULL, ARGUMENT_WORD, MUST } },
	    "list what the running edd understands" },
	{ { "show", "counters" }, LAYOUT_TABLE,
	    { { NULL, NULL, ARGUMENT_WORD, MUST } },
	    "show all that processes count" },
	{ { "show", "queue" }, LAYOUT_TABLE,
	    { { NULL, NULL, ARGUMENT_WORD, MUST } },
	    "list messages in the queue" },
	{ { "show", "status" }, LAYOUT_STATUS,
	    { { NULL, NULL, ARGUMENT_WORD, MUST } }, "show how edd is" },
	{ { "smtp-test", NULL }, LAYOUT_CHECK,
	    { { NULL, "HOST|DOMAIN", ARGUMENT_WORD, MUST },
		{ "port", "N", ARGUMENT_WORD, MAY },
		{ "tls", "starttls|tls|none", ARGUMENT_CHOICE, MAY } },
	    "test a mail server, each step explained" },
	{ { "status", NULL }, LAYOUT_STATUS,
	    { { NULL, NULL, ARGUMENT_WORD, MUST } }, "show how edd is" },
	{ { "stop", NULL }, LAYOUT_TABLE,
	    { { NULL, NULL, ARGUMENT_WORD, MUST } }, "stop edd" },
	{ { "store", "rekey" }, LAYOUT_TABLE,
	    { { NULL, NULL, ARGUMENT_WORD, MUST } },
	    "change the keys that encrypt the policy store" },
	{ { "store", "verify" }, LAYOUT_TABLE,
	    { { NULL, NULL, ARGUMENT_WORD, MUST } },
	    "read and check all files of the policy store" },
	{ { "suppression", "add" }, LAYOUT_RECORD,
	    { { NULL, "ADDRESS", ARGUMENT_WORD, MUST },
		{ "compartment", "NAME", ARGUMENT_WORD, MUST },
		{ "reason", REASONS, ARGUMENT_CHOICE, MAY },
		{ "expires", "WHEN", ARGUMENT_WORD, MAY },
		{ "note", "TEXT", ARGUMENT_TEXT, MAY } },
	    "never send to an address" },
	{ { "suppression", "check" }, LAYOUT_RECORD,
	    { { NULL, "ADDRESS", ARGUMENT_WORD, MUST } },
	    "show where an address is suppressed" },
	{ { "suppression", "count" }, LAYOUT_RECORD,
	    { { "compartment", "NAME", ARGUMENT_WORD, MAY }, SUPPRESSED },
	    "count suppressions" },
	{ { "suppression", "export" }, LAYOUT_TABLE,
	    { { NULL, "FILE", ARGUMENT_WORD, MAY },
		{ "format", "csv|json", ARGUMENT_CHOICE, MAY },
		{ "compartment", "NAME", ARGUMENT_WORD, MAY }, SUPPRESSED },
	    "write suppressions to a file" },
	{ { "suppression", "import" }, LAYOUT_RECORD,
	    { { NULL, "FILE|-", ARGUMENT_WORD, MUST },
		{ "format", "csv|json", ARGUMENT_CHOICE, MAY },
		{ "compartment", "NAME", ARGUMENT_WORD, MAY },
		{ "reason", REASONS, ARGUMENT_CHOICE, MAY } },
	    "take over suppressions from a file" },
	{ { "suppression", "list" }, LAYOUT_TABLE,
	    { { "compartment", "NAME", ARGUMENT_WORD, MAY }, SUPPRESSED },
	    "list suppressions" },
	{ { "suppression", "remove" }, LAYOUT_RECORD,
	    { { NULL, "ADDRESS|all", ARGUMENT_WORD, MAY },
		{ "compartment", "NAME", ARGUMENT_WORD, MAY }, SUPPRESSED },
	    "send to an address again, or to many" },
	{ { "suppression", "set" }, LAYOUT_RECORD,
	    { { NULL, "ADDRESS", ARGUMENT_WORD, MUST },
		{ "compartment", "NAME", ARGUMENT_WORD, MAY },
		{ "reason", REASONS, ARGUMENT_CHOICE, MAY },
		{ "expires", "WHEN", ARGUMENT_WORD, MAY },
		{ "note", "TEXT|none", ARGUMENT_TEXT, MAY } },
	    "change a suppression" },
	{ { "suppression", "show" }, LAYOUT_RECORD,
	    { { NULL, "ADDRESS|ID", ARGUMENT_WORD, MUST } },
	    "show all that is known of a suppression" },
	{ { "test-send", NULL }, LAYOUT_CHECK,
	    { { "to", "RECIPIENT", ARGUMENT_WORD, MUST },
		{ "from", "SENDER", ARGUMENT_WORD, MAY },
		{ "user", "NAME", ARGUMENT_WORD, MAY },
		{ "wait", "TIME", ARGUMENT_WORD, MAY },
		{ "subject", "TEXT", ARGUMENT_TEXT, MAY } },
	    "send a message all of the way, each step explained" },
	{ { "throttle", "clear" }, LAYOUT_TABLE,
	    { { NULL, "ADDRESS|all", ARGUMENT_WORD, MUST } },
	    "let an address, or all, try again" },
	{ { "throttle", "list" }, LAYOUT_TABLE,
	    { { "prefix", "TEXT", ARGUMENT_WORD, MAY },
		{ "state", "throttled|failing", ARGUMENT_CHOICE, MAY } },
	    "list addresses that failed" },
	{ { "top", NULL }, LAYOUT_STATUS,
	    { { NULL, NULL, ARGUMENT_WORD, MUST } },
	    "show how edd is, every two seconds" },
	{ { "trace", NULL }, LAYOUT_TRACE,
	    { { NULL, "ID|MESSAGE-ID|RECIPIENT", ARGUMENT_WORD, MUST } },
	    "show what happened to a message" },
	{ { "user", "add" }, LAYOUT_RECORD,
	    { { NULL, "NAME", ARGUMENT_WORD, MUST } }, "make a user" },
	{ { "user", "list" }, LAYOUT_TABLE,
	    { { "state", "active|inactive", ARGUMENT_CHOICE, MAY },
		{ "class", "transactional|bulk", ARGUMENT_CHOICE, MAY } },
	    "list users" },
	{ { "user", "remove" }, LAYOUT_TABLE,
	    { { NULL, "NAME", ARGUMENT_WORD, MUST } }, "remove a user" },
	{ { "user", "set" }, LAYOUT_RECORD,
	    { { NULL, "NAME", ARGUMENT_WORD, MUST },
		{ "state", "active|inactive", ARGUMENT_CHOICE, MAY },
		{ "class", "transactional|bulk", ARGUMENT_CHOICE, MAY },
		{ "name", "NAME", ARGUMENT_WORD, MAY } },
	    "let a user send, or not; say which mail it is" },
	{ { "user", "show" }, LAYOUT_RECORD,
	    { { NULL, "NAME", ARGUMENT_WORD, MUST } }, "show a user" },
	{ { "webhook", "add" }, LAYOUT_CREDENTIAL,
	    { { NULL, "URL", ARGUMENT_WORD, MUST },
		{ "compartment", "NAME", ARGUMENT_WORD, MAY },
		{ "events", "LIST", ARGUMENT_WORD, MAY },
		{ "ca", "FILE", ARGUMENT_FILE, MAY } },
	    "tell a URL of events" },
	{ { "webhook", "list" }, LAYOUT_TABLE,
	    { { "compartment", "NAME", ARGUMENT_WORD, MAY },
		{ "state", "active|failing|inactive", ARGUMENT_CHOICE, MAY } },
	    "list webhooks" },
	{ { "webhook", "remove" }, LAYOUT_TABLE,
	    { { NULL, "ID", ARGUMENT_WORD, MUST } }, "remove a webhook" },
	{ { "webhook", "set" }, LAYOUT_RECORD,
	    { { NULL, "ID", ARGUMENT_WORD, MUST },
		{ "state", "active|inactive", ARGUMENT_CHOICE, MAY },
		{ "url", "URL", ARGUMENT_WORD, MAY },
		{ "events", "LIST", ARGUMENT_WORD, MAY },
		{ "compartment", "NAME", ARGUMENT_WORD, MAY } },
	    "change a webhook, or let it rest" },
	{ { "webhook", "show" }, LAYOUT_RECORD,
	    { { NULL, "ID", ARGUMENT_WORD, MUST } },
	    "show a webhook and how far it is" },
	{ { "webhook", "test" }, LAYOUT_RECORD,
	    { { NULL, "ID", ARGUMENT_WORD, MUST } }, "send one event now" },
	{ { "why", NULL }, LAYOUT_TABLE,
	    { { NULL, "USER", ARGUMENT_WORD, MUST },
		{ NULL, "ADDRESS|PERMISSION", ARGUMENT_WORD, MUST },
		{ "compartment", "NAME", ARGUMENT_WORD, MAY } },
	    "explain whether a user may send as an address, or do something" },
};

/* Entry i of the table, or NULL past the last. */
const struct command *
grammar_at(size_t i)
{
	return i < sizeof(commands) / sizeof(commands[0]) ? &commands[i] : NULL;
}

/* Column that an argument's value is found in, in a list of its objects. */
static bool
column(const struct argument *a, char *name, size_t size)
{
	size_t i, len;

	if (a->keyword != NULL && a->optional)
		return false;
	if (a->keyword != NULL)
		return snprintf(name, size, "%s", a->keyword) < (int)size;
	len = strcspn(a->label, "|");
	if (len >= size)
		return false;
	for (i = 0; i < len; i++)
		name[i] = a->label[i] >= 'A' && a->label[i] <= 'Z' ?
		    (char)(a->label[i] + 32) :
		    a->label[i];
	name[len] = '\0';
	return true;
}

/*
 * The columns of a list of objects which their commands have to be given, one
 * at each call; some come again.  *at is 0 at first.  false: no more.
 */
bool
grammar_need(const char *object, size_t *at, char *name, size_t size)
{
	const struct command *c;
	const struct argument *a;

	while ((c = grammar_at(*at / COMMAND_ARGS_MAX)) != NULL) {
		a = &c->arg[(*at)++ % COMMAND_ARGS_MAX];
		if (strcmp(c->word[0], object) == 0 && c->word[1] != NULL &&
		    a->label != NULL && column(a, name, size))
			return true;
	}
	return false;
}

/* Write how a command is used into text, and return text. */
const char *
grammar_usage(const struct command *c, char *text, size_t size)
{
	const struct argument *a;
	size_t i, len;

	(void)snprintf(text, size, "%s%s%s", c->word[0],
	    c->word[1] == NULL ? "" : " ",
	    c->word[1] == NULL ? "" : c->word[1]);
	for (i = 0; i < COMMAND_ARGS_MAX && c->arg[i].label != NULL; i++) {
		a = &c->arg[i];
		len = strlen(text);
		(void)snprintf(text + len, size - len, " %s%s%s%s%s",
		    a->optional ? "[" : "",
		    a->keyword == NULL ? "" : a->keyword,
		    a->keyword == NULL ? "" : " ", a->label,
		    a->optional ? "]" : "");
	}
	return text;
}

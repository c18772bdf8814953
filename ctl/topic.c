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
 * Topics of help: text only.  What edctl(8) says in full is said here in
 * short, with what to do first.
 */
#include "topic.h"

static const struct topic topics[] = {
	{ "api-keys", "apikey", "RSA keys for the HTTPS API",
	    "A program that sends by HTTPS signs its requests with an RSA key; "
	    "edd has the\npublic half of it, known by its fingerprint.\n" },
	{ "audit", "audit", "who changed what",
	    "Every change of senders, keys, users and the like, with who, when, "
	    "old and new;\nnever with a secret.\n" },
	{ "compartments", "compartment", "what holds senders and domains",
	    "A compartment holds approved senders, email domains and "
	    "suppressions.  They\nnest: policies, limits and suppressions of "
	    "one hold for all below it, and\nthose of \"root\" for "
	    "everything.\n" },
	{ "credentials", "credential", "SMTP logins and passwords",
	    "Of a user, two at a time, so that one can be replaced while the "
	    "other is in\nuse: add the second, give it to the application, "
	    "remove the first.  The\npassword is shown once.  \"credential "
	    "set ID state inactive\" disables one.\n" },
	{ "dkim", "dkim", "keys that sign, and their DNS records",
	    "A domain's mail is signed with its DKIM keys, so that receivers "
	    "can tell it\nfrom forgeries.  The public half is a TXT record "
	    "that you publish:\n\n"
	    "  edctl dkim add example.org      makes a key, shows the record\n"
	    "  edctl dkim check example.org    looks whether the DNS has it\n"
	    "  edctl dkim rotate example.org   makes the next one; it takes "
	    "over\n                                  once the DNS has it\n\n"
	    "CREATING: the record has not been seen yet.  ACTIVE: it has.\n"
	    "NEEDS_ATTENTION: it has gone, or something else stands there; "
	    "\"domain check\"\nnames the mistake.  INACTIVE: another key has "
	    "taken over.\n" },
	{ "domains", "domain", "the domains of senders, and their DNS",
	    "\"domain check\" looks everything up that decides whether "
	    "receivers take the\nmail, SPF, DKIM, DMARC, MX, names of the "
	    "sources, and says how to mend it.\n\"returnpath add\" makes a "
	    "subdomain that bounces of its mail go to.\n" },
	{ "events", "events", "the journal",
	    "Everything that happens to a message is an event in the journal: "
	    "accepted,\nrelayed, deferred, bounced, expired, suppressed, "
	    "rejected.\n\n"
	    "  edctl trace ADDRESS    what became of mail to somebody\n"
	    "  edctl events -f        as it happens\n" },
	{ "first-steps", NULL, "from nothing to the first message",
	    "\"edctl setup\" walks through all of it and can be run again at "
	    "any time.  By\nhand:\n\n"
	    "  edctl compartment add prod\n"
	    "  edctl domain add example.org compartment prod\n"
	    "  edctl dkim add example.org       publish what it shows\n"
	    "  edctl domain check example.org   what else the DNS lacks\n"
	    "  edctl sender add news@example.org compartment prod\n"
	    "  edctl user add app\n"
	    "  edctl credential add app         what the application logs in "
	    "with\n"
	    "  edctl test-send from news@example.org to you@example.net\n" },
	{ "groups", "group", "users that policies speak of",
	    "A policy opens a compartment to a group: make the group, let "
	    "users join it,\nadd the policy.\n" },
	{ "limits", "limits", "how much may be sent",
	    "Recipients in a minute and in a day, and sessions at once, of a "
	    "compartment,\na user or a credential.  All that hold must be "
	    "kept; a client over one is told\n455 with the limit in it.  "
	    "\"limits show\" has what is used.\n" },
	{ "mistakes", NULL, "what edctl does about them",
	    "Words may be abbreviated as long as they are unambiguous.  What "
	    "cannot be is\nrefused with the nearest right command, and "
	    "nothing is changed.  Exit status:\n0 done, 1 refused or failed, "
	    "2 edd is not there, may not be asked, or is silent,\n3 the "
	    "queue or the journal has nothing of what was named, 4 something "
	    "on the\ndisk is damaged, 5 everything in the queue was meant, "
	    "without the word \"all\".\n" },
	{ "policies", "policy", "who may use which senders",
	    "Without a policy every user may use every sender.  The first "
	    "one closes what\nno policy opens:\n\n"
	    "  edctl group add mailers\n"
	    "  edctl group join mailers user app\n"
	    "  edctl policy add allow group mailers to use email-family in "
	    "compartment prod\n"
	    "  edctl why app news@example.org    explains it step by step\n" },
	{ "queue", "queue", "messages that wait",
	    "\"queue summary\" shows each destination with its last error.  "
	    "What changes\nsomething takes a filter, or \"all\".  A held "
	    "message stays until it is\nreleased; \"queue pause\" stops what "
	    "goes to one destination or comes from one\nuser.\n" },
	{ "senders", "sender", "addresses that mail may come from",
	    "The envelope sender and every address in From must be approved: "
	    "one address,\nor @example.org for all of a domain.\n" },
	{ "suppressions", "suppression", "recipients that are never sent to",
	    "A recipient that its own server refuses as unknown becomes one "
	    "by itself; so\ndo complaints.  The client is told that mail to "
	    "it was accepted, and nothing is\nsent.\n\n"
	    "  edctl suppression check ADDRESS     is it, where and why\n"
	    "  edctl suppression remove ADDRESS    send to it again\n" },
	{ "test", "test-send", "a message all of the way",
	    "A login is lent for one session; the message goes through "
	    "submission, policy,\nDKIM and queue, and its trace is followed.  "
	    "\"smtp-test\" looks at a server\nwithout sending anything.\n" },
	{ "throttle", "throttle", "clients that fail",
	    "An address that sends wrong passwords too often is turned away "
	    "for a while.\n" },
	{ "troubles", NULL, "what to look at when mail does not arrive",
	    "  edctl status                    what is wrong with edd\n"
	    "  edctl trace ADDRESS             what became of the mail\n"
	    "  edctl queue summary             which destinations are down, "
	    "and why\n"
	    "  edctl domain check DOMAIN       what receivers see in the DNS\n"
	    "  edctl why USER ADDRESS          why a sender is refused\n"
	    "  edctl suppression check ADDRESS whether it is never sent to\n"
	    "  edctl smtp-test DOMAIN          the recipient's server, step "
	    "by step\n"
	    "  edctl test-send to ADDRESS      all of the way\n" },
	{ "users", "user", "who sends: applications and people",
	    "A user has credentials, groups, limits, and a class: bulk mail "
	    "gives way to\ntransactional mail.\n" },
	{ "webhooks", "webhook", "events sent to a program",
	    "What happens to messages can be sent to an HTTPS address as it "
	    "happens.\n" },
	{ "why", "why", "whether a user may, step by step",
	    "Of an address: whether a user may send as it.  Of a permission "
	    "and a compartment:\nwhether policies let the user do it there by "
	    "the management API:\n\n"
	    "  APPROVED_SENDER_      INSPECT READ USE UPDATE CREATE DELETE MOVE\n"
	    "  EMAIL_DOMAIN_         INSPECT READ UPDATE CREATE DELETE MOVE\n"
	    "  DKIM_                 INSPECT READ UPDATE CREATE DELETE\n"
	    "  SUPPRESSION_          INSPECT READ CREATE DELETE\n"
	    "  EMAIL_RETURN_PATH_    INSPECT READ UPDATE CREATE DELETE\n"
	    "  EMAIL_IP_POOL_        INSPECT READ USE UPDATE CREATE DELETE MOVE\n"
	    "  EMAIL_WORK_REQUEST_   INSPECT READ\n"
	    "  EMAIL_CONFIGURATION_  READ\n\n"
	    "  edctl why app news@example.org\n"
	    "  edctl why app DKIM_CREATE compartment prod\n\n"
	    "\"mend\" is the command that changes the \"no\" above it.\n" },
};

/* Entry i of the table, or NULL past the last. */
const struct topic *
topic_at(size_t i)
{
	return i < sizeof(topics) / sizeof(topics[0]) ? &topics[i] : NULL;
}

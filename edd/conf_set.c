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
 * Statements that set one value.  Checks what it sets, not how it fits the
 * rest.
 */
#include "conf_set.h"

#include <sys/un.h>

#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "compat.h"
#include "conf.h"
#include "conf_fail.h"
#include "value.h"

/* A statement that stands for a number, where it goes and its bounds. */
struct number {
	enum conf_setting setting;
	size_t offset;
	uint32_t min;
	uint32_t max;
};

#define AT(FIELD) offsetof(struct conf, FIELD)

static const struct number numbers[] = {
	{ SET_WORKERS_SMTPD, AT(workers[PROC_SMTPD]), 1, WORKERS_MAX },
	{ SET_WORKERS_HTTPD, AT(workers[PROC_HTTPD]), 1, WORKERS_MAX },
	{ SET_WORKERS_DELIVER, AT(workers[PROC_DELIVER]), 1, WORKERS_MAX },
	{ SET_WORKERS_SIGNER, AT(workers[PROC_SIGNER]), 1, WORKERS_MAX },
	{ SET_DELIVER_SESSIONS, AT(deliver.sessions_max), 1, SESSIONS_MAX },
	{ SET_DELIVER_DESTINATION, AT(deliver.sessions_destination), 1,
	    SESSIONS_MAX },
	{ SET_SMTP_RECIPIENTS, AT(smtp.rcpt_max), 1, RECIPIENTS_MAX },
	{ SET_SMTP_SESSIONS, AT(smtp.sessions_max), 1, SESSIONS_MAX },
	{ SET_SMTP_SOURCE, AT(smtp.sessions_source), 1, SESSIONS_MAX },
	{ SET_SMTP_CREDENTIALS, AT(policy.credentials_user), 1,
	    CREDENTIALS_MAX },
	{ SET_APIKEYS, AT(policy.apikeys_user), 1, CREDENTIALS_MAX },
	{ SET_SMTP_USER, AT(policy.sessions_user), 1, SESSIONS_MAX },
	{ SET_AUDIT_RECORDS, AT(site.audit_records), AUDIT_RECORDS_MIN,
	    AUDIT_RECORDS_MAX },
	{ SET_SMTP_AUTH, AT(smtp.auth_failures), 1, AUTH_FAILURES_MAX },
};

static const struct number times[] = {
	{ SET_DELIVER_CONNECT, AT(deliver.connect_timeout), 1, 3600 },
	{ SET_SMTP_IDLE, AT(smtp.idle_timeout), 1, 86400 },
	{ SET_SMTP_DATA, AT(smtp.data_timeout), 1, 86400 },
	{ SET_QUEUE_EXPIRE, AT(queue.expire), 1, EXPIRE_MAX },
	{ SET_QUEUE_DELAY, AT(queue.delay_notice), 1, EXPIRE_MAX },
	{ SET_DKIM_INTERVAL, AT(site.check_interval), 1, CHECK_INTERVAL_MAX },
	{ SET_AUDIT_KEEP, AT(site.audit_keep), 86400, JOURNAL_MAX },
	{ SET_JOURNAL_KEEP, AT(queue.journal_keep), 3600, JOURNAL_MAX },
};

static const struct number *
find(const struct number *n, size_t count, enum conf_setting s)
{
	while (count > 0 && n->setting != s) {
		n++;
		count--;
	}
	return count == 0 ? NULL : n;
}

static void
store(struct conf *c, const struct number *n, uint32_t value)
{
	memcpy((uint8_t *)c + n->offset, &value, sizeof(value));
}

/*
 * Say that a word is wrong and why; always -1, so that callers return it.
 */
int
conf_fail(struct conf *c, const char *near, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	(void)strlcpy(c->near, near, sizeof(c->near));
	return -1;
}

/* Note that a statement was given; -1 if it was before. */
int
conf_once(struct conf *c, enum conf_setting s, const char *near)
{
	if ((c->set & (1ull << s)) != 0)
		return conf_fail(c, near, "this was set before");
	c->set |= 1ull << s;
	return 0;
}

/* The name by which the daemon greets, signs Received, and makes ids. */
int
conf_set_hostname(struct conf *c, const char *name)
{
	enum address_result r;

	if (conf_once(c, SET_HOSTNAME, name) == -1)
		return -1;
	r = address_domain_valid(name, strlen(name), ADDRESS_SINGLE_LABEL,
	    c->global.hostname, sizeof(c->global.hostname));
	if (r != ADDRESS_OK)
		return conf_fail(c, name, "%s", address_strerror(r));
	return 0;
}

/* Spool, store or keys: an absolute path to a folder that is not "/". */
int
conf_set_path(struct conf *c, enum conf_setting s, const char *path)
{
	char *to;

	if (conf_once(c, s, path) == -1)
		return -1;
	if (path[0] != '/' || path[1] == '\0' || path[1] == '/')
		return conf_fail(c, path, "not the absolute path of a folder");
	if (path[strlen(path) - 1] == '/')
		return conf_fail(c, path, "a path must not end in a slash");
	to = s == SET_SPOOL ? c->spool : s == SET_STORE ? c->store : c->keys;
	if (strlcpy(to, path, CONF_PATH_SIZE) >= CONF_PATH_SIZE - 16)
		return conf_fail(c, path, "path is too long");
	return 0;
}

/* The control socket, and the group that may use it unless NULL. */
int
conf_set_socket(struct conf *c, const char *path, const char *group)
{
	const struct sockaddr_un sun;

	if (conf_once(c, SET_SOCKET, path) == -1)
		return -1;
	if (path[0] != '/')
		return conf_fail(c, path, "not an absolute path");
	if (strlen(path) >= sizeof(sun.sun_path))
		return conf_fail(c, path,
		    "path of a socket has over %zu characters",
		    sizeof(sun.sun_path) - 1);
	(void)strlcpy(c->socket, path, sizeof(c->socket));
	if (group == NULL)
		return 0;
	if (getgrnam(group) == NULL ||
	    strlcpy(c->group, group, sizeof(c->group)) >= sizeof(c->group))
		return conf_fail(c, group, "there is no such group");
	return 0;
}

/* A setting that is a plain number. */
int
conf_set_number(struct conf *c, enum conf_setting s, const char *text)
{
	const struct number *n;
	uint64_t value;

	if (conf_once(c, s, text) == -1)
		return -1;
	if (s == SET_DELIVER_PORT) {
		if (value_number(text, 1, UINT16_MAX, &value) == -1)
			return conf_fail(c, text, "not a port (1 to 65535)");
		c->deliver.port = (uint16_t)value;
		return 0;
	}
	n = find(numbers, sizeof(numbers) / sizeof(numbers[0]), s);
	if (n == NULL || value_number(text, n->min, n->max, &value) == -1)
		return conf_fail(c, text, "not a number from %u to %u",
		    n == NULL ? 0 : n->min, n == NULL ? 0 : n->max);
	store(c, n, (uint32_t)value);
	return 0;
}

/* A setting that is a length of time. */
int
conf_set_time(struct conf *c, enum conf_setting s, const char *text)
{
	char min[VALUE_TEXT_SIZE], max[VALUE_TEXT_SIZE];
	const struct number *n;
	uint32_t value;

	if (conf_once(c, s, text) == -1)
		return -1;
	n = find(times, sizeof(times) / sizeof(times[0]), s);
	if (n == NULL || value_time(text, &value) == -1)
		return conf_fail(c, text,
		    "not a time (number and s, m, h, d or w)");
	if (value < n->min || value > n->max) {
		value_print_time(n->min, min);
		value_print_time(n->max, max);
		return conf_fail(c, text, "not a time from %s to %s", min, max);
	}
	store(c, n, value);
	return 0;
}

/* A setting that is on or off; log verbose is on. */
int
conf_set_flag(struct conf *c, enum conf_setting s, bool on)
{
	const char *near;

	near = on ? "on" : "off";
	if (s == SET_LOG)
		near = on ? "verbose" : "brief";
	if (conf_once(c, s, near) == -1)
		return -1;
	if (s == SET_DOMAIN_VERIFICATION)
		c->site.verify_domains = on;
	else if (s == SET_SMTP_ENHANCED)
		c->smtp.enhanced_codes = on;
	else if (s == SET_SMTP_RECEIVED)
		c->smtp.received_client = on;
	else if (s == SET_SMTP_STRICT)
		c->smtp.strict = on;
	else if (s == SET_QUEUE_EXPORT)
		c->queue.can_export = on;
	else
		c->verbose = on;
	return 0;
}

/* Largest message, in octets; announced as SIZE. */
int
conf_set_message_size(struct conf *c, const char *text)
{
	uint64_t size;

	if (conf_once(c, SET_MESSAGE_SIZE, text) == -1)
		return -1;
	if (value_size(text, &size) == -1)
		return conf_fail(c, text, "not a size (number and K, M or G)");
	if (size < 65536 || size > MESSAGE_SIZE_MAX)
		return conf_fail(c, text, "not a size from 64K to 1G");
	c->smtp.message_size = size;
	return 0;
}

/* Octets per second below which a message is not waited for. */
int
conf_set_data_rate(struct conf *c, const char *text)
{
	uint64_t rate;

	if (conf_once(c, SET_SMTP_RATE, text) == -1)
		return -1;
	if (strcmp(text, "0") == 0)
		rate = 0;
	else if (value_size(text, &rate) == -1 || rate > DATA_RATE_MAX)
		return conf_fail(c, text,
		    "not a size from 0 to 1G (number and K, M or G)");
	c->smtp.data_rate = (uint32_t)rate;
	return 0;
}

/* Whether outgoing sessions use TLS. */
int
conf_set_deliver_tls(struct conf *c, enum deliver_tls tls)
{
	if (conf_once(c, SET_DELIVER_TLS, "tls") == -1)
		return -1;
	c->deliver.tls = tls;
	return 0;
}

/* The reply to a recipient that is suppressed: 250, 254 or 550. */
int
conf_set_suppressed(struct conf *c, const char *text)
{
	uint64_t code;

	if (conf_once(c, SET_SMTP_SUPPRESSED, text) == -1)
		return -1;
	if (value_number(text, 250, 550, &code) == -1 ||
	    (code != 250 && code != 254 && code != 550))
		return conf_fail(c, text, "not 250, 254 or 550");
	c->smtp.suppressed_reply = (uint32_t)code;
	return 0;
}

/* A length of time into out.  0, or -1 and the word is refused. */
static int
set_seconds(struct conf *c, const char *text, uint32_t *out)
{
	if (value_time(text, out) == -1)
		return conf_fail(c, text,
		    "not a time (number and s, m, h, d or w)");
	if (*out == 0 || *out > THROTTLE_TIME_MAX)
		return conf_fail(c, text, "not a time from 1s to 30d");
	return 0;
}

/* How many failures of an address in what time turn it away for how long. */
int
conf_set_throttle(struct conf *c, const char *failures, const char *window,
    const char *block)
{
	uint64_t n;

	if (conf_once(c, SET_THROTTLE, failures) == -1)
		return -1;
	if (value_number(failures, 1, THROTTLE_FAILURES_MAX, &n) == -1)
		return conf_fail(c, failures, "not a number from 1 to %u",
		    THROTTLE_FAILURES_MAX);
	c->policy.throttle_failures = (uint32_t)n;
	if (set_seconds(c, window, &c->policy.throttle_window) == -1)
		return -1;
	return set_seconds(c, block, &c->policy.throttle_block);
}

/* Nobody is turned away for failures. */
int
conf_set_throttle_off(struct conf *c)
{
	if (conf_once(c, SET_THROTTLE, "off") == -1)
		return -1;
	c->policy.throttle_failures = 0;
	return 0;
}

/* What begins the part that does not matter to who may send; NULL: nothing. */
int
conf_set_subaddressing(struct conf *c, const char *delimiter)
{
	const char *word;

	word = delimiter == NULL ? "off" : delimiter;
	if (conf_once(c, SET_SUBADDRESSING, word) == -1)
		return -1;
	c->policy.delimiter = 0;
	if (delimiter == NULL)
		return 0;
	if (strlen(delimiter) != 1 || strchr("+-=_#~!", delimiter[0]) == NULL)
		return conf_fail(c, word,
		    "a delimiter is one of + - = _ # ~ !");
	c->policy.delimiter = (uint32_t)delimiter[0];
	return 0;
}

/*
 * One interval of queue retry; the first replaces the default.  Each must be
 * as long as the one before or longer.
 */
int
conf_add_retry(struct conf *c, const char *text, bool first)
{
	struct conf_queue *q;
	uint32_t value;

	q = &c->queue;
	if (first) {
		if (conf_once(c, SET_QUEUE_RETRY, text) == -1)
			return -1;
		q->retries = 0;
		memset(q->retry, 0, sizeof(q->retry));
	}
	if (q->retries == CONF_RETRY_MAX)
		return conf_fail(c, text, "over %u intervals", CONF_RETRY_MAX);
	if (value_time(text, &value) == -1 || value == 0)
		return conf_fail(c, text,
		    "not a time (number and s, m, h, d or w)");
	if (q->retries > 0 && value < q->retry[q->retries - 1])
		return conf_fail(c, text, "shorter than the interval before");
	q->retry[q->retries++] = value;
	return 0;
}

/* No notice to the sender of a message that waits. */
int
conf_set_delay_off(struct conf *c)
{
	if (conf_once(c, SET_QUEUE_DELAY, "off") == -1)
		return -1;
	c->queue.delay_notice = 0;
	return 0;
}

/*
 * Space that accepting mail leaves free: a percentage of the file system, a
 * size, or the smaller of both.  What is NULL does not bound: 0.
 */
int
conf_set_reserve(struct conf *c, const char *percent, const char *size)
{
	struct conf_queue *q;

	q = &c->queue;
	if (conf_once(c, SET_QUEUE_RESERVE, percent != NULL ? percent : size) ==
	    -1)
		return -1;
	q->reserve_percent = 0;
	q->reserve_bytes = 0;
	if (percent != NULL &&
	    value_percent(percent, &q->reserve_percent) == -1)
		return conf_fail(c, percent, "not a percentage (0%% to 99%%)");
	if (size != NULL && value_size(size, &q->reserve_bytes) == -1)
		return conf_fail(c, size, "not a size (number and K, M or G)");
	return 0;
}

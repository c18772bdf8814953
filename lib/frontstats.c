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
 * Answers to operators: a front end knows the commands "statistics" and "times".
 * It changes nothing.
 */
#include "frontstats.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "chan.h"
#include "frontconf.h"
#include "histogram_row.h"
#include "proto_admin.h"
#include "proto_conf.h"
#include "row.h"

static const struct {
	const char *name;
	size_t offset;
} columns[] = {
	{ "sessions", offsetof(struct frontstats, sessions) },
	{ "connections", offsetof(struct frontstats, connections) },
	{ "connections refused",
	    offsetof(struct frontstats, refused_connections) },
	{ "handshakes", offsetof(struct frontstats, handshakes) },
	{ "handshakes failed",
	    offsetof(struct frontstats, handshake_failures) },
	{ "logins", offsetof(struct frontstats, logins) },
	{ "logins refused", offsetof(struct frontstats, login_failures) },
	{ "messages", offsetof(struct frontstats, messages) },
	{ "recipients", offsetof(struct frontstats, recipients) },
	{ "suppressed", offsetof(struct frontstats, suppressed) },
	{ "refused", offsetof(struct frontstats, refused) },
	{ "octets", offsetof(struct frontstats, octets) },
};

static void
frontstats_send(const struct frontstats *st, struct chan *c, uint64_t id)
{
	struct row *row;
	uint64_t value;
	size_t i;

	row = row_new();
	if (row == NULL)
		return;
	for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		memcpy(&value, (const char *)st + columns[i].offset,
		    sizeof(value));
		row_clear(row);
		row_str(row, "name", columns[i].name);
		row_num(row, "value", (int64_t)value);
		(void)admin_row_send(c, id, row);
	}
	row_free(row);
}

static const char *
tls_name(uint32_t tls)
{
	switch (tls) {
	case LISTEN_HTTPS:
		return "https";
	case LISTEN_METRICS:
		return "metrics";
	case LISTEN_TLS:
		return "tls";
	default:
		return "starttls";
	}
}

/* Where clients can connect. */
static void
listeners_send(const struct frontconf *conf, struct chan *c, uint64_t id)
{
	const struct conf_listen_entry *l;
	struct row *row;

	row = row_new();
	if (row == NULL)
		return;
	SLIST_FOREACH(l, &conf->listens, next) {
		row_clear(row);
		row_str(row, "listener", l->listen.address);
		row_num(row, "port", l->listen.port);
		row_str(row, "tls", tls_name(l->listen.tls));
		row_str(row, "auth",
		    l->listen.auth == 0	   ? "none" :
			l->listen.insecure ? "in the clear too" :
					     "yes");
		row_str(row, "proxy", l->listen.proxy ? "yes" : "no");
		(void)admin_row_send(c, id, row);
	}
	row_free(row);
}

/* Answer a command of control: rows, then the end. */
void
frontstats_admin(const struct frontstats *st, const struct frontconf *conf,
    struct chan *c, uint64_t id, const struct admin_command *cmd)
{
	struct admin_end end;

	memset(&end, 0, sizeof(end));
	end.ok = cmd->words == 1;
	if (end.ok && strcmp(cmd->word[0], "statistics") == 0) {
		frontstats_send(st, c, id);
		if (conf != NULL)
			listeners_send(conf, c, id);
		(void)admin_self_send(c, id);
	} else if (end.ok && strcmp(cmd->word[0], "times") == 0)
		histogram_send(&st->accept, "accept", c, id);
	else
		end.ok = false;
	if (!end.ok)
		(void)snprintf(end.why, sizeof(end.why), "unknown command");
	(void)admin_end_send(c, id, &end);
}

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
 * What a session does for a command after its first line: more lines, and
 * answers of peers. The answer's reply is NULL if the peer is gone.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stddef.h>

#include <stdbool.h>

#include "reply.h"

struct command;
struct session;
struct session_answer;

void cmd_auth_line(struct session *, const char *, size_t);
void cmd_auth_answer(struct session *, const struct session_answer *);
void cmd_auth_forget(struct session *);
void cmd_mail_answer(struct session *, const struct session_answer *);
bool cmd_rcpt_waits(const struct session *, const struct command *);
void cmd_rcpt_answer(struct session *, const struct session_answer *);
void cmd_bdat_opened(struct session *, enum reply);
void cmd_bdat_octets(struct session *, const char *, size_t);
void cmd_bdat_end(struct session *);
void cmd_data_opened(struct session *, const struct session_answer *);

#endif /* COMMANDS_H */

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
 * SMTP commands: the one table of them, and a parser from a line to a struct.
 * Pure but for the handlers that the table names.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "bounds.h"
#include "reply.h"
#include "sasl.h"

struct conf_smtp;
struct evbuffer;
struct session;

/* What a session has so far; a command may need it, or bar it. */
#define HAVE_EHLO 0x01u
#define HAVE_TLS  0x02u
#define HAVE_AUTH 0x04u
#define HAVE_MAIL 0x08u
#define HAVE_RCPT 0x10u
#define HAVE_BDAT 0x20u

/* What stands for HAVE_TLS on a listener that is insecure. */
#define HAVE_LOCAL 0x40u

struct command_ehlo {
	const char *name; /* inside the line */
	size_t len;
};

/* BODY= (RFC 6152 and RFC 3030). */
enum command_body {
	COMMAND_BODY_7BIT,
	COMMAND_BODY_8BIT,
	COMMAND_BODY_BINARY
};

struct command_mail {
	struct address path;
	unsigned given; /* which parameters; each may come once */
	uint64_t size;	/* 0: not given */
	enum command_body body;
	bool utf8;		/* SMTPUTF8 */
	uint32_t ret;		/* ENVELOPE_RET_FULL, _HDRS or 0 */
	char envid[ENVID_SIZE]; /* xtext as written, "": none */
};

struct command_rcpt {
	struct address path;
	unsigned given;
	uint8_t notify;		/* NOTIFY_*; 0: not given */
	char orcpt[ORCPT_SIZE]; /* addr-type;xtext as written, "": none */
};

struct command_auth {
	enum sasl_mech mech;
	const char *initial; /* inside the line; NULL: none */
	size_t len;
};

struct command_bdat {
	uint64_t size;
	bool last;
};

/* The BDAT that is being read. */
struct command_chunk {
	uint64_t size;
	uint64_t left;
	bool last;
	enum reply refusal; /* of this chunk, after its octets */
};

struct command_row;

/* A parsed line. Arguments refer to the line and hold as long as it does. */
struct command {
	const struct command_row *row; /* NULL: unknown */
	union {
		struct command_ehlo ehlo;
		struct command_mail mail;
		struct command_rcpt rcpt;
		struct command_auth auth;
		struct command_bdat bdat;
	} u;
	char bad[ADDRESS_SIZE]; /* what the reply quotes */
};

struct command_row {
	const char *verb;
	/* fills the struct from the text after the verb, or says no */
	enum reply (*parse)(const char *, size_t, struct command *);
	void (*run)(struct session *, const struct command *);
	unsigned need;	 /* HAVE_*: refused without */
	unsigned bar;	 /* HAVE_*: refused with */
	size_t line_max; /* octets of the line with CRLF */
	bool last;	 /* nothing may follow before its reply */
	bool ahead;	 /* may run while others of it wait for a peer */
	bool junk;	 /* brings no message further */
	bool octets;	 /* octets follow that are no command */
	const char *syntax;
	const char *keywords[10]; /* in the answer to EHLO */
};

enum reply command_parse(const char *, size_t, struct command *);
enum reply command_allowed(const struct command_row *, unsigned have);
void command_print_ehlo(struct evbuffer *, const char *hostname,
    const struct conf_smtp *, unsigned mechs, unsigned have);
void command_print_help(struct evbuffer *, bool enhanced);

/* Parsers and handlers, in cmd_NAME.c. */
enum reply cmd_ehlo_parse(const char *, size_t, struct command *);
enum reply cmd_mail_parse(const char *, size_t, struct command *);
enum reply cmd_rcpt_parse(const char *, size_t, struct command *);
enum reply cmd_bdat_parse(const char *, size_t, struct command *);
enum reply cmd_auth_parse(const char *, size_t, struct command *);
void cmd_ehlo_run(struct session *, const struct command *);
void cmd_helo_run(struct session *, const struct command *);
void cmd_starttls_run(struct session *, const struct command *);
void cmd_auth_run(struct session *, const struct command *);
void cmd_mail_run(struct session *, const struct command *);
void cmd_rcpt_run(struct session *, const struct command *);
void cmd_data_run(struct session *, const struct command *);
void cmd_bdat_run(struct session *, const struct command *);
void cmd_rset_run(struct session *, const struct command *);
void cmd_noop_run(struct session *, const struct command *);
void cmd_vrfy_run(struct session *, const struct command *);
void cmd_help_run(struct session *, const struct command *);
void cmd_quit_run(struct session *, const struct command *);

#endif /* COMMAND_H */

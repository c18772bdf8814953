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
 * Grammar of edd.conf.  Actions call conf_set.h; what they refuse is
 * reported with file, line and word, and parsing goes on with the next line.
 */
%{
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf_set.h"
#include "lex.h"
#include "parser.h"
#include "words.h"

struct parser {
	const struct parser_source *source;
	struct lex *lex;
	struct conf *conf;
	struct lex_token token; /* the last one */
	bool plain;		/* it is a word without quotes, no keyword */
	const char *last;	/* the word before it */
	const char *first;	/* the first of the line, if it is plain */
	unsigned words;		/* of the line */
	unsigned errors;
};

static void parser_fail(struct parser *, const char *near, const char *text);
static void parser_try(struct parser *, int);
static void parser_include(struct parser *, const char *);
static void parser_macro(struct parser *, const char *, const char *);
static void parser_pki(
    struct parser *, const char *, const char *, const char *);
static void parser_listen(struct parser *, const char *, const char *,
    enum listen_tls, unsigned, const char *, unsigned);
static void parser_number(
    struct parser *, enum conf_setting, const char *);
static void parser_time(struct parser *, enum conf_setting, const char *);
%}

%pure-parser
%parse-param { struct parser *p }
%lex-param { struct parser *p }

%union {
	const char *text;
	unsigned number;
	int flag;
}

%{
static int yylex(YYSTYPE *, struct parser *);
static void yyerror(struct parser *, const char *);
%}

%token ADDRESS ALLOW AUDIT AUTH BRIEF CERTIFICATE CLIENT CONNECT CONTROL DATA
%token DELAYNOTICE DELIVER DESTINATION ENHANCED EXPIRE EXPORT FAILURES GROUP HOSTNAME
%token HTTPD HTTPS METRICS
%token IDLE INCLUDE INSECURE JOURNAL KEEP KEY KEYS LISTEN LOG MESSAGESIZE NETWORK NONE
%token OFF ON OPPORTUNISTIC OR PER PKI PORT PROXY QUEUE RATE RECEIVED RECIPIENTS RESERVE
%token RESOLVER RETRY ROUTE SESSIONS SIGNER SMTP SMTPD SOCKET SPOOL STARTTLS
%token STORE STRICT SUPPRESSED TIMEOUT TLS VERBOSE VIA WORKERS
%token BASE CHECKINTERVAL DKIM PUBLICADDRESS
%token APIKEYS SUBADDRESSING BLOCK CREDENTIALS THROTTLE USER WINDOW
%token BASE CHECKINTERVAL DKIM DOMAIN PUBLICADDRESS VERIFICATION
%token FROM HASH LIFETIME RECORDS SOFTBOUNCES SUPPRESSION
%token BAD SOURCE
%token <text> STRING PERCENT
%type <text> httpsport metricsport
%type <number> auth mech mechs worker listenflags
%type <flag> onoff listentls

%%

grammar		: /* empty */
		| grammar '\n'
		| grammar statement '\n'
		| grammar INCLUDE STRING '\n' {
			parser_include(p, $3);
		}
		| grammar macro '\n'
		| grammar error '\n' {
			yyerrok;
		}
		;

macro		: STRING '=' STRING {
			parser_macro(p, $1, $3);
		}
		| STRING '=' PERCENT {
			parser_macro(p, $1, $3);
		}
		;

statement	: HOSTNAME STRING {
			parser_try(p, conf_set_hostname(p->conf, $2));
		}
		| SPOOL STRING {
			parser_try(p, conf_set_path(p->conf, SET_SPOOL, $2));
		}
		| STORE STRING {
			parser_try(p, conf_set_path(p->conf, SET_STORE, $2));
		}
		| APIKEYS PER USER STRING {
			parser_number(p, SET_APIKEYS, $4);
		}
		| SUBADDRESSING ON {
			parser_try(p, conf_set_subaddressing(p->conf, "+"));
		}
		| SUBADDRESSING OFF {
			parser_try(p, conf_set_subaddressing(p->conf, NULL));
		}
		| SUBADDRESSING STRING {
			parser_try(p, conf_set_subaddressing(p->conf, $2));
		}
		| KEYS STRING {
			parser_try(p, conf_set_path(p->conf, SET_KEYS, $2));
		}
		| CONTROL SOCKET STRING {
			parser_try(p, conf_set_socket(p->conf, $3, NULL));
		}
		| CONTROL SOCKET STRING GROUP STRING {
			parser_try(p, conf_set_socket(p->conf, $3, $5));
		}
		| WORKERS worker STRING {
			parser_number(p, $2, $3);
		}
		| MESSAGESIZE STRING {
			parser_try(p, conf_set_message_size(p->conf, $2));
		}
		| PKI STRING CERTIFICATE STRING KEY STRING {
			parser_pki(p, $2, $4, $6);
		}
		| LISTEN ON STRING PORT STRING listentls PKI STRING auth
		    listenflags {
			parser_listen(p, $3, $5, (enum listen_tls)$6, $9, $8,
			    $10);
		}
		| LISTEN ON STRING HTTPS httpsport PKI STRING {
			parser_listen(p, $3, $5, LISTEN_HTTPS, 0, $7, 0);
		}
		| LISTEN ON STRING METRICS metricsport {
			parser_listen(p, $3, $5, LISTEN_METRICS, 0, "", 0);
		}
		| ROUTE STRING VIA STRING PORT STRING {
			parser_try(p, conf_add_route(p->conf, $2, $4, $6));
		}
		| RESOLVER STRING {
			parser_try(p, conf_add_resolver(p->conf, $2, NULL));
		}
		| RESOLVER STRING PORT STRING {
			parser_try(p, conf_add_resolver(p->conf, $2, $4));
		}
		| ALLOW NETWORK STRING {
			parser_try(p, conf_add_network(p->conf, $3));
		}
		| PUBLICADDRESS STRING {
			parser_try(p, conf_add_public_address(p->conf, $2));
		}
		| DKIM BASE STRING {
			parser_try(p, conf_set_dkim_base(p->conf, $3));
		}
		| DOMAIN VERIFICATION onoff {
			parser_try(p, conf_set_flag(p->conf,
			    SET_DOMAIN_VERIFICATION, $3));
		}
		| DKIM CHECKINTERVAL STRING {
			parser_time(p, SET_DKIM_INTERVAL, $3);
		}
		| SUPPRESSION suppression
		| AUDIT KEEP STRING {
			parser_time(p, SET_AUDIT_KEEP, $3);
		}
		| AUDIT RECORDS STRING {
			parser_number(p, SET_AUDIT_RECORDS, $3);
		}
		| JOURNAL KEEP STRING {
			parser_time(p, SET_JOURNAL_KEEP, $3);
		}
		| LOG VERBOSE {
			parser_try(p, conf_set_flag(p->conf, SET_LOG, true));
		}
		| LOG BRIEF {
			parser_try(p, conf_set_flag(p->conf, SET_LOG, false));
		}
		| SMTP smtp
		| DELIVER deliver
		| QUEUE queue
		;

worker		: SMTPD {
			$$ = SET_WORKERS_SMTPD;
		}
		| HTTPD {
			$$ = SET_WORKERS_HTTPD;
		}
		| DELIVER {
			$$ = SET_WORKERS_DELIVER;
		}
		| SIGNER {
			$$ = SET_WORKERS_SIGNER;
		}
		;

listentls	: STARTTLS {
			$$ = LISTEN_STARTTLS;
		}
		| TLS {
			$$ = LISTEN_TLS;
		}
		;

httpsport	: /* empty */ {
			$$ = "443";
		}
		| PORT STRING {
			$$ = $2;
		}
		;

metricsport	: /* empty */ {
			$$ = "9464";
		}
		| PORT STRING {
			$$ = $2;
		}
		;

auth		: /* empty */ {
			$$ = LISTEN_AUTH_PLAIN | LISTEN_AUTH_LOGIN;
		}
		| AUTH mechs {
			$$ = $2;
		}
		;

listenflags	: /* empty */ {
			$$ = 0;
		}
		| listenflags INSECURE {
			$$ = $1 | CONF_LISTEN_INSECURE;
		}
		| listenflags PROXY {
			$$ = $1 | CONF_LISTEN_PROXY;
		}
		;

mechs		: mech
		| mechs mech {
			$$ = $1 | $2;
		}
		;

mech		: STRING {
			$$ = conf_mech(p->conf, $1);
			parser_try(p, $$ == 0 ? -1 : 0);
		}
		;

onoff		: ON {
			$$ = true;
		}
		| OFF {
			$$ = false;
		}
		;

suppression	: HASH onoff {
			parser_try(p, conf_set_suppress_hash(p->conf, $2));
		}
		| SOFTBOUNCES STRING WINDOW STRING LIFETIME STRING {
			parser_try(p, conf_set_soft_bounces(p->conf, $2, $4,
			    $6));
		}
		| SOFTBOUNCES OFF {
			parser_try(p, conf_set_soft_bounces_off(p->conf));
		}
		;

smtp		: RECIPIENTS STRING {
			parser_number(p, SET_SMTP_RECIPIENTS, $2);
		}
		| IDLE TIMEOUT STRING {
			parser_time(p, SET_SMTP_IDLE, $3);
		}
		| DATA TIMEOUT STRING {
			parser_time(p, SET_SMTP_DATA, $3);
		}
		| DATA RATE STRING {
			parser_try(p, conf_set_data_rate(p->conf, $3));
		}
		| SESSIONS STRING {
			parser_number(p, SET_SMTP_SESSIONS, $2);
		}
		| SESSIONS PER ADDRESS STRING {
			parser_number(p, SET_SMTP_SOURCE, $4);
		}
		| AUTH FAILURES STRING {
			parser_number(p, SET_SMTP_AUTH, $3);
		}
		| SESSIONS PER USER STRING {
			parser_number(p, SET_SMTP_USER, $4);
		}
		| CREDENTIALS PER USER STRING {
			parser_number(p, SET_SMTP_CREDENTIALS, $4);
		}
		| THROTTLE FAILURES STRING WINDOW STRING BLOCK STRING {
			parser_try(p, conf_set_throttle(p->conf, $3, $5, $7));
		}
		| THROTTLE OFF {
			parser_try(p, conf_set_throttle_off(p->conf));
		}
		| SUPPRESSED STRING {
			parser_try(p, conf_set_suppressed(p->conf, $2));
		}
		| ENHANCED onoff {
			parser_try(p, conf_set_flag(p->conf,
			    SET_SMTP_ENHANCED, $2));
		}
		| RECEIVED CLIENT onoff {
			parser_try(p, conf_set_flag(p->conf,
			    SET_SMTP_RECEIVED, $3));
		}
		| PROXY FROM STRING {
			parser_try(p, conf_add_proxy(p->conf, $3));
		}
		| STRICT onoff {
			parser_try(p, conf_set_flag(p->conf,
			    SET_SMTP_STRICT, $2));
		}
		;

deliver		: TLS OPPORTUNISTIC {
			parser_try(p, conf_set_deliver_tls(p->conf,
			    DELIVER_TLS_OPPORTUNISTIC));
		}
		| TLS NONE {
			parser_try(p, conf_set_deliver_tls(p->conf,
			    DELIVER_TLS_NONE));
		}
		| SESSIONS STRING {
			parser_number(p, SET_DELIVER_SESSIONS, $2);
		}
		| SESSIONS PER DESTINATION STRING {
			parser_number(p, SET_DELIVER_DESTINATION, $4);
		}
		| CONNECT TIMEOUT STRING {
			parser_time(p, SET_DELIVER_CONNECT, $3);
		}
		| PORT STRING {
			parser_number(p, SET_DELIVER_PORT, $2);
		}
		| SOURCE STRING {
			parser_try(p, conf_add_source(p->conf, $2));
		}
		;

queue		: EXPIRE STRING {
			parser_time(p, SET_QUEUE_EXPIRE, $2);
		}
		| RETRY retries
		| DELAYNOTICE STRING {
			parser_time(p, SET_QUEUE_DELAY, $2);
		}
		| DELAYNOTICE OFF {
			parser_try(p, conf_set_delay_off(p->conf));
		}
		| EXPORT onoff {
			parser_try(p, conf_set_flag(p->conf,
			    SET_QUEUE_EXPORT, $2));
		}
		| RESERVE PERCENT {
			parser_try(p, conf_set_reserve(p->conf, $2, NULL));
		}
		| RESERVE STRING {
			parser_try(p, conf_set_reserve(p->conf, NULL, $2));
		}
		| RESERVE PERCENT OR STRING {
			parser_try(p, conf_set_reserve(p->conf, $2, $4));
		}
		;

retries		: STRING {
			parser_try(p, conf_add_retry(p->conf, $1, true));
		}
		| retries ',' STRING {
			parser_try(p, conf_add_retry(p->conf, $3, false));
		}
		;

%%

/* Count an error and tell the caller. */
static void __attribute__((format(printf, 2, 3)))
parser_say(struct parser *p, const char *fmt, ...)
{
	char text[2 * CONF_PATH_SIZE];
	va_list ap;

	p->errors++;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	p->source->report(text, p->source->arg);
}

static void
parser_report(const char *where, const char *text, void *arg)
{
	struct parser *p = arg;

	parser_say(p, "%s: %s", where == NULL ? lex_file(p->lex) : where,
	    text);
}

/* An error at the line that was read last. */
static void
parser_fail(struct parser *p, const char *near, const char *text)
{
	parser_say(p, "%s:%d: %s near \"%s\"", p->token.file, p->token.line,
	    text, near);
}

/* Report what a conf_ function refused. */
static void
parser_try(struct parser *p, int result)
{
	if (result == -1)
		parser_fail(p, p->conf->near, p->conf->why);
}

static void
parser_number(struct parser *p, enum conf_setting s, const char *text)
{
	parser_try(p, conf_set_number(p->conf, s, text));
}

static void
parser_time(struct parser *p, enum conf_setting s, const char *text)
{
	parser_try(p, conf_set_time(p->conf, s, text));
}

static void
parser_where(const struct parser *p, char *out, size_t size)
{
	(void)snprintf(out, size, "%s:%d", p->token.file, p->token.line);
}

static void
parser_pki(struct parser *p, const char *name, const char *cert,
    const char *key)
{
	char where[CONF_PATH_SIZE + 16];

	parser_where(p, where, sizeof(where));
	parser_try(p, conf_add_pki(p->conf, name, cert, key, where));
}

static void
parser_listen(struct parser *p, const char *address, const char *port,
    enum listen_tls tls, unsigned auth, const char *pki, unsigned flags)
{
	char where[CONF_PATH_SIZE + 16];

	parser_where(p, where, sizeof(where));
	parser_try(p,
	    conf_add_listen(p->conf, address, port, tls, auth, pki, flags,
		where));
}

/* Why a file could not be read. */
static const char *
parser_why(int error)
{
	if (error == ELOOP)
		return "files are included too deeply";
	if (error == EPERM)
		return "others than root and the user of edd may write it: "
		       "chown and chmod go-w it";
	return strerror(error);
}

/* The newline is read already: the file's lines come next. */
static void
parser_include(struct parser *p, const char *file)
{
	if (lex_push_file(p->lex, file) == -1)
		parser_fail(p, file, parser_why(errno));
}

static void
parser_macro(struct parser *p, const char *name, const char *value)
{
	if (!lex_is_name(name))
		parser_fail(p, name, "not a name for a macro");
	else if (lex_define(p->lex, name, value, false) == -1)
		parser_fail(p, name, "out of memory");
}

/* A word that does not fit, and what may have been meant. */
static void
parser_syntax(struct parser *p, const char *word, bool plain)
{
	const char *meant;

	meant = plain ? words_nearest(word) : NULL;
	if (meant == NULL)
		parser_fail(p, word, "syntax error");
	else
		parser_say(p,
		    "%s:%d: syntax error near \"%s\" (did you mean \"%s\"?)",
		    p->token.file, p->token.line, word, meant);
}

static void
yyerror(struct parser *p, const char *text)
{
	if (p->token.kind == LEX_ERROR || p->errors >= CONF_ERRORS_MAX)
		return; /* reported where it was found */
	if (p->words <= 2 && p->first != NULL)
		parser_syntax(p, p->first, true);
	else if (p->token.kind == LEX_NEWLINE || p->token.kind == LEX_END)
		parser_fail(p, p->last, "something is missing");
	else
		parser_syntax(p, p->token.text, p->plain);
}

/* A word: keyword, percentage, or any other. */
static int
parser_word(struct parser *p, YYSTYPE *value)
{
	const char *text;
	int number;

	text = p->token.text;
	value->text = text;
	number = words_find(text);
	if (number != 0)
		return number;
	p->plain = true;
	return text[strlen(text) - 1] == '%' ? PERCENT : STRING;
}

/* The parser's number of a token, and its text in value. */
static int
parser_token(struct parser *p, YYSTYPE *value)
{
	p->plain = false;
	p->words++;
	switch (p->token.kind) {
	case LEX_END:
		return 0;
	case LEX_NEWLINE:
		return '\n';
	case LEX_PUNCT:
		return p->token.text[0];
	case LEX_QUOTED:
		value->text = p->token.text;
		return STRING;
	case LEX_WORD:
		return parser_word(p, value);
	case LEX_ERROR:
		break;
	}
	parser_say(p, "%s:%d: %s", p->token.file, p->token.line,
	    p->token.text);
	return BAD;
}

static int
yylex(YYSTYPE *value, struct parser *p)
{
	int number;

	if (p->errors >= CONF_ERRORS_MAX)
		return 0;
	if (p->token.kind == LEX_NEWLINE) {
		p->words = 0;
		p->first = NULL;
	}
	p->last = p->token.text;
	lex_next(p->lex, &p->token);
	number = parser_token(p, value);
	if (p->words == 1 && p->plain)
		p->first = p->token.text;
	return number;
}

/* "NAME=VALUE" of the command line. */
static int
parser_define(struct parser *p, const char *definition)
{
	const char *equals;
	char *name;
	int r;

	equals = strchr(definition, '=');
	name = equals == NULL ?
	    NULL :
	    strndup(definition, (size_t)(equals - definition));
	r = -1;
	if (name != NULL && lex_is_name(name))
		r = lex_define(p->lex, name, equals + 1, true);
	free(name);
	if (r == -1)
		parser_say(p, "-D %s: not NAME=VALUE", definition);
	return r;
}

/* Make the source the lexer's first input. */
static int
parser_open(struct parser *p, const struct parser_source *s)
{
	char *const *macro;
	int r;

	for (macro = s->macro; macro != NULL && *macro != NULL; macro++) {
		if (parser_define(p, *macro) == -1)
			return -1;
	}
	if (s->file != NULL)
		r = lex_push_file(p->lex, s->file);
	else
		r = lex_push_text(p->lex, s->name, s->text);
	if (r == -1)
		parser_say(p, "%s: %s", s->file != NULL ? s->file : s->name,
		    parser_why(errno));
	return r;
}

/*
 * Read and check a configuration; each error is reported.  The caller frees
 * what is returned; NULL if anything was wrong.
 */
struct conf *
parser_run(const struct parser_source *s)
{
	struct parser p;
	bool good;

	memset(&p, 0, sizeof(p));
	p.source = s;
	p.last = "";
	p.token.text = "";
	p.lex = lex_new();
	p.conf = conf_new();
	good = p.lex != NULL && p.conf != NULL && parser_open(&p, s) == 0;
	if (good) {
		good = yyparse(&p) == 0 && p.errors == 0;
		if (p.errors < CONF_ERRORS_MAX &&
		    conf_check(p.conf, parser_report, &p) == -1)
			good = false;
	}
	lex_free(p.lex);
	if (good)
		return p.conf;
	conf_free(p.conf);
	return NULL;
}

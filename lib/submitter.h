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
 * Who hands messages in, as a front end tells what takes them.
 */
#ifndef SUBMITTER_H
#define SUBMITTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

struct peers;
struct senders;

/* What all submissions of the process share. */
struct submission_env {
	struct peers *peers;
	uint64_t transactions; /* begun so far */
	size_t staged;
	char stage[SUBMISSION_STAGE]; /* bytes for the queue, in one step */
};

/* Who hands in, and on which terms. Strings may be empty, but not NULL. */
struct submission_client {
	struct submission_env *env;
	void *who; /* asks peers, and gets their answers */
	struct senders *senders;
	const char *hostname;
	const char *user;
	const char *credential;
	const char *source;
	const char *helo;
	const char *tls;
	const char *request;   /* its id by HTTPS, or NULL */
	uint64_t message_size; /* octets at most */
	bool strict;	       /* no bare CR or LF */
	bool named;	       /* helo and source are told in Received */
};

#endif /* SUBMITTER_H */
